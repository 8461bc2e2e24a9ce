"""The one parser of keys and days that arrive as text: in an address, a form or a file.

A text is a key only if it consists of ASCII digits without a leading zero, and fits into the column. Python's own `int`
would also take the digits of other scripts, and raises another error for texts of 5,000 digits.
"""

import datetime as dt
import re
from collections.abc import Iterable

LARGEST_KEY = 2**63 - 1  # of a bigint column
KEY = re.compile(r"[1-9][0-9]{0,18}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def key_of(text: str | None) -> int | None:
    """Return the key that a text writes; None where it writes none."""
    if text is None or KEY.fullmatch(text) is None:
        return None
    key = int(text)
    return key if key <= LARGEST_KEY else None


def keys_of(texts: Iterable[str]) -> list[int] | None:
    """Return the keys that these texts write, in their order; None where any of them writes none."""
    keys = [key_of(text) for text in texts]
    known = [key for key in keys if key is not None]
    return known if len(known) == len(keys) else None


def keys_among(texts: Iterable[str]) -> list[int]:
    """Return the keys among these texts, in their order; what is none is left out."""
    return [key for text in texts if (key := key_of(text)) is not None]


def day_of_text(text: str) -> dt.date:
    """Return the day that a text such as 2026-03-02 writes.

    Raises:
        ValueError: it writes no day, or writes it in another form, such as by week.
    """
    if DAY.fullmatch(text) is None:
        raise ValueError(f"not a day: {text[:20]!r}")
    return dt.date.fromisoformat(text)
