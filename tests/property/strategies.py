"""Hypothesis strategies for everything a check may meet, anywhere on the globe, and the builders they share.

A scene is drawn around one place (often on the antimeridian, a pole or the equator) at one scale (metres to thousands
of kilometres), on coarse grids of place, level and time, so that touching, coinciding and just missing are common.
Sides and bearings are laid out with the oracle's geodesics, so that a pole is no special case here either.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st

from oracle.vincenty import direct, inverse
from sharedsky.airspace.altitude import UM_PER_FT, Altitude, Datum, Unit
from sharedsky.airspace.footprint import Circle, Footprint, corridor, polygon
from sharedsky.airspace.time import ALWAYS, NS_PER_MIN, NS_PER_S, TimeWindow
from sharedsky.airspace.trajectory import DATUM_CODE, Trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.errors import GeometryError
from sharedsky.plans.plan import Aerodrome, Plan, Source, Zone, ZoneKind

#: 2026-03-01T10:00:00Z: where scenes begin.
T0_NS: Final = 1_772_359_200 * NS_PER_S
SOURCE: Final = Source("scene.json", "/0")
LatLng = tuple[float, float]
Draw = st.DrawFn


def examples(count: int) -> settings:
    """So many examples, always the same ones; SHAREDSKY_EXAMPLES=20 tries twenty times as many, new ones each time."""
    factor = os.environ.get("SHAREDSKY_EXAMPLES")
    return settings(
        max_examples=int(count * float(factor or 1)),
        derandomize=factor is None,
        # scenes are slow to shrink: a short run tells what fails, a long one makes it small
        phases=tuple(Phase) if factor else (Phase.explicit, Phase.generate),
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scene plays: a place [deg], a length [m] that its grid is made of, a level [ft] about which flights fly."""

    lat_deg: float
    lng_deg: float
    scale_m: float
    level_ft: int

    def spot(self, azimuth_deg: float, distance_m: float) -> LatLng:
        """The place at a bearing and distance from the middle."""
        return spot((self.lat_deg, self.lng_deg), azimuth_deg, distance_m)


def spot(origin: LatLng, azimuth_deg: float, distance_m: float) -> LatLng:
    """The place at a bearing [deg] and distance [m] from another."""
    lat, lng = direct(*origin, math.radians(azimuth_deg), distance_m)
    return float(lat[0]), float(lng[0])


SCALES_M: Final = (1.0, 100.0, 5_000.0, 100_000.0, 1_500_000.0)


@st.composite
def stages(draw: Draw, scales: Sequence[float] = SCALES_M) -> Stage:
    """Ordinary places, and the awkward ones: equator, antimeridian, poles and close to them."""
    lat = draw(st.one_of(st.sampled_from([0.0, 47.0, 80.0, 90.0, -90.0, 89.999, -33.0]), st.floats(-90, 90, width=32)))
    lng = draw(st.one_of(st.sampled_from([0.0, 8.0, 180.0, -180.0, 179.999]), st.floats(-180, 180, width=32)))
    return Stage(lat, lng, draw(st.sampled_from(list(scales))), draw(st.sampled_from([3_000, 28_500, 35_000, 40_500])))


@st.composite
def spots(draw: Draw, stage: Stage, reach: int = 4) -> LatLng:
    """A place on the stage's grid: half scales apart, along the four winds or anywhere."""
    azimuth = draw(st.one_of(st.sampled_from([0.0, 90.0, 180.0, 270.0]), st.floats(0, 360, width=32)))
    return stage.spot(azimuth, draw(st.integers(0, reach)) * stage.scale_m / 2)


@st.composite
def circles(draw: Draw, stage: Stage) -> Circle:
    """A circle with a radius of quarter scales."""
    return Circle(*draw(spots(stage)), draw(st.integers(1, 6)) * stage.scale_m / 4)


@st.composite
def polygons(draw: Draw, stage: Stage) -> Footprint:
    """A ring that goes once round its own middle, any radius at each bearing (often concave), perhaps with a hole."""
    middle = draw(spots(stage))
    corners = draw(st.integers(3, 9))
    radii = draw(st.lists(st.integers(1, 8), min_size=corners, max_size=corners))
    turn = draw(st.sampled_from([0.0, 45.0, 17.3]))
    bearings = [turn + 360.0 * k / corners for k in range(corners)]
    ring = [spot(middle, b, r * stage.scale_m / 5) for b, r in zip(bearings, radii)]
    holes = []
    if draw(st.integers(0, 3)) == 0:
        share = draw(st.sampled_from([0.3, 0.6, 0.9]))
        holes = [[spot(middle, b, share * r * stage.scale_m / 5) for b, r in zip(bearings, radii)]]
    try:
        return polygon(ring[:: draw(st.sampled_from([1, -1]))], holes)
    except GeometryError:
        assume(False)
        raise


@st.composite
def corridors(draw: Draw, stage: Stage) -> Footprint:
    """A corridor of two to five points, which may cross itself."""
    path = draw(st.lists(spots(stage), min_size=2, max_size=5))
    try:
        return corridor(path, draw(st.integers(1, 4)) * stage.scale_m / 8)
    except GeometryError:
        assume(False)
        raise


def footprints(stage: Stage) -> st.SearchStrategy[Footprint]:
    """Any footprint on a stage."""
    return st.one_of(circles(stage), polygons(stage), corridors(stage))


@st.composite
def footprint_pairs(draw: Draw) -> tuple[Footprint, Footprint, float]:
    """Two footprints on one stage, and a reach [m] on its grid."""
    stage = draw(stages())
    reach = draw(st.sampled_from([0.0, 0.0, stage.scale_m / 4, stage.scale_m]))
    return draw(footprints(stage)), draw(footprints(stage)), min(reach, 200_000.0)


@st.composite
def altitudes(draw: Draw, datum: Datum | None = None) -> Altitude:
    """A level on a coarse grid, with a stated uncertainty at times."""
    datum = datum or draw(st.sampled_from([*Datum, Datum.PRESSURE, Datum.AMSL, Datum.WGS84]))
    unit = draw(st.sampled_from(list(Unit)))
    step = draw(st.sampled_from([1, 1, 10]))
    value = step * draw(st.integers(0, 12)) * (50.0 if unit is Unit.M else 200.0)
    setting = draw(st.sampled_from([None, 1013.25, 1020.0])) if datum is Datum.QNH else None
    elevation = draw(st.sampled_from([0.0, 450.0])) if datum is Datum.QFE else None
    return Altitude(value, unit, datum, draw(st.sampled_from([0.0, 0.0, 0.0, 20.0, 120.0])), setting, elevation)


@st.composite
def bands(draw: Draw, mixed_datums: bool = True) -> tuple[Altitude | None, Altitude | None]:
    """Floor and ceiling in one datum mostly; either may be open."""
    datum = draw(st.sampled_from(list(Datum) if mixed_datums else [Datum.AMSL]))
    low = draw(altitudes(datum)) if draw(st.integers(0, 4)) else None
    other = None if mixed_datums and draw(st.integers(0, 5)) == 0 else datum
    high = draw(altitudes(other)) if draw(st.integers(0, 4)) else None
    if low is None or high is None or low.datum is not high.datum:
        return low, high
    assume((low.setting_hpa, low.elevation_m) == (high.setting_hpa, high.elevation_m))
    return (low, high) if low.um <= high.um else (high, low)


@st.composite
def windows(draw: Draw) -> TimeWindow:
    """Windows on a ten-minute grid, so that many touch; some are an instant, some miss by 1 ns, few are open."""
    if draw(st.integers(0, 20)) == 0:
        return ALWAYS
    start = T0_NS + draw(st.integers(0, 6)) * 10 * NS_PER_MIN + draw(st.sampled_from([0, 0, 0, 1, -1]))
    return TimeWindow(start, start + draw(st.integers(0, 3)) * 10 * NS_PER_MIN)


@st.composite
def volumes(draw: Draw, stage: Stage, shapes: Sequence[Footprint] = (), mixed_datums: bool = True) -> Volume4D:
    """A volume on a stage; its shape is one of `shapes` at times, so that shapes coincide."""
    shape = draw(st.one_of(st.sampled_from(list(shapes)), footprints(stage)) if shapes else footprints(stage))
    low, high = draw(bands(mixed_datums))
    return Volume4D(shape, low, high, draw(windows()))


OWNERS: Final = ("alpha", "bravo", "charlie", None)


def plan_of(
    ident: str,
    owner: str | None,
    volumes: Sequence[Volume4D] = (),
    trajectories: Sequence[Trajectory] = (),
    *,
    rvsm: bool | None = None,
    forecast: bool = False,
    aerodromes: Sequence[Aerodrome] = (),
) -> Plan:
    """A plan as a reader would give it."""
    return Plan(
        ident, owner, "scene", SOURCE, tuple(volumes), tuple(trajectories), rvsm, forecast, tuple(aerodromes),
        digest=ident,
    )


def zone_of(
    ident: str, volumes: Sequence[Volume4D], kind: ZoneKind = ZoneKind.DANGER, owner: str | None = None
) -> Zone:
    """A zone as a reader would give it."""
    return Zone(ident, owner, kind, "scene", SOURCE, tuple(volumes), digest=ident)


@dataclass(frozen=True, slots=True)
class Scene:
    """Plans and zones to check together."""

    plans: tuple[Plan, ...]
    zones: tuple[Zone, ...] = ()


@st.composite
def volume_scenes(draw: Draw, mixed_datums: bool = True) -> Scene:
    """A few plans of volumes and zones on one stage, all small where datums mix (the geoid then hardly varies)."""
    stage = draw(stages(SCALES_M[:3] if mixed_datums else SCALES_M))
    shapes = draw(st.lists(footprints(stage), min_size=1, max_size=3))
    one = volumes(stage, shapes, mixed_datums)
    plans = [
        plan_of(f"P{k}", draw(st.sampled_from(OWNERS)), draw(st.lists(one, min_size=1, max_size=3)))
        for k in range(draw(st.integers(2, 4)))
    ]
    zones = [
        zone_of(f"Z{k}", draw(st.lists(one, min_size=1, max_size=2)), draw(st.sampled_from(list(ZoneKind))), "alpha")
        for k in range(draw(st.integers(0, 2)))
    ]
    return Scene(tuple(plans), tuple(zones))


def known_of(
    points: Sequence[LatLng],
    seconds: Sequence[float],
    feet: Sequence[float],
    datum: Datum = Datum.PRESSURE,
    *,
    lateral_m: float = 0.0,
    uncertainty_ft: float = 0.0,
) -> Trajectory:
    """A flight known at some points: when [s after T0_NS] and at what level [ft]."""
    times = [round(s * NS_PER_S) for s in seconds]
    return forecast_of(
        points, times, times, times, [(f, f) for f in feet], datum, lateral_m=lateral_m, uncertainty_ft=uncertainty_ft
    )


def forecast_of(
    points: Sequence[LatLng],
    early: Sequence[int],
    nominal: Sequence[int],
    late: Sequence[int],
    bands_ft: Sequence[tuple[float, float]],
    datum: Datum = Datum.PRESSURE,
    *,
    lateral_m: float = 0.0,
    uncertainty_ft: float = 0.0,
) -> Trajectory:
    """A flight foreseen: spans of time [ns after T0_NS] and bands of level [ft] at each point."""
    lat, lng = (np.array(column, float) for column in zip(*points))
    floors, ceilings = (np.array([round(f * UM_PER_FT) for f in column], np.int64) for column in zip(*bands_ft))
    codes = np.full(len(points) - 1, DATUM_CODE[datum], np.int8)
    first, middle, last = (np.array([T0_NS + t for t in times], np.int64) for times in (early, nominal, late))
    return Trajectory(
        lat, lng, first, middle, last,
        np.stack([floors[:-1], floors[1:]], axis=1), np.stack([ceilings[:-1], ceilings[1:]], axis=1),
        codes, codes, np.full(len(points) - 1, lateral_m), round(uncertainty_ft * UM_PER_FT),
    )


def leg_seconds(points: Sequence[LatLng], speed_mps: float) -> list[float]:
    """When each point is passed at a constant speed [s from the first]."""
    out = [0.0]
    for a, b in pairwise(points):
        out.append(out[-1] + float(inverse(*a, *b)[0][0]) / speed_mps)
    return out


@st.composite
def flown(draw: Draw, stage: Stage) -> tuple[list[LatLng], list[int], list[int]]:
    """Points on a stage, whole nanoseconds at which they are passed, and levels [ft] in steps of 25."""
    points = draw(st.lists(spots(stage, 8), min_size=2, max_size=5))
    seconds = leg_seconds(points, draw(st.sampled_from([40.0, 120.0, 240.0])))
    start = draw(st.integers(0, 5)) * 120
    base = stage.level_ft + draw(st.sampled_from([0, 0, 0, 0, 2_000]))
    steps = draw(st.lists(st.integers(-40, 40), min_size=len(points), max_size=len(points)))
    level = draw(st.booleans())
    feet = [base + 25 * (steps[0] if level else step) for step in steps]
    return points, [round((start + s) * NS_PER_S) for s in seconds], feet


@st.composite
def known_trajectories(draw: Draw, stage: Stage) -> Trajectory:
    """A recorded flight; some state an uncertainty of place or level."""
    points, times, feet = draw(flown(stage))
    lateral = draw(st.sampled_from([0.0, 0.0, 0.0, 0.0, 0.0, 300.0]))
    return forecast_of(
        points, times, times, times, [(f, f) for f in feet],
        lateral_m=lateral, uncertainty_ft=draw(st.sampled_from([0, 0, 0, 0, 0, 25, 150])),
    )


@st.composite
def forecast_trajectories(draw: Draw, stage: Stage) -> Trajectory:
    """A filed flight: spans that grow with time, a reach to each side, a band of levels that may narrow."""
    points, times, feet = draw(flown(stage))
    before, after, growth = draw(st.sampled_from([(0, 0, 0.0), (60, 120, 0.03), (300, 900, 0.03), (0, 600, 0.1)]))
    early = [t - round(before * NS_PER_S + growth * (t - times[0])) for t in times]
    late = [t + round(after * NS_PER_S + growth * (t - times[0])) for t in times]
    down = draw(st.lists(st.sampled_from([0, 0, 1_000, 20_000]), min_size=len(feet), max_size=len(feet)))
    return forecast_of(
        points, early, times, late, [(f - d, f) for f, d in zip(feet, down)],
        lateral_m=draw(st.sampled_from([0.0, 1_852.0, 9_260.0])),
    )


#: Flights are laid out on a grid of some nautical miles, where 5 NM decides.
FLIGHT_SCALES_M: Final = (9_260.0, 20_000.0)
RVSM: Final = (True, False, None)


@st.composite
def flight_scenes(draw: Draw, forecasts: bool = False, with_volumes: bool = False) -> Scene:
    """Two or three flights on one stage, recorded or filed, perhaps with volumes and zones about them."""
    stage = draw(stages(FLIGHT_SCALES_M))
    one = st.one_of(known_trajectories(stage), forecast_trajectories(stage)) if forecasts else known_trajectories(stage)
    plans = [
        plan_of(f"F{k}", f"owner {k}", (), [draw(one)], rvsm=draw(st.sampled_from(RVSM)), forecast=forecasts)
        for k in range(draw(st.integers(1 if with_volumes else 2, 3)))
    ]
    zones: list[Zone] = []
    if with_volumes:
        volume = flight_volumes(stage)
        plans.append(plan_of("V", "owner v", [draw(volume)]))
        zones = [zone_of("Z", [draw(volume)], owner="owner 0")]
    return Scene(tuple(plans), tuple(zones))


@st.composite
def flight_volumes(draw: Draw, stage: Stage) -> Volume4D:
    """A volume in pressure altitude where flights of the same stage may pass."""
    low, high = sorted(draw(st.lists(st.sampled_from([0, 30, 60, 280, 290, 350, 410]), min_size=2, max_size=2)))
    levels = [Altitude(v * 100.0, Unit.FT, Datum.PRESSURE) for v in (low, high)]
    start = T0_NS + draw(st.integers(0, 4)) * 2 * NS_PER_MIN
    window = draw(st.sampled_from([ALWAYS, TimeWindow(start, start + draw(st.integers(0, 5)) * 2 * NS_PER_MIN)]))
    floor: Altitude | None = levels[0] if low else None
    return Volume4D(draw(footprints(stage)), floor, levels[1], window)

