"""Where aerodromes are: the airportsdata package's table (MIT licence), read once and only when first asked.

Places are in WGS 84 degrees, elevations in feet above mean sea level (the highest point of the landing area).
Some elevations of small strips are 0 in the source where nobody surveyed them. Called by the flight plan
reader (departure, destination, idents in a route) and by the tracks reader (airports near the first and last
point).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from sharedsky.airspace.earth import M_PER_NM, MIN_RADIUS_M, FloatArray, distance_m, n_vector
from sharedsky.errors import GeometryError
from sharedsky.plans.plan import Aerodrome

#: The largest radius that `near` takes [NM]: a neighbourhood, not half a continent.
MAX_NEAR_NM: Final = 1_000.0


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Aerodromes by ident, and in arrays: row k of `vectors` (n, 3) is the n-vector of all[k]."""

    by_ident: Mapping[str, Aerodrome]
    all: tuple[Aerodrome, ...]
    vectors: FloatArray


def find(ident: str) -> Aerodrome | None:
    """The aerodrome with a four-character location indicator in capitals (`LSZH`), or None."""
    return _table().by_ident.get(ident)


def near(lat_deg: float, lng_deg: float, radius_nm: float) -> tuple[Aerodrome, ...]:
    """All aerodromes within a distance of a place, the nearest first; exactly at the radius counts.

    Args:
        lat_deg, lng_deg: on the globe.
        radius_nm: geodesic distance [NM], 0 to MAX_NEAR_NM.
    Raises:
        GeometryError: any of these is NaN or out of range.
    """
    if not (abs(lat_deg) <= 90 and abs(lng_deg) <= 180):
        raise GeometryError(f"({lat_deg:g}, {lng_deg:g}) is not on the globe.", "Give degrees.")
    if not 0 <= radius_nm <= MAX_NEAR_NM:
        raise GeometryError(f"a radius of {radius_nm:g} NM is out of range.", f"Give up to {MAX_NEAR_NM:g}.")
    table = _table()
    # Coarse: an arc of d metres turns the normal by at most d / MIN_RADIUS_M; 1e-12 covers rounding.
    angle = min(math.pi, radius_nm * M_PER_NM / MIN_RADIUS_M)
    rows = np.flatnonzero(table.vectors @ n_vector(lat_deg, lng_deg) >= math.cos(angle) - 1e-12)
    if not len(rows):
        return ()
    found = [table.all[int(row)] for row in rows]
    apart_m = distance_m(lat_deg, lng_deg, [a.lat_deg for a in found], [a.lng_deg for a in found])
    reach_m = radius_nm * M_PER_NM
    inside = [(float(d), a.ident, a) for d, a in zip(apart_m, found, strict=True) if d <= reach_m]
    return tuple(aerodrome for _, _, aerodrome in sorted(inside, key=lambda entry: entry[:2]))


@cache
def _table() -> _Table:
    import airportsdata  # here, so that a run that needs no aerodrome does not pay for it

    by_ident: dict[str, Aerodrome] = {}
    for ident, row in airportsdata.load("ICAO").items():
        lat, lng, elevation_ft = float(row["lat"]), float(row["lon"]), float(row["elevation"])
        if abs(lat) <= 90 and abs(lng) <= 180 and math.isfinite(elevation_ft):
            by_ident[ident] = Aerodrome(ident, lat, lng, elevation_ft)
    everything = tuple(by_ident.values())
    vectors = n_vector([a.lat_deg for a in everything], [a.lng_deg for a in everything])
    return _Table(by_ident, everything, vectors)
