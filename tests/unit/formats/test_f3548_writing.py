"""F3548-21 JSON, written: what it can hold comes back, everything else outward, and each loss is listed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import zoo
from format_samples import circle_outline, constraint, document, intent, read, volume
from sharedsky.airspace.altitude import Altitude, Datum, Unit, agl_m, amsl_m, flight_level, wgs84_m
from sharedsky.airspace.footprint import Circle, Corridor, Polygon, corridor
from sharedsky.airspace.meet import meet
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.terrain_region import Box, Region
from sharedsky.airspace.time import ALWAYS, TimeWindow
from sharedsky.airspace.trajectory import known_trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.formats import f3548
from sharedsky.formats.reading import Reading, ReadOptions
from sharedsky.plans.plan import Aerodrome, Plan, Source, Zone, ZoneKind

UUID = "2f8343be-6482-4d1b-a474-16847e01af1e"
WINDOW = TimeWindow(1_772_359_200_000_000_000, 1_772_362_800_123_456_789)
SQUARE = zoo.box(45.0, 45.1, 6.0, 6.1)


def a_plan(*volumes: Volume4D, **changes: Any) -> Plan:
    plan = Plan(UUID, "uss1", "test", Source("f"), volumes, version=1, state="Accepted")
    return replace(plan, **changes)


LOW, HIGH = wgs84_m(100), wgs84_m(200)


def a_volume(shape: Any = SQUARE, lower: Altitude | None = LOW, upper: Altitude | None = HIGH) -> Volume4D:
    return Volume4D(shape, lower, upper, WINDOW)


def rewritten(*plans: Plan, zones: tuple[Zone, ...] = ()) -> tuple[Reading, list[str]]:
    written = f3548.write(plans, zones)
    reading = read(f3548, written.data)
    assert not reading.refusals
    return reading, [loss.text for loss in written.losses]


@pytest.mark.parametrize(
    "value",
    [
        intent(),
        intent(volumes=[volume(), volume(circle_outline())], off_nominal_volumes=[volume()], priority=50),
        {"operational_intents": [intent(1), intent(2)], "constraints": [constraint(3, type="sharedsky.danger")]},
    ],
)
def test_what_was_read_from_f3548_is_written_without_loss_and_read_the_same(value: Any) -> None:
    first = read(f3548, value)
    written = f3548.write(first.plans, first.zones)
    again = read(f3548, written.data)
    assert not written.losses
    assert [(p.id, p.owner, p.version, p.state, p.priority, p.off_nominal, p.digest) for p in first.plans] == [
        (p.id, p.owner, p.version, p.state, p.priority, p.off_nominal, p.digest) for p in again.plans
    ]
    assert [(z.id, z.kind, z.digest) for z in first.zones] == [(z.id, z.kind, z.digest) for z in again.zones]
    assert f3548.write(again.plans, again.zones).data == written.data


def test_the_written_members_are_those_that_the_interface_requires() -> None:
    zone = Zone(UUID, "uss1", ZoneKind.DANGER, "test", Source("f"), (a_volume(),), version=1)
    written = json.loads(f3548.write([a_plan(a_volume())], [zone]).data)
    intent_reference = written["operational_intents"][0]["reference"]
    assert {
        "id", "manager", "uss_availability", "version", "state", "time_start", "time_end", "uss_base_url",
        "subscription_id",
    } == set(intent_reference)  # fmt: skip
    constraint_reference = written["constraints"][0]["reference"]
    assert set(intent_reference) - {"state", "subscription_id"} == set(constraint_reference)
    assert written["operational_intents"][0]["details"]["volumes"][0]["time_end"] == {
        "value": "2026-03-01T11:00:00.123456789Z", "format": "RFC3339",
    }  # fmt: skip


def test_a_corridor_becomes_polygons_that_contain_it() -> None:
    shape = corridor([(45.0, 6.0), (45.2, 6.1), (45.2, 6.5)], 1000.0)
    reading, losses = rewritten(a_plan(a_volume(shape)))
    parts = [kept.footprint for kept in reading.plans[0].volumes]
    assert len(parts) == 2
    assert all(isinstance(part, Polygon) for part in parts)
    assert losses == ["1 x a corridor, written as a polygon around each leg."]


def test_a_hole_is_filled_and_said_so() -> None:
    holed = zoo.box(45.0, 45.1, 6.0, 6.1, [zoo.box_ring(45.02, 45.04, 6.02, 6.04)])
    reading, losses = rewritten(a_plan(a_volume(holed)))
    shape = reading.plans[0].volumes[0].footprint
    assert isinstance(shape, Polygon)
    assert not shape.holes
    assert meet(shape, Circle(45.03, 6.03, 1.0))
    assert losses == ["1 x a polygon with holes, written without them."]


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        (flight_level(100), flight_level(200)),
        (amsl_m(500, 10), amsl_m(600, 10)),
        (agl_m(50), agl_m(120)),
        (Altitude(3000, Unit.FT, Datum.QNH, setting_hpa=1003), Altitude(4000, Unit.FT, Datum.QNH)),
        (wgs84_m(100, 20), wgs84_m(200, 30)),
    ],
)
def test_levels_of_other_datums_become_spans_over_wgs_84_that_surely_hold_them(
    lower: Altitude, upper: Altitude
) -> None:
    reading, losses = rewritten(a_plan(a_volume(SQUARE, lower, upper)))
    kept = reading.plans[0].volumes[0]
    assert kept.lower is not None
    assert kept.upper is not None
    assert kept.lower.datum is kept.upper.datum is Datum.WGS84
    lift_m = 0.0 if lower.datum is Datum.WGS84 else 50.0  # the geoid above the ellipsoid here
    assert kept.lower.metres < lower.metres + lift_m < upper.metres + lift_m < kept.upper.metres
    assert len(losses) == 2


def test_known_ground_makes_heights_above_ground_narrower() -> None:
    plan = a_plan(a_volume(SQUARE, agl_m(50), agl_m(120)))
    ground = Terrain((Region("valley", Box(44.0, 5.0, 46.0, 8.0), 300.0, 500.0, "a map"),))
    known = read(f3548, f3548.write([plan], [], terrain=ground).data).plans[0].volumes[0]
    assert known.lower is not None
    assert known.upper is not None
    assert 340 < known.lower.metres < 400 + 2
    assert 620 + 45 < known.upper.metres < 680


def test_feet_over_wgs_84_become_the_same_metres() -> None:
    lower, upper = (Altitude(feet, Unit.FT, Datum.WGS84) for feet in (1000, 2000))
    reading, losses = rewritten(a_plan(a_volume(SQUARE, lower, upper)))
    kept = reading.plans[0].volumes[0]
    assert (kept.lower, kept.upper) == (wgs84_m(304.8), wgs84_m(609.6))
    assert not losses


def test_a_floor_at_the_ground_stays_open_below() -> None:
    for floor in (None, agl_m(0), agl_m(-5)):
        reading, _ = rewritten(a_plan(a_volume(SQUARE, floor)))
        assert reading.plans[0].volumes[0].lower is None


def test_levels_beyond_the_bounds_of_f3548_are_written_as_open() -> None:
    reading, losses = rewritten(a_plan(a_volume(SQUARE, wgs84_m(-9000), wgs84_m(200_000))))
    kept = reading.plans[0].volumes[0]
    assert (kept.lower, kept.upper) == (None, None)
    assert len(losses) == 2


def test_a_floor_that_ends_up_above_its_ceiling_is_written_with_the_two_changed_over() -> None:
    reading, losses = rewritten(a_plan(a_volume(SQUARE, wgs84_m(5000), amsl_m(0))))
    kept = reading.plans[0].volumes[0]
    assert kept.lower is not None
    assert 40 < kept.lower.metres < 60
    assert kept.upper == wgs84_m(5000)
    assert any("changed over" in text for text in losses)


def test_open_ends_stay_open() -> None:
    reading, losses = rewritten(a_plan(Volume4D(SQUARE, None, None, ALWAYS)))
    kept = reading.plans[0].volumes[0]
    assert (kept.lower, kept.upper, kept.window) == (None, None, ALWAYS)
    assert not losses


def a_path(**changes: Any) -> Any:
    known: dict[str, Any] = {"datum": Datum.WGS84, "lateral_m": 500.0}
    known |= changes
    return known_trajectory(
        np.array([45.0, 45.2, 45.2]),
        np.array([6.0, 6.1, 6.1]),
        np.array([WINDOW.start_ns, WINDOW.start_ns + 10**11, WINDOW.start_ns + 2 * 10**11]),
        np.array([1000, 2000, 3000]) * 1_000_000,
        **known,
    )


def test_a_path_becomes_volumes_around_its_legs_with_their_levels_and_times() -> None:
    reading, losses = rewritten(a_plan(trajectories=(a_path(level_uncertainty_um=100_000_000),)))
    first, second = reading.plans[0].volumes
    assert (first.lower, first.upper) == (wgs84_m(900.0), wgs84_m(2100.0))
    assert (first.window.start_ns, first.window.end_ns) == (WINDOW.start_ns, WINDOW.start_ns + 10**11)
    assert isinstance(first.footprint, Polygon)
    assert second.footprint == Circle(45.2, 6.1, 500.0)  # it hovers
    assert any("minima of volumes" in text for text in losses)


def test_a_path_without_a_reach_gets_a_metre() -> None:
    reading, _ = rewritten(a_plan(trajectories=(a_path(lateral_m=0.0),)))
    assert reading.plans[0].volumes[1].footprint == Circle(45.2, 6.1, 1.0)


def test_what_f3548_has_no_place_for_is_listed() -> None:
    plan = a_plan(
        a_volume(), label="ABC", rvsm=True, forecast=True, aerodromes=(Aerodrome("LSGG", 46, 6, 1400),), gaps=((1, 2),)
    )
    _, losses = rewritten(plan)
    assert losses == ["not written: the label, the RVSM approval, that it is a forecast, the aerodromes, the gaps."]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "SWR12"}, "no UUID of version 4"),
        ({"owner": None}, "the owner is unknown"),
        ({"version": None}, "no version; 0 was written"),
        ({"state": ""}, "no state; Accepted was written"),
        ({"state": "Ended"}, "'Ended' is none of F3548-21's"),
    ],
)
def test_what_the_reference_must_have_is_filled_in_and_listed(changes: Any, says: str) -> None:
    plan = a_plan(a_volume(), **changes)
    reading, losses = rewritten(plan)
    assert [says in text for text in losses] == [True]
    assert (reading.plans[0].id, reading.plans[0].owner) == (plan.id, plan.owner)


@pytest.mark.parametrize("kind", list(ZoneKind))
def test_every_kind_of_zone_comes_back(kind: ZoneKind) -> None:
    zone = Zone(UUID, "caa", kind, "test", Source("f"), (a_volume(),), name="Lake", version=2)
    reading, losses = rewritten(zones=(zone,))
    assert (reading.zones[0].kind, reading.zones[0].version) == (kind, 2)
    assert losses == ["the name 'Lake' is not written."]


def test_a_loss_says_whose_it_is() -> None:
    written = f3548.write([a_plan(a_volume(), id="SWR12")], [])
    assert str(written.losses[0]).startswith("SWR12: the id")
    assert (written.losses[0].owner, written.losses[0].omitted) == ("uss1", False)


def test_nothing_is_written_as_empty_lists() -> None:
    assert json.loads(f3548.write([], []).data) == {"operational_intents": [], "constraints": []}
    assert not f3548.read([document(f3548.write([], []).data)], ReadOptions()).refusals


def test_every_shape_of_the_zoo_can_be_written_and_read_again() -> None:
    for room in zoo.ROOMS.values():
        for shape in room.values():
            reading, _ = rewritten(a_plan(a_volume(shape)))
            kept = reading.plans[0].volumes
            if not isinstance(shape, Corridor):
                assert len(kept) == 1
