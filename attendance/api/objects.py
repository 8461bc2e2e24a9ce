"""Sessions, attendees and suggestions as the API shows them."""

from dataclasses import asdict
from datetime import datetime
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from attendance.models import ListAct
from attendance.pages.candidates import Candidate
from attendance.pages.list_acts import undoable
from attendance.pages.register import RegisterRow
from attendance.pages.sessions import SessionLine, session_lines
from attendance.policies.finalize import ListFacts, check_can_finalize
from attendance.policies.lists import check_can_mark, check_can_upload, check_list_is_open, check_list_may_shrink
from attendance.policies.sheet_findings import Told
from attendance.policies.sheet_reading import reading_of
from attendance.selectors.evidence import present_uploads
from attendance.selectors.sheet_reading import sheets_told
from learners.models import EvidenceUpload
from training.core.api.objects import ApiObject, Day, Moment
from training.core.permissions import Permission, may, name_of
from training.models import Session
from training.policies.sessions import allows, check_can_schedule, check_open


class SheetPageObject(ApiObject):
    """A code on page `filePage` of the file; what the code says is null if this site did not issue it."""

    file_page: int
    issued_here: bool
    reference: str | None
    list_version: int | None
    page: int | None
    pages: int | None


class SheetObject(ApiObject):
    """What the codes on a signed sheet tell (E8). The page asks about `warnings` before finalize; the API does not."""

    pages: list[SheetPageObject]
    told: list[str]
    warnings: list[str]


class EvidenceObject(ApiObject):
    key: str
    sha256: str
    size: int
    content_type: str
    uploaded_at: Moment
    uploaded_by: str
    sheet: SheetObject | None


class Stored(ApiObject):
    key: str
    sha256: str
    size: int
    content_type: str


class ListActObject(ApiObject):
    """The last act on the list that can be undone: on many workers at once, or taking one off (A1)."""

    id: int
    kind: str
    workers: int
    done_by: str
    done_at: Moment


class SessionObject(ApiObject):
    """`allowedActions` names what this login may do with it now; each action has a path of its own."""

    id: int
    course_id: int
    course_code: str
    course_title: str
    course_version_id: int | None
    reference: str
    requires_verification: bool | None
    trainer_id: int | None
    trainer_name: str | None
    venue_id: int | None
    venue_name: str | None
    venue_capacity: int | None
    start_time: Moment | None
    end_time: Moment | None
    status: str
    attendee_count: int
    marked_count: int
    capacity_exceeded: bool
    evidence: EvidenceObject | None
    finalized_at: Moment | None
    finalized_by: str | None
    cancellation_reason: str | None
    allowed_actions: list[str]
    last_act: ListActObject | None
    version: int
    created_at: Moment
    updated_at: Moment


class AttendeeObject(ApiObject):
    line: int
    learner_id: int
    badge_id: str
    name: str
    company_name: str
    learner_status: str
    status: str
    is_present: bool
    has_passed: bool
    remarks: str | None
    marked_by: str | None
    marked_at: Moment | None
    version: int


class Clash(ApiObject):
    session_id: int
    start_time: Moment
    end_time: Moment


class BookingObject(ApiObject):
    session_id: int
    start_time: Moment


class Suggestion(ApiObject):
    learner_id: int
    badge_id: str
    name: str
    company_name: str
    role_title: str | None
    group: str
    status: str | None
    reason: str
    expiry_date: Day | None
    due_date: Day | None
    clash: Clash | None
    already_booked: BookingObject | None
    missing_prerequisites: list[str]


def session_objects(sessions: QuerySet[Session], *, user: User, now: datetime) -> list[SessionObject]:
    """Return sessions as `user` sees them, in their order, in a constant number of queries."""
    rows = sessions.select_related("course_version", "finalized_by")
    lines = session_lines(rows, today=timezone.localdate(now), now=now)
    uploads = present_uploads([line.session for line in lines])
    sheets = [(line.session, uploads[line.session.pk]) for line in lines if line.session.pk in uploads]
    told = {session.pk: each for (session, _upload), each in zip(sheets, sheets_told(sheets), strict=True)}
    acts = undoable([line.session for line in lines], user=user, now=now)
    return [
        _session(
            line,
            uploads.get(line.session.pk),
            told.get(line.session.pk, Told()),
            acts.get(line.session.pk),
            user=user,
            now=now,
        )
        for line in lines
    ]


def attendee_object(row: RegisterRow) -> AttendeeObject:
    attendee, learner = row.attendee, row.learner
    return AttendeeObject(
        line=attendee.line,
        learner_id=learner.pk,
        badge_id=learner.badge_id,
        name=learner.name,
        company_name=row.company,
        learner_status=learner.status,
        status=attendee.status,
        is_present=attendee.is_present,
        has_passed=attendee.has_passed,
        remarks=attendee.remarks or None,
        marked_by=row.marked_by or None,
        marked_at=attendee.marked_at,
        version=attendee.version,
    )


def suggestion(candidate: Candidate, *, reads_site: bool) -> Suggestion:
    """Return one candidate as the API shows it.

    Args:
        reads_site: without it nothing is told of the role, of other sessions and of other courses.
    """
    learner, item = candidate.learner, candidate.item
    clash, booked = (candidate.clash, candidate.booked) if reads_site else (None, None)
    return Suggestion(
        learner_id=learner.pk,
        badge_id=learner.badge_id,
        name=learner.name,
        company_name=learner.company.name,
        role_title=learner.role.title if reads_site else None,
        group=candidate.group.name,
        status=item.status if item else None,
        reason=" ".join(filter(None, (candidate.standing.word, candidate.standing.time))),
        expiry_date=item.expiry_date if item else None,
        due_date=item.due_date if item else None,
        clash=Clash(session_id=clash.pk, start_time=clash.start_time, end_time=clash.end_time)
        if clash and clash.start_time and clash.end_time
        else None,
        already_booked=BookingObject(session_id=booked.pk, start_time=booked.start_time)
        if booked and booked.start_time
        else None,
        missing_prerequisites=candidate.missing if reads_site else [],
    )


def stored_object(upload: EvidenceUpload) -> Stored:
    """Return a file that was just stored, as the API shows it."""
    return Stored(key=upload.key, sha256=upload.sha256, size=upload.size, content_type=upload.content_type)


def _session(
    line: SessionLine, upload: EvidenceUpload | None, told: Told, act: ListAct | None, *, user: User, now: datetime
) -> SessionObject:
    session = line.session
    version, trainer, venue = session.course_version, session.trainer, session.venue
    facts = ListFacts(
        **asdict(line.seats),
        has_evidence=upload is not None,
        people=line.seats.present,
        people_passed=line.seats.passed,
        people_failed=line.seats.failed,
    )
    return SessionObject(
        id=session.pk,
        course_id=session.course_id,
        course_code=session.course.code,
        course_title=session.title,  # type: ignore[attr-defined]  # annotated
        course_version_id=session.course_version_id,
        reference=session.reference,
        requires_verification=version.requires_verification if version else None,
        trainer_id=session.trainer_id,
        trainer_name=str(trainer) if trainer else None,
        venue_id=session.venue_id,
        venue_name=venue.name if venue else None,
        venue_capacity=venue.capacity if venue else None,
        start_time=session.start_time,
        end_time=session.end_time,
        status=session.status,
        attendee_count=line.seats.listed,
        marked_count=line.seats.marked,
        capacity_exceeded=line.is_over_capacity,
        evidence=_evidence(upload, told) if upload else None,
        finalized_at=session.finalized_at,
        finalized_by=name_of(session.finalized_by) if session.finalized_by else None,
        cancellation_reason=session.cancellation_reason or None,
        allowed_actions=[*_allowed_actions(session, facts, user=user, now=now), *(["undo"] if act else [])],
        last_act=_list_act(act) if act else None,
        version=session.version,
        created_at=session.created_at,
        updated_at=session.updated_at,
    )


def _allowed_actions(session: Session, facts: ListFacts, *, user: User, now: datetime) -> list[str]:
    """Return what this person may do with the session now, by the same checks that the services make."""
    may_mark = partial(check_can_mark, session, now=now, minutes_before=settings.MARKING_OPENS_MINUTES)
    actions = {
        "edit": (Permission.PLAN, partial(check_open, session)),
        "schedule": (Permission.PLAN, partial(check_can_schedule, session)),
        "cancel": (Permission.PLAN, partial(check_open, session)),
        "addAttendees": (Permission.ADD_WALK_IN, partial(check_list_is_open, session)),
        "removeAttendees": (Permission.REMOVE_ATTENDEE, partial(check_list_may_shrink, session, now=now)),
        "mark": (Permission.MARK, may_mark),
        "uploadEvidence": (Permission.UPLOAD, partial(check_can_upload, session)),
        "finalize": (Permission.FINALIZE, partial(check_can_finalize, session, facts, now=now)),
    }
    return [name for name, (permission, check) in actions.items() if may(user, permission, session) and allows(check)]


def _list_act(act: ListAct) -> ListActObject:
    return ListActObject(
        id=act.pk, kind=act.kind, workers=act.workers, done_by=name_of(act.done_by), done_at=act.done_at
    )


def _evidence(upload: EvidenceUpload, told: Told) -> EvidenceObject:
    return EvidenceObject(
        key=upload.key,
        sha256=upload.sha256,
        size=upload.size,
        content_type=upload.content_type,
        uploaded_at=upload.uploaded_at,
        uploaded_by=name_of(upload.uploaded_by),
        sheet=_sheet(upload, told),
    )


def _sheet(upload: EvidenceUpload, told: Told) -> SheetObject | None:
    """Return what was read on a file; None if it was not searched for codes."""
    reading = reading_of(upload)
    if reading is None:
        return None
    pages = [
        SheetPageObject(
            file_page=each.at,
            issued_here=each.code is not None,
            reference=each.code.reference if each.code else None,
            list_version=each.code.version if each.code else None,
            page=each.code.page if each.code else None,
            pages=each.code.pages if each.code else None,
        )
        for each in reading.pages
    ]
    return SheetObject(pages=pages, told=[finding.text for finding in told.findings], warnings=told.warnings)
