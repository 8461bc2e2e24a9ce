"""C6: a change is tried out and leaves nothing behind; what is then saved turns exactly those who were shown."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.models import (
    Area,
    ComplianceItem,
    ComplianceStatus,
    Learner,
    LearnerPeriod,
    RequirementPeriod,
    Role,
    RoleRequirement,
)
from learners.pages.outcomes import told
from learners.policies.outcome import NOTHING_TURNS, CourseTurn
from learners.services.preview import OutcomeDiffers, carry_out, try_out
from learners.services.reassignment import give_role
from learners.services.requirements import delete_requirement, save_area, save_requirement
from tests.factories.compliance import judge
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CourseFactory
from training.core.refusals import Invalid, NotPermitted
from training.models import Course

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
RED, GREEN = ComplianceStatus.NON_COMPLIANT, ComplianceStatus.COMPLIANT
Ask = Callable[..., Any]


@pytest.fixture
def course() -> Course:
    made: Course = CourseFactory(code="WAH-001")
    return made


@pytest.fixture
def ask(supervisor: User, course: Course) -> Ask:
    """Lets somebody ask for the course before site access, unless told otherwise."""

    def asking(asker: Role | Area, **others: Any) -> Callable[[], Any]:
        facts = {"course_id": course.pk, "requirement_type": "PRE_MOB", "starts_on": TODAY, "by": supervisor}
        return partial(save_requirement, asker=asker, now=NOW, **{**facts, **others})

    return asking


def statuses() -> dict[int, tuple[str, dict[int, str]]]:
    """Return what is stored about everybody."""
    found: dict[int, tuple[str, dict[int, str]]] = {
        pk: (status, {}) for pk, status in Learner.objects.values_list("pk", "compliance_status")
    }
    for learner, course, status in ComplianceItem.objects.values_list("learner", "course", "status"):
        found[learner][1][course] = status
    return found


def traces() -> dict[str, int]:
    """Return how many rows the tables hold that a change writes to, the audit trail and the dated history included."""
    models = [model for model in apps.get_app_config("learners").get_models() if not model._meta.proxy]
    return {model._meta.label: model._default_manager.count() for model in models}


def test_c6_a_change_that_is_tried_out_leaves_nothing_behind(ask: Ask) -> None:
    learner = LearnerFactory()
    judge(learner, on=TODAY)
    before = (statuses(), traces(), Learner.objects.values().get())
    outcome = try_out(ask(learner.role), today=TODAY)
    assert [turn.learner_id for turn in outcome.turns] == [learner.pk]
    assert (statuses(), traces(), Learner.objects.values().get()) == before


def test_c6_it_names_who_turns_from_what_to_what_and_why(ask: Ask, course: Course, supervisor: User) -> None:
    role = RoleFactory()
    red, green, already = LearnerFactory.create_batch(3, role=role)
    TrainingRecordFactory(learner=green, course_version__course=course)
    other = AreaRequirementFactory()
    LearnerAreaFactory(learner=already, area=other.area)
    judge(red, green, already, on=TODAY)
    outcome = try_out(ask(role), today=TODAY)
    assert {turn.learner_id: (turn.before, turn.after, turn.turns, turn.courses) for turn in outcome.turns} == {
        red.pk: (GREEN, RED, True, (CourseTurn(course.pk, None, RED),)),
        green.pk: (GREEN, GREEN, False, (CourseTurn(course.pk, None, GREEN),)),
        already.pk: (RED, RED, False, (CourseTurn(course.pk, None, RED),)),
    }
    assert outcome.concerned == 3


def test_c6_what_is_saved_turns_exactly_those_who_were_shown(ask: Ask, course: Course, supervisor: User) -> None:
    unit = AreaFactory(parent=AreaFactory())
    learners = [LearnerAreaFactory(area=unit).learner for _ in range(3)]
    TrainingRecordFactory(learner=learners[0], course_version__course=course)
    bystander = LearnerFactory()
    judge(*learners, bystander, on=TODAY)
    before = statuses()
    change = ask(unit.parent, requirement_type="POST_MOB", grace_period_days=7, starts_on=date(2026, 3, 1))
    outcome = try_out(change, today=TODAY)

    carry_out(change, seen=outcome.fingerprint, today=TODAY)

    after = statuses()
    changed = {pk for pk in after if after[pk] != before[pk]}
    assert changed == {turn.learner_id for turn in outcome.turns}
    for turn in outcome.turns:
        assert (before[turn.learner_id][0], after[turn.learner_id][0]) == (turn.before, turn.after)
        assert after[turn.learner_id][1] == {each.course_id: each.after for each in turn.courses}
    assert RequirementPeriod.objects.filter(course=course).count() == 1


def test_c6_where_it_would_turn_others_by_now_nothing_is_saved(ask: Ask, course: Course) -> None:
    role = RoleFactory()
    judge(LearnerFactory(role=role), on=TODAY)
    seen = try_out(ask(role), today=TODAY)
    newcomer = LearnerFactory(role=role)
    judge(newcomer, on=TODAY)
    with pytest.raises(OutcomeDiffers, match="Nothing is saved") as refused:
        carry_out(ask(role), seen=seen.fingerprint, today=TODAY)
    assert newcomer.pk in {turn.learner_id for turn in refused.value.outcome.turns}
    assert not RoleRequirement.objects.exists()
    carry_out(ask(role), seen=refused.value.outcome.fingerprint, today=TODAY)
    assert RoleRequirement.objects.get().course == course


def test_c7_an_answer_past_its_last_day_counts_as_red_before(ask: Ask, course: Course) -> None:
    learner = LearnerFactory()
    record = TrainingRecordFactory(learner=learner, expiry_date=date(2026, 2, 20), completion_date=date(2025, 2, 20))
    RoleRequirementFactory(role=learner.role, course=record.course)
    judge(learner, on=date(2026, 2, 1))
    assert learner.compliance_status == GREEN
    (turn,) = try_out(ask(learner.role), today=TODAY).turns
    assert (turn.before, turn.after, turn.turns) == (RED, RED, False)


def test_c4_counts_take_active_workers_and_the_others_are_listed_apart(ask: Ask) -> None:
    role = RoleFactory()
    anna, zoe = LearnerFactory(role=role, last_name="Zoega"), LearnerFactory(role=role, last_name="Abel")
    blocked = LearnerFactory(role=role, status="BLACKLISTED")
    stays = LearnerFactory(role=role)
    LearnerAreaFactory(learner=stays, area=AreaRequirementFactory().area)
    judge(anna, zoe, blocked, stays, on=TODAY)
    shown = told(try_out(ask(role), today=TODAY), most=None)
    assert [(standing.kind, count) for standing, count in shown.counts] == [("bad", 2), ("warn", 0), ("ok", 0)]
    assert shown.same == 1
    assert [line.learner for line in shown.people] == [zoe, anna, stays]
    assert [line.learner for line in shown.others] == [blocked]
    assert shown.left_out == 0
    few = told(try_out(ask(role), today=TODAY), most=2)
    assert ([line.learner for line in few.people], len(few.others), few.left_out) == ([zoe, anna], 1, 1)


def test_a_move_of_an_area_turns_those_inside_it(supervisor: User) -> None:
    around = AreaRequirementFactory()
    unit = AreaFactory(parent=around.area)
    learner = LearnerAreaFactory(area=AreaFactory(parent=unit)).learner
    judge(learner, on=TODAY)
    unit.parent = None
    outcome = try_out(partial(save_area, area=unit, by=supervisor, now=NOW), today=TODAY)
    assert [(turn.learner_id, turn.before, turn.after) for turn in outcome.turns] == [(learner.pk, RED, GREEN)]
    assert Area.objects.get(pk=unit.pk).parent == around.area


def test_another_name_turns_nobody(supervisor: User) -> None:
    requirement = AreaRequirementFactory()
    judge(LearnerAreaFactory(area=requirement.area).learner, on=TODAY)
    requirement.area.name = "Tank farm"
    change = partial(save_area, area=requirement.area, by=supervisor, now=NOW)
    carry_out(change, seen=NOTHING_TURNS.fingerprint, today=TODAY)
    assert ComplianceItem.objects.get().rules[0]["label"] == "Tank farm"


def test_another_role_leaves_its_history_only_when_it_is_saved(supervisor: User) -> None:
    learner, requirement = LearnerFactory(), RoleRequirementFactory()
    judge(learner, on=TODAY)
    change = partial(
        give_role,
        learner_ids=[learner.pk],
        role_id=requirement.role_id,
        assigned_at=TODAY,
        by=supervisor,
        now=NOW,
    )
    outcome = try_out(change, today=TODAY)
    assert LearnerPeriod.objects.filter(role=requirement.role).count() == 0
    carry_out(change, seen=outcome.fingerprint, today=TODAY)
    assert LearnerPeriod.objects.filter(role=requirement.role).count() == 1


def test_what_the_change_refuses_is_refused_in_the_same_words(ask: Ask, auditor: User) -> None:
    with pytest.raises(Invalid, match="1 to 365 days"):
        try_out(ask(RoleFactory(), requirement_type="POST_MOB"), today=TODAY)
    with pytest.raises(NotPermitted):
        try_out(ask(RoleFactory(), by=auditor), today=TODAY)
    requirement = RoleRequirementFactory()
    with pytest.raises(NotPermitted):
        try_out(
            partial(delete_requirement, asker=requirement.role, course_id=requirement.course_id, by=auditor, now=NOW),
            today=TODAY,
        )


@pytest.mark.parametrize("count", [1, 3])
def test_f8_the_number_of_statements_does_not_depend_on_the_number_of_workers(ask: Ask, count: int) -> None:
    role = RoleFactory()
    judge(*LearnerFactory.create_batch(count, role=role), on=TODAY)
    with CaptureQueriesContext(connection) as queries:
        outcome = try_out(ask(role), today=TODAY)
    assert len(outcome.turns) == count
    assert len(queries) == 27
