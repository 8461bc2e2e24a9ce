"""Which trainers and venues are free: overlapping sessions, qualified trainers, and their load in a week."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import BigIntegerField, CharField, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast
from django.utils import timezone

from training.models import Session, Trainer, TrainerQualification, Venue
from training.models.session import time_range
from training.policies.sessions import Overlap

BOOKED = (Session.Status.SCHEDULED, Session.Status.COMPLETED)


def overlapping(
    *,
    start: datetime,
    end: datetime,
    trainer_id: int | None = None,
    venue_id: int | None = None,
    exclude_session_id: int | None = None,
    statuses: Collection[Session.Status] = BOOKED,
) -> list[Overlap]:
    """Return the sessions in `[start, end)` that need the trainer or the venue, the trainer's first, then by time.

    One query, and one more if any is found. It has a branch for the trainer and one for the venue, so that the indexes
    of the exclusion constraints answer both.

    Args:
        exclude_session_id: the session that is being planned; None for a new one.
        statuses: which sessions count. `[DRAFT]` gives the tentative ones, which only warn (S4).
    """
    wanted = ((Overlap.Kind.TRAINER, trainer_id), (Overlap.Kind.VENUE, venue_id))
    if end <= start:
        return []
    span = DateTimeTZRange(start, end)
    branches = [_holding(kind, pk, span, statuses, exclude_session_id) for kind, pk in wanted if pk is not None]
    if not branches:
        return []
    found = list(branches[0].union(*branches[1:], all=True))
    if not found:
        return []
    sessions = Session.objects.select_related("course", "trainer", "venue").in_bulk({pk for _kind, pk in found})
    overlaps = [Overlap(Overlap.Kind(kind), sessions[pk]) for kind, pk in found if pk in sessions]
    return sorted(overlaps, key=lambda overlap: (overlap.kind, overlap.session.start_time, overlap.session.pk))


@dataclass(frozen=True)
class WantedSlot:
    """A time of a trainer and a venue that somebody would like to have; the end does not belong to it.

    Attributes:
        session_id: the session that is being planned; None for a new one.
    """

    start: datetime
    end: datetime
    trainer_id: int
    venue_id: int
    session_id: int | None = None


# A branch for the trainer and one for the venue, so that the indexes of the exclusion constraints answer both.
OVERLAPS_OF_SLOTS = """
WITH said AS (
  SELECT * FROM unnest(%(trainers)s::bigint[], %(venues)s::bigint[], %(starts)s::timestamptz[],
                       %(ends)s::timestamptz[], %(sessions)s::bigint[])
           WITH ORDINALITY AS said (trainer_id, venue_id, starts, ends, session_id, place))
SELECT said.place, 'TRAINER', session.id, session.start_time
  FROM said JOIN sessions session ON session.trainer_id = said.trainer_id
   AND tstzrange(session.start_time, session.end_time, '[)') && tstzrange(said.starts, said.ends, '[)')
 WHERE session.status IN ('SCHEDULED', 'COMPLETED') AND session.id IS DISTINCT FROM said.session_id
UNION ALL
SELECT said.place, 'VENUE', session.id, session.start_time
  FROM said JOIN sessions session ON session.venue_id = said.venue_id
   AND tstzrange(session.start_time, session.end_time, '[)') && tstzrange(said.starts, said.ends, '[)')
 WHERE session.status IN ('SCHEDULED', 'COMPLETED') AND session.id IS DISTINCT FROM said.session_id
 ORDER BY 1, 2, 4, 3
"""


def overlapping_slots(slots: Sequence[WantedSlot]) -> dict[int, list[Overlap]]:
    """Return what `overlapping` says of each of these slots, by its index; in one query, and one more if any is found.

    Args:
        slots: each with an end after its start.
    """
    if not slots:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            OVERLAPS_OF_SLOTS,
            {
                "trainers": [slot.trainer_id for slot in slots],
                "venues": [slot.venue_id for slot in slots],
                "starts": [slot.start for slot in slots],
                "ends": [slot.end for slot in slots],
                "sessions": [slot.session_id for slot in slots],
            },
        )
        rows = cursor.fetchall()
    if not rows:
        return {}
    sessions = Session.objects.select_related("course", "trainer", "venue").in_bulk({row[2] for row in rows})
    found: dict[int, list[Overlap]] = {}
    for place, kind, pk, _start in rows:
        if pk in sessions:
            found.setdefault(place - 1, []).append(Overlap(Overlap.Kind(kind), sessions[pk]))
    return found


def tentative(session: Session) -> list[Overlap]:
    """Return the other drafts that are planned with the same trainer or venue at the same time (S4)."""
    if session.start_time is None or session.end_time is None:
        return []
    return overlapping(
        start=session.start_time,
        end=session.end_time,
        trainer_id=session.trainer_id,
        venue_id=session.venue_id,
        exclude_session_id=session.pk,
        statuses=(Session.Status.DRAFT,),
    )


def _holding(
    kind: Overlap.Kind,
    pk: int,
    span: DateTimeTZRange,
    statuses: Collection[Session.Status],
    exclude_session_id: int | None,
) -> QuerySet[Session, Any]:
    # As bigint: the GiST index has no comparison with a plain integer, so that it would not be used.
    holder = {f"{kind.lower()}_id": Cast(Value(pk), BigIntegerField())}
    sessions = (
        Session.objects.order_by()
        .alias(span=time_range())
        .filter(**holder, status__in=statuses, deleted_at__isnull=True, span__overlap=span)
        .filter(start_time__isnull=False, end_time__isnull=False)  # with one of them only, a range has no end
    )
    if exclude_session_id is not None:
        sessions = sessions.exclude(pk=exclude_session_id)
    return sessions.values_list(Value(kind.value, output_field=CharField()), "pk")


# Trainers and how busy they are


def qualified_trainers(*, course_id: int | None, on: date) -> QuerySet[Trainer]:
    """Return the active trainers who are qualified for the course on that day; without a course, all active ones."""
    trainers = Trainer.objects.filter(is_active=True)
    if course_id is None:
        return trainers
    held = TrainerQualification.objects.filter(counts_on(on), trainer=OuterRef("pk"), course_id=course_id)
    return trainers.filter(Exists(held))


def counts_on(day: date | OuterRef) -> Q:
    """Return the condition of qualifications that count on a day; both their first and their last day do (S2)."""
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & (
        Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    )


def booked_minutes(*, trainer_ids: Collection[int], week_of: date) -> dict[int, int]:
    """Return by trainer the minutes of SCHEDULED sessions that start in the ISO week of a day, in site time (S6).

    Every trainer of `trainer_ids` is in the answer, with 0 where nothing is booked.
    """
    first, after = week_bounds(week_of)
    sums = (
        Session.objects.order_by()
        .filter(status=Session.Status.SCHEDULED, trainer_id__in=trainer_ids)
        .filter(start_time__gte=first, start_time__lt=after)
        .values_list("trainer_id")
        .annotate(booked=Sum(F("end_time") - F("start_time")))
    )
    return dict.fromkeys(trainer_ids, 0) | {trainer_id: int(total.total_seconds()) // 60 for trainer_id, total in sums}


def week_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the moments at which the ISO week of `day` and the week after it begin, in the time zone of the site."""
    monday = day - timedelta(days=day.weekday())
    return start_of_day(monday), start_of_day(monday + timedelta(days=7))


def start_of_day(day: date) -> datetime:
    """Return the moment at which `day` begins on the site."""
    return timezone.make_aware(datetime.combine(day, time.min))


# Venues


def offered_venues() -> QuerySet[Venue]:
    """Return the venues in use."""
    return Venue.objects.filter(is_active=True)
