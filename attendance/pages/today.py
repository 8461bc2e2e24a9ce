"""Today: how the site stands, who must not work, what expires soon, and which sessions need something done.

Every number is counted by the same condition as the list that its link opens, so the two cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, QuerySet, Value, Window

from attendance.pages.sessions import SessionLine, session_lines
from attendance.selectors.bookings import Booking, next_bookings, with_seats
from learners.models import CompetencyRecord
from learners.pages.urgent import Urgent, most_urgent
from learners.pages.worker_rows import Reason, WorkerRow
from learners.policies.standing import Group
from learners.selectors.compliance import Freshness, freshness
from learners.selectors.learners import group_counts, pending_sign_offs
from learners.selectors.records import COUNTED_TO, count_waiting_for_certificate
from training.core.kinds import StatusKind
from training.core.permissions import User
from training.models import ClassAttendanceSession, Session
from training.selectors.availability import start_of_day
from training.selectors.classes import captures_missing
from training.selectors.courses import course_title
from training.selectors.sessions import Shown, in_reading_order, in_state, visible_sessions

ROWS = 12
SESSION_ROWS = 8
COMING_DAYS = 7


@dataclass(frozen=True)
class SignOffLine:
    """A practical sign-off that waits, and for how many days."""

    record: CompetencyRecord
    waiting_days: int


@dataclass(frozen=True)
class WantedCourse:
    """A course that a worker named on Today needs.

    Attributes:
        booked: the next coming session of the course that has the worker on its list (P4).
        is_offered: whether there is a coming session of the course with free seats; otherwise one can be planned.
    """

    reason: Reason
    booked: Booking | None
    is_offered: bool


@dataclass(frozen=True)
class UrgentLine:
    """A worker whom Today names, with the courses that are the reason, the worst first."""

    row: WorkerRow
    courses: Sequence[WantedCourse]


@dataclass(frozen=True)
class Board:
    """What the page of Today shows. Each panel has the first rows of what its number counts."""

    counts: Mapping[Group, int]
    freshness: Freshness
    drafts: int
    to_finalize: int
    not_cleared_rows: Sequence[UrgentLine]
    expiring_rows: Sequence[UrgentLine]
    todays_sessions: Sequence[SessionLine]
    draft_rows: Sequence[SessionLine]
    to_finalize_rows: Sequence[SessionLine]
    to_verify: int
    to_verify_rows: Sequence[SignOffLine]
    captures_missing: int
    captures_missing_rows: Sequence[ClassAttendanceSession]
    without_certificate: int

    @property
    def is_counted_out(self) -> bool:
        """Whether there may be more records without a certificate than were counted."""
        return self.without_certificate >= COUNTED_TO

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
    def on_site(self) -> int:
        """The number of ACTIVE workers (C4)."""
        return self.cleared + self.not_cleared

    @property
    def cleared_percent(self) -> int | None:
        """The cleared workers in percent, rounded down, so that 100 means everybody; None if there are no workers."""
        return self.cleared * 100 // self.on_site if self.on_site else None

    @property
    def cleared_for_longer(self) -> int:
        """The number of cleared workers for whom nothing expires within the warning days."""
        return self.cleared - self.expiring


@dataclass(frozen=True)
class OwnBoard:
    """Today for a trainer: only the trainer's own sessions and classes, and nothing about workers."""

    todays_sessions: Sequence[SessionLine]
    unfinished: Sequence[SessionLine]
    coming: Sequence[SessionLine]
    captures_missing: int
    captures_missing_rows: Sequence[ClassAttendanceSession]


def board(*, user: User, today: date, now: datetime, warning_days: int) -> Board:
    """Return Today for the whole site, in a constant number of queries.

    Args:
        user: who looks.
        today: the site's date.
        now: the present moment.
        warning_days: how many days before an expiry the warning begins.
    """
    sessions = visible_sessions(user)
    urgent = most_urgent(today=today, warning_days=warning_days, limit=ROWS)
    panels = _panels(
        {
            "today": in_reading_order(_on_the_day(sessions, today), Shown.OPEN),
            "drafts": _in(Shown.DRAFT, sessions, now)[:SESSION_ROWS],
            "to_finalize": _in(Shown.TO_FINALIZE, sessions, now)[:SESSION_ROWS],
        },
        today=today,
        now=now,
    )
    captures = _captures(user, today)
    to_verify, to_verify_rows = _sign_offs(today)
    not_cleared, expiring = _urgent_lines(urgent, now=now)
    return Board(
        counts=group_counts(today=today, warning_days=warning_days),
        freshness=freshness(today),
        drafts=panels["drafts"].total,
        to_finalize=panels["to_finalize"].total,
        not_cleared_rows=not_cleared,
        expiring_rows=expiring,
        todays_sessions=panels["today"].lines,
        draft_rows=panels["drafts"].lines,
        to_finalize_rows=panels["to_finalize"].lines,
        to_verify=to_verify,
        to_verify_rows=to_verify_rows,
        captures_missing=captures.total,
        captures_missing_rows=captures.rows,
        without_certificate=count_waiting_for_certificate(),
    )


def own_board(*, user: User, today: date, now: datetime) -> OwnBoard:
    """Return Today for a trainer: own sessions of the day, those that lack marks or the sheet, and the coming ones."""
    sessions = visible_sessions(user)
    begun = sessions.filter(status=Session.Status.SCHEDULED, start_time__lte=now).order_by("start_time")
    coming = sessions.filter(
        status=Session.Status.SCHEDULED,
        start_time__gte=start_of_day(today + timedelta(days=1)),
        start_time__lt=start_of_day(today + timedelta(days=1 + COMING_DAYS)),
    ).order_by("start_time")
    captures = _captures(user, today)
    unfinished = session_lines(begun, today=today, now=now)
    return OwnBoard(
        todays_sessions=session_lines(in_reading_order(_on_the_day(sessions, today), Shown.OPEN), today=today, now=now),
        unfinished=[line for line in unfinished if line.state.kind in (StatusKind.BAD, StatusKind.WARN)],
        coming=session_lines(coming, today=today, now=now),
        captures_missing=captures.total,
        captures_missing_rows=captures.rows,
    )


# Workers


def _urgent_lines(urgent: Urgent, *, now: datetime) -> tuple[list[UrgentLine], list[UrgentLine]]:
    """Return both groups of urgent workers, with bookings and whether their courses are offered, in two queries."""
    wanted = [(row, [each for each in row.reasons if each.kind == StatusKind.BAD]) for row in urgent.not_cleared]
    expiring = [(row, [row.next_expiry] if row.next_expiry else []) for row in urgent.expiring]
    rows = [*wanted, *expiring]
    courses = {each.course_id for _row, reasons in rows for each in reasons}
    booked = next_bookings({row.learner.pk for row, _reasons in rows}, now=now) if rows else {}
    offered = set(with_seats(courses, now=now).values_list("course", flat=True)) if courses else set()
    lines = [
        UrgentLine(
            row,
            [
                WantedCourse(each, booked.get((row.learner.pk, each.course_id)), each.course_id in offered)
                for each in reasons
            ],
        )
        for row, reasons in rows
    ]
    return lines[: len(wanted)], lines[len(wanted) :]


# Sessions


def _in(shown: Shown, sessions: QuerySet[Session], now: datetime) -> QuerySet[Session]:
    return in_reading_order(sessions.filter(in_state(shown, now=now)), shown)


def _on_the_day(sessions: QuerySet[Session], today: date) -> QuerySet[Session]:
    """Return the sessions that start today, in any state."""
    return sessions.filter(start_time__gte=start_of_day(today), start_time__lt=start_of_day(today + timedelta(days=1)))


class Panel(NamedTuple):
    """The number of sessions that a panel is about, and its first lines."""

    total: int
    lines: Sequence[SessionLine]


def _panels(asked: Mapping[str, QuerySet[Session]], *, today: date, now: datetime) -> dict[str, Panel]:
    """Return the panels by name, each with the first of its sessions in the order of time, and how many there are.

    One query finds and counts the sessions of all panels, and their lines are read together: on this page building a
    query takes longer than answering it.

    Args:
        asked: the sessions of each panel, by its name. A slice shows only those in it, and counts all.
        today: the site's date.
        now: the present moment.
    """
    named = [sessions.values_list(Value(name), "pk", Window(Count("pk"))) for name, sessions in asked.items()]
    shown: dict[str, set[int]] = {name: set() for name in asked}
    totals = dict.fromkeys(asked, 0)
    for name, pk, total in named[0].union(*named[1:], all=True):
        shown[name].add(pk)
        totals[name] = total
    together = Session.objects.filter(pk__in=set().union(*shown.values()))
    lines = session_lines(in_reading_order(together, Shown.OPEN), today=today, now=now)
    return {name: Panel(totals[name], [line for line in lines if line.session.pk in shown[name]]) for name in asked}


# What else waits to be done


class Captures(NamedTuple):
    """The number of class meetings that nobody has captured, and the oldest of them."""

    total: int
    rows: Sequence[ClassAttendanceSession]


def _captures(user: User, today: date) -> Captures:
    missing = captures_missing(user, today=today).select_related(None).select_related("training_class__course")
    rows = list(missing.annotate(total=Window(Count("pk")))[:SESSION_ROWS])
    return Captures(rows[0].total if rows else 0, rows)


def _sign_offs(today: date) -> tuple[int, list[SignOffLine]]:
    """Return the number of practical sign-offs that wait, and the oldest of them (V1)."""
    records = (
        pending_sign_offs()
        .select_related("learner")
        .only("training_date", "learner__first_name", "learner__last_name")
        .annotate(title=course_title(), total=Window(Count("pk")))
    )
    rows = list(records.order_by("training_date", "pk")[:SESSION_ROWS])
    return rows[0].total if rows else 0, [SignOffLine(row, (today - row.training_date).days) for row in rows]
