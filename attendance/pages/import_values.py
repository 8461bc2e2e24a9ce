"""Values of rows as a person reads them: the word of a choice, a day, how long something takes."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from training.core import words
from training.core.imports.declaration import ImportColumn, ImportKind, Reads

TRUTHS = (str(True), str(False))


def in_words(kind: ImportKind, name: str, value: Any) -> str:
    """Return what a check has noted of a column, as a person reads it; a dash where there is nothing."""
    if value in (None, "", []):
        return "–"
    text = str(value)
    return _of_column(kind.column(name), text) if name in kind.names else text


def _of_column(column: ImportColumn, text: str) -> str:
    labels = {choice.value: str(choice.label) for choice in column.choices}
    if text in TRUTHS and len(column.choices) == len(TRUTHS):  # yes and no, in this order
        return str(column.choices[TRUTHS.index(text)].label)
    with suppress(ValueError):
        return labels.get(text) or _WORDS.get(column.reads, str)(text)
    return text


def _months(text: str) -> str:
    months = int(text)
    return ngettext("%(count)d month", "%(count)d months", months) % {"count": months} if months else _("for good")


_WORDS: Mapping[Reads, Callable[[str], str]] = {
    Reads.DAY: lambda text: words.day(date.fromisoformat(text)),
    Reads.MINUTES: lambda text: words.duration(int(text)),
    Reads.MONTHS: _months,
}
