"""Many people filling and marking one list at the same moment. Each race has a control with the lock off."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from attendance.services import attendees, marking
from attendance.services.attendees import Added, add_attendees
from attendance.services.marking import Mark, StaleMarks, save_marks
from learners.models import Learner
from tests.concurrency.at_once import Job, all_at_once, everybody_first
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import MORNING, CompanyFactory, UserFactory, scheduled_session
from training.core.groups import SUPERVISORS
from training.core.permissions import name_of
from training.core.refusals import Conflict
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 16
NOW = MORNING + timedelta(hours=1)


@pytest.fixture
def supervisor() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


@pytest.fixture
def learners() -> list[Learner]:
    learners: list[Learner] = LearnerFactory.create_batch(CLIENTS, role=RoleFactory(), company=CompanyFactory())
    return learners


def without_lock(*, session_id: int) -> Session:
    return Session.objects.select_related("course", "course_version", "trainer", "venue").get(pk=session_id)


def everybody_adds(session: Session, learners: list[Learner], by: User) -> list[Any]:
    """Each of as many people as there are workers adds all of them, each beginning with another one."""

    def add(first: int) -> Job:
        ids = [learner.pk for learner in (*learners[first:], *learners[:first])]
        return lambda: add_attendees(session_id=session.pk, learner_ids=ids, by=by, now=NOW)

    return all_at_once([add(first) for first in range(len(learners))])


def test_p3_many_add_the_same_people_and_each_is_listed_once(supervisor: User, learners: list[Learner]) -> None:
    session = scheduled_session()
    answers = everybody_adds(session, learners, supervisor)
    assert sorted(answer.added for answer in answers) == [0] * (CLIENTS - 1) + [CLIENTS]
    assert all(isinstance(answer, Added) for answer in answers)
    assert list(session.attendees.order_by("line").values_list("line", flat=True)) == list(range(1, CLIENTS + 1))
    assert set(session.attendees.values_list("learner", "added_by")) == {(each.pk, supervisor.pk) for each in learners}
    assert Session.objects.get(pk=session.pk).version == 2


def test_without_the_lock_adding_would_collide(
    supervisor: User, learners: list[Learner], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendees, "lock_session", without_lock)
    monkeypatch.setattr(attendees, "_check_can_be_listed", lambda learner_ids: None)
    meet, append = everybody_first(lambda: None, CLIENTS), attendees._append

    def append_when_all_have_looked(session: Session, learner_ids: Sequence[int], **who: Any) -> None:
        meet()
        append(session, learner_ids, **who)

    monkeypatch.setattr(attendees, "_append", append_when_all_have_looked)
    answers = everybody_adds(scheduled_session(), learners, supervisor)
    assert Counter(type(answer) for answer in answers) == {Added: 1, Conflict: CLIENTS - 1}  # in words, by now


def everybody_marks(session: Session, learner: Learner, by: User) -> list[Any]:
    """Many people save different remarks for one row of which all of them have seen the first version."""

    def save(number: int) -> Job:
        mark = Mark(learner.pk, is_present=True, has_passed=True, remarks=f"Remark {number}", version=1)
        return lambda: save_marks(session_id=session.pk, marks=[mark], by=by, now=NOW)

    return all_at_once([save(number) for number in range(CLIENTS)])


def test_a1_of_many_who_save_one_row_one_wins_and_the_others_see_both_values(supervisor: User) -> None:
    row = SessionAttendeeFactory()
    answers = everybody_marks(row.session, row.learner, supervisor)
    stale = [answer for answer in answers if isinstance(answer, StaleMarks)]
    assert len(stale) == CLIENTS - 1
    row.refresh_from_db()
    assert row.version == 2
    assert {refusal.rows[0].attendee.remarks for refusal in stale} == {row.remarks}
    assert {refusal.rows[0].changed_by for refusal in stale} == {name_of(supervisor)}
    (saved,) = [answer for answer in answers if isinstance(answer, list)]
    assert (saved[0].remarks, row.is_present, row.marked_by) == (row.remarks, True, supervisor)
    assert (row.company, row.role) == (row.learner.company, row.learner.role)


def test_without_the_lock_marks_would_be_lost(supervisor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "lock_session", without_lock)
    monkeypatch.setattr(marking, "_rows", everybody_first(marking._rows, CLIENTS))
    row = SessionAttendeeFactory()
    answers = everybody_marks(row.session, row.learner, supervisor)
    assert sum(isinstance(answer, list) for answer in answers) == CLIENTS
