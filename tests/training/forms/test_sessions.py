"""Days and times as they are typed, in the time of the site, on the nights when clocks are changed too."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.training import (
    MORNING,
    CourseFactory,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    scheduled_session,
)
from training.forms.sessions import SessionForm, initial_of
from training.models import Session
from training.policies.moments import moment_of

TODAY = date(2026, 3, 2)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


# Moments


@pytest.mark.parametrize(
    ("zone", "day", "clock", "moment"),
    [
        ("Europe/Berlin", SPRING, time(1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("Europe/Berlin", SPRING, time(3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("Europe/Berlin", AUTUMN, time(1, 59), datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("Europe/Berlin", AUTUMN, time(3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 8), time(3, 0), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 30), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ],
)
def test_times_are_the_sites(zone: str, day: date, clock: time, moment: datetime):
    with timezone.override(zone):
        assert moment_of(day, clock) == moment


@pytest.mark.parametrize(
    ("zone", "day", "clock", "word"),
    [
        ("Europe/Berlin", SPRING, time(2, 0), "forward"),
        ("Europe/Berlin", SPRING, time(2, 59), "forward"),
        ("Europe/Berlin", AUTUMN, time(2, 0), "back"),
        ("Europe/Berlin", AUTUMN, time(2, 59), "back"),
        ("America/New_York", date(2026, 11, 1), time(1, 30), "back"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "forward"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "back"),
    ],
)
def test_times_that_do_not_exist_or_come_twice_are_refused(zone: str, day: date, clock: time, word: str):
    with timezone.override(zone), pytest.raises(ValidationError, match=f"{clock:%H:%M}.*clocks go {word}"):
        moment_of(day, clock)


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001  # as typed: without a zone
)
def test_a_moment_shows_the_time_that_was_typed(zone: str, typed: datetime):
    typed = typed.replace(second=0, microsecond=0)
    with timezone.override(zone):
        try:
            moment = moment_of(typed.date(), typed.time())
        except ValidationError:
            return
    assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == typed


# The form


pytestmark = pytest.mark.django_db


def typed(**data: Any) -> SessionForm:
    course = data.pop("course", None) or CourseVersionFactory().course_id
    return SessionForm({"course": str(course), **data}, today=TODAY)


def again(session: Session, **data: Any) -> SessionForm:
    """The form of a stored session, sent back as a browser does."""
    unbound = SessionForm(initial=initial_of(session), session=session, today=TODAY)
    shown = {field.html_name: field.value() for field in unbound}
    sent = {name: f"{value:%H:%M}" if isinstance(value, time) else value for name, value in shown.items()}
    return SessionForm({**sent, **data}, session=session, today=TODAY)


def test_s1_a_course_is_enough():
    form = typed()
    assert form.is_valid(), form.errors
    assert form.plan() == {
        "course_id": int(form.data["course"]),
        "trainer_id": None,
        "venue_id": None,
        "start_time": None,
        "end_time": None,
    }


def test_day_start_and_end_become_moments():
    form = typed(day="2026-03-02", start="09:00", end="13:00")
    assert form.is_valid(), form.errors
    assert (form.plan()["start_time"], form.plan()["end_time"]) == (MORNING, MORNING + timedelta(hours=4))


def test_a_session_may_end_on_another_day():
    form = typed(day="2026-03-02", start="22:00", end="06:00", last_day="2026-03-03")
    assert form.is_valid(), form.errors
    assert form.plan()["end_time"] == datetime(2026, 3, 3, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"start": "09:00"}, "day", "Enter the day."),
        ({"day": "2026-03-02"}, "start", "Enter the start time, or leave the day empty."),
        ({"end": "09:00"}, "start", "Enter the day and the start time as well."),
        ({"day": "0206-03-02", "start": "09:00"}, "day", "Check the year."),
        ({"day": "2026-03-29", "start": "02:30"}, "start", "There is no 02:30 on that day"),
        ({"day": "2026-10-25", "start": "00:30", "end": "02:30"}, "end", "02:30 comes twice on that day"),
        ({"course": "0"}, "course", "Select a valid choice"),
        ({"trainer": "999999999999999999999"}, "trainer", "Select a valid choice"),
        ({"venue": "x"}, "venue", "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(data: dict[str, str], field: str, words: str):
    form = typed(**data)
    assert not form.is_valid()
    assert set(form.errors) == {field}
    assert words in form.errors[field][0]


def test_a_form_that_is_sent_back_untouched_changes_nothing_to_the_microsecond():
    """Seconds that another door stored, and an hour that comes twice, stay as they are."""
    start = datetime(2026, 10, 25, 1, 30, 15, 500, tzinfo=UTC)  # 02:30 in Berlin, for the second time
    session = scheduled_session(start_time=start, end_time=start + timedelta(hours=30))
    form = again(session)
    assert form.is_valid(), form.errors
    assert form.plan() == {
        "course_id": session.course_id,
        "trainer_id": session.trainer_id,
        "venue_id": session.venue_id,
        "start_time": session.start_time,
        "end_time": session.end_time,
    }


def test_s11_the_reason_is_asked_for_once_there_is_a_mark_or_evidence():
    session = scheduled_session()
    assert "reason" not in again(session).fields
    session.first_marked_at = MORNING
    assert "reason" in again(session).fields


def test_s3_an_edit_must_say_which_version_it_has_seen():
    form = again(scheduled_session(), version="")
    assert not form.is_valid()
    assert set(form.errors) == {"version"}


# What is offered


def offered(form: SessionForm, field: str) -> list[str]:
    return [str(label) for value, label in form.fields[field].choices if value]  # type: ignore[attr-defined]


def test_courses_are_offered_with_a_published_version_only():
    CourseVersionFactory(course__code="WAH-101", title="Working at height")
    CourseVersionFactory(status="DRAFT")
    CourseVersionFactory(status="ARCHIVED")
    CourseVersionFactory(course__deleted_at=MORNING)
    assert offered(SessionForm(today=TODAY), "course") == ["WAH-101 Working at height"]


def test_s6_trainers_are_offered_who_are_qualified_for_the_course_with_their_load():
    version = CourseVersionFactory()
    smith = TrainerFactory(first_name="John", last_name="Smith")
    TrainerQualificationFactory(trainer=smith, course=version.course)
    scheduled_session(trainer=smith, start_time=MORNING)
    TrainerFactory()
    form = typed(course=version.course_id, day="2026-03-05")
    assert offered(form, "trainer") == ["John Smith (4h booked this week)"]
    next_week = typed(course=version.course_id, day="2026-03-12")
    assert offered(next_week, "trainer") == ["John Smith (0h booked this week)"]


def test_what_is_chosen_already_stays_on_offer():
    session = SessionFactory(
        course=CourseFactory(code="OLD-001"),
        trainer__is_active=False,
        venue=VenueFactory(name="Old shed", capacity=8, is_active=False),
    )
    form = SessionForm(initial=initial_of(session), session=session, today=TODAY)
    assert offered(form, "course") == ["OLD-001 (no published version)"]
    assert offered(form, "trainer")[0].startswith(str(session.trainer))
    assert offered(form, "venue") == ["Old shed (8 seats)"]


# An end that nobody typed


@pytest.mark.parametrize(
    ("data", "end"),
    [
        ({"start": "08:15"}, "12:45"),
        ({"start": "08:15", "end": "09:00"}, None),
        ({"start": "20:00"}, None),
        ({"start": "soon"}, None),
        ({}, None),
    ],
)
def test_an_empty_end_is_proposed_from_the_length_of_the_course(data: dict[str, str], end: str | None):
    version = CourseVersionFactory(duration_minutes=270)
    form = typed(course=version.course_id, day="2026-03-02", **data)
    assert form.propose_end() is (end is not None)
    assert form.data.get("end") == (end or data.get("end"))
