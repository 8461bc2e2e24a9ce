"""The signed sheets of a session, and the session, record or sign-off that an evidence page is about."""

from collections.abc import Collection

from django.db.models import F
from django.utils.translation import gettext as _

from learners.models import CompetencyRecord, EvidenceUpload, TrainingRecord
from learners.selectors.evidence import original_among, sheets_of_session
from training.core.refusals import check_found
from training.models import Session


def session_of_evidence(session_id: int) -> Session:
    """Return a session with what its permissions and its title need.

    Raises:
        NotFound: it does not exist or is deleted.
    """
    sessions = Session.objects.select_related("course", "course_version", "trainer")
    return check_found(
        sessions.filter(pk=session_id, deleted_at__isnull=True).first(),
        _("There is no such session; it may have been deleted."),
    )


def record_of_evidence(record_id: int) -> TrainingRecord:
    """Return a training record with what its permissions and its title need.

    Raises:
        NotFound: there is no such record.
    """
    return check_found(
        TrainingRecord.objects.select_related("learner", "session__trainer").filter(pk=record_id).first(),
        _("There is no such training record."),
    )


def sign_off_of_evidence(record_id: int) -> CompetencyRecord:
    """Return a practical sign-off with what its permissions and its title need.

    Raises:
        NotFound: there is no such sign-off.
    """
    return check_found(
        CompetencyRecord.objects.select_related("learner", "session__trainer").filter(pk=record_id).first(),
        _("There is no such practical sign-off."),
    )


def sheets(session: Session) -> list[EvidenceUpload]:
    """Return the sheets of a session: the newest correction first (E6), the sheet that the session links to last."""
    if not session.has_evidence:
        return []
    return sheets_of_session(session.pk, key=session.attendance_file_key, sha256=session.attendance_file_hash)


def newest_sheet(session: Session) -> EvidenceUpload | None:
    """Return the newest sheet of a session, which pages show first; None where there is none."""
    return next(iter(sheets(session)), None)


def present_upload(session: Session) -> EvidenceUpload | None:
    """Return the upload that the session links to: earlier ones were replaced (E3), later ones correct it (E6)."""
    return original_among(sheets(session))


def present_uploads(sessions: Collection[Session]) -> dict[int, EvidenceUpload]:
    """Return by session what `present_upload` returns for one, in one query."""
    uploads = EvidenceUpload.objects.filter(
        session__in=sessions,
        key=F("session__attendance_file_key"),
        sha256=F("session__attendance_file_hash"),
        corrects=None,
    )
    in_order = uploads.select_related("uploaded_by").order_by("uploaded_at", "pk")  # the latest one overwrites
    return {upload.session_id: upload for upload in in_order if upload.session_id is not None}
