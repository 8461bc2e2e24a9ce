from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def user() -> User:
    return User.objects.create_user("haddad", password=PASSWORD)


def _log_in(client: Client, password: str, **environ: Any) -> int:
    return client.post("/login/", {"username": "haddad", "password": password}, **environ).status_code


def test_passwords_are_stored_with_argon2(user: User) -> None:
    assert user.password.startswith("argon2$")


def test_login_starts_a_new_session(client: Client, user: User) -> None:
    client.get("/login/")
    session = client.session
    session["planted"] = True
    session.save()
    assert _log_in(client, PASSWORD) == 302
    assert client.session.session_key != session.session_key


def test_guessing_is_stopped_after_ten_attempts(client: Client, user: User) -> None:
    assert {_log_in(client, f"guess {number}") for number in range(9)} == {200}
    assert _log_in(client, "guess 10") == 429
    assert _log_in(client, PASSWORD) == 429


def test_the_locked_out_are_told_how_long_to_wait(client: Client, user: User) -> None:
    for number in range(10):
        _log_in(client, f"guess {number}")
    answer = client.post("/login/", {"username": "haddad", "password": PASSWORD})
    assert "Wait 15 min, then try again" in answer.content.decode()


def test_a_stranger_with_forged_headers_cannot_lock_the_user_out(client: Client, user: User) -> None:
    for number in range(12):
        _log_in(client, f"guess {number}", REMOTE_ADDR="198.51.100.66", HTTP_X_FORWARDED_FOR="203.0.113.5")
    assert AccessAttempt.objects.get().ip_address == "198.51.100.66"
    assert _log_in(client, PASSWORD, REMOTE_ADDR="203.0.113.5") == 302


def test_disabled_users_are_cut_off_at_once(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/password/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/password/").status_code == 302
