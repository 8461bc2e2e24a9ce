"""The tree of all seals, against RFC 6962: its reference roots, and proofs compared with brute force (T2)."""

from hashlib import sha256

import pytest

from training.core.seals.tree import (
    WIDTH,
    full_tiles,
    hash_leaf,
    hash_node,
    is_consistent,
    root_from_inclusion,
    tree_over,
)

# The leaves and roots of the reference implementation of RFC 6962.
REFERENCE_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
REFERENCE_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [hash_leaf(str(number).encode()) for number in range(70_000)]


def plain_root(hashes: list[bytes]) -> bytes:
    """The root by its definition, without tiles."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"").digest()
    middle = 1
    while middle * 2 < len(hashes):
        middle *= 2
    return hash_node(plain_root(hashes[:middle]), plain_root(hashes[middle:]))


def test_t2_the_roots_are_those_of_the_reference() -> None:
    tree = tree_over([hash_leaf(leaf) for leaf in REFERENCE_LEAVES])
    assert [tree.root(size).hex() for size in range(1, 9)] == REFERENCE_ROOTS
    assert tree.root(0) == sha256(b"").digest()


def test_t2_every_proof_of_a_small_tree_holds_and_no_other() -> None:
    tree = tree_over(HASHES[:70])
    for size in range(1, 71):
        root = plain_root(HASHES[:size])
        assert tree.root(size) == root
        for position in range(size):
            proof = tree.inclusion(position, size)
            assert root_from_inclusion(HASHES[position], position, size, proof) == root
            assert root_from_inclusion(HASHES[position + 1], position, size, proof) != root
            assert root_from_inclusion(HASHES[position], position, size, [*proof, root]) is None
            if proof:
                assert root_from_inclusion(HASHES[position], position, size, proof[:-1]) is None
        for old in range(size + 1):
            proof, old_root = tree.consistency(old, size), plain_root(HASHES[:old])
            assert is_consistent(old, old_root, size, root, proof)
            if old:
                assert not is_consistent(old, HASHES[-1], size, root, proof)
            if 0 < old < size:
                assert not is_consistent(old, old_root, size, HASHES[-1], proof)
                assert not is_consistent(old, old_root, size, root, proof[:-1])
                assert not is_consistent(old, old_root, size, root, [*proof, root])


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000])
def test_t2_tiles_change_no_root_and_no_proof(size: int) -> None:
    tree = tree_over(HASHES[:size])
    root = plain_root(HASHES[:size])
    assert tree.root(size) == root
    for position in {0, 1, 254, size // 2, size - 1}:
        proof = tree.inclusion(position, size)
        assert root_from_inclusion(HASHES[position], position, size, proof) == root
        assert len(proof) * 32 <= 1024
    for old in {1, 200, 254, size // 2, size - 1, size}:
        assert is_consistent(old, plain_root(HASHES[:old]), size, root, tree.consistency(old, size))


def test_t2_only_full_tiles_are_stored() -> None:
    tiles = list(full_tiles(HASHES))
    assert [tile.number for tile in tiles if tile.level == 0] == list(range(70_000 // WIDTH))
    assert [tile.number for tile in tiles if tile.level == 1] == [0]
    assert {len(tile.hashes) for tile in tiles} == {32 * WIDTH}


def test_a_position_outside_the_tree_has_no_proof() -> None:
    assert root_from_inclusion(HASHES[0], 1, 1, []) is None
    assert root_from_inclusion(HASHES[0], -1, 1, []) is None
    assert not is_consistent(2, HASHES[0], 1, HASHES[0], [])
