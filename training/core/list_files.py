"""Tables that people take away as a CSV or Excel file (X1). The columns are declared once, beside the list.

A column has a `name` that never changes and is never translated, beside the title that people read, so that a file can
be made whose columns are those of an import (X2).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO, Any, Generic, TypeVar

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from training.core import xlsx_files
from training.core.csv_files import Cell, csv_lines
from training.core.xlsx_files import Table, Value, XlsxColumn, workbook

Row = TypeVar("Row")


class FileFormat(StrEnum):
    """The kinds of file. The values are what forms send, and the endings of file names."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def content_type(self) -> str:
        return xlsx_files.CONTENT_TYPE if self is FileFormat.XLSX else "text/csv; charset=utf-8"


@dataclass(frozen=True)
class TableColumn(Generic[Row]):
    """A column of a file.

    Attributes:
        name: what programs call it, in lower-case English.
        title: the head that people read.
        value: returns the cell of a row: a text, number, day or moment, or None for an empty cell.
        width: in Excel, in letters.
        pattern: returns how Excel shows days and numbers; "" for the usual way.
        plain: how a day is written in a CSV file, in the notation of `strftime`.
        is_contact: whether it tells how to reach somebody. Only who may `EXPORT_CONTACTS` gets such a column.
    """

    name: str
    title: str | Promise
    value: Callable[[Row], Value]
    width: int = 16
    pattern: Callable[[], str] = str
    plain: str = "%Y-%m-%d"
    is_contact: bool = False


def write_table(
    ending: FileFormat, name: str, columns: Sequence[TableColumn[Row]], rows: Iterable[Row], *, above: str = ""
) -> IO[bytes]:
    """Return an open file with a table. It is written row by row, so that it is never in memory as a whole.

    In Excel days are days, numbers are numbers, the head stays in sight and has filters; in neither kind of file does a
    text become a formula. Whoever sends the file closes it.

    Args:
        name: of the sheet.
        above: a line above the head in Excel, such as the day that the table is about.
    """
    return _as_csv(columns, rows) if ending is FileFormat.CSV else _as_xlsx(name, columns, rows, above)


def at(path: str) -> Callable[[Any], Any]:
    """Return a function that reads what stands at a path such as `trainer.company.name` of a row.

    It returns None where there is nothing on the way. A method at the end of the path is called.
    """
    names = path.split(".")

    def read(row: Any) -> Any:
        found = row
        for name in names:
            if found is None:
                return None
            found = getattr(found, name)
        return found() if callable(found) else found

    return read


def named(thing: object) -> str | None:
    """Return the name of a thing, or None where there is none."""
    return None if thing is None else str(thing)


def yes_or_no(value: object) -> str:
    """Return the word for a truth in a cell."""
    return _("yes") if value else _("no")


def _as_csv(columns: Sequence[TableColumn[Row]], rows: Iterable[Row]) -> IO[bytes]:
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    titles = [str(column.title) for column in columns]
    file.writelines(line.encode() for line in csv_lines(titles, plain_rows(columns, rows)))
    file.seek(0)
    return file


def plain_rows(columns: Sequence[TableColumn[Row]], rows: Iterable[Row]) -> Iterator[list[Cell]]:
    """Yield the cells of rows as texts and numbers."""
    for row in rows:
        yield [_plain(column.value(row), column) for column in columns]


def _plain(value: Value, column: TableColumn[Any]) -> Cell:
    """Return a value for a CSV file. Days and moments are written as in ISO 8601, which spreadsheets read."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.strftime(column.plain) if isinstance(value, date) else value


def _as_xlsx(name: str, columns: Sequence[TableColumn[Row]], rows: Iterable[Row], above: str) -> IO[bytes]:
    heads = [XlsxColumn(str(each.title), width=each.width, pattern=each.pattern()) for each in columns]
    with workbook() as (book, file):
        table = Table(book, name, heads, above=above)
        for row in rows:
            table.add([column.value(row) for column in columns])
        table.close()
    return file
