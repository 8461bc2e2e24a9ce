"""The rows that an import has refused, as a workbook to mend and send again (I5)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZipFile

from django.db.models import QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from attendance.services.imports.rows import NOWHERE
from attendance.services.imports.tables import open_sheets
from training.core.imports.declaration import Thing
from training.core.imports.registry import kind_of
from training.core.imports.rows import RowOutcome
from training.core.refusals import Conflict
from training.core.tables.grid import GridRow
from training.core.tables.grid import Value as GridValue
from training.core.xlsx_files import (
    LONGEST_CELL,
    LONGEST_NAME,
    Table,
    XlsxCell,
    XlsxColumn,
    month_pattern,
    sheet_name,
    workbook,
)
from training.core.xlsx_files import Value as CellValue
from training.models import Import, ImportRow
from training.policies.imports.cells import is_empty, text_of
from training.policies.imports.leftovers import LeftOver, RowSorter
from training.policies.imports.merged import merged_rows
from training.policies.imports.questions import key_of
from training.policies.imports.shape import TableShape

WIDTH, WIDTH_OF_REASON = 16, 60
NOT_IN_FILES = "\"<>|'"


@dataclass(frozen=True)
class RefusedSheet:
    """A sheet with the rows that were refused.

    Attributes:
        rows: all of them, from the top; merged cells say in each row what they say in the first.
        shape: where its table is, whose headings are written again.
        wrong: by row, what is wrong with it.
        constants: by heading, what was said for all rows of the sheet: columns of their own here.
    """

    name: str
    rows: Iterable[GridRow]
    shape: TableShape
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
    with open_sheets(one) as sheets:
        return refused_workbook(
            RefusedSheet(
                name=one.outline["sheets"][sheet.index]["name"],
                rows=merged_rows(sheet.shape.down, sheet.rows()),
                shape=sheet.shape,
                wrong=wrong[sheet.index],
                constants=_constants(one, sheet.index),
            )
            for sheet in sheets
            if sheet.index in wrong and sheet.shape is not None
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

    The headings of a table stand in one row: what stood above them would be taken for a preamble again. Lines that name
    a part of the table, such as a company, stand above the rows of that part again.
    """
    names = free_names()
    with workbook() as (book, file):
        for sheet in sheets:
            head, rows = _split(sheet)
            columns = [XlsxColumn(text, width=WIDTH) for text in (*head, *sheet.constants)]
            name = names(sheet.name)
            table = Table(book, name, [*columns, XlsxColumn(_("What is wrong"), width=WIDTH_OF_REASON)])
            for parts, row in rows:
                for first, text in parts:
                    table.add_line(text, first=first)
                told = " ".join(sheet.wrong[row.number])
                table.add([*_cells(row, len(head)), *sheet.constants.values(), told])
            table.close()
    return file


Parts = Sequence[tuple[int, str]]  # names of parts of a table, each with the column in which it stands


def _split(sheet: RefusedSheet) -> tuple[list[str], list[tuple[Parts, GridRow]]]:
    """Return the headings of a sheet in one row, and its refused rows, the first of each part with its names."""
    shape = sheet.shape
    width = max((heading.index for heading in shape.headings), default=-1) + 1
    head, wanted = [""] * width, list[tuple[Parts, GridRow]]()
    sorter, is_among_parts = RowSorter(shape.frame), False
    parts: Parts = ()
    for row in sheet.rows:
        if row.number in shape.heading_rows:
            for column, value in enumerate(row.cells[:width]):
                if value is not None:
                    head[column] = f"{head[column]} {value}".strip()
        if row.number < shape.first_row:
            continue
        if sorter.sort(row) is LeftOver.SECTION:
            column = next(column for column, value in enumerate(row.cells) if not is_empty(value))
            parts = [*(parts if is_among_parts else ()), (column, text_of(row.cells[column]))]
            is_among_parts = True
            continue
        is_among_parts = False
        if row.number in sheet.wrong:
            wanted.append((parts, row))
            parts = ()
    while head and head[-1] == _("What is wrong"):  # a mended file, sent again: its reasons are of then
        head.pop()
    return head, wanted


def _cells(row: GridRow, columns: int) -> list[CellValue | XlsxCell]:
    """Return the cells of a row with everything that is read of them: months, colours, and what is struck through."""
    cells: list[CellValue | XlsxCell] = []
    for column, value in enumerate(row.cells[:columns]):
        look: list[tuple[str, Any]] = []
        if column in row.fills:
            look.append(("bg_color", f"#{row.fills[column]}"))
        if column in row.struck:
            look.append(("font_strikeout", True))
        pattern = month_pattern() if column in row.months else ""
        cells.append(XlsxCell(_shown(row.shown.get(column, value)), pattern=pattern, look=tuple(look)))
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
