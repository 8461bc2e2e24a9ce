"""What a search looks for: each typed word in every spelling in which the stored words may stand (P2, L4).

The stored words are those of the SQL function `worker_words` of migration `0021_one_person`: of names without accents,
and with ö as oe; of what has hyphens or blanks inside also as one word; of a badge without hyphens and leading zeros.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from training.core.sameness import near_text, plain_words, same_text, spelled_words

MOST_WORDS = 8


@dataclass(frozen=True)
class SearchWord:
    """A typed word.

    Attributes:
        parts: texts of which one occurs in the stored words of whoever is found, with the blanks around them.
        badge: a text with which the badge of whoever is found may begin, as `same_text` has it.
        badges: texts with one of which the badge of whoever is found begins, as `near_text` has it.
    """

    parts: Sequence[str]
    badge: str
    badges: Sequence[str]


def search_words(text: str) -> list[SearchWord]:
    """Return the words of a search; each has to be found, and "al masri" finds Almasri too.

    A word in which nothing is searched, such as a hyphen alone, is left out.
    """
    typed = [word for word in text.replace("\0", " ").split() if plain_words(word).strip()][:MOST_WORDS]
    return [_word(typed, place) for place in range(len(typed))]


def _word(typed: Sequence[str], place: int) -> SearchWord:
    """Return one of the words, as it is typed or written together with the one before it or behind it."""
    word = typed[place]
    together = [word]
    if place > 0:
        together.append(typed[place - 1] + word)
    if place + 1 < len(typed):
        together.append(word + typed[place + 1])
    beginnings = [f" {key}" for each in together for key in (_joined(plain_words(each)), _joined(spelled_words(each)))]
    near = [near_text(each) for each in together]
    # Without its zeros only the whole badge is meant: 0041 is no beginning of 417.
    whole = [f" {near[0]} "] if near[0] != _joined(plain_words(word)) else []
    return SearchWord(
        parts=list(dict.fromkeys([*beginnings, *whole])),
        badge=same_text(word),
        badges=[each for each in near if each],
    )


def _joined(words: str) -> str:
    return words.replace(" ", "")
