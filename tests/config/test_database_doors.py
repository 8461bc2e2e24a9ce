"""B4: what the database does not do in time is a sentence with its status at every door, pages that only read too."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from config.command_line import run_command
from tests.factories.training import scheduled_session
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

OURS = re.compile(r'"(sessions|learner_lp_tracking)"')

# What happens before the next statement about a session: the statement that makes it happen for real.
FAULTS = {
    "lock time-out": "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$",
    "statement time-out": "SET statement_timeout = '50ms'; SELECT pg_sleep(20)",
    "deadlock": "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$",
    "backend killed": "SELECT pg_terminate_backend(pg_backend_pid())",
}
STATUS = {"deadlock": 409}


@contextmanager
def fault(name: str) -> Iterator[None]:
    """Let the first statement about sessions or programmes meet a fault, and every later one of a lost connection."""
    met: list[Any] = []

    def meet(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not met and OURS.search(str(sql)):
            met.append(sql)
            execute(FAULTS[name], None, False, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meet):
        yield
    connection.close()
    assert met, "the door asks about sessions"


@pytest.fixture
def session() -> Session:
    return scheduled_session()


def client(user: User, **options: Any) -> Client:
    made = Client(raise_request_exception=False, **options)
    made.force_login(user)
    return made


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize(
    ("door", "headers"),
    [
        ("page", {}),
        ("fragment", {"HX-Request": "true"}),
        ("api", {}),
        ("admin", {}),
    ],
)
def test_a_page_that_only_reads_says_it_in_a_sentence(
    name: str, door: str, headers: dict[str, str], session: Session, superuser: User
) -> None:
    address = {
        "page": reverse("attendance:session", args=[session.pk]),
        "fragment": reverse("attendance:session", args=[session.pk]),
        "api": f"/api/v1/training/sessions/{session.pk}",
        "admin": reverse("admin:training_session_change", args=[session.pk]),
    }[door]
    browser = client(superuser, headers=headers)

    with fault(name):
        answer = browser.get(address)

    assert answer.status_code == STATUS.get(name, 503), answer.content.decode()[:500]
    assert answer.get("Retry-After") == (None if name in STATUS else "5")
    text = answer.content.decode()
    assert "Try again" in text
    if door == "api":
        assert answer["Content-Type"] == "application/problem+json"
    if door == "fragment":
        assert (answer["HX-Reswap"], "<" in text) == ("none", False)
    assert browser.get(address).status_code == 200, "and afterwards it works"


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("door", ["page", "fragment", "api"])
def test_a_change_says_it_in_a_sentence_and_changes_nothing(
    name: str, door: str, session: Session, superuser: User
) -> None:
    """Cancelling a session: where a service met it nothing was saved, before or after it nobody can know."""
    browser = client(superuser, headers={"HX-Request": "true"} if door == "fragment" else {})
    address = f"/api/v1/training/sessions/{session.pk}/cancel" if door == "api" else f"/sessions/{session.pk}/cancel/"
    body: dict[str, Any] = {"reason": "Storm"}
    content_type = "application/json" if door == "api" else "multipart/form-data; boundary=BoUnDaRyStRiNg"

    with fault(name):
        answer = browser.post(address, body, content_type)

    assert answer.status_code in {409, 503}, answer.content.decode()[:500]
    text = answer.content.decode()
    assert "Try again" in text or "We do not know whether it was saved" in text
    session.refresh_from_db()
    assert session.status == "SCHEDULED"


@pytest.mark.parametrize("name", FAULTS)
def test_a_command_ends_with_a_sentence_and_status_1(name: str) -> None:
    with fault(name), pytest.raises(SystemExit) as ended:
        run_command(["manage.py", "recalculate_hours"])
    assert isinstance(ended.value.code, str), "Python prints it, and ends with status 1"
    assert "Try again" in ended.value.code


@pytest.mark.parametrize("name", ["lock time-out", "backend killed"])
def test_who_cannot_even_be_recognized_is_told_so_too(name: str, superuser: User) -> None:
    """The login is read before any view, where no middleware catches what goes wrong."""
    browser = client(superuser)
    met: list[Any] = []

    def meet(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not met and "django_session" in str(sql):
            met.append(sql)
            execute(FAULTS[name], None, False, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meet):
        answer = browser.get("/")
    connection.close()

    assert met
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Try again" in answer.content.decode()
