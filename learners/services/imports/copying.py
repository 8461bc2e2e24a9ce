"""Many rows at once into the product's own tables: COPY, with every trigger and constraint on.

The application may make no temporary tables, and an INSERT of many thousand rows takes as long to read as to write.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Model


def reserve_keys(model: type[Model], count: int) -> list[int]:
    """Return the next keys of a table, so that rows can refer to each other before they are written; one statement."""
    if not count:
        return []
    table, key = model._meta.db_table, model._meta.pk
    assert key is not None  # noqa: S101  # every table of ours has one
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, key.column, count]
        )
        return [value for (value,) in cursor.fetchall()]


def copy_in(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows into a table; one statement. It does no more than COPY: what the database refuses is raised.

    Args:
        columns: of the table, the key among them unless the database gives it.
    """
    quote = connection.ops.quote_name
    named = ", ".join(quote(column) for column in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({named}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
