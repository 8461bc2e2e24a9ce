"""C1 to C5 and C7 by example; test_compliance_properties.py compares them on generated sites."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.models import AreaRequirement, CompetencyRecord, ComplianceItem, Learner, RoleRequirement
from learners.services.compliance import recalculate
from tests.factories.learners import (
    HASH,
    KEY,
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RevocationFactory,
    RoleFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CourseVersionFactory, UserFactory, scheduled_session
from training.models import CourseVersion

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def judge(learner: Learner, today: date = TODAY) -> None:
    recalculate(learner_ids=[learner.pk], today=today, now=NOW)
    learner.refresh_from_db()


def item_of(learner: Learner, today: date = TODAY) -> ComplianceItem:
    """Judge a worker of whom one course is asked, and return the answer."""
    judge(learner, today)
    return ComplianceItem.objects.get(learner=learner)


def post_mob(grace: int) -> dict[str, Any]:
    return {"requirement_type": "POST_MOB", "grace_period_days": grace}


@pytest.fixture
def version() -> CourseVersion:
    version: CourseVersion = CourseVersionFactory()
    return version


@pytest.fixture
def learner() -> Learner:
    """Started, and came into the role, on 1 February."""
    learner: Learner = LearnerFactory(start_date=date(2026, 2, 1), role_assigned_at=date(2026, 2, 1))
    return learner


# C1: what is asked


def test_c1_role_and_areas_and_the_areas_around_them_ask(learner: Learner) -> None:
    site = AreaFactory()
    unit = AreaFactory(parent=site)
    LearnerAreaFactory(learner=learner, area=AreaFactory(parent=unit))
    asking: list[RoleRequirement | AreaRequirement] = [
        RoleRequirementFactory(role=learner.role),
        AreaRequirementFactory(area=site),
        AreaRequirementFactory(area=unit),
    ]
    RoleRequirementFactory()
    AreaRequirementFactory(area=AreaFactory(parent=site))
    judge(learner)
    assert set(learner.items.values_list("course", flat=True)) == {each.course_id for each in asking}


def test_c1_before_site_access_wins_over_any_grace(learner: Learner, version: CourseVersion) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course, **post_mob(1))
    area = LearnerAreaFactory(learner=learner).area
    AreaRequirementFactory(area=area, course=version.course)
    item = item_of(learner)
    assert (item.requirement_type, item.area, item.role, item.due_date) == ("PRE_MOB", area, None, None)


def test_c1_of_two_graces_the_earlier_day_wins_not_the_shorter_grace(learner: Learner, version: CourseVersion) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course, **post_mob(40))
    area = LearnerAreaFactory(learner=learner, assigned_at=date(2026, 2, 20)).area
    AreaRequirementFactory(area=area, course=version.course, **post_mob(30))
    item = item_of(learner)
    assert (item.role, item.area, item.due_date) == (learner.role, None, date(2026, 3, 13))


@pytest.mark.parametrize(
    ("assigned", "starts_on", "started"),
    [
        (date(2026, 2, 10), date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2026, 2, 10), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 2, 10)),
    ],
)
def test_c1_grace_counts_from_the_latest_of_assignment_rule_and_start(
    version: CourseVersion, assigned: date, starts_on: date, started: date
) -> None:
    learner = LearnerFactory(start_date=started, role_assigned_at=assigned)
    RoleRequirementFactory(role=learner.role, course=version.course, starts_on=starts_on, **post_mob(30))
    assert item_of(learner).due_date == date(2026, 3, 12)


# C2: what counts as proof


def test_c2_the_latest_expiry_counts_and_none_is_the_latest(learner: Learner, version: CourseVersion) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course)
    facts = {"learner": learner, "course_version": version}
    early = TrainingRecordFactory(**facts, completion_date=date(2026, 2, 20), expiry_date=date(2026, 6, 1))
    assert item_of(learner).proof == early
    late = TrainingRecordFactory(**facts, completion_date=date(2026, 1, 1), expiry_date=date(2026, 12, 1))
    assert item_of(learner).proof == late
    permanent = TrainingRecordFactory(**facts, completion_date=date(2020, 1, 1), expiry_date=None)
    item = item_of(learner)
    assert (item.proof, item.expiry_date, item.holds_until) == (permanent, None, None)


def test_c2_a_failed_record_grants_nothing_and_takes_nothing_away(learner: Learner, version: CourseVersion) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course)
    failed = {"learner": learner, "course_version": version, "result": "FAILED", "expiry_date": None}
    TrainingRecordFactory(**failed)
    assert item_of(learner).status == "NON_COMPLIANT"
    passed = TrainingRecordFactory(learner=learner, course_version=version, completion_date=date(2026, 1, 1))
    TrainingRecordFactory(**failed)
    item = item_of(learner)
    assert (item.status, item.proof) == ("COMPLIANT", passed)


def test_c2_a_revoked_record_counts_for_nothing(learner: Learner, version: CourseVersion) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course)
    RevocationFactory(record=TrainingRecordFactory(learner=learner, course_version=version))
    item = item_of(learner)
    assert (item.status, item.proof, item.expiry_date) == ("NON_COMPLIANT", None, None)


# C3: green, yellow, red


@pytest.mark.parametrize(
    ("today", "status", "key_date", "holds_until"),
    [
        (date(2026, 6, 1), "COMPLIANT", date(2026, 6, 1), date(2026, 6, 1)),
        (date(2026, 6, 2), "NON_COMPLIANT", date(2026, 6, 2), None),
    ],
)
def test_c3_a_proof_is_valid_through_its_last_day(
    learner: Learner, version: CourseVersion, today: date, status: str, key_date: date, holds_until: date | None
) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course)
    record = TrainingRecordFactory(learner=learner, course_version=version, expiry_date=date(2026, 6, 1))
    item = item_of(learner, today)
    assert (item.status, item.key_date, item.holds_until) == (status, key_date, holds_until)
    assert (item.proof, item.expiry_date) == (record, date(2026, 6, 1)), "the proof that lapsed is still shown"


@pytest.mark.parametrize(
    ("today", "status", "key_date", "holds_until"),
    [
        (date(2026, 3, 3), "PENDING", date(2026, 3, 3), date(2026, 3, 3)),
        (date(2026, 3, 4), "NON_COMPLIANT", date(2026, 3, 4), None),
    ],
)
def test_c3_grace_lasts_through_the_due_date(
    learner: Learner, version: CourseVersion, today: date, status: str, key_date: date, holds_until: date | None
) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course, **post_mob(30))
    item = item_of(learner, today)
    assert (item.due_date, item.status, item.key_date) == (date(2026, 3, 3), status, key_date)
    assert item.holds_until == holds_until


def test_c3_before_site_access_there_is_no_grace(learner: Learner, version: CourseVersion) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course)
    item = item_of(learner, date(2026, 2, 1))
    assert (item.status, item.key_date) == ("NON_COMPLIANT", date(2026, 2, 1))


def test_c3_red_counts_from_when_it_was_asked_when_the_proof_lapsed_before_that(
    learner: Learner, version: CourseVersion
) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course)
    TrainingRecordFactory(
        learner=learner, course_version=version, completion_date=date(2019, 1, 1), expiry_date=date(2020, 1, 1)
    )
    assert item_of(learner).key_date == date(2026, 2, 1)


def pending(learner: Learner, version: CourseVersion) -> CompetencyRecord:
    return CompetencyRecord.objects.create(
        learner=learner,
        course=version.course,
        course_version=version,
        session=scheduled_session(),
        training_date=TODAY,
        company_name="A company",
        role_title="A role",
        evidence_file_key=KEY,
        evidence_hash=HASH,
        created_at=NOW,
        created_by=UserFactory(),
    )


@pytest.mark.parametrize(("requirement", "status"), [({}, "NON_COMPLIANT"), (post_mob(60), "PENDING")])
def test_c3_a_pending_verification_is_flagged_and_makes_nobody_green(
    learner: Learner, version: CourseVersion, requirement: dict[str, Any], status: str
) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course, **requirement)
    pending(learner, version)
    item = item_of(learner)
    assert (item.status, item.awaiting_verification) == (status, True)


def test_c3_a_revoked_verification_is_no_longer_waited_for(learner: Learner, version: CourseVersion) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course)
    RevocationFactory(record=None, competency_record=pending(learner, version))
    assert not item_of(learner).awaiting_verification


# C4: the worker


@pytest.mark.parametrize(
    ("requirements", "status"),
    [
        ([], "COMPLIANT"),
        ([post_mob(60)], "PENDING"),
        ([post_mob(60), {}], "NON_COMPLIANT"),
        ([post_mob(1), post_mob(60)], "NON_COMPLIANT"),
    ],
)
def test_c4_the_worst_item_decides(learner: Learner, requirements: list[dict[str, Any]], status: str) -> None:
    for requirement in requirements:
        RoleRequirementFactory(role=learner.role, **requirement)
    judge(learner)
    assert learner.compliance_status == status


# C5: why


def test_c5_every_rule_is_told_the_winning_one_first(learner: Learner, version: CourseVersion) -> None:
    of_role = RoleRequirementFactory(role=learner.role, course=version.course, **post_mob(30))
    area = LearnerAreaFactory(learner=learner).area
    AreaRequirementFactory(area=area, course=version.course)
    assert item_of(learner).rules == [
        {"source": "area", "id": area.pk, "label": area.name, "type": "PRE_MOB", "grace": None, "due": None},
        {
            "source": "role",
            "id": learner.role.pk,
            "label": of_role.role.title,
            "type": "POST_MOB",
            "grace": 30,
            "due": "2026-03-03",
        },
    ]


# C7: how long an answer holds


def test_c7_a_worker_s_answer_holds_until_the_first_of_its_items_ends(learner: Learner) -> None:
    for expiry in (date(2026, 9, 1), date(2026, 6, 1), None):
        record = TrainingRecordFactory(learner=learner, expiry_date=expiry)
        RoleRequirementFactory(role=learner.role, course=record.course)
    judge(learner)
    assert (learner.compliance_status, learner.compliance_holds_until) == ("COMPLIANT", date(2026, 6, 1))


def test_c4_a_worker_s_first_red_day_and_next_expiry_are_kept_with_the_answer(learner: Learner) -> None:
    assert (learner.not_cleared_since, learner.next_expiry) == (None, None)
    for expiry in (date(2026, 2, 20), date(2026, 1, 31), date(2026, 9, 1), date(2026, 6, 1), None):
        record = TrainingRecordFactory(learner=learner, completion_date=date(2026, 1, 5), expiry_date=expiry)
        RoleRequirementFactory(role=learner.role, course=record.course)
    judge(learner)
    assert (learner.not_cleared_since, learner.next_expiry) == (date(2026, 2, 1), date(2026, 6, 1))


def test_c7_an_answer_ends_on_the_eve_of_a_stricter_rule(learner: Learner, version: CourseVersion) -> None:
    RoleRequirementFactory(role=learner.role, course=version.course, **post_mob(60))
    area = LearnerAreaFactory(learner=learner).area
    AreaRequirementFactory(area=area, course=version.course, starts_on=date(2026, 3, 20))
    item = item_of(learner)
    assert (item.status, item.holds_until, len(item.rules)) == ("PENDING", date(2026, 3, 19), 1)
    item = item_of(learner, date(2026, 3, 20))
    assert (item.status, item.requirement_type, len(item.rules)) == ("NON_COMPLIANT", "PRE_MOB", 2)


# How it is written


def test_c6_an_answer_that_did_not_change_is_not_written(learner: Learner) -> None:
    RoleRequirementFactory(role=learner.role)
    judge(learner)
    before = ComplianceItem.objects.values().get()
    later = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    assert recalculate(learner_ids=[learner.pk], today=TODAY, now=later) == 0
    assert ComplianceItem.objects.values().get() == before
    learner.refresh_from_db()
    assert learner.compliance_updated_at == NOW


@pytest.mark.parametrize("count", [1, 3])
def test_f8_four_statements_for_any_number_of_workers(count: int) -> None:
    role = RoleFactory()
    RoleRequirementFactory(role=role)
    learners = LearnerFactory.create_batch(count, role=role)
    with CaptureQueriesContext(connection) as queries:
        assert recalculate(learner_ids=[learner.pk for learner in learners], today=TODAY, now=NOW) == count
    assert len(queries) == 4


def test_unknown_workers_are_passed_over() -> None:
    assert recalculate(learner_ids=[0], today=TODAY, now=NOW) == 0
    assert recalculate(learner_ids=[], today=TODAY, now=NOW) == 0
