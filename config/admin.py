"""API tokens in Django Admin: made, shown once, revoked. And the record of sign-ins, to read and to export."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from axes.models import AccessAttempt, AccessLog
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.api_tokens import TokenRefused, check_can_have, check_opens, create_token, revoke_token
from config.models import ApiToken, SignIn
from training.core.admin.events import register_events
from training.core.admin.guarded import GuardedAdmin, ObjectAction, ReadOnlyAdmin, ServiceForm, who_acts
from training.core.csv_files import Cell, csv_lines
from training.core.refusals import Refusal


class TokenForm(ServiceForm):
    days = forms.IntegerField(label=gettext_lazy("Days"), help_text=gettext_lazy("How long the token can be used."))

    class Meta:
        model = ApiToken
        fields = ("user", "name", "scope")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        facts = self.cleaned_data
        if {"user", "scope", "days"} <= facts.keys():
            try:
                check_can_have(facts["user"], scope=facts["scope"], days=facts["days"])
            except Refusal as refusal:
                self.refuse(refusal)
        return cleaned


@admin.register(ApiToken)
class ApiTokenAdmin(GuardedAdmin):
    is_fresh = True
    form = TokenForm
    list_display = ("name", "user", "beginning", "scope", "opens", "expires_at", "last_used_at", "created_at")
    list_filter = ("scope", "ended_by")
    list_select_related = ("user",)
    search_fields = ("name", "user__username", "beginning")
    autocomplete_fields = ("user",)
    readonly_fields = (
        "beginning",
        "opens",
        "expires_at",
        "created_at",
        "created_by",
        "last_used_at",
        "revoked_at",
        "ended_by",
    )
    object_actions = (
        ObjectAction(
            name="revoke",
            is_fresh=True,
            label=gettext_lazy("Revoke"),
            question=gettext_lazy("Programs that use this token are refused at once. This cannot be undone."),
            run=lambda token, *, by, now: revoke_token(token_id=token.pk, by=by, now=now),
            done=gettext_lazy("The token can no longer be used."),
            is_offered=lambda token: token.revoked_at is None,
        ),
    )

    @admin.display(description=gettext_lazy("state"))
    def opens(self, token: ApiToken) -> str:
        try:
            check_opens(token, now=timezone.now())
        except TokenRefused as refused:
            return refused.message
        return _("active")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("user", "name", "scope", *(self.readonly_fields if obj else ("days",)))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nothing of a token changes: another use, login or scope gets a token of its own."""
        return (*self.readonly_fields, "user", "name", "scope") if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        """Offer the scope `read` first, so that a wider one has to be chosen."""
        return {
            "scope": ApiToken.Scope.READ,
            "days": settings.API_TOKEN_DAYS,
            **super().get_changeform_initial_data(request),
        }

    def save_model(self, request: HttpRequest, obj: ApiToken, form: forms.ModelForm, change: bool) -> None:
        if change:
            return
        owner: User = form.cleaned_data["user"]
        token, secret = create_token(
            user=owner,
            name=form.cleaned_data["name"],
            scope=form.cleaned_data["scope"],
            days=form.cleaned_data["days"],
            by=who_acts(request),
            now=timezone.now(),
        )
        obj.pk, obj.beginning = token.pk, token.beginning
        messages.warning(request, _("Copy the token now, it is not shown again: %(token)s") % {"token": secret})


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
