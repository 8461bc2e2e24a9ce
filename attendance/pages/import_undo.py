"""Undoing an import as its page shows it: what it would do, that it goes on, and what became of what (I8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy

from attendance.pages.import_turns import MOST_NAMED, ImportTurns, Phase, shown_turns
from attendance.services.imports.undoing import UndoGroup, groups_from_json, kept_preview
from attendance.services.imports.working import UNDOING, ImportWork, work_of
from training.core.permissions import Permission, may
from training.models import Import, Job
from training.services.imports.contract import UndoAct

State = Import.State

UNDO_WORDS = {
    UndoAct.REVOKED: gettext_lazy("records are revoked"),
    UndoAct.BACK: gettext_lazy("are again as they were"),
    UndoAct.CANCELLED: gettext_lazy("sessions are cancelled"),
    UndoAct.CLEARED: gettext_lazy("marks are taken back"),
    UndoAct.VOIDED: gettext_lazy("recorded hours are taken back"),
    UndoAct.DELETED: gettext_lazy("are deleted, because nothing names them"),
    UndoAct.INACTIVE: gettext_lazy("become inactive"),
    UndoAct.ARCHIVED: gettext_lazy("courses are archived"),
    UndoAct.LEFT: gettext_lazy("stay as they are"),
}
WORK_WORDS = {
    ImportWork.PREVIEW_UNDO: gettext_lazy("Looking at what undoing would do"),
    ImportWork.UNDO: gettext_lazy("Being undone"),
}


@dataclass(frozen=True)
class UndoLine:
    """What became of how many things when an import was undone, with the first of them, and why they stay if so."""

    count: int
    words: str
    why: str
    names: Sequence[str]
    more: int


@dataclass(frozen=True)
class UndoCard:
    """What undoing an import would do, for whoever decides.

    Attributes:
        at: when that was found out.
        fingerprint: of what is shown; undoing names it.
    """

    lines: Sequence[UndoLine]
    turns: ImportTurns
    at: datetime
    fingerprint: str


def undo_card(one: Import) -> UndoCard | None:
    """Return what undoing an import would do, as it was found out last; None if nobody has asked."""
    preview = kept_preview(one)
    if preview is None:
        return None
    turns = shown_turns(one, Phase.UNDONE, preview.counts, preview.turns[:MOST_NAMED])
    return UndoCard(_lines(preview.groups), turns, preview.at, preview.fingerprint)


def undone_lines(one: Import) -> list[UndoLine]:
    """Return what became of what an import wrote when it was undone; nothing where it is not."""
    return _lines(groups_from_json(one.report.get("undone", ())))


def undo_under_way(one: Import) -> ImportWork | None:
    """Return which step of undoing goes on, or waits until it does; None if there is none."""
    is_open = one.state == State.DONE and one.job is not None and one.job.is_open
    return work if is_open and (work := work_of(one)) in UNDOING else None


def failure_of(one: Import) -> str:
    """Return why the last step could not be done; empty where it was.

    A step that broke off could not say it itself. While an import is not done, its page tells that by the state.
    """
    job = one.job
    if not one.failure and one.state == State.DONE and job is not None and job.state == Job.State.FAILED:
        return job.failure if work_of(one) in UNDOING else ""
    return one.failure


def may_undo(one: Import, by: User) -> bool:
    """Tell whether a login may undo an import that is done."""
    return one.state == State.DONE and may(by, Permission.UNDO_IMPORT)


def _lines(groups: Sequence[UndoGroup]) -> list[UndoLine]:
    return [
        UndoLine(group.count, str(UNDO_WORDS[group.act]), group.why, group.names, group.count - len(group.names))
        for group in groups
    ]
