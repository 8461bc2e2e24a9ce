"""Classes, their meetings and workers, and meetings whose hours are missing as files (X1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.forms.classes import ClassFilterForm, MonthForm
from attendance.pages.classes import (
    ClassFilter,
    ClassLine,
    DayLine,
    ShownClasses,
    class_board,
    class_lines,
    in_state,
    matching,
)
from attendance.pages.hours import hours_pattern
from attendance.policies.import_kinds import HOURS
from learners.models import LearnerHoursLog
from learners.selectors.progression import ProgressionLine
from learners.selectors.standing_hours import standing_hours
from training.core.list_files import TableColumn, at, named
from training.core.permissions import Permission, Reach, check_may_some, name_of, reach
from training.core.sorting import Columns
from training.core.words import month as month_in_words
from training.models import ClassAttendanceSession, TrainingClass
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
from training.policies.import_classes import CLASSES
from training.selectors.classes import captures_missing, visible_class, visible_classes

CLASS_SORTS: Columns = {
    "code": ("class_code",),
    "course": ("course__code", "class_code"),
    "client": ("client__name", "class_code"),
    "agent": ("agent__last_name", "agent__first_name", "class_code"),
    "first": ("start_date",),
    "last": ("end_date",),
}

CLASS: Sequence[TableColumn[ClassLine]] = (
    TableColumn("class_code", gettext_lazy("Class"), at("training_class.class_code"), width=16),
    TableColumn("course", gettext_lazy("Course"), lambda line: named(line.training_class.course), width=11),
    TableColumn("client", gettext_lazy("Client"), lambda line: named(line.training_class.client), width=28),
    TableColumn("class_type", gettext_lazy("Class type"), lambda line: line.training_class.class_type, width=18),
    TableColumn("agent", gettext_lazy("Trainer"), lambda line: named(line.training_class.agent), width=28),
    TableColumn("venue", gettext_lazy("Venue"), lambda line: named(line.training_class.venue), width=28),
    TableColumn("start_date", gettext_lazy("First day"), lambda line: line.training_class.start_date, width=13),
    TableColumn("end_date", gettext_lazy("Last day"), lambda line: line.training_class.end_date, width=13),
    TableColumn("stop_date", gettext_lazy("Stopped on"), lambda line: line.training_class.stop_date, width=13),
    import_column(CLASSES, "course_hours", at("training_class.course_hours"), width=12),
    TableColumn("workers", gettext_lazy("Workers"), lambda line: line.learners, width=9),
    TableColumn("recorded", gettext_lazy("Meetings recorded"), lambda line: line.captured, width=11),
    TableColumn("planned", gettext_lazy("Meetings planned"), lambda line: line.planned, width=11),
    TableColumn("missing", gettext_lazy("Hours not recorded yet"), lambda line: line.missing, width=13),
    TableColumn("status", gettext_lazy("State"), lambda line: line.training_class.get_status_display(), width=12),
)
MISSING: Sequence[TableColumn[ClassAttendanceSession]] = (
    TableColumn("day", gettext_lazy("Day"), lambda each: each.session_date, width=13),
    TableColumn("class_code", gettext_lazy("Class"), lambda each: str(each.training_class), width=16),
    TableColumn("course", gettext_lazy("Course"), lambda each: named(each.training_class.course), width=11),
    TableColumn("client", gettext_lazy("Client"), lambda each: named(each.training_class.client), width=28),
    TableColumn("trainer", gettext_lazy("Trainer"), lambda each: named(each.training_class.agent), width=28),
    TableColumn("hours", gettext_lazy("Hours"), lambda each: each.scheduled_hours, width=8, pattern=hours_pattern),
)
MEETING: Sequence[TableColumn[DayLine]] = (
    TableColumn("day", gettext_lazy("Day"), lambda line: line.calendar.day, width=13),
    TableColumn("times", gettext_lazy("Times"), lambda line: ", ".join(map(str, line.calendar.intervals)), width=24),
    TableColumn("hours", gettext_lazy("Hours"), lambda line: line.calendar.hours, width=8, pattern=hours_pattern),
    TableColumn("state", gettext_lazy("State"), lambda line: line.state.word, width=24),
    TableColumn("present", gettext_lazy("Hours present"), lambda line: line.logged.present, pattern=hours_pattern),
    TableColumn("trained", gettext_lazy("Hours trained"), lambda line: line.logged.trained, pattern=hours_pattern),
    TableColumn("workers", gettext_lazy("Workers"), lambda line: line.logged.learners, width=9),
    TableColumn("recorded_by", gettext_lazy("Recorded by"), lambda line: _recorded_by(line.calendar.session), width=24),
    TableColumn(
        "recorded_at",
        gettext_lazy("Recorded at"),
        at("calendar.session.captured_at"),
        width=18,
    ),
)
PROGRAMME: Sequence[TableColumn[ProgressionLine]] = (
    TableColumn("badge", gettext_lazy("Badge"), lambda line: line.progression.learner.badge_id, width=14),
    TableColumn("worker", gettext_lazy("Worker"), lambda line: line.progression.learner.name, width=28),
    TableColumn("employer", gettext_lazy("Employer"), lambda line: named(line.progression.learner.company), width=28),
    TableColumn("class_code", gettext_lazy("Class"), lambda line: str(line.progression.training_class), width=16),
    TableColumn("course", gettext_lazy("Course"), lambda line: named(line.progression.course), width=11),
    TableColumn("start_date", gettext_lazy("Since"), lambda line: line.progression.start_date, width=13),
    TableColumn("completion_date", gettext_lazy("Completed on"), at("progression.completion_date"), width=13),
    TableColumn("course_hours", gettext_lazy("Course hours"), lambda line: line.course_hours, pattern=hours_pattern),
    TableColumn("trained", gettext_lazy("Hours trained"), at("progression.hours_trained"), pattern=hours_pattern),
    TableColumn("present", gettext_lazy("Hours present"), at("progression.hours_present"), pattern=hours_pattern),
    TableColumn("absent", gettext_lazy("Hours absent"), at("progression.hours_absent"), pattern=hours_pattern),
    TableColumn("progress", gettext_lazy("Progress (%)"), lambda line: line.percent, width=10),
    TableColumn("attendance", gettext_lazy("Attendance (%)"), lambda line: line.attendance_rate, width=10),
    TableColumn("status", gettext_lazy("State"), lambda line: line.progression.get_status_display(), width=14),
)


@dataclass(frozen=True)
class HoursLine:
    """Logged hours of somebody at a meeting that was held, or a meeting that was not held."""

    meeting: ClassAttendanceSession
    log: LearnerHoursLog | None


HOURS_LOGGED: Sequence[TableColumn[HoursLine]] = (
    import_column(HOURS, "class_code", lambda line: str(line.meeting.training_class), width=16),
    import_column(HOURS, "session_date", at("meeting.session_date"), width=13),
    import_column(HOURS, "badge_id", at("log.learner.person.badge_id"), width=14),
    import_column(HOURS, "first_name", at("log.learner.person.first_name"), width=20),
    import_column(HOURS, "last_name", at("log.learner.person.last_name"), width=20),
    TableColumn("hours_trained", gettext_lazy("Hours trained"), at("log.hours_trained"), pattern=hours_pattern),
    TableColumn("hours_present", gettext_lazy("Hours present"), at("log.hours_present"), pattern=hours_pattern),
    import_column(HOURS, "status", lambda line: line.meeting.get_status_display(), width=18),
    import_column(HOURS, "notes", at("log.notes"), width=36),
)

reads_classes = partial(check_may_some, permission=Permission.READ_CLASS)


@dataclass(frozen=True)
class AskedClasses:
    """What the address of the list of classes asks for.

    Attributes:
        found: what the filter leaves, whichever entry of the strip is chosen.
        rows: the classes of that entry in their usual order.
    """

    form: ClassFilterForm
    shown: ShownClasses
    wanted: ClassFilter
    found: QuerySet[TrainingClass]
    rows: QuerySet[TrainingClass]


def classes_asked_for(query: QueryDict, *, by: User) -> AskedClasses:
    """Return the classes that a query asks for, among those that this person may read."""
    form = ClassFilterForm(query, sees_everything=reach(by, Permission.READ_CLASS) is Reach.ALL)
    shown, wanted = form.shown(), form.wanted()
    found = matching(visible_classes(by), wanted)
    return AskedClasses(form, shown, wanted, found, in_state(found, shown))


def _recorded_by(meeting: ClassAttendanceSession | None) -> str | None:
    return name_of(meeting.captured_by) if meeting is not None and meeting.captured_by is not None else None


def _find_classes(asking: Asking) -> FoundRows:
    rows = asking.sorted(classes_asked_for(asking.query, by=asking.by).rows, CLASS_SORTS)
    lines = partial(class_lines, today=asking.today)
    return FoundRows(CLASS, *in_chunks(rows, lines, key=lambda line: line.training_class.pk))


def _find_captures(asking: Asking) -> FoundRows:
    missing = captures_missing(asking.by, today=asking.today)
    return FoundRows(MISSING, *in_chunks(missing, list, key=lambda each: each.pk))


def _find_meetings(asking: Asking) -> FoundRows:
    training_class = visible_class(asking.by, asking.key("class"))
    month = MonthForm(asking.query).month_or_none()
    board = class_board(training_class, month=month, user=asking.by, today=asking.today)
    words = {"class": training_class, "month": month_in_words(board.month)}
    return all_at_once(MEETING, board.days, subject=_("Meetings of %(class)s, %(month)s") % words)


def _find_workers(asking: Asking) -> FoundRows:
    training_class = visible_class(asking.by, asking.key("class"))
    board = class_board(training_class, month=None, user=asking.by, today=asking.today)
    return all_at_once(PROGRAMME, board.progressions, subject=_("Workers of %(class)s") % {"class": training_class})


def _find_hours(asking: Asking) -> FoundRows:
    """Return the hours that stand of a class, by meeting and badge; of a meeting that was not held one row."""
    training_class = visible_class(asking.by, asking.key("class"))
    meetings = training_class.sessions.exclude(status=ClassAttendanceSession.Status.PENDING)
    logs: dict[int, list[LearnerHoursLog]] = {}
    logged = standing_hours().filter(session__in=meetings).select_related("learner__merged_into")
    for log in logged.order_by("learner__badge_id", "pk"):
        logs.setdefault(log.session_id or 0, []).append(log)
    lines: list[HoursLine] = []
    for meeting in meetings.order_by("session_date"):
        meeting.training_class = training_class
        if meeting.status == ClassAttendanceSession.Status.CAPTURED:
            lines += [HoursLine(meeting, log) for log in logs.get(meeting.pk, [])]
        else:
            lines.append(HoursLine(meeting, None))
    return all_at_once(HOURS_LOGGED, lines, subject=_("Hours of %(class)s") % {"class": training_class})


declare_list(
    "classes",
    gettext_lazy("Classes"),
    check=reads_classes,
    find=_find_classes,
    page=page_at("attendance:classes"),
    of_kind="classes",
)
declare_list(
    "class-captures",
    gettext_lazy("Hours not recorded yet"),
    check=reads_classes,
    find=_find_captures,
    page=page_at("attendance:class_captures"),
)
declare_list(
    "class-meetings",
    gettext_lazy("Meetings of a class"),
    check=reads_classes,
    find=_find_meetings,
    page=page_of("attendance:class", "class"),
)
declare_list(
    "class-hours",
    gettext_lazy("Hours of a class"),
    check=reads_classes,
    find=_find_hours,
    page=page_of("attendance:class", "class"),
    of_kind="hours",
)
declare_list(
    "class-workers",
    gettext_lazy("Workers of a class"),
    check=reads_classes,
    find=_find_workers,
    page=page_of("attendance:class", "class"),
)
