"""Days and times that a workbook stores as the number of days since its epoch.

Excel counts from 1 January 1900 as day 1, shows day 0 as 00.01.1900, and believes in a 29 February 1900 (day 60), or
it counts from 1 January 1904 as day 0.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from training.core.tables.formats import DAYS, Shape
from training.core.tables.grid import Value

NO_DAY, NO_LEAP_DAY = "00.01.1900", "29.02.1900"  # what Excel shows, and no calendar has
LEAP_SERIAL = 60
FIRST_YEAR = 1900
LAST_SERIAL = 2_958_465  # 31 December 9999
MOST_WHOLE = 2**53
DAYS_BETWEEN_EPOCHS = 1_462
LONGEST_DURATION = 366  # days that a clock is meant to show, and not a moment
SECONDS_A_DAY = 86_400
EPOCH, EPOCH_BEFORE_LEAP_DAY = datetime(1899, 12, 30), datetime(1899, 12, 31)  # noqa: DTZ001  # spreadsheets know no zone


def whole(value: float) -> int | float:
    """Return a number as an int if it is whole and the file can hold it exactly."""
    return int(value) if value.is_integer() and abs(value) <= MOST_WHOLE else value


@lru_cache(maxsize=65_536)  # the same days stand in a table again and again
def day_or_time(serial: float, shape: Shape, *, is_1904: bool) -> Value:
    """Return the day, moment, time or duration of a serial, or the text for a day that no calendar has.

    Raises:
        ValueError: spreadsheets show no such day.
    """
    if shape is Shape.DURATION:
        return duration(timedelta(days=serial))
    if not 0 <= serial < LAST_SERIAL + 1:
        raise ValueError
    if shape is Shape.TIME:
        if serial < 1:
            return clock(serial)
        if serial < LONGEST_DURATION:
            return duration(timedelta(days=serial))
    if not is_1904:
        if serial < 1:
            return NO_DAY
        if int(serial) == LEAP_SERIAL:
            return NO_LEAP_DAY
    at = moment(serial, is_1904=is_1904)
    return at.date() if shape in DAYS and at.time() == time.min else at


def clock(part: float) -> time:
    """Return the time of day of a part of a day, to the second."""
    return moment(part, is_1904=True).time()


def moment(serial: float, *, is_1904: bool) -> datetime:
    """Return the moment of a serial, to the second."""
    days, rest = divmod(serial, 1)
    if is_1904:
        days += DAYS_BETWEEN_EPOCHS
        epoch = EPOCH
    else:
        epoch = EPOCH_BEFORE_LEAP_DAY if days < LEAP_SERIAL else EPOCH
    return epoch + timedelta(days=days, seconds=min(round(rest * SECONDS_A_DAY), SECONDS_A_DAY - 1))


def duration(length: timedelta) -> str:
    """Return a duration as hours, minutes and seconds: ``40:30:00``."""
    seconds = round(length.total_seconds())
    sign = "-" if seconds < 0 else ""
    minutes, seconds = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{seconds:02}"


def day_of_iso(text: str) -> date | datetime:
    """Return the day of a text in ISO form, or the moment, if it has a time of day other than midnight.

    Raises:
        ValueError: it is none.
    """
    at = datetime.fromisoformat(text).replace(tzinfo=None)
    return at if at.time() != time.min else at.date()
