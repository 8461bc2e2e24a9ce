"""E8: codes are found on whatever a scanner or a phone makes of a sheet, and the paper with them; nothing breaks it."""

import io
import json
import math
import tempfile
import time
from typing import Any

import pytest
from PIL import Image

from attendance.policies.sheet_layout import layout
from learners.evidence import codes, limited
from learners.evidence.perspective import Quad, in_quad
from tests.factories import files, sheets

MM = 210  # the paper is as wide
TRUE_TO_MM = 1.5

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet() -> bytes:
    return sheets.printed(sheets.session_of(20))


def read(content: bytes, pages: int = 1) -> dict[str, Any]:
    """Let the limited process look, as an upload does."""
    frame = layout(1).frame
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        with limited.run("codes", [file], frames={"SITEPROOF1/": frame, "SITEPROOF/": frame}, pages=pages) as answer:
            found: dict[str, Any] = json.load(answer)
    return found


def seen(image: Image.Image) -> list[dict[str, Any]]:
    """Look at a picture without the process around it."""
    return list(codes._codes(image.convert("L"), {"SITEPROOF1/": codes.Frame.of(layout(1).frame)}))


def error_mm(paper: Any, image: Image.Image, truth: Quad) -> float:
    """Return by how much the worst of all rows' corners lies beside its place."""
    found = tuple((x * image.width, y * image.height) for x, y in paper)
    scale = math.dist(truth[0], truth[1]) / MM
    return max(
        math.dist(in_quad(found, u, v), in_quad(truth, u, v)) / scale  # type: ignore[arg-type]  # four
        for u in (18 / 210, 192 / 210)
        for v in (59 / 297, 255 / 297)
    )


def test_every_page_of_a_printed_sheet_is_read(sheet: bytes) -> None:
    found = read(sheet, pages=2)
    assert found["looked_at"] == 2
    assert [(each["at"], each["text"].split("/")[3:5]) for each in found["codes"]] == [
        (1, ["1-2", "1-18"]),
        (2, ["2-2", "19-22"]),
    ]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 3, -7, 45, 170])
@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0)])
def test_turned_in_any_direction(sheet: bytes, degrees: int, ground: tuple[int, int, int]) -> None:
    image, truth = sheets.turned(sheets.picture(sheet), degrees, ground)
    (code,) = seen(image)
    assert error_mm(code["paper"], image, truth) < TRUE_TO_MM


@pytest.mark.parametrize("seed", range(6))
def test_photographed_by_hand(sheet: bytes, seed: int) -> None:
    image, truth = sheets.photographed(sheets.picture(sheet), seed)
    image = Image.open(io.BytesIO(sheets.as_jpeg(image, 40)))
    (code,) = seen(image)
    assert code["paper"] is None or error_mm(code["paper"], image, truth) < TRUE_TO_MM
    assert code["paper"] or seed not in range(4)


@pytest.mark.parametrize("width", [1240, 827, 620])
def test_scanned_coarsely_and_compressed(sheet: bytes, width: int) -> None:
    image = Image.open(io.BytesIO(sheets.as_jpeg(sheets.picture(sheet, width=width), 30)))
    (code,) = seen(image)
    assert error_mm(code["paper"], image, sheets.corners(image)) < TRUE_TO_MM


def test_without_its_corner_marks_a_scan_is_placed_by_its_code_alone(sheet: bytes) -> None:
    image = sheets.picture(sheet)
    for x in (0, image.width - 130):
        for y in (0, image.height - 130):
            image.paste("white", (x, y, x + 130, y + 130))
    (code,) = seen(image)
    assert error_mm(code["paper"], image, sheets.corners(image)) < 4


def test_a_photograph_too_distorted_to_place_has_no_place(sheet: bytes) -> None:
    """Better no band than one over somebody else's row."""
    image = sheets.picture(sheet)
    for y in (0, image.height - 130):
        image.paste("white", (0, y, 130, y + 130))
    image, _truth = sheets.photographed(image, 1, askew=90)
    (code,) = seen(image)
    assert code["paper"] is None


def test_a_phone_photo_is_read_in_the_direction_in_which_it_is_shown(sheet: bytes) -> None:
    """Stored lying, with a note to turn it: places are those of the page image."""
    exif, result = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    sheets.picture(sheet).rotate(90, expand=True).save(result, "JPEG", exif=exif)
    (code,) = read(result.getvalue())["codes"]
    assert code["paper"][0] == pytest.approx([0, 0], abs=0.01)


def test_codes_of_other_people_stay_in_the_process() -> None:
    assert read(sheets.page_with_code("https://example.com/a?b=<script>"))["codes"] == []
    assert read(sheets.page_with_code("SITEPROOF/" + "9" * 1000, size=900))["codes"] == []


def test_a_file_without_a_code_is_looked_at_and_that_is_all() -> None:
    assert read(files.pdf(2), pages=2) == {"looked_at": 2, "codes": []}


def test_a_long_file_is_left_off_in_time(sheet: bytes) -> None:
    long = sheets.pages_of(*[(files.pdf(), 1)] * 120)
    began = time.monotonic()
    assert read(long, pages=120)["looked_at"] <= codes.MAX_PAGES
    assert time.monotonic() - began < 3 * codes.LAST_SECONDS
