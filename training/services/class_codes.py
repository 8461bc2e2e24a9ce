"""Giving out class codes: the client's prefix and the next number of the sequence `class_code_seq` (K1)."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Func, TextField, Value
from django.db.models.functions import Concat

from training.policies.class_codes import SEQUENCE, SEQUENTIAL

AT_LEAST_FOUR_DIGITS = f"FM{'9' * 15}0000"


def next_code(prefix: str) -> Concat:
    """Return the expression of a new code such as ABC1001, for the INSERT or UPDATE that gives it to one class.

    The sequence gives out every number once, however many ask at the same moment. A number is lost if its transaction
    is rolled back. Since the statement also needs the table, it waits for whoever holds `lock_codes`.
    """
    number = Func(Value(SEQUENCE), function="nextval")
    at_least_four_digits = Func(number, Value(AT_LEAST_FOUR_DIGITS), function="to_char", output_field=TextField())
    return Concat(Value(prefix), at_least_four_digits, output_field=TextField())


def next_codes(prefixes: Sequence[str]) -> list[str]:
    """Return new codes such as ABC1001, one for each prefix, in one query. The caller holds `lock_codes`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT prefix || to_char(nextval(%s), %s) FROM unnest(%s::text[]) WITH ORDINALITY AS said (prefix, place)
             ORDER BY place
            """,
            [SEQUENCE, AT_LEAST_FOUR_DIGITS, list(prefixes)],
        )
        return [code for (code,) in cursor.fetchall()]


def lock_codes() -> None:
    """Make everybody else who gives out codes wait until the transaction ends; readers do not wait."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE classes IN SHARE ROW EXCLUSIVE MODE")


def move_sequence_past() -> int | None:
    """Move the sequence past the numbers of all codes of its form (K2); it is never moved back.

    The caller holds `lock_codes`. The move stays even if the transaction is rolled back.

    Returns:
        the number after which the sequence goes on now; None where it did not have to be moved.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT setval(%(sequence)s, highest)
              FROM (SELECT max(substr(class_code, 4)::bigint) AS highest FROM classes WHERE class_code ~ %(form)s) codes
             WHERE highest >= coalesce(pg_sequence_last_value(%(sequence)s::regclass) + 1,
                                       (SELECT seqstart FROM pg_sequence WHERE seqrelid = %(sequence)s::regclass))
            """,
            {"sequence": SEQUENCE, "form": SEQUENTIAL},
        )
        moved = cursor.fetchone()
    return moved[0] if moved else None
