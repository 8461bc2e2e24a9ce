"""The sessions of one week, laid out by day and hour, overlapping ones side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from attendance.pages.sessions import SessionLine, session_lines
from training.models import Session
from training.selectors.availability import week_bounds

FIRST_HOUR, LAST_HOUR = 6, 18  # the hours shown at least; the CSS has rows for days of the lengths in DAY_LENGTHS
DAY_LENGTHS = (12, 14, 16, 18, 20, 24)
QUARTERS = 96
MOST_LANES = 6
UNTIMED = timedelta(hours=1)  # how long a draft is drawn that has no end yet


@dataclass(frozen=True, kw_only=True)
class Slot:
    """The place of a session in a day: its quarters of an hour, counted from midnight, and the columns it takes."""

    line: SessionLine
    first: int
    last: int
    lane: int
    width: int = 1

    @property
    def length(self) -> int:
        return self.last - self.first

    def overlaps(self, other: "Slot") -> bool:
        """Return whether both sessions are held at the same time at some moment."""
        return self.first < other.last and other.first < self.last


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day of the week; `more` sessions have no room beside the others."""

    day: date
    is_today: bool
    slots: Sequence[Slot]
    lanes: int
    more: int


@dataclass(frozen=True, kw_only=True)
class Week:
    """The week that begins on `monday`; `hours` are the hours of the day that are drawn."""

    monday: date
    days: Sequence[Day]
    hours: range

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=7)

    @property
    def quarters(self) -> int:
        """The length of a day as it is drawn, in quarters of an hour."""
        return 4 * len(self.hours)

    @property
    def shift(self) -> int:
        """The number to add to a quarter of the day to get the row in which it is drawn."""
        return -4 * self.hours.start

    @property
    def marks(self) -> list[tuple[int, time]]:
        """The hours written beside the grid, each with its row. The first is left out: it would touch the head."""
        return [(4 * number, time(hour)) for number, hour in enumerate(self.hours) if number]


def week(sessions: QuerySet[Session], *, of: date, today: date, now: datetime) -> Week:
    """Return the week around the day `of`, in one query. Cancelled sessions take up no time and are left out."""
    first, after = week_bounds(of)
    held = sessions.exclude(status=Session.Status.CANCELLED).filter(
        Q(end_time__gt=first) | Q(end_time__isnull=True, start_time__gte=first), start_time__lt=after
    )
    lines = session_lines(held.order_by("start_time", "end_time", "pk"), today=today, now=now)
    monday = localtime(first).date()
    days = [_day(monday + timedelta(days=number), lines, today) for number in range(7)]
    return Week(monday=monday, days=days, hours=_hours([slot for day in days for slot in day.slots]))


def _day(day: date, lines: Sequence[SessionLine], today: date) -> Day:
    """Return a day in which every session has the first column that is free at its time."""
    slots: list[Slot] = []
    free_from = [0] * MOST_LANES
    more = 0
    for line in lines:
        first, last = _quarters(line.session, day)
        if first >= last:
            continue
        lane = next((number for number, free in enumerate(free_from) if free <= first), None)
        if lane is None:
            more += 1
            continue
        free_from[lane] = last
        slots.append(Slot(line=line, first=first, last=last, lane=lane + 1))
    lanes = max((slot.lane for slot in slots), default=1)
    wide = [replace(slot, width=_width(slot, slots, lanes)) for slot in slots]
    return Day(day=day, is_today=day == today, slots=wide, lanes=lanes, more=more)


def _width(slot: Slot, slots: Sequence[Slot], lanes: int) -> int:
    """Return how many columns a session can take before it touches another one to its right."""
    met = [other.lane for other in slots if other.lane > slot.lane and other.overlaps(slot)]
    return min(met, default=lanes + 1) - slot.lane


def _quarters(session: Session, day: date) -> tuple[int, int]:
    """Return the first quarter of the day that a session takes, and the one after its last, in the site's time zone.

    They are equal if the session does not touch the day.
    """
    assert session.start_time is not None  # noqa: S101  # the week asks only for sessions that have a start
    start = localtime(session.start_time)
    end = localtime(session.end_time or session.start_time + UNTIMED)
    if start.date() > day or end.date() < day:
        return 0, 0
    first = 0 if start.date() < day else _minutes(start.time()) // 15
    last = QUARTERS if end.date() > day else -(-_minutes(end.time()) // 15)
    return first, last


def _minutes(clock: time) -> int:
    return 60 * clock.hour + clock.minute


def _hours(slots: Sequence[Slot]) -> range:
    """Return the hours to draw: the usual ones, and more if a session needs them, in a length that the CSS has."""
    first = min([FIRST_HOUR, *(slot.first // 4 for slot in slots)])
    last = max([LAST_HOUR, *(-(-slot.last // 4) for slot in slots)])
    length = next(each for each in DAY_LENGTHS if each >= last - first)
    first = min(first, 24 - length)
    return range(first, first + length)
