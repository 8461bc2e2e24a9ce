"""Cells that are merged over several rows of a table, and say one thing for all of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from training.core.tables.grid import GridRow

Merged = tuple[int, int, int]


def merged_rows(down: Sequence[Merged], rows: Iterable[GridRow]) -> Iterable[GridRow]:
    """Return rows in which merged cells say in each of their rows what they say in the first, such as a company.

    Args:
        down: the merged cells: first and last row, and column.
        rows: from the top; one after the other.
    """
    return _spread_down(down, rows) if down else rows


def _spread_down(down: Sequence[Merged], rows: Iterable[GridRow]) -> Iterator[GridRow]:
    waiting = sorted(down)
    place = 0
    running: dict[int, tuple[int, Any]] = {}  # by column: the last row, and what the first one holds
    for row in rows:
        while place < len(waiting) and waiting[place][0] <= row.number:
            top, bottom, column = waiting[place]
            place += 1
            if top == row.number and column < len(row.cells):
                running[column] = (bottom, row.cells[column])
        running = {column: (last, value) for column, (last, value) in running.items() if last >= row.number}
        yield _with_values(row, {column: value for column, (_last, value) in running.items()}) if running else row


def _with_values(row: GridRow, values: Mapping[int, Any]) -> GridRow:
    cells = list(row.cells) + [None] * (max(values) + 1 - len(row.cells))
    for column, value in values.items():
        cells[column] = value if cells[column] is None else cells[column]
    return replace(row, cells=tuple(cells))
