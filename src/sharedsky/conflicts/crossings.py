"""Aircraft on trajectories against volumes and zones: when they may be inside, and when they surely are.

The lateral uncertainty of a forecast widens a shape for "possible" and narrows it for "certain"; its uncertain times
widen the span in which it may be there. An aircraft is at one place and one level of what is possible: it is surely
inside only where all of that is. Called by search.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sharedsky.airspace.along import Parts, Pieces, parts_deep_inside, parts_within
from sharedsky.airspace.common import common_points
from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.shapes import AREA
from sharedsky.airspace.spans import Span, holds, only_if
from sharedsky.airspace.time import MAX_NS, MIN_NS
from sharedsky.conflicts.breaches import Breaches, Doubtful, joined
from sharedsky.conflicts.legs import Legs
from sharedsky.conflicts.levels import Gap, band, below_minimum, needs_terrain
from sharedsky.conflicts.passages import Passages, at_one_time, certain_levels, possible_levels
from sharedsky.conflicts.reasons import Reason
from sharedsky.conflicts.surely import sure_spans
from sharedsky.conflicts.volumes import Minima, Volumes


@dataclass(frozen=True, slots=True)
class _Spans:
    """p spans of time (p,) [ns] in which the pieces of pairs `row` are inside: all of them surely, or possibly.

    s (p,): the middle of the part of the piece that is inside.
    """

    row: IntArray
    s: FloatArray
    start_ns: IntArray
    end_ns: IntArray
    sure: bool


def crossings(legs: Legs, i: IntArray, volumes: Volumes, j: IntArray, minima: Minima) -> tuple[Breaches, Doubtful]:
    """Breaches between pieces i[k] and volumes j[k], and the pairs that only unknown ground decides."""
    passages = at_one_time(legs, i, volumes, j, minima)
    pieces = Pieces(legs.vector[passages.i], legs.ecef[passages.i])
    inside = parts_within(pieces, volumes.shapes, passages.j, passages.room_m + passages.lateral_m)
    surely = _surely_within(passages, pieces, inside)
    possible, certain = possible_levels(passages), certain_levels(passages)
    spans = (
        _spans(passages, _cut(inside, possible), sure=False),
        _spans(passages, _cut(surely, only_if(certain, passages.timed)), sure=True),
        _forecast_spans(passages, _cut(surely, only_if(certain, ~passages.timed))),
    )
    return joined([_breaches(passages, some) for some in spans]), _doubtful(passages, inside.row, holds(possible))


def _doubtful(passages: Passages, inside: IntArray, possible: BoolArray) -> Doubtful:
    """Of pairs that meet by place (rows `inside`): those whose levels do so only over unknown ground."""
    above, below = passages.gaps()
    minimum = passages.minima.vertical_um
    world = below_minimum(above.world_least, minimum) & below_minimum(below.world_least, minimum)
    only = passages.take(np.unique(inside[world[inside] & ~possible[inside]]))
    return Doubtful(passages.legs.side[only.i], passages.volumes.side[only.j])


def _surely_within(passages: Passages, pieces: Pieces, inside: Parts) -> Parts:
    """Parts on which every place where the aircraft may be breaks the horizontal minimum, or lies inside the core."""
    if not passages.lateral_m.any():
        return inside
    shapes, j = passages.volumes.shapes, passages.j
    least = passages.room_m - passages.lateral_m
    within = parts_within(pieces, shapes, j, np.maximum(least, 0.0))
    deep = parts_deep_inside(pieces, shapes, j, np.maximum(-least, 0.0))
    chosen = [(within, (least >= 0)[within.row]), (deep, ((least < 0) & (shapes.kind[j] == AREA))[deep.row])]
    return Parts(*(np.concatenate([getattr(p, name)[of] for p, of in chosen]) for name in ("row", "lo", "hi")))


def _cut(parts: Parts, span: Span) -> Parts:
    """Parts less what lies outside the span of their row."""
    lo, hi = np.maximum(parts.lo, span[0][parts.row]), np.minimum(parts.hi, span[1][parts.row])
    keep = lo <= hi
    return Parts(parts.row[keep], lo[keep], hi[keep])


def _spans(passages: Passages, parts: Parts, *, sure: bool) -> _Spans:
    """From the earliest time at a part's start to the latest at its end, inside the volume's window."""
    piece, window, buffer_ns = passages.i[parts.row], passages.window_ns[parts.row], passages.minima.buffer_ns
    start = _time_at(passages.legs.early_ns[piece], parts.lo, up=sure) - buffer_ns
    end = _time_at(passages.legs.late_ns[piece], parts.hi, up=not sure) + buffer_ns
    start = np.maximum(np.maximum(start, window[:, 0]), MIN_NS)
    end = np.minimum(np.minimum(end, window[:, 1]), MAX_NS)
    keep = np.flatnonzero(start <= end)
    return _Spans(parts.row[keep], ((parts.lo + parts.hi) / 2)[keep], start[keep], end[keep], sure)


def _forecast_spans(passages: Passages, parts: Parts) -> _Spans:
    """The same for flights whose times are not known: see surely.py."""
    row, start, end = sure_spans(passages.legs, passages.i, passages.j, passages.window_ns, parts)
    return _Spans(row, np.full(len(row), 0.5), start, end, True)


def _time_at(times: IntArray, share: FloatArray, *, up: bool) -> IntArray:
    """Times (p,) at shares of pieces whose ends have times (p, 2), rounded up or down."""
    way = (times[:, 1] - times[:, 0]) * share
    return np.asarray(times[:, 0] + (np.ceil(way) if up else np.floor(way)).astype(np.int64))


def _breaches(passages: Passages, spans: _Spans) -> Breaches:
    """A row for each span."""
    found = passages.take(spans.row)
    legs, i, volumes, j = found.legs, found.i, found.volumes, found.j
    above, below = found.gaps()
    return Breaches.without_closest(
        a=legs.side[i],
        b=volumes.side[j],
        start_ns=spans.start_ns,
        end_ns=spans.end_ns,
        sure=np.full(len(found), spans.sure),
        minima=found.minima.kind,
        vertical_um=found.minima.vertical_um,
        band=band(legs.floor, legs.ceiling, i, volumes.floor, volumes.ceiling, j, union=False),
        vector=_places(found, spans.s),
        needs_terrain=needs_terrain(above, below, found.minima.vertical_um),
        reason=_reason(found, above, below),
        ratio=found.minima.ratio,
    )


def _places(passages: Passages, s: FloatArray) -> FloatArray:
    """Vectors (k, 3): the middle of the part; beside an uncertain path, a point that path and volume share."""
    ends = passages.legs.vector[passages.i]
    out = ends[:, 0] + (ends[:, 1] - ends[:, 0]) * s[:, None]
    beside = np.flatnonzero(passages.lateral_m > 0)
    out[beside] = common_points(passages.legs.shapes, passages.i[beside], passages.volumes.shapes, passages.j[beside])
    return out


def _reason(passages: Passages, above: Gap, below: Gap) -> IntArray:
    """Why a crossing may not be one."""
    stated = (passages.lateral_m > 0) | (passages.legs.uncertainty_um[passages.i] > 0)
    return np.asarray(
        np.where(above.crossed | below.crossed, Reason.DATUM, 0)
        | np.where(above.assumed | below.assumed, Reason.GROUND, 0)
        | np.where(passages.timed, np.where(stated, Reason.STATED, 0), Reason.FORECAST)
    )
