"""The card of the workspace with the signed sheet of a session."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from attendance.policies.corrections import check_is_finalized
from attendance.policies.lists import check_can_upload, has_ended
from attendance.policies.sheet_findings import Told
from attendance.selectors.evidence import sheets
from attendance.selectors.sheet_reading import sheets_told
from learners.models import EvidenceUpload
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
