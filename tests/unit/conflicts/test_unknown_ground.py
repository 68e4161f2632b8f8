"""Ground that nobody stated: what depends on it is never certain ("Certainty" of docs/conflicts.md).

The stated band of ground ends at 4,500 m and decides what is listed as possible. It is no knowledge: the ground may be
higher, so that a breach is certain only where it is one over any ground on Earth.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sharedsky.airspace.altitude import UM_PER_FT, Altitude, agl_m, amsl_m
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import NS_PER_MIN, TimeWindow
from sharedsky.airspace.trajectory import known_trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.profile import DEFAULT_PROFILE
from sharedsky.conflicts.search import find_conflicts
from sharedsky.plans.plan import Plan, Source

HIGH = (27.98, 86.90)  # where the ground is beyond 5,000 m
HOUR = TimeWindow(0, 60 * NS_PER_MIN)


def _volume(name: str, lower: Altitude | None, upper: Altitude | None) -> Plan:
    return Plan(name, name, "geojson", Source(name), (Volume4D(Circle(*HIGH, 500.0), lower, upper, HOUR),))


def _flight(name: str, level: Altitude) -> Plan:
    path = known_trajectory(
        np.array([HIGH[0] - 0.01, HIGH[0] + 0.01]), np.array([HIGH[1], HIGH[1]]),
        np.array([0, 60 * NS_PER_MIN]), np.array([level.um, level.um]), level.datum,
    )  # fmt: skip
    return Plan(name, name, "geojson", Source(name), trajectories=(path,))


@pytest.mark.parametrize("drone", [_volume("drone", agl_m(50), agl_m(120)), _flight("drone", agl_m(100))])
def test_a_height_over_unknown_ground_is_not_surely_below_5000_m(drone: Plan) -> None:
    (conflict,) = find_conflicts([drone, _volume("below", None, amsl_m(5_000))]).conflicts
    assert (conflict.certainty, conflict.certain_windows, conflict.needs_terrain) == ("possible", (), True)


def test_two_flights_of_which_one_is_over_unknown_ground_are_not_surely_near_in_level() -> None:
    profile = DEFAULT_PROFILE.with_vertical(20_000 * UM_PER_FT)
    flights = [_flight("drone", agl_m(100)), _flight("aircraft", amsl_m(2_000))]
    (conflict,) = find_conflicts(flights, profile=replace(profile, tolerance_um=0)).conflicts
    assert (conflict.certainty, conflict.needs_terrain) == ("possible", True)


def test_what_breaches_over_any_ground_on_earth_is_certain() -> None:
    drone = _volume("drone", agl_m(0), agl_m(120))
    (conflict,) = find_conflicts([drone, _volume("everything", None, amsl_m(9_000))]).conflicts
    assert conflict.certainty == "certain"
