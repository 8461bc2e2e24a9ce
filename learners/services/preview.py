"""Who turns red, yellow or green when a rule, a role or an area changes: told before it is saved.

There is no second way of working that out. The service that makes the change, and the judging that follows from it,
are carried out for real, looked at, and then undone or kept. What is kept turns exactly those who were shown.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from learners.models import ComplianceItem, ComplianceStatus, Learner
from learners.outcome import CourseTurn, Outcome, Turn
from training.refusals import Conflict, database_refusals

Change = Callable[[], Any]


class OutcomeDiffers(Conflict):
    """Somebody changed what the preview rested on (409); `outcome` is what the change would do now."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(
            _("Something changed since this preview: saving would turn other workers. Nothing is saved. Look again.")
        )
        self.outcome = outcome


def try_out(change: Change, *, today: date) -> Outcome:
    """Return what a change would do, and leave everything as it is.

    The locks of the change are held while it is looked at: a quarter of a second for 2,000 workers.

    Args:
        change: calls one service; whatever it refuses is refused here in the same words.
        today: the site's date.
    """
    with transaction.atomic():
        outcome = _watch(change, today=today)
        transaction.set_rollback(True)
    return outcome


def carry_out(change: Change, *, seen: str, today: date) -> Outcome:
    """Make a change if it does what somebody has seen and agreed to; else make none.

    Args:
        change: as for `try_out`.
        seen: the fingerprint of the outcome that was shown.
        today: the site's date.

    Raises:
        OutcomeDiffers: it would do something else by now.
    """
    with database_refusals(), transaction.atomic():
        outcome = _watch(change, today=today)
        if outcome.fingerprint != seen:
            raise OutcomeDiffers(outcome)
    return outcome


# What is said about a worker: the status, and that of every course asked.
_Answer = tuple[ComplianceStatus, dict[int, ComplianceStatus]]
_before: ContextVar[dict[int, _Answer] | None] = ContextVar("answers before the change that is watched", default=None)


def note_answers(learner_ids: Iterable[int], *, today: date) -> None:
    """Remember what is said about locked workers who are about to be judged anew, where somebody watches the change."""
    before = _before.get()
    if before is not None:
        before |= _answers([learner_id for learner_id in learner_ids if learner_id not in before], today)


def _watch(change: Change, *, today: date) -> Outcome:
    """Make a change, and compare the answers of everybody who was judged on the way."""
    before: dict[int, _Answer] = {}
    watching = _before.set(before)
    try:
        change()
    finally:
        _before.reset(watching)
    after = _answers(before, today)
    active = set(Learner.objects.filter(pk__in=before, status=Learner.Status.ACTIVE).values_list("pk", flat=True))
    turns = (
        _turn(learner_id, before[learner_id], after[learner_id], is_active=learner_id in active)
        for learner_id in sorted(before)
    )
    return Outcome(turns=tuple(turn for turn in turns if turn.turns or turn.courses), concerned=len(before))


def _turn(learner_id: int, before: _Answer, after: _Answer, *, is_active: bool) -> Turn:
    (status_before, courses_before), (status_after, courses_after) = before, after
    courses = (
        CourseTurn(course, courses_before.get(course), courses_after.get(course))
        for course in sorted(courses_before.keys() | courses_after.keys())
    )
    return Turn(
        learner_id=learner_id,
        is_active=is_active,
        before=status_before,
        after=status_after,
        courses=tuple(course for course in courses if course.before != course.after),
    )


def _answers(learner_ids: Iterable[int], today: date) -> dict[int, _Answer]:
    """Return what is said about these workers today, in two queries."""
    learners = Learner.objects.filter(pk__in=learner_ids).order_by()
    answers: dict[int, _Answer] = {
        learner_id: (_today(status, holds_until, today), {})
        for learner_id, status, holds_until in learners.values_list("pk", "compliance_status", "compliance_holds_until")
    }
    items = ComplianceItem.objects.filter(learner__in=learner_ids).order_by()
    for learner_id, course, status, holds_until in items.values_list("learner", "course", "status", "holds_until"):
        answers[learner_id][1][course] = _today(status, holds_until, today)
    return answers


def _today(status: str, holds_until: date | None, today: date) -> ComplianceStatus:
    """Return a stored status as it counts today: past its last day it is red until it is judged anew (C7)."""
    is_past = holds_until is not None and holds_until < today
    return ComplianceStatus.NON_COMPLIANT if is_past else ComplianceStatus(status)
