"""Which workers rows name that are about something else, such as records (I4, L2, L3).

Everybody of the site is read once, when a check begins: a register names most of them, many times. For a handful of
rows `named_in` finds those whom they can mean, and only these are read.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from learners.models import BadgePeriod, Learner
from learners.selectors.sameness import workers_by_badge
from training.core.imports.declaration import Thing
from training.core.imports.rows import DraftRow
from training.core.sameness import near_name, plain_words, same_text
from training.services.imports.contract import LEAVE_OUT, ImportTerms


class Meant(NamedTuple):
    """Who is meant.

    Attributes:
        key: of the worker, the survivor of merged ones; None if nobody is known or a person has to say.
        candidates: keys of those who can be meant, where that is asked.
        is_left_out: somebody has said that nobody is meant.
    """

    key: int | None
    candidates: Sequence[int] = ()
    is_left_out: bool = False


NOBODY = Meant(None)


class _Person(NamedTuple):
    key: int
    badge: str
    first: str
    last: str
    company: int


@dataclass
class NamedWorkers:
    """Everybody, or those `among` whom is looked: by badge, also an old or a merged one, or by name with employer."""

    terms: ImportTerms
    among: Collection[int] | None = None  # keys of those who can be meant; everybody of the site where None
    _by_badge: dict[str, int] = field(default_factory=dict)
    _people: dict[int, _Person] = field(default_factory=dict)
    _compared: dict[str, str] = field(default_factory=dict)  # a register says the same texts again and again
    _words: dict[tuple[Any, Any], frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        survivors: dict[int, int] = {}
        people, badges = Learner.objects.order_by("pk"), BadgePeriod.objects.standing().order_by("pk")
        if self.among is not None:
            people, badges = people.filter(pk__in=self.among), badges.filter(learner__in=self.among)
        keys: dict[str, str] = {}
        rows = people.values_list("pk", "badge_id", "badge_key", "first_name", "last_name", "company", "merged_into")
        for pk, badge, key, first, last, company, merged_into in rows.iterator(chunk_size=10_000):
            survivors[pk], keys[badge] = merged_into or pk, key
            self._by_badge[key] = survivors[pk]
            if merged_into is None:
                self._people[pk] = _Person(pk, badge, first, last, company)
        for badge, learner_id in badges.values_list("badge_id", "learner_id").iterator(chunk_size=10_000):
            if learner_id in survivors:
                self._by_badge.setdefault(keys.get(badge) or same_text(badge), survivors[learner_id])

    @cached_property
    def _by_name(self) -> Mapping[frozenset[str], list[_Person]]:
        """Everybody by the words of the name; most registers have badges, and need nobody's."""
        found: dict[frozenset[str], list[_Person]] = defaultdict(list)
        for person in self._people.values():
            found[words_of(person.first, person.last)].append(person)
        return found

    def compared(self, text: str) -> str:
        """Return a text as `same_text` compares it."""
        if text not in self._compared:
            self._compared[text] = same_text(text)
        return self._compared[text]

    def badge_of(self, key: int) -> str:
        """Return the badge of today."""
        return self._people[key].badge

    def find(self, draft: DraftRow) -> Meant:
        """Return who is meant by a row.

        A badge decides, unless the row names somebody of quite another name; then that is asked. Without a badge the
        name decides together with the employer if only one worker has both. A name alone is asked about (I4).
        """
        place = draft.sheet, draft.number
        if place in self.terms.people:
            said = self.terms.people[place]
            return Meant(None, is_left_out=True) if said is None else Meant(said if said in self._people else None)
        values = draft.values
        words = self._words_of(values.get("first_name"), values.get("last_name"))
        if badge := values.get("badge_id"):
            key = self._by_badge.get(self.compared(str(badge)))
            if key is None:
                return NOBODY
            person = self._people[key]
            differs = words and not words & self._words_of(person.first, person.last)
            return Meant(None, [key]) if differs else Meant(key)
        return self._by_words(words, values)

    def _words_of(self, first: Any, last: Any) -> frozenset[str]:
        words = self._words.get((first, last))
        if words is None:
            words = self._words[first, last] = words_of(first, last)
        return words

    def _by_words(self, words: frozenset[str], values: Mapping[str, Any]) -> Meant:
        people = self._by_name.get(words, []) if words else []
        company = values.get("company") and self.terms.things.get(Thing.COMPANY, {}).get(same_text(values["company"]))
        if company == LEAVE_OUT:
            return Meant(None, is_left_out=True)
        if company:
            people = [each for each in people if each.company == company]
            if len(people) == 1:
                return Meant(people[0].key)
        return Meant(None, [each.key for each in people])


def named_in(rows: Sequence[DraftRow], *, also: Collection[int] = ()) -> set[int]:
    """Return the keys of all workers whom some rows can mean by badge or name; two queries (L2, L3, L4).

    Args:
        also: keys of workers who are among them in any case, such as those whom a person has chosen.
    """
    badges = [str(row.values["badge_id"]) for row in rows if row.values.get("badge_id")]
    found = set(also)
    for worn in workers_by_badge(badges).values():
        for each in worn:
            found |= {each.learner_id, each.person_id}
    names = {tuple(str(row.values.get(name) or "") for name in ("first_name", "last_name")) for row in rows}
    keys = {near_name(" ".join(order)) for first, last in names for order in ((first, last), (last, first))} - {""}
    found |= set(Learner.objects.filter(name_key__in=keys, merged_into=None).values_list("pk", flat=True))
    return found


def words_of(*names: object) -> frozenset[str]:
    """Return the words of a name as they are compared, in whichever order they stand."""
    return frozenset(plain_words(" ".join(str(name) for name in names if name)).split())
