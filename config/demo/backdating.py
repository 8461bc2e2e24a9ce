"""Changes that took effect on another day than today, for the dated history (C8)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection


@contextmanager
def effective_on(day: date) -> Iterator[None]:
    """Let changes of role, employer, status, areas and requirements take effect on `day`, within a transaction."""
    _set(day.isoformat())
    try:
        yield
    finally:
        _set("")


def _set(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('siteproof.effective_on', %s, true)", [value])
