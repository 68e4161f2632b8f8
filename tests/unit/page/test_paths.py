"""Flights as they are drawn: simplified only where they are long, and never around a conflict."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from page_theatre import T0_NS, forecast, minutes, track
from sharedsky.airspace.earth import distance_m
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.page.paths import KEEP_AROUND_NS, display_path, kept_points


def weaving(count: int) -> Trajectory:
    """A long flight that weaves, climbs and changes its pace."""
    k = np.arange(count)
    pace = np.cumsum(1 + (k > count / 2))
    return track([
        (t / 10, 46 + 0.002 * t + 0.01 * np.sin(t / 40), 7 + 0.0005 * p, 200 + 50 * np.sin(t / 300))
        for t, p in zip(k, pace)
    ])  # fmt: skip


def test_a_short_flight_keeps_every_point() -> None:
    path, simplified = display_path(track([(0, 46, 7, 100), (1, 46.1, 7, 110), (2, 46.2, 7, 110)]), T0_NS, 300, ())
    assert not simplified
    assert path["t"] == [0, 60_000, 60_000]
    assert path["p"] == [4_600_000, 700_000, 10_000, 0, 10_000, 0]
    assert path["lo"] == [30480, 33528, 33528, 33528]
    assert (path["ld"], path["w"], path["u"]) == ("STD", 0, 0.0)
    assert not {"e", "l", "hi", "q"} & set(path)


def test_a_forecast_carries_its_spans_bands_and_reach() -> None:
    path, _ = display_path(forecast([(0, 46, 7, 100, 200), (10, 47, 7, 150, 200), (20, 48, 7, 0, 0)]), T0_NS, 300, ())
    assert path["e"][0] == -8 * 60_000  # type: ignore[index]
    assert path["l"][0] == 16 * 60_000  # type: ignore[index]
    assert path["lo"] == [30480, 30480, 45720, 45720]
    assert path["hi"] == [60960, 60960, 60960, 60960]
    assert path["w"] == 9260


def test_a_long_flight_is_simplified_to_about_the_number_asked_for_and_says_so() -> None:
    flight = weaving(5_000)
    kept = kept_points(flight, 300, ())
    assert 50 < len(kept) <= 300
    assert (kept[0], kept[-1]) == (0, 4_999)
    assert display_path(flight, T0_NS, 300, ())[1]


def test_a_simplified_flight_stays_near_the_real_one_in_place_level_and_time() -> None:
    flight = weaving(5_000)
    kept = kept_points(flight, 300, ())
    time = flight.time_ns.astype(float)
    lat, lng = (np.interp(time, time[kept], values[kept]) for values in (flight.lat_deg, flight.lng_deg))
    assert distance_m(lat, lng, flight.lat_deg, flight.lng_deg).max() < 500
    levels = np.append(flight.lower_um[:, 0], flight.lower_um[-1, 1]) / 1e6
    assert np.abs(np.interp(time, time[kept], levels[kept]) - levels).max() < 30


def test_points_around_a_conflict_are_all_kept() -> None:
    flight = weaving(3_000)
    window = minutes(100, 104)
    kept = set(kept_points(flight, 300, (window,)).tolist())
    near = (flight.time_ns >= window.start_ns - KEEP_AROUND_NS) & (flight.time_ns <= window.end_ns + KEEP_AROUND_NS)
    assert near.sum() > 60
    assert set(np.flatnonzero(near).tolist()) <= kept


def test_a_flight_that_is_in_conflict_all_the_time_is_simplified_all_the_same() -> None:
    assert len(kept_points(weaving(3_000), 300, (minutes(0, 1_000),))) <= 300


def test_a_flight_that_stands_still_has_at_least_its_ends() -> None:
    flight = track([(k, 46.0, 7.0, 100) for k in range(1_000)])
    kept = kept_points(flight, 100, ())
    assert kept[0] == 0
    assert kept[-1] == 999


@settings(max_examples=50)
@given(st.integers(2, 40), st.integers(4, 30), st.integers(0, 2**32 - 1))
def test_bands_of_merged_legs_hold_the_bands_of_every_leg(points: int, most: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 300, points)
    flight = forecast([
        (k, 46 + 0.1 * k + rng.random() / 100, 7, int(low[k]), int(low[k]) + int(rng.integers(0, 50)))
        for k in range(points)
    ])  # fmt: skip
    kept = kept_points(flight, most, ())
    path, _ = display_path(flight, T0_NS, most, ())
    lower = np.array(path["lo"]).reshape(-1, 2)
    upper = np.array(path.get("hi", path["lo"])).reshape(-1, 2)
    for drawn, (first, last) in enumerate(pairwise(kept)):
        assert lower[drawn].min() <= (flight.lower_um[first:last] // 100_000).min()
        assert upper[drawn].max() >= (flight.upper_um[first:last] // 100_000).max()
