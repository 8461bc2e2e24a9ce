"""The facts that the certificate of a training record prints."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from learners.models import EvidenceUpload, Learner, TrainingRecord
from learners.selectors.evidence import sheets_of
from training.core.refusals import check_found
from training.models import Session


@dataclass(frozen=True)
class Certificate:
    """A record, its holder under the badge of today (L2), and the sheets that prove it, corrections first (E6)."""

    record: TrainingRecord
    holder: Learner
    sheets: Sequence[EvidenceUpload]

    @property
    def is_from_register(self) -> bool:
        """Whether an extract of an old register is all that proves the record (I7)."""
        return self.record.extract_id is not None and not self.sheets


def get_record(record_id: int) -> TrainingRecord:
    """Return a training record with everything that its certificate prints.

    Raises:
        NotFound: there is no such record.
    """
    records = TrainingRecord.objects.select_related(
        "learner__merged_into", "course", "session__trainer", "provider", "revocation", "register_import"
    )
    return check_found(records.filter(pk=record_id).first(), _("There is no such training record."))


def certificates_of_session(session: Session) -> list[Certificate]:
    """Return the certificates of everybody who passed a session, in the order of the list, in two queries.

    The records count as they are now: a revoked one has no certificate, the one that replaced it has (F9), and a pass
    that still waits for its practical sign-off has none yet.
    """
    records = (
        TrainingRecord.objects.filter(session=session, result=TrainingRecord.Result.PASSED, revocation__isnull=True)
        .select_related("learner__merged_into", "course", "session__trainer", "provider")
        .annotate(line=Subquery(session.attendees.filter(learner=OuterRef("learner")).values("line")[:1]))
        .order_by(F("line").asc(nulls_last=True), "pk")
    )
    sheets = sheets_of(list(records))
    return [Certificate(each, each.learner.merged_into or each.learner, sheets[each.pk]) for each in records]


def certificate_of(record: TrainingRecord) -> Certificate:
    """Return the certificate of a record from `get_record`, in one query."""
    return Certificate(record, record.learner.merged_into or record.learner, sheets_of([record])[record.pk])
