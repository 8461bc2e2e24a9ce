"""Locking workers together with those into whom they were merged (L2), in the order of their keys."""

from collections.abc import Iterable

from django.db import connection

SURVIVORS = """
SELECT merged_into_id FROM learners_learner WHERE id = ANY(%s::bigint[]) AND merged_into_id IS NOT NULL
"""
LOCK = """
SELECT id, compliance_updated_at IS NOT NULL, merged_into_id FROM learners_learner
 WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""


def lock_people(learner_ids: Iterable[int]) -> dict[int, bool]:
    """Lock workers, those into whom they were merged, and the answers of all of them.

    Nothing is loaded here: what a decision is based on is read afterwards. Unknown keys are ignored.

    Returns:
        by key, for everybody who is locked, whether there are answers already.
    """
    assert connection.in_atomic_block, "a lock ends with its transaction"  # noqa: S101  # programming error
    named = set(learner_ids)
    with connection.cursor() as cursor:
        cursor.execute(SURVIVORS, [list(named)])
        wanted = named | {survivor for (survivor,) in cursor.fetchall()}
        while True:
            cursor.execute(LOCK, [list(wanted)])
            rows: list[tuple[int, bool, int | None]] = cursor.fetchall()
            locked = {learner_id: has_answers for learner_id, has_answers, _survivor in rows}
            late = {survivor for *_row, survivor in rows if survivor} - locked.keys()
            if not late:
                return locked
            wanted = locked.keys() | late  # somebody was merged while this waited for the locks
