"""Dates of a schedule (H1), without a database."""

from datetime import date, time
from decimal import Decimal

import pytest

from training.policies.public_holidays import check_setting, public_holidays
from training.policies.schedules import LAST_DAY, BadSchedule, Frequency, Interval, Schedule, check_schedule, class_days

MORNING = Interval(time(8), time(12))
AFTERNOON = Interval(time(13), time(15, 30))
WEEKLY, BIWEEKLY, MONTHLY = Frequency.WEEKLY, Frequency.BIWEEKLY, Frequency.MONTHLY
NO_HOLIDAYS: dict[date, str] = {}


def days_of(frequency: Frequency, days: list[int], start: date, end: date) -> list[date]:
    schedule = Schedule(frequency, dict.fromkeys(days, (MORNING,)))
    return [found.day for found in class_days(schedule, start=start, end=end, holidays=NO_HOLIDAYS)]


def test_h1_a_week_has_its_days_each_with_its_own_times():
    schedule = Schedule(WEEKLY, {1: (AFTERNOON, MORNING), 4: (MORNING,)})
    found = class_days(schedule, start=date(2026, 3, 3), end=date(2026, 3, 12), holidays=NO_HOLIDAYS)
    assert [(each.day, each.intervals, each.hours) for each in found] == [
        (date(2026, 3, 5), (MORNING,), Decimal(4)),
        (date(2026, 3, 9), (MORNING, AFTERNOON), Decimal("6.5")),
        (date(2026, 3, 12), (MORNING,), Decimal(4)),
    ]


def test_h1_every_second_week_counts_from_the_week_of_the_first_day():
    """Begun on a Thursday: Monday of that week is gone, and the next one is in the week between."""
    found = days_of(BIWEEKLY, [1, 4], date(2026, 3, 5), date(2026, 4, 3))
    assert found == [date(2026, 3, 5), date(2026, 3, 16), date(2026, 3, 19), date(2026, 3, 30), date(2026, 4, 2)]


def test_h1_a_class_crosses_new_year():
    assert days_of(WEEKLY, [4], date(2026, 12, 24), date(2027, 1, 8)) == [
        date(2026, 12, 24),
        date(2026, 12, 31),
        date(2027, 1, 7),
    ]
    assert days_of(BIWEEKLY, [4], date(2026, 12, 24), date(2027, 1, 8)) == [date(2026, 12, 24), date(2027, 1, 7)]


def test_h1_the_31st_skips_months_without_one():
    assert days_of(MONTHLY, [31], date(2026, 1, 1), date(2026, 6, 30)) == [
        date(2026, 1, 31),
        date(2026, 3, 31),
        date(2026, 5, 31),
    ]


def test_h1_the_last_day_is_in_every_month():
    assert days_of(MONTHLY, [LAST_DAY, 15], date(2028, 1, 20), date(2028, 4, 15)) == [
        date(2028, 1, 31),
        date(2028, 2, 15),
        date(2028, 2, 29),
        date(2028, 3, 15),
        date(2028, 3, 31),
        date(2028, 4, 15),
    ]


def test_h1_29_february_comes_every_fourth_year():
    assert date(2027, 2, 28) in days_of(MONTHLY, [LAST_DAY], date(2027, 2, 1), date(2027, 2, 28))
    found = days_of(MONTHLY, [29], date(2027, 2, 1), date(2028, 3, 1))
    assert [day for day in found if day.month == 2] == [date(2028, 2, 29)]
    assert days_of(WEEKLY, [2], date(2028, 2, 29), date(2028, 2, 29)) == [date(2028, 2, 29)]


@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
def test_h1_a_night_on_which_clocks_change_counts_the_hours_of_the_timetable(night: date):
    """Berlin: 02:00 to 03:00 is missing in March, and comes twice in October."""
    schedule = Schedule(WEEKLY, {7: (Interval(time(1), time(4)),)})
    (found,) = class_days(schedule, start=night, end=night, holidays=NO_HOLIDAYS)
    assert (found.day, found.hours) == (night, Decimal(3))


def test_h1_an_interval_may_end_at_midnight():
    late = Interval(time(20), time(0))
    check_schedule(Schedule(WEEKLY, {1: (late,)}))
    (found,) = class_days(
        Schedule(WEEKLY, {1: (late,)}), start=date(2026, 3, 2), end=date(2026, 3, 2), holidays=NO_HOLIDAYS
    )
    assert found.hours == Decimal(4)


def test_h1_holidays_and_exceptions_block_with_their_reason_unless_the_class_works_on_them():
    holidays = {date(2026, 4, 6): "Easter Monday", date(2026, 5, 25): "Whit Monday"}
    schedule = Schedule(
        WEEKLY,
        {1: (MORNING,)},
        exceptions={date(2026, 4, 13): "Shutdown", date(2026, 5, 25): "Shutdown"},
        works_on=frozenset({date(2026, 4, 6), date(2026, 5, 25)}),
    )
    found = class_days(schedule, start=date(2026, 4, 6), end=date(2026, 5, 31), holidays=holidays)
    assert {each.day: each.blocked for each in found if each.blocked} == {
        date(2026, 4, 13): "Shutdown",
        date(2026, 5, 25): "Shutdown",
    }
    without = Schedule(WEEKLY, {1: (MORNING,)})
    found = class_days(without, start=date(2026, 4, 6), end=date(2026, 4, 19), holidays=holidays)
    assert [each.blocked for each in found] == ["Easter Monday", ""]


def test_h1_a_schedule_counts_from_a_day_on_and_keeps_its_weeks():
    schedule = Schedule(BIWEEKLY, {1: (MORNING,)}).counting_from(date(2026, 3, 17))
    found = class_days(schedule, start=date(2026, 3, 2), end=date(2026, 4, 13), holidays=NO_HOLIDAYS)
    assert [each.day for each in found] == [date(2026, 3, 30), date(2026, 4, 13)]


def test_h1_what_is_written_is_read_again():
    schedule = Schedule(
        MONTHLY,
        {LAST_DAY: (MORNING,), 3: (MORNING, AFTERNOON)},
        exceptions={date(2026, 4, 3): "Shutdown"},
        works_on=frozenset({date(2026, 5, 1)}),
        since=date(2026, 3, 1),
    )
    assert Schedule.from_json(schedule.as_json()) == schedule
    assert schedule.same_rule(schedule.counting_from(None))
    assert not schedule.same_rule(Schedule(MONTHLY, {3: (MORNING,)}))


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"frequency": "daily", "days": []},
        {"frequency": "weekly", "days": [{"day": 1, "times": [["08:00"]]}]},
        {"frequency": "weekly", "days": [{"day": 1, "times": [["25:00", "26:00"]]}]},
        {"frequency": "weekly", "days": [{"day": "Monday", "times": []}]},
        {"frequency": "weekly", "days": [], "works_on": ["Easter"]},
        [],
    ],
)
def test_h1_what_is_no_schedule_is_refused(stored: object):
    with pytest.raises(BadSchedule, match="cannot be read"):
        Schedule.from_json(stored)


@pytest.mark.parametrize(
    ("schedule", "field", "words"),
    [
        (Schedule(WEEKLY, {}), "days", "at least one day"),
        (Schedule(WEEKLY, {8: (MORNING,)}), "days", "days of the week"),
        (Schedule(MONTHLY, {0: (MORNING,)}), "days", "from 1 to 31"),
        (Schedule(MONTHLY, {LAST_DAY: (MORNING,), 30: (MORNING,)}), "days", "28th to 31st"),
        (Schedule(WEEKLY, {1: ()}), "times", "Monday has no times"),
        (Schedule(WEEKLY, {1: (Interval(time(12), time(8)),)}), "times", "end must be after the start"),
        (Schedule(WEEKLY, {2: (MORNING, Interval(time(11), time(13)))}), "times", "Tuesday: two of its times overlap"),
        (Schedule(MONTHLY, {5: (Interval(time(8), time(8, 45)),)}), "times", "Day 5: .* now 45 minutes"),
        (
            Schedule(WEEKLY, {1: (MORNING,)}, {date(2026, 3, 2): " "}),
            "exceptions",
            "Give a reason for every day without a meeting",
        ),
    ],
)
def test_h1_a_schedule_that_cannot_be_meant_is_refused_with_the_field(schedule: Schedule, field: str, words: str):
    with pytest.raises(BadSchedule, match=words) as refused:
        check_schedule(schedule)
    assert list(refused.value.errors) == [field]


def test_h1_intervals_of_odd_lengths_may_total_half_hours():
    odd, other = Interval(time(8), time(8, 45)), Interval(time(9), time(9, 45))
    check_schedule(Schedule(WEEKLY, {1: (odd, other)}))
    with pytest.raises(BadSchedule, match=r"Tuesday: .* now 45 minutes"):  # each day adds up by itself
        check_schedule(Schedule(WEEKLY, {1: (odd, other), 2: (odd,)}))


def test_h1_public_holidays_are_those_of_the_configured_place(settings):
    christmas = {"first": date(2026, 12, 20), "last": date(2027, 1, 6)}
    settings.SITE_HOLIDAYS = "DE"
    assert list(public_holidays(**christmas).values()) == ["Christmas Day", "Second Day of Christmas", "New Year's Day"]
    settings.SITE_HOLIDAYS = "DE/BY"
    assert public_holidays(**christmas)[date(2027, 1, 6)] == "Epiphany"
    settings.LANGUAGE_CODE = "de"
    assert public_holidays(**christmas)[date(2027, 1, 6)] == "Heilige Drei Könige"
    settings.SITE_HOLIDAYS = ""
    assert public_holidays(**christmas) == {}


@pytest.mark.parametrize(
    ("place", "is_known"), [("DE", True), ("GB/SCT", True), ("", True), ("XX", False), ("DE/XX", False)]
)
def test_h1_a_place_without_a_calendar_is_named_before_a_deployment(settings, place: str, is_known: bool):
    settings.SITE_HOLIDAYS = place
    assert bool(check_setting()) is not is_known
