from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import URLPattern, URLResolver, include, path

from config import api, calendar_feeds, health, login, metrics, sent_forms, sign_in_urls
from config.second_factor import without_second_factor
from config.views import history, site_health, users
from training.core.permissions import public, signed_in

handler500 = "config.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", public(health.healthz), name="healthz"),
    path("readyz", public(health.readyz), name="readyz"),
    path("monitor", public(health.monitor), name="monitor"),
    path("metrics", public(metrics.metrics), name="metrics"),
    path("calendars/feed.ics", calendar_feeds.calendar_feed, name="calendar_feed"),
    path("login/", public(login.LoginView.as_view()), name="login"),
    path("logout/", public(auth.LogoutView.as_view()), name="logout"),
    path("password/", without_second_factor(signed_in(login.PasswordChangeView.as_view())), name="password_change"),
    path(
        "password/done/",
        without_second_factor(signed_in(auth.PasswordChangeDoneView.as_view())),
        name="password_change_done",
    ),
    *sign_in_urls.urlpatterns,
    path("health/", site_health.site_health, name="site_health"),
    path("history/", history.history, name="history"),
    path("users/", users.users, name="users"),
    path("users/new/", users.user_new, name="user_new"),
    path("users/<int:pk>/", users.user, name="user"),
    path("users/<int:pk>/edit/", users.user_edit, name="user_edit"),
    path("users/<int:pk>/invite/", users.user_invite, name="user_invite"),
    path("users/<int:pk>/disable/", users.user_disable, name="user_disable"),
    path("users/<int:pk>/enable/", users.user_enable, name="user_enable"),
    path("users/<int:pk>/second-factor/reset/", users.user_second_factor_reset, name="user_second_factor_reset"),
    path("users/<int:pk>/trail/", users.user_trail, name="user_trail"),
    path("users/<int:pk>/tokens/new/", users.user_token_new, name="user_token_new"),
    path("users/tokens/<int:pk>/revoke/", users.token_revoke, name="token_revoke"),
    path("invitation/accept/", users.invitation_accept, name="invitation_accept"),
    path("sent/<slug:key>/", sent_forms.sent, name="sent"),
    path("admin/", admin.site.urls),
    path("api/", api.urls()),
    path("", include("training.urls")),
    path("", include("learners.urls")),
    path("", include("attendance.urls")),
]
