"""The closest approach of two flights at their nominal times: how a forecast's possible breach is ranked.

It decides nothing: whether a breach is possible is forecasts.py's answer. Called by assemble.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sharedsky.airspace.earth import IntArray
from sharedsky.airspace.time import TimeWindow
from sharedsky.conflicts.approach import nominal_separations
from sharedsky.conflicts.legs import Legs
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.report import ClosestApproach

Approach = tuple[ClosestApproach | None, float | None]


def nominal_approaches(
    legs: Legs, a: IntArray, b: IntArray, windows: Sequence[TimeWindow], profile: Profile
) -> list[Approach]:
    """Closest approach and least ratio between sides a[k] and b[k] within windows[k], for all k at once.

    None where the two are not nominally in the air together then. Levels of a forecast are bands: its vertical
    separation is the least that the bands allow.
    """
    out: list[Approach] = [(None, None)] * len(windows)
    lefts, rights, which = [], [], []
    for k, (one, other, window) in enumerate(zip(a.tolist(), b.tolist(), windows, strict=True)):
        left, right = _together(legs, _pieces(legs, one, window), _pieces(legs, other, window))
        if len(left):
            lefts.append(left)
            rights.append(right)
            which.append(k)
    if not which:
        return out
    sizes = np.array([len(left) for left in lefts])
    of = np.repeat(np.arange(len(which)), sizes)
    time, horizontal, vertical, lat, lng, ratio = nominal_separations(
        legs, np.concatenate(lefts), np.concatenate(rights), profile
    )
    begin = np.cumsum(sizes) - sizes
    nearest = np.lexsort((horizontal, of))[begin]
    least = np.minimum.reduceat(ratio, begin).tolist()
    for k, row, share in zip(which, nearest.tolist(), least, strict=True):
        apart = None if np.isnan(vertical[row]) else float(vertical[row])
        place = float(lat[row]), float(lng[row])
        out[k] = ClosestApproach(int(time[row]), float(horizontal[row]), apart, *place, nominal=True), share
    return out


def _pieces(legs: Legs, side: int, window: TimeWindow) -> IntArray:
    """The pieces of a side, in order of time, that are nominally flown within a window."""
    first, last = np.searchsorted(legs.side, [side, side + 1])
    piece = np.arange(first, last)
    piece = piece[(legs.time_ns[piece, 0] <= window.end_ns) & (legs.time_ns[piece, 1] >= window.start_ns)]
    return np.asarray(piece[np.argsort(legs.time_ns[piece, 0], kind="stable")])


def _together(legs: Legs, i: IntArray, j: IntArray) -> tuple[IntArray, IntArray]:
    """The pairs of pieces, of i and of j (each in order of time), that share nominal time."""
    first = np.searchsorted(np.maximum.accumulate(legs.time_ns[j, 1]), legs.time_ns[i, 0], side="left")
    count = np.maximum(np.searchsorted(legs.time_ns[j, 0], legs.time_ns[i, 1], side="right") - first, 0)
    left = np.repeat(np.arange(len(i)), count)
    right = np.arange(len(left)) - np.repeat(np.cumsum(count) - count - first, count)
    left, right = i[left], j[right]
    meet = legs.time_ns[left, 0] <= legs.time_ns[right, 1]
    return left[meet], right[meet]
