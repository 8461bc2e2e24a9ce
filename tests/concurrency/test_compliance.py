"""C6: a rule that changes while somebody comes under it is missed by neither side.

Each race has a control that runs it with the lock off, and shows that the test would notice.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from learners.models import ComplianceItem, Learner, Revocation, Role
from learners.services import locks, requirements
from learners.services.compliance import recalculate
from learners.services.learners import edit_learner, set_areas
from learners.services.records import AlreadyRevoked, revoke_record
from learners.services.requirements import save_area, save_requirement
from tests.concurrency.at_once import Job, all_at_once, meanwhile
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerFactory,
    RoleFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CourseFactory, UserFactory
from training.core.groups import SUPERVISORS
from training.core.permissions import name_of

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture
def supervisor() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


@pytest.fixture
def rules_lock_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "_lock_rules", lambda statement: None)


def is_right(learner: Learner) -> bool:
    """Whether the stored answer of the worker is what judging once more gives."""
    return recalculate_one(learner) == 0


def recalculate_one(learner: Learner) -> int:
    with transaction.atomic():
        return recalculate(learner_ids=[learner.pk], today=TODAY, now=NOW)


def new_rule_for_somebody_who_comes(by: User) -> tuple[Job, Job, Learner]:
    learner, role, course = LearnerFactory(), RoleFactory(), CourseFactory()

    def asking() -> Any:
        return save_requirement(
            asker=role, course_id=course.pk, requirement_type="PRE_MOB", starts_on=TODAY, by=by, now=NOW
        )

    return asking, lambda: edit_learner(learner_id=learner.pk, facts={"role_id": role.pk}, by=by, now=NOW), learner


def moved_area_for_somebody_who_comes(by: User) -> tuple[Job, Job, Learner]:
    learner, unit, asking = LearnerFactory(), AreaFactory(), AreaRequirementFactory()
    unit.parent = asking.area
    return (
        lambda: save_area(area=unit, by=by, now=NOW),
        lambda: set_areas(learner_id=learner.pk, areas={unit.pk: TODAY}, by=by, now=NOW),
        learner,
    )


CHANGES = [new_rule_for_somebody_who_comes, moved_area_for_somebody_who_comes]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("rule_first", [True, False])
def test_c6_a_rule_that_changes_and_somebody_who_comes_under_it_meet(
    supervisor: User, change: Callable[[User], tuple[Job, Job, Learner]], rule_first: bool
) -> None:
    rule, arrival, learner = change(supervisor)
    meanwhile(*((rule, arrival) if rule_first else (arrival, rule)))
    assert [(item.status, item.requirement_type) for item in ComplianceItem.objects.filter(learner=learner)] == [
        ("NON_COMPLIANT", "PRE_MOB")
    ]
    assert is_right(learner)


@pytest.mark.usefixtures("rules_lock_off")
@pytest.mark.parametrize("change", CHANGES)
def test_c6_control_without_the_lock_the_rule_is_missed(
    supervisor: User, change: Callable[[User], tuple[Job, Job, Learner]]
) -> None:
    rule, arrival, learner = change(supervisor)
    meanwhile(rule, arrival)
    assert not is_right(learner)


def two_records(by: User) -> tuple[Job, Job, Learner]:
    """Two proofs of one worker that are revoked at the same moment: red only when both are seen."""
    record = TrainingRecordFactory()
    other = TrainingRecordFactory(learner=record.learner, course_version=record.course_version)
    role: Role = record.learner.role
    save_requirement(
        asker=role, course_id=record.course_id, requirement_type="PRE_MOB", starts_on=TODAY, by=by, now=NOW
    )
    return (
        lambda: revoke_record(record_id=record.pk, reason="Wrong person", by=by, now=NOW),
        lambda: revoke_record(record_id=other.pk, reason="Wrong person", by=by, now=NOW),
        record.learner,
    )


def test_c6_two_changes_of_one_worker_see_each_other() -> None:
    first, second, learner = two_records(UserFactory(is_superuser=True))
    meanwhile(first, second)
    assert ComplianceItem.objects.get(learner=learner).status == "NON_COMPLIANT"
    assert is_right(learner)


def test_c6_control_without_the_locks_one_change_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "LOCK", locks.LOCK.replace("FOR NO KEY UPDATE", ""))
    monkeypatch.setattr("learners.services.records.lock_learner", lambda learner_id: None)
    first, second, learner = two_records(UserFactory(is_superuser=True))
    meanwhile(first, second)
    assert not is_right(learner)


def test_r2_of_many_who_revoke_one_record_one_does() -> None:
    superuser = UserFactory(is_superuser=True)
    record = TrainingRecordFactory()
    answers = all_at_once(
        [lambda: revoke_record(record_id=record.pk, reason="Wrong person", by=superuser, now=NOW)] * 16
    )
    told = {answer.message for answer in answers if isinstance(answer, AlreadyRevoked)}
    assert len(told) == 1
    assert name_of(superuser) in told.pop()
    (revocation,) = [answer for answer in answers if isinstance(answer, Revocation)]
    assert (revocation.record, revocation.revoked_by, revocation.reason) == (record, superuser, "Wrong person")
    assert Revocation.objects.get() == revocation
