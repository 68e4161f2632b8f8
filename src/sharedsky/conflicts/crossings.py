"""Aircraft on trajectories against volumes and zones: when they may be inside, and when they surely are.

The lateral uncertainty of a forecast widens a shape for "possible" and narrows it for "certain"; its uncertain times
widen the span in which it may be there. An aircraft is at one place and one level of what is possible: it is surely
inside only where all of that is. Called by search.py.
"""

from __future__ import annotations

import numpy as np

from sharedsky.airspace.along import Parts, Pieces, parts_deep_inside, parts_within
from sharedsky.airspace.common import common_points
from sharedsky.airspace.datums import Bounds
from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray, lat_lng
from sharedsky.airspace.shapes import AREA, Shapes
from sharedsky.airspace.spans import Span, both, everywhere, only_if, where_above
from sharedsky.airspace.time import MAX_NS, MIN_NS
from sharedsky.conflicts.breaches import MINIMA, Breaches, Doubtful, joined
from sharedsky.conflicts.legs import Legs
from sharedsky.conflicts.levels import Gap, band, below_minimum, gap, needs_terrain, same_frame
from sharedsky.conflicts.reasons import Reason
from sharedsky.conflicts.surely import sure_spans
from sharedsky.conflicts.volumes import Minima, Volumes


def crossings(legs: Legs, i: IntArray, volumes: Volumes, j: IntArray, minima: Minima) -> tuple[Breaches, Doubtful]:
    """Breaches between pieces i[k] and volumes j[k], and the pairs that only unknown ground decides."""
    early, late = legs.early_ns[i, 0] - minima.buffer_ns, legs.late_ns[i, 1] + minima.buffer_ns
    window = volumes.time_ns[j] + np.array([-minima.buffer_ns, minima.buffer_ns])
    keep = np.flatnonzero((early <= window[:, 1]) & (window[:, 0] <= late))
    i, j, window = i[keep], j[keep], window[keep]
    possible, world = _possible_levels(legs, i, volumes, j, minima)
    pieces = Pieces(legs.vector[i], legs.ecef[i])
    room = volumes.shapes.reach_m[j] + minima.horizontal_m
    inside = parts_within(pieces, volumes.shapes, j, room + legs.lateral_m[i])
    found = _spans(legs, i, window, _cut(inside, possible), minima, sure=False)
    doubtful = np.setdiff1d(inside.row[world[inside.row]], inside.row[(possible[0] <= possible[1])[inside.row]])
    certain = _certain_levels(legs, i, volumes, j, minima)
    surely = _surely_within(pieces, legs.lateral_m[i], volumes.shapes, j, room, inside)
    sure = _spans(legs, i, window, _cut(surely, only_if(certain, legs.timed[i])), minima, sure=True)
    forecast = _forecast_spans(legs, i, j, window, _cut(surely, only_if(certain, ~legs.timed[i])))
    rows = [_breaches(legs, i, volumes, j, spans, minima) for spans in (found, sure, forecast)]
    return joined(rows), Doubtful(legs.side[i[doubtful]], volumes.side[j[doubtful]])


def _possible_levels(legs: Legs, i: IntArray, volumes: Volumes, j: IntArray, minima: Minima) -> tuple[Span, BoolArray]:
    """The part of each piece on which the aircraft may be between floor and ceiling; and whether it may with any
    ground."""
    floor, ceiling = volumes.floor, volumes.ceiling
    spread = legs.uncertainty_um[i][:, None]
    top, bottom = legs.upper_um[i] + spread, legs.lower_um[i] - spread
    over = _over(floor, j, floor.own_lo[j], top, legs.ceiling, i, legs.timed[i], minima)
    under = _over(ceiling, j, ceiling.own_hi[j], bottom, legs.floor, i, legs.timed[i], minima, sign=-1)
    above, below = _gaps(legs, i, volumes, j, minima)
    minimum = minima.vertical_um
    world = below_minimum(above.world_least, minimum) & below_minimum(below.world_least, minimum)
    return both(over, under), world


def _certain_levels(legs: Legs, i: IntArray, volumes: Volumes, j: IntArray, minima: Minima) -> Span:
    """The part of each piece on which all levels that the aircraft may be at lie between floor and ceiling."""
    floor, ceiling = volumes.floor, volumes.ceiling
    spread = legs.uncertainty_um[i][:, None]
    top, bottom = legs.upper_um[i] + spread, legs.lower_um[i] - spread
    over = _over(floor, j, floor.own_hi[j], bottom, legs.floor, i, legs.timed[i], minima, sure=True)
    under = _over(ceiling, j, ceiling.own_lo[j], top, legs.ceiling, i, legs.timed[i], minima, sign=-1, sure=True)
    return both(over, under)


def _gaps(legs: Legs, i: IntArray, volumes: Volumes, j: IntArray, minima: Minima) -> tuple[Gap, Gap]:
    """How far volumes lie above pieces, and pieces above volumes, over whole pieces."""
    same_point = minima.horizontal_m == 0
    return (
        gap(volumes.floor, j, legs.ceiling, i, same_point=same_point),
        gap(legs.floor, i, volumes.ceiling, j, same_point=same_point),
    )


def _over(
    bound: Bounds,
    j: IntArray,
    bound_um: IntArray,
    level_um: IntArray,
    level: Bounds,
    i: IntArray,
    timed: BoolArray,
    minima: Minima,
    *,
    sign: int = 1,
    sure: bool = False,
) -> Span:
    """Where on each piece its level is over a floor (sign 1) or under a ceiling (sign -1), less the minimum.

    Along the piece where the two share a datum and the times are known; else for the whole piece or not at all. With a
    horizontal minimum the two need not be over the same ground.
    """
    minimum, same_point = minima.vertical_um, minima.horizontal_m == 0
    order = (bound, j, level, i) if sign > 0 else (level, i, bound, j)
    one = gap(*order, same_point=same_point)
    fixed = only_if(everywhere(len(i)), below_minimum(one.greatest if sure else one.least, minimum))
    direct = same_frame(*order, same_point=same_point) & timed
    strict = minimum > 0
    along = where_above(sign * level_um[:, 0], sign * level_um[:, 1], sign * bound_um - minimum, strict=strict)
    return np.where(direct, along[0], fixed[0]), np.where(direct, along[1], fixed[1])


def _surely_within(
    pieces: Pieces, lateral: FloatArray, shapes: Shapes, j: IntArray, room: FloatArray, inside: Parts
) -> Parts:
    """Parts on which every place within `lateral` of the path is within `room` of the core, or inside it."""
    if not lateral.any():
        return inside
    least = room - lateral
    within = parts_within(pieces, shapes, j, np.maximum(least, 0.0))
    deep = parts_deep_inside(pieces, shapes, j, np.maximum(-least, 0.0))
    chosen = [(within, (least >= 0)[within.row]), (deep, ((least < 0) & (shapes.kind[j] == AREA))[deep.row])]
    return Parts(*(np.concatenate([getattr(p, name)[of] for p, of in chosen]) for name in ("row", "lo", "hi")))


def _cut(parts: Parts, span: Span) -> Parts:
    """Parts less what lies outside the span of their row."""
    lo, hi = np.maximum(parts.lo, span[0][parts.row]), np.minimum(parts.hi, span[1][parts.row])
    keep = lo <= hi
    return Parts(parts.row[keep], lo[keep], hi[keep])


class _Spans:
    """Rows in which a piece is (sure: surely) inside, with the middle of the part and the span of time."""

    def __init__(self, row: IntArray, s: FloatArray, start: IntArray, end: IntArray, sure: bool) -> None:
        self.row, self.s, self.start, self.end, self.sure = row, s, start, end, sure


def _spans(legs: Legs, i: IntArray, window: IntArray, parts: Parts, minima: Minima, *, sure: bool) -> _Spans:
    """From the earliest time at a part's start to the latest at its end, inside the volume's window."""
    piece = i[parts.row]
    start = _time_at(legs.early_ns[piece], parts.lo, up=sure) - minima.buffer_ns
    end = _time_at(legs.late_ns[piece], parts.hi, up=not sure) + minima.buffer_ns
    start = np.maximum(np.maximum(start, window[parts.row, 0]), MIN_NS)
    end = np.minimum(np.minimum(end, window[parts.row, 1]), MAX_NS)
    keep = np.flatnonzero(start <= end)
    return _Spans(parts.row[keep], ((parts.lo + parts.hi) / 2)[keep], start[keep], end[keep], sure)


def _forecast_spans(legs: Legs, i: IntArray, j: IntArray, window: IntArray, parts: Parts) -> _Spans:
    """The same for flights whose times are not known: see surely.py."""
    row, start, end = sure_spans(legs, i, j, window, parts)
    return _Spans(row, np.full(len(row), 0.5), start, end, True)


def _time_at(times: IntArray, share: FloatArray, *, up: bool) -> IntArray:
    """Times (p,) at shares of pieces whose ends have times (p, 2), rounded up or down."""
    way = (times[:, 1] - times[:, 0]) * share
    return np.asarray(times[:, 0] + (np.ceil(way) if up else np.floor(way)).astype(np.int64))


def _breaches(legs: Legs, i: IntArray, volumes: Volumes, j: IntArray, spans: _Spans, minima: Minima) -> Breaches:
    k = len(spans.row)
    piece, volume = i[spans.row], j[spans.row]
    levels = band(legs.floor, legs.ceiling, piece, volumes.floor, volumes.ceiling, volume, union=False)
    over, under = _gaps(legs, piece, volumes, volume, minima)
    ground = needs_terrain(over, under, minima.vertical_um)
    lat, lng = lat_lng(_places(legs, piece, volumes.shapes, volume, spans.s))
    nothing = np.full(k, np.nan)
    exact = minima.horizontal_m == 0 and minima.vertical_um == 0
    sure = np.full(k, spans.sure)
    return Breaches(
        a=legs.side[piece],
        b=volumes.side[volume],
        start_ns=spans.start,
        end_ns=spans.end,
        sure_start_ns=np.where(sure, spans.start, 1),
        sure_end_ns=np.where(sure, spans.end, 0),
        minima=np.full(k, MINIMA.index(minima.kind)),
        vertical_um=np.full(k, minima.vertical_um, np.int64),
        band=levels,
        lat_deg=lat,
        lng_deg=lng,
        closest_ns=np.zeros(k, np.int64),
        horizontal_m=nothing,
        vertical_m=nothing,
        ratio=np.zeros(k) if exact else nothing,
        terminal=np.zeros(k, bool),
        needs_terrain=ground & ~sure,
        reason=np.where(sure, 0, _reason(legs, piece, over, under)),
    )


def _places(legs: Legs, piece: IntArray, shapes: Shapes, volume: IntArray, s: FloatArray) -> FloatArray:
    """Vectors (k, 3): the middle of the part; beside an uncertain path, a point that path and volume share."""
    ends = legs.vector[piece]
    out = ends[:, 0] + (ends[:, 1] - ends[:, 0]) * s[:, None]
    beside = np.flatnonzero(legs.lateral_m[piece] > 0)
    out[beside] = common_points(legs.shapes, piece[beside], shapes, volume[beside])
    return out


def _reason(legs: Legs, piece: IntArray, over: Gap, under: Gap) -> IntArray:
    """Why a crossing may not be one."""
    stated = (legs.lateral_m[piece] > 0) | (legs.uncertainty_um[piece] > 0)
    return np.asarray(
        np.where(over.crossed | under.crossed, Reason.DATUM, 0)
        | np.where(over.assumed | under.assumed, Reason.GROUND, 0)
        | np.where(legs.timed[piece], np.where(stated, Reason.STATED, 0), Reason.FORECAST)
    )
