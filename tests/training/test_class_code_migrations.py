"""The three steps that make class codes unique, with rows inserted between them, forwards and back (K3).

They run on a database of their own, so that the one of the other tests keeps its shape.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from tests.own_database import own_database

TABLES, SEQUENCE, INDEX, CONSTRAINT = (
    "0006_training_class",
    "0007_class_code_sequence",
    "0008_class_code_index",
    "0009_class_code_constraint",
)


@pytest.fixture(scope="module")
def database(django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """A database with the tables of classes, before any of the three steps."""
    with django_db_blocker.unblock(), own_database("codes") as made:
        migrate(made, TABLES)
        yield made


@pytest.fixture
def codes(database: BaseDatabaseWrapper, django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """The same, emptied and set back after each test, which proves the way back as well."""
    with django_db_blocker.unblock():
        yield database
        rows(database, "DELETE FROM classes")
        migrate(database, TABLES)
        assert indexes(database) == {"idx_classes_class_code": "valid"}


def migrate(database: BaseDatabaseWrapper, step: str) -> None:
    MigrationExecutor(database).migrate([("training", step)])


def rows(database: BaseDatabaseWrapper, statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def insert(database: BaseDatabaseWrapper, *codes: str | None) -> None:
    for code in codes:
        rows(database, "INSERT INTO classes (class_code) VALUES (%s)", [code])


def all_codes(database: BaseDatabaseWrapper) -> list[str | None]:
    return [code for (code,) in rows(database, "SELECT class_code FROM classes ORDER BY class_id")]


def indexes(database: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the state of each index of the codes, by name."""
    found = rows(
        database,
        """SELECT relname, concat_ws(' ', CASE WHEN indisunique THEN 'unique' END,
                                      CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END,
                                      CASE WHEN indpred IS NOT NULL THEN 'partial' END)
             FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            WHERE indrelid = 'classes'::regclass AND pg_get_indexdef(indexrelid) LIKE '%%(class_code)%%'""",
    )
    return dict(found)


def next_number(database: BaseDatabaseWrapper) -> int:
    return int(rows(database, "SELECT nextval('class_code_seq')")[0][0])


PLAIN = {"idx_classes_class_code": "valid"}
BOTH = {**PLAIN, "idx_classes_class_code_unique": "unique valid"}
PROMOTED = {"class_code_unique": "unique valid"}


def test_k3_rows_between_the_steps_are_kept_as_they_are(codes: BaseDatabaseWrapper):
    insert(codes, "KUD021916-1", "", "ABC0999", "", None)
    migrate(codes, SEQUENCE)
    assert all_codes(codes) == ["KUD021916-1", None, "ABC0999", None, None], "empty codes became NULL, no other did"
    with pytest.raises(IntegrityError, match="class_code_not_empty"):
        insert(codes, "")
    assert indexes(codes) == PLAIN

    insert(codes, "ABC1001", None)
    migrate(codes, INDEX)
    assert indexes(codes) == BOTH
    with pytest.raises(IntegrityError, match="idx_classes_class_code_unique"):
        insert(codes, "KUD021916-1")

    insert(codes, "ABC1002", None)
    migrate(codes, CONSTRAINT)
    assert indexes(codes) == PROMOTED
    with pytest.raises(IntegrityError, match="class_code_unique"):
        insert(codes, "ABC1002")
    assert all_codes(codes) == ["KUD021916-1", None, "ABC0999", None, None, "ABC1001", None, "ABC1002", None]


def test_k1_the_sequence_starts_at_1001_and_belongs_to_the_column(codes: BaseDatabaseWrapper):
    insert(codes, "KUD021916-1", "ABC0999", "ABCD5000", "ABC1234567890")
    migrate(codes, SEQUENCE)
    assert rows(codes, "SELECT pg_get_serial_sequence('classes', 'class_code')") == [("public.class_code_seq",)]
    assert [next_number(codes), next_number(codes)] == [1001, 1002]


def test_k2_the_sequence_starts_past_codes_of_its_own_form(codes: BaseDatabaseWrapper):
    insert(codes, "ABC1500", "XYZ1200", "KUD021916-1")
    migrate(codes, SEQUENCE)
    assert next_number(codes) == 1501


def test_k3_duplicates_stop_the_first_step_with_their_list_and_change_nothing(codes: BaseDatabaseWrapper):
    insert(codes, "ABC1001", "", "ABC1001", "KUD-1", "KUD-1", "KUD-1")
    keys = dict(
        rows(codes, "SELECT class_code, string_agg(class_id::text, ', ' ORDER BY class_id) FROM classes GROUP BY 1")
    )
    listed = f"  ABC1001: classes {keys['ABC1001']}\n  KUD-1: classes {keys['KUD-1']}"
    with pytest.raises(RuntimeError, match=f"nothing was changed.*\n{re.escape(listed)}$"):
        migrate(codes, SEQUENCE)
    assert "" in all_codes(codes)
    assert rows(codes, "SELECT to_regclass('class_code_seq')") == [(None,)]
    assert indexes(codes) == PLAIN


def test_k3_duplicates_that_came_after_the_first_step_stop_the_second(codes: BaseDatabaseWrapper):
    migrate(codes, SEQUENCE)
    insert(codes, "ABC1001", "ABC1001")
    with pytest.raises(RuntimeError, match="ABC1001: classes"):
        migrate(codes, INDEX)
    assert indexes(codes) == PLAIN


def test_k3_duplicates_that_come_while_the_index_is_built_leave_none_behind(
    codes: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
):
    migrate(codes, SEQUENCE)
    insert(codes, "ABC1001", "ABC1001")
    executor = MigrationExecutor(codes)
    (build,) = executor.loader.graph.nodes["training", INDEX].operations
    code = build.code.__globals__
    look, looks = code["refuse_duplicates"], []

    def look_too_early(*arguments: Any) -> None:
        looks.append(arguments)
        if len(looks) > 1:
            look(*arguments)

    monkeypatch.setitem(code, "refuse_duplicates", look_too_early)
    with pytest.raises(RuntimeError, match="ABC1001: classes"):
        executor.migrate([("training", INDEX)])
    assert len(looks) == 2
    assert indexes(codes) == PLAIN


def test_k3_an_invalid_index_of_a_failed_build_is_built_anew(codes: BaseDatabaseWrapper):
    migrate(codes, SEQUENCE)
    insert(codes, "ABC1001", "ABC1001")
    with pytest.raises(IntegrityError):
        rows(codes, "CREATE UNIQUE INDEX CONCURRENTLY idx_classes_class_code_unique ON classes (class_code)")
    assert indexes(codes)["idx_classes_class_code_unique"] == "unique invalid"
    rows(codes, "DELETE FROM classes WHERE class_id = (SELECT max(class_id) FROM classes)")
    migrate(codes, INDEX)
    assert indexes(codes) == BOTH
    migrate(codes, CONSTRAINT)
    assert indexes(codes) == PROMOTED


def test_k3_a_partial_index_could_not_be_promoted_and_is_built_anew(codes: BaseDatabaseWrapper):
    migrate(codes, SEQUENCE)
    rows(codes, "CREATE UNIQUE INDEX idx_classes_class_code_unique ON classes (class_code) WHERE class_code <> ''")
    assert indexes(codes)["idx_classes_class_code_unique"] == "unique valid partial"
    migrate(codes, INDEX)
    assert indexes(codes) == BOTH


def test_k3_every_step_can_be_taken_back_and_again(codes: BaseDatabaseWrapper):
    insert(codes, "ABC1001", "", None)
    migrate(codes, CONSTRAINT)
    insert(codes, "ABC1002")
    migrate(codes, INDEX)
    assert indexes(codes) == BOTH
    migrate(codes, SEQUENCE)
    assert indexes(codes) == PLAIN
    migrate(codes, TABLES)
    assert rows(codes, "SELECT to_regclass('class_code_seq')") == [(None,)]
    insert(codes, "", "ABC1003")
    migrate(codes, CONSTRAINT)
    assert all_codes(codes) == ["ABC1001", None, None, "ABC1002", None, "ABC1003"]
    assert next_number(codes) == 1004


def test_k3_a_look_up_among_100_000_classes_is_an_index_scan_under_a_millisecond(codes: BaseDatabaseWrapper):
    migrate(codes, CONSTRAINT)
    rows(codes, "INSERT INTO classes (class_code) SELECT 'ABC' || n FROM generate_series(1001, 101000) n")
    rows(codes, "ANALYZE classes")
    look_up = "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM classes WHERE class_code = 'ABC54321'"
    plans = [rows(codes, look_up)[0][0][0] for _time in range(5)]
    assert plans[0]["Plan"]["Node Type"] == "Index Scan", json.dumps(plans[0])
    assert plans[0]["Plan"]["Index Name"] == "class_code_unique"
    assert min(plan["Execution Time"] for plan in plans) < 1
