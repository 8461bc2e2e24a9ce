"""The main job over HTTP: from a draft to records, and every refusal on the way in the words of the pages."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learners.models import TrainingRecord
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.learners import LearnerFactory
from tests.factories.training import (
    CourseVersionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    scheduled_session,
)
from training.models import Session, Trainer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

SESSIONS = "/api/v1/training/sessions"
JSON = "application/json"


@pytest.mark.django_db(transaction=True)
def test_a_session_from_draft_to_records(as_planner: Client):
    """S1, S2, P3, A1, E2, F1: one program does what the pages do."""
    version = CourseVersionFactory(status="PUBLISHED")
    trainer, venue = TrainerFactory(), VenueFactory(capacity=1)
    TrainerQualificationFactory(trainer=trainer, course=version.course)
    anna, bert = LearnerFactory.create_batch(2)
    start = timezone.now().replace(microsecond=0) - timedelta(hours=3)

    draft = as_planner.post(f"{SESSIONS}/draft", {"courseId": version.course_id}, JSON)
    assert draft.status_code == 201
    assert draft.json()["status"] == "DRAFT"
    assert draft.json()["trainerId"] is None
    address = f"{SESSIONS}/{draft.json()['id']}"
    plan = {
        "trainerId": trainer.pk,
        "venueId": venue.pk,
        "startTime": start.isoformat(),
        "endTime": (start + timedelta(hours=2)).isoformat(),
    }
    scheduled = as_planner.patch(f"{address}/schedule", plan, JSON)
    assert scheduled.status_code == 200
    assert scheduled.json()["status"] == "SCHEDULED"
    assert "finalize" not in scheduled.json()["allowedActions"]
    added = as_planner.post(f"{address}/attendees", {"learnerIds": [anna.pk, bert.pk]}, JSON)
    assert (added.json()["added"], added.json()["alreadyListed"]) == (2, 0)
    assert added.json()["capacityWarning"]
    marks = [
        {"learnerId": anna.pk, "isPresent": True, "hasPassed": True, "version": 1},
        {"learnerId": bert.pk, "isPresent": False, "hasPassed": False, "remarks": "Ill", "version": 1},
    ]
    marked = as_planner.patch(f"{address}/attendance", {"attendees": marks}, JSON)
    assert [row["version"] for row in marked.json()["items"]] == [2, 2]
    refused = as_planner.post(f"{address}/finalize")
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"
    uploaded = as_planner.post(f"{address}/evidence", {"file": files.upload(files.pdf(), "sheet.pdf")})
    assert uploaded.status_code == 201
    session = as_planner.get(address).json()
    assert session["evidence"]["sha256"] == uploaded.json()["sha256"]
    assert "finalize" in session["allowedActions"]
    finalized = as_planner.post(f"{address}/finalize")
    assert finalized.status_code == 200
    assert finalized.json()["trainingRecords"] == finalized.json()["passed"] == 1
    again = as_planner.post(f"{address}/finalize")
    assert again.status_code == 409
    assert again.json()["conflict"]["kind"] == "STATE"
    assert as_planner.get(address).json()["allowedActions"] == []
    found = as_planner.get("/api/v1/training/records", {"learnerId": anna.pk}).json()
    assert [each["result"] for each in found["items"]] == ["PASSED"]
    assert TrainingRecord.objects.count() == 1


def test_s2_a_booked_trainer_is_a_conflict_that_names_the_other_session(as_planner: Client):
    other = scheduled_session()
    assert other.start_time
    assert other.end_time
    draft = as_planner.post(f"{SESSIONS}/draft", {"courseId": other.course_id}, JSON).json()
    plan = {
        "trainerId": other.trainer_id,
        "venueId": VenueFactory().pk,
        "startTime": other.start_time.isoformat(),
        "endTime": other.end_time.isoformat(),
    }

    response = as_planner.patch(f"{SESSIONS}/{draft['id']}/schedule", plan, JSON)

    assert response.status_code == 409
    problem = response.json()
    assert problem["conflict"]["kind"] == "TRAINER"
    assert problem["conflict"]["sessionId"] == other.pk
    assert problem["conflict"]["learnerId"] is None
    assert set(problem["errors"]) == {"trainerId"}


def test_s3_an_edit_of_an_older_version_is_a_conflict(as_planner: Client):
    session = scheduled_session()

    response = as_planner.patch(f"{SESSIONS}/{session.pk}", {"venueId": VenueFactory().pk, "version": 99}, JSON)

    assert response.status_code == 409
    assert (
        response.json()["conflict"] | {"kind": "VERSION", "theirs": session.version, "yours": 99}
        == (response.json()["conflict"])
    )


def test_s3_what_is_left_out_of_a_change_stays(as_planner: Client):
    session = scheduled_session()
    venue = VenueFactory()

    changed = as_planner.patch(f"{SESSIONS}/{session.pk}", {"venueId": venue.pk}, JSON).json()

    assert (changed["venueId"], changed["trainerId"]) == (venue.pk, session.trainer_id)
    assert changed["version"] == session.version + 1


def test_s8_cancelling_needs_a_reason(as_planner: Client):
    address = f"{SESSIONS}/{scheduled_session().pk}/cancel"

    assert as_planner.post(address, {"reason": " "}, JSON).json()["errors"]["reason"]
    cancelled = as_planner.post(address, {"reason": "Storm"}, JSON).json()

    assert (cancelled["status"], cancelled["cancellationReason"]) == ("CANCELLED", "Storm")


def test_a1_a_stale_mark_is_a_conflict_with_both_values(as_planner: Client):
    row = SessionAttendeeFactory(session=scheduled_session())
    address = f"{SESSIONS}/{row.session_id}/attendance"
    mark = {"learnerId": row.learner_id, "isPresent": True, "hasPassed": True, "version": 1}
    as_planner.patch(address, {"attendees": [mark]}, JSON)

    response = as_planner.patch(address, {"attendees": [{**mark, "hasPassed": False}]}, JSON)

    assert response.status_code == 409
    conflict = response.json()["conflict"]
    assert (conflict["kind"], conflict["learnerId"]) == ("VERSION", row.learner_id)
    assert conflict["theirs"] == {"isPresent": True, "hasPassed": True, "remarks": ""}
    assert conflict["yours"]["hasPassed"] is False


def test_p5_an_unmarked_worker_is_taken_off_the_list(as_planner: Client):
    session = scheduled_session(start_time=timezone.now() + timedelta(days=2))
    row = SessionAttendeeFactory(session=session)

    response = as_planner.delete(f"{SESSIONS}/{session.pk}/attendees/{row.learner_id}")

    assert (response.status_code, response.content) == (204, b"")
    assert as_planner.get(f"{SESSIONS}/{session.pk}/attendees").json() == {"items": [], "count": 0}


@pytest.mark.parametrize("value", ["2026-03-01T08:00:00", "2026-13-01T08:00:00Z", "tomorrow", 5, True])
def test_a_time_without_offset_is_refused(as_planner: Client, value: Any):
    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id, "startTime": value}

    response = as_planner.post(f"{SESSIONS}/draft", body, JSON)

    assert response.status_code == 400
    assert set(response.json()["errors"]) == {"startTime"}
    assert not Session.objects.exists()


def test_times_are_answered_with_the_offset_of_the_site(as_planner: Client):
    session = scheduled_session()

    told = as_planner.get(f"{SESSIONS}/{session.pk}").json()["startTime"]

    assert told == timezone.localtime(session.start_time).isoformat()
    assert told[-6] in "+-"


def test_trainers_read_and_mark_their_own_sessions_only(
    program_of: Callable[[User], Client], trainer: Trainer, trainer_user: User
):
    own, foreign = scheduled_session(trainer=trainer), scheduled_session()
    program = program_of(trainer_user)

    assert [each["id"] for each in program.get(SESSIONS).json()["items"]] == [own.pk]
    assert program.get(f"{SESSIONS}/{foreign.pk}").status_code == 404
    assert program.post(f"{SESSIONS}/{own.pk}/finalize").status_code == 403
    suggested = program.get(f"{SESSIONS}/{own.pk}/attendee-suggestions").json()
    assert suggested == {"items": [], "count": 0}


def test_e3_the_signed_sheet_is_handed_out_as_it_was_stored(as_planner: Client):
    session, content = scheduled_session(), files.pdf()
    as_planner.post(f"{SESSIONS}/{session.pk}/evidence", {"file": files.upload(content, "sheet.pdf")})

    response = as_planner.get(f"{SESSIONS}/{session.pk}/evidence")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"

    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response) == content


def test_people_are_named_beside_their_badge_and_not_with_it(as_planner: Client):
    listed = SessionAttendeeFactory(session=scheduled_session())
    candidate = LearnerFactory(first_name="Ana", last_name="Pires")
    address = f"{SESSIONS}/{listed.session_id}"

    (row,) = as_planner.get(f"{address}/attendees").json()["items"]
    (suggested,) = as_planner.get(f"{address}/attendee-suggestions", {"search": "Pires"}).json()["items"]

    assert (row["name"], row["badgeId"]) == (listed.learner.name, listed.learner.badge_id)
    assert (suggested["name"], suggested["badgeId"]) == ("Ana Pires", candidate.badge_id)


@pytest.mark.parametrize("state", ["without a sheet", "nobody present", "finalized"])
def test_f7_page_and_api_finalize_by_one_service_and_refuse_in_the_same_words(
    as_planner: Client, as_supervisor: Client, state: str
):
    session, attendees = session_ready_to_finalize()
    address = f"{SESSIONS}/{session.pk}/finalize"
    if state == "without a sheet":
        Session.objects.filter(pk=session.pk).update(attendance_file_key="", attendance_file_hash="")
    elif state == "nobody present":
        type(attendees[0]).objects.filter(session=session).update(is_present=False)
    else:
        assert as_planner.post(address).status_code == 200
    made = TrainingRecord.objects.count()

    api = as_planner.post(address)
    page = as_supervisor.post(reverse("attendance:session_finalize", args=[session.pk]), headers={"HX-Request": "true"})

    assert api.status_code == (409 if state == "finalized" else 400)
    assert page.status_code == (409 if state == "finalized" else 422)
    assert api.json()["detail"] in unescape(page.content.decode())
    assert TrainingRecord.objects.count() == made
