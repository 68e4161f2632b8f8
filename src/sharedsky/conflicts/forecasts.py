"""Two flights of which at least one has uncertain times: when they may be closer than the minima.

At a time t an aircraft may be anywhere on the part of a piece that it reaches by t at the earliest and leaves after t
at the latest. The distance between the two parts is a convex function of t (the points within a distance of each
other, and the times that reach them, form a convex set), so that the breach of two pieces is one interval of time: its
least point is found by golden section, its ends by bisection, and both are rounded outward. Called by search.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.frames import decision_reach_m, flatten, segment_gap_m
from sharedsky.airspace.time import MAX_NS, MIN_NS
from sharedsky.conflicts.breaches import Breaches
from sharedsky.conflicts.legs import Legs
from sharedsky.conflicts.levels import PairTable, band, gap, pressure_envelope
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.reasons import Reason
from sharedsky.conflicts.vertical import ground_decides, vertical_breach

_GOLDEN: Final = (np.sqrt(5.0) - 1) / 2
#: Steps of golden section and bisection: a day shrinks below a microsecond.
_SECTION_STEPS: Final = 55
_BISECTION_STEPS: Final = 40


class _Pair:
    """k pairs of pieces in local frames; times in seconds from `origin_ns`."""

    def __init__(self, legs: Legs, i: IntArray, j: IntArray, buffer_ns: int) -> None:
        early_i, late_i = legs.early_ns[i] - buffer_ns, legs.late_ns[i] + buffer_ns
        early_j, late_j = legs.early_ns[j] - buffer_ns, legs.late_ns[j] + buffer_ns
        self.origin_ns = np.maximum(early_i[:, 0], early_j[:, 0])
        self.length_s = (np.minimum(late_i[:, 1], late_j[:, 1]) - self.origin_ns) / 1e9
        self.early = [(e - self.origin_ns[:, None]) / 1e9 for e in (early_i, early_j)]
        self.late = [(e - self.origin_ns[:, None]) / 1e9 for e in (late_i, late_j)]
        up = legs.vector[i].sum(1) + legs.vector[j].sum(1)
        ends = flatten(up, legs.ecef[i, 0], *(legs.ecef[k, e] for k in (i, j) for e in (0, 1)))
        self.start, self.end = (ends[0], ends[2]), (ends[1], ends[3])

    def distance(self, t: FloatArray) -> FloatArray:
        """Distance [m] (k,) between the parts of the two paths that may be occupied at t (k,)."""
        a, b = self._part(0, t)
        c, d = self._part(1, t)
        return segment_gap_m(a, b, c, d)

    def _part(self, which: int, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        nearest = _reached(self.late[which], t, default=0.0)
        farthest = _reached(self.early[which], t, default=1.0)
        start, way = self.start[which], self.end[which] - self.start[which]
        return start + way * np.minimum(nearest, farthest)[:, None], start + way * farthest[:, None]


def _reached(times: FloatArray, t: FloatArray, default: float) -> FloatArray:
    """The share (k,) of a piece passed by t, times (k, 2) at its ends; `default` for pieces passed in no time."""
    length = times[:, 1] - times[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (t - times[:, 0]) / np.where(length > 0, length, 1.0)
    return np.where(length > 0, np.clip(share, 0.0, 1.0), default)


@dataclass(frozen=True, slots=True)
class _Met:
    """k pairs of pieces i and j that may come together from start_ns to end_ns, rounded outward; sure: they do."""

    i: IntArray
    j: IntArray
    start_ns: IntArray
    end_ns: IntArray
    sure: BoolArray


def may_meet(legs: Legs, i: IntArray, j: IntArray, table: PairTable, profile: Profile) -> Breaches:
    """Possible breaches between pieces i[k] and j[k]; the table's arrays are (k,) too.

    A breach is certain here only where both flights' times and places are known and the profile's time buffer alone
    brought them here.
    """
    lateral = legs.lateral_m[i] + legs.lateral_m[j]
    reach = decision_reach_m(profile.horizontal_m + lateral)
    possible, certain = vertical_breach(legs, i, j, table, profile.tolerance_um)
    keep = np.flatnonzero(possible)
    keep = keep[paths_near(legs, i[keep], j[keep], profile.horizontal_m)]
    i, j, reach, certain = i[keep], j[keep], reach[keep], certain[keep]
    start_s, end_s, pair = _when_near(legs, i, j, reach, profile.time_ns)
    found = np.flatnonzero(start_s <= end_s)
    i, j = i[found], j[found]
    start = np.maximum(pair.origin_ns[found] + np.floor(start_s[found] * 1e9).astype(np.int64), MIN_NS)
    end = np.minimum(pair.origin_ns[found] + np.ceil(end_s[found] * 1e9).astype(np.int64), MAX_NS)
    sure = legs.timed[i] & legs.timed[j] & (legs.lateral_m[i] + legs.lateral_m[j] == 0) & certain[found]
    return _breaches(legs, _Met(i, j, start, end, sure), table.take(keep[found]))


def paths_near(legs: Legs, i: IntArray, j: IntArray, horizontal_m: float) -> BoolArray:
    """Whether the two whole pieces come within the minimum and their lateral uncertainty, whatever the times."""
    reach = decision_reach_m(horizontal_m + legs.lateral_m[i] + legs.lateral_m[j])
    up = legs.vector[i].sum(1) + legs.vector[j].sum(1)
    flat = flatten(up, legs.ecef[i, 0], *(legs.ecef[k, e] for k in (i, j) for e in (0, 1)))
    return np.asarray(segment_gap_m(*flat) <= reach)


def _when_near(
    legs: Legs, i: IntArray, j: IntArray, reach: FloatArray, buffer_ns: int
) -> tuple[FloatArray, FloatArray, _Pair]:
    """Start and end [s from origin] (k,) of the time in which the parts come within reach; start > end where never."""
    pair = _Pair(legs, i, j, buffer_ns)
    length = pair.length_s
    least = _least_point(pair, np.zeros(len(i)), np.maximum(length, 0.0))
    near = (length >= 0) & (pair.distance(least) <= reach)
    start = _boundary(pair, np.zeros(len(i)), least, reach)
    end = _boundary(pair, np.maximum(length, 0.0), least, reach)
    return np.where(near, start, np.inf), np.where(near, end, -np.inf), pair


def _least_point(pair: _Pair, lo: FloatArray, hi: FloatArray) -> FloatArray:
    """Where in [lo, hi] the convex distance is least (k,); the ends count."""
    first, last = lo, hi
    for _ in range(_SECTION_STEPS):
        width = hi - lo
        left, right = hi - _GOLDEN * width, lo + _GOLDEN * width
        smaller = pair.distance(left) <= pair.distance(right)
        lo, hi = np.where(smaller, lo, left), np.where(smaller, right, hi)
    tries = np.stack([(lo + hi) / 2, first, last])
    which = np.argmin(np.stack([pair.distance(t) for t in tries]), axis=0)
    return np.asarray(tries[which, np.arange(len(first))])


def _boundary(pair: _Pair, outside: FloatArray, inside: FloatArray, reach: FloatArray) -> FloatArray:
    """The point between `inside` (near) and `outside` where nearness ends, on the outer side (k,)."""
    near_all = pair.distance(outside) <= reach
    near, far = inside, outside
    for _ in range(_BISECTION_STEPS):
        middle = (near + far) / 2
        is_near = pair.distance(middle) <= reach
        near, far = np.where(is_near, middle, near), np.where(is_near, far, middle)
    return np.where(near_all, outside, far)


def _breaches(legs: Legs, met: _Met, table: PairTable) -> Breaches:
    """The rows of pairs that may come together; the table's arrays are (k,) too."""
    i, j = met.i, met.j
    top = np.maximum(*(pressure_envelope(legs.floor, legs.ceiling, k)[1] for k in (i, j)))
    minimum = np.where(top > table.above_possible, table.high, table.low)
    return Breaches.without_closest(
        a=legs.side[i],
        b=legs.side[j],
        start_ns=met.start_ns,
        end_ns=met.end_ns,
        sure=met.sure,
        minima="trajectory-trajectory",
        vertical_um=minimum,
        band=band(legs.floor, legs.ceiling, i, legs.floor, legs.ceiling, j, union=True),
        vector=legs.vector[i].sum(1) + legs.vector[j].sum(1),
        needs_terrain=ground_decides(legs, i, j, minimum),
        reason=_reason(legs, i, j),
    )


def _reason(legs: Legs, i: IntArray, j: IntArray) -> IntArray:
    """Why the breach may be none: a forecast, whatever else; a buffer alone otherwise leaves the levels."""
    crossed = gap(legs.floor, i, legs.ceiling, j, same_point=False).crossed
    assumed = legs.floor.assumed | legs.ceiling.assumed
    return np.asarray(
        np.where(legs.timed[i] & legs.timed[j], Reason.STATED, Reason.FORECAST)
        | np.where(crossed, Reason.DATUM, 0)
        | np.where(assumed[i] | assumed[j], Reason.GROUND, 0)
    )
