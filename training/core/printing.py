"""Making PDF files with typst: the fonts that it may use, and the letters that none of them has.

Typst prints an empty box for a letter that its fonts lack, without any warning. So the list of fonts is fixed, whatever
else the machine has, and `printable` marks letters that they lack before a page is made. Some fonts are in this
repository; those of other scripts come with Debian packages, and a script without a font is named when the site starts.
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
# By Debian package: font families and the scripts that they are for. 12 MB and 40 MB, so not in this repository.
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
JOINERS = "\u200c\u200d"  # in Arabic and Devanagari they change the shape of the letters beside them
INVISIBLE = ("Cc", "Cf", "Cs")  # control characters, direction overrides, lone surrogates
NO_SECRETS = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def typeset(template: Path, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return the PDF that a typst template makes.

    Args:
        template: a file of this checkout. It reads `json(bytes(sys.inputs.data))`, in which `families` are the fonts.
        data: JSON values. Texts that people typed must have been through `printable`.
        made_at: the date that is written into the file. It is given so that equal data give equal bytes.
    """
    compiler = typst.Compiler(template, root=CHECKOUT, font_paths=_fonts())
    inputs = {"data": json.dumps({**data, "families": available_families()}, ensure_ascii=False)}
    pdf = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=int(made_at.timestamp()))
    assert isinstance(pdf, bytes)  # noqa: S101  # lists come from formats of one file per page
    return pdf


def typeset_apart(template: Path, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return what `typeset` returns, made in a separate process, which takes half a second longer.

    Long documents are made this way, because typst does not give back the memory that they took.
    """
    order = json.dumps({"template": str(template), "data": dict(data), "made_at": made_at.timestamp()})
    process = [sys.executable, "-m", "training.core.printing"]
    return subprocess.run(
        process, input=order.encode(), stdout=subprocess.PIPE, check=True, cwd=CHECKOUT, env=NO_SECRETS
    ).stdout


def printable(text: str) -> str:
    """Return `text` without control characters, and with `[?]` in place of letters that no font has."""
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
    """Return the scripts that this machine cannot print, by the Debian package that has their fonts."""
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
    """Read from standard input what `typeset_apart` sent, and write the PDF to standard output."""
    order = json.load(sys.stdin.buffer)
    made_at = datetime.fromtimestamp(order["made_at"], UTC)
    sys.stdout.buffer.write(typeset(Path(order["template"]), order["data"], made_at=made_at))


if __name__ == "__main__":
    _typeset_order()
