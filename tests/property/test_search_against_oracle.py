"""The fast path equals the brute-force oracle that was written apart from it (tests/oracle)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from oracle.conflicts import Rules
from oracle.geometry import footprints_meet
from property.comparison import disagreements
from property.strategies import Scene, examples, flight_scenes, footprint_pairs, volume_scenes
from sharedsky.airspace.altitude import UM_PER_M
from sharedsky.airspace.footprint import Footprint
from sharedsky.airspace.meet import meet
from sharedsky.airspace.time import NS_PER_MIN
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile

WIDE = replace(
    DEFAULT_PROFILE, name="wide", volume_horizontal_m=150.0, volume_vertical_um=100 * UM_PER_M,
    mixed_horizontal_m=500.0, mixed_vertical_um=50 * UM_PER_M, zone_horizontal_m=250.0, zone_vertical_um=30 * UM_PER_M,
)
BUFFERED = replace(DEFAULT_PROFILE, name="buffered", time_ns=3 * NS_PER_MIN)


@examples(150)
@given(footprint_pairs())
def test_footprints_meet_where_the_oracle_says_so(pair: tuple[Footprint, Footprint, float]) -> None:
    a, b, reach_m = pair
    truth = footprints_meet(a, b, reach_m)
    assert meet(a, b, reach_m) is meet(b, a, reach_m)
    if truth is not None:
        assert meet(a, b, reach_m) is truth


@examples(80)
@given(volume_scenes(mixed_datums=False))
def test_volumes_of_one_datum_anywhere_at_any_scale(scene: Scene) -> None:
    assert disagreements(scene) == []


@examples(80)
@given(volume_scenes())
def test_volumes_of_all_datums(scene: Scene) -> None:
    assert disagreements(scene) == []


@pytest.mark.parametrize("profile", [WIDE, BUFFERED], ids=lambda p: p.name)
@examples(30)
@given(scene=volume_scenes())
def test_volumes_with_minima_and_buffers(profile: Profile, scene: Scene) -> None:
    assert disagreements(scene, Rules(profile, same_owner=True, all_zones=True)) == []


@examples(6)
@given(flight_scenes())
def test_recorded_flights(scene: Scene) -> None:
    assert disagreements(scene) == []


@examples(3)
@given(flight_scenes())
def test_recorded_flights_with_assumed_approval(scene: Scene) -> None:
    assert disagreements(scene, Rules(assume_rvsm=True)) == []


@examples(15)
@given(flight_scenes(forecasts=True))
def test_filed_flights(scene: Scene) -> None:
    assert disagreements(scene) == []


@pytest.mark.parametrize("profile", [DEFAULT_PROFILE, WIDE], ids=lambda p: p.name)
@examples(9)
@given(scene=flight_scenes(forecasts=True, with_volumes=True))
def test_flights_volumes_and_zones_together(profile: Profile, scene: Scene) -> None:
    assert disagreements(scene, Rules(profile)) == []


@examples(6)
@given(flight_scenes(forecasts=True, with_volumes=True))
def test_flights_with_a_time_buffer(scene: Scene) -> None:
    assert disagreements(scene, Rules(BUFFERED)) == []
