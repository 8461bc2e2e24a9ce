"""Putting a finalized session right through the API (F9, E6)."""

from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Path, Router, Status, UploadedFile

from attendance.api.objects import Stored, stored_object
from attendance.policies.corrections import Result, Seen, check_is_finalized
from attendance.selectors.evidence import newest_sheet
from attendance.services.corrections import correct_record
from attendance.services.evidence import correct_sheet
from learners.api.competency import CompetencyObject, competency_object
from learners.api.records import RecordObject, record_object
from learners.models import CompetencyRecord
from learners.selectors.records import list_records
from training.core.api.objects import ApiObject, ApiRequest, Key, Text, answers
from training.core.permissions import Permission, requires
from training.core.refusals import NotFound
from training.selectors.sessions import get_session

router = Router(by_alias=True)


class CorrectionObject(ApiObject):
    """`supersedes` is the record that the new one replaces, `signOff` a pass that waits for its practical sign-off."""

    learner_id: Key
    result: Literal["PASSED", "FAILED"]
    reason: Text
    supersedes: Key | None = None
    sign_off: Key | None = None


class Corrected(ApiObject):
    """The correcting record; or, where the course wants a practical sign-off, the pass that waits for it."""

    record: RecordObject | None
    competency_record: CompetencyObject | None


@router.post("/{session_id}/corrections", response=answers(Corrected, 201))
@requires(Permission.CORRECT)
def correct(request: ApiRequest, session_id: Path[Key], body: CorrectionObject) -> Status[Corrected]:
    """Enter the right result of a worker, on the list or not; the result that stands is revoked (F9)."""
    made = correct_record(
        session_id=session_id,
        learner_id=body.learner_id,
        result=Result(body.result),
        seen=Seen(record_id=body.supersedes, sign_off_id=body.sign_off),
        reason=body.reason,
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(made, CompetencyRecord):
        return Status(201, Corrected(record=None, competency_record=competency_object(made)))
    record = record_object(list_records().get(pk=made.pk))
    return Status(201, Corrected(record=record, competency_record=None))


@router.post("/{session_id}/evidence-corrections", response=answers(Stored, 201))
@requires(Permission.CORRECT)
def correct_evidence(
    request: ApiRequest, session_id: Path[Key], file: File[list[UploadedFile]], reason: Form[Text]
) -> Status[Stored]:
    """Add a sheet that is shown before the one with which the session was finalized; both are kept (E6)."""
    session = get_session(session_id, user=request.user)
    check_is_finalized(session)
    newest = newest_sheet(session)
    if newest is None:
        raise NotFound(_("This session has no signed sheet yet."))
    upload = correct_sheet(
        session_id=session_id,
        files=file,
        corrects_id=newest.pk,
        reason=reason,
        by=request.user,
        now=timezone.now(),
    )
    return Status(201, stored_object(upload))
