"""Many polygons at once come out as `footprint.polygon` makes them one by one."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import zoo
from sharedsky.airspace import polygon_batch
from sharedsky.airspace.footprint import Polygon, polygon
from sharedsky.airspace.polygon_batch import PolygonBatch
from sharedsky.errors import GeometryError

Rings = list[list[tuple[float, float]]]


def flat(ring: list[tuple[float, float]]) -> list[float]:
    return [number for point in ring for number in point]


def batched(shapes: list[Rings]) -> list[Polygon | GeometryError]:
    batch = PolygonBatch()
    for rings in shapes:
        batch.add([flat(ring) for ring in rings])
    assert len(batch) == len(shapes)
    return batch.build()


def alone(rings: Rings) -> Polygon | GeometryError:
    try:
        return polygon(rings[0], rings[1:])
    except GeometryError as error:
        return error


def assert_alike(found: Polygon | GeometryError, expected: Polygon | GeometryError) -> None:
    if isinstance(found, GeometryError) or isinstance(expected, GeometryError):
        assert str(found) == str(expected)
        return
    assert np.array_equal(found.exterior, expected.exterior)
    assert len(found.holes) == len(expected.holes)
    assert all(np.array_equal(a, b) for a, b in zip(found.holes, expected.holes, strict=True))
    assert not found.exterior.flags.writeable


# Coordinates on a coarse grid: repeats, edges on one line, crossings, the poles and the antimeridian all come up often.
places = st.tuples(st.integers(-4, 4), st.integers(-4, 4))
rings_near = st.lists(places, min_size=0, max_size=7)
corners = st.sampled_from(
    [(45.0, 6.0, 0.01), (0.0, 180.0, 0.5), (89.9, 0.0, 0.1), (-60.0, -179.99, 5.0), (40.0, 6.0, 20.0)]
)


@st.composite
def shapes(draw: st.DrawFn) -> Rings:
    lat, lng, step = draw(corners)
    rings = draw(st.lists(rings_near, min_size=1, max_size=3))
    out = [[(lat + step * y, (lng + step * x + 540.0) % 360.0 - 180.0) for y, x in ring] for ring in rings]
    if draw(st.booleans()):
        out = [[*ring, ring[0]] if ring else ring for ring in out]
    return out


def touches_itself(rings: Rings) -> bool:
    """Whether a vertex lies on another edge, so that rounding decides whether the edges cross."""
    flat_rings = [[(((lng + 360.0) % 360.0), lat) for lat, lng in ring] for ring in rings]
    lines = [shapely.LinearRing(ring) for ring in flat_rings if len(set(ring)) >= 3]
    return bool(shapely.minimum_clearance(shapely.MultiLineString(lines)) < 1e-6) or not all(
        line.is_simple for line in lines
    )


@given(st.lists(shapes(), max_size=5))
def test_a_batch_gives_what_each_polygon_gives_alone(many: list[Rings]) -> None:
    for found, rings in zip(batched(many), many, strict=True):
        expected = alone(rings)
        if isinstance(found, GeometryError) == isinstance(expected, GeometryError):
            assert_alike(found, expected)
        else:
            assert touches_itself(rings)


def test_the_polygons_of_the_zoo_come_through_together() -> None:
    kept = [shape for room in zoo.ROOMS.values() for shape in room.values() if isinstance(shape, Polygon)]
    assert len(kept) > 10
    many = [[ring.tolist() for ring in (shape.exterior, *shape.holes)] for shape in kept]
    for found, shape in zip(batched(many), kept, strict=True):
        assert_alike(found, shape)


@pytest.mark.parametrize("size", [1, 3, 10])
def test_batches_of_any_size_give_the_same(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    many: list[Rings] = [
        [[(45, k), (45, k + 0.1), (45.1, k)], [(45.01, k + 0.01), (45.01, k + 0.02), (45.02, k + 0.01)]]
        for k in range(9)
    ]
    many[4] = [[(45, 4), (45.1, 4.1), (45, 4.1), (45.1, 4)]]
    whole = batched(many)
    monkeypatch.setattr(polygon_batch, "_BATCH_POINTS", size)
    for found, expected in zip(batched(many), whole, strict=True):
        assert_alike(found, expected)


def test_long_edges_are_worked_on_by_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    many: list[Rings] = [[[(40, k), (40, k + 1), (41, k + 0.5)]] for k in range(12)]
    monkeypatch.setattr(polygon_batch, "MAX_CUTS", 100)
    assert all(isinstance(found, Polygon) for found in batched(many))


def test_edges_that_are_too_long_in_all_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polygon_batch, "MAX_CUTS", 100)
    wide: Rings = [[(40, 0), (40, 20), (41, 10)]]
    near: Rings = [[(40, 0), (40, 0.1), (40.1, 0)]]
    refused, kept = batched([wide, near])
    assert "too long in all" in str(refused)
    assert isinstance(kept, Polygon)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 91.0])
def test_a_vertex_off_the_globe_spoils_its_own_polygon_alone(bad: float) -> None:
    good: Rings = [[(45, 6), (45, 7), (46, 6)]]
    first, second, third = batched([good, [[(45, 6), (bad, 7), (46, 6)]], good])
    assert isinstance(first, Polygon)
    assert isinstance(second, GeometryError)
    assert isinstance(third, Polygon)


def test_coordinates_that_do_not_come_in_pairs_are_refused() -> None:
    with pytest.raises(GeometryError):
        PolygonBatch().add([[45.0, 6.0, 45.1]])


def test_nothing_gives_nothing() -> None:
    assert batched([]) == []
