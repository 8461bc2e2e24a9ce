"""What a text in a file can name on the site: exactly, by an agreed name, or nearly (I4)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rapidfuzz import fuzz, process

from learners.models import Role
from learners.selectors.area_names import area_names, area_ways, told_apart
from training.core.imports.declaration import Thing
from training.core.imports.registry import kind_of
from training.core.sameness import near_text, same_text
from training.core.words import moment
from training.models import (
    Company,
    Course,
    CourseVersion,
    Import,
    ImportAlias,
    Session,
    Trainer,
    TrainingClass,
    Venue,
)

CAN_BE_NEW = {Thing.COMPANY: "companies", Thing.ROLE: "roles", Thing.AREA: "areas"}
"""What a name alone is enough for, with the kind by which it is made."""

PROPOSED = 5
LEAST_SCORE = 60.0
BETWEEN_AREAS = (" / ", "/", " > ", ">")  # as people write the way to an area


@dataclass(frozen=True)
class NamedThing:
    """Something of the site, with everything that names it exactly."""

    key: int
    label: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """What a text may mean; `score` says how near it is, 100 being the same."""

    key: int
    label: str
    score: float


class Names:
    """The names of all things of one kind, read once.

    Args:
        thing: what is named; people are not among them (I4).
        sender: whose agreed names count too.
    """

    def __init__(self, thing: Thing, *, sender: str) -> None:
        self.things = {each.key: each for each in _named(thing)}
        self._exact: dict[str, set[int]] = defaultdict(set)
        for each in self.things.values():
            for name in filter(None, map(same_text, each.names)):
                self._exact[name].add(each.key)
        agreed = ImportAlias.objects.filter(thing=thing, sender__in=("", sender), revoked_at=None)
        self._agreed = dict(agreed.order_by("sender").values_list("text", "key"))
        self._near = {(each.key, name): near_text(name) for each in self.things.values() for name in each.names if name}

    def key_of(self, text: str) -> int | None:
        """Return the key of the only thing that `text` names exactly or by agreement; None if there is none."""
        found = self._exact.get(same_text(text), set())
        if len(found) == 1:
            return next(iter(found))
        agreed = self._agreed.get(same_text(text))
        return agreed if agreed in self.things else None

    def is_known(self, text: str) -> bool:
        """Tell whether `text` names something exactly, be it several things, or by agreement."""
        return same_text(text) in self._exact or same_text(text) in self._agreed

    def is_left_out(self, text: str) -> bool:
        """Tell whether it was agreed on to leave rows with this text out."""
        return self._agreed.get(same_text(text), 0) is None

    def near(self, text: str) -> list[Proposal]:
        """Return what `text` may mean, the nearest first, each thing once."""
        found = process.extract(
            near_text(text), self._near, scorer=fuzz.WRatio, limit=4 * PROPOSED, score_cutoff=LEAST_SCORE
        )
        best: dict[int, float] = {}
        for _name, score, (key, _written) in found:
            best.setdefault(key, score)
        return [Proposal(key, self.things[key].label, score) for key, score in list(best.items())[:PROPOSED]]


def _named(thing: Thing) -> Iterable[NamedThing]:
    return _READERS[thing]()


def _companies() -> Iterable[NamedThing]:
    return _rows(Company.objects.all(), lambda each: each.name, lambda each: (each.name, each.code or ""))


def _roles() -> Iterable[NamedThing]:
    roles = list(Role.objects.values_list("pk", "title", "code"))
    labels = told_apart([(key, title, f"{title} ({code})") for key, title, code in roles])
    return (NamedThing(key, labels[key], (code, title)) for key, title, code in roles)


def _areas() -> Iterable[NamedThing]:
    """Areas are named by their name, or by any part of the way to it, such as "Tank farm / Pump house"."""
    ways, labels = area_ways(), area_names()
    for key, way in ways.items():
        ends = [way[place:] for place in range(len(way))]
        yield NamedThing(key, labels[key], tuple({sign.join(end): None for end in ends for sign in BETWEEN_AREAS}))


def _venues() -> Iterable[NamedThing]:
    return _rows(Venue.objects.all(), lambda each: each.name, lambda each: (each.name,))


def _trainers() -> Iterable[NamedThing]:
    return _rows(
        Trainer.objects.all(),
        str,
        lambda each: (f"{each.first_name} {each.last_name}", f"{each.last_name} {each.first_name}", each.email),
    )


def _courses() -> Iterable[NamedThing]:
    titles: dict[int, list[str]] = defaultdict(list)
    for course_id, title in CourseVersion.objects.order_by("-number").values_list("course", "title"):
        titles[course_id].append(title)
    for course in Course.objects.filter(deleted_at=None):
        names = (course.code, *titles[course.pk], *(f"{course.code} {title}" for title in titles[course.pk][:1]))
        yield NamedThing(course.pk, " ".join(names[:2]), names)


def _sessions() -> Iterable[NamedThing]:
    """Sessions are named by their reference, with or without the zeros at the head of its number."""
    return _labelled(Session.objects.filter(deleted_at=None).order_by("pk"))


def _labelled(sessions: QuerySet[Session]) -> Iterable[NamedThing]:
    rows = sessions.select_related("course").only("created_at", "start_time", "course__code")
    for each in rows.iterator(chunk_size=10_000):
        reference = each.reference
        label = " ".join(
            filter(None, (reference, str(each.course), moment(each.start_time) if each.start_time else ""))
        )
        year = reference.split("-")[1]
        yield NamedThing(each.pk, label, (reference, f"S-{year}-{each.pk}"))


def _classes() -> Iterable[NamedThing]:
    named = TrainingClass.objects.exclude(class_code=None)
    return _rows(named, str, lambda each: (str(each),))


def _rows(
    rows: QuerySet[Any], label: Callable[[Any], str], names: Callable[[Any], tuple[str, ...]]
) -> Iterable[NamedThing]:
    return (NamedThing(each.pk, label(each), names(each)) for each in rows)


_READERS: Mapping[Thing, Callable[[], Iterable[NamedThing]]] = {
    Thing.COMPANY: _companies,
    Thing.ROLE: _roles,
    Thing.AREA: _areas,
    Thing.COURSE: _courses,
    Thing.VENUE: _venues,
    Thing.TRAINER: _trainers,
    Thing.SESSION: _sessions,
    Thing.CLASS: _classes,
    Thing.EMPLOYER: _companies,
}


def everything(one: Import) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen in an import: by thing, key and name of each, in the order of names."""
    asked = {Thing(thing) for thing in one.questions.get("things", {})}
    asked |= {each.thing for each in kind_of(one.kind).said_once if each.thing is not None}
    return {
        thing: _open_sessions()
        if thing is Thing.SESSION
        else sorted(((str(each.key), each.label) for each in _named(thing)), key=lambda each: each[1].casefold())
        for thing in asked
    }


def _open_sessions() -> list[tuple[str, str]]:
    """Return the sessions whose lists are not finalized, the latest first: a site has thousands of others."""
    scheduled = Session.objects.filter(deleted_at=None, status=Session.Status.SCHEDULED).order_by("-start_time", "-pk")
    return [(str(each.key), each.label) for each in _labelled(scheduled)]


def labels_of(things: Collection[Thing]) -> dict[Thing, dict[int, str]]:
    """Return the name of everything of these kinds, by its key."""
    return {thing: {each.key: each.label for each in _named(thing)} for thing in things}


def can_be_asked(thing: Thing) -> bool:
    """Tell whether texts that name such a thing are asked about once per value; people are asked about row by row."""
    return thing in _READERS
