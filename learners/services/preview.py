"""Who turns red, yellow or green when a rule, a role or an area changes, shown before it is saved.

There is no second implementation that predicts it. The service makes the change and judges everybody anew for real;
then the answers are compared, and the change is undone or kept. So what is kept turns exactly those who were shown.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

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
    """The change would now do something else than the preview showed (409); `outcome` is what it would do."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(
            _(
                "Something has changed since this preview, so other workers would change colour. Nothing is saved. "
                "Check the preview again."
            )
        )
        self.outcome = outcome


def try_out(change: Change, *, today: date) -> Outcome:
    """Return what a change would do, and undo it.

    The locks of the change are held meanwhile: less than a second for 2,000 workers
    (tests/benchmarks/test_requirements.py).

    Args:
        change: calls one service; its refusals are raised here.
        today: the site's date.
    """
    with acting(None):
        outcome = _watch(change, today=today)
        transaction.set_rollback(True)
    return outcome


def carry_out(change: Change, *, seen: str, today: date) -> Outcome:
    """Make a change if it does exactly what somebody has seen and agreed to.

    Args:
        change: as for `try_out`.
        seen: the fingerprint of the outcome that was shown.
        today: the site's date.

    Raises:
        OutcomeDiffers: it would do something else by now; nothing is changed.
    """
    with acting(None):
        outcome = _watch(change, today=today)
        if outcome.fingerprint != seen:
            raise OutcomeDiffers(outcome)
    return outcome


@dataclass
class _Answers:
    """The answers of some workers.

    Attributes:
        workers: the status of each worker, by key.
        active: keys of the ACTIVE ones.
        courses: worker, course and status of every required course.
    """

    workers: dict[int, str] = field(default_factory=dict)
    active: set[int] = field(default_factory=set)
    courses: set[tuple[int, int, str]] = field(default_factory=set)

    def note(self, learner_ids: Collection[int], *, today: date) -> None:
        self.read([learner_id for learner_id in learner_ids if learner_id not in self.workers], today=today)

    def read(self, learner_ids: Iterable[int], *, today: date) -> None:
        """Add the answers of these workers, in two queries. An answer past its last day is red (C7)."""
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


class Watcher(Protocol):
    """Is told of workers before they are judged anew."""

    def note(self, learner_ids: Collection[int], *, today: date) -> None:
        """Remember the answers of these workers, who are locked. The same worker may come again."""


_watcher: ContextVar[Watcher | None] = ContextVar("who watches the change that is made", default=None)


def note_answers(learner_ids: Collection[int], *, today: date) -> None:
    """Tell who watches the change that locked workers are judged anew now."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher.note(learner_ids, today=today)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Let everybody who is judged anew inside be noted before."""
    watching = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(watching)


def _watch(change: Change, *, today: date) -> Outcome:
    """Make a change, and compare the answers of everybody who was judged anew by it."""
    before, after = _Answers(), _Answers()
    with watched_by(before):
        change()
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
