"""Extents as cells, levels and times: what F3548-21's keys and notifications compare.

Cells lie in the charts of the cube's faces (docs/adr/0001-geometry.md), some 1.5 km wide in a face's middle and 0.5 km
in its corners, in which geodesic edges are straight: the cells of a shape are those of the box around it in each face
that it touches. A cover holds its extent whole (circles too: covered, not inscribed), so that extents that overlap have
covers that do: no false negative. It is coarser than the extent on purpose; what exactly collides is for those who are
told to find out. Called by the decisions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from sharedsky.airspace.charts import FACES
from sharedsky.airspace.earth import GEOD, MIN_RADIUS_M, FloatArray
from sharedsky.airspace.footprint import Circle, check_points, polygon
from sharedsky.airspace.shapes import shapes_of
from sharedsky.conflicts.boxes import flat_boxes
from sharedsky.conflicts.drawn import drawn_whole
from sharedsky.errors import GeometryError
from sharedsky.exchange.model import Box, Cover

#: Cells along a side of a face, which is 2 wide in its chart.
CELLS: Final = 1 << 13
#: Added around circles [m]: a centimetre twice over, as for all shapes (conflicts/boxes.py).
_MARGIN_M: Final = 0.02
_HALF: Final = CELLS / 2
#: From a face's middle to its corners [rad].
_FACE_ANGLE: Final = math.acos(1.0 / math.sqrt(3.0))
#: A circle whose rim comes this near to a chart's horizon (in sines) is not measured in it.
_HORIZON: Final = 0.05
#: The least area of a polygon for its perimeter, in a chart and [m]: thinner than some micrometres is a line.
_THIN_FLAT: Final = 4e-13
_THIN_M: Final = 1e-5
_GLOBE_DEG: Final = np.array([90.0, 180.0])

LatLng = tuple[float, float]
#: face, least u, least v, greatest u, greatest v [chart units].
FlatBox = tuple[int, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Extent:
    """A Volume4D of a request: a Circle, or a polygon's vertices (latitude, longitude) [deg], not closed."""

    shape: Circle | tuple[LatLng, ...]
    low_mm: int
    high_mm: int
    start_ns: int
    end_ns: int

    @property
    def vertices(self) -> int:
        """How many vertices its polygon has; a circle none."""
        return 0 if isinstance(self.shape, Circle) else len(self.shape)


def cover_of(extents: Sequence[Extent]) -> Cover:
    """The cover of extents.

    Raises:
        GeometryError: a polygon with fewer than three vertices, a vertex twice, edges that cross, no area, or of half
            the globe.
    """
    return tuple(
        Box(face, *_cells(u0, v0, u1, v1), extent.low_mm, extent.high_mm, extent.start_ns, extent.end_ns)
        for extent in extents
        for face, u0, v0, u1, v1 in _boxes(extent.shape)
    )


def area_m2(extent: Extent) -> float:
    """The area [m2] of an extent on WGS 84; of a circle as of one in a plane, which is never less."""
    if isinstance(extent.shape, Circle):
        return math.pi * extent.shape.radius_m**2
    lat, lng = zip(*extent.shape, strict=True)
    return abs(float(GEOD.polygon_area_perimeter(lng, lat)[0]))


def within(inner: Cover, outer: Cover) -> bool:
    """Whether every box of one cover lies in cells, levels and times that one box of another has."""
    return all(any(_inside(a, b) for b in outer) for a in inner)


def ahead(cover: Cover, now_ns: int) -> Cover:
    """What of a cover does not lie in the past."""
    return tuple(box._replace(start_ns=max(box.start_ns, now_ns)) for box in cover if box.end_ns >= now_ns)


def spanned(covers: Sequence[Box]) -> Cover:
    """One box for each face, around all boxes that lie in it."""
    faces: dict[int, Box] = {}
    for box in covers:
        known = faces.get(box.face)
        faces[box.face] = box if known is None else _around(known, box)
    return tuple(faces.values())


def _inside(a: Box, b: Box) -> bool:
    return (
        a.face == b.face
        and b.u0 <= a.u0
        and b.v0 <= a.v0
        and a.u1 <= b.u1
        and a.v1 <= b.v1
        and b.low_mm <= a.low_mm
        and a.high_mm <= b.high_mm
        and b.start_ns <= a.start_ns
        and a.end_ns <= b.end_ns
    )


def _around(a: Box, b: Box) -> Box:
    return Box(
        a.face, min(a.u0, b.u0), min(a.v0, b.v0), max(a.u1, b.u1), max(a.v1, b.v1),
        min(a.low_mm, b.low_mm), max(a.high_mm, b.high_mm), min(a.start_ns, b.start_ns), max(a.end_ns, b.end_ns),
    )  # fmt: skip


def _cells(u0: float, v0: float, u1: float, v1: float) -> tuple[int, int, int, int]:
    least, top = 0, CELLS - 1
    return (
        max(int((u0 + 1.0) * _HALF), least),
        max(int((v0 + 1.0) * _HALF), least),
        min(int((u1 + 1.0) * _HALF), top),
        min(int((v1 + 1.0) * _HALF), top),
    )


def _boxes(shape: Circle | tuple[LatLng, ...]) -> list[FlatBox]:
    if isinstance(shape, Circle):
        return _circle_boxes(shape)
    ring = _ring(shape)
    drawn = drawn_whole(ring)
    if drawn is None:
        return _slow_boxes(shape)
    face, geometry, box = drawn
    if not shapely.is_valid(geometry) or shapely.area(geometry) <= shapely.length(geometry) * _THIN_FLAT:
        polygon(shape)  # says what is wrong with it
        raise GeometryError("a polygon's edges cross, or it has no area.", "Correct or split it.")
    return [(face, *box)]


def _ring(shape: tuple[LatLng, ...]) -> FloatArray:
    """The vertices (n, 2) of a polygon, each on the globe and there once."""
    if len(shape) < 3:
        raise GeometryError("a polygon has fewer than three vertices.", "Give at least three.")
    ring = np.array(shape)
    inside = np.abs(ring) <= _GLOBE_DEG
    if not inside.all():
        check_points(shape)  # says which is not
    places = set(shape)
    if (np.abs(ring) == _GLOBE_DEG).any():  # where one place has several names
        places = {(lat, 0.0 if abs(lat) == 90.0 else lng % 360.0) for lat, lng in shape}
    if len(places) != len(shape):
        raise GeometryError("a polygon has a vertex twice.", "Give each vertex once; the last is not the first again.")
    return ring


def _slow_boxes(shape: tuple[LatLng, ...]) -> list[FlatBox]:
    """For polygons that are large, or touch several faces."""
    shapes = shapes_of([polygon(shape)])
    lat, lng = zip(*shape, strict=True)
    area_m2, perimeter_m = GEOD.polygon_area_perimeter(lng, lat)
    if abs(area_m2) <= perimeter_m * _THIN_M:
        raise GeometryError("a polygon has no area.", "Give vertices that are not on one line.")
    _, faces, flat = flat_boxes(shapes, np.zeros(1))
    return [(face, u0, v0, u1, v1) for face, (u0, v0, u1, v1) in zip(faces.tolist(), flat.tolist(), strict=True)]


def _circle_boxes(circle: Circle) -> list[FlatBox]:
    """The boxes of a circle: of the cap of n-vectors that holds it, exactly."""
    lat, lng = math.radians(circle.lat_deg), math.radians(circle.lng_deg)
    at = np.array([math.cos(lat) * math.cos(lng), math.cos(lat) * math.sin(lng), math.sin(lat)])
    home = int(np.argmax(FACES[:, :, 2] @ at))
    angle = (circle.radius_m + _MARGIN_M) * (1.0 + 1e-6) / MIN_RADIUS_M
    sine = math.sin(angle)
    boxes: list[FlatBox] = []
    for face in (home, *(face for face in range(6) if face != home)):
        x, y, z = (at @ FACES[face]).tolist()
        if z <= sine + _HORIZON:
            if math.acos(max(z, -1.0)) <= angle + _FACE_ANGLE + 1e-9:
                boxes.append((face, -1.0, -1.0, 1.0, 1.0))
            continue
        (u0, u1), (v0, v1) = _cap_span(x, z, sine), _cap_span(y, z, sine)
        if u0 <= 1.0 and u1 >= -1.0 and v0 <= 1.0 and v1 >= -1.0:
            boxes.append((face, u0, v0, u1, v1))
        if face == home and min(u0, v0) > -1.0 and max(u1, v1) < 1.0:
            break
    return boxes


def _cap_span(x: float, z: float, sine: float) -> tuple[float, float]:
    """From where to where a cap reaches along an axis of a gnomonic chart: the planes x = u z that touch it.

    Args:
        x, z: of its middle along the axis and outward; sine: of its radius, less than z.
    """
    below = z * z - sine * sine
    half = sine * math.sqrt(x * x + below)
    return (x * z - half) / below, (x * z + half) / below
