"""What rows above a table say about all of it, such as its company or its session."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.core.tables.grid import GridRow
from training.policies.imports.cells import is_empty, text_of

_LABELLED = re.compile(r"^([^:：]{2,40}?)\s*[:：]\s*(\S.*)?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Label:
    """Something that is said above the table, such as "Company: Halloran Mechanical"."""

    label: str
    value: str
    row: int
    column: int


def labels_in(rows: Sequence[GridRow], is_known: Callable[[str], bool]) -> list[Label]:
    """Return what rows above a table say, as "Label: value" in one cell or two, or as a known label beside a value."""
    found: list[Label] = []
    for row in rows:
        taken = -1
        filled = [column for column, value in enumerate(row.cells) if not is_empty(value)]
        if len(filled) == 2 and is_known(text_of(row.cells[filled[0]])) and not is_known(text_of(row.cells[filled[1]])):
            label, said = (text_of(row.cells[column]) for column in filled)
            found.append(Label(label.rstrip(":： "), said, row.number, filled[1]))
            continue
        for column, value in enumerate(row.cells):
            if column <= taken or is_empty(value):
                continue
            match = _LABELLED.match(text_of(value)) if isinstance(value, str) else None
            if match is None:
                continue
            if match.group(2):
                found.append(Label(match.group(1), match.group(2).strip(), row.number, column))
                continue
            beside = next((each for each in range(column + 1, len(row.cells)) if not is_empty(row.cells[each])), None)
            if beside is not None:
                found.append(Label(match.group(1), text_of(row.cells[beside]), row.number, beside))
                taken = beside
    return found
