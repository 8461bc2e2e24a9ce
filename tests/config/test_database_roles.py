"""Invariant 5 as the application's role: what is legal cannot be changed, and no trigger can be silenced."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pgtrigger
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from psycopg import errors

from attendance.services.list_acts import undo_act
from attendance.services.marking import Everybody, mark_everybody
from config import database_roles
from config.api_tokens import create_token
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import MORNING, CourseVersionFactory, scheduled_session
from training.models import Job
from training.services import job_runs
from training.services.jobs import ask, hand_out

pytestmark = pytest.mark.django_db

ROLE = f"siteproof_app_of_test_{os.getpid()}"

LEGAL = [
    "attendance_capturevoid",
    "config_signin",
    "learner_hours_log",
    "learners_evidenceread",
    "learners_evidenceupload",
    "learners_merge",
    "learners_progressionevent",
    "learners_registerextract",
    "learners_registerimport",
    "learners_registerstanding",
    "learners_revocation",
    "learners_trainingrecord",
    "training_filedownload",
]
NEVER_DELETED = ["learners_competencyrecord", "learners_learner"]
AUDIT = [
    "config_apitokenevent",
    "learners_trainingrecordevent",
    "pghistory_context",
    "training_companyevent",
    "training_loginevent",
    "training_membershipevent",
    "training_sessionevent",
]
PERIODS = [
    "learners_areaperiod",
    "learners_badgeperiod",
    "learners_learnerareaperiod",
    "learners_learnerperiod",
    "learners_requirementperiod",
]

INSERT_COMPANY = """INSERT INTO training_company (name, class_code_prefix, is_active, created_at, updated_at)
                    VALUES ('Rightmost Ltd', 'RIG', true, now(), now())"""
COUNT_COMPANY_EVENTS = "SELECT count(*) FROM public.training_companyevent"


@pytest.fixture
def as_application() -> Iterator[None]:
    """The test runs with the rights of the application's role; role and rights go with the test's transaction."""
    call_command("setup_database_roles", role=ROLE)
    _execute(f"SET LOCAL ROLE {ROLE}")
    yield
    _execute("RESET ROLE")


def _execute(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)


def _scalar(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    assert row is not None
    return row[0]


def _assert_denied(query: str) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        _execute(query)
    assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege), refused.value


@pytest.mark.parametrize("table", [*LEGAL, *AUDIT, *PERIODS])
def test_append_only_rows_cannot_be_deleted(as_application: None, table: str) -> None:
    _assert_denied(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", NEVER_DELETED)
def test_workers_and_sign_offs_cannot_be_deleted(as_application: None, table: str) -> None:
    _assert_denied(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", LEGAL)
def test_legal_rows_cannot_be_updated(as_application: None, table: str) -> None:
    column = _scalar(f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum = 2")
    _assert_denied(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", LEGAL)
def test_legal_rows_can_be_locked(as_application: None, table: str) -> None:
    _execute(f"SELECT FROM {table} FOR UPDATE")
    held = "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'RowShareLock' AND relation = "
    assert _scalar(f"{held}'{table}'::regclass") == "RowShareLock"


@pytest.mark.parametrize("table", [*AUDIT, *PERIODS])
def test_what_triggers_write_cannot_be_written_by_hand(as_application: None, table: str) -> None:
    _assert_denied(f"INSERT INTO {table} DEFAULT VALUES")
    column = _scalar(f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum = 1")
    _assert_denied(f"UPDATE {table} SET {column} = {column}")


def test_no_table_can_be_emptied_or_lose_a_trigger(as_application: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
                WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace"""
        )
        triggers = cursor.fetchall()
    assert {table for table, _ in triggers} >= {*LEGAL, *NEVER_DELETED, *AUDIT}
    for table, trigger in triggers:
        _assert_denied(f"TRUNCATE {table}")
        _assert_denied(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        _assert_denied(f"DROP TRIGGER {trigger} ON {table}")


@pytest.mark.parametrize(
    "attempt",
    [
        "SET session_replication_role = replica",
        "CREATE TABLE public.anything ()",
        "CREATE FUNCTION public.anything() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP FUNCTION refuse_change() CASCADE",
        "ALTER TABLE learners_trainingrecord OWNER TO CURRENT_USER",
        "DELETE FROM django_migrations",
        "CREATE ROLE friend SUPERUSER",
    ],
)
def test_other_ways_round_are_closed(as_application: None, attempt: str) -> None:
    _assert_denied(attempt)


def _inserting_a_company_is_audited() -> bool:
    """Whether an event row is written, in our own table."""
    before = _scalar(COUNT_COMPANY_EVENTS)
    _execute(INSERT_COMPANY)
    return _scalar(COUNT_COMPANY_EVENTS) != before


def _silence_every_trigger() -> None:
    names = ",".join(trigger.get_pgid(model) for model, trigger in pgtrigger.registered())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{names}}}"])


def _let_a_temporary_table_pose_as_the_audit() -> None:
    _execute("CREATE TEMPORARY TABLE training_companyevent (LIKE public.training_companyevent INCLUDING ALL)")


EVASIONS = [_silence_every_trigger, _let_a_temporary_table_pose_as_the_audit]


@pytest.mark.parametrize("evade", EVASIONS)
def test_without_the_command_any_session_can_evade_the_audit(evade: Callable[[], None]) -> None:
    evade()
    assert not _inserting_a_company_is_audited()


def test_the_application_cannot_silence_the_audit(as_application: None) -> None:
    _silence_every_trigger()
    assert _inserting_a_company_is_audited()


def test_no_temporary_table_poses_as_the_audit(as_application: None) -> None:
    _assert_denied("CREATE TEMPORARY TABLE training_companyevent (LIKE public.training_companyevent INCLUDING ALL)")
    _execute("RESET ROLE")
    _let_a_temporary_table_pose_as_the_audit()  # whoever may make one still hides nothing
    assert _inserting_a_company_is_audited()


def test_every_trigger_looks_at_our_tables_only(as_application: None) -> None:
    paths = _scalar(
        """SELECT array_agg(DISTINCT coalesce(path, 'none')) FROM pg_proc p
             LEFT JOIN LATERAL unnest(proconfig) path ON path LIKE 'search_path=%%'
            WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype"""
    )
    assert paths == ["search_path=public, pg_temp"]


def test_the_application_can_do_its_work(as_application: None) -> None:
    _execute(INSERT_COMPANY)
    _execute("UPDATE training_company SET name = 'Leftmost Ltd'")
    _execute("DELETE FROM training_company")
    assert _scalar(COUNT_COMPANY_EVENTS) == 3


def test_the_application_can_answer_programs(supervisor: User, superuser: User, request: pytest.FixtureRequest) -> None:
    """Limits, repeated requests and the last use of a token are written; none of them needs the owner of the tables."""
    secret = create_token(user=supervisor, name="HR", by=superuser, now=timezone.now())[1]
    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "a1"}
    request.getfixturevalue("as_application")

    first, again = (
        Client(headers=headers).post("/api/v1/training/sessions/draft", body, "application/json") for _time in range(2)
    )

    assert (first.status_code, again["Idempotent-Replayed"]) == (201, "true")


def test_the_application_can_ask_for_do_and_clear_away_jobs(
    auditor: User, evidence_dir: Path, request: pytest.FixtureRequest
) -> None:
    """All that pages and worker do with jobs and with procrastinate's tables, by the same calls."""
    LearnerFactory()
    request.getfixturevalue("as_application")
    now = timezone.now()
    worker = _scalar("SELECT worker_id FROM procrastinate_register_worker_v1()")

    job = ask(kind="pack", title="Pack", query="", by=auditor, now=now)
    assert _scalar(f"SELECT (procrastinate_fetch_job_v2(ARRAY['jobs'], {worker})).id") == job.task_id
    Job.objects.update(seen_at=now - timedelta(hours=2))  # its worker was lost
    job_runs.recover(
        now=now - timedelta(hours=1)
    )  # so that it may be taken in this transaction, which began before now
    assert _scalar(f"SELECT (procrastinate_fetch_job_v2(ARRAY['jobs'], {worker})).id") == job.task_id
    job_runs.run(job.pk)
    job_runs.say_alive({job.pk}, now=now)
    _execute(f"SELECT procrastinate_update_heartbeat_v1({worker})")
    _execute(f"SELECT procrastinate_finish_job_v1({job.task_id}, 'succeeded', false)")
    _execute(f"SELECT procrastinate_unregister_worker_v1({worker})")
    hand_out(job_id=job.pk, by=auditor, now=now)[1].close()
    Job.objects.update(done=0)
    assert job_runs.purge(now=now + timedelta(days=8)) == 1

    _assert_denied("UPDATE procrastinate_jobs SET args = '{}'")
    _assert_denied("UPDATE training_job SET asked_by_id = 1")
    _assert_denied("DELETE FROM procrastinate_events")


def test_running_again_changes_nothing(as_application: None) -> None:
    query = "SELECT string_agg(relname || relacl::text, ' ' ORDER BY relname) FROM pg_class WHERE relacl IS NOT NULL"
    first = _scalar(query)
    _execute("RESET ROLE")
    database_roles.set_up(ROLE)
    assert _scalar(query) == first


@pytest.mark.usefixtures("as_application")
def test_the_application_can_undo_what_was_done_to_a_list_and_change_nothing_else_of_the_act(supervisor: User):
    session = scheduled_session()
    SessionAttendeeFactory.create_batch(2, session=session)
    now = MORNING + timedelta(hours=1)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=now)
    act = session.list_acts.get()

    assert undo_act(session_id=session.pk, act_id=act.pk, by=supervisor, now=now).restored == 2
    assert set(session.attendees.values_list("marked_at", flat=True)) == {None}
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        session.list_acts.update(kind=act.kind)
