"""Planning sessions through the API (S1 to S11)."""

from typing import Annotated, Any, cast

from django.utils import timezone
from ninja import Path, Query, Router, Status
from pydantic import Field, WithJsonSchema

from attendance.api.objects import SessionObject, session_objects
from training.core.api.objects import ApiObject, ApiRequest, Day, Key, Moment, Page, Paging, Text, answers
from training.core.permissions import Permission, requires
from training.models import Session
from training.selectors.sessions import (
    SessionFilter,
    Shown,
    get_session,
    in_reading_order,
    matching,
    visible_sessions,
)
from training.services.sessions import Plan, cancel_session, create_draft, edit_session, schedule_session

router = Router(by_alias=True)

# Written out in place: as named parts of the API document all enumerations would have the same name, Status.
SessionStatus = Annotated[Session.Status, WithJsonSchema({"type": "string", "enum": Session.Status.values})]


class Draft(ApiObject):
    course_id: Key
    trainer_id: Key | None = None
    venue_id: Key | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None


class LastChanges(ApiObject):
    """Last changes to a draft before it is booked; what is left out stays as it is."""

    trainer_id: Key | None = None
    venue_id: Key | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None


class SessionChanges(LastChanges):
    """What is left out stays as it is; null empties it. `reason` is needed once there is a mark or evidence (S11)."""

    course_id: Key = None  # type: ignore[assignment]  # may be left out, and never be null
    reason: Text = ""
    version: int | None = None


class Cancellation(ApiObject):
    reason: Text


class SessionQuery(Paging):
    status: SessionStatus | None = None
    course_id: Key | None = None
    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")


@router.post("/draft", response=answers(SessionObject, 201))
@requires(Permission.PLAN)
def create_session_draft(request: ApiRequest, body: Draft) -> Status[SessionObject]:
    """Store a draft; it needs only a course (S1)."""
    draft = create_draft(**dict(body), by=request.user, now=timezone.now())
    return Status(201, _told(request, draft.pk))


@router.get("", response=answers(Page[SessionObject]))
@requires(Permission.READ_SESSION)
def list_sessions(request: ApiRequest, query: Query[SessionQuery]) -> dict[str, Any]:
    """Sessions, the latest first; trainers get only their own. `from` and `to` are days of the site, both included."""
    wanted = SessionFilter(course_id=query.course_id, first=query.first, last=query.last)
    found = matching(visible_sessions(request.user), wanted)
    if query.status is not None:
        found = found.filter(status=query.status)
    rows = in_reading_order(found, Shown.ALL)[query.offset : query.offset + query.limit]
    return {"items": session_objects(rows, user=request.user, now=timezone.now()), "count": found.count()}


@router.get("/{session_id}", response=answers(SessionObject))
@requires(Permission.READ_SESSION)
def show_session(request: ApiRequest, session_id: Path[Key]) -> SessionObject:
    """One session, with what this login may do with it now."""
    return _told(request, session_id)


@router.patch("/{session_id}", response=answers(SessionObject))
@requires(Permission.PLAN)
def change_session(request: ApiRequest, session_id: Path[Key], body: SessionChanges) -> SessionObject:
    """Change the plan of a draft or scheduled session (S3, S11)."""
    edit_session(
        session_id=session_id,
        changes=_plan(body),
        by=request.user,
        now=timezone.now(),
        version=body.version,
        reason=body.reason,
    )
    return _told(request, session_id)


@router.patch("/{session_id}/schedule", response=answers(SessionObject))
@requires(Permission.PLAN)
def schedule(request: ApiRequest, session_id: Path[Key], body: LastChanges) -> SessionObject:
    """Book a draft: pin the published version, hold trainer and venue (S2)."""
    schedule_session(session_id=session_id, changes=_plan(body), by=request.user, now=timezone.now())
    return _told(request, session_id)


@router.post("/{session_id}/cancel", response=answers(SessionObject))
@requires(Permission.PLAN)
def cancel(request: ApiRequest, session_id: Path[Key], body: Cancellation) -> SessionObject:
    """Cancel a draft or scheduled session, with a reason (S8)."""
    cancel_session(session_id=session_id, reason=body.reason, by=request.user, now=timezone.now())
    return _told(request, session_id)


def _plan(body: LastChanges) -> Plan:
    """Return the part of a plan that was sent; the service leaves everything else as it is."""
    sent = {name: value for name, value in body if name in body.model_fields_set & Plan.__annotations__.keys()}
    return cast(Plan, sent)


def _told(request: ApiRequest, session_id: int) -> SessionObject:
    """Return a session as the API shows it.

    Raises:
        NotFound: there is no such session that this login may read.
    """
    session = get_session(session_id, user=request.user)
    rows = Session.objects.filter(pk=session.pk)
    return session_objects(rows, user=request.user, now=timezone.now())[0]
