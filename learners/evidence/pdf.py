"""PDF files: checking that one is whole and harmless, and drawing pages (E1, E3). Runs in the reader's process."""

from typing import BinaryIO

import pypdfium2
from PIL import Image

from learners.evidence import active
from learners.evidence.around import check_around_pdf
from learners.evidence.kinds import UnacceptableError, UnfitReason

MAX_PAGES = 500


def check(file: BinaryIO) -> int:
    """Return the number of pages of an acceptable PDF.

    Raises:
        UnacceptableError: it is not acceptable. Errors of the libraries mean that it is damaged.
    """
    file.seek(0)
    content = file.read()
    check_around_pdf(content)
    pages = active.check(content)
    if not 1 <= pages <= MAX_PAGES:
        raise UnacceptableError(UnfitReason.PAGES, str(pages))
    return pages


def image_of(file: BinaryIO, *, page: int, width: int) -> Image.Image:
    """Return a picture of a page, counted from 1, at most `width` pixels wide and twice as high."""
    file.seek(0)
    with pypdfium2.PdfDocument(file) as document:
        shown = document[page - 1]
        scale = min(width / shown.get_width(), 2 * width / shown.get_height())
        image: Image.Image = shown.render(scale=scale).to_pil()
        return image.convert("RGB")
