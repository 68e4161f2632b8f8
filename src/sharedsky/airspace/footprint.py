"""The horizontal shapes of a volume: polygon with holes, circle, corridor; edges are geodesics on WGS 84.

Implements "Geometry" of docs/conflicts.md. Constructors check, so that a value of these types is a real shape: finite
coordinates, rings that do not cross themselves, less than half the globe. The antimeridian and the poles are ordinary
places. Whether shapes meet is decided in shapes.py; here they are only held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from sharedsky.airspace.earth import FloatArray, lat_lng, n_vector
from sharedsky.airspace.geodesic import densify_path
from sharedsky.errors import GeometryError

#: A footprint must fit within this angle [deg] of its own middle: a ring then has a smaller side, and one flat chart.
MAX_SHAPE_ANGLE_DEG: Final = 75.0
#: The largest radius of a circle and half-width of a corridor [m].
MAX_RADIUS_M: Final = 5_000_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Polygon:
    """An area within a ring, less its holes. Build it with `polygon`.

    exterior and holes: each (n, 2) float64 of [latitude, longitude] in degrees, open (the last vertex is not the first
    again), read-only. Direction of travel has no meaning: a ring encloses the smaller side.
    """

    exterior: FloatArray
    holes: tuple[FloatArray, ...] = ()


@dataclass(frozen=True, slots=True)
class Circle:
    """All points within radius_m [m, > 0, geodesic] of a centre [deg].

    Raises:
        GeometryError: coordinates or radius out of range.
    """

    lat_deg: float
    lng_deg: float
    radius_m: float

    def __post_init__(self) -> None:
        check_points([(self.lat_deg, self.lng_deg)])
        _check_radius(self.radius_m, "a circle's radius")


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """All points within half_width_m [m, > 0, geodesic] of a path of geodesics. Build it with `corridor`.

    path: (n, 2) float64 of [latitude, longitude] in degrees, n >= 2, read-only.
    """

    path: FloatArray
    half_width_m: float


Footprint = Polygon | Circle | Corridor


def polygon(
    exterior: Iterable[Sequence[float]], holes: Iterable[Iterable[Sequence[float]]] = (), *, check: bool = True
) -> Polygon:
    """A polygon from (latitude, longitude) pairs in degrees; a closing vertex and repeated vertices are dropped.

    Args:
        exterior: at least three different vertices, not on one line.
        holes: rings inside the exterior that do not cross it or each other.
        check: False skips the search for crossing edges, for rings that are valid by construction.
    Raises:
        GeometryError: not such a shape, or half the globe or more.
    """
    ring = _ring(exterior, "the ring")
    hole_rings = tuple(_ring(hole, f"hole {k}") for k, hole in enumerate(holes))
    _check_extent(ring)
    if check:
        _check_simple(ring, hole_rings)
    return Polygon(ring, hole_rings)


def corridor(path: Iterable[Sequence[float]], half_width_m: float) -> Corridor:
    """A corridor from (latitude, longitude) pairs in degrees and half its width in metres.

    Raises:
        GeometryError: fewer than two different points, or out of range.
    """
    points = _without_repeats(check_points(path))
    if len(points) < 2:
        raise GeometryError("a corridor needs at least two different points.", "Use a circle for a single point.")
    _check_radius(half_width_m, "a corridor's half width")
    _check_extent(points)
    return Corridor(_frozen(points), float(half_width_m))


def check_points(points: Iterable[Sequence[float]]) -> FloatArray:
    """(n, 2) float64 of [latitude -90..90, longitude -180..180] in degrees.

    Raises:
        GeometryError: not pairs of finite numbers in range.
    """
    try:
        array = np.asarray(points if isinstance(points, np.ndarray) else list(points), dtype=np.float64)
    except (TypeError, ValueError):
        raise GeometryError("a shape's vertices must be pairs of numbers.", "Give latitude and longitude.") from None
    if array.ndim != 2 or array.shape[1] != 2 or len(array) == 0:
        raise GeometryError("a shape's vertices must be pairs of numbers.", "Give latitude and longitude.")
    bad = ~np.isfinite(array).all(axis=1) | (np.abs(array[:, 0]) > 90) | (np.abs(array[:, 1]) > 180)
    if bad.any():
        k = int(np.argmax(bad))
        raise GeometryError(
            f"vertex {k} ({array[k, 0]:g}, {array[k, 1]:g}) is not on the globe.",
            "Latitude goes from -90 to 90 and longitude from -180 to 180 degrees; check their order.",
        )
    return array


def middle_and_angle(points: FloatArray) -> tuple[FloatArray, float]:
    """The mean direction (3,) of points (n, 2) [lat, lng deg], and the largest angle [deg] of a point from it.

    The angle is 180 where the points have no middle (they balance around the globe).
    """
    vectors = n_vector(points[:, 0], points[:, 1])
    middle = vectors.mean(axis=0)
    length = float(np.linalg.norm(middle))
    if length < 1e-9:
        return np.array([0.0, 0.0, 1.0]), 180.0
    middle /= length
    return middle, float(np.degrees(np.arccos(np.clip(vectors @ middle, -1.0, 1.0).min())))


def _ring(points: Iterable[Sequence[float]], name: str) -> FloatArray:
    ring = _without_repeats(check_points(points))
    if len(ring) > 1 and _same_place(ring[:1], ring[-1:])[0]:
        ring = ring[:-1]
    if len(ring) < 3:
        raise GeometryError(f"{name} has fewer than three different vertices.", "An area needs at least three.")
    return _frozen(ring)


def _frozen(points: FloatArray) -> FloatArray:
    out = np.array(points, dtype=np.float64)
    out.setflags(write=False)
    return out


def _same_place(a: FloatArray, b: FloatArray) -> FloatArray:
    """(n,) bool: the same latitude, and the same longitude (-180 is 180; at a pole any longitude)."""
    same_lng = (a[:, 1] == b[:, 1]) | (np.abs(a[:, 1] - b[:, 1]) == 360.0) | (np.abs(a[:, 0]) == 90.0)
    return np.asarray((a[:, 0] == b[:, 0]) & same_lng)


def _without_repeats(points: FloatArray) -> FloatArray:
    keep = np.ones(len(points), bool)
    keep[1:] = ~_same_place(points[1:], points[:-1]).astype(bool)
    return points[keep]


def _check_radius(radius_m: float, name: str) -> None:
    if not np.isfinite(radius_m) or not 0 < radius_m <= MAX_RADIUS_M:
        raise GeometryError(
            f"{name} of {radius_m:g} m is out of range.", f"Give one above 0 and up to {MAX_RADIUS_M:g} m."
        )


def _check_extent(points: FloatArray) -> None:
    if middle_and_angle(points)[1] > MAX_SHAPE_ANGLE_DEG:
        raise GeometryError(
            f"the shape reaches more than {MAX_SHAPE_ANGLE_DEG:g} degrees from its middle (half the globe has no "
            "inside).",
            "Split it into smaller shapes.",
        )


def _check_simple(ring: FloatArray, holes: tuple[FloatArray, ...]) -> None:
    """Refuse rings that cross themselves, have no area, or holes outside the ring; judged on the geodesic edges."""
    middle, _ = middle_and_angle(ring)
    for k, hole in enumerate(holes):  # what lies behind the horizon would be drawn on the wrong side
        if (_ahead(hole, middle) <= 0.0).any():
            raise GeometryError(f"hole {k} does not lie inside the ring.", "Correct or remove it.")
    shape = shapely.Polygon(_flat(ring, middle), [_flat(hole, middle) for hole in holes])
    if not shape.is_valid:
        reason, _, place = shapely.is_valid_reason(shape).partition("[")
        where = ""
        if place:
            x, y = (float(v) for v in place.rstrip("]").split()[:2])
            lat, lng = lat_lng(_basis(middle) @ np.array([x, y, 1.0]))
            where = f" near {float(lat):.5f}, {float(lng):.5f}"
        raise GeometryError(f"the polygon is not a simple area: {reason.lower()}{where}.", "Correct or split the ring.")
    if shape.area <= 0.0:
        raise GeometryError("the polygon has no area.", "Give vertices that are not on one line.")


def _flat(ring: FloatArray, middle: FloatArray) -> FloatArray:
    """A densified closed ring in the gnomonic plane that touches the globe at `middle`: (n, 2)."""
    local = _dense(ring) @ _basis(middle)
    return np.asarray(local[:, :2] / local[:, 2:])


def _ahead(ring: FloatArray, middle: FloatArray) -> FloatArray:
    """The cosine (n,) of the angle from `middle` of a densified ring's points: 0 and less is behind the horizon."""
    return np.asarray(_dense(ring) @ middle)


def _dense(ring: FloatArray) -> FloatArray:
    """The n-vectors (n, 3) of a densified closed ring."""
    dense = densify_path(np.vstack([ring, ring[:1]]))
    return n_vector(dense[:, 0], dense[:, 1])


def _basis(middle: FloatArray) -> FloatArray:
    """(3, 3): columns east, north, up of the plane that touches the globe at `middle`."""
    pole = np.array([0.0, 0.0, 1.0]) if abs(middle[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    east = np.cross(pole, middle)
    east /= np.linalg.norm(east)
    return np.stack([east, np.cross(middle, east), middle], axis=1)
