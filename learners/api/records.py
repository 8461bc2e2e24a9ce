"""Training records through the API: the list, entering external ones, and revoking."""

from typing import Any, Literal

from django.utils import timezone
from ninja import File, Path, Query, Router, Status, UploadedFile

from learners.models import TrainingRecord
from learners.selectors.records import list_records
from learners.services.external_records import ExternalTraining, record_external
from learners.services.records import revoke_record
from training.core.api.objects import (
    ApiObject,
    ApiRequest,
    Day,
    Key,
    Moment,
    Page,
    Paging,
    ReasonText,
    Text,
    answers,
    page,
)
from training.core.permissions import Permission, name_of, requires

router = Router(by_alias=True)


class EvidenceKey(ApiObject):
    key: str
    sha256: str


class Revoked(ApiObject):
    reason: str
    at: Moment
    by: str


class FromRegister(ApiObject):
    """The old register from which a record came; `sheet` and `row` of its extract where that is the proof (I7)."""

    name: str
    import_number: int | None
    sheet: str | None
    row: int | None
    has_certificate: bool


class RecordObject(ApiObject):
    id: int
    learner_id: int
    course_id: int
    course_code: str
    course_title: str
    completion_date: Day
    expiry_date: Day | None
    result: str
    session_id: int | None
    provider_name: str | None
    evidence: EvidenceKey
    from_register: FromRegister | None
    calculated: bool
    supersedes: int | None
    revoked: Revoked | None
    created_at: Moment


class RecordQuery(Paging):
    learner_id: Key | None = None
    course_id: Key | None = None
    expiring_before: Day | None = None
    from_register: bool | None = None
    without_certificate: bool | None = None


class ExternalRecord(ApiObject):
    """What a certificate says; `expiryDate` is null where it does not expire, and where `result` is FAILED."""

    learner_id: Key
    course_id: Key
    provider_id: Key
    completion_date: Day
    expiry_date: Day | None
    result: Literal["PASSED", "FAILED"] = "PASSED"
    comments: Text = ""


@router.get("", response=answers(Page[RecordObject]))
@requires(Permission.READ_SITE)
def list_training_records(request: ApiRequest, query: Query[RecordQuery]) -> dict[str, Any]:
    """Records, the newest first, revoked ones included (R2).

    `withoutCertificate=true` leaves those of an old register whose only proof is an extract of it (I7).
    """
    found = list_records(
        learner_id=query.learner_id,
        course_id=query.course_id,
        expiring_before=query.expiring_before,
        from_register=query.from_register,
        without_certificate=query.without_certificate,
    )
    return page(found, query, lambda rows: [record_object(each) for each in rows])


@router.post("", response=answers(RecordObject, 201))
@requires(Permission.RECORD_EXTERNAL)
def create_external_record(
    request: ApiRequest, file: File[list[UploadedFile]], data: ExternalRecord
) -> Status[RecordObject]:
    """Record training that somebody else gave, with its certificate: one PDF, JPEG or PNG, or several pictures (R1)."""
    training = ExternalTraining(
        course_id=data.course_id,
        provider_id=data.provider_id,
        completion_date=data.completion_date,
        expiry_date=data.expiry_date,
        result=data.result,
        comments=data.comments,
    )
    record = record_external(
        learner_id=data.learner_id, training=training, files=file, by=request.user, now=timezone.now()
    )
    return Status(201, record_object(list_records().get(pk=record.pk)))


@router.post("/{record_id}/revoke", response=answers(RecordObject))
@requires(Permission.REVOKE)
def revoke(request: ApiRequest, record_id: Path[Key], body: ReasonText) -> RecordObject:
    """Revoke a record: it counts for nothing from now on and stays visible (R2)."""
    revoke_record(record_id=record_id, reason=body.reason, by=request.user, now=timezone.now())
    return record_object(list_records().get(pk=record_id))


def record_object(record: TrainingRecord) -> RecordObject:
    """Return a record of `list_records` as the API shows it."""
    revocation = getattr(record, "revocation", None)
    return RecordObject(
        id=record.pk,
        learner_id=record.learner_id,
        course_id=record.course_id,
        course_code=record.course.code,
        course_title=record.course_title,
        completion_date=record.completion_date,
        expiry_date=record.expiry_date,
        result=record.result,
        session_id=record.session_id,
        provider_name=record.provider.name if record.provider else None,
        evidence=EvidenceKey(key=record.evidence_file_key, sha256=record.evidence_hash),
        from_register=_from_register(record),
        calculated=record.is_calculated,
        supersedes=record.supersedes_id,
        revoked=Revoked(reason=revocation.reason, at=revocation.revoked_at, by=name_of(revocation.revoked_by))
        if revocation
        else None,
        created_at=record.created_at,
    )


def _from_register(record: TrainingRecord) -> FromRegister | None:
    if record.register_import is None:
        return None
    extract = record.extract
    return FromRegister(
        name=record.register_import.register,
        import_number=record.register_import.import_number,
        sheet=extract.sheet if extract else None,
        row=extract.row if extract else None,
        has_certificate=not record.lacks_certificate,  # type: ignore[attr-defined]  # of `list_records`
    )
