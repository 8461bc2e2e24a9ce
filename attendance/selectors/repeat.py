"""Which workers of a finalized session have to repeat the course (S8)."""

from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from learners.models import TrainingRecord
from learners.selectors.learners import is_active_person, person_of
from learners.selectors.records import counting_on
from training.models import Session


def to_repeat(session: Session, *, today: date) -> list[int]:
    """Return the workers who were absent or failed and have not passed the course since, in one query.

    Results count as they are now, after corrections (F9), and a pass from another session counts too. Blocked and
    inactive workers are left out (L1). A person with several badges is returned once (L2).

    Args:
        session: a finalized one; for any other the list is empty.
        today: the site's date.

    Returns:
        keys of the badges of today, in the order of the list.
    """
    if session.finalized_at is None:
        return []
    since = timezone.localdate(session.finalized_at)
    standing = TrainingRecord.objects.alias(person=person_of()).filter(
        person=OuterRef("person"), course=session.course_id, revocation__isnull=True
    )
    failed = standing.filter(session=session, result=TrainingRecord.Result.FAILED)
    here = standing.filter(result=TrainingRecord.Result.PASSED, session=session)
    elsewhere = counting_on(standing, on=today).filter(
        Q(completion_date__gte=since) | Q(created_at__gte=session.finalized_at)
    )
    missed = (
        session.attendees.filter(is_active_person())
        .alias(person=person_of())
        .filter(Q(is_present=False) | Exists(failed))
        .filter(~Exists(here), ~Exists(elsewhere))
    )
    people = missed.order_by("line").values_list(person_of(), flat=True)
    return list(dict.fromkeys(people))
