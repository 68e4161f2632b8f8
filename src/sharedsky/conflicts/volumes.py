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
from sharedsky.airspace.earth import BoolArray, IntArray, lat_lng
from sharedsky.airspace.meet import meet_pairs
from sharedsky.airspace.places import Places, places_of
from sharedsky.airspace.shapes import Shapes, shapes_of
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.breaches import MINIMA, Breaches, Doubtful
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


def meetings(a: Volumes, i: IntArray, b: Volumes, j: IntArray, minima: Minima) -> tuple[Breaches, Doubtful]:
    """Breaches between volume i[k] of a and volume j[k] of b, and the pairs that only unknown ground decides."""
    same_point = minima.horizontal_m == 0
    one = gap(a.floor, i, b.ceiling, j, same_point=same_point)
    other = gap(b.floor, j, a.ceiling, i, same_point=same_point)
    minimum = minima.vertical_um
    possible = below_minimum(one.least, minimum) & below_minimum(other.least, minimum)
    anywhere = below_minimum(one.world_least, minimum) & below_minimum(other.world_least, minimum)
    start = np.maximum(a.time_ns[i, 0], b.time_ns[j, 0]) - minima.buffer_ns
    end = np.minimum(a.time_ns[i, 1], b.time_ns[j, 1]) + minima.buffer_ns
    keep = np.flatnonzero((possible | anywhere) & (start <= end))
    keep = keep[meet_pairs(a.shapes, i[keep], b.shapes, j[keep], minima.horizontal_m)]
    doubtful = keep[~possible[keep]]
    keep = keep[possible[keep]]
    sure = below_minimum(one.greatest[keep], minimum) & below_minimum(other.greatest[keep], minimum)
    needs = needs_terrain(one, other, minimum)[keep] & ~sure
    reason = np.where(sure, 0, _reason(one, other)[keep])
    breaches = _breaches(a, i[keep], b, j[keep], start[keep], end[keep], sure, needs, reason, minima)
    return breaches, Doubtful(a.side[i[doubtful]], b.side[j[doubtful]])


def _reason(one: Gap, other: Gap) -> IntArray:
    crossed, ground = one.crossed | other.crossed, one.assumed | other.assumed
    bits = np.where(crossed, Reason.DATUM, Reason.STATED) | np.where(ground, Reason.GROUND, 0)
    return bits.astype(np.int64)


def _breaches(
    a: Volumes,
    i: IntArray,
    b: Volumes,
    j: IntArray,
    start: IntArray,
    end: IntArray,
    sure: BoolArray,
    needs: BoolArray,
    reason: IntArray,
    minima: Minima,
) -> Breaches:
    k = len(i)
    levels = band(a.floor, a.ceiling, i, b.floor, b.ceiling, j, union=False)
    lat, lng = lat_lng(common_points(a.shapes, i, b.shapes, j))
    nothing = np.full(k, np.nan)
    ratio = np.zeros(k) if minima.horizontal_m == 0 and minima.vertical_um == 0 else nothing
    return Breaches(
        a=a.side[i],
        b=b.side[j],
        start_ns=start,
        end_ns=end,
        sure_start_ns=np.where(sure, start, 1),
        sure_end_ns=np.where(sure, end, 0),
        minima=np.full(k, MINIMA.index(minima.kind)),
        vertical_um=np.full(k, minima.vertical_um, np.int64),
        band=levels,
        lat_deg=lat,
        lng_deg=lng,
        closest_ns=np.zeros(k, np.int64),
        horizontal_m=nothing,
        vertical_m=nothing,
        ratio=ratio,
        terminal=np.zeros(k, bool),
        needs_terrain=needs,
        reason=reason,
    )
