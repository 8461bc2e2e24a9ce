"""A real worker process does what is due by the clock; a run whose process is killed is begun again (B2)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.factories.learners import LearnerFactory
from tests.own_site import CHECKOUT, environment_on
from training.models import PeriodicRun
from training.services.periodic_runs import SILENCE

pytestmark = pytest.mark.django_db(transaction=True)

NIGHTLY = "recalculate_compliance"
BUSY_MACHINE_SECONDS = 60
Outcome = PeriodicRun.Outcome


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **environment_on(str(connection.settings_dict["NAME"]), tmp_path),
        "WAITING_DIR": str(tmp_path / "waiting"),
        "LOG_LEVEL": "ERROR",
    }
    (tmp_path / "evidence").mkdir()
    process = subprocess.Popen([sys.executable, "manage.py", "run_jobs"], cwd=CHECKOUT, env=environment)
    yield process
    process.terminate()
    assert process.wait(timeout=30) == 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(BUSY_MACHINE_SECONDS * 10):
        if is_so():
            return
        time.sleep(0.1)
    pytest.fail("It did not come.")


def process_of(worker: int, command: str) -> int | None:
    """Return the process of a run that this worker has begun."""
    for child in Path(f"/proc/{worker}/task/{worker}/children").read_text().split():
        if command in Path(f"/proc/{child}/cmdline").read_text().split("\0"):
            return int(child)
    return None


def runs(command: str, *outcomes: str) -> int:
    return PeriodicRun.objects.filter(kind=command, outcome__in=outcomes).count()


def test_b2_the_worker_does_what_is_due_and_begins_a_killed_run_again(worker: subprocess.Popen[bytes]) -> None:
    LearnerFactory()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE learners_compliancerun IN SHARE MODE")  # its last step waits
        wait_until(lambda: runs(NIGHTLY, Outcome.RUNNING) == 1)
        killed = process_of(worker.pid, NIGHTLY)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
    wait_until(lambda: process_of(worker.pid, NIGHTLY) is None)
    PeriodicRun.objects.filter(outcome=Outcome.RUNNING, kind=NIGHTLY).update(
        seen_at=timezone.now() - SILENCE - timedelta(seconds=1)  # so that the test need not wait
    )
    wait_until(lambda: runs(NIGHTLY, Outcome.GOOD) == 1)
    assert runs(NIGHTLY, Outcome.STOPPED) == 1
    assert PeriodicRun.objects.filter(kind=NIGHTLY).values("due_at").distinct().count() == 1

    wait_until(lambda: runs("clearsessions", Outcome.GOOD) == 1)
    wait_until(lambda: runs("seal_log", Outcome.FAILED) >= 1)  # this site has no key
    assert "key" in PeriodicRun.objects.filter(kind="seal_log").earliest("started_at").failure
