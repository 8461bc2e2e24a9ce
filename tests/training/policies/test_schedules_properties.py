"""The dates of any schedule are those of a calendar that is gone through day by day (H1)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from training.policies.schedules import LAST_DAY, Frequency, Interval, Schedule, check_schedule, class_days

DAY = timedelta(days=1)

# Leap years and none, the centuries apart: 2000 has a 29 February, 2100 has not.
firsts = st.dates(date(1999, 12, 1), date(2001, 3, 1)) | st.dates(date(2023, 12, 1), date(2028, 3, 1))
firsts |= st.dates(date(2099, 12, 1), date(2100, 3, 1))
half_hours = st.lists(st.integers(0, 48), min_size=2, max_size=6, unique=True).map(sorted)
reasons = st.sampled_from(["Shutdown", "Strike"])


def clock(half: int) -> time:
    """Return the time so many half hours after midnight; the last one is the midnight with which the day ends."""
    return time(half // 2 % 24, half % 2 * 30)


def intervals(halves: list[int]) -> tuple[Interval, ...]:
    """Return every second stretch between these times, so that none overlap."""
    pairs = zip(halves[::2], halves[1::2], strict=False)
    return tuple(Interval(clock(start), clock(end)) for start, end in pairs)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Schedule, date, date, dict[date, str]]:
    """Return a schedule, first and last day, and holidays."""
    start = draw(firsts)
    end = start + draw(st.integers(0, 40) | st.integers(0, 430)) * DAY
    frequency = draw(st.sampled_from(Frequency))
    numbers = st.sampled_from([LAST_DAY, *range(1, 32)]) if frequency == Frequency.MONTHLY else st.integers(1, 7)
    days = draw(st.dictionaries(numbers, half_hours.map(intervals), min_size=1, max_size=6))
    if LAST_DAY in days:
        days = {day: times for day, times in days.items() if day < 28}
    plain = Schedule(frequency, days)
    held = [day for day, *_ in day_by_day(plain, start, end, {})]
    some = st.dates(start - 3 * DAY, end + 3 * DAY) | (st.sampled_from(held) if held else st.nothing())
    holidays = draw(st.dictionaries(some, st.just("Holiday"), max_size=6))
    schedule = replace(
        plain,
        exceptions=draw(st.dictionaries(some, reasons, max_size=4)),
        works_on=frozenset(draw(st.sets(st.sampled_from([*holidays]) if holidays else some, max_size=3))),
        since=draw(st.none() | some),
    )
    return schedule, start, end, holidays


def day_by_day(
    schedule: Schedule, start: date, end: date, holidays: Mapping[date, str]
) -> Iterator[tuple[date, Decimal, str]]:
    """Yield day, hours and why it is blocked, as somebody with a calendar and a pencil would."""
    first_monday = start - start.weekday() * DAY
    day = start
    while day <= end:
        is_last = (day + DAY).month != day.month
        if schedule.frequency == Frequency.MONTHLY:
            times = schedule.days.get(day.day) or (schedule.days.get(LAST_DAY) if is_last else None)
        elif schedule.frequency == Frequency.BIWEEKLY and (day - first_monday).days // 7 % 2:
            times = None
        else:
            times = schedule.days.get(day.isoweekday())
        if times and (schedule.since is None or day >= schedule.since):
            minutes = sum((each.end.hour or 24 * (each.end == time(0))) * 60 + each.end.minute for each in times)
            minutes -= sum(each.start.hour * 60 + each.start.minute for each in times)
            holiday = "" if day in schedule.works_on else holidays.get(day, "")
            yield day, Decimal(minutes) / 60, schedule.exceptions.get(day, holiday)
        day += DAY


def test_h1_the_dates_are_those_of_a_calendar(long: bool):
    @settings(deadline=None, derandomize=not long, max_examples=3_000 if long else 50)
    @given(plan=plans())
    def agree(plan: Any) -> None:
        schedule, start, end, holidays = plan
        check_schedule(schedule)
        found = class_days(schedule, start=start, end=end, holidays=holidays)
        assert [(each.day, each.hours, each.blocked) for each in found] == [*day_by_day(schedule, start, end, holidays)]
        stored = Schedule.from_json(json.loads(json.dumps(schedule.as_json())))
        assert class_days(stored, start=start, end=end, holidays=holidays) == found

    agree()
