"""C6: whatever an answer rests on, changing it judges at once exactly those whom it concerns, and touches nobody else.

Each trigger is pulled for one worker beside a bystander with the same role, areas and course. Afterwards judging the
worker once more finds nothing to change, and the bystander's row and items were not written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from attendance.services.finalize import finalize_session
from learners.models import Area, CompetencyRecord, ComplianceItem, Learner, TrainingRecord
from learners.policies.sign_offs import Assessment
from learners.services.competency import sign_off
from learners.services.compliance import recalculate
from learners.services.learners import LearnerFacts, edit_learner, set_areas
from learners.services.merging import merge_workers
from learners.services.preview import try_out
from learners.services.reassignment import add_to_area, give_role, remove_from_area
from learners.services.records import revoke_record
from learners.services.requirements import delete_requirement, save_area, save_requirement
from learners.services.statuses import return_to_site
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.compliance import judge
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    AssessmentMethodFactory,
    CompetencyRecordFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CourseVersionFactory, UserFactory, scheduled_session
from training.models import CourseVersion

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Scene:
    """A worker who works in an area that asks for the course of a record, and a bystander who is judged as well."""

    worker: Learner
    bystander: Learner
    area: Area
    record: TrainingRecord
    version: CourseVersion
    by: User


@pytest.fixture
def scene() -> Scene:
    version = CourseVersionFactory()
    area = AreaFactory()
    worker, bystander = LearnerAreaFactory(area=area).learner, LearnerFactory()
    bystander_area = LearnerAreaFactory(learner=bystander).area
    for each in (area, bystander_area):
        AreaRequirementFactory(area=each, course=version.course)
    record = TrainingRecordFactory(learner=worker, course_version=version)
    TrainingRecordFactory(learner=bystander, course_version=version)
    judge(worker, bystander, on=TODAY)
    return Scene(worker, bystander, area, record, version, UserFactory(is_superuser=True))


def record(scene: Scene) -> None:
    session, _attendees = session_ready_to_finalize(learners=[scene.worker], course_version=scene.version)
    assert session.end_time
    finalize_session(session_id=session.pk, by=scene.by, now=session.end_time + timedelta(hours=1))


def revocation(scene: Scene) -> None:
    revoke_record(record_id=scene.record.pk, reason="Wrong person", by=scene.by, now=NOW)


def practical_sign_off(scene: Scene) -> None:
    session = scheduled_session(course_version=scene.version, course=scene.version.course)
    owed = CompetencyRecordFactory(session=session, learner=scene.worker)
    found = Assessment(
        result=CompetencyRecord.Status.COMPETENT, method_id=AssessmentMethodFactory().pk, assessed_on=TODAY
    )
    sign_off(record_ids=[owed.pk], assessment=found, by=scene.by, now=NOW)


def merge(scene: Scene) -> None:
    """The other badge's record, valid for longer, becomes the proof."""
    other = TrainingRecordFactory(course_version=scene.version, expiry_date=date(2030, 1, 1)).learner
    merge_workers(duplicate_id=other.pk, survivor_id=scene.worker.pk, reason="Two badges", by=scene.by, now=NOW)


def role(scene: Scene) -> None:
    rule = RoleRequirementFactory()
    edit_learner(learner_id=scene.worker.pk, facts={"role_id": rule.role_id}, by=scene.by, now=NOW)


def role_in_bulk(scene: Scene) -> None:
    rule = RoleRequirementFactory()
    give_role(learner_ids=[scene.worker.pk], role_id=rule.role_id, assigned_at=TODAY, by=scene.by, now=NOW)


def area(scene: Scene) -> None:
    scene.area.parent = AreaRequirementFactory().area
    save_area(area=scene.area, by=scene.by, now=NOW)


def assignment(scene: Scene) -> None:
    set_areas(learner_id=scene.worker.pk, areas={AreaRequirementFactory().area_id: TODAY}, by=scene.by, now=NOW)


def assignment_in_bulk(scene: Scene) -> None:
    somewhere = AreaRequirementFactory().area
    ids = [scene.worker.pk]
    add_to_area(learner_ids=ids, area_id=somewhere.pk, assigned_at=TODAY, by=scene.by, now=NOW)


def end_of_assignment_in_bulk(scene: Scene) -> None:
    remove_from_area(learner_ids=[scene.worker.pk], area_id=scene.area.pk, by=scene.by, now=NOW)


def requirement(scene: Scene) -> None:
    save_requirement(
        asker=scene.area,
        course_id=CourseVersionFactory().course_id,
        requirement_type="PRE_MOB",
        starts_on=TODAY,
        by=scene.by,
        now=NOW,
    )


def end_of_requirement(scene: Scene) -> None:
    delete_requirement(asker=scene.area, course_id=scene.version.course_id, by=scene.by, now=NOW)


def status(scene: Scene) -> None:
    """A return counts grace from its own start date (L3)."""
    worker = scene.worker
    RoleRequirementFactory(role=worker.role, requirement_type="POST_MOB", grace_period_days=10)
    facts: LearnerFacts = {"end_date": date(2026, 2, 1)}
    edit_learner(learner_id=worker.pk, facts=facts, by=scene.by, now=NOW)
    assert "NON_COMPLIANT" in ComplianceItem.objects.filter(learner=worker).values_list("status", flat=True)
    return_to_site(
        learner_id=worker.pk,
        start_date=TODAY,
        company_id=worker.company_id,
        role_id=worker.role_id,
        by=scene.by,
        now=NOW,
    )
    assert "PENDING" in ComplianceItem.objects.filter(learner=worker).values_list("status", flat=True)


TRIGGERS = [
    record,
    revocation,
    practical_sign_off,
    merge,
    role,
    role_in_bulk,
    area,
    assignment,
    assignment_in_bulk,
    end_of_assignment_in_bulk,
    requirement,
    end_of_requirement,
    status,
]


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_c6_judged_at_once_are_those_whom_it_concerns_and_nobody_else(
    scene: Scene, trigger: Callable[[Scene], None]
) -> None:
    before, bystander = items_of(scene.worker), rows_of(scene.bystander)
    trigger(scene)
    assert items_of(scene.worker) != before, "the trigger turns something"
    assert rows_of(scene.bystander) == bystander
    with transaction.atomic():
        again = recalculate(learner_ids=[scene.worker.pk], today=TODAY, now=NOW)
    assert again == 0, "the answer was right at once"


def items_of(learner: Learner) -> list[Any]:
    return list(ComplianceItem.objects.filter(learner=learner).order_by("course").values())


def rows_of(learner: Learner) -> tuple[Any, ...]:
    """Return everything that is stored about somebody, with when it was written."""
    return (Learner.objects.values().get(pk=learner.pk), items_of(learner))


def test_c6_what_was_only_tried_out_triggers_nothing(scene: Scene) -> None:
    before = rows_of(scene.worker)
    try_out(lambda: revocation(scene), today=TODAY)
    assert rows_of(scene.worker) == before
    assert not hasattr(TrainingRecord.objects.get(pk=scene.record.pk), "revocation")


def test_c6_a_role_that_nobody_has_concerns_nobody(scene: Scene) -> None:
    before = (rows_of(scene.worker), rows_of(scene.bystander))
    save_requirement(
        asker=RoleFactory(),
        course_id=scene.version.course_id,
        requirement_type="PRE_MOB",
        starts_on=TODAY,
        by=scene.by,
        now=NOW,
    )
    assert (rows_of(scene.worker), rows_of(scene.bystander)) == before
