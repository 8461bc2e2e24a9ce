from django.urls import URLPattern, URLResolver, path

from training.views import classes, sessions
from training.views.library import index

app_name = "training"
urlpatterns: list[URLPattern | URLResolver] = [
    path("classes/<int:pk>/activate/", classes.class_activate, name="class_activate"),
    path("classes/<int:pk>/delete/", classes.class_delete, name="class_delete"),
    path("classes/<int:pk>/edit/", classes.class_edit, name="class_edit"),
    path("classes/<int:pk>/restart/", classes.class_restart, name="class_restart"),
    path("classes/<int:pk>/stop/", classes.class_stop, name="class_stop"),
    path("classes/new/", classes.class_new, name="class_new"),
    path("classes/new/days/", classes.class_days_preview, name="class_days"),
    path("library/", index.library, name="library"),
    path("sessions/<int:pk>/cancel/", sessions.session_cancel, name="session_cancel"),
    path("sessions/<int:pk>/delete/", sessions.session_delete, name="session_delete"),
    path("sessions/<int:pk>/edit/", sessions.session_edit, name="session_edit"),
    path("sessions/<int:pk>/schedule/", sessions.session_schedule, name="session_schedule"),
    path("sessions/new/", sessions.session_new, name="session_new"),
    path("sessions/new/findings/", sessions.session_findings, name="session_findings"),
    path("sessions/new/trainers/", sessions.session_trainers, name="session_trainers"),
]
