"""Who came in and who was turned away is kept, append-only, and can be taken along."""

import csv
import datetime as dt
import io

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from config.api_tokens import create_token, revoke_token
from config.models import SignIn
from config.sign_ins import note_throttled

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
SESSIONS = "/api/v1/training/sessions"


@pytest.fixture
def user() -> User:
    return User.objects.create_user("haddad", password=PASSWORD, first_name="Mona", last_name="Haddad")


def kept() -> list[tuple[str, str, str, str]]:
    return list(SignIn.objects.order_by("pk").values_list("outcome", "username", "name", "address"))


def log_in(client: Client, name: str, password: str) -> None:
    facts = {"username": name, "password": password}
    client.post("/login/", facts, REMOTE_ADDR="192.0.2.7", headers={"User-Agent": "Browser/1"})


def test_coming_in_and_going_out_are_kept(client: Client, user: User):
    log_in(client, "haddad", PASSWORD)
    client.post("/logout/", REMOTE_ADDR="192.0.2.8")

    assert kept() == [
        ("signed_in", "haddad", "Mona Haddad", "192.0.2.7"),
        ("signed_out", "haddad", "Mona Haddad", "192.0.2.8"),
    ]
    assert SignIn.objects.order_by("pk")[0].browser == "Browser/1"


def test_who_is_turned_away_is_kept_as_typed(client: Client, user: User):
    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    log_in(client, "haddad", "wrong")
    log_in(client, "nobody here", "wrong")
    log_in(client, "gone", PASSWORD)

    assert [(outcome, name) for outcome, name, *_rest in kept()] == [
        ("refused", "haddad"),
        ("refused", "nobody here"),
        ("refused", "gone"),
    ]


def test_no_password_is_kept_of_a_form(client: Client, user: User):
    log_in(client, "haddad", "the secret that was typed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(to_jsonb(row)::text, '') FROM config_signin row")
        (text,) = cursor.fetchone()

    assert "secret" not in text


@pytest.mark.parametrize("name", ["x" * 400, "مرحبا", "'; DROP TABLE", "\ud800"])
def test_whatever_is_typed_as_a_name_is_kept_in_what_the_database_can_hold(client: Client, name: str):
    client.post("/login/", {"username": name.encode(errors="replace").decode(), "password": "wrong"})

    assert all(len(username) <= 150 for _outcome, username, *_rest in kept())


def test_who_has_to_wait_is_noted_once_a_minute(client: Client):
    request = client.get("/login/").wsgi_request
    for _time in range(3):
        note_throttled(request, username="haddad")
    note_throttled(request, username="other")

    assert [(outcome, name) for outcome, name, *_rest in kept()] == [("throttled", "haddad"), ("throttled", "other")]


def test_the_first_use_of_a_token_and_its_refusals_are_kept(supervisor: User, superuser: User):
    token, secret = create_token(user=supervisor, name="HR", by=superuser, now=timezone.now())
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    program.get(SESSIONS)
    program.get(SESSIONS)
    revoke_token(token_id=token.pk, by=superuser, now=timezone.now())
    program.get(SESSIONS)
    program.get(SESSIONS)
    Client(headers={"Authorization": "Bearer sp_a-secret-of-elsewhere"}).get(SESSIONS)

    rows = list(SignIn.objects.order_by("pk").values_list("outcome", "token_id", "username"))
    assert rows == [
        ("token_used", token.pk, supervisor.username),
        ("token_refused", token.pk, supervisor.username),
        ("token_refused", None, ""),
    ]


@pytest.mark.parametrize(
    "statement", ["UPDATE config_signin SET outcome = 'refused'", "DELETE FROM config_signin", "TRUNCATE config_signin"]
)
def test_what_is_kept_is_not_changed(client: Client, user: User, statement: str):
    log_in(client, "haddad", PASSWORD)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_sign_in_that_cannot_be_kept_is_none(client: Client, user: User, monkeypatch: pytest.MonkeyPatch):
    def fail(*_arguments: object, **_options: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(SignIn, "save", fail)
    client.raise_request_exception = False
    log_in(client, "haddad", PASSWORD)

    assert client.get("/password/").status_code == 302


# Admin


def test_the_list_is_taken_along_as_a_file_without_live_formulas(as_superuser: Client, client: Client, user: User):
    log_in(client, "=HYPERLINK(A1)", "wrong")
    log_in(client, "haddad", PASSWORD)

    answer = as_superuser.get("/admin/config/signin/export/?outcome__exact=refused")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # it streams

    titles, *rows = csv.reader(io.StringIO(text))
    assert titles[:3] == ["when (Europe/Berlin)", "outcome", "user name as typed"]
    assert titles[-1] == "when (UTC)"
    assert [row[1:3] for row in rows] == [["refused", "'=HYPERLINK(A1)"]]
    at = SignIn.objects.get(username="=HYPERLINK(A1)").at
    told = [dt.datetime.fromisoformat(rows[0][column]) for column in (0, -1)]
    assert told == [
        each.replace(tzinfo=None, microsecond=0) for each in (timezone.localtime(at), at.astimezone(dt.UTC))
    ]
    assert answer["Content-Disposition"].startswith("attachment")
    assert "Export as CSV" in as_superuser.get("/admin/config/signin/").content.decode()


def test_the_file_is_for_those_who_administer(as_supervisor: Client, as_auditor: Client, client: Client):
    address = "/admin/config/signin/export/"
    assert [each.get(address).status_code for each in (as_supervisor, as_auditor, client)] == [403, 403, 302]
