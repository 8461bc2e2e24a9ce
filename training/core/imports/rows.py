"""Rows of an import on their way: as they were read from the file, and as they were checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

FOR_GOOD = date.max  # an end that is none, such as "for life"; where a cell is empty, there is no value


class RowOutcome(StrEnum):
    """What an import would do with a row (I5)."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"
    ASKED = "asked"  # who is meant has to be said first, row by row (I4)
    LEAVING = "leaving"  # in no row of a file that holds everybody (I9)
    LEFT_OUT = "left out"  # by an answer, such as "leave out" for a company


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Why a row cannot be brought in.

    Attributes:
        column: the column of the kind; empty where the whole row is meant.
        code: of the group of refusals that it belongs to.
        sentence: the refusal in words, without the value, so that many rows share it.
        value: what stands in the cell, as it is shown.
    """

    column: str
    code: str
    sentence: Any
    value: str = ""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A row of a kind as it was read: from a row of a list, or from one cell of a grid.

    Attributes:
        sheet: the index of the sheet in the import.
        number: of the row, as the spreadsheet shows it.
        cells: by column of the kind, the index of the sheet's column (A is 0) in which its value stands.
        values: by column: text, date, time, Decimal or int; a column of things holds the text that names it, a column
            of several a list of them. An end that is none is FOR_GOOD. What is empty is not there.
        problems: what could not be read.
    """

    sheet: int
    number: int
    cells: Mapping[str, int]
    values: Mapping[str, Any]
    problems: Sequence[CellProblem] = ()


@dataclass(slots=True)
class CheckedRow:
    """A row with what an import would do with it.

    Attributes:
        outcome: see there.
        key: of the thing that is there already; of a new one, when it was written.
        worker: the key of the worker whom the row changes, and who is locked before anything is written.
        identity: what identifies the row, for people and across databases: a badge, a code, a record's worker, course,
            provider and day.
        before, after: by column, what changes.
        problems: why it is refused.
        candidates: keys of those who can be meant, where that is asked.
        found: what the service needs to write it, by names of its own.
        table: of the thing, where the kind has several; set when it is written.
        kept: what it changed, as it is stored, by names of the service; for taking it back (I8).
    """

    draft: DraftRow
    outcome: RowOutcome
    key: int | None = None
    worker: int | None = None
    identity: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    candidates: Sequence[int] = ()
    found: dict[str, Any] = field(default_factory=dict)
    table: str = ""
    kept: dict[str, Any] = field(default_factory=dict)
