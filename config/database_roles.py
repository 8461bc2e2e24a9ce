"""What the application may do in the database: its own role, which keeps the promise of invariant 5.

The owner of a table can drop its triggers, so the web processes and timers must not be the owner. The migrations
declare by triggers what is append-only or never deleted (`training.guards`); the rights below follow these triggers and
the models, so that there is no second list to forget.
"""

from collections.abc import Iterator
from typing import LiteralString

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from pghistory.models import Context, Event
from psycopg import sql

from learners.models.period import Period

# Models whose rows are written by triggers only.
WRITTEN_BY_TRIGGERS = (Event, Context, Period)

# Everything is granted by name: a table that a later migration makes is out of reach until the next run.
GRANTS: LiteralString = """
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role};
    REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role};
    GRANT USAGE ON SCHEMA public TO {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
    GRANT UPDATE ON SEQUENCE class_code_seq TO {role};  -- import_classes moves it past the codes that it brings
    REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};
"""

# Tables with an unconditional trigger of a function, and their key column.
TABLES_GUARDED_BY: LiteralString = """
    SELECT c.relname, a.attname
      FROM pg_trigger t
      JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = 'public'::regnamespace
      JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
     WHERE p.proname = %s AND t.tgqual IS NULL
"""

# Audit triggers write where the application may not. A fixed search path keeps temporary tables of the session from
# posing as ours inside any trigger.
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

# As django-pgtrigger makes it, any session could silence every trigger of it: SELECT set_config('pgtrigger.ignore', …)
NEVER_IGNORE_TRIGGERS: LiteralString = """
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
      LANGUAGE sql IMMUTABLE AS 'SELECT false';
"""


@transaction.atomic
def set_up(role: str) -> None:
    """Make the role if it does not exist, and give it the rights of the application and no others.

    Runs as the owner of the tables, after every `migrate`, which may bring new tables and resets trigger functions.
    Safe to run again. The role is made without a password.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.rowcount:
            _execute(cursor, "CREATE ROLE {role} LOGIN", role)
        _execute(cursor, GRANTS, role)
        for table, key in _guarded_by("refuse_change", cursor):
            _execute(cursor, "REVOKE UPDATE, DELETE ON {table} FROM {role}", role, table)
            # Enough for a service to lock the row (SELECT … FOR UPDATE); the trigger refuses the change itself.
            _execute(cursor, "GRANT UPDATE ({key}) ON {table} TO {role}", role, table, key)
        for table, _ in _guarded_by("refuse_delete", cursor):
            _execute(cursor, "REVOKE DELETE ON {table} FROM {role}", role, table)
        for table in _tables_written_by_triggers():
            _execute(cursor, "REVOKE INSERT, UPDATE, DELETE ON {table} FROM {role}", role, table)
        cursor.execute(HARDEN_FUNCTIONS)
        cursor.execute(NEVER_IGNORE_TRIGGERS)


def _execute(cursor: CursorWrapper, statement: LiteralString, role: str, table: str = "", key: str = "") -> None:
    names = {"role": sql.Identifier(role), "table": sql.Identifier(table), "key": sql.Identifier(key)}
    cursor.execute(sql.SQL(statement).format(**names))


def _guarded_by(function: str, cursor: CursorWrapper) -> list[tuple[str, str]]:
    """Return the names of tables that the trigger function guards, each with its key column."""
    cursor.execute(TABLES_GUARDED_BY, [function])
    guarded: list[tuple[str, str]] = cursor.fetchall()
    return guarded


def _tables_written_by_triggers() -> Iterator[str]:
    return (model._meta.db_table for model in apps.get_models() if issubclass(model, WRITTEN_BY_TRIGGERS))
