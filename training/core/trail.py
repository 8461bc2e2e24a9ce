"""The audit trail as people read it: who, when, what before and after, from where.

Reads the event tables that django-pghistory fills (one per audited model, `training.core.audited.audited`), and logs
that are their own history, such as opened evidence. One statement finds the lines of a page; its SQL is written by
hand in `_lines`, because no queryset unites tables of different columns with each row's predecessor.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import connection, models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.options import Options
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from pghistory.models import Context

from training.core.kinds import Door, EventKind
from training.core.names_then import NamesThen
from training.core.words import NOTHING, day, moment

PAGE_SIZE = 50
CURSOR_SEPARATOR = "~"

CHANGES = (EventKind.UPDATE, EventKind.PASSWORD)  # the row was there before and is still there
# What one person did, by the index `context_user` of the contexts.
IN_CONTEXTS_OF = "pgh_context_id IN (SELECT id FROM pghistory_context WHERE metadata ->> 'user' = %s)"
# Fields that say something about the row and nothing about what it stands for.
BOOKKEEPING = {"id", "created_at", "created_by", "updated_at", "updated_by", "version", "last_line", "sort_key"}


@dataclass(frozen=True, kw_only=True)
class Source:
    """The events of one table that belong to a trail.

    Args:
        model: an audited model, or with `at` and `who` an append-only log whose rows are the events themselves.
        ids: values that select the rows; None for all rows.
        by: the field that holds these values; by default the key of the row.
        subject: the field whose value names the row in a line, such as the course of a compliance item; "pk" for the
            row itself, where its thing is not known from the page.
        fields: names of the fields that lines tell; by default every field but bookkeeping.
        without: names of fields that lines leave out of those.
        at: of a log, the field with the time.
        who: of a log, the field with the person.
    """

    model: type[models.Model]
    ids: Collection[int] | None
    by: str = "pk"
    subject: str = ""
    fields: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    at: str = ""
    who: str = ""

    @property
    def is_log(self) -> bool:
        return bool(self.at)


@dataclass(frozen=True, kw_only=True)
class Only:
    """Which lines of a trail are wanted.

    Args:
        person: the key of the login that did it; None for anybody.
        since: the moment from which on.
        until: the moment before which.
    """

    person: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


EVERYTHING = Only()


@dataclass(frozen=True)
class Change:
    """The change of one field, in words; `before` is empty where there was no row before."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One line of the trail.

    Attributes:
        door: what the change came through, in words: a page, the API, a token, Admin, a command, the database itself.
        path, address: from where it came, as far as that is known.
    """

    at: dt.datetime
    action: EventKind
    title: str
    changes: Sequence[Change]
    who: str
    door: str
    path: str
    address: str


@dataclass(frozen=True)
class Trail:
    """A page of the trail, newest first; `following` is the cursor of the next page, empty on the last."""

    entries: Sequence[Entry]
    following: str


@dataclass(frozen=True)
class _Line:
    """A line as the statement returns it, with the values of columns and not yet in words."""

    source: Source
    cursor: str
    at: dt.datetime
    action: EventKind
    row: dict[str, Any]
    previous: dict[str, Any]
    context: dict[str, Any]

    @property
    def row_key(self) -> int:
        """The key of the row that the line is about."""
        return int(self.row[_column(self.source.model._meta, "pk") if self.source.is_log else "pgh_obj_id"])

    @property
    def person(self) -> int | None:
        """The key of the login that made the change; None where it is not known."""
        if self.source.is_log:
            return self.row.get(_column(self.source.model._meta, self.source.who))
        return self.context.get("user")


def trail(sources: Sequence[Source], *, after: str = "", size: int = PAGE_SIZE, only: Only = EVERYTHING) -> Trail:
    """Return one page of what happened to the rows of `sources`, newest first.

    A change of fields that are not told, such as bookkeeping alone, has no line, so that a page can have fewer lines
    than `size`. The number of queries depends on how many kinds of things the lines name, not on the number of lines.

    Args:
        after: cursor of the page before; an empty or unknown one starts with the newest line.
        size: the largest number of lines on a page.
        only: which lines are wanted.
    """
    lines = _lines(sources, after=after, limit=size + 1, only=only)
    shown = lines[:size]
    names = _NamesOfRows(shown)
    entries = [_entry(line, names) for line in shown]
    told = [entry for entry in entries if entry.changes or entry.action != EventKind.UPDATE]
    return Trail(told, shown[-1].cursor if len(lines) > size else "")


def count_lines(sources: Sequence[Source], *, only: Only = EVERYTHING) -> int:
    """Return how many lines the trail of `sources` has at most: events without a line count too."""
    return sum(_events(source, only).count() for source in sources)


def _events(source: Source, only: Only) -> models.QuerySet[Any]:
    model: Any = source.model if source.is_log else source.model.pgh_event_model  # type: ignore[attr-defined]  # as below
    rows: models.QuerySet[Any] = model._base_manager.all()
    at = source.at or "pgh_created_at"
    if source.ids is not None:
        rows = rows.filter(**{f"{_key_of_events(source)}__in": list(source.ids)})
    if only.since is not None:
        rows = rows.filter(**{f"{at}__gte": only.since})
    if only.until is not None:
        rows = rows.filter(**{f"{at}__lt": only.until})
    if only.person is not None:
        rows = rows.filter(**({source.who: only.person} if source.is_log else {"pgh_context__in": _contexts_of(only)}))
    return rows


def _contexts_of(only: Only) -> models.QuerySet[Any]:
    contexts: Any = Context.objects
    acting = contexts.annotate(acting=KeyTextTransform("user", "metadata")).filter(acting=str(only.person))
    return acting.values("pk")  # type: ignore[no-any-return]  # pghistory has no types


def _key_of_events(source: Source) -> str:
    return "pgh_obj" if source.by == "pk" and not source.is_log else source.by


# Finding the lines


def _lines(sources: Sequence[Source], *, after: str, limit: int, only: Only = EVERYTHING) -> list[_Line]:
    """Return the newest lines after the cursor, each with the row after and before the change.

    Of lines of the same moment, those of the last source come first.
    """
    cursor = _parsed(after)
    branches: list[str] = []
    parameters: list[Any] = []
    for number, source in enumerate(sources):
        if source.ids is None or source.ids:
            branch, values = _branch(source, number, cursor=cursor, only=only)
            branches.append(f"({branch})")
            parameters += [*values, limit]
    if not branches:
        return []
    statement = f"""
        SELECT found.source, found.event, found.at, found.action, found.row, found.previous, context.metadata
          FROM ({" UNION ALL ".join(branches)}) found
          LEFT JOIN pghistory_context context ON context.id = found.context
         ORDER BY found.at DESC, found.source DESC, found.event DESC
         LIMIT %s
    """  # noqa: S608  # table and column names come from the models, values are parameters
    with connection.cursor() as database:
        database.execute(statement, [*parameters, limit])
        rows = database.fetchall()
    return [
        _Line(
            source=sources[number],
            cursor=CURSOR_SEPARATOR.join((at.isoformat(), str(number), str(event))),
            at=at,
            action=EventKind(action),
            row=json.loads(row),
            previous=json.loads(previous or "{}"),
            context=json.loads(context or "{}"),
        )
        for number, event, at, action, row, previous, context in rows
    ]


def _branch(
    source: Source, number: int, *, cursor: tuple[dt.datetime, int, int] | None, only: Only
) -> tuple[str, list[Any]]:
    """Return the SELECT of one source and its parameters, without the last one, which is the limit."""
    quote = connection.ops.quote_name
    if source.is_log:
        options = source.model._meta
        key, at = quote(_column(options, "pk")), quote(_column(options, source.at))
        action, previous, context = f"'{EventKind.INSERT}'", "NULL::jsonb", "NULL::uuid"
    else:
        options = source.model.pgh_event_model._meta  # type: ignore[attr-defined]  # set by pghistory
        key, at = "pgh_id", "pgh_created_at"
        action, context = "event.pgh_label", "event.pgh_context_id"
        previous = f"""(SELECT to_jsonb(earlier) FROM {quote(options.db_table)} earlier
                         WHERE earlier.pgh_obj_id = event.pgh_obj_id AND earlier.pgh_id < event.pgh_id
                         ORDER BY earlier.pgh_id DESC LIMIT 1)"""  # noqa: S608  # as in _lines
    conditions, values = ["true"], list[Any]()
    if source.ids is not None:
        by = "pgh_obj_id" if source.by == "pk" and not source.is_log else _column(options, source.by)
        conditions.append(f"{quote(by)} = ANY(%s)")
        values.append(list(source.ids))
    if only.since is not None:
        conditions.append(f"{at} >= %s")
        values.append(only.since)
    if only.until is not None:
        conditions.append(f"{at} < %s")
        values.append(only.until)
    if only.person is not None:
        conditions.append(f"{quote(_column(options, source.who))} = %s" if source.is_log else IN_CONTEXTS_OF)
        values.append(only.person if source.is_log else str(only.person))
    if cursor is not None:
        # The first part says the same as the second, and is what the index over the time is searched by.
        conditions.append(f"{at} <= %s AND ({at}, {number}, {key}) < (%s, %s, %s)")
        values += [cursor[0], *cursor]
    statement = f"""
        SELECT {number} AS source, event.{key} AS event, event.{at} AS at, {action} AS action,
               to_jsonb(event) AS row, {previous} AS previous, {context} AS context
          FROM (SELECT * FROM {quote(options.db_table)} WHERE {" AND ".join(conditions)}
                 ORDER BY {at} DESC, {key} DESC LIMIT %s) event
    """  # noqa: S608  # as in _lines
    return statement, values


def _column(options: Options, name: str) -> str:
    field = options.pk if name == "pk" else options.get_field(name)
    return str(field.column)  # type: ignore[union-attr]  # the fields that sources name have one


def _parsed(cursor: str) -> tuple[dt.datetime, int, int] | None:
    """Return the parts of a cursor; None if it is empty or not of this form."""
    try:
        at, number, event = cursor.split(CURSOR_SEPARATOR)
        when = dt.datetime.fromisoformat(at)
        return (when, int(number), int(event)) if when.tzinfo else None
    except ValueError:
        return None


# Telling them in words


class _NamesOfRows:
    """The names of the things that lines refer to, read with one query for each kind of thing.

    Logins have the name that they had when it happened.
    """

    def __init__(self, lines: Iterable[_Line]) -> None:
        wanted: dict[type[models.Model], set[int]] = defaultdict(set)
        for line in lines:
            if line.person is not None and "name" not in line.context:
                wanted[User].add(line.person)
            if line.source.subject == "pk":
                wanted[line.source.model].add(line.row_key)
            for field in _told(line.source):
                if isinstance(field, models.ForeignKey):
                    found = (row.get(field.column) for row in (line.row, line.previous))
                    wanted[field.related_model] |= {key for key in found if key is not None}
        self._people = NamesThen(wanted.pop(User, set()))
        self._rows = {model: _rows(model).in_bulk(keys) for model, keys in wanted.items() if keys}

    def of(self, model: type[models.Model], key: int, *, at: dt.datetime) -> str:
        """Return the name of a row, and of a login its name at that moment; the number of the row if it is gone."""
        if model is User:
            name = self._people.at(key, at)
        else:
            row = self._rows[model].get(key)
            name = None if row is None else str(row)
        return _("no. %(number)s (removed since)") % {"number": key} if name is None else name

    def who(self, line: _Line) -> str:
        """Return the name of whoever did it: as the event says, else as the login was called then."""
        if line.person is None:
            return _("System")
        return line.context.get("name") or self.of(User, line.person, at=line.at)


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model._base_manager.all()
    return rows.select_related("content_type") if model is Permission else rows  # its name has that of the thing


def _entry(line: _Line, names: _NamesOfRows) -> Entry:
    source = line.source
    thing = str(source.model._meta.verbose_name)
    if source.subject == "pk":
        thing = f"{thing} {names.of(source.model, line.row_key, at=line.at)}"
    elif source.subject:
        thing = f"{thing} {_in_words(source.model._meta.get_field(source.subject), line, line.row, names)}"
    if not source.is_log:
        sentences = {
            EventKind.KNOWN: _("%(thing)s as it was when recording began"),
            EventKind.INSERT: _("%(thing)s added"),
            EventKind.UPDATE: _("%(thing)s changed"),
            EventKind.PASSWORD: _("Password of the %(thing)s changed"),
            EventKind.DELETE: _("%(thing)s removed"),
        }
        thing = sentences[line.action] % {"thing": thing}
    return Entry(
        at=line.at,
        action=EventKind.LOG if source.is_log else line.action,
        title=capfirst(thing),
        changes=_changes(line, names),
        who=names.who(line),
        door=door_in_words(line.context) or (_("database") if line.person is None else ""),
        path=line.context.get("url", ""),
        address=line.context.get("ip") or "",
    )


def _changes(line: _Line, names: _NamesOfRows) -> list[Change]:
    """Return the fields that differ from the row before; where there was none, every field that has a value."""
    changes = []
    for field in _told(line.source):
        if field.name == line.source.subject:
            continue
        label = capfirst(str(field.verbose_name))
        value = _in_words(field, line, line.row, names)
        if line.action in CHANGES and line.previous:
            before = _in_words(field, line, line.previous, names)
            if value != before:
                changes.append(Change(label, before, value))
        elif value != NOTHING and line.row.get(str(field.column)) is not False:
            changes.append(Change(label, "", value))
    return changes


def _is_said(model: type[models.Model], name: str, row: dict[str, Any]) -> bool:
    """Tell whether a field means anything in this row: in `SAID_ONLY_WITH` a model says which other field it needs."""
    needs = getattr(model, "SAID_ONLY_WITH", {}).get(name)
    return needs is None or (bool(row.get(needs)) and _is_said(model, needs, row))


def _told(source: Source) -> list[models.Field]:
    """Return the fields of a source that lines tell, including its subject."""
    fields = source.model._meta.concrete_fields
    if source.fields:
        return [field for field in fields if field.name in (*source.fields, source.subject)]
    hidden = BOOKKEEPING | {source.by, source.at, source.who, *source.without}
    return [field for field in fields if field.name not in hidden and not isinstance(field, models.JSONField)]


def _in_words(field: Any, line: _Line, row: dict[str, Any], names: _NamesOfRows) -> str:
    value = row.get(field.column)
    if value is None or value == "" or not _is_said(line.source.model, field.name, row):
        return NOTHING
    if isinstance(field, models.ForeignKey):
        return names.of(field.related_model, value, at=line.at)
    return _plain(field, value)


def _plain(field: Any, value: Any) -> str:
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateTimeField):
        at = parse_datetime(value)
        return moment(at and timezone.localtime(at))
    if isinstance(field, models.DateField):
        return day(parse_date(value))
    return str(dict(field.flatchoices).get(value, value))


def door_in_words(context: dict[str, Any]) -> str:
    """Return in words what a change came through, and why if that was said of many changes at once.

    It is as the context of its event says: a command, a token or a door.
    """
    return ": ".join(filter(None, (_door(context), context.get("reason"))))


def _door(context: dict[str, Any]) -> str:
    if command := context.get("command"):
        if operator := context.get("operator"):
            return _("command %(name)s, run by %(operator)s") % {"name": command, "operator": operator}
        return _("command %(name)s") % {"name": command}
    if token := context.get("token"):
        return _("API, by token %(number)s (%(name)s)") % {"number": token, "name": context.get("token_name", "")}
    if door := context.get("door"):
        return {Door.PAGE: _("page"), Door.API: _("API"), Door.ADMIN: _("Admin"), Door.JOB: _("job")}[Door(door)]
    return ""
