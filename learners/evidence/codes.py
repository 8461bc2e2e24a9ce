"""Finding the QR codes of our own sheets on the pages of a file, and where the paper lies on each picture.

Runs in the reader's process. A file in which it finds nothing is accepted like any other, so it looks for some seconds
and then stops. Codes of other kinds are not returned.
"""

import json
import math
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, BinaryIO

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from learners.evidence import pdf, pictures
from learners.evidence.kinds import Kind, kind_of
from learners.evidence.perspective import Point, Quad, in_quad

MAX_PAGES = 40
MAX_CODES = 4  # on a page
MAX_TEXT = 400
SECONDS = 5  # after which no further page is begun
LAST_SECONDS = 9  # after which the process ends, whatever it is at
WIDTHS = (1400, 2400)  # in pixels: enough for nearly every page, and a closer look at those without a code
PLACES = 5  # decimals of a place on a page

# Corner marks are looked for on a small picture, where one is SMALL pixels wide, and measured on the whole one.
SMALL = 10
SHARE_OF_MARK = 0.6  # a blurred square of this share fits into a mark however the page is turned
DARK = 0.5  # of what is around
LEAST, MOST = 0.45, 1.7  # of the size of a mark: what is smaller or larger is something else
MAX_SPOTS, MAX_CANDIDATES = 300, 20
REACH = 0.3  # of the paper's width: how far a mark may lie from where an undistorted page would have it
TRUE_TO = 1.5  # in mm: how far marks and code may disagree
UPRIGHT_TO = 0.02  # of the picture: how far the paper may reach over it or stay within it, to be all of it


@dataclass(frozen=True)
class Frame:
    """A kind of paper, measured in mm from its upper left corner.

    Args:
        paper: its width and height.
        code: left, top and size of the code.
        mark: how far from both edges the black corner marks lie, and their size.
    """

    paper: Point
    code: tuple[float, float, float]
    mark: Point

    @classmethod
    def of(cls, places: Mapping[str, Any]) -> "Frame":
        paper, code, mark = places["paper"], places["code"], places["mark"]
        return cls(
            (paper["width"], paper["height"]), (code["x"], code["y"], code["size"]), (mark["inset"], mark["size"])
        )

    @property
    def marks(self) -> Quad:
        """The centres of the corner marks."""
        near = self.mark[0] + self.mark[1] / 2
        width, height = self.paper
        return ((near, near), (width - near, near), (width - near, height - near), (near, height - near))


def find(files: list[BinaryIO], task: dict[str, Any]) -> bytes:
    """Return the codes on the pages of one file.

    Args:
        task: `frames` by the first letters of the text of a code; `pages`, the number of pages of the file.

    Returns:
        JSON: `looked_at`, the number of pages that were searched, and `codes`, each with `at` (its page in the file,
        from 1), `text`, and `paper`: the corners of the paper clockwise from its upper left one, as shares of the
        width and height of the picture; null where the picture is too distorted to tell.
    """
    (file,) = files
    signal.alarm(LAST_SECONDS)
    began, looked_at = time.monotonic(), 0
    codes: list[dict[str, Any]] = []
    frames = {start: Frame.of(places) for start, places in task["frames"].items()}
    is_pdf = kind_of(file) is Kind.PDF
    for page in range(1, min(task["pages"], MAX_PAGES) + 1):
        if time.monotonic() - began > SECONDS:
            break
        looked_at = page
        for width in WIDTHS:
            shown = pdf.image_of(file, page=page, width=width) if is_pdf else pictures.image_of(file, width)
            found = list(islice(_codes(shown.convert("L"), frames), MAX_CODES))
            if found:
                codes += [{"at": page, **code} for code in found]
                break
    return json.dumps({"looked_at": looked_at, "codes": codes}).encode()


def _codes(image: Image.Image, frames: Mapping[str, Frame]) -> Iterator[dict[str, Any]]:
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for barcode in zxingcpp.read_barcodes(image, formats=formats, text_mode=zxingcpp.TextMode.Plain, try_invert=False):
        text = barcode.text[: MAX_TEXT + 1]
        frame = next((frames[start] for start in frames if text.startswith(start)), None)
        if frame is not None and len(text) <= MAX_TEXT:
            place = barcode.position
            corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
            paper = _paper(image, tuple((corner.x, corner.y) for corner in corners), frame)  # type: ignore[arg-type]  # four
            yield {"text": text, "paper": paper and [_share(point, image) for point in paper]}


def _share(point: Point, image: Image.Image) -> list[float]:
    return [round(point[0] / image.width, PLACES), round(point[1] / image.height, PLACES)]


def _paper(image: Image.Image, code: Quad, frame: Frame) -> Quad | None:
    """Return the corners of the paper, or None where they cannot be told.

    The corner marks tell them. Where these are not found, the code tells them if the paper fills the picture, as on a
    scan. On a photograph it is too small to tell how the picture is distorted far away from it.
    """
    by_code = _as_if_flat(code, frame)
    marks = _marks(image, code, by_code, frame)
    if marks is not None:
        return _corners(_Plane(marks, frame.marks), frame.paper)
    paper = _corners(by_code, frame.paper)
    xs, ys = sorted(x / image.width for x, _y in paper), sorted(y / image.height for _x, y in paper)
    is_all = all(
        abs(share - edge) <= UPRIGHT_TO for shares in (xs, ys) for share, edge in zip(shares, (0, 0, 1, 1), strict=True)
    )
    return paper if is_all else None


class _Plane:
    """The plane of the paper on the picture, given by four points of both."""

    def __init__(self, quad: Quad, places: Quad) -> None:
        self.quad = quad
        (self.left, self.top), (right, _), (_, bottom), _last = places
        self.width, self.height = right - self.left, bottom - self.top
        self.scale = math.dist(quad[0], quad[1]) / self.width  # pixels in a mm

    def at(self, x: float, y: float) -> Point:
        return in_quad(self.quad, (x - self.left) / self.width, (y - self.top) / self.height)


def _as_if_flat(code: Quad, frame: Frame) -> _Plane:
    """The code is too small to tell how the picture is distorted far from it: its mean sides are taken."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = code
    right = ((x1 - x0 + x2 - x3) / 2, (y1 - y0 + y2 - y3) / 2)
    down = ((x3 - x0 + x2 - x1) / 2, (y3 - y0 + y2 - y1) / 2)
    middle = ((x0 + x1 + x2 + x3) / 4, (y0 + y1 + y2 + y3) / 4)

    def corner(u: float, v: float) -> Point:
        return (middle[0] + u * right[0] + v * down[0], middle[1] + u * right[1] + v * down[1])

    left, top, size = frame.code
    places = ((left, top), (left + size, top), (left + size, top + size), (left, top + size))
    return _Plane((corner(-0.5, -0.5), corner(0.5, -0.5), corner(0.5, 0.5), corner(-0.5, 0.5)), places)


def _corners(plane: _Plane, paper: Point) -> Quad:
    width, height = paper
    return (plane.at(0, 0), plane.at(width, 0), plane.at(width, height), plane.at(0, height))


def _marks(image: Image.Image, code: Quad, by_code: _Plane, frame: Frame) -> Quad | None:
    """Return the centres of the four corner marks: those four with which the code lies where it should."""
    candidates = _candidates(image, size=frame.mark[1] * by_code.scale)
    reach = REACH * frame.paper[0] * by_code.scale
    near = [[each for each in candidates if math.dist(each, by_code.at(*place)) <= reach] for place in frame.marks]
    left, top, size = frame.code
    corners = ((left, top), (left + size, top), (left + size, top + size), (left, top + size))
    best, least = None, TRUE_TO * by_code.scale
    for quad in product(*near):
        if _is_convex(quad):
            plane = _Plane(quad, frame.marks)  # type: ignore[arg-type]  # four
            error = max(math.dist(plane.at(*place), seen) for place, seen in zip(corners, code, strict=True))
            if error <= least:
                best, least = quad, error
    return best  # type: ignore[return-value]  # four


def _is_convex(quad: Sequence[Point]) -> bool:
    """Tell whether the corners go round clockwise; otherwise the paper would be seen from behind."""
    around = [*quad, *quad[:2]]
    return all(
        (x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1) > 0
        for (x0, y0), (x1, y1), (x2, y2) in zip(around, around[1:], around[2:], strict=False)
    )


def _candidates(image: Image.Image, *, size: float) -> list[Point]:
    """Return the centres of possible corner marks, `size` pixels wide: small places darker than what is around them."""
    scale = min(1.0, SMALL / size)
    small = image.resize(
        (max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.BOX
    )
    core = small.filter(ImageFilter.BoxBlur(SHARE_OF_MARK * SMALL / 2))
    around = small.filter(ImageFilter.BoxBlur(2 * SMALL)).point(lambda level: level * DARK)
    is_dark = ImageChops.subtract(around, core).point(lambda level: 255 if level else 0)
    found = []
    for left, top, right, bottom in islice(_spots(is_dark), MAX_SPOTS):
        if min(right - left, bottom - top) >= LEAST * SMALL and max(right - left, bottom - top) <= MOST * SMALL:
            middle = ((left + right) / 2 / scale, (top + bottom) / 2 / scale)
            found.append(_measured(image, middle, size))
    return found[:MAX_CANDIDATES]


def _spots(image: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    """Yield the boxes around those white spots of a black picture that could be marks. The picture is painted over."""
    width = image.width
    while (at := image.tobytes().find(b"\xff")) >= 0:
        ImageDraw.floodfill(image, (at % width, at // width), 128)
        box = image.point(lambda level: 255 if level == 128 else 0).getbbox()
        image = image.point(lambda level: 0 if level == 128 else level)
        assert box is not None  # noqa: S101  # at least where it was found
        yield box


def _measured(image: Image.Image, middle: Point, size: float) -> Point:
    """Return the centre of a mark, measured on the full-size picture."""
    left, top = max(0, round(middle[0] - size)), max(0, round(middle[1] - size))
    around = image.crop(
        (left, top, min(image.width, round(middle[0] + size)), min(image.height, round(middle[1] + size)))
    )
    blurred = around.filter(ImageFilter.BoxBlur(SHARE_OF_MARK * size / 2))
    darkest, brightest = blurred.getextrema()
    assert isinstance(darkest, int | float) and isinstance(brightest, int | float)  # noqa: S101, PT018  # one channel
    limit = darkest + 0.15 * (brightest - darkest)
    box = blurred.point(lambda level: 255 if level <= limit else 0).getbbox()
    assert box is not None  # noqa: S101  # the darkest is in it
    return left + (box[0] + box[2]) / 2, top + (box[1] + box[3]) / 2
