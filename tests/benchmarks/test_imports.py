"""How long a site takes to move in, through the whole engine of imports, against the same rows written by hand.

`pytest tests/benchmarks/test_imports.py --long -n0 -s` brings in 100,000 workers and a matrix of 500,000 records and
prints the figures; without `--long` the same goes with few. By hand means: COPY into a table of its own, and one INSERT
from there into each table of the site that the import writes, with their triggers on, as the owner of the tables could
do it; the rows that lead from the file to what it wrote (I8) are among them. Reading files is told apart, and so are
the answers (C6), which both would work out with the same statement. What is compared is everything else: staging,
checking, and bringing in.
"""

import resource
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import NamedTuple, TypeVar

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from attendance.services.imports import staging, tables
from attendance.services.imports.agreeing import answer_questions
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.reading import read_import
from attendance.services.imports.receiving import start_import
from attendance.services.imports.staging import stage_import
from learners.models import Learner, LearnerArea, LearnerPeriod, RegisterExtract, TrainingRecord
from learners.services import compliance
from learners.services.imports import judging
from tests.factories.imports import agreed
from tests.factories.learners import AreaFactory, AreaRequirementFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory
from training.core.transactions import acting
from training.models import Import, ImportedRow
from training.policies.imports.facts import gather

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

Answer = TypeVar("Answer")
MANY, FEW = 100_000, 300  # workers
COMPANIES, ROLES, COURSES = 40, 25, 5
MOST_TIMES_BY_HAND = 2.0
MOST_TIMES_OF_FEW = 20.0  # what does not grow with the rows weighs more
MOST_MINUTES = 10
MOST_GROWTH = 1.25
TURNS = 3  # of which the median counts, since others may be busy on this machine
COURSES_OF_MANY = 10
MOST_SECONDS_TO_CHECK = 10.0  # 2,000 workers and 15,000 records
MOST_SECONDS_LOCKED = 3.0  # for as many
MEANING = "0/cells/meaning"  # the question what the days of a matrix are
PROVIDER = "Falkenberg Training"
RECORDS = TrainingRecord._meta.db_table
LAST_DAY = timezone.localdate() - timedelta(days=20)

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
ORIGINS_BY_HAND = """
INSERT INTO training_importedrow (of_id, sheet, row, act, "table", key, identity, before, after)
SELECT %(import)s, 0, row_number() OVER (), 'new', 'learners_learner', l.id, l.badge_id, '{}',
       jsonb_build_object('first_name', s.first_name, 'last_name', s.last_name, 'email', s.email, 'phone', s.phone,
                          'company', s.company, 'role', s.role, 'start_date', s.start_date, 'areas', s.area,
                          'role_assigned_at', s.start_date)
  FROM staging s JOIN learners_learner l USING (badge_id)
"""


class Took(NamedTuple):
    """The seconds of an import, by step, and how long others waited for its locks."""

    steps: dict[str, float]
    locked: float

    @property
    def compared(self) -> float:
        """What by hand would be done too: everything but reading the file and working out answers."""
        return sum(self.steps[name] for name in ("staged", "checked", "brought in"))

    @property
    def total(self) -> float:
        return sum(self.steps.values())

    def __str__(self) -> str:
        said = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.steps.items())
        return f"{said}; locks held {self.locked:.1f} s"


def tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # the figures


@pytest.fixture
def site(db: None) -> None:
    area = AreaFactory(name="Tank farm")
    CompanyFactory(name=PROVIDER)
    for number in range(COMPANIES):
        CompanyFactory(name=f"Company {number}")
    roles = [RoleFactory(code=f"TRADE-{number}", title=f"Role {number}") for number in range(ROLES)]
    for number in range(COURSES):
        course = CourseVersionFactory(course__code=f"HSE-{number:03d}", validity_months=24).course
        if number % 2:
            AreaRequirementFactory(area=area, course=course)
        else:
            for role in roles:
                RoleRequirementFactory(role=role, course=course)


def worker_rows(count: int, first: int = 0) -> list[tuple[str, ...]]:
    return [
        (
            f"B{number:07}",
            f"Jana {number % 700}",
            f"Weiß-Lindqvist {number}",
            f"worker{number}@example.com",
            f"+49 30 {number:07}",
            f"Company {number % COMPANIES}",
            f"Role {number % ROLES}",
            date(2025, 1, 1 + number % 28).isoformat(),
            "Tank farm",
        )
        for number in range(first, first + count)
    ]


def workers_file(count: int, first: int = 0) -> SimpleUploadedFile:
    heads = ("Badge", "First name", "Last name", "E-mail", "Phone", "Employer", "Role", "Start date", "Area")
    return csv_of("workers.csv", heads, worker_rows(count, first))


def matrix_file(count: int, courses: int = COURSES, *, first: int = 0, has_gaps: bool = False) -> SimpleUploadedFile:
    """Return a matrix: a row for each worker, a column for each course, days in the cells.

    Args:
        first: the number of the first worker.
        has_gaps: a quarter of the cells is empty.
    """
    heads = ("Badge", "First name", "Last name", *(f"HSE-{number:03d}" for number in range(courses)))
    days = [(LAST_DAY - timedelta(days=number)).isoformat() for number in range(300)]
    rows = [
        (*worker[:3], *(_cell(number, course, days, has_gaps=has_gaps) for course in range(courses)))
        for number, worker in enumerate(worker_rows(count, first))
    ]
    return csv_of("matrix.csv", heads, rows)


def _cell(number: int, course: int, days: list[str], *, has_gaps: bool) -> str:
    return "" if has_gaps and number % 4 == course % 4 else days[(number + course) % len(days)]


def csv_of(name: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "".join(";".join(row) + "\r\n" for row in (heads, *rows)).encode())


class Watch:
    """Tells how long steps take, and parts of them that are told apart."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def time(self, name: str, step: Callable[[], Answer]) -> Answer:
        started = perf_counter()
        answer = step()
        self.seconds[name] += perf_counter() - started
        return answer

    def each(self, name: str, items: Iterator[Answer]) -> Iterator[Answer]:
        started = perf_counter()
        for item in items:
            self.seconds[name] += perf_counter() - started
            yield item
            started = perf_counter()
        self.seconds[name] += perf_counter() - started


def brought_in(file: SimpleUploadedFile, kind: str, by: User, monkeypatch: pytest.MonkeyPatch) -> Took:
    """Bring a file in, from receiving it to the commit, and tell how long each step takes."""
    watch = Watch()
    judge, rows = compliance.recalculate, staging._rows

    with monkeypatch.context() as patch:
        patch.setattr(judging, "recalculate", lambda **how: watch.time("answers", lambda: judge(**how)))
        patch.setattr(tables, "gather", lambda *a, **how: watch.time("looked through", lambda: gather(*a, **how)))
        patch.setattr(staging, "_rows", lambda *of: watch.each("understood", rows(*of)))
        one = start_import(files=[file], by=by, now=timezone.now())
        one = watch.time("read", lambda: read_import(import_id=one.pk, by=by, now=timezone.now()))
        watch.seconds["read"] -= watch.seconds.pop("looked through")
        one = said(agreed(one, kind, by=by), kind, by)
        watch.time("staged", lambda: stage_import(import_id=one.pk, by=by, now=timezone.now()))
        watch.seconds["staged"] -= watch.seconds["understood"] + watch.seconds["looked through"]
        one = watch.time("checked", lambda: check_import(import_id=one.pk, by=by, now=timezone.now()))
        assert one.counts == {"rows": one.counts["rows"], "new": one.counts["rows"]}, one.report
        one = watch.time(
            "brought in",
            lambda: do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=timezone.now()),
        )
        watch.seconds["brought in"] -= watch.seconds["answers"]
    read = watch.seconds.pop("read") + watch.seconds.pop("looked through") + watch.seconds.pop("understood")
    return Took({"read": read, **watch.seconds}, one.report["locked"])


def said(one: Import, kind: str, by: User) -> Import:
    """Say what a register says nowhere: who gave the trainings, and what the days in its cells are."""
    if kind != "records":
        return one
    provider = Import._meta.apps.get_model("training", "Company").objects.get(name=PROVIDER)
    choices = {"register": f"Matrix {one.pk}", "provider": provider.pk, "counts": "yes"}
    answers = {"choices": choices, "columns": {MEANING: "completed_on"}}
    return answer_questions(import_id=one.pk, answers=answers, seen=one.changed_at, by=by, now=timezone.now())


@contextmanager
def undone() -> Iterator[None]:
    """Do something from the same tables as everything else that is measured."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield
        transaction.set_rollback(True)


def workers_by_hand(count: int, by: User) -> float:
    """Return how many seconds it takes to write the workers by hand, without answers."""
    rows = worker_rows(count)
    with undone(), connection.cursor() as cursor:
        facts = {"started_by": by, "started_at": timezone.now(), "changed_at": timezone.now()}
        one = Import.objects.create(kind="workers", title="By hand", **facts)
        cursor.execute(STAGING)
        started = perf_counter()
        with cursor.copy("COPY staging FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE staging")
        with acting(by):
            cursor.execute(BY_HAND, {"now": timezone.now(), "by": by.pk})
            cursor.execute(AREAS_BY_HAND)
            cursor.execute(ORIGINS_BY_HAND, {"import": one.pk})
        connection.check_constraints()
        seconds = perf_counter() - started
        assert (*written_now(), one.written.count()) == (count, count, count, count)
        return seconds


def records_by_hand() -> float:
    """Return the seconds of COPY and INSERT of the records that are there, with proofs and origins, under new keys."""
    with undone(), connection.cursor() as cursor:
        contents, last = {}, {}
        for model in (RegisterExtract, TrainingRecord, ImportedRow):
            table = model._meta.db_table
            cursor.execute(f"CREATE TABLE by_hand_{table} (LIKE {table})")
            only = f"SELECT * FROM {table}" + (f" WHERE \"table\" = '{RECORDS}'" if model is ImportedRow else "")
            with cursor.copy(f"COPY ({only}) TO STDOUT") as out:
                contents[model] = b"".join(bytes(each) for each in out)
            cursor.execute(f"SELECT max(id) FROM {table}")  # our own
            last[model] = cursor.fetchone()[0]
        shifts = {"id": None, "extract_id": last[RegisterExtract]}
        started = perf_counter()
        for model, content in contents.items():
            table = model._meta.db_table
            with cursor.copy(f"COPY by_hand_{table} FROM STDIN") as copy:
                copy.write(content)
            names = [str(field.column) for field in model._meta.concrete_fields]
            told = [f"{name} + {shifts[name] or last[model]}" if name in shifts else f'"{name}"' for name in names]
            quoted = ", ".join(f'"{name}"' for name in names)
            cursor.execute(  # our own
                f"INSERT INTO {table} ({quoted}) SELECT {', '.join(told)} FROM by_hand_{table}"
            )
        connection.check_constraints()
        return perf_counter() - started


def written_now() -> tuple[int, int, int]:
    """Return how many workers, periods of their history and assignments are there."""
    return Learner.objects.count(), LearnerPeriod.objects.count(), LearnerArea.objects.count()


def test_moving_in_takes_at_most_twice_as_long_as_by_hand(
    site: None, superuser: User, long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = MANY if long else FEW
    turns = 1 if long else 2  # the faster one, since others may be busy on this machine
    floor = min(workers_by_hand(count, superuser) for _turn in range(turns))
    took = brought_in(workers_file(count), "workers", superuser, monkeypatch)
    assert written_now() == (count, count, count)
    assert ImportedRow.objects.count() == count
    tell(f"\n{count:,} workers: {took}; by hand {floor:.1f} s, {took.compared / floor:.2f} times")

    of_records = brought_in(matrix_file(count), "records", superuser, monkeypatch)
    assert TrainingRecord.objects.count() == RegisterExtract.objects.count() == COURSES * count
    assert ImportedRow.objects.count() == (1 + COURSES) * count
    assert not Learner.objects.exclude(compliance_status="COMPLIANT").exists()
    floor_of_records = min(records_by_hand() for _turn in range(turns))
    ratio = of_records.compared / floor_of_records
    tell(f"{COURSES * count:,} records: {of_records}; by hand {floor_of_records:.1f} s, {ratio:.2f} times")
    together = (took.compared + of_records.compared) / (floor + floor_of_records)
    minutes = (took.total + of_records.total) / 60
    tell(f"together {together:.2f} times by hand, {minutes:.1f} min, at most {memory()} MiB")
    if long:
        assert minutes <= MOST_MINUTES
    assert together <= (MOST_TIMES_BY_HAND if long else MOST_TIMES_OF_FEW)


def test_2000_workers_and_15000_records_are_checked_and_brought_in_soon(
    site: None, superuser: User, long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The locks are held for as long as the page says beforehand, or less."""
    count = 2_000 if long else 100
    brought_in(workers_file(count), "workers", superuser, monkeypatch)
    for number in range(COURSES, COURSES_OF_MANY):
        CourseVersionFactory(course__code=f"HSE-{number:03d}", validity_months=24)
    took = brought_in(matrix_file(count, COURSES_OF_MANY, has_gaps=True), "records", superuser, monkeypatch)
    written = TrainingRecord.objects.count()
    tell(f"\n{count:,} workers, {written:,} records: {took}")
    if long:
        assert written == 15_000
        assert took.steps["checked"] <= MOST_SECONDS_TO_CHECK
        assert took.locked <= MOST_SECONDS_LOCKED


@pytest.mark.parametrize("kind", ["workers", "records"])
def test_nothing_grows_faster_than_its_rows(
    site: None, superuser: User, long: bool, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Ten times the rows take at most ten times as long, and a little; few and many in turn, medians of the turns."""
    few, many = (1_000, 10_000) if long else (60, 600)
    took, first = defaultdict[int, list[Took]](list), 0
    for count in (few, many) * (TURNS if long else 1):
        file = workers_file(count, first)
        if kind == "records":
            brought_in(file, "workers", superuser, monkeypatch)
            file = matrix_file(count, first=first)
        took[count].append(brought_in(file, kind, superuser, monkeypatch))
        first += count
    for step in ("staged", "checked", "brought in"):
        grown = _median_of(took[many], step) / _median_of(took[few], step)
        tell(f"{kind}, {few:,} and {many:,}: {step} {grown:.1f} times")
        if long:
            assert grown <= many / few * MOST_GROWTH, step


def _median_of(took: list[Took], step: str) -> float:
    return median(each.steps[step] for each in took)


def memory() -> int:
    """Return how much memory this process has used at most, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
