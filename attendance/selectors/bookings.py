"""What people are booked for: coming sessions that list them, and meetings of the classes that they are in (P4)."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from attendance.models import SessionAttendee
from learners.models import LearnerProgression
from learners.selectors.learners import person_of, rows_of_people
from training.core.words import day as day_in_words
from training.models import ClassAttendanceSession, Session
from training.selectors.sessions import with_title

MOST_SHOWN = 10  # how many bookings of one person are shown


class Booking(NamedTuple):
    """A coming session that has a worker on its list, and its day."""

    session_id: int
    day: dt.date

    @property
    def words(self) -> str:
        """The day as people read it, such as 3 Dec 2026."""
        return day_in_words(self.day)


def coming_lists(now: dt.datetime) -> QuerySet[SessionAttendee]:
    """Return the list rows of all scheduled sessions that start after `now` (P4)."""
    return SessionAttendee.objects.filter(
        session__start_time__gt=now,
        session__status__in=(Session.Status.DRAFT, Session.Status.SCHEDULED),
        session__deleted_at__isnull=True,
    )


def next_bookings(keys: Collection[int], *, now: dt.datetime) -> dict[tuple[int, int], Booking]:
    """Return the next coming session of each worker and course (P4), in one query.

    Args:
        keys: of the workers; a person is looked for under every badge (L2).
        now: the present moment.

    Returns:
        by the keys of worker and course; whoever is not booked is left out.
    """
    rows = (
        coming_lists(now)
        .filter(rows_of_people(keys))
        .order_by("-session__start_time", "-session")  # the latest first, so that the earliest one overwrites it
        .values_list(person_of(), "session__course", "session", "session__start_time")
    )
    return {(person, course): Booking(session, timezone.localdate(start)) for person, course, session, start in rows}


def with_seats(course_ids: Collection[int], *, now: dt.datetime) -> QuerySet[Session]:
    """Return the coming scheduled sessions of these courses that have free seats; `free` is how many."""
    sessions = Session.objects.filter(
        course__in=course_ids, status=Session.Status.SCHEDULED, start_time__gt=now, deleted_at__isnull=True
    )
    return sessions.annotate(free=F("venue__capacity") - Count("attendees")).filter(free__gt=0)


@dataclass(frozen=True)
class ComingThing:
    """One thing that a person is booked for: either a session or a meeting of a class."""

    day: dt.date | None
    session: Session | None = None
    meeting: ClassAttendanceSession | None = None


@dataclass(frozen=True)
class Coming:
    """What a person is booked for: the earliest first, drafts without a day last; `more` further ones are left out."""

    things: Sequence[ComingThing]
    more: int

    def __len__(self) -> int:
        return len(self.things)


def coming_of(badges: Collection[int], *, today: dt.date, now: dt.datetime) -> Coming:
    """Return what a person is booked for, in two queries.

    A session counts until it ends, and drafts count with and without a day. Meetings count from today on, in classes
    in which the person is in progress.

    Args:
        badges: keys of all badges of the person (L2).
        today: the site's date.
        now: the present moment.
    """
    sessions = (
        with_title(Session.objects.filter(pk__in=SessionAttendee.objects.filter(learner__in=badges).values("session")))
        .filter(
            Q(status=Session.Status.SCHEDULED, end_time__gt=now)
            | Q(Q(start_time__isnull=True) | Q(start_time__gt=now), status=Session.Status.DRAFT),
            deleted_at__isnull=True,
        )
        .select_related("course", "venue")
        .order_by(F("start_time").asc(nulls_last=True), "pk")
    )
    classes = LearnerProgression.objects.filter(
        learner__in=badges, status=LearnerProgression.Status.IN_PROGRESS
    ).values("training_class")
    is_held = Q(training_class__stop_date__isnull=True) | Q(session_date__lte=F("training_class__stop_date"))
    meetings = (
        ClassAttendanceSession.objects.filter(
            is_held,
            training_class__in=classes,
            session_date__gte=today,
            status=ClassAttendanceSession.Status.PENDING,
        )
        .select_related("training_class__course", "training_class__venue")
        .order_by("session_date", "pk")
    )
    things = [
        ComingThing(timezone.localdate(each.start_time) if each.start_time else None, session=each) for each in sessions
    ] + [ComingThing(each.session_date, meeting=each) for each in meetings]
    things.sort(key=lambda each: each.day or dt.date.max)
    return Coming(things[:MOST_SHOWN], max(0, len(things) - MOST_SHOWN))
