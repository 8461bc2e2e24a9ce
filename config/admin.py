"""API tokens in Django Admin: made, shown once, revoked."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.api_tokens import make_token, revoke_token
from config.models import ApiToken
from training.event_admin import register_events
from training.guarded_admin import GuardedAdmin, ObjectAction, ServiceForm, who_acts


class TokenForm(ServiceForm):
    class Meta:
        model = ApiToken
        fields = ("user", "name")


@admin.register(ApiToken)
class ApiTokenAdmin(GuardedAdmin):
    form = TokenForm
    list_display = ("name", "user", "beginning", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username", "beginning")
    autocomplete_fields = ("user",)
    readonly_fields = ("beginning", "created_at", "created_by", "last_used_at", "revoked_at")
    object_actions = (
        ObjectAction(
            name="revoke",
            label=gettext_lazy("Revoke"),
            question=gettext_lazy("The programs that use this token are refused at once. There is no way back."),
            run=lambda token, *, by, now: revoke_token(token_id=token.pk, by=by, now=now),
            done=gettext_lazy("The token opens nothing any more."),
            is_offered=lambda token: token.revoked_at is None,
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nothing of a token changes: another use or login gets a token of its own."""
        return (*self.readonly_fields, "user", "name") if obj else ()

    def save_model(self, request: HttpRequest, obj: ApiToken, form: forms.ModelForm, change: bool) -> None:
        if change:
            return
        owner: User = form.cleaned_data["user"]
        token, secret = make_token(user=owner, name=form.cleaned_data["name"], by=who_acts(request), now=timezone.now())
        obj.pk, obj.beginning = token.pk, token.beginning
        messages.warning(request, _("Copy the token now, it is not shown again: %(token)s") % {"token": secret})


register_events("config")
