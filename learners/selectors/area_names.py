"""What areas are called where one name is not enough: by the areas in which they lie (I4)."""

from collections.abc import Mapping, Sequence

from learners.models import Area
from training.core.sameness import same_text

INSIDE = " / "  # stands between an area and the one in which it lies


def area_ways() -> dict[int, tuple[str, ...]]:
    """Return by key of each area the names of the areas in which it lies, from the outermost to its own."""
    return ways_of(list(Area.objects.order_by("pk").values_list("pk", "name", "parent_id")))


def ways_of(areas: Sequence[tuple[int, str, int | None]]) -> dict[int, tuple[str, ...]]:
    """Return the same of areas that are read already.

    Args:
        areas: key, name, and key of the one in which it lies; all of them.
    """
    by_key = {key: (name, parent) for key, name, parent in areas}
    found = {}
    for each in by_key:
        names: list[str] = []
        around: int | None = each
        while around is not None:
            name, around = by_key[around]
            names.append(name)
        found[each] = tuple(reversed(names))
    return found


def area_names() -> Mapping[int, str]:
    """Return by key what an area is called: its name, or such as "Site / Tank farm" where several have that name."""
    return told_apart([(key, way[-1], INSIDE.join(way)) for key, way in area_ways().items()])


def told_apart(things: Sequence[tuple[int, str, str]]) -> Mapping[int, str]:
    """Return the short name of each by key, or the long one where several have the short one."""
    count: dict[str, int] = {}
    for _key, short, _long in things:
        count[same_text(short)] = count.get(same_text(short), 0) + 1
    return {key: short if count[same_text(short)] == 1 else long for key, short, long in things}
