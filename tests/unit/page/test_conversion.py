"""Levels of different datums in one picture: intervals that hold the level, never narrower than the search's own."""

from __future__ import annotations

import numpy as np
import pytest

from page_theatre import conflict, minutes, plan, report, theatre, track, volume
from sharedsky.airspace.altitude import Altitude, Datum, Unit, agl_m, amsl_ft, flight_level, qnh_ft, wgs84_m
from sharedsky.airspace.datums import UNKNOWN_TERRAIN, wgs84_bounds_m
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.places import Places
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.terrain_table import load_terrain
from sharedsky.conflicts.report import LevelBand
from sharedsky.page.choice import Choice, choose
from sharedsky.page.conversion import conversions, frame_key, level_frame
from sharedsky.plans.plan import Plan

PLACE = (47.0, 8.0)
HERE = Circle(*PLACE, 5_000)


def chosen(*plans: Plan) -> Choice:
    found = conflict(plans[0], plans[1], minutes(0, 60), PLACE, LevelBand(None, None, "W84"))
    return choose(report([found], plans), plans, (), 10)


def levels(one: Altitude, other: Altitude) -> Choice:
    return chosen(plan("a", "A", volume(HERE, None, one)), plan("b", "B", volume(HERE, None, other)))


def test_levels_of_one_datum_are_not_converted() -> None:
    assert conversions(levels(flight_level(100), flight_level(200)), UNKNOWN_TERRAIN) == [None]


def test_levels_without_a_datum_are_not_converted() -> None:
    choice = chosen(plan("a", "A", volume(HERE, None, None)), plan("b", "B", volume(HERE, None, None)))
    assert conversions(choice, UNKNOWN_TERRAIN) == [None]


@pytest.mark.parametrize(
    "level",
    [
        flight_level(350), amsl_ft(3_000), wgs84_m(560), qnh_ft(4_000), qnh_ft(4_000, 1003),
        Altitude(500, Unit.FT, Datum.QFE, elevation_m=450), amsl_ft(3_000, 200),
    ],
    ids=str,
)  # fmt: skip
def test_the_interval_of_a_level_is_that_of_the_search_at_the_conflicts_place(level: Altitude) -> None:
    other = wgs84_m(100) if level.datum is not Datum.WGS84 else amsl_ft(100)
    (found,) = conversions(levels(level, other), UNKNOWN_TERRAIN)
    assert found is not None
    table = np.array(found["to"][frame_key(level_frame(level))])  # type: ignore[index]
    place = np.array([PLACE[0]]), np.array([PLACE[1]])
    low, high = wgs84_bounds_m(level, Places(place[0], place[0], place[1], place[1]))
    spread_m = level.uncertainty * (0.3048 if level.unit is Unit.FT else 1)
    assert np.interp(level.metres - spread_m, table[:, 0], table[:, 1]) == pytest.approx(low, abs=0.2)
    assert np.interp(level.metres + spread_m, table[:, 0], table[:, 2]) == pytest.approx(high, abs=0.2)
    assert found["assumed"] is False


def test_two_settings_are_two_frames() -> None:
    (found,) = conversions(levels(qnh_ft(4_000, 1003), qnh_ft(4_000, 1033)), UNKNOWN_TERRAIN)
    assert found is not None
    assert set(found["to"]) == {"QNH/1003", "QNH/1033"}  # type: ignore[call-overload]


def test_an_unknown_ground_is_said_to_be_assumed_and_a_known_one_is_not() -> None:
    choice = levels(agl_m(120), flight_level(100))
    (unknown,) = conversions(choice, UNKNOWN_TERRAIN)
    (known,) = conversions(choice, known_ground())
    assert unknown is not None
    assert known is not None
    assert (unknown["assumed"], known["assumed"]) == (True, False)
    fringe = [np.ptp(np.array(found["to"]["AGL"])[-1, 1:]) for found in (unknown, known)]  # type: ignore[index]
    assert fringe[1] < 310 < fringe[0]


def known_ground() -> Terrain:
    return load_terrain(
        b'[[region]]\nname = "plain"\nbox = [46, 7, 48, 9]\nlowest_m = 400\nhighest_m = 700\nsource = "invented"\n'
    )


def test_a_flight_and_a_volume_of_different_datums_are_converted() -> None:
    flight = plan("f", "F", trajectories=(track([(0, 47, 7.9, 100), (30, 47, 8.1, 120)]),))
    (found,) = conversions(chosen(flight, plan("v", "V", volume(HERE, amsl_ft(0), amsl_ft(9_000)))), UNKNOWN_TERRAIN)
    assert found is not None
    assert set(found["to"]) == {"STD", "AMSL"}  # type: ignore[call-overload]


def test_each_conflict_of_the_theatre_has_an_entry() -> None:
    case = theatre()
    found = conversions(choose(case.report, case.plans, case.zones, 100), UNKNOWN_TERRAIN)
    assert [entry is not None for entry in found] == [False, True, False, False, False, False, True]
