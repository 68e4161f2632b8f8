"""When a flight of uncertain times is surely inside a volume: whatever it does, within what is stated.

At an instant the aircraft may be anywhere on its path that it can have reached by then and need not have left. It is
surely inside while it surely flies (after the latest departure, before the earliest arrival) and no place outside the
volume is possible: what remains of that time when the spans of all parts of the path that are not surely inside are
taken out. Called by crossings.py.
"""

from __future__ import annotations

import numpy as np

from sharedsky.airspace.along import Parts
from sharedsky.airspace.earth import FloatArray, IntArray
from sharedsky.conflicts.legs import Legs


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
    trajectory = legs.trajectory[i]
    key = np.stack([trajectory[inside.row], j[inside.row]], axis=1)
    rows, starts, ends = [], [], []
    for one in np.unique(key, axis=0):
        of = np.flatnonzero((key == one).all(axis=1))
        first, last = np.searchsorted(legs.trajectory, [one[0], one[0] + 1])
        row = int(inside.row[of[0]])
        escapes = _escapes(legs, int(first), int(last), i[inside.row[of]], inside.lo[of], inside.hi[of])
        flying = (
            max(int(legs.late_ns[first, 0]), int(window[row, 0])),
            min(int(legs.early_ns[last - 1, 1]), int(window[row, 1])),
        )
        for start, end in _left_over(flying, escapes):
            rows.append(row)
            starts.append(start)
            ends.append(end)
    return np.array(rows, np.int64), np.array(starts, np.int64), np.array(ends, np.int64)


def _escapes(legs: Legs, first: int, last: int, piece: IntArray, lo: FloatArray, hi: FloatArray) -> IntArray:
    """(e, 2) spans of time [ns] in which pieces first..last-1 may be occupied outside their inside parts, outward."""
    everything = np.arange(first, last)
    leg = np.concatenate([everything, piece])
    begin = np.concatenate([np.zeros(len(everything)), hi])
    order = np.lexsort((begin, leg))
    leg, begin = leg[order], begin[order]
    stops = np.concatenate([everything * 2.0 + 1.0, piece * 2.0 + lo])
    stop = np.sort(stops) - 2.0 * leg
    open_part = begin < stop
    leg, begin, stop = leg[open_part], begin[open_part], stop[open_part]
    early, late = legs.early_ns[leg], legs.late_ns[leg]
    start = early[:, 0] + np.floor((early[:, 1] - early[:, 0]) * begin).astype(np.int64)
    end = late[:, 0] + np.ceil((late[:, 1] - late[:, 0]) * stop).astype(np.int64)
    return np.stack([start, end], axis=1)


def _left_over(flying: tuple[int, int], escapes: IntArray) -> list[tuple[int, int]]:
    """What is left of the closed span `flying` when the closed spans `escapes` are taken out, in whole nanoseconds."""
    out = []
    at = flying[0]
    for start, end in escapes[np.argsort(escapes[:, 0], kind="stable")].tolist():
        if start > flying[1]:
            break
        if start > at:
            out.append((at, start - 1))
        at = max(at, end + 1)
    if at <= flying[1]:
        out.append((at, flying[1]))
    return out
