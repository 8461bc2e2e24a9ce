"""Classes as they are read (H1, H3, S4)."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User

from tests.factories.training import (
    MONDAYS,
    TrainerFactory,
    TrainingClassFactory,
    UserFactory,
    VenueFactory,
    active_class,
)
from training.core.refusals import NotFound
from training.models import ClassAttendanceSession, Trainer, TrainingClass
from training.policies.schedules import Frequency, Interval, Schedule
from training.policies.sessions import Overlap
from training.selectors.classes import (
    by_code,
    captures_missing,
    class_calendar,
    class_months,
    meetings_at,
    status_history,
    visible_class,
    visible_classes,
)
from training.services.classes import ClassPlan, edit_class, restart_class, stop_class

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 18)

pytestmark = pytest.mark.django_db


def mark(training_class: TrainingClass, day: date, status: str = "captured") -> None:
    ClassAttendanceSession.objects.filter(training_class=training_class, session_date=day).update(
        status=status, captured_by=UserFactory(), captured_at=NOW
    )


def test_a_trainer_sees_own_classes_only(trainer: Trainer, trainer_user: User, supervisor: User, auditor: User):
    own, others = TrainingClassFactory(agent=trainer), TrainingClassFactory(agent=TrainerFactory())
    assert set(visible_classes(trainer_user)) == {own}
    for user in (supervisor, auditor):
        assert set(visible_classes(user)) == {own, others}
    assert not visible_classes(AnonymousUser()).exists()
    assert visible_class(trainer_user, own.pk) == own
    with pytest.raises(NotFound):
        visible_class(trainer_user, others.pk)


def test_k2_classes_are_found_by_codes_of_any_form():
    codes = ["ABC1001", "ABC1002", "KUD021916-1", "aBc-1", "Kud 7", None]
    drafts = [TrainingClassFactory(class_code=code) for code in codes]

    def found(text: str) -> set[str | None]:
        return set(by_code(TrainingClass.objects.all(), text).values_list("class_code", flat=True))

    assert found("ABC") == {"ABC1001", "ABC1002", "aBc-1"}
    assert found(" abc 1002 ") == {"ABC1002"}
    assert found("kud0") == {"KUD021916-1"}
    assert found("kud 7") == {"Kud 7"}
    assert found("1001") == {"ABC1001"}
    assert found(f"#{drafts[-1].pk}") == {None}
    assert found(f"#{drafts[0].pk}") == set()
    assert found("%") == set()


def test_h1_the_calendar_has_meetings_and_names_what_blocks_the_other_days(django_assert_num_queries: Any):
    schedule = Schedule(Frequency.WEEKLY, MONDAYS.days, exceptions={date(2026, 4, 13): "Shutdown"})
    training_class = active_class(schedule=schedule)
    with django_assert_num_queries(1):
        days = class_calendar(training_class, first=date(2026, 4, 1), last=date(2026, 4, 30))
    assert [(each.day, each.blocked, each.session is None, each.hours) for each in days] == [
        (date(2026, 4, 6), "Easter Monday", True, Decimal(4)),
        (date(2026, 4, 13), "Shutdown", True, Decimal(4)),
        (date(2026, 4, 20), "", False, Decimal(4)),
        (date(2026, 4, 27), "", False, Decimal(4)),
    ]
    assert days[0].intervals == (Interval(time(8), time(12)),)


def test_h1_a_captured_day_that_is_blocked_since_stays_a_meeting(supervisor: User):
    training_class = active_class()
    mark(training_class, date(2026, 3, 9))
    schedule = Schedule(Frequency.WEEKLY, MONDAYS.days, exceptions={date(2026, 3, 9): "Shutdown"})
    edit_class(class_id=training_class.pk, changes=ClassPlan(schedule=schedule), by=supervisor, now=NOW)
    training_class.refresh_from_db()
    (day,) = class_calendar(training_class, first=date(2026, 3, 9), last=date(2026, 3, 9))
    assert day.session is not None
    assert (day.session.status, day.blocked) == ("captured", "")


def test_months_run_over_new_year():
    training_class = TrainingClassFactory(start_date=date(2026, 11, 30), end_date=date(2027, 2, 1))
    assert class_months(training_class) == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ]
    assert class_months(TrainingClassFactory(start_date=None)) == []


def test_h3_captures_are_missing_where_a_day_is_over_and_nobody_said_what_happened(
    supervisor: User, trainer: Trainer, trainer_user: User
):
    own, others = active_class(agent=trainer), active_class()
    mark(own, date(2026, 3, 2))
    mark(own, date(2026, 3, 9), "agent_absent")
    assert [(each.training_class, each.session_date.day) for each in captures_missing(supervisor, today=TODAY)] == [
        (others, 2),
        (others, 9),
        (own, 16),
        (others, 16),
    ]
    assert [each.training_class for each in captures_missing(trainer_user, today=TODAY)] == [own]
    assert not captures_missing(supervisor, today=date(2026, 3, 2)).exists(), "a day that is not over yet"


def test_the_history_of_a_class_says_when_and_through_whom(supervisor: User, superuser: User):
    draft = TrainingClassFactory()
    assert [(change.status, change.by) for change in status_history(draft)] == [("draft", None)]
    training_class = active_class()
    edit_class(class_id=training_class.pk, changes=ClassPlan(class_type="A"), by=superuser, now=NOW)
    stop_class(class_id=training_class.pk, stop_date=date(2026, 3, 16), by=supervisor, now=NOW)
    restart_class(class_id=training_class.pk, by=superuser, now=NOW)
    history = status_history(training_class)
    assert [(change.status, change.stop_date) for change in history] == [
        ("draft", None),
        ("active", None),
        ("stopped", date(2026, 3, 16)),
        ("active", None),
    ]
    assert [(change.by, change.at) for change in history[2:]] == [(supervisor, NOW), (superuser, NOW)]


def at(hour: int, minute: int = 0, day: int = 9) -> datetime:
    """A time of March 2026 on the site (Berlin)."""
    return datetime(2026, 3, day, hour - 1, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "meets"),
    [
        (at(7), at(8), False),
        (at(7), at(8, 1), True),
        (at(11, 59), at(13), True),
        (at(12), at(13), False),
        (at(9, day=10), at(10, day=10), False),
        (at(20, day=8), at(9), True),
    ],
)
def test_s4_a_meeting_of_a_class_has_its_agent_and_venue(start: datetime, end: datetime, meets: bool):
    training_class = active_class(venue=VenueFactory())
    agent_id, venue_id = training_class.agent_id, training_class.venue_id
    found = meetings_at(start=start, end=end, trainer_id=agent_id, venue_id=venue_id)
    expected = [Overlap.Kind.TRAINER, Overlap.Kind.VENUE] if meets else []
    assert [each.kind for each in found] == expected
    assert [each.kind for each in meetings_at(start=start, end=end, venue_id=venue_id)] == expected[1:]
    assert not meetings_at(start=start, end=end, trainer_id=TrainerFactory().pk)
    if found:
        assert (found[0].start, found[0].end) == (at(8), at(12))


def test_s4_cancelled_meetings_and_classes_without_a_venue_are_not_in_the_way():
    training_class = active_class()
    assert not meetings_at(start=at(8), end=at(9), venue_id=VenueFactory().pk)
    assert not meetings_at(start=at(8), end=at(9))
    mark(training_class, date(2026, 3, 9), "client_cancelled")
    assert not meetings_at(start=at(8), end=at(9), trainer_id=training_class.agent_id)


def test_s4_a_class_that_meets_until_midnight_is_in_the_way_until_then():
    late = active_class(schedule=Schedule(Frequency.WEEKLY, {1: (Interval(time(20), time(0)),)}))
    midnight = at(23, 59).replace(hour=23, minute=0)
    assert meetings_at(start=at(23), end=midnight, trainer_id=late.agent_id)
    assert not meetings_at(start=midnight, end=midnight.replace(hour=23, minute=30), trainer_id=late.agent_id)


TUESDAYS = Schedule(Frequency.WEEKLY, {2: (Interval(time(13), time(16)),)})


def times_of(training_class: TrainingClass, day: date) -> list[str]:
    (found,) = [each for each in class_calendar(training_class, first=day, last=day) if each.session is not None]
    return [str(each) for each in found.intervals]


@pytest.mark.parametrize("status", ["captured", "client_cancelled", "pending"])
def test_h1_a_meeting_keeps_its_times_when_the_class_is_edited(supervisor: User, status: str):
    training_class = active_class()
    if status != "pending":
        mark(training_class, date(2026, 3, 9), status)
    assert times_of(training_class, date(2026, 3, 9)) == ["08:00–12:00"]

    edit_class(class_id=training_class.pk, changes=ClassPlan(schedule=TUESDAYS), by=supervisor, now=NOW)
    training_class.refresh_from_db()

    assert times_of(training_class, date(2026, 3, 9)) == ["08:00–12:00"]
    assert times_of(training_class, date(2026, 3, 24)) == ["13:00–16:00"]


def test_h1_of_several_earlier_schedules_the_latest_with_these_hours_tells_the_times(supervisor: User):
    training_class = active_class()
    afternoons = Schedule(Frequency.WEEKLY, {1: (Interval(time(13), time(17)),)})
    edit_class(class_id=training_class.pk, changes=ClassPlan(schedule=afternoons), by=supervisor, now=NOW)
    edit_class(
        class_id=training_class.pk,
        changes=ClassPlan(schedule=TUESDAYS),
        by=supervisor,
        now=NOW,
        applies_from=date(2026, 3, 30),
    )
    training_class.refresh_from_db()
    assert times_of(training_class, date(2026, 3, 9)) == ["08:00–12:00"]
    assert times_of(training_class, date(2026, 3, 23)) == ["13:00–17:00"]


def test_h1_an_earlier_schedule_that_cannot_be_read_stands_in_nobody_s_way(supervisor: User):
    """Plain SQL has written it, and has put it right since: the trail keeps it for good."""
    training_class = active_class()
    for schedule in ({"frequency": "now and then"}, TUESDAYS.as_json()):
        TrainingClass.objects.filter(pk=training_class.pk).update(schedule=schedule)
    training_class.refresh_from_db()

    assert times_of(training_class, date(2026, 3, 9)) == ["08:00–12:00"]


def test_h1_earlier_times_take_one_query_more_for_any_number_of_meetings(
    supervisor: User, django_assert_num_queries: Any
):
    training_class = active_class()
    edit_class(class_id=training_class.pk, changes=ClassPlan(schedule=TUESDAYS), by=supervisor, now=NOW)
    training_class.refresh_from_db()
    with django_assert_num_queries(2):
        days = class_calendar(training_class, first=date(2026, 3, 1), last=date(2026, 4, 30))
    assert all(each.intervals for each in days if each.session is not None)
