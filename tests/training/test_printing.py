import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from training import printing
from training.printing import CHECKOUT, available_families, printable, typeset, typeset_apart

VENDORED = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Thai", "Noto Sans Devanagari")


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


def test_each_run_of_uncovered_letters_is_marked_once() -> None:
    assert printable("ვახტანგ Kipiani ვ") == "[?] Kipiani [?]"


def test_private_and_unassigned_characters_are_marked() -> None:
    assert printable("A\ue000\U000e0fff") == "A[?]"


def test_control_characters_and_direction_overrides_are_dropped() -> None:
    assert printable("\u202eA\x00na\r\n\tSilva\u2066 \ud800") == "Ana Silva"


def test_decomposed_accents_are_composed() -> None:
    assert printable("Zoe\u0308") == "Zoë"


@pytest.mark.skipif(
    not printing.CJK_FONTS.is_dir() and "CI" not in os.environ, reason="Debian's fonts-noto-cjk is not installed"
)
def test_chinese_japanese_and_korean_names_are_covered_with_debians_fonts() -> None:
    assert printable("王伟 田中さくら 김민준") == "王伟 田中さくら 김민준"


def test_a_process_of_its_own_prints_the_same() -> None:
    template = Path(CHECKOUT) / "attendance" / "typst" / "pack.typ"
    words = dict.fromkeys(("manifest", "nobody", "page", "of"), "Größe")
    data: dict[str, Any] = {
        "language": "en",
        "title": "t",
        "site": "s",
        "heading": "h",
        "subject": "",
        "facts": [],
        "lost": "",
    }
    data |= {"note": "", "overview": False, "people": [], "words": words}
    now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    assert typeset_apart(template, data, made_at=now) == typeset(template, data, made_at=now)
