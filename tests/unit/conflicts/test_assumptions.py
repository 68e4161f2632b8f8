"""What a result assumes, in sentences: nothing that a "clear" rests on goes unsaid."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from flights import area, flight, reserved, track, zone
from sharedsky.airspace.altitude import UM_PER_FT, Altitude, Datum, Unit, agl_m, amsl_m, qnh_ft, wgs84_m
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.terrain_region import Box, Region
from sharedsky.airspace.time import NS_PER_S
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile
from sharedsky.conflicts.search import find_conflicts
from sharedsky.plans.plan import Plan, ZoneKind

SPOT = Circle(47, 8, 100)
PATH = track([(47, 8), (47, 9)], (0, 600), 10_000)


def _said(plans: Sequence[Plan], profile: Profile = DEFAULT_PROFILE, terrain: Terrain | None = None) -> str:
    return "\n".join(find_conflicts(plans, profile=profile, terrain=terrain).assumptions)


def test_the_profile_is_named_with_its_version_and_source() -> None:
    assert "profile mine version 7 (a letter)" in _said([], Profile("mine", "7", "a letter"))


def test_a_result_about_volumes_alone_does_not_speak_of_flights() -> None:
    assert "trajectories" not in _said([reserved("v", area(SPOT, None, None))])


def test_the_minima_between_flights_are_said_with_the_table() -> None:
    said = _said([flight("a", PATH)])
    assert "5 NM; 1000 ft, and 2000 ft above FL290 unless both are RVSM approved and at or below FL410" in said


def test_one_vertical_minimum_for_all_levels_is_said_as_such() -> None:
    assert "5 NM and 500 ft at all levels" in _said([flight("a", PATH)], DEFAULT_PROFILE.with_vertical(500 * UM_PER_FT))


def test_flights_whose_approval_is_not_known_are_counted() -> None:
    plans = [flight("a", PATH), flight("b", PATH, rvsm=True)]
    assert "1 flight is not known to be RVSM approved" in _said(plans)
    assumed = "\n".join(find_conflicts(plans, assume_rvsm=True).assumptions)
    assert "1 flight is taken as RVSM approved (as asked)" in assumed


def test_a_time_buffer_is_said() -> None:
    assert "widened by 1.5 s at both ends" in _said([], Profile(time_ns=3 * NS_PER_S // 2))


def test_zones_that_were_not_checked_are_counted() -> None:
    zones = [zone("z", area(SPOT, None, None), kind=ZoneKind.RMZ)]
    assert any("Not checked: 1 zone" in said for said in find_conflicts([], zones).assumptions)
    assert not any("Not checked" in said for said in find_conflicts([], zones, all_zones=True).assumptions)


def test_levels_of_one_datum_that_always_compare_need_no_words() -> None:
    for datum in (Datum.WGS84, Datum.AMSL, Datum.PRESSURE):
        level = Altitude(1_000, Unit.M, datum)
        said = _said([reserved("v", area(SPOT, None, level)), reserved("w", area(SPOT, level, None))])
        assert "intervals" not in said


@pytest.mark.parametrize(
    ("level", "word"),
    [
        (qnh_ft(3_000), "QNH 1013.25 +- 50 hPa"),
        (qnh_ft(3_000, 1_020.0), "temperature ISA"),
        (Altitude(1_000, Unit.FT, Datum.QFE, elevation_m=400.0), "QNH 1013.25 +- 50 hPa"),
        (agl_m(100), "Heights above ground"),
    ],
)
def test_levels_of_one_datum_that_do_not_always_compare_are_explained(level: Altitude, word: str) -> None:
    said = _said([reserved("v", area(SPOT, level, None)), reserved("w", area(SPOT, level, None))])
    assert "compared as intervals" in said
    assert word in said


def test_levels_of_two_datums_are_explained_with_the_geoid() -> None:
    said = _said([reserved("v", area(SPOT, None, amsl_m(100))), reserved("w", area(SPOT, wgs84_m(100), None))])
    assert "compared as intervals" in said
    assert "EGM96" in said


def test_the_band_in_which_ground_is_looked_for_is_said() -> None:
    plans = [reserved("v", area(SPOT, None, agl_m(100))), reserved("w", area(SPOT, wgs84_m(100), None))]
    assert "-450 m and 4500 m" in _said(plans)
    assert "0 m and 900 m" in _said(plans, terrain=Terrain(elsewhere_m=(0.0, 900.0)))


@pytest.mark.parametrize(("count", "words"), [(1, "the table of 1 region, else"), (2, "the table of 2 regions, else")])
def test_the_regions_of_known_ground_are_counted(count: int, words: str) -> None:
    regions = tuple(Region(str(k), Box(46.0, 7.0 + k, 48.0, 8.0 + k), 300.0, 900.0, "survey") for k in range(count))
    assert words in _said([reserved("v", area(SPOT, None, agl_m(100)))], terrain=Terrain(regions))


def test_gaps_that_were_not_bridged_are_counted_and_listed() -> None:
    plan = Plan("a", "a", "t", flight("a").source, trajectories=(PATH,), gaps=((5, 9), (20, 30)))
    report = find_conflicts([plan])
    assert list(report.gaps) == [("a", 5, 9), ("a", 20, 30)]
    assert any("2 gaps" in said for said in report.assumptions)
