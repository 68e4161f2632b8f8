"""Footprints as arrays: cores and reaches, caps around them, and what is drawn in charts."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from sharedsky.airspace.charts import FACES
from sharedsky.airspace.earth import distance_m
from sharedsky.airspace.footprint import Circle, Polygon, corridor, polygon
from sharedsky.airspace.geodesic import MAX_EDGE_M
from sharedsky.airspace.shapes import (
    AREA,
    PATH,
    POINT,
    SMALL_ANGLE,
    Shapes,
    cut_lines,
    ragged,
    shapes_of,
    shapes_of_rings,
)
from zoo import ZOO

MIXED = [
    ZOO["square"],
    ZOO["circle_1m"],
    ZOO["frame"],
    ZOO["bent"],
    ZOO["huge"],
    ZOO["np_annulus"],
    ZOO["am_corridor"],
    ZOO["np_at_pole"],
]


def uneven() -> Polygon:
    """A polygon across 143 degrees, with small detail at its eastern end and long teeth at its western one."""
    west = [(-3 + 6 * k / 120, -64.0 if k % 2 == 0 else -72.0) for k in range(120)]
    east = [(3 * np.cos(t), 68 + 3 * np.sin(t)) for t in np.linspace(0, np.pi, 116)]
    return polygon(west + east)


def test_kinds_and_reaches_are_those_of_the_footprints_in_their_order() -> None:
    shapes = shapes_of(MIXED)
    assert shapes.kind.tolist() == [AREA, POINT, AREA, PATH, AREA, AREA, PATH, POINT]
    assert shapes.reach_m.tolist() == [0, 1, 0, 100, 0, 0, 500, 1]
    assert np.diff(shapes.shape_start).tolist() == [1, 1, 2, 1, 1, 2, 1, 1]
    assert len(shapes) == len(MIXED)


def test_no_shapes_are_no_shapes() -> None:
    shapes = shapes_of([])
    assert len(shapes) == 0
    assert len(shapes.home_geometries()) == 0
    assert shapes.small.tolist() == []
    assert [len(part) for part in shapes.edges()] == [1, 0]


def test_rings_are_closed_and_no_edge_is_longer_than_5_km() -> None:
    shapes = shapes_of(MIXED)
    first, last = shapes.line_start[:-1], shapes.line_start[1:] - 1
    ring = np.repeat(shapes.kind == AREA, np.diff(shapes.shape_start))
    assert np.array_equal(shapes.lat_lng[first[ring]], shapes.lat_lng[last[ring]])
    _, edge = shapes.edges()
    inner = np.setdiff1d(edge, last)
    a, b = shapes.lat_lng[inner], shapes.lat_lng[inner + 1]
    assert distance_m(a[:, 0], a[:, 1], b[:, 0], b[:, 1]).max() <= MAX_EDGE_M * 1.000001


def test_the_cap_of_a_shape_holds_all_its_vertices() -> None:
    shapes = shapes_of([*ZOO.values(), uneven()])
    owner = np.repeat(np.arange(len(shapes)), np.diff(shapes.vertex_start))
    angle = np.arccos(np.clip(np.einsum("ni,ni->n", shapes.vector, shapes.middle[owner]), -1, 1))
    assert (angle <= shapes.angle[owner] + 1e-7).all()


def test_a_shape_with_detail_at_one_end_and_long_edges_at_the_other_has_its_middle_between_them() -> None:
    shapes = shapes_of([uneven()])
    assert np.degrees(shapes.angle[0]) < 76
    assert (shapes.vector @ shapes.middle[0] > 0.2).all()


def test_shapes_within_8_degrees_are_small_and_drawn_in_their_home_chart() -> None:
    shapes = shapes_of(list(ZOO.values()))
    home = shapes.home_geometries()
    assert np.array_equal(shapes.small, shapes.angle <= SMALL_ANGLE)
    assert [geometry is not None for geometry in home] == shapes.small.tolist()
    assert shapely.is_valid(home[shapes.small]).all()


def test_what_is_drawn_has_the_kind_of_its_core_and_its_holes() -> None:
    shapes = shapes_of([ZOO["square"], ZOO["circle_1m"], ZOO["frame"], ZOO["bent"]])
    drawn = shapes.draw(np.arange(4), FACES[shapes.face])
    assert [geometry.geom_type for geometry in drawn] == ["Polygon", "Point", "Polygon", "LineString"]
    assert [len(geometry.interiors) for geometry in drawn[[0, 2]]] == [0, 1]


def test_shapes_are_drawn_alike_in_any_order_and_any_company() -> None:
    shapes = shapes_of(MIXED)
    of = np.array([7, 3, 0, 3, 2, 1])
    together = shapes.draw(of, FACES[shapes.face[of]])
    alone = [shapes.draw(np.array([k]), FACES[shapes.face[k]])[0] for k in of]
    assert shapely.equals_exact(together, np.array(alone), 1e-15).all()


def test_a_point_is_one_edge_of_no_length() -> None:
    shapes = shapes_of([Circle(1, 2, 3), corridor([(0, 0), (0, 0.01), (0, 0.02)], 5), ZOO["square"], Circle(3, 4, 5)])
    start, first = shapes.edges()
    assert np.diff(start).tolist() == [1, 2, 4, 1]
    assert first[start[:-1]].tolist() == shapes.vertex_start[:-1].tolist()
    assert len(first) == 8


def test_members_of_groups_come_group_after_group() -> None:
    start = np.array([0, 2, 2, 5])
    members, count = ragged(start, np.array([2, 0, 1, 2]))
    assert members.tolist() == [2, 3, 4, 0, 1, 2, 3, 4]
    assert count.tolist() == [3, 2, 0, 3]


def test_members_of_no_groups_are_none() -> None:
    members, count = ragged(np.array([0, 2]), np.empty(0, np.int64))
    assert (len(members), len(count)) == (0, 0)


def test_many_rings_at_once_are_the_shapes_of_their_polygons() -> None:
    rng = np.random.default_rng(8)
    lat, lng = rng.uniform(-60, 60, (40, 1)), rng.uniform(-170, 170, (40, 1))
    size = rng.choice([0.001, 0.3], (40, 1))
    lats, lngs = lat + size * np.array([0, 0, 1, 1]), lng + size * np.array([0, 1, 1, 0])
    fast = shapes_of_rings(lats, lngs)
    slow = shapes_of([polygon(zip(lats[k], lngs[k], strict=True)) for k in range(40)])
    for name in ("kind", "reach_m", "line_start", "shape_start", "lat_lng", "vector", "face"):
        assert np.array_equal(getattr(fast, name), getattr(slow, name)), name


def test_rings_may_be_left_whole() -> None:
    shapes = shapes_of_rings(np.array([[0.0, 0.0, 5.0]]), np.array([[0.0, 5.0, 0.0]]), geodesic=False)
    assert len(shapes.vector) == 4


def test_cutting_lines_keeps_their_ends_and_single_points() -> None:
    vertices = np.array([[0, 0], [0, 1], [5, 5], [6, 6], [6, 6.001], [7, 7]], float)
    cut, start = cut_lines(vertices, np.array([0, 2, 3, 5, 6]))
    assert len(start) == 5
    assert np.diff(start).tolist()[1:] == [1, 2, 1]
    for line, (begin, end) in enumerate([(0, 1), (2, 2), (3, 4), (5, 5)]):
        assert np.array_equal(cut[start[line]], vertices[begin])
        assert np.array_equal(cut[start[line + 1] - 1], vertices[end])


@pytest.mark.parametrize("name", ["square", "frame", "loop", "circle_1m"])
def test_earth_centred_places_are_computed_once(name: str) -> None:
    shapes: Shapes = shapes_of([ZOO[name]])
    assert shapes.ecef is shapes.ecef
    assert shapes.home_geometries() is shapes.home_geometries()
