"""F3, F4: kill -9 inside finalize, at each step and at any moment, leaves all of it or none; so does a lost answer."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from attendance.policies.finalize import AlreadyFinalized
from attendance.services.finalize import finalize_session
from learners.models import CompetencyRecord, Learner, TrainingRecord
from learners.services.compliance import recalculate
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory
from tests.faults.killed_finalize import NOW
from tests.integrity import check_integrity, check_integrity_of
from training.core.refusals import OutcomeUnknown
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

CHECKOUT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 3, 20)
SECONDS_FOR_A_COMMIT = 30

# What each statement of finalize does, in order; with the commit they are the steps at which it can be killed.
STATEMENTS = (
    "permission",
    "session locked",
    "session read",
    "evidence looked up",
    "list counted",
    "records written",
    "sign-offs written",
    "list closed",
    "session completed",
    "merged badges looked up",
    "workers locked",
    "items written",
    "workers judged",
)
STEPS = {
    "nothing done": ("0", "before"),
    **{name: (str(number), "after") for number, name in enumerate(STATEMENTS)},
    "about to commit": ("commit", "before"),
    "committed": ("commit", "after"),
}

_commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]  # a method that the stubs leave out


def ready() -> Session:
    """A session with passes that are to be verified and fails, of workers who have answers."""
    version = CourseVersionFactory(requires_verification=True)
    role, company = RoleFactory(), CompanyFactory()
    RoleRequirementFactory(role=role, course=version.course)
    learners: list[Learner] = LearnerFactory.create_batch(3, role=role, company=company)
    with transaction.atomic():
        recalculate(learner_ids=[learner.pk for learner in learners], today=TODAY, now=NOW)
    session, (failed, *_others) = session_ready_to_finalize(
        course_version=version, learners=learners, start_time=NOW - timedelta(hours=5)
    )
    failed.has_passed = False
    failed.save()
    return session


class Processes:
    """Starts finalizes in processes of their own, and tells how they ended."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self.program = program

    def start(self, session: Session, by: User, step: str = "-", when: str = "-") -> int:
        """Return the number of the process."""
        return self._ask(str(connection.settings_dict["NAME"]), str(session.pk), str(by.pk), step, when)

    def ended(self) -> int:
        """Wait for the end of the process that was started, and return its exit code."""
        assert self.program.stdout is not None
        return int(self.program.stdout.readline())

    def _ask(self, *words: str) -> int:
        assert self.program.stdin is not None
        self.program.stdin.write(" ".join(words) + "\n")
        self.program.stdin.flush()
        return self.ended()


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.killed_finalize"],
        cwd=CHECKOUT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        yield Processes(program)


def _was_done(session: Session, by: User) -> bool:
    """Whether the session is finalized, wholly; nothing of it is done otherwise. A second try makes it so."""
    _wait_for_what_runs_on()
    check_integrity_of(session, today=TODAY, now=NOW)
    try:
        finalize_session(session_id=session.pk, by=by, now=NOW)  # waits for what the killed process left running
        was_done = False
    except AlreadyFinalized:
        was_done = True
    check_integrity_of(session, today=TODAY, now=NOW)
    assert TrainingRecord.objects.filter(session=session).count() == 1
    assert CompetencyRecord.objects.filter(session=session).count() == 2
    return was_done


def _wait_for_what_runs_on() -> None:
    """Wait until the server has done with the killed client: a COMMIT that it had sent before it died is carried out.

    The check reads in several statements, each of which sees what is committed by then. One that ran meanwhile once saw
    the session of before that COMMIT, and the records of after it.
    """
    deadline = time.monotonic() + SECONDS_FOR_A_COMMIT
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
            )
            if cursor.fetchone() == (0,):
                return
            assert time.monotonic() < deadline
            time.sleep(0.005)


@pytest.mark.parametrize("step", STEPS)
def test_f4_killed_at_a_step(processes: Processes, supervisor: User, step: str, long: bool) -> None:
    for _ in range(20 if long else 1):
        session = ready()
        processes.start(session, supervisor, *STEPS[step])
        assert processes.ended() == -signal.SIGKILL
        assert _was_done(session, supervisor) == (step == "committed")
    check_integrity(today=TODAY, now=NOW)


def test_f4_killed_at_any_moment(processes: Processes, supervisor: User, long: bool) -> None:
    chance = random.Random(2026)  # noqa: S311  # the same moments every time
    for _ in range(500 if long else 5):
        session = ready()
        process = processes.start(session, supervisor)
        time.sleep(chance.uniform(0, 0.12))
        with suppress(ProcessLookupError):  # done before its time had come
            os.kill(process, signal.SIGKILL)
        processes.ended()
        _was_done(session, supervisor)
    check_integrity(today=TODAY, now=NOW)


def test_the_control_finalizes(processes: Processes, supervisor: User) -> None:
    session = ready()
    processes.start(session, supervisor)
    assert processes.ended() == 0
    assert _was_done(session, supervisor)


def test_the_steps_are_all_the_statements_there_are(supervisor: User) -> None:
    """A statement that is added to finalize gets a step here."""
    session, count = ready(), 0
    by = User.objects.get(pk=supervisor.pk)

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        finalize_session(session_id=session.pk, by=by, now=NOW)
    assert count == len(STATEMENTS)


# The answer to COMMIT is lost: nobody knows whether it was done


def _lost_after(self: BaseDatabaseWrapper) -> None:
    _commit(self)
    raise OperationalError("server closed the connection unexpectedly")


def _lost_before(self: BaseDatabaseWrapper) -> None:
    with self.connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    _terminate(pid)
    _commit(self)


def _terminate(pid: int) -> None:
    """Cut a connection of our own from another one."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()


@pytest.mark.parametrize(("lost", "is_done"), [(_lost_before, False), (_lost_after, True)])
def test_f4_trying_again_is_safe_when_the_answer_to_commit_was_lost(
    supervisor: User, long: bool, lost: Callable[[BaseDatabaseWrapper], None], is_done: bool
) -> None:
    for _ in range(100 if long else 3):
        session = ready()
        with mock.patch.object(BaseDatabaseWrapper, "_commit", lost), pytest.raises((OperationalError, OutcomeUnknown)):
            finalize_session(session_id=session.pk, by=supervisor, now=NOW)
        connection.close()
        assert _was_done(session, supervisor) == is_done
