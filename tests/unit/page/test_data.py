"""The payload of the page's script: compact, without anything that JSON or the script could stumble over."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from page_theatre import (
    T0_NS,
    Case,
    antimeridian,
    conflict,
    hostile,
    many,
    minutes,
    nothing,
    plan,
    report,
    theatre,
    track,
    volume,
    zone,
)
from sharedsky.airspace.altitude import amsl_ft
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import ALWAYS, MAX_NS, TimeWindow
from sharedsky.conflicts.report import LevelBand
from sharedsky.page.choice import choose
from sharedsky.page.data import payload
from sharedsky.plans.plan import ZoneKind


def data_of(case: Case, max_plans: int = 2_000) -> Any:
    chosen = choose(case.report, case.plans, case.zones, max_plans)
    return json.loads(json.dumps(payload(chosen).value, allow_nan=False))


def test_times_are_milliseconds_after_the_epoch_and_the_span_holds_them_all() -> None:
    data = data_of(theatre())
    assert data["epoch"] + data["span"][0] <= T0_NS // 1_000_000
    times = [t for c in data["conflicts"] for t in c["window"]]
    assert min(times) >= data["span"][0]
    assert max(times) <= data["span"][1]


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_windows_are_rounded_outward_to_the_millisecond(start: int, length: int) -> None:
    window = TimeWindow(T0_NS + start, T0_NS + start + length)
    thing = plan("p", "P", volume(Circle(0, 0, 1), None, None, window))
    data = data_of(Case(report([], (thing,)), (thing,)))
    drawn = data["plans"][0]["volumes"][0]
    assert (data["epoch"] + drawn["s"]) * 10**6 <= window.start_ns
    assert (data["epoch"] + drawn["e"]) * 10**6 >= window.end_ns
    assert drawn["e"] - drawn["s"] <= length / 10**6 + 2


def test_open_windows_and_levels_are_null() -> None:
    thing = plan("p", "P", volume(Circle(0, 0, 1), None, amsl_ft(100), TimeWindow(T0_NS, MAX_NS)))
    drawn = data_of(Case(report([], (thing,)), (thing,)))["plans"][0]["volumes"][0]
    assert drawn["e"] is None
    assert drawn["lo"] is None
    assert drawn["hi"] == [30.5, "100 ft AMSL", "AMSL", 0.0, "AMSL"]


def test_without_a_bounded_time_there_is_no_span() -> None:
    thing = plan("p", "P", volume(Circle(0, 0, 1), None, None, ALWAYS))
    assert data_of(Case(report([], (thing,)), (thing,)))["span"] is None
    assert data_of(nothing())["span"] is None


def test_a_zone_of_ten_years_does_not_stretch_the_time_slider() -> None:
    area = zone("z", ZoneKind.DANGER, volume(Circle(47, 8, 100), None, None, minutes(-(10**6), 10**6)))
    case = theatre()
    data = data_of(replace(case, zones=(area,), report=replace(case.report)))
    assert data["span"][1] - data["span"][0] < 4 * 3_600_000
    alone = data_of(Case(report([], (), (area,)), (), (area,)))
    assert alone["span"][1] - alone["span"][0] == 2 * 10**6 * 60_000


def test_sides_refer_to_what_is_drawn() -> None:
    data = data_of(theatre())
    first = data["conflicts"][0]
    assert data["plans"][first["a"]["refs"][0]]["name"] == "BLU7"
    fourth = data["conflicts"][3]
    assert (fourth["a"]["role"], data["zones"][fourth["a"]["refs"][0]]["kind"]) == ("zone", "danger")
    assert data_of(theatre(), 0)["conflicts"][0]["a"]["refs"] == []


def test_names_are_short_and_visible() -> None:
    data = data_of(hostile())
    names = [thing["name"] for thing in data["plans"] + data["zones"]] + [thing["owner"] for thing in data["plans"]]
    assert all(len(name) <= 40 and name.isprintable() for name in names)


def test_coordinates_across_the_antimeridian_are_what_was_given() -> None:
    box = next(plan for plan in data_of(antimeridian())["plans"] if plan["name"] == "box-180")
    ring = box["volumes"][0]["p"][0]
    lng, lngs = 0, []
    for step in ring[1::2]:
        lng += step
        lngs.append(lng / 1e5)
    assert lngs == [178.5, 178.5, -178, -178]


def test_simplified_drawings_are_counted_in_a_sentence() -> None:
    case = theatre()
    long = [(k / 60, 46 + k / 3_000, 7 + 0.01 * math.sin(k / 50), 200 + k % 7) for k in range(3_000)]
    busy = replace(case.plans[1], trajectories=(track(long),))
    chosen = choose(case.report, (case.plans[0], busy, *case.plans[2:]), case.zones, 2_000)
    payload(chosen)
    assert chosen.left_out[-1].startswith("1 drawing on the map and in the level profile is simplified")
    assert "The numbers in the list are exact" in chosen.left_out[-1]


def test_open_bands_and_windows_of_conflicts_are_null() -> None:
    one, two = (plan(name, name, volume(Circle(0, 0, 1), None, None, ALWAYS)) for name in "ab")
    found = conflict(one, two, ALWAYS, (0, 0), LevelBand(None, None, "W84"))
    drawn = data_of(Case(report([found], (one, two)), (one, two)))["conflicts"][0]
    assert drawn["window"] == [None, None]
    assert drawn["certain"] == [[None, None]]
    assert drawn["band"] == [None, None, "W84"]
    assert drawn["closest"] is None


def test_a_plan_with_one_volume_costs_some_two_hundred_bytes() -> None:
    small, large = (len(json.dumps(data_of(many(count, 0)))) for count in (10, 1_010))
    assert (large - small) / 1_000 < 250
