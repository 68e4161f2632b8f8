"""The WGS 84 ellipsoid: geodesics (pyproj's Geod, Karney's algorithms) and n-vectors, over arrays.

An n-vector is the unit normal of the ellipsoid at a latitude and longitude, as (x, y, z): it has no antimeridian and no
poles. A great circle of n-vectors and the geodesic between the same two points lie at most 6.6e-11 x length^2 metres
apart (length in metres; measured over the whole globe, see docs/adr/0001-geometry.md): 1.7 mm at 5 km.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyproj import Geod

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

WGS84_A_M: Final = 6_378_137.0  #: semi-major axis, WGS 84
WGS84_F: Final = 1 / 298.257223563  #: flattening, WGS 84
WGS84_E2: Final = WGS84_F * (2 - WGS84_F)  #: eccentricity squared
#: The smallest and largest radius of curvature anywhere on the ellipsoid: the meridian's at the equator, a^2 / b at
#: the poles.
MIN_RADIUS_M: Final = WGS84_A_M * (1 - WGS84_E2)
MAX_RADIUS_M: Final = WGS84_A_M / (1 - WGS84_F)

M_PER_NM: Final = 1_852.0  #: the international nautical mile, exact

GEOD: Final[Any] = Geod(ellps="WGS84")


def n_vector(lat_deg: npt.ArrayLike, lng_deg: npt.ArrayLike) -> FloatArray:
    """Unit normals of shape (..., 3) for latitudes and longitudes of shape (...) in degrees."""
    lat, lng = np.radians(np.asarray(lat_deg, float)), np.radians(np.asarray(lng_deg, float))
    lat, lng = np.broadcast_arrays(lat, lng)
    cos_lat = np.cos(lat)
    out = np.empty((*lat.shape, 3))
    np.multiply(cos_lat, np.cos(lng), out=out[..., 0])
    np.multiply(cos_lat, np.sin(lng), out=out[..., 1])
    np.sin(lat, out=out[..., 2])
    return out


def lat_lng(vector: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude in degrees, each (...), of vectors (..., 3) of any length; longitude in (-180, 180]."""
    x, y, z = vector[..., 0], vector[..., 1], vector[..., 2]
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def inverse(
    lat1: npt.ArrayLike, lng1: npt.ArrayLike, lat2: npt.ArrayLike, lng2: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Azimuth at the first point [deg, true, -180 to 180] and geodesic distance [m], both shape (n,)."""
    lng1_a, lat1_a, lng2_a, lat2_a = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(v, float)) for v in (lng1, lat1, lng2, lat2))
    )
    azimuth, _, distance = GEOD.inv(lng1_a, lat1_a, lng2_a, lat2_a)
    return np.asarray(azimuth, float), np.asarray(distance, float)


def distance_m(lat1: npt.ArrayLike, lng1: npt.ArrayLike, lat2: npt.ArrayLike, lng2: npt.ArrayLike) -> FloatArray:
    """Geodesic distance in metres, shape (n,)."""
    return inverse(lat1, lng1, lat2, lng2)[1]


def direct(
    lat: npt.ArrayLike, lng: npt.ArrayLike, azimuth_deg: npt.ArrayLike, distance: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """The points (lat, lng) [deg], each (n,), at azimuths [deg, true] and distances [m] from the given ones."""
    lng_a, lat_a, az_a, d_a = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(v, float)) for v in (lng, lat, azimuth_deg, distance))
    )
    out_lng, out_lat, _ = GEOD.fwd(lng_a, lat_a, az_a, d_a)
    return np.asarray(out_lat, float), np.asarray(out_lng, float)
