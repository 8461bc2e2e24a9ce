"""Classes: which of them somebody may read, on which days they meet, and what became of these days."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import User as Login
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from training.core.permissions import Permission, User, within_reach
from training.models import ClassAttendanceSession, TrainingClass
from training.policies.classes import check_class_found
from training.policies.public_holidays import public_holidays
from training.policies.schedules import BadSchedule, ClassDay, Interval, Schedule, class_days
from training.policies.sessions import Overlap

Meeting = ClassAttendanceSession


@dataclass(frozen=True)
class CalendarDay:
    """A day in the calendar of a class: a meeting, or a day of its schedule that is blocked.

    Attributes:
        hours: how many hours the class meets; those of a meeting are as stored.
        blocked: the holiday or the reason of the exception; empty where the class meets.
        session: the meeting; None where the class has none on that day.
    """

    day: date
    intervals: tuple[Interval, ...]
    hours: Decimal
    blocked: str
    session: Meeting | None


@dataclass(frozen=True)
class StatusChange:
    """A change of the status of a class: to which one, when, and by whom; None where no login did it."""

    status: TrainingClass.Status
    stop_date: date | None
    at: datetime
    by: Login | None


@dataclass(frozen=True)
class MeetingOverlap:
    """A meeting of a class that has the same trainer or venue at the same time (S4)."""

    kind: Overlap.Kind
    meeting: Meeting
    start: datetime
    end: datetime


def visible_classes(user: User) -> QuerySet[TrainingClass]:
    """Return the classes that this person may read: all, a trainer's own, or none; with client, course and so on."""
    classes = TrainingClass.objects.select_related("client", "course", "agent", "venue")
    return within_reach(classes, user, Permission.READ_CLASS, trainer="agent")


def visible_class(user: User, class_id: int) -> TrainingClass:
    """Return a class that this person may read.

    Raises:
        NotFound: there is none of this key that the person may read.
    """
    return check_class_found(visible_classes(user).select_related("updated_by").filter(pk=class_id).first())


def by_code(classes: QuerySet[TrainingClass], text: str) -> QuerySet[TrainingClass]:
    """Return those of `classes` whose code contains `text`, whatever the case of its letters.

    A draft without a code is found by what pages show in its place, such as #39.
    """
    wanted = "".join(text.split())
    found = Q(class_code__icontains=wanted) | Q(class_code__icontains=text.strip())
    if number := re.fullmatch(r"#([0-9]{1,18})", wanted):
        found |= Q(class_code__isnull=True, pk=int(number[1]))
    return classes.filter(found)


# Days


def planned_days(training_class: TrainingClass) -> list[ClassDay]:
    """Return the days of a class by its schedule, blocked ones with the reason; none while its plan has gaps (H1)."""
    start, end = training_class.start_date, training_class.end_date
    if start is None or end is None or not training_class.schedule:
        return []
    return class_days(
        Schedule.from_json(training_class.schedule),
        start=start,
        end=end,
        holidays=public_holidays(first=start, last=end),
    )


def class_calendar(training_class: TrainingClass, *, first: date, last: date) -> list[CalendarDay]:
    """Return the meetings and the blocked days of a class from `first` through `last`, by date.

    One query, and one more if the schedule was changed since some of the meetings were planned. A day that was captured
    or excepted before it was blocked is a meeting.
    """
    meetings = training_class.sessions.filter(session_date__range=(first, last)).select_related("captured_by")
    planned = [each for each in planned_days(training_class) if first <= each.day <= last]
    held = {meeting.session_date for meeting in meetings}
    shown = [each for each in planned if each.blocked or each.day in held]
    return _calendar(shown, meetings, earlier=_earlier_times(training_class, shown, meetings))


def calendar_after(
    training_class: TrainingClass | None, schedule: Schedule, *, start: date, end: date
) -> list[CalendarDay]:
    """Return the days that a class would have with these dates and this schedule, in at most two queries.

    Captured and excepted meetings stay, whatever is planned, and so do meetings before the day from which the schedule
    counts (H1).

    Args:
        training_class: None for a class that is not saved yet.
    """
    planned = class_days(schedule, start=start, end=end, holidays=public_holidays(first=start, last=end))
    if training_class is None or training_class.status == TrainingClass.Status.DRAFT:
        return _calendar(planned, ())
    is_before = Q(session_date__gte=start, session_date__lt=min(schedule.since or start, end + timedelta(days=1)))
    kept = training_class.sessions.filter(~Q(status=Meeting.Status.PENDING) | is_before)
    return _calendar(planned, kept, earlier=_earlier_times(training_class, planned, kept))


def _earlier_times(
    training_class: TrainingClass, planned: Iterable[ClassDay], meetings: Iterable[Meeting]
) -> dict[date, tuple[Interval, ...]]:
    """Return by date the times of those meetings whose day the present schedule does not have.

    A meeting keeps its hours when the schedule changes (H1), but its times stand only in the schedule that planned it.
    The audit events of the class hold all its schedules; the latest one in which the day has exactly these hours is
    taken. Schedules that cannot be read are passed over.
    """
    hours = {each.day: each.hours for each in planned}
    wanted = {each.session_date: each.scheduled_hours for each in meetings if each.session_date not in hours}
    found: dict[date, tuple[Interval, ...]] = {}
    if not wanted:
        return found
    events: Any = TrainingClass.pgh_event_model.objects  # type: ignore[attr-defined]  # set by pghistory
    plans = events.filter(pgh_obj_id=training_class.pk).exclude(schedule=None).order_by("-pgh_id")
    tried: list[Any] = []
    for plan in plans.values_list("schedule", "start_date", "end_date"):
        schedule, start, end = plan
        if plan in tried or start is None or end is None:
            continue
        tried.append(plan)
        try:
            earlier = Schedule.from_json(schedule)
        except BadSchedule:
            continue
        for day in class_days(earlier, start=start, end=end, holidays={}):
            if day.hours == wanted.get(day.day) and day.day not in found:
                found[day.day] = day.intervals
        if len(found) == len(wanted):
            break
    return found


def _calendar(
    planned: Iterable[ClassDay],
    meetings: Iterable[Meeting],
    *,
    earlier: Mapping[date, tuple[Interval, ...]] = MappingProxyType({}),
) -> list[CalendarDay]:
    """Return planned days and meetings together, by date; where a day has both, the meeting counts.

    Args:
        earlier: by date, the times of meetings whose day is no longer planned.
    """
    days = {each.day: each for each in planned}
    held = {meeting.session_date: meeting for meeting in meetings}
    return [
        CalendarDay(
            day=day,
            intervals=days[day].intervals if day in days else earlier.get(day, ()),
            hours=meeting.scheduled_hours if (meeting := held.get(day)) else days[day].hours,
            blocked=days[day].blocked if meeting is None else "",
            session=meeting,
        )
        for day in sorted(days.keys() | held)
    ]


def class_months(training_class: TrainingClass) -> list[date]:
    """Return the first day of every month from the first through the last day of a class; none while it lacks one."""
    start, end = training_class.start_date, training_class.end_date
    if start is None or end is None:
        return []
    months = range(start.year * 12 + start.month - 1, end.year * 12 + end.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def captures_missing(user: User, *, today: date) -> QuerySet[Meeting]:
    """Return the meetings before today that nobody has captured and this person may read, the oldest first."""
    missing = Meeting.objects.filter(is_missing(today)).select_related(
        "training_class__client", "training_class__course", "training_class__agent"
    )
    readable = within_reach(missing, user, Permission.READ_CLASS, trainer="training_class__agent")
    return readable.order_by("session_date", "training_class_id")


def is_missing(today: date) -> Q:
    """Return the condition of meetings before `today` that nobody has captured, apart from those after a stop."""
    held = Q(training_class__stop_date__isnull=True) | Q(session_date__lte=F("training_class__stop_date"))
    return Q(status=Meeting.Status.PENDING, session_date__lt=today) & held


# What has happened, and what stands in the way


def status_history(training_class: TrainingClass) -> list[StatusChange]:
    """Return the changes of the status of a class from its audit events, the first one first."""
    events: Any = TrainingClass.pgh_event_model.objects  # type: ignore[attr-defined]  # set by pghistory
    changes: list[StatusChange] = []
    for event in events.filter(pgh_obj_id=training_class.pk).select_related("updated_by").order_by("pgh_id"):
        if not changes or (event.status, event.stop_date) != (changes[-1].status, changes[-1].stop_date):
            status = TrainingClass.Status(event.status)
            changes.append(StatusChange(status, event.stop_date, event.updated_at, event.updated_by))
    return changes


def meetings_at(
    *, start: datetime, end: datetime, trainer_id: int | None = None, venue_id: int | None = None
) -> list[MeetingOverlap]:
    """Return the meetings of classes in `[start, end)` that need the trainer or the venue; they only warn (S4)."""
    first, last = timezone.localdate(start), timezone.localdate(end)
    theirs = Q(pk__in=())
    if trainer_id is not None:
        theirs |= Q(training_class__agent_id=trainer_id)
    if venue_id is not None:
        theirs |= Q(training_class__venue_id=venue_id)
    meetings = (
        Meeting.objects.filter(theirs, session_date__range=(first, last))
        .filter(status__in=(Meeting.Status.PENDING, Meeting.Status.CAPTURED))
        .select_related("training_class__agent", "training_class__venue", "training_class__course")
        .order_by("session_date", "pk")
    )
    return [
        MeetingOverlap(kind, meeting, begins, ends)
        for meeting in meetings
        for begins, ends in _times(meeting)
        if begins < end and ends > start
        for kind, held, wanted in (
            (Overlap.Kind.TRAINER, meeting.training_class.agent_id, trainer_id),
            (Overlap.Kind.VENUE, meeting.training_class.venue_id, venue_id),
        )
        if wanted is not None and held == wanted
    ]


def _times(meeting: Meeting) -> Iterator[tuple[datetime, datetime]]:
    """Yield the begin and the end of each interval of a meeting, by the schedule that planned it."""
    day = meeting.session_date
    planned = [each for each in planned_days(meeting.training_class) if each.day == day]
    for each in _calendar(planned, [meeting], earlier=_earlier_times(meeting.training_class, planned, [meeting])):
        for start, end in each.intervals:
            last_day = day + timedelta(days=1) if end == time.min else day
            yield (
                timezone.make_aware(datetime.combine(day, start)),
                timezone.make_aware(datetime.combine(last_day, end)),
            )
