"""The drill of B1: a site that goes on finalizing is backed up, and restored into an empty place."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.db import connection
from django.utils import timezone
from psycopg import sql

from attendance.services.finalize import finalize_session
from config import database_roles
from config.backup.manifest import DUMP, LIST, MANIFEST, read_manifest, whole_generations
from config.backup.target import Target
from tests.config.backup.world import run, session_with_sheet
from tests.factories.learners import LearnerFactory
from tests.own_site import CHECKOUT, environment_on, new_environment
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

ROLE = f"siteproof_app_restored_{os.getpid()}"
NOTHING_RESTORED = 2
SESSIONS = 30


def _as_read(definition: str) -> str:
    """SQL for a definition without parentheses and casts, which PostgreSQL places anew when it reads its own text."""
    return f"regexp_replace({definition}, '::character varying|::text|[][()]', '', 'g')"


GUARDS = (
    f"SELECT {_as_read('pg_get_triggerdef(oid)')}, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
    f"WHERE grantee = '{ROLE}' ORDER BY 1, 2",
    "SELECT table_name, column_name, privilege_type FROM information_schema.role_column_grants "
    f"WHERE grantee = '{ROLE}' ORDER BY 1, 2, 3",
    "SELECT oid::regprocedure::text, prosecdef, proconfig, md5(prosrc), "
    "has_function_privilege('public', oid, 'EXECUTE') "
    "FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    f"SELECT conrelid::regclass::text, conname, {_as_read('pg_get_constraintdef(oid)')} FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
    f"SELECT {_as_read('indexdef')} FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
)  # everything that protects rows: triggers, rights, functions, constraints


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "backups"
    place.mkdir()
    return place


@pytest.fixture
def role() -> Iterator[str]:
    database_roles.set_up(ROLE)
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP OWNED BY {role}; DROP ROLE {role}").format(role=sql.Identifier(ROLE)))


def restore(environment: dict[str, str], place: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "restore", str(place), "--role", ROLE, *arguments],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def rows(database: "psycopg.Connection[Any]", statement: str) -> list[tuple[Any, ...]]:
    return database.execute(statement).fetchall()


def database_of(environment: dict[str, str]) -> "psycopg.Connection[Any]":
    usual = connection.settings_dict
    name = environment["DATABASE_URL"].rpartition("/")[2]
    return psycopg.connect(host=usual["HOST"], user=usual["USER"], password=usual["PASSWORD"] or None, dbname=name)


class Finalizing:
    """Finalizes sessions in threads, and knows which were acknowledged."""

    def __init__(self, sessions: list[Session], by: User) -> None:
        self.acknowledged: list[int] = []
        self._left, self._by = iter(sessions), by
        self._threads = [Thread(target=self._go_on) for _ in range(2)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        while len(self.acknowledged) < 2:
            self._threads[0].join(0.01)

    def _go_on(self) -> None:
        try:
            for session in self._left:
                finalize_session(session_id=session.pk, by=self._by, now=timezone.now())
                self.acknowledged.append(session.pk)
        finally:
            connection.close()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()


def test_b1_what_was_acknowledged_before_the_backup_began_is_there_after_a_restore(
    supervisor: User, evidence_dir: Path, place: Path, tmp_path: Path, role: str
) -> None:
    learners = LearnerFactory.create_batch(3)
    site = Finalizing([session_with_sheet(evidence_dir, learners, number=each) for each in range(SESSIONS)], supervisor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity::text FROM training_site")
        (identity,) = cursor.fetchone()
    site.start()
    before = set(site.acknowledged)
    run("backup", place)
    meanwhile = len(site.acknowledged) - len(before)
    site.wait()
    assert len(site.acknowledged) == SESSIONS

    of_live = environment_on(str(connection.settings_dict["NAME"]), tmp_path)
    with new_environment(tmp_path / "new", name="siteproof_restored") as environment:
        done = restore(environment, place)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "All as they were stored." in done.stdout
        assert "All is as it was sealed." in done.stdout
        with database_of(environment) as restored, database_of(of_live) as live:
            finalized = {pk for (pk,) in rows(restored, "SELECT id FROM sessions WHERE finalized_at IS NOT NULL")}
            assert before <= finalized, f"{meanwhile} were finalized meanwhile"
            whole = rows(restored, "SELECT session_id, count(*) FROM learners_trainingrecord GROUP BY 1")
            assert dict(whole) == dict.fromkeys(finalized, len(learners)), "each wholly or not at all"
            for statement in GUARDS:
                assert rows(restored, statement) == rows(live, statement)
                assert rows(live, statement)
            with pytest.raises(psycopg.errors.RestrictViolation):
                restored.execute("UPDATE learners_trainingrecord SET comments = 'changed'")
            restored.rollback()
            assert rows(restored, "SELECT identity::text FROM training_site") == [(identity,)]
        stored = Path(environment["EVIDENCE_DIR"])
        copied = {str(path.relative_to(stored)): path.read_bytes() for path in stored.glob("??/*")}
        assert copied == {str(path.relative_to(evidence_dir)): path.read_bytes() for path in evidence_dir.glob("??/*")}
        assert all(hashlib.sha256(content).hexdigest() == Path(name).stem for name, content in copied.items())

        again = restore(environment, place)
        assert again.returncode == NOTHING_RESTORED
        assert "is not empty" in again.stderr


def test_b1_a_restore_refuses_a_place_that_is_not_empty_and_a_damaged_dump(
    evidence_dir: Path, place: Path, tmp_path: Path
) -> None:
    session_with_sheet(evidence_dir, [], number=1)
    run("backup", place)
    with pytest.raises(CommandError, match=r"The database .* is not empty"):
        run("restore", place)
    with new_environment(tmp_path / "new", name="siteproof_refused") as environment:
        stray = Path(environment["EVIDENCE_DIR"]) / "stray.pdf"
        stray.parent.mkdir(parents=True)
        stray.write_bytes(b"somebody's")
        refused = restore(environment, place)
        assert (refused.returncode, "store is not empty" in refused.stderr) == (NOTHING_RESTORED, True)
        stray.unlink()
        dump = next(place.glob(f"generations/*/{DUMP}"))
        dump.write_bytes(dump.read_bytes()[:-1])
        damaged = restore(environment, place)
        assert (damaged.returncode, f"{DUMP} of the backup" in damaged.stderr) == (NOTHING_RESTORED, True)
        assert not list(stray.parent.rglob("*"))
        with database_of(environment) as empty:
            assert rows(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_b1_a_killed_backup_is_none_and_the_one_before_stays_whole(
    evidence_dir: Path, place: Path, tmp_path: Path
) -> None:
    session_with_sheet(evidence_dir, [], number=1)
    run("backup", place)
    target = Target(str(place))
    whole = whole_generations(target)
    session_with_sheet(evidence_dir, [], number=2)
    environment = environment_on(str(connection.settings_dict["NAME"]), tmp_path)
    with ExitStack() as started:
        killed = [
            started.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.config.backup.killed_backup", str(place), step],
                    cwd=CHECKOUT,
                    env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
                )
            )
            for step in (DUMP, LIST, "evidence/", MANIFEST)
        ]
        for process in killed:
            process.wait()
    ended = [process.returncode for process in killed]
    assert -signal.SIGKILL in ended
    assert whole_generations(target) == whole
    assert "1 files read" in run("backup", place, verify=True)[0]
    run("backup", place)
    assert read_manifest(target, whole_generations(target)[-1]).files == 2
    assert "2 files read" in run("backup", place, verify=True)[0]
