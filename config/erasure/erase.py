"""Erases people: their columns, the openings of their seals, mentions of them, and files that are about nobody else.

All of one batch is one transaction, which ends with an `Erasure`: the row says which seals can no longer be opened and
which rows were emptied, names nobody, and is sealed itself (T6). `verify_ledger` demands it.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import caches
from django.db import models
from django.db.backends.utils import CursorWrapper
from pghistory.models import Event

from attendance.models import SampleCheck, SessionAttendee
from attendance.selectors.person import belonging_to
from config.erasure import erasures_list
from config.erasure.needles import Needles, needles_of, texts_in
from config.erasure.owner import past_the_triggers
from config.erasure.personal import ERASED, FORGOTTEN, all_tables, columns_of, searched, tracked
from config.ledger.erased import HASHED, REWRITTEN, hidden_text
from config.ledger.sealed_tables import BY_TABLE
from learners.evidence.erased import erased_rows
from learners.evidence.store import forget_stored, list_stored
from learners.models import CompetencyRecord, EvidenceUpload, Learner, TrainingRecord
from training.models import Erasure

AT_ONCE = 20  # people in one transaction
ALIVE = ~models.Q(learner__badge_id__startswith=f"{ERASED}-")


@dataclass
class Done:
    """What an erasure did: the keys of emptied rows, and the hashes of texts that lost a mention, by table.

    Attributes:
        files: keys in the evidence store that are about nobody any more.
    """

    emptied: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    rewritten: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    files: set[str] = field(default_factory=set)


def erase_people(people: Sequence[Collection[int]], *, reason: str, by: str, now: datetime) -> Erasure:
    """Erase people, in one transaction, and then the files that are about nobody else.

    Args:
        people: of each, the keys of all badges.
        reason: why; names nobody.
        by: the operating system user who gave the command.
        now: the present moment.

    Raises:
        NotTheOwner: this role of the database does not own the tables; nothing was erased.
        OperationalError: somebody else is at work on a table for too long; nothing was erased.
        StoreUnavailable: the rows are erased, and files are not yet: `forget_files` does it.
        OSError: the list of erasures cannot be written; nothing was erased.
    """
    done = Done()
    workers = sorted({key for person in people for key in person})
    names_of = [needles_of(person) for person in people]
    written = {model._meta.db_table for model in all_tables() if columns_of(model)}
    written |= {model._meta.db_table for model, _fields in searched()}
    with past_the_triggers(written) as cursor:
        born = dict(Learner.objects.filter(pk__in=workers).values_list("pk", "created_at"))
        _empty_rows_of(workers, done, cursor)
        _empty_sheets(workers, done, cursor)
        for model, fields in searched():
            _free_table(model, fields, names_of, done, cursor)
        for label in FORGOTTEN:
            cursor.execute(f"DELETE FROM {_table(label)}")  # noqa: S608  # a table of our own
        seals = _close_seals(done, cursor)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        rows: dict[str, Any] = {table: sorted(keys) for table, keys in sorted(done.emptied.items())}
        if done.rewritten:
            rows[REWRITTEN] = {table: dict(sorted(texts.items())) for table, texts in sorted(done.rewritten.items())}
        erasure = Erasure.objects.create(seals=seals, rows=rows, reason=reason, erased_by=by)
        erasures_list.add(people=born, at=now)
    caches["page_images"].clear()
    forget_files(done.files)
    return erasure


def forget_files(keys: Iterable[str]) -> None:
    """Take files out of the evidence store.

    Raises:
        StoreUnavailable: some are still there; the same call again takes them out.
    """
    for key in sorted(keys):
        forget_stored(key=key)


def files_left() -> list[str]:
    """Return the files of erased uploads that are still in the store, because an erasure was broken off.

    Raises:
        StoreUnavailable: the store cannot be listed.
    """
    erased = erased_rows(EvidenceUpload)
    keys = set(EvidenceUpload.objects.filter(pk__in=erased).values_list("key", flat=True))
    left = [key for key in list_stored() if key in keys] if keys else []
    return sorted(_about_nobody(set(left), erased))


def _about_nobody(keys: Collection[str], erased: Collection[int]) -> set[str]:
    """Return those files on which nobody's record rests any more."""
    rests = [model.objects.filter(ALIVE, evidence_file_key__in=keys) for model in (TrainingRecord, CompetencyRecord)]
    kept = {key for rows in rests for key in rows.values_list("evidence_file_key", flat=True)}
    others = EvidenceUpload.objects.filter(key__in=keys).exclude(pk__in=erased)
    return set(keys) - kept - set(others.values_list("key", flat=True))


def _table(label: str) -> str:
    app, name = label.split(".")
    return next(m._meta.db_table for m in all_tables() if (m._meta.app_label, m._meta.object_name) == (app, name))


def _empty_rows_of(workers: Sequence[int], done: Done, cursor: CursorWrapper) -> None:
    """Empty the personal columns of all rows that belong to workers."""
    conditions = belonging_to(workers)
    conditions[SampleCheck] = models.Q(sampled__record__learner__in=workers)
    found = {
        model: set(model._base_manager.filter(condition).order_by().values_list("pk", flat=True))
        for model, condition in conditions.items()
        if columns_of(model)
    }
    for model, keys in found.items():
        _empty(model, keys, done, cursor)


def _empty(model: type[models.Model], keys: Collection[Any], done: Done, cursor: CursorWrapper) -> None:
    """Empty rows of a table, and their events; or events whose row has gone."""
    setting = ", ".join(f"{column} = {text}" for column, text in columns_of(model).items())
    if not keys or not setting:
        return
    table, key = model._meta.db_table, str(model._meta.pk.column)
    cursor.execute(f"UPDATE {table} SET {setting} WHERE {key} = ANY (%s)", [list(keys)])  # noqa: S608  # declared
    if issubclass(model, Event):
        return
    done.emptied[table] |= set(keys)
    for events in all_tables():
        if issubclass(events, Event) and tracked(events) is model:
            of_rows = events._base_manager.filter(models.Q(pgh_obj__in=keys))
            _empty(events, of_rows.values_list("pk", flat=True), done, cursor)


def _empty_sheets(workers: Sequence[int], done: Done, cursor: CursorWrapper) -> None:
    """Empty what is known of uploads about nobody else, and note the files that go with them.

    A sheet goes when the last person on it is erased; a certificate when nobody else's record rests on the same file.
    """
    somebody = SessionAttendee.objects.filter(ALIVE).values("session")
    proven = TrainingRecord.objects.filter(ALIVE, session__isnull=False).values("session")
    theirs = SessionAttendee.objects.filter(learner__in=workers).values("session")
    sheets = EvidenceUpload.objects.filter(session__in=theirs).exclude(session__in=somebody.union(proven))
    _empty(EvidenceUpload, set(sheets.values_list("pk", flat=True)), done, cursor)
    emptied = done.emptied.get(EvidenceUpload._meta.db_table, set())
    keys = set(EvidenceUpload.objects.filter(pk__in=emptied).values_list("key", flat=True))
    done.files = _about_nobody(keys, emptied | set(erased_rows(EvidenceUpload)))


def _free_table(
    model: type[models.Model],
    fields: Sequence[models.Field],
    names_of: Sequence[Needles],
    done: Done,
    cursor: CursorWrapper,
) -> None:
    """Take the mentions of people out of the texts of a table, wherever somebody has typed them."""
    sealed = BY_TABLE.get(tracked(model)._meta.db_table)
    told = [each for each in fields if not sealed or each.column not in sealed.plain.values()]
    patterns = [pattern for each in names_of for pattern in each.patterns]
    if not told or not patterns:
        return
    table, key = model._meta.db_table, str(model._meta.pk.column)
    like = " OR ".join(f'"{each.column}"::text ILIKE ANY (%(patterns)s)' for each in told)
    columns = ", ".join(f'to_jsonb("{each.column}")::text' for each in told)
    cursor.execute(f"SELECT {key}, {columns} FROM {table} WHERE {like}", {"patterns": patterns})  # noqa: S608  # ours
    changed = []
    for pk, *values in cursor.fetchall():
        before = [None if value is None else json.loads(value) for value in values]
        after = before
        for each in names_of:
            if each.are_in(text for value in after for text in texts_in(value)):
                after = [each.free(value) for value in after]
        if after != before:
            changed.append((pk, [_fitting(value, to) for value, to in zip(after, told, strict=True)]))
    setting = ", ".join(f'"{each.column}" = %s' for each in told)
    for pk, texts in changed:
        cursor.execute(f"UPDATE {table} SET {setting} WHERE {key} = %s", [*texts, pk])  # noqa: S608  # ours
    hidden = hidden_text(table)
    if changed and hidden:
        keys = [pk for pk, _texts in changed if pk not in done.emptied.get(table, set())]
        cursor.execute(f"SELECT {key}, {HASHED.format(hidden)} FROM {table} r WHERE {key} = ANY (%s)", [keys])  # noqa: S608
        done.rewritten[table].update({str(pk): text for pk, text in cursor.fetchall()})


def _fitting(value: Any, field: models.Field) -> Any:
    """Return a value as the column takes it: no longer than it may be, and JSON as text."""
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    longest = getattr(field, "max_length", None)
    return value[:longest] if longest else value


def _close_seals(done: Done, cursor: CursorWrapper) -> list[int]:
    """Delete the openings of all seals of rows that were written, and return the keys of these seals."""
    closed: set[int] = set()
    for table, sealed in BY_TABLE.items():
        keys = {*done.emptied.get(table, ()), *map(int, done.rewritten.get(table, ()))}
        if keys:
            cursor.execute(
                "DELETE FROM training_sealopening WHERE seal_id IN"
                " (SELECT id FROM training_seal WHERE kind = %s AND row_id = ANY (%s)) RETURNING seal_id",
                [sealed.kind, sorted(keys)],
            )
            closed |= {seal for (seal,) in cursor.fetchall()}
    return sorted(closed)
