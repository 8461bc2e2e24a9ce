"""Classes as their pages show them: the list with what is missing of each, and one month of a class day by day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Sum, TextChoices
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.models import CaptureVoid
from learners.models import LearnerHoursLog, LearnerProgression
from learners.policies.hours import percent
from learners.policies.standing import Standing
from learners.selectors.progression import ProgressionLine, progressions_of_class
from training.core.count_of import number_of
from training.core.kinds import StatusKind
from training.core.permissions import Permission, User, may
from training.core.refusals import NotFound
from training.core.words import day as day_in_words
from training.models import ClassAttendanceSession, TrainingClass
from training.policies.meetings import check_can_capture, check_can_except, check_can_void
from training.policies.schedules import Frequency, Schedule, day_name
from training.policies.sessions import allows
from training.selectors.classes import CalendarDay, by_code, class_calendar, class_months, is_missing

Meeting = ClassAttendanceSession
NO_HOURS = Decimal(0)


class ShownClasses(TextChoices):
    """The entries of the status strip above the list. Their values stand in addresses."""

    ACTIVE = "active", gettext_lazy("Active")
    DRAFT = "draft", gettext_lazy("Drafts")
    STOPPED = "stopped", gettext_lazy("Stopped")
    ALL = "all", gettext_lazy("All")


@dataclass(frozen=True)
class ClassFilter:
    """Which classes the list is asked for; `code` is a class code or a part of one."""

    code: str = ""
    client_id: int | None = None
    course_id: int | None = None
    agent_id: int | None = None


@dataclass(frozen=True)
class ClassLine:
    """A class in the list, with the number of workers in progress and of its captured, pending and overdue meetings."""

    training_class: TrainingClass
    learners: int
    captured: int
    planned: int
    missing: int


@dataclass(frozen=True)
class Logged:
    """What the log holds for a meeting: the number of workers, and the hours of all of them together."""

    learners: int = 0
    trained: Decimal = NO_HOURS
    present: Decimal = NO_HOURS


@dataclass(frozen=True)
class DayLine:
    """A day in the month of a class, what became of its meeting, and what this person may do with it."""

    calendar: CalendarDay
    state: Standing
    logged: Logged
    can_capture: bool
    can_except: bool
    can_void: bool
    was_voided: bool


@dataclass(frozen=True)
class Month:
    """A tab of the page: the first day of a month, and how many of its meetings are not captured yet."""

    first: date
    missing: int
    is_current: bool


@dataclass(frozen=True)
class ClassSummary:
    """How many meetings of a class are in each state, and the hours of its timetable that are held and planned."""

    captured: int
    pending: int
    excepted: int
    missing: int
    hours_captured: Decimal
    hours_planned: Decimal

    @property
    def percent(self) -> int | None:
        """The captured hours in percent of the timetable; None for an empty timetable."""
        return percent(self.hours_captured, self.hours_planned)


@dataclass(frozen=True)
class ClassBoard:
    """The parts of a class's page that change when hours are captured."""

    training_class: TrainingClass
    summary: ClassSummary
    months: Sequence[Month]
    month: date | None
    days: Sequence[DayLine]
    progressions: Sequence[ProgressionLine]

    @property
    def as_list(self) -> str:
        """The query by which the list of its workers is asked for as a file."""
        return f"?class={self.training_class.pk}"

    @property
    def month_as_list(self) -> str:
        """The query by which the list of the month's meetings is asked for as a file."""
        return f"{self.as_list}&month={self.month:%Y-%m}" if self.month else self.as_list

    @property
    def in_progress(self) -> int:
        return sum(line.progression.status == LearnerProgression.Status.IN_PROGRESS for line in self.progressions)

    @property
    def attendance_rate(self) -> int | None:
        """The hours present in percent of the hours trained, of all workers together (H7); None without hours."""
        trained = sum((line.progression.hours_trained for line in self.progressions), NO_HOURS)
        return percent(sum((line.progression.hours_present for line in self.progressions), NO_HOURS), trained)


@dataclass(frozen=True)
class MeetingDetail:
    """A meeting with all its rows of hours, and every time it was taken back, the latest first."""

    meeting: Meeting
    logged: Logged
    rows: Sequence[LearnerHoursLog]
    voids: Sequence[CaptureVoid]


# The list


def matching(classes: QuerySet[TrainingClass], wanted: ClassFilter) -> QuerySet[TrainingClass]:
    """Return those of the classes that match a filter."""
    exact = {"client_id": wanted.client_id, "course_id": wanted.course_id, "agent_id": wanted.agent_id}
    found = classes.filter(**{field: value for field, value in exact.items() if value is not None})
    return by_code(found, wanted.code) if wanted.code.strip() else found


def count_by_state(classes: QuerySet[TrainingClass]) -> dict[ShownClasses, int]:
    """Return how many of the classes each entry of the strip has, in one query."""
    counted = dict(classes.order_by().values_list("status").annotate(Count("pk")))
    return {
        each: sum(counted.values()) if each is ShownClasses.ALL else counted.get(each.value, 0) for each in ShownClasses
    }


def in_state(classes: QuerySet[TrainingClass], shown: ShownClasses) -> QuerySet[TrainingClass]:
    """Return those of the classes that belong to an entry of the strip, the latest first."""
    found = classes if shown is ShownClasses.ALL else classes.filter(status=shown.value)
    return found.order_by(F("start_date").desc(nulls_first=True), "-pk")


def class_lines(classes: QuerySet[TrainingClass], *, today: date) -> list[ClassLine]:
    """Return the lines of these classes in their order, in one query."""
    meetings = Meeting.objects.filter(training_class=OuterRef("pk"))
    in_progress = LearnerProgression.objects.filter(
        training_class=OuterRef("pk"), status=LearnerProgression.Status.IN_PROGRESS
    )
    found: Any = classes.annotate(
        learners=number_of(in_progress, "training_class"),
        captured=number_of(meetings.filter(status=Meeting.Status.CAPTURED), "training_class"),
        pending=number_of(meetings.filter(status=Meeting.Status.PENDING), "training_class"),
        missing=number_of(meetings.filter(is_missing(today)), "training_class"),
    )
    return [ClassLine(each, each.learners, each.captured, each.captured + each.pending, each.missing) for each in found]


# One class


def class_board(training_class: TrainingClass, *, month: date | None, user: User, today: date) -> ClassBoard:
    """Return a class with one of its months, in a constant number of queries.

    Args:
        training_class: the class.
        month: any day of the month; None, or a day outside of the class, means the month nearest to `today`.
        user: who looks; it decides what each day offers.
        today: the site's date.
    """
    missing = dict(
        training_class.sessions.order_by()
        .values_list(TruncMonth("session_date"))
        .annotate(missing=Count("pk", filter=is_missing(today)))
    )
    # A meeting may lie on a day that a later change of the schedule took out of the class.
    firsts = sorted({*class_months(training_class), *missing})
    shown = _month(firsts, month, today)
    return ClassBoard(
        training_class=training_class,
        summary=_summary(training_class, today),
        months=[Month(first, missing.get(first, 0), first == shown) for first in firsts],
        month=shown,
        days=_days(training_class, shown, user=user, today=today) if shown else [],
        progressions=progressions_of_class(training_class.pk),
    )


def timetable(training_class: TrainingClass) -> list[tuple[str, str]]:
    """Return the weekdays of the schedule and their times in words, such as "Monday" and "08:00–12:00"."""
    if not training_class.schedule:
        return []
    schedule = Schedule.from_json(training_class.schedule)
    return [
        (day_name(schedule.frequency, day), ", ".join(str(each) for each in sorted(schedule.days[day])))
        for day in schedule.in_order
    ]


def rhythm(training_class: TrainingClass) -> str:
    """Return in words how often the days of the schedule recur."""
    stored = training_class.schedule
    return str(Frequency(stored["frequency"]).label) if stored else ""


def get_meeting(training_class: TrainingClass, day: date) -> Meeting:
    """Return the meeting of a class on a day.

    Raises:
        NotFound: the class has no meeting on that day.
    """
    found = training_class.sessions.select_related("captured_by").filter(session_date=day).first()
    if found is None:
        text = _("The class does not meet on %(day)s. Choose one of its days.")
        raise NotFound(text % {"day": day_in_words(day)})
    return found


def meeting_detail(meeting: Meeting) -> MeetingDetail:
    """Return the hours logged for a meeting, sorted by name, and every time it was taken back."""
    rows = (
        LearnerHoursLog.objects.filter(session=meeting)
        .select_related("learner__company", "created_by", "reversal")
        .order_by("learner__sort_key", "pk")
    )
    voids = CaptureVoid.objects.filter(class_session=meeting).select_related("voided_by").order_by("-pk")
    return MeetingDetail(meeting, _logged([meeting]).get(meeting.pk, Logged()), list(rows), list(voids))


def _month(firsts: Sequence[date], asked: date | None, today: date) -> date | None:
    if not firsts:
        return None
    wanted = asked.replace(day=1) if asked else None
    return wanted if wanted in firsts else min(max(today.replace(day=1), firsts[0]), firsts[-1])


def _summary(training_class: TrainingClass, today: date) -> ClassSummary:
    is_captured, is_pending = Q(status=Meeting.Status.CAPTURED), Q(status=Meeting.Status.PENDING)
    zero = partial(Sum, "scheduled_hours", default=NO_HOURS)
    return ClassSummary(
        **training_class.sessions.aggregate(
            captured=Count("pk", filter=is_captured),
            pending=Count("pk", filter=is_pending),
            excepted=Count("pk", filter=~(is_captured | is_pending)),
            missing=Count("pk", filter=is_missing(today)),
            hours_captured=zero(filter=is_captured),
            hours_planned=zero(filter=is_captured | is_pending),
        )
    )


def _days(training_class: TrainingClass, first: date, *, user: User, today: date) -> list[DayLine]:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    calendar = class_calendar(training_class, first=first, last=last)
    meetings = [each.session for each in calendar if each.session is not None]
    logged = _logged(meetings)
    voided = set(CaptureVoid.objects.filter(class_session__in=meetings).values_list("class_session_id", flat=True))
    captures, voids = may(user, Permission.CAPTURE, training_class), may(user, Permission.VOID)
    return [
        DayLine(
            calendar=each,
            state=state_of(each.session, blocked=each.blocked, today=today),
            logged=logged.get(each.session.pk, Logged()) if each.session else Logged(),
            can_capture=captures and each.session is not None and allows(check_can_capture, each.session, today=today),
            can_except=captures and each.session is not None and allows(check_can_except, each.session),
            can_void=voids and each.session is not None and allows(check_can_void, each.session),
            was_voided=each.session is not None and each.session.pk in voided,
        )
        for each in calendar
    ]


def state_of(meeting: Meeting | None, *, blocked: str = "", today: date) -> Standing:
    """Return the most important thing to say about a day of a class, as a badge.

    Args:
        meeting: the meeting of that day; None where there is none.
        blocked: why the class does not meet on that day; empty where it does.
        today: the site's date.
    """
    if meeting is None:
        return Standing(StatusKind.NONE, blocked)
    if meeting.status == Meeting.Status.CAPTURED:
        return Standing(StatusKind.OK, _("Recorded"))
    if meeting.status != Meeting.Status.PENDING:
        return Standing(StatusKind.NONE, str(Meeting.Status(meeting.status).label))
    if meeting.session_date > today:
        return Standing(StatusKind.NONE, _("Scheduled"))
    return (
        Standing(StatusKind.NONE, _("Today"))
        if meeting.session_date == today
        else Standing(StatusKind.WARN, _("Hours not recorded"))
    )


def _logged(meetings: Collection[Meeting]) -> Mapping[int, Logged]:
    rows = (
        LearnerHoursLog.objects.filter(session__in=meetings)
        .order_by()
        .values("session_id")
        .annotate(
            learners=Count("learner", distinct=True, filter=Q(reversal_of__isnull=True, reversal__isnull=True)),
            trained=Sum("hours_trained"),
            present=Sum("hours_present"),
        )
    )
    return {row["session_id"]: Logged(row["learners"], row["trained"], row["present"]) for row in rows}
