"""Companies, venues and trainers by name, however it is spelled (L4): many at once, in one statement."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db.models import F, Func, QuerySet, TextField

from training.core.sameness import near_name, near_text, same_text
from training.models import Company, Trainer, Venue

Named = TypeVar("Named", Company, Venue, Trainer)


class SameText(Func):
    """The key of what is the same: the SQL function `same_text` of migration `0024_same_text`."""

    function = "same_text"
    arity = 1
    output_field = TextField(db_collation="C")


class NearText(Func):
    """The key of names that are asked about: the SQL function `near_text` of migration `0024_same_text`."""

    function = "near_text"
    arity = 1
    output_field = TextField(db_collation="C")


def name_key(model: type[Company | Venue | Trainer]) -> Callable[[str], str]:
    """Return the function that makes the `name_key` of a name; that of a trainer is "first last"."""
    return near_name if model is Trainer else same_text


def things_named(things: QuerySet[Named], names: Iterable[str]) -> dict[str, list[Named]]:
    """Return by `name_key` those of the things that have one of these names, the oldest first.

    Companies and venues of one key are the same, and there is one, or twins from before L4; trainers of one key may be
    two people. Names that nothing has are left out. One statement, however many names.

    Args:
        things: companies, venues or trainers.
    """
    keys = {name_key(things.model)(name) for name in names}
    found: dict[str, list[Named]] = defaultdict(list)
    for thing in things.filter(name_key__in=keys).order_by("pk"):
        found[thing.name_key].append(thing)
    return dict(found)


def near_things(things: QuerySet[Named], names: Iterable[str]) -> dict[str, list[Named]]:
    """Return by `near_text` those of the companies or venues that have one of these names or nearly so, oldest first.

    Args:
        things: companies or venues.
    """
    keys = {near_text(name) for name in names}
    found: dict[str, list[Named]] = defaultdict(list)
    for thing in things.annotate(near_key=NearText(F("name"))).filter(near_key__in=keys).order_by("pk"):
        found[thing.near_key].append(thing)
    return dict(found)
