"""Local measurement: horizontal distances between short straight pieces, to millimetres.

Pieces up to MAX_EDGE_M long are chords of the ellipsoid. Seen along the normal at their common middle (orthographic),
the distance between two of them is the chord of the geodesic; the chord is lengthened by d^3 / 24 R^2. Against
geodesics the error is below 4 mm for separations up to 20 km, and below 1e-7 of the separation beyond
(tests/unit/airspace/test_frames.py); decisions add SLACK for it, outward. Called by shapes.py and by conflicts/.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sharedsky.airspace.charts import tangent_basis
from sharedsky.airspace.earth import WGS84_A_M, WGS84_E2, BoolArray, FloatArray

#: What lies within this distance [m] of a breach is a breach, never clear (docs/conflicts.md, "Sets").
TOLERANCE_M: Final = 0.01
#: Share of a separation that is added, outward, for the error of the local frame.
SLACK: Final = 1e-7
_MEAN_RADIUS_M: Final = 6_371_008.8  #: mean radius, for the difference between chord and arc alone


def ecef_m(vectors: FloatArray) -> FloatArray:
    """Earth-centred coordinates (..., 3) [m] of points on the ellipsoid given by n-vectors (..., 3)."""
    prime_vertical = WGS84_A_M / np.sqrt(1.0 - WGS84_E2 * vectors[..., 2] ** 2)
    out = vectors * prime_vertical[..., None]
    out[..., 2] *= 1.0 - WGS84_E2
    return np.asarray(out)


def arc_m(chord_m: FloatArray) -> FloatArray:
    """The geodesic's length for a chord of the ellipsoid [m]."""
    return np.asarray(chord_m * (1.0 + chord_m**2 / (24.0 * _MEAN_RADIUS_M**2)))


def chord_m(arc: FloatArray) -> FloatArray:
    """The chord of a geodesic of the given length [m]."""
    return np.asarray(arc * (1.0 - arc**2 / (24.0 * _MEAN_RADIUS_M**2)))


def decision_reach_m(reach_m: FloatArray) -> FloatArray:
    """The chord [m] up to which a separation counts as within `reach_m`: with the tolerance and the frame's slack."""
    return chord_m(reach_m * (1.0 + SLACK) + TOLERANCE_M)


def flatten(up: FloatArray, origin: FloatArray, *points: FloatArray) -> list[FloatArray]:
    """East and north [m] (m, 2) of ECEF points (m, 3) from origin (m, 3), seen along up (m, 3), n-vectors of any
    length."""
    basis = tangent_basis(up / np.linalg.norm(up, axis=-1, keepdims=True))[..., :2]
    return [np.einsum("ni,nij->nj", point - origin, basis) for point in points]


def point_segment_sq(p: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Squared distance (m,) of points p from segments a-b, all (m, 2)."""
    ab, ap = b - a, p - a
    length_sq = (ab**2).sum(-1)
    along = np.clip((ap * ab).sum(-1) / np.where(length_sq > 0, length_sq, 1.0), 0.0, 1.0)
    return np.asarray(((ap - along[:, None] * ab) ** 2).sum(-1))


def segments_cross(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> BoolArray:
    """Whether segments a-b and c-d (m, 2) cross properly; touching may be missed, and is left to distances."""

    def side(p: FloatArray, q: FloatArray, r: FloatArray) -> FloatArray:
        return np.asarray((q[:, 0] - p[:, 0]) * (r[:, 1] - p[:, 1]) - (q[:, 1] - p[:, 1]) * (r[:, 0] - p[:, 0]))

    return np.asarray((side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0))


def segment_gap_m(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> FloatArray:
    """Distance (m,) between segments a-b and c-d, all (m, 2) [m]; 0 where they cross."""
    nearest = np.minimum.reduce(
        [point_segment_sq(a, c, d), point_segment_sq(b, c, d), point_segment_sq(c, a, b), point_segment_sq(d, a, b)]
    )
    return np.where(segments_cross(a, b, c, d), 0.0, np.sqrt(nearest))
