"""The queue of practical sign-offs and its history as files (X1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.forms.sign_offs import QueueFilterForm
from learners.models import CompetencyRecord
from learners.selectors.competency import failed_or_revoked, lost_sign_offs, queue
from learners.selectors.learners import pending_sign_offs
from training.core.list_files import TableColumn
from training.core.permissions import name_of
from training.papers.lists import Asking, FoundRows, declare_list, in_chunks, page_at


@dataclass(frozen=True)
class WaitingSignOff:
    """A sign-off that waits, and for how many days."""

    record: CompetencyRecord
    days: int


def _decided_on(each: CompetencyRecord) -> date | None:
    return each.revocation.revoked_on if each.revoked_at else each.assessed_on


def _decided_by(each: CompetencyRecord) -> str | None:
    who = each.revocation.revoked_by if each.revoked_at else each.assessed_by
    return None if who is None else name_of(who)


WAITING: Sequence[TableColumn[WaitingSignOff]] = (
    TableColumn("badge_id", gettext_lazy("Badge"), lambda row: row.record.learner.person.badge_id, width=14),
    TableColumn("worker", gettext_lazy("Worker"), lambda row: row.record.learner.person.name, width=28),
    TableColumn("course", gettext_lazy("Course"), lambda row: row.record.course.code, width=11),
    TableColumn("title", gettext_lazy("Title"), lambda row: row.record.course_version.title, width=36),
    TableColumn("session", gettext_lazy("Session"), lambda row: row.record.session.reference, width=15),
    TableColumn("trainer", gettext_lazy("Trainer"), lambda row: row.record.taught_by, width=28),
    TableColumn("trained", gettext_lazy("Trained"), lambda row: row.record.training_date, width=13),
    TableColumn("waiting", gettext_lazy("Waiting (days)"), lambda row: row.days, width=10),
    TableColumn("attempt", gettext_lazy("Attempt"), lambda row: row.record.attempt, width=9),
    TableColumn("employer_then", gettext_lazy("Employer on that day"), lambda row: row.record.company_name, width=28),
    TableColumn("role_then", gettext_lazy("Role on that day"), lambda row: row.record.role_title, width=24),
)
LOST: Sequence[TableColumn[CompetencyRecord]] = (
    TableColumn(
        "state",
        gettext_lazy("State"),
        lambda each: _("Revoked") if each.revoked_at else each.get_status_display(),
        width=16,
    ),
    TableColumn("badge_id", gettext_lazy("Badge"), lambda each: each.learner.person.badge_id, width=14),
    TableColumn("worker", gettext_lazy("Worker"), lambda each: each.learner.person.name, width=28),
    TableColumn("course", gettext_lazy("Course"), lambda each: each.course.code, width=11),
    TableColumn("title", gettext_lazy("Title"), lambda each: each.course_version.title, width=36),
    TableColumn("attempt", gettext_lazy("Attempt"), lambda each: each.attempt, width=9),
    TableColumn("trained", gettext_lazy("Trained"), lambda each: each.training_date, width=13),
    TableColumn("decided_on", gettext_lazy("Decided"), _decided_on, width=13),
    TableColumn("decided_by", gettext_lazy("By"), _decided_by, width=24),
    TableColumn(
        "why",
        gettext_lazy("Why"),
        lambda each: each.revocation.reason if each.revoked_at else each.remarks,
        width=48,
    ),
)


def _waiting(records: QuerySet[CompetencyRecord], *, today: date) -> list[WaitingSignOff]:
    found = records.select_related("learner__merged_into", "course", "course_version", "session__trainer")
    return [WaitingSignOff(each, (today - each.training_date).days) for each in found]


def _find_queue(asking: Asking) -> FoundRows:
    wanted = QueueFilterForm(asking.query, among=pending_sign_offs()).wanted()
    lines = partial(_waiting, today=asking.today)
    return FoundRows(WAITING, *in_chunks(queue(wanted), lines, key=lambda row: row.record.pk))


def _find_history(asking: Asking) -> FoundRows:
    wanted = QueueFilterForm(asking.query, among=lost_sign_offs()).wanted()
    return FoundRows(LOST, *in_chunks(failed_or_revoked(wanted), list, key=lambda each: each.pk))


declare_list("verify", gettext_lazy("Sign-offs to verify"), find=_find_queue, page=page_at("attendance:verify"))
declare_list(
    "verify-history",
    gettext_lazy("Failed and revoked sign-offs"),
    find=_find_history,
    page=page_at("attendance:verify_history"),
)
