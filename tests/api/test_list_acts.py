"""Taking back and undoing through the API (A1), any number at once (P3), and actions that have paths."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from attendance.models import SessionAttendee
from attendance.services.marking import Everybody, mark_everybody
from config.api import api
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.learners import LearnerFactory
from tests.factories.training import SessionFactory, scheduled_session
from training.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

SESSIONS = "/api/v1/training/sessions"
JSON = "application/json"
# What a program does where `allowedActions` names the word.
PATHS = {
    "edit": ("patch", f"{SESSIONS}/{{session_id}}"),
    "schedule": ("patch", f"{SESSIONS}/{{session_id}}/schedule"),
    "cancel": ("post", f"{SESSIONS}/{{session_id}}/cancel"),
    "addAttendees": ("post", f"{SESSIONS}/{{session_id}}/attendees"),
    "removeAttendees": ("delete", f"{SESSIONS}/{{session_id}}/attendees/{{learner_id}}"),
    "mark": ("patch", f"{SESSIONS}/{{session_id}}/attendance"),
    "undo": ("post", f"{SESSIONS}/{{session_id}}/undo"),
    "uploadEvidence": ("post", f"{SESSIONS}/{{session_id}}/evidence"),
    "finalize": ("post", f"{SESSIONS}/{{session_id}}/finalize"),
}


def soon(size: int) -> tuple[Session, list[SessionAttendee]]:
    """Return a session that begins in twenty minutes, and its list."""
    session = scheduled_session(start_time=timezone.now() + timedelta(minutes=20))
    return session, SessionAttendeeFactory.create_batch(size, session=session)


def told(client: Client, session: Session) -> Any:
    return client.get(f"{SESSIONS}/{session.pk}").json()


def mark(client: Client, session: Session, *marks: dict[str, Any]) -> Any:
    return client.patch(f"{SESSIONS}/{session.pk}/attendance", {"attendees": list(marks)}, JSON)


def test_a1_a_mark_is_taken_back_with_null(as_planner: Client):
    session, (one, two) = soon(2)
    marks = [{"learnerId": row.learner_id, "isPresent": True, "hasPassed": True, "remarks": "x"} for row in (one, two)]
    assert mark(as_planner, session, *marks).status_code == 200

    answer = mark(as_planner, session, {"learnerId": one.learner_id, "isPresent": None, "version": 2})

    (row,) = answer.json()["items"]
    assert (row["isPresent"], row["markedAt"], row["markedBy"], row["remarks"], row["version"]) == (
        False,
        None,
        None,
        None,
        3,
    )
    stale = mark(as_planner, session, {"learnerId": two.learner_id, "isPresent": None, "version": 1})
    assert stale.status_code == 409
    assert stale.json()["conflict"]["yours"]["isPresent"] is None
    two.refresh_from_db()
    assert two.is_present


@pytest.mark.parametrize(
    ("mark_sent", "words"),
    [
        ({"isPresent": True}, "hasPassed"),
        ({"isPresent": None, "remarks": "Late"}, "Remarks belong to a mark"),
        ({"hasPassed": True}, ""),
    ],
    ids=str,
)
def test_a1_half_a_mark_is_refused(as_planner: Client, mark_sent: dict[str, Any], words: str):
    session, (row,) = soon(1)
    answer = mark(as_planner, session, {"learnerId": row.learner_id, **mark_sent})
    assert answer.status_code == 400
    assert words in str(answer.json()["errors"])


def test_a1_before_marking_opens_the_api_refuses_in_the_words_of_the_page(as_planner: Client):
    session = scheduled_session(start_time=timezone.now() + timedelta(hours=3))
    row = SessionAttendeeFactory(session=session)
    answer = mark(as_planner, session, {"learnerId": row.learner_id, "isPresent": True, "hasPassed": True})
    assert answer.status_code == 409
    assert "marking opens on" in answer.json()["detail"]
    assert answer.json()["conflict"]["kind"] == "STATE"
    assert "mark" not in told(as_planner, session)["allowedActions"]


def test_a1_what_was_done_last_is_told_and_undone(as_planner: Client, supervisor: User):
    session, rows = soon(3)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=timezone.now())
    shown = told(as_planner, session)
    assert "undo" in shown["allowedActions"]
    assert (shown["lastAct"]["kind"], shown["lastAct"]["workers"]) == ("PRESENT", 3)
    later = {"learnerId": rows[2].learner_id, "isPresent": True, "hasPassed": False}
    mark(as_planner, session, later)

    undo = {"actId": shown["lastAct"]["id"]}
    answer = as_planner.post(f"{SESSIONS}/{session.pk}/undo", undo, JSON)

    assert answer.json() == {"kind": "PRESENT", "restored": 2, "left": [rows[2].learner_id], "wasUndone": False}
    assert list(session.attendees.filter(marked_at=None).order_by("line")) == rows[:2]
    assert as_planner.post(f"{SESSIONS}/{session.pk}/undo", undo, JSON).json()["wasUndone"] is True
    assert told(as_planner, session)["lastAct"] is None
    assert as_planner.post(f"{SESSIONS}/{session.pk}/undo", {"actId": undo["actId"] + 1}, JSON).status_code == 409


def test_p5_removing_through_the_api_can_be_undone(as_planner: Client):
    session, (row,) = soon(1)
    assert as_planner.delete(f"{SESSIONS}/{session.pk}/attendees/{row.learner_id}").status_code == 204
    act = told(as_planner, session)["lastAct"]
    as_planner.post(f"{SESSIONS}/{session.pk}/undo", {"actId": act["id"]}, JSON)
    assert session.attendees.get().line == 1


def test_p3_any_number_is_added_and_marked_at_once(as_planner: Client):
    session, _rows = soon(0)
    first = LearnerFactory()
    people = [LearnerFactory(company=first.company, role=first.role).pk for _number in range(501)]
    answer = as_planner.post(f"{SESSIONS}/{session.pk}/attendees", {"learnerIds": people}, JSON)
    assert answer.json()["added"] == 501
    marks = [{"learnerId": pk, "isPresent": True, "hasPassed": True} for pk in people]
    assert mark(as_planner, session, *marks).json()["count"] == 501


def test_every_action_that_is_named_has_a_path(as_planner: Client, supervisor: User):
    """Of a session in each state, all actions together are all that there are paths for."""
    draft = SessionFactory(start_time=timezone.now() + timedelta(days=1))
    running, _rows = soon(2)
    mark_everybody(session_id=running.pk, what=Everybody.PRESENT, by=supervisor, now=timezone.now())
    ready, _attendees = session_ready_to_finalize()
    named = {word for session in (draft, running, ready) for word in told(as_planner, session)["allowedActions"]}
    assert named == PATHS.keys()
    paths = api.get_openapi_schema()["paths"]
    for method, path in PATHS.values():
        assert method in paths[path], path
    document = str(api.get_openapi_schema()["components"]["schemas"])
    assert len(re.findall(r"'allowedActions':", document)) == 1, "another kind of object names actions: add its paths"
