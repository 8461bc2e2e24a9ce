"""The rows of an import that wait in their table: written and read by the thousand, in a few statements each."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from attendance.policies.imports import WRITES
from learners.services.imports.turns import forget_told
from training.core.imports.declaration import ImportKind
from training.core.imports.rows import CellProblem, CheckedRow, DraftRow
from training.core.imports.values import as_json, from_json
from training.models import ImportedRow, ImportRow

NOWHERE = 0  # the sheet and row of what stands in no row of the file
PART = 5_000  # rows that are in memory at once
LAYOUTS = 1_000  # of rows, that share what says in which cells they stand
EMPTY = "[]"

_AS_JSON = DjangoJSONEncoder(ensure_ascii=False)

READ_ROWS = """
SELECT number, sheet, row, cells::text, values::text, read_problems::text FROM training_importrow
 WHERE of_id = %s AND number > %s AND training_importrow.row > 0 ORDER BY number LIMIT %s
"""
COPY_ROWS = """
COPY training_importrow (of_id, number, sheet, row, cells, values, read_problems) FROM STDIN
"""
COPY_WRITTEN = """
COPY training_importedrow (of_id, sheet, row, act, "table", key, identity, before, after, kept) FROM STDIN
"""
WRITE_OUTCOMES = """
UPDATE training_importrow waiting
   SET outcome = said.outcome, identity = said.identity, thing = said.thing, worker = said.worker,
       before = said.before, after = said.after,
       problems = said.problems, candidates = said.candidates
  FROM jsonb_to_recordset(%s::jsonb) AS said (
       number int, outcome text, identity text, thing bigint, worker bigint, before jsonb, after jsonb,
       problems jsonb, candidates jsonb)
 WHERE waiting.of_id = %s AND waiting.number = said.number
"""


def stage(import_id: int, rows: Iterable[DraftRow]) -> Iterator[Sequence[DraftRow]]:
    """Write rows as they are read from the file, and yield each part that is written.

    The transaction is the caller's; what waited before is to be removed first.
    """
    number, rest = 0, iter(rows)
    while part := list(islice(rest, PART)):
        with connection.cursor() as cursor, cursor.copy(COPY_ROWS) as copy:
            for each in part:
                number += 1
                copy.write_row(
                    (
                        import_id,
                        number,
                        each.sheet,
                        each.number,
                        _json(each.cells),
                        _json(as_json(each.values)),
                        _json([_as_list(problem) for problem in each.problems]),
                    )
                )
        yield part


def stage_leaving(import_id: int, numbers: Iterable[int]) -> None:
    """Write rows for those who stand in no row of the file, in place of those of the check before (I9).

    Args:
        numbers: of them in the import, after those of the file.
    """
    ImportRow.objects.filter(of=import_id, row=NOWHERE).delete()
    with connection.cursor() as cursor, cursor.copy(COPY_ROWS) as copy:
        for number in numbers:
            copy.write_row((import_id, number, NOWHERE, NOWHERE, "{}", "{}", "[]"))


def forget_rows(import_id: int) -> None:
    """Remove the rows that wait, and whom the check has told to turn by them."""
    forget_told(import_id)
    ImportRow.objects.filter(of=import_id).delete()


def waiting_rows(import_id: int, kind: ImportKind) -> Iterator[Sequence[tuple[int, DraftRow]]]:
    """Yield the rows of the file that wait, in parts, each with its number in the import."""
    loaded = lru_cache(maxsize=LAYOUTS)(json.loads)
    last = 0
    while part := _part(import_id, after=last):
        last = part[-1][0]
        yield [
            (
                number,
                DraftRow(
                    sheet=sheet,
                    number=row,
                    cells=loaded(cells),
                    values=from_json(kind, json.loads(values)),
                    problems=[CellProblem(*problem) for problem in json.loads(problems)] if problems != EMPTY else [],
                ),
            )
            for number, sheet, row, cells, values, problems in part
        ]


def _part(import_id: int, *, after: int) -> list[tuple[int, int, int, str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(READ_ROWS, [import_id, after, PART])
        part: list[tuple[int, int, int, str, str, str]] = cursor.fetchall()
        return part


def workers_of(import_id: int) -> list[int]:
    """Return the keys of the workers whom the rows would change, in their order."""
    changed = ImportRow.objects.filter(of=import_id, outcome__in=WRITES).exclude(worker=None)
    keys = changed.order_by("worker").values_list("worker", flat=True).distinct()
    return [key for key in keys if key is not None]


def in_parts(rows: Mapping[int, CheckedRow]) -> Iterator[list[tuple[int, CheckedRow]]]:
    """Yield checked rows in parts, each with its number in the import."""
    rest = iter(rows.items())
    while part := list(islice(rest, PART)):
        yield part


def write_outcomes(import_id: int, rows: Iterable[tuple[int, CheckedRow]]) -> None:
    """Write what a check says of each row, in one statement."""
    said = [
        {
            "number": number,
            "outcome": row.outcome,
            "identity": row.identity,
            "thing": row.key,
            "worker": row.worker,
            "before": row.before,
            "after": row.after,
            "problems": [_as_list(problem) for problem in row.problems],
            "candidates": row.candidates,
        }
        for number, row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_OUTCOMES, [_json(said), import_id])


def write_origins(import_id: int, table: str, rows: Iterable[CheckedRow]) -> None:
    """Write which row wrote what (I8).

    Args:
        table: of the things that the rows are about, unless a row names its own; each row has the key of its own.
    """
    act = ImportedRow.Act
    with connection.cursor() as cursor, cursor.copy(COPY_WRITTEN) as copy:
        for row in rows:
            copy.write_row(
                (
                    import_id,
                    row.draft.sheet,
                    row.draft.number,
                    act.CHANGED if row.before else act.NEW,
                    row.table or table,
                    row.key,
                    row.identity,
                    _json(row.before),
                    _json(row.after),
                    _json(row.kept),
                )
            )


def _as_list(problem: CellProblem) -> list[str]:
    return [problem.column, problem.code, str(problem.sentence), problem.value]


def _json(value: Any) -> str:
    if not value:
        return "{}" if isinstance(value, Mapping) else EMPTY
    return _AS_JSON.encode(value)
