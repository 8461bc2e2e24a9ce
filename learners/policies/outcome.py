"""What a change does to the answers of workers. `learners.services.preview` finds it out, and pages show it."""

from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from learners.models import ComplianceStatus

WORST_FIRST = (ComplianceStatus.NON_COMPLIANT, ComplianceStatus.PENDING, ComplianceStatus.COMPLIANT)


class CourseTurn(NamedTuple):
    """The answer of one worker for one course, before and after a change; None where the course is not required."""

    course_id: int
    before: ComplianceStatus | None
    after: ComplianceStatus | None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a change does to one worker. An answer past its last day counts as red, before and after (C7).

    Attributes:
        before: None for somebody who is new.
        comes: whether the worker is counted from now on: is new, or is back (C4, L3).
    """

    learner_id: int
    is_active: bool
    before: ComplianceStatus | None
    after: ComplianceStatus
    courses: tuple[CourseTurn, ...]
    comes: bool = False

    @property
    def turns(self) -> bool:
        """Whether the worker's own status changes, and not only the answer for a course."""
        return self.before != self.after and not self.comes


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a change does.

    Attributes:
        turns: everybody for whom anything changes, by key.
        concerned: the number of workers who were judged anew, whether or not anything changes for them.
        concerned_active: the number of ACTIVE ones among them, whom roles, areas and lists count (C4).
    """

    turns: tuple[Turn, ...] = ()
    concerned: int = 0
    concerned_active: int = 0

    @property
    def concerned_others(self) -> int:
        """The number of those who are not active or blocked."""
        return self.concerned - self.concerned_active

    @property
    def fingerprint(self) -> str:
        """A text that two outcomes share only if they turn the same people in the same way."""
        told = ";".join(
            f"{turn.learner_id}:{turn.is_active:d}:{turn.before}:{turn.after}:"
            + ",".join(f"{course}={before}>{after}" for course, before, after in turn.courses)
            for turn in self.turns
        )
        return sha256(told.encode()).hexdigest()


NOTHING_TURNS = Outcome()
