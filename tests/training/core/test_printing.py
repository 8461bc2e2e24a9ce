import io
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from config.checks import check_fonts
from training.core import printing
from training.core.printing import CHECKOUT, available_families, printable, typeset, typeset_apart

TEMPLATE = CHECKOUT / "attendance" / "papers" / "pack.typ"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
VENDORED = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Thai", "Noto Sans Devanagari")


def pack_of(text: str) -> dict[str, Any]:
    """A pack of nobody, with some text on it."""
    words = dict.fromkeys(("manifest", "nobody", "page", "of"), text)
    empty = dict.fromkeys(("subject", "lost", "note", "check", "unsealed", "log"), "")
    named = {"language": "en", "title": "t", "site": "s", "heading": text}
    return {**named, **empty, "facts": [], "overview": False, "people": [], "proof": [], "words": words}


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Wiśniewski",
        "Nguyễn Thị Hương",
        "İbrahim Öztürk",
        "Владимир Щукин",
        "Γιώργος Παπαδόπουλος",
        "محمد عبد الرحمن",
        "דוד כהן",
        "สมชาย ใจดี",
        "प्रिया शर्मा",
        "न्यूटन क्\u200dष",  # with a joiner
    ],
)
def test_names_of_the_vendored_scripts_are_covered(name: str) -> None:
    assert printable(name) == name


def test_the_vendored_fonts_are_always_there() -> None:
    assert available_families()[: len(VENDORED)] == VENDORED


@pytest.fixture
def fonts_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[tuple[Path, ...]], None]]:
    """Let the machine have the fonts of these folders, beside those that are kept here."""
    asked = (printing._fonts, printing.available_families, printing._covered_characters)

    def have(folders: tuple[Path, ...]) -> None:
        monkeypatch.setattr(printing, "SYSTEM_FONTS", folders)
        for each in asked:
            each.cache_clear()

    yield have
    monkeypatch.undo()
    for each in asked:
        each.cache_clear()


def test_each_run_of_uncovered_letters_is_marked_once(fonts_in: Callable[[tuple[Path, ...]], None]) -> None:
    fonts_in(())
    assert printable("ვახტანგ Kipiani ვ") == "[?] Kipiani [?]"


def test_scripts_without_a_font_are_named_with_the_package_to_install(
    fonts_in: Callable[[tuple[Path, ...]], None],
) -> None:
    fonts_in(())
    found = {message.hint: message.msg for message in check_fonts() if message.id == "siteproof.I002"}
    assert set(found) == {"apt install fonts-noto-core", "apt install fonts-noto-cjk"}
    assert all(word in found["apt install fonts-noto-core"] for word in ("Georgian", "Armenian", "Amharic", "Tamil"))
    assert "Chinese, Japanese and Korean" in found["apt install fonts-noto-cjk"]


@pytest.mark.skipif(
    not any(folder.joinpath("NotoSansGeorgian-Regular.ttf").is_file() for folder in printing.SYSTEM_FONTS)
    and "CI" not in os.environ,
    reason="Debian's fonts-noto-core is not installed",
)
@pytest.mark.parametrize(
    "name",
    [
        "ვახტანგ კიპიანი",
        "Արամ Խաչատրյան",
        "ኃይሌ ገብረሥላሴ",
        "முத்து குமார்",
        "সুমন রায়",
        "સુરેશ પટેલ",
        "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
        "ಸುರೇಶ್ ಗೌಡ",
        "സുരേഷ് നായർ",
        "ସୁରେଶ ଦାସ",
        "සුනිල් පෙරේරා",
        "సురేష్ రావు",
        "សុខ សុភា",
        "ສົມສັກ",
        "အောင်ဆန်း",
        "އަހުމަދު",
    ],
)
def test_names_of_further_scripts_are_covered_and_printed_with_debians_fonts(name: str) -> None:
    assert printable(name) == name
    printed = pikepdf.open(io.BytesIO(typeset(TEMPLATE, pack_of(name), made_at=NOW)))
    fonts = {str(font.BaseFont) for page in printed.pages for font in page.Resources.Font.values()}
    assert [font for font in fonts if "NotoSans-" not in font]


def test_private_and_unassigned_characters_are_marked() -> None:
    assert printable("A\ue000\U000e0fff") == "A[?]"


def test_control_characters_and_direction_overrides_are_dropped() -> None:
    assert printable("\u202eA\x00na\r\n\tSilva\u2066 \ud800") == "Ana Silva"


def test_decomposed_accents_are_composed() -> None:
    assert printable("Zoe\u0308") == "Zoë"


@pytest.mark.skipif(
    "Noto Sans CJK SC" not in available_families() and "CI" not in os.environ,
    reason="Debian's fonts-noto-cjk is not installed",
)
def test_chinese_japanese_and_korean_names_are_covered_with_debians_fonts() -> None:
    assert printable("王伟 田中さくら 김민준") == "王伟 田中さくら 김민준"


def test_a_process_of_its_own_prints_the_same() -> None:
    assert typeset_apart(TEMPLATE, pack_of("Größe"), made_at=NOW) == typeset(TEMPLATE, pack_of("Größe"), made_at=NOW)
