"""Undoing an import in one act, with a reason (I8). What somebody has changed since stays, and is listed.

First it is asked what undoing would do: the undo itself, rolled back, whose outcome is kept with the import. Who undoes
names what they have seen; where it would now be something else, nothing is undone. Both take as long as bringing in,
and are steps of the import's job (`attendance.services.imports.working`).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.services.imports.doing import DiffersNow
from attendance.services.imports.rows import NOWHERE
from attendance.services.imports.steps import WrongState, lock_import, own_import, take_step
from learners.models import ImportTurn, Learner
from learners.selectors.import_turns import TurnCounts, count_turns, turns_of
from learners.services.imports.turns import watch_turns
from training.core.audit_context import because
from training.core.long_jobs import take_time, without_collecting
from training.core.permissions import Permission, check_may
from training.core.refusals import check_reason
from training.core.transactions import acting
from training.models import Import, ImportedRow
from training.services.imports.contract import ImportTerms, UndoAct, UndoneRow, WrittenRow, service_of
from training.services.job_kinds import Tell, untold

TURNS_TOLD = 200  # workers who would turn; the others are counted
NAMES_TOLD = 12  # of each group; the others are counted
GROUPS_TOLD = 100
WRITTEN = ("sheet", "row", "key", "identity", "before", "after", "table", "kept")
TURN = ("row", "learner_id", "is_active", "comes", "before", "after", "courses")
PREVIEW = "undo_preview"  # in the report of an import, until it is undone
MADE = ("areas", "roles", "companies")  # what an answer "new" makes, in the order in which it is locked and undone

State = Import.State
Phase = ImportTurn.Phase


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


@dataclass(frozen=True)
class UndoPreview:
    """What undoing an import would do.

    Attributes:
        groups: what would become of how many things.
        counts: how many workers would turn red, yellow or green.
        turns: the first of them, the worst first; they are in no table.
        fingerprint: of what would become of each thing, and why. Undoing names it.
        at: when that was so.
    """

    groups: Sequence[UndoGroup]
    counts: TurnCounts
    turns: Sequence[ImportTurn]
    fingerprint: str
    at: datetime

    def as_json(self) -> dict[str, Any]:
        return {
            "groups": [asdict(each) for each in self.groups],
            "counts": self.counts.as_json(),
            "turns": [{name: getattr(each, name) for name in TURN} for each in self.turns],
            "fingerprint": self.fingerprint,
            "at": self.at.isoformat(),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        return cls(
            groups=groups_from_json(kept["groups"]),
            counts=TurnCounts(**kept["counts"]),
            turns=[ImportTurn(**each) for each in kept["turns"]],
            fingerprint=kept["fingerprint"],
            at=datetime.fromisoformat(kept["at"]),
        )


def groups_from_json(kept: Sequence[dict[str, Any]]) -> list[UndoGroup]:
    """Return groups as they were before they were kept with an import."""
    return [UndoGroup(**{**each, "act": UndoAct(each["act"])}) for each in kept]


def kept_preview(one: Import) -> UndoPreview | None:
    """Return what was found out last about undoing an import; None if nobody has asked, or if it was undone."""
    kept = one.report.get(PREVIEW)
    return None if kept is None else UndoPreview.from_json(kept)


def check_can_preview_undo(one: Import, *, by: User) -> None:
    """I8: only an import that is done is undone, by a superuser.

    Raises:
        NotPermitted, WrongState: as `undo_import`.
    """
    check_may(by, Permission.UNDO_IMPORT)
    if one.state != State.DONE:
        raise WrongState(_("Only an import that is done can be undone, and only once."))


def check_can_undo_import(one: Import, *, reason: str, fingerprint: str, by: User) -> str:
    """Return the reason without white space around it, if an import can be undone as it was shown (I8).

    Raises:
        NotPermitted, ReasonMissing, WrongState, DiffersNow: as `undo_import`.
    """
    check_can_preview_undo(one, by=by)
    preview = kept_preview(one)
    if preview is None:
        raise WrongState(_("Nobody has looked at what undoing this import would do. Look at it first."))
    if preview.fingerprint != fingerprint:
        raise _differs()
    return check_reason(reason, _("Say why this import is undone."))


def preview_undo(*, import_id: int, by: User, now: datetime, tell: Tell = untold) -> UndoPreview:
    """Find out what undoing an import would do and whom it would turn, keep that with the import, and undo nothing.

    Raises:
        NotPermitted, NotFound, WrongState: as `undo_import`.
        Refusal: of the services that take back.
    """
    check_can_preview_undo(own_import(import_id=import_id, by=by), by=by)
    with acting(by):
        one = lock_import(import_id=import_id, by=by)
        undone = _undo(one, reason=_("Preview"), by=by, now=now, tell=tell)
        preview = UndoPreview(
            groups=grouped(undone),
            counts=count_turns(one.pk, Phase.UNDONE),
            turns=list(turns_of(one.pk, Phase.UNDONE)[:TURNS_TOLD]),
            fingerprint=_fingerprint(undone),
            at=now,
        )
        transaction.set_rollback(True)
    _keep_preview(import_id, preview, by=by)
    return preview


def undo_import(
    *, import_id: int, reason: str, fingerprint: str, by: User, now: datetime, tell: Tell = untold
) -> Sequence[UndoneRow]:
    """Take back what an import wrote: records are revoked, changes go back, what nothing else names goes.

    Who would turn is not compared: others may turn somebody meanwhile, and that stops no undo, as it stops no import.

    Args:
        fingerprint: of the preview that the person has seen.

    Raises:
        NotPermitted: this login is no superuser.
        NotFound: there is no such import.
        ReasonMissing: no reason is given.
        WrongState: it is not done, or was undone already, or nobody has looked at what that would do.
        DiffersNow: something else would become of what it wrote than was seen.
        Refusal: of the services that take back.
    """
    one = own_import(import_id=import_id, by=by)
    reason = check_can_undo_import(one, reason=reason, fingerprint=fingerprint, by=by)
    try:
        with acting(by):
            one = lock_import(import_id=import_id, by=by)
            undone = _undo(one, reason=reason, by=by, now=now, tell=tell)
            if _fingerprint(undone) != fingerprint:
                raise _differs()
            turns = {**one.report.get("turns", {}), Phase.UNDONE: count_turns(one.pk, Phase.UNDONE).as_json()}
            report = {name: value for name, value in one.report.items() if name != PREVIEW}
            report |= {"undone": [asdict(each) for each in grouped(undone)], "turns": turns}
            said = {"undone_by": by, "undone_at": now, "undo_reason": reason}
            take_step(one, State.UNDONE, now=now, failure="", report=report, **said)
    except DiffersNow:
        _keep_preview(import_id, None, by=by)
        raise
    return undone


def _keep_preview(import_id: int, preview: UndoPreview | None, *, by: User) -> None:
    """Keep a preview with its import, or none; one that was undone meanwhile has what became of it instead."""
    with acting(by):
        one = lock_import(import_id=import_id, by=by)
        if one.state != State.DONE:
            return
        report = {name: value for name, value in one.report.items() if name != PREVIEW}
        if preview is not None:
            report[PREVIEW] = preview.as_json()
        Import.objects.filter(pk=one.pk).update(report=report)


def _fingerprint(undone: Sequence[UndoneRow]) -> str:
    said = sorted([each.written.table, each.written.key, each.act.value, each.why] for each in undone)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _differs() -> DiffersNow:
    return DiffersNow(
        _(
            "Something has changed since this was looked at, so undoing would now do something else. Nothing is "
            "undone. Look again at what it would do."
        )
    )


@without_collecting()
def _undo(one: Import, *, reason: str, by: User, now: datetime, tell: Tell) -> Sequence[UndoneRow]:
    check_can_preview_undo(one, by=by)  # once more, now that it is locked
    take_time()
    rows = ImportedRow.objects.filter(of=one).order_by("pk")
    written = [WrittenRow(**values, at=one.done_at) for values in rows.values(*WRITTEN)]
    tell(0, len(written))
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
                tell(len(undone), len(written))
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
