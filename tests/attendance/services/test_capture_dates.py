"""Captures on the days that calendars are bad at: both DST nights, New Year, 29 February, the 31st (H1 to H3)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from attendance.services.capture import NotScheduledThen, capture_session, mark_exception
from learners.models import LearnerHoursLog, LearnerProgression
from learners.services.progression import complete
from tests.factories.learners import LearnerProgressionFactory
from tests.factories.training import active_class
from training.models import TrainingClass
from training.policies.meetings import CannotCapture
from training.policies.schedules import LAST_DAY, Frequency, Interval, Schedule

pytestmark = pytest.mark.django_db

FOUR_HOURS = (Interval(time(8), time(12)),)


def dates(training_class: TrainingClass) -> list[date]:
    return list(training_class.sessions.order_by("session_date").values_list("session_date", flat=True))


def capture_all(progression: LearnerProgression, by: User, now: datetime) -> None:
    for day in dates(progression.training_class):
        capture_session(class_id=progression.training_class_id, session_date=day, by=by, now=now)
    progression.refresh_from_db()


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
    ],
)
def test_h3_a_night_on_which_clocks_change_is_captured_from_its_midnight_on(
    supervisor: User, settings: Any, zone: str, night: date
):
    """The meeting lies in the hour that is missing or comes twice, and counts what its timetable says."""
    settings.SITE_HOLIDAYS = ""
    schedule = Schedule(Frequency.WEEKLY, {7: (Interval(time(1), time(4)),)})
    nights = active_class(schedule=schedule, start_date=night, end_date=night)
    progression = LearnerProgressionFactory(training_class=nights)
    midnight = datetime.combine(night, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    what: dict[str, Any] = {"class_id": nights.pk, "session_date": night, "by": supervisor}
    with timezone.override(zone):
        with pytest.raises(CannotCapture, match="is in the future"):
            capture_session(now=midnight - timedelta(microseconds=1), **what)
        capture_session(now=midnight, **what)
    progression.refresh_from_db()
    assert progression.hours_trained == Decimal(3)
    assert list(LearnerHoursLog.objects.values_list("log_date", flat=True)) == [night]


def test_h2_a_class_crosses_new_year(supervisor: User):
    schedule = Schedule(Frequency.WEEKLY, {4: FOUR_HOURS, 5: FOUR_HOURS})
    crossing = active_class(schedule=schedule, start_date=date(2026, 12, 24), end_date=date(2027, 1, 8))
    progression = LearnerProgressionFactory(training_class=crossing)
    assert dates(crossing) == [date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 7), date(2027, 1, 8)]
    who: dict[str, Any] = {"class_id": crossing.pk, "by": supervisor, "now": datetime(2026, 12, 31, 23, 30, tzinfo=UTC)}
    capture_session(session_date=date(2026, 12, 31), **who)  # half past midnight of New Year in Berlin
    mark_exception(session_date=date(2027, 1, 7), status="client_cancelled", **who)
    for holiday, name in ((date(2026, 12, 25), "Christmas Day"), (date(2027, 1, 1), "New Year's Day")):
        with pytest.raises(NotScheduledThen, match=name):
            capture_session(session_date=holiday, **who)
    progression.refresh_from_db()
    assert progression.hours_trained == 4


def test_h2_29_february_is_captured_and_may_be_the_last_day_of_a_programme(supervisor: User):
    schedule = Schedule(Frequency.MONTHLY, {29: FOUR_HOURS})
    leap = active_class(schedule=schedule, start_date=date(2027, 12, 1), end_date=date(2028, 2, 29))
    progression = LearnerProgressionFactory(training_class=leap)
    assert dates(leap) == [date(2027, 12, 29), date(2028, 1, 29), date(2028, 2, 29)]
    now = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
    capture_all(progression, supervisor, now)
    assert progression.hours_trained == 12
    done = complete(tracking_id=progression.pk, effective_date=date(2028, 2, 29), by=supervisor, now=now)
    assert done.completion_date == date(2028, 2, 29)


JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


@pytest.mark.parametrize(("day", "held"), [(31, [JANUARY, MARCH]), (LAST_DAY, [JANUARY, FEBRUARY, MARCH])])
def test_h2_the_31st_is_captured_in_months_that_have_one(supervisor: User, day: int, held: list[date]):
    schedule = Schedule(Frequency.MONTHLY, {day: FOUR_HOURS})
    monthly = active_class(schedule=schedule, start_date=date(2026, 1, 1), end_date=date(2026, 4, 15))
    progression = LearnerProgressionFactory(training_class=monthly)
    assert dates(monthly) == held
    capture_all(progression, supervisor, datetime(2026, 4, 15, 12, 0, tzinfo=UTC))
    assert progression.hours_trained == 4 * len(held)
