"""How long a change takes that concerns everybody, and how long its preview keeps others waiting.

`pytest tests/benchmarks/test_requirements.py --long -s` measures with 2,000 workers and prints the figures; without
`--long` a few workers show that the number of statements does not grow with theirs.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learners.models import Area, ComplianceItem, Learner, LearnerArea, Role, TrainingRecord
from learners.services.compliance import recalculate_everyone
from learners.services.preview import carry_out, try_out
from learners.services.reassignment import add_to_area, give_role
from learners.services.requirements import delete_requirement, save_area, save_requirement
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CompanyFactory, CourseVersionFactory

pytestmark = pytest.mark.django_db

COURSES = 8  # that are asked already, half by the role and half by the area
MOST_SECONDS = 2.0
MOST_STATEMENTS = 30


@pytest.fixture
def area(long: bool) -> Area:
    """An area in which everybody works: 2,000 workers with eight courses each, a record for every other one."""
    site = AreaFactory()
    area: Area = AreaFactory(parent=site)
    role, company = RoleFactory(), CompanyFactory()
    versions = [CourseVersionFactory() for _ in range(COURSES)]
    for number, version in enumerate(versions):
        if number % 2:
            RoleRequirementFactory(role=role, course=version.course)
        else:
            AreaRequirementFactory(area=site, course=version.course)
    learners = Learner.objects.bulk_create(
        LearnerFactory.build_batch(2_000 if long else 20, company=company, role=role)
    )
    LearnerArea.objects.bulk_create(
        LearnerArea(learner=learner, area=area, assigned_at=date(2025, 1, 1)) for learner in learners
    )
    pattern = TrainingRecordFactory(learner=learners[0], provider=company)
    TrainingRecord.objects.bulk_create(
        _copy(pattern, learner=learner, course_version=version, course=version.course)
        for learner in learners[: len(learners) // 2]
        for version in versions
    )
    for _progress in recalculate_everyone(today=timezone.localdate(), now=timezone.now()):
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return area


def _copy(pattern: TrainingRecord, **others: Any) -> TrainingRecord:
    fields = {field.name: getattr(pattern, field.name) for field in TrainingRecord._meta.concrete_fields}
    return TrainingRecord(**{**fields, "id": None, **others})


def changes(area: Area, by: User, now: datetime) -> dict[str, Callable[[], Any]]:
    """Return what concerns everybody, by name, in an order in which each still has something to do."""
    course = CourseVersionFactory().course
    everybody = list(Learner.objects.values_list("pk", flat=True))
    role: Role = RoleRequirementFactory().role
    elsewhere = AreaRequirementFactory().area
    asked = {"asker": area, "course_id": course.pk, "starts_on": timezone.localdate(now) - timedelta(days=9)}

    def move() -> None:
        area.parent = None
        save_area(area=area, by=by, now=now)

    return {
        "new requirement": partial(save_requirement, requirement_type="PRE_MOB", by=by, now=now, **asked),
        "changed requirement": partial(
            save_requirement, requirement_type="POST_MOB", grace_period_days=30, by=by, now=now, **asked
        ),
        "removed requirement": partial(delete_requirement, asker=area, course_id=course.pk, by=by, now=now),
        "moved area": move,
        "role of all": partial(
            give_role, learner_ids=everybody, role_id=role.pk, assigned_at=date(2026, 1, 1), by=by, now=now
        ),
        "area of all": partial(
            add_to_area, learner_ids=everybody, area_id=elsewhere.pk, assigned_at=date(2026, 1, 1), by=by, now=now
        ),
    }


def test_c6_a_change_that_concerns_everybody_is_quick_and_so_is_its_preview(
    area: Area, supervisor: User, long: bool
) -> None:
    now, slow = timezone.now(), []
    today = timezone.localdate(now)
    for name, change in changes(area, supervisor, now).items():
        started = perf_counter()
        with CaptureQueriesContext(connection) as queries:
            outcome = try_out(change, today=today)
        preview = perf_counter() - started
        assert len(queries) <= MOST_STATEMENTS, name
        assert outcome.turns, name

        started = perf_counter()
        carry_out(change, seen=outcome.fingerprint, today=today)
        saving = perf_counter() - started
        if long:
            print(f"| {name} | {outcome.concerned} | {preview:.2f} s | {saving:.2f} s |")  # noqa: T201  # the figures
            slow += [f"{name}: {seconds:.2f} s" for seconds in (preview, saving) if seconds >= MOST_SECONDS]
    assert slow == []
    assert ComplianceItem.objects.exists()
