"""Workers through the API: who is cleared and why, and their progress in classes."""

from operator import attrgetter
from typing import Annotated, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Status
from pydantic import Field, WithJsonSchema, create_model

from learners.models import ComplianceStatus, Learner, LearnerHoursLog
from learners.pages.items import ItemLine, item_lines
from learners.policies.standing import Group, Verdict, is_out_of_date, verdict
from learners.policies.worker_fields import WORKER_FIELDS
from learners.selectors.learners import WorkerFilter, group_counts, list_workers, sign_offs_owed
from learners.selectors.progression import ProgressionLine, hours_log, progressions_of_learner
from learners.services.by_badge import company_named, put_learner, role_named, supervisor_of_badge
from learners.services.learners import LearnerFacts
from learners.services.merging import merge_workers
from training.core.api.objects import ApiObject, ApiRequest, Day, Key, Moment, Page, Paging, Text, answers, page, part
from training.core.permissions import Permission, may, name_of, requires
from training.core.refusals import NotFound

compliance = Router(by_alias=True)
learners = Router(by_alias=True)

# Written out in place: as named parts of the API document all enumerations would have the same name, Status.
LearnerStatus = Annotated[Learner.Status, WithJsonSchema({"type": "string", "enum": Learner.Status.values})]


TOLD = {name: told for field in WORKER_FIELDS for name, told in field.api.items()}


class NumberObject(ApiObject):
    """A number by which others know a worker (L4): its end, and the whole of it for those who keep workers."""

    kind: str
    masked: str
    value: str | None


_kinds: Any = {
    "id": int,
    **{name: kind for name, (kind, _of) in TOLD.items()},
    "numbers": list[NumberObject],
    "compliance_status": str,
}
_parts: Any = {name: (kind, ...) for name, kind in _kinds.items()}
LearnerObject: Any = create_model("LearnerObject", __base__=ApiObject, **_parts)


class ItemObject(ApiObject):
    course_code: str
    course_title: str | None
    status: str
    reason: str
    expiry_date: Day | None
    due_date: Day | None


class ComplianceObject(ApiObject):
    """`cleared` is the answer at a gate: ACTIVE, nothing red, and the stored answer has not run out (C7)."""

    overall_status: str
    cleared: bool
    learner_status: str
    updated_at: Moment | None
    items: list[ItemObject]


class ComplianceStats(ApiObject):
    """Numbers of ACTIVE workers; `expiring` and `workersAwaitingVerification` count some of them again (C4).

    `awaitingVerification` is the number of practical sign-offs that are owed, as pages show it; one worker may wait
    for several.
    """

    compliant: int
    pending: int
    non_compliant: int
    expiring: int
    awaiting_verification: int
    workers_awaiting_verification: int


class Hours(ApiObject):
    """A row of the log. A reversal has the negative hours of the row that it names (H4)."""

    id: int
    log_date: Day
    hours_trained: float
    hours_present: float
    source: str
    session_id: int | None
    created_by: str | None
    notes: str | None
    reversal_of: int | None


class ProgressionObject(ApiObject):
    """`progressPercent` is null if the length of the course is unknown, `attendanceRate` before the first hour."""

    id: int
    learner_id: int
    course_code: str
    class_id: int
    status: str
    start_date: Day
    completion_date: Day | None
    hours_trained: float
    hours_present: float
    hours_absent: float
    progress_percent: int | None
    attendance_rate: int | None
    log: list[Hours]


class LearnerQuery(Paging):
    search: Text = Field("", max_length=100)
    company_id: Key | None = None
    role_id: Key | None = None
    status: LearnerStatus | None = None


class WorkerFacts(ApiObject):
    """What an HR system says of a worker. What is left out stays as it is; a new worker needs what the form needs.

    The employer is named by `companyId`, or in `company` by its name or code; the role by `roleId`, or in `role` by its
    code or title; the supervisor by badge. An `endDate` of null takes the last day away, an empty text what it names.
    `numbers` are by kind. `confirmed` is the word that came with a question (409).
    """

    first_name: Text | None = None
    last_name: Text | None = None
    other_name: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    company_id: Key | None = None
    company: Text | None = None
    role_id: Key | None = None
    role: Text | None = None
    role_assigned_at: Day | None = None
    supervisor_badge: Text | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    numbers: dict[Text, Text] = Field(default_factory=dict)
    reason: Text = ""
    confirmed: Text = ""


class MergeInto(ApiObject):
    """`into` is the worker who stays."""

    into: Key
    reason: Text


@learners.get("", response=answers(Page[LearnerObject]))
@requires(Permission.READ_SITE)
def list_learners(request: ApiRequest, query: Query[LearnerQuery]) -> dict[str, Any]:
    """Workers, the most urgent first; `search` takes words of the name or the badge."""
    wanted = WorkerFilter(text=query.search, company=query.company_id, role=query.role_id, status=query.status)
    found = list_workers(wanted, today=timezone.localdate(), warning_days=settings.EXPIRY_WARNING_DAYS)
    reads_numbers = may(request.user, Permission.KEEP_WORKERS)
    found = found.prefetch_related("numbers")
    return page(found, query, lambda people: [_learner(each, reads_numbers=reads_numbers) for each in people])


@learners.put("/by-badge/{path:badge}", response={201: LearnerObject, **answers(LearnerObject)})
@requires(Permission.KEEP_WORKERS)
def put_by_badge(request: ApiRequest, badge: Path[Text], body: WorkerFacts) -> Any:
    """Make the worker of this badge, or change what is said differently; the same again changes nothing (X6, L4)."""
    learner, is_new = put_learner(
        badge=badge,
        facts=_facts(body),
        numbers=body.numbers,
        reason=body.reason,
        confirmed=body.confirmed,
        by=request.user,
        now=timezone.now(),
    )
    told = _learner(_get_learner(learner.pk), reads_numbers=may(request.user, Permission.KEEP_WORKERS))
    return Status(201 if is_new else 200, told)


@learners.get("/{learner_id}", response=answers(LearnerObject))
@requires(Permission.READ_SITE)
def show_learner(request: ApiRequest, learner_id: Path[Key]) -> Any:
    """One worker; for a merged badge the worker into whom it was merged (L2)."""
    return _learner(_get_learner(learner_id), reads_numbers=may(request.user, Permission.KEEP_WORKERS))


@learners.post("/{learner_id}/merge", response=answers(LearnerObject))
@requires(Permission.MERGE)
def merge(request: ApiRequest, learner_id: Path[Key], body: MergeInto) -> Any:
    """Merge this badge into another worker, and return that worker (L2)."""
    merge_workers(
        duplicate_id=learner_id, survivor_id=body.into, reason=body.reason, by=request.user, now=timezone.now()
    )
    return _learner(_get_learner(body.into), reads_numbers=may(request.user, Permission.KEEP_WORKERS))


@learners.get("/{learner_id}/progressions", response=answers(Page[ProgressionObject]))
@requires(Permission.READ_SITE)
def list_progressions(request: ApiRequest, learner_id: Path[Key], query: Query[Paging]) -> dict[str, Any]:
    """A worker's progress in each class, the latest first, with the hours behind the sums (H5 to H7)."""
    lines = progressions_of_learner(_get_learner(learner_id).pk)
    shown = part(lines, query)
    log: dict[int, list[Hours]] = {line.progression.pk: [] for line in shown}
    for row in hours_log(log.keys()):
        log[row.progression_id].append(_hours(row))
    return {"items": [_progression(line, log[line.progression.pk]) for line in shown], "count": len(lines)}


@compliance.get("/stats", response=answers(ComplianceStats))
@requires(Permission.READ_SITE)
def compliance_stats(request: ApiRequest) -> ComplianceStats:
    """How many ACTIVE workers are compliant, pending or not compliant, and how many sign-offs are owed (C4)."""
    counts = group_counts(today=timezone.localdate(), warning_days=settings.EXPIRY_WARNING_DAYS)
    return ComplianceStats(
        compliant=counts[Group.CLEARED] - counts[Group.DUE],
        pending=counts[Group.DUE],
        non_compliant=counts[Group.NOT_CLEARED],
        expiring=counts[Group.EXPIRING],
        awaiting_verification=sign_offs_owed(),
        workers_awaiting_verification=counts[Group.TO_VERIFY],
    )


@compliance.get("/{learner_id}", response=answers(ComplianceObject))
@requires(Permission.READ_SITE)
def show_compliance(request: ApiRequest, learner_id: Path[Key]) -> ComplianceObject:
    """Whether this person may work here today, and why (C4, C5, C7)."""
    learner, today = _get_learner(learner_id), timezone.localdate()
    lines = item_lines(learner, today=today, warning_days=settings.EXPIRY_WARNING_DAYS)
    return ComplianceObject(
        overall_status=_overall(learner),
        cleared=verdict(learner, today=today) is Verdict.CLEARED,
        learner_status=learner.status,
        updated_at=learner.compliance_updated_at,
        items=[_item(line) for line in lines],
    )


PLAIN_FACTS = ("first_name", "last_name", "other_name", "email", "phone", "role_assigned_at", "start_date")


def _facts(body: WorkerFacts) -> LearnerFacts:
    """Return what a body says; only the last day and the supervisor can be taken away by null."""
    said: Any = {name: value for name in PLAIN_FACTS if (value := getattr(body, name)) is not None}
    if "end_date" in body.model_fields_set:
        said["end_date"] = body.end_date
    if "supervisor_badge" in body.model_fields_set:
        said["supervisor_id"] = supervisor_of_badge(body.supervisor_badge or "")
    if body.company_id is not None:
        said["company_id"] = body.company_id
    elif body.company is not None:
        said["company_id"] = company_named(body.company)
    if body.role_id is not None:
        said["role_id"] = body.role_id
    elif body.role is not None:
        said["role_id"] = role_named(body.role)
    return said  # type: ignore[no-any-return]  # built by the names of LearnerFacts


def _get_learner(learner_id: int) -> Learner:
    related = ("company", "role", "merged_into__company", "merged_into__role")
    learner = Learner.objects.select_related(*related).filter(pk=learner_id).first()
    if learner is None:
        raise NotFound(_("There is no such worker."))
    return learner.merged_into or learner


def _overall(learner: Learner) -> str:
    """Return the stored answer; NON_COMPLIANT once its last day is over, so that it clears nobody (C7)."""
    if is_out_of_date(learner.compliance_holds_until, today=timezone.localdate()):
        return ComplianceStatus.NON_COMPLIANT
    return learner.compliance_status


def _learner(learner: Learner, *, reads_numbers: bool) -> Any:
    told = {name: attrgetter(attribute)(learner) for name, (_kind, attribute) in TOLD.items()}
    numbers = [
        NumberObject(kind=each.kind, masked=each.masked, value=each.value if reads_numbers else None)
        for each in learner.numbers.all()
    ]
    return LearnerObject(id=learner.pk, **told, numbers=numbers, compliance_status=_overall(learner))


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


def _progression(line: ProgressionLine, log: list[Hours]) -> ProgressionObject:
    progression = line.progression
    return ProgressionObject(
        id=progression.pk,
        learner_id=progression.learner_id,
        course_code=progression.course.code,
        class_id=progression.training_class_id,
        status=progression.status.upper(),
        start_date=progression.start_date,
        completion_date=progression.completion_date,
        hours_trained=float(progression.hours_trained),
        hours_present=float(progression.hours_present),
        hours_absent=float(progression.hours_absent),
        progress_percent=line.percent,
        attendance_rate=line.attendance_rate,
        log=log,
    )


def _hours(row: LearnerHoursLog) -> Hours:
    return Hours(
        id=row.pk,
        log_date=row.log_date,
        hours_trained=float(row.hours_trained),
        hours_present=float(row.hours_present),
        source=row.source,
        session_id=row.session_id,
        created_by=name_of(row.created_by) if row.created_by else None,
        notes=row.notes or None,
        reversal_of=row.reversal_of_id,
    )
