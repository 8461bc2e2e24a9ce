"""Users, what opens their logins, and how they are cut off (N3, N6)."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.api_tokens import create_token
from config.models import ApiToken, Invitation, LastDay
from config.services.invitations import (
    InvitationOver,
    LoginDisabled,
    OpenedByCompany,
    accept_invitation,
    invite_login,
    open_invitation,
)
from config.services.users import (
    GroupsFromProvider,
    OwnAccess,
    UserFacts,
    create_login,
    disable_login,
    edit_login,
    enable_login,
)
from tests.concurrency.at_once import all_at_once
from tests.factories.training import UserFactory
from tests.fixtures import client_of
from training.core.groups import AUDITORS, SUPERVISORS, TRAINERS
from training.core.refusals import Invalid, NotPermitted
from training.models import Login

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
OTHER_PASSWORD = "staple of another kind"
TODAY = "/"


def chosen(password: str = PASSWORD) -> dict[str, str]:
    return {"password": password, "again": password}


def is_signed_in(client: Client) -> bool:
    return client.get(TODAY).status_code == 200


def program(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


# Invitations


def test_n3_a_new_user_chooses_the_password_by_a_link_that_works_once(as_superuser: Client, superuser: User):
    answer = as_superuser.post(reverse("user_new"), {"username": "m.haddad", "groups": [SUPERVISORS]})
    link, user = answer.context["address"], User.objects.get(username="m.haddad")
    secret = link.partition("key=")[2]

    assert link.encode() in answer.content
    assert not user.has_usable_password()
    assert link.startswith("http://testserver/invitation/accept/?key=")
    assert Client().get(link).status_code == 200
    short = Client().post(link, chosen("short"))
    assert short.status_code == 422
    assert "at least 12 characters" in short.content.decode()
    assert Client().post(link, {"password": PASSWORD, "again": "another"}).status_code == 422
    assert Client().post(link, chosen())["Location"] == reverse("login")

    assert Client().login(username="m.haddad", password=PASSWORD)
    for reused in (Client().get(link), Client().post(link, chosen(OTHER_PASSWORD))):
        assert reused.status_code == 404
        assert "Ask who invited you for a new one" in reused.content.decode()
    assert not Client().login(username="m.haddad", password=OTHER_PASSWORD)
    kept = Invitation.objects.get(user=user)
    assert secret not in {kept.digest, *Invitation.pgh_event_model.objects.values_list("digest", flat=True)}  # type: ignore[attr-defined]


def test_n3_a_link_ends_after_seven_days_and_with_the_next_one(superuser: User):
    user, now = UserFactory(), timezone.now()
    _, first = invite_login(user_id=user.pk, by=superuser, now=now)

    open_invitation(first, now=now + timedelta(days=7, seconds=-1))
    with pytest.raises(InvitationOver):
        open_invitation(first, now=now + timedelta(days=7))
    _, second = invite_login(user_id=user.pk, by=superuser, now=now)
    with pytest.raises(InvitationOver):
        accept_invitation(secret=first, password=PASSWORD, now=now)
    accept_invitation(secret=second, password=PASSWORD, now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.exclude(used_at=None).update(used_at=None)


@pytest.mark.django_db(transaction=True)
def test_n3_two_who_use_a_link_at_the_same_moment_do_not_both_set_a_password(superuser: User):
    user, now = UserFactory(), timezone.now()
    _, secret = invite_login(user_id=user.pk, by=superuser, now=now)

    passwords = [PASSWORD, OTHER_PASSWORD]
    answers = all_at_once(
        [
            lambda password=each: accept_invitation(secret=secret, password=password, now=now)  # type: ignore[misc]
            for each in passwords
        ]
    )

    assert sorted(type(each).__name__ for each in answers) == ["InvitationOver", "User"]
    winner = passwords[[isinstance(each, User) for each in answers].index(True)]
    user.refresh_from_db()
    assert user.check_password(winner)


# Cutting off


def test_n3_disabling_ends_sessions_tokens_and_links_and_enabling_revives_none(superuser: User, supervisor: User):
    now = timezone.now()
    browser, other = client_of(supervisor), client_of(superuser)
    _token, secret = create_token(user=supervisor, name="Gate", by=superuser, now=now)
    _, link = invite_login(user_id=supervisor.pk, by=superuser, now=now)
    assert is_signed_in(browser)

    disable_login(user_id=supervisor.pk, by=superuser, now=now)

    assert not is_signed_in(browser)
    assert program(secret).get("/api/v1/training/sessions").status_code == 401
    with pytest.raises(LoginDisabled):
        invite_login(user_id=supervisor.pk, by=superuser, now=now)
    enable_login(user_id=supervisor.pk, by=superuser)
    assert not is_signed_in(browser)
    assert program(secret).get("/api/v1/training/sessions").status_code == 401
    with pytest.raises(InvitationOver):
        open_invitation(link, now=now)
    assert is_signed_in(other)


def test_n3_nobody_takes_away_their_own_access(superuser: User):
    now = timezone.now()
    with pytest.raises(OwnAccess):
        disable_login(user_id=superuser.pk, by=superuser, now=now)
    with pytest.raises(OwnAccess):
        edit_login(user_id=superuser.pk, facts=UserFacts(username="me"), by=superuser, now=now)


@pytest.mark.django_db(transaction=True)
def test_n3_two_superusers_who_disable_each_other_at_once_leave_one(superuser: User):
    other, now = UserFactory(is_superuser=True), timezone.now()

    answers = all_at_once(
        [
            lambda: disable_login(user_id=other.pk, by=superuser, now=now),
            lambda: disable_login(user_id=superuser.pk, by=other, now=now),
        ]
    )

    assert sorted(type(each).__name__ for each in answers) == ["NotPermitted", "User"]
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda user, by, now: create_login(facts=UserFacts(username="x"), by=by, now=now),
        lambda user, by, now: edit_login(user_id=user.pk, facts=UserFacts(username="x"), by=by, now=now),
        lambda user, by, now: disable_login(user_id=user.pk, by=by, now=now),
        lambda user, by, now: enable_login(user_id=user.pk, by=by),
        lambda user, by, now: invite_login(user_id=user.pk, by=by, now=now),
    ],
)
def test_n3_only_superusers_keep_logins(act: Callable[..., Any], supervisor: User):
    with pytest.raises(NotPermitted):
        act(UserFactory(), supervisor, timezone.now())


# Groups and the last day


def test_n3_a_group_that_stays_ends_no_token(superuser: User):
    now = timezone.now()
    user = create_login(facts=UserFacts(username="mona", groups=[SUPERVISORS]), by=superuser, now=now)
    token, _secret = create_token(user=user, name="Gate", by=superuser, now=now)

    facts = UserFacts(username="mona", first_name="Mona", groups=[SUPERVISORS, TRAINERS])
    edit_login(user_id=user.pk, facts=facts, by=superuser, now=now)
    token.refresh_from_db()
    assert token.revoked_at is None

    edit_login(user_id=user.pk, facts=replace(facts, groups=[TRAINERS]), by=superuser, now=now)
    token.refresh_from_db()
    assert token.ended_by == ApiToken.Ended.DEMOTED
    assert list(user.groups.values_list("name", flat=True)) == [TRAINERS]


def test_n3_what_a_company_account_may_do_is_not_changed_here(as_superuser: Client, superuser: User):
    now = timezone.now()
    user = create_login(facts=UserFacts(username="mona", groups=[SUPERVISORS]), by=superuser, now=now)
    SocialAccount.objects.create(user=user, provider="company", uid="7")
    address = reverse("user_edit", args=[user.pk])

    for facts in (UserFacts(username="mona"), UserFacts(username="mona", groups=[SUPERVISORS], is_superuser=True)):
        with pytest.raises(GroupsFromProvider):
            edit_login(user_id=user.pk, facts=facts, by=superuser, now=now)
    with pytest.raises(OpenedByCompany):
        invite_login(user_id=user.pk, by=superuser, now=now)
    as_superuser.post(address, {"username": "mona", "first_name": "Mona", "groups": [TRAINERS], "is_superuser": "on"})

    user.refresh_from_db()
    assert (user.first_name, user.is_superuser, [group.name for group in user.groups.all()]) == (
        "Mona",
        False,
        [SUPERVISORS],
    )


def test_n6_an_auditor_has_a_last_day_after_which_nothing_opens(superuser: User, as_superuser: Client):
    today = timezone.localdate()
    form = {"username": "audit", "groups": [AUDITORS]}
    refused = as_superuser.post(reverse("user_new"), form)
    assert refused.status_code == 422
    assert "An auditor&#x27;s login has a last day." in refused.content.decode()
    made = as_superuser.post(reverse("user_new"), {**form, "last_day": today.isoformat()})
    auditor = User.objects.get(username="audit")
    Client().post(made.context["address"], chosen())
    browser = Client()
    assert browser.login(username="audit", password=PASSWORD)
    _token, secret = create_token(user=auditor, name="Mirror", by=superuser, now=timezone.now(), scope="read")
    assert is_signed_in(browser)

    LastDay.objects.update(day=today - timedelta(days=1))

    assert not is_signed_in(browser)
    assert not Client().login(username="audit", password=PASSWORD)
    answer = program(secret).get("/api/v1/training/sessions")
    assert answer.status_code == 401
    assert answer.json()["detail"].startswith("The last day of this token's login is over.")


# Pages


@pytest.mark.parametrize("people", [1, 3])
def test_n3_the_list_shows_what_opens_each_login(as_superuser: Client, superuser: User, people: int):
    now = timezone.now()
    for number in range(people):
        facts = UserFacts(username=f"crew{number}", groups=[TRAINERS], last_day=timezone.localdate())
        user = create_login(facts=facts, by=superuser, now=now)
        create_token(user=user, name="Gate", by=superuser, now=now)
        create_token(user=user, name="Board", by=superuser, now=now)
        invite_login(user_id=user.pk, by=superuser, now=now)

    with CaptureQueriesContext(connection) as queries:
        answer = as_superuser.get(reverse("users"), {"q": "crew"})

    lines = answer.context["lines"]
    assert [(line.word, line.tokens, list(line.groups)) for line in lines] == [("Invited", 2, ["Trainer"])] * people
    assert len(queries) == 9


def test_n3_a_token_is_made_shown_once_and_revoked_on_the_page_of_its_user(as_superuser: Client, supervisor: User):
    page = reverse("user", args=[supervisor.pk])
    answer = as_superuser.post(
        reverse("user_token_new", args=[supervisor.pk]), {"name": "Gate", "scope": "read", "days": 30}
    )
    secret, token = answer.context["secret"], ApiToken.objects.get()

    assert program(secret).get("/api/v1/training/sessions").status_code == 200
    assert secret not in as_superuser.get(page).content.decode()
    assert "Gate" in as_superuser.get(page).content.decode()
    assert as_superuser.post(reverse("token_revoke", args=[token.pk]))["Location"] == page
    assert program(secret).get("/api/v1/training/sessions").status_code == 401
    assert as_superuser.post(reverse("token_revoke", args=[token.pk])).status_code == 409


def test_n3_what_happened_to_a_login_is_told_on_its_page(as_superuser: Client, supervisor: User):
    as_superuser.post(reverse("user_disable", args=[supervisor.pk]))

    told = as_superuser.get(reverse("user_trail", args=[supervisor.pk])).content.decode()

    assert "Login changed" in told
    assert "Group of the login HSE supervisor added" in told


# Commands


def test_n3_an_operator_makes_a_login_whose_link_or_password_works(monkeypatch: pytest.MonkeyPatch):
    out = io.StringIO()
    call_command("create_login", "chief", "--superuser", stdout=out, stderr=io.StringIO())
    assert Client().post(out.getvalue().strip(), chosen()).status_code == 302
    assert client_of(User.objects.get(username="chief")).get(reverse("users")).status_code == 200

    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    call_command("create_login", "pierre", "--group", TRAINERS, "--password-stdin", stdout=out, stderr=out)
    assert Client().login(username="pierre", password=PASSWORD)

    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(Invalid, match="too short"):
        call_command("create_login", "carl", "--password-stdin")
    events = Login.pgh_event_model.objects.filter(pgh_label="insert").order_by("pgh_id")  # type: ignore[attr-defined]
    assert [event.pgh_context.metadata["command"] for event in events] == ["create_login", "create_login"]
    assert all(event.pgh_context.metadata["operator"] for event in events)


def test_n3_an_operator_makes_a_token_that_is_printed_once(supervisor: User):
    out = io.StringIO()
    call_command("create_token", supervisor.username, "HR", "--days", "10", stdout=out, stderr=io.StringIO())

    assert program(out.getvalue().strip()).get("/api/v1/training/sessions").status_code == 200
    token = ApiToken.objects.get()
    assert (token.scope, token.created_by, token.name) == ("read", None, "HR")
    (event,) = ApiToken.pgh_event_model.objects.all()  # type: ignore[attr-defined]
    assert event.pgh_context.metadata["command"] == "create_token"
