"""Flights of uncertain times: when they may be near each other, and what is told of them."""

from __future__ import annotations

import pytest

from flights import T0_NS, area, certain_s, flight, forecast, reserved, spans_s, track
from sharedsky.airspace.altitude import pressure_ft
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import NS_PER_S
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.search import find_conflicts

WEST_EAST = [(0.0, 0.0), (0.0, 1.0)]
SOUTH_NORTH = [(-0.5, 0.5), (0.5, 0.5)]
LEVEL = (10_000, 10_000)


def test_two_forecasts_that_may_cross_are_possible_and_never_certain() -> None:
    one = flight("a", forecast(WEST_EAST, [(0, 600), (1_000, 1_600)], LEVEL))
    other = flight("b", forecast(SOUTH_NORTH, [(0, 600), (1_000, 1_600)], LEVEL))
    (conflict,) = find_conflicts([one, other]).conflicts
    assert conflict.certainty == "possible"
    assert conflict.certain_windows == ()
    assert conflict.closest is not None
    assert conflict.closest.nominal
    assert conflict.closest.horizontal_m < 100
    assert conflict.closest.time_ns == pytest.approx(T0_NS + 800 * NS_PER_S, abs=2 * NS_PER_S)


def test_the_window_is_the_time_at_which_both_may_be_within_the_minimum() -> None:
    # a parked one, and one that passes its place between 500 s at the earliest and 1,100 s at the latest
    parked = flight("a", track([(0.0, 0.5), (0.0, 0.5)], (0, 5_000), 10_000))
    passing = flight("b", forecast(WEST_EAST, [(0, 600), (1_000, 1_600)], LEVEL))
    report = find_conflicts([parked, passing], profile=Profile(horizontal_m=0.0))
    assert spans_s(report) == [("possible", pytest.approx(500, abs=0.01), pytest.approx(1_100, abs=0.01))]


def test_forecasts_that_are_never_under_way_together_are_clear() -> None:
    one = flight("a", forecast(WEST_EAST, [(0, 60), (600, 700)], LEVEL))
    after = flight("b", forecast(WEST_EAST, [(700.001, 760), (1_300, 1_400)], LEVEL))
    touching = flight("b", forecast(WEST_EAST[::-1], [(700, 760), (1_300, 1_400)], LEVEL))
    assert find_conflicts([one, after]).conflicts == []
    assert [(start, end) for _, start, end in spans_s(find_conflicts([one, touching]))] == [(700.0, 700.0)]


def test_the_lateral_reaches_of_both_widen_the_minimum() -> None:
    beside = [(0.2, 0.0), (0.2, 1.0)]  # 22 km north
    for lateral_m, found in ((0.0, 0), (6_400.0, 0), (6_500.0, 1)):
        paths = [forecast(way, [(0, 60), (600, 700)], LEVEL, lateral_m=lateral_m) for way in (WEST_EAST, beside)]
        report = find_conflicts([flight(n, p) for n, p in zip("ab", paths, strict=True)])
        assert len(report.conflicts) == found


def test_bands_of_levels_are_apart_by_the_gap_between_them() -> None:
    for floor_ft, found in ((19_999, 1), (20_000, 1), (21_000, 0), (20_999, 1)):
        one = flight("a", forecast(WEST_EAST, [(0, 60), (600, 700)], (10_000, 20_000)))
        other = flight("b", forecast(WEST_EAST, [(0, 60), (600, 700)], (floor_ft, 25_000)))
        assert len(find_conflicts([one, other]).conflicts) == found


def test_a_recorded_flight_and_a_forecast_are_compared_too() -> None:
    recorded = flight("a", track(WEST_EAST, (0, 1_000), 10_000))
    foreseen = flight("b", forecast(SOUTH_NORTH, [(0, 300), (1_000, 1_300)], LEVEL))
    (conflict,) = find_conflicts([recorded, foreseen]).conflicts
    assert conflict.certainty == "possible"


def test_known_flights_that_only_a_buffer_brings_together_are_certain() -> None:
    profile = Profile(horizontal_m=1_000.0, time_ns=60 * NS_PER_S)
    first = flight("a", track(WEST_EAST, (0, 1_000), 10_000))
    second = flight("b", track(SOUTH_NORTH, (80, 1_080), 10_000))
    assert find_conflicts([first, second], profile=Profile(horizontal_m=1_000.0)).conflicts == []
    report = find_conflicts([first, second], profile=profile)
    assert [found[0] for found in spans_s(report)] == ["certain"]
    assert certain_s(report) != []


def test_a_forecast_that_waits_at_one_place_is_there_for_all_of_its_time() -> None:
    waits = flight("a", forecast([(0, 0), (0, 0)], [(0, 100), (200, 900)], LEVEL))
    passes = flight("b", track([(0, -1), (0, 1)], (0, 1_000), 10_000))
    ((_, start, end),) = spans_s(find_conflicts([waits, passes], profile=Profile(horizontal_m=100.0)))
    assert (start, end) == (pytest.approx(500, abs=1), pytest.approx(500, abs=1))


def test_a_forecast_is_surely_inside_a_volume_only_while_it_surely_flies() -> None:
    path = forecast(WEST_EAST, [(0, 60), (600, 700)], LEVEL)
    wide = area(Circle(0.0, 0.5, 200_000), pressure_ft(5_000), pressure_ft(15_000), -1_000, 5_000)
    report = find_conflicts([flight("a", path), reserved("v", wide)])
    assert spans_s(report) == [("certain", 0.0, 700.0)]
    ((start, end),) = certain_s(report)
    assert 60.0 <= start <= 60.1
    assert 599.9 <= end <= 600.0
