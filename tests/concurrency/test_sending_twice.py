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

from config import api_gate, sent_once
from config.api_tokens import create_token
from config.models import IdempotentAnswer
from tests.concurrency.at_once import all_at_once, everybody_first
from tests.factories.training import CourseVersionFactory, UserFactory
from training.core.groups import SUPERVISORS
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
    secret = create_token(user=user, name="HR", by=UserFactory(is_superuser=True), now=timezone.now())[1]
    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}

    def send_draft(key: str | None = "a1") -> Any:
        headers = {"Authorization": f"Bearer {secret}", **({"Idempotency-Key": key} if key else {})}
        return Client(headers=headers).post(DRAFT, body, "application/json")

    return send_draft


def test_of_several_at_once_one_does_it(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_gate, "fingerprint_of", everybody_first(sent_once.fingerprint_of, PROGRAMS))

    answers = all_at_once([send] * PROGRAMS)

    made = [answer for answer in answers if "Idempotent-Replayed" not in answer]
    assert len(made) == 1
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, made[0].content)}
    session = Session.objects.get()
    assert (session.pk, session.course_id) == (made[0].json()["id"], made[0].json()["courseId"])


def test_control_without_a_key_all_of_them_do_it(send: Send) -> None:
    answers = all_at_once([lambda: send(key=None)] * PROGRAMS)

    assert Counter(answer.status_code for answer in answers) == {201: PROGRAMS}
    assert Session.objects.count() == PROGRAMS


def test_while_the_first_still_runs_the_second_is_told_so(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent_once, "WAIT_SECONDS", 0.2)
    second = []

    def create_slowly(**values: Any) -> Session:
        monkeypatch.setattr(CREATE, create_draft)
        second.append(_elsewhere(send))
        return create_draft(**values)

    monkeypatch.setattr(CREATE, create_slowly)

    first = send()

    assert (first.status_code, [answer.status_code for answer in second]) == (201, [409])
    assert second[0]["Retry-After"] == "5"
    again = send()
    assert (again["Idempotent-Replayed"], again.content) == ("true", first.content)
    assert Session.objects.count() == 1


def test_a_key_given_up_between_two_looks_is_claimed(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first request is refused, and its row goes, after the second ran into it and before it can read it."""
    insert, rows = sent_once._insert, IdempotentAnswer.objects
    assert send().status_code == 201
    Session.objects.all().delete()

    def insert_and_see_it_go(**values: Any) -> IdempotentAnswer | None:
        mine = insert(**values)
        if mine is None:
            _elsewhere(lambda: rows.all().delete())
        return mine

    monkeypatch.setattr(sent_once, "_insert", insert_and_see_it_go)

    late = send()

    assert (late.status_code, "Idempotent-Replayed" in late) == (201, False)
    assert Session.objects.count() == 1


def _elsewhere(job: Callable[[], HttpResponse | Any]) -> Any:
    """Do a job in a connection of its own, and return what came of it."""

    def run() -> Any:
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=60)
