"""Transactions of services: who acts, what the database refuses, and which row is locked.

Every service that writes opens `with acting(by):`. Locks are taken in one order everywhere: import, rules, session or
class meeting, courses, trainers, venues, workers by key, programmes by key.

A locking query that waits for somebody's change goes on with the new version of the row it locks, but with the old
ones of everything else that it has read: PostgreSQL evaluates joins, sub-selects and annotations as they were when the
statement began. What a row names is therefore loaded by a second statement, when the lock is held. The tests refuse
every locking query that reads more than one table (`tests/locking.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from training.core.audit_context import as_person
from training.core.refusals import database_refusals

Row = TypeVar("Row", bound=Model)


@contextmanager
def acting(by: AbstractUser | None, *, outermost: bool = False) -> Iterator[None]:
    """Around what a service writes: one transaction, whose audit events name `by` and whose errors are sentences.

    The outermost one is durable: what it wrote is stored when it ends. Within `try_out`, `carry_out` or an import it
    joins theirs.

    Args:
        by: the login that acts; None for what the system does by itself, such as the nightly run.
        outermost: insist on that, for services that ask the evidence store between two transactions.

    Raises:
        Refusal: what the database refuses or does not do in time, a deadlock included.
        RuntimeError: `outermost` within a transaction; a programming error.
    """
    is_outermost = outermost or not connection.in_atomic_block
    with database_refusals(), as_person(by), transaction.atomic(durable=is_outermost):
        yield


def lock_row(rows: QuerySet[Row], pk: Any, *, no_key: bool = False) -> bool:
    """Lock the row of this key until the transaction ends, and load nothing of it.

    Args:
        rows: of one table; conditions on its own columns hold for the row as it is when the lock is held.
        no_key: let others go on writing rows that refer to it.

    Returns:
        whether there is such a row.
    """
    return bool(rows.filter(pk=pk).select_for_update(no_key=no_key).order_by().values_list("pk"))
