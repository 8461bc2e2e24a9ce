"""The rows that an import has refused, as a workbook to mend and send again (I5)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZipFile

from django.db.models import QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from attendance.services.imports.receiving import open_kept
from attendance.services.imports.rows import NOWHERE
from training.core.imports.declaration import Thing
from training.core.imports.registry import kind_of
from training.core.imports.rows import RowOutcome
from training.core.refusals import Conflict
from training.core.tables.grid import Book, GridRow
from training.core.tables.grid import Value as GridValue
from training.core.xlsx_files import LONGEST_CELL, LONGEST_NAME, Table, XlsxColumn, sheet_name, workbook
from training.core.xlsx_files import Value as CellValue
from training.models import Import, ImportRow
from training.policies.imports.questions import key_of

WIDTH, WIDTH_OF_REASON = 16, 60
NOT_IN_FILES = "\"<>|'"


@dataclass(frozen=True)
class RefusedSheet:
    """A sheet with the rows that were refused.

    Attributes:
        book, place: where its rows are read.
        headings: the rows above the data that are written again, as the spreadsheet numbers them.
        wrong: by row, what is wrong with it.
        constants: by heading, what was said for all rows of the sheet: columns of their own here.
    """

    name: str
    book: Book
    place: int
    columns: int
    headings: Sequence[int]
    wrong: Mapping[int, Sequence[str]]
    constants: Mapping[str, str] = field(default_factory=dict)


def refused_rows(one: Import, *, company: str | None = None) -> IO[bytes]:
    """Return an open Excel file with the rows that the check of an import has refused.

    Args:
        company: only those that name this company, as the file writes it; an empty text for those that name none.

    Raises:
        Conflict: it is not checked, so no row is refused.
        WaitingStoreUnavailable: what was read from the files cannot be opened now.
    """
    if one.state != Import.State.CHECKED:
        raise Conflict(_("This import is not checked. Check it, and look at what it would do."))
    wrong: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    refused = refused_of(one, company=company).exclude(row=NOWHERE)
    for sheet, row, problems in refused.values_list("sheet", "row", "problems"):
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
                constants=_constants(one, sheet["index"]),
            )
            for sheet in one.outline["sheets"]
            if sheet["index"] in wrong
        )


def refused_by_company(one: Import) -> IO[bytes]:
    """Return an open ZIP file with a workbook of refused rows for each company that they name.

    Raises:
        WaitingStoreUnavailable: as `refused_rows`.
    """
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    names = free_names()
    with ZipFile(file, "w") as archive:
        for company in refused_companies(one):
            with refused_rows(one, company=company) as book:
                name = names(company or _("without a company"))
                archive.writestr(f"{name}.xlsx", book.read())
    file.seek(0)
    return file


def refused_of(one: Import, *, company: str | None = None) -> QuerySet[ImportRow]:
    """Return the rows that a check has refused or has to ask about, in the order of the file."""
    rows = ImportRow.objects.filter(of=one, outcome__in=(RowOutcome.REFUSED, RowOutcome.ASKED)).order_by("number")
    if company is None:
        return rows
    return rows.annotate(company=_said(company_column(one))).filter(company=company)


def refused_companies(one: Import) -> list[str]:
    """Return the companies that refused rows name, as the file writes them; an empty text for those that name none."""
    column = company_column(one)
    if not column:
        return []
    named = refused_of(one).annotate(company=_said(column))
    return list(named.order_by("company").values_list("company", flat=True).distinct())


def _said(column: str) -> Coalesce:
    """Return what rows say in a column of their kind, as text; an empty one where they say nothing."""
    return Coalesce(KT(f"values__{column}"), Value(""), output_field=TextField())


def company_column(one: Import) -> str:
    """Return the column of the kind that names the company whose row it is; nothing where it has none."""
    columns = kind_of(one.kind).columns
    return next((each.name for each in columns if each.thing is Thing.COMPANY and each.name != "provider"), "")


def _constants(one: Import, sheet: int) -> dict[str, str]:
    """Return by heading what was answered for all rows of a sheet."""
    kind, said = kind_of(one.kind), one.answers.get("columns", {})
    answers = {name: said.get(key_of(sheet, "constant", name)) for name in one.layout[str(sheet)].get("constants", {})}
    return {str(kind.column(name).label): str(answer) for name, answer in answers.items() if answer}


def free_names() -> Callable[..., str]:
    """Return a function that makes names of sheets or files, none of them twice whatever the case of its letters."""
    taken: set[str] = set()

    def name_of(text: str) -> str:
        plain = name = sheet_name("".join(each for each in text if each not in NOT_IN_FILES))
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain[: LONGEST_NAME - 3]} {number}"
        taken.add(name.casefold())
        return name

    return name_of


def refused_workbook(sheets: Iterable[RefusedSheet]) -> IO[bytes]:
    """Return an open Excel file with the same sheets and headings, the refused rows, and a column that says why.

    The headings of a table stand in one row: what stood above them would be taken for a preamble again.
    """
    names = free_names()
    with workbook() as (book, file):
        for sheet in sheets:
            head, rows = _split(sheet)
            columns = [XlsxColumn(text, width=WIDTH) for text in (*head, *sheet.constants)]
            name = names(sheet.name)
            table = Table(book, name, [*columns, XlsxColumn(_("What is wrong"), width=WIDTH_OF_REASON)])
            for row in rows:
                told = " ".join(sheet.wrong[row.number])
                table.add([*_cells(row, len(head)), *sheet.constants.values(), told])
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


def _cells(row: GridRow, columns: int) -> list[CellValue]:
    cells = [_shown(row.shown.get(column, value)) for column, value in enumerate(row.cells[:columns])]
    return cells + [None] * (columns - len(cells))


def _shown(value: GridValue) -> CellValue:
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
