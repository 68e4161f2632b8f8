"""When a flight of uncertain times is surely inside a volume: whatever it does, within what is stated.

At an instant the aircraft may be anywhere on its path that it can have reached by then and need not have left. It is
surely inside while it surely flies (after the latest departure, before the earliest arrival) and no place outside the
volume is possible: what remains of that time when the spans of all parts of the path that are not surely inside are
taken out. All flights and volumes at once, in time that grows as n log n. Called by crossings.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sharedsky.airspace.along import Parts
from sharedsky.airspace.earth import IntArray
from sharedsky.conflicts.legs import Legs


@dataclass(frozen=True, slots=True)
class _Escapes:
    """Spans [ns], closed and rounded outward, in which a flight may be outside a volume; of (e,): which case."""

    of: IntArray
    start_ns: IntArray
    end_ns: IntArray


def sure_spans(
    legs: Legs, i: IntArray, j: IntArray, window: IntArray, inside: Parts
) -> tuple[IntArray, IntArray, IntArray]:
    """Spans in which flights are surely inside.

    Args:
        i, j: (k,) pieces and volumes. window: (k, 2) the volumes' windows [ns].
        inside: parts of rows (pieces i[row]) that are surely inside volume j[row], by place and level.
    Returns:
        row (p,), start and end (p,) [ns], rounded inward.
    """
    if len(inside.row) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    trajectory = legs.trajectory[i]
    pairs = np.stack([trajectory[inside.row], j[inside.row]], axis=1)
    _, one, case = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    row, case = inside.row[one], case.reshape(-1)
    first = np.searchsorted(legs.trajectory, trajectory[row], side="left")
    last = np.searchsorted(legs.trajectory, trajectory[row], side="right")
    flying_from = np.maximum(legs.late_ns[first, 0], window[row, 0])
    flying_until = np.minimum(legs.early_ns[last - 1, 1], window[row, 1])
    piece = i[inside.row]
    escapes = _joined(
        _beside_parts(legs, case, piece, inside),
        _other_pieces(legs, case, piece, first, last),
        _Escapes(np.arange(len(row)), flying_until + 1, flying_until + 1),  # what is left ends with the flight
    )
    case, start, end = _left_over(escapes, flying_from, flying_until)
    return row[case], start, end


def _beside_parts(legs: Legs, case: IntArray, piece: IntArray, inside: Parts) -> _Escapes:
    """On pieces that are partly inside: before, between and after those parts.

    The n-th end of a part and the next start after n starts bound a gap, where that start is later.
    """
    several = np.unique(np.stack([case, piece], axis=1), axis=0)
    ends, pieces = np.append(case, several[:, 0]), np.append(piece, several[:, 1])
    begin = np.append(inside.hi, np.zeros(len(several)))
    stop = np.append(inside.lo, np.ones(len(several)))
    order = np.lexsort((begin, pieces, ends))
    of, leg, begin = ends[order], pieces[order], begin[order]
    stop = stop[np.lexsort((stop, pieces, ends))]
    outside = begin < stop
    of, leg, begin, stop = of[outside], leg[outside], begin[outside], stop[outside]
    early, late = legs.early_ns[leg], legs.late_ns[leg]
    start = early[:, 0] + np.floor((early[:, 1] - early[:, 0]) * begin).astype(np.int64)
    end = late[:, 0] + np.ceil((late[:, 1] - late[:, 0]) * stop).astype(np.int64)
    return _Escapes(of, start, end)


def _other_pieces(legs: Legs, case: IntArray, piece: IntArray, first: IntArray, last: IntArray) -> _Escapes:
    """All runs of pieces without any part inside; the times of a run are one span, since pieces share their ends."""
    cases = np.arange(len(first))
    bounds = np.concatenate([np.stack([case, piece]), np.stack([cases, first - 1]), np.stack([cases, last])], axis=1)
    of, bound = np.unique(bounds, axis=1)
    run = np.flatnonzero((of[1:] == of[:-1]) & (bound[1:] - bound[:-1] > 1))
    return _Escapes(of[run], legs.early_ns[bound[run] + 1, 0], legs.late_ns[bound[run + 1] - 1, 1])


def _joined(*parts: _Escapes) -> _Escapes:
    """All of them by case and start."""
    of, start, end = (np.concatenate([getattr(p, name) for p in parts]) for name in ("of", "start_ns", "end_ns"))
    order = np.lexsort((start, of))
    return _Escapes(of[order], start[order], end[order])


def _left_over(escapes: _Escapes, begin: IntArray, until: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """What is left of each case's span begin..until without its escapes: case, start, end (p,), in whole ns."""
    of = escapes.of
    known, rank = np.unique(escapes.end_ns, return_inverse=True)
    latest = np.maximum.accumulate(of * len(known) + rank.reshape(-1)) - of * len(known)  # end so far, in each case
    start = begin[of].copy()
    follows = np.flatnonzero(of[1:] == of[:-1]) + 1
    start[follows] = np.maximum(start[follows], known[latest[follows - 1]] + 1)
    end = np.minimum(escapes.start_ns - 1, until[of])
    left = start <= end
    return of[left], start[left], end[left]
