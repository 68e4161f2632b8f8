"""Tiles: the tree in pieces of height 8, as C2SP tlog-tiles lays them out. docs/ledger.md, section 4.3.

A tile of level L and index N holds up to 256 hashes, each of a complete subtree of 256**L leaves. `Edge` is the right
edge of a growing tree: it takes leaf hashes and gives the tiles to be stored. `TileSubtrees` reads stored tiles through
a callback and gives the hash of any complete subtree, for the proofs of `tree`. Called by `log` and by whoever serves
tiles and proofs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from sharedsky.ledger.canonical import HASH_SIZE
from sharedsky.ledger.errors import LedgerFormatError, StateError
from sharedsky.ledger.tree import MAX_SIZE, range_hash

#: The height of a tile, and the hashes of a full one (C2SP tlog-tiles, "Merkle Tree").
TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
#: The highest level that a tree of MAX_SIZE leaves has.
MAX_LEVEL: Final = 7

#: read_tile(level, index, width): at least the first `width` hashes of the tile, 32 bytes each; fewer or None where it
#: is not stored. More is allowed: a tile once full serves every narrower one.
ReadTile: TypeAlias = Callable[[int, int, int], "bytes | None"]

_PATH: Final = re.compile(r"(0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: its level, its index, and 1 to 256 hashes of 32 bytes."""

    level: int
    index: int
    data: bytes

    @property
    def width(self) -> int:
        """How many hashes it holds; TILE_WIDTH where it is full."""
        return len(self.data) // HASH_SIZE


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """The path of a tile below "tile/", as in "0/x001/234" or "1/003.p/17" (C2SP tlog-tiles)."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return f"{level}/{'/'.join(groups)}" + ("" if width == TILE_WIDTH else f".p/{width}")


def parse_tile_path(path: str) -> tuple[int, int, int]:
    """(level, index, width) of a path below "tile/".

    Raises:
        LedgerFormatError: not the one way to write a tile's path.
    """
    found = _PATH.fullmatch(path) if len(path) <= 64 else None
    if found is None:
        raise LedgerFormatError("this is no path of a tile.")
    level, index = int(found[1]), int(found[2].replace("x", "").replace("/", ""))
    width = int(found[3]) if found[3] else TILE_WIDTH
    if level > 63 or index > MAX_SIZE or (found[3] and width >= TILE_WIDTH) or tile_path(level, index, width) != path:
        raise LedgerFormatError("this is no path of a tile.")
    return level, index, width


def tile_width(level: int, index: int, size: int) -> int:
    """How many hashes the tile holds in a tree of `size` leaves: 0 (it is not there) to TILE_WIDTH."""
    whole = size >> (TILE_HEIGHT * level)
    return max(0, min(TILE_WIDTH, whole - index * TILE_WIDTH))


class Edge:
    """The right edge of a growing tree: for each level the hashes of the tile that is not yet full.

    At most MAX_LEVEL + 1 levels of fewer than 256 hashes are held. `root` hashes what is held and nothing else.
    """

    __slots__ = ("_levels", "size")

    def __init__(self, size: int = 0, levels: Sequence[bytes] = ()) -> None:
        """The edge of a tree of `size` leaves.

        Args:
            levels: for each level from 0 the bytes of its partial tile, empty where it has none.

        Raises:
            StateError: the tiles are not those of a tree of that size.
        """
        self.size = size
        self._levels = [bytearray(data) for data in levels]
        for level in range(MAX_LEVEL + 1):
            held = len(self._levels[level]) if level < len(self._levels) else 0
            if held != HASH_SIZE * ((size >> (TILE_HEIGHT * level)) % TILE_WIDTH):
                raise StateError(f"the partial tile of level {level} is not that of a tree of {size} leaves.")

    @classmethod
    def load(cls, size: int, read_tile: ReadTile) -> Edge:
        """The edge of a stored tree.

        Raises:
            StateError: a tile is missing or too short.
        """
        levels = []
        for level in range(MAX_LEVEL + 1):
            whole = size >> (TILE_HEIGHT * level)
            width = whole % TILE_WIDTH
            levels.append(_read(read_tile, level, whole // TILE_WIDTH, width) if width else b"")
        return cls(size, levels)

    def copy(self) -> Edge:
        """Another edge, which grows apart from this one."""
        return Edge(self.size, [bytes(level) for level in self._levels])

    def append(self, hashes: Sequence[bytes]) -> list[Tile]:
        """Take the hashes of the next leaves, and give every tile that changed, full ones and the new partial ones.

        Args:
            hashes: leaf hashes of 32 bytes, in order.
        """
        changed: list[Tile] = []
        arriving: Sequence[bytes] = hashes
        level = 0
        first = self.size
        while arriving:
            if level == len(self._levels):
                self._levels.append(bytearray())
            held = self._levels[level]
            held += b"".join(arriving)
            index = first // TILE_WIDTH
            full = len(held) // (TILE_WIDTH * HASH_SIZE)
            above = []
            for k in range(full):
                data = bytes(held[k * TILE_WIDTH * HASH_SIZE : (k + 1) * TILE_WIDTH * HASH_SIZE])
                changed.append(Tile(level, index + k, data))
                above.append(_top(data))
            del held[: full * TILE_WIDTH * HASH_SIZE]
            if held:
                changed.append(Tile(level, index + full, bytes(held)))
            arriving, level, first = above, level + 1, first // TILE_WIDTH
        self.size += len(hashes)
        return changed

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return range_hash(TileSubtrees(self._tile, self.size).subtree, 0, self.size)

    def _tile(self, level: int, index: int, width: int) -> bytes | None:
        whole = self.size >> (TILE_HEIGHT * level)
        return bytes(self._levels[level]) if index == whole // TILE_WIDTH else None


class TileSubtrees:
    """Hashes of complete subtrees, from tiles that a callback reads; each tile is read and hashed once.

    Args:
        read_tile: see ReadTile.
        size: the size of the tree; no tile is asked for beyond it.
    """

    def __init__(self, read_tile: ReadTile, size: int) -> None:
        self._read_tile = read_tile
        self._size = size
        #: (level, index) of a tile -> its rows: row h holds the hashes of subtrees of 2**h of its hashes, as far as
        #: they were needed.
        self._rows: dict[tuple[int, int], list[list[bytes]]] = {}

    def subtree(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree of 2**level leaves that begins at leaf index * 2**level.

        Raises:
            StateError: a tile is missing.
        """
        tile_level, height = divmod(level, TILE_HEIGHT)
        first = index << height
        tile, offset = divmod(first, TILE_WIDTH)
        rows = self._rows.get((tile_level, tile))
        if rows is None:
            width = tile_width(tile_level, tile, self._size)
            data = _read(self._read_tile, tile_level, tile, width)
            rows = [[data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]]
            self._rows[tile_level, tile] = rows
        while len(rows) <= height:
            rows.append(_pairs(rows[-1]))
        at = offset >> height
        if at >= len(rows[height]):
            raise StateError(f"the subtree {index} of level {level} lies beyond the tree.")
        return rows[height][at]


def _pairs(row: Sequence[bytes]) -> list[bytes]:
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2])]


def _top(data: bytes) -> bytes:
    row = [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]
    while len(row) > 1:
        row = _pairs(row)
    return row[0]


def _read(read_tile: ReadTile, level: int, index: int, width: int) -> bytes:
    data = read_tile(level, index, width)
    if data is None or len(data) < width * HASH_SIZE:
        raise StateError(f"the tile {tile_path(level, index, width)} of the ledger is not stored.", "Run fsck.")
    return data[: width * HASH_SIZE]
