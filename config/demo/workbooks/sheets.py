"""Workbooks as people make them: a title, an empty row, headings, rows, a legend below."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

MADE = datetime(2026, 1, 5, 8, 0)  # noqa: DTZ001  # as Excel knows it; equal sites give equal files

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Pen:
    """Writes the sheets of one workbook."""

    book: xlsxwriter.Workbook
    title: Format
    head: Format
    day: Format
    clock: Format

    def table(
        self,
        name: str,
        head: Sequence[str],
        rows: Rows,
        *,
        above: Sequence[Sequence[str]] = (),
        groups: Sequence[str] = (),
        below: Sequence[str] = (),
    ) -> None:
        """Write a sheet.

        Args:
            above: the lines over the table, cell by cell; an empty row follows.
            groups: what stands above each heading, if anything; equal neighbours are merged.
            below: the lines under the table, after an empty row.
        """
        sheet = self.book.add_worksheet(name)
        at = 0
        for line in above:
            for column, text in enumerate(line):
                sheet.write_string(at, column, text, self.title)
            at += 1
        at += bool(above)
        if groups:
            self._groups(sheet, at, groups)
            at += 1
        for column, text in enumerate(head):
            sheet.write_string(at, column, text, self.head)
            sheet.set_column(column, column, min(max(len(text) + 2, 11), 28))
        sheet.freeze_panes(at + 1, 2)
        for row in rows:
            at += 1
            for column, value in enumerate(row):
                self._cell(sheet, at, column, value)
        for line in below:
            at += 2
            sheet.write_string(at, 0, line)

    def _groups(self, sheet: Worksheet, row: int, groups: Sequence[str]) -> None:
        first = 0
        for column in range(1, len(groups) + 1):
            if column < len(groups) and groups[column] == groups[first]:
                continue
            if groups[first] and column - first > 1:
                sheet.merge_range(row, first, row, column - 1, groups[first], self.head)
            elif groups[first]:
                sheet.write_string(row, first, groups[first], self.head)
            first = column

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Any) -> None:
        match value:
            case None | "":
                pass
            case date():
                sheet.write_datetime(row, column, value, self.day)
            case time():
                sheet.write_datetime(row, column, value, self.clock)
            case str():
                sheet.write_string(row, column, value)
            case _:
                sheet.write_number(row, column, value)


@contextmanager
def new_book(path: Path) -> Iterator[Pen]:
    """Write an Excel file at `path`."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": MADE})
        yield Pen(
            book=book,
            title=book.add_format({"bold": True, "font_size": 13}),
            head=book.add_format(
                {"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "top", "border": 1}
            ),
            day=book.add_format({"num_format": "dd.mm.yyyy"}),
            clock=book.add_format({"num_format": "hh:mm"}),
        )
