"""The oracle's conflicts of whole plans, against scenes worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oracle.conflicts import (
    Rules,
    breach_at,
    conflicts,
    key_of,
    known_breaches,
    merged,
    over_some_ground,
    pair_conflicts,
    pairs,
    telling_instants,
    volume_windows,
)
from oracle.levels import Verdict
from property.strategies import T0_NS, forecast_of, known_of, plan_of, zone_of
from sharedsky.airspace.altitude import agl_m, amsl_m, flight_level
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import ALWAYS, NS_PER_MIN, NS_PER_S, TimeWindow
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.profile import DEFAULT_PROFILE
from sharedsky.plans.plan import Plan, ZoneKind
from zoo import ZOO

RULES = Rules()
CERTAIN, POSSIBLE, CLEAR = Verdict(True, True), Verdict(True, False), Verdict(False, False)


def volume(start_min: int = 0, end_min: int = 10, name: str = "square") -> Volume4D:
    """A volume from 0 to 100 m over a shape of the zoo."""
    window = TimeWindow(T0_NS + start_min * NS_PER_MIN, T0_NS + end_min * NS_PER_MIN)
    return Volume4D(ZOO[name], amsl_m(0), amsl_m(100), window)


def flight(lat: float, west_to_east: bool = True, feet: float = 10_000, start_s: float = 0) -> Plan:
    """A recorded flight along a parallel near the equator, 1 degree in 500 s."""
    points = [(lat, 0.0), (lat, 1.0)] if west_to_east else [(lat, 1.0), (lat, 0.0)]
    track = known_of(points, [start_s, start_s + 500], [feet, feet])
    return plan_of(f"F{lat}{west_to_east}{feet}", f"{lat}{west_to_east}{feet}", (), [track], rvsm=True)


def test_volumes_breach_during_their_common_window_closed() -> None:
    a, b = plan_of("a", "alpha", [volume(0, 10)]), plan_of("b", "bravo", [volume(10, 20, "square_east")])
    assert breach_at(a, b, T0_NS + 10 * NS_PER_MIN, RULES) == CERTAIN
    assert breach_at(a, b, T0_NS + 10 * NS_PER_MIN + 1, RULES) == CLEAR
    touch = T0_NS + 10 * NS_PER_MIN
    assert volume_windows(a, b, RULES, lambda v: v.certain is True) == [(touch, touch)]
    assert pair_conflicts(a, b, RULES) is True


def test_a_buffer_widens_both_windows() -> None:
    a, b = plan_of("a", "alpha", [volume(0, 10)]), plan_of("b", "bravo", [volume(14, 20)])
    two = Rules(replace(DEFAULT_PROFILE, time_ns=2 * NS_PER_MIN))
    assert pair_conflicts(a, b, RULES) is False
    assert pair_conflicts(a, b, two) is True


def test_windows_with_no_whole_nanosecond_between_them_are_one() -> None:
    assert merged([(5, 7), (0, 3), (4, 4), (9, 9)]) == [(0, 7), (9, 9)]


def test_pairs_follow_owners_and_kinds_of_zone() -> None:
    plans = [plan_of("a", "alpha"), plan_of("b", "alpha"), plan_of("c", None), plan_of("d", None)]
    zones = [zone_of("z", []), zone_of("y", [], ZoneKind.RMZ)]
    assert sum(1 for _ in pairs(plans, [], RULES)) == 5
    assert sum(1 for _ in pairs(plans, [], Rules(same_owner=True))) == 6
    assert sum(1 for _ in pairs(plans, zones, RULES)) == 5 + 4
    assert sum(1 for _ in pairs(plans, zones, Rules(all_zones=True))) == 5 + 8


def test_flights_breach_while_nearer_than_5_nm() -> None:
    east, west = flight(0.0), flight(0.0, False)
    # they close at 445.3 m/s and meet after 250 s; within 9,260 m for 20.8 s before and after
    assert breach_at(east, west, T0_NS + 250 * NS_PER_S, RULES) == CERTAIN
    assert breach_at(east, west, T0_NS + 230 * NS_PER_S, RULES) == CERTAIN
    assert breach_at(east, west, T0_NS + 229 * NS_PER_S, RULES) == CLEAR
    found, is_open = known_breaches(east.trajectories[0], west.trajectories[0], RULES, (True, True))
    assert found
    assert not is_open


@pytest.mark.parametrize(("lat", "expected"), [(0.0837, True), (0.0838, False)])
def test_flights_in_opposite_directions_pass_9260_m_apart_or_a_little_more(lat: float, expected: bool) -> None:
    # 9,260 m are 0.083745 degrees of latitude at the equator
    assert pair_conflicts(flight(0.0), flight(lat, False), RULES) is expected


def test_flights_that_never_share_an_instant_are_clear() -> None:
    assert pair_conflicts(flight(0.0), flight(0.0, start_s=501), RULES) is False
    assert pair_conflicts(flight(0.0), flight(0.0, start_s=500, feet=10_500), RULES) is False


def test_a_thousand_feet_apart_is_clear_and_a_little_less_is_possible() -> None:
    assert pair_conflicts(flight(0.0), flight(0.01, feet=11_000), RULES) is False
    assert breach_at(flight(0.0), flight(0.01, feet=10_950), T0_NS, RULES) == POSSIBLE


def test_a_flight_enters_and_leaves_a_volume() -> None:
    area = Volume4D(Circle(0, 0.5, 11_131.949), flight_level(90), flight_level(110), ALWAYS)
    inside = plan_of("v", "victor", [area])
    east = flight(0.0)
    # a tenth of a degree each side of 0.5: from 200 s to 300 s
    assert breach_at(east, inside, T0_NS + 200 * NS_PER_S, RULES).possible is True
    assert breach_at(east, inside, T0_NS + 199 * NS_PER_S, RULES) == CLEAR
    assert breach_at(east, inside, T0_NS + 250 * NS_PER_S, RULES) == CERTAIN
    assert breach_at(flight(0.0, feet=11_001), inside, T0_NS + 250 * NS_PER_S, RULES) == CLEAR
    assert conflicts([east, inside], []) == {key_of(east, inside): True}


def test_a_forecast_may_be_in_a_volume_and_is_certain_only_when_nowhere_else() -> None:
    times = [0, 500 * NS_PER_S]
    late = [100 * NS_PER_S, 600 * NS_PER_S]
    track = forecast_of([(0.0, 0.0), (0.0, 1.0)], times, times, late, [(10_000, 10_000)] * 2)
    plan = plan_of("f", "foxtrot", (), [track], forecast=True)
    small, large = (
        plan_of("v", "victor", [Volume4D(Circle(0, 0.5, r), None, None, ALWAYS)]) for r in (5_000, 30_000)
    )
    middle = T0_NS + 300 * NS_PER_S
    assert breach_at(plan, small, middle, RULES) == POSSIBLE
    assert breach_at(plan, large, middle, RULES) == CERTAIN
    assert breach_at(plan, large, T0_NS + 560 * NS_PER_S, RULES).certain is False  # it may have landed
    assert pair_conflicts(plan, small, RULES) is True


def test_a_drone_over_unknown_ground_may_meet_what_flies_over_mountains() -> None:
    drone = plan_of("a", "alpha", [replace(volume(), lower=agl_m(10), upper=agl_m(120))])
    high = plan_of("b", "bravo", [replace(volume(), lower=amsl_m(4_450), upper=amsl_m(4_460))])
    assert pair_conflicts(drone, high, RULES) is None
    assert over_some_ground(drone, high, RULES)


def test_telling_instants_are_edges_and_what_lies_between() -> None:
    a, b = plan_of("a", "alpha", [volume(0, 10)]), plan_of("b", "bravo", [volume(4, 20)])
    minutes = [(t - T0_NS) / NS_PER_MIN for t in telling_instants(a, b, DEFAULT_PROFILE)]
    assert minutes == [0, 2, 4, 7, 10, 15, 20]
