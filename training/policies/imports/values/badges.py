"""Badges as spreadsheets hold them (I4): a badge is text, whatever the spreadsheet made of it."""

import re
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from training.policies.imports.cells import Cell, is_empty, number_of
from training.policies.imports.folding import tidy, western_figures

EXACT_FIGURES = 15  # a spreadsheet keeps no more of a number
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E[+]?\d{1,3}", re.IGNORECASE)
_PADDED = re.compile(r"(?P<front>[^\d]*)(?P<figures>\d+)(?P<back>[^\d]*)")
_DECIMAL_ZERO = re.compile(r"(\d+)[.,]0+")

# Letters of Cyrillic and Greek that look like Latin ones, and those.
_LOOK_ALIKES = str.maketrans(
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd",
    "ABESIJKMHOPCTYXaeopcyxijsABEZHIKMNOPTYXov",
)
_LATIN_OR_LOOK_ALIKE = re.compile(r"[A-Za-z]|" + "[" + "".join(map(chr, _LOOK_ALIKES)) + "]")


class BadgeDoubt(StrEnum):
    """What a person has to be asked about, or told, before a text is taken for a badge."""

    SCIENTIFIC = "scientific"  # 1.2E+05, as a spreadsheet shortens a number; or a badge that looks like it
    LOOK_ALIKE = "look-alike"
    ROUNDED = "rounded"
    NONE_AT_ALL = "none at all"


class BadgeReading(NamedTuple):
    """A badge, and what is doubtful about it."""

    text: str
    doubt: BadgeDoubt | None = None


def read_badge(value: Cell, shown: str = "") -> BadgeReading:
    """Return the badge in a cell (I4). Leading zeros stay, and 10012.0 is 10012.

    Args:
        shown: how the spreadsheet shows a number, where that is different, such as 00417.
    """
    if is_empty(value):
        return BadgeReading("")
    if isinstance(value, bool | date | time):  # a datetime is a date
        return BadgeReading("", BadgeDoubt.NONE_AT_ALL)
    number = number_of(value)
    if number is not None:
        return _of_number(number, shown)
    text = tidy(str(value))
    if _SCIENTIFIC.fullmatch(text):
        return BadgeReading(text, BadgeDoubt.SCIENTIFIC)
    match = _DECIMAL_ZERO.fullmatch(text)
    if match:
        return BadgeReading(match.group(1))
    return BadgeReading(text, BadgeDoubt.LOOK_ALIKE if looks_alike(text) else None)


def _of_number(number: Decimal, shown: str) -> BadgeReading:
    if number != number.to_integral_value() or number < 0:
        return BadgeReading(str(number), BadgeDoubt.NONE_AT_ALL)
    figures = str(int(number))
    if len(figures) > EXACT_FIGURES:
        return BadgeReading(figures, BadgeDoubt.ROUNDED)
    match = _PADDED.fullmatch(tidy(shown))
    if match and match["figures"].lstrip("0") == figures.lstrip("0"):
        return BadgeReading(tidy(shown))
    return BadgeReading(figures)


def looks_alike(text: str) -> bool:
    """Tell whether a text holds letters of another alphabet that look like Latin ones, among Latin ones only."""
    if text.isascii() or text == text.translate(_LOOK_ALIKES):
        return False
    return all(_LATIN_OR_LOOK_ALIKE.match(each) for each in text if each.isalpha())


def in_latin(text: str) -> str:
    """Return a text with the Latin letters that its others look like."""
    return text.translate(_LOOK_ALIKES)


def badge_key(text: str) -> str:
    """Return a badge as two rows of one table are compared, in western figures and without case."""
    return western_figures(tidy(text)).casefold()
