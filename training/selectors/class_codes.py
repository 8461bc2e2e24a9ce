"""The state of class codes, of the constraint that keeps them unique, and of the sequence of their numbers (K2).

It reads the catalog of the database, so it can be asked before, between and after the migrations that add the
constraint (K3).
"""

from typing import Any

from django.db import connection

from training.policies.class_codes import (
    CONSTRAINT,
    SEQUENCE,
    SEQUENTIAL,
    CodeIndex,
    CodeReport,
    CodeSequence,
    Duplicate,
    problems,
)


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
        problems=problems(**facts),
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


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"form": SEQUENTIAL, "sequence": SEQUENCE, "constraint": CONSTRAINT})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
