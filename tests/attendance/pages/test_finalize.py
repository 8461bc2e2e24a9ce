"""F5: what pressing Finalize would do, and why it is disabled."""

import re
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.models import SessionAttendee
from attendance.pages.finalize import FinalizePreview, finalize_preview
from attendance.services.finalize import finalize_session
from learners.models import Learner
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.training import CourseVersionFactory, SessionFactory, VenueFactory, scheduled_session
from training.core.refusals import Refusal
from training.models import Session

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def preview(session: Session, *, now: datetime = NOW) -> FinalizePreview:
    return finalize_preview(Session.objects.select_related("course_version", "venue").get(pk=session.pk), now=now)


def ready(**fields: Any) -> tuple[Session, list[SessionAttendee]]:
    return session_ready_to_finalize(**{"start_time": START, "end_time": START + timedelta(hours=4), **fields})


def mark(attendees: list[SessionAttendee], **fields: Any) -> None:
    SessionAttendee.objects.filter(pk__in=[attendee.pk for attendee in attendees]).update(**fields)


def test_f5_the_confirmation_says_what_will_be_made() -> None:
    session, attendees = ready(size=18)
    mark(attendees[:2], has_passed=False)
    assert preview(session).sentence == (
        "This will generate 18 Training Records (16 passed, 2 failed) and 0 pending verifications."
        " This action cannot be undone."
    )


def test_f5_passes_to_verify_are_counted_apart() -> None:
    session, attendees = ready(size=3, course_version=CourseVersionFactory(requires_verification=True))
    mark(attendees[:1], has_passed=False)
    assert preview(session).sentence == (
        "This will generate 1 Training Record (0 passed, 1 failed) and 2 pending verifications."
        " This action cannot be undone."
    )


def test_f5_names_how_many_are_unmarked() -> None:
    session, _attendees = ready()
    assert preview(session).unmarked_sentence == ""
    SessionAttendeeFactory(session=session)
    assert preview(session).unmarked_sentence == "1 worker is not marked and will be recorded absent."
    SessionAttendeeFactory(session=session)
    assert preview(session).unmarked_sentence == "2 workers are not marked and will be recorded absent."


@pytest.mark.parametrize("requires_verification", [False, True])
def test_f5_the_preview_is_what_finalize_makes(supervisor: User, requires_verification: bool) -> None:
    version = CourseVersionFactory(requires_verification=requires_verification)
    session, attendees = ready(size=4, course_version=version)
    mark(attendees[:1], has_passed=False)
    mark(attendees[1:2], is_present=False)
    SessionAttendeeFactory(session=session)
    seen = preview(session)
    made = finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    for count in ("training_records", "passed", "failed", "competency_records"):
        assert getattr(seen.outcome, count) == getattr(made, count)
    dates = session.records.values_list("completion_date", "expiry_date", "result")
    assert set(dates.filter(result="PASSED")) <= {(seen.completion_date, seen.expiry_date, "PASSED")}
    assert (seen.completion_date, seen.expiry_date) == (date(2026, 3, 2), date(2027, 3, 2))


def _no_evidence() -> Session:
    session = scheduled_session(start_time=START)
    SessionAttendeeFactory(session=session, present=True)
    return session


def _ahead() -> Session:
    return ready(start_time=NOW + timedelta(days=1), end_time=NOW + timedelta(days=2))[0]


def _nobody() -> Session:
    session, attendees = ready()
    mark(attendees, is_present=False)
    return session


def _ready() -> Session:
    return ready()[0]


def _bare() -> Session:
    draft: Session = SessionFactory(trainer=None, venue=None, start_time=None, end_time=None)
    return draft


@pytest.mark.parametrize(
    ("make", "reason", "waits_for"),
    [
        (_bare, "still a draft", ["Scheduled", "Started", "Somebody is marked present", "Signed sheet"]),
        (_no_evidence, "Evidence missing", ["Signed sheet"]),
        (_ahead, "not started yet", ["Started"]),
        (_nobody, "Nobody is marked present", ["Somebody is marked present"]),
        (_ready, "", []),
    ],
)
def test_f5_the_button_is_disabled_for_the_reason_for_which_the_post_is_refused(
    supervisor: User, make: Any, reason: str, waits_for: list[str]
) -> None:
    session = make()
    seen = preview(session)
    assert reason in seen.blocker
    assert bool(seen.blocker) == bool(reason)
    assert [step.label for step in seen.steps if step.kind in ("bad", "none")] == waits_for
    with pytest.raises(Refusal, match=f"^{re.escape(seen.blocker)}$") if reason else nullcontext():
        finalize_session(session_id=session.pk, by=supervisor, now=NOW)


def test_before_a_session_is_over_nothing_of_it_is_missing() -> None:
    session = scheduled_session(start_time=NOW - timedelta(hours=1), end_time=NOW + timedelta(hours=1))
    SessionAttendeeFactory(session=session)

    def red(now: datetime) -> list[str]:
        return [step.label for step in preview(session, now=now).steps if step.kind == "bad"]

    assert red(NOW) == []
    assert red(NOW + timedelta(hours=1)) == ["Somebody is marked present", "Signed sheet"]


def test_l1_who_is_blocked_or_not_active_by_now_is_named() -> None:
    session, (blocked, inactive, absent, _fine) = ready(size=4)
    Learner.objects.filter(pk=blocked.learner_id).update(status="BLACKLISTED")
    Learner.objects.filter(pk__in=[inactive.learner_id, absent.learner_id]).update(status="INACTIVE")
    mark([absent], is_present=False)
    assert list(preview(session).blocked) == [blocked, inactive]


def test_s7_a_full_venue_is_a_warning_and_no_obstacle() -> None:
    session, _attendees = ready(size=3, venue=VenueFactory(capacity=1))
    seen = preview(session)
    assert [(step.label, step.detail) for step in seen.steps if step.kind == "warn"] == [
        ("Venue 2 over capacity", "allowed")
    ]
    assert seen.blocker == ""


@pytest.mark.parametrize("size", [1, 3])
def test_f8_the_preview_takes_three_queries_for_any_list(size: int) -> None:
    session, attendees = ready(size=size)
    Learner.objects.filter(pk__in=[attendee.learner_id for attendee in attendees]).update(status="INACTIVE")
    session = Session.objects.select_related("course_version", "venue").get(pk=session.pk)
    with CaptureQueriesContext(connection) as queries:
        seen = finalize_preview(session, now=NOW)
        assert len([str(attendee.learner) for attendee in seen.blocked]) == size
    assert len(queries) == 3
