"""The coarse search: all pairs of boxes that overlap in place, time and level. It never misses.

Boxes are put into the cells of a grid (grid.py); within a cell they are ordered by their start, and each meets those
that start before it ends; cells that one group crowds are parted first (parted.py). A pair found in several cells is
kept in the one that holds the least corner of its overlap, and one found in several faces in the first of them. All
over numpy arrays, in chunks of bounded memory. Called by the searches over volumes and legs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.earth import BoolArray, IntArray
from sharedsky.conflicts.boxes import Boxes
from sharedsky.conflicts.grid import Entries, Grid, entries_of, size_class
from sharedsky.conflicts.parted import Ranges, join_of, parted

#: Candidates looked at together: bounds memory to some 500 MB.
_CHUNK: Final = 2_000_000

Pairs = tuple[IntArray, IntArray]


@dataclass(frozen=True, slots=True)
class _Table:
    """Boxes, and the rows (s, 6) of items with several, by face, -1 for none; of (n,): which of s, -1 for one box."""

    boxes: Boxes
    of: IntArray
    rows_of: IntArray


def overlapping(a: Boxes, b: Boxes | None = None) -> Iterator[Pairs]:
    """Pairs of items whose boxes overlap, of different groups, in chunks.

    Args:
        a, b: boxes; None for b joins a with itself.
    Yields:
        (i, j): items of a and of b (of a, where b is None; then i < j), each pair once.
    """
    one = _table(a)
    other = one if b is None else _table(b)
    shared = _share_groups(a, b)
    class_a, class_b = size_class(one.boxes.flat), size_class(other.boxes.flat)
    for fine in np.unique(class_a):
        for coarse in np.unique(class_b):
            if b is None and coarse > fine:
                continue  # the same two classes the other way round
            left, right = np.flatnonzero(class_a == fine), np.flatnonzero(class_b == coarse)
            exponent = int(min(fine, coarse))
            same = b is None and fine == coarse
            for i, j in _join(one, left, other, right, exponent, same=same, shared=shared):
                yield (np.minimum(i, j), np.maximum(i, j)) if b is None else (i, j)


def _share_groups(a: Boxes, b: Boxes | None) -> bool:
    """Whether any pair may be of one group."""
    if b is None:
        return len(np.unique(a.group)) < len(a.group)
    return bool(np.isin(b.group, a.group).any())


def _table(boxes: Boxes) -> _Table:
    items = len(boxes.group)
    several = np.flatnonzero(np.bincount(boxes.item, minlength=items) > 1)
    of = np.full(items, -1, np.int64)
    of[several] = np.arange(len(several))
    rows_of = np.full((len(several), 6), -1, np.int64)
    row = np.flatnonzero(of[boxes.item] >= 0)
    rows_of[of[boxes.item[row]], boxes.face[row]] = row
    return _Table(boxes, of, rows_of)


def _join(
    one: _Table, left: IntArray, other: _Table, right: IntArray, exponent: int, *, same: bool, shared: bool
) -> Iterator[Pairs]:
    a, b = one.boxes, other.boxes
    starts = np.unique(np.concatenate([a.time_ns[a.item[left], 0], b.time_ns[b.item[right], 0]]))
    grid = Grid(exponent, starts)
    entries = entries_of(a, left, grid)
    whole = join_of(entries, entries if same else entries_of(b, right, grid), grid)
    for join in parted(a, b, whole, grid) if shared else (whole,):
        yield from _meetings(one, join.left, other, join.right, join.onward, grid)
        if join.back is not None:
            for j, i in _meetings(other, join.right, one, join.left, join.back, grid):
                yield i, j


def _meetings(one: _Table, left: Entries, other: _Table, right: Entries, ranges: Ranges, grid: Grid) -> Iterator[Pairs]:
    """Pairs of items among the candidates: for each left entry a range of the right ones, its first and its count."""
    a, b = one.boxes, other.boxes
    first, count = ranges
    for begin, end in _chunks(count):
        n = count[begin:end]
        row_a = np.repeat(np.arange(begin, end), n)
        row_b = np.arange(len(row_a)) - np.repeat(np.cumsum(n) - n - first[begin:end], n)
        box_a, box_b = left.box[row_a], right.box[row_b]
        keep = _really_overlap(a, box_a, b, box_b, left.cell[row_a], grid)
        box_a, box_b = box_a[keep], box_b[keep]
        new = ~_in_an_earlier_face(one, box_a, other, box_b)
        if new.any():
            yield a.item[box_a[new]], b.item[box_b[new]]


def _chunks(count: IntArray) -> Iterator[tuple[int, int]]:
    """Ranges of rows with about _CHUNK candidates each."""
    total = np.cumsum(count)
    begin = 0
    while begin < len(count):
        before = total[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, before + _CHUNK, side="right")))
        yield begin, end
        begin = end


def _really_overlap(a: Boxes, box_a: IntArray, b: Boxes, box_b: IntArray, cell: IntArray, grid: Grid) -> IntArray:
    """Rows of the candidates that overlap in both axes and levels, are of two groups, and belong to this cell."""
    keep = np.arange(len(box_a))
    for axis in (0, 1):
        p, q = box_a[keep], box_b[keep]
        keep = keep[(a.flat[p, axis] <= b.flat[q, axis + 2]) & (b.flat[q, axis] <= a.flat[p, axis + 2])]
    i, j = a.item[box_a[keep]], b.item[box_b[keep]]
    keep = keep[_bands_overlap(a, i, b, j) & (a.group[i] != b.group[j])]
    corner = np.maximum(a.flat[box_a[keep], :2], b.flat[box_b[keep], :2])
    return np.asarray(keep[grid.cell(a.face[box_a[keep]], corner) == cell[keep]])


def _bands_overlap(a: Boxes, i: IntArray, b: Boxes, j: IntArray) -> BoolArray:
    p, q = a.band_um[i], b.band_um[j]
    return np.asarray((p[:, 0] <= q[:, 1]) & (q[:, 0] <= p[:, 1]) & (p[:, 2] <= q[:, 3]) & (q[:, 2] <= p[:, 3]))


def _in_an_earlier_face(one: _Table, box_a: IntArray, other: _Table, box_b: IntArray) -> BoolArray:
    """Whether the items of boxes that overlap also overlap in a face of a lower number, where they are found too."""
    a, b = one.boxes, other.boxes
    out = np.zeros(len(box_a), bool)
    p, q = one.of[a.item[box_a]], other.of[b.item[box_b]]
    row = np.flatnonzero((p >= 0) & (q >= 0))
    rows_p, rows_q = one.rows_of[p[row]], other.rows_of[q[row]]
    for face in range(6):
        both = (rows_p[:, face] >= 0) & (rows_q[:, face] >= 0) & (face < a.face[box_a[row]])
        u, v = a.flat[rows_p[both, face]], b.flat[rows_q[both, face]]
        out[row[both]] |= (u[:, :2] <= v[:, 2:]).all(axis=1) & (v[:, :2] <= u[:, 2:]).all(axis=1)
    return out
