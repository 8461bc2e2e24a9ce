"""Changes that took effect on another day than today, for the dated history (C8, `learners.models.period`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection


@contextmanager
def effective_on(day: date) -> Iterator[None]:
    """Let changes of role, employer, status, areas and requirements take effect on `day`, within a transaction."""
    with _setting("siteproof.effective_on", day.isoformat()):
        yield


@contextmanager
def badge_was_mistyped() -> Iterator[None]:
    """Let the change of a badge put right what was typed, so that nobody ever had the badge before it."""
    with _setting("siteproof.badge_was_mistyped", "on"):
        yield


@contextmanager
def _setting(name: str, value: str) -> Iterator[None]:
    """Hold a setting of the transaction; after a database error the transaction is over, and the setting with it."""
    _set(name, value)
    yield
    _set(name, "")


def _set(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
