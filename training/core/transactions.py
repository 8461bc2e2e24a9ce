"""Transactions of services: who acts, what the database refuses, and which row is locked.

Every service that writes opens `with acting(by):`. Locks are taken in one order everywhere: import, rules, session or
class meeting, courses, trainers, venues, workers by key, programmes by key.

A lock reads one table only (ADR 32). A locking query that has waited for somebody's change sees the new version of the
row that it locks, but everything else as it was when the statement began: joined rows, subqueries and annotations. So
what a row names is loaded by a second statement, when the lock is held. Tests refuse every locking query that reads
more than one table (`tests/locking.py`).
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
    """Open the transaction of a service: its audit events name `by`, and errors of the database become sentences.

    The outermost transaction is durable: what it wrote is stored when it ends. Inside `try_out`, `carry_out` or an
    import it becomes part of theirs.

    Args:
        by: the login that acts; None for what the system does by itself, such as the nightly run.
        outermost: insist on being the outermost one, as services do that ask the evidence store before.

    Raises:
        Refusal: the database refuses something or does not do it in time, including deadlocks.
        RuntimeError: `outermost` inside another transaction, which is a programming error.
    """
    is_outermost = outermost or not connection.in_atomic_block
    with database_refusals(), as_person(by), transaction.atomic(durable=is_outermost):
        yield


def lock_row(rows: QuerySet[Row], pk: Any, *, no_key: bool = False) -> bool:
    """Lock the row of this key until the transaction ends, without loading it.

    Args:
        rows: of one table; conditions on its own columns are checked on the row that is locked.
        no_key: let others go on writing rows that refer to this one.

    Returns:
        whether there is such a row.
    """
    return bool(rows.filter(pk=pk).select_for_update(no_key=no_key).order_by().values_list("pk"))
