"""Setting printed pages with typst: the fonts it may use, and the letters that none of them has.

A font without a letter prints an empty box and says nothing. So the list of fonts is fixed, independent of what else
the machine has, and `printable` marks what it does not cover before anything is set. Some are kept here; those of
further scripts come with packages of Debian's, and a script without its font is named at start-up.
"""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont

CHECKOUT = Path(__file__).resolve().parent.parent.parent
FONTS = Path(__file__).resolve().parent / "fonts"
SYSTEM_FONTS = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto"))
KEPT_HERE = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Thai", "Noto Sans Devanagari")
# By package of Debian's: families and what their scripts are called. 12 MB and 40 MB, so not kept here.
PACKAGES = {
    "fonts-noto-core": {
        "Noto Sans Georgian": "Georgian",
        "Noto Sans Armenian": "Armenian",
        "Noto Sans Ethiopic": "Ethiopic (Amharic, Tigrinya)",
        "Noto Sans Tamil": "Tamil",
        "Noto Sans Bengali": "Bengali",
        "Noto Sans Gujarati": "Gujarati",
        "Noto Sans Gurmukhi": "Gurmukhi (Punjabi)",
        "Noto Sans Kannada": "Kannada",
        "Noto Sans Malayalam": "Malayalam",
        "Noto Sans Oriya": "Odia",
        "Noto Sans Sinhala": "Sinhala",
        "Noto Sans Telugu": "Telugu",
        "Noto Sans Khmer": "Khmer",
        "Noto Sans Lao": "Lao",
        "Noto Sans Myanmar": "Burmese",
        "Noto Sans Syriac": "Syriac",
        "Noto Sans Thaana": "Thaana (Dhivehi)",
        "Noto Sans Mongolian": "Mongolian",
    },
    "fonts-noto-cjk": {"Noto Sans CJK SC": "Chinese, Japanese and Korean"},
}
FAMILIES = (*KEPT_HERE, *(family for families in PACKAGES.values() for family in families))
REGULAR = 400
UNPRINTABLE = "[?]"
JOINERS = "\u200c\u200d"  # they shape the letters beside them, in Arabic and Devanagari
INVISIBLE = ("Cc", "Cf", "Cs")  # control characters, direction overrides, lone surrogates
NO_SECRETS = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def typeset(template: Path, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return the PDF of a typst template.

    Args:
        template: a file of this checkout. It reads `json(bytes(sys.inputs.data))`; `families` in there are the fonts.
        data: JSON values; texts that people typed have been through `printable`.
        made_at: the date written into the file, so that equal data give equal bytes.
    """
    compiler = typst.Compiler(template, root=CHECKOUT, font_paths=_fonts())
    inputs = {"data": json.dumps({**data, "families": available_families()}, ensure_ascii=False)}
    pdf = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=int(made_at.timestamp()))
    assert isinstance(pdf, bytes)  # noqa: S101  # lists come from formats of one file per page
    return pdf


def typeset_apart(template: Path, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return what `typeset` returns, made by a process of its own: typst keeps the memory that long documents took.

    Starting it costs half a second.
    """
    order = json.dumps({"template": str(template), "data": dict(data), "made_at": made_at.timestamp()})
    process = [sys.executable, "-m", "training.core.printing"]
    return subprocess.run(
        process, input=order.encode(), stdout=subprocess.PIPE, check=True, cwd=CHECKOUT, env=NO_SECRETS
    ).stdout


def printable(text: str) -> str:
    """Return `text` with `[?]` for each run of letters that no font has, and without control characters."""
    visible = "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if character.isspace() or character in JOINERS or unicodedata.category(character) not in INVISIBLE
    )
    covered = _covered_characters()
    marked = "".join(character if ord(character) in covered else "\0" for character in " ".join(visible.split()))
    return re.sub("\0+", UNPRINTABLE, marked)


@cache
def available_families() -> tuple[str, ...]:
    """Return the font families that this machine can print with, in the order in which they are tried."""
    found = set(_fonts().families())
    return tuple(family for family in FAMILIES if family in found)


def scripts_without_font() -> dict[str, list[str]]:
    """Return the scripts that this machine cannot print, by the package of Debian's that has their fonts."""
    found = set(available_families())
    lacking = {
        package: [script for family, script in families.items() if family not in found]
        for package, families in PACKAGES.items()
    }
    return {package: scripts for package, scripts in lacking.items() if scripts}


@cache
def _fonts() -> typst.Fonts:
    paths = [folder for folder in (FONTS, *SYSTEM_FONTS) if folder.is_dir()]  # of two alike the first is used
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)


@cache
def _covered_characters() -> frozenset[int]:
    covered = {ord(joiner) for joiner in JOINERS}
    for font in _fonts().fonts():
        if font.family in FAMILIES and font.weight == REGULAR and font.path:
            with TTFont(font.path, fontNumber=font.index, lazy=True) as file:
                covered.update(file.getBestCmap())
    return frozenset(covered)


def _typeset_order() -> None:
    """Read an order of `typeset_apart`, and write the PDF."""
    order = json.load(sys.stdin.buffer)
    made_at = datetime.fromtimestamp(order["made_at"], UTC)
    sys.stdout.buffer.write(typeset(Path(order["template"]), order["data"], made_at=made_at))


if __name__ == "__main__":
    _typeset_order()
