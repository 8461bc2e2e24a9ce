"""Locking rows: the bare row first, then what it names.

A locking query that waits for somebody's change goes on with the new version of the row it locks, but with the old
ones of everything else that it has read: PostgreSQL evaluates joins, sub-selects and annotations as they were when the
statement began. What a row names is therefore loaded by a second statement, when the lock is held. The tests refuse
every locking query that reads more than one table (`tests/locking.py`).
"""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def lock_row(rows: QuerySet[Row], pk: Any, *, no_key: bool = False) -> bool:
    """Lock the row of this key until the transaction ends, and load nothing of it.

    Args:
        rows: of one table; conditions on its own columns hold for the row as it is when the lock is held.
        no_key: let others go on writing rows that refer to it.

    Returns:
        whether there is such a row.
    """
    return bool(rows.filter(pk=pk).select_for_update(no_key=no_key).order_by().values_list("pk"))
