"""Sessions: which of them somebody may read, which ones a filter means, and in which order they are listed."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import CharField, Count, F, Q, QuerySet, TextChoices, Value
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from training.core.permissions import Permission, User, within_reach
from training.core.refusals import check_found
from training.models import Session
from training.selectors.availability import start_of_day
from training.selectors.courses import course_title

REFERENCE = re.compile(r"(?:S-\d{4}-)?0*(\d{1,18})", re.IGNORECASE)


class Shown(TextChoices):
    """The entries of the status strip above the list of sessions; the values stand in addresses."""

    OPEN = "open", gettext_lazy("Open")
    TO_FINALIZE = "to-finalize", gettext_lazy("To finalize")
    COMING = "coming", gettext_lazy("Coming")
    DRAFT = "draft", gettext_lazy("Drafts")
    COMPLETED = "completed", gettext_lazy("Finalized")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")
    ALL = "all", gettext_lazy("All")


@dataclass(frozen=True, kw_only=True)
class SessionFilter:
    """Which sessions are asked for, apart from their state; what is None or empty does not narrow.

    Attributes:
        first, last: the first and the last day, in site time, on which a session may start.
        text: words that must all occur in reference, course, title, trainer or venue.
    """

    course_id: int | None = None
    trainer_id: int | None = None
    venue_id: int | None = None
    first: date | None = None
    last: date | None = None
    text: str = ""


def visible_sessions(user: User) -> QuerySet[Session]:
    """Return the sessions that this person may read: all, a trainer's own, or none. Nobody reads deleted drafts."""
    sessions = Session.objects.filter(deleted_at__isnull=True)
    return within_reach(sessions, user, Permission.READ_SESSION, trainer="trainer")


def get_session(pk: int, *, user: User) -> Session:
    """Return a session that this person may read, with its course, version, trainer and venue.

    Raises:
        NotFound: there is none of this key that the person may read.
    """
    related = ("course", "course_version", "trainer", "venue", "updated_by")
    return check_found(
        visible_sessions(user).select_related(*related).filter(pk=pk).first(),
        _("There is no such session; it may have been deleted."),
    )


def in_state(shown: Shown, *, now: datetime) -> Q:
    """Return the condition of one entry of the status strip; the list and the count beside the entry share it."""
    scheduled = Q(status=Session.Status.SCHEDULED)
    match shown:
        case Shown.OPEN:
            return Q(status__in=(Session.Status.DRAFT, Session.Status.SCHEDULED))
        case Shown.TO_FINALIZE:
            return scheduled & Q(end_time__lte=now)
        case Shown.COMING:
            return scheduled & Q(end_time__gt=now)
        case Shown.DRAFT | Shown.COMPLETED | Shown.CANCELLED:
            return Q(status=shown.name)
    return Q(pk__isnull=False)


def matching(sessions: QuerySet[Session], wanted: SessionFilter) -> QuerySet[Session]:
    """Return those of `sessions` that a filter leaves, each with its `title`."""
    sessions = with_title(sessions)
    for field, value in (
        ("course_id", wanted.course_id),
        ("trainer_id", wanted.trainer_id),
        ("venue_id", wanted.venue_id),
        ("start_time__gte", wanted.first and start_of_day(wanted.first)),
        ("start_time__lt", wanted.last and start_of_day(wanted.last + timedelta(days=1))),
    ):
        if value is not None:
            sessions = sessions.filter(**{field: value})
    for word in wanted.text.split():
        sessions = sessions.filter(_mentions(word))
    return sessions


def count_by_state(sessions: QuerySet[Session], *, now: datetime) -> dict[Shown, int]:
    """Return how many of `sessions` each entry of the status strip holds, in one query."""
    counts = sessions.order_by().aggregate(
        **{shown.name: Count("pk", filter=in_state(shown, now=now)) for shown in Shown}
    )
    return {shown: counts[shown.name] for shown in Shown}


def in_reading_order(sessions: QuerySet[Session], shown: Shown) -> QuerySet[Session]:
    """Return `sessions` in the order of an entry of the strip: what is to do by time, what is over newest first."""
    if shown in (Shown.COMPLETED, Shown.CANCELLED, Shown.ALL):
        return sessions.order_by(F("start_time").desc(nulls_first=True), "-pk")
    return sessions.order_by(F("start_time").asc(nulls_last=True), "pk")


class VersionRead(NamedTuple):
    """The version of a session as it was stored at a moment, by the clock of the database."""

    version: int
    at: datetime


def read_version(session_id: int) -> VersionRead:
    """Return the present version of a session, and when that was, in one query.

    What is read next has seen all that was stored before that moment. So of several answers to one page, each read
    after the change that it tells of, the one with the latest moment has seen all these changes. Several web processes,
    also on several machines, share the clock of the database and no other.
    """
    version, at = Session.objects.values_list("version", Now()).get(pk=session_id)
    return VersionRead(version, at)


def with_title(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Return `sessions` each with its `title`: of the pinned version, else of the course."""
    return sessions.annotate(
        title=Coalesce(F("course_version__title"), course_title(), Value(""), output_field=CharField())
    )


def _mentions(word: str) -> Q:
    found = (
        Q(course__code__icontains=word)
        | Q(title__icontains=word)
        | Q(trainer__first_name__icontains=word)
        | Q(trainer__last_name__icontains=word)
        | Q(venue__name__icontains=word)
    )
    if number := REFERENCE.fullmatch(word):
        found |= Q(pk=int(number[1]))
    return found
