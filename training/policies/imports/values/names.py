"""Names of people in one column (I4): "Jana Weiß", "Weiß, Jana", "WEISS Jana"."""

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from training.policies.imports.folding import fold_heading, tidy

_TITLES = frozenset(
    "mr mrs ms miss dr prof ing dipl eng herr frau mme mlle sr sra srta dra dott dhr mevr bay bayan pan pani".split()
)
_OF_LAST_NAMES = frozenset(
    "van von der den de del della di da dos das do du la le el al bin ibn ben abu bint ter ten zu zum zur st san santa mac mc".split()
)
_COMMAS = re.compile(r"\s*[,،;]\s*")
_HAS_FIGURE = re.compile(r"\d")
FEWEST_TELLING = 2
LONGEST_SURE = 2  # words of a name of which one is first and one is last, whichever comes first


class NameOrder(StrEnum):
    """Which part of a name stands first, where no comma says it."""

    FIRST_LAST = "first last"
    LAST_FIRST = "last first"


class SplitName(NamedTuple):
    """The two parts of a name; one of them may be empty."""

    first: str
    last: str


class NameWhat(StrEnum):
    """What a cell of a column of names says by itself."""

    EMPTY = "empty"
    SURE = "sure"  # a comma, capitals, or a single word
    OPEN = "open"
    NO_NAME = "no name"


def look_at_name(text: str) -> tuple[NameWhat, SplitName | None, NameOrder | None]:
    """Return what a cell says by itself: its parts where they are sure, and the order that its capitals tell."""
    text = tidy(text)
    if not text:
        return NameWhat.EMPTY, None, None
    if _HAS_FIGURE.search(text) or not any(each.isalpha() for each in text) or "@" in text:
        return NameWhat.NO_NAME, None, None
    parts = [part for part in _COMMAS.split(text) if part]
    if len(parts) >= 2:
        return NameWhat.SURE, SplitName(" ".join(parts[1:]), parts[0]), None
    words = _words(parts[0])
    if len(words) == 1:
        return NameWhat.SURE, SplitName("", words[0]), None
    split = _by_capitals(words)
    if split is not None:
        order = NameOrder.LAST_FIRST if words[0] in split.last.split() else NameOrder.FIRST_LAST
        return NameWhat.SURE, split, order
    return NameWhat.OPEN, None, None


def _words(text: str) -> list[str]:
    words = text.split(" ")
    while len(words) > 1 and fold_heading(words[0]) in _TITLES:
        words = words[1:]
    return words


def _by_capitals(words: list[str]) -> SplitName | None:
    """Split where one end of a name is in capitals: that is the last name."""
    loud = [len(word) > 1 and word.isupper() and "." not in word for word in words]
    if all(loud) or not any(loud):
        return None
    front = loud.index(False)
    if front and not any(loud[front:]):
        return SplitName(" ".join(words[front:]), " ".join(words[:front]))
    back = loud.index(True)
    if back and all(loud[back:]):
        return SplitName(" ".join(words[:back]), " ".join(words[back:]))
    return None


def split_name(text: str, order: NameOrder) -> SplitName:
    """Return the parts of a name without a comma. Words such as "van der" belong to the last name."""
    words = _words(tidy(text))
    if len(words) == 1:
        return SplitName("", words[0])
    if order is NameOrder.LAST_FIRST:
        end = 1
        while end < len(words) - 1 and fold_heading(words[end - 1]) in _OF_LAST_NAMES:
            end += 1
        return SplitName(" ".join(words[end:]), " ".join(words[:end]))
    begin = len(words) - 1
    while begin > 1 and fold_heading(words[begin - 1]) in _OF_LAST_NAMES:
        begin -= 1
    return SplitName(" ".join(words[:begin]), " ".join(words[begin:]))


@dataclass
class NameFacts:
    """The names of a column: which orders its capitals tell, and the cells that tell nothing."""

    orders: Counter[NameOrder] = field(default_factory=Counter)
    commas: int = 0
    open: int = 0
    cells: list[tuple[int, str]] = field(default_factory=list)

    def add(self, text: str, count: int, row: int) -> None:
        """Add cells with the same name."""
        what, _split, order = look_at_name(text)
        if order is not None:
            self.orders[order] += count
        elif what is NameWhat.SURE and _COMMAS.search(text):
            self.commas += count
        if what is NameWhat.OPEN:
            self.open += count
            if len(self.cells) < 5:
                self.cells.append((row, text))

    def told_order(self) -> NameOrder | None:
        """Return the order that the capitals of the column tell; None where they tell none, or both."""
        if len(self.orders) == 1:
            ((order, count),) = self.orders.items()
            return order if count >= min(FEWEST_TELLING, self.open) else None
        return None

    def asks_order(self) -> bool:
        """Tell whether it has to be asked which part comes first."""
        return self.open > 0 and self.told_order() is None
