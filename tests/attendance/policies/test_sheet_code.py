"""E8, S14: what the code on a sheet says, and who could have printed it."""

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from attendance.policies.sheet_code import NotIssuedHereError, SheetCode, code_text, sheet_code
from attendance.policies.sheet_layout import PRINTED, layout, layouts

CODE = SheetCode(1, "S-2026-0412", 3, 1, 2, (1, 2, 3, 5, 8, 9))


def test_a_code_tells_layout_session_version_page_and_lines() -> None:
    text = code_text(CODE)
    assert text.rpartition("/")[0] == "SITEPROOF1/S-2026-0412/3/1-2/1-3.5.8-9"
    assert sheet_code(text) == CODE
    assert CODE.is_keyed


@given(
    st.integers(1, 10**9 - 1),
    st.integers(1, 9999),
    st.sets(st.integers(1, 10**6), min_size=1, max_size=20),
    st.integers(1, 10**9),
)
def test_what_is_written_is_read(version: int, page: int, lines: set[int], number: int) -> None:
    code = SheetCode(1, f"S-2026-{number:04d}", version, page, 9999, tuple(sorted(lines)))
    assert sheet_code(code_text(code)) == code


def test_a_code_of_an_ordinary_page_stays_small() -> None:
    """47 characters fit into a QR code of 29 modules, three quarters of a millimetre each."""
    assert len(code_text(SheetCode(1, "S-2026-0412", 3, 1, 2, tuple(range(1, 19))))) <= 47


def test_a_code_of_before_stays_readable_and_is_known_as_such() -> None:
    code = sheet_code("SITEPROOF/S-2026-0412/V3/P1-2")
    assert (code.layout, code.reference, code.version, code.page, code.pages) == (1, "S-2026-0412", 3, 1, 2)
    assert code.lines is None
    assert not code.is_keyed


@pytest.mark.parametrize(("part", "other"), [("0412", "0413"), ("/3/", "/4/"), ("1-2", "2-2"), ("1-3", "1-4")])
def test_a_code_that_was_changed_is_not_ours(part: str, other: str) -> None:
    with pytest.raises(NotIssuedHereError):
        sheet_code(code_text(CODE).replace(part, other, 1))


def test_a_code_of_another_site_is_not_ours() -> None:
    with override_settings(SECRET_KEY="of another site"):
        text = code_text(CODE)
    with pytest.raises(NotIssuedHereError):
        sheet_code(text)


def test_a_sheet_printed_before_the_secret_key_changed_is_ours() -> None:
    with override_settings(SECRET_KEY="the one before"):
        text = code_text(CODE)
    with override_settings(SECRET_KEY_FALLBACKS=["the one before"]):
        assert sheet_code(text) == CODE


HOSTILE = [
    "",
    "SITEPROOF",
    "SITEPROOF/",
    "SITEPROOF1/" + "9" * 5000,
    "SITEPROOF/S-2026-0412/V" + "9" * 5000 + "/P1-2",
    "SITEPROOF/S-2026-0412/V3/P3-2",
    "SITEPROOF/S-2026-0412/V3/P0-0",
    "SITEPROOF/S-2026-<b>x</b>/V3/P1-2",
    "SITEPROOF/S-٢٠٢٦-٠٤١٢/V3/P1-2",
    "SITEPROOF/S-2026-0412/V3/P1-2\n",
    "siteproof/S-2026-0412/V3/P1-2",
    "javascript:alert(1)",
    "https://example.com/SITEPROOF/S-2026-0412/V3/P1-2",
    code_text(CODE).lower(),
    code_text(CODE) + "A",
    code_text(CODE)[:-1],
    code_text(CODE).replace("1-3", "1-999999999"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_anything_else_is_not_ours(text: str) -> None:
    with pytest.raises(NotIssuedHereError):
        sheet_code(text)


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for each in (text, f"SITEPROOF{text}", f"SITEPROOF1/{text}"):
        with pytest.raises(NotIssuedHereError):
            sheet_code(each)


def test_every_layout_that_was_printed_is_declared() -> None:
    assert [each.number for each in layouts()] == list(range(1, PRINTED + 1))
    first = layout(1)
    top, height = first.places["table"]["top"], first.places["table"]["row"]
    paper = ((0.0, 0.0), (210.0, 0.0), (210.0, 297.0), (0.0, 297.0))
    assert first.band(2, paper)[0] == pytest.approx((18, top + 2 * height))
    assert first.band(2, paper)[2] == pytest.approx((192, top + 3 * height))
