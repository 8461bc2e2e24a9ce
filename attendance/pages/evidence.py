"""The card with the signed sheet in the workspace of a session."""

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
    """What the card shows.

    Attributes:
        sheets: the newest correction first, the sheet that the session links to last; empty while there is none.
        told: for each sheet, in the same order, what its codes tell (E8).
        is_open: whether the state of the session allows to upload or replace the sheet.
        is_correctable: whether the state of the session allows to correct it (E6).
        is_due: whether the session is over, so that a missing sheet is late.
        max_bytes: how many bytes may be sent at once.
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
        """The sheet that is shown first; None while there is none."""
        return self.sheets[0] if self.sheets else None

    @property
    def papers(self) -> list[tuple[EvidenceUpload, Told]]:
        """Each sheet together with what its codes tell."""
        return list(zip(self.sheets, self.told, strict=True))


def evidence_card(session: Session) -> EvidenceCard:
    """Return what the card of a session shows.

    It takes one query, and two more if a sheet was printed from another version of the list.
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
