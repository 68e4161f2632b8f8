"""What the searches find, gathered in bounded memory: of very many rows those that decide something.

A pair may be in breach in very many rows: each volume of one plan with each of another, each piece of one path with
each of another. A conflict is told from few of them; the others are dropped as they come. More pairs than a report may
have conflicts end the search at once, before memory is used up: a part of the conflicts is no answer. Called by
search.py.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import numpy as np

from sharedsky.airspace.earth import IntArray
from sharedsky.conflicts.breaches import Breaches, Doubtful, joined
from sharedsky.conflicts.groups import changes, grouped, latest_before
from sharedsky.conflicts.levels import Band
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.reasons import Reason
from sharedsky.conflicts.sides import Sides
from sharedsky.conflicts.terminal import is_terminal
from sharedsky.errors import LimitError

#: Rows gathered before those that decide nothing are dropped: some 200 MB.
_MANY: Final = 1_000_000


def too_many(limit: int) -> LimitError:
    """The error of a search that finds more than `limit` conflicts or undetermined pairs."""
    return LimitError(
        f"more conflicts or undetermined pairs than the limit max-conflicts = {limit:,}; a part of them is no answer.",
        "Narrow the input (area, time), or raise the limit with --limit max-conflicts=NUMBER.",
    )


class Gathered:
    """Breaches, and pairs of sides that only unknown ground would bring into conflict.

    Args:
        max_conflicts: the most pairs of sides that may be found, in conflict or undetermined.
    """

    def __init__(self, sides: Sides, profile: Profile, max_conflicts: int) -> None:
        self._sides = sides
        self._profile = profile
        self._max_conflicts = max_conflicts
        self._rows: list[Breaches] = []
        self._held = 0
        self._due = _MANY
        self._in_conflict = _Pairs(len(sides))
        self._doubtful = _Pairs(len(sides))

    def add(self, rows: Breaches, doubtful: Doubtful) -> None:
        """More of both.

        Raises:
            LimitError: that makes more pairs than there may be conflicts.
        """
        self._in_conflict.add(rows.a, rows.b)
        self._doubtful.add(doubtful.a, doubtful.b)
        if max(self._in_conflict.least, self._doubtful.least) > self._max_conflicts:
            raise too_many(self._max_conflicts)
        if len(rows) == 0:
            return
        self._rows.append(rows)
        self._held += len(rows)
        if self._held >= self._due:
            self._rows = [deciding(joined(self._rows), self._sides, self._profile)]
            self._held = len(self._rows[0])
            self._due = 2 * self._held + _MANY

    @property
    def rows(self) -> list[Breaches]:
        """The breaches, less rows that decide nothing."""
        return self._rows

    def undetermined(self) -> list[tuple[int, int]]:
        """Pairs of sides that are doubtful and in conflict nowhere, the lower number first, in order.

        Raises:
            LimitError: there are more than max_conflicts.
        """
        key = np.setdiff1d(self._doubtful.keys(), self._in_conflict.keys(), assume_unique=True)
        if len(key) > self._max_conflicts:
            raise too_many(self._max_conflicts)
        return list(zip((key // len(self._sides)).tolist(), (key % len(self._sides)).tolist(), strict=True))


class _Pairs:
    """A set of pairs of numbers below n, in either order, as one array."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._known = np.empty(0, np.int64)
        self._new: list[IntArray] = []
        self._waiting = 0

    def add(self, a: IntArray, b: IntArray) -> None:
        if len(a):
            self._new.append(np.unique(np.minimum(a, b) * self._n + np.maximum(a, b)))
            self._waiting += len(self._new[-1])
        if self._waiting > len(self._known):
            self.keys()

    @property
    def least(self) -> int:
        """At least so many pairs are in the set, and at most twice as many."""
        return len(self._known)

    def keys(self) -> IntArray:
        """The pairs, lower * n + higher, ascending."""
        if self._new:
            self._known = np.unique(np.concatenate([self._known, *self._new]))
            self._new, self._waiting = [], 0
        return self._known


def deciding(rows: Breaches, sides: Sides, profile: Profile) -> Breaches:
    """The rows from which, with any that are still to come, the same conflicts are told as from all; in their order.

    Of each group: those that make its window and its certain windows, and the first with each extreme that is told.
    """
    groups = grouped(rows)
    keep = np.zeros(len(rows), bool)
    everything, sure = np.arange(len(rows)), np.flatnonzero(rows.sure_start_ns <= rows.sure_end_ns)
    keep[_covering(rows, everything, rows.start_ns, rows.end_ns)] = True
    keep[_covering(rows, sure, rows.sure_start_ns, rows.sure_end_ns)] = True
    for values in (
        *(rows.ratio, rows.horizontal_m, rows.band.lower, rows.band.geo_lower, rows.band.datum),
        *(-highest.astype(np.int64) for highest in (rows.band.upper, rows.band.geo_upper, rows.band.datum)),
        *(-rows.vertical_um, is_terminal(rows, sides, profile.terminal), rows.needs_terrain),
        *((rows.reason & int(bit)) == 0 for bit in Reason if bit),
    ):
        keep[groups.least(values)] = True
    return _only(rows, np.flatnonzero(keep))


def _covering(rows: Breaches, of: IntArray, start_ns: IntArray, end_ns: IntArray) -> IntArray:
    """Those of the rows `of` whose spans cover as much of each pair's time as all do: none lies within another."""
    a, b = np.minimum(rows.a, rows.b)[of], np.maximum(rows.a, rows.b)[of]
    order = np.lexsort((-end_ns[of], start_ns[of], b, a))
    begins = changes(a[order]) | changes(b[order])
    end = end_ns[of[order]]
    return of[order[begins | (end > latest_before(np.cumsum(begins) - 1, end))]]


def _only(rows: Breaches, k: IntArray) -> Breaches:
    """Rows k."""
    band = Band(*(getattr(rows.band, field.name)[k] for field in fields(Band)))
    columns = (field.name for field in fields(Breaches) if field.name != "band")
    return Breaches(band=band, **{name: getattr(rows, name)[k] for name in columns})
