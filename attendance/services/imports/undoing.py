"""Undoing an import in one act, with a reason (I8). What somebody has changed since stays, and is listed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from attendance.services.imports.steps import WrongState, lock_import, own_import, take_step
from training.core.long_jobs import take_time
from training.core.permissions import Permission, check_may
from training.core.refusals import check_reason
from training.core.transactions import acting
from training.models import Import, ImportedRow
from training.services.imports.contract import UndoAct, UndoneRow, WrittenRow, is_undoable, service_of

LEFT_TOLD = 500  # things that were left as they are and are listed; the others are counted

State = Import.State


def preview_undo(*, import_id: int, by: User, now: datetime) -> Sequence[UndoneRow]:
    """Return what undoing an import would do, and undo nothing.

    Raises:
        NotPermitted, NotFound, WrongState: as `undo_import`.
    """
    one = own_import(import_id=import_id, by=by)
    check_may(by, Permission.UNDO_IMPORT)
    with acting(by):
        undone = _undo(one, reason=_("Preview"), by=by, now=now)
        transaction.set_rollback(True)
    return undone


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
        left = [each for each in undone if each.act is UndoAct.LEFT]
        report = {
            **one.report,
            "undone": Counter(each.act for each in undone),
            "left": [
                [each.written.sheet, each.written.row, each.written.identity, each.why] for each in left[:LEFT_TOLD]
            ],
        }
        take_step(one, State.UNDONE, now=now, undone_by=by, undone_at=now, undo_reason=reason, report=report)
    return undone


def _undo(one: Import, *, reason: str, by: User, now: datetime) -> Sequence[UndoneRow]:
    if one.state != State.DONE:
        raise WrongState(_("Only an import that is done can be undone, and only once."))
    take_time()
    rows = ImportedRow.objects.filter(of=one).order_by("pk")
    names = ("sheet", "row", "key", "identity", "before", "after")
    written = [WrittenRow(**values) for values in rows.values(*names)]
    service = service_of(one.kind)
    if not is_undoable(service):
        raise WrongState(_("Imports of this kind cannot be taken back. Change or remove what they brought one by one."))
    return service.undo(written, reason=reason, by=by, now=now)
