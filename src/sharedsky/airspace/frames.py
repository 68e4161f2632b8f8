"""Local measurement: horizontal distances between short straight pieces, to millimetres.

Pieces up to MAX_EDGE_M long are chords of the ellipsoid. Seen along the normal at their common middle (orthographic),
the distance between two of them is the chord of the geodesic. A separation is measured to 4 mm up to 20 km, and to 4 mm
and 5e-7 of it up to 200 km. Decisions take the longest chord that a geodesic of their reach has anywhere on Earth, so
that what is within a reach is never decided clear, at any distance. What is taken for within it by mistake is beyond it
by no more than 1.5 cm at 20 km, 5 cm at 100 km and 22 cm at 200 km; from there on this grows with the cube of the
distance (tests/unit/airspace/test_frames.py holds all of these). Called by shapes.py and by conflicts/.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sharedsky.airspace.charts import tangent_basis
from sharedsky.airspace.earth import MAX_RADIUS_M, WGS84_A_M, WGS84_E2, BoolArray, FloatArray

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


def arc_m(chord: FloatArray) -> FloatArray:
    """The geodesic's length [m] for a chord [m] of the ellipsoid."""
    return np.asarray(2.0 * _MEAN_RADIUS_M * np.arcsin(np.minimum(chord / (2.0 * _MEAN_RADIUS_M), 1.0)))


def chord_m(arc: FloatArray, radius_m: float = _MEAN_RADIUS_M) -> FloatArray:
    """The chord [m] of a geodesic of the given length [m], up to half the way around, where it bends with a radius."""
    return np.asarray(2.0 * radius_m * np.sin(np.minimum(arc / (2.0 * radius_m), np.pi / 2.0)))


def decision_reach_m(reach_m: FloatArray) -> FloatArray:
    """The chord [m] up to which a separation counts as within `reach_m`: with the tolerance and the frame's slack."""
    return chord_m(reach_m * (1.0 + SLACK) + TOLERANCE_M, MAX_RADIUS_M)


def flatten(up: FloatArray, origin: FloatArray, *points: FloatArray) -> list[FloatArray]:
    """East and north [m] (m, 2) of ECEF points (m, 3) from origin (m, 3), seen along up (m, 3), n-vectors of any
    length."""
    basis = tangent_basis(up / np.linalg.norm(up, axis=-1, keepdims=True))[..., :2]
    return [np.einsum("ni,nij->nj", point - origin, basis) for point in points]


def dot(p: FloatArray, q: FloatArray) -> FloatArray:
    """Products (m,) of plane vectors (m, 2): much faster than a sum over an axis of two."""
    return np.asarray(p[:, 0] * q[:, 0] + p[:, 1] * q[:, 1])


def point_segment_sq(p: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Squared distance (m,) of points p from segments a-b, all (m, 2)."""
    ab, ap = b - a, p - a
    length_sq = dot(ab, ab)
    along = np.clip(dot(ap, ab) / np.where(length_sq > 0, length_sq, 1.0), 0.0, 1.0)
    off = ap - along[:, None] * ab
    return dot(off, off)


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
