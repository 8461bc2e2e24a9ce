"""One POST sent more than once at the same moment with one Idempotency-Key: it has one effect."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from config import api_gate
from config.api_tokens import make_token
from config.models import IdempotentAnswer
from tests.concurrency.at_once import all_at_once, everybody_first
from tests.factories.training import CourseVersionFactory, UserFactory
from training.groups import SUPERVISORS
from training.models import Session
from training.services.sessions import create_draft

pytestmark = pytest.mark.django_db(transaction=True)

CREATE = "attendance.api.sessions.create_draft"
DRAFT = "/api/v1/training/sessions/draft"
PROGRAMS = 4

Send = Callable[..., Any]


@pytest.fixture
def send() -> Send:
    """Send the same draft, each time as a program of its own."""
    user = UserFactory(groups=[SUPERVISORS])
    secret = make_token(user=user, name="HR", by=UserFactory(is_superuser=True), now=timezone.now())[1]
    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}

    def send_draft(key: str | None = "a1") -> Any:
        headers = {"Authorization": f"Bearer {secret}", **({"Idempotency-Key": key} if key else {})}
        return Client(headers=headers).post(DRAFT, body, "application/json")

    return send_draft


def test_of_several_at_once_one_does_it(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_gate, "_fingerprint", everybody_first(api_gate._fingerprint, PROGRAMS))

    answers = all_at_once([send] * PROGRAMS)

    made = [answer for answer in answers if answer.status_code == 201 and "Idempotent-Replayed" not in answer]
    others = [answer for answer in answers if answer not in made]
    assert len(made) == 1
    assert all(answer.status_code == 409 or answer.content == made[0].content for answer in others)
    session = Session.objects.get()
    assert (session.pk, session.course_id) == (made[0].json()["id"], made[0].json()["course"]["id"])


def test_control_without_a_key_all_of_them_do_it(send: Send) -> None:
    answers = all_at_once([lambda: send(key=None)] * PROGRAMS)

    assert Counter(answer.status_code for answer in answers) == {201: PROGRAMS}
    assert Session.objects.count() == PROGRAMS


def test_while_the_first_still_runs_the_second_is_told_to_look(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    second = []

    def create_slowly(**values: Any) -> Session:
        monkeypatch.setattr(CREATE, create_draft)
        second.append(_elsewhere(send))
        return create_draft(**values)

    monkeypatch.setattr(CREATE, create_slowly)

    first = send()

    assert (first.status_code, [answer.status_code for answer in second]) == (201, [409])
    again = send()
    assert (again["Idempotent-Replayed"], again.content) == ("true", first.content)
    assert Session.objects.count() == 1


def test_a_key_given_up_between_two_looks_is_no_failure(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first request is refused, and its row goes, after the second ran into it and before it can read it."""
    look, rows = api_gate._standing, IdempotentAnswer.objects
    assert send().status_code == 201
    Session.objects.all().delete()

    def look_too_late(claim: IdempotentAnswer) -> IdempotentAnswer | None:
        _elsewhere(lambda: rows.all().delete())
        return look(claim)

    monkeypatch.setattr(api_gate, "_standing", look_too_late)

    late = send()

    assert (late.status_code, late["Content-Type"]) == (409, "application/problem+json")
    assert not Session.objects.exists()
    assert send().status_code == 201


def _elsewhere(job: Callable[[], HttpResponse | Any]) -> Any:
    """Do a job in a connection of its own, and return what came of it."""

    def run() -> Any:
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=60)
