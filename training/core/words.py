"""Dates, times and durations as people read them on pages, in sentences and on paper. There is one way for each.

The patterns stand in `config.formats`; moments are shown in the time zone of the site. A value that is None becomes a
dash. What programs read is ISO 8601, and is not made here.
"""

import datetime as dt

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.dateformat import time_format as format_time
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NOTHING = "–"
SECONDS_TOLD = 90  # from here on a time that is not known exactly is told in minutes


def day(value: dt.date | None) -> str:
    """Return a day: 22 Oct 2026."""
    return _formatted(value, "DATE_FORMAT")


def weekday(value: dt.date | None) -> str:
    """Return a day with its weekday: Thu 22 Oct 2026."""
    return _formatted(value, "WEEKDAY_FORMAT")


def weekday_of_year(value: dt.date | None) -> str:
    """Return a day without its year: Thu 22 Oct. Only for places where the year stands beside it."""
    return _formatted(value, "WEEKDAY_OF_YEAR_FORMAT")


def month(value: dt.date | None) -> str:
    """Return a month: Oct 2026."""
    return _formatted(value, "YEAR_MONTH_FORMAT")


def clock(value: dt.datetime | dt.time | None) -> str:
    """Return a time of day: 08:00."""
    return _formatted(value, "TIME_FORMAT")


def moment(value: dt.datetime | None) -> str:
    """Return a day and time: 22 Oct 2026 11:40."""
    return _formatted(value, "DATETIME_FORMAT")


def day_range(first: dt.date | None, last: dt.date | None) -> str:
    """Return a range of days: 22 Oct 2026 – 3 Mar 2027, or "from …" or "until …" where only one end is known."""
    if first is not None and last is not None:
        return day(first) if first == last else f"{day(first)} – {day(last)}"
    if first is not None:
        return _("from %(day)s") % {"day": day(first)}
    return NOTHING if last is None else _("until %(day)s") % {"day": day(last)}


def time_range(start: dt.datetime | None, end: dt.datetime | None) -> str:
    """Return a range of times: Thu 22 Oct 2026, 08:00–12:00; with both days where it runs past midnight."""
    if start is None or end is None:
        return NOTHING if start is None else f"{weekday(start)}, {clock(start)}"
    if timezone.localdate(start) == timezone.localdate(end):
        return f"{weekday(start)}, {clock_range(start, end)}"
    return f"{weekday(start)}, {clock(start)} – {weekday(end)}, {clock(end)}"


def clock_range(start: dt.datetime | dt.time, end: dt.datetime | dt.time | None) -> str:
    """Return a range of times of day: 08:00–12:00, or 08:00 where the end is open."""
    return clock(start) if end is None else f"{clock(start)}–{clock(end)}"


def duration(minutes: int | None) -> str:
    """Return a number of minutes as a duration: 4 h, 4 h 30 min or 45 min."""
    if minutes is None:
        return NOTHING
    hours, rest = divmod(minutes, 60)
    words = [_("%(hours)d h") % {"hours": hours}] if hours else []
    if rest or not hours:
        words.append(_("%(minutes)d min") % {"minutes": rest})
    return " ".join(words)


def roughly(seconds: float) -> str:
    """Return how long something will take, as far as that can be known: 15 seconds or 4 minutes."""
    if seconds < SECONDS_TOLD:
        rounded = max(5 * round(seconds / 5), 5)
        return ngettext("%(count)d second", "%(count)d seconds", rounded) % {"count": rounded}
    minutes = round(seconds / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def days_left(days: int | None) -> str:
    """Return the number of days until a last valid day in words: 18 d left, last day today or 30 d ago."""
    if days is None:
        return NOTHING
    if days == 0:
        return _("last day today")
    return _("%(days)d d left") % {"days": days} if days > 0 else _("%(days)d d ago") % {"days": -days}


def _formatted(value: dt.date | dt.time | None, name: str) -> str:
    if value is None:
        return NOTHING
    pattern: str = get_format(name)
    if isinstance(value, dt.time):
        return format_time(value, pattern)
    return format_date(timezone.localtime(value) if isinstance(value, dt.datetime) else value, pattern)
