"""PDF files: is it whole and harmless, and pictures of its pages (E1, E3). Runs in the reader's process."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf
import pypdfium2
from PIL import Image

from learners.evidence_files.kinds import HEAD_BYTES, Reason, UnacceptableError, tail_of

MAX_PAGES = 500
MAX_ACTIONS = 100
PROBE_WIDTH = 64
ACTIVE = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/GoToE"})


def check(file: BinaryIO) -> int:
    """Return the number of pages.

    Raises:
        UnacceptableError: with the reason. Errors of the libraries mean that it is damaged.
    """
    if b"%%EOF" not in tail_of(file, HEAD_BYTES):
        raise UnacceptableError(Reason.DAMAGED, "no %%EOF")
    file.seek(0)
    try:
        with pikepdf.open(file) as document:
            pages = len(document.pages)
            if not 1 <= pages <= MAX_PAGES:
                raise UnacceptableError(Reason.PAGES, str(pages))
            if any(_runs(action) for action in _automatic_actions(document)):
                raise UnacceptableError(Reason.ACTIVE)
    except pikepdf.PasswordError as error:
        raise UnacceptableError(Reason.PASSWORD) from error
    image_of(file, page=1, width=PROBE_WIDTH)  # what is accepted can be shown
    return pages


def image_of(file: BinaryIO, *, page: int, width: int) -> Image.Image:
    """Return page `page` (from 1) at most `width` pixels wide and twice as high."""
    file.seek(0)
    with pypdfium2.PdfDocument(file) as document:
        shown = document[page - 1]
        scale = min(width / shown.get_width(), 2 * width / shown.get_height())
        image: Image.Image = shown.render(scale=scale).to_pil()
        return image.convert("RGB")


def _automatic_actions(document: pikepdf.Pdf) -> Iterator[Any]:
    """Yield what a PDF program would do by itself: on opening, on scripts of the document, on turning a page."""
    root = document.Root
    yield root.get("/OpenAction")
    if "/JavaScript" in root.get("/Names", {}):
        yield {"/S": "/JavaScript"}
    for holder in (root, *(page.obj for page in document.pages)):
        yield from dict(holder.get("/AA", {})).values()


def _runs(action: Any) -> bool:
    """Whether an action, or one that follows it, does more than go to a page."""
    waiting, seen = [action], 0
    while waiting and seen < MAX_ACTIONS:
        each = waiting.pop()
        seen += 1
        if isinstance(each, pikepdf.Array):
            waiting.extend(list(each))
        elif isinstance(each, dict | pikepdf.Dictionary):
            if str(each.get("/S")) in ACTIVE:
                return True
            waiting.append(each.get("/Next"))
    return bool(waiting)
