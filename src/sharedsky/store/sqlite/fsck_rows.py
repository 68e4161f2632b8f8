"""Identifiers and covers as fsck reads them: written apart from codec.py, from docs/store.md. Called by fsck.py."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Sequence
from typing import Final, NamedTuple

#: Bytes of a cover before its boxes, and of a box.
_HEAD: Final = 5
_BOX: Final = 41
#: Cells along a side of a face; faces.
_CELLS: Final = 8192
_FACES: Final = 6


class Box(NamedTuple):
    """A box of a cover."""

    face: int
    u: tuple[int, int]
    v: tuple[int, int]
    level_mm: tuple[int, int]
    start: int
    end: int


def name_of(ident: object) -> str:
    """An identifier for people to read."""
    if isinstance(ident, bytes):
        return str(uuid.UUID(bytes=ident)) if len(ident) == 16 else f"x'{ident.hex()}'"
    return str(ident)


def ident_fault(ident: object) -> str | None:
    """What is wrong with an identifier's form, if anything: a UUID as text would make a second one of the same."""
    if isinstance(ident, bytes):
        return None if len(ident) == 16 else f"its id has {len(ident)} bytes instead of 16"
    if not isinstance(ident, str):
        return "its id is neither a text nor 16 bytes"
    try:
        usual = str(uuid.UUID(ident)) == ident
    except ValueError:
        return None
    return "its id is a UUID, but is kept as text" if usual else None


def boxes_of(blob: bytes) -> list[Box]:
    """The boxes of a cover.

    Raises:
        ValueError: what is wrong with it.
    """
    if len(blob) <= _HEAD or (len(blob) - _HEAD) % _BOX:
        raise ValueError(f"{len(blob)} bytes are no whole number of boxes, one at least")
    if blob[0] != 1:
        raise ValueError(f"version {blob[0]} is unknown")
    if zlib.crc32(blob[_HEAD:]) != int.from_bytes(blob[1:_HEAD], "little"):
        raise ValueError("its checksum is wrong")
    return [_box(blob[at : at + _BOX]) for at in range(_HEAD, len(blob), _BOX)]


def covers(outer: Sequence[Box], inner: Sequence[Box]) -> bool:
    """Whether each box of one cover lies in one of another."""
    return all(any(_in(small, large) for large in outer) for small in inner)


def _in(small: Box, large: Box) -> bool:
    if small.face != large.face or small.start < large.start or small.end > large.end:
        return False
    pairs = ((small.u, large.u), (small.v, large.v), (small.level_mm, large.level_mm))
    return all(within[0] <= part[0] and part[1] <= within[1] for part, within in pairs)


def _box(part: bytes) -> Box:
    u0, v0, u1, v1 = (int.from_bytes(part[at : at + 2], "little") for at in (1, 3, 5, 7))
    low, high, start, end = (int.from_bytes(part[at : at + 8], "little", signed=True) for at in (9, 17, 25, 33))
    box = Box(part[0], (u0, u1), (v0, v1), (low, high), start, end)
    if box.face >= _FACES:
        raise ValueError(f"face {box.face} is none of the cube's")
    if u0 > u1 or v0 > v1 or u1 >= _CELLS or v1 >= _CELLS:
        raise ValueError("a box's cells are out of order or off the face")
    if low > high:
        raise ValueError("a box's floor is above its ceiling")
    if start > end:
        raise ValueError("a box starts after it ends")
    return box
