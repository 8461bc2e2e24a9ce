"""Changes that take effect on another day than today, for the dated history (C8, `learners.models.period`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum

from django.db import connection


@contextmanager
def effective_on(day: date) -> Iterator[None]:
    """Make changes of role, employer, status, areas and requirements inside, in a transaction, take effect on `day`."""
    with _setting("siteproof.effective_on", day.isoformat()):
        yield


class Each(StrEnum):
    """From which day of its own row a change of a worker takes effect."""

    DAY_AFTER_END = "day after end"
    START = "start"


@contextmanager
def effective_each(day: Each) -> Iterator[None]:
    """Make changes of role, employer and status of workers inside take effect on a day of each worker's own (L3).

    The function `write_learners_learner_period` reads it (migration `0024_each_from_its_own_day`).
    """
    with _setting("siteproof.effective_each", day):
        yield


@contextmanager
def badge_was_mistyped() -> Iterator[None]:
    """Make a change of a badge inside a correction of a typing mistake: nobody ever had the badge before it."""
    with _setting("siteproof.badge_was_mistyped", "on"):
        yield


@contextmanager
def _setting(name: str, value: str) -> Iterator[None]:
    """Set something for this transaction. After a database error the transaction is over, and with it the setting."""
    _set(name, value)
    yield
    _set(name, "")


def _set(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
