"""Breaches in groups, one for each conflict: a pair of sides and a maximal window of rows whose spans touch.

Called by gather.py, which keeps the rows that decide something, and assemble.py, which makes conflicts of groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.conflicts.breaches import Breaches


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows in groups: order (k,) of rows, by pair and start; first (g,) of each group in it; of (k,) the group."""

    order: IntArray
    first: IntArray
    of: IntArray

    def __len__(self) -> int:
        return len(self.first)

    def reduced(self, how: np.ufunc, values: IntArray | BoolArray) -> IntArray | BoolArray:
        """One value (g,) for each group."""
        return np.asarray(how.reduceat(values[self.order], self.first))

    def least(self, values: FloatArray | IntArray | BoolArray) -> IntArray:
        """The row (g,) of each group with the least value, of several the first to start; NaN is the greatest."""
        key = values[self.order]
        key = np.where(np.isnan(key), np.inf, key) if key.dtype.kind == "f" else key.astype(np.int64)
        at = np.flatnonzero(key == np.minimum.reduceat(key, self.first)[self.of])
        return np.asarray(self.order[at[changes(self.of[at])]])


def grouped(rows: Breaches) -> Groups:
    """Rows by pair, and within a pair by maximal window; the same whatever order the rows came in."""
    a, b = np.minimum(rows.a, rows.b), np.maximum(rows.a, rows.b)
    order = np.lexsort((rows.lng_deg, rows.lat_deg, rows.start_ns, b, a))  # the place settles what is told of ties
    pair = np.cumsum(changes(a[order]) | changes(b[order])) - 1
    begins = changes(pair) | (rows.start_ns[order] > latest_before(pair, rows.end_ns[order]))
    return Groups(order, np.flatnonzero(begins), np.cumsum(begins) - 1)


def changes(values: IntArray) -> BoolArray:
    """Whether each value (k,) differs from the one before; the first one does."""
    return np.append(np.ones(min(len(values), 1), bool), values[1:] != values[:-1])


def latest_before(case: IntArray, end_ns: IntArray) -> IntArray:
    """The latest of the ends (k,) before each one in its case (k, ascending); for a case's first one its own."""
    known, rank = np.unique(end_ns, return_inverse=True)
    so_far = np.maximum.accumulate(case * len(known) + rank.reshape(-1)) - case * len(known)
    before = np.where(changes(case), rank.reshape(-1), np.roll(so_far, 1))
    return np.asarray(known[before]) if len(known) else end_ns
