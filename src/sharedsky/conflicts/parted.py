"""Cells crowded by one group are parted, so that only pairs of different groups are looked at.

A party may have very many volumes in one place; pairs of its own are never wanted, and they grow with the square. Where
more than half of a cell's candidates are of one group each, the groups in it are numbered, and those whose numbers
first differ in one binary digit are joined across that digit: each pair of different groups in exactly one join, no
pair of one group in any. Elsewhere the plain join looks at no more than twice what it must. Called by broad.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.earth import BoolArray, IntArray
from sharedsky.conflicts.boxes import Boxes
from sharedsky.conflicts.grid import Entries, Grid, later_ones, starting_in

#: So many candidates for each entry are as quickly looked at as parted; they do not grow with the square.
_FEW: Final = 16


Ranges = tuple[IntArray, IntArray]


@dataclass(frozen=True, slots=True)
class Join:
    """Two tables of entries to be joined with each other, or one with itself (then left is right), and the candidates.

    onward: for each left entry the first and the number of the right entries that start while it lasts. back: the same
    the other way round, without those that start together; None where left is right.
    """

    left: Entries
    right: Entries
    onward: Ranges
    back: Ranges | None

    @property
    def same(self) -> bool:
        """Whether it joins a table with itself."""
        return self.left is self.right

    @property
    def counts(self) -> list[IntArray]:
        """How many candidates each entry has: of the left table and, where it is another, of the right one."""
        return [self.onward[1]] if self.back is None else [self.onward[1], self.back[1]]


def join_of(left: Entries, right: Entries, grid: Grid) -> Join:
    """Two tables, or one twice, with their candidates."""
    if left is right:
        return Join(left, left, later_ones(left, grid.width), None)
    onward = starting_in(left, right, grid.width, after=False)
    return Join(left, right, onward, starting_in(right, left, grid.width, after=True))


@dataclass(frozen=True, slots=True)
class _Numbered:
    """Entries with the groups of their cell numbered: cell (m,) and group (m,) each in one sequence over all cells.

    first (m,): the sequence's number of the cell's first group. number (m,): of the entry's group within its cell.
    """

    entries: Entries
    first: IntArray
    number: IntArray

    def by_group(self, grid: Grid) -> Entries:
        """The entries, each group of each cell a block."""
        return self.entries.regrouped(self.first + self.number, grid.width)

    def on_side(self, digit: int, side: int, grid: Grid) -> Entries:
        """Those whose number has `side` in a binary digit; those that share all higher digits are a block."""
        keep = (self.number >> digit) & 1 == side
        block = self.first[keep] + ((self.number[keep] >> (digit + 1)) << (digit + 1))
        return self.entries.only(keep).regrouped(block, grid.width)

    def crowded(self, of: BoolArray) -> _Numbered:
        """Those in cells, by the first of their groups, of which that is true."""
        keep = of[self.first]
        return _Numbered(self.entries.only(keep), self.first[keep], self.number[keep])


def parted(a: Boxes, b: Boxes, whole: Join, grid: Grid) -> Iterator[Join]:
    """Joins that together hold each pair of different groups of `whole` once, and few pairs of one group.

    Args:
        a, b: what the left and the right entries are rows of. Groups of the two that are equal are one.
    """
    if sum(int(count.sum()) for count in whole.counts) <= _FEW * (len(whole.left) + len(whole.right)):
        yield whole
        return
    left, right = _numbered(a, b, whole)
    crowded = _crowded(whole, left, right, grid)
    plain_left = whole.left.only(~crowded[left.first])
    yield join_of(plain_left, plain_left if whole.same else whole.right.only(~crowded[right.first]), grid)
    left, right = left.crowded(crowded), right.crowded(crowded)
    most = max((int(side.number.max()) for side in (left, right) if len(side.number)), default=0)
    for digit in range(most.bit_length()):
        for side in (0,) if whole.same else (0, 1):
            yield join_of(left.on_side(digit, side, grid), right.on_side(digit, 1 - side, grid), grid)


def _numbered(a: Boxes, b: Boxes, join: Join) -> tuple[_Numbered, _Numbered]:
    """Both tables with the groups of each cell numbered alike."""
    sides = [(a, join.left)] if join.same else [(a, join.left), (b, join.right)]
    cell = np.concatenate([entries.cell for _, entries in sides])
    group = np.concatenate([boxes.group[boxes.item[entries.box]] for boxes, entries in sides])
    order = np.lexsort((group, cell))
    next_cell = np.append(True, np.diff(cell[order]) != 0)
    sequence = np.cumsum(next_cell | np.append(True, np.diff(group[order]) != 0)) - 1
    first, number = np.empty_like(order), np.empty_like(order)
    first[order] = np.maximum.accumulate(np.where(next_cell, sequence, 0))
    number[order] = sequence - first[order]
    cut = len(join.left)
    left = _Numbered(join.left, first[:cut], number[:cut])
    return left, left if join.same else _Numbered(join.right, first[cut:], number[cut:])


def _crowded(join: Join, left: _Numbered, right: _Numbered, grid: Grid) -> BoolArray:
    """Whether more than half of a cell's candidates are pairs of one group, by the cell's first group."""
    size = 1 + max(int((side.first + side.number).max()) for side in (left, right) if len(side.number))
    one = left.by_group(grid)
    within = join_of(one, one if join.same else right.by_group(grid), grid)
    first = np.zeros(size, np.int64)  # of each group in the sequence, its cell's first
    for side in (left, right):
        first[side.first + side.number] = side.first
    all_of, wasted = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for side, count in zip((left, right), join.counts, strict=False):
        np.add.at(all_of, side.first, count)
    for entries, count in zip((within.left, within.right), within.counts, strict=False):
        np.add.at(wasted, first[entries.block], count)
    return np.asarray(wasted > all_of // 2)
