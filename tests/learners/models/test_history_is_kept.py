"""C8: of the dated history nothing vanishes, whoever tries; who entered a change, and when, is not theirs to say."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from learners.models import (
    AreaPeriod,
    BadgePeriod,
    Learner,
    LearnerArea,
    LearnerAreaPeriod,
    LearnerPeriod,
    RequirementPeriod,
)
from learners.services.learners import replace_badge
from tests.factories.learners import (
    AreaFactory,
    LearnerAreaFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import CompanyFactory

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))

PERIODS: list[tuple[type[Model], Callable[[], Any]]] = [
    (AreaPeriod, AreaFactory),
    (BadgePeriod, LearnerFactory),
    (LearnerAreaPeriod, LearnerAreaFactory),
    (LearnerPeriod, LearnerFactory),
    (RequirementPeriod, RoleRequirementFactory),
]
each_kind = pytest.mark.parametrize(("model", "factory"), PERIODS, ids=lambda value: getattr(value, "__name__", ""))


def on(day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('siteproof.effective_on', %s, true)", [f"{day}"])


def refuses(statement: str) -> None:
    with pytest.raises(IntegrityError, match=r"keeps what was known|cannot be emptied"), transaction.atomic():
        execute(statement)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def facts(learner: Learner, *fields: str) -> list[tuple[Any, ...]]:
    periods = LearnerPeriod.objects.standing().filter(learner=learner).order_by("valid_from")
    return list(periods.values_list(*fields, "valid_from", "valid_to"))


# Nobody takes anything away: these tests run as the owner of the tables


@each_kind
def test_c8_no_period_is_deleted(model: type[Model], factory: Callable[[], Any]) -> None:
    factory()
    table = model._meta.db_table
    refuses(f"DELETE FROM {table}")
    refuses(f"TRUNCATE {table}")


@each_kind
def test_c8_what_a_period_says_is_never_changed(model: type[Model], factory: Callable[[], Any]) -> None:
    factory()
    once = {"valid_to", "ended_at", "ended_by_id", "overruled_at", "overruled_by_id"}
    columns = {field.column: field.get_internal_type() for field in model._meta.concrete_fields}
    assert once < columns.keys()
    for column in columns.keys() - once:
        other = {
            "DateField": f"coalesce({column}, '2026-01-01') + 1",
            "DateTimeField": "now() - interval '1 year'",
            "CharField": f"{column} || 'x'",
            "BooleanField": f"NOT {column}",
        }.get(columns[column], f"coalesce({column}, 0) + 1")
        refuses(f"UPDATE {model._meta.db_table} SET {column} = {other}")


@each_kind
def test_c8_an_end_and_an_overruling_are_entered_once(model: type[Model], factory: Callable[[], Any]) -> None:
    factory()
    table = model._meta.db_table
    refuses(f"UPDATE {table} SET ended_at = now()")
    refuses(f"UPDATE {table} SET overruled_by_id = 1")
    execute(f"UPDATE {table} SET valid_to = valid_from + 1, ended_at = now(), ended_by_id = 1")
    for again in ("valid_to = valid_to + 1", "valid_to = NULL", "ended_at = now() + interval '1 s'", "ended_by_id = 2"):
        refuses(f"UPDATE {table} SET {again}")
    execute(f"UPDATE {table} SET overruled_at = now(), overruled_by_id = 1")
    for again in ("overruled_at = NULL", "overruled_at = now() + interval '1 s'", "overruled_by_id = 2"):
        refuses(f"UPDATE {table} SET {again}")


# A change that is dated back concerns what it changes only, and shows


def test_c8_a_role_that_is_dated_back_leaves_the_status_of_those_days() -> None:
    learner, role = LearnerFactory(start_date=JANUARY, role_assigned_at=JANUARY), RoleFactory()
    before = learner.role_id
    on(MARCH)
    Learner.objects.filter(pk=learner.pk).update(status="BLACKLISTED")
    on(FEBRUARY)
    Learner.objects.filter(pk=learner.pk).update(role=role)
    assert facts(learner, "status", "role") == [
        ("ACTIVE", before, JANUARY, FEBRUARY),
        ("ACTIVE", role.pk, FEBRUARY, MARCH),
        ("BLACKLISTED", role.pk, MARCH, None),
    ]


def test_c8_a_block_that_is_dated_away_is_kept_with_who_and_when(superuser: User) -> None:
    """The case that was found: an intruder in the web process can set the effective day, and no more than that."""
    learner = LearnerFactory(start_date=JANUARY, role_assigned_at=JANUARY)
    on(FEBRUARY)
    Learner.objects.filter(pk=learner.pk).update(status="BLACKLISTED")
    on(JANUARY + timedelta(days=9))
    before = timezone.now()
    with pghistory.context(user=superuser.pk):
        Learner.objects.filter(pk=learner.pk).update(status="ACTIVE")
    blocked = LearnerPeriod.objects.get(learner=learner, status="BLACKLISTED")
    assert (blocked.valid_from, blocked.valid_to) == (FEBRUARY, None)
    assert (blocked.overruled_by_id, blocked.overruled_at is not None and blocked.overruled_at > before) == (
        superuser.pk,
        True,
    )
    assert all(status == "ACTIVE" for status, *_days in facts(learner, "status"))


def test_c8_a_day_that_has_not_come_is_today() -> None:
    learner = LearnerFactory(start_date=JANUARY)
    on(date(2999, 1, 1))
    Learner.objects.filter(pk=learner.pk).update(status="BLACKLISTED")
    assert facts(learner, "status")[-1] == ("BLACKLISTED", timezone.localdate(), None)


@pytest.mark.parametrize("context", [None, {}, {"user": None}, {"user": "nobody"}, {"user": 10**12}, ["user"]])
def test_c8_who_is_not_said_is_nobody(context: Any) -> None:
    if isinstance(context, dict):
        with pghistory.context(**context):
            learner = LearnerFactory()
    elif context:
        execute("SELECT set_config('pghistory.context_metadata', '[\"user\"]', true)")
        learner = LearnerFactory()
    else:
        learner = LearnerFactory()
    assert LearnerPeriod.objects.get(learner=learner).entered_by_id is None


def test_c8_when_is_the_clock_of_the_database_though_the_transaction_is_old() -> None:
    began = timezone.now()
    learner = LearnerFactory()
    Learner.objects.filter(pk=learner.pk).update(company=CompanyFactory())
    first, second = LearnerPeriod.objects.filter(learner=learner).order_by("pk")
    assert first.entered_at is not None
    assert second.entered_at is not None
    assert began <= first.entered_at < second.entered_at
    assert (first.ended_at or first.overruled_at) == second.entered_at


def test_c8_a_place_that_is_entered_again_from_an_earlier_day_is_there_once() -> None:
    link = LearnerAreaFactory(assigned_at=FEBRUARY)
    learner, area = link.learner, link.area
    on(APRIL)
    link.delete()
    on(MARCH)
    LearnerArea.objects.create(learner=learner, area=area, assigned_at=MARCH)
    periods = LearnerAreaPeriod.objects.filter(learner=learner).order_by("valid_from", "pk")
    assert [(each.valid_from, each.valid_to, each.overruled_at is None) for each in periods] == [
        (FEBRUARY, APRIL, False),
        (FEBRUARY, MARCH, True),
        (MARCH, None, True),
    ]


def test_c8_l3_a_mistyped_badge_is_kept_as_overruled(supervisor: User) -> None:
    learner = LearnerFactory(badge_id="10B1")
    with pghistory.context(user=supervisor.pk):
        replace_badge(learner_id=learner.pk, badge_id="1081", was_mistyped=True, by=supervisor, now=timezone.now())
    kept = BadgePeriod.objects.get(learner=learner, badge_id="10B1")
    assert (kept.valid_to, kept.overruled_by_id) == (None, supervisor.pk)
    LearnerFactory(badge_id="10b1")  # it is free for whoever has it
    assert set(Learner.objects.values_list("badge_id", flat=True)) == {"1081", "10b1"}
