"""Trajectories as short pieces of path: cut along geodesics, times and levels divided in whole numbers, outward."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from flights import T0_NS, forecast, track
from sharedsky.airspace.altitude import UM_PER_FT, Datum
from sharedsky.airspace.geodesic import MAX_EDGE_M, ROUGH_EDGE_M, ROUGH_SLACK_M
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.time import MAX_NS, NS_PER_S
from sharedsky.airspace.trajectory import Trajectory, known_trajectory
from sharedsky.conflicts.legs import Legs, legs_of

LONG = [(47.0, 8.0), (48.0, 10.0), (48.0, 10.0), (48.01, 10.0)]


def _legs(*paths: Trajectory) -> Legs:
    return legs_of(list(enumerate(paths)), Terrain())


def test_no_trajectories_have_no_pieces() -> None:
    legs = _legs()
    assert len(legs) == 0
    assert legs.vector.shape == (0, 2, 3)
    assert legs.ecef.shape == (0, 2, 3)
    assert len(legs.floor) == len(legs.lateral_m) == 0


def test_pieces_follow_each_other_without_a_gap_and_none_is_longer_than_5_km() -> None:
    legs = _legs(track(LONG, (0, 900, 960, 970), [9_000, 12_000, 12_000, 11_000]))
    assert legs.ecef[1:, 0] == pytest.approx(legs.ecef[:-1, 1], abs=1e-6)
    assert np.linalg.norm(legs.ecef[:, 1] - legs.ecef[:, 0], axis=1).max() <= MAX_EDGE_M
    for name in ("early_ns", "time_ns", "late_ns"):
        times = getattr(legs, name)
        assert np.array_equal(times[1:, 0], times[:-1, 1])
        assert (times[:, 0] <= times[:, 1]).all()
        assert (times[0, 0], times[-1, 1]) == (T0_NS, T0_NS + 970 * NS_PER_S)


def test_times_and_levels_of_a_piece_are_in_proportion_to_the_way_to_the_nanosecond_and_the_micrometre() -> None:
    end_ns = T0_NS + 1_000_000_007
    times, levels = np.array([T0_NS, end_ns]), np.array([3_000_000_000, 3_000_000_777])
    legs = _legs(known_trajectory(np.array([0.0, 0.0]), np.array([0.0, 1.0]), times, levels, Datum.AMSL))
    n = len(legs)
    assert n == 23
    for k in range(n):
        exact_ns = T0_NS + Fraction(1_000_000_007 * k, n)
        exact_um = 3_000_000_000 + Fraction(777 * k, n)
        assert 0 <= exact_ns - int(legs.time_ns[k, 0]) < 1
        assert 0 <= exact_um - int(legs.lower_um[k, 0]) < 1
        assert 0 <= int(legs.upper_um[k, 0]) - exact_um < 1
    assert legs.upper_um[-1, 1] == legs.lower_um[-1, 1] == 3_000_000_777


def test_the_places_of_pieces_lie_on_the_geodesic_in_equal_parts() -> None:
    legs = _legs(track([(47.0, 8.0), (30.0, 179.0)], (0, 10), 0))
    line = Geodesic.WGS84.InverseLine(47.0, 8.0, 30.0, 179.0)
    n = len(legs)
    for k in (0, 1, n // 3, n // 2, n - 1):
        at = line.Position(line.s13 * k / n)
        place = legs.shapes.lat_lng.reshape(-1, 2, 2)[k, 0]
        assert Geodesic.WGS84.Inverse(at["lat2"], at["lon2"], *place)["s12"] < 1e-6


@pytest.mark.parametrize("descending", [False, True])
def test_levels_that_go_up_and_down_are_rounded_outward(descending: bool) -> None:
    ends = [1_000, 7] if descending else [7, 1_000]
    path = known_trajectory(
        np.array([0.0, 0.0]), np.array([0.0, 0.3]), np.array([0, 9]), np.array(ends), Datum.PRESSURE
    )
    legs = _legs(path)
    assert (legs.lower_um <= legs.upper_um).all()
    assert (legs.upper_um - legs.lower_um).max() == 1
    assert (np.sign(np.diff(legs.lower_um, axis=1)) == (-1 if descending else 1)).all()


def test_spans_of_time_are_divided_outward_and_never_run_backwards() -> None:
    path = forecast([(0, 0), (0, 1), (0, 2.5)], [(0, 0), (95.3, 170.1), (95.3, 400)], [(9_000, 10_000), (0, 30_000)])
    legs = _legs(path)
    assert not legs.timed.any()
    assert (legs.early_ns <= legs.time_ns).all()
    assert (legs.time_ns <= legs.late_ns).all()
    for name in ("early_ns", "late_ns"):
        assert (np.diff(getattr(legs, name), axis=1) >= 0).all()
    assert set(legs.upper_um.ravel().tolist()) == {10_000 * UM_PER_FT, 30_000 * UM_PER_FT}


def test_pieces_of_known_times_are_known_and_those_of_two_places_at_one_instant_are_not() -> None:
    legs = _legs(track([(0, 0), (0, 0.01), (0, 0.02), (0, 0.02)], (0, 10, 10, 10), [5, 5, 5, 5]))
    assert legs.timed.tolist() == [True, False, True]
    climbs = _legs(track([(0, 0), (0, 0), (0, 0)], (0, 10, 10), [5, 5, 900]))
    assert climbs.timed.tolist() == [True, False]


def test_a_leg_shorter_in_time_than_in_pieces_has_pieces_of_no_time_that_are_not_known() -> None:
    path = known_trajectory(np.array([0.0, 0.0]), np.array([0.0, 1.0]), np.array([0, 3]), np.array([0, 0]), Datum.AMSL)
    legs = _legs(path)
    assert np.array_equal(legs.timed, legs.time_ns[:, 0] < legs.time_ns[:, 1])


def test_sides_and_trajectories_are_those_of_the_list() -> None:
    one, other = track(LONG[:2], (0, 9), 0), track(LONG[2:], (0, 9), 0)
    legs = legs_of([(4, one), (7, other), (7, one)], Terrain())
    assert np.unique(legs.trajectory).tolist() == [0, 1, 2]
    assert (np.diff(legs.trajectory) >= 0).all()
    assert [int(legs.side[legs.trajectory == k][0]) for k in range(3)] == [4, 7, 7]


def test_many_trajectories_at_once_are_those_one_by_one() -> None:
    paths = [
        track(LONG, (0, 900, 960, 970), [9_000, 12_000, 12_000, 11_000], uncertainty_ft=50),
        track([(89.9, 0), (89.9, 180)], (0, 100), 400, Datum.AGL),
        track([(0, 179.9), (0, -179.9)], (0, 100), 3_000, Datum.QNH, setting_hpa=1_020.0, lateral_m=50.0),
        forecast([(0, 0), (0, 1)], [(0, 60), (100, 400)], (0, 9_000), lateral_m=9_260.0),
    ]
    together = _legs(*paths)
    for k, path in enumerate(paths):
        alone, mine = _legs(path), together.trajectory == k
        for name in (
            "time_ns",
            "early_ns",
            "late_ns",
            "timed",
            "lower_um",
            "upper_um",
            "uncertainty_um",
            "ecef",
            "lateral_m",
        ):
            assert np.array_equal(getattr(together, name)[mine], getattr(alone, name)), name
        for name in ("geo_lo", "geo_hi", "baro_lo", "baro_hi", "frame", "own_lo", "own_hi"):
            for bound in ("floor", "ceiling"):
                assert np.array_equal(
                    getattr(getattr(together, bound), name)[mine], getattr(getattr(alone, bound), name)
                )


def test_the_bounds_of_a_piece_hold_its_levels_and_their_stated_uncertainty() -> None:
    legs = _legs(track(LONG, (0, 900, 960, 970), [9_000, 12_000, 12_000, 11_000], uncertainty_ft=50))
    assert np.array_equal(legs.floor.own_lo, legs.lower_um.min(axis=1) - 50 * UM_PER_FT)
    assert np.array_equal(legs.ceiling.own_hi, legs.upper_um.max(axis=1) + 50 * UM_PER_FT)


def test_a_path_that_is_uncertain_by_kilometres_has_longer_pieces_and_a_metre_more_reach() -> None:
    legs = _legs(forecast([(0, 0), (0, 5)], [(0, 60), (900, 1_200)], (0, 9_000), lateral_m=9_260.0))
    length = np.linalg.norm(legs.ecef[:, 1] - legs.ecef[:, 0], axis=1)
    assert MAX_EDGE_M < length.max() <= ROUGH_EDGE_M
    assert set(legs.lateral_m.tolist()) == {9_260.0 + ROUGH_SLACK_M}


def test_the_longest_time_that_is_held_is_divided_without_overflow() -> None:
    late = MAX_NS
    early = late - 250 * 366 * 86_400 * NS_PER_S
    path = known_trajectory(
        np.array([0.0, 0.0]), np.array([0.0, 9.0]), np.array([early, late]), np.array([0, 10**12]), Datum.AMSL
    )
    legs = _legs(path)
    assert (np.diff(legs.time_ns, axis=1) > 0).all()
    assert (legs.time_ns[0, 0], legs.time_ns[-1, 1]) == (early, late)
