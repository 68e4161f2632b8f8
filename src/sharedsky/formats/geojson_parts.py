"""One part of a flight declaration, a GeoJSON feature, to volumes: times, levels in metres, how far a line reaches.

Called by geojson_declaration.py.
"""

from __future__ import annotations

from typing import Final

from sharedsky.errors import LevelError
from sharedsky.formats.drafts import Draft, VolumeDraft
from sharedsky.formats.geojson import feature_object
from sharedsky.formats.geojson_geometry import HEIGHTS_IGNORED, GeometryReader, Reach, check_crs
from sharedsky.formats.geojson_levels import read_declared
from sharedsky.formats.geojson_times import read_declared_window
from sharedsky.formats.json_access import JsonObject, as_number, as_object, find_number, get_number, get_object

_RADIUS: Final = 'Add "radius_m", metres, to its properties.'
_WIDTH: Final = 'Add "width_m", the full width in metres, to its properties: the route is then a corridor.'


def read_part(
    value: object, at: str, draft: Draft, geometry: GeometryReader, around: JsonObject, around_at: str
) -> None:
    """Add the volumes of one feature to its flight; `around` may hold the times of the whole flight.

    Raises:
        SharedskyError: what is wrong with it; nothing of it was added.
    """
    feature, properties = feature_object(value, at)
    note = check_crs(feature, at)
    inside = f"{at}/properties"
    window = read_declared_window(properties, inside, around, around_at, draft)
    lower = read_declared(properties, "min_altitude", inside)
    upper = read_declared(properties, "max_altitude", inside)
    if upper is None:
        raise LevelError("max_altitude is missing.", 'Add it as {"meters": 120, "datum": "AGL"}.')
    reach = Reach(_radius(properties, inside, draft), _half_width(properties, inside, draft), _RADIUS, _WIDTH)
    shapes = geometry.shapes(get_object(feature, "geometry", at), f"{at}/geometry", reach)
    draft.volumes += [VolumeDraft(at, shape, lower, upper, window) for shape in shapes]
    if lower is None:
        draft.note("a feature has no min_altitude: it was read as reaching down to the ground.")
    if note is not None:
        draft.note(note)
    if geometry.saw_heights:
        draft.note(HEIGHTS_IGNORED)
        geometry.saw_heights = False


def _radius(properties: JsonObject, at: str, draft: Draft) -> float | None:
    radius_m = find_number(properties, "radius_m", at)
    return radius_m if radius_m is not None else _metres(properties, "radius", at, draft)


def _half_width(properties: JsonObject, at: str, draft: Draft) -> float | None:
    half_width_m = find_number(properties, "half_width_m", at)
    if half_width_m is not None:
        return half_width_m
    width_m = find_number(properties, "width_m", at)
    if width_m is None:
        width_m = _metres(properties, "width", at, draft)
    return None if width_m is None else width_m / 2


def _metres(properties: JsonObject, name: str, at: str, draft: Draft) -> float | None:
    """A length as {"meters": n}, or as a bare number, which is then taken for metres and noted."""
    value = properties.get(name)
    if value is None:
        return None
    place = f"{at}/{name}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        draft.note(f"the {name} has no unit; it was read as metres.")
        return as_number(value, place)
    length = as_object(value, place)
    return get_number(length, "metres" if "metres" in length else "meters", place)
