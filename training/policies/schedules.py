"""The schedule of a class: on which days it meets, at what times, and which of these days are blocked (H1).

Nothing here asks the clock, the database or the settings. All dates and times are those of the site. The hours of a
day are those of its timetable, also on the two nights of the year on which clocks change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from dateutil import rrule
from django.db.models import TextChoices
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from training.core.refusals import Invalid
from training.core.words import clock_range

LAST_DAY = -1
HALF_HOUR = 30
DAY = 24 * 60


class BadSchedule(Invalid):
    """A schedule that makes no sense (400); `errors` names what is wrong: `days`, `times` or `exceptions`."""


class Frequency(TextChoices):
    """How often the days of a schedule are repeated."""

    WEEKLY = "weekly", gettext_lazy("Every week")
    BIWEEKLY = "biweekly", gettext_lazy("Every second week")
    MONTHLY = "monthly", gettext_lazy("Every month")


class Interval(NamedTuple):
    """From when until when a class meets on one day; an end of 00:00 is the midnight at the end of that day."""

    start: time
    end: time

    @property
    def start_minute(self) -> int:
        return self.start.hour * 60 + self.start.minute

    @property
    def end_minute(self) -> int:
        return self.end.hour * 60 + self.end.minute or DAY

    @property
    def minutes(self) -> int:
        return self.end_minute - self.start_minute

    def __str__(self) -> str:
        return clock_range(self.start, self.end)


@dataclass(frozen=True)
class Schedule:
    """The rule by which the dates of a class are found.

    Attributes:
        days: times by day of the week, 1 for Monday to 7 for Sunday, or by day of the month, 1 to 31. A month that is
            too short for a day has no meeting then; `LAST_DAY` means the last day of whatever month.
        exceptions: days without a meeting, with the reason.
        works_on: public holidays on which the class meets all the same.
        since: the day from which this schedule counts; None means from the first day of the class. Meetings before it
            were planned by an earlier schedule and stay as they are.
    """

    frequency: Frequency
    days: Mapping[int, tuple[Interval, ...]]
    exceptions: Mapping[date, str] = field(default_factory=dict)
    works_on: frozenset[date] = frozenset()
    since: date | None = None

    @classmethod
    def from_json(cls, stored: Any) -> "Schedule":
        """Return the schedule that `as_json` has written.

        Raises:
            BadSchedule: `stored` is something else.
        """
        try:
            return cls(
                frequency=Frequency(stored["frequency"]),
                days={
                    int(each["day"]): tuple(
                        Interval(_clock_time(start), _clock_time(end)) for start, end in each["times"]
                    )
                    for each in stored["days"]
                },
                exceptions={
                    date.fromisoformat(each["date"]): str(each["reason"]) for each in stored.get("exceptions", [])
                },
                works_on=frozenset(date.fromisoformat(each) for each in stored.get("works_on", [])),
                since=date.fromisoformat(stored["since"]) if stored.get("since") else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadSchedule(_("This schedule cannot be read. Enter its days and times again.")) from error

    def as_json(self) -> dict[str, Any]:
        """Return the schedule as JSON values, as the column `classes.schedule` keeps it."""
        return {
            "frequency": self.frequency.value,
            "days": [
                {"day": day, "times": [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in sorted(self.days[day])]}
                for day in sorted(self.days)
            ],
            "exceptions": [
                {"date": day.isoformat(), "reason": self.exceptions[day].strip()} for day in sorted(self.exceptions)
            ],
            "works_on": [day.isoformat() for day in sorted(self.works_on)],
            "since": self.since.isoformat() if self.since else None,
        }

    @property
    def in_order(self) -> list[int]:
        """The days in the order in which people read them, the last day of the month after all others."""
        return sorted(self.days, key=lambda day: (day == LAST_DAY, day))

    def counting_from(self, day: date | None) -> "Schedule":
        """Return the same schedule, for the days from `day` on."""
        return replace(self, since=day)

    def same_rule(self, other: "Schedule") -> bool:
        """Tell whether both schedules have the same days and times; exceptions and holidays may differ."""
        mine, theirs = self.as_json(), other.as_json()
        return all(mine[key] == theirs[key] for key in ("frequency", "days"))


@dataclass(frozen=True)
class ClassDay:
    """A day of a class by its schedule.

    Attributes:
        hours: how many hours the class meets.
        blocked: why it does not meet after all, the name of the holiday or the reason of the exception; empty where
            it meets.
    """

    day: date
    intervals: tuple[Interval, ...]
    hours: Decimal
    blocked: str = ""


def class_days(schedule: Schedule, *, start: date, end: date, holidays: Mapping[date, str]) -> list[ClassDay]:
    """Return the days of a class in order, including blocked ones with the reason (H1).

    Args:
        start, end: first and last day of the class. Every second week is counted from the week of the first day.
        holidays: by day, the names of the public holidays from `start` through `end`.
    """
    days = []
    for found in _rule(schedule, start, end):
        day = found.date()
        if schedule.since is not None and day < schedule.since:
            continue
        intervals = _intervals(schedule, day)
        days.append(ClassDay(day, intervals, hours_of(intervals), _blocked(schedule, day, holidays)))
    return days


def hours_of(intervals: Iterable[Interval]) -> Decimal:
    """Return how many hours the intervals of a day last in total."""
    return Decimal(sum(interval.minutes for interval in intervals)) / 60


def check_schedule(schedule: Schedule) -> None:
    """H1: the intervals of a day do not overlap and total a multiple of half an hour; every exception has a reason.

    Raises:
        BadSchedule: says everything that is wrong at once.
    """
    errors: dict[str, list[str]] = {}
    if not schedule.days:
        errors["days"] = [_("Choose at least one day.")]
    allowed = {LAST_DAY, *range(1, 32)} if schedule.frequency == Frequency.MONTHLY else set(range(1, 8))
    if not set(schedule.days) <= allowed:
        errors["days"] = [_("Choose days of the week, or for every month days from 1 to 31.")]
    elif LAST_DAY in schedule.days and max(schedule.days) >= 28:
        errors["days"] = [_("The last day of a month can be its 28th to 31st. Choose either that day or the last.")]
    if times := [text for day in sorted(schedule.days) for text in _wrong_times(schedule, day)]:
        errors["times"] = times
    if any(not reason.strip() for reason in schedule.exceptions.values()):
        errors["exceptions"] = [_("Give a reason for every day without a meeting.")]
    if errors:
        raise BadSchedule.of_fields(errors)


def _clock_time(text: str) -> time:
    """Return the time that a text such as "08:30" writes.

    Raises:
        ValueError: it writes none.
    """
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def _wrong_times(schedule: Schedule, day: int) -> Iterator[str]:
    intervals = sorted(schedule.days[day])
    name = day_name(schedule.frequency, day)
    if not intervals:
        yield _("%(day)s has no times. Enter them, or leave the day out.") % {"day": name}
        return
    if any(interval.minutes <= 0 for interval in intervals):
        yield _("%(day)s: the end must be after the start.") % {"day": name}
    elif any(later.start_minute < earlier.end_minute for earlier, later in pairwise(intervals)):
        yield _("%(day)s: two of its times overlap.") % {"day": name}
    elif sum(interval.minutes for interval in intervals) % HALF_HOUR:
        yield _("%(day)s: its times must add up to full or half hours, now %(minutes)d minutes.") % {
            "day": name,
            "minutes": sum(interval.minutes for interval in intervals),
        }


def day_name(frequency: Frequency, day: int) -> str:
    """Return the name of a day of the week or month with a capital letter: "Monday", "Day 15", "The last day"."""
    if frequency != Frequency.MONTHLY:
        return str(WEEKDAYS[day - 1]) if 1 <= day <= 7 else str(day)
    return _("The last day") if day == LAST_DAY else _("Day %(number)d") % {"number": day}


def _rule(schedule: Schedule, start: date, end: date) -> rrule.rrule:
    is_monthly = schedule.frequency == Frequency.MONTHLY
    return rrule.rrule(
        rrule.MONTHLY if is_monthly else rrule.WEEKLY,
        interval=2 if schedule.frequency == Frequency.BIWEEKLY else 1,
        wkst=rrule.MO,
        bymonthday=sorted(schedule.days) if is_monthly else None,
        byweekday=None if is_monthly else [day - 1 for day in sorted(schedule.days)],
        dtstart=datetime.combine(start, time.min),
        until=datetime.combine(end, time.min),
    )


def _intervals(schedule: Schedule, day: date) -> tuple[Interval, ...]:
    if schedule.frequency != Frequency.MONTHLY:
        key = day.isoweekday()
    else:
        key = day.day if day.day in schedule.days else LAST_DAY
    return tuple(sorted(schedule.days[key]))


def _blocked(schedule: Schedule, day: date, holidays: Mapping[date, str]) -> str:
    """Return why a day is blocked, or "". An exception always blocks; a holiday does unless the class works on it."""
    if day in schedule.exceptions:
        return schedule.exceptions[day]
    return "" if day in schedule.works_on else holidays.get(day, "")
