"""A floor above its ceiling, across datums, is never a volume that meets nothing."""

from __future__ import annotations

import pytest

from sharedsky.airspace.altitude import Altitude, agl_m, amsl_m, flight_level, qnh_ft, wgs84_m
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import NS_PER_MIN, TimeWindow
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.search import find_conflicts
from sharedsky.plans.plan import Plan, Source

HERE, HOUR = Circle(47.0, 8.0, 100.0), TimeWindow(0, 60 * NS_PER_MIN)


def a_plan(name: str, lower: Altitude, upper: Altitude) -> Plan:
    return Plan(name, name, "geojson", Source(name), (Volume4D(HERE, lower, upper, HOUR),))


@pytest.mark.parametrize(
    ("lower", "upper"),
    [(amsl_m(5_000), wgs84_m(300)), (flight_level(390), qnh_ft(3_000)), (flight_level(400), agl_m(100))],
)
def test_a_volume_written_upside_down_may_be_anywhere_between_its_levels(lower: Altitude, upper: Altitude) -> None:
    others = [a_plan("low", wgs84_m(250), wgs84_m(900)), a_plan("high", wgs84_m(4_900), wgs84_m(5_100))]
    (low, high) = find_conflicts([a_plan("mixed", lower, upper), *others]).conflicts
    assert (low.certainty, high.certainty) == ("possible", "possible")


def test_a_volume_written_upside_down_is_clear_of_what_is_beyond_both() -> None:
    beyond = a_plan("beyond", wgs84_m(6_000), wgs84_m(6_100))
    assert not find_conflicts([a_plan("mixed", amsl_m(5_000), wgs84_m(300)), beyond]).conflicts
