"""Two badges side by side before they are merged, and the other badges of a worker (L2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Sum

from learners.models import BadgePeriod, Learner, LearnerProgression, Merge, TrainingRecord
from learners.selectors.learners import matches, pending_sign_offs

MOST_CANDIDATES = 10


@dataclass(frozen=True)
class Side:
    """What stands under one badge.

    Attributes:
        records, last_record: the number of training records, and the completion of the newest one.
        to_verify: the number of practical sign-offs that are owed.
        hours: hours present in classes.
        programmes: the classes in which the badge is, with the state of each programme.
    """

    learner: Learner
    areas: Sequence[str]
    records: int
    last_record: date | None
    to_verify: int
    hours: Decimal
    programmes: Sequence[str]


def side_by_side(*learners: Learner) -> list[Side]:
    """Return what stands under each of these badges, in a constant number of queries."""
    ids = [learner.pk for learner in learners]
    records = {
        learner_id: (count, last)
        for learner_id, count, last in TrainingRecord.objects.filter(learner__in=ids)
        .order_by()
        .values_list("learner")
        .annotate(Count("pk"), Max("completion_date"))
    }
    owed = dict(pending_sign_offs().filter(learner__in=ids).order_by().values_list("learner").annotate(Count("pk")))
    programmes = LearnerProgression.objects.filter(learner__in=ids)
    hours = dict(programmes.order_by().values_list("learner").annotate(Sum("hours_present")))
    classes = list(programmes.select_related("training_class__client", "training_class__course"))
    with_areas = Learner.objects.filter(pk__in=ids).select_related("company", "role").prefetch_related("areas")
    found = with_areas.in_bulk()
    return [
        Side(
            learner=found[pk],
            areas=sorted(str(area) for area in found[pk].areas.all()),
            records=records.get(pk, (0, None))[0],
            last_record=records.get(pk, (0, None))[1],
            to_verify=owed.get(pk, 0),
            hours=hours.get(pk, Decimal(0)),
            programmes=[
                f"{each.training_class}, {each.get_status_display()}" for each in classes if each.learner_id == pk
            ],
        )
        for pk in ids
    ]


def merge_candidates(learner: Learner, text: str) -> list[Learner]:
    """Return the badges that a text finds and that could be merged: not this one, and none that is merged already."""
    found = Learner.objects.filter(matches(text), merged_into=None).exclude(pk=learner.pk)
    return list(found.select_related("company", "role").order_by("sort_key")[:MOST_CANDIDATES])


@dataclass(frozen=True)
class OtherBadges:
    """The other badges of a worker: earlier ones (L3), and those merged into this one, with their merges (L2)."""

    old: Sequence[BadgePeriod]
    merged: Sequence[Merge]


def other_badges(learner: Learner) -> OtherBadges:
    """Return the other badges of a worker, in two queries; of earlier ones the newest is first."""
    old = BadgePeriod.objects.standing().filter(learner=learner, valid_to__isnull=False).order_by("-valid_to", "-pk")
    merged = Merge.objects.filter(kind=Merge.Kind.MERGED, survivor=learner, duplicate__merged_into=learner)
    latest = merged.order_by("duplicate_id", "-pk").distinct("duplicate_id")
    return OtherBadges(list(old), list(latest.select_related("duplicate", "created_by")))
