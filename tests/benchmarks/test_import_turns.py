"""How long the check of a matrix takes, with who turns red, yellow or green by it (I5, "How fast" of moving in).

`pytest tests/benchmarks/test_import_turns.py --long -s` checks 15,000 records of 2,000 workers on a site whose old
answers are all there, and then brings them in, and prints the figures; without `--long` a few workers show that it
tells whoever turns.
"""

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.rows import stage
from learners.models import ImportTurn, Learner, TrainingRecord
from learners.selectors.import_turns import count_turns
from learners.services.compliance import recalculate_everyone
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.registers import draft
from tests.factories.training import CompanyFactory, CourseVersionFactory
from training.core.imports.rows import DraftRow
from training.core.sameness import same_text
from training.models import Company, Course, Import

pytestmark = pytest.mark.django_db(transaction=True)

COURSES = 10
MOST_SECONDS_TO_CHECK = 10.0


def build(workers: int) -> list[Learner]:
    """Make workers of whom ten courses are asked and who have none of them, with their answers."""
    role, company = RoleFactory(), CompanyFactory(name="Rescue Academy")
    for number in range(COURSES):
        version = CourseVersionFactory(course__code=f"HSE-{number:03d}", validity_months=24)
        RoleRequirementFactory(role=role, course=version.course)
    made = Learner.objects.bulk_create(LearnerFactory.build_batch(workers, company=company, role=role))
    for _progress in recalculate_everyone(today=timezone.localdate(), now=timezone.now()):
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return made


def matrix_of(workers: list[Learner], cells: int) -> list[DraftRow]:
    """Return the cells of a matrix: the first workers have a date for every course, and turn green."""
    day = timezone.localdate() - timedelta(days=30)
    rows = []
    for number, worker in enumerate(workers, start=2):
        for course in range(COURSES):
            rows.append(
                draft(
                    number,
                    badge_id=worker.badge_id,
                    first_name=worker.first_name,
                    last_name=worker.last_name,
                    course=f"HSE-{course:03d}",
                    completed_on=day - timedelta(days=number % 300),
                )
            )
    return rows[:cells]


def staged(rows: list[DraftRow], *, by: User) -> Import:
    """Return an import of a register whose rows wait to be checked, with everything answered."""
    now = timezone.now()
    texts = [
        {"text": same_text(code), "written": code, "key": key, "count": 1, "cells": [], "proposals": [], "label": ""}
        for key, code in Course.objects.values_list("pk", "code")
    ]
    one = Import.objects.create(
        kind="records",
        title="Matrix",
        state=Import.State.CHECKING,
        started_by=by,
        started_at=now,
        changed_at=now,
        questions={"columns": [], "things": {"course": texts}, "people": []},
        choices={"register": "Matrix", "provider": Company.objects.get().pk, "counts": "yes"},
        counts={"rows": len(rows)},
    )
    with transaction.atomic():
        for _part in stage(one.pk, rows):
            pass
    return one


def timed(step: Callable[[], Any]) -> tuple[Any, float]:
    started = perf_counter()
    answer = step()
    return answer, perf_counter() - started


def test_i5_a_matrix_is_checked_in_ten_seconds_with_who_turns(
    superuser: User, long: bool, evidence_dir: object
) -> None:
    workers, cells = (2_000, 15_000) if long else (30, 225)
    rows = matrix_of(build(workers), cells)
    one = staged(rows, by=superuser)
    now = timezone.now()

    one, checking = timed(lambda: check_import(import_id=one.pk, by=superuser, now=now))

    assert one.counts == {"rows": cells, "new": cells}, one.report["groups"]
    told = count_turns(one.pk, ImportTurn.Phase.TOLD)
    assert told.turn == {"COMPLIANT": cells // COURSES}
    assert told.same == (1 if cells % COURSES else 0)
    one, doing = timed(
        lambda: do_import(import_id=one.pk, fingerprint=one.fingerprint, by=superuser, now=timezone.now())
    )
    assert TrainingRecord.objects.count() == cells
    assert count_turns(one.pk, ImportTurn.Phase.DONE) == told
    print(f"\n{workers} workers, {cells} records: checked in {checking:.1f} s, done in {doing:.1f} s")  # noqa: T201  # the figures
    assert checking <= MOST_SECONDS_TO_CHECK or not long
