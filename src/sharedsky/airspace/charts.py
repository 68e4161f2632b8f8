"""Flat charts in which geodesic edges are straight and no place is special: the six faces of a cube, gnomonic.

An n-vector is projected from the globe's centre onto the face of a cube that it pierces. Great circles become straight
lines, so that planar predicates decide spherical questions exactly; neither antimeridian nor poles exist. The cube is
turned so that Europe lies inside one face and most of North America inside another. See docs/adr/0001-geometry.md.
Called by shapes.py (exact predicates) and conflicts/boxes.py (coarse boxes).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sharedsky.airspace.earth import FloatArray, IntArray, n_vector


def tangent_basis(middle: FloatArray) -> FloatArray:
    """(..., 3, 3): columns east, north, up at the n-vectors `middle` (..., 3); at a pole east is toward 90 E."""
    middle = np.asarray(middle, float)
    east = np.stack([-middle[..., 1], middle[..., 0], np.zeros(middle.shape[:-1])], axis=-1)
    length = np.linalg.norm(east, axis=-1, keepdims=True)
    east = np.where(length > 1e-12, east / np.where(length > 0, length, 1.0), np.array([0.0, 1.0, 0.0]))
    return np.stack([east, np.cross(middle, east), middle], axis=-1)


def _cube() -> FloatArray:
    """(6, 3, 3): per face the columns (u axis, v axis, outward axis)."""
    up = n_vector(48.0, 12.0)
    local = tangent_basis(up)
    turn = np.radians(20.0)  # brings the second axis toward the middle of North America
    east = np.cos(turn) * local[:, 0] + np.sin(turn) * local[:, 1]
    north = np.cross(up, east)
    faces = [
        (east, north, up),
        (north, up, east),
        (up, east, north),
        (north, east, -up),
        (up, north, -east),
        (east, up, -north),
    ]
    return np.stack([np.stack(face, axis=1) for face in faces])


#: (6, 3, 3) bases of the faces, right-handed: chart coordinates of n are (n @ FACES[f])[:2] / (n @ FACES[f])[2].
FACES: Final[FloatArray] = _cube()


def face_of(vectors: FloatArray) -> IntArray:
    """The face (n,) that each n-vector (n, 3) pierces."""
    return np.asarray(np.argmax(vectors @ FACES[:, :, 2].T, axis=1), np.int64)


def project(vectors: FloatArray, basis: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Chart coordinates.

    Args:
        vectors: (n, 3) n-vectors. basis: (3, 3) for all, or (n, 3, 3) one each; see FACES and tangent_basis.
    Returns:
        (n, 2) coordinates; (n,) cosine of the angle from the chart's middle: coordinates are meaningless where <= 0.
    """
    # by components: for a matrix of three a library's threads cost more than they bring
    local = [
        sum((vectors[:, k] * basis[..., k, axis] for k in (1, 2)), vectors[:, 0] * basis[..., 0, axis])
        for axis in range(3)
    ]
    flat = np.empty((len(vectors), 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(local[0], local[2], out=flat[:, 0])
        np.divide(local[1], local[2], out=flat[:, 1])
    return flat, local[2]


def reach_in_chart(reach_rad: FloatArray, flat_extent: FloatArray) -> FloatArray:
    """How far [chart units] `reach_rad` (n,) goes at most, from anywhere within chart radius `flat_extent` (n,).

    The chart stretches by at most 1 / cos^2 of the angle from its middle, here taken at the far end of the reach;
    infinite where that end lies 80 degrees or more from the middle.
    """
    far = np.arctan(flat_extent) + reach_rad
    stretch = np.where(far < np.radians(80.0), 1.0 / np.cos(np.minimum(far, np.radians(80.0))) ** 2, np.inf)
    return np.where(reach_rad > 0, reach_rad * stretch, 0.0)
