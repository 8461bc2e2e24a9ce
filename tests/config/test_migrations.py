"""The history that was squashed before the first release makes what the long one made, and what comes after it moves.

`before_the_squash/` holds what the long history left: the names of its migrations, the catalogue of an empty database
after the last of them (PostgreSQL 18), and who may do what in it after `setup_database_roles`.
"""

import ast
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from pytest_django import DjangoDbBlocker

from config import database_roles
from config.environment import CHECKOUT
from tests.config.catalogue import rights, shape
from tests.own_database import as_default, own_database

APPS = ("attendance", "config", "learners", "training")
SQUASHED = {
    "attendance": "0010_squashed_guards",
    "config": "0006_squashed_guards",
    "learners": "0016_squashed_guards",
    "training": "0018_squashed_guards",
}
BEFORE = Path(__file__).parent / "before_the_squash"
MIGRATIONS = sorted(path for app in APPS for path in (CHECKOUT / app / "migrations").glob("[0-9]*.py"))
LOOKS_AT_ANOTHER = {"0008_class_code_index.py": "training.migrations.0007_class_code_sequence"}
AFTER = {
    ("attendance", "0011_sessions"),
    ("attendance", "0012_attendee_defaults"),
    ("attendance", "0013_filing"),
    ("attendance", "0014_taking_over"),
    ("attendance", "0015_taking_over_guards"),
    ("training", "0019_sessions"),
    ("training", "0020_session_defaults"),
    ("training", "0021_file_download_says_what"),
    ("training", "0022_calendar_feed"),
}
ROLE = f"siteproof_app_of_migrations_{os.getpid()}"


def migrate(database: BaseDatabaseWrapper, steps: dict[str, str]) -> set[str]:
    """Migrate forwards or back; return the names of the tables that are ours then."""
    state = MigrationExecutor(database).migrate([*steps.items()])
    models = state.apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.app_label in APPS and not model._meta.proxy}


def newest() -> dict[str, str]:
    """Return the name of each app's last migration."""
    return {app: name for app, name in MigrationLoader(None).graph.leaf_nodes() if app in APPS}


def rows(database: BaseDatabaseWrapper, statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def before(what: str) -> list[str]:
    return (BEFORE / f"{what}.txt").read_text().splitlines()


# What migrations may name


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parent.parent.name}.{path.stem}")
def test_a_migration_names_nothing_of_ours(path: Path):
    """What it imports from us changes with us, and then it makes something else than it made when it ran."""
    named = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named.add(node.module or ".")
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            named.add(ast.literal_eval(node.args[0]))
    ours = {name for name in named if name.split(".")[0] in {"", "tests", *APPS}}
    assert ours == {LOOKS_AT_ANOTHER[path.name]} if path.name in LOOKS_AT_ANOTHER else not ours


def test_every_migration_that_a_text_names_is_there():
    texts = [
        *(path for app in APPS for path in (CHECKOUT / app).rglob("*.py") if "migrations" not in path.parts),
        *(CHECKOUT / "docs").rglob("*.md"),
        *CHECKOUT.glob("*.md"),
    ]
    there = {path.stem for path in MIGRATIONS}
    pages = {path.stem for path in (CHECKOUT / "docs" / "adr").glob("*.md")}
    missing = {
        (path.relative_to(CHECKOUT).as_posix(), name)
        for path in texts
        for name in re.findall(r"\b(?<!-)0\d{3}_[a-z0-9_]+", path.read_text())
        if name not in there | pages
    }
    assert missing == set()


def test_the_squashed_migrations_replace_each_of_before_once():
    files = MigrationLoader(None).disk_migrations
    replaced = [f"{app} {name}" for migration in files.values() for app, name in migration.replaces if app in APPS]
    kept = [f"training {name}" for app, name in files if app == "training" and "0006" <= name < "0010"]
    assert sorted(replaced + kept) == before("applied")


# What they make


@pytest.fixture(scope="module")
def squashed(django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[BaseDatabaseWrapper, set[str]]]:
    """A database of the squashed history and nothing after it, and the names of our tables in it."""
    with django_db_blocker.unblock(), own_database("squashed") as made:
        yield made, migrate(made, SQUASHED)


@pytest.fixture(scope="module")
def from_empty(django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """A database that began empty, with every migration. That of the other tests has had rights set up, or not."""
    with django_db_blocker.unblock(), own_database("from_empty") as made:
        migrate(made, newest())
        yield made


def test_the_squashed_history_makes_what_the_long_one_made(squashed: tuple[BaseDatabaseWrapper, set[str]]):
    """To the last table, column, type, default, index, constraint, trigger, function, comment, sequence, extension."""
    database, tables = squashed
    assert shape(database, tables=tables).splitlines() == before("shape")


def test_the_application_has_the_rights_that_it_had(
    squashed: tuple[BaseDatabaseWrapper, set[str]], monkeypatch: pytest.MonkeyPatch
):
    """The rights follow from triggers and functions; whoever changes `config.database_roles` changes them here too."""
    database, tables = squashed
    of_today = database_roles.tables_written_by_triggers()
    monkeypatch.setattr(database_roles, "tables_written_by_triggers", lambda: sorted(tables & {*of_today}))
    monkeypatch.setattr(database_roles, "NARROWER", narrower_then(database))
    with as_default(database), transaction.atomic():
        database_roles.set_up(ROLE)
        found = rights(database, tables=tables, role=ROLE)
        transaction.set_rollback(True)
    assert found.splitlines() == before("rights")


def narrower_then(database: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the narrower rights of today without the columns that came later."""
    asked = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    columns = {(table, column) for table, column in rows(database, asked)}

    def of_then(table: str, said: str) -> str:
        for column in {*re.findall(r"\w+(?=[,)])", said)} - {name for of, name in columns if of == table}:
            said = re.sub(rf", {column}\b(?=[^(]*\))|(?<=\(){column}, ", "", said)
        return said

    return {
        table: of_then(table, said)
        for table, said in database_roles.NARROWER.items()
        if (table, "id") in columns or "(" not in said
    }


# What comes after


def test_lists_and_records_are_there_before_their_sessions_are_renamed():
    """Django names a key after the table that it refers to: made later, it would be called otherwise than elsewhere."""
    loader = MigrationLoader(None)
    plan = loader.graph.forwards_plan(("training", "0019_sessions"))
    assert {("attendance", SQUASHED["attendance"]), ("learners", SQUASHED["learners"])} <= {*plan}


@pytest.mark.long_only
def test_a_database_of_the_version_before_takes_what_follows_and_gives_it_back(
    squashed: tuple[BaseDatabaseWrapper, set[str]], from_empty: BaseDatabaseWrapper
):
    """It knows the old names only. Sessions keep their rows and their guards, forwards and back."""
    database, _tables = squashed
    rows(database, "DELETE FROM django_migrations WHERE app = ANY (%s)", [[*APPS]])
    for line in before("applied"):
        rows(database, "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", line.split())
    rows(database, ENTER)

    plan = MigrationExecutor(database).migration_plan([*newest().items()])
    planned = {(migration.app_label, migration.name) for migration, _is_back in plan}
    assert planned >= AFTER
    assert not planned & {*SQUASHED.items(), *(tuple(line.split()) for line in before("applied"))}

    assert_newest(database, from_empty, tables=migrate(database, newest()))
    assert_guarded(database, sessions="sessions")

    tables = migrate(database, SQUASHED)
    assert shape(database, tables=tables).splitlines() == before("shape")
    assert_guarded(database, sessions="training_session")


@pytest.mark.long_only
def test_the_rename_gives_up_before_a_busy_table_and_can_be_tried_again(
    squashed: tuple[BaseDatabaseWrapper, set[str]], from_empty: BaseDatabaseWrapper
):
    database, tables = squashed
    holder = database.copy()
    try:
        with holder.cursor() as cursor:
            cursor.execute("BEGIN; SELECT FROM training_session")
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate(database, newest())
    finally:
        holder.close()
    assert shape(database, tables=tables).splitlines() == before("shape")

    assert_newest(database, from_empty, tables=migrate(database, newest()))


@pytest.mark.long_only
def test_the_squashed_history_leaves_nothing_when_it_is_taken_back(
    squashed: tuple[BaseDatabaseWrapper, set[str]], long: bool
):
    """Tables, triggers and functions of lists; with `--long` everything. Audit functions stay, as no table has them."""
    database, tables = squashed
    apps = APPS if long else ("attendance",)
    MigrationExecutor(database).migrate([(app, None) for app in apps])

    assert rows(database, "SELECT name FROM django_migrations WHERE app = ANY (%s)", [[*apps]]) == []
    made = shape(database, tables={*tables, "sessions"}).splitlines()
    left = [line for line in made if line.startswith(KINDS) and "public.pgtrigger_" not in line]
    if long:
        assert left == ["extension plpgsql"]
    else:
        assert [line for line in left if LISTS.search(line)] == []


def assert_newest(database: BaseDatabaseWrapper, from_empty: BaseDatabaseWrapper, *, tables: set[str]) -> None:
    """Check that the database is what one is that began empty."""
    found = shape(database, tables=tables)
    assert not re.search(r"\btraining_session\b", found)
    assert found.splitlines() == shape(from_empty, tables=tables).splitlines()


# A draft and a finalized session. What they name is not there: keys are checked by triggers too.
ENTER = """
    SET session_replication_role = replica;
    INSERT INTO training_session (id, course_id, status, attendance_file_key, attendance_file_hash, cancellation_reason,
                                  change_reason, version, last_line, created_at, updated_at, course_version_id,
                                  trainer_id, venue_id, start_time, end_time, finalized_at, finalized_by_id)
    VALUES (1, 1, 'DRAFT', '', '', '', '', 1, 0, now(), now(), NULL, NULL, NULL, NULL, NULL, NULL, NULL),
           (2, 1, 'COMPLETED', 'key', repeat('a', 64), '', '', 1, 0, now(), now(), 1, 1, 1, now(),
            now() + '1h', now(), 1);
    SET session_replication_role = origin
"""
PUT_ON_LIST = """
    INSERT INTO session_attendees (session_id, learner_id, line, status, is_present, has_passed, remarks, added_at,
                                   version, marked_at, marked_by_id)
    VALUES (%s, 1, 1, 'REGISTERED', false, true, '', now(), 1, '2026-03-02 08:00+00', 1)
"""
LISTS = re.compile(
    r"\b(attendance_(capturevoid|listact|sessionattendee)|session_attendees|refuse_attendees_of|note_first_mark|set_class_)"
)
KINDS = ("table ", "column ", "constraint ", "index ", "sequence ", "trigger ", "function ", "extension ")


def assert_guarded(database: BaseDatabaseWrapper, *, sessions: str) -> None:
    """Check that both sessions are there, and that every trigger that knows their table does its work."""

    def refused(statement: str, why: str) -> None:
        with pytest.raises(DatabaseError, match=why), transaction.atomic(using=database.alias):
            rows(database, statement)

    with transaction.atomic(using=database.alias):
        assert rows(database, f"SELECT id, status FROM {sessions} ORDER BY id") == [(1, "DRAFT"), (2, "COMPLETED")]
        refused(f"TRUNCATE {sessions} CASCADE", f"{sessions} cannot be emptied")
        rows(database, PUT_ON_LIST % 1)
        marked = rows(database, f"SELECT first_marked_at FROM {sessions} WHERE id = 1")
        assert marked == [(datetime(2026, 3, 2, 8, tzinfo=UTC),)]
        assert rows(database, "SELECT pgh_label FROM training_sessionevent WHERE id = 1") == [("update",)]
        refused(PUT_ON_LIST % 2, "Session 2 is finalized: its attendance list cannot be changed")
        refused(f"UPDATE {sessions} SET version = 2 WHERE id = 2", "Session 2 is finalized and cannot be changed")
        refused(f"UPDATE {sessions} SET status = 'COMPLETED' WHERE id = 1", "cannot become COMPLETED this way")
        transaction.set_rollback(True, using=database.alias)
