"""Workers, the tables of their profiles and their records as files (X1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.pages.trail import of_worker
from attendance.pages.worker import Profile, ProfileRequirement, get_worker, worker_profile, worker_profile_as_of
from attendance.papers.class_lists import PROGRAMME
from learners.forms.filters import WorkerFilterForm
from learners.forms.records import RecordFilterForm
from learners.models import CompetencyRecord, Learner, TrainingRecord
from learners.pages.worker_rows import WorkerRow, worker_rows
from learners.policies.import_records import RECORDS
from learners.policies.worker_fields import WORKER_FIELDS, ProfilePlace, WorkerField
from learners.selectors.area_names import area_names
from learners.selectors.as_of import day_of
from learners.selectors.learners import WorkerFilter, list_workers, workers_of
from learners.selectors.progression import progressions_of_learner, progressions_of_learner_as_of
from learners.selectors.records import list_records, records_wanted
from training.core.list_files import TableColumn, at, yes_or_no
from training.core.permissions import Permission, may, name_of
from training.core.sorting import Columns
from training.papers.lists import (
    Asking,
    FoundRows,
    all_at_once,
    declare_list,
    import_column,
    in_chunks,
    page_at,
    page_of,
)
from training.papers.trails import declare_log
from training.policies.imports.values.choices import join_things

WORKER_SORTS: Columns = {
    "worker": ("sort_key",),
    "badge": ("badge_id",),
    "role": ("role__title", "sort_key"),
    "employer": ("company__name", "sort_key"),
}


@dataclass(frozen=True)
class AskedWorkers:
    """What the address of the list of workers asks for; `rows` are the workers, the worst first."""

    form: WorkerFilterForm
    wanted: WorkerFilter
    rows: QuerySet[Learner]


def workers_asked_for(query: QueryDict, *, today: Any) -> AskedWorkers:
    """Return the workers that a query asks for.

    Args:
        today: the site's date.
    """
    form = WorkerFilterForm(query)
    wanted = form.wanted()
    return AskedWorkers(form, wanted, list_workers(wanted, today=today, warning_days=settings.EXPIRY_WARNING_DAYS))


# Columns

# Where the fields are read that hold no plain value; a row is written as an import identifies it (X2).
READ_AT = {"role": "role.code", "supervisor": "supervisor.badge_id", "status": "get_status_display"}
TITLES = {"role": gettext_lazy("Role"), "status": gettext_lazy("Status of the worker")}


def column_of(field: WorkerField) -> TableColumn[Any]:
    """Return the column of a field of a worker, by its declaration; its rows hold the worker as `learner`."""
    verbose: Any = getattr(Learner._meta.get_field(field.name), "verbose_name", field.name)
    is_contact = field.shown is ProfilePlace.CONTACT
    return TableColumn(
        field.name,
        TITLES.get(field.name) or field.label or capfirst(verbose),
        at(f"learner.{READ_AT.get(field.name, field.name)}"),
        width=24 if is_contact else 16,
        is_contact=is_contact,
    )


def _why(row: WorkerRow) -> str:
    return ", ".join(f"{reason.code} {reason.text}" for reason in row.reasons)


def _revocation(each: TrainingRecord | CompetencyRecord, field: str) -> Any:
    return getattr(each.revocation, field) if hasattr(each, "revocation") else None


def _state(each: CompetencyRecord) -> str:
    return _("Revoked") if each.revoked_at else each.get_status_display()


def _login(login: Any) -> str | None:
    return None if login is None else name_of(login)


WORKER: Sequence[TableColumn[WorkerRow]] = (
    TableColumn("badge_id", gettext_lazy("Badge"), lambda row: row.learner.badge_id, width=14),
    TableColumn("worker", gettext_lazy("Worker"), lambda row: row.learner.name, width=28),
    TableColumn("verdict", gettext_lazy("Verdict"), lambda row: row.standing.word, width=14),
    TableColumn("role_title", gettext_lazy("Title of the role"), lambda row: row.learner.role.title, width=24),
    TableColumn("company", gettext_lazy("Employer"), lambda row: row.learner.company.name, width=28),
    TableColumn("why", gettext_lazy("Why"), _why, width=48),
)
TOLD = {column.name for column in WORKER}
AREAS: TableColumn[WorkerRow] = TableColumn(
    "areas",
    gettext_lazy("Areas"),
    lambda row: join_things(sorted(link.area.name for link in row.learner.area_links.all())),
    width=32,
)
LEARNER = (*WORKER, *(column_of(field) for field in WORKER_FIELDS if field.name not in TOLD), AREAS)


def _register(each: TrainingRecord) -> str | None:
    return each.register_import.register if each.register_import else None


def _no_certificate(each: TrainingRecord) -> str:
    """Say whether an extract of an old register is all that proves a record (I7), whichever list it is of."""
    lacks: bool | None = getattr(each, "lacks_certificate", None)
    if lacks is None:
        lacks = each.extract_id is not None and getattr(each, "certified_at", None) is None
    return yes_or_no(lacks)


RECORD: Sequence[TableColumn[TrainingRecord]] = (
    TableColumn("number", gettext_lazy("Record"), lambda each: each.pk, width=10),
    TableColumn("badge_id", gettext_lazy("Badge"), lambda each: each.learner.person.badge_id, width=14),
    import_column(RECORDS, "first_name", at("learner.person.first_name"), width=20),
    import_column(RECORDS, "last_name", at("learner.person.last_name"), width=20),
    TableColumn("course", gettext_lazy("Course"), lambda each: each.course.code, width=11),
    TableColumn("title", gettext_lazy("Title"), lambda each: each.course_title, width=36),
    TableColumn("completed_on", gettext_lazy("Completed on"), lambda each: each.completion_date, width=13),
    TableColumn("expires_on", gettext_lazy("Valid until"), lambda each: each.expiry_date, width=13),
    TableColumn("result", gettext_lazy("Result"), lambda each: each.get_result_display(), width=10),
    TableColumn("provider", gettext_lazy("Provider"), at("provider.name"), width=28),
    TableColumn("session", gettext_lazy("Session"), at("session.reference"), width=15),
    TableColumn("trainer", gettext_lazy("Trainer"), lambda each: each.trainer_name, width=28),
    TableColumn("register", gettext_lazy("From the old register"), _register, width=28),
    TableColumn("no_certificate", gettext_lazy("Proven by the register alone"), _no_certificate, width=14),
    TableColumn("calculated", gettext_lazy("Calculated"), lambda each: yes_or_no(each.is_calculated), width=11),
    TableColumn("employer_then", gettext_lazy("Worked for, on that day"), lambda each: each.company_name, width=28),
    TableColumn("role_then", gettext_lazy("Worked as, on that day"), lambda each: each.role_title, width=24),
    TableColumn("comments", gettext_lazy("Comments"), lambda each: each.comments, width=36),
    TableColumn("revoked_on", gettext_lazy("Revoked on"), lambda each: _revocation(each, "revoked_on"), width=13),
    TableColumn("revoked_why", gettext_lazy("Why it was revoked"), lambda each: _revocation(each, "reason"), width=36),
    TableColumn("evidence_hash", gettext_lazy("SHA-256 of the proof"), lambda each: each.evidence_hash, width=66),
)
REQUIRED: Sequence[TableColumn[ProfileRequirement]] = (
    TableColumn("course", gettext_lazy("Course"), lambda each: each.line.item.course.code, width=11),
    TableColumn("title", gettext_lazy("Title"), lambda each: each.line.course_title, width=36),
    TableColumn("state", gettext_lazy("State"), lambda each: each.line.standing.word, width=16),
    TableColumn("time", gettext_lazy("Time"), lambda each: each.line.standing.time, width=18),
    TableColumn("valid_until", gettext_lazy("Valid until"), lambda each: each.line.item.expiry_date, width=13),
    TableColumn("due_by", gettext_lazy("Due by"), lambda each: each.line.item.due_date, width=13),
    TableColumn("why", gettext_lazy("Why"), at("line.rule.source"), width=32),
    TableColumn("asks", gettext_lazy("When required"), at("line.rule.asks"), width=32),
    TableColumn("record", gettext_lazy("Record"), at("proof.pk"), width=10),
)
SIGN_OFF: Sequence[TableColumn[CompetencyRecord]] = (
    TableColumn("trained", gettext_lazy("Trained"), lambda each: each.training_date, width=13),
    TableColumn("course", gettext_lazy("Course"), lambda each: each.course.code, width=11),
    TableColumn("title", gettext_lazy("Title"), lambda each: each.course_version.title, width=36),
    TableColumn("attempt", gettext_lazy("Attempt"), lambda each: each.attempt, width=9),
    TableColumn("state", gettext_lazy("State"), _state, width=16),
    TableColumn("assessed_on", gettext_lazy("Assessed on"), lambda each: each.assessed_on, width=13),
    TableColumn("assessed_by", gettext_lazy("Assessed by"), lambda each: _login(each.assessed_by), width=24),
    TableColumn("method", gettext_lazy("Method"), at("method.name"), width=24),
    TableColumn("remarks", gettext_lazy("Remarks"), lambda each: each.remarks, width=36),
    TableColumn("revoked_on", gettext_lazy("Revoked on"), lambda each: _revocation(each, "revoked_on"), width=13),
    TableColumn("revoked_why", gettext_lazy("Why it was revoked"), lambda each: _revocation(each, "reason"), width=36),
)


# Files


def _find_workers(asking: Asking) -> FoundRows:
    asked = workers_asked_for(asking.query, today=asking.today)
    total, read = in_chunks(
        asking.sorted(asked.rows, WORKER_SORTS),
        partial(_rows, asking=asking, areas=area_names()),
        key=lambda row: row.learner.pk,
    )
    return FoundRows(LEARNER, total, read)


def _rows(learners: QuerySet[Learner], *, asking: Asking, areas: Mapping[int, str]) -> Iterable[WorkerRow]:
    found = list(learners.select_related("company", "role", "supervisor").prefetch_related("area_links__area"))
    for link in (link for learner in found for link in learner.area_links.all()):
        link.area.name = areas[link.area_id]  # such that an import finds it again (X2)
    return worker_rows(found, today=asking.today, warning_days=settings.EXPIRY_WARNING_DAYS)


def _find_records(asking: Asking) -> FoundRows:
    """Return all records of the workers whom the filter of the list of workers leaves, the newest first."""
    asked = workers_asked_for(asking.query, today=asking.today)
    people = workers_of(asked.wanted, today=asking.today, warning_days=settings.EXPIRY_WARNING_DAYS)
    records = list_records()
    if asked.wanted != WorkerFilter():
        badges = Learner.objects.filter(Q(pk__in=people.values("pk")) | Q(merged_into__in=people.values("pk")))
        records = records.filter(learner__in=badges.order_by().values("pk"))
    related = ("learner__merged_into", "session")
    return FoundRows(RECORD, *in_chunks(records.select_related(*related), list, key=lambda each: each.pk))


def _find_records_listed(asking: Asking) -> FoundRows:
    records = records_wanted(RecordFilterForm(asking.query).wanted())
    return FoundRows(RECORD, *in_chunks(records, list, key=lambda each: each.pk))


def _profile(asking: Asking) -> Profile:
    """Return the profile that a query names by `worker`, as of `on` if that is given."""
    learner = get_worker(get_worker(asking.key("worker")).person.pk)
    on = day_of(asking.query.get("on", ""), today=asking.today)
    warning_days = settings.EXPIRY_WARNING_DAYS
    if on is not None:
        return worker_profile_as_of(learner, on=on, record_id=None, warning_days=warning_days)
    return worker_profile(learner, record_id=None, today=asking.today, now=asking.now, warning_days=warning_days)


def _of(sentence: str, profile: Profile) -> str:
    return sentence % {"worker": profile.learner.name}


def _find_required(asking: Asking) -> FoundRows:
    profile = _profile(asking)
    return all_at_once(REQUIRED, profile.requirements, subject=_of(_("Required of %(worker)s"), profile))


def _find_worker_records(asking: Asking) -> FoundRows:
    profile = _profile(asking)
    records = [line.record for line in profile.records]
    for record in records:
        record.learner = profile.learner
    return all_at_once(RECORD, records, subject=_of(_("Training records of %(worker)s"), profile))


def _find_sign_offs(asking: Asking) -> FoundRows:
    profile = _profile(asking)
    return all_at_once(SIGN_OFF, profile.sign_offs, subject=_of(_("Sign-offs of %(worker)s"), profile))


def _find_programmes(asking: Asking) -> FoundRows:
    profile = _profile(asking)
    pk = profile.learner.pk
    lines = progressions_of_learner_as_of(pk, on=profile.as_of) if profile.as_of else progressions_of_learner(pk)
    return all_at_once(PROGRAMME, lines, subject=_of(_("Hours of %(worker)s"), profile))


def _sources(asking: Asking) -> Any:
    tells_contact = asking.contacts and may(asking.by, Permission.KEEP_WORKERS)
    return of_worker(
        get_worker(asking.key("worker")),
        tells_contact=tells_contact,
        tells_reads=may(asking.by, Permission.ADMINISTER),
    )


def _declare() -> None:
    profile = page_of("attendance:worker", "worker")
    declare_list(
        "workers",
        gettext_lazy("Workers"),
        find=_find_workers,
        page=page_at("attendance:workers"),
        has_contacts=True,
        of_kind="workers",
    )
    declare_list(
        "records",
        gettext_lazy("Training records"),
        find=_find_records,
        page=page_at("attendance:workers"),
        of_kind="records",
    )
    declare_list(
        "records-listed",
        gettext_lazy("Training records"),
        find=_find_records_listed,
        page=page_at("learners:records"),
        of_kind="records",
    )
    declare_list("worker-required", gettext_lazy("Required courses"), find=_find_required, page=profile)
    declare_list(
        "worker-records", gettext_lazy("Training records"), find=_find_worker_records, page=profile, of_kind="records"
    )
    declare_list("worker-sign-offs", gettext_lazy("Practical sign-offs"), find=_find_sign_offs, page=profile)
    declare_list("worker-programmes", gettext_lazy("Hours in classes"), find=_find_programmes, page=profile)
    declare_log(
        "worker-log",
        gettext_lazy("Audit log of a worker"),
        _sources,
        page=page_of("attendance:worker_trail", "worker"),
        has_contacts=True,
    )


_declare()
