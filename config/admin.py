"""What opens logins, to read in Django Admin, and the record of sign-ins, to read and to export."""

from collections.abc import Iterator
from datetime import UTC, datetime

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.api_tokens import TokenRefused, check_opens
from config.models import ApiToken, BackupRun, Invitation, LastDay, LoggedLook, SignIn
from training.core.admin.events import register_events
from training.core.admin.guarded import ReadOnlyAdmin
from training.core.csv_files import Cell, csv_lines


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens of all logins, to read: they are made and revoked on the page of their user (N3)."""

    list_display = ("name", "user", "beginning", "scope", "opens", "expires_at", "last_used_at", "created_at")
    list_filter = ("scope", "ended_by")
    list_select_related = ("user__last_day",)
    search_fields = ("name", "user__username", "beginning")
    fields = (
        "user",
        "name",
        "scope",
        "beginning",
        "opens",
        "expires_at",
        "created_at",
        "created_by",
        "last_used_at",
        "revoked_at",
        "ended_by",
    )
    readonly_fields = ("opens",)

    @admin.display(description=gettext_lazy("state"))
    def opens(self, token: ApiToken) -> str:
        try:
            check_opens(token, now=timezone.now())
        except TokenRefused as refused:
            return refused.message
        return _("active")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """The links by which logins were given their passwords; the links themselves are kept nowhere."""

    list_display = ("user", "created_at", "created_by", "expires_at", "used_at", "ended_at")
    list_select_related = ("user", "created_by")
    date_hierarchy = "created_at"
    fields = list_display


@admin.register(LastDay)
class LastDayAdmin(ReadOnlyAdmin):
    """After which day a login opens nothing any more."""

    list_display = ("user", "day")
    list_select_related = ("user",)
    fields = list_display


@admin.register(BackupRun)
class BackupRunAdmin(ReadOnlyAdmin):
    """When the site was backed up, and where to."""

    list_display = ("generation", "began_at", "ended_at", "files", "bytes", "damaged")
    date_hierarchy = "began_at"
    fields = (*list_display, "target", "manifest_sha256")


@admin.register(LoggedLook)
class LookAdmin(ReadOnlyAdmin):
    """Who looked at who read, signed in or used what (N6)."""

    list_display = ("at", "by", "path", "query")
    list_select_related = ("by",)
    date_hierarchy = "at"
    fields = list_display


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin):
    """Who came in and who was turned away; what the list shows can be exported as a file."""

    columns = ("at", "outcome", "username", "name", "user_id", "token_id", "address", "browser")
    list_display = ("at", "outcome", "username", "name", "address", "browser", "token_id")
    list_filter = ("outcome",)
    date_hierarchy = "at"
    search_fields = ("username", "name", "address")
    change_list_template = "admin/sign_ins.html"

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [path("export/", export, name="config_signin_export"), *super().get_urls()]

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """Return what the list shows, all pages of it, as CSV."""
        found = self.get_changelist_instance(request).get_queryset(request)
        titles = [str(SignIn._meta.get_field(name).verbose_name) for name in self.columns]  # type: ignore[union-attr]
        titles = [_("when (%(zone)s)") % {"zone": settings.TIME_ZONE}, *titles[1:], _("when (UTC)")]
        answer = StreamingHttpResponse(
            csv_lines(titles, _cells(found.iterator(chunk_size=2000))), content_type="text/csv; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="sign-ins-{timezone.localdate():%Y-%m-%d}.csv"'
        return answer


def _cells(rows: Iterator[SignIn]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [
            _sortable(timezone.localtime(row.at)),
            row.get_outcome_display(),
            row.username,
            row.name,
            row.user_id or "",
            row.token_id or "",
            row.address,
            row.browser,
            _sortable(row.at.astimezone(UTC)),  # UTC, in which no hour comes twice
        ]


def _sortable(moment: datetime) -> str:
    """Return a moment in a form that every spreadsheet recognises."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyAdmin):
    """Wrong passwords as django-axes counts them; `config.attempts` has counts of its own, which slow down guessing."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start")
    search_fields = ("username", "ip_address")
    fields = ("attempt_time", "username", "ip_address", "user_agent", "path_info", "failures_since_start")


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    """Who signed in before sign-ins had a record of their own."""

    list_display = ("attempt_time", "logout_time", "username", "ip_address")
    date_hierarchy = "attempt_time"
    search_fields = ("username", "ip_address")
    fields = ("attempt_time", "logout_time", "username", "ip_address", "user_agent", "path_info")


register_events("config")
