"""C6: another role or area for many workers, all or none; exactly those who change are judged anew."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.models import ComplianceItem, Learner, LearnerArea, LearnerAreaPeriod, LearnerPeriod
from learners.services.reassignment import Reassigned, WorkersGone, add_to_area, give_role, remove_from_area
from tests.factories.compliance import judge
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from training.core.refusals import Invalid, NotPermitted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
LONG_AGO = date(2025, 1, 1)


def asked(*learners: Learner) -> list[dict[int, str]]:
    """Return the status of every course that is asked of each worker."""
    return [dict(ComplianceItem.objects.filter(learner=each).values_list("course", "status")) for each in learners]


def ids(*learners: Learner) -> list[int]:
    return [learner.pk for learner in learners]


def test_c6_a_new_role_asks_from_its_day_on_and_who_has_it_keeps_the_day(supervisor: User) -> None:
    requirement = RoleRequirementFactory(requirement_type="POST_MOB", grace_period_days=10)
    first, second, has_it = LearnerFactory(), LearnerFactory(), LearnerFactory(role=requirement.role)
    bystander = LearnerFactory()
    done = give_role(
        learner_ids=ids(second, first, has_it), role_id=requirement.role_id, assigned_at=TODAY, by=supervisor, now=NOW
    )
    assert done == Reassigned(changed=2, unchanged=1)
    assert asked(first, second) == [{requirement.course_id: "PENDING"}] * 2
    assert {item.due_date for item in ComplianceItem.objects.all()} == {date(2026, 3, 12)}
    for learner in (has_it, bystander):
        learner.refresh_from_db()
        assert (learner.role_assigned_at, learner.compliance_updated_at) == (LONG_AGO, None)
    first.refresh_from_db()
    assert (first.role, first.role_assigned_at, first.updated_by) == (requirement.role, TODAY, supervisor)
    assert LearnerPeriod.objects.get(learner=first, valid_to=None).role_id == requirement.role_id
    assert (
        apps.get_model("learners.LearnerEvent").objects.filter(role=requirement.role, pgh_label="update").count() == 2
    )


def test_c6_areas_are_joined_and_left(supervisor: User) -> None:
    requirement = AreaRequirementFactory()
    unit = AreaFactory(parent=requirement.area)
    comes, was_there, bystander = LearnerFactory(), LearnerAreaFactory(area=unit).learner, LearnerFactory()
    chosen = ids(comes, was_there)
    done = add_to_area(learner_ids=chosen, area_id=unit.pk, assigned_at=TODAY, by=supervisor, now=NOW)
    assert done == Reassigned(changed=1, unchanged=1)
    assert asked(comes, was_there, bystander) == [{requirement.course_id: "NON_COMPLIANT"}, {}, {}]
    assert dict(LearnerArea.objects.values_list("learner", "assigned_at")) == {comes.pk: TODAY, was_there.pk: LONG_AGO}

    done = remove_from_area(learner_ids=[*chosen, bystander.pk], area_id=unit.pk, by=supervisor, now=NOW)
    assert done == Reassigned(changed=2, unchanged=1)
    assert asked(comes, was_there) == [{}, {}]
    assert not LearnerArea.objects.exists()
    assert LearnerAreaPeriod.objects.filter(valid_to=None).count() == 0


def test_leaving_an_area_leaves_the_areas_inside_it_alone(supervisor: User) -> None:
    site = AreaFactory()
    unit = AreaFactory(parent=site)
    learner = LearnerAreaFactory(area=unit).learner
    done = remove_from_area(learner_ids=[learner.pk], area_id=site.pk, by=supervisor, now=NOW)
    assert done == Reassigned(changed=0, unchanged=1)
    assert LearnerArea.objects.get().area == unit


Attempt = Callable[[list[int], User], Any]


def to_role(chosen: list[int], by: User) -> Any:
    return give_role(learner_ids=chosen, role_id=RoleFactory().pk, assigned_at=TODAY, by=by, now=NOW)


def to_area(chosen: list[int], by: User) -> Any:
    return add_to_area(learner_ids=chosen, area_id=AreaFactory().pk, assigned_at=TODAY, by=by, now=NOW)


def from_area(chosen: list[int], by: User) -> Any:
    return remove_from_area(learner_ids=chosen, area_id=LearnerArea.objects.get().area_id, by=by, now=NOW)


@pytest.mark.parametrize("attempt", [to_role, to_area, from_area])
def test_all_or_none_and_whoever_is_gone_is_named(supervisor: User, attempt: Attempt) -> None:
    link = LearnerAreaFactory()
    merged = LearnerFactory(badge_id="GONE-1", status="INACTIVE", merged_into=LearnerFactory())
    before = (link.learner.role, link.area)
    for gone, sentence in ((merged.pk, "merged into others: GONE-1"), (0, "1 of the chosen workers does not exist")):
        with pytest.raises(WorkersGone, match=sentence):
            attempt([link.learner_id, gone], supervisor)
    link.learner.refresh_from_db()
    assert (link.learner.role, LearnerArea.objects.get().area) == before


@pytest.mark.parametrize("attempt", [to_role, to_area, from_area])
@pytest.mark.parametrize("kind", ["auditor", "trainer_user"])
def test_only_those_who_keep_workers_may(kind: str, attempt: Attempt, request: pytest.FixtureRequest) -> None:
    link = LearnerAreaFactory()
    with pytest.raises(NotPermitted):
        attempt([link.learner_id], request.getfixturevalue(kind))


def test_what_is_gone_or_lies_ahead_is_refused_at_its_field(supervisor: User) -> None:
    chosen = [LearnerFactory().pk]
    for attempt, field in (
        (lambda: give_role(learner_ids=chosen, role_id=0, assigned_at=TODAY, by=supervisor, now=NOW), "role"),
        (lambda: add_to_area(learner_ids=chosen, area_id=0, assigned_at=TODAY, by=supervisor, now=NOW), "area"),
        (
            lambda: give_role(
                learner_ids=chosen, role_id=RoleFactory().pk, assigned_at=date(2026, 3, 3), by=supervisor, now=NOW
            ),
            "assigned_at",
        ),
    ):
        with pytest.raises(Invalid) as refused:
            attempt()
        assert list(refused.value.errors) == [field]


@pytest.mark.parametrize("count", [1, 3])
def test_f8_the_number_of_statements_does_not_depend_on_the_number_of_workers(supervisor: User, count: int) -> None:
    learners = LearnerFactory.create_batch(count, role=RoleFactory())
    judge(*learners, on=TODAY)
    role, area = RoleFactory(), AreaFactory()
    chosen = ids(*learners)
    with CaptureQueriesContext(connection) as queries:
        give_role(learner_ids=chosen, role_id=role.pk, assigned_at=TODAY, by=supervisor, now=NOW)
        add_to_area(learner_ids=chosen, area_id=area.pk, assigned_at=TODAY, by=supervisor, now=NOW)
        remove_from_area(learner_ids=chosen, area_id=area.pk, by=supervisor, now=NOW)
    assert len(queries) == 32
