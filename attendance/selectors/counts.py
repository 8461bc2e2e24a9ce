"""The numbers of a list: present, passed, unmarked. Lists, Today, the workspace, finalize and the API all ask here."""

from collections.abc import Collection

from django.db.models import Count, Q

from attendance.models import SessionAttendee
from attendance.policies.lists import ListCounts

COUNTS = {
    "listed": Count("pk"),
    "present": Count("pk", filter=Q(is_present=True)),
    "passed": Count("pk", filter=Q(is_present=True, has_passed=True)),
    "unmarked": Count("pk", filter=Q(marked_at__isnull=True)),
}


def list_counts(session_ids: Collection[int]) -> dict[int, ListCounts]:
    """Return the numbers of each list by session key, in one query; sessions with an empty list are left out."""
    rows = SessionAttendee.objects.filter(session__in=session_ids).order_by()
    counted = rows.values_list("session_id").annotate(**COUNTS)
    return {session_id: ListCounts(**dict(zip(COUNTS, counts, strict=True))) for session_id, *counts in counted}
