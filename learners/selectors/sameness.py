"""Workers by badge, name and other numbers, however these are spelled (L4): many at once, each in one statement."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from learners.models import Learner
from training.core.sameness import near_name, near_text, same_text

WORN = """
SELECT {key}(period.badge_id), period.badge_id, period.learner_id, coalesce(worker.merged_into_id, worker.id),
       period.valid_to
  FROM learners_badgeperiod period JOIN learners_learner worker ON worker.id = period.learner_id
 WHERE period.overruled_at IS NULL AND {key}(period.badge_id) = ANY (%s::text[])
 ORDER BY period.valid_to IS NOT NULL, period.valid_from, period.id
"""
NUMBERED = """
SELECT wanted.kind, number.value_key, coalesce(worker.merged_into_id, worker.id)
  FROM unnest(%s::text[], %s::text[]) AS wanted (kind, value_key)
  JOIN learners_workernumber number ON number.kind = wanted.kind AND number.value_key = wanted.value_key
  JOIN learners_learner worker ON worker.id = number.learner_id
"""


@dataclass(frozen=True)
class WornBadge:
    """A badge that somebody has or had (L3).

    Attributes:
        badge_id: as it is stored.
        learner_id: the worker under whom it is stored.
        person_id: the worker as whom that one is read (L2).
        valid_to: the day from which it was no longer worn; None while it is.
    """

    badge_id: str
    learner_id: int
    person_id: int
    valid_to: date | None


def workers_by_badge(badges: Iterable[str]) -> dict[str, list[WornBadge]]:
    """Return who has or had these badges, by `same_text` of the badge; who wears it now comes first.

    Badges of one key are the same, so that all are of one person, but for twins from before L4. Badges that nobody has
    or had are left out.
    """
    return _worn("same_text", {same_text(badge) for badge in badges})


def near_badges(badges: Iterable[str]) -> dict[str, list[WornBadge]]:
    """Return who has or had badges that look like these, the same ones among them, by `near_text` of the badge."""
    return _worn("near_text", {near_text(badge) for badge in badges})


def workers_named(people: Iterable[tuple[str, str, int]]) -> dict[tuple[str, int], list[Learner]]:
    """Return the workers of these names and employers, in whichever order a name is written.

    Args:
        people: first name, last name, and the key of the employer.

    Returns:
        by `near_name` of "first last" and the key of the employer, the workers who are not merged into others; those
        of whom there are none are left out.
    """
    wanted: dict[tuple[str, int], set[tuple[str, int]]] = defaultdict(set)
    for first, last, company in people:
        asked = (near_name(f"{first} {last}"), company)
        wanted[asked].add(asked)
        wanted[near_name(f"{last} {first}"), company].add(asked)
    found: dict[tuple[str, int], list[Learner]] = defaultdict(list)
    named = Learner.objects.filter(
        name_key__in={name for name, _company in wanted},
        company__in={company for _name, company in wanted},
        merged_into=None,
    )
    for learner in named.select_related("company").order_by("pk"):
        for asked in sorted(wanted.get((learner.name_key, learner.company_id), ())):
            found[asked].append(learner)
    return dict(found)


def workers_by_number(numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the key of the person who has each of these numbers, by kind and `same_text` of the number.

    Args:
        numbers: kind and number. Those that nobody has are left out.
    """
    keys = {(kind, same_text(value)) for kind, value in numbers}
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED, [[kind for kind, _key in keys], [key for _kind, key in keys]])
        return {(kind, key): person for kind, key, person in cursor.fetchall()}


def _worn(key: str, keys: Iterable[str]) -> dict[str, list[WornBadge]]:
    found: dict[str, list[WornBadge]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(WORN.format(key=key), [[each for each in keys if each]])
        for worn, *facts in cursor.fetchall():
            found[worn].append(WornBadge(*facts))
    return dict(found)
