"""Guessing is slowed by name, address and form, and the owner of a name gets in meanwhile (ADR 29)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from config import hashers
from config.attempts import LIMITS, CountedBy, Limit, TooManyAttempts, begin, counter, succeeded
from config.models import Attempts
from tests.fixtures import client_of

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
STRANGER = "198.51.100.66"


@pytest.fixture
def haddad() -> User:
    return User.objects.create_user("haddad", password=PASSWORD)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """The clock stands still, however busy the machine is, unless it is moved on."""
    now = timezone.now()

    def later(by: timedelta) -> None:
        nonlocal now
        now += by

    monkeypatch.setattr("config.login.timezone.now", lambda: now)
    return later


def log_in(client: Client, password: str, name: str = "haddad", address: str = STRANGER, **environ: Any) -> Any:
    return client.post("/login/", {"username": name, "password": password}, REMOTE_ADDR=address, **environ)


def statuses(number: int, attempt: Callable[[int], Any]) -> list[int]:
    return [attempt(each).status_code for each in range(number)]


# One name from one address


def test_the_sixth_guess_has_to_wait_and_the_page_says_how_long(client: Client, haddad: User) -> None:
    assert statuses(5, lambda number: log_in(client, f"guess {number}")) == [200] * 5
    answer = log_in(client, PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 5
    assert "Too many attempts failed. Wait 5 seconds, then try again." in answer.text
    assert 'value="haddad"' in answer.text


def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(
    client: Client, haddad: User, clock: Callable[[timedelta], None]
) -> None:
    waits = []
    for _ in range(16):
        answer = log_in(client, "guess")
        while answer.status_code == 429:
            waits.append(int(answer["Retry-After"]))
            clock(timedelta(seconds=waits[-1]))
            answer = log_in(client, "guess")
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 900


def test_the_right_password_begins_anew(client: Client, haddad: User) -> None:
    assert statuses(4, lambda _: log_in(client, "guess")) == [200] * 4
    assert log_in(Client(), PASSWORD).status_code == 302
    assert statuses(5, lambda _: log_in(Client(), "guess")) == [200] * 5


def test_what_was_refused_does_not_count(client: Client, haddad: User, clock: Callable[[timedelta], None]) -> None:
    assert statuses(25, lambda _: log_in(client, "guess"))[5:] == [429] * 20
    clock(timedelta(seconds=6))
    assert log_in(client, PASSWORD).status_code == 302


def test_names_are_the_same_in_any_case(client: Client, haddad: User) -> None:
    guesses = ["haddad", "Haddad", "HADDAD", "hAddad", "haDdad", "hadDad"]
    assert statuses(6, lambda number: log_in(client, "guess", guesses[number]))[-1] == 429


# One password over many names


def test_spraying_many_names_from_one_address_is_slowed(client: Client, long: bool) -> None:
    found = statuses(300 if long else 40, lambda number: log_in(client, "Summer2026!!", f"name{number}"))
    assert found.count(200) == LIMITS[CountedBy.ADDRESS].free
    assert set(found[LIMITS[CountedBy.ADDRESS].free :]) == {429}


def test_an_account_of_ones_own_does_not_make_spraying_free(client: Client, haddad: User) -> None:
    for number in range(LIMITS[CountedBy.ADDRESS].free - 1):
        log_in(Client(), "Summer2026!!", f"name{number}")
        if not number % 10:
            log_in(Client(), PASSWORD)
    assert log_in(Client(), "Summer2026!!", "other").status_code == 200
    assert log_in(Client(), "Summer2026!!", "another").status_code == 429


def test_an_ipv6_network_is_one_address(client: Client) -> None:
    found = statuses(35, lambda number: log_in(client, "x", f"name{number}", f"2001:db8:0:1::{number:x}"))
    assert found.count(200) == LIMITS[CountedBy.ADDRESS].free
    assert log_in(client, "x", "name", "2001:db8:0:2::1").status_code == 200


def test_forged_hops_make_no_other_address(client: Client) -> None:
    found = statuses(
        35, lambda number: log_in(client, "x", f"name{number}", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    )
    assert found.count(200) == LIMITS[CountedBy.ADDRESS].free


# One name from many addresses


def guess_from_everywhere(number: int = 15) -> list[int]:
    return statuses(number, lambda each: log_in(Client(), f"guess {each}", address=f"203.0.113.{each}"))


def test_one_name_from_many_addresses_is_slowed(haddad: User) -> None:
    found = guess_from_everywhere()
    assert found.count(200) == LIMITS[CountedBy.NAME].free
    assert set(found[LIMITS[CountedBy.NAME].free :]) == {429}


def test_the_owner_gets_in_with_a_browser_that_he_has_used(client: Client, haddad: User) -> None:
    assert log_in(client, PASSWORD).status_code == 302
    client.post("/logout/")
    guess_from_everywhere()
    statuses(35, lambda number: log_in(Client(), "x", f"name{number}"))  # his address too
    assert log_in(Client(), PASSWORD).status_code == 429
    assert log_in(client, PASSWORD).status_code == 302


def test_the_browser_of_another_name_is_a_strangers(client: Client, haddad: User) -> None:
    User.objects.create_user("mallory", password=PASSWORD)
    log_in(client, PASSWORD, "mallory", "203.0.113.200")
    client.post("/logout/")
    guess_from_everywhere()
    assert log_in(client, PASSWORD, address="203.0.113.200").status_code == 429


def test_a_forged_browser_is_a_strangers(haddad: User) -> None:
    guess_from_everywhere()
    forger = Client()
    forger.cookies[settings.KNOWN_BROWSER_COOKIE_NAME] = "eyJicm93c2VyIjogIngifQ:1:x"
    assert log_in(forger, PASSWORD).status_code == 429


def test_a_stolen_browser_guesses_no_faster(client: Client, haddad: User) -> None:
    log_in(client, PASSWORD)
    client.post("/logout/")
    found = statuses(15, lambda number: log_in(client, f"guess {number}", address=f"203.0.113.{number}"))
    assert found.count(200) == LIMITS[CountedBy.NAME_IN_BROWSER].free


def test_a_computer_that_a_shift_shares_knows_all_of_them(client: Client) -> None:
    names = [f"worker{number}" for number in range(8)]
    for name in names:
        User.objects.create_user(name, password=PASSWORD)
        log_in(client, PASSWORD, name)
        client.post("/logout/")
    statuses(35, lambda number: log_in(Client(), "x", f"name{number}"))
    for name in names:
        assert log_in(client, PASSWORD, name).status_code == 302
        client.post("/logout/")


def test_a_stranger_at_one_address_cannot_lock_the_owner_out_elsewhere(client: Client, haddad: User) -> None:
    statuses(35, lambda number: log_in(client, f"guess {number}"))
    assert log_in(Client(), PASSWORD, address="203.0.113.5").status_code == 302


# Other doors


def test_the_old_password_is_not_guessed_in_the_form(haddad: User) -> None:
    client = client_of(haddad)
    new = {"new_password1": "another horse battery", "new_password2": "another horse battery"}
    found = statuses(8, lambda number: client.post("/password/", {"old_password": f"guess {number}", **new}))
    assert found == [200] * 5 + [429] * 3
    answer = client.post("/password/", {"old_password": PASSWORD, **new})
    assert "Wait 5 seconds" in answer.text
    haddad.refresh_from_db()
    assert haddad.check_password(PASSWORD)


def test_typing_errors_in_the_form_are_forgiven_by_the_right_password(haddad: User) -> None:
    client = client_of(haddad)
    statuses(4, lambda _: client.post("/password/", {"old_password": "guess"}))
    client.post("/password/", {"old_password": PASSWORD})
    assert statuses(5, lambda _: client.post("/password/", {"old_password": "guess"})) == [200] * 5


# Counting


def test_attempts_are_kept_without_names_and_addresses(client: Client, haddad: User) -> None:
    log_in(client, "guess")
    rows = list(Attempts.objects.values_list("kind", "who"))
    assert {kind for kind, _who in rows} == {CountedBy.NAME_FROM_ADDRESS, CountedBy.ADDRESS, CountedBy.NAME}
    assert not any("haddad" in who or STRANGER in who for _kind, who in rows)


def test_after_an_hour_of_quiet_it_begins_anew() -> None:
    now = timezone.now()
    guessed = [counter(CountedBy.NAME_FROM_ADDRESS, "haddad", STRANGER)]
    for _ in range(5):
        begin(guessed, now=now)
    with pytest.raises(TooManyAttempts):
        begin(guessed, now=now)
    begin(guessed, now=now + timedelta(hours=1))
    assert Attempts.objects.get().failures == 1


def test_old_counts_are_tidied_away() -> None:
    now = timezone.now()
    begin([counter(CountedBy.NAME, "once")], now=now - timedelta(days=8))
    mine = [counter(CountedBy.NAME, "haddad")]
    begin(mine, now=now)
    succeeded(mine, now=now)
    assert [(row.who, row.failures) for row in Attempts.objects.all()] == [(mine[0].who, 0)]


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (4, 0), (5, 5), (6, 10), (12, 640), (13, 900), (10**6, 900)])
def test_the_wait_grows_and_ends_growing(failures: int, seconds: int) -> None:
    limit = Limit(free=5, first=timedelta(seconds=5), longest=timedelta(minutes=15))
    assert limit.wait(failures) == timedelta(seconds=seconds)


def test_an_operator_lets_somebody_in_at_once(client: Client, haddad: User) -> None:
    statuses(6, lambda _: log_in(client, "guess"))
    assert log_in(client, PASSWORD).status_code == 429
    call_command("forget_attempts", name="haddad", address=STRANGER)
    assert log_in(client, PASSWORD).status_code == 302


def test_the_command_wants_to_know_who() -> None:
    with pytest.raises(CommandError, match="Say who"):
        call_command("forget_attempts")


# Hashing


def test_a_hash_of_the_former_kind_is_replaced_at_the_next_login(client: Client) -> None:
    class Former(hashers.BoundedArgon2):
        memory_cost = 102_400
        parallelism = 8

    user = User.objects.create(username="haddad", password=Former().encode(PASSWORD, "s" * 22))
    assert log_in(client, PASSWORD).status_code == 302
    user.refresh_from_db()
    assert "m=19456,t=2,p=1" in user.password
    assert log_in(Client(), PASSWORD).status_code == 302


@pytest.fixture
def full_queue() -> Any:
    """As many strangers sign in as may wait."""
    taken = 0
    while hashers.STRANGERS.places.acquire(blocking=False):
        taken += 1
    yield taken
    for _ in range(taken):
        hashers.STRANGERS.places.release()


def test_who_comes_when_too_many_sign_in_is_told_so_and_nothing_counts(
    client: Client, haddad: User, full_queue: int
) -> None:
    assert full_queue == 1 + hashers.WAITING
    answer = log_in(client, PASSWORD)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Many people are signing in at this moment." in answer.text
    assert set(Attempts.objects.values_list("failures", flat=True)) == {0}


def test_a_known_browser_does_not_wait_behind_strangers(client: Client, haddad: User, request: Any) -> None:
    log_in(client, PASSWORD)
    client.post("/logout/")
    request.getfixturevalue("full_queue")
    assert log_in(client, PASSWORD).status_code == 302


def test_who_is_signed_in_changes_his_password_meanwhile(haddad: User, request: Any) -> None:
    client = client_of(haddad)
    request.getfixturevalue("full_queue")
    new = {"new_password1": "another horse battery", "new_password2": "another horse battery"}
    assert client.post("/password/", {"old_password": PASSWORD, **new}).status_code == 302
    haddad.refresh_from_db()
    assert "m=19456,t=2,p=1" in haddad.password
