"""Boxes in the cells of a grid: who is where, ordered by start, and how many start while another lasts.

Square cells of a face, in a grid as fine as the boxes are (one grid for each class of sizes), so that a box touches at
most four. Called by broad.py and parted.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.conflicts.boxes import Boxes

#: Cells range from a whole face (exponent 0: width 2) down to 2^-16 of it (some 200 m).
_MAX_EXPONENT: Final = 16
#: Sizes of one class differ by at most this factor.
_CLASS_STEP: Final = 2


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of 2^exponent cells to a side of each face, and the instants (k,), ascending, at which boxes start."""

    exponent: int
    starts: IntArray

    @property
    def width(self) -> int:
        """More than the rank of any start or end: a block and a rank make one number, block * width + rank."""
        return len(self.starts) + 1

    def cell(self, face: IntArray, low: FloatArray) -> IntArray:
        """(m,) cells of faces (m,) and least corners (m, 2)."""
        index = self.steps(low)
        return (((face << self.exponent) + index[:, 0]) << self.exponent) + index[:, 1]

    def steps(self, flat: FloatArray) -> IntArray:
        """Which cell along each axis, of coordinates of any shape in a face."""
        per_face = 2**self.exponent
        return np.asarray(np.clip(np.floor((flat + 1.0) * (per_face / 2.0)), 0, per_face - 1), np.int64)


@dataclass(frozen=True, slots=True)
class Entries:
    """Boxes in cells, ordered by block and start.

    box (m,): rows of Boxes. cell (m,): where. block (m,): only entries of one block are joined; the cell, or a part of
    those in it. start (m,): rank of the item's start. end (m,): rank of the first start after its end.
    """

    box: IntArray
    cell: IntArray
    block: IntArray
    start: IntArray
    end: IntArray

    def __len__(self) -> int:
        return len(self.box)

    def only(self, keep: BoolArray) -> Entries:
        """Some of them."""
        return Entries(self.box[keep], self.cell[keep], self.block[keep], self.start[keep], self.end[keep])

    def regrouped(self, block: IntArray, width: int) -> Entries:
        """The same entries in other blocks (m,), ordered anew."""
        order = np.argsort(block * width + self.start, kind="stable")
        return Entries(self.box[order], self.cell[order], block[order], self.start[order], self.end[order])


def size_class(flat: FloatArray) -> IntArray:
    """(m,) exponents e: a box of class e fits in cells of width 2^(1 - e), and is not much smaller."""
    size = np.maximum(flat[:, 2] - flat[:, 0], flat[:, 3] - flat[:, 1])
    with np.errstate(divide="ignore"):
        exponent = np.floor(1.0 - np.log2(size))
    exponent = np.floor(np.clip(exponent, 0, _MAX_EXPONENT) / _CLASS_STEP) * _CLASS_STEP
    return np.asarray(exponent, np.int64)


def entries_of(boxes: Boxes, rows: IntArray, grid: Grid) -> Entries:
    """Every cell that each box touches, a block of its own, ordered by cell and start."""
    low = grid.steps(boxes.flat[rows, :2])
    count = grid.steps(boxes.flat[rows, 2:]) - low + 1
    total = count[:, 0] * count[:, 1]
    which = np.repeat(np.arange(len(rows)), total)
    step = np.arange(len(which)) - np.repeat(np.cumsum(total) - total, total)
    across = low[which, 0] + step // count[which, 1]
    along = low[which, 1] + step % count[which, 1]
    cell = (((boxes.face[rows][which] << grid.exponent) + across) << grid.exponent) + along
    time = boxes.time_ns[boxes.item[rows]]
    start = np.searchsorted(grid.starts, time[:, 0])[which]
    end = np.searchsorted(grid.starts, time[:, 1], side="right")[which]
    return Entries(rows[which], cell, cell, start, end).regrouped(cell, grid.width)


def later_ones(entries: Entries, width: int) -> tuple[IntArray, IntArray]:
    """For each entry the first and the number of those after it in its block that start while it lasts."""
    key = entries.block * width + entries.start
    first = np.arange(len(entries)) + 1
    last = np.searchsorted(key, entries.block * width + entries.end, side="left")
    return first, np.maximum(last - first, 0)


def starting_in(one: Entries, other: Entries, width: int, *, after: bool) -> tuple[IntArray, IntArray]:
    """For each entry of one the first and the number of others that start while it lasts; after: not with it."""
    key = other.block * width + other.start
    base = one.block * width
    first = np.searchsorted(key, base + one.start, side="right" if after else "left")
    last = np.searchsorted(key, base + one.end, side="left")
    return first, np.maximum(last - first, 0)
