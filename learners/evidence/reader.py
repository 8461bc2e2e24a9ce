"""The program that opens evidence files: `python -m learners.evidence.reader '{"task": "check", …}'`.

It gets open files and its task, answers on standard output, and has nothing to lose: no environment, limits of its own
making on time, memory and file size, and a confinement that leaves it no file, no network and no other process, all set
before the first byte of a stranger is read.
Exit status 0: the answer. REFUSED: why not, as JSON. Anything else, a signal included: see `limited`.
"""

import io
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from PIL import Image

from learners.evidence import codes, pdf, pictures
from learners.evidence.confinement import confine
from learners.evidence.kinds import ANSWERED_BEFORE, REFUSED, Kind, Reason, UnacceptableError, kind_of

COLOURS = 128
PROBE_WIDTH = 64
NICENESS = 10  # pages are answered first


def main(task: dict[str, Any]) -> int:
    """Do one task and return the exit status."""
    _limit(cpu_seconds=task["cpu_seconds"], memory_bytes=task["memory_bytes"], output_bytes=task["output_bytes"])
    Image.preinit()
    sys.stderr = None  # what libraries remark about a file goes nowhere; unwritten, it would become the exit status
    confine()
    files: list[BinaryIO] = [os.fdopen(descriptor, "rb") for descriptor in task["files"]]
    try:
        with _blaming(None):
            answer = TASKS[task["task"]](files, task)
            if task["task"] == "check":
                _answer(ANSWERED_BEFORE + answer)
                try_to_draw(files)
    except UnacceptableError as error:
        return _refuse(error)
    _answer(answer)
    return 0


def check(files: list[BinaryIO], task: dict[str, Any]) -> bytes:
    """Tell kind and number of pages of one file that is whole and harmless."""
    (file,) = files
    kind = kind_of(file)
    pages = 1
    if kind is Kind.PDF:
        pages = pdf.check(file)
    else:
        pictures.check(file, kind)
    return json.dumps({"content_type": kind, "pages": pages}).encode()


def try_to_draw(files: list[BinaryIO]) -> None:
    """Draw a checked file coarsely: shows damage that its parts do not.

    A file that takes more than the limits to draw is accepted all the same: no scanner asks us. So the answer is
    written before this is tried, and stands where it is the end of this process.
    """
    (file,) = files
    try:
        if kind_of(file) is Kind.PDF:
            pdf.image_of(file, page=1, width=PROBE_WIDTH)
        else:
            pictures.check_drawn(file)
    except MemoryError:
        return


def page(files: list[BinaryIO], task: dict[str, Any]) -> bytes:
    """Draw one page as PNG."""
    (file,) = files
    if kind_of(file) is Kind.PDF:
        return _as_png(pdf.image_of(file, page=task["page"], width=task["width"]))
    return _as_png(pictures.image_of(file, task["width"]))


def join(files: list[BinaryIO], task: dict[str, Any]) -> bytes:
    """Make one PDF of several pictures."""
    kinds = []
    for number, file in enumerate(files):
        with _blaming(number):
            kinds.append(kind_of(file))
    if Kind.PDF in kinds:
        raise UnacceptableError(Reason.NOT_PICTURES)
    for number, (file, kind) in enumerate(zip(files, kinds, strict=True)):
        with _blaming(number):
            pictures.check(file, kind)
            pictures.check_drawn(file)
    return pictures.as_pdf(list(zip(task["names"], kinds, files, strict=True))).getvalue()


TASKS: dict[str, Callable[[list[BinaryIO], dict[str, Any]], bytes]] = {
    "check": check,
    "page": page,
    "join": join,
    "codes": codes.find,
}


@contextmanager
def _blaming(number: int | None) -> Iterator[None]:
    """Refuse the file that counts `number`, whatever the libraries stumble over in it."""
    try:
        yield
    except UnacceptableError as error:
        error.number = number if error.number is None else error.number
        raise
    except MemoryError as error:
        raise UnacceptableError(Reason.EFFORT, "memory", number) from error
    except Exception as error:
        raise UnacceptableError(Reason.DAMAGED, type(error).__name__, number) from error


def _as_png(image: Image.Image) -> bytes:
    """Draw with few colours, which a preview bears: a photographed page in all of them would be some megabytes."""
    result = io.BytesIO()
    image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(result, "PNG")
    return result.getvalue()


def _limit(*, cpu_seconds: int, memory_bytes: int, output_bytes: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, output_bytes),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(NICENESS)
    signal.alarm(2 * cpu_seconds)  # should whoever started it be gone


def _refuse(error: UnacceptableError) -> int:
    answer = {"reason": error.reason, "detail": error.detail[:200], "number": error.number}
    _answer(json.dumps(answer).encode())
    return REFUSED


def _answer(content: bytes) -> None:
    """Write the answer, in the place of one given before."""
    sys.stdout.buffer.flush()
    sys.stdout.buffer.seek(0)
    sys.stdout.buffer.truncate()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
