"""Undoing an import in one act, with a reason (I8). What somebody has changed since stays, and is listed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.services.imports.rows import NOWHERE
from attendance.services.imports.steps import WrongState, lock_import, own_import, take_step
from learners.models import ImportTurn, Learner
from learners.selectors.import_turns import TurnCounts, count_turns, turns_of
from learners.services.imports.turns import watch_turns
from training.core.audit_context import because
from training.core.long_jobs import take_time
from training.core.permissions import Permission, check_may
from training.core.refusals import check_reason
from training.core.transactions import acting
from training.models import Import, ImportedRow
from training.services.imports.contract import ImportTerms, UndoAct, UndoneRow, WrittenRow, service_of

TURNS_TOLD = 50  # workers who would turn; the others are counted
NAMES_TOLD = 12  # of each group; the others are counted
GROUPS_TOLD = 100
WRITTEN = ("sheet", "row", "key", "identity", "before", "after", "table", "kept")
MADE = ("areas", "roles", "companies")  # what an answer "new" makes, in the order in which it is locked and undone

State = Import.State
Phase = ImportTurn.Phase


@dataclass(frozen=True)
class UndoPreview:
    """What undoing an import would do.

    Attributes:
        undone: what would become of each thing.
        counts: how many workers would turn red, yellow or green.
        turns: the first of them, the worst first.
    """

    undone: Sequence[UndoneRow]
    counts: TurnCounts
    turns: Sequence[ImportTurn]


def preview_undo(*, import_id: int, by: User, now: datetime) -> UndoPreview:
    """Return what undoing an import would do and whom it would turn, and undo nothing.

    Raises:
        NotPermitted, NotFound, WrongState: as `undo_import`.
    """
    one = own_import(import_id=import_id, by=by)
    check_may(by, Permission.UNDO_IMPORT)
    with acting(by):
        undone = _undo(one, reason=_("Preview"), by=by, now=now)
        counts, turns = count_turns(one.pk, Phase.UNDONE), list(turns_of(one.pk, Phase.UNDONE)[:TURNS_TOLD])
        transaction.set_rollback(True)
    return UndoPreview(undone, counts, turns)


@dataclass(frozen=True)
class UndoGroup:
    """Things that became of the same thing, or stay for the same reason.

    Attributes:
        count: how many there are.
        names: what the first of them are.
    """

    act: UndoAct
    why: str
    count: int
    names: Sequence[str]


def grouped(undone: Sequence[UndoneRow]) -> list[UndoGroup]:
    """Return what became of things in groups: what goes back, then what stays, the most frequent reasons first."""
    groups: dict[tuple[UndoAct, str], list[str]] = {}
    for each in undone:
        groups.setdefault((each.act, each.why), []).append(each.written.identity)
    ordered = sorted(groups.items(), key=lambda each: (each[0][0] is UndoAct.LEFT, -len(each[1])))
    return [UndoGroup(act, why, len(names), names[:NAMES_TOLD]) for (act, why), names in ordered][:GROUPS_TOLD]


def undo_import(*, import_id: int, reason: str, by: User, now: datetime) -> Sequence[UndoneRow]:
    """Take back what an import wrote: records are revoked, changes go back, what nothing else names goes.

    Raises:
        NotPermitted: this login is no superuser.
        NotFound: there is no such import.
        ReasonMissing: no reason is given.
        WrongState: it is not done, or was undone already.
    """
    own_import(import_id=import_id, by=by)
    check_may(by, Permission.UNDO_IMPORT)
    reason = check_reason(reason, _("Say why this import is undone."))
    with acting(by):
        one = lock_import(import_id=import_id, by=by)
        undone = _undo(one, reason=reason, by=by, now=now)
        turns = {**one.report.get("turns", {}), Phase.UNDONE: count_turns(one.pk, Phase.UNDONE).as_json()}
        report = {**one.report, "undone": [asdict(each) for each in grouped(undone)], "turns": turns}
        take_step(one, State.UNDONE, now=now, undone_by=by, undone_at=now, undo_reason=reason, report=report)
    return undone


def _undo(one: Import, *, reason: str, by: User, now: datetime) -> Sequence[UndoneRow]:
    if one.state != State.DONE:
        raise WrongState(_("Only an import that is done can be undone, and only once."))
    take_time()
    rows = ImportedRow.objects.filter(of=one).order_by("pk")
    written = [WrittenRow(**values, at=one.done_at) for values in rows.values(*WRITTEN)]
    made = _made_for_rows(written)
    terms = ImportTerms(by=by, now=now, things={}, people={}, choices={})
    undone: list[UndoneRow] = []
    gone: dict[str, set[int]] = defaultdict(set)
    with because(_("Import %(number)d undone: %(reason)s") % {"number": one.pk, "reason": reason}):
        for kind in [*(kind for kind, _rows in made), one.kind]:
            service_of(kind).lock((), terms)
        workers = [row.key for row in written if row.table == Learner._meta.db_table]
        watched = watch_turns(import_id=one.pk, phase=Phase.UNDONE, learner_ids=workers, today=timezone.localdate(now))
        # What was made for the rows goes after the rows, which name it.
        of_rows = [row for row in written if not _is_made_for_rows(row)]
        with watched:
            for kind, part in [(one.kind, of_rows), *made]:
                taken = service_of(kind).undo(part, reason=reason, by=by, now=now, gone=gone)
                for each in taken:
                    if each.act is not UndoAct.LEFT:
                        gone[each.written.table].add(each.written.key)
                undone += taken
    return _with_later_imports(one, undone)


def _made_for_rows(written: Sequence[WrittenRow]) -> list[tuple[str, list[WrittenRow]]]:
    """Return by kind what the import made because somebody has answered that it is new."""
    parts = []
    for kind in MADE:
        table = service_of(kind).table
        parts.append((kind, [row for row in written if _is_made_for_rows(row) and row.table == table]))
    return [(kind, rows) for kind, rows in parts if rows]


def _is_made_for_rows(row: WrittenRow) -> bool:
    """Tell whether something is new and stands in no row; who leaves (I9) stands in none either, but was there."""
    return row.row == NOWHERE and not row.before


def _with_later_imports(one: Import, undone: Sequence[UndoneRow]) -> list[UndoneRow]:
    """Say of what stays which later import has changed it, where one has."""
    left = [each.written for each in undone if each.act is UndoAct.LEFT]
    tables, keys = {each.table for each in left}, {each.key for each in left}
    later = ImportedRow.objects.filter(table__in=tables, key__in=keys, of__state=State.DONE)
    later = later.filter(of__done_at__gt=one.done_at).order_by("pk")
    titles = {(table, key): title for table, key, title in later.values_list("table", "key", "of__title")}
    sentence = _("A later import has changed it: %(title)s.")
    return [
        replace(each, why=sentence % {"title": titles[thing]})
        if each.act is UndoAct.LEFT and (thing := (each.written.table, each.written.key)) in titles
        else each
        for each in undone
    ]
