"""What is said about a plan while it is typed: the words of S2 and S4, before anybody presses Save."""

from datetime import timedelta

import pytest

from tests.factories.training import (
    MORNING,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from training.pages.findings import findings

pytestmark = pytest.mark.django_db

NOON = MORNING + timedelta(hours=4)
BEFORE = MORNING - timedelta(days=1)


def said(**plan) -> list[tuple[str, str]]:
    return [(finding.kind, finding.text) for finding in findings(**{"now": BEFORE, **plan})]


def test_nothing_is_said_about_nothing():
    assert said() == []
    assert said(trainer_id=TrainerFactory().pk, venue_id=VenueFactory().pk) == []


def test_who_is_free_and_qualified_is_told():
    version = CourseVersionFactory(course__code="HSE-001", duration_minutes=240)
    trainer = TrainerQualificationFactory(
        course=version.course, trainer__first_name="John", trainer__last_name="Smith"
    ).trainer
    room = VenueFactory(name="Room B")
    assert said(
        course_id=version.course_id, trainer_id=trainer.pk, venue_id=room.pk, start_time=MORNING, end_time=NOON
    ) == [
        ("ok", "John Smith is qualified for HSE-001."),
        ("ok", "John Smith is free."),
        ("ok", "Room B is free."),
    ]


def test_s2_a_booked_trainer_is_told_with_the_session():
    other = scheduled_session(start_time=MORNING)
    (finding,) = findings(trainer_id=other.trainer_id, start_time=MORNING, end_time=NOON, now=BEFORE)
    assert (finding.kind, finding.session) == ("bad", other)
    assert other.reference in finding.text


def test_s4_another_draft_is_a_warning():
    draft = SessionFactory(start_time=MORNING, venue__name="Room B")
    (finding,) = findings(venue_id=draft.venue_id, start_time=MORNING, end_time=NOON, now=BEFORE)
    assert (finding.kind, finding.session) == ("warn", draft)
    assert finding.text == (
        f"Room B is also planned for the draft {draft.reference} {draft.course} on Mon 2 Mar 2026, 09:00–13:00."
    )


def test_s4_a_class_meeting_is_a_warning():
    training_class = active_class(venue=VenueFactory(name="Room B"), agent__first_name="Ana", agent__last_name="Silva")
    plan = {"trainer_id": training_class.agent_id, "venue_id": training_class.venue_id}
    assert said(**plan, start_time=MORNING, end_time=NOON) == [
        ("warn", f"Ana Silva also teaches class {training_class.class_code} on Mon 2 Mar 2026, 08:00–12:00."),
        ("warn", f"Room B also holds class {training_class.class_code} on Mon 2 Mar 2026, 08:00–12:00."),
    ]


def test_s4_the_edited_session_itself_is_no_warning():
    draft = SessionFactory(start_time=MORNING)
    plan = {"venue_id": draft.venue_id, "start_time": MORNING, "end_time": NOON}
    assert [kind for kind, _text in said(**plan, exclude_session_id=draft.pk)] == ["ok"]


def test_s2_an_unqualified_trainer_is_told_first():
    version = CourseVersionFactory()
    found = said(course_id=version.course_id, trainer_id=TrainerFactory().pk, start_time=MORNING, end_time=NOON)
    assert [kind for kind, _text in found] == ["bad", "ok"]


def test_shorter_than_the_course_and_past_times_are_mentioned():
    version = CourseVersionFactory(duration_minutes=270)
    assert said(course_id=version.course_id, start_time=MORNING, end_time=NOON, now=NOON) == [
        ("warn", "This time has passed. That is allowed, to record what was held."),
        ("warn", "The course lasts 4 h 30 min; 4 h are planned."),
    ]
