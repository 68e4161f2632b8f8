"""What a format can hold comes back as it was, whatever it is; what it cannot hold comes back no smaller."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from format_strategies import circles, known_paths, plans, polygons, volumes, zones
from sharedsky.airspace.altitude import Datum, Unit, wgs84_m
from sharedsky.airspace.footprint import Polygon
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.formats import f3548, geojson
from sharedsky.formats.reading import Document, Reading, ReadOptions
from sharedsky.formats.written import Written
from sharedsky.plans.digest import content_digest, plan_digest, zone_digest
from sharedsky.plans.plan import Plan, Source, Zone, ZoneKind


def reread(written: Written, module: ModuleType) -> Reading:
    reading: Reading = module.read([Document("again", written.data)], ReadOptions())
    assert not reading.refusals
    return reading


@given(plans(), zones())
def test_our_geojson_holds_every_plan_and_zone_without_loss(plan: Plan, zone: Zone) -> None:
    written = geojson.write([plan], [zone])
    reading = reread(written, geojson)
    assert not written.losses
    again, zone_again = reading.plans[0], reading.zones[0]
    assert (again.id, again.owner, again.version, again.label) == (plan.id, plan.owner, plan.version, plan.label)
    assert again.digest == plan_digest(plan)
    assert (zone_again.id, zone_again.owner, zone_again.version) == (zone.id, zone.owner, zone.version)
    assert (zone_again.name, zone_again.digest) == (zone.name, zone_digest(zone))


@given(plans())
@settings(max_examples=40)
def test_writing_our_geojson_again_gives_the_same_bytes(plan: Plan) -> None:
    first = geojson.write([plan], []).data
    assert geojson.write(reread(geojson.write([plan], []), geojson).plans, []).data == first


metres = st.floats(-8000, 100_000).map(wgs84_m)
solid = polygons().map(lambda shape: Polygon(shape.exterior))
held = volumes(solid | circles, metres)


@given(st.lists(held, min_size=1, max_size=3), st.integers(0, 3), zones(held))
@settings(max_examples=50)
def test_f3548_holds_circles_and_polygons_over_wgs_84_without_loss(
    many: list[Volume4D], off_nominal: int, zone: Zone
) -> None:
    off_nominal = min(off_nominal, len(many))
    plan = Plan(
        "p", "o", "test", Source("f"), tuple(many), off_nominal=off_nominal, version=1, state="Accepted", priority=3
    )
    reading = reread(f3548.write([plan], [zone]), f3548)
    assert reading.plans[0].off_nominal == off_nominal
    assert _volume_digests(reading.plans[0].volumes) == _volume_digests(plan.volumes)
    assert reading.plans[0].digest == plan_digest(plan)
    assert (reading.zones[0].kind, reading.zones[0].digest) == (zone.kind, zone_digest(zone))


def _volume_digests(kept: Sequence[Volume4D]) -> list[str]:
    return [content_digest("", [volume]) for volume in kept]


@given(volumes())
@settings(max_examples=60)
def test_f3548_never_shortens_a_window_or_lowers_a_ceiling(volume: Volume4D) -> None:
    reading = reread(f3548.write([], [Zone("z", "o", ZoneKind.DANGER, "test", Source("f"), (volume,))]), f3548)
    for kept in reading.zones[0].volumes:
        assert kept.window == volume.window
        for side, before, after in (("lower", volume.lower, kept.lower), ("upper", volume.upper, kept.upper)):
            if before is None or after is None:
                assert after is None
                continue
            assert (after.datum, after.unit, after.uncertainty) == (Datum.WGS84, Unit.M, 0.0)
            if before.datum is Datum.WGS84:
                low, high = before.bounds_um()
                assert after.um <= low + 1 if side == "lower" else after.um >= high - 1


@given(known_paths())
@settings(max_examples=25)
def test_f3548_holds_every_leg_of_a_path_with_its_times(path: Trajectory) -> None:
    plan = Plan("p", "o", "test", Source("f"), trajectories=(path,))
    kept = reread(f3548.write([plan], []), f3548).plans[0].volumes
    for k in range(len(path.lat_deg) - 1):
        span = (int(path.time_ns[k]), int(path.time_ns[k + 1]))
        assert any((volume.window.start_ns, volume.window.end_ns) == span for volume in kept)
    assert len(kept) >= len(path.lat_deg) - 1
    assert np.all(np.diff([volume.window.start_ns for volume in kept]) >= 0)
