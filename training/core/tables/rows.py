"""A row in the making: what the readers of all workbooks find in cells becomes one plain row."""

import math
from collections.abc import Mapping

from training.core.tables.formats import Shape, shown
from training.core.tables.grid import GridRow, Value, cell_name
from training.core.tables.serials import day_or_time, whole
from training.core.tables.styles import PLAIN, Style
from training.core.tables.unfit import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Tally, UnfitTableError, UnfitTableReason

NO_NOTES: Mapping[int, str] = {}


class RowMaker:
    """Makes the rows of one sheet, each from `begin` to `end`, cells from left to right.

    Args:
        is_1904: serial numbers count days from 1904.
    """

    def __init__(self, sheet: str, tally: Tally, *, is_1904: bool = False) -> None:
        self._sheet, self._tally, self._is_1904 = sheet, tally, is_1904
        self.row = 0
        self._is_hidden = False
        self._clear()

    def begin(self, row: int, *, is_hidden: bool = False) -> None:
        """Begin a row, which stands below the one before.

        Raises:
            UnfitTableError: it does not, or no spreadsheet has such a row.
        """
        if not self.row < row <= MOST_ROWS:
            raise UnfitTableError(UnfitTableReason.DAMAGED)
        self.row, self._is_hidden = row, is_hidden
        self._clear()

    def _clear(self) -> None:
        self._cells: list[Value] = []
        self._fills: dict[int, str] = {}
        self._shown: dict[int, str] = {}
        self._struck: set[int] = set()
        self._months: set[int] = set()
        self._errors: set[int] = set()

    def end(self, notes: Mapping[int, str] = NO_NOTES, *, count: int = 1) -> None:
        """Hand on the row, if it holds anything.

        Args:
            notes: the notes of its cells by column.
            count: how many equal rows begin here.
        """
        if not self._cells:
            return
        width = len(self._cells)
        fills = {column: fill for column, fill in self._fills.items() if column < width}
        first = self.row
        for self.row in range(first, first + count):
            if self.row > MOST_ROWS:
                raise UnfitTableError(UnfitTableReason.DAMAGED)
            row = GridRow(
                self.row,
                tuple(self._cells),
                self._is_hidden,
                fills=fills,
                struck=frozenset(self._struck),
                notes=dict(notes),
                months=frozenset(self._months),
                errors=frozenset(self._errors),
                shown=self._shown,
            )
            self._tally.add(row, sheet=self._sheet)

    def empty(self, column: int, style: Style) -> None:
        """Take a cell that holds nothing, but may be filled with a colour."""
        if style.fill and column < MOST_COLUMNS:
            self._fills[column] = style.fill

    def value(self, column: int, value: Value, style: Style = PLAIN, *, is_struck: bool = False) -> None:
        """Take a cell whose value is as it should be: a text, a yes or no, a day that is told as such."""
        if value is None or value == "":
            self.empty(column, style)
            return
        if isinstance(value, str):
            if len(value) > LONGEST_CELL:
                raise UnfitTableError(UnfitTableReason.LONG_CELL, cell=cell_name(column, self.row, sheet=self._sheet))
        elif style.number.shape is Shape.MONTH and not isinstance(value, bool | int | float):
            self._months.add(column)
        self._put(column, value)
        if style.fill:
            self._fills[column] = style.fill
        if is_struck or style.is_struck:
            self._struck.add(column)

    def number(self, column: int, number: float, style: Style) -> None:
        """Take a cell with a number, which may be the serial of a day."""
        shape = style.number.shape
        if not math.isfinite(number):
            self.error(column, style)
        elif shape is Shape.NUMBER or shape is Shape.TEXT:
            value = whole(number) if isinstance(number, float) else number
            self.value(column, value, style)
            if (text := shown(value, style.number)) is not None:
                self._shown[column] = text
        else:
            try:
                day = day_or_time(number, shape, is_1904=self._is_1904)
            except (ValueError, OverflowError):
                self.error(column, style)
            else:
                self.value(column, day, style)

    def error(self, column: int, style: Style = PLAIN) -> None:
        """Take a cell that holds an error."""
        self.empty(column, style)
        self._put(column, None)
        self._errors.add(column)

    def _put(self, column: int, value: Value) -> None:
        if column >= MOST_COLUMNS:
            raise UnfitTableError(UnfitTableReason.COLUMNS, most=MOST_COLUMNS)
        if column < len(self._cells):
            raise UnfitTableError(UnfitTableReason.DAMAGED)
        if gap := column - len(self._cells):
            self._cells.extend([None] * gap)
        self._cells.append(value)
