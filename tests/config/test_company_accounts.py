"""Single sign-on against a real provider: who comes in, as what, for how long (N2)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Semaphore
from typing import Any

import pytest
import requests
import zeal
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config import company_sessions
from config.confirming import CONFIRMED_AT
from config.models import CompanySession, SignIn
from tests.provider import CLIENT, SECRET, RunningProvider, running_provider
from training.core.groups import AUDITORS, SUPERVISORS
from training.models import Membership

pytestmark = pytest.mark.django_db(transaction=True)  # a company's session is asked about outside of transactions

ADA = {"preferred_username": "ada", "given_name": "Ada", "family_name": "Byron", "groups": ["safety", "canteen"]}
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProvider]:
    directory = tmp_path_factory.mktemp("provider")
    with running_provider(directory, redirect_uri="http://testserver/login/company/back/") as provider:
        yield provider


@pytest.fixture
def provider(running: RunningProvider, settings: Settings) -> RunningProvider:
    """The provider, set up as docs/operations.md says."""
    use(settings, running.issuer)
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    settings.OIDC_GROUPS = {"safety": SUPERVISORS, "audit": AUDITORS, "owners": "superuser"}
    settings.SECOND_FACTOR_FOR = ["superuser", SUPERVISORS]
    running.know(u1=ADA)
    return running


def use(settings: Settings, issuer: str) -> None:
    settings.OIDC_ISSUER = issuer
    app = {
        "provider_id": "company",
        "name": "company account",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": issuer, "scope": ["openid", "profile", "email"]},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def come_in(provider: RunningProvider, person: str = "u1", *, way: str = "", browser: Client | None = None) -> Any:
    """Return what the site answers to somebody who comes from the company's sign-in page, and the browser."""
    browser = browser or Client()
    to_provider = browser.get(way or "/login/company/?next=/workers/")["Location"]
    return back(browser, provider.sign_in(to_provider, person)), browser


def back(browser: Client, address: str) -> Any:
    """Return what the site answers to who comes back. allauth loads the session twice."""
    with zeal.zeal_ignore([{"model": "sessions.Session", "field": "get()"}]):
        return browser.get(address)


def pass_minutes(minutes: int) -> None:
    CompanySession.objects.update(checked_at=timezone.now() - timedelta(minutes=minutes), asked_at=None)


def groups_of(name: str) -> set[str]:
    return set(User.objects.get(username=name).groups.values_list("name", flat=True))


def test_n2_the_first_sign_in_makes_the_login_and_each_one_gives_what_the_claim_says(provider: RunningProvider):
    assert 'href="/login/company/?next=%2Fworkers%2F"' in Client().get("/login/?next=/workers/").text

    answer, browser = come_in(provider)

    assert answer["Location"] == "/workers/"
    assert browser.get("/workers/").status_code == 200, "the company's own second factor counts"
    ada = User.objects.get(username="ada")
    assert (ada.get_full_name(), ada.has_usable_password()) == ("Ada Byron", False)
    assert groups_of("ada") == {SUPERVISORS}
    account = SocialAccount.objects.get(user=ada)
    assert (account.uid, account.extra_data) == ("u1", {}), "no claim is kept"

    provider.know(u1={**ADA, "preferred_username": "ada.byron", "groups": ["audit", "owners"]})
    come_in(provider)
    ada.refresh_from_db()
    assert (groups_of("ada"), ada.is_superuser, User.objects.count()) == ({AUDITORS}, True, 1)
    events = Membership.pgh_event_model.objects.order_by("pgh_id")
    assert list(events.values_list("pgh_label", "group__name")) == [
        ("insert", SUPERVISORS),
        ("delete", SUPERVISORS),
        ("insert", AUDITORS),
    ]
    assert {each.pgh_context.metadata["user"] for each in events} == {ada.pk}


def test_n2_who_has_no_group_or_another_ones_name_or_address_stays_outside(provider: RunningProvider):
    local = User.objects.create_superuser("Ada", email="ada@example.com", password="correct horse battery")
    provider.know(
        u1=ADA,
        u2={**ADA, "preferred_username": "bea", "email": "ada@example.com", "email_verified": True},
        u3={**ADA, "preferred_username": "cleo", "groups": ["canteen"]},
        u4={"groups": ["safety"]},
    )

    answers = {person: come_in(provider, person) for person in ("u1", "u2", "u3", "u4")}

    assert {person: answer.status_code for person, (answer, _browser) in answers.items()} == {
        "u1": 409,
        "u2": 302,
        "u3": 403,
        "u4": 403,
    }
    assert {int(each.session.get("_auth_user_id", 0)) for _answer, each in answers.values()} == {
        0,
        User.objects.get(username="bea").pk,
    }
    assert User.objects.count() == 2
    assert not SocialAccount.objects.filter(user=local).exists()
    refused = SignIn.objects.filter(outcome=SignIn.Outcome.REFUSED).order_by("pk")
    assert list(refused.values_list("username", flat=True)) == ["ada", "cleo", ""]


def test_n2_no_local_login_is_linked_and_no_other_site_is_led_to(provider: RunningProvider):
    browser = Client()
    browser.force_login(User.objects.create_superuser("haddad", password="correct horse battery"))

    answer, browser = come_in(provider, way="/login/company/?process=connect&next=//evil.example", browser=browser)

    assert answer["Location"] == "/"
    assert SocialAccount.objects.get().user.username == "ada"
    assert browser.get("/login/company/back/?code=x&state=forged").status_code == 503


def test_n2_one_request_asks_every_five_minutes_and_who_left_the_group_is_out_everywhere(provider: RunningProvider):
    (_first, browser), (_second, other) = come_in(provider), come_in(provider)
    row = CompanySession.objects.get(key=browser.session["company"])
    assert row.refresh not in str(dict(browser.session))

    pass_minutes(6)
    CompanySession.objects.update(asked_at=timezone.now())
    assert browser.get("/workers/").status_code == 200, "somebody else asks"
    assert CompanySession.objects.get(pk=row.pk).refresh == row.refresh
    for _time in range(2):  # the provider exchanges the token each time
        pass_minutes(6)
        assert browser.get("/workers/").status_code == 200
        assert other.get("/workers/").status_code == 200
    assert CompanySession.objects.get(pk=row.pk).refresh != row.refresh

    provider.know(u1={**ADA, "groups": ["canteen"]})
    assert browser.get("/workers/").status_code == 200, "not due"
    pass_minutes(6)
    assert browser.get("/workers/")["Location"] == "/login/?next=/workers/"
    assert other.get("/workers/")["Location"] == "/login/?next=/workers/"
    assert groups_of("ada") == set()


def test_n2_of_many_requests_at_once_one_asks(provider: RunningProvider, monkeypatch: pytest.MonkeyPatch):
    come_in(provider)
    row = CompanySession.objects.get()
    asked: list[str] = []
    gone_on = Semaphore(0)

    def ask(row: CompanySession, user: User) -> company_sessions.Answer:
        asked.append(row.key)
        assert not connection.in_atomic_block, "no lock is held during the call"
        assert all(gone_on.acquire(timeout=10) for _other in range(7)), "nobody waits for who asks"
        return company_sessions.Answer(company_sessions.Belongs.YES, ADA, "another")

    def request(_number: int) -> bool:
        try:
            return company_sessions.still_belongs(row.key, user=row.user, now=timezone.now())
        finally:
            gone_on.release()
            connection.close()

    monkeypatch.setattr(company_sessions, "_ask", ask)
    pass_minutes(6)
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(request, range(8)))
    assert asked == [row.key]


def test_n2_who_left_the_company_is_out(provider: RunningProvider):
    _answer, browser = come_in(provider)
    provider.know(u2=ADA)
    pass_minutes(6)
    assert browser.get("/workers/")["Location"] == "/login/?next=/workers/"
    assert not CompanySession.objects.exists()


def test_n2_while_the_provider_is_away_a_session_lasts_fifteen_minutes_more(
    provider: RunningProvider, settings: Settings
):
    _answer, browser = come_in(provider)
    use(settings, NOWHERE)

    pass_minutes(19)
    assert browser.get("/workers/").status_code == 200
    pass_minutes(21)
    assert browser.get("/workers/").status_code == 302
    assert Client().get("/login/company/").status_code == 503

    use(settings, provider.issuer)
    _answer, browser = come_in(provider)
    CompanySession.objects.all().delete()
    assert browser.get("/workers/").status_code == 302, "nobody knows of the session any more"


def test_n2_a_provider_that_is_slow_keeps_nobody_waiting(provider: RunningProvider, monkeypatch: pytest.MonkeyPatch):
    _answer, browser = come_in(provider)
    waits: list[float] = []

    def slow(*_arguments: Any, timeout: float, **_options: Any) -> None:
        waits.append(timeout)
        raise requests.Timeout

    monkeypatch.setattr(requests, "post", slow)
    pass_minutes(6)
    assert browser.get("/workers/").status_code == 200
    assert browser.get("/workers/").status_code == 200, "the next one asks again only after a while"
    assert len(waits) == 1
    assert waits[0] <= company_sessions.BUDGET_SECONDS


def test_n4_who_has_no_password_is_asked_anew_by_the_company_and_nobody_else_answers(provider: RunningProvider):
    provider.know(u1={**ADA, "groups": ["owners"]}, u2={**ADA, "preferred_username": "bea"})
    at_company = requests.Session()
    browser = Client()
    to_provider = browser.get("/login/company/")["Location"]
    back(browser, provider.sign_in(to_provider, "u1", at_company))
    session = browser.session
    session[CONFIRMED_AT] -= 301
    session.save()
    asks = "/confirm/company/?next=%2Fusers%2Fnew%2F"
    assert browser.get("/users/new/")["Location"] == asks

    to_provider = browser.get(asks)["Location"]
    assert "prompt=login" in to_provider
    assert back(browser, provider.sign_in(to_provider, "u2")).status_code == 403
    assert browser.get("/users/new/").status_code == 302

    to_provider = browser.get(asks)["Location"]
    assert back(browser, provider.sign_in(to_provider, "u1", at_company))["Location"] == "/users/new/"
    assert browser.get("/users/new/").status_code == 200
