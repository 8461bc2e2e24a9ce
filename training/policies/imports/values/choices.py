"""Cells that hold one of a few values, and cells that hold several things (I4)."""

import re
from collections.abc import Mapping

from training.core.imports.declaration import ImportColumn
from training.policies.imports.cells import Cell, text_of
from training.policies.imports.folding import fold_heading, fold_word

_SEPARATORS = (re.compile(r"\s*[\r\n]+\s*"), re.compile(r"\s*[;|؛]\s*"), re.compile(r"\s*[,،]\s*|\s+/\s+"))
_BULLET = re.compile(r"^(?:[-–•*·]|\d{1,2}[.)])\s+")


def words_of_choices(column: ImportColumn) -> Mapping[str, str]:
    """Return the values of a column of choices by their words, folded."""
    known: dict[str, str] = {}
    for choice in column.choices:
        own = (choice.value, str(choice.label), choice.value.replace("_", " "))
        for word in (*own, *(word for words in choice.words.values() for word in words)):
            known.setdefault(key_of_mark(word), choice.value)
    return known


def key_of_mark(value: Cell) -> str:
    """Return a cell as the marks of a column are compared: without case and punctuation, unless it is nothing else."""
    text = text_of(value)
    return fold_heading(text) or fold_word(text)


def split_things(text: str) -> list[str]:
    """Return the things in a cell: one a line, or with signs between them."""
    lines = [_BULLET.sub("", line) for line in _SEPARATORS[0].split(text.strip())]
    parts = [part for line in lines for part in _SEPARATORS[1].split(line)]
    if len(parts) == 1:
        parts = _SEPARATORS[2].split(parts[0])
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))
