"""B4 behind PgBouncer in transaction mode, which passes no options of a connection on: the limits hold all the same."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import errors, sql
from pytest_django import Settings

from config import database_limits
from tests.factories.training import scheduled_session

pytestmark = pytest.mark.django_db(transaction=True)

ROLE = f"siteproof_app_behind_pgbouncer_{os.getpid()}"
PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PATIENCE_SECONDS = 15


@pytest.fixture
def limited_role(settings: Settings) -> Iterator[str]:
    """The application's role, as `setup_database_roles` leaves it, with limits of seconds."""
    settings.DATABASE_LIMITS = {
        "lock_timeout": 1,
        "statement_timeout": 3,
        "idle_in_transaction_session_timeout": 5,
    }
    call_command("setup_database_roles", role=ROLE)
    yield ROLE
    with connection.cursor() as cursor:
        database = sql.Identifier(connection.settings_dict["NAME"])
        cursor.execute(sql.SQL("ALTER DATABASE {} RESET idle_in_transaction_session_timeout").format(database))
        cursor.execute(sql.SQL("DROP OWNED BY {role}; DROP ROLE {role}").format(role=sql.Identifier(ROLE)))


@pytest.fixture
def port(limited_role: str, tmp_path: Path) -> Iterator[int]:
    """The port of a PgBouncer in transaction mode that connects as the role."""
    if PROGRAM is None:
        if os.environ.get("CI"):
            pytest.fail("PgBouncer is missing: apt install pgbouncer")
        pytest.skip("PgBouncer is missing: apt install pgbouncer")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    to = connection.get_connection_params()
    server = f"host={to['host']} port={to.get('port', 5432)} dbname={to['dbname']} user={limited_role}"
    configuration = tmp_path / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\nsite = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {number}\n"
        "auth_type = any\npool_mode = transaction\nunix_socket_dir =\ndefault_pool_size = 4\n"
    )
    os.chmod(configuration, 0o644)
    for directory in (tmp_path, *tmp_path.parents):
        if os.geteuid() == 0 and directory.is_relative_to("/tmp/pytest-of-root"):  # noqa: S108
            directory.chmod(0o755)
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    bouncer = subprocess.Popen([PROGRAM, *as_nobody, str(configuration)], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", number), timeout=1).close()
                break
            except OSError:
                assert bouncer.poll() is None, "PgBouncer did not start"
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield number
    finally:
        bouncer.terminate()
        bouncer.wait()


def through(port: int) -> "psycopg.Connection[Any]":
    return psycopg.connect(host="127.0.0.1", port=port, dbname="site", user="anybody")


def test_whoever_waits_for_a_lock_or_takes_too_long_is_ended(port: int) -> None:
    session = scheduled_session()
    with through(port) as holder, through(port) as waiting:
        holder.execute("SELECT FROM sessions WHERE id = %s FOR UPDATE", [session.pk])
        started = time.monotonic()
        with pytest.raises(errors.LockNotAvailable):
            waiting.execute("SELECT FROM sessions WHERE id = %s FOR UPDATE", [session.pk])
        waiting.rollback()
        assert time.monotonic() - started < PATIENCE_SECONDS
        holder.rollback()
        with pytest.raises(errors.QueryCanceled):
            waiting.execute("SELECT pg_sleep(30)")


def test_a_transaction_in_which_nothing_happens_is_ended(port: int) -> None:
    session = scheduled_session()
    with closing(through(port)) as forgotten:
        forgotten.execute("SELECT FROM sessions WHERE id = %s FOR UPDATE", [session.pk])
        time.sleep(6)
        with through(port) as other:
            other.execute("SELECT FROM sessions WHERE id = %s FOR UPDATE NOWAIT", [session.pk])
        with pytest.raises(psycopg.Error):
            forgotten.execute("SELECT 1")


def test_a_role_that_may_not_set_them_says_what_an_administrator_runs(settings: Settings) -> None:
    """The owner as docs/operations.md makes it: it may limit its database, and no other role."""
    owner, role = f"{ROLE}_owner", f"{ROLE}_app"
    database = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (me,) = cursor.fetchone()
        cursor.execute(
            f"CREATE ROLE {owner} LOGIN; CREATE ROLE {role} LOGIN; ALTER DATABASE {database} OWNER TO {owner}"
        )
        try:
            cursor.execute(f"SET ROLE {owner}")
            with pytest.raises(database_limits.LimitsMissing) as refused:
                database_limits.set_up(role)
            seconds = settings.DATABASE_LIMITS
            assert (
                f'ALTER ROLE "{role}" IN DATABASE "{database}" SET "lock_timeout" = \'{seconds["lock_timeout"]}s\'; '
                f'ALTER ROLE "{role}" IN DATABASE "{database}" SET "statement_timeout" = '
            ) in str(refused.value)
            cursor.execute("RESET ROLE")
            cursor.execute(str(refused.value).split("`")[1])
            cursor.execute(f"SET ROLE {owner}")
            database_limits.set_up(role)
        finally:
            cursor.execute(f"RESET ROLE; ALTER DATABASE {database} OWNER TO {me}")
            cursor.execute(
                f"ALTER DATABASE {database} RESET ALL; DROP OWNED BY {role}; DROP ROLE {role}; DROP ROLE {owner}"
            )


def test_the_command_ends_with_that_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(role: str) -> None:
        raise database_limits.LimitsMissing("let a superuser run this")

    monkeypatch.setattr(database_limits, "set_up", refuse)
    monkeypatch.setattr("config.database_roles.set_up", lambda role: None)
    with pytest.raises(CommandError, match="let a superuser run this"):
        call_command("setup_database_roles", role=ROLE)


def test_readiness_and_check_say_what_is_not_bounded() -> None:
    assert database_limits.missing() == []
    assert database_limits.check_waits_are_bounded(None, ["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
    assert database_limits.missing() == ["lock_timeout"]
    (warning,) = database_limits.check_waits_are_bounded(None, ["default"])
    assert "lock_timeout" in str(warning.msg)
    connection.close()
