"""Sessions as lists, Today and the week show them: with their seats and the most important thing to say about each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.policies.lists import ListCounts
from attendance.selectors.counts import list_counts
from learners.models import Learner
from learners.policies.standing import Standing
from learners.selectors.learners import find_by_badge, matches
from training.core.kinds import StatusKind
from training.models import CourseVersion, Session, TrainerQualification
from training.selectors.availability import BOOKED, counts_on
from training.selectors.sessions import with_title

NOBODY = ListCounts()


@dataclass(frozen=True)
class SessionLine:
    """A session with its seats and the most important thing to say about it; `age` is in days since it was planned."""

    session: Session
    seats: ListCounts
    state: Standing
    age: int

    @property
    def is_over_capacity(self) -> bool:
        """Whether more workers are listed than the venue has seats (S7)."""
        venue = self.session.venue
        return venue is not None and self.seats.listed > venue.capacity


def session_lines(sessions: QuerySet[Session], *, today: date, now: datetime) -> list[SessionLine]:
    """Return the lines of these sessions, in their order.

    It takes two queries, and one more if there are complete drafts. They are small on purpose: building one large query
    takes longer than answering it.
    """
    shown = list(with_title(sessions).select_related("course", "trainer", "venue"))
    seats = list_counts([session.pk for session in shown])
    obstacles = _obstacles([session for session in shown if session.status == Session.Status.DRAFT])
    return [
        SessionLine(
            session,
            seats=(taken := seats.get(session.pk, NOBODY)),
            state=_state(session, taken, obstacles.get(session.pk, ""), now),
            age=(today - localdate(session.created_at)).days,
        )
        for session in shown
    ]


def listing(sessions: QuerySet[Session], worker: str) -> QuerySet[Session]:
    """Return those of the sessions that have a worker on their list, under any badge (L2).

    Args:
        sessions: the sessions to choose from.
        worker: a badge, which means that person, or words of a name; empty returns all sessions.
    """
    if not worker:
        return sessions
    exact = find_by_badge(worker)
    people = [exact.pk] if exact else Learner.objects.filter(matches(worker), merged_into__isnull=True).values("pk")
    theirs = Learner.objects.filter(Q(pk__in=people) | Q(merged_into__in=people)).order_by()
    return sessions.filter(
        pk__in=SessionAttendee.objects.filter(learner__in=theirs.values("pk")).order_by().values("session")
    )


def _obstacles(drafts: Sequence[Session]) -> dict[int, str]:
    """Return by the key of the draft why it could not be scheduled (S2), for drafts with trainer, venue and time."""
    whole = [draft.pk for draft in drafts if not _lacking(draft)]
    if not whole:
        return {}
    published = CourseVersion.objects.filter(course=OuterRef("course"), status=CourseVersion.Status.PUBLISHED)
    qualified = TrainerQualification.objects.filter(
        counts_on(OuterRef("day")), trainer=OuterRef("trainer"), course=OuterRef("course")
    )
    overlapping = Session.objects.filter(
        status__in=BOOKED, start_time__lt=OuterRef("end_time"), end_time__gt=OuterRef("start_time")
    )
    asked = (
        Session.objects.filter(pk__in=whole)
        .annotate(day=TruncDate("start_time"))
        .values_list(
            "pk",
            ~Exists(published),
            ~Exists(qualified),
            Exists(overlapping.filter(trainer=OuterRef("trainer"))),
            Exists(overlapping.filter(venue=OuterRef("venue"))),
        )
    )
    words = (_("Course not published"), _("Trainer not qualified"), _("Trainer is booked"), _("Venue is taken"))
    return {pk: next((word for word, is_so in zip(words, met, strict=True) if is_so), "") for pk, *met in asked}


def _lacking(draft: Session) -> list[str]:
    fields = {
        _("trainer"): draft.trainer_id,
        _("venue"): draft.venue_id,
        _("time"): draft.start_time and draft.end_time,
    }
    return [word for word, value in fields.items() if not value]


# The most important thing to say about a session


def _state(session: Any, seats: ListCounts, obstacle: str, now: datetime) -> Standing:
    match session.status:
        case Session.Status.DRAFT:
            return _draft_state(session, obstacle)
        case Session.Status.CANCELLED:
            return Standing(StatusKind.NONE, _("Cancelled"))
        case Session.Status.COMPLETED:
            return Standing(StatusKind.OK, _("Finalized"))
    if session.start_time > now:
        return Standing(StatusKind.NONE, _("Scheduled"))
    if session.end_time > now:
        return Standing(StatusKind.NONE, _("In progress"))
    return _ended_state(session, seats)


def _ended_state(session: Session, seats: ListCounts) -> Standing:
    """Return what a session that is over lacks for finalize (F1). Unmarked workers are allowed, but a warning (F5)."""
    if not session.has_evidence:
        return Standing(StatusKind.BAD, _("Sheet missing"))
    if not seats.present:
        return Standing(StatusKind.BAD, _("Nobody present"))
    if seats.unmarked:
        words = {"marked": seats.marked, "listed": seats.listed}
        return Standing(StatusKind.WARN, _("Attendance %(marked)d/%(listed)d") % words)
    return Standing(StatusKind.OK, _("Ready to finalize"))


def _draft_state(draft: Session, obstacle: str) -> Standing:
    """Return what prevents a draft from being scheduled (S2)."""
    if lacking := _lacking(draft):
        return Standing(StatusKind.WARN, _("No %(things)s") % {"things": ", ".join(lacking)})
    return Standing(StatusKind.BAD, obstacle) if obstacle else Standing(StatusKind.OK, _("Ready to schedule"))
