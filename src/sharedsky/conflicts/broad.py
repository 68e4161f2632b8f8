"""The coarse search: all pairs of boxes that overlap in place, time and level. It never misses.

Boxes are put into square cells of their face, in a grid as fine as they are (one grid for each class of sizes);
within a
cell they are ordered by their start, and each meets those that start before it ends. A pair found in several cells is
kept in the one that holds the least corner of its overlap. All over numpy arrays, in chunks of bounded memory.
Called by the searches over volumes and legs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.conflicts.boxes import Boxes

#: Candidates looked at together: bounds memory to some 500 MB.
_CHUNK: Final = 2_000_000
#: Cells range from a whole face (exponent 0: width 2) down to 2^-16 of it (some 200 m).
_MAX_EXPONENT: Final = 16
#: Sizes of one class differ by at most this factor.
_CLASS_STEP: Final = 2

Pairs = tuple[IntArray, IntArray]


@dataclass(frozen=True, slots=True)
class _Entries:
    """Boxes in cells: box (m,) rows of Boxes; key (m,) cell and start in one number, ascending."""

    box: IntArray
    key: IntArray
    cell: IntArray


def overlapping(a: Boxes, b: Boxes | None = None) -> Iterator[Pairs]:
    """Pairs of items whose boxes overlap, of different groups, in chunks.

    Args:
        a, b: boxes; None for b joins a with itself, each unordered pair once.
    Yields:
        (i, j): items of a and of b (of a, where b is None; then i < j). A pair may come twice where both items have
        boxes in two faces.
    """
    other = a if b is None else b
    class_a, class_b = _size_class(a.flat), _size_class(other.flat)
    for fine in np.unique(class_a):
        for coarse in np.unique(class_b):
            if b is None and coarse > fine:
                continue  # the same two classes the other way round
            left, right = np.flatnonzero(class_a == fine), np.flatnonzero(class_b == coarse)
            exponent = int(min(fine, coarse))
            yield from _join(a, left, other, right, exponent, same=b is None and fine == coarse, self_join=b is None)


def _size_class(flat: FloatArray) -> IntArray:
    """(m,) exponents e: a box of class e fits in cells of width 2^(1 - e), and is not much smaller."""
    size = np.maximum(flat[:, 2] - flat[:, 0], flat[:, 3] - flat[:, 1])
    with np.errstate(divide="ignore"):
        exponent = np.floor(1.0 - np.log2(size))
    exponent = np.floor(np.clip(exponent, 0, _MAX_EXPONENT) / _CLASS_STEP) * _CLASS_STEP
    return np.asarray(exponent, np.int64)


def _join(
    a: Boxes, left: IntArray, b: Boxes, right: IntArray, exponent: int, *, same: bool, self_join: bool
) -> Iterator[Pairs]:
    starts = np.unique(np.concatenate([a.time_ns[a.item[left], 0], b.time_ns[b.item[right], 0]]))
    entries_a = _entries(a, left, exponent, starts)
    if same:
        entries_a = _of_several_groups(a, entries_a)
        yield from _meetings(a, entries_a, a, entries_a, exponent, starts, same=True, self_join=True)
        return
    entries_b = _entries(b, right, exponent, starts)
    yield from _meetings(a, entries_a, b, entries_b, exponent, starts, same=False, self_join=self_join)
    for j, i in _meetings(b, entries_b, a, entries_a, exponent, starts, same=False, self_join=self_join, after=True):
        yield (np.minimum(i, j), np.maximum(i, j)) if self_join else (i, j)


def _entries(boxes: Boxes, rows: IntArray, exponent: int, starts: IntArray) -> _Entries:
    """Every cell that each box touches, ordered by cell and start."""
    per_face = 2**exponent
    low = _cell_index(boxes.flat[rows, :2], per_face)
    count = _cell_index(boxes.flat[rows, 2:], per_face) - low + 1
    total = count[:, 0] * count[:, 1]
    which = np.repeat(np.arange(len(rows)), total)
    step = np.arange(len(which)) - np.repeat(np.cumsum(total) - total, total)
    across = low[which, 0] + step // count[which, 1]
    along = low[which, 1] + step % count[which, 1]
    cell = (boxes.face[rows][which] * per_face + across) * per_face + along
    rank = np.searchsorted(starts, boxes.time_ns[boxes.item[rows], 0])[which]
    key = cell * (len(starts) + 1) + rank
    order = np.argsort(key, kind="stable")
    return _Entries(rows[which[order]], key[order], cell[order])


def _of_several_groups(boxes: Boxes, entries: _Entries) -> _Entries:
    """The entries of cells that hold more than one group: in the others nothing is to be joined."""
    if len(entries.cell) == 0:
        return entries
    begins = np.ones(len(entries.cell), bool)
    begins[1:] = entries.cell[1:] != entries.cell[:-1]
    first = np.flatnonzero(begins)
    group = boxes.group[boxes.item[entries.box]]
    several = np.minimum.reduceat(group, first) < np.maximum.reduceat(group, first)
    keep = several[np.cumsum(begins) - 1]
    return _Entries(entries.box[keep], entries.key[keep], entries.cell[keep])


def _cell_index(flat: FloatArray, per_face: int) -> IntArray:
    return np.clip(np.floor((flat + 1.0) * (per_face / 2.0)), 0, per_face - 1).astype(np.int64)


def _meetings(
    a: Boxes,
    entries_a: _Entries,
    b: Boxes,
    entries_b: _Entries,
    exponent: int,
    starts: IntArray,
    *,
    same: bool,
    self_join: bool,
    after: bool = False,
) -> Iterator[Pairs]:
    """Pairs in which b's item starts while a's lasts: at or after a's start, or strictly after it."""
    ends = a.time_ns[a.item[entries_a.box], 1]
    rank_end = np.searchsorted(starts, ends, side="right")
    base = entries_a.cell * (len(starts) + 1)
    if same:
        first = np.arange(len(entries_a.box)) + 1
    else:
        first = np.searchsorted(entries_b.key, entries_a.key, side="right" if after else "left")
    last = np.searchsorted(entries_b.key, base + rank_end, side="left")
    count = np.maximum(last - first, 0)
    for begin, end in _chunks(count):
        n = count[begin:end]
        row_a = np.repeat(np.arange(begin, end), n)
        row_b = np.arange(len(row_a)) - np.repeat(np.cumsum(n) - n - first[begin:end], n)
        box_a, box_b = entries_a.box[row_a], entries_b.box[row_b]
        cell = entries_a.cell[row_a]
        keep = _really_overlap(a, box_a, b, box_b, cell, exponent)
        i, j = a.item[box_a[keep]], b.item[box_b[keep]]
        if len(i):
            yield (np.minimum(i, j), np.maximum(i, j)) if self_join else (i, j)


def _chunks(count: IntArray) -> Iterator[tuple[int, int]]:
    """Ranges of rows with about _CHUNK candidates each."""
    total = np.cumsum(count)
    begin = 0
    while begin < len(count):
        before = total[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, before + _CHUNK, side="right")))
        yield begin, end
        begin = end


def _really_overlap(a: Boxes, box_a: IntArray, b: Boxes, box_b: IntArray, cell: IntArray, exponent: int) -> IntArray:
    """Rows of the candidates that overlap in both axes and levels, are of two groups, and belong to this cell."""
    keep = np.arange(len(box_a))
    for axis in (0, 1):
        p, q = box_a[keep], box_b[keep]
        keep = keep[(a.flat[p, axis] <= b.flat[q, axis + 2]) & (b.flat[q, axis] <= a.flat[p, axis + 2])]
    i, j = a.item[box_a[keep]], b.item[box_b[keep]]
    keep = keep[_bands_overlap(a, i, b, j) & (a.group[i] != b.group[j])]
    corner = np.maximum(a.flat[box_a[keep], :2], b.flat[box_b[keep], :2])
    index = _cell_index(corner, 2**exponent)
    own = (a.face[box_a[keep]] * 2**exponent + index[:, 0]) * 2**exponent + index[:, 1]
    return np.asarray(keep[own == cell[keep]])


def _bands_overlap(a: Boxes, i: IntArray, b: Boxes, j: IntArray) -> BoolArray:
    p, q = a.band_um[i], b.band_um[j]
    return np.asarray((p[:, 0] <= q[:, 1]) & (q[:, 0] <= p[:, 1]) & (p[:, 2] <= q[:, 3]) & (q[:, 2] <= p[:, 3]))
