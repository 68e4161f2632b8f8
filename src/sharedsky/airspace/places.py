"""Where something is, as boxes of latitude and longitude: for tables by place (geoid, terrain), always outward.

Boxes go from west to east and may cross the antimeridian; a shape around a pole has all longitudes. Called by
datums.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.earth import MIN_RADIUS_M, FloatArray, IntArray, lat_lng
from sharedsky.airspace.geodesic import ROUGH_EDGE_M
from sharedsky.airspace.shapes import Shapes

_MARGIN_DEG: Final = 1e-5
#: More than the longest edge between two vertices [rad] (geodesic.py).
_LONGEST_EDGE: Final = 1.01 * ROUGH_EDGE_M / MIN_RADIUS_M


@dataclass(frozen=True, slots=True)
class Places:
    """n boxes [deg], each (n,): lng_west > lng_east crosses 180; all longitudes are -180 to 180."""

    lat_min: FloatArray
    lat_max: FloatArray
    lng_west: FloatArray
    lng_east: FloatArray

    def __len__(self) -> int:
        return len(self.lat_min)

    def take(self, index: IntArray) -> Places:
        """The boxes of `index` (k,)."""
        return Places(self.lat_min[index], self.lat_max[index], self.lng_west[index], self.lng_east[index])


def places_of(shapes: Shapes, grow_m: FloatArray | float = 0.0) -> Places:
    """Boxes around shapes with their reach and grow_m more.

    Longitudes are measured from the middle of each shape, so that the antimeridian is no edge; a shape whose cap holds
    a pole gets all longitudes and the pole.
    """
    if len(shapes) == 0:
        empty = np.empty(0)
        return Places(empty, empty, empty, empty)
    start = shapes.vertex_start
    owner = np.repeat(np.arange(len(shapes)), np.diff(start))
    middle_lat, middle_lng = lat_lng(shapes.middle)
    offset = (shapes.lat_lng[:, 1] - middle_lng[owner] + 540.0) % 360.0 - 180.0
    west, east = np.minimum.reduceat(offset, start[:-1]), np.maximum.reduceat(offset, start[:-1])
    low = np.minimum.reduceat(shapes.lat_lng[:, 0], start[:-1])
    high = np.maximum.reduceat(shapes.lat_lng[:, 0], start[:-1])
    arc = np.minimum(2.0 * shapes.angle, _LONGEST_EDGE)
    low, high = -_poleward(-low, arc), _poleward(high, arc)
    reach_deg = np.degrees((shapes.reach_m + grow_m) * 1.001 / MIN_RADIUS_M) + _MARGIN_DEG
    low, high = low - reach_deg, high + reach_deg
    cap_deg = np.degrees(shapes.angle) + reach_deg
    polar = (np.abs(middle_lat) + cap_deg >= 90.0) | (east - west > 350.0)
    high = np.where(middle_lat + cap_deg >= 90.0, 90.0, np.minimum(high, 90.0))
    low = np.where(middle_lat - cap_deg <= -90.0, -90.0, np.maximum(low, -90.0))
    widest = np.maximum(np.abs(low), np.abs(high))
    stretch = reach_deg / np.cos(np.radians(np.where(polar, 0.0, np.minimum(widest, 89.999))))
    whole = polar | (east - west + 2 * stretch >= 360.0)
    return Places(
        low,
        high,
        np.where(whole, -180.0, _wrapped(middle_lng + west - stretch)),
        np.where(whole, 180.0, _wrapped(middle_lng + east + stretch)),
    )


def _poleward(lat_deg: FloatArray, arc: FloatArray) -> FloatArray:
    """The highest latitude [deg] of edges of up to `arc` [rad] between vertices of at most `lat_deg`: they bulge."""
    sine = np.sin(np.radians(lat_deg)) / np.cos(arc / 2.0)
    highest = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))
    return np.maximum(lat_deg, highest)


def _wrapped(lng_deg: FloatArray) -> FloatArray:
    return (lng_deg + 180.0) % 360.0 - 180.0
