"""Rows of an import as pages show them: what stands where, what changes, and why rows are refused (I4, I5)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from attendance.pages.import_people import names_of_people
from attendance.pages.import_values import as_it_stands, identity_in_words, in_words
from attendance.services.imports.tables import sheet_names
from training.core.imports.declaration import ImportKind
from training.core.imports.registry import kind_of
from training.core.imports.rows import RowOutcome
from training.core.tables.grid import cell_name
from training.models import Import, ImportRow

CELLS_SHOWN = 12


@dataclass(frozen=True)
class GroupLine:
    """Rows that are refused for the same reason.

    Attributes:
        column: the heading of the column, or an empty text.
        cells: the first cells by their names in the spreadsheet.
        more: how many others there are.
        values: what stands in them, as programs read it; `shown` is the same as people do.
    """

    sentence: str
    column: str
    count: int
    cells: Sequence[str]
    more: int
    values: Sequence[tuple[str, int]]
    shown: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class RowLine:
    """A row that would be written, or was: where it stands, what it is, whose it is, and what changes."""

    place: str
    identity: str
    name: str
    is_new: bool
    changes: Sequence[tuple[str, str, str]]


def group_lines(one: Import) -> list[GroupLine]:
    """Return the groups of refusals of a check, the largest first."""
    kind, names = kind_of(one.kind), sheet_names(one)
    return [
        GroupLine(
            sentence=group["sentence"],
            column=label_of(kind, group["column"]),
            count=group["count"],
            cells=[place_name(names, *cell) for cell in group["cells"][:CELLS_SHOWN]],
            more=max(0, group["count"] - CELLS_SHOWN),
            values=(values := group["values"][:CELLS_SHOWN]),
            shown=[(as_it_stands(kind, group["column"], value), count) for value, count in values],
        )
        for group in one.report.get("groups", [])
    ]


def rows_of(one: Import, outcome: RowOutcome) -> QuerySet[ImportRow]:
    """Return the rows of a check that have an outcome, in the order of the file."""
    return ImportRow.objects.filter(of=one, outcome=outcome).order_by("number")


def row_lines(one: Import, rows: Sequence[Any]) -> Iterator[RowLine]:
    """Yield rows as the page shows them.

    Args:
        rows: of the check, or of what was written.
    """
    kind, names = kind_of(one.kind), sheet_names(one)
    places = {column.name: place for place, column in enumerate(kind.columns)}
    people = names_of_people(one, rows)
    for row in rows:
        yield RowLine(
            place=place_name(names, row.sheet, row.row, None),
            identity=identity_in_words(kind, row.identity),
            name=people.get(row.pk, ""),
            is_new=not row.before,
            changes=[
                (
                    label_of(kind, name),
                    in_words(kind, name, row.before.get(name)),
                    in_words(kind, name, row.after[name]),
                )
                for name in sorted(row.after, key=lambda name: places.get(name, len(places)))
            ],
        )


def name_places(one: Import) -> None:
    """Give the rows of which it is asked who is meant the names that the spreadsheet has for them."""
    names = sheet_names(one)
    for person in one.questions.get("people", []):
        person["cell"] = place_name(names, person["sheet"], person["row"], None)
    for worker in one.questions.get("employers", []):
        worker["cell"] = place_name(names, worker["sheet"], worker["row"], None)


def label_of(kind: ImportKind, column: str) -> str:
    """Return the heading of a column of a kind; the name itself where it is no column."""
    return capfirst(str(kind.column(column).label)) if column in kind.names else column


def place_name(names: Mapping[int, str], sheet: int, row: int, column: int | None) -> str:
    """Return what the spreadsheet calls a cell, or a row where no cell is meant.

    Args:
        names: of the sheets, as `sheet_names` gives them.
    """
    if not row:
        return _("not in the file")
    name = names.get(sheet, "")
    if column is not None:
        return cell_name(column, row, sheet=name)
    if name:
        return _("%(sheet)s, row %(row)d") % {"sheet": name, "row": row}
    return _("row %(row)d") % {"row": row}
