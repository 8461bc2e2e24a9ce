"""What people do with jobs: ask for them, cancel them, take their files. `job_runs` does the work."""

import hashlib
import secrets
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, NamedTuple

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from psycopg.errors import UniqueViolation

from training.core.kinds import ConflictKind
from training.core.refusals import Conflict, NotFound, Unavailable, check_found, database_refusals
from training.models import FileDownload, Job
from training.policies.jobs import states_before
from training.services.job_kinds import Product, kind_of

logger = structlog.get_logger(__name__)

LONGEST_TITLE = 300
CHUNK = 1024 * 1024
TASK, QUEUE = "training.run_job", "jobs"


class Digest(NamedTuple):
    """The SHA-256 of a file in hexadecimal digits, and its size in bytes."""

    sha256: str
    size: int


class RunsAlready(Conflict):
    """A job of this kind is being done for this login (409).

    Attributes:
        job: that job.
    """

    def __init__(self, job: Job) -> None:
        super().__init__(
            _("One is being made for you already: %(title)s. Wait for it, or cancel it.") % {"title": job.title},
            conflict={"kind": ConflictKind.STATE, "jobId": job.pk},
        )
        self.job = job


class Ended(Conflict):
    """The job has ended, so it cannot be cancelled (409)."""


class WaitingStoreUnavailable(Unavailable):
    """The store of waiting files cannot be written or read (503)."""


@database_refusals()
def ask(*, kind: str, title: str, query: str, by: User, now: datetime) -> Job:
    """Ask for a job, which a worker does with the rights of `by`.

    There is one job of a kind at a time for each login. Whoever asks for the same once more gets the job that runs.

    Args:
        kind: the name of a kind of job.
        title: what it makes, in words.
        query: what is asked for, in the form of the query of an address: keys and choices.

    Raises:
        NotPermitted: this login may not have it.
        RunsAlready: another job of this kind runs for this login.
    """
    kind_of(kind).check(by)
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, title=title[:LONGEST_TITLE], query=query, asked_by=by, asked_at=now)
            job.task_id = app.configure_task(TASK, queue=QUEUE).defer(job=job.pk)
            job.save(update_fields=["task_id"])
    except IntegrityError as error:
        if not _is_second(error):
            raise
    else:
        return job
    standing = Job.objects.filter(asked_by=by, kind=kind, state__in=Job.OPEN).first()
    if standing is None:  # it has ended since
        return ask(kind=kind, title=title, query=query, by=by, now=now)
    if standing.query == query:
        return standing
    raise RunsAlready(standing)


def _is_second(error: IntegrityError) -> bool:
    cause = error.__cause__
    return isinstance(cause, UniqueViolation) and cause.diag.constraint_name == "job_one_at_a_time"


def own_job(*, job_id: int, by: User) -> Job:
    """Return a job of this login.

    Raises:
        NotFound: there is none of this key, or it is somebody else's.
    """
    return check_found(
        Job.objects.filter(pk=job_id, asked_by=by).first(),
        _("There is no such job. Files are removed after some days."),
    )


@database_refusals()
def cancel(*, job_id: int, by: User, now: datetime) -> Job:
    """Cancel a job; the worker throws away what it has made of it.

    Raises:
        NotFound: as `own_job`.
        Ended: it has ended already.
    """
    job = own_job(job_id=job_id, by=by)
    cancelled = Job.State.CANCELLED
    stoppable = Job.objects.filter(pk=job.pk, state__in=states_before(cancelled))
    if not stoppable.update(state=cancelled, ended_at=now):
        raise Ended(_("This job has ended already."))
    job.refresh_from_db()
    return job


@database_refusals()
def hand_out(*, job_id: int, by: User, now: datetime) -> tuple[Job, IO[bytes]]:
    """Return a job and its open file, and write down that it was taken (X1).

    Raises:
        NotFound: there is no such job of this login, or it has no file, or no longer.
        NotPermitted: this login may not have it any more.
        WaitingStoreUnavailable: the file cannot be read now.
    """
    job = own_job(job_id=job_id, by=by)
    kind_of(job.kind).check(by)
    size = job.file_size
    if not job.file_key or size is None or now - job.asked_at > settings.FILES_WAIT:
        raise NotFound(_("This job has no file. Ask for a new one."))
    try:
        file = storages["waiting"].open(job.file_key)
        file.seek(0)  # a bucket is read here, and not while the answer is sent
    except FileNotFoundError:
        raise NotFound(_("The file is not there any more. Ask for a new one.")) from None
    except Exception as error:
        logger.exception("waiting_store_failed", doing="open")
        raise _unavailable() from error
    try:
        with transaction.atomic():
            FileDownload.objects.create(
                job=job.pk,
                kind=job.kind,
                query=job.query,
                file_name=job.file_name,
                sha256=job.file_sha256,
                size=size,
                taken_by=by,
                taken_at=now,
            )
            Job.objects.filter(pk=job.pk, taken_at=None).update(taken_at=now)
    except BaseException:
        file.close()
        raise
    return job, file


@database_refusals()
def log_taken(*, product: Product, kind: str, query: str, by: User, now: datetime) -> None:
    """Write down that somebody takes a file that was made while the page waited (X1), and what of the site is in it.

    Args:
        kind: the kind of job that would have made it.
        query: what was asked for.
    """
    digest = digest_of(product.file)
    try:
        with transaction.atomic():
            FileDownload.objects.create(
                kind=kind,
                query=query,
                file_name=product.name,
                sha256=digest.sha256,
                size=digest.size,
                taken_by=by,
                taken_at=now,
            )
            product.log()
    except BaseException:
        product.file.close()
        raise


def digest_of(file: IO[bytes]) -> Digest:
    """Return the SHA-256 and the size of a file, which is read piece by piece and then stands at its beginning."""
    sha256, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        sha256.update(chunk)
        size += len(chunk)
    file.seek(0)
    return Digest(sha256.hexdigest(), size)


def keep(*, job: Job, name: str, file: IO[bytes]) -> str:
    """Store a file of a job, and return its key, which no other run of the job uses.

    Raises:
        WaitingStoreUnavailable: it was not stored.
    """
    key = f"{job.pk}-{secrets.token_hex(8)}{PurePosixPath(name).suffix}"
    file.seek(0)
    try:
        return str(storages["waiting"].save(key, File(file)))
    except Exception as error:
        logger.exception("waiting_store_failed", doing="save")
        raise _unavailable() from error


def _unavailable() -> WaitingStoreUnavailable:
    return WaitingStoreUnavailable(_("Files cannot be stored at the moment. Try again later."))
