"""Geodesics on WGS 84 by Vincenty's nested series (Survey Review 23, 1975), over arrays.

The product uses Karney's algorithms; this is another derivation, good to some 0.1 mm up to 150 degrees of arc, and
tests/unit/oracle holds it against geographiclib. Points nearly opposite each other give NaN. Used by oracle.geometry.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

A_M = 6_378_137.0  #: semi-major axis of WGS 84
F = 1 / 298.257223563  #: its flattening
B_M = A_M * (1 - F)  #: semi-minor axis
E2 = F * (2 - F)  #: eccentricity squared
#: The smallest radius of curvature anywhere (the meridian's, at the equator): the Earth is nowhere more curved.
SMALLEST_RADIUS_M = A_M * (1 - E2)
#: Largest error [m] of a distance or a place by these series, up to 150 degrees of arc.
SERIES_ERROR_M = 2e-4


def reduced(lat_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sine and cosine of the reduced latitude, each (n,)."""
    phi = np.radians(lat_deg)
    y, x = (1 - F) * np.sin(phi), np.cos(phi)
    norm = np.hypot(x, y)
    return y / norm, x / norm


def _series(cos2_alpha: FloatArray) -> tuple[FloatArray, FloatArray]:
    u2 = cos2_alpha * (A_M**2 - B_M**2) / B_M**2
    root = np.sqrt(1 + u2)
    k = (root - 1) / (root + 1)
    return (1 + k * k / 4) / (1 - k), k * (1 - 3 * k * k / 8)


def _shift(b: FloatArray, sin_s: FloatArray, cos_s: FloatArray, cos_2m: FloatArray) -> FloatArray:
    inner = cos_s * (2 * cos_2m**2 - 1) - b / 6 * cos_2m * (4 * sin_s**2 - 3) * (4 * cos_2m**2 - 3)
    return np.asarray(b * sin_s * (cos_2m + b / 4 * inner))


def _columns(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    return tuple(np.broadcast_arrays(*(np.atleast_1d(np.asarray(value, float)) for value in values)))


def inverse(
    lat1: npt.ArrayLike, lng1: npt.ArrayLike, lat2: npt.ArrayLike, lng2: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Distance [m] and azimuth at the first point [rad, clockwise from north], each (n,); NaN for near-antipodes."""
    la1, lo1, la2, lo2 = _columns(lat1, lng1, lat2, lng2)
    sin1, cos1 = reduced(la1)
    sin2, cos2 = reduced(la2)
    span = np.radians(np.remainder(lo2 - lo1 + 180.0, 360.0) - 180.0)
    lam = span.copy()
    settled = np.zeros(lam.shape, bool)
    for _ in range(60):
        sin_l, cos_l = np.sin(lam), np.cos(lam)
        east = cos2 * sin_l
        north = cos1 * sin2 - sin1 * cos2 * cos_l
        sin_s = np.hypot(east, north)
        cos_s = sin1 * sin2 + cos1 * cos2 * cos_l
        sigma = np.arctan2(sin_s, cos_s)
        sin_a = np.divide(cos1 * east, sin_s, out=np.zeros_like(sin_s), where=sin_s > 0)
        cos2_a = 1 - sin_a**2
        cos_2m = np.divide(2 * sin1 * sin2, cos2_a, out=np.zeros_like(sin_s), where=cos2_a > 1e-15)
        cos_2m = np.where(cos2_a > 1e-15, cos_s - cos_2m, 0.0)
        c = F / 16 * cos2_a * (4 + F * (4 - 3 * cos2_a))
        inner = sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m**2 - 1))
        after = span + (1 - c) * F * sin_a * inner
        settled = np.abs(after - lam) < 1e-13
        lam = after
        if settled.all():
            break
    big_a, big_b = _series(cos2_a)
    distance = B_M * big_a * (sigma - _shift(big_b, sin_s, cos_s, cos_2m))
    return np.where(settled, distance, np.nan), np.where(settled, np.arctan2(east, north), np.nan)


def direct(
    lat_deg: npt.ArrayLike, lng_deg: npt.ArrayLike, azimuth_rad: npt.ArrayLike, distance_m: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """The points (lat, lng) [deg], each (n,), at azimuths [rad] and distances [m] (negative: behind)."""
    la, lo, az, s = _columns(lat_deg, lng_deg, azimuth_rad, distance_m)
    sin1, cos1 = reduced(la)
    sin_az, cos_az = np.sin(az), np.cos(az)
    sigma1 = np.arctan2(sin1, cos1 * cos_az)
    sin_a = cos1 * sin_az
    cos2_a = 1 - sin_a**2
    big_a, big_b = _series(cos2_a)
    plain = s / (B_M * big_a)
    sigma = plain
    for _ in range(60):
        cos_2m, sin_s, cos_s = np.cos(2 * sigma1 + sigma), np.sin(sigma), np.cos(sigma)
        after = plain + _shift(big_b, sin_s, cos_s, cos_2m)
        done = bool((np.abs(after - sigma) < 1e-15).all())
        sigma = after
        if done:
            break
    cos_2m, sin_s, cos_s = np.cos(2 * sigma1 + sigma), np.sin(sigma), np.cos(sigma)
    side = sin1 * sin_s - cos1 * cos_s * cos_az
    lat2 = np.arctan2(sin1 * cos_s + cos1 * sin_s * cos_az, (1 - F) * np.hypot(sin_a, side))
    lam = np.arctan2(sin_s * sin_az, cos1 * cos_s - sin1 * sin_s * cos_az)
    c = F / 16 * cos2_a * (4 + F * (4 - 3 * cos2_a))
    turn = lam - (1 - c) * F * sin_a * (sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m**2 - 1)))
    lng2 = np.remainder(lo + np.degrees(turn) + 180.0, 360.0) - 180.0
    return np.degrees(lat2), lng2


def cartesian(lat_deg: npt.ArrayLike, lng_deg: npt.ArrayLike) -> FloatArray:
    """Earth-centred places [m] on the ellipsoid, (n, 3): a chord is never longer than its geodesic."""
    phi, lam = (np.radians(column) for column in _columns(lat_deg, lng_deg))
    n = A_M / np.sqrt(1 - E2 * np.sin(phi) ** 2)
    return np.stack([n * np.cos(phi) * np.cos(lam), n * np.cos(phi) * np.sin(lam), n * (1 - E2) * np.sin(phi)], axis=-1)
