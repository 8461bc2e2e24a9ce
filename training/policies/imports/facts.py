"""What stands in the columns of a table, gathered in one pass over its rows (I3): looks, samples, values."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from training.core.tables.grid import GridRow
from training.policies.imports.cells import Cell, is_empty, number_of, text_of, usual
from training.policies.imports.folding import fold_heading, fold_word
from training.policies.imports.leftovers import LeftOver, RowSorter
from training.policies.imports.merged import merged_rows
from training.policies.imports.shape import COURSE_CODE, TableShape
from training.policies.imports.values.badges import BadgeDoubt, read_badge
from training.policies.imports.values.day_columns import DayCell, DayFacts
from training.policies.imports.values.day_words import MONTHS, NO, NOT_APPLICABLE, YES
from training.policies.imports.values.days import DayWhat, read_day
from training.policies.imports.values.names import NameFacts
from training.policies.imports.values.numbers import read_clock, read_clocks
from training.policies.imports.values.spans import DURATION, VALIDITY, read_span

MOST_DISTINCT = 300  # different values of a column that are kept for questions
MOST_REMEMBERED = 20_000  # different values that are looked at once only
NAMED = 5  # cells and samples that are named
MOST_LEFT_OUT = 200  # rows without data that are named
MOST_OF_ROW = 0.6  # share of a row's cells with one fill from which the row has it


class Look(StrEnum):
    """What a value looks like, before it is known what its column means."""

    DAY = "day"
    MOMENT = "day and time"
    CLOCK = "time of day"
    WHOLE = "whole number"
    DECIMAL = "decimal number"
    SPAN = "length of time"
    CODE = "figures, or letters and figures"
    COURSE = "code of a course"
    MAIL = "e-mail"
    PHONE = "phone"
    MARK = "mark"  # a tick, yes or no, one or two letters
    NAME = "two to five words of letters"
    COMMA_NAME = "two parts with a comma"
    WORD = "one word"
    TEXT = "text"


@dataclass
class Value:
    """A value of a column: how often it stands there, and in which of the first cells."""

    value: Cell
    look: Look
    count: int = 0
    rows: list[int] = field(default_factory=list)


@dataclass
class ColumnFacts:
    """A column of a table.

    Attributes:
        looks: how many cells look like what.
        samples: the first five different values.
        distinct: the values, by their folded text; none once there are more than MOST_DISTINCT.
        doubts: by doubt about badges, how many cells and the first of them with their texts.
        errors: cells that hold an error of the spreadsheet.
        months: cells with a true date that is shown as a month.
    """

    index: int
    filled: int = 0
    looks: Counter[Look] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)
    distinct: dict[str, Value] | None = field(default_factory=dict)
    days: DayFacts = field(default_factory=DayFacts)
    names: NameFacts = field(default_factory=NameFacts)
    doubts: dict[BadgeDoubt, tuple[int, list[tuple[int, str]]]] = field(default_factory=dict)
    bare_numbers: set[Decimal] = field(default_factory=set)
    errors: int = 0
    months: int = 0

    def share(self, *looks: Look) -> float:
        """Return the share of filled cells that look like one of these."""
        return sum(self.looks[look] for look in looks) / self.filled if self.filled else 0.0

    @property
    def day_share(self) -> float:
        """The share of filled cells that are a day, a month or a serial number, or say in words what stands for one."""
        whats = self.days.whats
        days = (
            whats[DayWhat.DAY]
            + whats[DayWhat.OPEN]
            + whats[DayWhat.MONTH]
            + whats[DayWhat.FOR_GOOD]
            + whats[DayWhat.LEAP_1900]
        )
        return days / self.filled if self.filled else 0.0


@dataclass
class Colour:
    """A fill, or a struck text: the rows that have it as a whole, and single cells."""

    rows: int = 0
    cells: int = 0
    named_rows: list[int] = field(default_factory=list)
    named_cells: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class TableFacts:
    """A table after one pass over its rows.

    Attributes:
        rows: how many hold data.
        left_out: the first rows without data, with the reason; empty ones are not named.
        left_out_counts: how many there are of each reason.
        hidden_rows: how many rows of data the spreadsheet does not show; named_hidden: the first of them.
        fills: by colour; struck: what is struck through.
        notes: the first cells with notes: row, column, text.
    """

    columns: Mapping[int, ColumnFacts]
    rows: int = 0
    left_out: list[tuple[int, LeftOver]] = field(default_factory=list)
    left_out_counts: Counter[LeftOver] = field(default_factory=Counter)
    hidden_rows: int = 0
    named_hidden: list[int] = field(default_factory=list)
    fills: dict[str, Colour] = field(default_factory=dict)
    struck: Colour = field(default_factory=Colour)
    notes: list[tuple[int, int, str]] = field(default_factory=list)


def gather(shape: TableShape, rows: Iterable[GridRow], *, is_1904: bool = False) -> TableFacts:
    """Return what stands in the columns of a table. Reads each row once, in bounded memory.

    Args:
        rows: of the sheet, from any row on; those above the table are passed over.
        is_1904: the workbook counts days from 1904.
    """
    gatherers = [_Gatherer(heading.index, is_1904) for heading in shape.headings]
    facts = TableFacts({each.facts.index: each.facts for each in gatherers})
    sorter = RowSorter(shape.frame)
    for row in merged_rows(shape.down, rows):
        if row.number < shape.first_row:
            continue
        why = sorter.sort(row)
        if why is not None:
            facts.left_out_counts[why] += 1
            if why is not LeftOver.EMPTY and len(facts.left_out) < MOST_LEFT_OUT:
                facts.left_out.append((row.number, why))
            continue
        facts.rows += 1
        for gatherer in gatherers:
            gatherer.add(row)
        if row.is_hidden or row.fills or row.struck or row.notes:
            _look_at_style(facts, row)
    for gatherer in gatherers:
        gatherer.finish()
    return facts


def filled_columns(row: GridRow, columns: Iterable[int]) -> list[int]:
    """Return those of some columns in which a row holds something."""
    return [column for column in columns if column < len(row.cells) and not is_empty(row.cells[column])]


def fill_of_row(row: GridRow, filled: list[int]) -> str:
    """Return the colour that most of a row's values have; empty where they have none, or several."""
    if not row.fills or not filled:
        return ""
    ((colour, count),) = Counter(row.fills.get(column, "") for column in filled).most_common(1)
    return colour if count >= MOST_OF_ROW * len(filled) else ""


def is_struck_row(row: GridRow, filled: list[int]) -> bool:
    """Tell whether most of a row's values are struck through."""
    return bool(row.struck) and len(row.struck.intersection(filled)) >= MOST_OF_ROW * len(filled)


def _look_at_style(facts: TableFacts, row: GridRow) -> None:
    filled = filled_columns(row, facts.columns)
    if row.is_hidden:
        facts.hidden_rows += 1
        if len(facts.named_hidden) < NAMED:
            facts.named_hidden.append(row.number)
    whole = fill_of_row(row, filled)
    if whole:
        _count_row(facts.fills.setdefault(whole, Colour()), row.number)
    for column in filled:
        colour = row.fills.get(column, "")
        if colour and colour != whole:
            _count_cell(facts.fills.setdefault(colour, Colour()), row.number, column)
    if is_struck_row(row, filled):
        _count_row(facts.struck, row.number)
    else:
        for column in row.struck.intersection(filled):
            _count_cell(facts.struck, row.number, column)
    for column, text in row.notes.items():
        if len(facts.notes) < MOST_LEFT_OUT:
            facts.notes.append((row.number, column, text))


def _count_row(colour: Colour, number: int) -> None:
    colour.rows += 1
    if len(colour.named_rows) < NAMED:
        colour.named_rows.append(number)


def _count_cell(colour: Colour, number: int, column: int) -> None:
    colour.cells += 1
    if len(colour.named_cells) < NAMED:
        colour.named_cells.append((number, column))


class _Gatherer:
    """Gathers the facts of one column. Values that come again are looked at once."""

    def __init__(self, index: int, is_1904: bool) -> None:
        self.facts = ColumnFacts(index)
        self._index, self._is_1904 = index, is_1904
        self._seen: dict[tuple[type, Cell, bool], Value] = {}
        self._is_of_days: bool | None = None

    def add(self, row: GridRow) -> None:
        index = self._index
        if index in row.errors:
            self.facts.errors += 1
        if index >= len(row.cells):
            return
        value = row.cells[index]
        if value is None:
            return
        value = usual(value) if value.__class__ in _MAY_BE_NONE else value
        is_month = index in row.months
        if row.shown and index in row.shown:
            value = row.shown[index] if read_badge(value, row.shown[index]).text == row.shown[index].strip() else value
        key = (value.__class__, value, is_month)
        seen = self._seen.get(key)
        if seen is None:
            if isinstance(value, str) and is_empty(value):
                return
            seen = Value(value, look_of(value))
            if len(self._seen) < MOST_REMEMBERED:
                self._seen[key] = seen
            else:
                seen.count, seen.rows = 1, [row.number]
                self._count(key, seen, is_one_of_many=True)
                return
        seen.count += 1
        if len(seen.rows) < NAMED:
            seen.rows.append(row.number)

    def finish(self) -> None:
        for key, seen in self._seen.items():
            self._count(key, seen)
        self._seen = {}

    def _count(self, key: tuple[type, Cell, bool], seen: Value, *, is_one_of_many: bool = False) -> None:
        facts, value, count, row = self.facts, seen.value, seen.count, seen.rows[0]
        text = text_of(value)
        facts.filled += count
        facts.looks[seen.look] += count
        if len(facts.samples) < NAMED and text not in facts.samples:
            facts.samples.append(text)
        is_month = key[2]
        facts.months += count if is_month else 0
        is_plain = isinstance(value, str) and _is_plain_code(text)
        if is_plain or (is_one_of_many and seen.look not in _MAY_BE_DAYS and not self._has_days()):
            facts.days.whats[DayWhat.UNREADABLE] += count
        else:
            facts.days.add(read_day(value, is_month=is_month, is_1904=self._is_1904), count, DayCell(row, text))
        if isinstance(value, str):
            facts.names.add(text, count, row)
        if not is_one_of_many and not is_plain:
            span = read_span(value, VALIDITY) or read_span(value, DURATION)
            if span is not None and span.unit is None and len(facts.bare_numbers) < MOST_DISTINCT:
                facts.bare_numbers.add(span.amount)
        doubt = read_badge(value).doubt
        if doubt is not None:
            total, named = facts.doubts.get(doubt, (0, []))
            facts.doubts[doubt] = (total + count, named if len(named) >= NAMED else [*named, (row, text)])
        self._keep(text, seen)

    def _has_days(self) -> bool:
        """Tell whether days are among the values that were remembered, so that further ones matter."""
        if self._is_of_days is None:
            self._is_of_days = any(each.look in _MAY_BE_DAYS for each in self._seen.values())
        return self._is_of_days

    def _keep(self, text: str, seen: Value) -> None:
        distinct = self.facts.distinct
        if distinct is None:
            return
        folded = fold_heading(text) or fold_word(text)
        known = distinct.get(folded)
        if known is None:
            distinct[folded] = Value(seen.value, seen.look, seen.count, list(seen.rows))
            if len(distinct) > MOST_DISTINCT:
                self.facts.distinct = None
        else:
            known.count += seen.count
            known.rows = [*known.rows, *seen.rows][:NAMED]


_MAY_BE_DAYS = frozenset({Look.DAY, Look.MOMENT})
_PLAIN_CODE = re.compile(r"([A-Za-z]{1,5})[-_/.]?\d{3,12}[A-Za-z]?")
_MARKS = YES | NO | NOT_APPLICABLE
_MAY_BE_NONE = frozenset({float, Decimal})
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"(?:\+|00)\d[\d\s()/.-]{6,}|\(?0\d{1,4}\)?[\s/-]\d[\d\s/-]{4,}|\d{3}[\s-]\d{3}[\s-]\d{3,4}")
_IN_BLOCKS = re.compile(r"\d{3,} [\d ]+")  # "0151 12 12", and not "31 02 2025"
_CODE = re.compile(r"(?=.*\d)[A-Za-z\d][\w./#-]{0,24}|\d[\d ]{2,}")
_WORDS = re.compile(r"[^\W\d_][\w.'’‘`´-]*(?: (?:[^\W\d_][\w.'’‘`´-]*|&)){0,5}")
_COMMA = re.compile(r"[^\W\d_][^,;\d]*,\s*[^\W\d_][^,;\d]*")


def _is_plain_code(text: str) -> bool:
    """Tell whether a text is letters and figures that can be no day: "B-10012", and not "Mar 2026"."""
    match = _PLAIN_CODE.fullmatch(text)
    return match is not None and match.group(1).casefold() not in MONTHS


def look_of(value: Cell) -> Look:
    """Return what a value looks like."""
    if isinstance(value, bool):
        return Look.MARK
    if isinstance(value, datetime):
        return Look.DAY if value.time() == time() else Look.MOMENT
    if isinstance(value, date):
        return Look.DAY
    if isinstance(value, time):
        return Look.CLOCK
    if isinstance(value, int):
        return Look.WHOLE
    if isinstance(value, float | Decimal):
        number = number_of(value)
        return Look.WHOLE if number is not None and number == number.to_integral_value() else Look.DECIMAL
    return _look_of_text(text_of(value))


_DAYS = frozenset({DayWhat.DAY, DayWhat.OPEN, DayWhat.MONTH, DayWhat.LEAP_1900, DayWhat.SEVERAL})


def _look_of_text(text: str) -> Look:
    if _MAIL.fullmatch(text):
        return Look.MAIL
    has_figure = any(map(str.isdecimal, text))
    if not has_figure:
        return _look_of_words(text)
    if COURSE_CODE.fullmatch(text):
        return Look.COURSE
    if _is_plain_code(text):
        return Look.CODE
    if text.isdecimal():  # a number with noughts before it is no phone abroad
        return Look.CODE if len(text) > 3 or text.startswith("0") else Look.WHOLE
    what = read_day(text).what
    if what in _DAYS:
        return Look.DAY
    if _PHONE.fullmatch(text) and (what is DayWhat.UNREADABLE or _IN_BLOCKS.fullmatch(text)):
        return Look.PHONE
    if read_clock(text) or read_clocks(text):
        return Look.CLOCK
    if read_span(text, VALIDITY) or read_span(text, DURATION):
        return Look.SPAN if any(map(str.isalpha, text)) else Look.DECIMAL
    return Look.CODE if _CODE.fullmatch(text) else Look.TEXT


def _look_of_words(text: str) -> Look:
    if len(text) <= 2 or fold_heading(text) in _MARKS or fold_word(text) in _MARKS:
        return Look.MARK
    if _COMMA.fullmatch(text):
        return Look.COMMA_NAME
    if _WORDS.fullmatch(text):
        return Look.NAME if " " in text else Look.WORD
    return Look.TEXT
