"""How long an old register takes to check and to bring in (I7, "How fast" of the rules of moving in).

`pytest tests/benchmarks/test_registers.py --long -s` measures 500,000 records against the same rows written by hand:
COPY into a table without triggers, and INSERT from there into the product's own with every trigger on. Without `--long`
a few rows show that it works.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from time import perf_counter

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from learners.models import EvidenceUpload, Learner, RegisterExtract, TrainingRecord
from learners.services.compliance import recalculate
from learners.services.imports.records import Records
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.registers import draft, terms
from tests.factories.training import CompanyFactory, CourseVersionFactory
from training.core.imports.rows import DraftRow, RowOutcome

pytestmark = pytest.mark.django_db

COURSES = 10
PART = 30_000  # rows that are checked at once, as an import does
CHECKED = 15_000
MOST_SECONDS_TO_CHECK = 3.0
MOST_TIMES_BY_HAND = 2.0


@pytest.fixture
def workers(long: bool) -> list[Learner]:
    """50,000 workers of whom ten courses are asked."""
    role, company = RoleFactory(), CompanyFactory(name="Rescue Academy")
    for number in range(COURSES):
        version = CourseVersionFactory(course__code=f"HSE-{number:03d}", validity_months=24)
        RoleRequirementFactory(role=role, course=version.course)
    count = 50_000 if long else 30
    made = Learner.objects.bulk_create(LearnerFactory.build_batch(count, company=company, role=role), batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return made


def rows_of(workers: list[Learner]) -> Iterator[DraftRow]:
    """Yield a matrix: a row of the sheet for each worker, with a cell for each course."""
    for number, worker in enumerate(workers, start=2):
        for course in range(COURSES):
            yield draft(
                number,
                badge_id=worker.badge_id,
                first_name=worker.first_name,
                last_name=worker.last_name,
                course=f"HSE-{course:03d}",
                completed_on=date(2026, 1, 5) - timedelta(days=number % 300),
                provider="Rescue Academy",
            )


def test_i7_checking_15000_cells_takes_a_second_or_two(workers: list[Learner], superuser: User, long: bool) -> None:
    rows = list(rows_of(workers[: CHECKED // COURSES]))
    started = perf_counter()
    checked = Records().checker(terms(superuser)).check(rows)
    seconds = perf_counter() - started
    print(f"\n{len(rows):,} rows checked among {len(workers):,} workers: {seconds:.2f} s")  # noqa: T201  # the figures
    assert {each.outcome for each in checked} == {RowOutcome.NEW}
    assert seconds < MOST_SECONDS_TO_CHECK or not long


def test_i7_bringing_in_takes_at_most_twice_as_long_as_by_hand(
    workers: list[Learner], superuser: User, long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    on, judging = terms(superuser, counts_until=None), [0.0]

    def timed(**asked: object) -> int:
        started = perf_counter()
        judged = recalculate(**asked)  # type: ignore[arg-type]
        judging[0] += perf_counter() - started
        return judged

    monkeypatch.setattr(judging, "recalculate", timed)
    drafts = list(rows_of(workers))
    started = perf_counter()
    checker = Records().checker(on)
    checked = [row for at in range(0, len(drafts), PART) for row in checker.check(drafts[at : at + PART])]
    checking = perf_counter() - started
    started = perf_counter()
    with transaction.atomic():
        Records().lock([each.worker or 0 for each in checked], on)
        Records().write(checked, on, tell=lambda done: None)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    writing = perf_counter() - started - judging[0]
    assert TrainingRecord.objects.count() == RegisterExtract.objects.count() == len(drafts)
    assert not EvidenceUpload.objects.exists()

    by_hand = _by_hand()
    print(  # noqa: T201  # the figures
        f"\n{len(drafts):,} records: checked in {checking:.1f} s, written in {writing:.1f} s, judged in "
        f"{judging[0]:.1f} s; by hand {by_hand:.1f} s, {writing / by_hand:.2f} times"
    )
    assert writing <= MOST_TIMES_BY_HAND * by_hand or not long


def _by_hand() -> float:
    """Return the seconds of COPY and INSERT of the same rows under new keys, as the owner of the tables would do it."""
    with connection.cursor() as cursor:
        contents, last = {}, {}
        for model in (RegisterExtract, TrainingRecord):
            table = model._meta.db_table
            cursor.execute(f"CREATE TABLE by_hand_{table} (LIKE {table})")
            with cursor.copy(f"COPY {table} TO STDOUT") as out:
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
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return perf_counter() - started
