"""Limits on how long anybody may wait for the database or hold it up. PostgreSQL keeps them, whoever connects.

The limit on idle transactions belongs to the database, so a forgotten transaction of any role is ended. The limits on
the wait for a lock and on one statement belong to the application's role and not to each connection, because PgBouncer
does not pass the options of a connection on. Long jobs ask for more time within their transaction
(`training.core.long_jobs`). The embedded server has one role, so there each connection sets the limits
(`config.settings`).
"""

from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import errors, sql

IDLE = "idle_in_transaction_session_timeout"
OF_DATABASE = (IDLE,)
OF_ROLE = ("lock_timeout", "statement_timeout")
LOCK_SECONDS_OF_MIGRATIONS = 10  # a migration that waits for a table makes everybody else wait behind it


class LimitsMissing(Exception):  # noqa: N818  # a refusal, in words for the operator
    """A limit is missing and this user may not set it; the message says what an administrator has to run."""


def set_up(role: str) -> None:
    """Set all limits in the database, where they stay. Runs as the owner of the database; safe to run again.

    Args:
        role: the name of the application's role.

    Raises:
        LimitsMissing: this user may not set some of them. The others are set.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (database,) = cursor.fetchone()
        of_database = [
            _statement("ALTER DATABASE {database} SET {name} = {value}", name, database) for name in OF_DATABASE
        ]
        of_role = [
            _statement("ALTER ROLE {role} IN DATABASE {database} SET {name} = {value}", name, database, role)
            for name in OF_ROLE
        ]
        there = _there(cursor, role)
        missing = [
            text
            for name, text in zip((*OF_DATABASE, *OF_ROLE), (*of_database, *of_role), strict=True)
            if there.get(name) != value_of(name) and not _is_done(cursor, text)
        ]
        if missing:
            texts = "; ".join(text.as_string() for text in missing)
            raise LimitsMissing(
                "Waits are not bounded yet, which is not this user's to set: let a superuser of PostgreSQL run "
                f"`{texts}`, then run this command again."
            )


def _statement(template: str, name: str, database: str, role: str = "") -> sql.Composed:
    return sql.SQL(template).format(
        database=sql.Identifier(database),
        role=sql.Identifier(role) if role else sql.SQL(""),
        name=sql.Identifier(name),
        value=sql.Literal(value_of(name)),
    )


def _is_done(cursor: CursorWrapper, statement: sql.Composed) -> bool:
    try:
        with transaction.atomic():
            cursor.execute(statement)
    except DatabaseError as error:
        if not isinstance(error.__cause__, errors.InsufficientPrivilege):
            raise
        return False
    return True


def _there(cursor: CursorWrapper, role: str) -> dict[str, str]:
    """Return the limits that hold for a new connection of the role to this database, by name."""
    cursor.execute(
        """
        SELECT setting FROM pg_db_role_setting s, unnest(s.setconfig) setting
         WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND s.setrole IN (0, coalesce((SELECT oid FROM pg_roles WHERE rolname = %s), 0))
         ORDER BY s.setrole
        """,
        [role],
    )
    return dict(setting.split("=", 1) for (setting,) in cursor.fetchall())


def value_of(name: str) -> str:
    """Return a limit as PostgreSQL reads it, such as `5s`."""
    return f"{settings.DATABASE_LIMITS[name]}s"


def missing() -> list[str]:
    """Return the names of the limits that are not set for the present connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = '0' ORDER BY name",
            [[*OF_DATABASE, *OF_ROLE]],
        )
        return [name for (name,) in cursor.fetchall()]


@checks.register(checks.Tags.database)
def check_waits_are_bounded(app_configs: Any, databases: Any, **options: Any) -> list[checks.CheckMessage]:
    """Warn of limits that are missing, in `manage.py check --database default`."""
    if not databases or not (names := missing()):
        return []
    text = f"Nothing bounds {', '.join(names)}: one forgotten transaction can stop the site."
    return [checks.Warning(text, hint="Run setup_database_roles as the owner of the database.", id="siteproof.W001")]


def before_migrations(**signal: Any) -> None:
    """Let a migration run as long as it needs, but wait for a table only briefly, because everybody waits behind it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS_OF_MIGRATIONS}s'; SET statement_timeout = 0; SET {IDLE} = 0")


def after_migrations(**signal: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"RESET lock_timeout; RESET statement_timeout; RESET {IDLE}")
