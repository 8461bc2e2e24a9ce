"""F4: however many people press Finalize at the same moment, there is one set of records.

Every race has a control that runs it with the lock off, and shows that the test would notice.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from attendance.models import SessionAttendee
from attendance.policies.finalize import AlreadyFinalized, ChangedSinceAsked
from attendance.selectors.finalize import list_state
from attendance.services import finalize
from attendance.services.finalize import FinalizeResult, finalize_session
from attendance.services.marking import Mark, save_marks
from learners.models import Learner, TrainingRecord
from learners.services.compliance import recalculate_everyone
from learners.services.learners import edit_learner
from learners.services.requirements import save_requirement
from tests.concurrency.at_once import Job, all_at_once, everybody_first, meanwhile
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CompanyFactory, CourseFactory, UserFactory
from tests.integrity import check_integrity, check_integrity_of
from training.core.groups import SUPERVISORS
from training.core.permissions import name_of
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 32
START = datetime(2024, 9, 2, 8, 0, tzinfo=UTC)  # a hundred rounds of five days later it is still before now
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)


@pytest.fixture
def rounds(long: bool) -> int:
    return 100 if long else 2


@pytest.fixture
def supervisor() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


@pytest.fixture
def learners() -> list[Learner]:
    """Workers of one role that asks for something, all with answers."""
    role, company = RoleFactory(), CompanyFactory()
    RoleRequirementFactory(role=role)
    learners: list[Learner] = LearnerFactory.create_batch(6, role=role, company=company)
    return learners


def ready(learners: list[Learner], day: int = 0) -> Session:
    start = START + timedelta(days=day)
    session, _ = session_ready_to_finalize(learners=learners, start_time=start, end_time=start + timedelta(hours=4))
    return session


def pressing(session: Session, by: User) -> Job:
    return lambda: finalize_session(session_id=session.pk, by=by, now=NOW)


def test_f4_of_32_one_finalizes_and_31_are_told_who_did(learners: list[Learner], supervisor: User, rounds: int) -> None:
    for day in range(rounds):
        session = ready(learners, day)
        answers = all_at_once([pressing(session, supervisor)] * CLIENTS)
        assert Counter(type(answer) for answer in answers) == {FinalizeResult: 1, AlreadyFinalized: CLIENTS - 1}
        told = {answer.message for answer in answers if isinstance(answer, AlreadyFinalized)}
        assert len(told) == 1
        assert name_of(supervisor) in told.pop()
        records = TrainingRecord.objects.filter(session=session, trainer_name=str(session.trainer))
        assert {record.learner_id for record in records} == {learner.pk for learner in learners}
    check_integrity(today=TODAY, now=NOW)


def test_f4_control_without_the_lock_the_losers_run_into_the_records(
    learners: list[Learner], supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The constraint still keeps one set of records, but the others are not told who finalized, and when."""

    def read(*, session_id: int) -> Session:
        return Session.objects.get(pk=session_id)

    monkeypatch.setattr(finalize, "lock_session", everybody_first(read, CLIENTS))
    answers = all_at_once([pressing(ready(learners), supervisor)] * CLIENTS)
    kinds = Counter(type(answer) for answer in answers)
    assert kinds.pop(FinalizeResult) == 1
    assert AlreadyFinalized not in kinds


def test_f4_32_posts_finalize_once_and_none_is_a_server_error(
    learners: list[Learner], supervisor: User, rounds: int
) -> None:
    clients = [Client() for _ in range(CLIENTS)]
    for client in clients:
        client.force_login(supervisor)
    for day in range(rounds):
        session = ready(learners, day)
        url = reverse("attendance:session_finalize", args=[session.pk])

        def post(client: Client, url: str = url) -> Job:
            return lambda: client.post(url).status_code

        statuses = Counter(all_at_once([post(client) for client in clients]))
        assert set(statuses) <= {302, 409}
        assert statuses[302] == 1
        records = TrainingRecord.objects.filter(session=session, created_by=supervisor)
        assert {record.learner_id for record in records} == {learner.pk for learner in learners}
    check_integrity(today=TODAY, now=max(NOW, datetime.now(UTC)))


def test_f3_a_mark_that_comes_during_finalize_is_refused_and_one_that_came_before_counts(
    learners: list[Learner], supervisor: User, rounds: int
) -> None:
    for day in range(rounds):
        session = ready(learners, day)
        absent = [Mark(learners[0].pk, is_present=False, has_passed=False)]

        def mark(session: Session = session, absent: list[Mark] = absent) -> Any:
            return save_marks(session_id=session.pk, marks=absent, by=supervisor, now=NOW)

        all_at_once([pressing(session, supervisor), mark, mark])
        row = SessionAttendee.objects.get(session=session, learner=learners[0])
        assert TrainingRecord.objects.filter(session=session, learner=learners[0]).exists() == row.is_present
    check_integrity(today=TODAY, now=NOW)


def test_f5_a_mark_that_comes_while_yes_is_on_its_way_is_asked_about(learners: list[Learner], supervisor: User) -> None:
    """What was confirmed is compared under the lock: nothing gets in between that nobody has seen."""
    session = ready(learners)
    client = Client()
    client.force_login(supervisor)
    confirmed = list_state(session)
    url = reverse("attendance:session_finalize", args=[session.pk])
    absent = [Mark(learners[0].pk, is_present=False, has_passed=False)]
    answer = meanwhile(
        lambda: save_marks(session_id=session.pk, marks=absent, by=supervisor, now=NOW),
        lambda: client.post(url, {"confirmed": confirmed}),
    )
    assert answer.status_code == ChangedSinceAsked.status
    assert not TrainingRecord.objects.exists()


def test_sessions_with_the_same_workers_the_nightly_run_and_new_rules_do_not_wait_in_a_circle(
    learners: list[Learner], supervisor: User, rounds: int
) -> None:
    role, other = learners[0].role, RoleFactory()
    for each in range(rounds):
        sessions = [ready(learners[:: (-1) ** number], 5 * each + number) for number in range(5)]
        courses = [CourseFactory().pk for _ in range(3)]

        def asking(course: int) -> Job:
            return lambda: save_requirement(
                asker=role, course_id=course, requirement_type="PRE_MOB", starts_on=TODAY, by=supervisor, now=NOW
            )

        def moving(learner: Learner) -> Job:
            return lambda: edit_learner(learner_id=learner.pk, facts={"role_id": other.pk}, by=supervisor, now=NOW)

        jobs: list[Job] = [
            *(pressing(session, supervisor) for session in sessions),
            *(asking(course) for course in courses),
            *(moving(learner) for learner in learners[:3]),
            *[lambda: list(recalculate_everyone(today=TODAY, now=NOW))] * 3,
        ]
        answers = all_at_once(jobs)
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        for session in sessions:
            check_integrity_of(session, today=TODAY, now=NOW)
    check_integrity(today=TODAY, now=NOW)
