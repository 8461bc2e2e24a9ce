"""How the jobs of the whole site stand, for those who operate it (B2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from training.models import Job
from training.selectors.periodic import troubles

WAITS_TOO_LONG = timedelta(minutes=10)
LATELY = timedelta(days=1)
SHOWN = 20


@dataclass(frozen=True)
class JobsStanding:
    """How the jobs of the site stand.

    Attributes:
        waiting, running: how many there are.
        too_long: how many have waited for longer than `WAITS_TOO_LONG`.
        broke_down: how many failed within a day by an error, or because their workers were lost.
        failures: the newest of these.
    """

    waiting: int
    running: int
    too_long: int
    broke_down: int
    failures: Sequence[Job]


def jobs_standing(*, now: datetime) -> JobsStanding:
    """Return how the jobs of the site stand, in two queries."""
    broken = Q(state=Job.State.FAILED, broke_down=True, ended_at__gte=now - LATELY)
    counts = Job.objects.aggregate(
        waiting=Count("pk", filter=Q(state=Job.State.WAITING)),
        running=Count("pk", filter=Q(state=Job.State.RUNNING)),
        too_long=Count("pk", filter=Q(state=Job.State.WAITING, asked_at__lt=now - WAITS_TOO_LONG)),
        broke_down=Count("pk", filter=broken),
    )
    failures = Job.objects.filter(broken).select_related("asked_by").order_by("-ended_at")[:SHOWN]
    return JobsStanding(**counts, failures=list(failures) if counts["broke_down"] else [])


def count_troubles(*, now: datetime) -> int:
    """Return how many things an operator has to look at: periodic runs that are not well, jobs that wait, or broke."""
    jobs = jobs_standing(now=now)
    return len(troubles(now=now)) + jobs.too_long + jobs.broke_down
