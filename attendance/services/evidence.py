"""Uploading the signed attendance sheet of a session (E1, E2, E3, E7)."""

from collections.abc import Sequence
from datetime import datetime

import pghistory
from django.contrib.auth.models import User
from django.core.files.base import File
from django.db import transaction

from attendance.policies import check_can_upload
from attendance.selectors.evidence import session_of_evidence
from learners.evidence_files.incoming import Document, received
from learners.models import EvidenceUpload
from learners.services.evidence_store import StoredFile, store
from training.models import Session
from training.permissions import Permission, check_may
from training.services.sessions import lock_session


def upload_evidence(*, session_id: int, files: Sequence[File], by: User, now: datetime) -> EvidenceUpload:
    """Check, hash, store and read back what was sent; only then link it to the session, in one short transaction.

    Whatever fails leaves the session as it was. A file that was stored and not linked is harmless, and is used when it
    is sent again. A new upload replaces the link, never the file or the row of the one before (E3).

    Args:
        files: one PDF, JPEG or PNG, or several pictures, which become one PDF.

    Raises:
        SessionNotFound: there is no such session.
        NotPermitted: not granted, or not the trainer's own session.
        EvidenceIsClosed: the session is cancelled or finalized.
        NothingSent, EvidenceTooLarge, EvidenceNotAccepted, EvidenceUnreadable: the files are to blame.
        EvidenceNotReceived, ReaderUnavailable, StoreUnavailable: something here does not work at the moment.
    """
    session = session_of_evidence(session_id)
    check_may(by, Permission.UPLOAD, session)
    check_can_upload(session)
    with received(files) as document:
        stored = store(document=document)
    return _link(session_id=session_id, stored=stored, document=document, by=by, now=now)


def _link(*, session_id: int, stored: StoredFile, document: Document, by: User, now: datetime) -> EvidenceUpload:
    """Durable, so that no caller can hold a transaction open while the store is asked."""
    with pghistory.context(user=by.pk), transaction.atomic(durable=True):
        session = lock_session(session_id=session_id)
        check_may(by, Permission.UPLOAD, session)
        check_can_upload(session)
        upload = EvidenceUpload.objects.create(
            session=session,
            key=stored.key,
            sha256=stored.sha256,
            size=stored.size,
            content_type=stored.content_type,
            original_name=document.name,
            pages=stored.pages,
            uploaded_by=by,
            uploaded_at=now,
        )
        Session.objects.filter(pk=session.pk).update(
            attendance_file_key=stored.key, attendance_file_hash=stored.sha256, updated_by=by, updated_at=now
        )
    return upload
