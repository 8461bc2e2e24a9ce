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

    Any failure leaves the session as it was. A file that was stored but not linked does no harm, and is used when it
    is sent again. A new upload replaces the link, but never the file or the row of the upload before (E3). The codes
    read on the sheet (E8) are stored with the upload, and are never a reason to refuse it. Sending the file that the
    session links to already adds no row.

    Args:
        session_id: key of the session.
        files: one PDF, JPEG or PNG, or several pictures, which become one PDF.
        by: who uploads.
        now: the present moment.

    Returns:
        the upload; an earlier one if the session links to this very file already.

    Raises:
        NotFound: there is no such session.
        NotPermitted: the person may not do this, or not for this session.
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
    """Add a sheet that corrects the one of a finalized session (E6), as one more row; earlier rows never change.

    Args:
        session_id: key of the finalized session.
        files: one PDF, JPEG or PNG, or several pictures, which become one PDF.
        corrects_id: the upload that the person saw as the newest sheet.
        reason: why, for the trail.
        by: who corrects.
        now: the present moment.

    Raises:
        NotPermitted: the person is no superuser.
        NotFound: there is no such session.
        ReasonMissing: the reason is blank.
        NotFinalized: the session is not finalized (409).
        Stale: somebody else has added a correcting sheet meanwhile (409).
        SameSheet: the file is the newest sheet (409).
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
    """Link a stored file to the session. Durable, so no caller can hold a transaction open while the store is asked."""
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
