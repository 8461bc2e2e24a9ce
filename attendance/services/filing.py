"""Filing certificates one by one or many at once (I12): rows are pasted, files dropped beside them, and both filed.

Everything waits in tables and in the store of waiting files, so nothing that was pasted, typed or dropped is lost by a
reload. What is filed becomes a record by the service for external records, under its refusals.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import FilingPaste, FilingProof, FilingRow
from attendance.selectors.filing import (
    COURSE,
    PROVIDER,
    FilingState,
    filing_rows,
    filing_states,
)
from attendance.selectors.named import Names
from attendance.services.filing_files import forget_proofs, stored_proof
from attendance.services.filing_matches import check_room, match_proofs
from learners.models import TrainingRecord
from learners.policies.import_records import RECORDS
from learners.services.external_records import ProvenClaim, write_claims
from training.core.imports.declaration import Thing
from training.core.imports.registry import kinds
from training.core.imports.rows import DraftRow
from training.core.imports.values import as_json
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, Invalid, check_found
from training.core.sameness import same_text
from training.core.transactions import acting
from training.models import Company
from training.policies.imports.pasted import Pasted, read_pasted
from training.policies.imports.vocabulary import vocabulary_of
from training.services.job_kinds import declare_chore


class FiledAlready(Conflict):
    """The row is a record already and is not changed any more (409)."""


class NothingReady(Invalid):
    """No row of those that were named can be filed (400)."""


def paste_rows(*, text: str, provider_id: int | None, by: User, now: datetime) -> FilingPaste:
    """Keep rows as they were pasted, read them, and look which dropped file belongs to each.

    Args:
        provider_id: the company that gave the training, for rows that name nobody.

    Raises:
        NotPermitted: the person may not do this.
        PasteUnusable: there are no rows in it, or too many.
        TooMuchWaits: 409.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    provider = Company.objects.filter(pk=provider_id, is_active=True).first() if provider_id else None
    paste = FilingPaste(owner=by, text=text, provider=provider, pasted_at=now)
    pasted = read_paste(paste, now=now)
    with acting(by):
        check_room(FilingRow.objects.filter(owner=by, record=None).count() + len(pasted.rows))
        paste.save()
        FilingRow.objects.bulk_create(FilingRow(owner=by, paste=paste, **_read(row)) for row in pasted.rows)
        match_proofs(by, now=now)
    return paste


def read_paste(paste: FilingPaste, *, now: datetime) -> Pasted:
    """Return what pasted rows say, by what was said about them so far.

    Raises:
        PasteUnusable: as `paste_rows`.
    """
    return read_pastes([paste], now=now)[0]


def read_pastes(pastes: Sequence[FilingPaste], *, now: datetime) -> list[Pasted]:
    """Return what several pastes say, as `read_paste` does; the names of the site are read once."""
    courses, companies = Names(Thing.COURSE, sender=""), Names(Thing.COMPANY, sender="")
    knows = {
        COURSE: lambda value: courses.key_of(value) is not None,
        PROVIDER: lambda value: companies.key_of(value) is not None,
    }
    vocabulary, today = vocabulary_of(kinds()), timezone.localdate(now)
    return [
        read_pasted(
            each.text, RECORDS, vocabulary, knows=knows, columns=each.columns, answers=each.answers, today=today
        )
        for each in pastes
    ]


def agree_paste(
    *,
    paste_id: int,
    columns: Sequence[str],
    answers: Mapping[str, Any],
    provider_id: int | None,
    by: User,
    now: datetime,
) -> FilingPaste:
    """Say what the columns of pasted rows are and what was asked about them; they are read again.

    What was typed into rows stays, and so do files that were chosen by hand.

    Raises:
        NotPermitted, NotFound: the person may not do this, or has no such rows.
        ColumnTwice: two columns are said to be the same.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    named = [each for each in columns if each]
    if len(named) != len(set(named)):
        raise ColumnTwice(_("Two columns are said to be the same. Say of each what it is."))
    with acting(by):
        paste = _locked_paste(paste_id, by)
        paste.columns = list(columns)
        paste.answers = {**paste.answers, **answers}
        paste.provider = Company.objects.filter(pk=provider_id, is_active=True).first() if provider_id else None
        paste.save()
        before = {row.row: row for row in paste.rows.filter(record=None)}
        done = set(paste.rows.exclude(record=None).values_list("row", flat=True))
        for draft in read_paste(paste, now=now).rows:
            if draft.number in before:
                row = before.pop(draft.number)
                row.read, row.problems = _read(draft)["read"], _read(draft)["problems"]
                row.proof_id = row.proof_id if row.is_proof_chosen else None
                row.save()
            elif draft.number not in done:
                FilingRow.objects.create(owner=by, paste=paste, **_read(draft))
        paste.rows.filter(pk__in=[row.pk for row in before.values() if not row.typed]).delete()  # a heading, a total
        match_proofs(by, now=now)
    return paste


class ColumnTwice(Invalid):
    """Two columns of what was pasted are said to be the same (400)."""


def edit_row(*, row_id: int, typed: Mapping[str, Any], proof_id: int | None, by: User, now: datetime) -> FilingRow:
    """Keep what a person has typed into a row instead of what was read, and which file proves it.

    A course or a provider that is chosen for a text is chosen for all rows with that text (I4).

    Args:
        typed: by column, as JSON: texts, ISO days or "never", keys. What is not among them is as it was read.
        proof_id: the file; None if none of them is it.

    Raises:
        NotPermitted, NotFound: the person may not do this, or has no such row or file.
        FiledAlready: it is a record.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    with acting(by):
        row = _locked_row(row_id, by)
        _say_for_all(row, typed, by)
        row.typed = dict(typed)
        if proof_id != row.proof_id:
            row.is_proof_chosen = True
            row.proof = _free_proof(proof_id, by) if proof_id else None
        row.save()
        match_proofs(by, now=now)
    return row


def remove_row(*, row_id: int, by: User) -> None:
    """Take a row off the list; its file waits for another row. A row that is filed goes with its file.

    Raises:
        NotPermitted, NotFound: the person may not do this, or has no such row.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    with acting(by):
        row = check_found(FilingRow.objects.filter(owner=by, pk=row_id).first(), _("There is no such row."))
        proof = row.proof if row.record_id else None
        row.delete()
        FilingPaste.objects.filter(owner=by, rows=None).delete()
    forget_proofs([proof] if proof else [])


def remove_filed(*, by: User) -> None:
    """Take all rows off the list that are records.

    Raises:
        NotPermitted: the person may not do this.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    _remove(FilingRow.objects.filter(owner=by).exclude(record=None))


@dataclass(frozen=True)
class Filed:
    """What became records, and of which rows something is wrong after all."""

    records: Sequence[TrainingRecord]
    refused: int


def file_rows(*, by: User, now: datetime, row_ids: Collection[int] | None = None) -> Filed:
    """Make records of rows that are ready, each with its file, and bring compliance up to date (R1, C6).

    Files are stored first; then all records are written in one transaction. What is refused stays with its reason.

    Args:
        row_ids: keys of the rows; None for all that are ready.

    Raises:
        NotPermitted: the person may not do this.
        NothingReady: none of them can be filed.
        StoreUnavailable, WaitingStoreUnavailable: files cannot be stored at the moment.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    ready = _ready(by, row_ids, now=now)
    if not ready:
        raise NothingReady(_("No row can be filed yet. Each says what is missing."))
    stored = {state.row.pk: stored_proof(state.row.proof) for state in ready if state.row.proof is not None}
    # Outermost, so that no caller can have a transaction open while the store is asked.
    with acting(by, outermost=True):
        keys = FilingRow.objects.filter(owner=by, pk__in=stored, record=None).order_by("pk")
        held = list(keys.select_for_update().values_list("pk", "proof"))
        proofs = {state.row.pk: state.row.proof_id for state in ready}
        mine = {pk for pk, proof in held if proof == proofs[pk]}
        again = [state for state in _ready(by, mine, now=now) if state.row.proof_id == proofs[state.row.pk]]
        claims = [
            ProvenClaim(state.claim, stored[state.row.pk], state.row.proof.name)
            for state in again
            if state.claim is not None and state.row.proof is not None
        ]
        results = write_claims(claims=claims, by=by, now=now)
        records = []
        for state, result in zip(again, results, strict=True):
            if isinstance(result, TrainingRecord):
                state.row.record = result
                records.append(result)
        FilingRow.objects.bulk_update([state.row for state in again if state.row.record_id], ["record"])
        # What the same person has filed in a second window meanwhile is no refusal.
        filed = FilingRow.objects.filter(pk__in=[state.row.pk for state in ready]).exclude(record=None).count()
    return Filed(records, len(ready) - filed)


def purge_filing(*, now: datetime) -> int:
    """Remove what nobody has filed for some days, and what was filed long ago.

    Returns:
        how many rows and files were removed.
    """
    before = now - settings.FILES_WAIT
    removed = _remove(FilingRow.objects.filter(paste__pasted_at__lt=before))
    old = list(FilingProof.objects.filter(dropped_at__lt=before, row=None))
    forget_proofs(old)
    return removed + len(old)


declare_chore(lambda now: purge_filing(now=now))


def _say_for_all(row: FilingRow, typed: Mapping[str, Any], by: User) -> None:
    """Let what a course or a provider is called mean the same in every row that calls it so."""
    for column in (COURSE, PROVIDER):
        text = row.read.get(column)
        if not text or typed.get(column) in (None, row.typed.get(column)):
            continue
        for other in FilingRow.objects.filter(owner=by, record=None).exclude(pk=row.pk):
            if column not in other.typed and same_text(str(other.read.get(column, ""))) == same_text(text):
                other.typed = {**other.typed, column: typed[column]}
                other.save(update_fields=["typed"])


def _ready(by: User, row_ids: Collection[int] | None, *, now: datetime) -> list[FilingState]:
    rows = [row for row in filing_rows(by) if row.record_id is None]
    states = filing_states(rows, by=by, now=now)
    return [each for each in states if each.is_ready and (row_ids is None or each.row.pk in row_ids)]


def _read(row: DraftRow) -> dict[str, Any]:
    problems = [[each.column, each.code, str(each.sentence), each.value] for each in row.problems]
    return {"row": row.number, "read": as_json(row.values), "problems": problems}


def _locked_paste(paste_id: int, by: User) -> FilingPaste:
    pastes = FilingPaste.objects.filter(owner=by, pk=paste_id)
    return check_found(pastes.select_for_update().first(), _("There are no such rows."))


def _locked_row(row_id: int, by: User) -> FilingRow:
    rows = FilingRow.objects.filter(owner=by, pk=row_id)
    row = check_found(rows.select_for_update().first(), _("There is no such row."))
    if row.record_id is not None:
        raise FiledAlready(_("This row is filed already. A wrong record is revoked and entered anew."))
    return row


def _free_proof(proof_id: int, by: User) -> FilingProof:
    """Return a file that belongs to no other row; from a row that is not filed it is taken away."""
    found = FilingProof.objects.filter(owner=by, pk=proof_id).exclude(key="").first()
    proof = check_found(found, _("There is no such file."))
    if FilingRow.objects.filter(proof=proof).exclude(record=None).exists():
        raise FiledAlready(_("This file is the proof of another row, which is filed."))
    FilingRow.objects.filter(proof=proof).update(proof=None)
    return proof


def _remove(rows: Any) -> int:
    """Remove rows, what they were pasted in if nothing else is left of it, and files that are filed."""
    proofs = list(FilingProof.objects.filter(row__in=rows.exclude(record=None)))
    removed: int = rows.count()
    owners = set(rows.values_list("owner", flat=True))
    rows.delete()
    FilingPaste.objects.filter(owner__in=owners, rows=None).delete()
    forget_proofs(proofs)
    return removed
