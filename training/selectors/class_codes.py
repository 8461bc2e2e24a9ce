"""The state of the class codes, of what keeps them unique and of the sequence that makes them (K2).

Reads the catalog, so that it answers before, between and after the migrations that bring the constraint (K3).
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from training.models import TrainingClass

SEQUENCE = "class_code_seq"
# The numbers of codes of this form are the sequence's; other codes, such as KUD021916-1, never move it (K2).
SEQUENTIAL = r"^[A-Z]{3}[0-9]{4,9}$"
CONSTRAINT = "class_code_unique"


@dataclass(frozen=True)
class Duplicate:
    """A code that several classes have."""

    code: str
    class_ids: list[int]


@dataclass(frozen=True)
class CodeIndex:
    """An index of the column; partial ones cover some rows only."""

    name: str
    is_unique: bool
    is_valid: bool
    is_partial: bool


@dataclass(frozen=True)
class CodeSequence:
    """The sequence as it stands; `next_number` is the one that it hands out next."""

    type: str
    start: int
    increment: int
    minimum: int
    cache: int
    cycles: bool
    owned_by: str | None
    next_number: int


@dataclass(frozen=True)
class CodeReport:
    """What there is to know about class codes.

    Attributes:
        empty: classes whose code is nothing but blanks.
        highest_number: the highest number among codes of the sequence's own form.
        problems: what a person must decide, in sentences; empty where all is well.
    """

    classes: int
    without_code: int
    sequential: int
    other: int
    empty: list[int]
    duplicates: list[Duplicate]
    highest_number: int | None
    indexes: list[CodeIndex]
    has_constraint: bool
    sequence: CodeSequence | None
    problems: list[str]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def class_code_report() -> CodeReport:
    """Return the state of the class codes, and what is wrong with it."""
    classes, without_code, sequential, other, highest = _rows(
        """
        SELECT count(*), count(*) FILTER (WHERE class_code IS NULL), count(*) FILTER (WHERE class_code ~ %(form)s),
               count(*) FILTER (WHERE class_code !~ %(form)s AND btrim(class_code) <> ''),
               max(substr(class_code, 4)::bigint) FILTER (WHERE class_code ~ %(form)s)
          FROM classes
        """
    )[0]
    empty = [pk for (pk,) in _rows("SELECT class_id FROM classes WHERE btrim(class_code) = '' ORDER BY class_id")]
    duplicates = _rows(
        """SELECT class_code, array_agg(class_id ORDER BY class_id) FROM classes WHERE btrim(class_code) <> ''
            GROUP BY class_code HAVING count(*) > 1 ORDER BY class_code"""
    )
    indexes = _rows(
        """SELECT c.relname, i.indisunique, i.indisvalid, i.indpred IS NOT NULL
             FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::int2[])
            WHERE i.indrelid = 'classes'::regclass AND a.attname = 'class_code' ORDER BY c.relname"""
    )
    constraint = _rows(
        "SELECT FROM pg_constraint WHERE conrelid = 'classes'::regclass AND conname = %(constraint)s AND contype = 'u'"
    )
    facts: dict[str, Any] = {
        "empty": empty,
        "duplicates": [Duplicate(*row) for row in duplicates],
        "highest_number": highest,
        "indexes": [CodeIndex(*row) for row in indexes],
        "has_constraint": bool(constraint),
        "sequence": _sequence(),
    }
    return CodeReport(
        classes=classes,
        without_code=without_code,
        sequential=sequential,
        other=other,
        **facts,
        problems=_problems(**facts),
    )


def _sequence() -> CodeSequence | None:
    found = _rows(
        """
        SELECT format_type(seqtypid, NULL), seqstart, seqincrement, seqmin, seqcache, seqcycle,
               (SELECT owner.relname || '.' || attname
                  FROM pg_depend JOIN pg_class owner ON owner.oid = refobjid
                  JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
                 WHERE pg_depend.objid = seqrelid AND deptype = 'a'),
               coalesce(pg_sequence_last_value(seqrelid::regclass) + seqincrement, seqstart)
          FROM pg_sequence WHERE seqrelid = to_regclass(%(sequence)s)
        """
    )
    return CodeSequence(*found[0]) if found else None


def _problems(
    *,
    empty: list[int],
    duplicates: list[Duplicate],
    highest_number: int | None,
    indexes: list[CodeIndex],
    has_constraint: bool,
    sequence: CodeSequence | None,
) -> list[str]:
    problems = [
        f"Code {each.code} belongs to classes {', '.join(map(str, each.class_ids))}. Give each its own."
        for each in duplicates
    ]
    if empty:
        keys = ", ".join(map(str, empty))
        remedy = f"UPDATE classes SET class_code = NULL WHERE class_id IN ({keys})"  # noqa: S608  # told, not run
        problems.append(f"The code of classes {keys} is empty. Give them one, or remove it: {remedy}")
    problems += [
        f"Index {each.name} is not valid: its build failed. Run migrate; it is built anew."
        for each in indexes
        if not each.is_valid
    ]
    if not has_constraint:
        problems.append(f"Constraint {CONSTRAINT} is missing. Run migrate.")
    if sequence is None:
        return [*problems, f"Sequence {SEQUENCE} is missing. Run migrate."]
    settled = (sequence.type, sequence.increment, sequence.cache, sequence.cycles, sequence.owned_by)
    if settled != ("bigint", 1, 1, False, f"{TrainingClass._meta.db_table}.class_code"):
        problems.append(
            f"Sequence {SEQUENCE} is not as migrations made it: bigint, increment 1, cache 1, no cycle, owned by "
            "classes.class_code."
        )
    if highest_number is not None and sequence.next_number <= highest_number:
        problems.append(
            f"The next number of {SEQUENCE} is {sequence.next_number}, and there is a code with {highest_number} "
            f"already. Move it: SELECT setval('{SEQUENCE}', {highest_number})"
        )
    return problems


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"form": SEQUENTIAL, "sequence": SEQUENCE, "constraint": CONSTRAINT})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
