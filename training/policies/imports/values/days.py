"""Days as people write them (I4): what a cell says by itself, before the other cells of its column are asked.

03/04 stays open here: which of the two is the month is told by the column, or by a person (`day_columns`).
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from training.policies.imports.cells import NOTHING, Cell, number_of
from training.policies.imports.folding import fold_heading, fold_word
from training.policies.imports.values import day_words as words

FIRST_YEAR, LAST_YEAR = 1920, 2150  # of what somebody can have completed, or hold
FOR_GOOD_FROM = 2500  # 31.12.2999 and 31.12.9999 say "for good"
FIRST_SERIAL, LAST_SERIAL = 10_000, 80_000  # 1927 to 2119: a number that is meant as a day
LEAP_SERIAL = 60  # 29 February 1900, which there never was
MOST_WORDS = 12  # of a cell that are looked at
EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
HIJRI_YEARS = range(1300, 1500)


class DayWhat(StrEnum):
    """What stands in a cell of a column of days."""

    DAY = "day"
    OPEN = "open day"  # in figures: order or century are not told by the cell itself
    MONTH = "a month"
    FOR_GOOD = "for good"
    EMPTY = "nothing"
    BOOKED = "booked"
    TICK = "a tick"
    NO = "a no"
    YEAR = "a year"
    NO_YEAR = "no year"
    EXPIRED = "expired"
    NOT_APPLICABLE = "not applicable"
    SEVERAL = "several days"
    LEAP_1900 = "29 February 1900"
    OTHER_CALENDAR = "another calendar"
    IMPOSSIBLE = "no day of the calendar"
    TOO_FAR = "too long ago, or too far ahead"
    UNREADABLE = "no day"


class DayOrder(StrEnum):
    """In which order day, month and year stand."""

    DMY = "day month year"
    MDY = "month day year"
    YMD = "year month day"


class DayReading(NamedTuple):
    """What a cell says.

    Attributes:
        day: of DAY; of BOOKED the day that was booked, if it is told.
        numbers: of OPEN, the three numbers as they stand; of MONTH, year and month.
        orders: of OPEN, the orders in which they are a day.
        is_dotted: of OPEN, whether dots stand between them.
        is_short: whether the year has two figures.
        says_until: whether the cell itself says that it is an end, such as "until 31 March 2026".
        is_true_day: whether it is a true date cell.
    """

    what: DayWhat
    day: date | None = None
    numbers: tuple[int, ...] = ()
    orders: frozenset[DayOrder] = frozenset()
    is_dotted: bool = False
    is_short: bool = False
    says_until: bool = False
    is_true_day: bool = False


EMPTY = DayReading(DayWhat.EMPTY)
UNREADABLE = DayReading(DayWhat.UNREADABLE)
_FOR_GOOD = DayReading(DayWhat.FOR_GOOD)

_TIME = r"(?:[\sT]+(?:\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(?:am|pm|uhr|h|z|[+-]\d\d:?\d\d)?)?"
_FIGURES = re.compile(
    r"(\d{1,4})\s?([./,\-–‐‑−·]|\s)\s?(\d{1,2})\s?([./,\-–‐‑−·]|\s)\s?(\d{1,4})\.?(?:\s?r\.?)?" + _TIME, re.IGNORECASE
)
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(?:(\d{1,2})日)?")
_MONTH_FIGURES = re.compile(r"(\d{1,4})\s?[./\-–‐‑−]\s?(\d{1,4})")
_ROMAN = re.compile(r"(\d{1,2})[.\s/-]+([ivx]{1,4})[.\s/-]+(\d{4}|\d{2})")
_PLAIN = re.compile(r"\d+(?:[.,]0+)?")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|ere|eme|e|º|ª|°|o|de|\.)(?=\W|$)")
_WEEKDAY_FIRST = re.compile(r"([^\W\d_]+)\.?,?\s+(?=\d)")
_SEVERAL = re.compile(r"(\d{1,4}[./-]\d{1,2}[./-]\d{1,4})\D+(\d{1,4}[./-]\d{1,2}[./-]\d{1,4})")
_ZERO = re.compile(r"0+[./-]0?[01][./-]1900|1900-0?[01]-00|0+[./-]0+[./-]0+")
_LEAP = re.compile(r"29[./-]0?2[./-]1900|0?2[./-]29[./-]1900|1900[./-]0?2[./-]29")


def read_day(value: Cell, *, is_month: bool = False, is_1904: bool = False) -> DayReading:
    """Return what a cell says about a day (I4).

    Args:
        is_month: the spreadsheet shows this true date as month and year only.
        is_1904: the workbook counts days from 1904, which matters for serial numbers that are no true dates.
    """
    if isinstance(value, str):
        return _read_text(value, is_1904)
    if isinstance(value, bool):
        return DayReading(DayWhat.TICK if value else DayWhat.NO)
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return _true_day(day, is_month)
    if value is None:
        return EMPTY
    if isinstance(value, time):
        return EMPTY if value == time() else UNREADABLE
    number = number_of(value)
    return UNREADABLE if number is None else _of_number(number, is_1904)


def _true_day(day: date, is_month: bool) -> DayReading:
    if day.year < 1900 or (day.year == 1900 and day.month == 1 and day.day <= 1):
        return EMPTY  # a cell that holds 0 and is shown as a day
    reading = _plausible(day)
    if reading.what is not DayWhat.DAY:
        return reading
    if is_month:
        return DayReading(DayWhat.MONTH, numbers=(day.year, day.month), is_true_day=True)
    return reading._replace(is_true_day=True)


def _plausible(day: date) -> DayReading:
    if day.year >= FOR_GOOD_FROM and (day.month, day.day) == (12, 31):
        return _FOR_GOOD
    if day.year in HIJRI_YEARS:
        return DayReading(DayWhat.OTHER_CALENDAR)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return DayReading(DayWhat.TOO_FAR)
    return DayReading(DayWhat.DAY, day)


def _of_number(number: Decimal, is_1904: bool) -> DayReading:
    if number == 0:
        return EMPTY
    whole = int(number)
    if whole == LEAP_SERIAL and not is_1904:
        return DayReading(DayWhat.LEAP_1900)
    if FIRST_SERIAL <= whole <= LAST_SERIAL:
        return DayReading(DayWhat.DAY, EPOCHS[is_1904] + timedelta(days=whole))
    if whole == number and 1900 <= whole <= LAST_YEAR:
        return DayReading(DayWhat.YEAR)
    if whole == number and 19_000_101 <= whole <= 99_991_231:
        return _packed(str(whole))
    if number == 1:
        return DayReading(DayWhat.TICK)
    return UNREADABLE


def _packed(text: str) -> DayReading:
    """Read 20260331. Other packed figures, such as 31032026, can be anything."""
    try:
        return _plausible(date(int(text[:4]), int(text[4:6]), int(text[6:])))
    except ValueError:
        return UNREADABLE


def _read_text(text: str, is_1904: bool) -> DayReading:
    folded = fold_word(text)
    if folded in NOTHING or _ZERO.fullmatch(folded):
        return EMPTY
    if _LEAP.fullmatch(folded):
        return DayReading(DayWhat.LEAP_1900)
    if _PLAIN.fullmatch(folded):
        return _of_plain(re.split("[.,]", folded)[0], is_1904)
    reading = _of_figures(folded) or _of_words(folded)
    if reading is not None:
        return reading
    heading = fold_heading(text)
    said = _said(heading, folded)
    if said is not None:
        return said
    for until in words.UNTIL_BY_FIRST.get(heading.split(" ", 1)[0], ()):
        if heading.startswith(until + " "):
            rest = _after(folded, until)
            inner = _of_figures(rest) or _of_words(rest)
            if inner is not None:
                return inner._replace(says_until=True)
            return _FOR_GOOD if fold_heading(rest) in words.FOR_GOOD else UNREADABLE
    return _mixed(heading, folded)


def _of_plain(digits: str, is_1904: bool) -> DayReading:
    if len(digits) == 8:
        return _packed(digits)
    if len(digits) > 8:
        return UNREADABLE
    return _of_number(Decimal(digits), is_1904)


def _said(heading: str, folded: str) -> DayReading | None:
    for what, phrases in (
        (DayWhat.NOT_APPLICABLE, words.NOT_APPLICABLE),
        (DayWhat.FOR_GOOD, words.FOR_GOOD),
        (DayWhat.EXPIRED, words.EXPIRED),
        (DayWhat.BOOKED, words.BOOKED),
        (DayWhat.TICK, words.YES),
        (DayWhat.NO, words.NO),
    ):
        if (heading and heading in phrases) or folded in phrases:
            return DayReading(what)
    return None


def _after(folded: str, until: str) -> str:
    """Return what stands after the words of an end, whatever punctuation stands in them."""
    pattern = r"\W*" + r"\W+".join(map(re.escape, until.split())) + r"\W*\s"
    found = re.match(pattern, folded)
    return folded[found.end() :].strip() if found else ""


def _mixed(heading: str, folded: str) -> DayReading:
    """Read a cell with words around a day: "booked 12.05.2026", "expired 12.03.2023", or two days."""
    if _SEVERAL.search(folded):
        return DayReading(DayWhat.SEVERAL)
    parts = {phrase for phrase in _phrases_in(heading) if len(phrase) > words.FEW_LETTERS}
    if parts & words.EXPIRED:
        return DayReading(DayWhat.EXPIRED)
    if parts & words.BOOKED:
        return DayReading(DayWhat.BOOKED, _day_inside(folded))
    return DayReading(DayWhat.NO_YEAR) if heading in words.MONTHS else UNREADABLE


def _phrases_in(heading: str) -> Iterator[str]:
    """Yield all runs of one to three words."""
    parts = heading.split()[:MOST_WORDS]
    for length in (1, 2, 3):
        for begin in range(len(parts) - length + 1):
            yield " ".join(parts[begin : begin + length])


def _day_inside(folded: str) -> date | None:
    found = re.search(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", folded)
    reading = _of_figures(found.group()) if found else None
    if reading is None:
        return None
    if reading.what is DayWhat.OPEN and reading.is_dotted and DayOrder.DMY in reading.orders and not reading.is_short:
        return day_in_order(reading.numbers, DayOrder.DMY)
    return reading.day


def _of_figures(folded: str) -> DayReading | None:
    folded = _without_weekday(folded)
    match = _CHINESE.fullmatch(folded)
    if match:
        year, month, day = match.groups()
        return _fixed(int(year), int(month), int(day)) if day else _month(int(year), int(month))
    match = _FIGURES.fullmatch(folded)
    if match:
        first, one, second, other, third = match.groups()
        return _three(first, second, third, is_dotted=one.strip() == other.strip() == ".")
    match = _ROMAN.fullmatch(folded)
    if match and match.group(2) in words.ROMAN:
        return _with_month(int(match.group(1)), words.ROMAN[match.group(2)], match.group(3))
    match = _MONTH_FIGURES.fullmatch(folded)
    if match:
        return _two(*match.groups())
    return None


def _without_weekday(folded: str) -> str:
    """Take the name of a weekday off the front. "Do" is Thursday in German only with a comma or a dot: Polish "do" is
    "until"."""
    match = _WEEKDAY_FIRST.match(folded)
    if match is None or match.group(1) not in words.BESIDE_A_DAY:
        return folded
    is_until = match.group(1) == "do" and match.group().strip() == "do"
    return folded if is_until else folded[match.end() :]


def _three(first: str, second: str, third: str, *, is_dotted: bool) -> DayReading:
    numbers = (int(first), int(second), int(third))
    if len(first) == 4:
        return _fixed(*numbers) if len(third) <= 2 else UNREADABLE
    if len(first) == 3 or len(third) not in (1, 2, 4):
        return UNREADABLE
    if len(third) == 4:
        orders = frozenset(order for order in (DayOrder.DMY, DayOrder.MDY) if day_in_order(numbers, order))
        if not orders:
            return DayReading(DayWhat.IMPOSSIBLE)
        days = {day_in_order(numbers, order) for order in orders}
        if len(days) == 1:  # 3 March is 3 March in both orders
            (day,) = days
            reading = _plausible(day) if day else UNREADABLE
            if reading.what is not DayWhat.DAY or len(orders) == 2:
                return reading
        elif not FIRST_YEAR <= numbers[2] <= LAST_YEAR:
            what = DayWhat.OTHER_CALENDAR if numbers[2] in HIJRI_YEARS else DayWhat.TOO_FAR
            return DayReading(what)
        return DayReading(DayWhat.OPEN, numbers=numbers, orders=orders, is_dotted=is_dotted)
    if len(third) == 1 and len(first) == 1:
        return UNREADABLE  # 1.2.3 is the number of a version, or of a chapter
    possible = [DayOrder.DMY, DayOrder.MDY]
    if not is_dotted and len(first) == 2:
        possible.append(DayOrder.YMD)
    orders = frozenset(order for order in possible if day_in_order(numbers, order, window=2000))
    if not orders or len(third) == 1:
        return DayReading(DayWhat.IMPOSSIBLE)
    return DayReading(DayWhat.OPEN, numbers=numbers, orders=orders, is_dotted=is_dotted, is_short=True)


def _fixed(year: int, month: int, day: int) -> DayReading:
    try:
        return _plausible(date(year, month, day))
    except ValueError:
        return DayReading(DayWhat.IMPOSSIBLE)


def _two(first: str, second: str) -> DayReading:
    """Read month and year in figures. Two short numbers, such as 03/24, can be a day as well, and are none."""
    if len(first) == 4 and len(second) <= 2:
        return _month(int(first), int(second))
    if len(second) == 4 and len(first) <= 2:
        return _month(int(second), int(first))
    return DayReading(DayWhat.NO_YEAR) if max(len(first), len(second)) <= 2 else UNREADABLE


def _month(year: int, month: int, *, is_short: bool = False) -> DayReading:
    if not 1 <= month <= 12:
        return DayReading(DayWhat.IMPOSSIBLE)
    if year in HIJRI_YEARS:
        return DayReading(DayWhat.OTHER_CALENDAR)
    if not is_short and not FIRST_YEAR <= year <= LAST_YEAR:
        return _FOR_GOOD if year >= FOR_GOOD_FROM and month == 12 else DayReading(DayWhat.TOO_FAR)
    return DayReading(DayWhat.MONTH, numbers=(year, month), is_short=is_short)


def _of_words(folded: str) -> DayReading | None:
    """Read a day whose month is a word: "31. März 2026", "Mar 31, 2026", "31 de marzo de 2026", "Mar-26"."""
    text = _ORDINAL.sub(" ", re.sub(_TIME + r"$", "", folded, flags=re.IGNORECASE))
    text = text.replace("'", " ").replace("’", " ")
    text = re.sub(r"(كانون|تشرين)\s+(الثاني|الاول)", r"\1_\2", text)
    tokens = [token.replace("_", " ") for token in re.findall(r"\d+|[^\W\d]+", text)]
    months = [place for place, token in enumerate(tokens) if token in words.MONTHS]
    if len(months) > 1:  # "mar" and "di" are days of the week too
        months = [place for place in months if tokens[place] not in words.BESIDE_A_DAY] or months
    if len(months) != 1:
        return None
    (place,) = months
    before, after = tokens[:place], tokens[place + 1 :]
    numbers_before = [token for token in before if token.isdecimal()]
    numbers_after = [token for token in after if token.isdecimal()]
    others = [token for token in before + after if not token.isdecimal() and token not in words.BESIDE_A_DAY]
    if others or folded.startswith("do "):
        return None
    month = words.MONTHS[tokens[place]]
    match [*map(len, numbers_before)], [*map(len, numbers_after)]:
        case [1 | 2], [2 | 4]:
            return _with_month(int(numbers_before[0]), month, numbers_after[0])
        case [4], [1 | 2]:
            return _with_month(int(numbers_after[0]), month, numbers_before[0])
        case [], [1 | 2, 2 | 4]:
            return _with_month(int(numbers_after[0]), month, numbers_after[1])
        case ([], [4]) | ([4], []):
            return _month(int((numbers_before or numbers_after)[0]), month)
        case [], [2]:
            return _month(int(numbers_after[0]), month, is_short=True)
        case [1 | 2], []:
            return DayReading(DayWhat.NO_YEAR)
        case [], [1] | []:
            return DayReading(DayWhat.NO_YEAR)
    return None


def _with_month(day: int, month: int, year: str) -> DayReading:
    if len(year) == 4:
        return _fixed(int(year), month, day)
    numbers = (day, month, int(year))
    if day_in_order(numbers, DayOrder.DMY, window=2000) is None:
        return DayReading(DayWhat.IMPOSSIBLE)
    return DayReading(DayWhat.OPEN, numbers=numbers, orders=frozenset({DayOrder.DMY}), is_dotted=True, is_short=True)


def full_year(year: int, window: int) -> int:
    """Return the year of two figures that lies in the hundred years from `window` on."""
    return window + (year - window) % 100


def day_in_order(numbers: tuple[int, ...], order: DayOrder, *, window: int | None = None) -> date | None:
    """Return the day that three numbers are in an order; None where the calendar has no such day.

    Args:
        window: the first of the hundred years in which a year of two figures lies; None where it has four.
    """
    match order:
        case DayOrder.DMY:
            day, month, year = numbers
        case DayOrder.MDY:
            month, day, year = numbers
        case DayOrder.YMD:
            year, month, day = numbers
    if window is not None and year < 100:
        year = full_year(year, window)
    try:
        return date(year, month, day)
    except ValueError:
        return None
