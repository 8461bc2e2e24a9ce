"""Cells of a sheet: what can stand in one, its text, and its name."""

from datetime import date, datetime, time
from decimal import Decimal

from training.policies.imports.folding import tidy

Cell = str | int | float | Decimal | bool | date | datetime | time | None

MOST_FIGURES = 40  # before the point: what has more is no number that anybody means
NOTHING = frozenset({"", "-", "--", "---", "–", "—", "‐", "−", ".", "..", "...", "…", "/", "//", "_", "·"})  # fmt: skip


def is_empty(value: Cell) -> bool:
    """Tell whether nothing stands in a cell, or only a dash that says so."""
    return value is None or (isinstance(value, str) and tidy(value) in NOTHING)


def text_of(value: Cell) -> str:
    """Return what stands in a cell as text: a number without the ".0" that spreadsheets add, a day as 2026-03-31."""
    if value is None:
        return ""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Decimal):
        return _text_of_decimal(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return str(value)


def _text_of_decimal(value: Decimal) -> str:
    if value.is_finite() and value == value.to_integral_value() and value.adjusted() < 15:
        return str(int(value))
    return str(value)


def number_of(value: Cell) -> Decimal | None:
    """Return the number in a number cell; None for everything else, also for what is true or false."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = (
        value if isinstance(value, Decimal) else Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    )
    return number if number.is_finite() and number.adjusted() < MOST_FIGURES else None


def usual(value: Cell) -> Cell:
    """Return a value as it can be compared and kept: a number that is none, such as NaN, is a text."""
    if isinstance(value, float | Decimal) and number_of(value) is None:
        return str(value)
    return value
