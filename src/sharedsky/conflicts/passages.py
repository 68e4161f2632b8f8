"""Pieces of path and the volumes that they may pass through: which at one time, and where by their levels.

An aircraft is at one level of what is possible: it may be inside a volume where any of its levels lies between floor
and ceiling, and surely is where all of them do. Called by crossings.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sharedsky.airspace.datums import Bounds
from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.spans import Span, both, everywhere, only_if, where_above, where_below
from sharedsky.conflicts.legs import Legs
from sharedsky.conflicts.levels import Gap, below_minimum, gap, same_frame
from sharedsky.conflicts.volumes import Minima, Volumes


@dataclass(frozen=True, slots=True)
class Passages:
    """k pairs of a piece of path, legs i[k], and a volume, volumes j[k], with the minima between them.

    window_ns (k, 2): the time of the volume, with the buffer.
    """

    legs: Legs
    i: IntArray
    volumes: Volumes
    j: IntArray
    minima: Minima
    window_ns: IntArray

    def __len__(self) -> int:
        return len(self.i)

    def take(self, rows: IntArray) -> Passages:
        """Some of the passages."""
        return replace(self, i=self.i[rows], j=self.j[rows], window_ns=self.window_ns[rows])

    @property
    def timed(self) -> BoolArray:
        """(k,) whether the aircraft's times are known."""
        return self.legs.timed[self.i]

    @property
    def lateral_m(self) -> FloatArray:
        """(k,) how far from the path the aircraft may be."""
        return self.legs.lateral_m[self.i]

    @property
    def room_m(self) -> FloatArray:
        """(k,) within this of the volume's core an aircraft breaks the horizontal minimum."""
        return self.volumes.shapes.reach_m[self.j] + self.minima.horizontal_m

    def highest(self) -> tuple[Bounds, IntArray]:
        """The highest level that the aircraft may be at: its bounds, by piece, and (k, 2) at the piece's ends [um]."""
        return self.legs.ceiling, self.legs.upper_um[self.i] + self.legs.uncertainty_um[self.i][:, None]

    def lowest(self) -> tuple[Bounds, IntArray]:
        """The lowest level that the aircraft may be at, as `highest`."""
        return self.legs.floor, self.legs.lower_um[self.i] - self.legs.uncertainty_um[self.i][:, None]

    def gaps(self) -> tuple[Gap, Gap]:
        """How far volumes lie above pieces, and pieces above volumes, over whole pieces."""
        legs, volumes, same_point = self.legs, self.volumes, self.minima.same_point
        return (
            gap(volumes.floor, self.j, legs.ceiling, self.i, same_point=same_point),
            gap(legs.floor, self.i, volumes.ceiling, self.j, same_point=same_point),
        )


def at_one_time(legs: Legs, i: IntArray, volumes: Volumes, j: IntArray, minima: Minima) -> Passages:
    """The pairs whose aircraft may fly while the volume exists, with the buffer at both."""
    early, late = legs.early_ns[i, 0] - minima.buffer_ns, legs.late_ns[i, 1] + minima.buffer_ns
    window = volumes.time_ns[j] + np.array([-minima.buffer_ns, minima.buffer_ns])
    keep = np.flatnonzero((early <= window[:, 1]) & (window[:, 0] <= late))
    return Passages(legs, i, volumes, j, minima, window).take(keep)


def possible_levels(passages: Passages) -> Span:
    """The part of each piece on which the aircraft may be between floor and ceiling."""
    return both(_over_floor(passages, sure=False), _under_ceiling(passages, sure=False))


def certain_levels(passages: Passages) -> Span:
    """The part of each piece on which all levels that the aircraft may be at lie between floor and ceiling."""
    return both(_over_floor(passages, sure=True), _under_ceiling(passages, sure=True))


def _over_floor(passages: Passages, *, sure: bool) -> Span:
    """Where on each piece the aircraft may be over the floor, less the minimum; sure: it is, at all its levels."""
    floor, j, minimum = passages.volumes.floor, passages.j, passages.minima.vertical_um
    level, level_um = passages.lowest() if sure else passages.highest()
    bound_um = (floor.own_hi if sure else floor.own_lo)[j] - minimum
    along = where_above(level_um[:, 0], level_um[:, 1], bound_um, strict=minimum > 0)
    return _where_held(passages, (floor, j, level, passages.i), along, sure=sure)


def _under_ceiling(passages: Passages, *, sure: bool) -> Span:
    """Where on each piece the aircraft may be under the ceiling, plus the minimum; sure: it is, at all its levels."""
    ceiling, j, minimum = passages.volumes.ceiling, passages.j, passages.minima.vertical_um
    level, level_um = passages.highest() if sure else passages.lowest()
    bound_um = (ceiling.own_lo if sure else ceiling.own_hi)[j] + minimum
    along = where_below(level_um[:, 0], level_um[:, 1], bound_um, strict=minimum > 0)
    return _where_held(passages, (level, passages.i, ceiling, j), along, sure=sure)


def _where_held(
    passages: Passages, upper_over_lower: tuple[Bounds, IntArray, Bounds, IntArray], along: Span, *, sure: bool
) -> Span:
    """`along` where the two levels share a datum and the times are known; else the whole piece, or nothing of it.

    With a horizontal minimum the two need not be over the same ground.
    """
    same_point = passages.minima.same_point
    apart = gap(*upper_over_lower, same_point=same_point)
    whole = below_minimum(apart.greatest if sure else apart.least, passages.minima.vertical_um)
    fixed = only_if(everywhere(len(passages)), whole)
    direct = same_frame(*upper_over_lower, same_point=same_point) & passages.timed
    return np.where(direct, along[0], fixed[0]), np.where(direct, along[1], fixed[1])
