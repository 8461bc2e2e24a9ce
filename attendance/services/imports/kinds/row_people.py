"""Which workers rows of marks and hours mean (I4), with what the rules ask of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from learners.models import Learner
from learners.policies.workers import why_not_active
from learners.services.imports.named_workers import NOBODY, Meant, NamedWorkers
from training.core.imports.rows import DraftRow, RowOutcome
from training.services.imports.checking import Considered
from training.services.imports.contract import ImportTerms

BADGE = "badge_id"
FACTS = ("id", BADGE, "first_name", "last_name", "status", "end_date", "company_id", "role_id")


@dataclass(frozen=True)
class RowPerson:
    """A worker whom a row means, with the badge that counts (L2).

    Attributes:
        why_not_listed: why nobody puts this worker on a list (L1); empty where that is possible.
        left_on: the last day on the site (L3); `date.max` where none is entered.
        company, role: keys, of now.
    """

    key: int
    badge: str
    why_not_listed: str
    left_on: date
    company: int
    role: int


class RowPeople:
    """The workers whom rows mean. Everybody is read once for a check, and what the rules ask once for each part."""

    def __init__(self, terms: ImportTerms) -> None:
        self._named = NamedWorkers(terms)
        self._meant: dict[tuple[int, int], Meant] = {}
        self._people: dict[int, RowPerson] = {}

    def read(self, rows: Sequence[DraftRow]) -> None:
        """Find the workers of a part."""
        self._meant = {(row.sheet, row.number): self._named.find(row) for row in rows}
        keys = {meant.key for meant in self._meant.values() if meant.key is not None}
        people = map(_person, Learner.objects.filter(pk__in=keys).values(*FACTS))
        self._people = {person.key: person for person in people}

    @property
    def keys(self) -> set[int]:
        """The keys of all whom the rows of the part mean."""
        return set(self._people)

    def find(self, row: Considered) -> RowPerson | None:
        """Return whom a row means; else the row says why that is nobody."""
        values = row.draft.values
        meant = self._meant.get((row.draft.sheet, row.draft.number), NOBODY)
        if meant.key is not None:
            return self._people[meant.key]
        if meant.is_left_out:
            row.leave_out(BADGE, "left_out", _("Left out, as was answered."))
        elif meant.candidates:
            row.checked.outcome, row.checked.candidates = RowOutcome.ASKED, meant.candidates
            row.refuse(BADGE, "who", _("Badge or name can mean somebody else. Say who it is."))
        elif not any(values.get(column) for column in (BADGE, "first_name", "last_name")):
            row.refuse(BADGE, "missing", _("Enter the badge, or name and employer."), "")
        else:
            column = BADGE if values.get(BADGE) else "last_name"
            row.refuse(column, "worker", _("There is no such worker. Bring the workers in first."))
        return None


def _person(facts: dict[str, object]) -> RowPerson:
    worker = Learner(**facts)
    why = "" if worker.status == Learner.Status.ACTIVE else f"{why_not_active(worker)}."
    return RowPerson(
        worker.pk, worker.badge_id, why, worker.end_date or date.max, worker.company_id, worker.role_id
    )  # fmt: skip
