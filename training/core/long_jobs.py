"""Time for commands and nightly runs over the whole site, which may take longer than a page."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

MORE_TIME = {
    "lock_timeout": "60s",
    "statement_timeout": "15min",
    "idle_in_transaction_session_timeout": "15min",
}


def take_time() -> None:
    """Give this transaction longer limits for waiting and working than a page has (`config.database_limits`)."""
    assert connection.in_atomic_block or not connection.get_autocommit(), "it ends with the transaction"  # noqa: S101  # programming error
    with connection.cursor() as cursor:
        for name, value in MORE_TIME.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


@contextmanager
def planned_for_many() -> Iterator[None]:
    """Let statements inside be planned without nested loops, as for many rows (ADR 25), in a transaction.

    The planner knows what tables held when statistics were last made. Of rows that came since it knows nothing: a join
    of 4,000 new workers to their badges went through each pair, 12 seconds instead of 0.1.
    """
    with transaction.atomic(savepoint=False):
        before = _use_nested_loops("off")
        yield
        _use_nested_loops(before)


def _use_nested_loops(setting: str) -> str:
    """Set whether nested loops are planned, and return what was set before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_nestloop'), set_config('enable_nestloop', %s, true)", [setting])
        before: str
        (before, _now) = cursor.fetchone()
    return before


@contextmanager
def without_collecting() -> Iterator[None]:
    """Let Python not look for cycles inside, where hundreds of thousands of objects are made that all stay.

    It would go through all of them again and again, which takes a tenth of the time and grows faster than the objects.
    Whatever is in no cycle is freed as ever.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
