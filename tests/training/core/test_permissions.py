"""The permission table and the middleware that denies by default (1-domain, Who)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from tests.factories.training import SessionFactory, UserFactory
from training.core.permissions import (
    Owned,
    Permission,
    PermissionMiddleware,
    check_may,
    may,
    public,
    requires,
    signed_in,
)
from training.core.refusals import NotPermitted
from training.models import Trainer

SUPERUSER_ONLY = {
    Permission.REVOKE,
    Permission.CORRECT,
    Permission.MERGE,
    Permission.DATE_BACK_STATUS,
    Permission.VOID,
    Permission.IMPORT_REGISTER,
    Permission.UNDO_IMPORT,
    Permission.ACCEPT_TAKE_OVER,
    Permission.ACCEPT_LEAVERS,
    Permission.EXPORT_CONTACTS,
    Permission.EXPORT_PERSON,
    Permission.ADMINISTER,
}
TRAINERS = {
    Permission.READ_SESSION,
    Permission.ADD_WALK_IN,
    Permission.MARK,
    Permission.UPLOAD,
    Permission.READ_EVIDENCE,
    Permission.READ_CLASS,
    Permission.CAPTURE,
    Permission.OFFER_CALENDAR,
}
READING = {Permission.READ_SITE, Permission.READ_SESSION, Permission.READ_EVIDENCE, Permission.READ_CLASS}


def granted(user: User | AnonymousUser, thing: Owned | None = None) -> set[Permission]:
    return {permission for permission in Permission if may(user, permission, thing)}


def test_superuser_may_everything(superuser: User) -> None:
    assert granted(superuser) == set(Permission)


def test_supervisor_may_everything_but_what_only_superusers_may(supervisor: User) -> None:
    assert granted(supervisor) == set(Permission) - SUPERUSER_ONLY


def test_auditor_reads_and_changes_nothing(auditor: User) -> None:
    assert granted(auditor) == READING


def test_trainer_may_only_within_own_sessions(trainer: Trainer, trainer_user: User) -> None:
    own, foreign, nobodys = SessionFactory(trainer=trainer), SessionFactory(), SessionFactory(trainer=None)

    assert granted(trainer_user, own) == TRAINERS
    assert granted(trainer_user, foreign) == set()
    assert granted(trainer_user, nobodys) == set()
    assert granted(trainer_user) == set()


@pytest.mark.django_db
def test_who_is_in_no_group_or_disabled_or_anonymous_may_nothing() -> None:
    assert granted(UserFactory()) == set()
    assert granted(UserFactory(is_superuser=True, is_active=False)) == set()
    assert granted(AnonymousUser()) == set()


def test_refusal_says_what_to_do(auditor: User) -> None:
    with pytest.raises(NotPermitted, match="Ask an HSE supervisor"):
        check_may(auditor, Permission.PLAN)


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("seen")


def through_middleware(
    view: Callable[..., Any], user: User | AnonymousUser, *, htmx: bool = False
) -> HttpResponse | None:
    request: Any = RequestFactory().get("/sessions/?status=DRAFT")
    request.user = user
    request.htmx = htmx
    request.resolver_match = None
    return PermissionMiddleware(answer).process_view(request, view, (), {})


def test_view_that_declares_nothing_is_refused_even_to_a_superuser(superuser: User) -> None:
    with pytest.raises(PermissionDenied):
        through_middleware(lambda request: None, superuser)


def test_declared_views_open_to_those_granted(
    supervisor: User, auditor: User, trainer: Trainer, trainer_user: User
) -> None:
    planning = requires(Permission.PLAN)(lambda request: None)
    marking = requires(Permission.MARK)(lambda request: None)

    assert through_middleware(planning, supervisor) is None
    assert through_middleware(marking, trainer_user) is None
    with pytest.raises(PermissionDenied):
        through_middleware(planning, auditor)


@pytest.mark.django_db
def test_anonymous_is_sent_to_the_login_and_htmx_is_told() -> None:
    view = requires(Permission.PLAN)(lambda request: None)

    page, fragment = through_middleware(view, AnonymousUser()), through_middleware(view, AnonymousUser(), htmx=True)

    assert page is not None
    assert page["Location"] == "/login/?next=/sessions/%3Fstatus%3DDRAFT"
    assert fragment is not None
    assert fragment.status_code == 401


@pytest.mark.django_db
def test_public_and_signed_in_views() -> None:
    assert through_middleware(public(lambda request: None), AnonymousUser()) is None
    assert through_middleware(signed_in(lambda request: None), UserFactory()) is None
