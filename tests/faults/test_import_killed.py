"""I6: kill -9 of a worker or of PostgreSQL while an import is done, or a lost connection: all of it, or nothing.

The page says which, and the job that begins again ends right.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from attendance.services.imports import doing
from attendance.services.imports.doing import do_import
from attendance.services.imports.steps import lock_import
from attendance.services.imports.working import ImportWork, ask_for
from learners.models import BadgePeriod, Learner, LearnerArea, LearnerPeriod
from tests.factories.imports import checked, workbook
from tests.factories.learners import AreaFactory, LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CompanyFactory, UserFactory
from tests.fixtures import client_of
from tests.html import text_of
from tests.integrity import check_integrity
from tests.own_database import as_default
from tests.own_server import OwnServer, own_server
from training.core.groups import SUPERVISORS
from training.models import Import, ImportedRow, ImportRow, Job
from training.services import job_runs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

CHECKOUT = Path(__file__).resolve().parents[2]
State = Import.State
HEAD = ("Badge", "First name", "Last name", "Employer", "Role", "Start date", "Area", "Phone")
START = date(2026, 3, 2)
NEW, CHANGED = 40, 20
AGAIN_SECONDS = 90

_commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]  # a method that the stubs leave out


def waiting_import(by: User) -> Import:
    """Make a site with workers, and an import that changes them and brings others, asked for and not begun."""
    company, role, _area = CompanyFactory(name="Nordwind"), RoleFactory(title="Rigger"), AreaFactory(name="Jetty")
    RoleRequirementFactory(role=role)
    for number in range(CHANGED):
        LearnerFactory(
            badge_id=f"1{number:04}", first_name="Ada", last_name=f"Novak{number}", company=company, role=role
        )
    rows = [
        (f"1{number:04}", "Ada", f"Novak{number}", "Nordwind", "Rigger", START, "Jetty", f"030{number:04}")
        for number in range(CHANGED + NEW)
    ]
    one = checked(workbook(HEAD, *rows), "workers", by=by)
    assert one.counts == {"rows": NEW + CHANGED, "new": NEW, "changed": CHANGED}
    ask_for(one, ImportWork.DO, by=by, now=timezone.now(), fingerprint=one.fingerprint)
    return one


def was_done(one: Import) -> bool:
    """Whether the import is done, wholly; nothing of it is done otherwise."""
    one = Import.objects.get(pk=one.pk)
    is_done = one.state == State.DONE
    assert is_done or one.state in {State.DOING, State.CHECKED}
    workers = CHANGED + (NEW if is_done else 0)
    assert Learner.objects.count() == BadgePeriod.objects.count() == workers
    assert LearnerPeriod.objects.count() == workers + (CHANGED if is_done else 0)
    assert LearnerArea.objects.count() == Learner.objects.exclude(phone="").count() == (workers if is_done else 0)
    assert ImportedRow.objects.count() == (workers if is_done else 0)
    assert ImportRow.objects.count() == (0 if is_done else CHANGED + NEW)
    assert bool(one.files.get().evidence_key) is is_done
    return is_done


def page_says(one: Import, by: User) -> str:
    return text_of(client_of(by).get(reverse("attendance:import", args=[one.pk])), "//main")


def assert_page_says_which(one: Import, by: User) -> None:
    """The page says that it is done, that it goes on, or why it does not; then the person asks for it again."""
    one.refresh_from_db()
    says = page_says(one, by)
    if one.state == State.DONE:
        assert "Brought in" in says
    elif one.state == State.DOING:
        assert "Being brought in" in says
    else:
        assert one.failure
        assert one.failure in says
        ask_for(one, ImportWork.DO, by=by, now=timezone.now(), fingerprint=one.fingerprint)


def assert_ends_right(one: Import, by: User) -> None:
    """The job begins again, as the worker's housekeeping lets it, and brings in what was shown."""
    assert_page_says_which(one, by)
    job_runs.run(one.job_id or 0)
    assert was_done(one)
    assert_page_says_which(one, by)
    check_integrity(today=timezone.localdate(), now=timezone.now())


class NotNow(Exception):  # noqa: N818  # an end that the test makes
    """The work is done, and is undone here."""


def statements_of(one: Import, by: User) -> int:
    """Return how many statements doing an import takes from the lock on, and leave it undone."""
    count = 0

    def counted(execute: Any, *told: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*told)

    def locked(**what: Any) -> Import:
        nonlocal count
        count = 0
        return lock_import(**what)

    with (
        connection.execute_wrapper(counted),
        mock.patch.object(doing, "lock_import", locked),
        mock.patch.object(doing, "forget_rows", side_effect=NotNow),
        pytest.raises(NotNow),
    ):
        do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=timezone.now())
    return count


# The worker


class Processes:
    """Does jobs in processes of their own that kill themselves, and tells how they ended."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self.program = program

    def work(self, job: int | None, step: str) -> int:
        """Do a job, and return the exit code of its process."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        told = [connection.settings_dict["NAME"], job, settings.STORAGES, step]
        self.program.stdin.write(json.dumps(told, default=str) + "\n")
        self.program.stdin.flush()
        return int(self.program.stdout.readline())


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.killed_import"],
        cwd=CHECKOUT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        yield Processes(program)


def test_i6_a_worker_is_killed_at_any_statement(processes: Processes, supervisor: User, long: bool) -> None:
    one = waiting_import(supervisor)
    last = statements_of(one, supervisor)
    one.refresh_from_db()
    for step in range(0, last, 1 if long else 6):
        assert processes.work(one.job_id, str(step)) == -signal.SIGKILL, step
        assert not was_done(one), step
        assert "Being brought in" in page_says(one, supervisor)
    assert_ends_right(one, supervisor)


@pytest.mark.parametrize("step", ["commit", "committed"])
def test_i6_a_worker_is_killed_at_the_commit(processes: Processes, supervisor: User, step: str) -> None:
    one = waiting_import(supervisor)
    assert processes.work(one.job_id, step) == -signal.SIGKILL
    wait_for_what_runs_on()
    assert was_done(one) is (step == "committed")
    assert_ends_right(one, supervisor)


def wait_for_what_runs_on() -> None:
    """Wait until the server has done with the killed client: a COMMIT that was sent before is carried out."""
    deadline = time.monotonic() + AGAIN_SECONDS
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' AND state <> 'idle'"
    )
    with connection.cursor() as cursor:
        while cursor.execute(busy) and cursor.fetchone() != (0,):
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_the_control_ends_by_itself(processes: Processes, supervisor: User) -> None:
    one = waiting_import(supervisor)
    assert processes.work(one.job_id, "1000000") == 0
    assert was_done(one)


@pytest.fixture
def start(evidence_dir: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts workers on the database of the test."""
    workers: list[subprocess.Popen[bytes]] = []

    def start_worker() -> subprocess.Popen[bytes]:
        places = {"EVIDENCE_DIR": str(evidence_dir), "WAITING_DIR": str(evidence_dir.with_name("waiting"))}
        command = [sys.executable, "-m", "tests.faults.slow_jobs", str(connection.settings_dict["NAME"])]
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **places}
        workers.append(subprocess.Popen(command, cwd=CHECKOUT, env=environment))
        return workers[-1]

    yield start_worker
    for worker in workers:
        worker.kill()
        worker.wait()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_i6_another_worker_begins_again_what_a_killed_one_did(
    start: Callable[[], subprocess.Popen[bytes]], supervisor: User
) -> None:
    one = waiting_import(supervisor)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE learners_learnerarea IN SHARE MODE")  # it gets as far as the areas of workers
        first = start()
        wait_until(is_waited_for)
        first.kill()
        first.wait()
    assert not was_done(one)
    assert "Being brought in" in page_says(one, supervisor)

    start()
    wait_until(lambda: Job.objects.filter(pk=one.job_id or 0, state=Job.State.DONE).exists())
    assert was_done(one)
    assert Job.objects.get(pk=one.job_id or 0).run == 2
    assert "Brought in" in page_says(one, supervisor)


def is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation IS NOT NULL)")
        return bool(cursor.fetchone() == (True,))


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + AGAIN_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


# PostgreSQL


def _kill_backend(server: OwnServer, backend: int) -> None:
    os.kill(backend, signal.SIGKILL)  # the server then ends all others, and recovers


def _kill_server(server: OwnServer, backend: int) -> None:
    server.kill()


@pytest.mark.parametrize("kill", [_kill_backend, _kill_server])
def test_i6_postgresql_is_killed_in_the_middle(
    kill: Callable[[OwnServer, int], None], django_db_blocker: DjangoDbBlocker, long: bool
) -> None:
    with (
        django_db_blocker.unblock(),
        own_server() as (server, database),
        as_default(database),
        mock.patch.object(job_runs, "_aside", return_value=True),  # a thread has the usual connection
    ):
        by = UserFactory(groups=[SUPERVISORS])
        one = waiting_import(by)
        last = statements_of(one, by)
        one.refresh_from_db()
        assert one.job_id is not None
        for step in range(3, last, 2 if long else last // 3):
            killed_at(step, lambda backend: kill(server, backend), one.job_id or 0)
            database.close()
            server.recover()
            assert not was_done(one), step
            assert_page_says_which(one, by)
        assert_ends_right(one, by)


def killed_at(step: int, kill: Callable[[int], None], job: int) -> None:
    """Do a job, and kill once the work has come to a statement from the lock on."""
    countdown = step
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()

    def counted(execute: Any, *told: Any) -> Any:
        nonlocal countdown
        countdown -= 1
        if countdown == 0:
            kill(backend)
        return execute(*told)

    def locked(**what: Any) -> Import:
        connection.execute_wrappers.insert(0, counted)  # whoever ends meanwhile takes the last one away
        return lock_import(**what)

    with mock.patch.object(doing, "lock_import", locked), suppress(OperationalError, InterfaceError):
        job_runs.run(job)
    connection.execute_wrappers.remove(counted)
    assert countdown <= 0


# The connection


def _lost_after(self: BaseDatabaseWrapper) -> None:
    _commit(self)
    raise OperationalError("server closed the connection unexpectedly")


def _lost_before(self: BaseDatabaseWrapper) -> None:
    other = connection.copy()
    try:
        with self.connection.cursor() as cursor, other.cursor() as killer:
            cursor.execute("SELECT pg_backend_pid()")
            killer.execute("SELECT pg_terminate_backend(%s, 5000)", [cursor.fetchone()[0]])
    finally:
        other.close()
    _commit(self)


@pytest.mark.parametrize(("lost", "is_done"), [(_lost_before, False), (_lost_after, True)])
def test_i6_the_answer_to_the_commit_is_lost(
    supervisor: User, lost: Callable[[BaseDatabaseWrapper], None], is_done: bool
) -> None:
    one = waiting_import(supervisor)
    patches: list[Any] = []

    def locked(**what: Any) -> Import:
        patches.append(mock.patch.object(BaseDatabaseWrapper, "_commit", lost))
        patches[0].start()
        return lock_import(**what)

    with mock.patch.object(doing, "lock_import", locked), suppress(OperationalError, InterfaceError):
        job_runs.run(one.job_id or 0)
    patches[0].stop()
    connection.close()

    assert was_done(one) is is_done
    assert_ends_right(one, supervisor)


def test_i6_whoever_closes_the_browser_finds_what_became_of_it(supervisor: User, as_supervisor: Client) -> None:
    """What a page asks for is done by a worker, whether the page is there or not."""
    one = waiting_import(supervisor)
    job_runs.run(one.job_id or 0)

    page = as_supervisor.get(reverse("attendance:imports"))
    assert "Done" in text_of(page, "//main")
    assert was_done(one)
