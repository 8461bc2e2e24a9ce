"""Starting a program that reads files in a process of its own with limits, and getting its answer."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.core.checks import CheckMessage, Warning, register  # noqa: A004  # Django's name

from training.core.confined import confinement, crowd
from training.core.confined.child import ANSWERED_BEFORE, REFUSED
from training.core.confined.places import NoPlaceError, Places

CHECKOUT = Path(__file__).resolve().parent.parent.parent.parent
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Program:
    """A program that opens files, and what it may use.

    Attributes:
        module: is started with ``python -m`` and begins with `child.begin`.
        places: how many of them run at once on this machine.
        cpu_seconds: how long it may compute.
        wall_seconds: how long its answer is waited for.
        memory_bytes: address space that it may use.
        output_bytes: how long its answer may be.
        niceness: how far it stands back behind pages and other programs, up to 19.
    """

    module: str
    places: Places
    cpu_seconds: int
    wall_seconds: float
    memory_bytes: int
    output_bytes: int
    niceness: int


class NotNowError(Exception):
    """All places are taken, or as many threads as may work with files already do."""


class RefusedError(Exception):
    """The program refuses the file; `words` are its reasons."""

    def __init__(self, words: dict[str, Any]) -> None:
        super().__init__(words)
        self.words = words


class EndedError(Exception):
    """The program needed more than its limits, and was ended by a signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


class BrokenError(Exception):
    """The program itself has failed, which no file should bring about."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def run(program: Program, task: str, files: Sequence[BinaryIO], *, patience: float, **options: Any) -> BinaryIO:
    """Let a program do one task with open files, and return its answer as a temporary file, which the caller closes.

    Args:
        files: files with descriptors; their positions change.
        patience: how many seconds to wait for a place among the programs of this kind on this machine.
        options: what the task needs to know, as plain values.

    Raises:
        NotNowError: it cannot begin within `patience`.
        RefusedError: the program refuses the file.
        EndedError: it needed more than the limits allow, and had not answered before.
        BrokenError: it failed.
        OSError: it cannot be started.
    """
    try:
        with crowd.joined(), program.places.taken(seconds=patience) as place:
            return _answer(program, task, files, options, place)
    except (crowd.CrowdedError, NoPlaceError) as error:
        raise NotNowError from error


def _answer(program: Program, task: str, files: Sequence[BinaryIO], options: dict[str, Any], place: int) -> BinaryIO:
    output = tempfile.TemporaryFile()  # noqa: SIM115  # belongs to the caller, who closes it
    try:
        descriptors = [file.fileno() for file in files]
        status = _status(program, {"task": task, "files": descriptors, **options}, output, place)
        output.seek(0)
        if status == REFUSED:
            raise RefusedError(json.load(output))
        if status > 0:
            raise BrokenError(status)
        if status < 0 and output.read(len(ANSWERED_BEFORE)) != ANSWERED_BEFORE:  # the answer begins behind it
            raise EndedError(-status)
    except BaseException:
        output.close()
        raise
    return output


def _status(program: Program, task: dict[str, Any], output: BinaryIO, place: int) -> int:
    limits = {each: getattr(program, each) for each in ("cpu_seconds", "memory_bytes", "output_bytes", "niceness")}
    try:
        return subprocess.run(
            [sys.executable, "-m", program.module, json.dumps(task | limits)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            pass_fds=(*task["files"], place),  # the place is taken until it is gone, whatever becomes of us
            cwd=CHECKOUT,
            env=ENVIRONMENT,
            timeout=program.wall_seconds,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -signal.SIGALRM


@register()
def check_confinement(**kwargs: object) -> list[CheckMessage]:
    """System check: this machine offers everything by which such programs are confined."""
    lacking = confinement.missing()
    if not lacking:
        return []
    return [
        Warning(
            f"The processes that open files are not fully confined: no {' and no '.join(lacking)} here.",
            hint="docs/operations.md, “The processes that open files”, says what to allow.",
            id="siteproof.W010",
        )
    ]
