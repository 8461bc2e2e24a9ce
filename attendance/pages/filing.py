"""The page on which certificates are filed: pasted rows, dropped files, and what is missing of each (I12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from attendance.models import FilingPaste, FilingProof
from attendance.selectors.filing import FilingState, filing_rows, filing_states, free_proofs
from attendance.services.filing import read_pastes
from training.policies.imports.pasted import Pasted


@dataclass(frozen=True)
class FilingPage:
    """Everything that waits to be filed by one login.

    Attributes:
        pastes: what was pasted and is not filed as a whole, each with how it is read.
        rows: the rows, in their order.
        files: those that belong to no row; refused ones say why.
        ready: how many rows can be filed.
        filed: how many are records.
    """

    pastes: Sequence[tuple[FilingPaste, Pasted]]
    rows: Sequence[FilingState]
    files: Sequence[FilingProof]
    ready: int
    filed: int

    @property
    def waiting(self) -> int:
        """How many rows are no records yet."""
        return len(self.rows) - self.filed


def filing_page(by: User, *, now: datetime) -> FilingPage:
    """Return what waits for a login."""
    states = filing_states(filing_rows(by), by=by, now=now)
    pastes = list(FilingPaste.objects.filter(owner=by, rows__record=None).distinct().order_by("pk"))
    return FilingPage(
        pastes=list(zip(pastes, read_pastes(pastes, now=now), strict=True)),
        rows=states,
        files=free_proofs(by),
        ready=sum(each.is_ready for each in states),
        filed=sum(each.is_filed for each in states),
    )
