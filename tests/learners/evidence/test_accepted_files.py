"""E1: evidence is PDF, JPEG or PNG by content; what phones and scanners really write is accepted."""

import io
from collections.abc import Callable

import pytest
from django.test import override_settings

from learners.evidence import limited, reader
from learners.evidence.incoming import display_name, received
from learners.evidence.kinds import Kind, UnacceptableError, UnfitReason
from tests.factories import files

GOOD: dict[str, tuple[Callable[[], bytes], Kind, int]] = {
    "scan": (files.pdf, Kind.PDF, 1),
    "scan of three pages": (lambda: files.pdf(3), Kind.PDF, 3),
    "scan with a byte order mark": (lambda: b"\xef\xbb\xbf" + files.pdf(), Kind.PDF, 1),
    "scan after a blank line": (lambda: b"\r\n" + files.pdf(), Kind.PDF, 1),
    "scan padded with NUL": (lambda: files.pdf() + bytes(700), Kind.PDF, 1),
    "photo": (files.jpeg, Kind.JPEG, 1),
    "progressive photo": (lambda: files.jpeg(progressive=True), Kind.JPEG, 1),
    "photo of a phone held upright": (files.turned_jpeg, Kind.JPEG, 1),
    "photo with a second picture (MPO)": (files.multi_picture_jpeg, Kind.JPEG, 1),
    "photo with film and maker's data": (files.motion_photo, Kind.JPEG, 1),
    "screenshot": (files.png, Kind.PNG, 1),
    "screenshot with alpha": (lambda: files.png("RGBA"), Kind.PNG, 1),
    "palette": (lambda: files.png("P"), Kind.PNG, 1),
    "grey": (lambda: files.png("L"), Kind.PNG, 1),
    "black and white": (lambda: files.png("1"), Kind.PNG, 1),
    "16 bits of grey": (lambda: files.png("I;16"), Kind.PNG, 1),
}


@pytest.mark.parametrize("case", GOOD)
def test_e1_what_phones_and_scanners_write_is_accepted(case: str) -> None:
    make, kind, pages = GOOD[case]
    content = make()
    with received([files.upload(content, "wrong-ending.exe")]) as document:
        assert (document.content_type, document.pages, document.size) == (kind, pages, len(content))
        assert document.file.read() == content


@pytest.mark.parametrize("case", GOOD)
def test_e3_every_accepted_file_can_be_shown(case: str) -> None:
    make, _kind, _pages = GOOD[case]
    shown = reader.page([io.BytesIO(make())], {"page": 1, "width": 320})
    assert shown.startswith(b"\x89PNG")


def test_e1_200_megapixels_are_accepted() -> None:
    with received([files.upload(files.blank_png(20_000, 10_000))]) as document:
        assert document.content_type is Kind.PNG


@pytest.mark.parametrize(
    ("limit", "most", "content"),
    [
        ("MEMORY_BYTES", 200 * 1024**2, files.blank_png(20_000, 10_000)),
        ("CPU_SECONDS", 1, files.endless_jpeg(90)),
        ("CPU_SECONDS", 1, files.endless_pdf()),
    ],
)
def test_e1_a_whole_file_that_takes_more_than_the_limits_to_draw_is_accepted(
    limit: str, most: int, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same file cannot be drawn within the same limit."""
    monkeypatch.setattr(limited, limit, most)
    with received([files.upload(content)]) as document:
        assert document.pages == 1
        with pytest.raises(UnacceptableError) as caught:
            limited.run("page", [document.file], page=1, width=320)
    assert caught.value.reason is UnfitReason.EFFORT


def test_e1_a_file_of_exactly_the_limit_is_accepted() -> None:
    content = files.pdf()
    with override_settings(EVIDENCE_MAX_BYTES=len(content)), received([files.upload(content)]) as document:
        assert document.size == len(content)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("sheet.pdf", "sheet.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\maria\sheet.pdf", "sheet.pdf"),
        ("a/b\\..\\c.pdf", "c.pdf"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("/", "unnamed"),
        (" \t ", "unnamed"),
        ("she\0et\r\n.pdf", "sheet.pdf"),
        ("cod\u202efdp.exe", "codfdp.exe"),
        ("Anwesenheit März.pdf", "Anwesenheit März.pdf"),
        ("قائمة الحضور.pdf", "قائمة الحضور.pdf"),
        ("<script>alert(1)</script>.pdf", "script>.pdf"),
        ("x" * 300 + ".pdf", "x" * 250 + "….pdf"),
        ("x" * 300, "x" * 254 + "…"),
        ("x." + "y" * 300, "x." + "y" * 242 + "….yyyyyyyyy"),
    ],
)
def test_e1_names_are_shown_without_paths_and_tricks(sent: str, shown: str) -> None:
    assert display_name(sent) == shown
    assert len(display_name(sent)) <= 255
