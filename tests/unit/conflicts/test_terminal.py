"""The class of a conflict: terminal near an aerodrome that both flights share; listed apart, never hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from flights import area, flight, forecast, reserved, track, zone
from sharedsky.airspace.footprint import Circle
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile, Terminal
from sharedsky.conflicts.search import find_conflicts
from sharedsky.plans.plan import Aerodrome, Plan

HOME = Aerodrome("LSZB", 47.0, 8.0, 1_500.0)
AWAY = Aerodrome("LSGG", 46.0, 6.0, 1_400.0)


def _classes(plans: Sequence[Plan], profile: Profile = DEFAULT_PROFILE) -> list[str]:
    return [c.cls for c in find_conflicts(plans, profile=profile).conflicts]


def _pair(feet: float, lat: float = 47.0, one: Aerodrome = HOME, other: Aerodrome = HOME) -> list[Plan]:
    path = track([(lat, 8.0), (lat, 8.01)], (0, 60), feet)
    return [flight("a", path, aerodromes=[AWAY, one]), flight("b", path, aerodromes=[other])]


def test_a_breach_near_a_shared_aerodrome_is_terminal() -> None:
    assert _classes(_pair(4_000)) == ["terminal"]


@pytest.mark.parametrize(("feet", "cls"), [(6_500, "terminal"), (6_501, "en-route"), (1_000, "terminal")])
def test_up_to_5000_ft_above_the_aerodrome_it_is_terminal(feet: float, cls: str) -> None:
    assert _classes(_pair(feet)) == [cls]


@pytest.mark.parametrize(("lat", "cls"), [(47.16, "terminal"), (47.17, "en-route"), (46.84, "terminal")])
def test_up_to_10_nm_from_the_aerodrome_it_is_terminal(lat: float, cls: str) -> None:
    assert _classes(_pair(4_000, lat)) == [cls]


def test_an_aerodrome_of_one_of_them_alone_makes_no_terminal() -> None:
    assert _classes(_pair(4_000, other=AWAY)) == ["en-route"]
    assert _classes(_pair(4_000, one=AWAY)) == ["en-route"]


def test_the_profile_says_how_far_a_terminal_reaches() -> None:
    assert _classes(_pair(4_000, 47.05), replace(DEFAULT_PROFILE, terminal=Terminal(5_000.0))) == ["en-route"]
    assert _classes(_pair(9_000), replace(DEFAULT_PROFILE, terminal=Terminal(height_um=10**11))) == ["terminal"]


def test_a_breach_that_is_partly_elsewhere_is_not_terminal() -> None:
    path = track([(47.0, 8.0), (48.0, 8.0)], (0, 900), 4_000)
    plans = [flight(name, path, aerodromes=[HOME]) for name in "ab"]
    assert _classes(plans) == ["en-route"]


def test_a_forecast_whose_band_begins_at_the_aerodrome_is_terminal_there() -> None:
    path = forecast([(47.0, 8.0), (47.05, 8.0)], [(0, 600), (60, 700)], (1_500, 35_000))
    assert _classes([flight(name, path, aerodromes=[HOME]) for name in "ab"]) == ["terminal"]


def test_volumes_and_zones_are_never_terminal() -> None:
    spot = area(Circle(47.0, 8.0, 500), None, None)
    path = track([(47.0, 8.0), (47.0, 8.01)], (0, 60), 2_000)
    plans = [reserved("v", spot), flight("a", path, aerodromes=[HOME])]
    report = find_conflicts(plans, [zone("z", spot)])
    assert {c.cls for c in report.conflicts} == {"en-route"}


def test_terminal_conflicts_are_listed_and_counted_like_the_others() -> None:
    report = find_conflicts(_pair(4_000))
    assert report.summary.conflicts == report.summary.certain == 1
    assert not report.clear
