"""What the undoing of all kinds shares (I8): what somebody has changed since, what else names it, what goes back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import CASCADE, PROTECT, ManyToOneRel, Model
from django.utils.translation import gettext as _

from training.services.imports.contract import NOTHING_GONE, Gone, UndoAct, UndoneRow, WrittenRow
from training.services.imports.tables import Row, column_of, update_rows

BEFORE, AFTER = "before", "after"  # in `WrittenRow.kept`: by column of the table

Rows = Mapping[int, Row]  # of a table, by key


def keep(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a change, by column of the table, for `CheckedRow.kept`.

    Args:
        before: the row as it was, with other columns too.
        after: what is written.
    """
    return {
        BEFORE: {column: as_kept(before[column]) for column in after},
        AFTER: {column: as_kept(value) for column, value in after.items()},
    }


def as_kept(value: Any) -> Any:
    """Return a value of a column as JSON keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def rows_now(model: type[Model], keys: Iterable[int]) -> dict[int, Row]:
    """Return rows as they are now, by key and column, in one query."""
    table, key = model._meta.db_table, column_of(model._meta.pk)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" WHERE "{key}" = ANY(%s)', [list(keys)])  # noqa: S608  # names of our own
        columns = [each.name for each in cursor.description]
        return {row[key]: row for row in (dict(zip(columns, each, strict=True)) for each in cursor.fetchall())}


def why_left(row: WrittenRow, now: Row | None) -> str:
    """Return why something cannot be taken back whatever else names it: it has gone, or somebody has changed it since.

    Of a changed thing only what the import changed has to be as it was written.
    """
    if now is None:
        return _("It is not there any more.")
    if AFTER in row.kept:
        is_changed = any(as_kept(now[column]) != value for column, value in row.kept[AFTER].items())
    else:
        is_changed = not row.before and now["updated_at"] != row.at
    return _("Somebody has changed it since.") if is_changed else ""


WITHDRAWN = """
SELECT row.key FROM training_importedrow row
  JOIN training_import one ON one.id = row.of_id
  JOIN "{table}" thing ON thing."{key}" = row.key
 WHERE row."table" = '{table}' AND row.act = 'new' AND one.state = 'UNDONE' AND thing.updated_at = one.undone_at
"""


def withdrawn(model: type[Model], keys: Collection[int] | None = None) -> set[int]:
    """Return what an import had brought that was undone, and that nobody has touched since, in one query.

    A file that is mended and comes again makes it active again.

    Args:
        keys: of those that are asked about; None for all of the table.
    """
    statement = WITHDRAWN.format(table=model._meta.db_table, key=column_of(model._meta.pk))
    with connection.cursor() as cursor:
        if keys is None:
            cursor.execute(statement)
        else:
            cursor.execute(f"{statement} AND row.key = ANY(%s)", [list(keys)])
        return {key for (key,) in cursor.fetchall()}


def put_back(model: type[Model], rows: Sequence[WrittenRow], now: Rows, *, stamp: Mapping[str, Any]) -> None:
    """Give things back what they had before the import, in one statement.

    Args:
        now: the rows as they are.
        stamp: who does it and when, and what else is written, by column.
    """
    fields = {column_of(field): field for field in model._meta.concrete_fields}
    written: dict[int, dict[str, Any]] = {}
    columns = set(stamp)
    for row in rows:
        before = row.kept.get(BEFORE, {})
        if before:
            columns |= before.keys()
            back = {column: fields[column].to_python(value) for column, value in before.items()}
            written[row.key] = {**written.get(row.key, now[row.key]), **back, **stamp}
    update_rows(model, list(written.values()), columns)


def why_taken(model: type[Model], rows: Sequence[WrittenRow]) -> dict[int, str]:
    """Return by key which things cannot have back what is unique, because something else has it since."""
    found: dict[int, str] = {}
    going_back = [row.key for row in rows if row.kept.get(BEFORE)]
    table, key = model._meta.db_table, column_of(model._meta.pk)
    for field in model._meta.concrete_fields:
        column = column_of(field)
        wanted = {value: row.key for row in rows if (value := row.kept.get(BEFORE, {}).get(column)) not in (None, "")}
        if not wanted or not field.unique:
            continue
        statement = f'SELECT "{column}" FROM "{table}" WHERE "{column}" = ANY(%s) AND NOT ("{key}" = ANY(%s))'  # noqa: S608  # names of our own
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(wanted), going_back])
            taken = [value for (value,) in cursor.fetchall()]
        for value in taken:
            found[wanted[value]] = _("%(value)s, which it had before, is something else's now.") % {"value": value}
    return found


def named_by(
    model: type[Model],
    keys: Collection[int],
    *,
    but: Collection[str] = (),
    gone: Gone = NOTHING_GONE,
) -> dict[int, str]:
    """Return what else names things, in words, by key; one query for each table that can name them.

    What is derived does not count, nor does history. Things of the same table that are among `keys` count only if they
    stay themselves because something else names them.

    Args:
        but: tables that do not count.
        gone: by table, rows that do not count.
    """
    own = model._meta.db_table
    found: dict[int, set[str]] = defaultdict(set)
    inside: list[tuple[int, int, str]] = []  # a thing of these, another of these that names it, and as what
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel) or relation.on_delete not in {PROTECT, CASCADE}:
            continue
        namer: type[Model] = relation.related_model
        table = namer._meta.db_table
        is_kept_by_the_database = relation.field.db_constraint  # type: ignore[attr-defined]  # of every foreign key
        if not is_kept_by_the_database or table in but or getattr(namer, "is_derived", False):
            continue
        words = str(namer._meta.verbose_name_plural)
        for key, other in _naming(namer, relation.field, keys, gone.get(table, ())):
            if table == own and other in keys:
                inside.append((key, other, words))
            else:
                found[key].add(words)
    while late := [(key, words) for key, namer, words in inside if namer in found and words not in found.get(key, ())]:
        for key, words in late:
            found[key].add(words)
    return {
        key: _("Something else names it: %(what)s.") % {"what": ", ".join(sorted(each))} for key, each in found.items()
    }


def _naming(namer: Any, field: Any, keys: Collection[int], gone: Collection[int]) -> list[tuple[int, int]]:
    column, key = column_of(field), column_of(namer._meta.pk)
    statement = f"""
        SELECT DISTINCT ON ("{column}") "{column}", "{key}" FROM "{namer._meta.db_table}"
         WHERE "{column}" = ANY(%s) AND NOT ("{key}" = ANY(%s))
    """  # noqa: S608  # names of our own
    if namer is field.related_model:
        statement = statement.replace(f'DISTINCT ON ("{column}")', "")
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(keys), list(gone)])
        found: list[tuple[int, int]] = cursor.fetchall()
    return found


def told(
    rows: Sequence[WrittenRow],
    left: Mapping[int, str],
    acts: Mapping[int, UndoAct],
    *,
    otherwise: UndoAct = UndoAct.BACK,
) -> list[UndoneRow]:
    """Return what became of each row.

    Args:
        left: by place of the row, why it is left as it is.
        acts: by place, what was done; `otherwise` where it is not there.
    """
    return [
        UndoneRow(row, UndoAct.LEFT, left[place]) if place in left else UndoneRow(row, acts.get(place, otherwise))
        for place, row in enumerate(rows)
    ]


def reasons_left(model: type[Model], rows: Sequence[WrittenRow], now: Rows) -> dict[int, str]:
    """Return by place of the row why it is left as it is, as `why_left` and `why_taken` say it."""
    left = {place: why for place, row in enumerate(rows) if (why := why_left(row, now.get(row.key)))}
    taken = why_taken(model, [row for place, row in enumerate(rows) if place not in left])
    return {place: taken[row.key] for place, row in enumerate(rows) if row.key in taken} | left


def new_and_left_alone(rows: Sequence[WrittenRow], left: Mapping[int, str]) -> dict[int, int]:
    """Return the place of each row that brought something new which is not left as it is, by key of the thing."""
    return {row.key: place for place, row in enumerate(rows) if not row.before and place not in left}


def stamped(*, by: Any, now: datetime) -> dict[str, Any]:
    """Return who changes rows and when, by column."""
    return {"updated_at": now, "updated_by_id": by.pk}
