"""Tokens end, have a scope, and die with a password or a right of their login (N3, N4)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.api_tokens import create_token, use_token
from config.models import ApiToken
from tests.factories.training import CourseVersionFactory, UserFactory
from training.core.groups import SUPERVISORS, TRAINERS
from training.core.permissions import Permission, may
from training.core.refusals import Invalid

pytestmark = pytest.mark.django_db

SESSIONS = "/api/v1/training/sessions"
NEW_PASSWORD = "staple of another kind"


def program(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def a_token(user: User, **facts: Any) -> tuple[ApiToken, Client]:
    chief = UserFactory(is_superuser=True)
    token, secret = create_token(user=user, name="Gate", by=chief, now=facts.pop("now", timezone.now()), **facts)
    return token, program(secret)


# An end


def test_a_token_ends_after_ninety_days_and_says_so(supervisor: User):
    token, late = a_token(supervisor, now=timezone.now() - timedelta(days=90))
    _token, in_time = a_token(supervisor, now=timezone.now() - timedelta(days=89))

    refused = late.get(SESSIONS)

    assert in_time.get(SESSIONS).status_code == 200
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert refused.json()["detail"].startswith("This token ended on ")
    token.refresh_from_db()
    assert token.last_used_at is None


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_token_lasts_a_year_at_most(supervisor: User, days: int):
    with pytest.raises(Invalid, match="from 1 to 365 days"):
        a_token(supervisor, days=days)


def test_a_token_without_an_end_is_refused_by_the_database(supervisor: User):
    token, _program = a_token(supervisor)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(expires_at=None)


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": timezone.now() + timedelta(days=9000)},
        {"scope": "admin"},
        {"digest": "0" * 64},
    ],
)
def test_nothing_of_a_token_changes_afterwards(supervisor: User, change: dict[str, Any]):
    token, _program = a_token(supervisor)
    with pytest.raises(IntegrityError, match="config_apitoken"), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(**change)


# A scope


def test_a_reading_token_reads_only_and_is_told_what_it_lacks(supervisor: User):
    _token, reader = a_token(supervisor, scope="read")
    body = {"courseId": CourseVersionFactory().course_id}

    refused = reader.post(f"{SESSIONS}/draft", body, "application/json")

    assert reader.get(SESSIONS).status_code == 200
    assert refused.status_code == 403
    assert refused["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="write"'
    assert refused.json()["detail"] == "This token may read only. Use one with the scope write."


@pytest.mark.parametrize("path", ["training/records/1/revoke", "competency/1/revoke", "learners/1/merge"])
def test_only_the_scope_admin_revokes_corrects_and_merges(superuser: User, path: str):
    _token, writer = a_token(superuser, scope="write")
    _token, admin = a_token(superuser, scope="admin")
    body = {"reason": "Wrong person", **({"into": 2} if "merge" in path else {})}

    refused = writer.post(f"/api/v1/{path}", body, "application/json")

    assert refused.status_code == 403
    assert refused.json()["detail"] == "This token may not revoke, correct or merge. Use one with the scope admin."
    assert admin.post(f"/api/v1/{path}", body, "application/json").status_code == 404  # there is no such row


def test_what_the_scope_leaves_out_is_withheld_from_services_too(superuser: User):
    """Whatever an operation declares: a service that asks for more than the token has is refused."""
    now = timezone.now()
    _token, writing = create_token(user=superuser, name="Writes", by=superuser, now=now, scope="write")
    _token, revoking = create_token(user=superuser, name="Revokes", by=superuser, now=now, scope="admin")

    writer, admin = use_token(writing, now=now).user, use_token(revoking, now=now).user

    assert [may(writer, each) for each in (Permission.PLAN, Permission.REVOKE)] == [True, False]
    assert [may(admin, each) for each in (Permission.PLAN, Permission.REVOKE)] == [True, True]


def test_a_login_that_may_not_revoke_gets_no_token_that_can(supervisor: User):
    with pytest.raises(Invalid, match="may not revoke, correct or merge"):
        a_token(supervisor, scope="admin")


# It dies with its login


def by_command(user: User) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("getpass.getpass", lambda prompt="": NEW_PASSWORD)
        call_command("changepassword", user.username)


def by_orm(user: User) -> None:
    user.set_password(NEW_PASSWORD)
    user.save()


def by_sql(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE auth_user SET password = '!' WHERE id = %s", [user.pk])


def disabled(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def no_superuser_any_more(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_superuser=False)


def out_of_a_group(user: User) -> None:
    user.groups.set([Group.objects.get(name=TRAINERS)])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (by_command, "when the password of its login was changed"),
        (by_orm, "when the password of its login was changed"),
        (by_sql, "when the password of its login was changed"),
        (disabled, "when its login was disabled"),
        (no_superuser_any_more, "when its login lost a right"),
        (out_of_a_group, "when its login lost a right"),
    ],
)
def test_a_token_dies_with_its_login_and_nothing_revives_it(change: Callable[[User], None], why: str):
    user = UserFactory(is_superuser=True, groups=[SUPERVISORS])
    token, client = a_token(user)
    assert client.get(SESSIONS).status_code == 200

    change(user)
    User.objects.filter(pk=user.pk).update(is_active=True, is_superuser=True)

    refused = client.get(SESSIONS)
    assert refused.status_code == 401
    assert why in refused.json()["detail"]
    events: Any = ApiToken.pgh_event_model  # type: ignore[attr-defined]  # set by pghistory
    assert list(events.objects.filter(pgh_obj_id=token.pk).values_list("pgh_label", flat=True)) == ["insert", "update"]
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=None)


def test_what_takes_no_right_away_ends_no_token(supervisor: User):
    _token, client = a_token(supervisor)
    supervisor.last_name = "Ireland"
    supervisor.save()
    supervisor.groups.add(Group.objects.get(name=TRAINERS))
    Client().force_login(supervisor)

    assert client.get(SESSIONS).status_code == 200


# The page of its user


def test_n3_a_new_token_is_offered_for_ninety_days_and_to_read(as_superuser: Client, supervisor: User):
    page = reverse("user_token_new", args=[supervisor.pk])
    form = as_superuser.get(page).context["form"]
    assert (form["days"].value(), form["scope"].value()) == (90, "read")

    as_superuser.post(page, {"name": "Gate", "scope": "read", "days": 30})

    token = ApiToken.objects.get()
    assert (token.scope, (token.expires_at - token.created_at).days if token.expires_at else None) == ("read", 30)
    assert "active" in as_superuser.get(f"/admin/config/apitoken/{token.pk}/change/").content.decode()


@pytest.mark.parametrize("wrong", [{"days": 400}, {"scope": "admin"}])
def test_n3_the_page_says_what_a_token_cannot_have(as_superuser: Client, supervisor: User, wrong: dict[str, Any]):
    facts = {"name": "Gate", "scope": "read", "days": 30, **wrong}

    refused = as_superuser.post(reverse("user_token_new", args=[supervisor.pk]), facts)

    assert refused.status_code == 422
    assert refused.context["form"].errors.keys() == wrong.keys()
    assert not ApiToken.objects.exists()
