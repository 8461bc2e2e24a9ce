"""Classes through the API: their meetings, capturing hours, and exceptions (H1 to H3)."""

from datetime import date
from typing import Any, Literal

from django.utils import timezone
from ninja import Path, Query, Router
from pydantic import Field

from attendance.pages.classes import ClassFilter, ShownClasses, in_state, matching
from attendance.services.capture import Presence, capture_session, mark_exception
from training.core.api.objects import ApiObject, ApiRequest, Day, Key, Moment, Page, Paging, Text, answers, page, part
from training.core.permissions import Permission, check_may, name_of, requires
from training.models import ClassAttendanceSession, TrainingClass
from training.selectors.classes import CalendarDay, class_calendar, visible_class, visible_classes

router = Router(by_alias=True)

MOST_AT_ONCE = 500
LONGEST_MEETING = 24


class ClassObject(ApiObject):
    id: int
    class_code: str | None
    client_name: str | None
    course_code: str | None
    agent_name: str | None
    status: str
    start_date: Day | None
    end_date: Day | None


class Blocked(ApiObject):
    reason: str


class MeetingObject(ApiObject):
    """A meeting; or a day of the schedule that is blocked, which has no meeting and so neither id nor status."""

    session_id: int | None
    session_date: Day
    status: str | None
    scheduled_hours: float
    blocked: Blocked | None
    captured_by: str | None
    captured_at: Moment | None


class CapturedObject(ApiObject):
    """The meeting, for how many learners hours were logged, and the hours of all of them together."""

    session: MeetingObject
    learners: int
    hours_trained: float
    hours_present: float


class ClassQuery(Paging):
    code: Text = Field("", max_length=50)
    status: Literal["DRAFT", "ACTIVE", "STOPPED"] | None = None
    client_id: Key | None = None
    course_id: Key | None = None
    agent_id: Key | None = None


class MeetingQuery(Paging):
    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")


class PresenceObject(ApiObject):
    learner_id: Key
    hours_present: float = Field(ge=0, le=LONGEST_MEETING, allow_inf_nan=False)


class Capture(ApiObject):
    """Whoever is not named was there all the time (H2)."""

    learners: list[PresenceObject] = Field(default=[], max_length=MOST_AT_ONCE)
    notes: Text = Field("", max_length=2_000)


class ExceptionObject(ApiObject):
    type: Literal["client_cancelled", "agent_absent"]
    notes: Text = Field("", max_length=2_000)


@router.get("", response=answers(Page[ClassObject]))
@requires(Permission.READ_CLASS)
def list_classes(request: ApiRequest, query: Query[ClassQuery]) -> dict[str, Any]:
    """Classes, the latest first; trainers get only their own. `code` is a class code or a part of it."""
    wanted = ClassFilter(code=query.code, client_id=query.client_id, course_id=query.course_id, agent_id=query.agent_id)
    found = in_state(matching(visible_classes(request.user), wanted), ShownClasses[query.status or "ALL"])
    return page(found, query, lambda rows: [_class(each) for each in rows])


@router.get("/{class_id}/sessions", response=answers(Page[MeetingObject]))
@requires(Permission.READ_CLASS)
def list_meetings(request: ApiRequest, class_id: Path[Key], query: Query[MeetingQuery]) -> dict[str, Any]:
    """Meetings and blocked days, ordered by date; `from` and `to` are days, both included."""
    training_class = visible_class(request.user, class_id)
    days = class_calendar(training_class, first=query.first or date.min, last=query.last or date.max)
    return {"items": [_day(each) for each in part(days, query)], "count": len(days)}


@router.post("/{class_id}/sessions/{session_date}/capture", response=answers(CapturedObject))
@requires(Permission.CAPTURE)
def capture(request: ApiRequest, class_id: Path[Key], session_date: Path[Day], body: Capture) -> CapturedObject:
    """Log the hours of a meeting for everybody in progress, all or nothing (H2)."""
    _check_own(request, class_id)
    captured = capture_session(
        class_id=class_id,
        session_date=session_date,
        presences=[Presence(each.learner_id, each.hours_present) for each in body.learners],
        notes=body.notes,
        by=request.user,
        now=timezone.now(),
    )
    return CapturedObject(
        session=_meeting(captured.session),
        learners=captured.learners,
        hours_trained=float(captured.hours_trained),
        hours_present=float(captured.hours_present),
    )


@router.post("/{class_id}/sessions/{session_date}/exception", response=answers(MeetingObject))
@requires(Permission.CAPTURE)
def except_meeting(
    request: ApiRequest, class_id: Path[Key], session_date: Path[Day], body: ExceptionObject
) -> MeetingObject:
    """Mark a meeting, which may be in the future, as cancelled by the client or missed by the agent (H3).

    No hours are logged for it.
    """
    _check_own(request, class_id)
    meeting = mark_exception(
        class_id=class_id,
        session_date=session_date,
        status=body.type,
        notes=body.notes,
        by=request.user,
        now=timezone.now(),
    )
    return _meeting(meeting)


def _check_own(request: ApiRequest, class_id: int) -> None:
    """Refuse a class whose hours this login may not capture.

    Raises:
        NotFound: there is no such class that this login may read.
        NotPermitted: this login may not capture its hours.
    """
    check_may(request.user, Permission.CAPTURE, visible_class(request.user, class_id))


def _class(each: TrainingClass) -> ClassObject:
    return ClassObject(
        id=each.pk,
        class_code=each.class_code,
        client_name=each.client.name if each.client else None,
        course_code=each.course.code if each.course else None,
        agent_name=str(each.agent) if each.agent else None,
        status=each.status.upper(),
        start_date=each.start_date,
        end_date=each.end_date,
    )


def _day(day: CalendarDay) -> MeetingObject:
    if day.session is not None:
        return _meeting(day.session)
    return MeetingObject(
        session_id=None,
        session_date=day.day,
        status=None,
        scheduled_hours=float(day.hours),
        blocked=Blocked(reason=day.blocked),
        captured_by=None,
        captured_at=None,
    )


def _meeting(meeting: ClassAttendanceSession) -> MeetingObject:
    return MeetingObject(
        session_id=meeting.pk,
        session_date=meeting.session_date,
        status=meeting.status,
        scheduled_hours=float(meeting.scheduled_hours),
        blocked=None,
        captured_by=name_of(meeting.captured_by) if meeting.captured_by else None,
        captured_at=meeting.captured_at,
    )
