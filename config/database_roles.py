"""What the application may do in the database: its own role, which keeps the promise of invariant 5.

The owner of a table can drop its triggers, so the web processes and timers must not be the owner, nor be able to
become it. The migrations declare by triggers what is append-only (`refuse_change`) or never deleted (`refuse_delete`);
the rights below follow these triggers, the models and the catalogue of functions. Only tables that no trigger audits
are listed by name.
"""

from typing import LiteralString

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from pghistory.models import Context, Event
from psycopg import errors, sql

from config import dangerous_role
from learners.models.period import Period
from training.models import (
    Erasure,
    Log,
    LogAnchor,
    LogCheckpoint,
    LogEntry,
    LogKey,
    LogTile,
    Seal,
    SealOpening,
    SealPending,
)

LONGEST_NAME_BYTES = 63

# Models whose rows the application only reads: triggers write them, or the log's own role, or the owner.
LOG = (Log, LogKey, LogEntry, LogTile, LogCheckpoint, LogAnchor)
WRITTEN_BY_TRIGGERS = (Event, Context, Period, Seal, SealOpening, SealPending, *LOG, Erasure)

# Rights are granted on what exists: what a later migration makes is out of reach until the next run. Temporary tables
# are refused as well: whoever has one can hang a trigger function on it, and give it a column type of his own.
GRANTS: LiteralString = """
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {role};
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {role};
    REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role};
    REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {role};
    ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM PUBLIC, {role};
    ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC, {role};
    ALTER DEFAULT PRIVILEGES REVOKE ALL ON SEQUENCES FROM PUBLIC, {role};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON FUNCTIONS FROM PUBLIC, {role};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM PUBLIC, {role};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM PUBLIC, {role};
    GRANT USAGE ON SCHEMA public TO {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
    GRANT UPDATE ON SEQUENCE class_code_seq TO {role};  -- import_classes moves it past the codes that it brings
"""

# What the role needs that writes the log: it takes seals from the queue and gives them their place (T2).
LOG_GRANTS: LiteralString = """
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role};
    GRANT USAGE ON SCHEMA public TO {role};
    GRANT SELECT ON training_seal TO {role};
    GRANT SELECT, DELETE ON training_sealpending TO {role};
"""

# Tables whose changes leave no event, or that the application must not change: it gets only the rights that it uses.
NARROWER: dict[str, LiteralString] = {
    "account_emailaddress": "SELECT",  # nobody signs in by e-mail
    "account_emailconfirmation": "SELECT",
    "auth_group": "SELECT",  # written by migrate, like the next two
    "auth_group_permissions": "SELECT",
    "auth_permission": "SELECT",
    "auth_user": "SELECT, INSERT, UPDATE",
    "auth_user_groups": "SELECT, INSERT, DELETE",
    "auth_user_user_permissions": "SELECT",  # rights come from groups only
    "axes_accessattempt": "SELECT, INSERT, UPDATE, DELETE",
    "axes_accessattemptexpiration": "SELECT, INSERT, UPDATE, DELETE",
    "axes_accessfailurelog": "SELECT, INSERT",
    "axes_accesslog": "SELECT, INSERT, UPDATE (logout_time)",
    # What waits to be filed: whose it is, and what was pasted or dropped, never changes.
    "attendance_filingpaste": "SELECT, INSERT, DELETE, UPDATE (columns, answers, provider_id)",
    "attendance_filingproof": "SELECT, INSERT, DELETE",
    "attendance_filingrow": (
        "SELECT, INSERT, DELETE, UPDATE (read, problems, typed, proof_id, is_proof_chosen, record_id)"
    ),
    "attendance_listact": "SELECT, INSERT, UPDATE (undone_by_id, undone_at)",
    "config_apitoken": "SELECT, INSERT, UPDATE (last_used_at, revoked_at, ended_by)",
    "config_apiuse": "SELECT, INSERT, UPDATE (minute, requests)",
    "config_attempts": "SELECT, INSERT, UPDATE (failures, last_at), DELETE",
    "config_companysession": "SELECT, INSERT, DELETE, UPDATE (refresh, checked_at, asked_at)",
    "config_invitation": "SELECT, INSERT, UPDATE (used_at, ended_at)",
    "config_erasurehold": "SELECT",  # the owner writes it, with what it stops
    "config_backuprun": "SELECT",  # written by `manage.py backup`, as the owner
    "config_idempotentanswer": (
        "SELECT, INSERT, DELETE, UPDATE (status, content_type, body, headers, messages, for_htmx, ended_at)"
    ),
    "django_admin_log": "SELECT, INSERT",
    "django_content_type": "SELECT",
    "django_migrations": "SELECT",
    "learners_compliancerun": "SELECT, INSERT",
    "learners_importturn": "SELECT, INSERT, UPDATE, DELETE",
    # The queue of jobs: what a task was asked to do never changes, and nothing is started by the clock.
    "procrastinate_events": "SELECT, INSERT",
    "procrastinate_jobs": (
        "SELECT, INSERT, DELETE, "
        "UPDATE (status, worker_id, attempts, abort_requested, scheduled_at, priority, queue_name, lock)"
    ),
    "procrastinate_periodic_defers": "SELECT, UPDATE (job_id)",  # a trigger does so when a job is deleted
    "procrastinate_workers": "SELECT, INSERT, DELETE, UPDATE (last_heartbeat)",
    "socialaccount_socialaccount": "SELECT, INSERT, UPDATE",
    "socialaccount_socialapp": "SELECT",  # a provider is a way in, and comes from the settings
    "socialaccount_socialtoken": "SELECT",
    "training_calendarfeed": "SELECT, INSERT, UPDATE (ended_at, ended_by_id)",
    # Of an import, who sent which file never changes, nor what was read of a row, nor whose word a name was.
    "training_import": "SELECT, INSERT, UPDATE",
    "training_importalias": "SELECT, INSERT, UPDATE (revoked_at, revoked_by_id)",
    "training_importfile": "SELECT, INSERT, UPDATE (key, book_key, evidence_key, deleted_at)",
    "training_importrow": (
        "SELECT, INSERT, DELETE, UPDATE (outcome, identity, thing, worker, before, after, problems, candidates)"
    ),
    "training_job": (  # who asked for what never changes
        "SELECT, INSERT, DELETE, UPDATE (state, task_id, run, lost, started_at, seen_at, ended_at, done, total, "
        "failure, broke_down, file_key, file_name, file_type, file_size, file_sha256, taken_at)"
    ),
    "training_periodicrun": "SELECT, INSERT, DELETE, UPDATE (seen_at, ended_at, done, total, outcome, failure, told)",
    "training_site": "SELECT",  # tells every trigger what day it is; written by migrate
}

# The tables on which a trigger calls a function without a condition, and the key column of each.
TABLES_GUARDED_BY: LiteralString = """
    SELECT c.relname, a.attname
      FROM pg_trigger t
      JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = 'public'::regnamespace
      JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
     WHERE p.proname = %s AND t.tgqual IS NULL
"""

# Audit triggers write where the application may not, so they run with their owner's rights. A fixed search path keeps
# temporary tables of the session from posing as ours inside any trigger.
HARDEN_FUNCTIONS: LiteralString = """
    DO $$
    DECLARE f record;
    BEGIN
      FOR f IN
        SELECT p.oid::regprocedure AS name,
               p.proname LIKE 'pgtrigger\\_%' OR p.proname = '_pgh_attach_context' AS is_audit
          FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace
           AND (p.prorettype = 'trigger'::regtype OR p.proname = '_pgh_attach_context')
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
      LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', f.name);
        IF f.is_audit THEN
          EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', f.name);
        END IF;
      END LOOP;
    END $$;
"""

# Whoever may execute a trigger function can hang it on a table of his own, where it runs with its owner's rights and on
# his data. The triggers that migrations have made fire without that right. A function that is no trigger function and
# does not run as its owner runs as its caller, so it can do nothing that the caller could not.
OUR_FUNCTIONS: LiteralString = """
    SELECT p.oid::regprocedure::text,
           NOT p.prosecdef AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
      FROM pg_proc p
     WHERE p.pronamespace = 'public'::regnamespace
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
"""

# As django-pgtrigger makes it, any session could silence all its triggers: SELECT set_config('pgtrigger.ignore', …)
NEVER_IGNORE_TRIGGERS: LiteralString = """
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
      LANGUAGE sql IMMUTABLE AS 'SELECT false';
"""


class UnfitRole(Exception):  # noqa: N818  # a refusal, in words for the operator
    """The role cannot be the application's; nothing was changed."""


@transaction.atomic
def set_up(role: str) -> None:
    """Make the role if it does not exist, and give it the rights of the application and no others.

    Runs as the owner of tables and database, after every `migrate`, which may bring new tables and resets trigger
    functions. Safe to run again. The role is made without a password.

    Raises:
        UnfitRole: it is the owner, or can become it, or cannot be made, or keeps a right that somebody else gave it;
            nothing was changed.
    """
    with connection.cursor() as cursor:
        _make_sure_of(role, cursor)
        if found := dangerous_role.powers(role, cursor):
            raise UnfitRole(
                f"{role} cannot be the application's role, because it {found[0]}: use a role of its own. "
                "Nothing was changed."
            )
        cursor.execute("SELECT current_database()")
        (database,) = cursor.fetchone()
        _execute(cursor, GRANTS, role=role, database=database)
        for table, rights in _narrower(cursor):
            _execute(cursor, "REVOKE ALL ON {table} FROM {role}", role=role, table=table)
            _execute(cursor, f"GRANT {rights} ON {{table}} TO {{role}}", role=role, table=table)
        for table, key in _guarded_by("refuse_change", cursor):
            _execute(cursor, "REVOKE UPDATE, DELETE ON {table} FROM {role}", role=role, table=table)
            # Enough for a service to lock the row (SELECT … FOR UPDATE); the trigger refuses the change itself.
            _execute(cursor, "GRANT UPDATE ({key}) ON {table} TO {role}", role=role, table=table, key=key)
        for table, _ in _guarded_by("refuse_delete", cursor):
            _execute(cursor, "REVOKE DELETE ON {table} FROM {role}", role=role, table=table)
        for table in tables_written_by_triggers():
            _execute(cursor, "REVOKE INSERT, UPDATE, DELETE ON {table} FROM {role}", role=role, table=table)
        cursor.execute(HARDEN_FUNCTIONS)
        cursor.execute(NEVER_IGNORE_TRIGGERS)
        _let_nobody_execute_triggers(role, cursor)
        if found := dangerous_role.excess(role, cursor, kept=tables_written_by_triggers()):
            raise UnfitRole(
                f"{role} {found[0]}, which is not this user's to take away: run this command as the owner of database "
                "and tables. Nothing was changed."
            )


@transaction.atomic
def set_up_log(role: str, *, application: str) -> None:
    """Make the role that writes the log of all seals, and give it the rights for that and no others.

    Only the worker knows its password: the web processes can neither empty the queue nor write a place of the log.

    Args:
        role: its name, not that of the application's role.
        application: the application's role, which must not be able to become this one.

    Raises:
        UnfitRole: as `set_up`, or it is the application's role or one that this can become; nothing was changed.
    """
    with connection.cursor() as cursor:
        _make_sure_of(role, cursor)
        cursor.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [application, role])
        if cursor.fetchone()[0]:
            raise UnfitRole(f"{application} is, or can become, {role}: use a role of its own. Nothing was changed.")
        if found := dangerous_role.powers(role, cursor):
            raise UnfitRole(f"{role} cannot write the log, because it {found[0]}. Nothing was changed.")
        _execute(cursor, LOG_GRANTS, role=role)
        for table in (model._meta.db_table for model in LOG):
            _execute(cursor, "GRANT SELECT, INSERT ON {table} TO {role}", role=role, table=table)
        for model in (Log, LogKey, LogTile, LogCheckpoint, LogAnchor):
            _execute(
                cursor,
                "GRANT USAGE ON SEQUENCE {sequence} TO {role}",
                role=role,
                sequence=f"{model._meta.db_table}_id_seq",
            )


def _make_sure_of(role: str, cursor: CursorWrapper) -> None:
    if not 0 < len(role.encode()) <= LONGEST_NAME_BYTES or "\0" in role:
        raise UnfitRole(f"The name of a role has 1 to {LONGEST_NAME_BYTES} bytes. Nothing was changed.")
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
    if cursor.rowcount:
        return
    try:
        with transaction.atomic():
            _execute(cursor, "CREATE ROLE {role} LOGIN", role=role)
    except DatabaseError as error:
        if isinstance(error.__cause__, errors.ReservedName):
            raise UnfitRole(f"PostgreSQL keeps the name {role} for itself. Nothing was changed.") from error
        if not isinstance(error.__cause__, errors.InsufficientPrivilege):
            raise
        raise UnfitRole(
            f"There is no role {role}, and it cannot be made here: let an administrator of PostgreSQL run "
            f"`createuser {role} --pwprompt`. Nothing was changed."
        ) from error


def _let_nobody_execute_triggers(role: str, cursor: CursorWrapper) -> None:
    """Take EXECUTE on our functions from everybody, and give the role those that run as their caller."""
    cursor.execute(OUR_FUNCTIONS)
    functions = cursor.fetchall()
    every = sql.SQL(", ").join(sql.SQL(name) for name, _is_callers in functions)
    callers = sql.SQL(", ").join(sql.SQL(name) for name, is_callers in functions if is_callers)
    of = sql.Identifier(role)
    cursor.execute(sql.SQL("REVOKE ALL ON ROUTINE {} FROM PUBLIC, {}").format(every, of))
    cursor.execute(sql.SQL("GRANT EXECUTE ON ROUTINE {} TO {}").format(callers, of))


def _execute(cursor: CursorWrapper, statement: LiteralString, **names: str) -> None:
    cursor.execute(sql.SQL(statement).format(**{name: sql.Identifier(value) for name, value in names.items()}))


def _narrower(cursor: CursorWrapper) -> list[tuple[str, LiteralString]]:
    """Return the tables of `NARROWER` that exist, with their rights: a library's table may go with its next version."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%s)",
        [list(NARROWER)],
    )
    return [(table, NARROWER[table]) for (table,) in cursor.fetchall()]


def _guarded_by(function: str, cursor: CursorWrapper) -> list[tuple[str, str]]:
    """Return the names of tables that the trigger function guards, each with its key column."""
    cursor.execute(TABLES_GUARDED_BY, [function])
    guarded: list[tuple[str, str]] = cursor.fetchall()
    return guarded


def tables_written_by_triggers() -> list[str]:
    """Return the names of the tables that the application only reads: audit events, dated history, seals and log."""
    return [model._meta.db_table for model in apps.get_models() if issubclass(model, WRITTEN_BY_TRIGGERS)]
