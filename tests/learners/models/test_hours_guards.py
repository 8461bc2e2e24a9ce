"""What keeps the hours log and its sums right, whatever door a row comes through (invariants 5 and 6)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from learners.models import LearnerHoursLog, LearnerProgression
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import active_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def progression() -> LearnerProgression:
    progression: LearnerProgression = LearnerProgressionFactory()
    return progression


def rows(statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def refused(statement: str, values: Any = None) -> str:
    """Return the name of the constraint or trigger that refuses the statement."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        rows(statement, values)
    return str(error.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's


INSERT = """
INSERT INTO learner_hours_log
  (tracking_id, learner_id, class_id, class_type_subject_id, log_date, hours_trained, hours_present, reversal_of)
SELECT tracking_id, learner_id, class_id, class_type_subject_id, %(day)s, %(trained)s, %(present)s, %(reverses)s
  FROM learner_lp_tracking WHERE tracking_id = ANY(%(keys)s)
"""


def facts(*progressions: LearnerProgression, trained: Any = 4, present: Any = 3, **more: Any) -> dict[str, Any]:
    keys = [each.pk for each in progressions]
    return {"keys": keys, "day": "2026-03-02", "trained": trained, "present": present, "reverses": None, **more}


def sums(progression: LearnerProgression) -> tuple[Any, ...]:
    found = LearnerProgression.objects.get(pk=progression.pk)
    return found.hours_trained, found.hours_present, found.hours_absent


def test_invariant_6_sums_move_with_the_log_in_plain_sql(progression: LearnerProgression):
    other = LearnerProgressionFactory()
    rows(INSERT, facts(progression, other))
    rows(INSERT, facts(progression, trained="2.5", present="0.5"))
    assert sums(progression) == (Decimal("6.5"), Decimal("3.5"), 3)
    assert sums(other) == (4, 3, 1)
    assert rows("SELECT DISTINCT source FROM learner_hours_log") == [("manual",)]


def test_invariant_6_one_statement_may_log_for_one_learner_twice(progression: LearnerProgression):
    fields = {
        "progression": progression,
        "learner_id": progression.learner_id,
        "training_class_id": progression.training_class_id,
        "course_id": progression.course_id,
        "log_date": "2026-03-02",
    }
    LearnerHoursLog.objects.bulk_create(
        LearnerHoursLog(**fields, hours_trained=hours, hours_present=hours) for hours in (1, 2)
    )
    assert sums(progression) == (3, 3, 0)


@pytest.mark.parametrize(("trained", "present"), [(4, 5), (4, -1), (-1, -1), (-1, -2)])
def test_invariant_6_present_lies_between_0_and_trained(progression: LearnerProgression, trained: int, present: int):
    assert refused(INSERT, facts(progression, trained=trained, present=present)) == "hours_present_0_to_trained"


def test_invariant_6_a_reversal_is_the_exact_negative_of_its_row_once(progression: LearnerProgression):
    rows(INSERT, facts(progression))
    (((log_id,),)) = rows("SELECT log_id FROM learner_hours_log")
    exact = {"trained": -4, "present": -3, "reverses": log_id}
    for wrong in ({"trained": -3}, {"present": -4}, {"trained": 4, "present": 3}, {"day": "2026-03-03"}):
        assert refused(INSERT, facts(progression, **{**exact, **wrong})) == "hours_reversal_is_exact"
    assert refused(INSERT, facts(LearnerProgressionFactory(), **exact)) == "hours_reversal_is_exact"
    rows(INSERT, facts(progression, **exact))
    assert sums(progression) == (0, 0, 0)
    assert "reversal_of" in refused(INSERT, facts(progression, **exact))
    (((reversal,),)) = rows("SELECT log_id FROM learner_hours_log WHERE reversal_of IS NOT NULL")
    twice = {"trained": 4, "present": 3, "reverses": reversal}
    assert refused(INSERT, facts(progression, **twice)) == "hours_reversal_is_exact"


def test_hours_name_the_worker_class_and_course_of_their_progression(progression: LearnerProgression):
    for column, value in (
        ("learner_id", LearnerFactory().pk),
        ("class_id", active_class().pk),
        ("class_type_subject_id", active_class().course_id),
    ):
        other = INSERT.replace(
            "SELECT tracking_id, learner_id, class_id, class_type_subject_id",
            "SELECT "
            + ", ".join(
                str(value) if each == column else each
                for each in ("tracking_id", "learner_id", "class_id", "class_type_subject_id")
            ),
        )
        assert refused(other, facts(progression)) == "hours_belong_to_their_progression"


def test_invariant_5_the_log_is_append_only(progression: LearnerProgression):
    progression.add_hours(4, 4)
    for statement in ("UPDATE learner_hours_log SET hours_present = 0", "DELETE FROM learner_hours_log"):
        assert refused(statement) == "learner_hours_log_append_only"
    rows("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused("TRUNCATE learner_hours_log CASCADE").endswith("_no_truncate")
    assert refused("TRUNCATE learner_lp_tracking CASCADE").endswith("_no_truncate")
    assert refused("UPDATE learners_progressionevent SET reason = 'x'") == "learners_progressionevent_append_only"


@pytest.mark.parametrize(
    "change",
    [
        "hours_trained = hours_trained + 1, hours_absent = hours_absent + 1",
        "hours_present = hours_present - 1, hours_absent = hours_absent + 1",
        "hours_trained = 0, hours_present = 0, hours_absent = 0",
    ],
)
def test_invariant_6_sums_cannot_be_set_to_anything_else(progression: LearnerProgression, change: str):
    progression.add_hours(4, 3)
    assert refused(f"UPDATE learner_lp_tracking SET {change}") == "progression_sums_are_the_logs"
    rows("UPDATE learner_lp_tracking SET updated_at = '2026-03-02 12:00Z'")  # no sum
    progression.refresh_from_db()
    assert progression.updated_at == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    hours: tuple[object, ...] = (progression.hours_trained, progression.hours_present, progression.hours_absent)
    assert hours == (4, 3, 1)


def test_invariant_6_a_progression_starts_at_zero(progression: LearnerProgression):
    statement = """INSERT INTO learner_lp_tracking
        (learner_id, class_id, class_type_subject_id, start_date, hours_trained, hours_absent)
        SELECT %s, class_id, class_type_subject_id, start_date, 4, 4 FROM learner_lp_tracking"""
    assert refused(statement, [LearnerFactory().pk]) == "progression_starts_at_zero"


def test_plain_sql_starts_a_progression_with_database_defaults(progression: LearnerProgression):
    statement = """INSERT INTO learner_lp_tracking (learner_id, class_id, class_type_subject_id, start_date)
        SELECT %s, class_id, class_type_subject_id, start_date FROM learner_lp_tracking
        RETURNING status, hours_trained, hours_present, hours_absent, created_at = updated_at"""
    assert rows(statement, [LearnerFactory().pk]) == [("in_progress", 0, 0, 0, True)]


def test_h7_one_programme_in_progress_per_learner(progression: LearnerProgression):
    statement = """INSERT INTO learner_lp_tracking (learner_id, class_id, class_type_subject_id, start_date)
        SELECT %s, %s, class_type_subject_id, start_date FROM learner_lp_tracking"""
    other = active_class()
    assert refused(statement, [progression.learner_id, other.pk]) == "progression_one_in_progress"
    second = LearnerProgression(
        learner=progression.learner, training_class=other, course=other.course, start_date=progression.start_date
    )
    with pytest.raises(ValidationError, match="another programme in progress"):
        second.validate_constraints()


def test_the_tables_say_what_they_are_for():
    for table in ("learner_lp_tracking", "learner_hours_log"):
        (((text,),)) = rows("SELECT obj_description(%s::regclass)", [table])
        assert text


def columns(table: str) -> dict[str, tuple[str, bool, str | None]]:
    """Return type, whether it may be null, and default by column."""
    found = rows(
        """SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull, pg_get_expr(adbin, adrelid)
             FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped""",
        [table],
    )
    return {name: (kind, nullable, default) for name, kind, nullable, default in found}


def test_progressions_have_the_columns_that_reports_know():
    hours = ("numeric(9,1)", False, "0")
    assert columns("learner_lp_tracking") == {
        "tracking_id": ("bigint", False, None),
        "learner_id": ("bigint", False, None),
        "class_type_subject_id": ("bigint", False, None),
        "class_id": ("bigint", False, None),
        "status": ("character varying(20)", False, "'in_progress'::character varying"),
        "start_date": ("date", False, None),
        "completion_date": ("date", True, None),
        "hours_trained": hours,
        "hours_present": hours,
        "hours_absent": hours,
        "created_at": ("timestamp with time zone", False, "statement_timestamp()"),
        "updated_at": ("timestamp with time zone", False, "statement_timestamp()"),
    }


def test_the_log_of_hours_has_the_columns_that_reports_know():
    assert columns("learner_hours_log") == {
        "log_id": ("bigint", False, None),
        "tracking_id": ("bigint", False, None),
        "learner_id": ("bigint", False, None),
        "class_id": ("bigint", False, None),
        "class_type_subject_id": ("bigint", False, None),
        "log_date": ("date", False, None),
        "hours_trained": ("numeric(5,1)", False, None),
        "hours_present": ("numeric(5,1)", False, None),
        "source": ("character varying(20)", False, "'manual'::character varying"),
        "session_id": ("bigint", True, None),
        "created_by": ("integer", True, None),
        "notes": ("text", True, None),
        "reversal_of": ("bigint", True, None),
        "created_at": ("timestamp with time zone", False, "statement_timestamp()"),
    }
