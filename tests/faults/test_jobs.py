"""Jobs under faults, with workers of their own processes: killed, stopped, and with a database that goes away (B2)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from psycopg import sql

from tests.faults import slow_jobs
from training.models import Job
from training.services import job_kinds
from training.services.jobs import ask, cancel, hand_out

pytestmark = pytest.mark.django_db(transaction=True)

CHECKOUT = Path(__file__).resolve().parents[2]
AGAIN_SECONDS = 30  # within which a job whose worker was lost is begun again
BUSY_MACHINE_SECONDS = 60

Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def start(evidence_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts workers on the database of the test; what is left of them in the end is killed."""
    monkeypatch.setattr(job_kinds, "_KINDS", dict(job_kinds._KINDS))
    slow_jobs.declare_slow()
    workers: list[subprocess.Popen[bytes]] = []

    def start_worker() -> subprocess.Popen[bytes]:
        workers.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.faults.slow_jobs", str(connection.settings_dict["NAME"])],
                cwd=CHECKOUT,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "config.settings",
                    "EVIDENCE_DIR": str(evidence_dir),
                    "WAITING_DIR": str(evidence_dir.with_name("waiting")),
                },
            )
        )
        return workers[-1]

    yield start_worker
    for worker in workers:
        with suppress(ProcessLookupError):
            worker.kill()
        worker.wait()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def asked(by: User, *, steps: int) -> Job:
    return ask(kind="slow", title="Slow", query=f"steps={steps}", by=by, now=timezone.now())


def wait_until(job: Job, is_so: Callable[[Job], bool], seconds: float = BUSY_MACHINE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while True:
        job.refresh_from_db()
        if is_so(job):
            return
        assert time.monotonic() < deadline, (job.state, job.done, job.total, job.run, job.failure)
        time.sleep(0.1)


def is_under_way(job: Job) -> bool:
    return job.state == Job.State.RUNNING and job.done > 3


def is_done(job: Job) -> bool:
    return job.state == Job.State.DONE


def files(evidence_dir: Path) -> list[str]:
    place = evidence_dir.with_name("waiting")
    return [path.name for path in place.iterdir()] if place.exists() else []


def test_a_job_is_done_and_its_progress_seen(start: Start, evidence_dir: Path, auditor: User):
    start()
    job = asked(auditor, steps=30)

    wait_until(job, is_under_way)
    assert job.total == 30
    wait_until(job, is_done)
    _job, file = hand_out(job_id=job.pk, by=auditor, now=timezone.now())
    with file:
        assert file.read() == b"30 steps"
    assert files(evidence_dir) == [job.file_key]


def test_a_cancelled_job_stops_and_its_worker_takes_the_next_one(start: Start, evidence_dir: Path, auditor: User):
    start()
    job = asked(auditor, steps=10_000)
    wait_until(job, is_under_way)

    cancel(job_id=job.pk, by=auditor, now=timezone.now())

    following = asked(auditor, steps=1)
    wait_until(following, is_done)
    assert files(evidence_dir) == [following.file_key]
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED


def test_a_job_whose_worker_is_killed_is_begun_again_and_ends_once(start: Start, evidence_dir: Path, auditor: User):
    first = start()
    job = asked(auditor, steps=60)
    wait_until(job, is_under_way)
    other = start()
    time.sleep(5 if job.done < 20 else 0)  # it is up before the first one goes

    first.kill()
    first.wait()
    killed = timezone.now()

    wait_until(job, is_done)
    assert job.run == 2
    assert job.started_at is not None
    assert job.started_at - killed < timedelta(seconds=AGAIN_SECONDS)
    assert files(evidence_dir) == [job.file_key]
    assert other.poll() is None


def test_a_worker_that_is_told_to_stop_hands_its_job_back(start: Start, evidence_dir: Path, auditor: User):
    worker = start()
    job = asked(auditor, steps=100)
    wait_until(job, is_under_way)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=BUSY_MACHINE_SECONDS) == 0
    job.refresh_from_db()
    assert job.state == Job.State.WAITING
    start()
    wait_until(job, is_done)
    assert (job.run, job.lost) == (2, 0)


def test_a_worker_outlives_a_database_that_goes_away(start: Start, evidence_dir: Path, auditor: User):
    """Every connection is ended and none is taken for a while, as when PostgreSQL starts again."""
    worker = start()
    job = asked(auditor, steps=40)
    wait_until(job, is_under_way)

    with nobody_may_connect():
        time.sleep(8)

    wait_until(job, is_done, seconds=2 * BUSY_MACHINE_SECONDS)
    assert worker.poll() is None
    assert job.run > 1
    assert files(evidence_dir) == [job.file_key]


@contextmanager
def nobody_may_connect() -> Iterator[None]:
    """End all other connections to the database of the test, and let nobody in until the end."""
    server = connection.settings_dict
    name = str(server["NAME"])
    access = {"host": server["HOST"], "user": server["USER"], "password": server["PASSWORD"], "port": server["PORT"]}
    connection.close()
    with psycopg.connect(dbname="postgres", autocommit=True, **{k: v for k, v in access.items() if v}) as master:
        master.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        try:
            master.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            yield
        finally:
            master.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(name)))
