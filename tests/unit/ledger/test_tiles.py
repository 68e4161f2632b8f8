"""Tiles as C2SP tlog-tiles lays them out, and the right edge of a growing tree."""

from __future__ import annotations

import pytest

import ledger_oracle
from sharedsky.ledger.errors import LedgerFormatError, StateError
from sharedsky.ledger.tiles import Edge, TileSubtrees, parse_tile_path, tile_path, tile_width
from sharedsky.ledger.tree import leaf_hash


def test_paths_are_those_of_the_specification() -> None:
    assert tile_path(0, 1234067) == "0/x001/x234/067"
    assert tile_path(1, 3, 17) == "1/003.p/17"
    assert tile_path(0, 999_000) == "0/x999/000"
    for level, index, width in ((0, 0, 256), (63, 1000, 1), (2, 1_234_567_890, 255)):
        assert parse_tile_path(tile_path(level, index, width)) == (level, index, width)


@pytest.mark.parametrize(
    "path",
    ["", "0", "0/1", "00/001", "0/0001", "0/x000/001", "0/001.p/0", "0/001.p/256", "0/001.p/007", "64/001", "-1/001", "0/001/x002", "0/x1/002", "0/../001", "0/001.p/", "0/٠٠١", "0/001\n", "0/" + "x999/" * 7 + "999", "0/" + "x001/" * 40 + "001"],
)  # fmt: skip
def test_what_is_no_path_of_a_tile_is_refused(path: str) -> None:
    with pytest.raises(LedgerFormatError):
        parse_tile_path(path)


def test_the_example_of_the_specification_70000_leaves() -> None:
    size = 70_000
    assert [tile_width(0, index, size) for index in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [tile_width(1, index, size) for index in (0, 1, 2)] == [256, 17, 0]
    assert [tile_width(2, index, size) for index in (0, 1)] == [1, 0]
    assert tile_width(1, 0, 256) == 1


def test_a_growing_tree_gives_the_same_tiles_and_root_however_it_grows() -> None:
    leaves = [bytes([k % 256, k // 256]) for k in range(1_000)]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    found = []
    for step in (1, 3, 64, 255, 256, 257, 1_000):
        edge, tiles = Edge(), {}
        for at in range(0, len(hashes), step):
            tiles.update({(tile.level, tile.index): tile.data for tile in edge.append(hashes[at : at + step])})
        assert edge.size == len(leaves)
        assert edge.root() == ledger_oracle.tree_root(leaves)
        found.append(tiles)
    assert all(tiles == found[0] for tiles in found)
    assert {key: len(data) // 32 for key, data in found[0].items()} == {
        (0, 0): 256, (0, 1): 256, (0, 2): 256, (0, 3): 232, (1, 0): 3,
    }  # fmt: skip
    assert found[0][1, 0][:32] == ledger_oracle.tree_root(leaves[:256])


def test_an_edge_loaded_from_stored_tiles_goes_on_as_the_one_that_stored_them() -> None:
    hashes = [leaf_hash(bytes([k % 256, k // 256])) for k in range(600)]
    edge, tiles = Edge(), {}
    tiles.update({(tile.level, tile.index): tile.data for tile in edge.append(hashes[:300])})
    again = Edge.load(300, lambda level, index, width: tiles.get((level, index)))
    assert again.append(hashes[300:]) == edge.append(hashes[300:])
    assert again.root() == edge.root()


def test_a_copy_of_an_edge_grows_apart() -> None:
    edge = Edge()
    edge.append([leaf_hash(b"a")])
    copy = edge.copy()
    copy.append([leaf_hash(b"b")])
    assert (edge.size, copy.size) == (1, 2)
    assert edge.root() == leaf_hash(b"a")


def test_a_missing_or_short_tile_is_said() -> None:
    with pytest.raises(StateError, match=r"0/000\.p/5"):
        Edge.load(5, lambda level, index, width: None)
    with pytest.raises(StateError):
        Edge.load(5, lambda level, index, width: bytes(32 * 4))
    with pytest.raises(StateError):
        Edge(5, [bytes(32 * 4)])
    with pytest.raises(StateError):
        TileSubtrees(lambda level, index, width: None, 256).subtree(0, 3)


def test_a_full_tile_serves_where_a_partial_one_is_asked_for() -> None:
    hashes = [leaf_hash(bytes([k])) for k in range(200)]
    stored = b"".join(hashes)
    narrow = TileSubtrees(lambda level, index, width: stored, 100)
    assert narrow.subtree(0, 99) == hashes[99]
    with pytest.raises(StateError):
        narrow.subtree(0, 100)


def test_each_tile_is_read_once() -> None:
    hashes = [leaf_hash(bytes([k])) for k in range(200)]
    asked = []

    def read_tile(level: int, index: int, width: int) -> bytes:
        asked.append((level, index, width))
        return b"".join(hashes)

    subtrees = TileSubtrees(read_tile, 200)
    for level in range(7):
        subtrees.subtree(level, 0)
    assert asked == [(0, 0, 200)]
