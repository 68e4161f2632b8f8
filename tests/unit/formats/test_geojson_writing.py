"""Our own GeoJSON, written: volumes and known paths come back as they were, spans outward with their loss listed."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import zoo
from format_samples import collection, feature, path, read
from sharedsky.airspace.altitude import Altitude, Datum, Unit, agl_m, flight_level, pressure_ft, wgs84_m
from sharedsky.airspace.footprint import Corridor, corridor
from sharedsky.airspace.time import ALWAYS, TimeWindow
from sharedsky.airspace.trajectory import DATUM_CODE, Trajectory, known_trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.formats import geojson
from sharedsky.formats.reading import Reading
from sharedsky.plans.digest import plan_digest
from sharedsky.plans.plan import Aerodrome, Plan, Source, Zone, ZoneKind

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "sharedsky-geojson-v1.schema.json").read_text())
WINDOW = TimeWindow(1_772_359_200_000_000_001, 1_772_362_800_123_456_789)


def a_plan(*volumes: Volume4D, **changes: Any) -> Plan:
    return replace(Plan("p1", "alpha", "test", Source("f"), volumes), **changes)


def a_volume(**changes: Any) -> Volume4D:
    return replace(Volume4D(zoo.box(45.0, 45.1, 6.0, 6.1), wgs84_m(100), flight_level(95), WINDOW), **changes)


def rewritten(*plans: Plan, zones: tuple[Zone, ...] = ()) -> tuple[Reading, list[str]]:
    written = geojson.write(plans, zones)
    jsonschema.validate(json.loads(written.data), SCHEMA)
    reading = read(geojson, written.data)
    assert not reading.refusals
    assert not reading.notes
    return reading, [loss.text for loss in written.losses]


def a_path(**changes: Any) -> Trajectory:
    known: dict[str, Any] = {"datum": Datum.PRESSURE, "lateral_m": 0.0}
    known |= changes
    times = np.array([WINDOW.start_ns, WINDOW.start_ns + 10**11, WINDOW.end_ns])
    levels = np.array([35_000, 35_025, 35_050]) * 304_800
    return known_trajectory(np.array([45.0, 45.2, 45.3]), np.array([6.0, 6.1, -179.9]), times, levels, **known)


def test_everything_that_a_plan_says_comes_back() -> None:
    plan = a_plan(
        a_volume(), a_volume(lower=None, upper=None), a_volume(window=ALWAYS),
        trajectories=(a_path(), a_path(lateral_m=12.5, level_uncertainty_um=7, datum=Datum.QNH, setting_hpa=1003.25)),
        version=4, label="ABC 12", state="Activated", priority=-3, rvsm=False, forecast=True, off_nominal=1,
        aerodromes=(Aerodrome("LSGG", 46.238, 6.109, 1411.0), Aerodrome("LFPG", 49.0, 2.5, 392.0)),
        gaps=((WINDOW.start_ns, WINDOW.start_ns + 1),),
    )  # fmt: skip
    reading, losses = rewritten(plan)
    again = reading.plans[0]
    assert not losses
    for name in (
        "id",
        "owner",
        "version",
        "label",
        "state",
        "priority",
        "rvsm",
        "forecast",
        "off_nominal",
        "aerodromes",
        "gaps",
    ):
        assert getattr(again, name) == getattr(plan, name)
    assert [(v.lower, v.upper, v.window) for v in again.volumes] == [(v.lower, v.upper, v.window) for v in plan.volumes]
    for kept, path_before in zip(again.trajectories, plan.trajectories, strict=True):
        for name in Trajectory.__slots__:
            assert np.array_equal(getattr(kept, name), getattr(path_before, name))


@pytest.mark.parametrize(
    "value",
    [
        collection(feature(), feature(id="p2", rvsm=True, label="X"), path()),
        collection(feature(type="zone", kind="danger", name="Lake", version=3)),
        collection(path(lateral_m=[10, 20]), feature(off_nominal=True)),
        collection(feature(owner=None)),
    ],
)
def test_what_was_read_is_written_without_loss_and_read_the_same(value: Any) -> None:
    first = read(geojson, value)
    again, losses = rewritten(*first.plans, zones=tuple(first.zones))
    assert not losses
    assert [(p.id, p.owner, p.version, p.digest) for p in first.plans] == [
        (p.id, p.owner, p.version, p.digest) for p in again.plans
    ]
    assert [(z.id, z.kind, z.name, z.digest) for z in first.zones] == [
        (z.id, z.kind, z.name, z.digest) for z in again.zones
    ]


@pytest.mark.parametrize(
    "level",
    [
        flight_level(95, 50), pressure_ft(12_345.5), wgs84_m(-7.25, 0.1), agl_m(120),
        Altitude(3000, Unit.FT, Datum.QNH, setting_hpa=1003.5), Altitude(500, Unit.FT, Datum.QFE, elevation_m=432.1),
    ],
)  # fmt: skip
def test_every_level_comes_back_exactly(level: Altitude) -> None:
    reading, losses = rewritten(a_plan(a_volume(lower=level, upper=level)))
    assert reading.plans[0].volumes[0].lower == reading.plans[0].volumes[0].upper == level
    assert not losses


@pytest.mark.parametrize("kind", list(ZoneKind))
def test_every_kind_of_zone_comes_back(kind: ZoneKind) -> None:
    zone = Zone("z", None, kind, "test", Source("f"), (a_volume(), a_volume(window=ALWAYS)), name="Lake", version=2)
    reading, losses = rewritten(zones=(zone,))
    again = reading.zones[0]
    assert (again.id, again.owner, again.kind, again.name, again.version) == ("z", None, kind, "Lake", 2)
    assert [volume.window for volume in again.volumes] == [WINDOW, ALWAYS]
    assert not losses


def test_every_shape_of_the_zoo_comes_back_vertex_by_vertex() -> None:
    shapes = [shape for room in zoo.ROOMS.values() for shape in room.values()]
    plans = [a_plan(a_volume(footprint=shape), id=str(k)) for k, shape in enumerate(shapes)]
    reading, losses = rewritten(*plans)
    assert not losses
    assert [plan.digest for plan in reading.plans] == [plan_digest(plan) for plan in plans]


def forecast_path() -> Trajectory:
    code = np.full(1, DATUM_CODE[Datum.PRESSURE], np.int8)
    levels = np.array([[0, 10]], np.int64) * 10**8
    minute = 60 * 10**9
    early = np.array([WINDOW.start_ns, WINDOW.start_ns + 9 * minute])
    late = np.array([WINDOW.start_ns + 5 * minute, WINDOW.start_ns + 20 * minute])
    return Trajectory(
        np.array([45.0, 46.0]), np.array([6.0, 7.0]), early, early + minute, late, levels, levels + 10**9, code, code,
        np.array([9260.0]),
    )  # fmt: skip


def test_a_path_of_spans_becomes_corridors_with_all_its_times_and_levels() -> None:
    flown = forecast_path()
    reading, losses = rewritten(a_plan(trajectories=(flown,), forecast=True))
    kept = reading.plans[0].volumes[0]
    assert isinstance(kept.footprint, Corridor)
    assert kept.footprint.half_width_m == 9260.0
    assert kept.window == TimeWindow(int(flown.early_ns[0]), int(flown.late_ns[-1]))
    assert (kept.lower, kept.upper) == (Altitude(0.0, Unit.M, Datum.PRESSURE), Altitude(2000.0, Unit.M, Datum.PRESSURE))
    assert len(losses) == 2
    assert any("a conflict that was possible may be found as certain" in loss for loss in losses)
    assert "minima of volumes" in losses[0]


def test_a_long_leg_is_cut_into_corridors_one_after_another() -> None:
    flown = forecast_path()
    far = replace(flown, lat_deg=np.array([0.0, 0.0]), lng_deg=np.array([-100.0, 79.0]))
    reading, _ = rewritten(a_plan(trajectories=(far,)))
    ends = [kept.footprint.path for kept in reading.plans[0].volumes if isinstance(kept.footprint, Corridor)]
    assert len(ends) > 50
    assert all((a[-1] == b[0]).all() for a, b in pairwise(ends))


def test_a_line_that_is_a_corridor_is_told_from_a_path() -> None:
    shape = corridor([(45.0, 6.0), (45.2, 6.1)], 500.0)
    reading, _ = rewritten(a_plan(a_volume(footprint=shape), trajectories=(a_path(),)))
    assert (len(reading.plans[0].volumes), len(reading.plans[0].trajectories)) == (1, 1)


@pytest.mark.parametrize(
    "value",
    [
        collection(feature(lower=...)),
        collection(feature(type="zone")),
        collection(feature(upper="SFC")),
        collection(feature(lower={"value": "5", "unit": "M", "datum": "W84"})),
        collection(feature(), sharedsky=...),
        collection(path(levels=...)),
        collection(feature(start=...)),
    ],
)
def test_the_schema_refuses_what_the_reader_notes_or_refuses(value: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, SCHEMA)
    reading = read(geojson, value)
    assert reading.refusals or reading.notes


@pytest.mark.parametrize(
    "value", [collection(), collection(feature()), collection(path()), collection(feature(type="zone", kind="rmz"))]
)
def test_the_schema_takes_what_the_reader_takes(value: Any) -> None:
    jsonschema.validate(value, SCHEMA)
    assert not read(geojson, value).refusals
