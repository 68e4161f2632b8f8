"""Extents anywhere on the globe for tests of the exchange, many built around a place that they hold by construction."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from hypothesis import strategies as st

from sharedsky.airspace.charts import FACES
from sharedsky.airspace.earth import GEOD, lat_lng
from sharedsky.airspace.footprint import Circle, Footprint, polygon
from sharedsky.exchange.cover import Extent, LatLng
from sharedsky.exchange.model import Cover

Shape = Circle | tuple[LatLng, ...]
#: A polygon around a place at a third of its least radius holds it: an edge that turns by at most 130 degrees comes
#: no nearer than 0.42 of it.
_INSIDE: Final = 0.4


def _of_vector(vector: object) -> LatLng:
    lat, lng = lat_lng(np.asarray(vector, float))
    return float(lat), float(lng)


def face_places() -> list[LatLng]:
    """Middles, edges and corners of the cube's faces."""
    places = []
    for basis in FACES:
        for u, v in product((-1.0, -0.4, 0.0, 0.7, 1.0), repeat=2):
            if max(abs(u), abs(v)) == 1.0 or u == v == 0.0:
                places.append(_of_vector(basis @ np.array([u, v, 1.0])))
    return places


AWKWARD: Final = [
    (90.0, 0.0), (-90.0, 0.0), (89.99999, 20.0), (-89.9, -60.0), (0.0, 0.0), (0.0, 180.0), (0.0, -180.0),
    (47.0, 180.0), (-33.0, -179.9999), (48.0, 12.0), (66.0, 179.999),
]  # fmt: skip


def places() -> st.SearchStrategy[LatLng]:
    """Poles, antimeridian, equator, edges and corners of faces, and anywhere."""
    anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
    return st.one_of(st.sampled_from(AWKWARD), st.sampled_from(face_places()), anywhere)


def sizes(largest_m: float = 100_000.0) -> st.SearchStrategy[float]:
    """Radii [m] from a decimetre on, as many of each order of magnitude."""
    return st.floats(-1.0, math.log10(largest_m)).map(lambda power: 10.0**power)


def spot(origin: LatLng, azimuth_deg: float, distance_m: float) -> LatLng:
    """The place at a bearing and a distance."""
    lng, lat, _ = GEOD.fwd(origin[1], origin[0], azimuth_deg, distance_m)
    return float(lat), float(lng)


@st.composite
def discs(draw: st.DrawFn, place: LatLng, radius_m: float) -> Circle:
    """A circle that holds a place, near its rim as a rule."""
    share = draw(st.sampled_from([0.0, 0.5, 0.99, 0.9999]))
    return Circle(*spot(place, draw(st.floats(0, 360)), share * radius_m), radius_m)


@st.composite
def rings(draw: st.DrawFn, place: LatLng, radius_m: float) -> tuple[LatLng, ...]:
    """A polygon of 3 to 30 vertices, any radius from radius_m to 8 times that, which holds a place."""
    count = draw(st.integers(3, 30))
    middle = spot(place, draw(st.floats(0, 360)), draw(st.floats(0, _INSIDE)) * radius_m)
    radii = draw(st.lists(st.sampled_from([1.0, 1.0, 1.5, 3.0, 8.0]), min_size=count, max_size=count))
    turn = draw(st.floats(0, 360))
    step = draw(st.sampled_from([1, -1]))
    ring = [spot(middle, turn + 360.0 * k / count, radii[k] * radius_m) for k in range(count)]
    return tuple(ring[::step])


@st.composite
def shapes(draw: st.DrawFn, place: LatLng, largest_m: float = 100_000.0) -> Shape:
    """A circle or a polygon that holds a place."""
    if draw(st.booleans()):
        return draw(discs(place, draw(sizes(largest_m))))
    return draw(rings(place, draw(sizes(largest_m / 8))))


def footprint(shape: Shape) -> Footprint:
    """A shape as the exact predicates take it."""
    return shape if isinstance(shape, Circle) else polygon(shape)


def extent(shape: Shape, low_mm: int = 0, high_mm: int = 100_000, start_ns: int = 0, end_ns: int = 10**12) -> Extent:
    """An extent of a shape, with levels and times where they do not matter."""
    return Extent(shape, low_mm, high_mm, start_ns, end_ns)


def relevant(a: Cover, b: Cover) -> bool:
    """Whether two covers are relevant to each other, by the definition: all pairs of boxes."""
    return any(
        p.face == q.face
        and p.u0 <= q.u1 and q.u0 <= p.u1
        and p.v0 <= q.v1 and q.v0 <= p.v1
        and p.low_mm <= q.high_mm and q.low_mm <= p.high_mm
        and p.start_ns <= q.end_ns and q.start_ns <= p.end_ns
        for p, q in product(a, b)
    )  # fmt: skip


def outline(shape: Shape, per_edge: int = 9) -> list[LatLng]:
    """Places on the rim of a shape: of a circle on 360 bearings, of a polygon along its geodesics."""
    if isinstance(shape, Circle):
        return [spot((shape.lat_deg, shape.lng_deg), float(k), shape.radius_m) for k in range(360)]
    out: list[LatLng] = []
    for (lat0, lng0), (lat1, lng1) in zip(shape, (*shape[1:], shape[0]), strict=True):
        out.append((lat0, lng0))
        out += [(lat, lng) for lng, lat in GEOD.npts(lng0, lat0, lng1, lat1, per_edge)]
    return out


@dataclass(frozen=True)
class Cell:
    """A cell of a face, for tests that ask where a place lies."""

    face: int
    u: float
    v: float


def charted(place: LatLng) -> list[Cell]:
    """A place in the chart of its face; of several on an edge."""
    lat, lng = math.radians(place[0]), math.radians(place[1])
    at = np.array([math.cos(lat) * math.cos(lng), math.cos(lat) * math.sin(lng), math.sin(lat)])
    out = []
    for face, basis in enumerate(FACES):
        x, y, z = (at @ basis).tolist()
        if z > 0 and max(abs(x), abs(y)) <= z * (1.0 + 1e-12):
            out.append(Cell(face, x / z, y / z))
    return out


def holds(cover: Cover, place: LatLng, cells: int) -> bool:
    """Whether a place lies in a cell of a cover, in every face on whose edge it lies (a hair aside: in one of them)."""
    for cell in charted(place):
        u = min(max(int((cell.u + 1.0) / 2 * cells), 0), cells - 1)
        v = min(max(int((cell.v + 1.0) / 2 * cells), 0), cells - 1)
        if any(box.face == cell.face and box.u0 <= u <= box.u1 and box.v0 <= v <= box.v1 for box in cover):
            return True
    return False


def overlapping(a: Iterable[Extent], b: Iterable[Extent]) -> bool:
    """Whether extents overlap exactly: by sharedsky.airspace.meet, and closed levels and times."""
    from sharedsky.airspace.meet import meet

    return any(
        p.low_mm <= q.high_mm and q.low_mm <= p.high_mm
        and p.start_ns <= q.end_ns and q.start_ns <= p.end_ns
        and meet(footprint(p.shape), footprint(q.shape))
        for p, q in product(tuple(a), tuple(b))
    )  # fmt: skip
