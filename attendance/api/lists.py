"""The list of a session through the API: suggestions, attendees, marks, the signed sheet, finalize."""

from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Path, Query, Router, Status, UploadedFile
from pydantic import Field, model_validator

from attendance.api.objects import AttendeeObject, Stored, Suggestion, attendee_object, stored_object, suggestion
from attendance.pages.candidates import PAGE_SIZE, SHORTEST_SEARCH, Wanted, candidate_count, candidates
from attendance.pages.register import register
from attendance.selectors.evidence import present_upload
from attendance.services.attendees import add_attendees, remove_attendee
from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from attendance.services.list_acts import undo_act
from attendance.services.marking import Mark, save_marks
from learners.evidence.reads import log_download
from learners.evidence.store import open_stored
from training.core.api.objects import ApiObject, ApiRequest, Key, Moment, Page, Paging, Text, answers
from training.core.permissions import Permission, check_may, may, requires
from training.core.refusals import NotFound
from training.models import Session
from training.selectors.sessions import get_session

router = Router(by_alias=True)

FILES = {
    "responses": {
        200: {
            "description": "The signed sheet.",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("application/pdf", "image/jpeg", "image/png")
            },
        }
    }
}


class SuggestionQuery(Paging):
    search: Text = Field("", max_length=100)
    offset: int = Field(0, ge=0, le=10_000)


class Newcomers(ApiObject):
    """The workers to put on the list, any number at once (P3)."""

    learner_ids: list[Key] = Field(min_length=1)


class AddedObject(ApiObject):
    added: int
    already_listed: int
    capacity_warning: str | None


class MarkObject(ApiObject):
    """`isPresent` null takes the mark back, with its remarks; every other mark needs `hasPassed` too. `version` is that
    of the row as it was read; without it, whatever stands there is overwritten (A1).
    """

    learner_id: Key
    is_present: bool | None
    has_passed: bool | None = None
    remarks: Text | None = None
    version: int | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "MarkObject":
        if self.is_present is not None and self.has_passed is None:
            raise ValueError(_("Say with hasPassed whether it was passed."))
        if self.is_present is None and self.remarks:
            raise ValueError(_("Remarks belong to a mark; leave them out where it is taken back."))
        return self

    def mark(self) -> Mark:
        if self.is_present is None:
            return Mark.taken_back(self.learner_id, version=self.version)
        return Mark(
            self.learner_id,
            is_present=self.is_present,
            has_passed=bool(self.has_passed),
            remarks=self.remarks,
            version=self.version,
        )


class Marks(ApiObject):
    attendees: list[MarkObject] = Field(min_length=1)


class Undo(ApiObject):
    """`actId` is the `id` of the session's `lastAct`, so that only the act that the caller has seen is undone."""

    act_id: Key


class UndoneObject(ApiObject):
    """`restored` rows are as before the act. `left` are the workers whose rows have changed since and stay as they are.
    `wasUndone` says that the act was undone before and that nothing was done now.
    """

    kind: str
    restored: int
    left: list[int]
    was_undone: bool


class Finalized(ApiObject):
    finalized_at: Moment
    training_records: int
    passed: int
    failed: int
    competency_records: int


@router.get("/{session_id}/attendee-suggestions", response=answers(Page[Suggestion]))
@requires(Permission.ADD_WALK_IN)
def suggest_attendees(request: ApiRequest, session_id: Path[Key], query: Query[SuggestionQuery]) -> dict[str, Any]:
    """Who could be added, the most urgent first (P1 to P4).

    Trainers get no list of all workers: they search with at least two letters, and get one page without a total. Of
    each worker they are told name, badge, company and their standing in this course.
    """
    session = _session(request, session_id, Permission.ADD_WALK_IN)
    now, warning_days = timezone.now(), settings.EXPIRY_WARNING_DAYS
    if not may(request.user, Permission.READ_SITE):
        if len(query.search.strip()) < SHORTEST_SEARCH or query.offset:
            return {"items": [], "count": 0}
        wanted = Wanted(search=query.search, limit=min(query.limit, PAGE_SIZE))
        walk_ins = candidates(session, wanted, now=now, warning_days=warning_days)
        return {"items": [suggestion(each, reads_site=False) for each in walk_ins], "count": len(walk_ins)}
    wanted = Wanted(search=query.search, limit=query.offset + query.limit)
    found = candidates(session, wanted, now=now, warning_days=warning_days)
    return {
        "items": [suggestion(each, reads_site=True) for each in found[query.offset :]],
        "count": candidate_count(session, search=query.search),
    }


@router.get("/{session_id}/attendees", response=answers(Page[AttendeeObject]))
@requires(Permission.READ_SESSION)
def list_attendees(request: ApiRequest, session_id: Path[Key], query: Query[Paging]) -> dict[str, Any]:
    """The attendees of a session, in the order of their lines."""
    session = _session(request, session_id, Permission.READ_SESSION)
    ids = session.attendees.order_by("line").values_list("learner_id", flat=True)
    return _rows(session, list(ids[query.offset : query.offset + query.limit]), count=ids.count())


@router.post("/{session_id}/attendees", response=answers(AddedObject))
@requires(Permission.ADD_WALK_IN)
def add_to_list(request: ApiRequest, session_id: Path[Key], body: Newcomers) -> AddedObject:
    """Put workers on the list (P3); more people than seats is a warning (S7)."""
    _session(request, session_id, Permission.ADD_WALK_IN)
    added = add_attendees(session_id=session_id, learner_ids=body.learner_ids, by=request.user, now=timezone.now())
    return AddedObject(
        added=added.added, already_listed=added.already_listed, capacity_warning=added.capacity_warning or None
    )


@router.delete("/{session_id}/attendees/{learner_id}", response=answers(None, 204))
@requires(Permission.REMOVE_ATTENDEE)
def remove_from_list(request: ApiRequest, session_id: Path[Key], learner_id: Path[Key]) -> Status[None]:
    """Take an unmarked worker off the list before the session starts (P5)."""
    remove_attendee(session_id=session_id, learner_id=learner_id, by=request.user, now=timezone.now())
    return Status(204, None)


@router.patch("/{session_id}/attendance", response=answers(Page[AttendeeObject]))
@requires(Permission.MARK)
def mark_attendance(request: ApiRequest, session_id: Path[Key], body: Marks) -> dict[str, Any]:
    """Save marks or take them back, all or nothing (A1), and return the rows in question as they are now."""
    session = _session(request, session_id, Permission.MARK)
    marks = [each.mark() for each in body.attendees]
    rows = save_marks(session_id=session_id, marks=marks, by=request.user, now=timezone.now())
    return _rows(session, [row.learner_id for row in rows], count=len(rows))


@router.post("/{session_id}/undo", response=answers(UndoneObject))
@requires(Permission.MARK, Permission.ADD_WALK_IN, Permission.REMOVE_ATTENDEE)
def undo(request: ApiRequest, session_id: Path[Key], body: Undo) -> UndoneObject:
    """Undo the last act on the list: all or nothing, and only once, however often this is sent (A1)."""
    _session(request, session_id, Permission.READ_SESSION)
    undone = undo_act(session_id=session_id, act_id=body.act_id, by=request.user, now=timezone.now())
    return UndoneObject(
        kind=undone.act.kind,
        restored=undone.restored,
        left=[learner.pk for learner in undone.left],
        was_undone=undone.was_undone,
    )


@router.post("/{session_id}/evidence", response=answers(Stored, 201))
@requires(Permission.UPLOAD)
def upload(request: ApiRequest, session_id: Path[Key], file: File[list[UploadedFile]]) -> Status[Stored]:
    """Store the signed sheet: one PDF, JPEG or PNG, or several pictures, which become one PDF (E1, E2, E7)."""
    _session(request, session_id, Permission.UPLOAD)
    stored = upload_evidence(session_id=session_id, files=file, by=request.user, now=timezone.now())
    return Status(201, stored_object(stored))


@router.get("/{session_id}/evidence", response=answers(None), openapi_extra=FILES)
@requires(Permission.READ_EVIDENCE)
def download(request: ApiRequest, session_id: Path[Key]) -> FileResponse:
    """The signed sheet as it was stored; each download is recorded with the login (E3)."""
    session = _session(request, session_id, Permission.READ_EVIDENCE)
    stored = present_upload(session)
    if stored is None:
        raise NotFound(_("This session has no signed sheet yet."))
    file = open_stored(key=stored.key, sha256=stored.sha256)
    log_download(upload=stored, learner=None, by=request.user, now=timezone.now())
    name = f"{session.reference}-evidence{PurePosixPath(stored.key).suffix}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=stored.content_type)


@router.post("/{session_id}/finalize", response=answers(Finalized))
@requires(Permission.FINALIZE)
def finalize(request: ApiRequest, session_id: Path[Key]) -> Finalized:
    """Turn attendance into records; there is no way back (F1).

    A sheet that seems to be the wrong one does not prevent this: `warnings` in the session's `evidence.sheet` tell of
    it, before and after (E8).
    """
    result = finalize_session(session_id=session_id, by=request.user, now=timezone.now())
    return Finalized(
        finalized_at=result.finalized_at,
        training_records=result.training_records,
        passed=result.passed,
        failed=result.failed,
        competency_records=result.competency_records,
    )


def _session(request: ApiRequest, session_id: int, permission: Permission) -> Session:
    """Return a session with which this login may do what `permission` says.

    Raises:
        NotFound: there is no such session that this login may read.
        NotPermitted: the login may not do this with it.
    """
    session = get_session(session_id, user=request.user)
    check_may(request.user, permission, session)
    return session


def _rows(session: Session, learner_ids: Collection[int], *, count: int) -> dict[str, Any]:
    rows = register(session, learner_ids=learner_ids, now=timezone.now(), warning_days=settings.EXPIRY_WARNING_DAYS)
    return {"items": [attendee_object(row) for row in rows], "count": count}
