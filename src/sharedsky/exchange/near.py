"""Who is near whom: an index of covers that answers with every entity whose cover has a cell, level and time in common.

A hash of cells in space and time on several levels (conflicts/cells.py), sifted exactly in whole numbers: the work
grows with what lies in the same place at the same time, not with what is stored. Called by picture.py.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sharedsky.conflicts.cells import Cells
from sharedsky.exchange.cover import CELLS
from sharedsky.exchange.model import Box, Cover

_WIDTH: Final = 2.0 / CELLS
#: A hair, so that a box's last cell is not taken for the next one [chart units].
_HAIR: Final = _WIDTH * 1e-3


class Near:
    """Covers by key; origin_ns: an instant near the times that will be held."""

    def __init__(self, origin_ns: int) -> None:
        self._cells = Cells(origin_ns)
        self._handles: dict[str, tuple[int, ...]] = {}
        self._keys: list[str | None] = []
        self._rows = np.empty((1024, 8), np.int64)  # see _row: each is at most the question's where boxes overlap
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
            self._cells.insert(handle, box.face, _chart_box(box), box.start_ns, box.end_ns)
            handles.append(handle)
        self._handles[key] = tuple(handles)

    def remove(self, key: str) -> None:
        """Take a key out.

        Raises:
            KeyError: it is not there.
        """
        for handle in self._handles.pop(key):
            self._cells.remove(handle)
            self._keys[handle] = None
            self._free.append(handle)

    def query(self, cover: Cover) -> set[str]:
        """The keys whose covers are relevant to one."""
        found: set[str | None] = set()
        for box in cover:
            handles = self._cells.near(box.face, _chart_box(box), box.start_ns, box.end_ns)
            if len(handles):
                overlap = (self._rows.take(handles, 0) <= _question(box)).all(axis=1)
                found.update(self._keys[handle] for handle in handles[overlap].tolist())
        found.discard(None)
        return {key for key in found if key is not None}

    def _next(self) -> int:
        self._keys.append(None)
        if len(self._keys) > len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        return len(self._keys) - 1


def _row(box: Box) -> tuple[int, ...]:
    return (box.u0, box.v0, box.low_mm, box.start_ns, -box.u1, -box.v1, -box.high_mm, -box.end_ns)


def _question(box: Box) -> npt.NDArray[Any]:
    row = (box.u1, box.v1, box.high_mm, box.end_ns, -box.u0, -box.v0, -box.low_mm, -box.start_ns)
    return np.array(row, np.int64)


def _chart_box(box: Box) -> tuple[float, float, float, float]:
    return (
        box.u0 * _WIDTH - 1.0,
        box.v0 * _WIDTH - 1.0,
        (box.u1 + 1) * _WIDTH - 1.0 - _HAIR,
        (box.v1 + 1) * _WIDTH - 1.0 - _HAIR,
    )
