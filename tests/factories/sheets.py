"""Printed sign-in sheets as they come back: scanned, turned, photographed, mixed up."""

import io
import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pikepdf
import pypdfium2
import segno
from PIL import Image, ImageFilter

from attendance.papers.sheet import print_sheet
from attendance.selectors.sheet import sheet_of
from learners.evidence.perspective import Point, Quad
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import scheduled_session
from training.models import Session

PRINTED_AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
DESK = (58, 44, 32)


def session_of(people: int, **fields: object) -> Session:
    """Return a session with that many people on its list."""
    session = scheduled_session(**fields)
    first = LearnerFactory()
    for _ in range(people):
        SessionAttendeeFactory(session=session, learner=LearnerFactory(company=first.company, role=first.role))
    session.refresh_from_db()
    return session


def printed(session: Session) -> bytes:
    """Return the PDF of the sheet of a session as its list is now."""
    return print_sheet(sheet_of(session.pk), printed_at=PRINTED_AT)


def pages_of(*wanted: tuple[bytes, int]) -> bytes:
    """Return a PDF of chosen pages (from 1) of PDFs, in this order."""
    result, document = io.BytesIO(), pikepdf.new()
    for content, page in wanted:
        with pikepdf.open(io.BytesIO(content)) as source:
            document.pages.append(source.pages[page - 1])
    document.save(result)
    return result.getvalue()


def picture(content: bytes, page: int = 1, *, width: int = 1654) -> Image.Image:
    """Return a page as a scanner of 200 dpi sees it."""
    shown = pypdfium2.PdfDocument(content)[page - 1]
    image: Image.Image = shown.render(scale=width / shown.get_width()).to_pil()
    return image.convert("RGB")


def corners(image: Image.Image) -> Quad:
    return ((0, 0), (image.width, 0), (image.width, image.height), (0, image.height))


def turned(
    image: Image.Image, degrees: float, ground: tuple[int, int, int] = (255, 255, 255)
) -> tuple[Image.Image, Quad]:
    """Return a picture turned against the clock, and where its corners lie then."""
    result = image.rotate(degrees, expand=True, fillcolor=ground, resample=Image.Resampling.BICUBIC)
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def place(x: float, y: float) -> Point:
        x, y = x - image.width / 2, y - image.height / 2
        return x * cosine + y * sine + result.width / 2, -x * sine + y * cosine + result.height / 2

    first, second, third, fourth = (place(*corner) for corner in corners(image))
    return result, (first, second, third, fourth)


def photographed(image: Image.Image, seed: int, *, askew: float = 60) -> tuple[Image.Image, Quad]:
    """Return a picture as a hand-held phone sees it on a desk: distorted, blurred, noisy, shadowed."""
    rng = random.Random(seed)  # noqa: S311  # the same photograph each time
    width, height = 1900, 2600

    def near(x: float, y: float) -> Point:
        return x + rng.uniform(-askew, askew), y + rng.uniform(-askew, askew)

    quad = (near(180, 150), near(1720, 150), near(1720, 2380), near(180, 2380))
    result = image.transform(
        (width, height),
        Image.Transform.PERSPECTIVE,
        _coefficients(corners(image), quad),
        Image.Resampling.BICUBIC,
        fillcolor=DESK,
    )
    shadow = Image.linear_gradient("L").resize((width, height)).point(lambda level: 150 + level * 0.4)
    result = Image.composite(result, Image.new("RGB", result.size), shadow)
    noise = Image.effect_noise((width, height), 30).convert("RGB")
    return Image.blend(result.filter(ImageFilter.GaussianBlur(1.2)), noise, 0.12), quad


def as_jpeg(image: Image.Image, quality: int = 55) -> bytes:
    result = io.BytesIO()
    image.save(result, "JPEG", quality=quality)
    return result.getvalue()


def as_pdf(images: Sequence[Image.Image]) -> bytes:
    """Return what a scanner writes: a PDF with a picture on each page."""
    result = io.BytesIO()
    images[0].save(result, "PDF", save_all=True, append_images=images[1:], resolution=200, quality=60)
    return result.getvalue()


def page_with_code(text: str, size: int = 500) -> bytes:
    """Return a picture of a page with nothing but a code on it."""
    drawing = io.BytesIO()
    segno.make_qr(text).save(drawing, kind="png", scale=8, border=4)
    page = Image.new("RGB", (1240, 1754), "white")
    page.paste(Image.open(drawing).convert("RGB").resize((size, size)), (600, 100))
    return as_jpeg(page, 90)


def _coefficients(source: Sequence[Point], seen: Sequence[Point]) -> list[float]:
    """Return what Pillow wants for a perspective: eight numbers that lead from the picture back to the source."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(seen, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]]
    for number in range(8):
        pivot = max(range(number, 8), key=lambda row: abs(rows[row][number]))
        rows[number], rows[pivot] = rows[pivot], rows[number]
        for row in range(8):
            if row != number:
                share = rows[row][number] / rows[number][number]
                rows[row] = [one - share * other for one, other in zip(rows[row], rows[number], strict=True)]
    return [rows[number][8] / rows[number][number] for number in range(8)]
