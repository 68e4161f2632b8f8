"""Footprints: what is a shape and what is refused ("Geometry" of docs/conflicts.md)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sharedsky.airspace.footprint import (
    MAX_RADIUS_M,
    MAX_SHAPE_ANGLE_DEG,
    Circle,
    Polygon,
    check_points,
    corridor,
    middle_and_angle,
    polygon,
)
from sharedsky.errors import GeometryError

Ring = list[tuple[float, float]]
SQUARE: Ring = [(-1, -1), (-1, 1), (1, 1), (1, -1)]
HOLE: Ring = [(-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)]
NAN, INF = float("nan"), float("inf")


def test_a_ring_may_be_closed_or_open_and_repeat_its_vertices() -> None:
    ways = (SQUARE, [*SQUARE, SQUARE[0]], [v for v in SQUARE for _ in range(3)], [*SQUARE, SQUARE[0], SQUARE[0]])
    rings = [polygon(way).exterior for way in ways]
    assert all(np.array_equal(ring, np.array(SQUARE, float)) for ring in rings)


def test_a_vertex_written_at_plus_and_minus_180_is_one_vertex() -> None:
    shape = polygon([(0, 179), (0, 180), (0, -180), (1, 180), (1, 179)])
    assert len(shape.exterior) == 4


def test_the_pole_is_one_vertex_at_any_longitude() -> None:
    shape = polygon([(90, 0), (90, 77), (89, 30), (89, 60), (90, -120)])
    assert len(shape.exterior) == 3


def test_the_vertices_of_a_shape_cannot_be_changed() -> None:
    shape = polygon(SQUARE, [HOLE])
    line = corridor([(0, 0), (0, 1)], 10)
    for array in (shape.exterior, shape.holes[0], line.path):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 5.0


def test_changing_the_array_that_a_shape_was_made_of_does_not_change_the_shape() -> None:
    ring = np.array(SQUARE, float)
    shape = polygon(ring)
    ring[0] = 50.0
    assert shape.exterior[0].tolist() == [-1.0, -1.0]


@pytest.mark.parametrize("bad", [NAN, INF, -INF, 90.001, -90.001])
def test_a_latitude_off_the_globe_is_refused_with_its_vertex(bad: float) -> None:
    with pytest.raises(GeometryError, match="vertex 2 "):
        polygon([(0, 0), (0, 1), (bad, 1)])


@pytest.mark.parametrize("bad", [NAN, INF, 180.001, -180.001, 361.0])
def test_a_longitude_off_the_globe_is_refused_with_its_vertex(bad: float) -> None:
    with pytest.raises(GeometryError, match=r"vertex 1 .*check their order"):
        polygon([(0, 0), (0, bad), (1, 1)])


@pytest.mark.parametrize(
    "points", [[], [(0, 0, 0)], [0.0, 1.0], [("a", "b")], [(0,)], [(0, 0), (1,)], [None], [[(0, 0)]]]
)
def test_what_is_not_a_list_of_pairs_of_numbers_is_refused(points: list[object]) -> None:
    with pytest.raises(GeometryError, match="pairs of numbers"):
        check_points(points)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "ring", [[(0, 0)], [(0, 0), (1, 1)], [(0, 0), (1, 1), (0, 0)], [(0, 0), (0, 0), (1, 1), (1, 1)]]
)
def test_a_ring_of_fewer_than_three_different_vertices_is_refused(ring: Ring) -> None:
    with pytest.raises(GeometryError, match="fewer than three different vertices"):
        polygon(ring)


def test_the_refusal_of_a_hole_says_which_one() -> None:
    with pytest.raises(GeometryError, match="hole 1 has fewer than three"):
        polygon(SQUARE, [HOLE, [(0, 0), (0.1, 0.1)]])


def test_a_ring_that_crosses_itself_is_refused_with_the_place() -> None:
    with pytest.raises(GeometryError, match=r"self-intersection near -?0\.0000\d, 10\.\d+"):
        polygon([(-1, 9), (1, 11), (1, 9), (-1, 11)])


def test_a_ring_that_crosses_itself_over_the_antimeridian_is_refused_with_the_place() -> None:
    with pytest.raises(GeometryError, match=r"near .*0\.0000\d, -?1(79|80)\.\d+"):
        polygon([(-1, 179), (1, -179), (1, 179), (-1, -179)])


@pytest.mark.parametrize("ring", [[(0, 0), (0, 1), (0, 2)], [(0, 5), (1, 5), (2, 5)], [(89, 0), (90, 0), (89, 180)]])
def test_a_ring_on_one_geodesic_has_no_area_and_is_refused(ring: Ring) -> None:
    with pytest.raises(GeometryError, match=r"no area|not a simple area"):
        polygon(ring)


def test_a_ring_on_a_parallel_has_an_area_since_its_edges_are_geodesics() -> None:
    assert isinstance(polygon([(50, 0), (50, 1), (50, 2)]), Polygon)


def test_a_hole_outside_its_ring_is_refused() -> None:
    with pytest.raises(GeometryError, match="not a simple area"):
        polygon(SQUARE, [[(v[0] + 5, v[1]) for v in HOLE]])


def test_a_hole_that_crosses_its_ring_is_refused() -> None:
    with pytest.raises(GeometryError, match="not a simple area"):
        polygon(SQUARE, [[(v[0] + 0.8, v[1]) for v in HOLE]])


def test_two_holes_that_overlap_are_refused() -> None:
    with pytest.raises(GeometryError, match="not a simple area"):
        polygon(SQUARE, [HOLE, [(v[0] + 0.2, v[1]) for v in HOLE]])


def test_a_hole_on_the_other_side_of_the_globe_is_refused_and_does_not_open_the_shape() -> None:
    antipode = [(lat, lng + 180 if lng < 0 else lng - 180) for lat, lng in HOLE]
    with pytest.raises(GeometryError, match="hole"):
        polygon(SQUARE, [antipode])


def test_a_hole_that_reaches_behind_the_horizon_is_refused() -> None:
    with pytest.raises(GeometryError, match="hole"):
        polygon(SQUARE, [[(0, 0), (0.1, 120), (-0.1, 120)]])


def test_a_ring_of_half_the_globe_is_refused() -> None:
    with pytest.raises(GeometryError, match=f"more than {MAX_SHAPE_ANGLE_DEG:g} degrees"):
        polygon([(0, lng) for lng in range(-180, 180, 30)])


def test_a_ring_of_almost_75_degrees_around_the_pole_is_a_shape() -> None:
    assert len(polygon([(15.1, lng) for lng in range(-180, 180, 30)]).exterior) == 12


@pytest.mark.parametrize("radius_m", [0.0, -1.0, NAN, INF, MAX_RADIUS_M * 1.001])
def test_a_radius_that_is_none_is_refused(radius_m: float) -> None:
    with pytest.raises(GeometryError, match=r"radius .* out of range"):
        Circle(0, 0, radius_m)
    with pytest.raises(GeometryError, match=r"half width .* out of range"):
        corridor([(0, 0), (0, 1)], radius_m)


@pytest.mark.parametrize(("lat", "lng"), [(NAN, 0), (0, NAN), (91, 0), (0, 181), (INF, 0)])
def test_a_circle_off_the_globe_is_refused(lat: float, lng: float) -> None:
    with pytest.raises(GeometryError, match="not on the globe"):
        Circle(lat, lng, 10)


@pytest.mark.parametrize("path", [[(0, 0)], [(0, 0), (0, 0)], [(90, 0), (90, 50)], [(1, 180), (1, -180)]])
def test_a_corridor_of_one_place_is_refused(path: Ring) -> None:
    with pytest.raises(GeometryError, match="two different points"):
        corridor(path, 10)


def test_a_corridor_may_come_back_to_where_it_began() -> None:
    assert len(corridor([(0, 0), (0, 1), (0, 0)], 10).path) == 3


def test_a_corridor_around_the_globe_is_refused() -> None:
    with pytest.raises(GeometryError, match="more than 75 degrees"):
        corridor([(0, 0), (0, 100), (0, -160)], 10)


def test_points_that_balance_around_the_globe_have_no_middle() -> None:
    _, angle = middle_and_angle(np.array([[0, 0], [0, 120], [0, -120]], float))
    assert angle == 180.0


def test_the_middle_of_points_around_a_pole_is_the_pole() -> None:
    middle, angle = middle_and_angle(np.array([[80, 0], [80, 120], [80, -120]], float))
    assert middle == pytest.approx([0, 0, 1], abs=1e-12)
    assert math.isclose(angle, 10.0)
