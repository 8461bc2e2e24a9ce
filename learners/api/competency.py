"""Practical sign-offs through the API: those that are owed, signing off, revoking, trying again (V1, V2)."""

from typing import Any, Literal

from django.utils import timezone
from ninja import Path, Query, Router, Status
from pydantic import Field

from learners.models import CompetencyRecord
from learners.policies.sign_offs import Assessment
from learners.selectors.competency import QueueFilter, queue
from learners.services.competency import open_further_attempt, revoke_sign_off, sign_off
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

MOST_AT_ONCE = 500
Result = CompetencyRecord.Status


class CompetencyObject(ApiObject):
    id: int
    learner_id: int
    course_id: int
    session_id: int
    attempt: int
    status: str
    training_date: Day
    assessed_by: str | None
    assessed_at: Moment | None
    method_id: int | None
    remarks: str | None
    training_record_id: int | None


class SignOff(ApiObject):
    """The status COMPETENT needs `methodId` and `assessedOn`; NOT_COMPETENT needs `remarks`."""

    status: Literal["COMPETENT", "NOT_COMPETENT"]
    method_id: Key | None = None
    assessed_on: Day | None = None
    remarks: Text = Field("", max_length=2_000)

    def assessment(self) -> Assessment:
        return Assessment(
            result=Result(self.status), method_id=self.method_id, assessed_on=self.assessed_on, remarks=self.remarks
        )


class SignOffs(SignOff):
    """One result for many sign-offs; `recordIds` are the keys of competency records."""

    record_ids: list[Key] = Field(min_length=1, max_length=MOST_AT_ONCE)


class SignedOff(ApiObject):
    """The sign-offs that were decided, that of the oldest training first."""

    items: list[CompetencyObject]


class PendingQuery(Paging):
    search: Text = Field("", max_length=100)
    course_id: Key | None = None
    company_id: Key | None = None


@router.get("/pending", response=answers(Page[CompetencyObject]))
@requires(Permission.READ_SITE)
def list_pending(request: ApiRequest, query: Query[PendingQuery]) -> dict[str, Any]:
    """The practical sign-offs that are owed, the oldest first (V1)."""
    wanted = QueueFilter(text=query.search, course=query.course_id, company=query.company_id)
    owed = queue(wanted).select_related("assessed_by")
    return page(owed, query, lambda rows: [competency_object(each) for each in rows])


@router.patch("/{record_id}/verify", response=answers(CompetencyObject))
@requires(Permission.VERIFY)
def verify(request: ApiRequest, record_id: Path[Key], body: SignOff) -> CompetencyObject:
    """Sign a worker off; COMPETENT makes the training record (V1)."""
    (record,) = sign_off(record_ids=[record_id], assessment=body.assessment(), by=request.user, now=timezone.now())
    return competency_object(record)


@router.post("/bulk-verify", response=answers(SignedOff))
@requires(Permission.VERIFY)
def bulk_verify(request: ApiRequest, body: SignOffs) -> SignedOff:
    """Give many sign-offs the same result, all of them or none (V1)."""
    records = sign_off(record_ids=body.record_ids, assessment=body.assessment(), by=request.user, now=timezone.now())
    return SignedOff(items=[competency_object(each) for each in records])


@router.post("/{record_id}/revoke", response=answers(CompetencyObject))
@requires(Permission.REVOKE)
def revoke(request: ApiRequest, record_id: Path[Key], body: ReasonText) -> CompetencyObject:
    """Revoke a sign-off and its record, which count for nothing from now on (V2)."""
    record = revoke_sign_off(record_id=record_id, reason=body.reason, by=request.user, now=timezone.now())
    return competency_object(record)


@router.post("/{record_id}/new-attempt", response=answers(CompetencyObject, 201))
@requires(Permission.VERIFY)
def new_attempt(request: ApiRequest, record_id: Path[Key]) -> Status[CompetencyObject]:
    """Put a worker into the queue once more, after NOT_COMPETENT or a revoked sign-off (V2)."""
    record = open_further_attempt(record_id=record_id, by=request.user, now=timezone.now())
    return Status(201, competency_object(record))


def competency_object(record: CompetencyRecord) -> CompetencyObject:
    """Return a practical sign-off as the API shows it."""
    return CompetencyObject(
        id=record.pk,
        learner_id=record.learner_id,
        course_id=record.course_id,
        session_id=record.session_id,
        attempt=record.attempt,
        status=record.status,
        training_date=record.training_date,
        assessed_by=name_of(record.assessed_by) if record.assessed_by else None,
        assessed_at=record.assessed_at,
        method_id=record.method_id,
        remarks=record.remarks or None,
        training_record_id=record.training_record_id,
    )
