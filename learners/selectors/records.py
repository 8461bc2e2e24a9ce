"""The training records and practical sign-offs of a worker."""

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from learners.models import CompetencyRecord, TrainingRecord
from learners.selectors.learners import rows_of_badge

# These take keys and no subquery: with that many joins PostgreSQL would read the rows of everybody first.


def records_of(badges: Collection[int]) -> QuerySet[TrainingRecord]:
    """Return all records of a person, the newest first, including failed and revoked ones (R2).

    Args:
        badges: the keys under which the person's rows stand (L2), as `ids_of_person` returns them.
    """
    return (
        TrainingRecord.objects.filter(learner__in=badges)
        .select_related("course", "course_version", "session", "provider", "created_by", "revocation__revoked_by")
        .order_by("-completion_date", "-pk")
    )


def list_records(
    *, learner_id: int | None = None, course_id: int | None = None, expiring_before: date | None = None
) -> QuerySet[TrainingRecord]:
    """Return records, the newest first, including revoked ones; what is None does not narrow.

    Args:
        learner_id: records of this worker under any badge (L2).
    """
    records = TrainingRecord.objects.select_related("course", "provider", "revocation__revoked_by")
    if learner_id is not None:
        records = records.filter(rows_of_badge(learner_id))
    for field, value in (
        ("course", course_id),
        ("expiry_date__lt", expiring_before),
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
