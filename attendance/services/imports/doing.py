"""Bringing a checked import in: all of it, or its good rows, exactly as it was shown (I6)."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from time import monotonic

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.services.imports.agreeing import remember_said, remember_same
from attendance.services.imports.ahead import CheckedAhead, check_ahead
from attendance.services.imports.certificates import store_certificates
from attendance.services.imports.checking import ChecksOfRows, check_rows
from attendance.services.imports.filing import file_evidence
from attendance.services.imports.leaving import check_leavers, leavers_as_json
from attendance.services.imports.new_things import make_new_things
from attendance.services.imports.rows import forget_rows, workers_of, write_origins
from attendance.services.imports.steps import WrongState, kind_of_import, lock_import, own_import, take_step, terms_of
from learners.models import ImportTurn
from learners.selectors.import_turns import count_turns
from learners.services.imports.turns import compare_with_told, watch_turns
from training.core.imports.rows import RowOutcome
from training.core.long_jobs import take_time, without_collecting
from training.core.permissions import check_may
from training.core.refusals import Conflict, Invalid, Refusal, database_refusals
from training.core.transactions import acting
from training.models import Import
from training.services.imports.contract import TAKEN_BACK, ImportTerms, WritingAhead, service_of
from training.services.job_kinds import Tell, untold

State = Import.State
Phase = ImportTurn.Phase


class DiffersNow(Conflict):
    """The import would write something else than was shown (409): nothing is written, and it is to be checked again."""


class NotConfirmed(Invalid):
    """The file takes back what it said before, and nobody has confirmed that (400)."""


class RowsAreWrong(Invalid):
    """Some rows cannot be brought in, and nobody has chosen to bring in the good ones alone (400)."""


def do_import(
    *,
    import_id: int,
    fingerprint: str,
    by: User,
    now: datetime,
    only_good: bool = False,
    take_back: bool = False,
    only_agreed: bool = False,
    accept_leavers: int | None = None,
    tell: Tell = untold,
) -> Import:
    """Bring in what was checked, in one transaction: if anything fails, nothing is written.

    Files are stored, and rows checked again, before anybody is locked. Under the locks it is made sure that this still
    holds, or else checked once more; what others have changed meanwhile stops it only where it would now write
    something else. Who turned is compared with what the check had told.

    Args:
        fingerprint: of the check that the person has seen.
        only_good: bring in the good rows, and leave the others behind.
        take_back: what the file said before and does not say any more is taken back, as it was shown (I7).
        only_agreed: the stored file loses the columns that nobody agreed on.
        accept_leavers: how many may leave by a file that holds everybody, where those are many.

    Raises:
        LeaversUnclear, ManyLeave: see `check_leavers`.
        NotPermitted, NotFound: this login may not do imports of this kind, or there is no such import.
        WrongState: it is not checked, or was done in another window.
        RowsAreWrong: there are rows that cannot be brought in, and `only_good` is not chosen.
        NotConfirmed: the file takes something back, and `take_back` is not chosen.
        DiffersNow: it would now write something else.
        Refusal: of the services that write.
    """
    one = own_import(import_id=import_id, by=by)
    check_can_do(
        one,
        by=by,
        fingerprint=fingerprint,
        only_good=only_good,
        take_back=take_back,
        accept_leavers=accept_leavers,
    )
    if one.state != State.DOING:
        take_step(one, State.DOING, now=now, failure="")
    try:
        return _do(one, fingerprint, accept_leavers, only_agreed=only_agreed, by=by, now=now, tell=tell)
    except Refusal as refusal:
        one.refresh_from_db()
        if one.state == State.DOING:
            take_step(one, State.CHECKED, now=now, failure=refusal.message)
        raise


@without_collecting()
def _do(
    one: Import,
    fingerprint: str,
    accept_leavers: int | None,
    *,
    only_agreed: bool,
    by: User,
    now: datetime,
    tell: Tell,
) -> Import:
    keys, certificates = file_evidence(one, only_agreed=only_agreed), store_certificates(one)
    terms = terms_of(one, by=by, now=now, certificates=certificates)
    with database_refusals():
        ahead = check_ahead(one, terms, tell=tell)
    bring_in = partial(_bring_in, one, fingerprint, accept_leavers, terms=terms, keys=keys, tell=tell)
    if ahead is not None:
        _check_same(one, ahead.result)
        with suppress(_HoldsNoMore):  # then everything is undone, and nobody waits any more
            return bring_in(ahead=ahead)
    return bring_in(ahead=None)


class _HoldsNoMore(Exception):  # noqa: N818  # no error: it is checked again
    """Somebody has written into what the check before the locks had read."""


def _bring_in(
    seen: Import,
    fingerprint: str,
    accept_leavers: int | None,
    *,
    ahead: CheckedAhead | None,
    terms: ImportTerms,
    keys: Mapping[int, str],
    tell: Tell,
) -> Import:
    """Lock, make sure of what would be written, and write it, in one transaction.

    Args:
        seen: the import, as it was when `terms` and `ahead` were made of it.
        ahead: what the check said before; without it, everything is checked under the locks.
        keys: by file, where it is kept as evidence.

    Raises:
        _HoldsNoMore: what was checked before may be said otherwise now.
    """
    by, now, service = terms.by, terms.now, service_of(seen.kind)
    with acting(by, outermost=True):
        take_time()
        one = lock_import(import_id=seen.pk, by=by)
        if one.state != State.DOING or one.changed_at != seen.changed_at:
            raise WrongState(_("This import was done in another window. Look at what it wrote."))
        _check_seen(one, fingerprint)
        if ahead is not None:
            _write_ahead(one, ahead.result)
        began = monotonic()  # for the import alone waits nobody but who does it
        terms = make_new_things(one, terms)
        remember_same(one, terms)
        service.lock(workers_of(one.pk), terms)
        if ahead is None:
            result = check_rows(one, terms, tell=tell)
            _check_same(one, result)
        elif ahead.still_holds():
            result = ahead.result
        else:
            raise _HoldsNoMore
        check_leavers(leavers_as_json(result.leavers), accepted=accept_leavers, by=by)
        rows, total = list(result.writes.values()), len(result.rows)
        watched = watch_turns(
            import_id=one.pk, phase=Phase.DONE, learner_ids=workers_of(one.pk), today=timezone.localdate(now)
        )
        with watched:
            service.write(rows, result.terms, tell=lambda written: tell(total + written, 2 * total))
        if not (ahead and isinstance(service, WritingAhead)):
            write_origins(one.pk, service.table, rows)
        compare_with_told(import_id=one.pk, made=_made(result))
        turns = {**one.report.get("turns", {}), Phase.DONE: count_turns(one.pk, Phase.DONE).as_json()}
        for file in one.files.filter(pk__in=keys):
            file.evidence_key = keys[file.pk]
            file.save(update_fields=["evidence_key"])
        if one.is_unattended:
            remember_said(one, by=by, now=now)
        forget_rows(one.pk)
        connection.check_constraints()  # now, and not at the commit, so that it is known how long others waited
        report = {**one.report, "turns": turns, "locked": monotonic() - began}
        counts = {"rows": result.in_file, **result.summary.counts}
        take_step(one, State.DONE, now=now, done_by=by, done_at=now, counts=counts, report=report)
    return one


def _write_ahead(one: Import, result: ChecksOfRows) -> None:
    """Write what nobody else can wait for, where the kind has such, before anything is locked."""
    service, rows = service_of(one.kind), list(result.writes.values())
    if isinstance(service, WritingAhead):
        service.write_ahead(rows, result.terms)
        write_origins(one.pk, service.table, rows)
        connection.check_constraints()


def _check_same(one: Import, result: ChecksOfRows) -> None:
    """I6: what would be written is what was shown.

    Raises:
        DiffersNow: it is something else.
    """
    if result.summary.fingerprint != one.fingerprint:
        raise _differs()


def check_can_do(
    one: Import,
    *,
    by: User,
    fingerprint: str,
    only_good: bool,
    take_back: bool = False,
    accept_leavers: int | None = None,
) -> None:
    """I6, I9: an import is done by whom the table names, as it was checked, and with wrong rows only if that is chosen.

    Raises:
        NotPermitted, WrongState, RowsAreWrong, NotConfirmed, DiffersNow, LeaversUnclear, ManyLeave: as `do_import`.
    """
    check_may(by, kind_of_import(one).does)
    if one.state not in {State.CHECKED, State.DOING}:
        raise WrongState(_("This import is not checked. Check it, and look at what it would do."))
    _check_seen(one, fingerprint)
    _check_rows(one, only_good=only_good)
    _check_taken_back(one, take_back=take_back)
    check_leavers(one.report.get("leavers", {}), accepted=accept_leavers, by=by)


def _check_seen(one: Import, fingerprint: str) -> None:
    if fingerprint != one.fingerprint:
        raise _differs()


def _check_rows(one: Import, *, only_good: bool) -> None:
    """I6: all rows or none, unless somebody chose to leave the wrong ones behind.

    Raises:
        RowsAreWrong: there are some.
    """
    wrong = sum(one.counts.get(each, 0) for each in (RowOutcome.REFUSED, RowOutcome.ASKED))
    if wrong and not only_good:
        text = ngettext(
            "%(count)d row cannot be brought in. Mend it, or choose to bring in the good rows only.",
            "%(count)d rows cannot be brought in. Mend them, or choose to bring in the good rows only.",
            wrong,
        )
        raise RowsAreWrong(text % {"count": wrong})


def _check_taken_back(one: Import, *, take_back: bool) -> None:
    """I7: nothing that a register said before is silently kept, nor silently revoked.

    Raises:
        NotConfirmed: there is something, and nobody has confirmed it.
    """
    count = one.counts.get(TAKEN_BACK, 0)
    if count and not take_back:
        text = ngettext(
            "The register takes %(count)d record back. Look at it, and confirm that the old record is revoked.",
            "The register takes %(count)d records back. Look at them, and confirm that the old records are revoked.",
            count,
        )
        raise NotConfirmed(text % {"count": count})


def _differs() -> DiffersNow:
    return DiffersNow(
        _(
            "Something has changed since this was checked, so the import would now write something else. Nothing is "
            "written. Check it again, and look at what it would do."
        )
    )


def _made(result: ChecksOfRows) -> dict[int, int]:
    """Return by number of the row the key of what it has written."""
    return {number: row.key for number, row in result.writes.items() if row.key is not None}
