"""What a change does to the answers of workers, as `learners.services.preview` finds it out and pages tell it."""

from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from learners.models import ComplianceStatus


class CourseTurn(NamedTuple):
    """What becomes of one worker's answer to one course; None where the course is not asked."""

    course_id: int
    before: ComplianceStatus | None
    after: ComplianceStatus | None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What becomes of one worker. An answer past its last day counts as red, before and after (C7)."""

    learner_id: int
    is_active: bool
    before: ComplianceStatus
    after: ComplianceStatus
    courses: tuple[CourseTurn, ...]

    @property
    def turns(self) -> bool:
        """Whether the worker's own status changes, and not only what is asked of a course."""
        return self.before != self.after


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a change does: `turns` names everybody for whom anything changes, by key.

    `concerned` is the number of workers who were judged anew, whether or not anything changes for them;
    `concerned_active` of them are ACTIVE, those whom roles, areas and lists count (C4).
    """

    turns: tuple[Turn, ...] = ()
    concerned: int = 0
    concerned_active: int = 0

    @property
    def concerned_others(self) -> int:
        """How many of them are not active or blocked."""
        return self.concerned - self.concerned_active

    @property
    def fingerprint(self) -> str:
        """Return what two outcomes have in common only when they turn the same people in the same way."""
        told = ";".join(
            f"{turn.learner_id}:{turn.is_active:d}:{turn.before}:{turn.after}:"
            + ",".join(f"{course}={before}>{after}" for course, before, after in turn.courses)
            for turn in self.turns
        )
        return sha256(told.encode()).hexdigest()


NOTHING_TURNS = Outcome()
