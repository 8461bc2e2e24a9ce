"""Who is to be erased, and what else is too old to keep, by the settings of retention (T6).

A person goes as a whole: counted is the last day on site, or the last expiry of a record, whichever is later. Whoever
is active, or barred, stays. A person without any record, sign-off or hours came at most to a list, and is a no-show.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection

from config.models import ErasureHold
from learners.models import Learner
from learners.policies.records import add_months
from learners.selectors.learners import ids_of_person
from training.core.words import day

SETTINGS = {
    "RETENTION_RECORDS_YEARS": "how many years after the last day on site, or the last expiry, records and sheets stay",
    "RETENTION_NO_SHOWS_MONTHS": "how many months people stay of whom there is no record",
    "RETENTION_IMPORTS_MONTHS": "how many months the rows and files of a finished import stay",
    "RETENTION_LOGS_MONTHS": "how many months it stays known who read, took and signed in",
}


class KeptAs(StrEnum):
    """Why a person is kept, which says for how long."""

    RECORDS = "records"
    NO_SHOW = "no-show"


@dataclass(frozen=True)
class KeptPerson:
    """A person whose data may go.

    Attributes:
        workers: the keys of all badges, that of the surviving badge first.
        since: the day from which retention counts; None while the person is active or barred.
        until: the last day of retention; None where `since` is.
    """

    workers: Collection[int]
    badge: str
    name: str
    kind: KeptAs
    since: date | None
    until: date | None
    hold: str

    def is_due(self, today: date) -> bool:
        """Return whether retention has passed and nothing stops the erasure."""
        return self.until is not None and self.until < today and not self.hold


# One row for each surviving badge: its keys, whether somebody of them is on site or barred, and the days that count.
PEOPLE = """
WITH badges AS (
  SELECT id, coalesce(merged_into_id, id) AS person, status, end_date, start_date FROM learners_learner
   WHERE badge_id NOT LIKE 'erased-%%'
), proofs AS (
  SELECT learner_id, greatest(expiry_date, completion_date) AS day FROM learners_trainingrecord
   UNION ALL SELECT learner_id, training_date FROM learners_competencyrecord
   UNION ALL SELECT learner_id, log_date FROM learner_hours_log
), proven AS (SELECT learner_id, max(day) AS day FROM proofs GROUP BY 1
), gone AS (
  SELECT learner_id, max(valid_from) AS day FROM learners_learnerperiod
   WHERE overruled_at IS NULL AND valid_to IS NULL AND status <> 'ACTIVE' GROUP BY 1
), lists AS (SELECT learner_id, max(added_at)::date AS day FROM session_attendees GROUP BY 1)
SELECT array_agg(b.id ORDER BY b.id <> b.person, b.id), p.badge_id, trim(p.first_name || ' ' || p.last_name),
       bool_or(v.day IS NOT NULL),
       bool_or(b.status <> 'INACTIVE'),
       greatest(max(b.start_date), max(b.end_date), max(g.day), max(v.day), max(l.day)),
       coalesce((SELECT h.reason FROM config_erasurehold h
                  WHERE h.learner_id = ANY (array_agg(b.id)) AND h.ended_at IS NULL ORDER BY h.id LIMIT 1), '')
  FROM badges b JOIN learners_learner p ON p.id = b.person
  LEFT JOIN proven v ON v.learner_id = b.id
  LEFT JOIN gone g ON g.learner_id = b.id
  LEFT JOIN lists l ON l.learner_id = b.id
 WHERE %(person)s::bigint IS NULL OR b.person = %(person)s::bigint
 GROUP BY b.person, p.badge_id, p.first_name, p.last_name ORDER BY b.person
"""


def missing_settings() -> list[str]:
    """Return a line for each setting of retention that nobody has chosen."""
    return [f"{name}: {what}" for name, what in SETTINGS.items() if getattr(settings, name) is None]


def people(*, of: Learner | None = None) -> list[KeptPerson]:
    """Return everybody who is not erased, or one person.

    Args:
        of: any badge of the one person.
    """
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"person": ids_of_person(of)[0] if of else None})
        return [_person(row) for row in cursor.fetchall()]


def _person(row: tuple[Any, ...]) -> KeptPerson:
    workers, badge, name, is_proven, stays, since, hold = row
    kind = KeptAs.RECORDS if is_proven else KeptAs.NO_SHOW
    months = settings.RETENTION_RECORDS_YEARS * 12 if is_proven else settings.RETENTION_NO_SHOWS_MONTHS
    until = None if stays else add_months(since, months)
    return KeptPerson(workers, badge, name, kind, None if stays else since, until, hold)


def worker_of_badge(badge: str) -> Learner | None:
    """Return the worker who has a badge."""
    return Learner.objects.filter(badge_id=badge).first()


def why_not(person: KeptPerson, *, today: date) -> str:
    """Return in a sentence what stops the erasure of a person; empty if nothing does."""
    if person.hold:
        return f"The erasure of {person.badge} is suspended: {person.hold}"
    if person.until is None:
        return f"{person.badge} is active or barred, so retention has not begun."
    if person.until >= today:
        return f"What is known of {person.badge} is kept until {day(person.until)}."
    return ""


def holds() -> list[ErasureHold]:
    """Return what stops erasures now, the oldest first."""
    return list(ErasureHold.objects.filter(ended_at=None).select_related("learner").order_by("pk"))
