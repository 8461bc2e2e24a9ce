"""The tables of classes as reports and plain SQL know them, and what guards them (K1, invariants 5 and 7)."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.training import UserFactory, active_class
from training.models import TrainingClass

pytestmark = pytest.mark.django_db


def rows(statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def refused(statement: str, values: list[Any] | None = None) -> str:
    """Return the name of the constraint or trigger that refuses the statement."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        rows(statement, values)
    return str(error.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's


def columns(table: str) -> dict[str, tuple[str, str, str | None]]:
    """Return type, whether it may be null, and default by column."""
    found = rows(
        """SELECT column_name, udt_name || coalesce('(' || character_maximum_length || ')',
                  '(' || CASE udt_name WHEN 'numeric' THEN numeric_precision || ',' || numeric_scale END || ')', ''),
                  is_nullable, column_default
             FROM information_schema.columns WHERE table_name = %s""",
        [table],
    )
    return {name: (kind, nullable, default) for name, kind, nullable, default in found}


def comment(table: str) -> str:
    return str(rows("SELECT obj_description(%s::regclass)", [table])[0][0])


def test_k1_a_code_works_once():
    rows("INSERT INTO classes (class_code) VALUES ('TEST123')")
    assert refused("INSERT INTO classes (class_code) VALUES ('TEST123')") == "class_code_unique"
    rows("INSERT INTO classes (class_code) VALUES (NULL), (NULL)")
    assert rows("SELECT class_code, count(*) FROM classes GROUP BY 1 ORDER BY 1") == [("TEST123", 1), (None, 2)]


def test_invariant_7_a_code_is_never_empty():
    assert refused("INSERT INTO classes (class_code) VALUES ('')") == "class_code_not_empty"


def test_k1_a_code_is_given_once_and_never_changes():
    (((class_id,),)) = rows("INSERT INTO classes DEFAULT VALUES RETURNING class_id")
    rows("UPDATE classes SET class_code = 'ABC1001' WHERE class_id = %s", [class_id])
    for statement in (
        "UPDATE classes SET class_code = 'ABC1002' WHERE class_id = %s",
        "UPDATE classes SET class_code = NULL WHERE class_id = %s",
    ):
        assert refused(statement, [class_id]) == "class_code_never_changes"


def test_k1_the_sequence_is_as_reports_expect_it():
    assert rows("SELECT pg_get_serial_sequence('classes', 'class_code')") == [("public.class_code_seq",)]
    assert rows(
        """SELECT data_type::text, start_value, increment_by, min_value, cache_size, cycle
             FROM pg_sequences WHERE sequencename = 'class_code_seq'"""
    ) == [("bigint", 1001, 1, 1, 1, False)]
    assert "prefix" in rows("SELECT obj_description('class_code_seq'::regclass)")[0][0]


def test_invariant_7_the_constraint_has_taken_over_the_index_and_the_plain_one_is_gone():
    found = rows("SELECT indexname FROM pg_indexes WHERE tablename = 'classes' AND indexdef LIKE '%%(class_code)%%'")
    assert found == [("class_code_unique",)]
    (((text,),)) = rows(
        "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conname = 'class_code_unique'"
    )
    assert text == "A class code belongs to one class"


def test_classes_have_their_columns_and_database_defaults():
    found = columns("classes")
    assert found["class_id"][:2] == ("int8", "NO")
    assert found["class_code"] == ("varchar(50)", "YES", None)
    assert found["client_id"] == ("int8", "YES", None)
    assert found["status"][2] == "'draft'::character varying"
    assert found["created_at"][0] == "timestamptz"
    assert {name for name, (_kind, nullable, default) in found.items() if nullable == "NO" and default is None} == {
        "class_id"
    }, "a class needs nothing but its key"
    assert "Training classes" in comment("classes")


def test_class_sessions_have_their_columns_and_database_defaults():
    found = columns("class_attendance_sessions")
    assert {name: found[name] for name in ("class_id", "session_date", "status", "scheduled_hours", "notes")} == {
        "class_id": ("int8", "NO", None),
        "session_date": ("date", "NO", None),
        "status": ("varchar(30)", "NO", "'pending'::character varying"),
        "scheduled_hours": ("numeric(5,1)", "NO", None),
        "notes": ("text", "YES", None),
    }
    for name in ("captured_at", "created_at", "updated_at"):
        assert found[name][0] == "timestamptz"
    assert found["captured_by"][:2] == ("int4", "YES")
    text = comment("class_attendance_sessions")
    assert all(status in text for status in ("pending", "captured", "client_cancelled", "agent_absent"))


def test_class_sessions_are_found_by_class_alone():
    assert rows(
        """SELECT count(*) FROM pg_indexes
            WHERE tablename = 'class_attendance_sessions' AND indexdef LIKE '%%btree (class_id)'"""
    ) == [(1,)]


def test_plain_sql_adds_a_meeting_once_per_date_with_a_known_status():
    class_id = TrainingClass.objects.create().pk
    insert = "INSERT INTO class_attendance_sessions (class_id, session_date, scheduled_hours) VALUES (%s, %s, 4)"
    rows(insert, [class_id, "2026-03-02"])
    assert rows("SELECT status, captured_by, created_at = updated_at FROM class_attendance_sessions") == [
        ("pending", None, True)
    ]
    assert refused(insert, [class_id, "2026-03-02"]) == "class_session_one_per_date"
    update = "UPDATE class_attendance_sessions SET status = %s, captured_by = %s, captured_at = now()"
    assert refused(update, ["sick", UserFactory().pk]) == "class_session_status_known"
    assert refused(update, ["captured", None]) == "class_session_capture_has_author"


@pytest.mark.parametrize("status", ["captured", "client_cancelled", "agent_absent"])
def test_invariant_5_a_captured_or_excepted_meeting_is_frozen(status: str):
    meeting = active_class().sessions.first()
    assert meeting is not None
    capture = (
        "UPDATE class_attendance_sessions SET status = %s, captured_by = %s, captured_at = now() WHERE session_id = %s"
    )
    rows(capture, [status, UserFactory().pk, meeting.pk])
    where = f"WHERE session_id = {meeting.pk}"
    back = "status = 'pending', captured_by = NULL, captured_at = NULL"
    for change in (back, "notes = 'x'", "session_date = session_date + 1", "scheduled_hours = 8"):
        assert refused(f"UPDATE class_attendance_sessions SET {change} {where}") == "class_session_is_frozen"
    assert refused(f"DELETE FROM class_attendance_sessions {where}") == "class_session_captured_stays"


@pytest.mark.parametrize("table", ["classes", "class_attendance_sessions"])
def test_invariant_5_the_tables_cannot_be_emptied(table: str):
    rows("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused(f"TRUNCATE {table} CASCADE").endswith("_no_truncate")


def test_every_change_of_a_class_leaves_an_event():
    rows("INSERT INTO classes (class_code) VALUES ('TEST123')")
    rows("UPDATE classes SET class_type = 'SKILL'")
    rows("DELETE FROM classes")
    labels = rows("SELECT pgh_label, class_code, class_type FROM training_trainingclassevent ORDER BY pgh_id")
    assert labels == [("insert", "TEST123", ""), ("update", "TEST123", "SKILL"), ("delete", "TEST123", "SKILL")]
