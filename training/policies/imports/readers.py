"""Reading the cells of a column by what it is and what was answered (I4). Equal cells are read once."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, auto
from typing import Any, NamedTuple

from training.core.imports.declaration import ImportColumn, MonthMeans, Reads, Thing
from training.core.imports.rows import FOR_GOOD
from training.policies.imports.cells import Cell, is_empty, text_of, usual
from training.policies.imports.problems import OF_DAYS, ProblemCode, problem
from training.policies.imports.questions import IN_LATIN, KEEP, LEAVE_OUT, NOTHING, Answers, Json, key_of
from training.policies.imports.values.badges import BadgeDoubt, in_latin, read_badge
from training.policies.imports.values.choices import key_of_mark, split_things, words_of_choices
from training.policies.imports.values.day_columns import MONTHS_LEFT_OUT, DayRule, day_by
from training.policies.imports.values.days import DayOrder, DayReading, DayWhat, read_day
from training.policies.imports.values.names import NameOrder, NameWhat, look_at_name, split_name
from training.policies.imports.values.numbers import read_clock, read_clocks, read_number, read_whole
from training.policies.imports.values.spans import DURATION, VALIDITY, SpanUnit, in_base, read_span

MOST_REMEMBERED = 20_000
LONGEST = 10_000  # characters of a text; the services say what they take


class What(Enum):
    """What was read from a cell."""

    EMPTY = auto()
    VALUE = auto()
    VALUES = auto()  # for several columns of the kind
    PROBLEM = auto()
    ROW_LEFT_OUT = auto()


class Read(NamedTuple):
    """What was read from a cell, with the value, the values by column, or the problem."""

    what: What
    value: Any = None


EMPTY = Read(What.EMPTY)
ROW_LEFT_OUT = Read(What.ROW_LEFT_OUT)
Reader = Callable[[Cell, bool, str], Read]  # the cell, whether it is shown as a month, what is shown instead


def value_of(value: Any) -> Read:
    """Return a value as what was read."""
    return Read(What.VALUE, value)


_MAY_BE_NONE = frozenset({float, Decimal})


def remembering(read: Reader) -> Reader:
    """Return a reader that reads equal cells once, and remembers a bounded number of them."""
    known: dict[tuple[type, Cell, bool, str], Read] = {}

    def reader(value: Cell, is_month: bool, shown: str) -> Read:
        value = usual(value) if value.__class__ in _MAY_BE_NONE else value
        key = (value.__class__, value, is_month, shown)
        found = known.get(key)
        if found is None:
            found = read(value, is_month, shown)
            if len(known) < MOST_REMEMBERED:
                known[key] = found
        return found

    return reader


def day_rule(answers: Answers, sheet: int, index: int, column: str) -> DayRule:
    """Return how the days of a sheet's column are read, by what its cells tell and by what was answered."""

    def said(subject: str) -> Json:
        return answers.get(key_of(sheet, index, subject), answers.get(key_of(sheet, column, subject)))

    dotted, plain, month = said("order.dotted"), said("order.plain"), said("month")
    swapped = said("swapped")
    return DayRule(
        dotted=DayOrder(dotted) if dotted in list(DayOrder) else None,
        plain=DayOrder(plain) if plain in list(DayOrder) else None,
        window=said("window") if isinstance(said("window"), int) else None,
        month=MonthMeans(month) if month in list(MonthMeans) else MONTHS_LEFT_OUT if month == LEAVE_OUT else None,
        is_swapped=swapped if isinstance(swapped, bool) else None,
    )


def reader_of(
    column: ImportColumn,
    answers: Answers,
    *,
    sheet: int,
    index: int,
    today: date,
    is_1904: bool = False,
    asked_as: str = "",
) -> Reader:
    """Return the reader of a sheet's column.

    Args:
        column: what it is.
        answers: and what the cells tell, by the keys of questions.
        today: of the site: days after it are ahead.
        asked_as: the column for which questions about it were asked, where its heading was vague; the same if empty.
    """
    match column.reads:
        case Reads.DAY:
            read = _days(column, day_rule(answers, sheet, index, asked_as or column.name), today, is_1904)
        case Reads.BADGE:
            read = _badges(column, answers, sheet, index)
        case Reads.FULL_NAME:
            read = _names(column, answers, sheet, index)
        case Reads.CLOCK:
            read = _clocks(column)
        case Reads.NUMBER:
            read = _numbers(column, read_number, ProblemCode.NO_NUMBER)
        case Reads.WHOLE:
            read = _numbers(column, read_whole, ProblemCode.NO_WHOLE_NUMBER)
        case Reads.MONTHS | Reads.MINUTES:
            read = _spans(column, answers, sheet, index)
        case Reads.CHOICE:
            read = _choices(column, answers)
        case Reads.THINGS:
            read = _things(has_ways=column.thing is Thing.AREA)
        case _:
            read = _texts
    return remembering(read)


def _texts(value: Cell, is_month: bool, shown: str) -> Read:
    if is_empty(value):
        return EMPTY
    text = shown.strip() or (value.strip() if isinstance(value, str) else text_of(value))
    return value_of(text[:LONGEST])


def _things(*, has_ways: bool) -> Reader:
    def read(value: Cell, is_month: bool, shown: str) -> Read:
        if is_empty(value):
            return EMPTY
        parts = split_things(value if isinstance(value, str) else shown or text_of(value), has_ways=has_ways)
        return value_of(parts) if parts else EMPTY

    return read


def _days(column: ImportColumn, rule: DayRule, today: date, is_1904: bool) -> Reader:
    is_end = column.month is MonthMeans.LAST_DAY

    def refuse(code: ProblemCode, value: Cell) -> Read:
        return Read(What.PROBLEM, problem(column.name, code, value))

    def read(value: Cell, is_month: bool, shown: str) -> Read:
        reading = read_day(value, is_month=is_month, is_1904=is_1904)
        if reading.what is DayWhat.EMPTY:
            return EMPTY
        if reading.what is DayWhat.FOR_GOOD:
            return value_of(FOR_GOOD) if is_end else refuse(ProblemCode.FOR_GOOD_HERE, value)
        code = OF_DAYS.get(reading.what)
        if code is not None:
            return refuse(code, value)
        if reading.says_until and not is_end:
            return refuse(ProblemCode.IS_AN_END, value)
        return of_day(reading, value)

    def of_day(reading: DayReading, value: Cell) -> Read:
        if reading.what is DayWhat.MONTH and rule.month == MONTHS_LEFT_OUT:
            return refuse(ProblemCode.MONTH_LEFT_OUT, value)
        day = day_by(reading, rule)
        if day is None:
            return refuse(ProblemCode.UNANSWERED, value)
        return refuse(ProblemCode.AHEAD, value) if day > today and not column.may_lie_ahead else value_of(day)

    return read


def _badges(column: ImportColumn, answers: Answers, sheet: int, index: int) -> Reader:
    scientific = answers.get(key_of(sheet, column.name, BadgeDoubt.SCIENTIFIC))
    alike = answers.get(key_of(sheet, column.name, BadgeDoubt.LOOK_ALIKE))

    def read(value: Cell, is_month: bool, shown: str) -> Read:
        reading = read_badge(value, shown)
        if not reading.text and reading.doubt is None:
            return EMPTY
        match reading.doubt:
            case None:
                return value_of(reading.text)
            case BadgeDoubt.SCIENTIFIC:
                answer, text = scientific, reading.text
            case BadgeDoubt.LOOK_ALIKE:
                answer, text = alike, in_latin(reading.text) if alike == IN_LATIN else reading.text
            case BadgeDoubt.ROUNDED:
                return Read(What.PROBLEM, problem(column.name, ProblemCode.ROUNDED_BADGE, value))
            case _:
                return Read(What.PROBLEM, problem(column.name, ProblemCode.NO_BADGE, value))
        if answer == LEAVE_OUT:
            return ROW_LEFT_OUT
        if answer in {KEEP, IN_LATIN}:
            return value_of(text)
        return Read(What.PROBLEM, problem(column.name, ProblemCode.UNANSWERED, value))

    return read


def _names(column: ImportColumn, answers: Answers, sheet: int, index: int) -> Reader:
    said = answers.get(key_of(sheet, index, "names"), answers.get(key_of(sheet, column.name, "names")))
    order = NameOrder(said) if said in list(NameOrder) else None

    def read(value: Cell, is_month: bool, shown: str) -> Read:
        if is_empty(value):
            return EMPTY
        if not isinstance(value, str):
            return Read(What.PROBLEM, problem(column.name, ProblemCode.NO_NAME, value))
        what, split, _order = look_at_name(value)
        if what is NameWhat.EMPTY:
            return EMPTY
        if what is NameWhat.NO_NAME:
            return Read(What.PROBLEM, problem(column.name, ProblemCode.NO_NAME, value))
        if split is None:
            if order is None:
                return Read(What.PROBLEM, problem(column.name, ProblemCode.UNANSWERED, value))
            split = split_name(value, order)
        parts = {"first_name": split.first, "last_name": split.last}
        return Read(What.VALUES, {name: part for name, part in parts.items() if part})

    return read


def _clocks(column: ImportColumn) -> Reader:
    def read(value: Cell, is_month: bool, shown: str) -> Read:
        if is_empty(value):
            return EMPTY
        both = read_clocks(value)
        if both is not None:
            return Read(What.VALUES, {column.name: both[0], THE_NEXT: both[1]})
        clock = read_clock(value)
        if clock is None:
            return Read(What.PROBLEM, problem(column.name, ProblemCode.NO_CLOCK, value))
        if isinstance(value, datetime):
            return Read(What.VALUES, {column.name: clock, THE_DAY: value.date()})
        return value_of(clock)

    return read


THE_NEXT = "the next time"  # of "08:00–12:00" the second; goes to the next column of times that the table has not
THE_DAY = "the day"  # of a day with a time; goes to the first column of days, if the table has not that


def _numbers(column: ImportColumn, parse: Callable[[Cell], Any], code: ProblemCode) -> Reader:
    def read(value: Cell, is_month: bool, shown: str) -> Read:
        if is_empty(value):
            return EMPTY
        number = parse(value)
        return value_of(number) if number is not None else Read(What.PROBLEM, problem(column.name, code, value))

    return read


def units_of(column: ImportColumn) -> frozenset[SpanUnit]:
    """Return the units that a column of lengths of time can have."""
    return VALIDITY if column.reads is Reads.MONTHS else DURATION


def _spans(column: ImportColumn, answers: Answers, sheet: int, index: int) -> Reader:
    units = units_of(column)
    said = answers.get(key_of(sheet, index, "unit"), answers.get(key_of(sheet, column.name, "unit")))
    unit = SpanUnit(said) if said in list(SpanUnit) else None
    a_day = answers.get(DAY_LENGTH)

    def read(value: Cell, is_month: bool, shown: str) -> Read:
        if is_empty(value):
            return EMPTY
        span = read_span(value, units)
        if span is None:
            return _by_answer(column, answers, value, ProblemCode.NO_SPAN)
        amount = in_base(span, unit, a_day if isinstance(a_day, int) else None)
        if amount is not None:
            return value_of(amount)
        is_open = (span.unit is SpanUnit.DAYS and a_day is None) or (span.unit is None and unit is None)
        code = ProblemCode.UNANSWERED if is_open else ProblemCode.NO_SPAN
        return Read(What.PROBLEM, problem(column.name, code, value))

    return read


DAY_LENGTH = "minutes a day"


def _choices(column: ImportColumn, answers: Answers) -> Reader:
    known = words_of_choices(column)

    def read(value: Cell, is_month: bool, shown: str) -> Read:
        if is_empty(value):
            return EMPTY
        found = known.get(key_of_mark(value))
        return value_of(found) if found is not None else _by_answer(column, answers, value, ProblemCode.NO_CHOICE)

    return read


def _by_answer(column: ImportColumn, answers: Answers, value: Cell, code: ProblemCode) -> Read:
    """Read a value that is asked about once, wherever it stands."""
    answer = answers.get(key_of("mark", column.name, key_of_mark(value)))
    if answer is None:
        return Read(What.PROBLEM, problem(column.name, code, value))
    if answer == LEAVE_OUT:
        return ROW_LEFT_OUT
    if answer == NOTHING:
        return EMPTY
    if isinstance(answer, Mapping):
        return Read(What.VALUES, dict(answer))
    if column.reads is Reads.CHOICE and answer not in {choice.value for choice in column.choices}:
        return Read(What.PROBLEM, problem(column.name, code, value))
    return value_of(answer)
