"""Excel files as the site makes them: days are days, numbers are numbers, and texts stay texts.

Every table has a bold head that stays in sight, filters, and columns that are wide enough to be read. No text becomes a
formula or a link, whatever it begins with.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import pgettext
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767  # letters in one cell that Excel takes
MOST_ROWS = 1_048_576  # rows in one sheet that Excel takes
LONGEST_NAME = 26  # of the 31 letters of the name of a sheet; a number may follow
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")  # what Excel refuses in the name of a sheet
FIRST_DAY = date(1900, 3, 1)  # Excel knows no day before 1900, and has a 29 February 1900

Value = str | int | Decimal | date | datetime | None


@dataclass(frozen=True)
class XlsxCell:
    """A value that is shown in another way than its column says.

    Attributes:
        pattern: how Excel shows a number or a day, in Excel's own notation, such as ``"Due" d mmm yyyy``.
        look: colours and weight, by the names that xlsxwriter gives them.
    """

    value: Value
    pattern: str = ""
    look: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class XlsxColumn:
    """A column: its title, its width in letters, and the pattern of its days and numbers; empty for the usual one."""

    title: str
    width: int
    pattern: str = ""


@contextmanager
def workbook() -> Iterator[tuple[Workbook, IO[bytes]]]:
    """Open an Excel file that is written row by row, so that it is never in memory as a whole.

    Yields:
        the book, and the file that holds it when the book is done; whoever sends the file closes it.
    """
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        yield book, file
    file.seek(0)


def sheet_name(text: str) -> str:
    """Return a name that Excel takes for a sheet: it is shortened, and without signs that Excel refuses."""
    plain = NOT_IN_NAMES.sub(" ", text)[:LONGEST_NAME].strip(" '") or "1"
    return f"{plain} 1" if plain.casefold() == "history" else plain  # Excel keeps that name for itself


class Table:
    """A table on a sheet of its own, and on further sheets where it has more rows than Excel takes in one.

    Args:
        name: of the sheet, as `sheet_name` makes it.
        above: a line above the head, such as the day that the table is about.
        fixed: how many columns stay in sight when the table is scrolled sideways.
    """

    def __init__(
        self, book: Workbook, name: str, columns: Sequence[XlsxColumn], *, above: str = "", fixed: int = 0
    ) -> None:
        self._book, self._name = book, sheet_name(name)
        self._columns, self._above, self._fixed = columns, above, fixed
        self._formats = cache(self._make_format)
        self._sheets = 0
        self._begin()

    def add(self, values: Sequence[Value | XlsxCell]) -> None:
        """Write a row; None leaves a cell empty."""
        if self._row == MOST_ROWS:
            self.close()
            self._begin()
        for number, (column, each) in enumerate(zip(self._columns, values, strict=True)):
            cell = each if isinstance(each, XlsxCell) else XlsxCell(each)
            if cell.value is not None:
                self._write(number, cell, column)
        self._row += 1

    def add_line(self, text: str, *, first: int = 0) -> None:
        """Write a row that is one cell over all columns from the `first` on, such as the name of a part."""
        if self._row == MOST_ROWS:
            self.close()
            self._begin()
        last, bold = len(self._columns) - 1, self._formats("", (("bold", True),))
        if last > first:
            self._sheet.merge_range(self._row, first, self._row, last, "", bold)
        self._sheet.write_string(self._row, first, text[:LONGEST_CELL], bold)
        self._row += 1

    def close(self) -> None:
        """Add the filters over everything that was written."""
        self._sheet.autofilter(self._head, 0, max(self._row - 1, self._head), len(self._columns) - 1)

    def _begin(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet(self._name if self._sheets == 1 else f"{self._name} {self._sheets}")
        self._head = 1 if self._above else 0
        self._sheet.freeze_panes(self._head + 1, self._fixed)
        for number, column in enumerate(self._columns):
            self._sheet.set_column(number, number, column.width)
        bold = self._formats("", (("bold", True),))
        if self._above:
            self._sheet.write_string(0, 0, self._above, bold)
        head = self._formats("", (("bold", True), ("text_wrap", True), ("valign", "top"), ("bottom", 1)))
        for number, column in enumerate(self._columns):
            self._sheet.write_string(self._head, number, column.title[:LONGEST_CELL], head)
        self._row = self._head + 1

    def _write(self, number: int, cell: XlsxCell, column: XlsxColumn) -> None:
        value, row = cell.value, self._row
        pattern = cell.pattern or column.pattern
        if isinstance(value, datetime):
            at = timezone.localtime(value).replace(tzinfo=None)
            self._sheet.write_datetime(row, number, at, self._formats(pattern or moment_pattern(), cell.look))
        elif isinstance(value, date) and value >= FIRST_DAY:
            self._sheet.write_datetime(row, number, value, self._formats(pattern or day_pattern(), cell.look))
        elif isinstance(value, int | Decimal):
            self._sheet.write_number(row, number, float(value), self._formats(pattern, cell.look))
        else:
            self._sheet.write_string(row, number, str(value)[:LONGEST_CELL], self._formats("", cell.look))

    def _make_format(self, pattern: str, look: tuple[tuple[str, Any], ...]) -> Format:
        properties: Mapping[str, Any] = dict(look)
        if pattern:
            properties = {"num_format": pattern, **properties}
        return self._book.add_format(properties)


def day_pattern() -> str:
    """Return the pattern by which Excel shows a day as 22 Oct 2026."""
    return pgettext("format of a day in Excel", "d mmm yyyy")


def month_pattern() -> str:
    """Return the pattern by which Excel shows a month as Oct 2026."""
    return pgettext("format of a month in Excel", "mmm yyyy")


def moment_pattern() -> str:
    """Return the pattern by which Excel shows a moment as 22 Oct 2026 11:40."""
    return pgettext("format of a day and time in Excel", "d mmm yyyy hh:mm")
