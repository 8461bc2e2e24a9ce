"""The training records and practical sign-offs of a worker."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Case, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Least

from learners.models import CompetencyRecord, EvidenceUpload, Learner, RegisterStanding, Revocation, TrainingRecord
from learners.selectors.learners import matches, rows_of_badge

COUNTED_TO = 1_000  # counting further would take longer the larger the site is

# These take keys and no subquery: with that many joins PostgreSQL would read the rows of everybody first.


def records_of(badges: Collection[int]) -> QuerySet[TrainingRecord]:
    """Return all records of a person, the newest first, including failed and revoked ones (R2).

    Args:
        badges: the keys under which the person's rows stand (L2), as `ids_of_person` returns them.
    """
    return (
        TrainingRecord.objects.filter(learner__in=badges)
        .select_related(
            "course",
            "course_version",
            "session",
            "provider",
            "created_by",
            "revocation__revoked_by",
            "revocation__undoes",
            "register_import",
            "extract",
        )
        .annotate(certified_at=certified_at())
        .order_by("-completion_date", "-pk")
    )


def certified_at() -> Case:
    """Return the expression of when a record of an old register got its certificate (I7); null where it has none.

    It is null for records that came with their proof.
    """
    first = EvidenceUpload.objects.filter(record=OuterRef("pk")).order_by("uploaded_at").values("uploaded_at")[:1]
    return Case(When(extract__isnull=False, then=Subquery(first)))


def lacks_certificate() -> ExpressionWrapper:
    """Return the condition of records whose only proof is an extract of an old register (I7), revoked ones included."""
    uploads = EvidenceUpload.objects.filter(record=OuterRef("pk"))
    return ExpressionWrapper(Q(extract__isnull=False) & ~Exists(uploads), output_field=BooleanField())


def counting_on(records: QuerySet[TrainingRecord], *, on: date) -> QuerySet[TrainingRecord]:
    """Return those of some records that count on a day (C2, I7, C8), each with the last day on which it does.

    It is what `learners.policies.answers` says of proofs, for lists that are about records. `last_day` is the expiry,
    or the end of the acceptance of its register if that comes first.
    """
    is_later = Q(decided_on__gt=on)
    latest_first = Case(When(is_later, then=F("pk")), default=-F("pk"))  # what comes later, the earliest first
    standings = RegisterStanding.objects.filter(register_import=OuterRef("register_import")).order_by(
        Case(When(is_later, then=1), default=0), latest_first
    )
    is_revoked = Exists(Revocation.objects.filter(record=OuterRef("pk"), revoked_on__lte=on))
    until = Least("expiry_date", Subquery(standings.values("counts_until")[:1]))
    return (
        records.alias(lacks_certificate=lacks_certificate(), is_accepted=Subquery(standings.values("counts")[:1]))
        .annotate(last_day=Case(When(lacks_certificate=True, then=until), default=F("expiry_date")))
        .filter(
            Q(lacks_certificate=False) | Q(is_accepted=True),
            Q(last_day__isnull=True) | Q(last_day__gte=on),
            ~is_revoked,
            result=TrainingRecord.Result.PASSED,
            completion_date__lte=on,
        )
    )


def waiting_for_certificate() -> QuerySet[TrainingRecord]:
    """Return the records of old registers that have no certificate yet, without revoked ones (I7)."""
    records = TrainingRecord.objects.filter(extract__isnull=False, revocation__isnull=True)
    return records.filter(~Exists(EvidenceUpload.objects.filter(record=OuterRef("pk"))))


def count_waiting_for_certificate() -> int:
    """Return how many records wait for their certificate, counted up to `COUNTED_TO`; one query."""
    return waiting_for_certificate().order_by()[:COUNTED_TO].count()


@dataclass(frozen=True, kw_only=True)
class RecordFilter:
    """What the list of records is narrowed to; empty fields do not narrow.

    Attributes:
        text: words of the worker's name or badge.
        course, register: keys; the register is one bringing in of it.
        waits: only records of old registers that wait for their certificate.
        from_register: only records of old registers.
    """

    text: str = ""
    course: int | None = None
    register: int | None = None
    waits: bool = False
    from_register: bool = False


def records_wanted(wanted: RecordFilter) -> QuerySet[TrainingRecord]:
    """Return the records that a filter leaves, the newest first."""
    records = waiting_for_certificate() if wanted.waits else TrainingRecord.objects.all()
    if wanted.text:
        records = records.filter(learner__in=Learner.objects.filter(matches(wanted.text)).order_by().values("pk"))
    if wanted.course is not None:
        records = records.filter(course=wanted.course)
    if wanted.register is not None:
        records = records.filter(register_import=wanted.register)
    if wanted.from_register:
        records = records.filter(register_import__isnull=False)
    return (
        records.select_related(
            "learner__merged_into", "course", "session", "provider", "revocation", "register_import", "extract"
        )
        .annotate(certified_at=certified_at())
        .order_by("-completion_date", "-pk")
    )


def list_records(
    *,
    learner_id: int | None = None,
    course_id: int | None = None,
    expiring_before: date | None = None,
    from_register: bool | None = None,
    without_certificate: bool | None = None,
) -> QuerySet[TrainingRecord]:
    """Return records, the newest first, including revoked ones; what is None does not narrow.

    Args:
        learner_id: records of this worker under any badge (L2).
        from_register: whether an old register is where they come from (I7).
        without_certificate: whether an extract of it is all that proves them.
    """
    records = TrainingRecord.objects.select_related(
        "course", "provider", "revocation__revoked_by", "register_import", "extract"
    ).annotate(lacks_certificate=lacks_certificate())
    if learner_id is not None:
        records = records.filter(rows_of_badge(learner_id))
    for field, value in (
        ("course", course_id),
        ("expiry_date__lt", expiring_before),
        ("register_import__isnull", None if from_register is None else not from_register),
        ("lacks_certificate", without_certificate),
    ):
        if value is not None:
            records = records.filter(**{field: value})
    return records.order_by("-completion_date", "-pk")


def sign_offs_of(badges: Collection[int]) -> QuerySet[CompetencyRecord]:
    """Return the practical sign-offs of a person, decided and owed, the newest first.

    Args:
        badges: as for `records_of`.
    """
    return (
        CompetencyRecord.objects.filter(learner__in=badges)
        .select_related("course", "course_version", "session", "assessed_by", "method", "revocation__revoked_by")
        .order_by("-training_date", "-attempt", "-pk")
    )
