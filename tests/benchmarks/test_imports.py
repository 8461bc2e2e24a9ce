"""How long it takes to bring workers in, against the same rows written by hand.

`pytest tests/benchmarks/test_imports.py --long -s` brings in 100,000 workers and prints the figures; without `--long` a
few workers show that the measured ways write the same. By hand means: COPY into a table of its own, and one INSERT from
there into the tables of the site, with their triggers on. Answers (C6) are worked out by both with the same statement,
and told apart.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from time import perf_counter
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from learners.models import Learner, LearnerArea, LearnerPeriod
from learners.services.compliance import recalculate
from learners.services.imports import judging
from tests.bringing_in import NOW, check, outcomes, rows_of, terms_of, written
from tests.factories.learners import AreaFactory, AreaRequirementFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CompanyFactory
from training.core.transactions import acting
from training.services.imports.contract import service_of

pytestmark = pytest.mark.django_db

MANY = 100_000  # workers
COMPANIES, ROLES = 40, 25
COURSES = 10  # that are required of everybody, half by the role and half by the area
MOST_TIMES_THE_FLOOR = 2.0
MOST_SECONDS_TO_CHECK = 2.0  # 2,000 workers

STAGING = """
CREATE TABLE staging (badge_id text, first_name text, last_name text, email text, phone text, company text, role text,
                      start_date date, area text)
"""
BY_HAND = """
INSERT INTO learners_learner (badge_id, first_name, last_name, email, phone, status, status_reason, start_date,
                              company_id, role_id, role_assigned_at, compliance_status, created_at, updated_at,
                              created_by_id, updated_by_id)
SELECT s.badge_id, s.first_name, s.last_name, s.email, s.phone, 'ACTIVE', '', s.start_date, c.id, r.id, s.start_date,
       'COMPLIANT', %(now)s, %(now)s, %(by)s, %(by)s
  FROM staging s JOIN training_company c ON c.name = s.company JOIN learners_role r ON r.title = s.role
"""
AREAS_BY_HAND = """
INSERT INTO learners_learnerarea (learner_id, area_id, assigned_at)
SELECT l.id, a.id, s.start_date
  FROM staging s JOIN learners_learner l USING (badge_id) JOIN learners_area a ON a.name = s.area
"""


@pytest.fixture
def site(db: None) -> None:
    area = AreaFactory(name="Tank farm")
    for number in range(COMPANIES):
        CompanyFactory(name=f"Company {number}")
    roles = [RoleFactory(title=f"Role {number}") for number in range(ROLES)]
    for number in range(COURSES):
        if number % 2:
            AreaRequirementFactory(area=area)
        else:
            course = RoleRequirementFactory(role=roles[0]).course
            for role in roles[1:]:
                RoleRequirementFactory(role=role, course=course)


def workers_of(count: int) -> list[dict[str, Any]]:
    return [
        {
            "badge_id": f"B{number:07}",
            "first_name": f"Jana {number % 700}",
            "last_name": f"Weiß-Lindqvist {number}",
            "email": f"worker{number}@example.com",
            "phone": f"+49 30 {number:07}",
            "company": f"Company {number % COMPANIES}",
            "role": f"Role {number % ROLES}",
            "start_date": date(2025, 1, 1 + number % 28),
            "areas": ["Tank farm"],
        }
        for number in range(count)
    ]


@contextmanager
def undone() -> Iterator[None]:
    """Do something from the same tables as everything else that is measured."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield
        transaction.set_rollback(True)


def by_hand(rows: list[dict[str, Any]], by: User) -> float:
    """Return how many seconds it takes to write the rows by hand, without answers."""
    with undone(), connection.cursor() as cursor:
        cursor.execute(STAGING)
        started = perf_counter()
        with cursor.copy("COPY staging FROM STDIN") as copy:
            for row in rows:
                copy.write_row([*[value for name, value in row.items() if name != "areas"], row["areas"][0]])
        cursor.execute("ANALYZE staging")
        with acting(by):
            cursor.execute(BY_HAND, {"now": NOW, "by": by.pk})
            cursor.execute(AREAS_BY_HAND)
        connection.check_constraints()
        seconds = perf_counter() - started
        assert written_now() == (len(rows), len(rows), len(rows))
        return seconds


def brought_in(rows: list[dict[str, Any]], by: User, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Return how many seconds each step of an import takes."""
    took: dict[str, float] = {}
    service, drafts, terms = service_of("workers"), rows_of(*rows), terms_of(by)

    def timed(name: str, step: Callable[[], Any]) -> Any:
        started = perf_counter()
        answer = step()
        took[name] = took.get(name, 0) + perf_counter() - started
        return answer

    judge = recalculate
    with undone(), monkeypatch.context() as patch:
        patch.setattr(judging, "recalculate", lambda **how: timed("answers", lambda: judge(**how)))
        timed("check", lambda: check(service, drafts, terms, part=5_000))
        with acting(by):
            checked = timed("check again", lambda: check(service, drafts, terms, part=5_000))
            assert set(outcomes(checked)) == {"new"}
            timed("lock", lambda: service.lock([], terms))
            timed("write", lambda: service.write(written(checked), terms, tell=lambda done: None))
            timed("write", connection.check_constraints)
        took["write"] -= took["answers"]
        assert written_now() == (len(rows), len(rows), len(rows))
        assert not Learner.objects.filter(compliance_updated_at=None).exists()
        again = timed("the same again", lambda: check(service, drafts, terms, part=5_000))
        assert set(outcomes(again)) == {"same"}
    return took


def written_now() -> tuple[int, int, int]:
    """Return how many workers, periods of their history and assignments are there."""
    return Learner.objects.count(), LearnerPeriod.objects.count(), LearnerArea.objects.count()


def test_bringing_workers_in_takes_little_more_than_writing_them_by_hand(
    site: None, supervisor: User, long: bool, monkeypatch: pytest.MonkeyPatch
):
    rows = workers_of(MANY if long else 300)
    floors, ours = [], []
    for _turn in range(2):  # in turns, since others may be busy on this machine
        floors.append(by_hand(rows, supervisor))
        took = brought_in(rows, supervisor, monkeypatch)
        ours.append(took["check again"] + took["lock"] + took["write"])
        if long:
            said = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items())
            print(f"{len(rows)} workers: by hand {floors[-1]:.1f} s; {said}")  # noqa: T201  # the figures
    if long:
        assert min(ours) <= MOST_TIMES_THE_FLOOR * min(floors)


def test_2000_workers_are_checked_in_a_moment(
    site: None, supervisor: User, long: bool, monkeypatch: pytest.MonkeyPatch
):
    took = brought_in(workers_of(2_000 if long else 100), supervisor, monkeypatch)
    if long:
        print(", ".join(f"{name} {seconds:.2f} s" for name, seconds in took.items()))  # noqa: T201  # the figures
        assert took["check"] <= MOST_SECONDS_TO_CHECK
        assert took["the same again"] <= MOST_SECONDS_TO_CHECK
