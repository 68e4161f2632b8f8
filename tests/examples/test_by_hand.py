"""Distances and times of the theatre's conflicts, computed apart: with geographiclib, from the files' own numbers.

Nothing of sharedsky's geometry is used here. Paths are followed along geodesics and distances measured by Karney's
algorithm; instants are found by bisection.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from geographiclib.geodesic import Geodesic

import example_theatre as theatre
import sharedsky
from example_theatre import EXAMPLES, only
from sharedsky.airspace.time import NS_PER_S, parse_instant
from sharedsky.conflicts.report import Report

EARTH = Geodesic.WGS84
M_PER_NM = 1852.0
PLANS = EXAMPLES / "plans"
#: sharedsky follows chords of 5 km and rounds times outward; this bounds what that may differ from geodesics here.
WITHIN_M, WITHIN_S = 0.5, 0.02


@dataclass(frozen=True)
class Path:
    """Points passed at known times: (seconds since 1970, latitude, longitude)."""

    points: list[tuple[float, float, float]]

    def at(self, t: float) -> tuple[float, float]:
        """Where it is at a time between its first and its last."""
        for (t0, lat0, lng0), (t1, lat1, lng1) in pairwise(self.points):
            if t0 <= t <= t1:
                line = EARTH.InverseLine(lat0, lng0, lat1, lng1)
                place = line.Position(line.s13 * (t - t0) / (t1 - t0))
                return place["lat2"], place["lon2"]
        raise AssertionError(f"{t} is outside the path")


def _seconds(text: str) -> float:
    return parse_instant(text).ns / NS_PER_S


def _recorded(callsign: str) -> Path:
    """A recorded flight's rows; QLE55, which has a duplicate and an impossible point, is not asked for."""
    with (PLANS / "recorded" / "radar.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (_seconds(row["timestamp"]), float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(file)
            if row["callsign"] == callsign
        ]
    for row in json.loads(gzip.decompress((PLANS / "recorded" / "receiver.json.gz").read_bytes())):
        if row["callsign"] == callsign:
            rows.append((row["timestamp"] / 1000, row["latitude"], row["longitude"]))
    return Path(rows)


def _declared(party: str, file: str, name: str) -> Path:
    for feature in json.loads((PLANS / party / file).read_text(encoding="utf-8"))["features"]:
        if feature["properties"]["id"] == name:
            times = [_seconds(text) for text in feature["properties"]["times"]]
            places = feature["geometry"]["coordinates"]
            return Path([(t, lat, lng) for t, (lng, lat) in zip(times, places, strict=True)])
    raise AssertionError(f"no {name} in {file}")


def _apart_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(EARTH.Inverse(*a, *b)["s12"])


def _boundary(inside: Callable[[float], bool], t_in: float, t_out: float) -> float:
    """The time between t_in and t_out at which `inside` ends."""
    for _ in range(30):
        middle = (t_in + t_out) / 2
        t_in, t_out = (middle, t_out) if inside(middle) else (t_in, middle)
    return t_in


def _least(distance: Callable[[float], float], lo: float, hi: float) -> float:
    """Where a distance with one valley is least, by thirds."""
    for _ in range(40):
        a, b = lo + (hi - lo) / 3, hi - (hi - lo) / 3
        lo, hi = (lo, b) if distance(a) < distance(b) else (a, hi)
    return (lo + hi) / 2


@pytest.fixture(scope="module")
def report() -> Report:
    return sharedsky.check(theatre.read_plans(), terrain=theatre.terrain())


@pytest.mark.parametrize("names", [("QHA21", "QKO7"), ("QHA44", "QLE302"), ("QHA90", "QKO33")])
def test_recorded_flights_come_as_near_and_are_as_long_below_5_nm(names: tuple[str, str], report: Report) -> None:
    one, other = map(_recorded, names)
    _assert_encounter(one, other, report, *names)


def test_declared_flights_come_as_near_and_are_as_long_below_5_nm(report: Report) -> None:
    one = _declared("meridian", "flights.geojson", "MER-LIFT-1")
    other = _declared("tethys", "patrols.geojson", "TAF-NORTH-1")
    _assert_encounter(one, other, report, "MER-LIFT-1", "TAF-NORTH-1")


def _assert_encounter(one: Path, other: Path, report: Report, *names: str) -> None:
    def apart(t: float) -> float:
        return _apart_m(one.at(t), other.at(t))

    begin, end = max(p.points[0][0] for p in (one, other)), min(p.points[-1][0] for p in (one, other))
    closest = _least(apart, begin, end)
    conflict = only(report, *names)
    assert conflict.closest is not None
    assert conflict.closest.horizontal_m == pytest.approx(apart(closest), abs=WITHIN_M)
    assert conflict.closest.time_ns / NS_PER_S == pytest.approx(closest, abs=1.0)  # the valley is flat
    for side, reported_ns in ((begin, conflict.window.start_ns), (end, conflict.window.end_ns)):
        limit = _boundary(lambda t: apart(t) < 5 * M_PER_NM, closest, side)
        assert reported_ns / NS_PER_S == pytest.approx(limit, abs=WITHIN_S)


def test_two_arrivals_come_below_5_nm_when_they_are_low_and_near_their_aerodrome(report: Report) -> None:
    one, other = _recorded("QLE71"), _recorded("QHA12")
    conflict = only(report, "QLE71", "QHA12")
    last = one.points[-1][0]

    def apart(t: float) -> float:
        return _apart_m(one.at(t), other.at(t))

    limit = _boundary(lambda t: apart(t) < 5 * M_PER_NM, last, last - 180)
    assert conflict.window.start_ns / NS_PER_S == pytest.approx(limit, abs=WITHIN_S)
    assert conflict.window.end_ns / NS_PER_S == last
    for t in (limit, last):  # terminal: midway between the two is within 10 NM of the aerodrome
        (lat, lng), (other_lat, other_lng) = one.at(t), other.at(t)
        assert _apart_m(((lat + other_lat) / 2, (lng + other_lng) / 2), (35.3397, 25.1803)) < 10 * M_PER_NM


def test_a_patrol_enters_the_danger_area_8_nm_from_its_middle(report: Report) -> None:
    path = _declared("tethys", "patrols.geojson", "TAF-COAST-6")
    last = path.points[-1][0]
    enters = _boundary(lambda t: _apart_m(path.at(t), (34.84, 24.08)) <= 8 * M_PER_NM, last, last - 600)
    conflict = only(report, "KC-D6", "TAF-COAST-6")
    assert conflict.window.start_ns / NS_PER_S == pytest.approx(enters, abs=WITHIN_S)
    assert conflict.window.end_ns / NS_PER_S == last


def test_a_recorded_flight_leaves_the_transit_block_over_its_eastern_meridian(report: Report) -> None:
    path = _recorded("QLE302")
    begin = _seconds("2027-03-14T05:44:00Z")
    leaves = _boundary(lambda t: path.at(t)[1] <= 22.30, begin, begin + 300)
    conflict = only(report, "KC-T5", "QLE302")
    assert conflict.window.end_ns / NS_PER_S == pytest.approx(leaves, abs=WITHIN_S)


def test_a_flight_is_possibly_near_a_forecast_within_10_nm_of_its_route(report: Report) -> None:
    """5 NM of minimum and 5 NM beside the route: QMC40 may be anywhere on its route for many minutes around then."""
    path = _declared("tethys", "patrols.geojson", "TAF-NORTH-5")
    route = EARTH.InverseLine(34.5, 22.0, 34.0, 26.0)

    def apart(t: float) -> float:
        here = path.at(t)

        def from_route(along_m: float) -> float:
            place = route.Position(along_m)
            return _apart_m(here, (place["lat2"], place["lon2"]))

        return from_route(_least(from_route, 0.0, route.s13))

    conflict = only(report, "QMC40", "TAF-NORTH-5")
    crossing = _least(apart, path.points[0][0], path.points[-1][0])
    for side, reported_ns in ((path.points[0][0], conflict.window.start_ns), (path.points[-1][0], conflict.window.end_ns)):
        limit = _boundary(lambda t: apart(t) < 10 * M_PER_NM, crossing, side)
        assert reported_ns / NS_PER_S == pytest.approx(limit, abs=WITHIN_S)


def test_numbers_that_seem_apart_meet_across_datums_and_the_other_way_round(report: Report) -> None:
    """The geoid lies some 24 m above the ellipsoid at Rethymno (EGM96): 80 m above the sea is 104 m, 100 m is 124 m."""
    conflict = only(report, "LAB-ROOF-4", "PEL-2")
    assert (conflict.certainty, conflict.band.datum, conflict.band.lower_m) == ("certain", "W84", 90.0)
    assert conflict.band.upper_m == pytest.approx(80 + 24, abs=4)
