"""Starts the reader in a process of its own, with limits, and turns what comes of it into an answer."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from django.utils.translation import gettext as _

from learners.evidence_files.kinds import REFUSED, Reason, UnacceptableError
from training.refusals import Unavailable

logger = structlog.get_logger(__name__)

CPU_SECONDS = 15
WALL_SECONDS = 25
MEMORY_BYTES = 2 * 1024**3
OUTPUT_BYTES = 512 * 1024**2
AT_ONCE = 2  # per process of the site: bounds the memory that hostile files can take together
CHECKOUT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

_places = threading.BoundedSemaphore(AT_ONCE)


class ReaderUnavailable(Unavailable):
    """Files cannot be opened just now."""


def run(task: str, files: Sequence[BinaryIO], **options: Any) -> BinaryIO:
    """Let the reader do one task with open files and return its answer as a temporary file.

    Args:
        task: a key of `reader.TASKS`.
        files: real files with descriptors; their positions move.
        options: what the task wants to know, as plain values.

    Raises:
        UnacceptableError: the reader refuses the file, or it took more than the limits allow.
        ReaderUnavailable: the reader is busy with other files or cannot be started; says so.
    """
    if not _places.acquire(timeout=WALL_SECONDS):
        raise ReaderUnavailable(_("Too many files are being checked at the moment. Try again in a minute."))
    output = tempfile.TemporaryFile()  # noqa: SIM115  # belongs to the caller, who closes it
    try:
        status = _status_of_reader(task, files, options, output)
        output.seek(0)
        if status != 0:
            raise _failure(status, output)
    except BaseException:
        output.close()
        raise
    finally:
        _places.release()
    return output


def _status_of_reader(task: str, files: Sequence[BinaryIO], options: dict[str, Any], output: BinaryIO) -> int:
    descriptors = [file.fileno() for file in files]
    limits = {"cpu_seconds": CPU_SECONDS, "memory_bytes": MEMORY_BYTES, "output_bytes": OUTPUT_BYTES}
    words = json.dumps({"task": task, "files": descriptors, **limits, **options})
    try:
        return subprocess.run(
            [sys.executable, "-m", "learners.evidence_files.reader", words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            pass_fds=descriptors,
            cwd=CHECKOUT,
            env=ENVIRONMENT,
            timeout=WALL_SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired as error:
        raise UnacceptableError(Reason.EFFORT, "time") from error
    except OSError as error:
        logger.exception("evidence_reader_not_started")
        raise ReaderUnavailable(_("The file cannot be checked at the moment. Try again in a minute.")) from error


def _failure(status: int, output: BinaryIO) -> Exception:
    if status == REFUSED:
        answer = json.load(output)
        refusal = UnacceptableError(Reason(answer["reason"]), answer["detail"], answer["number"])
        logger.info("evidence_file_refused", reason=refusal.reason, detail=refusal.detail)
        return refusal
    if status < 0:
        logger.warning("evidence_reader_killed", signal=-status)
        return UnacceptableError(Reason.EFFORT, f"signal {-status}")
    logger.error("evidence_reader_failed", status=status)
    return ReaderUnavailable(_("The file cannot be checked at the moment. Tell your administrator."))
