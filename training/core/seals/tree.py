"""The Merkle tree over all seals, as RFC 6962 hashes it, over stored tiles of 256 hashes (C2SP tlog-tiles).

Tile (level, number) holds the hashes of the complete subtrees of 256**level leaves, from the leaf number * 256 on. Only
full tiles are stored; what is right of them is read from the leaves.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

WIDTH = 256
HASH_BYTES = 32
TILE_HEIGHT = 8  # a tile of 256 hashes holds 8 heights of the tree


class Tile(NamedTuple):
    """A full tile: its level above the leaves, its number from the left, and its 256 hashes one after the other."""

    level: int
    number: int
    hashes: bytes


def hash_leaf(leaf: bytes) -> bytes:
    """Return the hash of a leaf, from its exact bytes."""
    return sha256(b"\x00" + leaf).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node, from the hashes below it."""
    return sha256(b"\x01" + left + right).digest()


def full_tiles(leaf_hashes: Iterable[bytes]) -> Iterator[Tile]:
    """Return every full tile over all leaves, from the first one on, as they become full."""
    unfinished: dict[int, list[bytes]] = {}
    numbers: dict[int, int] = {}
    for leaf_hash in leaf_hashes:
        level, value = 0, leaf_hash
        while True:
            hashes = unfinished.setdefault(level, [])
            hashes.append(value)
            if len(hashes) < WIDTH:
                break
            number = numbers.get(level, 0)
            yield Tile(level, number, b"".join(hashes))
            numbers[level] = number + 1
            value, unfinished[level] = _root_of_complete(hashes), []
            level += 1


def _root_of_complete(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of hashes."""
    while len(hashes) > 1:
        hashes = [hash_node(hashes[place], hashes[place + 1]) for place in range(0, len(hashes), 2)]
    return hashes[0]


class Tree:
    """Answers questions about the first leaves of the log.

    Args:
        tile: returns the stored hashes of a full tile by level and number, or None.
        leaves: returns the hashes of the leaves from a position to before another.
    """

    def __init__(self, tile: Callable[[int, int], bytes | None], leaves: Callable[[int, int], Sequence[bytes]]) -> None:
        self._tile, self._leaves = lru_cache(4096)(tile), lru_cache(64)(leaves)
        self._complete = lru_cache(65_536)(self.subtree)

    def subtree(self, height: int, index: int) -> bytes:
        """Return the root of the complete subtree of 2**height leaves, the index-th of its height from the left."""
        level, inner = divmod(height, TILE_HEIGHT)
        start = index << inner
        hashes = self._tile(level, start // WIDTH)
        if hashes is not None:
            first = start % WIDTH
            return _root_of_complete(
                [hashes[HASH_BYTES * at : HASH_BYTES * (at + 1)] for at in range(first, first + (1 << inner))]
            )
        if height == 0:
            base = index - index % WIDTH
            return self._leaves(base, base + WIDTH)[index - base]
        return hash_node(self._complete(height - 1, 2 * index), self._complete(height - 1, 2 * index + 1))

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` leaves."""
        return self._range(0, size) if size else sha256(b"").digest()

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """Return the proof that a leaf is among the first `size` ones (RFC 6962, 2.1.1)."""
        proof: list[bytes] = []
        start, stop = 0, size
        while stop - start > 1:
            middle = start + _largest_power_below(stop - start)
            if position < middle:
                proof.append(self._range(middle, stop))
                stop = middle
            else:
                proof.append(self._range(start, middle))
                start = middle
        return proof[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the first `old` leaves are the beginning of the first `new` ones (RFC 6962, 2.1.2)."""
        if old in (0, new):
            return []
        proof: list[bytes] = []
        start, stop, is_whole = 0, new, True
        while old != stop:
            middle = start + _largest_power_below(stop - start)
            if old <= middle:
                proof.append(self._range(middle, stop))
                stop = middle
            else:
                proof.append(self._range(start, middle))
                start, is_whole = middle, False
        return (proof if is_whole else [*proof, self._range(start, stop)])[::-1]

    def _range(self, start: int, stop: int) -> bytes:
        width = stop - start
        if width & (width - 1) == 0:
            return self._complete(width.bit_length() - 1, start // width)
        middle = start + _largest_power_below(width)
        return hash_node(self._range(start, middle), self._range(middle, stop))


def _largest_power_below(width: int) -> int:
    """Return the largest power of two that is smaller than `width`, which is 2 or more."""
    power: int = 1 << (width - 1).bit_length() - 1
    return power


def tree_over(leaf_hashes: Sequence[bytes]) -> Tree:
    """Return the tree over leaves that are all in memory."""
    tiles = {(tile.level, tile.number): tile.hashes for tile in full_tiles(leaf_hashes)}
    return Tree(lambda level, number: tiles.get((level, number)), lambda start, stop: leaf_hashes[start:stop])


def root_from_inclusion(leaf_hash: bytes, position: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that a proof of inclusion leads to, or None if it has the wrong length (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return None
    at, last, value, steps = position, size - 1, leaf_hash, iter(proof)
    while last:
        if at & 1 or at < last:
            step = next(steps, None)
            if step is None:
                return None
            value = hash_node(step, value) if at & 1 else hash_node(value, step)
        at, last = at >> 1, last >> 1
    return value if next(steps, None) is None else None


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether a tree of `old` leaves is proved to be the beginning of that of `new` (RFC 9162, 2.1.4.2)."""
    if old >= new or old == 0:
        return old <= new and not proof and (old == 0 or old_root == new_root)
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = hash_node(step, first), hash_node(step, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = hash_node(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
