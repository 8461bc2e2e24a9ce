"""Admin of logins and their groups."""

from collections.abc import Sequence

import django.contrib.auth.admin  # noqa: F401  # registers its own pages, which these replace
from django.contrib import admin
from django.contrib.auth.models import Group, User

from training.core.admin.guarded import ReadOnlyAdmin
from training.core.trail import Source
from training.models import GroupPermission, Login, LoginGroup, LoginPermission, Membership

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
class UserAdmin(ReadOnlyAdmin):
    """Logins, to read: they are made, changed and disabled on the page of users (N3), and never deleted."""

    audited_as = Login
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    fields = (
        "username",
        "first_name",
        "last_name",
        "email",
        "is_active",
        "groups",
        "is_superuser",
        "last_login",
        "date_joined",
    )

    def history_of(self, obj: User) -> Sequence[Source]:
        return (
            Source(model=Membership, ids=(obj.pk,), by="user", subject="group"),
            Source(model=LoginPermission, ids=(obj.pk,), by="user", subject="permission"),
            *super().history_of(obj),
        )
