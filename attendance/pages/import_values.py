"""Values of rows as a person reads them: the word of a choice, a day, a time, how long something takes."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from training.core import words
from training.core.imports.declaration import ImportColumn, ImportKind, Reads

TRUTHS = (str(True), str(False))
DAY_OR_TIME = re.compile(r"(?<![\w.:-])(?:(?P<day>\d{4}-\d\d-\d\d)|(?P<time>\d\d:\d\d))(?![\w.:-])")


def in_words(kind: ImportKind, name: str, value: Any) -> str:
    """Return what a check has noted of a column, as a person reads it; a dash where there is nothing."""
    if value in (None, "", []):
        return "–"
    text = str(value)
    return _of_column(kind.column(name), text) if name in kind.names else text


def as_it_stands(kind: ImportKind, name: str, text: str) -> str:
    """Return what stands in a cell of the file, days and times as the site writes them, all else as it is."""
    reads = kind.column(name).reads if name in kind.names else Reads.TEXT
    with suppress(ValueError):
        return _WORDS[reads](text) if reads in {Reads.DAY, Reads.CLOCK} else text
    return text


def identity_in_words(kind: ImportKind, identity: str) -> str:
    """Return what identifies a row, with its day and time as a person reads them; it is kept for other databases."""
    if not any(kind.column(name).reads is Reads.DAY for name in kind.identified_by):
        return identity
    return DAY_OR_TIME.sub(_day_or_time, identity)


def _day_or_time(found: re.Match[str]) -> str:
    with suppress(ValueError):
        return _WORDS[Reads.DAY if found["day"] else Reads.CLOCK](found[0])
    return found[0]


def _of_column(column: ImportColumn, text: str) -> str:
    labels = {choice.value: str(choice.label) for choice in column.choices}
    if text in TRUTHS and len(column.choices) == len(TRUTHS):  # yes and no, in this order
        return str(column.choices[TRUTHS.index(text)].label)
    with suppress(ValueError, InvalidOperation):
        return labels.get(text) or _WORDS.get(column.reads, str)(text)
    return text


def _months(text: str) -> str:
    months = int(text)
    return ngettext("%(count)d month", "%(count)d months", months) % {"count": months} if months else _("for good")


def _number(text: str) -> str:
    """Return a number without noughts at its end, and with the sign of the language."""
    return str(number_format(Decimal(f"{Decimal(text).normalize():f}")))


_WORDS: Mapping[Reads, Callable[[str], str]] = {
    Reads.DAY: lambda text: words.day(date.fromisoformat(text)),
    Reads.CLOCK: lambda text: words.clock(time.fromisoformat(text)),
    Reads.NUMBER: _number,
    Reads.WHOLE: _number,
    Reads.MINUTES: lambda text: words.duration(int(text)),
    Reads.MONTHS: _months,
}
