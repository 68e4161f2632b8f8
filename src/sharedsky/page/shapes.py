"""Footprints as the page draws them: fewer vertices, corridors as outlines, coordinates as small integers.

For display only: what is drawn may lie up to a pixel or so beside what was checked, and the page says so. Circles stay
circles (the page knows the ellipsoid well enough), edges are made geodesic there. Called by data.py.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from sharedsky.airspace.charts import tangent_basis
from sharedsky.airspace.earth import FloatArray, IntArray, direct, inverse, lat_lng, n_vector
from sharedsky.airspace.footprint import Circle, Corridor, Footprint, Polygon, middle_and_angle

#: A coordinate unit: 1e-5 degrees, 1.1 m.
UNITS_PER_DEG: Final = 100_000
#: A ring with more vertices is simplified until it has no more than these.
MAX_RING_POINTS: Final = 400
#: The first tolerance of a simplification, in radii of the Earth (6 m); it doubles until few enough points are left.
FIRST_TOLERANCE: Final = 1e-6
#: For choosing a chart only [m].
MEAN_RADIUS_M: Final = 6_371_000.0
#: Up to this reach [m] one flat chart draws a corridor to 2 parts in 10,000; a longer one is drawn leg by leg.
ONE_CHART_M: Final = 200_000.0

Shape = dict[str, object]


def display_shape(footprint: Footprint) -> tuple[Shape, bool]:
    """A footprint as the page's payload has it, and whether it was simplified.

    Returns:
        {"c": [lat deg, lng deg, radius m]} or {"p": [ring, ...]}, each ring as `packed_points` gives it, filled by the
        even-odd rule.
    """
    match footprint:
        case Circle():
            place = [round(footprint.lat_deg, 6), round(footprint.lng_deg, 6), round(footprint.radius_m, 1)]
            return {"c": place}, False
        case Polygon():
            rings = [footprint.exterior, *footprint.holes]
            kept = [simplified_ring(ring) for ring in rings]
            return {"p": [packed_points(ring) for ring in kept]}, any(len(k) < len(r) for k, r in zip(kept, rings))
        case Corridor():
            path = footprint.path[kept_vertices(footprint.path)]
            outline = corridor_outline(path, footprint.half_width_m)
            return {"p": [packed_points(ring) for ring in outline]}, len(path) < len(footprint.path)


def packed_points(points: FloatArray) -> list[int]:
    """(n, 2) [lat, lng deg] as lat0, lng0, then the steps from point to point, in 1e-5 degrees."""
    units = np.rint(points * UNITS_PER_DEG).astype(np.int64)
    return [int(step) for step in np.diff(units, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel()]


def simplified_ring(ring: FloatArray) -> FloatArray:
    """An open ring (n, 2) with at most MAX_RING_POINTS vertices, all of them its own."""
    if len(ring) <= MAX_RING_POINTS:
        return ring
    kept = kept_vertices(np.vstack([ring, ring[:1]]))[:-1]
    return ring[kept] if len(kept) >= 3 else ring[:: len(ring) // MAX_RING_POINTS + 1]


def kept_vertices(path: FloatArray, most: int = MAX_RING_POINTS) -> IntArray:
    """Which vertices of a path (n, 2) [lat, lng deg] are drawn: all, or as few as keep its form (Douglas-Peucker)."""
    if len(path) <= most:
        return np.arange(len(path))
    return thinned(flat_stereographic(path, middle_and_angle(path)[0]), most, FIRST_TOLERANCE)


def thinned(points: FloatArray, most: int, tolerance: float) -> IntArray:
    """Which of the points (n, 2) of a line in the plane stay, ends included: at most about `most` of them."""
    # The third coordinate rides along and tells which vertices stayed.
    line = shapely.LineString(np.column_stack([points, np.arange(len(points))]))
    while True:
        kept = shapely.get_coordinates(shapely.simplify(line, tolerance, preserve_topology=False), include_z=True)
        if len(kept) <= most or tolerance > 1e12:
            return np.unique(kept[:, 2].astype(np.int64))
        tolerance *= 2


def flat_stereographic(points: FloatArray, middle: FloatArray) -> FloatArray:
    """(n, 2) [lat, lng deg] in the stereographic plane that touches the globe at `middle` (3,), in Earth radii."""
    local = n_vector(points[:, 0], points[:, 1]) @ tangent_basis(middle)
    return np.asarray(2 * local[:, :2] / np.maximum(1 + local[:, 2:], 1e-9))


def unflat_stereographic(plane: FloatArray, middle: FloatArray) -> FloatArray:
    """The inverse of `flat_stereographic`: (n, 2) [lat, lng deg]."""
    square = (plane**2).sum(axis=1, keepdims=True)
    local = np.hstack([4 * plane, 4 - square]) / (4 + square)
    return np.stack(lat_lng(local @ tangent_basis(middle).T), axis=1)


def corridor_outline(path: FloatArray, half_width_m: float) -> list[FloatArray]:
    """The outline of a corridor as open rings (n, 2) [lat, lng deg]: exterior and holes, by the even-odd rule."""
    middle, angle_deg = middle_and_angle(path)
    if np.radians(angle_deg) * MEAN_RADIUS_M + half_width_m <= ONE_CHART_M:
        return _buffered(path, half_width_m)
    # Each leg has a chart of its own; the stereographic plane is conformal and has room for all but the antipode.
    legs = [leg for k in range(len(path) - 1) for leg in _cut(path[k], path[k + 1])]
    flat = [flat_stereographic(ring, middle) for leg in legs for ring in _buffered(leg, half_width_m)]
    union = shapely.simplify(shapely.union_all([shapely.Polygon(ring).buffer(0) for ring in flat]), FIRST_TOLERANCE)
    return [unflat_stereographic(ring, middle) for ring in _loops(union)]


def _cut(start: FloatArray, end: FloatArray) -> list[FloatArray]:
    """A leg, as legs of at most ONE_CHART_M."""
    azimuth, length = inverse(start[0], start[1], end[0], end[1])
    pieces = max(1, int(np.ceil(length[0] / ONE_CHART_M)))
    lat, lng = direct(start[0], start[1], azimuth, length * np.arange(1, pieces) / pieces)
    points = np.vstack([start, np.stack([lat, lng], axis=1), end])
    return [points[k : k + 2] for k in range(pieces)]


def _buffered(path: FloatArray, half_width_m: float) -> list[FloatArray]:
    """The outline of a short path's surroundings, drawn in the azimuthal equidistant chart of its middle."""
    centre_lat, centre_lng = (float(v) for v in lat_lng(middle_and_angle(path)[0]))
    azimuth, distance = inverse(centre_lat, centre_lng, path[:, 0], path[:, 1])
    turn = np.radians(azimuth)
    flat = np.stack([distance * np.sin(turn), distance * np.cos(turn)], axis=1)
    outline = shapely.LineString(flat).buffer(half_width_m, quad_segs=10)
    out = []
    for ring in _loops(outline):
        lat, lng = direct(centre_lat, centre_lng, np.degrees(np.arctan2(ring[:, 0], ring[:, 1])), np.hypot(*ring.T))
        out.append(np.stack([lat, lng], axis=1))
    return out


def _loops(area: shapely.Geometry) -> list[FloatArray]:
    """All rings of an area in the plane, open, (n, 2) each."""
    rings = [ring for part in shapely.get_parts(area) for ring in (part.exterior, *part.interiors)]
    return [np.asarray(ring.coords, float)[:-1, :2] for ring in rings]
