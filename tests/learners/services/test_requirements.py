"""C1, C6: roles, areas and what they ask for; whoever is concerned is judged anew, and nobody else."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from learners.models import Area, AreaRequirement, ComplianceItem, Learner, Role, RoleRequirement
from learners.services.compliance import recalculate
from learners.services.requirements import (
    AreaInUse,
    RoleInUse,
    delete_area,
    delete_requirement,
    delete_role,
    save_area,
    save_requirement,
    save_role,
)
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import CourseFactory
from training.core.refusals import Invalid, NotFound, NotPermitted

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def asked(learner: Learner) -> dict[int, str]:
    """Return the status of every course that is asked of a learner."""
    return dict(ComplianceItem.objects.filter(learner=learner).values_list("course_id", "status"))


def pre_mob(asker: Role | Area, by: User, **others: Any) -> RoleRequirement | AreaRequirement:
    return save_requirement(
        asker=asker,
        **{"course_id": CourseFactory().pk, "requirement_type": "PRE_MOB", "starts_on": TODAY, **others},
        by=by,
        now=NOW,
    )


# Requirements


def test_c6_a_new_requirement_concerns_all_of_the_role_and_nobody_else(supervisor: User) -> None:
    role = RoleFactory()
    concerned, blocked, other = (
        LearnerFactory(role=role),
        LearnerFactory(role=role, status="BLACKLISTED"),
        LearnerFactory(),
    )
    requirement = pre_mob(role, supervisor)
    assert asked(concerned) == asked(blocked) == {requirement.course_id: "NON_COMPLIANT"}
    other.refresh_from_db()
    assert (asked(other), other.compliance_updated_at) == ({}, None)
    assert (requirement.created_by, requirement.updated_by) == (supervisor, supervisor)


def test_c1_a_new_requirement_of_an_area_reaches_the_areas_inside_it(supervisor: User) -> None:
    site, beside = AreaFactory(), AreaFactory()
    unit = AreaFactory(parent=site)
    tank = AreaFactory(parent=unit)
    concerned = [LearnerAreaFactory(area=area).learner for area in (site, unit, tank)]
    other = LearnerAreaFactory(area=beside).learner
    requirement = pre_mob(site, supervisor)
    assert [asked(learner) for learner in concerned] == [{requirement.course_id: "NON_COMPLIANT"}] * 3
    assert asked(other) == {}


def test_c6_a_changed_requirement_is_the_same_row_and_a_new_answer(supervisor: User) -> None:
    learner = LearnerFactory(role_assigned_at=TODAY, start_date=TODAY)
    first = pre_mob(learner.role, supervisor)
    second = save_requirement(
        asker=learner.role,
        course_id=first.course_id,
        requirement_type="POST_MOB",
        grace_period_days=14,
        starts_on=TODAY,
        by=supervisor,
        now=NOW,
    )
    assert second.pk == first.pk
    item = ComplianceItem.objects.get()
    assert (item.status, item.due_date, item.grace_period_days) == ("PENDING", date(2026, 3, 16), 14)


def test_c6_a_deleted_requirement_is_no_longer_asked(supervisor: User) -> None:
    learner = LearnerFactory()
    requirement = pre_mob(learner.role, supervisor)
    delete_requirement(asker=learner.role, course_id=requirement.course_id, by=supervisor, now=NOW)
    learner.refresh_from_db()
    assert (asked(learner), learner.compliance_status) == ({}, "COMPLIANT")
    with pytest.raises(NotFound):
        delete_requirement(asker=learner.role, course_id=requirement.course_id, by=supervisor, now=NOW)


def test_c7_a_requirement_is_not_asked_before_it_starts(supervisor: User) -> None:
    learner = LearnerFactory()
    requirement = pre_mob(learner.role, supervisor, starts_on=date(2026, 4, 1))
    learner.refresh_from_db()
    assert (asked(learner), learner.compliance_holds_until) == ({}, date(2026, 3, 31))
    recalculate(learner_ids=[learner.pk], today=date(2026, 4, 1), now=NOW)
    assert asked(learner) == {requirement.course_id: "NON_COMPLIANT"}


@pytest.mark.parametrize(
    ("requirement_type", "grace"), [("PRE_MOB", 10), ("POST_MOB", None), ("POST_MOB", 0), ("POST_MOB", 366)]
)
def test_grace_belongs_to_post_mob_only_and_is_1_to_365_days(
    supervisor: User, requirement_type: str, grace: int | None
) -> None:
    with pytest.raises(Invalid):
        pre_mob(RoleFactory(), supervisor, requirement_type=requirement_type, grace_period_days=grace)
    assert not RoleRequirement.objects.exists()


def test_a_course_that_is_deleted_cannot_be_asked_for(supervisor: User) -> None:
    with pytest.raises(NotFound):
        pre_mob(RoleFactory(), supervisor, course_id=CourseFactory(deleted_at=NOW).pk)


# Roles


def test_c5_answers_tell_a_role_by_its_new_title(supervisor: User) -> None:
    requirement = RoleRequirementFactory()
    learner = LearnerFactory(role=requirement.role)
    recalculate(learner_ids=[learner.pk], today=TODAY, now=NOW)
    requirement.role.title = "Crane operator"
    save_role(role=requirement.role, by=supervisor, now=NOW)
    assert ComplianceItem.objects.get().rules[0]["label"] == "Crane operator"


def test_a_role_code_has_its_form(supervisor: User) -> None:
    with pytest.raises(Invalid) as refused:
        save_role(role=Role(code="lower", title="Rigger"), by=supervisor, now=NOW)
    assert "code" in refused.value.errors
    saved = save_role(role=Role(code="RIG-1", title="Rigger"), by=supervisor, now=NOW)
    assert (saved.created_by, saved.updated_by) == (supervisor, supervisor)


def test_a_role_in_use_cannot_be_deleted(supervisor: User) -> None:
    learner = LearnerFactory()
    LearnerFactory(role=learner.role, status="INACTIVE")
    with pytest.raises(RoleInUse, match="2 workers have it"):
        delete_role(role_id=learner.role_id, by=supervisor)
    attendee = SessionAttendeeFactory(present=True)
    Learner.objects.filter(pk=attendee.learner_id).update(role=learner.role)
    assert attendee.role is not None
    with pytest.raises(RoleInUse, match="attendance lists name it"):
        delete_role(role_id=attendee.role.pk, by=supervisor)


def test_a_role_of_nobody_goes_with_what_it_asks(supervisor: User) -> None:
    requirement = RoleRequirementFactory()
    delete_role(role_id=requirement.role_id, by=supervisor)
    assert not Role.objects.exists()
    assert not RoleRequirement.objects.exists()


# Areas


def test_c6_whoever_works_inside_a_moved_area_is_judged_by_its_new_place(supervisor: User) -> None:
    before, after = AreaRequirementFactory(), AreaRequirementFactory()
    unit = AreaFactory(parent=before.area)
    learner = LearnerAreaFactory(area=AreaFactory(parent=unit)).learner
    recalculate(learner_ids=[learner.pk], today=TODAY, now=NOW)
    assert asked(learner) == {before.course_id: "NON_COMPLIANT"}
    unit.parent = after.area
    save_area(area=unit, by=supervisor, now=NOW)
    assert asked(learner) == {after.course_id: "NON_COMPLIANT"}


def test_an_area_never_lies_inside_itself(supervisor: User) -> None:
    site = AreaFactory()
    unit = AreaFactory(parent=site)
    for inside in (unit, site):
        site.parent = inside
        with pytest.raises(Invalid, match="cannot be part of itself") as refused:
            save_area(area=site, by=supervisor, now=NOW)
        assert list(refused.value.errors) == ["parent"]


def test_an_area_with_areas_or_workers_cannot_be_deleted(supervisor: User) -> None:
    unit = AreaFactory(parent=AreaFactory(), name="Tank farm")
    assert unit.parent is not None
    with pytest.raises(AreaInUse, match="Tank farm is part of it"):
        delete_area(area_id=unit.parent.pk, by=supervisor)
    link = LearnerAreaFactory(area=unit)
    with pytest.raises(AreaInUse, match="1 worker works there"):
        delete_area(area_id=unit.pk, by=supervisor)
    link.delete()
    AreaRequirementFactory(area=unit)
    delete_area(area_id=unit.pk, by=supervisor)
    assert not Area.objects.filter(pk=unit.pk).exists()


@pytest.mark.parametrize("kind", ["auditor", "trainer_user"])
def test_only_those_who_keep_the_library_may(kind: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(kind)
    requirement = RoleRequirementFactory()
    attempts = [
        lambda: pre_mob(requirement.role, user),
        lambda: delete_requirement(asker=requirement.role, course_id=requirement.course_id, by=user, now=NOW),
        lambda: save_role(role=requirement.role, by=user, now=NOW),
        lambda: delete_role(role_id=requirement.role_id, by=user),
        lambda: save_area(area=Area(name="Unit"), by=user, now=NOW),
        lambda: delete_area(area_id=AreaFactory().pk, by=user),
    ]
    for attempt in attempts:
        with pytest.raises(NotPermitted):
            attempt()
