import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def user() -> User:
    return User.objects.create_user("haddad", password=PASSWORD)


def _log_in(client: Client, password: str) -> int:
    return client.post("/login/", {"username": "haddad", "password": password}).status_code


def test_passwords_are_stored_with_argon2(user: User) -> None:
    assert user.password.startswith("argon2$")


def test_login_starts_a_new_session(client: Client, user: User) -> None:
    client.get("/login/")
    session = client.session
    session["planted"] = True
    session.save()
    assert _log_in(client, PASSWORD) == 302
    assert client.session.session_key != session.session_key


def test_disabled_users_are_cut_off_at_once(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/password/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/password/").status_code == 302
