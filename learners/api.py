"""Workers through the API: who is cleared and why, their records, and the sign-offs that are owed."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router
from pydantic import Field

from learners.models import CompetencyRecord, ComplianceStatus, Learner, TrainingRecord
from learners.selectors.items import ItemLine, item_lines
from learners.selectors.learners import (
    Group,
    WorkerFilter,
    group_counts,
    list_workers,
    pending_sign_offs,
)
from learners.selectors.records import list_records
from learners.services.learners import LearnerNotFound
from learners.services.records import revoke_record
from learners.standing import Verdict, is_out_of_date, verdict
from training.api_objects import ApiObject, ApiRequest, Day, Key, Moment, Page, Paging, Text, answers, page
from training.permissions import Permission, requires

records = Router(by_alias=True)
competency = Router(by_alias=True)
compliance = Router(by_alias=True)
learners = Router(by_alias=True)


class LearnerObject(ApiObject):
    id: int
    badge_id: str
    first_name: str
    last_name: str
    status: str
    company_id: int
    company_name: str
    role_id: int
    role_title: str
    supervisor_id: int | None
    start_date: Day
    end_date: Day | None
    compliance_status: str


class ItemObject(ApiObject):
    course_code: str
    course_title: str | None
    status: str
    reason: str
    expiry_date: Day | None
    due_date: Day | None


class ComplianceObject(ApiObject):
    """`cleared` is the answer at a gate: ACTIVE, nothing red, and the stored answer is of today (C7)."""

    overall_status: str
    cleared: bool
    learner_status: str
    updated_at: Moment | None
    items: list[ItemObject]


class ComplianceStats(ApiObject):
    """How many ACTIVE workers; `expiring` and `awaitingVerification` are counted in the others too (C4)."""

    compliant: int
    pending: int
    non_compliant: int
    expiring: int
    awaiting_verification: int


class EvidenceKey(ApiObject):
    key: str
    sha256: str


class Revoked(ApiObject):
    reason: str
    at: Moment
    by: str


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
    supersedes: int | None
    revoked: Revoked | None
    created_at: Moment


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


class LearnerQuery(Paging):
    search: Text = Field("", max_length=100)
    company_id: Key | None = None
    role_id: Key | None = None
    status: Learner.Status | None = None


class RecordQuery(Paging):
    learner_id: Key | None = None
    course_id: Key | None = None
    expiring_before: Day | None = None


class Reason(ApiObject):
    reason: Text


@learners.get("", response=answers(Page[LearnerObject]))
@requires(Permission.READ_SITE)
def list_learners(request: ApiRequest, query: Query[LearnerQuery]) -> dict[str, Any]:
    """Workers, the most urgent first; `search` takes words of the name or the badge."""
    wanted = WorkerFilter(text=query.search, company=query.company_id, role=query.role_id, status=query.status)
    found = list_workers(wanted, today=timezone.localdate(), warning_days=settings.EXPIRY_WARNING_DAYS)
    return page(found, query, lambda people: [_learner(each) for each in people])


@learners.get("/{learner_id}", response=answers(LearnerObject))
@requires(Permission.READ_SITE)
def show_learner(request: ApiRequest, learner_id: Path[Key]) -> LearnerObject:
    """One worker; a badge that was merged answers with the one it went into (L2)."""
    return _learner(_get_learner(learner_id))


@compliance.get("/stats", response=answers(ComplianceStats))
@requires(Permission.READ_SITE)
def compliance_stats(request: ApiRequest) -> ComplianceStats:
    """How many ACTIVE workers stand how."""
    counts = group_counts(today=timezone.localdate(), warning_days=settings.EXPIRY_WARNING_DAYS)
    return ComplianceStats(
        compliant=counts[Group.CLEARED] - counts[Group.DUE],
        pending=counts[Group.DUE],
        non_compliant=counts[Group.NOT_CLEARED],
        expiring=counts[Group.EXPIRING],
        awaiting_verification=counts[Group.TO_VERIFY],
    )


@compliance.get("/{learner_id}", response=answers(ComplianceObject))
@requires(Permission.READ_SITE)
def show_compliance(request: ApiRequest, learner_id: Path[Key]) -> ComplianceObject:
    """May this person work here today, and why (C4, C5, C7)."""
    learner, today = _get_learner(learner_id), timezone.localdate()
    lines = item_lines(learner, today=today, warning_days=settings.EXPIRY_WARNING_DAYS)
    return ComplianceObject(
        overall_status=_overall(learner),
        cleared=verdict(learner, today=today) is Verdict.CLEARED,
        learner_status=learner.status,
        updated_at=learner.compliance_updated_at,
        items=[_item(line) for line in lines],
    )


@records.get("", response=answers(Page[RecordObject]))
@requires(Permission.READ_SITE)
def list_training_records(request: ApiRequest, query: Query[RecordQuery]) -> dict[str, Any]:
    """Records, the newest first, revoked ones included (R2)."""
    found = list_records(learner_id=query.learner_id, course_id=query.course_id, expiring_before=query.expiring_before)
    return page(found, query, lambda rows: [_record(each) for each in rows])


@records.post("/{record_id}/revoke", response=answers(RecordObject))
@requires(Permission.REVOKE)
def revoke(request: ApiRequest, record_id: Path[Key], body: Reason) -> RecordObject:
    """Let a record count for nothing from now on; it stays visible (R2)."""
    revoke_record(record_id=record_id, reason=body.reason, by=request.user, now=timezone.now())
    return _record(list_records().get(pk=record_id))


@competency.get("/pending", response=answers(Page[CompetencyObject]))
@requires(Permission.READ_SITE)
def list_pending(request: ApiRequest, query: Query[Paging]) -> dict[str, Any]:
    """The practical sign-offs that are owed, the oldest first (V1)."""
    owed = pending_sign_offs().select_related("assessed_by").order_by("training_date", "pk")
    return page(owed, query, lambda rows: [_competency(each) for each in rows])


def _get_learner(learner_id: int) -> Learner:
    related = ("company", "role", "merged_into__company", "merged_into__role")
    learner = Learner.objects.select_related(*related).filter(pk=learner_id).first()
    if learner is None:
        raise LearnerNotFound(_("There is no such worker."))
    return learner.merged_into or learner


def _overall(learner: Learner) -> str:
    """An answer past its last day is no answer, and clears nobody (C7)."""
    if is_out_of_date(learner.compliance_holds_until, today=timezone.localdate()):
        return ComplianceStatus.NON_COMPLIANT
    return learner.compliance_status


def _learner(learner: Learner) -> LearnerObject:
    return LearnerObject(
        id=learner.pk,
        badge_id=learner.badge_id,
        first_name=learner.first_name,
        last_name=learner.last_name,
        status=learner.status,
        company_id=learner.company_id,
        company_name=learner.company.name,
        role_id=learner.role_id,
        role_title=learner.role.title,
        supervisor_id=learner.supervisor_id,
        start_date=learner.start_date,
        end_date=learner.end_date,
        compliance_status=_overall(learner),
    )


def _item(line: ItemLine) -> ItemObject:
    item, standing = line.item, line.standing
    is_stale = is_out_of_date(item.holds_until, today=timezone.localdate())
    told = [f"{standing.word}: {standing.time}" if standing.time else standing.word]
    if line.rule is not None:
        told.append(f"{line.rule.source}, {line.rule.asks}")
    return ItemObject(
        course_code=item.course.code,
        course_title=line.course_title,
        status=ComplianceStatus.NON_COMPLIANT if is_stale else item.status,
        reason=". ".join(told),
        expiry_date=item.expiry_date,
        due_date=item.due_date,
    )


def _record(record: TrainingRecord) -> RecordObject:
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
        supersedes=record.supersedes_id,
        revoked=Revoked(reason=revocation.reason, at=revocation.revoked_at, by=_name(revocation.revoked_by))
        if revocation
        else None,
        created_at=record.created_at,
    )


def _competency(record: CompetencyRecord) -> CompetencyObject:
    return CompetencyObject(
        id=record.pk,
        learner_id=record.learner_id,
        course_id=record.course_id,
        session_id=record.session_id,
        attempt=record.attempt,
        status=record.status,
        training_date=record.training_date,
        assessed_by=_name(record.assessed_by) if record.assessed_by else None,
        assessed_at=record.assessed_at,
        method_id=record.method_id,
        remarks=record.remarks or None,
        training_record_id=record.training_record_id,
    )


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()
