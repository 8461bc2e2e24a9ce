"""How long an old register takes to check and to bring in (I7, "How fast" of the rules of moving in).

`pytest tests/benchmarks/test_registers.py --long -s` measures 500,000 records against the same rows written by hand:
COPY into a table without triggers, and INSERT from there into the product's own with every trigger on. Without `--long`
a few rows show that it works.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from statistics import median
from time import perf_counter

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Max, Model

from learners.models import EvidenceUpload, Learner, RegisterExtract, TrainingRecord
from learners.services.compliance import recalculate
from learners.services.imports import judging
from learners.services.imports.records import Records
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.registers import draft, terms
from tests.factories.training import CompanyFactory, CourseVersionFactory
from training.core.imports.rows import DraftRow, RowOutcome

pytestmark = pytest.mark.django_db

COURSES = 10
PARTS = 10  # in which the rows are written, in turn with the same by hand; the median counts
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
    """Each part of the rows is written, and then by hand: what else the machine does meanwhile slows both."""
    on, judged = terms(superuser, counts_until=None), [0.0]

    def timed(**asked: object) -> int:
        started = perf_counter()
        changed = recalculate(**asked)  # type: ignore[arg-type]
        judged[0] += perf_counter() - started
        return changed

    monkeypatch.setattr(judging, "recalculate", timed)
    drafts = list(rows_of(workers))
    part = len(drafts) // PARTS
    checker, checking, written = Records().checker(on), 0.0, list[tuple[float, float]]()
    for at in range(0, len(drafts), part):
        started = perf_counter()
        checked = checker.check(drafts[at : at + part])
        checking += perf_counter() - started
        last: dict[type[Model], int] = {model: _last_key(model) for model in (RegisterExtract, TrainingRecord)}
        judged_before, started = judged[0], perf_counter()
        with transaction.atomic():
            Records().lock([each.worker or 0 for each in checked], on)
            Records().write(checked, on, tell=lambda done: None)
            connection.check_constraints()
        seconds = perf_counter() - started - (judged[0] - judged_before)
        written.append((seconds, _by_hand(last)))
    assert TrainingRecord.objects.count() == RegisterExtract.objects.count() == len(drafts)
    assert not EvidenceUpload.objects.exists()

    times = median(writing / by_hand for writing, by_hand in written)
    writing, by_hand = (sum(each) for each in zip(*written, strict=True))
    print(  # noqa: T201  # the figures
        f"\n{len(drafts):,} records: checked in {checking:.1f} s, written in {writing:.1f} s, "
        f"judged in {judged[0]:.1f} s; by hand {by_hand:.1f} s, {times:.2f} times"
    )
    assert times <= MOST_TIMES_BY_HAND or not long


def _last_key(model: type[Model]) -> int:
    last: int | None = model._default_manager.aggregate(last=Max("pk"))["last"]
    return last or 0


def _by_hand(after: Mapping[type[Model], int]) -> float:
    """Return the seconds of COPY and INSERT of the same rows under new keys, as the owner of the tables would do it.

    Args:
        after: by table, the last key before these rows.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        contents, last = {}, {}
        for model, before in after.items():
            table = model._meta.db_table
            cursor.execute(f"CREATE TABLE by_hand_{table} (LIKE {table})")
            with cursor.copy(f"COPY (SELECT * FROM {table} WHERE id > {before}) TO STDOUT") as copy:  # our own
                contents[model] = b"".join(bytes(each) for each in copy)
            last[model] = _last_key(model)
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
        seconds = perf_counter() - started
        transaction.set_rollback(True)
    return seconds
