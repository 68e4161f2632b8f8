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
from sharedsky.airspace.earth import GEOD, MIN_RADIUS_M
from sharedsky.airspace.footprint import Circle, Polygon, polygon
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
        quick = _circle_box(shape)
        return [quick] if quick is not None else _slow_boxes(shape)
    if len(shape) < 3:
        raise GeometryError("a polygon has fewer than three vertices.", "Give at least three.")
    if len(set(shape)) != len(shape):
        raise GeometryError("a polygon has a vertex twice.", "Give each vertex once; the last is not the first again.")
    drawn = drawn_whole(np.array(shape))
    if drawn is None:
        return _slow_boxes(polygon(shape))
    face, geometry, box = drawn
    if not shapely.is_valid(geometry) or shapely.area(geometry) <= 0.0:
        polygon(shape)  # says what is wrong with it
        raise GeometryError("a polygon's edges cross, or it has no area.", "Correct or split it.")
    return [(face, *box)]


def _slow_boxes(shape: Circle | Polygon) -> list[FlatBox]:
    """For shapes that are large, or touch several faces."""
    _, faces, flat = flat_boxes(shapes_of([shape]), np.zeros(1))
    return [(face, u0, v0, u1, v1) for face, (u0, v0, u1, v1) in zip(faces.tolist(), flat.tolist(), strict=True)]


def _circle_box(circle: Circle) -> FlatBox | None:
    """The box of a circle inside one face; None for others."""
    lat, lng = math.radians(circle.lat_deg), math.radians(circle.lng_deg)
    at = np.array([math.cos(lat) * math.cos(lng), math.cos(lat) * math.sin(lng), math.sin(lat)])
    face = int(np.argmax(FACES[:, :, 2] @ at))
    x, y, z = (at @ FACES[face]).tolist()
    u, v = x / z, y / z
    angle = (circle.radius_m + _MARGIN_M) * (1.0 + 1e-6) / MIN_RADIUS_M
    far = math.atan(math.hypot(u, v)) + angle  # from the chart's middle: it stretches by 1 / cos^2 at most
    if far > 1.2:
        return None
    reach = angle / math.cos(far) ** 2
    if max(abs(u), abs(v)) + reach >= 1.0:
        return None
    return face, u - reach, v - reach, u + reach, v + reach
