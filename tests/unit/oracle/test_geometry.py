"""The oracle's distances against hand-computed truths, and its bounds against dense samples."""

from __future__ import annotations

import math

import numpy as np
import pytest

from oracle.geometry import (
    Boxes,
    Skeleton,
    box_bounds,
    encloses,
    footprints_meet,
    plane_error_m,
    segment_distance,
    separation_m,
    skeleton,
    stretches,
)
from oracle.vincenty import A_M, SERIES_ERROR_M, direct, inverse
from sharedsky.airspace.footprint import Circle, corridor, polygon
from zoo import EXPECTED, ZOO, Pair, box, metres_per_radian_north


@pytest.mark.parametrize("pair", EXPECTED, ids=lambda p: f"{p.a}-{p.b}-{p.reach_m:g}")
def test_the_oracle_knows_every_expected_pair_of_the_zoo_both_ways(pair: Pair) -> None:
    a, b = ZOO[pair.a], ZOO[pair.b]
    assert footprints_meet(a, b, pair.reach_m) is pair.meets, pair.why
    assert footprints_meet(b, a, pair.reach_m) is pair.meets, pair.why


def test_two_meridian_edges_on_the_equator_lie_apart_by_the_equators_arc() -> None:
    apart = separation_m(box(-0.1, 0.1, 10.0, 10.1), box(-0.1, 0.1, 10.3, 10.4))
    # the parallels' ends are nearer: 0.1 degrees north the meridians lie closer by cos(0.1 deg)
    expected = A_M * math.radians(0.2) * math.cos(math.radians(0.1))
    assert apart.low - 0.001 <= expected <= apart.high + 0.001
    assert apart.high - apart.low < 0.001


def test_a_circle_lies_from_a_place_on_its_meridian_by_the_meridians_arc() -> None:
    apart = separation_m(Circle(10, 20, 1000), Circle(10.2, 20, 500))
    assert apart.high == pytest.approx(math.radians(0.2) * metres_per_radian_north(10.1) - 1500, abs=0.001)


def test_a_shape_within_another_is_no_distance_away() -> None:
    assert separation_m(box(0, 1, 0, 1), box(0.4, 0.6, 0.4, 0.6)).high == 0
    assert separation_m(box(0.4, 0.6, 0.4, 0.6), box(0, 1, 0, 1)).high == 0


def test_within_a_hole_the_distance_is_to_the_holes_edge() -> None:
    frame = polygon([(-1, 9), (-1, 11), (1, 11), (1, 9)], [[(-0.5, 9.5), (-0.5, 10.5), (0.5, 10.5), (0.5, 9.5)]])
    apart = separation_m(frame, Circle(0, 10, 1000))
    assert apart.high == pytest.approx(math.radians(0.5) * metres_per_radian_north(0.25) - 1000, abs=5)
    assert not encloses(frame, 0, 10)
    assert encloses(frame, 0, 9.2)
    assert not encloses(frame, 0, 12)


def test_the_decision_is_open_only_within_millimetres_of_reach_and_a_centimetre() -> None:
    a, degrees_per_m = Circle(0, 0, 100), 180 / (math.pi * A_M)

    def meets(apart_m: float) -> bool | None:
        return footprints_meet(a, Circle(0, (300 + apart_m) * degrees_per_m, 200))

    assert [meets(x) for x in (0, 0.005, 0.0099, 0.0101, 0.015, 1)] == [True, True, None, None, False, False]


@pytest.mark.parametrize("seed", range(4))
def test_bounds_of_two_stretches_hold_the_least_of_a_dense_sample(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(60):
        lat, lng = float(rng.choice([0.0, 47.0, 80.0, 89.999, 90.0, -30.0])), float(rng.choice([0.0, 180.0, 77.0]))
        length, apart = 10 ** rng.uniform(1, 5.5, 2), 10 ** rng.uniform(-2, 6.6)
        a = stretches(_line(lat, lng, rng.uniform(0, 7), length[0]))
        b = stretches(_line(*_point(lat, lng, rng.uniform(0, 7), apart), rng.uniform(0, 7), length[1]))
        low, high = box_bounds(a, b, _whole(a, b))
        s, t = (grid.ravel() for grid in np.meshgrid(*(np.linspace(0, x.end_m[0], 60) for x in (a, b))))
        zero = np.zeros(len(s), np.int64)
        sampled = float(inverse(*a.at(zero, s), *b.at(zero, t))[0].min())
        step = (length[0] + length[1]) / 59
        assert low[0] <= sampled + 2 * SERIES_ERROR_M
        assert high[0] >= sampled - step


def test_the_planes_error_covers_what_stretches_far_apart_show() -> None:
    # Along the equator and a meridian from it, distances on a sphere of the same curvature are known.
    halves, middle = np.array([2000.0]), np.array([1_000_000.0])
    radius = 6.37e6
    true = radius * math.acos(math.cos(1e6 / radius) * math.cos(2000 / radius))
    flat = math.hypot(1e6, 2000)
    assert abs(true - flat) < plane_error_m(halves, middle)[0]


def test_segments_in_the_plane() -> None:
    def apart(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float], s: tuple[float, float]) -> float:
        return float(segment_distance(*(np.array([corner], float) for corner in (p, q, r, s)))[0])

    assert apart((0, 0), (2, 0), (1, -1), (1, 1)) == 0
    assert apart((0, 0), (2, 0), (1, 1), (1, 2)) == 1
    assert apart((0, 0), (2, 0), (5, 4), (9, 4)) == 5
    assert apart((0, 0), (0, 0), (3, 4), (3, 4)) == 5
    assert apart((0, 0), (2, 0), (0, 1), (2, 1)) == 1


def test_a_corridors_skeleton_is_its_path_and_a_circles_its_centre() -> None:
    path = corridor([(0, 0), (0, 1), (1, 1)], 50)
    assert (len(skeleton(path).end_m), skeleton(path).radius_m) == (2, 50)
    assert skeleton(Circle(5, 6, 7)).end_m.tolist() == [0.0]


def _point(lat: float, lng: float, azimuth: float, metres: float) -> tuple[float, float]:
    la, lo = direct(lat, lng, azimuth, metres)
    return float(la[0]), float(lo[0])


def _line(lat: float, lng: float, azimuth: float, metres: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([(lat, lng), _point(lat, lng, azimuth, metres)])


def _whole(a: Skeleton, b: Skeleton) -> Boxes:
    zero = np.zeros(1, np.int64)
    return Boxes(zero, a.begin_m, a.end_m, zero, b.begin_m, b.end_m)
