"""The one parser of keys and days that come in as text: in an address, a form, a file.

What a person or program sends is no key until it is written as one: ASCII digits without a leading zero, within what
the column holds. Python alone would take other scripts' digits for the key of somebody else, and break down at 5,000.
"""

import datetime as dt
import re
from collections.abc import Iterable

LARGEST_KEY = 2**63 - 1  # of a bigint column
KEY = re.compile(r"[1-9][0-9]{0,18}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def key_of(text: str | None) -> int | None:
    """Return the key that a text writes; None where it is none."""
    if text is None or KEY.fullmatch(text) is None:
        return None
    key = int(text)
    return key if key <= LARGEST_KEY else None


def keys_of(texts: Iterable[str]) -> list[int] | None:
    """Return the keys that all of these texts write, in their order; None where one of them is none."""
    keys = [key_of(text) for text in texts]
    known = [key for key in keys if key is not None]
    return known if len(known) == len(keys) else None


def day_of_text(text: str) -> dt.date:
    """Return the day that a text writes as 2026-03-02.

    Raises:
        ValueError: it writes none, or writes it in another way, such as by week.
    """
    if DAY.fullmatch(text) is None:
        raise ValueError(f"not a day: {text[:20]!r}")
    return dt.date.fromisoformat(text)
