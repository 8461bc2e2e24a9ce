"""Cells that hold one of a few values, and cells that hold several things (I4)."""

import re
from collections.abc import Iterable, Mapping

from training.core.imports.declaration import ImportColumn
from training.policies.imports.cells import Cell, text_of
from training.policies.imports.folding import fold_heading, fold_word

_QUOTED = re.compile(r'(?:^|(?<=[;,\n]))[ \t]*"((?:[^"]|"")+)"[ \t]*(?=$|[;,\n])')
_KEPT = re.compile("\0(\\d+)\0")
_SEPARATORS = (re.compile(r"\s*[\r\n]+\s*"), re.compile(r"\s*[;|؛]\s*"), re.compile(r"\s*[,،]\s*|\s+/\s+"))
_COMMA = re.compile(r"\s*[,،]\s*")
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


def split_things(text: str, *, has_ways: bool = False) -> list[str]:
    """Return the things in a cell: one a line, or with signs between them; what stands in quotation marks is one.

    Args:
        has_ways: " / " can stand between a thing and the one in which it lies, and splits nothing.
    """
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[1].replace('""', '"'))
        return f"\0{len(kept) - 1}\0"

    text = _QUOTED.sub(keep, text.replace("\0", ""))
    lines = [_BULLET.sub("", line) for line in _SEPARATORS[0].split(text.strip())]
    parts = [part for line in lines for part in _SEPARATORS[1].split(line)]
    if len(parts) == 1:
        parts = (_COMMA if has_ways else _SEPARATORS[2]).split(parts[0])
    parts = [_KEPT.sub(lambda found: kept[int(found[1])], part).strip() for part in parts]
    return list(dict.fromkeys(part for part in parts if part))


def join_things(names: Iterable[str]) -> str:
    """Return names in one cell, so that `split_things` gives them again."""
    return "; ".join(name if split_things(name) == [name] and '"' not in name else _quoted(name) for name in names)


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
