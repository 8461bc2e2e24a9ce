"""How long planning takes beside the same work written by hand in SQL, on the same rows and in the same run.

`pytest tests/benchmarks/test_planning.py --long -n0 -s` measures by turns and prints what part of the speed of plain
SQL is reached; without `--long` a few rounds show that the number of statements stays what it is.
"""

import statistics
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories.training import TrainingClassFactory, scheduled_session
from training.models import TrainingClass
from training.services.class_codes import next_code
from training.services.sessions import create_scheduled

pytestmark = pytest.mark.django_db

OursAndPlain = tuple[Callable[[int], Any], Callable[[int], Any]]

FIRST = datetime(2030, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MOST_STATEMENTS = 10
LEAST_OF_PLAIN_SQL = {"session": 0.35, "class code": 0.4}

OVERLAPS = "status IN ('SCHEDULED', 'COMPLETED') AND tstzrange(start_time, end_time) && tstzrange(%(start)s, %(end)s)"
PLAIN_SESSION = (
    "SELECT id FROM training_trainer WHERE id = %(trainer_id)s FOR NO KEY UPDATE",
    "SELECT id FROM training_venue WHERE id = %(venue_id)s FOR NO KEY UPDATE",
    f"""SELECT id FROM sessions WHERE trainer_id = %(trainer_id)s AND {OVERLAPS}
         UNION ALL
        SELECT id FROM sessions WHERE venue_id = %(venue_id)s AND {OVERLAPS}""",
    """INSERT INTO sessions (
         created_at, updated_at, created_by_id, updated_by_id, course_id, course_version_id, trainer_id, venue_id,
         start_time, end_time, status, attendance_file_key, attendance_file_hash, cancellation_reason, change_reason,
         version, last_line)
       VALUES (%(now)s, %(now)s, %(by)s, %(by)s, %(course_id)s, %(course_version_id)s, %(trainer_id)s, %(venue_id)s,
               %(start)s, %(end)s, 'SCHEDULED', '', '', '', '', 1, 0)""",
)


def planning(by: User) -> OursAndPlain:
    """Return what books a slot, ours and in plain SQL."""
    session = scheduled_session()
    names = ("course_id", "trainer_id", "venue_id")
    plan = {name: getattr(session, name) for name in names}

    def ours(slot: int) -> None:
        start = FIRST + timedelta(hours=slot)
        create_scheduled(**plan, start_time=start, end_time=start + timedelta(minutes=50), by=by, now=NOW)

    def plain(slot: int) -> None:
        start = FIRST + timedelta(hours=slot)
        rest = {"course_version_id": session.course_version_id, "by": by.pk, "now": NOW}
        times = {"start": start, "end": start + timedelta(minutes=50)}
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in PLAIN_SESSION:
                cursor.execute(statement, plan | rest | times)

    return ours, plain


def coding(by: User) -> OursAndPlain:
    """Return what inserts a class, ours with the next code and in plain SQL with one that is known."""
    draft = TrainingClassFactory()
    fields = [field for field in TrainingClass._meta.concrete_fields if not field.primary_key]
    values = {field.attname: getattr(draft, field.attname) for field in fields}
    columns = ", ".join(f'"{field.column}"' for field in fields if field.attname != "class_code")
    copied = f"INSERT INTO classes ({columns}, class_code) SELECT {columns}, %s FROM classes WHERE class_id = %s"

    def ours(_number: int) -> None:
        TrainingClass(**values | {"class_code": next_code("ABC")}).save(force_insert=True)

    def plain(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(copied, [f"XYZ{number:06}", draft.pk])

    return ours, plain


@pytest.mark.parametrize(("what", "prepared"), [("session", planning), ("class code", coding)])
def test_planning_is_not_far_from_plain_sql(
    what: str,
    prepared: Callable[[User], OursAndPlain],
    supervisor: User,
    long: bool,
) -> None:
    ours, plain = prepared(supervisor)
    rounds = 300 if long else 3
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for which, work in enumerate((ours, plain)):
            started = perf_counter()
            work(2 * number + which)
            took[which].append(perf_counter() - started)
    with CaptureQueriesContext(connection) as queries:
        ours(2 * rounds)
    assert len(queries) <= MOST_STATEMENTS
    if long:
        mine, floor = (statistics.median(each) * 1000 for each in took)
        print(f"| {what} | {mine:.1f} ms | {floor:.1f} ms | {floor / mine:.2f} |")  # noqa: T201  # the figures
        assert floor / mine >= LEAST_OF_PLAIN_SQL[what]
