"""All volumes of a search as one table, and the volumes that meet.

Two volumes are in conflict where their footprints meet, their levels overlap and their windows share an instant; closed
sets, so that touching counts. Called by search.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sharedsky.airspace.common import common_points
from sharedsky.airspace.datums import NO_FRAME, OPEN_UM, Bounds, altitude_bounds
from sharedsky.airspace.earth import IntArray
from sharedsky.airspace.meet import meet_pairs
from sharedsky.airspace.places import Places, places_of
from sharedsky.airspace.shapes import Shapes, shapes_of
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.breaches import Breaches, Doubtful
from sharedsky.conflicts.levels import Gap, band, below_minimum, gap, needs_terrain
from sharedsky.conflicts.reasons import Reason
from sharedsky.conflicts.report import MinimaKind


@dataclass(frozen=True, slots=True)
class Volumes:
    """n volumes. side (n,): index of the plan or zone in the search's sides. time_ns (n, 2). floor, ceiling: (n,)."""

    side: IntArray
    shapes: Shapes
    time_ns: IntArray
    floor: Bounds
    ceiling: Bounds
    places: Places

    def __len__(self) -> int:
        return len(self.side)


def volumes_of(volumes: Sequence[tuple[int, Volume4D]], terrain: Terrain) -> Volumes:
    """The table of (side, volume) pairs."""
    shapes = shapes_of([v.footprint for _, v in volumes])
    places = places_of(shapes)
    times = np.array([(v.window.start_ns, v.window.end_ns) for _, v in volumes], np.int64).reshape(-1, 2)
    floor = altitude_bounds([v.lower for _, v in volumes], -OPEN_UM, places, terrain)
    ceiling = altitude_bounds([v.upper for _, v in volumes], OPEN_UM, places, terrain)
    _set_upright(floor, ceiling)
    return Volumes(np.array([side for side, _ in volumes], np.int64), shapes, times, floor, ceiling, places)


def _set_upright(floor: Bounds, ceiling: Bounds) -> None:
    """Volumes whose floor, in another datum, lies above their ceiling: changed in place to all between the two.

    Who wrote one meant some levels; read as it stands it would hold none, and be clear of everything.
    """
    of = np.flatnonzero((floor.geo_lo > ceiling.geo_hi) | (floor.baro_lo > ceiling.baro_hi))
    if len(of) == 0:
        return
    floor.frame[of] = ceiling.frame[of] = NO_FRAME
    for low, high in (("geo_lo", "geo_hi"), ("baro_lo", "baro_hi"), ("world_lo", "world_hi")):
        ends = [getattr(bounds, name)[of] for bounds in (floor, ceiling) for name in (low, high)]
        for bounds in (floor, ceiling):
            getattr(bounds, low)[of], getattr(bounds, high)[of] = np.minimum.reduce(ends), np.maximum.reduce(ends)


@dataclass(frozen=True, slots=True)
class Minima:
    """What applies between two volumes: which cell of the profile, [m] and [um] apart, and the time buffer [ns]."""

    kind: MinimaKind
    horizontal_m: float
    vertical_um: int
    buffer_ns: int

    @property
    def same_point(self) -> bool:
        """Whether the two must share a point, over whose ground their heights then compare."""
        return self.horizontal_m == 0

    @property
    def ratio(self) -> float:
        """The ratio of all breaches: 0 where the two must touch, else not defined."""
        return 0.0 if self.horizontal_m == 0 and self.vertical_um == 0 else np.nan


@dataclass(frozen=True, slots=True)
class _Pairs:
    """k pairs of a volume, i[k] of a, and another, j[k] of b, with the minima between them."""

    a: Volumes
    i: IntArray
    b: Volumes
    j: IntArray
    minima: Minima

    def take(self, rows: IntArray) -> _Pairs:
        """Some of the pairs."""
        return _Pairs(self.a, self.i[rows], self.b, self.j[rows], self.minima)

    def gaps(self) -> tuple[Gap, Gap]:
        """How far the first lies above the second, and the second above the first."""
        a, i, b, j, same_point = self.a, self.i, self.b, self.j, self.minima.same_point
        return (
            gap(a.floor, i, b.ceiling, j, same_point=same_point),
            gap(b.floor, j, a.ceiling, i, same_point=same_point),
        )

    def shared_ns(self) -> tuple[IntArray, IntArray]:
        """Start and end (k,) of the time that both have in common, with the buffer; start > end where there is none."""
        first, second, buffer_ns = self.a.time_ns[self.i], self.b.time_ns[self.j], self.minima.buffer_ns
        return (
            np.maximum(first[:, 0], second[:, 0]) - buffer_ns,
            np.minimum(first[:, 1], second[:, 1]) + buffer_ns,
        )


def meetings(a: Volumes, i: IntArray, b: Volumes, j: IntArray, minima: Minima) -> tuple[Breaches, Doubtful]:
    """Breaches between volume i[k] of a and volume j[k] of b, and the pairs that only unknown ground decides."""
    pairs = _Pairs(a, i, b, j, minima)
    one, other = pairs.gaps()
    minimum = minima.vertical_um
    possible = below_minimum(one.least, minimum) & below_minimum(other.least, minimum)
    anywhere = below_minimum(one.world_least, minimum) & below_minimum(other.world_least, minimum)
    start, end = pairs.shared_ns()
    keep = np.flatnonzero((possible | anywhere) & (start <= end))
    keep = keep[meet_pairs(a.shapes, i[keep], b.shapes, j[keep], minima.horizontal_m)]
    doubtful = keep[~possible[keep]]
    return _breaches(pairs.take(keep[possible[keep]])), Doubtful(a.side[i[doubtful]], b.side[j[doubtful]])


def _breaches(pairs: _Pairs) -> Breaches:
    """The rows of pairs that are in conflict."""
    a, i, b, j, minima = pairs.a, pairs.i, pairs.b, pairs.j, pairs.minima
    one, other = pairs.gaps()
    start, end = pairs.shared_ns()
    return Breaches.without_closest(
        a=a.side[i],
        b=b.side[j],
        start_ns=start,
        end_ns=end,
        sure=below_minimum(one.greatest, minima.vertical_um) & below_minimum(other.greatest, minima.vertical_um),
        minima=minima.kind,
        vertical_um=minima.vertical_um,
        band=band(a.floor, a.ceiling, i, b.floor, b.ceiling, j, union=False),
        vector=common_points(a.shapes, i, b.shapes, j),
        needs_terrain=needs_terrain(one, other, minima.vertical_um),
        reason=_reason(one, other),
        ratio=minima.ratio,
    )


def _reason(one: Gap, other: Gap) -> IntArray:
    """Why two volumes that are not surely in conflict may not be."""
    crossed, ground = one.crossed | other.crossed, one.assumed | other.assumed
    bits = np.where(crossed, Reason.DATUM, Reason.STATED) | np.where(ground, Reason.GROUND, 0)
    return bits.astype(np.int64)
