"""How a worker stands with the course of a session, and whether the worker will still be on the site on its day."""

import datetime as dt
from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import ComplianceItem, Learner
from learners.policies.standing import Facts, ItemStanding, Urgency, standing_of_item
from training.core.kinds import StatusKind
from training.models import Session


def leaves_before(session: Session, learner: Learner) -> bool:
    """Return whether the worker's last day is before the day of the session (L3); False while it has no day."""
    ends = session.end_time or session.start_time
    return learner.end_date is not None and ends is not None and learner.end_date < timezone.localdate(ends)


def items_for_course(session: Session, learner_ids: Collection[int]) -> dict[int, Facts]:
    """Return by the key of the worker the stored answer for the course of the session, without its reasons."""
    items = ComplianceItem.objects.filter(course=session.course_id, learner__in=learner_ids)
    return {item.learner_id: item for item in map(Facts._make, items.values_list(*Facts._fields))}


def standing_for_course(item: Facts | None, *, today: dt.date, warning_days: int) -> ItemStanding:
    """Return how a worker stands with a course; without an item the course is not required of the worker."""
    if item is None:
        return ItemStanding(StatusKind.NONE, _("Optional"), "", (Urgency.NOT_REQUIRED, dt.date.max))
    return standing_of_item(item, today=today, warning_days=warning_days)
