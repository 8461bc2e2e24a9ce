"""The rows that an import has refused, as a workbook to mend and send again (I5)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO

from django.utils.translation import gettext as _

from attendance.services.imports.receiving import open_kept
from training.core.imports.rows import RowOutcome
from training.core.refusals import Conflict
from training.core.tables.grid import Book, GridRow
from training.core.tables.grid import Value as GridValue
from training.core.xlsx_files import LONGEST_CELL, Table, Value, XlsxColumn, workbook
from training.models import Import, ImportRow

WIDTH, WIDTH_OF_REASON = 16, 60


@dataclass(frozen=True)
class RefusedSheet:
    """A sheet with the rows that were refused.

    Attributes:
        book, place: where its rows are read.
        headings: the rows above the data that are written again, as the spreadsheet numbers them.
        wrong: by row, what is wrong with it.
    """

    name: str
    book: Book
    place: int
    columns: int
    headings: Sequence[int]
    wrong: Mapping[int, Sequence[str]]


def refused_rows(one: Import) -> IO[bytes]:
    """Return an open Excel file with the rows that the check of an import has refused.

    Raises:
        Conflict: it is not checked, so no row is refused.
        WaitingStoreUnavailable: what was read from the files cannot be opened now.
    """
    if one.state != Import.State.CHECKED:
        raise Conflict(_("This import is not checked. Check it, and look at what it would do."))
    wrong: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    refused = ImportRow.objects.filter(of=one, outcome__in=(RowOutcome.REFUSED, RowOutcome.ASKED))
    for sheet, row, problems in refused.order_by("number").values_list("sheet", "row", "problems"):
        told = [f"{sentence} ({value})" if value else sentence for _column, _code, sentence, value in problems]
        wrong[sheet][row] += [each for each in told if each not in wrong[sheet][row]]
    with ExitStack() as stack:
        books = {
            file.number: stack.enter_context(Book.read_from(open_kept(file.book_key)))
            for file in one.files.filter(is_table=True)
        }
        return refused_workbook(
            RefusedSheet(
                name=sheet["name"],
                book=books[sheet["file"]],
                place=sheet["place"],
                columns=max((column["index"] for column in sheet["columns"]), default=-1) + 1,
                headings=sheet["heading_rows"],
                wrong=wrong[sheet["index"]],
            )
            for sheet in one.outline["sheets"]
            if sheet["index"] in wrong
        )


def refused_workbook(sheets: Iterable[RefusedSheet]) -> IO[bytes]:
    """Return an open Excel file with the same sheets and headings, the refused rows, and a column that says why.

    The headings of a table stand in one row: what stood above them would be taken for a preamble again.
    """
    with workbook() as (book, file):
        for number, sheet in enumerate(sheets, start=1):
            head, rows = _split(sheet)
            columns = [XlsxColumn(text, width=WIDTH) for text in head]
            name = "".join(each for each in sheet.name if each not in "[]:*?/\\'")[:28] or str(number)
            table = Table(book, name, [*columns, XlsxColumn(_("What is wrong"), width=WIDTH_OF_REASON)])
            for row in rows:
                table.add([*_cells(row, len(head)), " ".join(sheet.wrong[row.number])])
            table.close()
    return file


def _split(sheet: RefusedSheet) -> tuple[list[str], list[GridRow]]:
    """Return the headings of a sheet in one row, and its refused rows."""
    head, wanted = [""] * sheet.columns, []
    for row in sheet.book.rows(sheet.place):
        if row.number in sheet.headings:
            for column, value in enumerate(row.cells[: sheet.columns]):
                if value is not None:
                    head[column] = f"{head[column]} {value}".strip()
        elif row.number in sheet.wrong:
            wanted.append(row)
    return head, wanted


def _cells(row: GridRow, columns: int) -> list[Value]:
    cells = [_shown(row.shown.get(column, value)) for column, value in enumerate(row.cells[:columns])]
    return cells + [None] * (columns - len(cells))


def _shown(value: GridValue) -> Value:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case float():
            return Decimal(str(value))
        case time():
            return value.isoformat(timespec="minutes")
        case datetime() | date() | int() | Decimal() | None:
            return value
        case _:
            return value[:LONGEST_CELL]
