"""Why a table is not read, and how much of one is; `reading` has the sentences. Runs in the limited process."""

from dataclasses import dataclass
from enum import StrEnum

from training.core.tables.grid import BookWriter, GridRow

LONGEST_CELL = 32_767  # letters in one cell, as in Excel
MOST_COLUMNS = 16_384
MOST_ROWS = 1_048_576  # row numbers of one sheet, empty rows among them
MOST_SHEETS = 1_000
SPREAD = 20  # how many cells, empty ones before a value among them, for each filled cell that is allowed
ROWS_BEFORE_SPREAD = 1_000


class UnfitTableReason(StrEnum):
    """Why a file is refused."""

    KIND = "kind"  # no table; the fact `looks` is what it looks like
    EMPTY = "empty"
    PASSWORD = "password"  # noqa: S105  # a word
    OLD_EXCEL = "old excel"
    DAMAGED = "damaged"
    LETTERS = "letters"  # a text file in no encoding that is known
    NO_TEXT = "no text"  # a text file with bytes that no text has
    UNCLOSED = "unclosed"  # a quotation mark; the fact `row`
    BYTES = "bytes"
    ROWS = "rows"
    CELLS = "cells"
    COLUMNS = "columns"
    SPREAD = "spread"  # few values, far apart; the facts `sheet` and `row`
    LONG_CELL = "long cell"  # the facts `cell` and, in a text file, `row`
    UNPACKED = "unpacked"  # a bomb, or far more than any table of the allowed size
    ENTITIES = "entities"  # an XML part declares types or entities
    EFFORT = "effort"  # not read within the limits of the process


class UnfitTableError(Exception):
    """The file is refused, for a reason and with facts for its sentence: plain values."""

    def __init__(self, reason: UnfitTableReason, **facts: str | int) -> None:
        super().__init__(reason, facts)
        self.reason = reason
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read of one file.

    Attributes:
        rows: that hold anything, of all sheets.
        cells: that hold anything, of all sheets.
        unpacked_bytes: of the parts of a packed workbook, by what they say and by what comes.
    """

    rows: int
    cells: int
    unpacked_bytes: int


class Tally:
    """Writes rows to a book as long as the bounds allow."""

    def __init__(self, book: BookWriter, bounds: Bounds) -> None:
        self.book = book
        self._bounds = bounds
        self._rows = self._cells = self._spread = 0

    def add(self, row: GridRow, *, sheet: str = "") -> None:
        """Write a row, if it holds anything.

        Raises:
            UnfitTableError: with it there are too many rows or cells, or they lie too far apart.
        """
        filled = len(row.cells) - row.cells.count(None) + len(row.errors)
        if not filled:
            return
        self._rows += 1
        self._cells += filled
        self._spread += len(row.cells)
        if self._rows > self._bounds.rows:
            raise UnfitTableError(UnfitTableReason.ROWS, most=self._bounds.rows)
        if self._cells > self._bounds.cells:
            raise UnfitTableError(UnfitTableReason.CELLS, most=self._bounds.cells)
        if self._rows > ROWS_BEFORE_SPREAD and self._spread > SPREAD * self._bounds.cells:
            raise UnfitTableError(UnfitTableReason.SPREAD, sheet=sheet, row=row.number)
        self.book.add(row)
