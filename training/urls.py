from django.urls import URLPattern, URLResolver, path

from training.views import sessions

app_name = "training"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sessions/<int:pk>/cancel/", sessions.session_cancel, name="session_cancel"),
    path("sessions/<int:pk>/delete/", sessions.session_delete, name="session_delete"),
    path("sessions/<int:pk>/edit/", sessions.session_edit, name="session_edit"),
    path("sessions/<int:pk>/schedule/", sessions.session_schedule, name="session_schedule"),
    path("sessions/new/", sessions.session_new, name="session_new"),
    path("sessions/new/findings/", sessions.session_findings, name="session_findings"),
    path("sessions/new/trainers/", sessions.session_trainers, name="session_trainers"),
]
