"""What the worker does with jobs: it runs them, finds those whose worker was lost, and removes old ones.

A job may be begun more than once: its worker was killed, the database went away, or a slow worker was taken for dead.
So each run has a number and writes only while the job has this number, and its file has a name of its own. One run ends
the job, whatever the others still do. No lock is held meanwhile, because PgBouncer in transaction mode keeps none.
"""

from collections.abc import Callable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic

import structlog
from django.conf import settings
from django.core.files.storage import storages
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, JobAborted

from training.core.audit_context import as_job
from training.core.refusals import Refusal
from training.models import Job
from training.policies.jobs import states_before
from training.services.job_kinds import Product, Tell, kind_of
from training.services.jobs import digest_of, keep

logger = structlog.get_logger(__name__)

TOLD_EVERY_SECONDS = 0.5
SILENCE = timedelta(seconds=15)  # after it, the worker of a job is taken for lost
MOST_LOSSES = 3
A_DAY = timedelta(days=1)

in_hand: set[int] = set()
"""Keys of the jobs that this process runs; for these `say_alive` is called while they go on."""

UNOWNED = """
    SELECT j.id, j.task_id, j.lost, t.status = 'doing' AS is_taken
      FROM training_job j
      LEFT JOIN procrastinate_jobs t ON t.id = j.task_id
     WHERE j.state IN ('WAITING', 'RUNNING')
       AND (t.status IS NULL OR t.status <> 'todo')
       AND coalesce(
             j.seen_at,
             (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = t.id AND e.type = 'started'),
             j.asked_at
           ) < %s
"""


class StoppedError(Exception):
    """A run is to end, because the job was cancelled or another run has taken its place."""


def run(job_id: int, *, check_stays: Callable[[], None] = lambda: None) -> None:
    """Do a job in the name of whoever asked for it, and write down how it ended.

    Args:
        check_stays: is called whenever the work says how far it is; it raises if the worker has to leave.

    Raises:
        OperationalError, InterfaceError: the database went away; the job will be begun again.
    """
    job = _begin(job_id, now=timezone.now())
    if job is None:
        return
    in_hand.add(job.pk)
    try:
        with as_job(job.pk, by=job.asked_by):
            _run(job, check_stays)
    except StoppedError:
        logger.info("job_stopped", job=job.pk)
    finally:
        in_hand.discard(job.pk)


def _run(job: Job, check_stays: Callable[[], None]) -> None:
    now = timezone.now()
    try:
        kind = kind_of(job.kind)
        kind.check(job.asked_by)
        product = kind.make(QueryDict(job.query), by=job.asked_by, now=now, tell=_progress(job, check_stays))
        if product is None:
            _end(job)
        else:
            with product.file:
                _finish(job, product)
    except Refusal as refusal:
        _fail(job, refusal.message)
    except (OperationalError, InterfaceError, StoppedError, JobAborted):
        raise
    except Exception:
        logger.exception("job_failed", job=job.pk, kind=job.kind)
        sentence = _("It stopped because of an error. Your administrator can find the cause in the log.")
        _fail(job, sentence, broke_down=True)


def _begin(job_id: int, *, now: datetime) -> Job | None:
    """Begin a job under a new number, and return it; None where it has ended already."""
    running = Job.State.RUNNING
    wanted = Job.objects.filter(pk=job_id, state__in=states_before(running))
    if not wanted.update(state=running, run=F("run") + 1, started_at=now, seen_at=now, done=0, total=None):
        return None
    return Job.objects.select_related("asked_by").get(pk=job_id)


def _progress(job: Job, check_stays: Callable[[], None]) -> Tell:
    told_at, was_inside = 0.0, connection.in_atomic_block

    def tell(done: int, total: int) -> None:
        nonlocal told_at
        check_stays()
        if monotonic() - told_at < TOLD_EVERY_SECONDS:
            return
        told_at = monotonic()
        says = _aside if connection.in_atomic_block and not was_inside else _still
        if not says(job, done=done, total=total, seen_at=timezone.now()):
            raise StoppedError

    return tell


def _still(job: Job, **changes: object) -> bool:
    """Change the row of a job if this run is still the current one, and tell whether it is."""
    mine = Job.objects.filter(pk=job.pk, run=job.run, state=Job.State.RUNNING)
    return bool(mine.update(**changes))


def _aside(job: Job, **changes: object) -> bool:
    """Do as `_still`, over a connection of its own.

    Inside a transaction of the work nobody would see how far it is, and the row of the job would stay locked.
    """

    def over_another() -> bool:
        try:
            return _still(job, **changes)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(over_another).result()


def _finish(job: Job, product: Product) -> None:
    """Store the file, then write down in one transaction that the job is done and what is in the file.

    Raises:
        StoppedError: this run is not the current one any more; its file is removed.
    """
    digest = digest_of(product.file)
    key = keep(job=job, name=product.name, file=product.file)
    is_mine = False
    try:
        with transaction.atomic():
            is_mine = _still(
                job,
                state=Job.State.DONE,
                ended_at=timezone.now(),
                file_key=key,
                file_name=product.name,
                file_type=product.content_type,
                file_size=digest.size,
                file_sha256=digest.sha256,
            )
            if is_mine:
                product.log()
    finally:
        if not is_mine:
            _forget(key)
    if not is_mine:
        raise StoppedError


def _end(job: Job) -> None:
    if not _still(job, state=Job.State.DONE, ended_at=timezone.now()):
        raise StoppedError


def _fail(job: Job, sentence: str, *, broke_down: bool = False) -> None:
    failed = Job.State.FAILED
    if not _still(job, state=failed, ended_at=timezone.now(), failure=sentence, broke_down=broke_down):
        raise StoppedError


def hand_back(job_id: int) -> None:
    """Give back a job that this worker cannot end because it has to stop; another worker begins it again."""
    waiting = Job.State.WAITING
    Job.objects.filter(pk=job_id, state__in=states_before(waiting)).update(state=waiting, seen_at=None)


# The worker's own housekeeping


def say_alive(jobs: Set[int], *, now: datetime) -> None:
    """Write down that somebody works on these jobs, also while a single step takes long."""
    if jobs:
        Job.objects.filter(pk__in=list(jobs), state=Job.State.RUNNING).update(seen_at=now)


def recover(*, now: datetime) -> int:
    """Put back the jobs on which nobody works any more, and return how many there were.

    A worker that was killed, or whose database went away, leaves its job marked as taken. After `MOST_LOSSES` lost
    workers the job fails, since it is probably the cause.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNOWNED, [now - SILENCE])
        unowned = cursor.fetchall()
    for job_id, task_id, lost, is_taken in unowned:
        lonely = Job.objects.filter(pk=job_id, state__in=Job.OPEN, lost=lost)
        if not is_taken or lost >= MOST_LOSSES:
            lonely.update(
                state=Job.State.FAILED,
                ended_at=now,
                failure=_("It failed several times. Ask for less at once, or tell your administrator."),
                broke_down=True,
            )
            continue
        with transaction.atomic():
            if not lonely.update(state=Job.State.WAITING, lost=lost + 1, seen_at=None):
                continue  # another worker was faster
            with suppress(ConnectorException), transaction.atomic():  # it has been put back by its own worker
                app.job_manager.retry_job_by_id(task_id, now)
        logger.warning("job_begins_again", job=job_id)
    return len(unowned)


def purge(*, now: datetime) -> int:
    """Remove jobs whose file has waited long enough, with their files, and files to which no job refers.

    Returns:
        how many jobs were removed.
    """
    old = Job.objects.filter(asked_at__lt=now - settings.FILES_WAIT).exclude(state__in=Job.OPEN)
    gone = 0
    for job in old:
        if job.file_key:
            _forget(job.file_key)
        job.delete()
        gone += 1
    named = set(Job.objects.exclude(file_key="").values_list("file_key", flat=True))
    for key in _waiting_files():
        if key not in named and storages["waiting"].get_modified_time(key) < now - A_DAY:
            _forget(key)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM procrastinate_jobs t
             WHERE t.status NOT IN ('todo', 'doing')
               AND NOT EXISTS (SELECT FROM procrastinate_events e WHERE e.job_id = t.id AND e.at >= %s)
            """,
            [now - settings.FILES_WAIT],
        )
    return gone


def _waiting_files() -> Iterator[str]:
    with suppress(FileNotFoundError):  # nothing has waited here yet
        yield from storages["waiting"].listdir("")[1]


def _forget(key: str) -> None:
    """Remove a file; one that cannot be removed now is found by the next purge."""
    try:
        storages["waiting"].delete(key)
    except Exception:
        logger.exception("waiting_store_failed", doing="delete")
