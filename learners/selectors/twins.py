"""What was the same when L4 came, and still is: badges, companies, venues; and trainers who have one name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection

from training.models import Company, Trainer, Venue

BADGES = """
SELECT array_agg(DISTINCT period.badge_id || ' · ' || worker.first_name || ' ' || worker.last_name)
  FROM (SELECT badge_id, learner_id, same_text(badge_id) AS key
          FROM learners_badgeperiod WHERE overruled_at IS NULL) period
  JOIN learners_learner worker ON worker.id = period.learner_id
 GROUP BY period.key HAVING count(DISTINCT coalesce(worker.merged_into_id, worker.id)) > 1 ORDER BY period.key
"""
NAMES = """
SELECT array_agg({name} || ' · no. ' || id ORDER BY id) FROM {table}
 GROUP BY name_key HAVING count(*) > 1 ORDER BY name_key
"""


class TwinKind(StrEnum):
    """What may have twins. The values stand in the answer of `check_names --json`."""

    BADGE = "badge"
    COMPANY = "company"
    VENUE = "venue"
    TRAINER = "trainer"


@dataclass(frozen=True)
class Twins:
    """Things that are the same, as somebody who looks for them sees them."""

    kind: TwinKind
    things: list[str]


def twins() -> list[Twins]:
    """Return all that are there, in four statements. People who were merged are one (L2)."""
    return [*_found()]


def _found() -> Iterator[Twins]:
    sources: Iterable[tuple[TwinKind, str]] = (
        (TwinKind.BADGE, BADGES),
        (TwinKind.COMPANY, _names(Company, "name")),
        (TwinKind.VENUE, _names(Venue, "name")),
        (TwinKind.TRAINER, _names(Trainer, "first_name || ' ' || last_name")),
    )
    for kind, statement in sources:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for (things,) in cursor.fetchall():
                yield Twins(kind, things)


def _names(model: Any, name: str) -> str:
    return NAMES.format(name=name, table=model._meta.db_table)
