"""Whether an aircraft can have been at one recorded point and then at another: the limits of speed and climb.

Recorded times may be rounded to a whole second, so a second is added to every span of time. Distances are taken on a
sphere of the ellipsoid's smallest radius of curvature: never too long, so that no possible step is called impossible.
Called by flights.py and clean.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.altitude import M_PER_FT
from sharedsky.airspace.earth import MIN_RADIUS_M, BoolArray, FloatArray, IntArray
from sharedsky.airspace.time import NS_PER_S
from sharedsky.formats.reading import TrackOptions

#: Added to each span of time [s]: both times may be rounded, each by up to half of this.
TIME_ROUNDING_S: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Recorded points, (n,) each: time_ns int64; lat_deg, lng_deg, altitude_ft (pressure altitude) float64."""

    time_ns: IntArray
    lat_deg: FloatArray
    lng_deg: FloatArray
    altitude_ft: FloatArray

    def __len__(self) -> int:
        return len(self.time_ns)

    def take(self, which: slice | IntArray | BoolArray) -> Points:
        """Some of the points."""
        return Points(self.time_ns[which], self.lat_deg[which], self.lng_deg[which], self.altitude_ft[which])


def possible(before: Points, after: Points, options: TrackOptions) -> BoolArray:
    """(n,) bool: from each point `before` the one `after` it can be reached; one of the two may be a single point.

    Where a value is NaN nothing speaks against it.
    """
    seconds = (after.time_ns - before.time_ns) / NS_PER_S + TIME_ROUNDING_S
    lat1, lng1, lat2, lng2 = (np.radians(v) for v in (before.lat_deg, before.lng_deg, after.lat_deg, after.lng_deg))
    with np.errstate(invalid="ignore"):  # infinite values, which are impossible anyway
        return _within(seconds, lat1, lng1, lat2, lng2, after.altitude_ft - before.altitude_ft, options)


def bridged_ns(options: TrackOptions) -> int:
    """The longest gap that is bridged, in nanoseconds: 0 to a hundred years."""
    seconds = options.max_gap_s if options.max_gap_s > 0 else 0.0
    return round(min(seconds, 3.2e9) * NS_PER_S)


def _within(
    seconds: FloatArray,
    lat1: FloatArray,
    lng1: FloatArray,
    lat2: FloatArray,
    lng2: FloatArray,
    climb_ft: FloatArray,
    options: TrackOptions,
) -> BoolArray:
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lng2 - lng1) / 2) ** 2
    metres = 2 * MIN_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    climb_m = np.abs(climb_ft) * M_PER_FT
    return np.asarray(~((metres > options.max_speed_mps * seconds) | (climb_m > options.max_climb_mps * seconds)))
