"""Today: how the site stands, who must not work, what runs out, and which sessions want something done.

Every count comes from the condition that its link filters by, so that a number and its rows cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from attendance.selectors.sessions import SessionLine, session_lines
from learners.models import CompetencyRecord, ComplianceStatus, Learner
from learners.selectors.compliance import Freshness, freshness
from learners.selectors.learners import (
    Group,
    WorkerRow,
    group_counts,
    in_group,
    pending_sign_offs,
    worker_rows,
)
from learners.selectors.records import course_title
from training.models import ClassAttendanceSession, Session
from training.permissions import User
from training.selectors.availability import start_of_day
from training.selectors.classes import captures_missing
from training.selectors.sessions import Shown, in_reading_order, in_state, visible_sessions

ROWS = 12
SESSION_ROWS = 8
COMING_DAYS = 7


@dataclass(frozen=True)
class SignOffLine:
    """A practical sign-off that is owed, and for how many days."""

    record: CompetencyRecord
    waiting_days: int


@dataclass(frozen=True)
class Board:
    """What the page of Today shows; panels hold the first rows of what their counts count."""

    counts: Mapping[Group, int]
    freshness: Freshness
    drafts: int
    to_finalize: int
    not_cleared_rows: Sequence[WorkerRow]
    expiring_rows: Sequence[WorkerRow]
    todays_sessions: Sequence[SessionLine]
    draft_rows: Sequence[SessionLine]
    to_finalize_rows: Sequence[SessionLine]
    sign_offs: Sequence[SignOffLine]
    captures_missing: int
    captures_missing_rows: Sequence[ClassAttendanceSession]

    @property
    def cleared(self) -> int:
        return self.counts[Group.CLEARED]

    @property
    def not_cleared(self) -> int:
        return self.counts[Group.NOT_CLEARED]

    @property
    def expiring(self) -> int:
        return self.counts[Group.EXPIRING]

    @property
    def due(self) -> int:
        return self.counts[Group.DUE]

    @property
    def to_verify(self) -> int:
        return self.counts[Group.TO_VERIFY]

    @property
    def on_site(self) -> int:
        """How many ACTIVE workers there are (C4)."""
        return self.cleared + self.not_cleared

    @property
    def cleared_percent(self) -> int:
        """The share of cleared workers, rounded down: 100 % means everybody."""
        return self.cleared * 100 // self.on_site if self.on_site else 100

    @property
    def cleared_for_longer(self) -> int:
        """Cleared, with nothing that runs out within the warning window."""
        return self.cleared - self.expiring


@dataclass(frozen=True)
class OwnBoard:
    """Today of a trainer: own sessions and classes only, of learners nothing."""

    todays_sessions: Sequence[SessionLine]
    unfinished: Sequence[SessionLine]
    coming: Sequence[SessionLine]
    captures_missing: int
    captures_missing_rows: Sequence[ClassAttendanceSession]


def board(*, user: User, today: date, now: datetime, warning_days: int) -> Board:
    """Return Today of the whole site, in a constant number of queries.

    Args:
        warning_days: length of the warning window before an expiry.
    """
    sessions = visible_sessions(user)
    captures = captures_missing(user, today=today)
    states = sessions.order_by().aggregate(
        drafts=Count("pk", filter=in_state(Shown.DRAFT, now=now)),
        to_finalize=Count("pk", filter=in_state(Shown.TO_FINALIZE, now=now)),
    )
    return Board(
        counts=group_counts(today=today, warning_days=warning_days),
        freshness=freshness(today),
        **states,
        not_cleared_rows=_worst(today, warning_days),
        expiring_rows=_soonest(today, warning_days),
        todays_sessions=_todays(sessions, today=today, now=now),
        draft_rows=session_lines(_in(Shown.DRAFT, sessions, now)[:SESSION_ROWS], today=today, now=now),
        to_finalize_rows=session_lines(_in(Shown.TO_FINALIZE, sessions, now)[:SESSION_ROWS], today=today, now=now),
        sign_offs=_sign_offs(today),
        captures_missing=captures.count(),
        captures_missing_rows=list(captures[:SESSION_ROWS]),
    )


def own_board(*, user: User, today: date, now: datetime) -> OwnBoard:
    """Return Today of a trainer: own sessions of the day, those that still want marks or the sheet, and the coming."""
    sessions = visible_sessions(user)
    begun = sessions.filter(status=Session.Status.SCHEDULED, start_time__lte=now).order_by("start_time")
    coming = sessions.filter(
        status=Session.Status.SCHEDULED,
        start_time__gte=start_of_day(today + timedelta(days=1)),
        start_time__lt=start_of_day(today + timedelta(days=1 + COMING_DAYS)),
    ).order_by("start_time")
    captures = captures_missing(user, today=today)
    unfinished = session_lines(begun, today=today, now=now)
    return OwnBoard(
        todays_sessions=_todays(sessions, today=today, now=now),
        unfinished=[line for line in unfinished if line.state.kind in ("bad", "warn")],
        coming=session_lines(coming, today=today, now=now),
        captures_missing=captures.count(),
        captures_missing_rows=list(captures[:SESSION_ROWS]),
    )


# Workers


def _worst(today: date, warning_days: int) -> list[WorkerRow]:
    """Not cleared, for the longest time first."""
    red = Min("items__key_date", filter=Q(items__status=ComplianceStatus.NON_COMPLIANT))
    people = Learner.objects.filter(in_group(Group.NOT_CLEARED, today=today, warning_days=warning_days))
    ordered = people.annotate(since=Coalesce(red, "compliance_holds_until")).order_by("since", "sort_key")
    return worker_rows(list(ordered[:ROWS]), today=today, warning_days=warning_days)


def _soonest(today: date, warning_days: int) -> list[WorkerRow]:
    """Expiring, the next expiry first."""
    green = Min("items__expiry_date", filter=Q(items__status=ComplianceStatus.COMPLIANT))
    people = Learner.objects.filter(in_group(Group.EXPIRING, today=today, warning_days=warning_days))
    ordered = people.annotate(until=green).order_by("until", "sort_key")
    return worker_rows(list(ordered[:ROWS]), today=today, warning_days=warning_days)


def _sign_offs(today: date) -> list[SignOffLine]:
    """Return the oldest practical sign-offs that are owed (V1)."""
    records = pending_sign_offs().select_related("learner", "course").annotate(title=course_title())
    return [
        SignOffLine(record, (today - record.training_date).days)
        for record in records.order_by("training_date", "pk")[:SESSION_ROWS]
    ]


# Sessions


def _in(shown: Shown, sessions: QuerySet[Session], now: datetime) -> QuerySet[Session]:
    return in_reading_order(sessions.filter(in_state(shown, now=now)), shown)


def _todays(sessions: QuerySet[Session], *, today: date, now: datetime) -> list[SessionLine]:
    """All sessions that start today, whatever has become of them."""
    day = sessions.filter(start_time__gte=start_of_day(today), start_time__lt=start_of_day(today + timedelta(days=1)))
    return session_lines(day.order_by("start_time", "pk"), today=today, now=now)
