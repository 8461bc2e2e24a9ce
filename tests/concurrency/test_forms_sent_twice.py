"""One form sent more than once at the same moment: it has one effect, and everybody gets the same answer."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from config import sent_once
from config.models import IdempotentAnswer
from learners.models import EvidenceUpload
from tests.concurrency.at_once import all_at_once, everybody_first
from tests.factories import files
from tests.factories.training import CourseVersionFactory, scheduled_session
from tests.fixtures import client_of
from training.models import Session
from training.services.sessions import create_draft
from training.templatetags.form_key import FIELD

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 8
KEY = "k" * 22

Send = Callable[[], Any]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let repeats wait for the first answer however busy this machine is; else they may be told to look again."""
    monkeypatch.setattr(sent_once, "WAIT_SECONDS", 60)


@pytest.fixture
def send_form(supervisor: User) -> Callable[..., Send]:
    """Return what sends the new-session form, each time as a browser of the same login."""
    course = CourseVersionFactory(status="PUBLISHED").course_id

    def with_key(key: str | None) -> Send:
        clients = iter([client_of(supervisor) for _time in range(2 * TIMES)])
        body = {"course": course, "action": "save", **({FIELD: key} if key else {})}
        return lambda: next(clients).post("/sessions/new/", body)

    return with_key


@pytest.fixture
def send_sheet(supervisor: User, evidence_dir: Path) -> Callable[..., Send]:
    """Return what uploads the same sheet to the same session."""
    address, content = f"/sessions/{scheduled_session().pk}/evidence/", files.pdf()

    def with_key(key: str | None) -> Send:
        clients = iter([client_of(supervisor) for _time in range(2 * TIMES)])
        keyed = {FIELD: key} if key else {}
        return lambda: next(clients).post(address, {"file": files.upload(content, "sheet.pdf"), **keyed})

    return with_key


def test_of_eight_new_sessions_one_is_made_and_all_are_shown_it(send_form: Callable[..., Send]) -> None:
    answers = all_at_once([send_form(KEY)] * TIMES)

    session = Session.objects.get()
    assert Counter((answer.status_code, answer["Location"]) for answer in answers) == {
        (302, f"/sessions/{session.pk}/"): TIMES
    }
    assert sum("Idempotent-Replayed" in answer for answer in answers) == TIMES - 1


def test_control_without_a_key_there_are_eight_drafts(
    send_form: Callable[..., Send], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.views.sessions.create_draft", everybody_first(create_draft, TIMES))

    all_at_once([send_form(None)] * TIMES)

    assert Session.objects.count() == TIMES


def test_one_sheet_sent_eight_times_at_once_is_one_upload(send_sheet: Callable[..., Send]) -> None:
    answers = all_at_once([send_sheet(KEY)] * TIMES)

    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
    assert EvidenceUpload.objects.count() == 1


def test_one_sheet_sent_eight_times_in_a_row_is_one_upload(send_sheet: Callable[..., Send]) -> None:
    send = send_sheet(KEY)
    answers = [send() for _time in range(TIMES)]

    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
    assert EvidenceUpload.objects.count() == 1


def test_all_of_those_whose_form_is_refused_are_told_why(
    send_form: Callable[..., Send], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that has the key gives it up, and the next one tries: nobody hears of another request instead."""
    monkeypatch.setattr("training.forms.sessions.SessionForm.is_valid", lambda self: bool(self.add_error(None, "No.")))

    answers = all_at_once([send_form(KEY)] * 3)

    assert [answer.status_code for answer in answers] == [422] * 3
    assert not IdempotentAnswer.objects.exists()
