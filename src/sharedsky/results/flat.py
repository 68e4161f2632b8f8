"""A conflict as one flat row: the columns of the CSV and the properties of the GeoJSON, under the same names.

The names are documented in docs/result.md, which a test holds against COLUMNS. Called by results/csv.py and
results/geojson.py.
"""

from __future__ import annotations

from typing import Final

from sharedsky.conflicts.report import Conflict
from sharedsky.results.json import JsonObject, JsonValue, conflict_object

#: Keys of a conflict whose objects are written out as `key_innerkey`.
_NESTED: Final = {
    "a": "a",
    "b": "b",
    "level_band": "level",
    "closest_approach": "closest",
    "place": "place",
    "breaks": "breaks",
}

Scalar = None | bool | int | float | str

COLUMNS: Final = (
    "kind", "certainty", "class",
    "a_role", "a_id", "a_owner", "a_file", "a_label",
    "b_role", "b_id", "b_owner", "b_file", "b_label",
    "start", "end", "certain_windows",
    "level_datum", "level_lower_m", "level_upper_m", "level_lower_ft", "level_upper_ft",
    "closest_time", "closest_horizontal_m", "closest_horizontal_nm", "closest_vertical_m", "closest_vertical_ft",
    "closest_lat_deg", "closest_lng_deg", "closest_nominal",
    "ratio", "place_lat_deg", "place_lng_deg",
    "breaks_profile", "breaks_version", "breaks_source", "breaks_minima",
    "breaks_horizontal_m", "breaks_horizontal_nm", "breaks_vertical_m", "breaks_vertical_ft",
    "needs_terrain", "notes",
)  # fmt: skip


def flat_row(conflict: Conflict) -> dict[str, Scalar]:
    """One conflict by column, in the order of COLUMNS.

    `certain_windows` holds ISO 8601 intervals `start/end` with a space between two of them (`..` where open); `notes`
    are joined with "; ". What has no value is None.
    """
    found: dict[str, Scalar] = {}
    for key, value in conflict_object(conflict).items():
        if isinstance(value, dict):
            found.update({f"{_NESTED[key]}_{inner}": _scalar(inner_value) for inner, inner_value in value.items()})
        elif key == "certain_windows":
            found[key] = " ".join(_interval(window) for window in _objects(value))
        elif key == "notes":
            found[key] = "; ".join(conflict.notes)
        else:
            found[key] = _scalar(value)
    return {column: found.get(column) for column in COLUMNS}


def _interval(window: JsonObject) -> str:
    return f"{window['start'] or '..'}/{window['end'] or '..'}"


def _objects(value: JsonValue) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _scalar(value: JsonValue) -> Scalar:
    return None if isinstance(value, dict | list) else value
