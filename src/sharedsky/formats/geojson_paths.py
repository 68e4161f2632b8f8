"""Paths flown at known times in our GeoJSON, and what belongs to a whole flight: aerodromes and gaps.

A LineString with `times` and `levels` is a trajectory whose place and level are known at each point
(docs/formats/geojson.md, "Paths"). Called by geojson_features.py.
"""

from __future__ import annotations

import numpy as np

from sharedsky.airspace.altitude import Datum, to_um
from sharedsky.airspace.trajectory import Trajectory, known_trajectory
from sharedsky.errors import FormatError, GeometryError, LevelError
from sharedsky.formats.drafts import Draft
from sharedsky.formats.geojson_geometry import GeometryReader
from sharedsky.formats.geojson_levels import read_levels
from sharedsky.formats.geojson_times import read_times
from sharedsky.formats.json_access import (
    JsonObject,
    as_list,
    as_number,
    as_object,
    find_list,
    get_list,
    get_number,
    get_text,
    kept_text,
)
from sharedsky.formats.limits import Limits
from sharedsky.plans.plan import Aerodrome


def read_path(
    shape: JsonObject, at: str, properties: JsonObject, inside: str, draft: Draft, geometry: GeometryReader
) -> Trajectory:
    """The trajectory of a feature; `at` points to its geometry, `inside` to its properties.

    Raises:
        SharedskyError: no LineString of a plan, or points, times, levels and reaches that do not fit together.
    """
    if draft.zone_kind is not None or get_text(shape, "type", at) != "LineString":
        raise GeometryError("times belong to the LineString of a plan.", "Give start and end for an area or a zone.")
    flat = geometry.positions(get_list(shape, "coordinates", at), f"{at}/coordinates")
    times = read_times(get_list(properties, "times", inside), f"{inside}/times", draft)
    scale, values = read_levels(properties, inside)
    points = len(flat) // 2
    if points < 2:
        raise GeometryError("a path needs at least two points.", "Repeat a single point with its time.")
    for name, count in (("times", len(times)), ("levels", len(values))):
        if count != points:
            raise FormatError(f"the path has {points} points and {count} {name}.", "Give one for each point.")
    if scale.datum is Datum.QFE:
        raise LevelError("the levels of a path are over QFE.", "Give them over QNH or AMSL.")
    altitudes = [scale.altitude(value) for value in values]
    path = known_trajectory(
        np.array(flat[::2]),
        np.array(flat[1::2]),
        np.array(times, np.int64),
        np.array([level.um for level in altitudes], np.int64),
        scale.datum,
        level_uncertainty_um=to_um(altitudes[0].uncertainty, scale.unit, "up"),
        setting_hpa=scale.qnh_hpa,
    )
    return _with_reach(path, _reach(properties, inside, points - 1))


def read_aerodromes(properties: JsonObject, at: str, limits: Limits) -> tuple[Aerodrome, ...]:
    """The aerodromes of a flight: ident, lat_deg, lng_deg, elevation_ft each."""
    out = []
    for k, value in enumerate(find_list(properties, "aerodromes", at)):
        place = f"{at}/aerodromes/{k}"
        entry = as_object(value, place)
        ident = kept_text(get_text(entry, "ident", place), limits, place)
        numbers = [get_number(entry, name, place) for name in ("lat_deg", "lng_deg", "elevation_ft")]
        if abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
            raise GeometryError(f"the aerodrome {ident[:40]!r} is not on the globe.", "Correct its coordinates.")
        out.append(Aerodrome(ident, *numbers))
    return tuple(out)


def read_gaps(properties: JsonObject, at: str, draft: Draft) -> tuple[tuple[int, int], ...]:
    """The spans of a flight that are not known: pairs of times."""
    out = []
    for k, value in enumerate(find_list(properties, "gaps", at)):
        place = f"{at}/gaps/{k}"
        ends = read_times(as_list(value, place), place, draft)
        if len(ends) != 2 or ends[0] > ends[1]:
            raise FormatError(f"at {place}: a gap is a start and an end.", "Give two times in order.")
        out.append((ends[0], ends[1]))
    return tuple(out)


def _reach(properties: JsonObject, at: str, legs: int) -> list[float]:
    """`lateral_m`: nothing, one number, or one for each leg."""
    value, place = properties.get("lateral_m"), f"{at}/lateral_m"
    if value is None:
        return [0.0] * legs
    if not isinstance(value, list):
        return [as_number(value, place)] * legs
    if len(value) != legs:
        raise FormatError(f"the path has {legs} legs and {len(value)} lateral_m.", "Give one number, or one a leg.")
    return [as_number(one, f"{place}/{k}") for k, one in enumerate(value)]


def _with_reach(path: Trajectory, reach_m: list[float]) -> Trajectory:
    return Trajectory(
        path.lat_deg, path.lng_deg, path.early_ns, path.time_ns, path.late_ns, path.lower_um, path.upper_um,
        path.lower_datum, path.upper_datum, np.array(reach_m, np.float64), path.level_uncertainty_um, path.setting_hpa,
    )  # fmt: skip
