"""What a person is called by, and how a text is freed of it (T6)."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from config.erasure.personal import ERASED

SHORTEST = 3  # characters: anything shorter is found everywhere
A_COUNT = re.compile(r"\d{1,5}")  # is a number of anything, unless it is the whole text

CALLED: Collection[str] = (
    "SELECT badge_id, first_name, last_name, other_name, email, phone FROM learners_learner WHERE id = ANY (%(ids)s)",
    "SELECT badge_id, first_name, last_name, other_name, email, phone FROM learners_learnerevent"
    " WHERE pgh_obj_id = ANY (%(ids)s)",
    "SELECT badge_id, '', '', '', '', '' FROM learners_badgeperiod WHERE learner_id = ANY (%(ids)s)",
    "SELECT value, '', '', '', '', '' FROM learners_workernumber WHERE learner_id = ANY (%(ids)s)",
    "SELECT value, '', '', '', '', '' FROM learners_workernumberevent WHERE learner_id = ANY (%(ids)s)",
)


@dataclass(frozen=True)
class Needles:
    """What one person was ever called by.

    Attributes:
        sure: texts each of which is about this person: badges, whole names, numbers, phone, mail.
        names: pairs of first and last name, which stand apart in tables.
    """

    sure: frozenset[str]
    names: frozenset[tuple[str, str]]

    def free(self, value: Any) -> Any:
        """Return a text, or a JSON value, without this person; keys of objects stay as they are."""
        if isinstance(value, str):
            return self._freed(value)
        if isinstance(value, list):
            return [self.free(each) for each in value]
        if isinstance(value, dict):
            return {key: self.free(each) for key, each in value.items()}
        is_number = isinstance(value, int) and not A_COUNT.fullmatch(str(value))
        return ERASED if is_number and str(value) in self.sure else value

    def are_in(self, texts: Iterable[str]) -> bool:
        """Return whether texts of one row are about this person."""
        kept = [text for text in texts if text]
        if any(self._sure.search(text) or text.strip().casefold() in self._whole_sure for text in kept):
            return True
        return any(
            any(first.search(text) for text in kept) and any(last.search(text) for text in kept)
            for first, last in self._pairs
        )

    @property
    def patterns(self) -> list[str]:
        """Patterns for LIKE, of which one or more are in every text that is about this person."""
        words = self.sure | {last for _first, last in self.names}
        return [f"%{_for_like(word)}%" for word in sorted(words)]

    @cached_property
    def _whole_sure(self) -> set[str]:
        return {each.casefold() for each in self.sure}

    @cached_property
    def _whole(self) -> set[str]:
        parts = {part for pair in self.names for part in pair}
        return {each.casefold() for each in self.sure | parts}

    @cached_property
    def _sure(self) -> re.Pattern[str]:
        return _any_of(each for each in self.sure if not A_COUNT.fullmatch(each))

    @cached_property
    def _pairs(self) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
        return [(_any_of([first]), _any_of([last])) for first, last in self.names]

    @cached_property
    def _any(self) -> re.Pattern[str]:
        parts = {part for pair in self.names for part in pair}
        return _any_of(each for each in self.sure | parts if not A_COUNT.fullmatch(each))

    def _freed(self, text: str) -> str:
        return ERASED if text.strip().casefold() in self._whole else self._any.sub(ERASED, text)


def texts_in(value: Any) -> Iterator[str]:
    """Return every text, and every long number, that a column or a JSON value holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, int) and not A_COUNT.fullmatch(str(value)):
        yield str(value)


def needles_of(person: Collection[int]) -> Needles:
    """Return what a person was ever called by, as the tables and their history say it.

    Args:
        person: the keys of all badges of the person.
    """
    sure: set[str] = set()
    names: set[tuple[str, str]] = set()
    with connection.cursor() as cursor:
        for query in CALLED:
            cursor.execute(query, {"ids": list(person)})
            for badge, first, last, other, email, phone in cursor.fetchall():
                sure |= {badge, other, email, phone}
                if first and last:
                    sure |= {f"{first} {last}", f"{last}, {first}", f"{last} {first}"}
                    names.add((first, last))
                elif first or last:
                    sure.add(first or last)
    return Needles(frozenset(each for each in sure if len(each) >= SHORTEST), frozenset(names))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted({re.escape(word) for word in words}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)" if longest_first else r"(?!)", re.IGNORECASE)


def _for_like(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)
