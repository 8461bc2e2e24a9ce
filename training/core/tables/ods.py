"""Reads ODS, as LibreOffice writes it, streamed; rows and cells that are repeated a million times cost nothing.

Formulas count by their stored values. Deleted contents that a file still remembers are no cells.
"""

import re
from dataclasses import replace
from datetime import date, timedelta

from training.core.tables.formats import Shape
from training.core.tables.grid import MOST_MERGED, Value
from training.core.tables.ods_styles import OdsStyles
from training.core.tables.parts import Attributes, Parts, local, parse, parser
from training.core.tables.rows import RowMaker
from training.core.tables.serials import FIRST_YEAR, NO_DAY, clock, day_of_iso, duration
from training.core.tables.styles import GENERAL, PLAIN, Style
from training.core.tables.unfit import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    Tally,
    UnfitTableError,
    UnfitTableReason,
)

CONTENT, STYLES, MANIFEST = "content.xml", "styles.xml", "META-INF/manifest.xml"
LENGTH = re.compile(r"-?P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
ERROR = re.compile(r"(\x23[A-Z0-9/!?]+|Err:\d{3})[!?]?")
HIDDEN = frozenset({"collapse", "filter"})
CELLS = frozenset({"table-cell", "covered-table-cell"})
NUMBERS = frozenset({Shape.NUMBER, Shape.TEXT})  # a day that is stored as a number is told as a day in ODS
EPOCH_DAY = date(1899, 12, 30)


def read(parts: Parts, tally: Tally) -> bool:
    """Read all sheets, and tell whether the workbook counts its days from 1904."""
    if MANIFEST.lower() in parts.names and b"encryption-data" in parts.content(MANIFEST):
        raise UnfitTableError(UnfitTableReason.PASSWORD)
    styles = OdsStyles()
    if STYLES in parts.names:
        parse(parts, STYLES, parser(styles.start, styles.end))
    content = _OdsContent(styles, tally)
    parse(parts, CONTENT, content.parser)
    return content.is_1904


class _OdsContent:
    """Takes what the parser of the contents finds, and hands on its rows."""

    def __init__(self, styles: OdsStyles, tally: Tally) -> None:
        self._styles, self._tally = styles, tally
        self.parser = parser(self._start, self._end)
        self.is_1904 = False
        self._sheets = 0
        self._tables = 0  # one inside another are no sheets
        self._is_in_styles = False
        self._is_in_cell = False
        self._into: list[str] | None = None
        self._depth = self._annotation_depth = 0
        self._begin_sheet({})
        self._begin_cell({})

    def _start(self, tag: str, attributes: Attributes) -> None:
        name = local(tag)
        if self._is_in_styles:
            self._styles.start(tag, attributes)
        elif name == "automatic-styles":
            self._is_in_styles = True
        elif name == "null-date":
            self.is_1904 = (
                attributes.get("table:date-value-type", attributes.get("table:date-value", "")) == "1904-01-01"
            )
        elif name == "table":
            self._tables += 1
            if self._tables == 1:
                self._begin_sheet(attributes)
        elif self._tables == 1:
            self._start_in_sheet(name, attributes)

    def _start_in_sheet(self, name: str, attributes: Attributes) -> None:
        if self._is_in_cell:
            self._start_in_cell(name, attributes)
        elif name in CELLS:
            self._begin_cell(attributes)
            self._is_in_cell = True
        elif name == "table-row":
            self._begin_row(attributes)
        elif name == "table-column":
            self._add_columns(attributes)

    def _start_in_cell(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if name == "annotation":
            self._annotation_depth = self._depth
            self._into = self._note
        elif name in {"frame", "custom-shape"}:
            self._into = None  # a text box, a picture
        if name == "p":
            if self._into:
                self._into.append("\n")
            self.parser.CharacterDataHandler = self._take
        elif name == "s" and self._into is not None:
            self._into.append(" " * min(int(attributes.get("text:c", "1")), LONGEST_CELL))
        elif name == "tab" and self._into is not None:
            self._into.append("\t")
        elif name == "line-break" and self._into is not None:
            self._into.append("\n")

    def _end(self, tag: str) -> None:
        name = local(tag)
        if name == "automatic-styles":
            self._is_in_styles = False
        elif self._is_in_styles:
            self._styles.end(tag)
        elif name == "table":
            self._tables -= 1
            if self._tables == 0:
                self._end_sheet()
        elif self._tables == 1:
            self._end_in_sheet(name)

    def _end_in_sheet(self, name: str) -> None:
        if self._is_in_cell and self._depth:
            if name == "p":
                self.parser.CharacterDataHandler = None
            if self._depth == self._annotation_depth:
                self._annotation_depth = 0
                self._into = self._text
            elif name in {"frame", "custom-shape"}:
                self._into = self._note if self._annotation_depth else self._text
            self._depth -= 1
        elif name in CELLS:
            self._is_in_cell = False
            self._end_cell(is_covered=name != "table-cell")
        elif name == "table-row":
            self._end_row()

    def _take(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def _begin_sheet(self, attributes: Attributes) -> None:
        self._name = attributes.get("table:name", "")
        self._rows = RowMaker(self._name, self._tally)
        self._is_sheet_hidden = attributes.get("table:style-name", "") in self._styles.hidden_sheets
        self._next_row = 1
        self._hidden_columns: set[int] = set()
        self._column_styles: list[tuple[int, str]] = []  # up to which column, and which style
        self._columns = 0
        self._merged: list[tuple[int, int, int, int]] = []

    def _end_sheet(self) -> None:
        self._sheets += 1
        if self._sheets > MOST_SHEETS:
            raise UnfitTableError(UnfitTableReason.UNPACKED)
        self._tally.book.end_sheet(
            self._name,
            is_hidden=self._is_sheet_hidden,
            hidden_columns=frozenset(self._hidden_columns),
            merged=self._merged,
        )

    def _add_columns(self, attributes: Attributes) -> None:
        count = _repeated(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility") in HIDDEN:
            self._hidden_columns.update(range(self._columns, min(self._columns + count, MOST_COLUMNS)))
        self._columns += count
        self._column_styles.append((self._columns, attributes.get("table:default-cell-style-name", "")))

    def _begin_row(self, attributes: Attributes) -> None:
        self._row_count = _repeated(attributes, "table:number-rows-repeated")
        if self._next_row <= MOST_ROWS:  # nothing stands below; only empty rows reach further
            self._rows.begin(self._next_row, is_hidden=attributes.get("table:visibility") in HIDDEN)
        self._next_column = 0
        self._notes: dict[int, str] = {}

    def _end_row(self) -> None:
        self._next_row += self._row_count
        if self._next_row - self._row_count <= MOST_ROWS:
            self._rows.end(self._notes, count=self._row_count)

    def _begin_cell(self, attributes: Attributes) -> None:
        self._attributes = attributes
        self._text: list[str] = []
        self._note: list[str] = []
        self._into = self._text
        self._depth = self._annotation_depth = 0

    def _end_cell(self, *, is_covered: bool) -> None:
        attributes = self._attributes
        first = self._next_column
        self._next_column += _repeated(attributes, "table:number-columns-repeated")
        if is_covered:
            return  # holds what was there before the cells were merged, and shows nothing
        self._merge(first)
        style = self._style(first)
        text = "".join(self._text)
        note = "".join(self._note).strip()[:LONGEST_CELL]
        is_empty = not (attributes.get("office:value-type") or text or note or style.fill)
        if self._next_row > MOST_ROWS and (text or attributes.get("office:value-type")):
            raise UnfitTableError(UnfitTableReason.DAMAGED)
        for column in range(first, first if is_empty else self._next_column):
            self._add(column, text, style)
            if note:
                self._notes[column] = note
            if column >= MOST_COLUMNS:
                return  # cells beyond the last column are coloured only, or were refused

    def _style(self, column: int) -> Style:
        name = self._attributes.get("table:style-name")
        if name is None:
            name = next((style for end, style in self._column_styles if column < end), "")
        return self._styles.cells.get(name, PLAIN)

    def _add(self, column: int, text: str, style: Style) -> None:
        attributes = self._attributes
        kind = attributes.get("office:value-type", "")
        if attributes.get("calcext:value-type") == "error" or (kind and ERROR.fullmatch(text)):
            self._rows.error(column, style)
        elif kind in {"float", "percentage", "currency"}:
            number = float(attributes.get("office:value", "nan"))
            self._rows.number(
                column, number, style if style.number.shape in NUMBERS else replace(style, number=GENERAL)
            )
        elif kind == "date":
            self._rows.value(column, _day(attributes.get("office:date-value", "")), style)
        elif kind == "time":
            self._rows.value(column, _time(attributes.get("office:time-value", ""), style), style)
        elif kind == "boolean":
            self._rows.value(column, attributes.get("office:boolean-value") == "true", style)
        else:
            self._rows.value(column, attributes.get("office:string-value") or text, style)

    def _merge(self, column: int) -> None:
        columns = _repeated(self._attributes, "table:number-columns-spanned")
        rows = _repeated(self._attributes, "table:number-rows-spanned")
        if columns * rows > 1 and len(self._merged) < MOST_MERGED:
            self._merged.append((self._next_row, column, self._next_row + rows - 1, column + columns - 1))


def _repeated(attributes: Attributes, name: str) -> int:
    return max(1, int(attributes.get(name, "1")))


def _day(text: str) -> Value:
    """Return a day or moment; the text of one that spreadsheets show in another way than calendars or not at all."""
    try:
        day = day_of_iso(text)
    except ValueError:
        return text or None  # before the year 1, or not in ISO form
    if day == EPOCH_DAY:
        return NO_DAY
    return day if day.year >= FIRST_YEAR else text


def _time(text: str, style: Style) -> Value:
    match = LENGTH.fullmatch(text)
    if not match:
        return text or None
    days, hours, minutes, seconds = (float(each or 0) for each in match.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if text.startswith("-") or length >= timedelta(days=1) or style.number.shape is Shape.DURATION:
        return duration(-length if text.startswith("-") else length)
    return clock(length / timedelta(days=1))
