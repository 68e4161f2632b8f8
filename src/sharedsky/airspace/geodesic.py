"""Geodesic edges made straight: long edges are cut until the great circles between the cuts are the geodesic.

Between two n-vectors the straight edge is the great circle; it leaves the geodesic by at most 6.6e-11 x length^2 m.
Cut to MAX_EDGE_M the two lie within 1.7 mm of each other, inside the 1 cm that counts as a breach. Called by the
charts and the footprint checks.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sharedsky.airspace.earth import GEOD, FloatArray, IntArray, direct, n_vector

#: The longest edge that is left whole [m]: 1.7 mm from the geodesic.
MAX_EDGE_M: Final = 5_000.0
#: The same for a path whose place is uncertain by kilometres: straight pieces of it, measured in local frames, lie
#: within ROUGH_SLACK_M of the geodesic (3 cm for the edge, 0.2 m for the frame), which is added to the uncertainty.
ROUGH_EDGE_M: Final = 20_000.0
ROUGH_SLACK_M: Final = 1.0
#: More than the largest radius of curvature, 6,399,594 m: an edge is shorter than its chord of n-vectors times this.
_CHORD_RADIUS_M: Final = 6_400_000.0

Limit = FloatArray | float


def edge_pieces(
    start: FloatArray, end: FloatArray, max_edge_m: Limit = MAX_EDGE_M
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Into how many pieces each edge is to be cut.

    Args:
        start, end: (n, 2) [lat, lng deg]. max_edge_m: the longest edge left whole [m], for all or (n,).
    Returns:
        pieces (n,) int64 >= 1; azimuth [deg] and length [m], (n,), both 0 for edges that are left whole.
    """
    chord = np.linalg.norm(n_vector(start[:, 0], start[:, 1]) - n_vector(end[:, 0], end[:, 1]), axis=1)
    pieces = np.ones(len(start), np.int64)
    azimuth, length = np.zeros(len(start)), np.zeros(len(start))
    longest = np.broadcast_to(max_edge_m, len(start))
    long = np.flatnonzero(chord * _CHORD_RADIUS_M > longest)
    if len(long):
        az, _, dist = GEOD.inv(start[long, 1], start[long, 0], end[long, 1], end[long, 0])
        azimuth[long], length[long] = az, dist
        pieces[long] = np.maximum(1, np.ceil(np.asarray(dist) / longest[long]).astype(np.int64))
    return pieces, azimuth, length


def densify_edges(start: FloatArray, end: FloatArray, max_edge_m: Limit = MAX_EDGE_M) -> tuple[FloatArray, IntArray]:
    """Cut many edges at once.

    Args:
        start, end: (n, 2) [lat, lng deg]. max_edge_m: the longest edge left whole [m], for all or (n,).
    Returns:
        points (m, 2) [lat, lng deg]: each edge's start followed by its inner cuts, edge after edge (no edge's end);
        owner (m,) int64: the edge that each point belongs to.
    """
    pieces, azimuth, length = edge_pieces(start, end, max_edge_m)
    owner = np.repeat(np.arange(len(start)), pieces)
    if len(owner) == len(start):
        return start.copy(), owner
    first = np.cumsum(pieces) - pieces
    step = np.arange(len(owner)) - first[owner]
    points = start[owner].copy()
    inner = np.flatnonzero(step > 0)
    edge = owner[inner]
    lat, lng = direct(start[edge, 0], start[edge, 1], azimuth[edge], length[edge] * step[inner] / pieces[edge])
    points[inner, 0], points[inner, 1] = lat, lng
    return points, owner


def densify_path(path: FloatArray) -> FloatArray:
    """A path (n, 2) [lat, lng deg] with its long edges cut; first and last points stay."""
    if len(path) < 2:
        return path.copy()
    points, _ = densify_edges(path[:-1], path[1:])
    return np.vstack([points, path[-1:]])
