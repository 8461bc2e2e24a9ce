"""Letting the reader of evidence do a task in its limited process, and turning its result into an answer."""

from collections.abc import Sequence
from typing import Any, BinaryIO

import structlog
from django.utils.translation import gettext as _

from learners.evidence.kinds import UnacceptableError, UnfitReason
from training.core.confined import limited
from training.core.confined.places import Places
from training.core.refusals import Unavailable

logger = structlog.get_logger(__name__)

PROGRAM = "learners.evidence.reader"
READERS = Places("reader", at_once=2)
CPU_SECONDS = 10
WALL_SECONDS = 25
MEMORY_BYTES = 512 * 1024**2
OUTPUT_BYTES = 512 * 1024**2
NICENESS = 10  # pages are answered first
PATIENCE_SECONDS = 25.0  # how long somebody waits for one of the places of the machine


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
    program = limited.Program(PROGRAM, READERS, CPU_SECONDS, WALL_SECONDS, MEMORY_BYTES, OUTPUT_BYTES, NICENESS)
    try:
        return limited.run(program, task, files, patience=patience, **options)
    except limited.NotNowError as error:
        raise ReaderUnavailable(_("Too many files are being checked at the moment. Try again in a minute.")) from error
    except limited.RefusedError as error:
        raise _refusal(error.words) from error
    except limited.EndedError as error:
        logger.warning("evidence_reader_killed", signal=error.signal)
        raise UnacceptableError(UnfitReason.EFFORT, f"signal {error.signal}") from error
    except limited.BrokenError as error:
        logger.error("evidence_reader_failed", status=error.status)
        raise ReaderUnavailable(_("The file cannot be checked at the moment. Tell your administrator.")) from error
    except OSError as error:
        logger.exception("evidence_reader_not_started")
        raise ReaderUnavailable(_("The file cannot be checked at the moment. Try again in a minute.")) from error


def _refusal(words: dict[str, Any]) -> UnacceptableError:
    refusal = UnacceptableError(UnfitReason(words["reason"]), words["detail"], words["number"])
    logger.info("evidence_file_refused", reason=refusal.reason, detail=refusal.detail)
    return refusal
