"""Who has a session and nothing else does not revoke, correct, merge, undo or make tokens, and does not stay (N4)."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from config.api_tokens import create_token
from config.attempts import CountedBy, counter, forget
from config.confirming import CONFIRMED_AT
from config.idle import POLLING, SEEN_AT
from config.models import ApiToken, SignIn
from learners.models import Revocation
from tests.factories.learners import TrainingRecordFactory
from tests.fixtures import client_of
from tests.test_access import ACCESS, _patterns
from training.core.permissions import ASKED_ANEW

pytestmark = pytest.mark.django_db

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PASSWORD = "correct horse battery"
IN_ADMIN = re.compile(r"admin:.*_(revoke|void|undo|decide)")


def later(client: Client, *, confirmed: int = 0, seen: int = 0) -> Client:
    """Return the client as if so many seconds had passed."""
    session = client.session
    session[CONFIRMED_AT] -= confirmed
    session[SEEN_AT] -= seen
    session.save()
    return client


@pytest.fixture
def stale(superuser: User) -> Client:
    superuser.set_password(PASSWORD)
    superuser.save()
    return later(client_of(superuser), confirmed=301)


def is_fresh(name: str) -> bool:
    return getattr(_patterns()[name].callback, "is_fresh", False)


def address_of(name: str) -> str:
    pattern = _patterns()[name].pattern
    return reverse(name, kwargs={part: "1" if part != "day" else date(2026, 1, 1) for part in pattern.regex.groupindex})


def test_n4_every_address_of_these_permissions_says_that_it_asks() -> None:
    needs = {
        name
        for name, methods in ACCESS.items()
        if "POST" in methods
        and (declared := getattr(_patterns()[name].callback, "permissions", None))
        and declared <= ASKED_ANEW
    }
    assert {"attendance:record_revoke", "attendance:session_correct", "learners:worker_merge"} <= needs
    assert {name for name in needs if not is_fresh(name)} == set()
    in_admin = {name for name in _patterns() if IN_ADMIN.fullmatch(name)}
    assert len(in_admin) >= 6
    assert {name for name in in_admin if not is_fresh(name)} == set()


def test_n4_a_stolen_session_is_asked_before_each_of_them_and_changes_nothing(stale: Client) -> None:
    for name in [each for each in _patterns() if is_fresh(each)]:
        url = address_of(name)
        opened = stale.get(url)
        assert opened["Location"].startswith("/confirm/?next="), name
        part = stale.get(url, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/workers/?page=2"})
        assert part["HX-Redirect"] == "/confirm/?next=%2Fworkers%2F%3Fpage%3D2", name
        assert stale.post(url, {"reason": "because"}).status_code == 409, name
        assert stale.post(url, {"reason": "because"}, headers={"HX-Request": "true"}).status_code == 409, name


def test_n4_a_session_revokes_and_makes_tokens_minutes_after_the_password_and_by_no_door_later(
    superuser: User, stale: Client
) -> None:
    record = TrainingRecordFactory()
    by_page, by_api = f"/records/{record.pk}/revoke/", f"/api/v1/training/records/{record.pk}/revoke"
    token = {"name": "mine", "scope": "admin", "days": 1}
    tokens = reverse("user_token_new", args=[superuser.pk])
    said = {"reason": "wrong person"}

    assert stale.post(by_page, said).status_code == 409
    assert stale.post(tokens, token).status_code == 409
    answer = stale.post(by_api, said, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    for scope, status in (("write", 403), ("admin", 200)):
        assert not Revocation.objects.exists()
        _row, secret = create_token(user=superuser, name="a program", scope=scope, by=superuser, now=timezone.now())
        sent: Any = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {secret}"}}
        assert Client().post(by_api, said, **sent).status_code == status

    stale.post("/confirm/", {"password": PASSWORD})
    stale.post(tokens, token)
    assert ApiToken.objects.filter(name="mine").count() == 1


def test_n4_the_password_is_asked_leads_back_and_renews_the_session(stale: Client, superuser: User) -> None:
    before = stale.session.session_key
    assert "Say who you are" in stale.get("/confirm/?next=/records/7/revoke/").text

    for attempt in range(5):
        answer = stale.post("/confirm/", {"password": f"wrong {attempt}", "next": "/"})
        assert answer.status_code == 200
    assert stale.post("/confirm/", {"password": PASSWORD, "next": "/"}).status_code == 429

    other = later(client_of(superuser), confirmed=301)
    forget([counter(CountedBy.OLD_PASSWORD, str(superuser.pk))])
    answer = other.post("/confirm/", {"password": PASSWORD, "next": "/records/7/revoke/"})
    assert answer["Location"] == "/records/7/revoke/"
    assert stale.session.session_key == before
    assert other.get(reverse("user_token_new", args=[superuser.pk])).status_code == 200
    assert SignIn.objects.filter(outcome=SignIn.Outcome.CONFIRMED, user_id=superuser.pk).count() == 1


def test_n4_a_copy_of_the_cookie_from_before_the_password_opens_nothing(stale: Client) -> None:
    copied = stale.cookies["sessionid"].value
    stale.post("/confirm/", {"password": PASSWORD})
    thief = Client()
    thief.cookies["sessionid"] = copied
    assert thief.get("/")["Location"].startswith("/login/")
    assert stale.get("/").status_code == 200


def test_n4_who_does_nothing_is_signed_out_and_polling_is_nothing(supervisor: User, settings: Settings) -> None:
    settings.IDLE_MINUTES = 60
    browser = client_of(supervisor)

    later(browser, seen=50)
    seen = browser.session[SEEN_AT]
    browser.get("/jobs/")
    assert browser.session[SEEN_AT] == seen, "stored once a minute"
    later(browser, seen=20)
    polling = {"HX-Request": "true", POLLING: "1"}
    browser.get("/jobs/", headers=polling)
    assert browser.session[SEEN_AT] == seen - 20, "what a page asks by itself is no activity"
    browser.get("/jobs/")
    assert browser.session[SEEN_AT] >= seen

    later(browser, seen=3601)
    assert browser.get("/jobs/", headers=polling).status_code == 401
    assert browser.get("/jobs/")["Location"] == "/login/?next=/jobs/"
    assert list(SignIn.objects.order_by("pk").values_list("outcome", flat=True)) == ["signed_in", "signed_out"]


def test_n4_a_session_ends_twelve_hours_after_its_beginning_whatever_is_done(supervisor: User) -> None:
    browser = client_of(supervisor)
    ends = browser.session.get_expiry_date()
    later(browser, seen=600)
    browser.get("/jobs/")
    assert browser.session.get_expiry_date() == ends
    assert 0 <= (timezone.now() - ends).total_seconds() + 12 * 3600 < 60


def test_n4_all_that_pages_ask_by_themselves_says_so() -> None:
    for path in TEMPLATES.rglob("*.html"):
        for tag in re.findall(r"<[^>]*hx-trigger=\"every [^>]*>", path.read_text()):
            assert f'"{POLLING}"' in tag, path
