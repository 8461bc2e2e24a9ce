"""B4: nobody waits for ever, whoever holds what is needed, and every service says so and writes nothing.

The holder is a connection of its own, as a forgotten psql is one.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, transaction

from attendance.models import SessionAttendee
from tests.concurrency.writers import PIECES, WRITERS, marking
from tests.factories.training import UserFactory, scheduled_session
from training.core.refusals import Busy, Conflict, OutcomeUnknown, Unavailable, database_refusals
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT_SECONDS = 0.3
PATIENCE_SECONDS = 10  # of a busy machine, far from for ever
WRITES = re.compile(r"with acting\(|transaction\.atomic\(|with one_snapshot\(|take_step\(one")


@pytest.fixture
def by() -> User:
    user: User = UserFactory(is_superuser=True)
    return user


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Waits end soon, of pages and of long jobs."""
    monkeypatch.setattr("training.core.long_jobs.MORE_TIME", {"lock_timeout": f"{LIMIT_SECONDS}s"})
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LIMIT_SECONDS}s'")
    yield
    connection.close()


def elsewhere() -> "psycopg.Connection[Any]":
    """Return a connection that is not the application's."""
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(**{name: parameters[name] for name in names if name in parameters})


@contextmanager
def everything_held() -> Iterator[None]:
    """Somebody has written to every table, and does not end."""
    tables = ", ".join(
        f'"{model._meta.db_table}"'
        for model in apps.get_models()
        if model._meta.app_label in {"training", "learners", "attendance", "config"} and model._meta.managed
    )
    with elsewhere() as holder:
        holder.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
        yield
        holder.rollback()


def test_every_module_that_writes_is_walked() -> None:
    root = Path(__file__).parents[2]
    services = {
        f"{layer}.services.{file.stem}"
        for layer in ("training", "learners", "attendance", "config")
        for file in (root / layer / "services").glob("*.py")
        if file.stem != "__init__"
    }
    steps_of_imports = {
        f"attendance.services.imports.{file.stem}"
        for file in (root / "attendance" / "services" / "imports").glob("*.py")
        if WRITES.search(file.read_text())
    }
    evidence = {
        f"learners.evidence.{file.stem}"
        for file in (root / "learners" / "evidence").glob("*.py")
        if "with acting(" in file.read_text()
    }
    assert services | steps_of_imports | evidence == WRITERS.keys() | PIECES


def rows() -> dict[str, list[Any]]:
    """Return every row of the site."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.app_label in {"training", "learners", "attendance", "config"} and model._meta.managed
    }


@pytest.mark.usefixtures("short_limits", "evidence_dir")
@pytest.mark.parametrize("module", WRITERS)
def test_a_service_that_waits_says_so_writes_nothing_and_works_afterwards(module: str, by: User) -> None:
    call = WRITERS[module](by)
    before = rows()

    with everything_held():
        started = time.monotonic()
        with pytest.raises(Busy, match="Somebody else is") as refused:
            call()
        assert time.monotonic() - started < PATIENCE_SECONDS

    assert (refused.value.status, refused.value.retry_seconds) == (503, 5)
    assert rows() == before
    call()
    assert (rows() != before) is (module != "learners.services.preview")  # which undoes what it tries


def test_a_wait_for_a_session_names_the_session(short_limits: None, by: User) -> None:
    call = marking(by)
    with elsewhere() as holder:
        holder.execute("SELECT FROM sessions FOR UPDATE")
        with pytest.raises(Busy) as refused:
            call()
        holder.rollback()
    assert refused.value.message == "Somebody else is working on this session. Try again."


def test_a_forgotten_transaction_is_ended_and_marking_goes_on(by: User) -> None:
    """It holds a session and does nothing more, whoever it is: the limit is the database's."""
    call = marking(by)
    with elsewhere() as admin:
        admin.autocommit = True
        name = connection.settings_dict["NAME"]
        admin.execute(f"ALTER DATABASE \"{name}\" SET idle_in_transaction_session_timeout = '1s'")
        try:
            forgotten = elsewhere()
        finally:
            admin.execute(f'ALTER DATABASE "{name}" RESET idle_in_transaction_session_timeout')
    forgotten.execute("SELECT FROM sessions FOR UPDATE")
    started = time.monotonic()

    (row,) = call()

    assert row.is_present
    assert time.monotonic() - started < PATIENCE_SECONDS
    with pytest.raises(psycopg.Error):
        forgotten.execute("SELECT 1")
    forgotten.close()


# COMMIT


def test_a_connection_lost_at_commit_says_that_nobody_knows(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    call = marking(by)
    connection.ensure_connection()
    commit = connection.connection.commit

    def cut() -> None:
        commit()
        connection.connection.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection.connection, "commit", cut)
    with pytest.raises(OutcomeUnknown) as unknown:
        call()

    assert unknown.value.message == "We do not know whether it was saved. Check before you try again."
    assert unknown.value.retry_seconds is None
    connection.close()
    assert Session.objects.get().attendees.get().is_present, "this time it was"


def test_a_connection_lost_before_commit_says_that_nothing_was_saved(by: User) -> None:
    call = marking(by)

    def killed() -> None:
        with database_refusals(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable, match="Nothing was saved"):
        killed()
    connection.close()
    (row,) = call()
    assert row.is_present


def test_a_constraint_that_is_checked_at_commit_is_known_not_to_be_saved(by: User) -> None:
    session = scheduled_session()
    with pytest.raises(Conflict), database_refusals(), transaction.atomic():
        SessionAttendee.objects.create(session=session, learner_id=0, line=1)
    assert not session.attendees.exists()
