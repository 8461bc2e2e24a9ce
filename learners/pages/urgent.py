"""The most urgent workers of the site: those not cleared for the longest time, and those with the next expiry."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Value

from learners.models import ComplianceStatus, Learner
from learners.pages.worker_rows import WorkerRow, worker_rows
from learners.policies.standing import Group
from learners.selectors.learners import in_group, is_on_site


@dataclass(frozen=True)
class Urgent:
    """The first rows of two groups: who is not cleared, the longest time first; who expires, the next expiry first."""

    not_cleared: Sequence[WorkerRow]
    expiring: Sequence[WorkerRow]


def most_urgent(*, today: dt.date, warning_days: int, limit: int) -> Urgent:
    """Return the first `limit` rows of both groups, in four queries.

    They are read from the beginning of indexes, so that a large site takes no longer than a small one. Not cleared are
    red workers, and those whose answer is past its last day (C7).

    Args:
        warning_days: the length in days of the warning window before an expiry.
    """
    on_site = Learner.objects.filter(is_on_site())
    red = on_site.filter(compliance_status=ComplianceStatus.NON_COMPLIANT)
    out_of_date = on_site.exclude(compliance_status=ComplianceStatus.NON_COMPLIANT).filter(
        compliance_holds_until__lt=today
    )
    expiring = Learner.objects.filter(in_group(Group.EXPIRING, today=today, warning_days=warning_days))
    found = sorted(
        _first(red, "not_cleared_since", Group.NOT_CLEARED, limit).union(
            _first(out_of_date, "compliance_holds_until", Group.NOT_CLEARED, limit),
            _first(expiring, "next_expiry", Group.EXPIRING, limit),
            all=True,
        )
    )
    ids = {group: [pk for of, *_keys, pk in found if of == group][:limit] for group in Group}
    learners = Learner.objects.in_bulk(ids[Group.NOT_CLEARED] + ids[Group.EXPIRING])
    rows = worker_rows(list(learners.values()), today=today, warning_days=warning_days)
    by_learner = {row.learner.pk: row for row in rows}
    return Urgent(
        not_cleared=[by_learner[pk] for pk in ids[Group.NOT_CLEARED]],
        expiring=[by_learner[pk] for pk in ids[Group.EXPIRING]],
    )


def _first(
    people: QuerySet[Learner], day: str, group: Group, limit: int
) -> QuerySet[Learner, tuple[str, dt.date, str, int]]:
    ordered = people.order_by(day, "sort_key")
    return ordered.values_list(Value(group.value), day, "sort_key", "pk")[:limit]
