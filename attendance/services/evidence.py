"""Uploading the signed attendance sheet of a session, and correcting it after finalize (E1, E2, E3, E6, E7, E8)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.contrib.auth.models import User
from django.core.files.base import File
from django.utils.translation import gettext as _

from attendance.policies.corrections import check_can_correct_sheet
from attendance.policies.lists import check_can_upload
from attendance.policies.sheet_reading import Reading, kept
from attendance.selectors.evidence import newest_sheet, present_upload, session_of_evidence
from attendance.services.sheet_reading import read_sheet
from learners.evidence.incoming import Document, received
from learners.evidence.store import StoredFile, store
from learners.models import EvidenceUpload
from training.core.permissions import Permission, check_may
from training.core.refusals import check_reason
from training.core.transactions import acting
from training.models import Session
from training.selectors.site import site_identity
from training.services.sessions import lock_session


def upload_evidence(*, session_id: int, files: Sequence[File], by: User, now: datetime) -> EvidenceUpload:
    """Check, hash, store and read back what was sent; only then link it to the session, in one short transaction.

    Whatever fails leaves the session as it was. A file that was stored and not linked is harmless, and is used when it
    is sent again. A new upload replaces the link, never the file or the row of the one before (E3). What is read on it
    (E8) is kept with it, and is never a reason to refuse it. What the session links to already is no news: no row says
    it again.

    Args:
        files: one PDF, JPEG or PNG, or several pictures, which become one PDF.

    Returns:
        the upload; one of an earlier moment than `now` where the session's sheet is this file already.

    Raises:
        NotFound: there is no such session.
        NotPermitted: not granted, or not the trainer's own session.
        EvidenceIsClosed: the session is cancelled or finalized.
        NothingSent, EvidenceTooLarge, EvidenceNotAccepted, EvidenceUnreadable: the files are to blame.
        EvidenceNotReceived, ReaderUnavailable, StoreUnavailable: something here does not work at the moment.
    """
    session = session_of_evidence(session_id)
    check_may(by, Permission.UPLOAD, session)
    check_can_upload(session)
    with received(files) as document:
        reading = read_sheet(document)
        stored = store(document=document, site=site_identity())
    return _link(session_id=session_id, stored=stored, document=document, reading=reading, by=by, now=now)


def correct_sheet(
    *, session_id: int, files: Sequence[File], corrects_id: int, reason: str, by: User, now: datetime
) -> EvidenceUpload:
    """Add a sheet that puts right the one of a finalized session (E6): one more row; what is written never changes.

    Args:
        files: one PDF, JPEG or PNG, or several pictures, which become one PDF.
        corrects_id: the upload that the person saw as the newest sheet.

    Raises:
        NotPermitted: not granted; superusers only.
        NotFound: there is no such session.
        ReasonMissing: the reason is blank.
        NotFinalized, Stale, SameSheet: 409.
        NothingSent, EvidenceTooLarge, EvidenceNotAccepted, EvidenceUnreadable: the files are to blame.
        EvidenceNotReceived, ReaderUnavailable, StoreUnavailable: something here does not work at the moment.
    """
    check_may(by, Permission.CORRECT)
    session = session_of_evidence(session_id)
    reason = check_reason(reason, _("Say why the sheet is corrected."))
    check_can_correct_sheet(session, newest_sheet(session), seen_id=corrects_id)
    with received(files) as document:
        check_can_correct_sheet(session, newest_sheet(session), seen_id=corrects_id, sha256=document.sha256)
        reading = read_sheet(document)
        stored = store(document=document, site=site_identity())
    with acting(by, outermost=True):
        session = lock_session(session_id=session_id)
        newest = newest_sheet(session)
        check_can_correct_sheet(session, newest, seen_id=corrects_id, sha256=stored.sha256)
        return _write(
            session,
            stored=stored,
            document=document,
            reading=reading,
            by=by,
            now=now,
            corrects=newest,
            reason=reason,
        )


def _link(
    *, session_id: int, stored: StoredFile, document: Document, reading: Reading, by: User, now: datetime
) -> EvidenceUpload:
    """Durable, so that no caller can hold a transaction open while the store is asked."""
    with acting(by, outermost=True):
        session = lock_session(session_id=session_id)
        check_may(by, Permission.UPLOAD, session)
        check_can_upload(session)
        is_linked = (session.attendance_file_key, session.attendance_file_hash) == (stored.key, stored.sha256)
        if is_linked and (present := present_upload(session)):
            return present
        upload = _write(session, stored=stored, document=document, reading=reading, by=by, now=now)
        Session.objects.filter(pk=session.pk).update(
            attendance_file_key=stored.key, attendance_file_hash=stored.sha256, updated_by=by, updated_at=now
        )
    return upload


def _write(
    session: Session,
    *,
    stored: StoredFile,
    document: Document,
    reading: Reading,
    by: User,
    now: datetime,
    corrects: EvidenceUpload | None = None,
    reason: str = "",
) -> EvidenceUpload:
    return EvidenceUpload.objects.create(
        session=session,
        **asdict(stored),
        original_name=document.name,
        reading=kept(reading),
        uploaded_by=by,
        uploaded_at=now,
        corrects=corrects,
        reason=reason,
    )
