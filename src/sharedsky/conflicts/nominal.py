"""The closest approach of two flights at their nominal times: how a forecast's possible breach is ranked.

It decides nothing: whether a breach is possible is forecasts.py's answer. Called by assemble.py.
"""

from __future__ import annotations

import numpy as np

from sharedsky.airspace.time import TimeWindow
from sharedsky.conflicts.encounters import nominal_separations
from sharedsky.conflicts.legs import Legs
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.report import ClosestApproach


def nominal_approach(
    legs: Legs, a: int, b: int, window: TimeWindow, profile: Profile
) -> tuple[ClosestApproach | None, float | None]:
    """Closest approach and least ratio between sides a and b within a window; None where they do not both fly then.

    Levels of a forecast are bands: its vertical separation is the least that the bands allow.
    """
    i, j = np.flatnonzero(legs.side == a), np.flatnonzero(legs.side == b)
    i = i[(legs.time_ns[i, 0] <= window.end_ns) & (legs.time_ns[i, 1] >= window.start_ns)]
    j = j[(legs.time_ns[j, 0] <= window.end_ns) & (legs.time_ns[j, 1] >= window.start_ns)]
    left, right = (grid.ravel() for grid in np.meshgrid(i, j, indexing="ij"))
    start = np.maximum(legs.time_ns[left, 0], legs.time_ns[right, 0])
    together = start <= np.minimum(legs.time_ns[left, 1], legs.time_ns[right, 1])
    if not together.any():
        return None, None
    time, horizontal, vertical, lat, lng, ratio = nominal_separations(legs, left[together], right[together], profile)
    k = int(np.argmin(horizontal))
    closest = ClosestApproach(
        int(time[k]),
        float(horizontal[k]),
        None if np.isnan(vertical[k]) else float(vertical[k]),
        float(lat[k]),
        float(lng[k]),
        nominal=True,
    )
    return closest, float(ratio.min())
