"""The oracle's aircraft at an instant, against cases worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from oracle.geometry import Bounds
from oracle.levels import Band
from oracle.trajectories import (
    Part,
    greatest_distance,
    horizontally,
    is_forecast,
    legs_of,
    part_during,
    part_meets_footprint,
    part_surely_in,
    parts_at,
    parts_meet,
    parts_surely_near,
    surely_there,
)
from property.strategies import T0_NS, forecast_of, known_of
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import NS_PER_S
from sharedsky.airspace.trajectory import Trajectory
from zoo import box

DEGREE_M = 111_319.49  # of the equator
EQUATOR = [(0.0, 0.0), (0.0, 1.0)]
KNOWN = known_of(EQUATOR, [0, 100], [3_000, 4_000])
FORECAST = forecast_of(
    EQUATOR, [0, 100 * NS_PER_S], [50 * NS_PER_S, 150 * NS_PER_S], [100 * NS_PER_S, 200 * NS_PER_S],
    [(1_000, 3_000), (2_000, 3_000)],
)


def whole(track: Trajectory) -> Part:
    """The first leg, all of it."""
    return Part(legs_of(track)[0], Fraction(0), Fraction(1))


def at(seconds: float) -> int:
    """Nanoseconds so long after T0."""
    return T0_NS + round(seconds * NS_PER_S)


def always(_a: Band, _b: Band | None = None) -> bool:
    """Any levels breach."""
    return True


def test_a_known_flight_is_at_one_place_and_one_level() -> None:
    (part,) = parts_at(KNOWN, at(25))
    assert part.start == part.end == Fraction(1, 4)
    assert part.band.lower == part.band.upper
    assert part.band.lower is not None
    assert part.band.lower.value_um == 3_250 * 304_800
    assert parts_at(KNOWN, at(-1)) == []
    assert parts_at(KNOWN, at(101)) == []


def test_a_buffer_adds_where_it_was_and_will_be() -> None:
    (part,) = parts_at(KNOWN, at(50), 10 * NS_PER_S)
    assert (part.start, part.end) == (Fraction(2, 5), Fraction(3, 5))


def test_a_forecast_is_where_its_earliest_has_come_and_its_latest_not_passed() -> None:
    (part,) = parts_at(FORECAST, at(120))
    assert (part.start, part.end) == (Fraction(1, 5), Fraction(1))
    assert part.band.lower is not None
    assert part.band.lower.value_um == 1_200 * 304_800
    (early,) = parts_at(FORECAST, at(0))
    assert early.start == early.end == 0


def test_a_forecast_is_surely_there_from_its_latest_start_to_its_earliest_end() -> None:
    assert not surely_there(FORECAST, at(99))
    assert surely_there(FORECAST, at(100))
    assert not surely_there(FORECAST, at(101))
    assert surely_there(KNOWN, at(0))
    assert not surely_there(KNOWN, at(-1))
    assert is_forecast(FORECAST)
    assert not is_forecast(KNOWN)


def test_a_leg_flown_in_no_time_is_everywhere_on_it() -> None:
    jump = known_of(EQUATOR, [10, 10], [3_000, 3_000])
    (part,) = parts_at(jump, at(10))
    assert part.start == 0
    assert part.end == 1


def test_part_during_a_window() -> None:
    part = part_during(legs_of(KNOWN)[0], at(10), at(60))
    assert part is not None
    assert (part.start, part.end) == (Fraction(1, 10), Fraction(3, 5))


def test_two_parts_meet_within_the_minimum_and_not_beyond() -> None:
    a, b = whole(KNOWN), whole(known_of([(0.5, -1.0), (0.5, 2.0)], [0, 100], [0, 0]))
    # the other's path is a geodesic and rises above its ends; from 0.5 N it is at least 55,287 m to the equator
    assert parts_meet(a, b, 55_000, always) is False
    assert parts_meet(a, b, 55_400, always) is True


def test_breach_needs_both_minima_at_the_same_places() -> None:
    """Close in the west at levels apart, at one level in the east but far apart."""
    a = whole(known_of([(0.0, 0.0), (0.0, 1.0)], [0, 100], [1_000, 9_000]))
    b = whole(known_of([(0.0, 0.0), (0.5, 1.0)], [0, 100], [9_000, 9_000]))

    def near(one: Band, other: Band) -> bool:
        assert one.upper is not None
        assert other.lower is not None
        return other.lower.value_um - one.upper.value_um < 100 * 304_800

    assert parts_meet(a, b, 5_000, near) is False
    assert parts_meet(a, b, 5_000, always) is True


def test_places_that_never_share_an_instant_do_not_meet_in_time() -> None:
    a = whole(FORECAST)
    later = forecast_of(EQUATOR, [300 * NS_PER_S] * 2, [300 * NS_PER_S] * 2, [400 * NS_PER_S] * 2, [(0, 0)] * 2)
    assert parts_meet(a, whole(later), 1_000, always, slack_ns=0) is False
    assert parts_meet(a, whole(later), 1_000, always, slack_ns=200 * NS_PER_S) is True


def test_the_greatest_distance_is_between_far_ends() -> None:
    a, b = whole(KNOWN), whole(known_of([(0.0, 2.0), (0.0, 3.0)], [0, 100], [0, 0]))
    bounds = greatest_distance(a.bones(), b.bones())
    assert bounds.low - 0.1 <= 3 * DEGREE_M <= bounds.high + 0.1
    assert parts_surely_near(a, b, 3 * DEGREE_M + 1) is True
    assert parts_surely_near(a, b, 3 * DEGREE_M - 1) is False


def test_a_part_meets_a_footprint_on_its_way_or_within_its_lateral_reach() -> None:
    beside = Circle(0.1, 0.5, 1_000)  # 10,057 m north of the path
    assert part_meets_footprint(whole(KNOWN), beside, 0, always) is False
    assert part_meets_footprint(whole(KNOWN), beside, 10_100, always) is True
    wide = known_of(EQUATOR, [0, 100], [3_000, 4_000], lateral_m=10_100)
    assert part_meets_footprint(whole(wide), beside, 0, always) is True


def test_a_part_is_surely_in_a_footprint_with_all_its_lateral_reach() -> None:
    narrow, wide = (known_of(EQUATOR, [0, 100], [0, 0], lateral_m=m) for m in (5_000, 12_000))
    area = box(-0.1, 0.1, -1, 2)
    assert part_surely_in(whole(narrow), area, 0) is True
    assert part_surely_in(whole(wide), area, 0) is False
    assert part_surely_in(whole(narrow), Circle(0, 0.5, DEGREE_M / 2 + 5_001), 0) is True
    assert part_surely_in(whole(narrow), Circle(0, 0.5, DEGREE_M / 2 + 4_990), 0) is False


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 10.005, True), (10.02, 11, False), (10.004, 10.011, None), (10.005, 10.02, None)],
)
def test_distances_near_the_decision_are_left_open(low: float, high: float, expected: bool | None) -> None:
    assert horizontally(Bounds(low, high), 10) is expected
