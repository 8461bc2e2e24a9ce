"""Hours of classes by month as a CSV or Excel file."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO

from django.utils.translation import gettext as _

from attendance.pages.hours import HoursColumn, Row
from training.core import xlsx_files
from training.core.csv_files import Cell, csv_lines
from training.core.xlsx_files import Table, workbook


class FileFormat(StrEnum):
    """The kinds of file for hours. The values are what the form sends, and the endings of file names."""

    CSV = "csv"
    XLSX = "xlsx"


CONTENT_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: xlsx_files.CONTENT_TYPE,
}


def as_csv(rows: Iterable[Row], columns: Sequence[HoursColumn]) -> IO[bytes]:
    """Return an open CSV file that Excel opens without asking; no cell can be taken for a formula."""
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    titles = [str(column.label) for column in columns]
    file.writelines(
        line.encode() for line in csv_lines(titles, ([_plain(column.value(row)) for column in columns] for row in rows))
    )
    file.seek(0)
    return file


def as_xlsx(rows: Iterable[Row], columns: Sequence[HoursColumn]) -> IO[bytes]:
    """Return an open Excel file in which months are dates and hours are numbers that can be added up."""
    with workbook() as (book, file):
        titles = [xlsx_files.XlsxColumn(str(each.label), width=each.width, pattern=each.pattern()) for each in columns]
        table = Table(book, _("Hours"), titles)
        for row in rows:
            table.add([column.value(row) for column in columns])
        table.close()
    return file


def _plain(value: xlsx_files.Value) -> Cell:
    """Return a value for a CSV file. A month is written as in ISO 8601, which spreadsheets read."""
    if value is None:
        return ""
    return f"{value:%Y-%m}" if isinstance(value, date) else value
