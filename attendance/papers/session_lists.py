"""Sessions, their attendance lists and their logs as files (X1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.forms.sessions import SessionListForm
from attendance.pages.register import RegisterRow, register
from attendance.pages.sessions import SessionLine, listing, session_lines
from attendance.pages.trail import of_session
from attendance.policies.import_kinds import MARKS, SESSIONS
from training.core.list_files import TableColumn, at, named, yes_or_no
from training.core.permissions import Permission, Reach, check_may_some, may, reach
from training.core.sorting import Columns
from training.models import Session
from training.papers.lists import (
    Asking,
    FoundRows,
    all_at_once,
    declare_list,
    import_column,
    in_chunks,
    page_at,
    page_of,
)
from training.papers.trails import declare_log
from training.selectors.sessions import (
    SessionFilter,
    Shown,
    get_session,
    in_reading_order,
    in_state,
    matching,
    visible_sessions,
)

SESSION_SORTS: Columns = {
    "day": ("start_time",),
    "session": ("course__code", "start_time"),
    "reference": ("pk",),
    "trainer": ("trainer__last_name", "trainer__first_name", "start_time"),
    "venue": ("venue__name", "start_time"),
}


def _day(at_time: datetime | None) -> date | None:
    return None if at_time is None else timezone.localdate(at_time)


def _clock(at_time: datetime | None) -> str | None:
    return None if at_time is None else f"{timezone.localtime(at_time):%H:%M}"


SESSION: Sequence[TableColumn[SessionLine]] = (
    TableColumn("reference", gettext_lazy("Reference"), lambda line: line.session.reference, width=15),
    import_column(SESSIONS, "day", lambda line: _day(line.session.start_time), width=13),
    import_column(SESSIONS, "starts_at", lambda line: _clock(line.session.start_time), width=8),
    import_column(SESSIONS, "ends_at", lambda line: _clock(line.session.end_time), width=8),
    TableColumn("course", gettext_lazy("Course"), lambda line: line.session.course.code, width=11),
    TableColumn("title", gettext_lazy("Session"), lambda line: getattr(line.session, "title", None), width=36),
    TableColumn("trainer", gettext_lazy("Trainer"), lambda line: named(line.session.trainer), 28),
    TableColumn("venue", gettext_lazy("Venue"), at("session.venue.name"), width=28),
    TableColumn("seats_taken", gettext_lazy("On the list"), lambda line: line.seats.listed, width=10),
    TableColumn("seats", gettext_lazy("Seats"), at("session.venue.capacity"), width=8),
    TableColumn("sheet", gettext_lazy("Signed sheet"), lambda line: yes_or_no(line.session.has_evidence), width=10),
    TableColumn("status", gettext_lazy("Status"), lambda line: line.session.get_status_display(), width=12),
    TableColumn("state", gettext_lazy("State"), lambda line: line.state.word, width=24),
)
LINE: Sequence[TableColumn[RegisterRow]] = (
    import_column(MARKS, "session", at("attendee.session.reference"), width=15),
    TableColumn("line", gettext_lazy("Line"), lambda row: row.attendee.line, width=6),
    TableColumn("badge_id", gettext_lazy("Badge"), lambda row: row.badge, width=14),
    import_column(MARKS, "first_name", at("learner.first_name"), width=20),
    import_column(MARKS, "last_name", at("learner.last_name"), width=20),
    TableColumn("standing", gettext_lazy("Course now"), lambda row: (row.alert or row.standing).word, width=16),
    TableColumn("company", gettext_lazy("Employer"), lambda row: row.company, width=28),
    TableColumn("role", gettext_lazy("Role"), lambda row: row.role, width=24),
    TableColumn("is_present", gettext_lazy("Present"), lambda row: _marked(row, row.is_present), width=9),
    TableColumn("has_passed", gettext_lazy("Passed"), lambda row: _marked(row, row.has_passed), width=9),
    TableColumn("remarks", gettext_lazy("Remarks"), lambda row: row.remarks, width=36),
    TableColumn("marked_by", gettext_lazy("Marked by"), lambda row: row.marked_by, width=24),
    TableColumn("marked_at", gettext_lazy("Marked at"), lambda row: row.attendee.marked_at, width=18),
    TableColumn("record", gettext_lazy("Record"), at("outcome.word"), width=14),
)
NOT_TOLD_TO_TRAINERS = {"role"}

reads_sessions = partial(check_may_some, permission=Permission.READ_SESSION)


@dataclass(frozen=True)
class AskedSessions:
    """What the address of the list of sessions asks for.

    Attributes:
        found: what the filter leaves, whichever entry of the strip is chosen.
        rows: the sessions of that entry in their usual order.
    """

    form: SessionListForm
    shown: Shown
    wanted: SessionFilter
    found: QuerySet[Session]
    rows: QuerySet[Session]


def sessions_asked_for(query: QueryDict, *, by: User, now: datetime) -> AskedSessions:
    """Return the sessions that a query asks for, among those that this person may read."""
    form = session_filter(query, by=by)
    shown, wanted = form.shown(), form.wanted()
    found = listing(matching(visible_sessions(by), wanted), form.wanted_worker)
    rows = in_reading_order(found.filter(in_state(shown, now=now)), shown)
    return AskedSessions(form, shown, wanted, found, rows)


def session_filter(query: QueryDict, *, by: User) -> SessionListForm:
    """Return the filter of a list of sessions; who reads all of them can choose a trainer in it."""
    return SessionListForm(query, sees_everything=reach(by, Permission.READ_SESSION) is Reach.ALL)


def _marked(row: RegisterRow, is_so: bool) -> str | None:
    return yes_or_no(is_so) if row.attendee.marked_at is not None else None


def _find_sessions(asking: Asking) -> FoundRows:
    asked = sessions_asked_for(asking.query, by=asking.by, now=asking.now)
    rows = asking.sorted(asked.rows, SESSION_SORTS)
    lines = partial(session_lines, today=asking.today, now=asking.now)
    return FoundRows(SESSION, *in_chunks(rows, lines, key=lambda line: line.session.pk))


def _find_list(asking: Asking) -> FoundRows:
    session = get_session(asking.key("session"), user=asking.by)
    rows = register(session, now=asking.now, warning_days=settings.EXPIRY_WARNING_DAYS)
    reads_site = may(asking.by, Permission.READ_SITE)
    columns = [each for each in LINE if reads_site or each.name not in NOT_TOLD_TO_TRAINERS]
    return all_at_once(columns, rows, subject=_("Attendance list of %(session)s") % {"session": session})


declare_list(
    "sessions",
    gettext_lazy("Sessions"),
    check=reads_sessions,
    find=_find_sessions,
    page=page_at("attendance:sessions"),
    of_kind="sessions",
)
declare_list(
    "session-list",
    gettext_lazy("Attendance list"),
    check=reads_sessions,
    find=_find_list,
    page=page_of("attendance:session", "session"),
    of_kind="marks",
)
declare_log(
    "session-log",
    gettext_lazy("Audit log of a session"),
    lambda asking: of_session(
        get_session(asking.key("session"), user=asking.by), tells_reads=may(asking.by, Permission.ADMINISTER)
    ),
    page=page_of("attendance:session_trail", "session"),
    check=reads_sessions,
)
