"""Second factors: required, counted, used once, encrypted, taken away by somebody else (N1)."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.api_tokens import create_token
from config.confirming import CONFIRMED_AT
from config.models import SecondFactor, SignIn
from config.second_factor import NoSecondFactor, reset_second_factor
from tests.fixtures import client_of
from training.core.refusals import NotFound, NotPermitted

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXP"
EVENTS: Any = SecondFactor.pgh_event_model


def code(*, secret: str = SECRET, later: int = 0) -> str:
    """Return the code of the present half minute, or of one that comes `later`."""
    made: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))
    return made


@pytest.fixture
def owner() -> User:
    """A superuser with an app and recovery codes."""
    user = User.objects.create_superuser("haddad", password=PASSWORD)
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


@pytest.fixture
def required(settings: Settings) -> None:
    settings.SECOND_FACTOR_FOR = ["superuser"]


def after_password(next_: str = "") -> Client:
    client = Client()
    answer = client.post("/login/", {"username": "haddad", "password": PASSWORD, "next": next_})
    assert answer["Location"].startswith("/login/code/")
    return client


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def recovery_codes(user: User) -> list[str]:
    codes: list[str] = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    return codes


@pytest.mark.usefixtures("required")
def test_n1_who_needs_a_second_factor_reaches_nothing_but_the_page_that_sets_one_up(superuser: User, supervisor: User):
    browser = client_of(superuser)

    for page in ("/", "/admin/", "/admin/auth/user/add/", "/workers/", "/jobs/"):
        answer = browser.get(page)
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/"), page
    assert browser.get("/", headers={"HX-Request": "true"})["HX-Redirect"] == "/sign-in/"
    assert browser.get("/api/v1/classes").status_code == 403
    assert "needs a second factor" in browser.get("/sign-in/").text

    _row, token = create_token(user=superuser, name="nightly", by=superuser, now=timezone.now())
    assert Client().get("/api/v1/classes", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert client_of(supervisor).get("/").status_code == 200


@pytest.mark.django_db(transaction=True)  # the factor counts once it is committed
@pytest.mark.usefixtures("required")
def test_n1_an_app_that_is_set_up_opens_this_session_and_is_asked_for_in_all_others(superuser: User):
    superuser.set_password(PASSWORD)
    superuser.username = "haddad"
    superuser.save()
    browser, other = client_of(superuser), client_of(superuser)
    secret = browser.get("/sign-in/app/").context["form"].secret

    assert browser.post("/sign-in/app/", {"code": "000000"}).status_code == 200
    assert browser.post("/sign-in/app/", {"code": code(secret=secret)})["Location"] == "/sign-in/codes/"
    shown = browser.get("/sign-in/codes/").context["unused_codes"]
    assert len(shown) == 10
    assert shown[0] not in browser.get("/sign-in/codes/").text, "shown once"
    assert browser.get("/").status_code == 200

    assert other.get("/workers/")["Location"] == "/confirm/code/?next=%2Fworkers%2F"
    assert other.post("/confirm/code/", {"code": shown[0], "next": "/workers/"})["Location"] == "/workers/"
    assert other.get("/workers/").status_code == 200

    third = after_password()
    assert not is_signed_in(third)
    third.post("/login/code/", {"code": code(secret=secret, later=1)})
    assert third.get("/").status_code == 200
    assert list(EVENTS.objects.order_by("pgh_id").values_list("pgh_label", "type")) == [
        ("insert", "totp"),
        ("insert", "recovery_codes"),
        ("data", "recovery_codes"),  # shown
        ("data", "recovery_codes"),  # used
    ]
    assert {each.pgh_context.metadata["user"] for each in EVENTS.objects.all()} == {superuser.pk}


def test_n1_a_code_and_a_recovery_code_open_once_and_the_session_gets_a_new_key(owner: User):
    now, spare = code(), recovery_codes(owner)[0]
    for each in (now, spare):
        first, second = after_password(), after_password()
        before = first.session.session_key
        first.post("/login/code/", {"code": each})
        assert is_signed_in(first)
        assert first.session.session_key != before
        assert second.post("/login/code/", {"code": each}).status_code == 200
        assert not is_signed_in(second)
    assert len(recovery_codes(owner)) == 9


def test_n1_wrong_codes_are_counted_wherever_they_are_tried_and_then_a_right_one_has_to_wait(owner: User):
    guesser = after_password()
    for _guess in range(5):
        assert after_password().post("/login/code/", {"code": "000000"}).status_code == 200

    answer = guesser.post("/login/code/", {"code": recovery_codes(owner)[0]})

    assert "Too many attempts" in answer.text
    assert not is_signed_in(guesser)
    assert SignIn.objects.filter(outcome=SignIn.Outcome.FACTOR_REFUSED, user_id=owner.pk).count() == 5
    assert len(recovery_codes(owner)) == 10


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_n1_no_step_leads_to_another_site(owner: User, address: str, settings: Settings):
    settings.ALLOWED_HOSTS = ["testserver", "evil.example"]  # another name of the server is another place all the same
    browser = after_password(address)

    answer = browser.post("/login/code/", {"code": recovery_codes(owner)[0], "next": address})
    assert answer["Location"] == "/"
    for confirm, given in (("/confirm/", {"password": PASSWORD}), ("/confirm/code/", {"code": code()})):
        assert browser.post(confirm, {**given, "next": address})["Location"] == "/"


def test_n1_secrets_are_encrypted_and_the_key_can_be_changed(owner: User, settings: Settings):
    stored = Authenticator.objects.get(user=owner, type="totp")
    assert SECRET not in str(stored.data)

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another " * 10
    assert stored.wrap().validate_code(code())
    call_command("encrypt_anew")
    settings.SECRET_KEY_FALLBACKS = []
    assert Authenticator.objects.get(pk=stored.pk).wrap().validate_code(code(later=1))
    assert len(recovery_codes(owner)) == 10

    settings.SECRET_KEY = "forgotten " * 10
    with pytest.raises(CommandError, match="opened by no key"):
        call_command("encrypt_anew")


@pytest.mark.usefixtures("required")
def test_n1_another_superuser_takes_a_lost_factor_away_and_open_sessions_go_to_the_set_up(
    owner: User, superuser: User, supervisor: User
):
    browser = after_password()
    browser.post("/login/code/", {"code": code()})
    assert browser.get("/").status_code == 200

    for somebody in (owner, supervisor):
        with pytest.raises(NotPermitted):
            reset_second_factor(user_id=owner.pk, by=somebody)
    with pytest.raises(NotFound):
        reset_second_factor(user_id=0, by=superuser)
    assert Authenticator.objects.filter(user=owner).count() == 2
    reset_second_factor(user_id=owner.pk, by=superuser)

    assert browser.get("/")["Location"] == "/sign-in/"
    taken = EVENTS.objects.filter(pgh_label="delete", user=owner)
    assert {each.pgh_context.metadata["user"] for each in taken} == {superuser.pk}
    assert taken.count() == 2
    with pytest.raises(NoSecondFactor):
        reset_second_factor(user_id=owner.pk, by=superuser)
    with pytest.raises(CommandError, match="no such login"):
        call_command("reset_second_factor", "nobody")


def test_n1_factors_change_only_minutes_after_the_password(owner: User):
    browser = after_password()
    browser.post("/login/code/", {"code": code()})
    session = browser.session
    session[CONFIRMED_AT] -= 301
    session.save()

    for page in ("/sign-in/app/remove/", "/sign-in/passkeys/add/", "/sign-in/codes/", "/sign-in/codes/new/"):
        assert browser.get(page)["Location"].startswith("/confirm/?next="), page
        assert browser.post(page).status_code in {405, 409}, page
    assert Authenticator.objects.filter(user=owner).count() == 2

    browser.post("/confirm/", {"password": PASSWORD})
    assert browser.post("/sign-in/app/remove/")["Location"] == "/sign-in/"
    assert not Authenticator.objects.filter(user=owner).exists(), "no recovery codes without a factor"
