"""L2: whatever stands under a merged badge is read as the survivor's."""

from datetime import date

import pytest

from learners.models import Learner, TrainingRecord
from learners.pages.worker_rows import worker_rows
from learners.policies.standing import Group
from learners.selectors.learners import (
    WorkerFilter,
    group_counts,
    ids_of_person,
    list_workers,
    person_of,
    rows_of_people,
)
from learners.selectors.records import list_records, records_of, sign_offs_of
from tests.factories.compliance import asked_of, judge, owes_sign_off
from tests.factories.learners import LearnerFactory, TrainingRecordFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


@pytest.fixture
def survivor() -> Learner:
    return LearnerFactory()


@pytest.fixture
def merged(survivor: Learner) -> Learner:
    return LearnerFactory(merged_into=survivor, status="INACTIVE")


def test_l2_a_person_has_the_keys_of_all_badges_whichever_is_named(survivor: Learner, merged: Learner) -> None:
    assert ids_of_person(survivor) == ids_of_person(merged) == [survivor.pk, merged.pk]
    assert ids_of_person(LearnerFactory(pk=merged.pk + 10)) == [merged.pk + 10]


def test_l2_rows_of_people_are_found_and_told_apart_by_person(survivor: Learner, merged: Learner) -> None:
    other = TrainingRecordFactory().learner
    for learner in (survivor, merged, merged):
        TrainingRecordFactory(learner=learner)
    found = TrainingRecord.objects.filter(rows_of_people([survivor.pk]))
    assert list(found.order_by("pk").values_list(person_of(), flat=True)) == [survivor.pk] * 3
    assert TrainingRecord.objects.filter(rows_of_people([other.pk])).count() == 1


def test_l2_records_are_listed_by_either_badge(survivor: Learner, merged: Learner) -> None:
    records = {TrainingRecordFactory(learner=learner) for learner in (survivor, merged)}
    TrainingRecordFactory()
    for learner in (survivor, merged):
        assert set(list_records(learner_id=learner.pk)) == records


def test_l2_records_and_sign_offs_of_both_badges_are_shown(survivor: Learner, merged: Learner) -> None:
    version = asked_of(survivor)
    records = {TrainingRecordFactory(learner=learner, course_version=version) for learner in (survivor, merged)}
    owed = owes_sign_off(merged, version)
    assert set(records_of(ids_of_person(survivor))) == set(records_of(ids_of_person(merged))) == records
    assert list(sign_offs_of(ids_of_person(survivor))) == [owed]


def test_l2_a_sign_off_owed_under_the_old_badge_is_the_survivor_s(survivor: Learner, merged: Learner) -> None:
    owes_sign_off(merged, asked_of(survivor))
    judge(merged, survivor, on=TODAY)
    assert group_counts(today=TODAY, warning_days=60)[Group.TO_VERIFY] == 1
    wanted = WorkerFilter(group=Group.TO_VERIFY)
    people = list(list_workers(wanted, today=TODAY, warning_days=60))
    assert people == [survivor]
    (row,) = worker_rows(people, today=TODAY, warning_days=60)
    assert "wait" in {reason.kind for reason in row.reasons}
