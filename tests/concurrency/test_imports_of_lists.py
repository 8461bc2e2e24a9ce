"""Imports of marks and hours against people who close what they are about at the same moment (I6, F4, H3)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from attendance.models import SessionAttendee
from attendance.services.capture import capture_session
from attendance.services.imports.kinds.hours import HourRows
from attendance.services.imports.kinds.marks import MarkRows
from learners.models import LearnerHoursLog
from learners.selectors.progression import hours_differences
from tests.bringing_in import bring_in, rows_of, terms_of
from tests.concurrency.at_once import meanwhile
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import UserFactory, active_class, scheduled_session
from training.core.groups import SUPERVISORS
from training.core.imports.declaration import Thing
from training.core.permissions import name_of
from training.core.refusals import Refusal
from training.models import Session, TrainingClass
from training.services.sessions import cancel_session

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
MONDAY, FOUR = date(2026, 3, 2), Decimal(4)


@pytest.fixture
def by() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


# Marks


@pytest.fixture
def session() -> Session:
    session = scheduled_session(start_time=datetime(2026, 3, 2, 7, tzinfo=UTC), end_time=NOW)
    SessionAttendeeFactory(session=session, learner__badge_id="10001")
    LearnerFactory(badge_id="10002")
    return session


def mark_while_somebody_cancels(session: Session, by: User) -> Any:
    rows = rows_of(*({"badge_id": badge, "is_present": "yes"} for badge in ("10001", "10002")))
    terms = terms_of(by, now=NOW, session=session.pk)
    return meanwhile(
        lambda: cancel_session(session_id=session.pk, reason="Storm", by=by, now=NOW),
        lambda: bring_in(MarkRows(), rows, terms),
    )


def marked(session: Session) -> list[tuple[Any, ...]]:
    lines = SessionAttendee.objects.filter(session=session).order_by("line")
    return list(lines.values_list("learner__badge_id", "is_present", "marked_by"))


def test_a_list_that_somebody_closes_is_not_marked(session: Session, by: User):
    answer = mark_while_somebody_cancels(session, by)
    said = "This session is cancelled: its list and attendance cannot be changed any more."
    assert [[str(each.sentence) for each in row.problems] for row in answer] == [[said], [said]]
    assert marked(session) == [("10001", False, None)]


def test_control_without_its_lock_a_cancelled_list_is_marked(
    session: Session, by: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(MarkRows, "lock", lambda self, workers, terms: None)
    mark_while_somebody_cancels(session, by)
    assert marked(session) == [("10001", True, by.pk), ("10002", True, by.pk)]


# Hours


@pytest.fixture
def training_class() -> TrainingClass:
    training_class = active_class()
    LearnerProgressionFactory(training_class=training_class, learner__badge_id="10001")
    return training_class


def record_while_somebody_records(training_class: TrainingClass, by: User) -> Any:
    code = str(training_class)
    row = {"class_code": code, "session_date": MONDAY, "badge_id": "10001", "hours_present": Decimal(1)}
    terms = terms_of(by, now=NOW, things={Thing.CLASS: {code: training_class.pk}})
    return meanwhile(
        lambda: capture_session(class_id=training_class.pk, session_date=MONDAY, by=by, now=NOW),
        lambda: bring_in(HourRows(), rows_of(row), terms),
    )


def test_h3_a_meeting_that_somebody_records_is_not_recorded_twice(training_class: TrainingClass, by: User):
    (row,) = record_while_somebody_records(training_class, by)
    assert row.outcome == "refused"
    assert f"The hours of 2 Mar 2026 were recorded by {name_of(by)}" in str(row.problems[0].sentence)
    assert [(each.hours_trained, each.hours_present) for each in LearnerHoursLog.objects.all()] == [(FOUR, FOUR)]
    assert list(hours_differences()) == []


def test_h3_control_without_its_locks_only_the_database_refuses_and_names_nobody(
    training_class: TrainingClass, by: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(HourRows, "lock", lambda self, workers, terms: None)
    answer = record_while_somebody_records(training_class, by)
    assert isinstance(answer, Refusal)
    assert name_of(by) not in str(answer)
    assert [(each.hours_trained, each.hours_present) for each in LearnerHoursLog.objects.all()] == [(FOUR, FOUR)]
