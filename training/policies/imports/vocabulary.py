"""The words of all kinds together: which headings are known, and by which columns (I1, I3)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from training.core.imports.declaration import ImportColumn, ImportKind
from training.policies.imports.folding import fold_heading

VAGUE_RANK = 2


class Known(NamedTuple):
    """A word of a column.

    Attributes:
        rank: 0 for the column's own name and label, 1 for its words, 2 for words that can mean another column too.
    """

    kind: str
    column: str
    rank: int


@dataclass(frozen=True)
class Vocabulary:
    """The folded words of some kinds.

    Attributes:
        words: by folded heading, the columns that know it.
        of_columns: by kind and column, its folded words with their ranks.
        titles: by folded title or name of a sheet, the kinds that know it.
    """

    kinds: Sequence[ImportKind]
    words: Mapping[str, Sequence[Known]]
    of_columns: Mapping[tuple[str, str], Mapping[str, int]]
    titles: Mapping[str, Sequence[str]]

    def kind(self, name: str) -> ImportKind:
        """Return a kind by its name."""
        return next(kind for kind in self.kinds if kind.name == name)


_MADE: dict[tuple[int, ...], tuple[Sequence[ImportKind], Vocabulary]] = {}


def vocabulary_of(kinds: Sequence[ImportKind]) -> Vocabulary:
    """Return the words of some kinds. They are folded once for the same kinds."""
    key = tuple(map(id, kinds))
    if key not in _MADE:
        _MADE[key] = (tuple(kinds), _make(kinds))  # keeps the kinds alive, so that their ids stay theirs
    return _MADE[key][1]


def _make(kinds: Sequence[ImportKind]) -> Vocabulary:
    words: dict[str, list[Known]] = defaultdict(list)
    of_columns: dict[tuple[str, str], dict[str, int]] = {}
    titles: dict[str, list[str]] = defaultdict(list)
    for kind in kinds:
        for column in kind.columns:
            own = of_columns[kind.name, column.name] = _of_column(column)
            for word, rank in own.items():
                words[word].append(Known(kind.name, column.name, rank))
        for title in {fold_heading(word) for said in kind.words.values() for word in said} | {fold_heading(kind.name)}:
            titles[title].append(kind.name)
    return Vocabulary(tuple(kinds), dict(words), of_columns, dict(titles))


def _of_column(column: ImportColumn) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for rank, texts in (
        (0, [column.name, str(column.label)]),
        (1, [word for said in column.words.values() for word in said]),
        (2, [word for said in column.vague_words.values() for word in said]),
    ):
        for text in texts:
            ranks.setdefault(fold_heading(text), rank)
    ranks.pop("", None)
    return ranks
