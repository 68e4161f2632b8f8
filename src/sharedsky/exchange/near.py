"""Who is near whom: an index of covers that answers with every entity whose cover has a cell, level and time in common.

A hash of cells in space and time on several levels (conflicts/cells.py), sifted exactly in whole numbers: the work
grows with what lies in the same place at the same time, not with what is stored. Called by picture.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sharedsky.conflicts.cells import Cells
from sharedsky.exchange.cover import CELLS
from sharedsky.exchange.model import Box, Cover

_WIDTH: Final = 2.0 / CELLS
#: A hair, so that a box's last cell is not taken for the next one [chart units].
_HAIR: Final = _WIDTH * 1e-3
#: As many cells are looked up in any case, and beyond that as many as take less time than to look at all rows.
_CELLS_AT_ONCE: Final = 4_096
_ROWS_FOR_A_CELL: Final = 20
#: One row in so many is looked at to choose how to look at all.
_SAMPLED: Final = 101
#: Rows that are added ahead at most.
_MOST_MORE: Final = 1 << 18
#: Covers that insert_many adds in one go, for the sake of memory.
_AT_ONCE: Final = 1 << 17
#: The numbers of a box.
_FIELDS: Final = len(Box._fields)


class Near:
    """Covers by key; origin_ns: an instant near the times that will be held."""

    def __init__(self, origin_ns: int) -> None:
        self._cells = Cells(origin_ns, remember=False)
        self._handles: dict[str, int | tuple[int, ...]] = {}  # most covers are one box
        self._keys: list[str | None] = []
        self._rows = np.empty((1024, 8), np.int64)  # see _row: each is at most the question's where boxes overlap
        self._face = np.empty(1024, np.int8)
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self._handles)

    def __contains__(self, key: str) -> bool:
        return key in self._handles

    def insert(self, key: str, cover: Cover) -> None:
        """Add a key, which must not be there."""
        handles = []
        for box in cover:
            handle = self._free.pop() if self._free else self._next()
            self._keys[handle] = key
            self._rows[handle] = _row(box)
            self._face[handle] = box.face
            self._cells.insert(handle, box.face, _chart_box(box), box.start_ns, box.end_ns)
            handles.append(handle)
        self._handles[key] = handles[0] if len(handles) == 1 else tuple(handles)

    def insert_many(self, covers: Iterable[tuple[str, Cover]]) -> None:
        """Add keys, none of which may be there; much faster than one by one."""
        rest = iter(covers)
        while some := list(islice(rest, _AT_ONCE)):
            self._insert_some(some)

    def _insert_some(self, covers: Sequence[tuple[str, Cover]]) -> None:
        boxes: list[Box] = []
        first = len(self._keys)
        for key, cover in covers:
            at = first + len(boxes)
            self._handles[key] = at if len(cover) == 1 else tuple(range(at, at + len(cover)))
            self._keys += [key] * len(cover)
            boxes += cover
        if not boxes:
            return
        flat = np.fromiter(chain.from_iterable(boxes), np.int64, len(boxes) * _FIELDS).reshape(-1, _FIELDS)
        face, u0, v0, u1, v1, low, high, start, end = flat.T
        self._reserve()
        new = slice(first, first + len(boxes))
        self._rows[new] = np.column_stack([u0, v0, low, start, -u1, -v1, -high, -end])
        self._face[new] = face
        chart = np.column_stack([u0 * _WIDTH - 1.0, v0 * _WIDTH - 1.0, _far_side(u1), _far_side(v1)])
        self._cells.insert_many(np.arange(first, first + len(boxes)), face, chart, np.column_stack([start, end]))

    def remove(self, key: str) -> None:
        """Take a key out.

        Raises:
            KeyError: it is not there.
        """
        handles = self._handles.pop(key)
        for handle in (handles,) if isinstance(handles, int) else handles:
            box = _box(int(self._face[handle]), self._rows[handle].tolist())
            self._cells.discard(handle, box.face, _chart_box(box), box.start_ns, box.end_ns)
            self._keys[handle] = None
            self._free.append(handle)

    def query(self, cover: Cover) -> set[str]:
        """The keys whose covers are relevant to one."""
        found: set[str | None] = set()
        for box in cover:
            question = _question(box)
            handles = self._coarse(box, question)
            if len(handles):
                overlap = (self._rows.take(handles, 0) <= question).all(axis=1)
                overlap &= self._face.take(handles) == box.face  # a coarse answer may be of all faces
                found.update(self._keys[handle] for handle in handles[overlap].tolist())
        found.discard(None)
        return {key for key in found if key is not None}

    def _coarse(self, box: Box, question: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Handles among which are all that a box overlaps: by cells, or where those are very many, of all rows."""
        chart, count = _chart_box(box), len(self._keys)
        if self._cells.work(chart, box.start_ns, box.end_ns) <= max(_CELLS_AT_ONCE, count // _ROWS_FOR_A_CELL):
            return self._cells.near(box.face, chart, box.start_ns, box.end_ns)
        rows = self._rows[:count]
        first, second, *_ = np.argsort((rows[::_SAMPLED] <= question).sum(axis=0)).tolist()  # what tells most apart
        return np.flatnonzero((rows[:, first] <= question[first]) & (rows[:, second] <= question[second]))

    def _next(self) -> int:
        self._keys.append(None)
        self._reserve()
        return len(self._keys) - 1

    def _reserve(self) -> None:
        if len(self._keys) > len(self._rows):
            more = max(len(self._keys) - len(self._rows), min(len(self._rows), _MOST_MORE))
            self._rows = np.concatenate([self._rows, np.empty((more, 8), np.int64)])
            self._face = np.concatenate([self._face, np.empty(more, np.int8)])


def _row(box: Box) -> tuple[int, ...]:
    return (box.u0, box.v0, box.low_mm, box.start_ns, -box.u1, -box.v1, -box.high_mm, -box.end_ns)


def _question(box: Box) -> npt.NDArray[Any]:
    row = (box.u1, box.v1, box.high_mm, box.end_ns, -box.u0, -box.v0, -box.low_mm, -box.start_ns)
    return np.array(row, np.int64)


def _box(face: int, row: list[int]) -> Box:
    u0, v0, low_mm, start_ns, u1, v1, high_mm, end_ns = row
    return Box(face, u0, v0, -u1, -v1, low_mm, -high_mm, start_ns, -end_ns)


def _chart_box(box: Box) -> tuple[float, float, float, float]:
    return (
        box.u0 * _WIDTH - 1.0,
        box.v0 * _WIDTH - 1.0,
        (box.u1 + 1) * _WIDTH - 1.0 - _HAIR,
        (box.v1 + 1) * _WIDTH - 1.0 - _HAIR,
    )


def _far_side(last: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The third and fourth of _chart_box, for many."""
    return (last + 1) * _WIDTH - 1.0 - _HAIR
