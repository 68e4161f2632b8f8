"""Whether footprints meet: at distances that are known, at any size, whatever company they are asked in."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from sharedsky.airspace import meet as module
from sharedsky.airspace.earth import FloatArray, direct
from sharedsky.airspace.footprint import Circle, Footprint, Polygon, corridor, polygon
from sharedsky.airspace.meet import edges_within, meet, meet_pairs
from sharedsky.airspace.shapes import shapes_of
from zoo import ROOMS, ZOO

GEODESIC = Geodesic.WGS84
_PLACES = [(10.0, 20.0), (0.0, 180.0), (89.5, 0.0), (-45.0, -179.9), (48.0, 12.0)]


def _tip(lat: float, lng: float, azimuth_deg: float, distance_m: float) -> Polygon:
    """A triangle whose vertex nearest to a place lies at a bearing and distance from it."""
    tip = GEODESIC.Direct(lat, lng, azimuth_deg, distance_m)
    base = [GEODESIC.Direct(tip["lat2"], tip["lon2"], tip["azi2"] + turn, 900) for turn in (25, -25)]
    return polygon([(p["lat2"], p["lon2"]) for p in (tip, *base)])


def _outline(lat: float, lng: float, radius_m: float, count: int, wave: float = 0.1) -> FloatArray:
    """A ragged ring of very many vertices, (count, 2)."""
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radius = radius_m * (1 + wave * np.sin(37 * turn) * np.sin(11 * turn))
    return np.column_stack(direct(np.full(count, lat), np.full(count, lng), np.degrees(turn), radius))


@pytest.mark.parametrize("azimuth_deg", [0, 30, 90, 200])
@pytest.mark.parametrize("radius_m", [5.0, 500.0, 20_000.0, 100_000.0, 200_000.0, 1e6, 3e6, 5e6])
@pytest.mark.parametrize("place", _PLACES)
def test_a_circle_meets_what_lies_a_centimetre_inside_its_radius(
    place: tuple[float, float], radius_m: float, azimuth_deg: float
) -> None:
    tip = _tip(*place, azimuth_deg, radius_m - 0.005)
    assert meet(Circle(*place, radius_m), tip)
    assert meet(tip, Circle(*place, radius_m))
    assert meet(Circle(*place, radius_m / 2), tip, min(radius_m / 2, 200_000.0)) == (radius_m <= 400_000)


@pytest.mark.parametrize("azimuth_deg", [0, 30, 90, 200])
@pytest.mark.parametrize(
    ("radius_m", "beyond_m"), [(5.0, 0.02), (500.0, 0.02), (20_000.0, 0.02), (1e5, 0.05), (2e5, 0.22), (1e6, 30.0)]
)
@pytest.mark.parametrize("place", _PLACES)
def test_a_circle_does_not_meet_what_lies_beyond_it_by_more_than_is_stated(
    place: tuple[float, float], radius_m: float, beyond_m: float, azimuth_deg: float
) -> None:
    assert not meet(Circle(*place, radius_m), _tip(*place, azimuth_deg, radius_m + beyond_m))


@pytest.mark.parametrize("half_width_m", [50.0, 5_000.0, 400_000.0])
def test_a_corridor_meets_what_lies_beside_it_and_beyond_its_round_ends(half_width_m: float) -> None:
    lane = corridor([(47.0, 8.0), (47.5, 9.0)], half_width_m)
    bearing = GEODESIC.Inverse(47.5, 9.0, 47.0, 8.0)["azi1"] + 180
    assert meet(lane, _tip(47.5, 9.0, bearing, half_width_m - 0.005))
    slack = 0.02 + (half_width_m / 1e5) ** 3 * 0.03
    assert not meet(lane, _tip(47.5, 9.0, bearing, half_width_m + slack))


def test_circles_of_thousands_of_kilometres_are_compared_by_their_geodesic_to_the_centimetre() -> None:
    apart = GEODESIC.Inverse(10, 20, -30, 100)["s12"]
    one = Circle(10, 20, 4_999_000.0)
    assert meet(one, Circle(-30, 100, apart - 4_999_000.0))
    assert not meet(one, Circle(-30, 100, apart - 4_999_000.02))


def test_a_circle_far_away_does_not_meet_a_shape_that_its_chart_cannot_show() -> None:
    middle = GEODESIC.Direct(48, 12, 100, 5_990_000)  # some 54 degrees from the middle of a face
    circle = Circle(middle["lat2"], middle["lon2"], 4_400_000.0)
    for azimuth in range(0, 360, 15):
        far = GEODESIC.Direct(circle.lat_deg, circle.lng_deg, azimuth, 5_100_000)
        ring = _outline(far["lat2"], far["lon2"], 600_000.0, 60, 0.0)
        assert not meet(circle, polygon(ring))
        assert not meet(polygon(ring), circle)


def test_a_shape_with_detail_at_one_end_and_long_edges_at_the_other_is_decided() -> None:
    west = [(-3 + 6 * k / 120, -64.0 if k % 2 == 0 else -72.0) for k in range(120)]
    east = [(3 * np.cos(t), 68 + 3 * np.sin(t)) for t in np.linspace(0, np.pi, 116)]
    shape = polygon(west + east)
    inside = [Circle(0, lng, 1_000) for lng in (-63, 0, 40, 67, 70.9)] + [polygon([(0, 69), (0.01, 69), (0, 69.01)])]
    outside = [Circle(0, lng, 1_000) for lng in (-80, 80, 180)] + [Circle(10, 0, 1_000), Circle(-10, 60, 1_000)]
    for other in inside:
        assert meet(shape, other)
        assert meet(other, shape)
    for other in outside:
        assert not meet(shape, other)
        assert not meet(other, shape)


def test_two_rings_of_very_many_vertices_a_kilometre_apart_all_the_way_round_are_told_apart() -> None:
    count = 20_000
    around = polygon(_outline(47, 8, 40_000, count, 0.05), [_outline(47, 8, 20_000, count)])
    inner, lane = polygon(_outline(47, 8, 18_500, count)), corridor(_outline(47, 8, 18_500, count), 10.0)
    for shape in (inner, lane):
        assert not meet(around, shape)
        assert not meet(around, shape, 300.0)
        assert meet(around, shape, 1_500.0)
        assert meet(shape, around, 1_500.0)


def test_rings_of_100_000_vertices_that_overlap_are_seen_to() -> None:
    one, other = polygon(_outline(47, 8, 20_000, 100_000)), polygon(_outline(47, 8.3, 20_000, 100_000))
    assert meet(one, other)
    assert not meet(one, polygon(_outline(47, 8.7, 20_000, 100_000)), 1_000.0)


def test_long_rings_whose_caps_meet_and_whose_edges_are_far_apart_do_not_meet() -> None:
    ring = polygon([(2.7, 0.0), (-1.3, 2.3), (-1.3, -2.3)])
    beside = polygon([(9.5, 0.0), (5.4, 2.3), (-0.1, -11.6)])
    assert not meet(ring, beside)
    assert not meet(beside, ring)
    assert meet(ring, beside, 200_000.0)


def test_a_vertex_in_a_long_row_of_them_is_found_where_only_it_is_near() -> None:
    path = np.column_stack([np.full(20_000, 10.0), np.linspace(0, 50, 20_000)])
    path[13_337, 0] = 10.004
    lane = corridor(path, 20.0)
    lng = float(path[13_337, 1])
    beside = [(10.005, lng - 0.2 + 0.4 * k / 5_000) for k in range(5_001)]
    apart = GEODESIC.Inverse(10.004, lng, 10.005, lng)["s12"]
    assert meet(lane, corridor(beside, 1.0), apart - 21.0)
    assert not meet(lane, corridor(beside, 1.0), apart - 21.2)


def test_whole_lists_are_decided_as_one_by_one_and_in_chunks_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["square", "square_east", "triangle_1m_away", "sliver_beside", "np_ring", "np_circle_short", "np_touching"]
    names += ["frame", "circle_in_hole", "on_frame", "bent", "bent_inside", "bent_corner", "loop", "huge", "band"]
    names += ["circle_500m", "circle_2cm_apart", "circle_100m_apart"]
    shapes = shapes_of([ZOO[name] for name in names])
    i, j = (np.array(side) for side in zip(*product(range(len(names)), repeat=2), strict=True))
    for reach_m in (0.0, 100.0):
        alone = [meet(ZOO[names[a]], ZOO[names[b]], reach_m) for a, b in zip(i, j, strict=True)]
        assert meet_pairs(shapes, i, shapes, j, reach_m).tolist() == alone
        assert meet_pairs(shapes, j, shapes, i, reach_m).tolist() == alone
        for chunk in (1, 7, 100):
            monkeypatch.setattr(module, "_CHUNK", chunk)
            monkeypatch.setattr(module, "_MANY", chunk)
            small = [k for k in range(len(i)) if not {"huge", "band", "np_ring"} & {names[i[k]], names[j[k]]}]
            some = meet_pairs(shapes, i[small], shapes, j[small], reach_m)
            assert some.tolist() == [alone[k] for k in small]
        monkeypatch.undo()


def test_no_pairs_are_no_answers() -> None:
    shapes, none = shapes_of([ZOO["square"]]), np.empty(0, np.int64)
    assert meet_pairs(shapes, none, shapes, none).tolist() == []
    assert edges_within(shapes, none, shapes, none, np.empty(0)).tolist() == []


def test_edges_of_shapes_inside_each_other_are_apart_though_the_shapes_meet() -> None:
    shapes = shapes_of([ZOO["square_around"], ZOO["triangle_1m"]])
    first, second = np.array([0]), np.array([1])
    assert meet_pairs(shapes, first, shapes, second).tolist() == [True]
    assert edges_within(shapes, first, shapes, second, np.array([100.0])).tolist() == [False]


@pytest.mark.parametrize("room", ["squares", "holes", "antimeridian", "north pole", "corridors", "circles"])
def test_a_larger_reach_never_takes_shapes_apart(room: str) -> None:
    shapes: list[Footprint] = list(ROOMS[room].values())
    table = shapes_of(shapes)
    i, j = (np.array(side) for side in zip(*product(range(len(shapes)), repeat=2), strict=True))
    before = np.zeros(len(i), bool)
    for reach_m in (0.0, 0.5, 50.0, 5_000.0, 200_000.0):
        now = meet_pairs(table, i, table, j, reach_m)
        assert (now | ~before).all()
        before = now
