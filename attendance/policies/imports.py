"""What a check says of the rows of an import, summed up: counts, groups of refusals, and one fingerprint (I5)."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from training.core.imports.rows import CellProblem, CheckedRow, RowOutcome
from training.services.imports.contract import TAKEN_BACK, TakenBackRow

CELLS_OF_A_GROUP = 200  # that are named; the others are counted
VALUES_OF_A_GROUP = 20
TAKEN_BACK_TOLD = 500  # that are listed; the others are counted
WRITES = frozenset({RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.LEAVING})
TIMES_THE_CHECK = 2.0  # what writing a row takes beside checking it, as long as this site has measured nothing
SHORT_WAIT = 3.0  # seconds for which others may wait without being told beforehand (I6)

_AS_LINE = DjangoJSONEncoder(ensure_ascii=False, sort_keys=True)


@dataclass
class RefusedGroup:
    """Rows that are refused for the same reason.

    Attributes:
        cells: sheet, row and column of the sheet of the first of them; no column where the whole row is meant.
        values: what stands in them, the most frequent first.
    """

    code: str
    column: str
    sentence: str
    count: int = 0
    cells: list[tuple[int, int, int | None]] = field(default_factory=list)
    values: Counter[str] = field(default_factory=Counter)

    def add(self, row: CheckedRow, problem: CellProblem) -> None:
        self.count += 1
        if len(self.cells) < CELLS_OF_A_GROUP:
            self.cells.append((row.draft.sheet, row.draft.number, row.draft.cells.get(problem.column)))
        if problem.value and (problem.value in self.values or len(self.values) < CELLS_OF_A_GROUP):
            self.values[problem.value] += 1

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "values": self.values.most_common(VALUES_OF_A_GROUP)}


class Summary:
    """Sums up the rows of a check, a part after the other."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._groups: dict[tuple[str, str, str], RefusedGroup] = {}
        self._hash = hashlib.sha256()
        self.taken_back: Sequence[Mapping[str, Any]] = ()

    def add(self, rows: Iterable[CheckedRow]) -> None:
        """Add rows, in the order of the file."""
        for row in rows:
            self.counts[row.outcome] += 1
            if row.outcome in WRITES:
                self._hash.update(_line_of(row))
            for problem in row.problems:
                key = (problem.code, problem.column, str(problem.sentence))
                self._groups.setdefault(key, RefusedGroup(*key)).add(row, problem)

    def add_taken_back(self, rows: Sequence[TakenBackRow]) -> None:
        """Add what the file takes back of what it said before (I7)."""
        if rows:
            self.counts[TAKEN_BACK] = len(rows)
        for row in rows:
            said = (TAKEN_BACK, row.what, row.said, row.says)
            self._hash.update(_AS_LINE.encode(said).encode() + b"\n")
        self.taken_back = [{"what": row.what, "said": row.said, "says": row.says} for row in rows[:TAKEN_BACK_TOLD]]

    @property
    def groups(self) -> list[RefusedGroup]:
        """The groups of refusals, the largest first."""
        return sorted(self._groups.values(), key=lambda group: -group.count)

    @property
    def fingerprint(self) -> str:
        """A hash of everything that would be written, named by badge and code and never by key."""
        return self._hash.hexdigest()


def _line_of(row: CheckedRow) -> bytes:
    said = (row.outcome, row.identity, row.before, row.after)
    return _AS_LINE.encode(said).encode() + b"\n"


def seconds_locked(*, checking: float, rows: int, writes: int, each: float | None) -> float:
    """Return how long others will wait for what an import changes: it is checked once more, and then written (I6).

    Args:
        checking: how many seconds its check took on this site, for so many `rows`.
        writes: the rows that would be written.
        each: how many seconds writing a row took beside checking it, the last time; None where that is not known yet.
    """
    writing = TIMES_THE_CHECK * checking / max(rows, 1) if each is None else each
    return checking + writes * writing
