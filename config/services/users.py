"""Logins: made, changed, disabled and enabled by superusers, and by operators at the command line (N3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext as _

from config.models import LastDay
from config.services.invitations import end_invitations, has_company_account
from training.core.groups import AUDITORS, GROUPS
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, Invalid, NotPermitted, check_fields, check_found
from training.core.transactions import acting


class OwnAccess(Conflict):
    """Nobody takes away the own access, so that one superuser is left (409)."""


class GroupsFromProvider(Conflict):
    """The groups of this login come from the company's own sign-in, and are changed there (409)."""


@dataclass(frozen=True, kw_only=True)
class UserFacts:
    """What is known of a login.

    Attributes:
        groups: names of groups of the permission table.
        last_day: the last day on which it opens anything; None for no such day. An auditor's login has one (N6).
    """

    username: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    groups: Collection[str] = ()
    is_superuser: bool = False
    last_day: date | None = None


def create_login(*, facts: UserFacts, by: User | None, now: datetime, password: str = "") -> User:
    """Make a login. Without a password nothing opens it until an invitation is used.

    Args:
        by: the superuser who makes it; None for an operator at the command line.
        password: already judged by `check_password` of the invitations.

    Raises:
        NotPermitted: the person is no superuser.
        Invalid: a fact breaks its rule, or the name is taken; `errors` names the field.
    """
    _check_may(by)
    user = User(is_staff=facts.is_superuser)
    user.set_password(password or None)
    with acting(by):
        _write(user, facts, today=timezone.localdate(now))
    return user


def edit_login(*, user_id: int, facts: UserFacts, by: User, now: datetime) -> User:
    """Change what is known of a login, and what it may do.

    Raises:
        NotPermitted: the person is no superuser, or not any more.
        NotFound: there is no such login.
        OwnAccess: a superuser would take away the own access.
        GroupsFromProvider: other groups, for a login whose groups come from the company's sign-in.
        Invalid: as `create_login`.
    """
    _check_may(by)
    with acting(by):
        user = _locked(user_id, by=by)
        if user.pk == by.pk and not facts.is_superuser:
            raise _own_access()
        is_other = set(facts.groups) != set(groups_of(user)) or facts.is_superuser != user.is_superuser
        if is_other and has_company_account(user):
            raise GroupsFromProvider(
                _("What this login may do comes from your company's sign-in. Change its groups there.")
            )
        user.is_staff = facts.is_superuser
        _write(user, facts, today=timezone.localdate(now))
    return user


def disable_login(*, user_id: int, by: User, now: datetime) -> User:
    """Cut a login off at once: its sessions, tokens and invitations end, and no later one revives them.

    Raises:
        NotPermitted, NotFound: as `edit_login`.
        OwnAccess: it is the own login.
    """
    _check_may(by)
    with acting(by):
        user = _locked(user_id, by=by)
        if user.pk == by.pk:
            raise _own_access()
        user.is_active = False
        user.save(update_fields=["is_active"])  # the database ends its tokens (ADR 26)
        end_invitations(user, now=now)
        end_sessions(user, now=now)
    return user


def enable_login(*, user_id: int, by: User) -> User:
    """Let a disabled login sign in again, with its old password; tokens and sessions stay ended.

    Raises:
        NotPermitted, NotFound: as `edit_login`.
    """
    _check_may(by)
    with acting(by):
        user = _locked(user_id, by=by)
        user.is_active = True
        user.save(update_fields=["is_active"])
    return user


def end_sessions(user: User, *, now: datetime) -> int:
    """End every open session of a login, and return how many there were.

    A session says only inside whose it is, so all open ones are read: some for each login that is signed in.
    """
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    found = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=now).iterator()
        if store.decode(session.session_data).get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=found).delete()
    return len(found)


def groups_of(user: User) -> list[str]:
    """Return the names of the groups of the permission table in which a login is."""
    return list(user.groups.filter(name__in=GROUPS).order_by("name").values_list("name", flat=True))


def _check_may(by: User | None) -> None:
    if by is not None:
        check_may(by, Permission.ADMINISTER)


def _locked(user_id: int, *, by: User) -> User:
    """Lock a login and that of who acts, in the order of their keys, and ask again what the latter may.

    Two superusers who disable each other at the same moment therefore do not both succeed.

    Raises:
        NotPermitted: who acts is no active superuser any more.
        NotFound: there is no such login.
    """
    rows = User.objects.select_for_update(no_key=True).filter(pk__in={user_id, by.pk}).order_by("pk")
    locked = {row.pk: row for row in rows}
    acts = locked.get(by.pk)
    if acts is None or not (acts.is_active and acts.is_superuser):
        raise NotPermitted(_("You may not do this. Ask an HSE supervisor or an administrator."))
    return check_found(locked.get(user_id), _("There is no such login."))


def _write(user: User, facts: UserFacts, *, today: date) -> None:
    """Give a new or locked login these facts, in the transaction of the caller."""
    errors = _wrong(user, facts, today=today)
    if errors:
        raise Invalid.of_fields(errors)
    for name in ("username", "first_name", "last_name", "email", "is_superuser"):
        setattr(user, name, getattr(facts, name))
    check_fields(user, but=["password"])
    user.save()
    # One by one, so that a group that stays leaves no event and ends no token.
    wanted = set(Group.objects.filter(name__in=facts.groups))
    standing = set(user.groups.filter(name__in=GROUPS))
    user.groups.remove(*(standing - wanted))
    user.groups.add(*(wanted - standing))
    if facts.last_day is None:
        LastDay.objects.filter(user=user).delete()
    elif LastDay.objects.filter(user=user).exclude(day=facts.last_day).update(day=facts.last_day) == 0:
        LastDay.objects.get_or_create(user=user, defaults={"day": facts.last_day})


def _wrong(user: User, facts: UserFacts, *, today: date) -> dict[str, list[str]]:
    """Return what speaks against facts that the model does not know."""
    errors: dict[str, list[str]] = {}
    if unknown := sorted(set(facts.groups) - set(GROUPS)):
        errors["groups"] = [_("There is no group %(name)s.") % {"name": ", ".join(unknown)}]
    if AUDITORS in facts.groups and facts.last_day is None:
        errors["last_day"] = [_("An auditor's login has a last day.")]
    is_past = facts.last_day is not None and facts.last_day < today
    if is_past and LastDay.objects.filter(user_id=user.pk).values_list("day", flat=True).first() != facts.last_day:
        errors["last_day"] = [_("The last day is today or later. To cut a login off at once, disable it.")]
    return errors


def _own_access() -> OwnAccess:
    return OwnAccess(_("You cannot take away your own access. Ask another superuser to do it."))
