"""What one worker has: records and practical sign-offs."""

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from learners.models import CompetencyRecord, TrainingRecord
from learners.selectors.learners import rows_of_badge

# Keys, not a subquery that finds them: among that many joins PostgreSQL would read everybody's rows first.


def records_of(badges: Collection[int]) -> QuerySet[TrainingRecord]:
    """Return all records of a person, newest first: failed ones too, and revoked ones with the revocation (R2).

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
    """Return records with what is told of each, newest first, revoked ones included; what is None does not narrow.

    A worker's are the person's: those under merged badges too (L2).
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
    """Return the practical sign-offs of a person, given, refused and owed, newest first; `badges` as above."""
    return (
        CompetencyRecord.objects.filter(learner__in=badges)
        .select_related("course", "course_version", "session", "assessed_by", "method", "revocation__revoked_by")
        .order_by("-training_date", "-attempt", "-pk")
    )
