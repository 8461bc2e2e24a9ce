"""Starting the reader in a process of its own with limits, and turning its result into an answer."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from django.core.checks import CheckMessage, Warning, register  # noqa: A004  # Django's name
from django.utils.translation import gettext as _

from learners.evidence import confinement, crowd, places
from learners.evidence.kinds import ANSWERED_BEFORE, REFUSED, UnacceptableError, UnfitReason
from training.core.refusals import Unavailable

logger = structlog.get_logger(__name__)

PROGRAM = "learners.evidence.reader"
CPU_SECONDS = 10
WALL_SECONDS = 25
MEMORY_BYTES = 512 * 1024**2
OUTPUT_BYTES = 512 * 1024**2
PATIENCE_SECONDS = 25.0  # how long somebody waits for one of the places of the machine
CHECKOUT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


class ReaderUnavailable(Unavailable):
    """Files cannot be opened at the moment (503)."""


def run(task: str, files: Sequence[BinaryIO], *, patience: float = PATIENCE_SECONDS, **options: Any) -> BinaryIO:
    """Let the reader do one task with open files, and return its answer as a temporary file, which the caller closes.

    Args:
        task: a key of `reader.TASKS`.
        files: files with descriptors; their positions change.
        patience: how many seconds to wait for a place among the readers of this machine.
        options: what the task needs to know, as plain values.

    Raises:
        UnacceptableError: the reader refuses the file, or needed more than the limits allow.
        ReaderUnavailable: all readers are busy, or none can be started.
    """
    try:
        with crowd.joined(), places.taken(seconds=patience) as place:
            return _answer(task, files, options, place)
    except (crowd.CrowdedError, places.NoPlaceError) as error:
        raise _busy() from error
    except OSError as error:
        logger.exception("evidence_reader_not_started")
        raise ReaderUnavailable(_("The file cannot be checked at the moment. Try again in a minute.")) from error


def _answer(task: str, files: Sequence[BinaryIO], options: dict[str, Any], place: int) -> BinaryIO:
    output = tempfile.TemporaryFile()  # noqa: SIM115  # belongs to the caller, who closes it
    try:
        status = _status_of_reader(task, files, options, output, place)
        output.seek(0)
        if status != 0:
            error = _failure(status, output)
            if not _has_answered_before(error, output):
                raise error
    except BaseException:
        output.close()
        raise
    return output


def _has_answered_before(error: Exception, output: BinaryIO) -> bool:
    """Tell whether a reader that was ended by the limits had answered before; then `output` holds that answer."""
    is_effort = isinstance(error, UnacceptableError) and error.reason is UnfitReason.EFFORT
    output.seek(0)
    return is_effort and output.read(1) == ANSWERED_BEFORE


def _status_of_reader(
    task: str, files: Sequence[BinaryIO], options: dict[str, Any], output: BinaryIO, place: int
) -> int:
    descriptors = [file.fileno() for file in files]
    limits = {"cpu_seconds": CPU_SECONDS, "memory_bytes": MEMORY_BYTES, "output_bytes": OUTPUT_BYTES}
    words = json.dumps({"task": task, "files": descriptors, **limits, **options})
    try:
        return subprocess.run(
            [sys.executable, "-m", PROGRAM, words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            pass_fds=(*descriptors, place),  # the place is taken until the reader is gone, whatever becomes of us
            cwd=CHECKOUT,
            env=ENVIRONMENT,
            timeout=WALL_SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -signal.SIGALRM


def _failure(status: int, output: BinaryIO) -> Exception:
    if status == REFUSED:
        answer = json.load(output)
        refusal = UnacceptableError(UnfitReason(answer["reason"]), answer["detail"], answer["number"])
        logger.info("evidence_file_refused", reason=refusal.reason, detail=refusal.detail)
        return refusal
    if status < 0:
        logger.warning("evidence_reader_killed", signal=-status)
        return UnacceptableError(UnfitReason.EFFORT, f"signal {-status}")
    logger.error("evidence_reader_failed", status=status)
    return ReaderUnavailable(_("The file cannot be checked at the moment. Tell your administrator."))


def _busy() -> ReaderUnavailable:
    return ReaderUnavailable(_("Too many files are being checked at the moment. Try again in a minute."))


@register()
def check_confinement(**kwargs: object) -> list[CheckMessage]:
    """System check: this machine offers everything by which the reader is confined."""
    lacking = confinement.missing()
    if not lacking:
        return []
    return [
        Warning(
            f"The process that opens evidence files is not fully confined: no {' and no '.join(lacking)} here.",
            hint="docs/operations.md, “The process that opens evidence”, says what to allow.",
            id="siteproof.W010",
        )
    ]
