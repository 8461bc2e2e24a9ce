"""What the seals cost, and how long it takes to check everything (T1, T4).

`pytest tests/benchmarks/test_seals.py --long -n0 -s` finalizes sessions of 200 with the seals and without them in turn,
and checks a ledger of 1,000,000 seals from the rows. Without `--long` a few show that it works.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from attendance.services.finalize import finalize_session
from config.ledger.log import grow_whole
from config.ledger.sealed_tables import SEALED_TABLES
from config.ledger.triggers import function_name
from config.ledger.verify import verify_ledger
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import LearnerFactory, TrainingRecordFactory
from tests.factories.training import CourseVersionFactory, UserFactory
from training.models import Seal, Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

SLOWEST_RATE = 0.8  # finalize with seals, against the rate without
MOST_SECONDS_FOR_A_MILLION = 120
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

# Records of the first one's kind: the trigger seals them as those of an import, 20,000 at a time.
COPY_RECORDS = """
INSERT INTO learners_trainingrecord (learner_id, course_id, course_version_id, completion_date, expiry_date, result,
  session_id, provider_id, evidence_file_key, evidence_hash, comments, is_calculated, course_title, trainer_name,
  company_name, role_title, created_at, created_by_id)
SELECT learner_id, course_id, course_version_id, completion_date, expiry_date, result, NULL, provider_id,
       evidence_file_key, evidence_hash, 'Row ' || n, is_calculated, course_title, trainer_name, company_name,
       role_title, now(), created_by_id
  FROM learners_trainingrecord, generate_series(1, %s) n WHERE id = %s
"""


def sql(query: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)


def switch_seals(verb: str) -> None:
    """Let the triggers that seal sleep, or wake them."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for sealed in SEALED_TABLES:
        for event in ("insert", "update") if sealed.changes else ("insert",):
            sql(f"ALTER TABLE {sealed.table} {verb} TRIGGER {function_name(sealed)}_{event}")


def seconds(act: Callable[[], object]) -> float:
    start = perf_counter()
    act()
    return perf_counter() - start


def finalizing(session: Session, by: User) -> float:
    return seconds(lambda: finalize_session(session_id=session.pk, by=by, now=timezone.now()))


def test_t1_finalize_with_seals_keeps_four_fifths_of_its_rate(long: bool) -> None:
    people, rounds = (200, 15) if long else (5, 1)
    by = UserFactory(is_superuser=True)
    learners = LearnerFactory.create_batch(people)
    version = CourseVersionFactory()
    sessions = [
        session_ready_to_finalize(learners=learners, course=version.course, course_version=version)[0]
        for _round in range(2 * rounds)
    ]
    sql("ANALYZE")
    sealed, unsealed = [], []
    for number in range(rounds):
        switch_seals("DISABLE")
        unsealed.append(finalizing(sessions[2 * number], by))
        switch_seals("ENABLE")
        sealed.append(finalizing(sessions[2 * number + 1], by))
    rate = median(unsealed) / median(sealed)
    times = f"{1000 * median(unsealed):.0f} ms without seals, {1000 * median(sealed):.0f} ms with them"
    print(f"\nfinalize of {people}: {times}, rate {rate:.2f}")  # noqa: T201  # the figures
    assert Seal.objects.filter(kind="session").count() == rounds
    if long:
        assert rate >= SLOWEST_RATE


def test_t4_a_million_seals_are_checked_in_two_minutes(long: bool) -> None:
    parts, rows = (50, 20_000) if long else (2, 50)
    record = TrainingRecordFactory(created_at=timezone.now())
    sealing = sum(seconds(lambda: sql(COPY_RECORDS, rows, record.pk)) for _part in range(parts))
    sql("ANALYZE")
    logging = seconds(lambda: grow_whole(using="default", key=KEY, name="site/log", tell=lambda _done, _total: None))
    start = perf_counter()
    report = verify_ledger(anchored=[])
    checking = perf_counter() - start
    times = f"written {sealing:.1f} s, places {logging:.1f} s, checked {checking:.1f} s"
    print(f"\n{report.seals:,} seals: {times}")  # noqa: T201  # the figures
    assert report.findings == []
    assert report.entries == report.seals >= parts * rows
    if long:
        assert checking <= MOST_SECONDS_FOR_A_MILLION
