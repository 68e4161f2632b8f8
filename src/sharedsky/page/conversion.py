"""Levels of different datums in one picture: what the level profile needs to draw them as heights above WGS 84.

Where the two sides of a conflict state their levels in different frames, every level becomes the interval that surely
holds it (airspace.datums, R17), at the conflict's place; the profile draws what the conversion leaves open as a fringe.
Nothing is decided here. Called by data.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M, Altitude, Datum
from sharedsky.airspace.datums import Bounds, bounds_of
from sharedsky.airspace.places import Places
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.trajectory import DATUM_CODE, DATUMS, Trajectory
from sharedsky.conflicts.report import Conflict
from sharedsky.page.choice import Choice
from sharedsky.plans.plan import Plan, Zone

#: Levels at which an interval is computed; between them it is a straight line, as the conversion is in pieces.
SAMPLES: Final = 9

Frame = tuple[Datum, float | None, float | None]  #: datum, QNH setting [hPa], aerodrome elevation [m]
Span = tuple[float, float]  #: lowest and highest level in a frame [m]


def frame_key(frame: Frame) -> str:
    """A frame's name in the payload: its datum, with setting or elevation where levels depend on it."""
    datum, setting_hpa, elevation_m = frame
    setting = f"/{setting_hpa:g}" if setting_hpa is not None else ""
    return f"{datum.value}{setting}" + (f"@{elevation_m:g}" if elevation_m is not None else "")


def level_frame(level: Altitude) -> Frame:
    """The frame of a volume's floor or ceiling."""
    return level.datum, level.setting_hpa, level.elevation_m


def conversions(choice: Choice, terrain: Terrain) -> list[dict[str, object] | None]:
    """For each listed conflict: None where all levels share a frame, else what the profile needs to convert them.

    Returns:
        {"to": {frame: [[level m, lowest m, highest m], ...]}, "assumed": whether the ground had to be assumed}, heights
        above the WGS 84 ellipsoid at the conflict's place.
    """
    spans = [_spans(conflict, choice) for conflict in choice.conflicts]
    mixed = [(k, frame, span) for k, found in enumerate(spans) if len(found) > 1 for frame, span in found.items()]
    out: list[dict[str, object] | None] = [None] * len(choice.conflicts)
    if not mixed:
        return out
    levels = np.concatenate([np.linspace(*span, SAMPLES) for _, _, span in mixed])
    bounds = _bounds([frame for _, frame, _ in mixed], levels, [choice.conflicts[k] for k, _, _ in mixed], terrain)
    for row, (k, frame, _) in enumerate(mixed):
        part = slice(row * SAMPLES, (row + 1) * SAMPLES)
        entry = out[k] or {"to": {}, "assumed": False}
        table, assumed = entry["to"], bool(bounds.assumed[part].any())
        assert isinstance(table, dict)
        rows = np.stack([levels[part], bounds.geo_lo[part] / UM_PER_M, bounds.geo_hi[part] / UM_PER_M], axis=1)
        table[frame_key(frame)] = np.round(rows, 1).tolist()
        out[k] = {"to": table, "assumed": bool(entry["assumed"]) or assumed}
    return out


def _bounds(frames: Sequence[Frame], levels_m: np.ndarray, conflicts: Sequence[Conflict], terrain: Terrain) -> Bounds:
    own = np.rint(levels_m * UM_PER_M).astype(np.int64)
    lat = np.repeat([conflict.place[0] for conflict in conflicts], SAMPLES)
    lng = np.repeat([conflict.place[1] for conflict in conflicts], SAMPLES)
    datum = np.repeat(np.array([DATUM_CODE[frame[0]] for frame in frames], np.int8), SAMPLES)
    setting = np.repeat([np.nan if frame[1] is None else frame[1] for frame in frames], SAMPLES)
    elevation = np.repeat([0.0 if frame[2] is None else frame[2] for frame in frames], SAMPLES)
    return bounds_of(own, own, datum, setting, elevation, Places(lat, lat, lng, lng), terrain)


def _spans(conflict: Conflict, choice: Choice) -> dict[Frame, Span]:
    """The frames in which the sides of a conflict state levels at its time, each with its lowest and highest level."""
    spans: dict[Frame, Span] = {}
    for side in (conflict.a, conflict.b):
        things: Sequence[Plan | Zone] = choice.plans if side.role == "plan" else choice.zones
        for thing in (things[k] for k in choice.references(side)):
            for frame, low_m, high_m in _levels(thing, conflict):
                low, high = spans.get(frame, (low_m, high_m))
                spans[frame] = min(low, low_m), max(high, high_m)
    return spans


def _levels(thing: Plan | Zone, conflict: Conflict) -> Iterable[tuple[Frame, float, float]]:
    for volume in thing.volumes:
        if volume.window.meets(conflict.window):
            for level in (volume.lower, volume.upper):
                if level is not None:
                    low, high = level.bounds_um()
                    yield level_frame(level), low / UM_PER_M, high / UM_PER_M
    if isinstance(thing, Plan):
        for path in thing.trajectories:
            yield from _path_levels(path)


def _path_levels(path: Trajectory) -> Iterable[tuple[Frame, float, float]]:
    for levels, codes in ((path.lower_um, path.lower_datum), (path.upper_um, path.upper_datum)):
        for code in np.unique(codes):
            of = levels[codes == code]
            datum = DATUMS[int(code)]
            frame: Frame = (datum, path.setting_hpa if datum is Datum.QNH else None, None)
            spread = path.level_uncertainty_um
            yield frame, float(of.min() - spread) / UM_PER_M, float(of.max() + spread) / UM_PER_M
