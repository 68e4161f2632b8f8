"""Cells in space and time on several levels, and who is in them: the coarse part of the standing index.

A box goes to the level whose cells and slots are the next larger than it, and so into at most eight cells (usually
fewer). Cells are kept in hash tables of their own for each level, so that nothing depends on how the boxes are spread.
Called by index.py.
"""

from __future__ import annotations

import math
from array import array
from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.earth import FloatArray, IntArray

Box = tuple[float, float, float, float]
Level = tuple[int, int]

#: Cells are 2^(1 - e) wide in a face that is 2 wide; the finest some 200 m.
_MAX_SPACE: Final = 16
#: Slots last 2^f ns: from about a minute to "for ever", in steps of two.
_MIN_TIME: Final = 36
_MAX_TIME: Final = 62
_COORDINATE_BITS: Final = 17
_FACE_BITS: Final = 3


class Cells:
    """Members (handles) by cell; origin_ns: an instant near the times that will be held."""

    def __init__(self, origin_ns: int) -> None:
        self._origin_ns = origin_ns
        self._levels: dict[Level, dict[int, array[int]]] = {}
        self._places: dict[int, list[tuple[Level, int]]] = {}

    def insert(self, handle: int, face: int, box: Box, start_ns: int, end_ns: int) -> None:
        """Add a member with a box [chart units] in a face during a window; call again for each face it touches."""
        level = _level(max(box[2] - box[0], box[3] - box[1]), end_ns - start_ns)
        table = self._levels.setdefault(level, {})
        places = self._places.setdefault(handle, [])
        for key in self._keys(level, face, box, start_ns, end_ns):
            members = table.get(key)
            if members is None:
                table[key] = array("i", (handle,))
            else:
                members.append(handle)
            places.append((level, key))

    def insert_many(self, handles: IntArray, face: IntArray, flat: FloatArray, time_ns: IntArray) -> None:
        """Add n members (n,) with one box each: flat (n, 4), time_ns (n, 2)."""
        for handle, f, box, (start, end) in zip(
            handles.tolist(), face.tolist(), flat.tolist(), time_ns.tolist(), strict=True
        ):
            self.insert(handle, f, (box[0], box[1], box[2], box[3]), start, end)

    def remove(self, handle: int) -> None:
        """Take a member out.

        Raises:
            KeyError: there is no such member.
        """
        for level, key in self._places.pop(handle):
            table = self._levels[level]
            members = table[key]
            last = members.pop()
            if last != handle:
                members[members.index(handle)] = last
            if not members:
                del table[key]
                if not table:
                    del self._levels[level]

    def near(self, face: int, box: Box, start_ns: int, end_ns: int) -> npt.NDArray[np.int32]:
        """Members of all cells that a box touches, some of them more than once."""
        found: list[npt.NDArray[np.int32]] = []
        for level, table in self._levels.items():
            if self._span(level, box, start_ns, end_ns) > len(table):
                found += [np.frombuffer(members, np.int32) for members in table.values()]
                continue
            for key in self._keys(level, face, box, start_ns, end_ns):
                members = table.get(key)
                if members is not None:
                    found.append(np.frombuffer(members, np.int32))
        # copied at once: an array that is looked at cannot grow
        return np.concatenate(found) if found else np.empty(0, np.int32)

    def _keys(self, level: Level, face: int, box: Box, start_ns: int, end_ns: int) -> list[int]:
        space, time = level
        half = 1 << (space - 1) if space else 0.5
        top = (1 << space) - 1
        u0, v0 = max(int((box[0] + 1.0) * half), 0), max(int((box[1] + 1.0) * half), 0)
        u1, v1 = min(int((box[2] + 1.0) * half), top), min(int((box[3] + 1.0) * half), top)
        t0, t1 = (start_ns - self._origin_ns) >> time, (end_ns - self._origin_ns) >> time
        if u0 == u1 and v0 == v1 and t0 == t1:
            return [((((t0 << _FACE_BITS) | face) << _COORDINATE_BITS | u0) << _COORDINATE_BITS) | v0]
        return [
            ((((t << _FACE_BITS) | face) << _COORDINATE_BITS | u) << _COORDINATE_BITS) | v
            for t in range(t0, t1 + 1)
            for u in range(u0, u1 + 1)
            for v in range(v0, v1 + 1)
        ]

    def _span(self, level: Level, box: Box, start_ns: int, end_ns: int) -> float:
        """About how many cells of a level a box touches."""
        space, time = level
        width = 2.0 ** (space - 1)
        across, along = (box[2] - box[0]) * width + 1, (box[3] - box[1]) * width + 1
        return across * along * (((end_ns - start_ns) >> time) + 1)


def _level(size: float, lasting_ns: int) -> Level:
    """The level whose cells and slots are the next larger ones."""
    space = 0
    if size < 1.0:
        space = min(1 - math.frexp(max(size, 1e-9))[1], _MAX_SPACE)
    time = min(max(lasting_ns.bit_length(), _MIN_TIME), _MAX_TIME)
    return space, time + (time & 1)
