"""Builders of flights, volumes and plans that tests of the search share: times in seconds after T0, levels in feet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from sharedsky.airspace.altitude import UM_PER_FT, Altitude, Datum
from sharedsky.airspace.footprint import Footprint
from sharedsky.airspace.time import NS_PER_S, TimeWindow
from sharedsky.airspace.trajectory import DATUM_CODE, Trajectory, known_trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.report import Report
from sharedsky.plans.plan import Aerodrome, Plan, Source, Zone, ZoneKind

T0_NS = 1_772_359_200 * NS_PER_S  #: 2026-03-01T10:00:00Z
SOURCE = Source("test.json", "/0")
LatLng = tuple[float, float]
Span = tuple[float, float]


def at(seconds: float) -> int:
    """An instant [ns], seconds after T0."""
    return T0_NS + round(seconds * NS_PER_S)


def window(start_s: float, end_s: float) -> TimeWindow:
    """A window, seconds after T0."""
    return TimeWindow(at(start_s), at(end_s))


def track(
    points: Sequence[LatLng],
    seconds: Sequence[float],
    feet: Sequence[float] | float,
    datum: Datum = Datum.PRESSURE,
    *,
    lateral_m: float = 0.0,
    uncertainty_ft: float = 0.0,
    setting_hpa: float | None = None,
) -> Trajectory:
    """A path of known times and levels."""
    levels = [feet] * len(points) if isinstance(feet, int | float) else list(feet)
    place = np.array(points, float)
    return known_trajectory(
        place[:, 0].copy(),
        place[:, 1].copy(),
        np.array([at(s) for s in seconds], np.int64),
        np.array([round(level * UM_PER_FT) for level in levels], np.int64),
        datum,
        lateral_m=lateral_m,
        level_uncertainty_um=round(uncertainty_ft * UM_PER_FT),
        setting_hpa=setting_hpa,
    )


def forecast(
    points: Sequence[LatLng],
    spans_s: Sequence[Span],
    bands_ft: Sequence[Span] | Span,
    datum: Datum = Datum.PRESSURE,
    *,
    lateral_m: float = 0.0,
    uncertainty_ft: float = 0.0,
) -> Trajectory:
    """A path whose points are passed within spans of time, in a band of levels for each leg (or for all)."""
    legs = len(points) - 1
    bands = [bands_ft] * legs if isinstance(bands_ft[0], int | float) else list(bands_ft)
    place = np.array(points, float)
    early, late = (np.array([at(span[k]) for span in spans_s], np.int64) for k in (0, 1))
    low, high = (np.array([[round(b[k] * UM_PER_FT)] * 2 for b in bands], np.int64) for k in (0, 1))  # type: ignore[index]
    codes = np.full(legs, DATUM_CODE[datum], np.int8)
    return Trajectory(
        place[:, 0].copy(), place[:, 1].copy(), early, (early + late) // 2, late, low, high, codes, codes,
        np.full(legs, lateral_m), round(uncertainty_ft * UM_PER_FT),
    )  # fmt: skip


def flight(
    name: str,
    *paths: Trajectory,
    owner: str | None = "",
    rvsm: bool | None = None,
    aerodromes: Iterable[Aerodrome] = (),
    volumes: Iterable[Volume4D] = (),
) -> Plan:
    """A plan that flies paths; its own owner unless one is named."""
    own = name if owner == "" else owner
    return Plan(name, own, "test", SOURCE, tuple(volumes), paths, rvsm=rvsm, aerodromes=tuple(aerodromes), digest=name)


def area(
    shape: Footprint, lower: Altitude | None, upper: Altitude | None, start_s: float = 0, end_s: float = 3_600
) -> Volume4D:
    """A volume, its window in seconds after T0."""
    return Volume4D(shape, lower, upper, window(start_s, end_s))


def reserved(name: str, *volumes: Volume4D, owner: str | None = "") -> Plan:
    """A plan of volumes."""
    return flight(name, owner=owner, volumes=volumes)


def zone(name: str, *volumes: Volume4D, kind: ZoneKind = ZoneKind.DANGER) -> Zone:
    """A zone."""
    return Zone(name, None, kind, "test", SOURCE, volumes, digest=name)


def spans_s(report: Report) -> list[tuple[str, float, float]]:
    """Certainty and window [s after T0] of each conflict, by start."""
    found = [
        (c.certainty, (c.window.start_ns - T0_NS) / NS_PER_S, (c.window.end_ns - T0_NS) / NS_PER_S)
        for c in report.conflicts
    ]
    return sorted(found, key=lambda one: one[1])


def certain_s(report: Report) -> list[Span]:
    """All certain windows [s after T0], by start."""
    return sorted(
        ((w.start_ns - T0_NS) / NS_PER_S, (w.end_ns - T0_NS) / NS_PER_S)
        for c in report.conflicts
        for w in c.certain_windows
    )
