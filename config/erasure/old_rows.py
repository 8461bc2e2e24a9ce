"""Rows of imports and logs that are older than their retention (T6).

None of them is sealed or proves a record: an import's seal holds who did it, when, and the hashes of its files. An
import of which the rows are gone can no longer be undone.
"""

from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from attendance.services.imports.filing import delete_filed
from config.erasure.owner import past_the_triggers
from learners.policies.records import add_months
from training.models import Erasure

AT_ONCE = 20_000  # rows in one transaction

# By kind, the tables in the order in which rows can go: the key, and the condition over `r` and a day.
IMPORTS = {
    "training_importrow": ("id", "r.of_id IN (SELECT id FROM training_import WHERE changed_at < %s)"),
    "training_importedrow": ("id", "r.of_id IN (SELECT id FROM training_import WHERE changed_at < %s)"),
}
LOGS = {
    "learners_evidenceread": ("id", "r.read_at < %s"),
    "training_filedownload": ("id", "r.taken_at < %s"),
    "config_signin": ("id", "r.at < %s"),
    "config_loggedlook": ("id", "r.at < %s"),
    "axes_accesslog": ("id", "r.attempt_time < %s"),
    "axes_accessfailurelog": ("id", "r.attempt_time < %s"),
    "django_admin_log": ("id", "r.action_time < %s"),
}


def days(*, now: datetime) -> dict[str, date]:
    """Return, for imports and logs, the first day whose rows stay."""
    today = timezone.localdate(now)
    return {
        "imports": add_months(today, -settings.RETENTION_IMPORTS_MONTHS),
        "logs": add_months(today, -settings.RETENTION_LOGS_MONTHS),
    }


def counts(*, now: datetime) -> dict[str, int]:
    """Return how many rows of each table are older than their retention."""
    found = {}
    with connection.cursor() as cursor:
        for kind, tables in (("imports", IMPORTS), ("logs", LOGS)):
            for table, (_key, condition) in tables.items():
                cursor.execute(f"SELECT count(*) FROM {table} r WHERE {condition}", [days(now=now)[kind]])  # noqa: S608
                (found[table],) = cursor.fetchone()
    return found


def delete_old_rows(*, by: str, now: datetime, tell: Callable[[int], None]) -> dict[str, int]:
    """Delete the rows of imports and logs that are older than their retention, in batches, each a sealed event.

    Args:
        by: the operating system user who gave the command.
        tell: is told how many rows have gone.

    Raises:
        NotTheOwner: this role of the database does not own the tables.
        OperationalError: somebody else is at work on a table for too long; what was told is gone.
    """
    gone: dict[str, int] = {}
    for kind, tables in (("imports", IMPORTS), ("logs", LOGS)):
        before = days(now=now)[kind]
        for table, (key, condition) in tables.items():
            while deleted := _delete(table, key, condition, before, kind=kind, by=by):
                gone[table] = gone.get(table, 0) + deleted
                tell(sum(gone.values()))
    delete_filed(now=now, months=settings.RETENTION_IMPORTS_MONTHS)
    return gone


def _delete(table: str, key: str, condition: str, before: date, *, kind: str, by: str) -> int:
    with past_the_triggers([table]) as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE {key} IN"  # noqa: S608  # words of this module
            f" (SELECT r.{key} FROM {table} r WHERE {condition} ORDER BY 1 LIMIT {AT_ONCE})",
            [before],
        )
        deleted: int = cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if deleted:
            reason = f"Retention of {kind}: {deleted} rows of {table} from before {before}"
            Erasure.objects.create(seals=[], rows={}, reason=reason, erased_by=by)
    return deleted
