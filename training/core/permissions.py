"""Who may do what: one table for pages, API, Admin and tests. What is not granted is refused.

A view declares what it needs with `@requires(...)` or says `@public`; `PermissionMiddleware` turns everybody else away
before the view runs, and refuses views that declare nothing. Where a grant reaches only a trainer's own sessions and
classes, the view (or service) asks once more with the object: `check_may(user, Permission.MARK, session)`.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, AnonymousUser, Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from training.core.groups import AUDITORS, GROUPS, SUPERVISORS, TRAINERS
from training.core.refusals import NotPermitted

User = AbstractUser | AnonymousUser
Row = TypeVar("Row", bound=Model)


class LoginRole(StrEnum):
    """What a login is, for the table below; one login may have several roles."""

    SUPERUSER = "superuser"
    SUPERVISOR = SUPERVISORS
    TRAINER = TRAINERS
    AUDITOR = AUDITORS


class Permission(StrEnum):
    """One thing that a person may do, in the words of the people who use the site."""

    READ_SITE = "read the site"  # Today, workers, profiles, library: everything that names more than own sessions
    READ_SESSION = "read a session"  # list, workspace, sheet, evidence of it
    PLAN = "plan sessions"  # create, edit, schedule, cancel, delete, duplicate, pick attendees
    ADD_WALK_IN = "add to a list"
    REMOVE_ATTENDEE = "remove from a list"
    MARK = "mark attendance"
    UPLOAD = "upload evidence"
    FINALIZE = "finalize"
    READ_EVIDENCE = "open evidence"
    VERIFY = "sign off"
    RECORD_EXTERNAL = "enter external records"
    KEEP_WORKERS = "keep workers"  # create and change workers, their role and areas
    KEEP_LIBRARY = "keep the library"  # courses, trainers, venues, companies, roles, areas, requirements
    READ_CLASS = "read a class"
    PLAN_CLASSES = "plan classes"
    CAPTURE = "capture hours"
    OFFER_CALENDAR = "offer a calendar"  # the secret address of a trainer's or a venue's calendar
    REVOKE = "revoke"
    CORRECT = "correct"
    MERGE = "merge"
    DATE_BACK_STATUS = "date back a status"  # past its last change, so that the answer about those days is another one
    VOID = "void"
    EXPORT_PERSON = "export a person's data"  # all that is stored about one worker (X5)
    EXPORT_CONTACTS = "export contacts"  # e-mail and phone in files of many people at once (ADR 54)
    IMPORT_REGISTER = "bring in records of registers"  # and decide how long they count without a certificate (I7)
    CHECK_FILES = "check files"  # read tables, agree on columns and names; what is brought in needs more (I6, I7)
    UNDO_IMPORT = "undo an import"
    LEAD_TAKE_OVER = "lead a take-over"  # compare old workbooks, explain what differs, check samples (I11)
    ACCEPT_TAKE_OVER = "accept a take-over"  # sign its report, or withdraw that
    ACCEPT_LEAVERS = "accept that many leave"  # by a file that holds everybody (I9)
    ADMINISTER = "administer"  # users, Django Admin


class Reach(StrEnum):
    """How far a permission goes."""

    ALL = "all"
    OWN = "own"  # sessions and classes whose trainer is this login


_READING = {Permission.READ_SITE, Permission.READ_SESSION, Permission.READ_EVIDENCE, Permission.READ_CLASS}
SUPERUSER_ONLY = frozenset(
    {
        Permission.REVOKE,
        Permission.CORRECT,
        Permission.MERGE,
        Permission.DATE_BACK_STATUS,
        Permission.VOID,
        Permission.EXPORT_PERSON,
        Permission.EXPORT_CONTACTS,
        Permission.IMPORT_REGISTER,
        Permission.UNDO_IMPORT,
        Permission.ACCEPT_TAKE_OVER,
        Permission.ACCEPT_LEAVERS,
        Permission.ADMINISTER,
    }
)
_TRAINERS_OWN = {
    Permission.READ_SESSION,
    Permission.ADD_WALK_IN,
    Permission.MARK,
    Permission.UPLOAD,
    Permission.READ_EVIDENCE,
    Permission.READ_CLASS,
    Permission.CAPTURE,
    Permission.OFFER_CALENDAR,
}

GRANTS: dict[LoginRole, dict[Permission, Reach]] = {
    LoginRole.SUPERUSER: dict.fromkeys(Permission, Reach.ALL),
    LoginRole.SUPERVISOR: {permission: Reach.ALL for permission in Permission if permission not in SUPERUSER_ONLY},
    LoginRole.TRAINER: dict.fromkeys(_TRAINERS_OWN, Reach.OWN),
    LoginRole.AUDITOR: dict.fromkeys(_READING, Reach.ALL),
}


# What a stolen session must not be able to do: who does it was asked for the password minutes ago (N4).
ASKED_ANEW = frozenset(
    {
        Permission.REVOKE,
        Permission.CORRECT,
        Permission.MERGE,
        Permission.VOID,
        Permission.UNDO_IMPORT,
        Permission.ACCEPT_TAKE_OVER,
        Permission.ADMINISTER,
    }
)


class Owned(Protocol):
    """A session, a class, or a trainer's own row: something that belongs to the login of one trainer."""

    @property
    def owner_id(self) -> int | None: ...


def roles_of(user: User) -> frozenset[LoginRole]:
    """Return the roles of a login; anonymous and disabled users have none. One query for each user object."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    cached: frozenset[LoginRole] | None = getattr(user, "_siteproof_roles", None)
    if cached is None:
        names = set(Group.objects.filter(user__pk=user.pk, name__in=GROUPS).values_list("name", flat=True))
        cached = frozenset(
            {LoginRole(name) for name in names} | ({LoginRole.SUPERUSER} if user.is_superuser else set())
        )
        user._siteproof_roles = cached  # type: ignore[attr-defined]  # a cache on the request's user object
    return cached


def is_auditor(user: User) -> bool:
    """Tell whether a login reads the site as an auditor and as nothing more."""
    return roles_of(user) == {LoginRole.AUDITOR}


def withhold(user: AbstractUser, permissions: frozenset[Permission]) -> None:
    """Take permissions away from this user object, as for a request by an API token that may do less than its owner."""
    user._siteproof_withheld = permissions  # type: ignore[attr-defined]  # read by `reach`


def reach(user: User, permission: Permission) -> Reach | None:
    """Return how far `permission` goes for `user`: everything, own sessions and classes, or nothing (None)."""
    if permission in getattr(user, "_siteproof_withheld", ()):
        return None
    granted = {GRANTS[role].get(permission) for role in roles_of(user)}
    if Reach.ALL in granted:
        return Reach.ALL
    return Reach.OWN if Reach.OWN in granted else None


def check_may(user: User, permission: Permission, thing: Owned | None = None) -> None:
    """Refuse what the table does not grant.

    Args:
        thing: the session or class that it is about. Without one, a grant for own sessions and classes is not enough.

    Raises:
        NotPermitted: the table does not grant it.
    """
    how_far = reach(user, permission)
    if how_far is Reach.ALL:
        return
    if how_far is Reach.OWN and thing is not None and thing.owner_id is not None and thing.owner_id == user.pk:
        return
    raise _not_permitted()


def may(user: User, permission: Permission, thing: Owned | None = None) -> bool:
    """Tell whether `check_may` would pass, so that a button and its POST cannot disagree."""
    try:
        check_may(user, permission, thing)
    except NotPermitted:
        return False
    return True


def check_may_some(user: User, permission: Permission) -> None:
    """Refuse whoever has a permission for nothing, not even for own sessions and classes.

    Raises:
        NotPermitted: the table does not grant it.
    """
    if reach(user, permission) is None:
        raise _not_permitted()


def within_reach(rows: QuerySet[Row], user: User, permission: Permission, *, trainer: str) -> QuerySet[Row]:
    """Return those of `rows` for which this person has a permission: all, a trainer's own, or none.

    Args:
        trainer: the field that leads from a row to the trainer of its session or class.
    """
    how_far = reach(user, permission)
    if how_far is Reach.ALL:
        return rows
    if how_far is Reach.OWN and user.pk is not None:
        return rows.filter(**{f"{trainer}__user_id": user.pk})
    return rows.none()


def _not_permitted() -> NotPermitted:
    return NotPermitted(_("You may not do this. Ask an HSE supervisor or an administrator."))


def name_of(user: AbstractUser) -> str:
    """Return the name under which other people see a login."""
    return user.get_full_name() or user.get_username()


View = TypeVar("View", bound=Callable[..., Any])


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Declare that a view needs any one of `permissions`, be it for own sessions and classes only."""

    def declare(view: View) -> View:
        view.permissions = frozenset(permissions)  # type: ignore[attr-defined]  # read by the middleware and the tests
        return view

    return declare


def signed_in(view: View) -> View:
    """Declare that every login may use a view, such as the one that changes one's own password."""
    view.permissions = frozenset[Permission]()  # type: ignore[attr-defined]  # as above
    return view


def public(view: View) -> View:
    """Declare that a view needs no login."""
    view.is_public = True  # type: ignore[attr-defined]  # as above
    return view


def fresh(view: View) -> View:
    """Declare that a view runs only for who was asked for the password, or what stands for it, minutes ago (N4)."""
    view.is_fresh = True  # type: ignore[attr-defined]  # read by `config.confirming` and the tests
    return view


def logged_look(view: View) -> View:
    """Declare that a view tells superusers who read, signed in or used what: each look is written down (N6)."""
    view.is_look = True  # type: ignore[attr-defined]  # read by `config.looks`
    return view


class PermissionMiddleware:
    """Deny by default: a view runs only if it declares who may use it, and the person is one of them.

    Every view of Django Admin needs the permission to administer, whether or not it declares that.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if getattr(view, "is_public", False):
            return None
        if not request.user.is_authenticated:
            if getattr(request, "htmx", False):
                return HttpResponse(_("Your login has ended. Sign in again."), status=401)
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        declared = self._declared(request, view)
        if declared is None or (declared and not any(reach(request.user, each) for each in declared)):
            raise PermissionDenied
        return None

    @staticmethod
    def _declared(request: HttpRequest, view: Callable[..., HttpResponse]) -> frozenset[Permission] | None:
        if request.resolver_match is not None and "admin" in request.resolver_match.app_names:
            return frozenset({Permission.ADMINISTER})
        return getattr(view, "permissions", None)
