"""Bringing in workers: one row is the same call as 100,000 (I1, I6).

What a row may say is checked by `worker_checks`. Everything is written in a fixed number of statements for each PART of
the rows, so that neither memory nor the arrays of one statement grow with the file.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import Learner, LearnerArea
from learners.services.effective import Each, effective_each
from learners.services.imports.judging import judge_many
from learners.services.imports.laying import Laid, LaidPerson
from learners.services.imports.worker_checks import WorkerChecker
from learners.services.imports.worker_status import BADGE
from learners.services.imports.workers_undone import ADDED, REMOVED, undo_workers
from learners.services.locks import lock_people
from learners.services.requirements import lock_rules_to_apply
from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.refusals import Invalid
from training.core.sameness import same_text
from training.core.transactions import acting
from training.services.imports.contract import (
    NOTHING_GONE,
    Gone,
    ImportTerms,
    NewThing,
    UndoAct,
    UndoneRow,
    WrittenRow,
)
from training.services.imports.tables import insert_rows, new_keys, update_rows
from training.services.imports.undoing import keep

Item = TypeVar("Item")

PART = 20_000  # rows that are written by one statement

# What the answers of a worker depend on (C6); others may change without them.
JUDGED_BY = frozenset({"role_id", "role_assigned_at", "start_date", "end_date", "status"})
LEFT = ("end_date", "status", "status_reason")
WRITTEN_OVER = (RowOutcome.CHANGED, RowOutcome.LEAVING)  # rows of workers who are there
AUTHOR = ("updated_at", "updated_by_id")
LINK = ("pk", "area_id", "assigned_at")


class WorkerRows:
    """The service of the kind "workers"."""

    table = Learner._meta.db_table

    def checker(self, terms: ImportTerms) -> WorkerChecker:
        return WorkerChecker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        """Keep the rules from changing, and lock the workers by key."""
        lock_rules_to_apply()
        lock_people(workers)

    def lay(self, rows: Mapping[int, CheckedRow], terms: ImportTerms) -> Laid:
        """Return new workers, and those of whom something changes on which answers depend, as they would be."""
        today = timezone.localdate(terms.now)
        keyed = {
            -number if row.outcome is RowOutcome.NEW else row.key or 0: row
            for number, row in rows.items()
            if _changes_answers(row)
        }
        return Laid(
            concerned=[key for key in keyed if key > 0],
            people={key: _as_left_by(row) for key, row in keyed.items()},
            places={
                key: [(area, _areas_from(row, today)) for area in row.found["areas"] if isinstance(area, int)]
                for key, row in keyed.items()
            },
            places_gone=[link for row in keyed.values() for link in row.found.get("gone", ())],
        )

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Write new and changed workers, their areas, dated history (C8) and answers (C6).

        Raises:
            NotPermitted: the person may not keep workers.
            Invalid: a supervisor is in no row that is brought in.
        """
        check_may(terms.by, Permission.KEEP_WORKERS)
        with acting(terms.by):
            writing = _Writing(rows, terms)
            done = 0
            for part in _parts(rows, PART):
                writing.write(part)
                done += len(part)
                tell(done)
            judge_many((row.key for row in rows if row.key is not None and _changes_answers(row)), terms.now)

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Give workers back what the import changed; those whom it brought are not active any more (I8).

        Raises:
            NotPermitted: the person may not keep workers.
        """
        check_may(by, Permission.KEEP_WORKERS)
        with acting(by):
            lock_rules_to_apply()
            lock_people(row.key for row in rows)
            undone = undo_workers(rows, reason=reason, by=by, now=now, gone=gone)
            judge_many({each.written.key for each in undone if each.act is not UndoAct.LEFT}, now)
        return undone


class _Writing:
    """Writes the rows of one import. New workers get their keys first, since rows can name each other."""

    def __init__(self, rows: Sequence[CheckedRow], terms: ImportTerms) -> None:
        self._terms = terms
        self._today: date = timezone.localdate(terms.now)
        self._stamp = {"updated_at": terms.now, "updated_by_id": terms.by.pk}
        new = [row for row in rows if row.outcome is RowOutcome.NEW]
        for row, key in zip(new, new_keys(Learner, len(new)), strict=True):
            row.key = key
        self._by_badge = {same_text(str(row.draft.values[BADGE])): row.key for row in rows}

    def write(self, rows: Sequence[CheckedRow]) -> None:
        self._insert([row for row in rows if row.outcome is RowOutcome.NEW])
        changed = [row for row in rows if row.outcome in WRITTEN_OVER]
        self._update([row for row in changed if "returns" not in row.found], nullcontext())
        self._update([row for row in changed if "returns" in row.found], effective_each(Each.START))
        self._end([row for row in rows if "departs" in row.found])
        self._write_areas(rows)

    def _insert(self, rows: Sequence[CheckedRow]) -> None:
        """Write new workers, who are active at first even if they have left since, so that the history says both."""
        stamp = {**self._stamp, "created_at": self._terms.now, "created_by_id": self._terms.by.pk}
        insert_rows(Learner, [{**NOTHING_SAID, **self._values(row), "id": row.key, **stamp} for row in rows])

    def _update(self, rows: Sequence[CheckedRow], day: AbstractContextManager[None]) -> None:
        """Write what is said of workers. A last day that has passed is written with the status that follows from it."""
        columns: set[str] = set()
        written: list[Mapping[str, Any]] = []
        for row in rows:
            values = self._values(row)
            if "departs" in row.found and "returns" not in row.found:
                values.pop("end_date", None)
            if "returns" in row.found:
                values |= {"status": Learner.Status.ACTIVE, "status_reason": row.found["returns"]}
            if values:
                columns |= values.keys()
                written.append({**row.found["stored"], **values, **self._stamp})
        if written:
            with day:
                update_rows(Learner, written, columns | self._stamp.keys())

    def _end(self, rows: Sequence[CheckedRow]) -> None:
        """L3: whoever's last day has passed is not active from the day after it, each from a day of their own."""
        if rows:
            with effective_each(Each.DAY_AFTER_END):
                update_rows(Learner, [self._ended(row) for row in rows], (*LEFT, *AUTHOR))

    def _ended(self, row: CheckedRow) -> Mapping[str, Any]:
        end = row.found["values"].get("end_date") or row.found["stored"]["end_date"]
        return {
            "id": row.key,
            "end_date": end,
            "status": Learner.Status.INACTIVE,
            "status_reason": row.found["departs"],
            **self._stamp,
        }

    def _write_areas(self, rows: Sequence[CheckedRow]) -> None:
        """Assign workers to areas: new ones from their start, others from today."""
        self._keep(rows)
        gone = [link for row in rows for link in row.found.get("gone", ())]
        if gone:
            LearnerArea.objects.filter(pk__in=gone).delete()
        links = [
            {"learner_id": row.key, "area_id": area, "assigned_at": _areas_from(row, self._today)}
            for row in rows
            for area in row.found["areas"]
        ]
        insert_rows(LearnerArea, links)

    def _keep(self, rows: Sequence[CheckedRow]) -> None:
        """Keep what rows change as it is stored, so that it can go back (I8)."""
        links = [link for row in rows for link in row.found.get("gone", ())]
        assigned = {
            pk: [area, day.isoformat()] for pk, area, day in LearnerArea.objects.filter(pk__in=links).values_list(*LINK)
        }
        for row in rows:
            if row.outcome in WRITTEN_OVER:
                after = self._values(row)
                if "returns" in row.found:
                    after |= {"status": Learner.Status.ACTIVE.value, "status_reason": row.found["returns"]}
                if "departs" in row.found:
                    ended = self._ended(row)
                    after |= {column: ended[column] for column in LEFT}
                row.kept = keep(row.found["stored"], after)
                row.kept[REMOVED] = [assigned[link] for link in row.found.get("gone", ())]
            row.kept[ADDED] = row.found["areas"]

    def _values(self, row: CheckedRow) -> dict[str, Any]:
        """Return what is written, by column of the table, with the key of a supervisor who comes with this import."""
        values = dict(row.found["values"])
        if isinstance(values.get("supervisor_id"), NewThing):
            supervisor = self._by_badge.get(row.found["supervisor_row"])
            if supervisor is None:
                raise Invalid(_("Nobody has the badge %(badge)s.") % {"badge": values["supervisor_id"].name})
            values["supervisor_id"] = supervisor
        return values


WORKER_ROWS = WorkerRows()

# Every row of a statement has all columns.
NOTHING_SAID: Mapping[str, Any] = {
    "first_name": "",
    "last_name": "",
    "other_name": "",
    "email": "",
    "phone": "",
    "end_date": None,
    "supervisor_id": None,
    "status": Learner.Status.ACTIVE,
    "status_reason": "",
}


def _changes_answers(row: CheckedRow) -> bool:
    found = row.found
    return row.outcome is RowOutcome.NEW or bool(
        found["areas"] or found["gone"] or "departs" in found or JUDGED_BY & found["values"].keys()
    )


def _areas_from(row: CheckedRow, today: date) -> date:
    """Return since when somebody is assigned to the areas that a row adds: from the start, or from today."""
    found = row.found
    if "is_back" in found:  # as when the import came that was undone
        found = {**found, "values": {"start_date": found["stored"]["start_date"], **found["values"]}}
    start: date | None = found["values"].get("start_date")
    is_new = row.outcome is RowOutcome.NEW or "returns" in found or "is_back" in found
    return start if is_new and start is not None else today


def _as_left_by(row: CheckedRow) -> LaidPerson:
    """Return a worker as the row leaves them, when all of it is written (see `_Writing.write`)."""
    facts = {**NOTHING_SAID, **row.found.get("stored", {}), **row.found["values"]}
    if "returns" in row.found:
        facts["status"] = Learner.Status.ACTIVE
    if "departs" in row.found:
        facts["status"] = Learner.Status.INACTIVE
    role = facts["role_id"]
    return LaidPerson(
        start_date=facts["start_date"],
        role_id=None if isinstance(role, NewThing) else role,
        role_assigned_at=facts["role_assigned_at"],
        status=facts["status"],
        end_date=facts["end_date"],
    )


def _parts(rows: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
