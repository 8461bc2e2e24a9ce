"""Who opened which evidence, and when (E3)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from django.contrib.auth.models import User

from learners.models import EvidenceRead, EvidenceUpload, Learner
from training.core.transactions import acting

AT_A_TIME = 5_000  # rows of one statement
ONE_LOOK = timedelta(minutes=10)


def log_download(*, upload: EvidenceUpload, learner: Learner | None, by: User, now: datetime) -> None:
    """Log that somebody downloaded a file.

    Args:
        learner: the worker on whose profile it was; None where it was on none.
    """
    _log(EvidenceRead.Kind.DOWNLOAD, upload=upload, learner=learner, by=by, now=now)


def log_downloads(*, reads: Iterable[tuple[int, int]], by: User, now: datetime) -> None:
    """Log that somebody downloaded many files, each for the worker whose record it proves.

    Args:
        reads: pairs of the keys of an upload and a worker, each pair once.
    """
    pairs = iter(reads)
    while some := list(islice(pairs, AT_A_TIME)):
        rows = (
            EvidenceRead(kind=EvidenceRead.Kind.DOWNLOAD, upload_id=upload, learner_id=learner, read_by=by, read_at=now)
            for upload, learner in some
        )
        with acting(by):
            EvidenceRead.objects.bulk_create(rows)


def log_preview(*, upload: EvidenceUpload, learner: Learner | None, by: User, now: datetime) -> None:
    """Log that somebody looked at a file, once for all its pages and sizes.

    Args:
        learner: the worker on whose profile it was; None where it was on none.
    """
    recent = EvidenceRead.objects.filter(
        upload=upload,
        learner=learner,
        kind=EvidenceRead.Kind.PREVIEW,
        read_by=by,
        read_at__gt=now - ONE_LOOK,
    )
    if not recent.exists():
        _log(EvidenceRead.Kind.PREVIEW, upload=upload, learner=learner, by=by, now=now)


def _log(kind: EvidenceRead.Kind, *, upload: EvidenceUpload, learner: Learner | None, by: User, now: datetime) -> None:
    with acting(by):
        EvidenceRead.objects.create(kind=kind, upload=upload, learner=learner, read_by=by, read_at=now)
