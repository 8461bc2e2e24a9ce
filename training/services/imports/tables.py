"""Writing many rows of a table in one statement, and asking its rules about many rows at once.

Rows go as arrays, one for each column, to `unnest`. COPY would be a little faster, but goes past the wrappers that tell
the database who acts, so that its audit events could name somebody else or nobody; `bulk_update` writes a CASE for each
row, which grows with the square of the rows. The audit and history triggers see one statement (ADR 56).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model

LENGTH = re.compile(r"\(.*\)")  # a cast to varchar(50) would cut silently what the constraint is to refuse

Row = Mapping[str, Any]  # by name of the column in the database


def new_keys(model: type[Model], count: int) -> list[int]:
    """Return keys for new rows, so that rows of one statement can name each other."""
    table, key = model._meta.db_table, column_of(model._meta.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [f'"{table}"', key, count]
        )
        return [number for (number,) in cursor.fetchall()]


def insert_rows(model: type[Model], rows: Sequence[Row]) -> list[int]:
    """Write new rows in one statement, and return their keys in the same order.

    Args:
        rows: all with the same columns. A column that is left out has the model's default. A key that is given is used.
    """
    if not rows:
        return []
    key = column_of(model._meta.pk)
    keys = [row[key] for row in rows] if key in rows[0] else new_keys(model, len(rows))
    fields = [field for field in model._meta.concrete_fields if not field.generated and not field.primary_key]
    columns = [("bigint", key, keys)]
    for field in fields:
        name = column_of(field)
        if name in rows[0]:
            values = [row[name] for row in rows]
        elif not field.has_db_default():
            values = [field.get_default()] * len(rows)
        else:
            continue
        columns.append((_type_of(field), name, values))
    names = ", ".join(f'"{name}"' for _type, name, _values in columns)
    arrays = ", ".join(f"%s::{kind}[]" for kind, _name, _values in columns)
    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT * FROM unnest({arrays})'  # noqa: S608  # names of our own
    with connection.cursor() as cursor:
        cursor.execute(statement, [values for _type, _name, values in columns])
    return keys


def update_rows(model: type[Model], rows: Sequence[Row], columns: Collection[str]) -> None:
    """Give locked rows other values, in one statement.

    Args:
        rows: each with its key and the value of every one of these columns, be it the one that it has already.
        columns: that are written.
    """
    if not rows:
        return
    key = column_of(model._meta.pk)
    by_column = {column_of(field): field for field in model._meta.concrete_fields}
    written = sorted(columns)
    named = [key, *written]
    said = ", ".join(f'"{name}"' for name in named)
    values = ", ".join(f'"{name}" = said."{name}"' for name in written)
    arrays = ", ".join(f"%s::{'bigint' if name == key else _type_of(by_column[name])}[]" for name in named)
    statement = f"""
        UPDATE "{model._meta.db_table}" stored SET {values}
          FROM unnest({arrays}) said ({said}) WHERE stored."{key}" = said."{key}"
        """  # noqa: S608  # names of our own
    with connection.cursor() as cursor:
        cursor.execute(statement, [[row[name] for row in rows] for name in named])


def delete_rows(model: type[Model], keys: Collection[int], *, by: str = "") -> None:
    """Delete rows in one statement; the database refuses those that something else refers to.

    Args:
        by: the column that has these keys, if it is not the key of the table.
    """
    column = by or column_of(model._meta.pk)
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE "{column}" = ANY(%s)', [list(keys)])  # noqa: S608  # names of our own


def column_of(field: "Field[Any, Any]") -> str:
    """Return the name of the column of a field that has one."""
    assert field.column is not None, "a concrete field has a column"  # noqa: S101  # programming error
    return field.column


def defaults_of(model: type[Model]) -> dict[str, Any]:
    """Return what the model writes into each column of a new row that nobody says anything of."""
    fields = [each for each in model._meta.concrete_fields if not each.generated and not each.primary_key]
    return {column_of(each): each.get_default() for each in fields}


def _type_of(field: "Field[Any, Any]") -> str:
    kind = field.db_type(connection)
    assert kind is not None, "a column has a type"  # noqa: S101  # programming error
    return LENGTH.sub("", kind)


CONSTRAINTS = """
SELECT conname, pg_get_expr(conbin, conrelid),
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey) ORDER BY attnum)
  FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c' ORDER BY conname
"""
COLUMNS = """
SELECT attname, format_type(atttypid, NULL), CASE WHEN attgenerated <> '' THEN pg_get_expr(adbin, adrelid) END
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


class TableRules:
    """The constraints of a table, asked about many rows before they are written: all refusals at once (I5).

    What is asked is what the database itself keeps, read from its catalogue, and it answers in the words of the model,
    as `check_fields` does for one row. So there is no second wording of any of these rules.
    """

    def __init__(self, model: type[Model], *, told: Collection[str] = ()) -> None:
        """Read the constraints, and the columns of which they speak.

        Args:
            told: columns that the database makes of others, and that rows bring along, for they have been made in
                Python already.
        """
        words = {each.name: each for each in model._meta.constraints}
        with connection.cursor() as cursor:
            cursor.execute(CONSTRAINTS, [f'"{model._meta.db_table}"'])
            found = [row for row in cursor.fetchall() if row[0] in words]
            cursor.execute(COLUMNS, [f'"{model._meta.db_table}"'])
            columns = {name: (kind, text) for name, kind, text in cursor.fetchall()}
        spoken_of = {name for _name, _expression, names in found for name in names}
        texts = {name: columns[name][1] for name in sorted(spoken_of) if columns[name][1] is not None}
        made_of = {each: [name for name in columns if re.search(rf"\b{name}\b", text)] for each, text in texts.items()}
        # Columns that the database makes of others are made here in the same way, but for those that rows bring along.
        made = {name: text for name, text in texts.items() if name not in told}
        sources = {name for each in made for name in made_of[each]}
        self._constraints = {
            name: (words[name], [source for each in names for source in made_of.get(each, [each])])
            for name, _expression, names in found
        }
        self._columns = sorted((spoken_of - made.keys()) | (sources - made.keys()))
        arrays = ", ".join(f"%s::{columns[name][0]}[]" for name in self._columns)
        names = ", ".join(f'"{name}"' for name in self._columns)
        makes = ", ".join(f'{_no_placeholder(text)} AS "{name}"' for name, text in made.items()) or "1 AS nothing_made"
        holds = ", ".join(f"('{name}', {_no_placeholder(text)})" for name, text, _names in found)
        self._statement = f"""
            SELECT place, rule.name FROM unnest({arrays}) WITH ORDINALITY AS said ({names}, place)
             CROSS JOIN LATERAL (SELECT {makes}) AS made
             CROSS JOIN LATERAL (VALUES {holds}) AS rule (name, holds) WHERE NOT rule.holds
             ORDER BY place, rule.name
            """  # noqa: S608  # names and expressions of the catalogue
        self._has_any = bool(found)

    def broken(self, rows: Sequence[Row]) -> Mapping[int, list[tuple[str, str, Sequence[str]]]]:
        """Return which rules rows would break, in one query.

        Args:
            rows: by column the value as it would be written; a column that is left out is taken for empty.

        Returns:
            by index of the row: name of each constraint, its sentence, and the columns of which it speaks.
        """
        broken: dict[int, list[tuple[str, str, Sequence[str]]]] = {}
        if rows and self._has_any:
            with connection.cursor() as cursor:
                cursor.execute(self._statement, [[row.get(name) for row in rows] for name in self._columns])
                for place, name in cursor.fetchall():
                    constraint, columns = self._constraints[name]
                    sentence = str(constraint.get_violation_error_message())
                    broken.setdefault(place - 1, []).append((name, sentence, columns))
        return broken


def _no_placeholder(expression: str) -> str:
    """Return an expression of the catalogue in which a per cent sign stands for nothing else."""
    return expression.replace("%", "%%")
