"""Calendar feeds: which address works, and what stands in the calendar of a trainer or a venue (X4)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from training.models import CalendarFeed, ClassAttendanceSession, Session, Trainer, TrainingClass, Venue
from training.selectors.availability import start_of_day
from training.selectors.classes import CalendarDay, class_calendar
from training.selectors.sessions import with_title

Meeting = ClassAttendanceSession

BACK = timedelta(days=60)  # how far a calendar goes back, and ahead
AHEAD = timedelta(days=400)
HELD = (Session.Status.SCHEDULED, Session.Status.COMPLETED)


@dataclass(frozen=True)
class Appointment:
    """A session, or one stretch of a meeting of a class.

    Attributes:
        uid: names it for good, in every calendar of the site.
        start, end: moments; or days, of which the last one is not counted, where no times are known.
        sequence: grows with every change.
        changed_at: the moment of the last change.
        link: the kind of page on which it is shown, and its key.
    """

    uid: str
    start: datetime | date
    end: datetime | date
    summary: str
    place: str
    reference: str
    sequence: int
    changed_at: datetime
    is_cancelled: bool
    link: tuple[type[Session] | type[TrainingClass], int]


def digest_of(secret: str) -> str:
    """Return the hash under which a secret is kept. It is long and random, so it needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_feed(*, trainer_id: int | None = None, venue_id: int | None = None) -> CalendarFeed | None:
    """Return the address of a trainer's or a venue's calendar that was neither renewed nor switched off."""
    feeds = CalendarFeed.objects.select_related("created_by")
    return feeds.filter(trainer=trainer_id, venue=venue_id, ended_at=None).first()


def feed_of_secret(secret: str) -> CalendarFeed | None:
    """Return the calendar that a secret opens; None if it opens none, or none any more.

    An address is dead with its trainer or venue, and with the login that it hangs on: that of the trainer, or where
    there is none, that of whoever made it.
    """
    feeds = CalendarFeed.objects.select_related("trainer__user", "venue", "created_by")
    feed = feeds.filter(digest=digest_of(secret), ended_at=None).first()
    return feed if feed is not None and is_alive(feed) else None


def is_alive(feed: CalendarFeed) -> bool:
    """Tell whether an address that was not switched off works."""
    owner: Trainer | Venue | None = feed.trainer or feed.venue
    login = (feed.trainer.user if feed.trainer else None) or feed.created_by
    return owner is not None and owner.is_active and login.is_active


def appointments(feed: CalendarFeed, *, now: datetime) -> list[Appointment]:
    """Return what stands in a calendar, by time: what is held, and what was and is not any more.

    A session that was moved to somebody or somewhere else stands here as cancelled, and so does a meeting whose day the
    schedule of its class has lost.
    """
    today = timezone.localdate(now)
    first, last = today - BACK, today + AHEAD
    found = [*_sessions(feed, first, last), *_meetings(feed, first, last)]
    return sorted(found, key=lambda each: (_moment(each.start), each.uid))


def _moment(when: datetime | date) -> datetime:
    return when if isinstance(when, datetime) else start_of_day(when)


# Sessions


def _sessions(feed: CalendarFeed, first: date, last: date) -> Iterator[Appointment]:
    here = Q(trainer=feed.trainer_id) if feed.trainer_id else Q(venue=feed.venue_id)
    within = Q(start_time__gte=start_of_day(first), start_time__lt=start_of_day(last), end_time__isnull=False)
    related = ("course", "trainer", "venue")
    sessions = with_title(Session.objects.filter(deleted_at__isnull=True)).select_related(*related)
    current = sessions.filter(here, within, status__in=(*HELD, Session.Status.CANCELLED))
    for session in current:
        is_off = session.status == Session.Status.CANCELLED
        yield _session(session, feed, session.start_time, session.end_time, is_cancelled=is_off)
    events: Any = Session.pgh_event_model.objects  # type: ignore[attr-defined]  # set by pghistory
    left = events.filter(here, within, status__in=HELD).exclude(pgh_obj_id__in=current.values("pk"))
    latest = left.filter(pgh_id__in=left.order_by().values("pgh_obj_id").annotate(last=Max("pgh_id")).values("last"))
    times = {pk: (start, end) for pk, start, end in latest.values_list("pgh_obj_id", "start_time", "end_time")}
    for session in sessions.filter(pk__in=times):
        yield _session(session, feed, *times[session.pk], is_cancelled=True)


def _session(
    session: Any, feed: CalendarFeed, start: datetime | None, end: datetime | None, *, is_cancelled: bool
) -> Appointment:
    assert start is not None  # noqa: S101  # for the types: both queries ask for it
    assert end is not None  # noqa: S101  # the same
    who = "" if feed.trainer_id or session.trainer is None else f" ({session.trainer})"
    return Appointment(
        uid=f"session-{session.pk}",
        start=start,
        end=end,
        summary=f"{session.course.code} {session.title}{who}",
        place=_place(session.venue),
        reference=session.reference,
        sequence=session.version,
        changed_at=session.updated_at,
        is_cancelled=is_cancelled,
        link=(Session, session.pk),
    )


def _place(venue: Venue | None) -> str:
    return ", ".join(part for part in (venue.name, venue.location) if part) if venue is not None else ""


# Meetings of classes


def _meetings(feed: CalendarFeed, first: date, last: date) -> Iterator[Appointment]:
    here = Q(agent=feed.trainer_id) if feed.trainer_id else Q(venue=feed.venue_id)
    events: Any = TrainingClass.pgh_event_model.objects  # type: ignore[attr-defined]  # set by pghistory
    was_here = events.filter(here).order_by().values("pgh_obj_id")
    classes = TrainingClass.objects.select_related("course", "client", "agent", "venue").exclude(
        status=TrainingClass.Status.DRAFT
    )
    for training_class in classes.filter(here | Q(pk__in=was_here), end_date__gte=first, start_date__lte=last):
        is_here = training_class.agent_id == feed.trainer_id if feed.trainer_id else None
        if is_here is None:
            is_here = training_class.venue_id == feed.venue_id
        yield from _of_class(training_class, feed, first, last, is_here=is_here)


def _of_class(
    training_class: TrainingClass, feed: CalendarFeed, first: date, last: date, *, is_here: bool
) -> Iterator[Appointment]:
    stopped = training_class.stop_date
    changes = _changes(training_class)
    days = {day.day: day for day in class_calendar(training_class, first=first, last=last) if day.session is not None}
    for day in days.values():
        meeting = day.session
        assert meeting is not None  # noqa: S101  # for the types
        is_over = stopped is not None and day.day > stopped and meeting.status == Meeting.Status.PENDING
        is_off = meeting.status in (Meeting.Status.CLIENT_CANCELLED, Meeting.Status.AGENT_ABSENT)
        is_moved = not is_here and meeting.status == Meeting.Status.PENDING
        if is_here or is_moved:
            yield from _stretches(training_class, feed, day, changes, is_cancelled=is_over or is_off or is_moved)
    for lost in sorted(changes.keys() - days.keys()):
        if first <= lost <= last:
            nothing = CalendarDay(lost, (), changes[lost].hours, "", None)
            yield from _stretches(training_class, feed, nothing, changes, is_cancelled=True)


@dataclass(frozen=True)
class _Changes:
    """How often a meeting was changed, when for the last time, and how long it was."""

    count: int
    last: datetime
    hours: Any


def _changes(training_class: TrainingClass) -> dict[date, _Changes]:
    """Return by day what happened to the meetings of a class, those that are gone too."""
    events: Any = Meeting.pgh_event_model.objects  # type: ignore[attr-defined]  # set by pghistory
    rows: QuerySet[Any] = events.filter(training_class=training_class.pk).order_by()
    newest = rows.filter(session_date=OuterRef("session_date")).order_by("-pgh_id")
    told = rows.values("session_date").annotate(
        count=Count("pgh_id"), last=Max("pgh_created_at"), hours=Subquery(newest.values("scheduled_hours")[:1])
    )
    return {row["session_date"]: _Changes(row["count"], row["last"], row["hours"]) for row in told}


def _stretches(
    training_class: TrainingClass,
    feed: CalendarFeed,
    day: CalendarDay,
    changes: dict[date, _Changes],
    *,
    is_cancelled: bool,
) -> Iterator[Appointment]:
    known = changes.get(day.day)
    spans: list[tuple[datetime | date, datetime | date]] = [
        (timezone.make_aware(datetime.combine(day.day, start)), _end(day.day, start, end))
        for start, end in day.intervals
    ] or [(day.day, day.day + timedelta(days=1))]
    who = "" if feed.trainer_id or training_class.agent is None else f" ({training_class.agent})"
    for number, (start, end) in enumerate(spans):
        yield Appointment(
            uid=f"class-{training_class.pk}-{day.day}" + (f"-{number}" if number else ""),
            start=start,
            end=end,
            summary=f"{training_class} {training_class.course or ''}{who}".strip(),
            place=_place(training_class.venue),
            reference=str(training_class.client or ""),
            sequence=training_class.version + (known.count if known else 0),
            changed_at=max(training_class.updated_at, known.last) if known else training_class.updated_at,
            is_cancelled=is_cancelled,
            link=(TrainingClass, training_class.pk),
        )


def _end(day: date, start: Any, end: Any) -> datetime:
    last = day if end > start else day + timedelta(days=1)  # until midnight
    return timezone.make_aware(datetime.combine(last, end))
