"""When the stored answers were last brought up to date."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min

from learners.models import ComplianceRun, Learner
from learners.selectors.learners import is_on_site


@dataclass(frozen=True)
class Freshness:
    """When compliance was last brought up to date, and how far behind it is (C7).

    Attributes:
        updated_at: the start of the last run over the site; before the first run, the last time any worker was judged.
        stale: the number of ACTIVE workers whose answer is past its last day.
        held_until: the earliest of these last days; None where there is none.
    """

    updated_at: datetime | None
    stale: int
    held_until: date | None


def freshness(today: date) -> Freshness:
    """Return when the answers of ACTIVE workers were brought up to date; two queries, before the first run three."""
    on_site = Learner.objects.filter(is_on_site())
    behind = on_site.filter(compliance_holds_until__lt=today).aggregate(
        stale=Count("pk"), held_until=Min("compliance_holds_until")
    )
    run_at = last_run_at()
    if run_at is not None:
        return Freshness(run_at, **behind)
    return Freshness(on_site.aggregate(judged=Max("compliance_updated_at"))["judged"], **behind)


def last_run_at() -> datetime | None:
    """Return when the last run over the site began, in one query; None before the first one."""
    return ComplianceRun.objects.order_by("-pk").values_list("started_at", flat=True).first()
