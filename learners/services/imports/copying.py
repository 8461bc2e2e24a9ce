"""Many rows at once into the product's own tables: COPY, with every trigger and constraint on.

The application may make no temporary tables, and an INSERT of many thousand rows takes as long to read as to write.
"""

import json
from collections.abc import Sequence

from django.db import connection
from django.db.models import Field, JSONField, Model


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


def copy_in(model: type[Model], rows: Sequence[Model]) -> None:
    """Write rows that have their keys already, or leave the key to the database where none has one; one statement.

    It does no more than COPY: `save()` is not called, and what the database refuses is raised.
    """
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or rows[0].pk is not None]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_value(row, field) for field in fields])


def _value(row: Model, field: "Field[object, object]") -> object:
    value = getattr(row, field.attname)
    return json.dumps(value) if isinstance(field, JSONField) and value is not None else value
