"""Who is free, who may teach, and how busy they are."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

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
from training.models import Session
from training.pages.trainer_choices import load_label, trainer_choices
from training.selectors.availability import (
    WantedSlot,
    booked_minutes,
    offered_venues,
    overlapping,
    overlapping_slots,
    qualified_trainers,
    week_bounds,
)

pytestmark = pytest.mark.django_db

NOON = MORNING + timedelta(hours=4)
HOUR = timedelta(hours=1)


def names(overlaps) -> list[tuple[str, int]]:
    return [(str(overlap.kind), overlap.session.pk) for overlap in overlaps]


# Overlaps (S2, S4)


def test_s2_an_overlap_names_what_is_taken_and_by_which_session():
    session = scheduled_session(start_time=MORNING)
    found = overlapping(start=MORNING, end=NOON, trainer_id=session.trainer_id, venue_id=session.venue_id)
    assert names(found) == [("TRAINER", session.pk), ("VENUE", session.pk)]


@pytest.mark.parametrize(
    ("start", "end", "is_found"),
    [
        (MORNING - HOUR, MORNING, False),
        (NOON, NOON + HOUR, False),
        (MORNING - HOUR, MORNING + timedelta(minutes=1), True),
        (NOON - timedelta(minutes=1), NOON + HOUR, True),
        (MORNING + HOUR, MORNING + 2 * HOUR, True),
        (MORNING - HOUR, NOON + HOUR, True),
        (NOON, MORNING, False),
    ],
)
def test_s2_the_start_belongs_to_a_session_and_the_end_does_not(start: datetime, end: datetime, is_found: bool):
    session = scheduled_session(start_time=MORNING, end_time=NOON)
    assert bool(overlapping(start=start, end=end, venue_id=session.venue_id)) is is_found


def test_s2_a_session_never_overlaps_itself():
    session = scheduled_session(start_time=MORNING)
    assert not overlapping(start=MORNING, end=NOON, trainer_id=session.trainer_id, exclude_session_id=session.pk)


def test_s4_drafts_are_found_only_when_asked_for():
    draft = SessionFactory(start_time=MORNING)
    SessionFactory(trainer=draft.trainer, start_time=MORNING, deleted_at=MORNING)
    SessionFactory(trainer=draft.trainer, start_time=None, end_time=NOON)
    where = {"start": MORNING, "end": NOON, "trainer_id": draft.trainer_id}
    assert names(overlapping(**where)) == []
    assert names(overlapping(**where, statuses=[Session.Status.DRAFT])) == [("TRAINER", draft.pk)]


@pytest.mark.parametrize("count", [1, 3])
def test_overlaps_take_two_queries_whatever_their_number(count: int, django_assert_num_queries: DjangoAssertNumQueries):
    trainer, venue = TrainerFactory(), VenueFactory()
    for number in range(count):
        start = MORNING + number * HOUR
        scheduled_session(trainer=trainer, start_time=start, end_time=start + HOUR)
    with django_assert_num_queries(2):
        found = overlapping(start=MORNING, end=NOON, trainer_id=trainer.pk, venue_id=venue.pk)
        assert [(overlap.session.reference, str(overlap.session.venue)) for overlap in found]
    assert len(found) == count


def test_a_free_slot_takes_one_query_which_the_indexes_of_the_exclusion_constraints_answer():
    version = CourseVersionFactory()
    trainers, venues = TrainerFactory.create_batch(5), VenueFactory.create_batch(5)
    Session.objects.bulk_create(
        Session(
            course=version.course,
            course_version=version,
            trainer=trainer,
            venue=venue,
            start_time=MORNING + timedelta(days=day),
            end_time=NOON + timedelta(days=day),
            status=Session.Status.SCHEDULED,
        )
        for day in range(200)
        for trainer, venue in zip(trainers, venues, strict=True)
    )
    with CaptureQueriesContext(connection) as captured:
        overlapping(start=NOON, end=NOON + HOUR, trainer_id=trainers[0].pk, venue_id=venues[1].pk)
    (query,) = captured.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sessions")
        cursor.execute(f"EXPLAIN {query['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "session_trainer_not_double_booked" in plan
    assert "session_venue_not_double_booked" in plan


# Load (S6)


def test_s6_the_load_is_of_scheduled_sessions_that_start_in_the_week_of_the_site():
    trainer = TrainerFactory()
    sunday_night = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)  # 23:30 in Berlin: the week before
    monday_night = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)  # 00:00 in Berlin: this week, though Sunday in UTC
    scheduled_session(trainer=trainer, start_time=sunday_night, end_time=sunday_night + HOUR / 4)
    scheduled_session(trainer=trainer, start_time=monday_night, end_time=monday_night + HOUR)
    scheduled_session(trainer=trainer, start_time=MORNING, end_time=NOON + HOUR / 2)
    sunday_evening = datetime(2026, 3, 8, 22, 0, tzinfo=UTC)  # 23:00 in Berlin, into the next week
    scheduled_session(trainer=trainer, start_time=sunday_evening, end_time=sunday_evening + 3 * HOUR)
    SessionFactory(trainer=trainer, start_time=MORNING)
    SessionFactory(trainer=trainer, start_time=MORNING, status="CANCELLED", cancellation_reason="Storm")
    idle = TrainerFactory()

    assert booked_minutes(trainer_ids=[trainer.pk, idle.pk], week_of=date(2026, 3, 5)) == {
        trainer.pk: 60 + 270 + 180,
        idle.pk: 0,
    }


def test_s6_hours_that_pass_count_not_the_hands_of_the_clock():
    """The night in which clocks go forward in Berlin: 01:00 to 04:00 are two hours."""
    start = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    trainer = TrainerFactory()
    scheduled_session(trainer=trainer, start_time=start, end_time=start + 2 * HOUR)
    assert booked_minutes(trainer_ids=[trainer.pk], week_of=date(2026, 3, 29)) == {trainer.pk: 120}


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 2), 7 * 24), (date(2026, 3, 29), 7 * 24 - 1), (date(2026, 10, 25), 7 * 24 + 1)]
)
def test_s6_a_week_begins_at_midnight_of_the_site(day: date, hours: int):
    first, after = week_bounds(day)
    assert after.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("minutes", "label"),
    [
        (0, "John Smith (0h booked this week)"),
        (720, "John Smith (12h booked this week)"),
        (750, "John Smith (12h 30min booked this week)"),
    ],
)
def test_s6_the_label(minutes: int, label: str):
    assert load_label(TrainerFactory.build(first_name="John", last_name="Smith"), minutes) == label


def test_s6_only_qualified_and_active_trainers_are_offered_for_a_course():
    course = CourseFactory()
    day = date(2026, 3, 2)
    always = TrainerQualificationFactory(course=course).trainer
    that_day = TrainerQualificationFactory(course=course, valid_from=day, valid_until=day).trainer
    TrainerQualificationFactory(course=course, valid_until=day - timedelta(days=1))
    TrainerQualificationFactory(course=course, valid_from=day + timedelta(days=1))
    TrainerQualificationFactory(course=course, trainer__is_active=False)
    other = TrainerQualificationFactory().trainer

    assert list(qualified_trainers(course_id=course.pk, on=day)) == [always, that_day]
    assert list(qualified_trainers(course_id=None, on=day)) == [always, that_day, *_others(course, other)]


def _others(course, other) -> list:
    """Active trainers who are qualified on another day, or for another course, in the order of names."""
    return [
        qualification.trainer
        for qualification in course.qualifications.filter(trainer__is_active=True).order_by("pk")
        if qualification.valid_from != qualification.valid_until
    ] + [other]


@pytest.mark.parametrize("count", [1, 3])
def test_s6_choices_take_two_queries(count: int, django_assert_num_queries: DjangoAssertNumQueries):
    course = CourseFactory()
    TrainerQualificationFactory.create_batch(count, course=course)
    with django_assert_num_queries(2):
        choices = trainer_choices(course_id=course.pk, on=date(2026, 3, 2))
        assert [choice.label for choice in choices]
    assert len(choices) == count


def test_inactive_venues_are_not_offered():
    venue = VenueFactory()
    VenueFactory(is_active=False)
    assert list(offered_venues()) == [venue]


@given(
    stored=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 8), st.integers(1, 4)), max_size=4),
    asked=st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 8), st.integers(1, 4)), min_size=1, max_size=4
    ),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_s2_many_slots_are_answered_as_each_of_them_is(db: None, stored: list[Any], asked: list[Any]):
    """One statement for the slots of an import says what the query for one plan says."""
    Session.objects.filter(status="SCHEDULED").update(status="CANCELLED", cancellation_reason="Before")
    trainers, venues = TrainerFactory.create_batch(2), VenueFactory.create_batch(2)
    version = CourseVersionFactory()
    for trainer, venue, hour, length in stored:
        start = MORNING + timedelta(hours=hour)
        with suppress(IntegrityError), transaction.atomic():  # those that overlap are not stored
            SessionFactory(
                scheduled=True, course_version=version, trainer=trainers[trainer], venue=venues[venue],
                start_time=start, end_time=start + timedelta(hours=length),
            )  # fmt: skip
    own = [None, *Session.objects.filter(status="SCHEDULED").values_list("pk", flat=True)]
    slots = [
        WantedSlot(
            MORNING + timedelta(hours=hour), MORNING + timedelta(hours=hour + length), trainers[trainer].pk,
            venues[venue].pk, own[number % len(own)],
        )
        for number, (trainer, venue, hour, length) in enumerate(asked)
    ]  # fmt: skip
    one_by_one = [
        overlapping(
            start=slot.start,
            end=slot.end,
            trainer_id=slot.trainer_id,
            venue_id=slot.venue_id,
            exclude_session_id=slot.session_id,
        )
        for slot in slots
    ]
    at_once = overlapping_slots(slots)
    assert [at_once.get(index, []) for index in range(len(slots))] == one_by_one
    assert overlapping_slots([]) == {}
