"""The certificate of a record that came from an old register without one, added later (I7)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.contrib.auth.models import User
from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.evidence.incoming import received
from learners.evidence.store import store
from learners.models import EvidenceUpload, TrainingRecord
from learners.selectors.records import lacks_certificate
from learners.services.compliance import recalculate
from learners.services.learners import lock_learner
from learners.services.records import check_not_revoked
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, check_found
from training.core.transactions import acting
from training.selectors.site import site_identity


class HasProof(Conflict):
    """The record has a certificate or a signed sheet already (409)."""


def add_certificate(*, record_id: int, files: Sequence[File], by: User, now: datetime) -> EvidenceUpload:
    """Add the certificate of a record from an old register. From then on it counts like any other (I7, C6).

    The record itself and the extract of the register stay as they are. If the certificate gives other days, the record
    is revoked and entered anew from the certificate.

    Args:
        files: one PDF, JPEG or PNG, or several pictures, which become one PDF (E7).

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such record.
        AlreadyRevoked, HasProof: 409.
        NothingSent, EvidenceTooLarge, EvidenceNotAccepted, EvidenceUnreadable: the files cannot be used.
        EvidenceNotReceived, ReaderUnavailable, StoreUnavailable: the site cannot take the files at the moment.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    record = get_record_without_certificate(record_id)
    with received(files) as document:
        stored = store(document=document, site=site_identity())
    # Outermost, so that no caller can have a transaction open while the store is asked.
    with acting(by, outermost=True):
        lock_learner(learner_id=record.learner_id)
        record = get_record_without_certificate(record_id)
        upload = EvidenceUpload.objects.create(
            record=record, **asdict(stored), original_name=document.name, uploaded_by=by, uploaded_at=now
        )
        today = timezone.localdate(now)
        recalculate(learner_ids=[record.learner_id], course_id=record.course_id, today=today, now=now)
    return upload


def get_record_without_certificate(record_id: int) -> TrainingRecord:
    """Return a record that waits for its certificate.

    Raises:
        NotFound: there is no such record.
        AlreadyRevoked: it counts for nothing any more.
        HasProof: it has a certificate or a signed sheet.
    """
    records = TrainingRecord.objects.select_related("learner", "course", "register_import", "extract", "provider")
    record = check_found(records.filter(pk=record_id).first(), _("There is no such record."))
    check_not_revoked(record)
    if not TrainingRecord.objects.filter(lacks_certificate(), pk=record_id).exists():
        raise HasProof(_("This record has its proof already. A wrong record is revoked and entered anew."))
    return record
