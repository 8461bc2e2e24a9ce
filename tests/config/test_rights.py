"""What the application's role may do with each table and sequence, against one table of rights.

Whoever adds a table declares it here; one that is not declared fails the build.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore as Store
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg import errors

from config.api_tokens import create_token, revoke_token
from config.database_roles import tables_written_by_triggers
from config.models import SignIn
from learners.models import ComplianceRun
from tests.factories.learners import LearnerFactory
from training.core.groups import TRAINERS
from training.models import Company, TrainingClass
from training.services.class_codes import next_code

pytestmark = pytest.mark.django_db

ROLE = f"siteproof_app_of_rights_{os.getpid()}"

WORK = "SELECT INSERT UPDATE DELETE"  # every change leaves an event
KEPT = "SELECT INSERT UPDATE"  # and no row goes
LEGAL = "SELECT INSERT UPDATE({key})"  # UPDATE of the key for locking only: the trigger refuses it
READ = "SELECT"  # written by triggers, or by migrate

RIGHTS = {
    "account_emailaddress": READ,
    "account_emailconfirmation": READ,
    "attendance_capturevoid": LEGAL.format(key="id"),
    "attendance_differenceexplained": LEGAL.format(key="id"),
    "attendance_filingpaste": "SELECT INSERT UPDATE(answers, columns, provider_id) DELETE",
    "attendance_filingproof": "SELECT INSERT DELETE",
    "attendance_filingrow": "SELECT INSERT UPDATE(is_proof_chosen, problems, proof_id, read, record_id, typed) DELETE",
    "attendance_listact": "SELECT INSERT UPDATE(undone_at, undone_by_id)",
    "attendance_registercomparison": LEGAL.format(key="id"),
    "attendance_registerdifference": LEGAL.format(key="id"),
    "attendance_registersample": LEGAL.format(key="id"),
    "attendance_samplecheck": LEGAL.format(key="id"),
    "attendance_sampledrecord": LEGAL.format(key="id"),
    "attendance_takeover": LEGAL.format(key="id"),
    "attendance_takeoverwithdrawal": LEGAL.format(key="id"),
    "auth_group": READ,
    "auth_group_permissions": READ,
    "auth_permission": READ,
    "auth_user": KEPT,
    "auth_user_groups": "SELECT INSERT DELETE",
    "auth_user_user_permissions": READ,
    "axes_accessattempt": WORK,
    "axes_accessattemptexpiration": WORK,
    "axes_accessfailurelog": "SELECT INSERT",
    "axes_accesslog": "SELECT INSERT UPDATE(logout_time)",
    "class_attendance_sessions": WORK,
    "classes": WORK,
    "config_apitoken": "SELECT INSERT UPDATE(ended_by, last_used_at, revoked_at)",
    "config_apiuse": "SELECT INSERT UPDATE(minute, requests)",
    "config_attempts": "SELECT INSERT UPDATE(failures, last_at) DELETE",
    "config_backuprun": READ,
    "config_cacheentry": WORK,
    "config_companysession": "SELECT INSERT UPDATE(asked_at, checked_at, refresh) DELETE",
    "config_erasurehold": READ,
    "config_idempotentanswer": (
        "SELECT INSERT UPDATE(body, content_type, ended_at, for_htmx, headers, messages, status) DELETE"
    ),
    "config_invitation": "SELECT INSERT UPDATE(ended_at, used_at)",
    "config_lastday": WORK,
    "config_loggedlook": LEGAL.format(key="id"),
    "config_signin": LEGAL.format(key="id"),
    "django_admin_log": "SELECT INSERT",
    "django_content_type": READ,
    "django_migrations": READ,
    "django_session": WORK,
    "learner_hours_log": LEGAL.format(key="log_id"),
    "learner_lp_tracking": WORK,
    "learners_area": WORK,
    "learners_arearequirement": WORK,
    "learners_assessmentmethod": WORK,
    "learners_competencyrecord": KEPT,
    "learners_complianceitem": WORK,
    "learners_compliancerun": "SELECT INSERT",
    "learners_evidenceread": LEGAL.format(key="id"),
    "learners_evidenceupload": LEGAL.format(key="id"),
    "learners_importturn": WORK,
    "learners_learner": KEPT,
    "learners_learnerarea": WORK,
    "learners_merge": LEGAL.format(key="id"),
    "learners_progressionevent": LEGAL.format(key="id"),
    "learners_registerextract": LEGAL.format(key="id"),
    "learners_registerimport": LEGAL.format(key="id"),
    "learners_registerstanding": LEGAL.format(key="id"),
    "learners_revocation": LEGAL.format(key="id"),
    "learners_role": WORK,
    "learners_rolerequirement": WORK,
    "learners_trainingrecord": LEGAL.format(key="id"),
    "learners_workernumber": WORK,
    "mfa_authenticator": WORK,
    "procrastinate_events": "SELECT INSERT",
    "procrastinate_jobs": (
        "SELECT INSERT UPDATE(abort_requested, attempts, lock, priority, queue_name, scheduled_at, status, worker_id) "
        "DELETE"
    ),
    "procrastinate_periodic_defers": "SELECT UPDATE(job_id)",
    "procrastinate_workers": "SELECT INSERT UPDATE(last_heartbeat) DELETE",
    "session_attendees": WORK,
    "sessions": WORK,
    "socialaccount_socialaccount": KEPT,
    "socialaccount_socialapp": READ,
    "socialaccount_socialtoken": READ,
    "training_calendarfeed": "SELECT INSERT UPDATE(ended_at, ended_by_id)",
    "training_company": WORK,
    "training_course": WORK,
    "training_courseprerequisite": WORK,
    "training_courseversion": WORK,
    "training_filedownload": LEGAL.format(key="id"),
    "training_import": KEPT,
    "training_importalias": "SELECT INSERT UPDATE(revoked_at, revoked_by_id)",
    "training_importedrow": LEGAL.format(key="id"),
    "training_importfile": "SELECT INSERT UPDATE(book_key, deleted_at, evidence_key, key)",
    "training_importheadings": WORK,
    "training_importrow": (
        "SELECT INSERT UPDATE(after, before, candidates, identity, outcome, problems, thing, worker) DELETE"
    ),
    "training_job": (
        "SELECT INSERT UPDATE(broke_down, done, ended_at, failure, file_key, file_name, file_sha256, file_size, "
        "file_type, lost, run, seen_at, started_at, state, taken_at, task_id, total) DELETE"
    ),
    "training_packmade": LEGAL.format(key="id"),
    "training_periodicrun": "SELECT INSERT UPDATE(done, ended_at, failure, outcome, seen_at, told, total) DELETE",
    "training_site": READ,
    "training_trainer": WORK,
    "training_trainerqualification": WORK,
    "training_venue": WORK,
}

# Changed by the application without an event, each for a reason.
NOT_AUDITED = {
    "attendance_differenceexplained",  # as attendance_registerdifference
    "attendance_filingpaste",  # waits to be filed for some days, proves nothing
    "attendance_filingproof",  # as attendance_filingpaste
    "attendance_filingrow",  # as attendance_filingpaste
    "attendance_registercomparison",  # as attendance_registerdifference
    "attendance_registerdifference",  # is its own history, and only grows
    "attendance_registersample",  # as attendance_registerdifference
    "attendance_samplecheck",  # as attendance_registerdifference
    "attendance_sampledrecord",  # as attendance_registerdifference
    "axes_accessattempt",  # wrong passwords as axes writes them; it limits nothing (ADR 29)
    "axes_accessattemptexpiration",
    "axes_accessfailurelog",  # is itself a log, and only grows
    "axes_accesslog",  # the same; only the end of a login is added
    "config_apiuse",  # counts requests of the present minute
    "config_attempts",  # counts wrong passwords, and is forgotten afterwards
    "config_cacheentry",  # forgotten after minutes
    "config_companysession",  # sessions that are open
    "config_idempotentanswer",  # kept for a day
    "config_loggedlook",  # is itself a log, and only grows
    "config_signin",  # is itself a log, and only grows
    "django_admin_log",  # is itself a log, and only grows
    "django_session",  # logins that are open
    "learners_compliancerun",  # only grows
    "learners_evidenceread",  # is itself a log, and only grows
    "learners_importturn",  # told by a check until it is done; then written once
    "learners_merge",  # is itself a history, and only grows
    "learners_registerextract",  # is its own history, and only grows
    "procrastinate_events",  # the queue of jobs: proves nothing, and is forgotten after some days
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
    "training_filedownload",  # is itself a log, and only grows
    "training_importedrow",  # is its own history, and only grows
    "training_importfile",  # goes with its import, which is audited
    "training_importheadings",  # what is proposed the next time, proves nothing
    "training_importrow",  # waits for some days, proves nothing
    "training_packmade",  # is itself sealed, and only grows
    "training_periodicrun",  # kept for a year, proves nothing
    "training_job",  # kept for some days; what matters of it is in the two logs of reads
}

PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

ACTUAL = """
    SELECT c.relname, array(SELECT p FROM unnest(%(privileges)s::text[]) p
                             WHERE has_table_privilege(current_user, c.oid, p)),
           array(SELECT a.attname::text FROM pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    AND has_column_privilege(current_user, c.oid, a.attnum, 'UPDATE') ORDER BY 1)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
"""


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


def _rows(query: str, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _assert_denied(query: str) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        _execute(query)
    assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege), refused.value


def test_the_role_has_the_declared_rights_on_every_table_and_no_others(as_application: None) -> None:
    actual = {}
    for table, held, columns in _rows(ACTUAL, {"privileges": list(PRIVILEGES)}):
        if columns and "UPDATE" not in held:
            held.insert(held.index("INSERT") + 1 if "INSERT" in held else 1, f"UPDATE({', '.join(columns)})")
        actual[table] = " ".join(held)

    assert actual == RIGHTS | dict.fromkeys(tables_written_by_triggers(), READ)


def test_what_the_role_changes_leaves_an_event_or_has_a_reason(as_application: None) -> None:
    audited = {
        table
        for (table,) in _rows(
            """SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger\\_%'
                GROUP BY 1 HAVING bit_or(tgtype) & 28 = 28"""  # INSERT, DELETE and UPDATE
        )
    }
    changed = {table for table, rights in RIGHTS.items() if rights != READ}
    assert changed - audited == NOT_AUDITED


def test_sequences_are_for_drawing_numbers_only(as_application: None) -> None:
    sequences = _rows("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S'")
    assert len(sequences) > 70
    for (sequence,) in sequences:
        if sequence == "class_code_seq":
            continue
        _assert_denied(f"SELECT setval('{sequence}', 1)")
        _assert_denied(f"ALTER SEQUENCE {sequence} RESTART")


def test_k1_a_sequence_that_was_set_back_gives_no_code_twice(as_application: None) -> None:
    """`import_classes` needs setval of class codes; the constraint keeps the promise, whatever is done with it."""
    client = Company.objects.create(name="Ketelbau", class_code_prefix="KET")
    _execute("SELECT setval('class_code_seq', 5000)")
    TrainingClass.objects.create(client=client, class_code=next_code("KET"))
    _execute("SELECT setval('class_code_seq', 5000)")

    with pytest.raises(IntegrityError, match="class_code_unique"), transaction.atomic():
        TrainingClass.objects.create(client=client, class_code=next_code("KET"))

    assert list(TrainingClass.objects.values_list("class_code", flat=True)) == ["KET5001"]


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE training_site SET time_zone = 'Pacific/Kiritimati'",
        "INSERT INTO auth_group (name) VALUES ('friends')",
        "UPDATE auth_group SET name = 'friends'",
        "DELETE FROM auth_user",
        "UPDATE auth_user_groups SET user_id = 1",
        "DELETE FROM axes_accesslog",
        "UPDATE axes_accesslog SET username = 'somebody else'",
        "DELETE FROM axes_accessfailurelog",
        "UPDATE axes_accessfailurelog SET username = 'somebody else'",
        "UPDATE config_apitoken SET user_id = 1",
        "UPDATE config_apitoken SET digest = ''",
        "DELETE FROM config_apitoken",
        "UPDATE config_idempotentanswer SET user_id = 1",
        "UPDATE config_idempotentanswer SET fingerprint = ''",
        "DELETE FROM django_admin_log",
        "INSERT INTO socialaccount_socialapp (provider) VALUES ('openid_connect')",  # a way in
        "DELETE FROM socialaccount_socialaccount",
        "UPDATE django_admin_log SET user_id = 1",
        "UPDATE learners_compliancerun SET judged_on = judged_on + 1",
        "DELETE FROM learners_compliancerun",
    ],
)
def test_logs_groups_and_settings_stay_as_they_are(as_application: None, attempt: str) -> None:
    _assert_denied(attempt)


@pytest.mark.parametrize(
    "attempt",
    [
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY learners_role FROM PROGRAM 'true'",
        "COPY learners_role TO '/tmp/roles'",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_import('/etc/hostname')",
        "SELECT lo_export(1, '/tmp/object')",
        "SELECT FROM pg_authid",
        "SELECT pg_reload_conf()",
        "SET log_statement = 'none'",
        "CREATE EXTENSION dblink",
        "CREATE SCHEMA anywhere",
        "CREATE PUBLICATION anything",
        "CREATE EVENT TRIGGER anything ON ddl_command_start EXECUTE FUNCTION refuse_change()",
        "CREATE FOREIGN DATA WRAPPER anything",
        "CREATE CAST (text AS date) WITH INOUT",
        "CREATE POLICY anything ON learners_trainingrecord",
        "CREATE RULE anything AS ON INSERT TO learners_trainingrecord DO INSTEAD NOTHING",
        "CREATE INDEX anything ON learners_trainingrecord (id)",
        "CREATE TRIGGER anything BEFORE INSERT ON learners_learner FOR EACH ROW EXECUTE FUNCTION refuse_change('id')",
        "ALTER FUNCTION site_today() RENAME TO site_yesterday",
        "ALTER TABLE learners_trainingrecord ADD COLUMN anything text",
        "COMMENT ON TABLE learners_trainingrecord IS 'anything'",
        "GRANT pg_write_all_data TO CURRENT_USER",
    ],
)
def test_nothing_leads_out_of_the_tables(as_application: None, attempt: str) -> None:
    _assert_denied(attempt)


# What the application does with these tables all the same


def test_people_log_in_and_out(request: pytest.FixtureRequest) -> None:
    User.objects.create_user("haddad", password="correct horse battery")
    request.getfixturevalue("as_application")
    client = Client()

    for password, status in (("wrong", 200), ("wrong again", 200), ("correct horse battery", 302)):
        answer = client.post("/login/", {"username": "haddad", "password": password})
        assert answer.status_code == status
    assert not AccessAttempt.objects.exists()
    assert "_auth_user_id" in client.session
    client.post("/logout/")
    assert "_auth_user_id" not in client.session

    kept = SignIn.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(kept) == ["refused", "refused", "signed_in", "signed_out"]

    ended, open_ = (Store() for _ in range(2))
    ended.set_expiry(-1)
    for each in (ended, open_):
        each.save()
    call_command("clearsessions")
    assert set(Session.objects.values_list("session_key", flat=True)) == {open_.session_key}


def test_superusers_keep_logins_and_tokens(superuser: User, request: pytest.FixtureRequest) -> None:
    client = Client()
    client.force_login(superuser)
    request.getfixturevalue("as_application")
    answer = client.post(reverse("user_new"), {"username": "morgan"})
    morgan = User.objects.get(username="morgan")
    address = reverse("user_edit", args=(morgan.pk,))

    for groups in ([TRAINERS], []):
        assert client.post(address, {"username": "morgan", "groups": groups}).status_code == 302
        assert [group.name for group in morgan.groups.all()] == groups
    chosen = {"password": "correct horse battery", "again": "correct horse battery"}
    assert Client().post(answer.context["address"], chosen).status_code == 302
    assert Client().login(username="morgan", password="correct horse battery")
    assert client.post(reverse("user_disable", args=(morgan.pk,))).status_code == 302
    assert client.post(reverse("user_enable", args=(morgan.pk,))).status_code == 302

    token, _secret = create_token(user=morgan, name="HR", by=superuser, now=timezone.now())
    now = timezone.now()
    revoke_token(token_id=token.pk, by=superuser, now=now)
    token.refresh_from_db()
    assert (token.revoked_at, token.ended_by) == (now, "revoked")


def test_the_nightly_run_is_noted(request: pytest.FixtureRequest) -> None:
    LearnerFactory()
    AccessAttempt.objects.create(username="haddad", failures_since_start=3)
    request.getfixturevalue("as_application")

    call_command("recalculate_compliance")
    assert ComplianceRun.objects.get().judged_on == timezone.localdate()

    call_command("axes_reset")
    assert not AccessAttempt.objects.exists()
