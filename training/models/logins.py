"""Django's logins, groups and permissions as proxies, so that changes of them are audited like those of our own tables.

A new password leaves an event of its own, labelled "password", which says that it was changed and by whom; no event
holds its hash. Signing in is not a change of a login: `config.models.SignIn` keeps that.
"""

from django.contrib.auth.models import Group, User
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited


@audited(exclude=["last_login"], secret="password")  # noqa: S106  # the name of a field
class Login(User):
    """A login."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("login")
        verbose_name_plural = _("logins")


@audited()
class LoginGroup(Group):
    """A group of logins, such as the trainers."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("group")
        verbose_name_plural = _("groups")


@audited()
class Membership(User.groups.through):  # type: ignore[name-defined,misc]  # made by Django
    """A login in a group."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("group of the login")
        verbose_name_plural = _("groups of logins")


@audited()
class LoginPermission(User.user_permissions.through):  # type: ignore[name-defined,misc]  # made by Django
    """A Django permission of a login. The site never asks for one: it has `training.core.permissions`."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("Django permission of the login")
        verbose_name_plural = _("Django permissions of logins")


@audited()
class GroupPermission(Group.permissions.through):  # type: ignore[name-defined,misc]  # made by Django
    """A Django permission of a group. The site never asks for one: it has `training.core.permissions`."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("Django permission of the group")
        verbose_name_plural = _("Django permissions of groups")
