"""What rows of workers may say of a status, of leaving and of coming back (L1, L3), with the rules of their fields."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from learners.models import Learner
from learners.policies.worker_fields import WORKER_FIELDS
from learners.policies.workers import (
    check_can_set_status,
    check_dated_back,
    check_departure,
    check_start_of_return,
    check_status_reason,
)
from learners.services.imports.people import StoredWorker
from training.core.imports.rows import RowOutcome
from training.core.permissions import Permission, may
from training.core.refusals import Refusal
from training.services.imports.checking import Considered, FieldRules
from training.services.imports.contract import ImportTerms

BADGE = "badge_id"
RULES = FieldRules(
    model=Learner,
    columns={
        BADGE: "badge_id",
        "first_name": "first_name",
        "last_name": "last_name",
        "other_name": "other_name",
        "email": "email",
        "phone": "phone",
        "start_date": "start_date",
        "end_date": "end_date",
        "role_assigned_at": "role_assigned_at",
        "status": "status",
        "status_reason": "status_reason",
    },
    named={"company": "company_id", "role": "role_id", "supervisor": "supervisor_id"},
    missing={field.name: field.missing for field in WORKER_FIELDS if field.missing},
    optional=frozenset({"role_assigned_at"}),  # a role counts from the start, or from today
    made=frozenset({"name_key"}),
)
COLUMNS = RULES.all_columns
Status = Learner.Status


def refuse_all(row: Considered, refusal: Refusal, *, otherwise: str = "") -> None:
    """Refuse a row for everything that a refusal says of its fields.

    Args:
        otherwise: the column that is meant where the refusal names none.
    """
    for column, sentences in (refusal.errors or {otherwise: [refusal.message]}).items():
        row.refuse(column if column in COLUMNS else "", type(refusal).__name__, " ".join(sentences))


class WorkerStatus:
    """Says what would become of the status of the workers of one import."""

    def __init__(self, terms: ImportTerms, *, today: date) -> None:
        self._today = today
        self._may_date_back = may(terms.by, Permission.DATE_BACK_STATUS)
        self.reason = str(terms.choices.get("reason", "")).strip()  # of days before the last change of status (C8)

    def returns(self, values: Mapping[str, Any], worker: StoredWorker) -> bool:
        """L3: whoever is not active and starts after the last day, or after the start before, has come back."""
        start, last = values.get("start_date"), worker["end_date"] or worker["start_date"]
        said = values.get("status", Status.ACTIVE)
        return worker["status"] == Status.INACTIVE and said == Status.ACTIVE and start is not None and start > last

    def set(
        self, row: Considered, said: str | None, values: dict[str, Any], worker: StoredWorker, *, returns: bool
    ) -> None:
        """L1: another status counts from today, and needs a reason."""
        if said is None or said == (Status.ACTIVE if returns else worker["status"]):
            return
        values["status"] = said
        facts = {name: worker[name] for name in ("badge_id", "first_name", "last_name", "status")}
        try:
            check_can_set_status(
                Learner(**facts, end_date=values.get("end_date", worker["end_date"])), said, today=self._today
            )
            again = _("Brought in again, after an import was undone.") if worker.was_withdrawn else ""
            values["status_reason"] = check_status_reason(values.get("status_reason") or self.reason or again)
        except Refusal as refusal:
            refuse_all(row, refusal, otherwise="status")

    def bring_back(self, row: Considered, start: date, worker: StoredWorker) -> None:
        """L3: whoever has come back is active from the new start."""
        row.checked.found["returns"] = self.reason or _("Returned to the site.")
        row.checked.before["status"], row.checked.after["status"] = Status.INACTIVE.label, Status.ACTIVE.label
        try:
            check_start_of_return(Learner(start_date=worker["start_date"], end_date=worker["end_date"]), start)
            check_dated_back(
                start,
                status_since=worker.status_since,
                may_date_back=self._may_date_back,
                reason=self.reason,
                field="start_date",
            )
        except Refusal as refusal:
            refuse_all(row, refusal)

    def depart(self, row: Considered, end: date, *, said: str | None, status_since: date | None) -> None:
        """L3: somebody whose last day has passed is not active from the day after it.

        Args:
            said: the status that the row says, if it says one.
        """
        checked = row.checked
        if said not in (None, Status.INACTIVE):
            row.refuse(
                "status", "has_left", _("The last day has passed, so the worker is not active. Correct one of the two.")
            )
            return
        values = checked.found["values"]
        values.pop("status", None)
        if checked.before.pop("status", None) is None:
            if checked.outcome is RowOutcome.CHANGED:
                checked.before["status"] = Status.ACTIVE.label
            checked.after["status"] = Status.INACTIVE.label
        else:
            checked.after.pop("status")
        try:
            _day, sentence = check_departure(
                end, status_since=status_since, may_date_back=self._may_date_back, reason=self.reason
            )
            checked.found["departs"] = values.pop("status_reason", None) or sentence
        except Refusal as refusal:
            refuse_all(row, refusal)
