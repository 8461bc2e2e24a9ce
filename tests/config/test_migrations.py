"""The history that was squashed before the first release makes what the long one made, and what comes after it moves.

`before_the_squash/` holds what the long history left: the names of its migrations, the catalogue of an empty database
after the last of them (PostgreSQL 18), and who may do what in it after `setup_database_roles`.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
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
    ("training", "0019_sessions"),
    ("training", "0020_session_defaults"),
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
    with as_default(database), transaction.atomic():
        database_roles.set_up(ROLE)
        found = rights(database, tables=tables, role=ROLE)
        transaction.set_rollback(True)
    assert found.splitlines() == before("rights")
