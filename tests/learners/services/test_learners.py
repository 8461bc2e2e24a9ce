"""C6: what is known about workers changes their answers at once; C8: and leaves a dated history."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from learners.models import BadgePeriod, ComplianceItem, ComplianceStatus, Learner, LearnerArea, LearnerPeriod
from learners.policies.workers import MergedAway
from learners.selectors.learners import find_by_badge
from learners.services.effective import effective_on
from learners.services.identity import BadgeTaken
from learners.services.learners import (
    LearnerFacts,
    UnknownArea,
    create_learner,
    edit_learner,
    replace_badge,
    set_areas,
)
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import CompanyFactory
from training.core.refusals import Conflict, Invalid, NotFound, NotPermitted, Stale, database_refusals

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def facts(**others: object) -> LearnerFacts:
    return {
        "badge_id": "20001",
        "first_name": "Amina",
        "last_name": "El Idrissi",
        "start_date": TODAY,
        "company_id": CompanyFactory().pk,
        "role_id": RoleFactory().pk,
        **others,  # type: ignore[typeddict-item]  # wrong ones too
    }


def asked(learner: Learner) -> dict[int, str]:
    """Return the status of every course that is asked of a learner."""
    return dict(ComplianceItem.objects.filter(learner=learner).values_list("course_id", "status"))


# Adding


def test_c6_a_new_worker_is_judged_at_once(supervisor: User) -> None:
    requirement = RoleRequirementFactory()
    learner = create_learner(facts=facts(role_id=requirement.role_id), by=supervisor, now=NOW)
    assert asked(learner) == {requirement.course_id: "NON_COMPLIANT"}
    assert (learner.compliance_status, learner.compliance_updated_at) == (ComplianceStatus.NON_COMPLIANT, NOW)
    assert (learner.created_by, learner.updated_by, learner.role_assigned_at) == (supervisor, supervisor, TODAY)


def test_c4_nothing_asked_is_compliant(supervisor: User) -> None:
    learner = create_learner(facts=facts(), by=supervisor, now=NOW)
    assert (learner.compliance_status, learner.compliance_holds_until) == (ComplianceStatus.COMPLIANT, None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"badge_id": "12"}, "badge_id"),
        ({"badge_id": "X" * 51}, "badge_id"),
        ({"first_name": "", "last_name": ""}, "__all__"),
        ({"company_id": 0}, "company"),
        ({"start_date": TODAY, "end_date": date(2026, 3, 1)}, "__all__"),
        ({"status": "ASLEEP"}, "status"),
    ],
)
def test_a_wrong_fact_is_refused_with_its_field(supervisor: User, wrong: Mapping[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_learner(facts=facts(**wrong), by=supervisor, now=NOW)
    assert list(refused.value.errors) == [field]
    assert not Learner.objects.exists()


@pytest.mark.parametrize("badge", ["a-7001", "A-7001", " a-7001 "])
def test_a_badge_belongs_to_one_person_whatever_its_case_and_blanks(supervisor: User, badge: str) -> None:
    LearnerFactory(badge_id="A-7001")
    with pytest.raises(Invalid, match="This badge belongs to"):
        create_learner(facts=facts(badge_id=badge), by=supervisor, now=NOW)


@pytest.mark.parametrize(
    ("first", "last"),
    [("", "Ng"), ("O", "Ó"), ("Seán", "O'Brien-Ní Dhúill"), ("محمد", "الحسن"), ("玉", "山"), ("x" * 100, "y" * 100)],
)
def test_names_in_any_script_are_kept_as_they_are(supervisor: User, first: str, last: str) -> None:
    learner = create_learner(facts=facts(first_name=f" {first} ", last_name=last), by=supervisor, now=NOW)
    learner.refresh_from_db()
    assert (learner.first_name, learner.last_name) == (first, last)


# Changing


def test_c6_a_new_role_asks_other_things_from_today_on(supervisor: User) -> None:
    before, after = RoleRequirementFactory(), RoleRequirementFactory(requirement_type="POST_MOB", grace_period_days=30)
    learner = create_learner(facts=facts(role_id=before.role_id, start_date=date(2025, 1, 1)), by=supervisor, now=NOW)
    learner = edit_learner(learner_id=learner.pk, facts={"role_id": after.role_id}, by=supervisor, now=NOW)
    assert asked(learner) == {after.course_id: "PENDING"}
    assert ComplianceItem.objects.get().due_date == date(2026, 4, 1)
    assert (learner.role_assigned_at, learner.compliance_status) == (TODAY, ComplianceStatus.PENDING)


def test_c6_the_day_of_a_new_role_can_be_told(supervisor: User) -> None:
    learner = LearnerFactory()
    changed = edit_learner(
        learner_id=learner.pk,
        facts={"role_id": RoleFactory().pk, "role_assigned_at": date(2026, 2, 1)},
        by=supervisor,
        now=NOW,
    )
    assert changed.role_assigned_at == date(2026, 2, 1)


def test_c6_grace_counts_from_the_return(supervisor: User) -> None:
    """Whoever returns has a new start date, from which grace periods count (L3)."""
    requirement = RoleRequirementFactory(requirement_type="POST_MOB", grace_period_days=10)
    learner = LearnerFactory(role=requirement.role, status="INACTIVE", end_date=date(2025, 6, 1))
    returned = edit_learner(
        learner_id=learner.pk,
        facts={"status": "ACTIVE", "status_reason": "Back", "start_date": TODAY, "end_date": None},
        by=supervisor,
        now=NOW,
    )
    assert asked(returned) == {requirement.course_id: "PENDING"}
    assert ComplianceItem.objects.get().due_date == date(2026, 3, 12)


def test_l1_blocking_keeps_the_answers_for_the_day_of_unblocking(supervisor: User) -> None:
    requirement = RoleRequirementFactory()
    learner = LearnerFactory(role=requirement.role)
    edit_learner(
        learner_id=learner.pk, facts={"status": "BLACKLISTED", "status_reason": "Fight"}, by=supervisor, now=NOW
    )
    assert asked(learner) == {requirement.course_id: "NON_COMPLIANT"}


def test_c8_a_change_leaves_a_dated_history(supervisor: User) -> None:
    learner = create_learner(facts=facts(start_date=date(2025, 1, 1)), by=supervisor, now=NOW)
    company = CompanyFactory()
    edit_learner(learner_id=learner.pk, facts={"company_id": company.pk}, by=supervisor, now=NOW)
    assert LearnerPeriod.objects.filter(learner=learner, valid_to=None).get().company_id == company.pk
    assert LearnerPeriod.objects.filter(learner=learner).count() == 2


def test_a_new_worker_comes_with_areas_in_one_step(supervisor: User) -> None:
    requirement = AreaRequirementFactory()
    with pytest.raises(UnknownArea):
        create_learner(facts=facts(), areas={0: TODAY}, by=supervisor, now=NOW)
    assert not Learner.objects.filter(badge_id="20001").exists()
    learner = create_learner(facts=facts(), areas={requirement.area_id: TODAY}, by=supervisor, now=NOW)
    assert asked(learner) == {requirement.course_id: "NON_COMPLIANT"}


def test_an_edit_of_what_somebody_else_has_changed_meanwhile_is_refused(supervisor: User, superuser: User) -> None:
    learner = LearnerFactory()
    loaded = learner.updated_at
    edit_learner(learner_id=learner.pk, facts={"phone": "0660"}, version=loaded, by=superuser, now=NOW)
    with pytest.raises(Stale, match=superuser.get_full_name()) as refused:
        edit_learner(learner_id=learner.pk, facts={"phone": "0770"}, version=loaded, by=supervisor, now=NOW)
    learner.refresh_from_db()
    assert learner.phone == "0660"
    assert refused.value.conflict is not None
    assert refused.value.conflict["theirs"] == learner.updated_at.isoformat()


def test_l2_what_is_merged_is_changed_at_the_survivor(supervisor: User) -> None:
    learner = LearnerFactory(status="INACTIVE", merged_into=LearnerFactory(last_name="Survivor"))
    for change in (
        lambda: edit_learner(learner_id=learner.pk, facts={"phone": "0660"}, by=supervisor, now=NOW),
        lambda: set_areas(learner_id=learner.pk, areas={}, by=supervisor, now=NOW),
        lambda: replace_badge(learner_id=learner.pk, badge_id="20001", by=supervisor, now=NOW),
    ):
        with pytest.raises(MergedAway, match="Survivor"):
            change()


# Badges


def badges(learner: Learner) -> list[tuple[str, date, date | None]]:
    periods = BadgePeriod.objects.standing().filter(learner=learner).order_by("valid_from", "pk")
    return list(periods.values_list("badge_id", "valid_from", "valid_to"))


def test_l3_a_new_badge_replaces_the_old_one_which_still_finds_the_worker(supervisor: User) -> None:
    learner = LearnerFactory(badge_id="OLD-1")
    with effective_on(TODAY):
        replace_badge(learner_id=learner.pk, badge_id=" NEW-1 ", by=supervisor, now=NOW)
    assert badges(learner) == [("OLD-1", learner.start_date, TODAY), ("NEW-1", TODAY, None)]
    for badge in ("NEW-1", "old-1", " OLD-1"):
        assert find_by_badge(badge) == learner


def test_l3_a_badge_of_one_day_still_finds_the_worker(supervisor: User) -> None:
    with effective_on(TODAY):
        learner = create_learner(facts=facts(badge_id="MORNING"), by=supervisor, now=NOW)
    with effective_on(TODAY):
        replace_badge(learner_id=learner.pk, badge_id="EVENING", by=supervisor, now=NOW)
    assert badges(learner) == [("MORNING", TODAY, TODAY), ("EVENING", TODAY, None)]
    assert find_by_badge("MORNING") == learner


def test_l3_a_mistyped_badge_is_forgotten_and_free(supervisor: User) -> None:
    learner = LearnerFactory(badge_id="10B1")
    replace_badge(learner_id=learner.pk, badge_id="1081", was_mistyped=True, by=supervisor, now=NOW)
    assert badges(learner) == [("1081", learner.start_date, None)]
    assert find_by_badge("10B1") is None
    assert find_by_badge(LearnerFactory(badge_id="10b1").badge_id) is not None


def test_l3_somebody_gets_an_old_badge_back(supervisor: User) -> None:
    learner = LearnerFactory(badge_id="FIRST")
    for badge in ("SECOND", "first"):
        replace_badge(learner_id=learner.pk, badge_id=badge, by=supervisor, now=NOW)
    assert [badge for badge, *_days in badges(learner)] == ["FIRST", "SECOND", "first"]


@pytest.mark.parametrize("badge", ["OLD-1", " old-1", "NEW-1"])
def test_l3_nobody_gets_a_badge_that_is_or_was_another_s(badge: str, supervisor: User) -> None:
    learner, other = LearnerFactory(badge_id="OLD-1", last_name="Haddad"), LearnerFactory()
    replace_badge(learner_id=learner.pk, badge_id="NEW-1", by=supervisor, now=NOW)
    with pytest.raises(BadgeTaken, match="Haddad") as refused:
        replace_badge(learner_id=other.pk, badge_id=badge, by=supervisor, now=NOW)
    assert list(refused.value.errors) == ["badge_id"]
    with pytest.raises(BadgeTaken):
        create_learner(facts=facts(badge_id=badge), by=supervisor, now=NOW)


def test_l3_the_database_keeps_old_badges_too(supervisor: User) -> None:
    learner = LearnerFactory(badge_id="OLD-1")
    replace_badge(learner_id=learner.pk, badge_id="NEW-1", by=supervisor, now=NOW)
    with pytest.raises(Conflict, match="belonged, to somebody else"), database_refusals(), transaction.atomic():
        LearnerFactory(badge_id="old-1")


def test_the_badge_that_somebody_has_is_not_given_again(supervisor: User) -> None:
    with pytest.raises(Invalid, match="the badge that the worker has"):
        replace_badge(learner_id=LearnerFactory(badge_id="OLD-1").pk, badge_id=" OLD-1", by=supervisor, now=NOW)


# Areas


def test_c6_areas_ask_as_soon_as_somebody_works_there(supervisor: User) -> None:
    site, unit, elsewhere = AreaFactory(), AreaFactory(), AreaFactory()
    unit.parent = site
    unit.save()
    around = AreaRequirementFactory(area=site)
    inside = AreaRequirementFactory(area=unit, requirement_type="POST_MOB", grace_period_days=7)
    other = AreaRequirementFactory(area=elsewhere)
    learner = LearnerFactory()

    set_areas(learner_id=learner.pk, areas={unit.pk: TODAY}, by=supervisor, now=NOW)
    assert asked(learner) == {around.course_id: "NON_COMPLIANT", inside.course_id: "PENDING"}

    set_areas(learner_id=learner.pk, areas={elsewhere.pk: TODAY}, by=supervisor, now=NOW)
    assert asked(learner) == {other.course_id: "NON_COMPLIANT"}

    set_areas(learner_id=learner.pk, areas={}, by=supervisor, now=NOW)
    assert asked(learner) == {}


def test_c6_an_area_that_stays_keeps_its_row_and_may_get_another_day(supervisor: User) -> None:
    requirement = AreaRequirementFactory(requirement_type="POST_MOB", grace_period_days=7)
    learner, area = LearnerFactory(), requirement.area
    set_areas(learner_id=learner.pk, areas={area.pk: TODAY}, by=supervisor, now=NOW)
    link = LearnerArea.objects.get()
    set_areas(learner_id=learner.pk, areas={area.pk: date(2026, 2, 1)}, by=supervisor, now=NOW)
    assert LearnerArea.objects.get() == link
    assert asked(learner) == {requirement.course_id: "NON_COMPLIANT"}
    assert ComplianceItem.objects.get().due_date == date(2026, 2, 8)


def test_an_area_that_does_not_exist_changes_nothing(supervisor: User) -> None:
    learner, area = LearnerFactory(), AreaFactory()
    set_areas(learner_id=learner.pk, areas={area.pk: TODAY}, by=supervisor, now=NOW)
    with pytest.raises(UnknownArea) as refused:
        set_areas(learner_id=learner.pk, areas={0: TODAY}, by=supervisor, now=NOW)
    assert list(refused.value.errors) == ["areas"]
    assert LearnerArea.objects.get().area == area


# Who may


@pytest.mark.parametrize("kind", ["auditor", "trainer_user"])
def test_only_those_who_keep_workers_may(kind: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(kind)
    learner = LearnerFactory()
    with pytest.raises(NotPermitted):
        create_learner(facts=facts(), by=user, now=NOW)
    with pytest.raises(NotPermitted):
        edit_learner(learner_id=learner.pk, facts={"first_name": "Ana"}, by=user, now=NOW)
    with pytest.raises(NotPermitted):
        set_areas(learner_id=learner.pk, areas={}, by=user, now=NOW)
    with pytest.raises(NotPermitted):
        replace_badge(learner_id=learner.pk, badge_id="20001", by=user, now=NOW)


def test_nobody_is_refused_as_not_found(supervisor: User) -> None:
    with pytest.raises(NotFound):
        edit_learner(learner_id=0, facts={}, by=supervisor, now=NOW)
    with pytest.raises(NotFound):
        set_areas(learner_id=0, areas={}, by=supervisor, now=NOW)
