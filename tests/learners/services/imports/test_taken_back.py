"""A register that comes again and does not say any more what it said before (I7)."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from learners.models import Learner, Revocation, TrainingRecord
from learners.services.imports.record_checks import TakenBack
from learners.services.imports.records import Records
from tests.factories.learners import LearnerFactory
from tests.factories.registers import bring_in, draft, terms
from tests.factories.training import CompanyFactory, CourseVersionFactory
from training.core.imports.rows import DraftRow, RowOutcome

pytestmark = pytest.mark.django_db

FIRST, EARLIER, LATER = date(2026, 1, 5), date(2025, 12, 1), date(2026, 2, 1)


@pytest.fixture
def learner() -> Learner:
    CourseVersionFactory(course__code="HSE-001", validity_months=24)
    CompanyFactory(name="Rescue Academy")
    made: Learner = LearnerFactory(badge_id="00417")
    return made


@pytest.fixture
def row(learner: Learner) -> Callable[..., DraftRow]:
    def made(number: int = 2, **other: Any) -> DraftRow:
        values = {"badge_id": "00417", "course": "HSE-001", "completed_on": FIRST, "provider": "Rescue Academy"}
        return draft(number, **(values | other))

    return made


@pytest.fixture
def said(row: Callable[..., DraftRow], superuser: User) -> TrainingRecord:
    """What the register said the first time."""
    bring_in([row()], terms(superuser))
    return TrainingRecord.objects.get()


def taken_back(rows: Sequence[DraftRow], by: User, **choices: Any) -> list[TakenBack]:
    checker = Records().checker(terms(by, **choices))
    for each in rows:
        checker.check([each])
    return checker.taken_back()


def test_i7_a_row_that_is_gone_is_listed(said: TrainingRecord, superuser: User):
    [found] = taken_back([], superuser, register="MATRIX of  the site")
    assert found == TakenBack(said.pk, said.learner_id, said.course_id, FIRST, None, None)


def test_i7_an_earlier_day_is_listed_with_the_row_that_says_so(
    said: TrainingRecord, row: Callable[..., DraftRow], superuser: User
):
    [found] = taken_back([row(9, completed_on=EARLIER)], superuser)
    assert found == TakenBack(said.pk, said.learner_id, said.course_id, FIRST, EARLIER, 0)


def test_i7_a_later_day_takes_nothing_back_nor_does_the_same(
    said: TrainingRecord, row: Callable[..., DraftRow], superuser: User
):
    assert taken_back([row(completed_on=LATER)], superuser) == []
    assert taken_back([row()], superuser) == []
    assert taken_back([row(2, completed_on=EARLIER), row(3)], superuser) == []


def test_i7_a_row_that_is_refused_takes_nothing_back(
    said: TrainingRecord, row: Callable[..., DraftRow], superuser: User
):
    assert taken_back([row(completed_on=date(2030, 1, 1))], superuser) == []


def test_i7_another_register_takes_nothing_back(said: TrainingRecord, superuser: User):
    assert taken_back([], superuser, register="Matrix of another firm") == []


def test_i7_with_one_confirmation_the_old_record_is_revoked_and_replaced(
    said: TrainingRecord, row: Callable[..., DraftRow], superuser: User
):
    rows = [row(9, completed_on=EARLIER)]
    told = [asdict(each) for each in taken_back(rows, superuser)]

    [checked] = bring_in(rows, terms(superuser, taken_back=told))

    assert checked.outcome is RowOutcome.NEW
    new = TrainingRecord.objects.get(pk=checked.key or 0)
    assert (new.completion_date, new.supersedes) == (EARLIER, said)
    assert Revocation.objects.get(record=said).reason == "The register “Matrix of the site” took this back."


def test_i7_what_is_gone_is_revoked_and_nothing_takes_its_place(said: TrainingRecord, superuser: User):
    on = terms(superuser, taken_back=taken_back([], superuser))
    with transaction.atomic():
        Records().write([], on, tell=lambda done: None)
    assert Revocation.objects.get().record == said
    assert taken_back([], superuser) == []


def test_i7_what_somebody_revoked_meanwhile_is_not_revoked_twice(
    said: TrainingRecord, row: Callable[..., DraftRow], superuser: User
):
    rows = [row(9, completed_on=EARLIER)]
    told = taken_back(rows, superuser)
    bring_in([], terms(superuser, taken_back=told))
    bring_in(rows, terms(superuser, taken_back=told))
    assert Revocation.objects.count() == 1
    assert TrainingRecord.objects.latest("pk").supersedes is None


def test_i7_an_earlier_day_is_refused_until_somebody_confirms_it(
    said: TrainingRecord, row: Callable[..., DraftRow], superuser: User
):
    [checked] = bring_in([row(9, completed_on=EARLIER)], terms(superuser))
    assert checked.outcome is RowOutcome.REFUSED
    [problem] = checked.problems
    assert (problem.column, problem.code, problem.value) == ("completed_on", "taken back", "5 Jan 2026")
    assert TrainingRecord.objects.count() == 1
    assert not Revocation.objects.exists()


def test_i7_of_a_grid_the_right_course_replaces_its_own(
    said: TrainingRecord, row: Callable[..., DraftRow], superuser: User
):
    """Cells of one row of the sheet are rows of different courses."""
    CourseVersionFactory(course__code="HSE-002", validity_months=24)
    rows = [row(9, course="HSE-002", completed_on=EARLIER), row(9, completed_on=EARLIER)]
    told = taken_back(rows, superuser)
    assert [each.row for each in told] == [1]

    other, new = bring_in(rows, terms(superuser, taken_back=told))

    assert TrainingRecord.objects.get(pk=new.key or 0).supersedes == said
    assert TrainingRecord.objects.get(pk=other.key or 0).supersedes is None
