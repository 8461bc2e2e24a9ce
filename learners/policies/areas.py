"""How areas lie in each other, without a database."""

from collections import defaultdict
from collections.abc import Iterable


def with_areas_inside(area_id: int, *, parents: Iterable[tuple[int, int | None]]) -> set[int]:
    """Return the keys of an area and of every area inside it, at any depth (C1).

    Args:
        parents: of every area its key, and the key of the one in which it lies; None for those that lie in no other.
    """
    children: dict[int | None, list[int]] = defaultdict(list)
    for key, parent in parents:
        children[parent].append(key)
    found: set[int] = set()
    waiting = [area_id]
    while waiting:
        area = waiting.pop()
        if area not in found:
            found.add(area)
            waiting += children[area]
    return found
