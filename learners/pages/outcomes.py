"""What a preview shows: who turns red, yellow or green by a change, and which workers were chosen for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from learners.models import ComplianceStatus, Learner
from learners.policies.outcome import WORST_FIRST, Outcome, Turn
from learners.policies.standing import Standing
from training.core.kinds import StatusKind
from training.models import Course


@dataclass(frozen=True)
class CourseLine:
    """The answer for one course before and after the change; None where the course is not required."""

    course_id: int
    code: str
    before: Standing | None
    after: Standing | None


@dataclass(frozen=True)
class TurnLine:
    """One worker in a preview: the status before and after, and the courses that are the reason, the worst first.

    Attributes:
        learner: of somebody who is not there yet, one without a key.
        comes: whether the worker is counted from now on: is new, or is back.
        before: None for somebody who is new.
    """

    learner: Learner
    turns: bool
    comes: bool
    before: Standing | None
    after: Standing
    courses: Sequence[CourseLine]


@dataclass(frozen=True)
class ToldOutcome:
    """An outcome as a page shows it.

    Attributes:
        counts: the number of ACTIVE workers who turn (C4), by the status to which they turn, the worst first.
        same: the number of ACTIVE workers whose answer for a course changes, and whose own status does not.
        people: the ACTIVE workers for whom anything changes, the worst first.
        others: the others, who are not active or blocked.
        left_out: how many are not named, because a page names only so many.
    """

    outcome: Outcome
    counts: Sequence[tuple[Standing, int]]
    same: int
    people: Sequence[TurnLine]
    others: Sequence[TurnLine]
    left_out: int

    @property
    def is_empty(self) -> bool:
        return not self.outcome.turns


def told(outcome: Outcome, *, most: int | None) -> ToldOutcome:
    """Return an outcome in the order of a page: who turns red, yellow, green, then who keeps the status; each by name.

    Args:
        most: how many workers are named in each list; None for all.
    """
    by_learner = {turn.learner_id: turn for turn in outcome.turns}
    by_name = Learner.objects.filter(pk__in=by_learner).order_by("sort_key").values_list("pk", flat=True)
    turns = sorted((by_learner[pk] for pk in by_name), key=_place)
    active = [turn for turn in turns if turn.is_active]
    others = [turn for turn in turns if not turn.is_active]
    named = turn_lines([*active[:most], *others[:most]])
    return ToldOutcome(
        outcome=outcome,
        counts=[
            (standing_of_worker(status), sum(turn.turns and turn.after == status for turn in active))
            for status in WORST_FIRST
        ],
        same=sum(not turn.turns for turn in active),
        people=[named[turn.learner_id] for turn in active[:most]],
        others=[named[turn.learner_id] for turn in others[:most]],
        left_out=len(turns) - len(named),
    )


def _place(turn: Turn) -> tuple[bool, int]:
    return not turn.turns, WORST_FIRST.index(turn.after)


def turn_lines(turns: Sequence[Turn], *, new: Mapping[int, Learner] | None = None) -> dict[int, TurnLine]:
    """Return by key these workers with their names and the codes of the courses, in two queries.

    Args:
        new: those who are not there yet, by the key that their turn has.
    """
    keys = [turn.learner_id for turn in turns]
    learners = {**Learner.objects.select_related("role", "company").in_bulk(keys), **(new or {})}
    courses = {course.course_id for turn in turns for course in turn.courses}
    codes = dict(Course.objects.filter(pk__in=courses).values_list("pk", "code"))
    return {
        turn.learner_id: TurnLine(
            learners[turn.learner_id],
            turn.turns,
            turn.comes,
            None if turn.before is None else standing_of_worker(turn.before),
            standing_of_worker(turn.after),
            [
                CourseLine(each.course_id, codes[each.course_id], _of_course(each.before), _of_course(each.after))
                for each in sorted(turn.courses, key=lambda each: (_severity(each.after), codes[each.course_id]))
            ],
        )
        for turn in turns
    }


def _severity(status: ComplianceStatus | None) -> int:
    return len(WORST_FIRST) if status is None else WORST_FIRST.index(status)


def standing_of_worker(status: ComplianceStatus) -> Standing:
    """Return how the status of a worker is shown."""
    words = {
        ComplianceStatus.NON_COMPLIANT: Standing(StatusKind.BAD, _("Not cleared")),
        ComplianceStatus.PENDING: Standing(StatusKind.WARN, _("Due")),
        ComplianceStatus.COMPLIANT: Standing(StatusKind.OK, _("Cleared")),
    }
    return words[status]


def _of_course(status: ComplianceStatus | None) -> Standing | None:
    if status is None:
        return None
    words = {
        ComplianceStatus.NON_COMPLIANT: Standing(StatusKind.BAD, _("Missing")),
        ComplianceStatus.PENDING: Standing(StatusKind.WARN, _("Due")),
        ComplianceStatus.COMPLIANT: Standing(StatusKind.OK, _("Valid")),
    }
    return words[status]


@dataclass(frozen=True)
class ChosenPeople:
    """Some of the chosen workers, how many more were chosen, and how many of all of them are not ACTIVE."""

    named: Sequence[Learner]
    left_out: int
    not_active: int


def chosen_people(learner_ids: Sequence[int], *, most: int) -> ChosenPeople:
    """Return the chosen workers, `most` of them by name, in two queries."""
    chosen = Learner.objects.filter(pk__in=learner_ids)
    return ChosenPeople(
        named=list(chosen.order_by("sort_key")[:most]),
        left_out=max(0, len(learner_ids) - most),
        not_active=chosen.exclude(status=Learner.Status.ACTIVE).count(),
    )
