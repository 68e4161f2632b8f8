"""Cells in space and time on several levels, and who is in them: the coarse part of the standing index.

A box goes to the level whose cells and slots are the next larger than it, and so into at most eight cells (usually
fewer). Cells are kept in hash tables of their own for each level, so that nothing depends on how the boxes are spread.
Called by index.py and by the exchange's near.py.
"""

from __future__ import annotations

import math
from array import array
from typing import Final, TypeAlias

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


#: The members of a cell; most have one.
_Members: TypeAlias = "int | array[int]"
#: Further from the origin than this [ns], keys are made one by one: they might not fit 64 bits.
_FAR_NS: Final = 1 << 60


class Cells:
    """Members (handles) by cell.

    Args:
        origin_ns: an instant near the times that will be held.
        remember: whether it is kept where each member is, for `remove`; `discard` needs it told, and a third of the
            memory.
    """

    def __init__(self, origin_ns: int, *, remember: bool = True) -> None:
        self._origin_ns = origin_ns
        self._remember = remember
        self._levels: dict[Level, dict[int, _Members]] = {}
        self._places: dict[int, list[tuple[Level, int]]] = {}

    def insert(self, handle: int, face: int, box: Box, start_ns: int, end_ns: int) -> None:
        """Add a member with a box [chart units] in a face during a window; call again for each face it touches."""
        level = _level(max(box[2] - box[0], box[3] - box[1]), end_ns - start_ns)
        table = self._levels.setdefault(level, {})
        keys = self._keys(level, face, box, start_ns, end_ns)
        for key in keys:
            _add(table, key, handle)
        if self._remember:
            self._places.setdefault(handle, []).extend([(level, key) for key in keys])

    def insert_many(self, handles: IntArray, face: IntArray, flat: FloatArray, time_ns: IntArray) -> None:
        """Add n members (n,) with one box each: flat (n, 4), time_ns (n, 2)."""
        far = (np.abs(time_ns.astype(float) - self._origin_ns) > _FAR_NS).any(axis=1)
        slow = far | self._remember
        for k in np.flatnonzero(slow).tolist():
            u0, v0, u1, v1 = flat[k].tolist()
            self.insert(int(handles[k]), int(face[k]), (u0, v0, u1, v1), *time_ns[k].tolist())
        quick = np.flatnonzero(~slow)
        space, time = _levels(flat[quick], time_ns[quick])
        both = space * (_MAX_TIME + 1) + time
        for pair in np.unique(both).tolist():
            of = quick[both == pair]
            self._insert_level(divmod(pair, _MAX_TIME + 1), handles[of], face[of], flat[of], time_ns[of])

    def remove(self, handle: int) -> None:
        """Take a member out, where it is remembered.

        Raises:
            KeyError: there is no such member.
        """
        for level, key in self._places.pop(handle):
            self._take(level, key, handle)

    def discard(self, handle: int, face: int, box: Box, start_ns: int, end_ns: int) -> None:
        """Take a member out, where it is not remembered; the rest as it was inserted.

        Raises:
            KeyError, ValueError: there is no such member.
        """
        level = _level(max(box[2] - box[0], box[3] - box[1]), end_ns - start_ns)
        for key in self._keys(level, face, box, start_ns, end_ns):
            self._take(level, key, handle)

    def _take(self, level: Level, key: int, handle: int) -> None:
        table = self._levels[level]
        members = table[key]
        if isinstance(members, int):
            if members != handle:
                raise KeyError(handle)
            del table[key]
        else:
            last = members.pop()
            if last != handle:
                members[members.index(handle)] = last
            if not members:
                del table[key]
        if not table:
            del self._levels[level]

    def _insert_level(
        self, level: Level, handles: IntArray, face: IntArray, flat: FloatArray, time_ns: IntArray
    ) -> None:
        """Add members whose boxes have one level; the same keys as _keys, for all at once."""
        space, time = level
        half, top = 2.0 ** (space - 1), (1 << space) - 1
        cells = ((flat + 1.0) * half).astype(np.int64)
        low, high = np.maximum(cells[:, :2], 0), np.minimum(cells[:, 2:], top)
        slots = (time_ns - self._origin_ns) >> time
        least = np.column_stack([slots[:, 0], low])
        wide = np.maximum(np.column_stack([slots[:, 1], high]) - least + 1, 0)
        counts = wide.prod(axis=1)
        of = np.repeat(np.arange(len(counts)), counts)
        number = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
        number, v = np.divmod(number, wide[of, 2])
        t, u = np.divmod(number, wide[of, 1])
        keys = ((least[of, 0] + t) << _FACE_BITS) | face[of]
        keys = ((keys << _COORDINATE_BITS | (least[of, 1] + u)) << _COORDINATE_BITS) | (least[of, 2] + v)
        order = np.argsort(keys, kind="stable")
        _add_many(self._levels.setdefault(level, {}), keys[order], handles[of[order]])

    def near(self, face: int, box: Box, start_ns: int, end_ns: int) -> npt.NDArray[np.int32]:
        """Members of all cells that a box touches, some of them more than once."""
        found: list[npt.NDArray[np.int32]] = []
        single: list[int] = []
        for level, table in self._levels.items():
            if self._span(level, box, start_ns, end_ns) > len(table):
                single += [members for members in table.values() if isinstance(members, int)]
                found += [np.frombuffer(members, np.int32) for members in table.values() if isinstance(members, array)]
                continue
            for key in self._keys(level, face, box, start_ns, end_ns):
                members = table.get(key)
                if isinstance(members, int):
                    single.append(members)
                elif members is not None:
                    found.append(np.frombuffer(members, np.int32))
        if single:
            found.append(np.array(single, np.int32))
        # copied at once: an array that is looked at cannot grow
        return np.concatenate(found) if found else np.empty(0, np.int32)

    def work(self, box: Box, start_ns: int, end_ns: int) -> float:
        """About how many cells `near` looks at."""
        levels = self._levels.items()
        return sum(min(self._span(level, box, start_ns, end_ns), len(table)) for level, table in levels)

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


def _levels(flat: FloatArray, time_ns: IntArray) -> tuple[IntArray, IntArray]:
    """The same for many boxes (n, 4) and windows (n, 2): levels of space and of time, (n,) each."""
    size = np.maximum(flat[:, 2] - flat[:, 0], flat[:, 3] - flat[:, 1])
    space = np.minimum(1 - np.frexp(np.maximum(size, 1e-9))[1].astype(np.int64), _MAX_SPACE)
    lengths = 1 << np.arange(_MIN_TIME, _MAX_TIME, 2, dtype=np.int64)
    time = _MIN_TIME + 2 * np.searchsorted(lengths, time_ns[:, 1] - time_ns[:, 0], side="right")
    return np.where(size < 1.0, space, 0), time


def _add(table: dict[int, _Members], key: int, handle: int) -> None:
    members = table.get(key)
    if members is None:
        table[key] = handle
    elif isinstance(members, int):
        table[key] = array("i", (members, handle))
    else:
        members.append(handle)


def _add_many(table: dict[int, _Members], keys: IntArray, handles: IntArray) -> None:
    """Add members (n,) to cells (n,), which are in order."""
    first = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1)) if len(keys) else keys
    alone = np.diff(first, append=len(keys)) == 1
    single = dict(zip(keys[first[alone]].tolist(), handles[first[alone]].tolist(), strict=True))
    for key in table.keys() & single.keys():
        _add(table, key, single.pop(key))
    table.update(single)
    crowded = np.ones(len(keys), bool)
    crowded[first[alone]] = False
    for key, handle in zip(keys[crowded].tolist(), handles[crowded].tolist(), strict=True):
        _add(table, key, handle)
