"""The signed sheet of a session, and whose it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.policies.corrections import check_is_finalized
from attendance.policies.lists import check_can_upload, has_ended
from attendance.policies.sheet_findings import Told
from attendance.selectors.sheet_reading import sheets_told
from learners.models import CompetencyRecord, EvidenceUpload, TrainingRecord
from learners.selectors.evidence import original_among, sheets_of_session
from training.core.refusals import NotFound
from training.models import Session
from training.policies.sessions import allows


@dataclass(frozen=True)
class EvidenceCard:
    """What the card of the workspace shows.

    Args:
        sheets: the newest correction first, the one that the session links to last; none while it is missing.
        told: by sheet, in their order, what its codes tell (E8).
        is_open: it can still be uploaded or replaced, as far as the session goes.
        is_correctable: it can be corrected (E6), as far as the session goes.
        is_due: the session has been held, so that its sheet is missing while there is none.
        max_bytes: how much may be sent at once.
    """

    session: Session
    sheets: Sequence[EvidenceUpload]
    told: Sequence[Told]
    is_open: bool
    is_correctable: bool
    is_due: bool
    max_bytes: int

    @property
    def upload(self) -> EvidenceUpload | None:
        """The sheet that is shown first."""
        return self.sheets[0] if self.sheets else None

    @property
    def papers(self) -> list[tuple[EvidenceUpload, Told]]:
        """Each sheet with what its codes tell."""
        return list(zip(self.sheets, self.told, strict=True))


def session_of_evidence(session_id: int) -> Session:
    """Return a session with what permissions and titles need.

    Raises:
        NotFound: it does not exist or is deleted.
    """
    sessions = Session.objects.select_related("course", "course_version", "trainer")
    session = sessions.filter(pk=session_id, deleted_at__isnull=True).first()
    if session is None:
        raise NotFound(_("There is no such session; it may have been deleted."))
    return session


def record_of_evidence(record_id: int) -> TrainingRecord:
    """Return a training record with what permissions and titles need.

    Raises:
        NotFound: there is no such record.
    """
    record = TrainingRecord.objects.select_related("learner", "session__trainer").filter(pk=record_id).first()
    if record is None:
        raise NotFound(_("There is no such training record."))
    return record


def sign_off_of_evidence(record_id: int) -> CompetencyRecord:
    """Return a practical sign-off with what permissions and titles need.

    Raises:
        NotFound: there is no such sign-off.
    """
    record = CompetencyRecord.objects.select_related("learner", "session__trainer").filter(pk=record_id).first()
    if record is None:
        raise NotFound(_("There is no such practical sign-off."))
    return record


def evidence_card(session: Session) -> EvidenceCard:
    """Return what the evidence card of a session shows: in one query, and two more if a sheet is of another version of
    the list.
    """
    uploads = sheets(session)
    return EvidenceCard(
        session=session,
        sheets=uploads,
        told=sheets_told([(session, upload) for upload in uploads]),
        is_open=allows(check_can_upload, session),
        is_correctable=allows(check_is_finalized, session),
        is_due=session.status == Session.Status.SCHEDULED and has_ended(session, now=timezone.now()),
        max_bytes=settings.EVIDENCE_MAX_BYTES,
    )


def sheets(session: Session) -> list[EvidenceUpload]:
    """Return the sheets that tell of a session: the newest correction first (E6), the one it links to last."""
    if not session.has_evidence:
        return []
    return sheets_of_session(session.pk, key=session.attendance_file_key, sha256=session.attendance_file_hash)


def newest_sheet(session: Session) -> EvidenceUpload | None:
    """Return the sheet that is shown first."""
    return next(iter(sheets(session)), None)


def present_upload(session: Session) -> EvidenceUpload | None:
    """Return the upload that the session links to; earlier ones were replaced (E3), later ones correct it (E6)."""
    return original_among(sheets(session))


def present_uploads(sessions: Collection[Session]) -> dict[int, EvidenceUpload]:
    """Return by session what `present_upload` returns for one, in one query."""
    uploads = EvidenceUpload.objects.filter(
        session__in=sessions,
        key=F("session__attendance_file_key"),
        sha256=F("session__attendance_file_hash"),
        corrects=None,
    )
    in_order = uploads.select_related("uploaded_by").order_by("uploaded_at", "pk")  # the latest is written last
    return {upload.session_id: upload for upload in in_order if upload.session_id is not None}
