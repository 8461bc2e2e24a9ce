"""Admin of logins and their groups."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from training.core.admin.guarded import GuardedAdmin, ReadOnlyAdmin, ServiceForm, fresh_page, who_acts
from training.core.trail import Source
from training.models import GroupPermission, Login, LoginGroup, LoginPermission, Membership


class NewLoginForm(ServiceForm, AdminUserCreationForm):
    pass


class LoginForm(ServiceForm, UserChangeForm):
    """A login. Superusers cannot take away their own access with it."""

    editor: User

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        is_kept = self.cleaned_data.get("is_active") and self.cleaned_data.get("is_superuser")
        if self.instance.pk == self.editor.pk and not is_kept:
            raise ValidationError(_("You cannot take away your own access. Ask another superuser to do it."))
        return cleaned


admin.site.unregister(Group)
admin.site.unregister(User)


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    """The groups of the permission table. They are written after every migrate, and nobody edits them."""

    audited_as = LoginGroup
    search_fields = ("name",)
    fields = ("name",)

    def history_of(self, obj: Group) -> Sequence[Source]:
        return (
            Source(model=Membership, ids=(obj.pk,), by="group", subject="user"),
            Source(model=GroupPermission, ids=(obj.pk,), by="group", subject="permission"),
            *super().history_of(obj),
        )


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin, GuardedAdmin):
    """Logins are added and deactivated, but never deleted, because records and events name them."""

    audited_as = Login
    is_fresh = True
    form = LoginForm
    add_form = NewLoginForm
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Person"), {"fields": ("first_name", "last_name", "email")}),
        (
            gettext_lazy("What this login may do"),
            {
                "fields": ("is_active", "groups", "is_superuser"),
                "description": gettext_lazy(
                    "HSE supervisor: every page; does not revoke, take back, correct, merge or manage logins. "
                    "Trainer: own "
                    "sessions and classes only; name this login on the trainer's page. Auditor: reads everything and "
                    "changes nothing. Superuser: everything, this administration included. A login that is not "
                    "active is cut off at once."
                ),
            },
        ),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups",)

    def get_urls(self) -> list[URLPattern]:
        """Ask for one's own password before the page that sets somebody's, which Django adds by itself."""
        return [fresh_page(page) for page in super().get_urls()]

    def history_of(self, obj: User) -> Sequence[Source]:
        return (
            Source(model=Membership, ids=(obj.pk,), by="user", subject="group"),
            Source(model=LoginPermission, ids=(obj.pk,), by="user", subject="permission"),
            *super().history_of(obj),
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.editor = who_acts(request)
        return form
