"""Numbers and times of day as people write them (I4)."""

import re
from datetime import date, datetime, time
from decimal import Decimal

from training.policies.imports.cells import Cell, number_of
from training.policies.imports.folding import fold_word

_PLAIN = re.compile(r"[+-]?\d+")
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:([ '’\u00a0\u202f.,])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_FRACTION = re.compile(r"[+-]?\d+[.,]\d+")
_WITH_WORD = re.compile(r"(?:ca\.?|max\.?|min\.?|~|≈)?\s*([+-]?[\d.,' ]*\d)\s*(?:%|[^\W\d_][^\d]{0,14})?")
_CLOCK = re.compile(
    r"(\d{1,2})(?:\s?[:.h٫]\s?(\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*(am|pm|a\.m\.|p\.m\.|uhr|h|hs|hrs|u|uur|ص|م)?"
)
_PACKED_CLOCK = re.compile(r"([01]\d|2[0-3])([0-5]\d)\s*(?:h|hrs|uhr)?")
_BETWEEN = re.compile(r"\s*(?:–|—|−|-|‐|\bto\b|\bbis\b|\btot\b|\bal?\b|\baux?\b|\bas?\b|\bdo\b|/|>|ile|الى|حتى)\s*")
_FROM = re.compile(r"^(?:from|von|de|das|desde|van|od|dalle|dal|من)\s+")


def read_number(value: Cell) -> Decimal | None:
    """Return a number; None where a cell holds none, or one that can be two: 1,234 is not told apart from 1.234."""
    number = number_of(value)
    if number is not None or not isinstance(value, str):
        return number
    match = _WITH_WORD.fullmatch(fold_word(value))
    if match is None:
        return None
    text = match.group(1).strip()
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    groups = _GROUPS.fullmatch(text)
    if groups:
        return _grouped(text, groups.group(1))
    return Decimal(text.replace(",", ".")) if _FRACTION.fullmatch(text) else None


def _grouped(text: str, sign: str) -> Decimal | None:
    other = {".": ",", ",": "."}.get(sign)
    if other is None:
        return Decimal(text.replace(sign, "").replace(",", "."))
    if text.count(sign) == 1 and other not in text:
        return None if not text.lstrip("+-").startswith("0") else Decimal(text.replace(",", "."))
    return Decimal(text.replace(sign, "").replace(other, "."))


def read_whole(value: Cell) -> int | None:
    """Return a whole number; None where a cell holds none."""
    number = read_number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def read_clock(value: Cell) -> time | None:
    """Return a time of day; None where a cell holds none."""
    if isinstance(value, datetime):
        return value.time().replace(second=0, microsecond=0)
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    if isinstance(value, date | bool):
        return None
    number = number_of(value)
    if number is not None:
        return _of_fraction(number)
    return _of_text(fold_word(str(value))) if value is not None else None


def _of_fraction(number: Decimal) -> time | None:
    """Read what a spreadsheet counts as a part of a day. A whole number is no time: 8 can be eight hours."""
    if not 0 < number < 1:
        return None
    minutes = round(number * 24 * 60)
    return time(minutes // 60 % 24, minutes % 60)


def _of_text(text: str) -> time | None:
    packed = _PACKED_CLOCK.fullmatch(text)
    if packed:
        return time(int(packed.group(1)), int(packed.group(2)))
    match = _CLOCK.fullmatch(text)
    if match is None or not (match.group(2) or match.group(3)):
        return None
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    half = (match.group(3) or "").replace(".", "")
    if half in {"am", "pm", "ص", "م"}:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in {"pm", "م"} else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def read_clocks(value: Cell) -> tuple[time, time] | None:
    """Return the two times of "08:00–12:00"; None where a cell holds no two."""
    if not isinstance(value, str):
        return None
    parts = _BETWEEN.split(_FROM.sub("", fold_word(value)))
    if len(parts) != 2:
        return None
    begin, end = _of_text(parts[0]), _of_text(parts[1])
    if begin is None and end is not None and parts[0].strip().isdecimal():
        begin = _of_text(parts[0].strip() + ":00")  # 8–12 h
    return (begin, end) if begin is not None and end is not None else None
