"""C8: what was so on which day is kept by the database, whatever door a change comes through."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from learners.models import (
    Area,
    AreaPeriod,
    AreaRequirement,
    Learner,
    LearnerArea,
    LearnerAreaPeriod,
    LearnerPeriod,
    RequirementPeriod,
    RoleRequirement,
)
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import CompanyFactory

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))


def on(day: date) -> None:
    """Let the changes of this transaction take effect on a day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('siteproof.effective_on', %s, true)", [f"{day}"])


def today() -> date:
    with connection.cursor() as cursor:
        cursor.execute("SELECT site_today()")
        day: date = cursor.fetchone()[0]
        return day


def periods(model: type[Model], field: str, **of: Any) -> list[tuple[Any, date, date | None]]:
    """Return what counts."""
    standing = model._default_manager.filter(overruled_at=None, **of)
    return list(standing.order_by("valid_from").values_list(field, "valid_from", "valid_to"))


# Workers


def test_c8_the_first_period_begins_with_the_start_or_the_role_if_that_is_earlier() -> None:
    learner = LearnerFactory(start_date=FEBRUARY, role_assigned_at=JANUARY)
    assert periods(LearnerPeriod, "role", learner=learner) == [(learner.role_id, JANUARY, None)]
    future = LearnerFactory(start_date=today() + timedelta(days=30), role_assigned_at=today() + timedelta(days=30))
    assert periods(LearnerPeriod, "role", learner=future) == [(future.role_id, today(), None)]


def by_save(learner: Learner, **fields: Any) -> None:
    for field, value in fields.items():
        setattr(learner, field, value)
    learner.save()


def by_update(learner: Learner, **fields: Any) -> None:
    Learner.objects.filter(pk=learner.pk).update(**fields)


def by_bulk_update(learner: Learner, **fields: Any) -> None:
    for field, value in fields.items():
        setattr(learner, field, value)
    Learner.objects.bulk_update([learner], list(fields))


def by_sql(learner: Learner, **fields: Any) -> None:
    with connection.cursor() as cursor:
        for field, value in fields.items():
            cursor.execute(f"UPDATE learners_learner SET {field}_id = %s WHERE id = %s", [value.pk, learner.pk])


@pytest.mark.parametrize("change", [by_save, by_update, by_bulk_update, by_sql])
def test_c8_a_change_ends_one_period_and_begins_another(change: Callable[..., None]) -> None:
    learner, company = LearnerFactory(start_date=JANUARY, role_assigned_at=JANUARY), CompanyFactory()
    before = learner.company_id
    on(MARCH)
    change(learner, company=company)
    assert periods(LearnerPeriod, "company", learner=learner) == [
        (before, JANUARY, MARCH),
        (company.pk, MARCH, None),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "BLACKLISTED"),
        ("start_date", FEBRUARY),
        ("end_date", APRIL),
        ("role_assigned_at", FEBRUARY),
    ],
)
def test_c8_every_dated_fact_is_kept(field: str, value: Any) -> None:
    learner = LearnerFactory(start_date=JANUARY, role_assigned_at=JANUARY)
    before = getattr(learner, field)
    on(MARCH)
    by_update(learner, **{field: value})
    assert periods(LearnerPeriod, field, learner=learner) == [(before, JANUARY, MARCH), (value, MARCH, None)]


def test_c8_other_changes_leave_no_period() -> None:
    learner = LearnerFactory()
    by_update(learner, first_name="Other", compliance_status="PENDING", compliance_holds_until=MARCH)
    assert LearnerPeriod.objects.filter(learner=learner).count() == 1


def test_c8_changes_of_one_day_leave_one_period() -> None:
    learner, companies = LearnerFactory(start_date=JANUARY, role_assigned_at=JANUARY), CompanyFactory.create_batch(3)
    before = learner.company_id
    on(MARCH)
    for company in companies:
        by_update(learner, company=company)
    by_update(learner, status="INACTIVE")
    assert periods(LearnerPeriod, "company", learner=learner) == [
        (before, JANUARY, MARCH),
        (companies[-1].pk, MARCH, None),
    ]


def test_c8_a_change_dated_before_the_last_one_holds_from_its_own_day_on() -> None:
    learner, early, late = LearnerFactory(start_date=JANUARY), CompanyFactory(), CompanyFactory()
    on(APRIL)
    by_update(learner, company=late)
    on(MARCH)
    by_update(learner, company=early)
    assert [row for row in periods(LearnerPeriod, "company", learner=learner) if row[2] is None or row[2] > MARCH] == [
        (early.pk, MARCH, None)
    ]


def test_c8_many_at_once_keep_a_period_each() -> None:
    learners, role = LearnerFactory.create_batch(5, role_assigned_at=JANUARY, start_date=JANUARY), RoleFactory()
    on(MARCH)
    Learner.objects.filter(pk__in=[learner.pk for learner in learners[:3]]).update(role=role)
    assert LearnerPeriod.objects.filter(role=role, valid_from=MARCH, valid_to=None).count() == 3
    assert LearnerPeriod.objects.filter(valid_to=MARCH).count() == 3
    assert LearnerPeriod.objects.count() == 8


# Areas of workers


def test_c8_a_place_begins_and_ends() -> None:
    link = LearnerAreaFactory(assigned_at=FEBRUARY)
    learner, area = link.learner, link.area_id
    on(APRIL)
    link.delete()
    assert periods(LearnerAreaPeriod, "area", learner=learner) == [(area, FEBRUARY, APRIL)]
    LearnerArea.objects.create(learner=learner, area_id=area, assigned_at=APRIL)
    assert periods(LearnerAreaPeriod, "area", learner=learner) == [(area, FEBRUARY, APRIL), (area, APRIL, None)]


def test_c8_a_place_given_and_taken_on_one_day_never_was() -> None:
    on(MARCH)
    link = LearnerAreaFactory(assigned_at=MARCH)
    link.delete()
    assert not LearnerAreaPeriod.objects.standing().exists()
    assert LearnerAreaPeriod.objects.count() == 1


def test_c8_a_link_that_is_turned_to_another_area_ends_the_place_in_the_first() -> None:
    link, other = LearnerAreaFactory(assigned_at=FEBRUARY), AreaFactory()
    before = link.area_id
    on(APRIL)
    LearnerArea.objects.filter(pk=link.pk).update(area=other)
    assert periods(LearnerAreaPeriod, "area", learner=link.learner) == [
        (before, FEBRUARY, APRIL),
        (other.pk, APRIL, None),
    ]


# The tree and the rules


def test_c8_the_tree_of_areas_is_kept() -> None:
    on(JANUARY)
    site, unit = AreaFactory().pk, AreaFactory().pk
    on(MARCH)
    Area.objects.filter(pk=unit).update(parent=site)
    on(APRIL)
    Area.objects.filter(pk=unit).delete()
    assert periods(AreaPeriod, "parent", area=unit) == [(None, JANUARY, MARCH), (site, MARCH, APRIL)]


@pytest.mark.parametrize("factory", [RoleRequirementFactory, AreaRequirementFactory])
def test_c8_what_was_asked_is_kept(factory: Any) -> None:
    requirement: RoleRequirement | AreaRequirement = factory(starts_on=JANUARY)
    pk = requirement.pk
    on(MARCH)
    type(requirement)._default_manager.filter(pk=pk).update(requirement_type="POST_MOB", grace_period_days=30)
    on(APRIL)
    requirement.delete()
    assert periods(RequirementPeriod, "requirement_type", requirement_id=pk) == [
        ("PRE_MOB", JANUARY, MARCH),
        ("POST_MOB", MARCH, APRIL),
    ]


def test_c8_rules_of_roles_and_areas_with_the_same_number_are_told_apart() -> None:
    of_role = RoleRequirementFactory(starts_on=JANUARY)
    of_area = AreaRequirementFactory(pk=of_role.pk, starts_on=JANUARY)
    on(MARCH)
    of_area.delete()
    assert RequirementPeriod.objects.get(valid_to=None).role == of_role.role


def test_c8_without_a_day_of_its_own_a_change_takes_effect_today() -> None:
    learner = LearnerFactory(start_date=JANUARY)
    by_update(learner, status="INACTIVE")
    assert LearnerPeriod.objects.get(learner=learner, valid_to=None).valid_from == today()


# Areas never lie in a circle


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_areas_never_lie_in_a_circle(depth: int) -> None:
    top = area = AreaFactory()
    for _ in range(depth):
        area = AreaFactory(parent=area)
    with pytest.raises(IntegrityError, match="cannot lie inside itself"), transaction.atomic():
        Area.objects.filter(pk=top.pk).update(parent=area)
    top.refresh_from_db()
    assert top.parent is None
