"""Who may do what, as the audit sees it: the tables of Django's logins and groups, tracked like our own.

The tables are Django's, so the events hang on proxies. A password leaves an event of its own, "password", which says
that it changed and by whom; its hash is in no event. That somebody signed in is no change of a login
(`config.models.SignIn` keeps that).
"""

from django.contrib.auth.models import Group, User
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited


@audited(exclude=["last_login"], secret="password")  # noqa: S106  # the name of a field
class Login(User):
    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("login")
        verbose_name_plural = _("logins")


@audited()
class LoginGroup(Group):
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
    """A permission of Django's own that a login has. The site asks for none (`training.core.permissions`)."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("Django permission of the login")
        verbose_name_plural = _("Django permissions of logins")


@audited()
class GroupPermission(Group.permissions.through):  # type: ignore[name-defined,misc]  # made by Django
    """A permission of Django's own that a group has. The site asks for none (`training.core.permissions`)."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("Django permission of the group")
        verbose_name_plural = _("Django permissions of groups")
