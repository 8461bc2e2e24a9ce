"""Sessions with their seats, and the one thing that is to be said about each: in lists, on Today, in the week."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from learners.standing import Standing
from training.models import CourseVersion, Session, TrainerQualification
from training.selectors.availability import BOOKED
from training.selectors.sessions import with_title


@dataclass(frozen=True)
class SessionLine:
    """A session with its seats and the one thing that is to be said about it; `age` in days since it was planned."""

    session: Session
    state: Standing
    age: int

    @property
    def is_over_capacity(self) -> bool:
        """More people than the venue holds (S7)."""
        venue = self.session.venue
        return venue is not None and self.session.listed > venue.capacity  # type: ignore[attr-defined]  # annotated


def session_lines(sessions: QuerySet[Session], *, today: date, now: datetime) -> list[SessionLine]:
    """Return sessions with title, seats and state, in their order and in one query."""
    listed = with_title(_with_draft_facts(sessions)).annotate(
        listed=_attendees(),
        marked=_attendees(marked_at__isnull=False),
        present=_attendees(is_present=True),
    )
    return [
        SessionLine(session, _state(session, now), (today - localdate(session.created_at)).days)
        for session in listed.select_related("course", "trainer", "venue")
    ]


def _attendees(**condition: Any) -> Coalesce:
    rows = SessionAttendee.objects.order_by().filter(session=OuterRef("pk"), **condition)
    return Coalesce(Subquery(rows.values("session").annotate(number=Count("pk")).values("number")), 0)


def _with_draft_facts(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Add what S2 will ask when a draft is scheduled."""
    published = CourseVersion.objects.filter(course=OuterRef("course"), status=CourseVersion.Status.PUBLISHED)
    qualified = TrainerQualification.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=OuterRef("day")),
        Q(valid_until__isnull=True) | Q(valid_until__gte=OuterRef("day")),
        trainer=OuterRef("trainer"),
        course=OuterRef("course"),
    )
    overlapping = Session.objects.filter(
        status__in=BOOKED, start_time__lt=OuterRef("end_time"), end_time__gt=OuterRef("start_time")
    )
    return sessions.annotate(
        day=TruncDate("start_time"),
        is_published=Exists(published),
        is_qualified=Exists(qualified),
        is_trainer_booked=Exists(overlapping.filter(trainer=OuterRef("trainer"))),
        is_venue_booked=Exists(overlapping.filter(venue=OuterRef("venue"))),
    )


# The one thing that is to be said


def _state(session: Any, now: datetime) -> Standing:
    match session.status:
        case Session.Status.DRAFT:
            return _draft_state(session)
        case Session.Status.CANCELLED:
            return Standing("none", _("Cancelled"))
        case Session.Status.COMPLETED:
            return Standing("ok", _("Finalized"))
    if session.start_time > now:
        return Standing("none", _("Planned"))
    if session.end_time > now:
        return Standing("none", _("In progress"))
    return _ended_state(session)


def _ended_state(session: Any) -> Standing:
    """What a session that is over lacks for finalize (F1); unmarked people are allowed, and worth a warning (F5)."""
    if not session.has_evidence:
        return Standing("bad", _("Sheet missing"))
    if not session.present:
        return Standing("bad", _("Nobody present"))
    if session.marked < session.listed:
        done = {"marked": session.marked, "listed": session.listed}
        return Standing("warn", _("Attendance %(marked)d/%(listed)d") % done)
    return Standing("ok", _("Ready to finalize"))


def _draft_state(draft: Any) -> Standing:
    """What stands against scheduling a draft (S2)."""
    fields = {
        _("trainer"): draft.trainer_id,
        _("venue"): draft.venue_id,
        _("time"): draft.start_time and draft.end_time,
    }
    lacking = [word for word, value in fields.items() if not value]
    if lacking:
        return Standing("warn", _("No %(things)s") % {"things": ", ".join(lacking)})
    for is_blocked, words in (
        (not draft.is_published, _("Course not published")),
        (not draft.is_qualified, _("Trainer not qualified")),
        (draft.is_trainer_booked, _("Trainer is booked")),
        (draft.is_venue_booked, _("Venue is taken")),
    ):
        if is_blocked:
            return Standing("bad", words)
    return Standing("ok", _("Ready to schedule"))
