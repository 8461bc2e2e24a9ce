"""The one way past the triggers that keep rows as they were: as the owner of the tables, for one transaction (T6).

The triggers are switched off by ALTER TABLE, which PostgreSQL lets nobody do but the owner of a table. The
application's role is not the owner and cannot become it, so no setting, function or row opens this way to it. The lock
of ALTER TABLE keeps everybody else from writing these tables until the transaction ends; so nobody slips through.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

LOCK_SECONDS = 10

NOT_MINE = """
    SELECT count(*) FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT pg_has_role(current_user, c.relowner, 'USAGE')
"""
GUARDED = """
    SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s) ORDER BY 1
"""


class NotTheOwner(Exception):  # noqa: N818  # a refusal, in words for the operator
    """Whoever asks is not the owner of the tables; nothing was changed."""


def check_is_owner() -> None:
    """Refuse whoever does not own the tables.

    Raises:
        NotTheOwner: this role of the database owns not all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(NOT_MINE)
        (foreign,) = cursor.fetchone()
    if foreign:
        raise NotTheOwner(
            "Erasing is done by the owner of the tables: run this command with the DATABASE_URL that `migrate` has. "
            "Nothing was erased."
        )


@contextmanager
def past_the_triggers(tables: Collection[str]) -> Iterator[CursorWrapper]:
    """Open a transaction in which the triggers of tables are off, and on again before it ends.

    Args:
        tables: those that are written; nobody else writes them until the transaction has ended.

    Raises:
        NotTheOwner: as `check_is_owner`.
        OperationalError: somebody else is at work on one of the tables for longer than we wait.
    """
    check_is_owner()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; SET LOCAL statement_timeout = 0")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(GUARDED, [sorted(tables)])
        guarded = [sql.Identifier(table) for (table,) in cursor.fetchall()]
        for table in guarded:
            cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        yield cursor
        for table in guarded:
            cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
