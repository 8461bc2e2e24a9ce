"""Logged hours that count: those that no later row has taken back (H4)."""

from django.db.models import QuerySet

from learners.models import LearnerHoursLog


def standing_hours() -> QuerySet[LearnerHoursLog]:
    """Return the logged hours that are not reversed, without the reversals."""
    return LearnerHoursLog.objects.filter(reversal_of__isnull=True, reversal__isnull=True)
