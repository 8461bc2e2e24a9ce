"""The jobs of a login as pages show them: how far they are, how many wait before them, and which files are ready."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, F, Q, QuerySet

from training.models import Job
from training.services.job_kinds import kinds_without_files

HAS_JOBS = "has_jobs"  # stands in the browser session of whoever has asked for a job; others cost no query
NOBODY_CAME = timedelta(seconds=30)
SHOWN = 50


@dataclass(frozen=True)
class JobLine:
    """A job as pages show it.

    Attributes:
        in_front: how many jobs the worker takes before it.
        is_left_alone: it has waited so long, with no job before it, that no worker can be running.
        has_file: its file can be taken.
        kept_until: when the file is removed.
    """

    job: Job
    in_front: int
    is_left_alone: bool
    has_file: bool
    kept_until: datetime


class Waiting(NamedTuple):
    """How many jobs of a login are under way, and how many files are ready that nobody has taken."""

    under_way: int
    ready: int


def job_lines(by: User, *, now: datetime) -> list[JobLine]:
    """Return the latest jobs of a login, the newest first, in a constant number of queries."""
    jobs = list(_with_files(by, now=now)[:SHOWN])
    return _lines(jobs, now=now)


def job_line(job: Job, *, now: datetime) -> JobLine:
    """Return one job as pages show it."""
    return _lines([job], now=now)[0]


def waiting_files(by: User, *, now: datetime) -> Waiting:
    """Count what is under way and what is ready for a login, in one query."""
    counts = _with_files(by, now=now).aggregate(
        under_way=Count("pk", filter=Q(state__in=Job.OPEN)),
        ready=Count("pk", filter=Q(state=Job.State.DONE, taken_at=None)),
    )
    return Waiting(**counts)


def _with_files(by: User, *, now: datetime) -> QuerySet[Job]:
    theirs = Job.objects.filter(asked_by=by, asked_at__gt=now - settings.FILES_WAIT)
    return theirs.exclude(kind__in=kinds_without_files())


def _lines(jobs: list[Job], *, now: datetime) -> list[JobLine]:
    waiting = [job for job in jobs if job.state == Job.State.WAITING]
    queue = list(_queue()) if waiting else []
    is_busy = Job.objects.filter(state=Job.State.RUNNING).exists() if waiting else False
    return [
        JobLine(
            job=job,
            in_front=(place := queue.index(job.pk) if job.pk in queue else 0),
            is_left_alone=(
                job.state == Job.State.WAITING and not place and not is_busy and now - job.asked_at > NOBODY_CAME
            ),
            has_file=bool(job.file_key) and now - job.asked_at <= settings.FILES_WAIT,
            kept_until=job.asked_at + settings.FILES_WAIT,
        )
        for job in jobs
    ]


def _queue() -> QuerySet[Job, int]:
    """Return the keys of the jobs that wait, in the order in which the worker takes them."""
    return Job.objects.filter(state=Job.State.WAITING).order_by(F("task_id")).values_list("pk", flat=True)
