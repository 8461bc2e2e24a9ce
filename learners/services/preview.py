"""Who turns red, yellow or green when a rule, a role or an area changes: told before it is saved.

There is no second way of working that out. The service that makes the change, and the judging that follows from it,
are carried out for real, looked at, and then undone or kept. What is kept turns exactly those who were shown.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _

from learners.models import ComplianceItem, ComplianceStatus, Learner
from learners.policies.outcome import CourseTurn, Outcome, Turn
from learners.selectors.learners import is_on_site
from training.core.refusals import Conflict
from training.core.transactions import acting

Change = Callable[[], Any]


class OutcomeDiffers(Conflict):
    """Somebody changed what the preview rested on (409); `outcome` is what the change would do now."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(
            _(
                "Something has changed since this preview, so other workers would change colour. Nothing is saved. "
                "Check the preview again."
            )
        )
        self.outcome = outcome


def try_out(change: Change, *, today: date) -> Outcome:
    """Return what a change would do, and leave everything as it is.

    The locks of the change are held while it is looked at: less than a second for 2,000 workers
    (tests/benchmarks/test_requirements.py).

    Args:
        change: calls one service; whatever it refuses is refused here in the same words.
        today: the site's date.
    """
    with acting(None):
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
    with acting(None):
        outcome = _watch(change, today=today)
        if outcome.fingerprint != seen:
            raise OutcomeDiffers(outcome)
    return outcome


@dataclass
class _Answers:
    """What is said about some workers: the status of each, and of every course asked (worker, course, status).

    `active` are the keys of the ACTIVE ones.
    """

    workers: dict[int, str] = field(default_factory=dict)
    active: set[int] = field(default_factory=set)
    courses: set[tuple[int, int, str]] = field(default_factory=set)

    def read(self, learner_ids: Iterable[int], *, today: date) -> None:
        """Add what is said about these workers, in two queries. An answer past its last day is red (C7)."""
        red = Value(ComplianceStatus.NON_COMPLIANT)
        workers = Learner.objects.filter(pk__in=learner_ids).order_by()
        status = Case(When(compliance_holds_until__lt=today, then=red), default=F("compliance_status"))
        for pk, said, is_active in workers.values_list(
            "pk", status, Case(When(is_on_site(), then=True), default=False)
        ):
            self.workers[pk] = said
            if is_active:
                self.active.add(pk)
        items = ComplianceItem.objects.filter(learner__in=learner_ids).order_by()
        status = Case(When(holds_until__lt=today, then=red), default=F("status"))
        self.courses.update(items.values_list("learner", "course", status))


_before: ContextVar[_Answers | None] = ContextVar("answers before the change that is watched", default=None)


def note_answers(learner_ids: Iterable[int], *, today: date) -> None:
    """Remember what is said about locked workers who are about to be judged anew, where somebody watches the change."""
    before = _before.get()
    if before is not None:
        before.read([learner_id for learner_id in learner_ids if learner_id not in before.workers], today=today)


def _watch(change: Change, *, today: date) -> Outcome:
    """Make a change, and compare the answers of everybody who was judged on the way."""
    before, after = _Answers(), _Answers()
    watching = _before.set(before)
    try:
        change()
    finally:
        _before.reset(watching)
    after.read(list(before.workers), today=today)
    return Outcome(turns=_turns(before, after), concerned=len(before.workers), concerned_active=len(after.active))


def _turns(before: _Answers, after: _Answers) -> tuple[Turn, ...]:
    """Return everybody for whom anything differs, by key."""
    courses: dict[int, dict[int, CourseTurn]] = defaultdict(dict)
    for learner_id, course, status in before.courses - after.courses:
        courses[learner_id][course] = CourseTurn(course, ComplianceStatus(status), None)
    for learner_id, course, status in after.courses - before.courses:
        was = courses[learner_id].get(course)
        courses[learner_id][course] = CourseTurn(course, was.before if was else None, ComplianceStatus(status))
    turned = {learner_id for learner_id, status in before.workers.items() if after.workers[learner_id] != status}
    concerned = courses.keys() | turned
    return tuple(
        Turn(
            learner_id=learner_id,
            is_active=learner_id in after.active,
            before=ComplianceStatus(before.workers[learner_id]),
            after=ComplianceStatus(after.workers[learner_id]),
            courses=tuple(sorted(courses[learner_id].values())),
        )
        for learner_id in sorted(concerned)
    )
