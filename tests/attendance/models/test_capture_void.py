"""A captured meeting goes back to pending through a void row only (H4, invariant 5), as the application's role too."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from attendance.services.capture import capture_session, void_capture
from learners.models import LearnerProgression
from tests.factories.learners import LearnerProgressionFactory
from training.models import ClassAttendanceSession

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
ROLE = f"siteproof_app_of_capture_test_{os.getpid()}"

VOID = """INSERT INTO attendance_capturevoid (class_session_id, voided_status, reason, voided_by_id, voided_at)
          VALUES (%s, %s, %s, %s, now())"""
BACK = "UPDATE class_attendance_sessions SET status = 'pending', captured_by = NULL, captured_at = NULL"


@pytest.fixture
def progression() -> LearnerProgression:
    progression: LearnerProgression = LearnerProgressionFactory()
    return progression


@pytest.fixture
def captured(progression: LearnerProgression, supervisor: User) -> ClassAttendanceSession:
    done = capture_session(class_id=progression.training_class_id, session_date=MONDAY, by=supervisor, now=NOW)
    return done.session


def execute(statement: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(statement: str, values: list[Any] | None = None) -> str:
    """Return the name of the constraint or trigger that refuses the statement."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        execute(statement, values)
    return str(error.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's


@pytest.fixture
def as_application(captured: ClassAttendanceSession) -> Iterator[None]:
    """From here on the test runs with the rights of the application's role."""
    call_command("setup_database_roles", role=ROLE)
    execute(f"SET LOCAL ROLE {ROLE}")
    yield
    execute("RESET ROLE")


def test_h4_a_void_comes_after_the_reversal_of_the_hours(captured: ClassAttendanceSession, superuser: User):
    values = [captured.pk, "captured", "Wrong date", superuser.pk]
    assert refused(VOID, values) == "capture_void_after_its_hours"


def test_h4_a_void_names_what_there_is_to_void(captured: ClassAttendanceSession, superuser: User):
    other = captured.training_class.sessions.exclude(pk=captured.pk).first()
    assert other is not None
    for status in ("pending", "agent_absent"):
        assert refused(VOID, [other.pk, status, "x", superuser.pk]) == "capture_void_of_what_is_captured"


def test_h4_a_void_has_a_reason(captured: ClassAttendanceSession, superuser: User):
    assert refused(VOID, [captured.pk, "captured", " ", superuser.pk]) == "capture_void_has_reason"


def test_invariant_5_voids_are_append_only(captured: ClassAttendanceSession, superuser: User):
    void_capture(class_id=captured.training_class_id, session_date=MONDAY, reason="Wrong date", by=superuser, now=NOW)
    for statement in ("UPDATE attendance_capturevoid SET reason = 'x'", "DELETE FROM attendance_capturevoid"):
        assert refused(statement) == "attendance_capturevoid_append_only"
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused("TRUNCATE attendance_capturevoid") == "attendance_capturevoid_no_truncate"


@pytest.mark.usefixtures("as_application")
def test_h4_the_application_captures_and_voids(
    captured: ClassAttendanceSession, progression: LearnerProgression, superuser: User
):
    where: dict[str, Any] = {"class_id": captured.training_class_id, "session_date": MONDAY, "now": NOW}
    void_capture(**where, reason="Wrong date", by=superuser)
    assert capture_session(**where, by=superuser).learners == 1
    progression.refresh_from_db()
    assert progression.hours_trained == 4


@pytest.mark.usefixtures("as_application")
def test_invariant_5_no_trigger_of_one_s_own_opens_the_way_back(captured: ClassAttendanceSession):
    """A trigger that the application makes for itself runs as deep as the void's, but not as the owner.

    It cannot make one, for want of a table of its own; whoever may make one still gets nowhere.
    """
    attack = """
        CREATE TEMP TABLE lever (x int);
        CREATE FUNCTION pg_temp.pull() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {}; RETURN NULL; END $$;
        CREATE TRIGGER pulled AFTER INSERT ON lever FOR EACH ROW EXECUTE FUNCTION pg_temp.pull();
        INSERT INTO lever VALUES (1)"""
    with pytest.raises(ProgrammingError, match="permission denied to create temporary tables"), transaction.atomic():
        execute(attack.format(BACK))
    execute("RESET ROLE")
    execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO {ROLE}")
    execute(f"SET LOCAL ROLE {ROLE}")
    assert refused(attack.format(BACK)) == "class_session_is_frozen"
    wrong = "UPDATE learner_lp_tracking SET hours_trained = 9, hours_absent = 9 - hours_present"
    assert refused(attack.format(wrong)) == "progression_sums_are_the_logs"


@pytest.mark.usefixtures("as_application")
def test_k2_the_application_may_import_codes_and_not_reshape_their_sequence():
    execute("SELECT setval('class_code_seq', nextval('class_code_seq'))")
    with pytest.raises(ProgrammingError), transaction.atomic():
        execute("ALTER SEQUENCE class_code_seq CYCLE")
