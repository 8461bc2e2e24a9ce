"""After any sequence of captures, voids, exceptions, hours by hand and hours taken back the sums are a plain list's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import given, note, settings
from hypothesis import strategies as st

from attendance.services.capture import Presence, capture_session, mark_exception, void_capture
from learners.models import LearnerHoursLog, LearnerProgression
from learners.selectors.progression import hours_differences
from learners.services.hours import log_hours, void_hours
from tests.factories.learners import LearnerProgressionFactory
from training.core.refusals import Refusal
from training.models import TrainingClass

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
DAYS = [date(2026, 3, day) for day in (2, 9, 16)]
SCHEDULED = Decimal(4)
LEARNERS = 3

halves = st.integers(-1, 9).map(lambda half: Decimal(half) / 2)
operations = st.one_of(
    st.tuples(
        st.just("capture"),
        st.integers(0, len(DAYS) - 1),
        st.dictionaries(st.integers(0, LEARNERS - 1), halves, max_size=LEARNERS),
    ),
    st.tuples(st.just("void"), st.integers(0, len(DAYS) - 1)),
    st.tuples(st.just("except"), st.integers(0, len(DAYS) - 1)),
    st.tuples(st.just("take back"), st.integers(0, 4)),
    st.tuples(st.just("log"), st.integers(0, LEARNERS - 1), halves, halves, st.none() | st.integers(0, len(DAYS) - 1)),
)


@dataclass
class Model:
    """What the rules say, in lists: hours by hand, and hours of each captured day, by learner."""

    by_hand: list[tuple[int, Decimal, Decimal, int | None]] = field(default_factory=list)
    taken_back: set[int] = field(default_factory=set)
    captured: dict[int, dict[int, Decimal]] = field(default_factory=dict)
    excepted: set[int] = field(default_factory=set)

    def takes(self, operation: tuple[Any, ...]) -> bool:
        """Carry out an operation, or tell that it is refused."""
        match operation:
            case "capture", day, present:
                if self._is_locked(day) or any(not 0 <= hours <= SCHEDULED for hours in present.values()):
                    return False
                self.captured[day] = {learner: present.get(learner, SCHEDULED) for learner in range(LEARNERS)}
            case "void", day:
                if not self._is_locked(day):
                    return False
                self.captured.pop(day, None)
                self.excepted.discard(day)
            case "except", day:
                if self._is_locked(day) or any(each == day for *_, each in self._standing()):
                    return False
                self.excepted.add(day)
            case "take back", number:
                if number >= len(self.by_hand) or number in self.taken_back:
                    return False
                self.taken_back.add(number)
            case "log", learner, trained, present, day:
                if not 0 <= present <= trained or day in self.excepted:
                    return False
                self.by_hand.append((learner, trained, present, day))
        return True

    def sums(self, learner: int) -> tuple[Decimal, Decimal]:
        """Return hours trained and present."""
        entries = [(trained, present) for each, trained, present, _ in self._standing() if each == learner]
        entries += [(SCHEDULED, present[learner]) for present in self.captured.values()]
        return sum((each for each, _ in entries), Decimal(0)), sum((each for _, each in entries), Decimal(0))

    def _standing(self) -> list[tuple[int, Decimal, Decimal, int | None]]:
        return [entry for number, entry in enumerate(self.by_hand) if number not in self.taken_back]

    def _is_locked(self, day: int) -> bool:
        return day in self.captured or day in self.excepted


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def training_class() -> TrainingClass:
    progression: LearnerProgression = LearnerProgressionFactory()
    LearnerProgressionFactory.create_batch(LEARNERS - 1, training_class=progression.training_class)
    return progression.training_class


def carry_out(operation: tuple[Any, ...], training_class: TrainingClass, learner_ids: list[int], by: User) -> bool:
    """Carry out an operation with the services; return whether it was done."""
    who: dict[str, Any] = {"class_id": training_class.pk, "by": by, "now": NOW}
    try:
        match operation:
            case "capture", day, present:
                presences = [Presence(learner_ids[learner], hours) for learner, hours in present.items()]
                capture_session(session_date=DAYS[day], presences=presences, **who)
            case "void", day:
                void_capture(session_date=DAYS[day], reason="Wrong", **who)
            case "except", day:
                mark_exception(session_date=DAYS[day], status="agent_absent", **who)
            case "take back", number:
                by_hand = LearnerHoursLog.objects.filter(source="manual", reversal_of=None).order_by("pk")
                row = by_hand[number : number + 1].first()
                void_hours(log_id=row.pk if row else 0, reason="Wrong", by=by, now=NOW)
            case "log", learner, trained, present, day:
                meeting = None if day is None else training_class.sessions.get(session_date=DAYS[day]).pk
                log_hours(learner_ids[learner], trained, present, session_id=meeting)
    except Refusal:
        return False
    return True


def test_h6_sums_are_those_of_a_plain_list(training_class: TrainingClass, superuser: User, long: bool):
    @settings(deadline=None, derandomize=not long, max_examples=1_000 if long else 25)
    @given(sequence=st.lists(operations, max_size=40 if long else 12))
    def agree(sequence: list[Any]) -> None:
        check(sequence, training_class, superuser)

    agree()


def check(sequence: list[Any], training_class: TrainingClass, by: User) -> None:
    model = Model()
    with rolled_back():
        progressions = list(training_class.progressions.order_by("pk"))
        learner_ids = [each.learner_id for each in progressions]
        rows = 0
        for operation in sequence:
            expected = model.takes(operation)
            assert carry_out(operation, training_class, learner_ids, by) == expected, operation
            note(f"{operation}: {'done' if expected else 'refused'}")
            assert LearnerHoursLog.objects.count() >= rows, "nothing is ever erased"
            rows = LearnerHoursLog.objects.count()
        for learner, progression in enumerate(progressions):
            progression.refresh_from_db()
            trained, present = model.sums(learner)
            assert (progression.hours_trained, progression.hours_present) == (trained, present)
            assert progression.hours_absent == trained - present
        assert not hours_differences()
