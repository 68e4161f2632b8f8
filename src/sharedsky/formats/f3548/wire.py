"""F3548-21's Volume4D as JSON, read into volume drafts: Volume3D, Circle, Polygon, Altitude, Time.

Units and references are never assumed: radius and altitude in M, altitude over W84 (F3548-21, "Altitude" and "Radius").
What the interface leaves open is open: no altitude_lower is the ground, no altitude_upper is unlimited, no time is
always. Called by reader.py.
"""

from __future__ import annotations

from typing import Final

from sharedsky.airspace.altitude import Altitude, Datum, Unit
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.polygon_batch import PolygonBatch
from sharedsky.airspace.time import MAX_NS, MIN_NS, Rounding, TimeWindow
from sharedsky.errors import GeometryError, LevelError, SharedskyError, TimeError
from sharedsky.formats.drafts import Draft, Shape, VolumeDraft
from sharedsky.formats.json_access import (
    JsonObject,
    as_number,
    as_object,
    find_object,
    find_text,
    get_list,
    get_number,
    get_object,
    get_text,
)
from sharedsky.formats.json_times import read_ns
from sharedsky.formats.limits import Limits

#: The sanity bounds of F3548-21's Altitude [m].
LOWEST_M: Final = -8_000.0
HIGHEST_M: Final = 100_000.0
_NUMBERS: Final[frozenset[type]] = frozenset({float, int})


def read_volume(
    value: object, at: str, off_nominal: bool, draft: Draft, rings: PolygonBatch, limits: Limits
) -> VolumeDraft:
    """One Volume4D; its ring goes to `rings`, what was left open is noted in the draft.

    Raises:
        SharedskyError: what is wrong with it.
    """
    item = as_object(value, at)
    inside = f"{at}/volume"
    volume = get_object(item, "volume", at)
    window = _window(item, at, draft)
    lower = _altitude(volume, "altitude_lower", inside)
    upper = _altitude(volume, "altitude_upper", inside)
    if lower is None:
        draft.note("a volume has no altitude_lower: it was read as reaching down to the ground.")
    if upper is None:
        draft.note("a volume has no altitude_upper: it was read as unlimited.")
    return VolumeDraft(at, _outline(volume, inside, rings, limits), lower, upper, window, off_nominal)


def _outline(volume: JsonObject, at: str, rings: PolygonBatch, limits: Limits) -> Shape:
    circle = find_object(volume, "outline_circle", at)
    area = find_object(volume, "outline_polygon", at)
    if circle is not None and area is not None:
        raise GeometryError("the volume has a circle and a polygon.", "Give exactly one outline.")
    if circle is not None:
        return _circle(circle, f"{at}/outline_circle")
    if area is None:
        raise GeometryError("the volume has no outline.", "Give outline_circle or outline_polygon.")
    vertices = get_list(area, "vertices", f"{at}/outline_polygon")
    limits.check("max_ring_vertices", len(vertices), "the ring's vertices")
    if len(vertices) < 3:
        raise GeometryError(f"the polygon has {len(vertices)} vertices.", "Give at least three.")
    return rings.add([_vertices(vertices, f"{at}/outline_polygon/vertices")])


def _circle(circle: JsonObject, at: str) -> Circle:
    center = get_object(circle, "center", at)
    radius = get_object(circle, "radius", at)
    _expect(radius, "units", "M", f"{at}/radius", GeometryError)
    return Circle(
        get_number(center, "lat", f"{at}/center"),
        get_number(center, "lng", f"{at}/center"),
        get_number(radius, "value", f"{at}/radius"),
    )


def _vertices(vertices: list[object], at: str) -> list[float]:
    """Flat latitude, longitude, latitude ... of LatLngPoints."""
    flat: list[float] = []
    try:
        for vertex in vertices:
            flat += (vertex["lat"], vertex["lng"])  # type: ignore[index]
        if _NUMBERS.issuperset(map(type, flat)):
            return list(map(float, flat))
    except (TypeError, KeyError, OverflowError):
        pass
    flat = []
    for k, vertex in enumerate(vertices):  # the same with a place for what is wrong
        point = as_object(vertex, f"{at}/{k}")
        flat += (get_number(point, "lat", f"{at}/{k}"), get_number(point, "lng", f"{at}/{k}"))
    return flat


def _altitude(volume: JsonObject, name: str, at: str) -> Altitude | None:
    level = find_object(volume, name, at)
    if level is None:
        return None
    place = f"{at}/{name}"
    reference, units = get_text(level, "reference", place), get_text(level, "units", place)
    if reference != "W84":
        raise LevelError(
            f"{name} has the reference {reference[:40]!r}.",
            "F3548-21 takes W84 only, height above the WGS 84 ellipsoid; other datums can be given in GeoJSON.",
        )
    if units != "M":
        raise LevelError(f"{name} has the units {units[:40]!r}.", "F3548-21 takes M only, metres.")
    value = as_number(level.get("value"), f"{place}/value")
    if not LOWEST_M <= value <= HIGHEST_M:
        raise LevelError(
            f"{name} of {value:g} m lies outside F3548-21's bounds.", f"Give {LOWEST_M:g} to {HIGHEST_M:g} m."
        )
    return Altitude(value, Unit.M, Datum.WGS84)


def _window(item: JsonObject, at: str, draft: Draft) -> TimeWindow:
    start = _time(item, "time_start", at, "down", draft)
    end = _time(item, "time_end", at, "up", draft)
    return TimeWindow(MIN_NS if start is None else start, MAX_NS if end is None else end)


def _time(item: JsonObject, name: str, at: str, rounding: Rounding, draft: Draft) -> int | None:
    time = find_object(item, name, at)
    if time is None:
        draft.note(f"a volume has no {name}: it was read as open on that side.")
        return None
    if find_text(time, "format", f"{at}/{name}") is not None:
        _expect(time, "format", "RFC3339", f"{at}/{name}", TimeError)
    return read_ns(get_text(time, "value", f"{at}/{name}"), rounding, draft)


def _expect(holder: JsonObject, name: str, expected: str, at: str, error: type[SharedskyError]) -> None:
    found = get_text(holder, name, at)
    if found != expected:
        raise error(f"{name} is {found[:40]!r}.", f"F3548-21 takes {expected} only.")
