"""Which workers rows of an import are about: the page shows them by badge and name, as everywhere (I5)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.services.imports.kinds.hours import PERSON
from attendance.services.imports.rows import NOWHERE
from attendance.services.imports.steps import terms_of
from learners.models import Learner, TrainingRecord
from learners.services.imports.named_workers import NamedWorkers, named_in
from training.core.imports.declaration import Thing
from training.core.imports.registry import kind_of
from training.core.imports.rows import DraftRow
from training.core.imports.values import from_json
from training.models import Import, ImportedRow, ImportRow
from training.services.imports.contract import service_of

OF_WORKERS = Learner._meta.db_table
OF_A_WORKER: Mapping[str, QuerySet[Any]] = {
    model._meta.db_table: model.objects.all() for model in (TrainingRecord, SessionAttendee)
}


def names_of_people(one: Import, rows: Sequence[Any]) -> Mapping[int, str]:
    """Return by key of the row the name of the worker whom it is about; with the employer where the file says nothing.

    A new worker has no name but that of the row, which stands among what it brings in.

    Args:
        rows: of the check, or of what was written; a page of them.
    """
    kind = kind_of(one.kind)
    if not any(column.thing is Thing.WORKER and column.name in kind.identified_by for column in kind.columns):
        return {}
    waiting = [row for row in rows if isinstance(row, ImportRow)]
    written = [row for row in rows if isinstance(row, ImportedRow)]
    keys = {**_of_check(one, waiting), **_of_written(written)}
    found = Learner.objects.select_related("company", "merged_into").in_bulk(set(keys.values()))
    workers = {key: worker.person for key, worker in found.items()}
    return {
        row.pk: _("%(name)s, %(company)s") % {"name": worker.name, "company": worker.company}
        if row.row == NOWHERE
        else worker.name
        for row in rows
        if (worker := workers.get(keys.get(row.pk, 0)))
    }


def _of_check(one: Import, rows: Sequence[ImportRow]) -> dict[int, int]:
    """Return by key of the row whom a check would find for it, as the check itself does."""
    known = {row.pk: row.worker for row in rows if row.worker is not None}
    if service_of(one.kind).table == OF_WORKERS:
        return known | {row.pk: row.thing for row in rows if row.thing is not None}
    drafts = {row.pk: _draft(one, row) for row in rows if row.pk not in known and row.row != NOWHERE}
    if not drafts:
        return known
    terms = terms_of(one, by=one.started_by, now=timezone.now())
    said = [key for key in terms.people.values() if key is not None]
    named = NamedWorkers(terms, among=named_in(list(drafts.values()), also=said))
    found = {pk: named.find(draft).key for pk, draft in drafts.items()}
    return known | {pk: key for pk, key in found.items() if key is not None}


def _draft(one: Import, row: ImportRow) -> DraftRow:
    return DraftRow(row.sheet, row.row, row.cells, from_json(kind_of(one.kind), row.values))


def _of_written(rows: Iterable[ImportedRow]) -> dict[int, int]:
    """Return by key of the row whose record, mark, hours or own facts it has written."""
    found: dict[int, int] = {}
    keys = dict[str, dict[int, int]]()
    for row in rows:
        keys.setdefault(row.table, {})[row.pk] = row.key
    for table, of_table in keys.items():
        if table == OF_WORKERS:
            found |= of_table
        elif table in OF_A_WORKER:
            people = dict(OF_A_WORKER[table].filter(pk__in=of_table.values()).values_list("pk", "learner"))
            found |= {pk: people[key] for pk, key in of_table.items() if key in people}
    return found | {row.pk: row.kept[PERSON] for row in rows if PERSON in row.kept}
