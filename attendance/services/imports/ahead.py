"""Checking an import before anybody is locked, and telling under the locks whether that still holds (I6).

What a check says follows from the rows that wait and from the tables that it reads. So it need not be repeated where
these tables hold, under the locks, the same versions of the same rows. Which tables a check reads is not declared, for
a kind could forget one: its statements name them, and are looked at.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection

from attendance.services.imports.checking import ChecksOfRows, check_rows, one_snapshot
from training.models import Import, ImportRow
from training.services.imports.contract import ImportTerms, NewThing
from training.services.job_kinds import Tell

WORD = re.compile(r"\w+")

# A version of a row has its place and the transaction that wrote it to itself. What this transaction has written itself
# is left out; where it has changed what others wrote, that is missing, and so seen.
VERSIONS = """
SELECT '{table}', count(*), sum(hashtidextended(ctid, xmin::text::bigint)) FROM "{table}"
 WHERE xmin <> pg_current_xact_id()::xid
"""

Versions = Mapping[str, tuple[int, Any]]  # by table, how many rows there are, and a hash of their versions


@dataclass(frozen=True)
class CheckedAhead:
    """What a check said while nobody was locked, and which versions of rows it had before it."""

    result: ChecksOfRows
    versions: Versions

    def still_holds(self) -> bool:
        """Tell whether nobody has written into what was read, in any way."""
        return versions_now(self.versions) == self.versions


def check_ahead(one: Import, terms: ImportTerms, *, tell: Tell) -> CheckedAhead | None:
    """Check the rows of an import in one snapshot, and lock nobody.

    Returns:
        None where the import makes things first: what rows then mean by them is known only afterwards.
    """
    if any(isinstance(answer, NewThing) for answers in terms.things.values() for answer in answers.values()):
        return None
    reading = _TablesRead()
    with one_snapshot(terms.by):
        with connection.execute_wrapper(reading):
            result = check_rows(one, terms, tell=tell)
        # The rows that wait are this import's alone, which is locked before they are used.
        return CheckedAhead(result, versions_now(reading.tables - {ImportRow._meta.db_table}))


def versions_now(tables: Iterable[str]) -> Versions:
    """Return which versions of rows tables hold, as this transaction sees them; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(VERSIONS.format(table=table) for table in sorted(tables)))
        return {table: (count, versions) for table, count, versions in cursor.fetchall()}


@dataclass
class _TablesRead:
    """Sees which tables statements name."""

    tables: set[str] = field(default_factory=set)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.tables |= _tables() & set(WORD.findall(sql))
        return execute(sql, params, many, context)


@cache
def _tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in apps.get_models(include_auto_created=True))
