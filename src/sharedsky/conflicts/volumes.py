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
    """k pairs of a volume, i[k] of a, and another, j[k] of b.

    above, below (k,): how far the first lies above the second, and below it. start_ns, end_ns (k,): the time that both
    have in common, with the buffer; start > end where there is none.
    """

    a: Volumes
    i: IntArray
    b: Volumes
    j: IntArray
    above: Gap
    below: Gap
    start_ns: IntArray
    end_ns: IntArray

    def take(self, rows: IntArray) -> _Pairs:
        """Some of the pairs."""
        return _Pairs(
            self.a,
            self.i[rows],
            self.b,
            self.j[rows],
            self.above.take(rows),
            self.below.take(rows),
            self.start_ns[rows],
            self.end_ns[rows],
        )


def meetings(a: Volumes, i: IntArray, b: Volumes, j: IntArray, minima: Minima) -> tuple[Breaches, Doubtful]:
    """Breaches between volume i[k] of a and volume j[k] of b, and the pairs that only unknown ground decides."""
    pairs = _pairs(a, i, b, j, minima)
    above, below, minimum = pairs.above, pairs.below, minima.vertical_um
    possible = below_minimum(above.least, minimum) & below_minimum(below.least, minimum)
    anywhere = below_minimum(above.world_least, minimum) & below_minimum(below.world_least, minimum)
    keep = np.flatnonzero((possible | anywhere) & (pairs.start_ns <= pairs.end_ns))
    keep = keep[meet_pairs(a.shapes, i[keep], b.shapes, j[keep], minima.horizontal_m)]
    doubtful = keep[~possible[keep]]
    return _breaches(pairs.take(keep[possible[keep]]), minima), Doubtful(a.side[i[doubtful]], b.side[j[doubtful]])


def _pairs(a: Volumes, i: IntArray, b: Volumes, j: IntArray, minima: Minima) -> _Pairs:
    same_point, buffer_ns = minima.same_point, minima.buffer_ns
    return _Pairs(
        a,
        i,
        b,
        j,
        above=gap(a.floor, i, b.ceiling, j, same_point=same_point),
        below=gap(b.floor, j, a.ceiling, i, same_point=same_point),
        start_ns=np.maximum(a.time_ns[i, 0], b.time_ns[j, 0]) - buffer_ns,
        end_ns=np.minimum(a.time_ns[i, 1], b.time_ns[j, 1]) + buffer_ns,
    )


def _breaches(pairs: _Pairs, minima: Minima) -> Breaches:
    """The rows of pairs that are in conflict."""
    a, i, b, j = pairs.a, pairs.i, pairs.b, pairs.j
    above, below, minimum = pairs.above, pairs.below, minima.vertical_um
    return Breaches.without_closest(
        a=a.side[i],
        b=b.side[j],
        start_ns=pairs.start_ns,
        end_ns=pairs.end_ns,
        sure=below_minimum(above.greatest, minimum) & below_minimum(below.greatest, minimum),
        minima=minima.kind,
        vertical_um=minimum,
        band=band(a.floor, a.ceiling, i, b.floor, b.ceiling, j, union=False),
        vector=common_points(a.shapes, i, b.shapes, j),
        needs_terrain=needs_terrain(above, below, minimum),
        reason=_reason(above, below),
        ratio=minima.ratio,
    )


def _reason(above: Gap, below: Gap) -> IntArray:
    """Why two volumes that are not surely in conflict may not be."""
    crossed, ground = above.crossed | below.crossed, above.assumed | below.assumed
    bits = np.where(crossed, Reason.DATUM, Reason.STATED) | np.where(ground, Reason.GROUND, 0)
    return bits.astype(np.int64)
