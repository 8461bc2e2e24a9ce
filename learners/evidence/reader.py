"""The program that opens evidence files: `python -m learners.evidence.reader '{"task": "check", …}'`.

It gets open files and a task, and answers on standard output, limited and confined as `child` says.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from PIL import Image

from learners.evidence import codes, pdf, pictures, some_pages
from learners.evidence.kinds import Kind, UnacceptableError, UnfitReason, kind_of
from training.core.confined import child

COLOURS = 128
PROBE_WIDTH = 64


def main(task: dict[str, Any]) -> int:
    """Do one task and return the exit status."""
    Image.preinit()
    files = child.begin(task)
    try:
        with _blaming(None):
            answer = TASKS[task["task"]](files, task)
            if task["task"] == "check":
                child.answer(child.ANSWERED_BEFORE + answer)
                try_to_draw(files)
    except UnacceptableError as error:
        return _refuse(error)
    child.answer(answer)
    return 0


def check(files: list[BinaryIO], task: dict[str, Any]) -> bytes:
    """Return the kind and the number of pages of one file that is whole and harmless."""
    (file,) = files
    kind = kind_of(file)
    pages = 1
    if kind is Kind.PDF:
        pages = pdf.check(file)
    else:
        pictures.check(file, kind)
    return json.dumps({"content_type": kind, "pages": pages}).encode()


def try_to_draw(files: list[BinaryIO]) -> None:
    """Draw a checked file at a small size, which finds damage that its parts do not show.

    A file that needs more than the limits to be drawn is accepted, because real scanners make such files. So the answer
    is written before this is tried, and counts if the limits end this process meanwhile.
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
        raise UnacceptableError(UnfitReason.NOT_PICTURES)
    for number, (file, kind) in enumerate(zip(files, kinds, strict=True)):
        with _blaming(number):
            pictures.check(file, kind)
            pictures.check_drawn(file)
    return pictures.as_pdf(list(zip(task["names"], kinds, files, strict=True))).getvalue()


def extract(files: list[BinaryIO], task: dict[str, Any]) -> bytes:
    """Make a PDF of some pages of one."""
    (file,) = files
    if kind_of(file) is not Kind.PDF:
        raise UnacceptableError(UnfitReason.PAGES, "1")
    return some_pages.extract(file, first=task["first"], last=task["last"])


TASKS: dict[str, Callable[[list[BinaryIO], dict[str, Any]], bytes]] = {
    "check": check,
    "page": page,
    "join": join,
    "codes": codes.find,
    "extract": extract,
}


@contextmanager
def _blaming(number: int | None) -> Iterator[None]:
    """Refuse the file of this number, whatever error the libraries raise for it."""
    try:
        yield
    except UnacceptableError as error:
        error.number = number if error.number is None else error.number
        raise
    except MemoryError as error:
        raise UnacceptableError(UnfitReason.EFFORT, "memory", number) from error
    except Exception as error:
        raise UnacceptableError(UnfitReason.DAMAGED, type(error).__name__, number) from error


def _as_png(image: Image.Image) -> bytes:
    """Return a PNG with few colours, which is enough for a preview; with all of them it would have some megabytes."""
    result = io.BytesIO()
    image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(result, "PNG")
    return result.getvalue()


def _refuse(error: UnacceptableError) -> int:
    return child.refuse({"reason": error.reason, "detail": error.detail[:200], "number": error.number})


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
