"""Recorded tracks as JSON: an array of objects, one for each row, or an object of columns as pandas writes it.

The rows are decoded into structs whose members are those of the first row and no others, so that every name in the
file has been seen by the scope check. Where that fails, for a member of another type, another set of members or an
escape, each row is looked at by itself, and bad ones are refused one by one. Called by the reader of this package.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np

from sharedsky.airspace.earth import IntArray
from sharedsky.errors import FormatError, SharedskyError
from sharedsky.formats.limits import Limits
from sharedsky.formats.tracks.instants import instants_of_counts
from sharedsky.formats.tracks.json_loose import add_one_by_one, loose_row, rows_of_columns, time_or_error
from sharedsky.formats.tracks.rows import COLUMNS, NUMBERS, FileRows, find_columns

_BOM: Final = b"\xef\xbb\xbf"
#: How much of a file may be searched for its first row [bytes].
_FIRST_ROW_BYTES: Final = 65_536
#: Members of a row that is decoded into a struct; rows of more go one by one.
_MAX_MEMBERS: Final = 200
_TYPES: Final[dict[str, Any]] = {
    "timestamp": int | float | str | None,
    "latitude": float | None,
    "longitude": float | None,
    "altitude": float | None,
    "icao24": str | None,
    "callsign": str | None,
}
_SCALAR: Final[Any] = float | int | str | bool | None


def read_json(data: bytes, limits: Limits, out: FileRows) -> None:
    """Add a JSON file's rows to `out`.

    Raises:
        FormatError: no JSON, no rows, or columns that are missing or there twice. ScopeError, LimitError.
    """
    data = data.removeprefix(_BOM)
    try:
        if data.lstrip()[:1] == b"{":
            table = loose_row(msgspec.json.decode(data, type=msgspec.Raw))
            add_one_by_one(rows_of_columns(table, limits), out)
        elif not _all_at_once(data, limits, out):
            rows = msgspec.json.decode(data, type=list[msgspec.Raw])
            limits.check("max_points", len(rows), "the recorded positions")
            add_one_by_one((loose_row(raw) for raw in rows), out)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"this is not a JSON array of rows: {str(error)[:200]}.", "Correct or replace it.") from None
    except RecursionError:
        raise FormatError("this JSON is nested too deep.", "Rows are objects of plain values.") from None


def _all_at_once(data: bytes, limits: Limits, out: FileRows) -> bool:
    """Add all rows of an array; False, and nothing added, where they must be looked at one by one."""
    names = _first_names(data)
    if not names or len(names) > _MAX_MEMBERS or b"\\" in data:
        return False
    try:
        where = find_columns(names)
    except FormatError:  # other rows may have what the first has not
        return False
    fields = {name: f"f{k}" for k, name in enumerate(names)}
    role = {k: column for column, k in zip(COLUMNS, where, strict=True) if k is not None}
    members = [(fields[name], _TYPES[role[k]] if k in role else _SCALAR) for k, name in enumerate(names)]
    row_type: Any = msgspec.defstruct(
        "Row", members, rename=dict(zip(fields.values(), names, strict=True)), forbid_unknown_fields=True, gc=False
    )
    try:
        rows = msgspec.json.decode(data, type=list[row_type])
    except msgspec.ValidationError:
        return False
    limits.check("max_points", len(rows), "the recorded positions")
    # All members are there in all rows; a name more often than that is there twice in one of them.
    if any(data.count(f'"{name}"'.encode()) != len(rows) for name in names):
        return False
    values = {column: [getattr(row, fields[names[k]]) for row in rows] for k, column in role.items()}
    del rows
    places, times, keep = _times(values["timestamp"], out)
    lat, lng, altitude = (np.array(values[name], np.float64)[keep] for name in NUMBERS)
    blank = [None] * len(values["icao24"])
    address, callsign = ([text or "" for text in values.get(name, blank)] for name in ("icao24", "callsign"))
    if len(keep) < len(address):
        address, callsign = ([texts[k] for k in keep.tolist()] for texts in (address, callsign))
    out.add(places, times, (lat, lng, altitude), address, callsign)
    return True


def _first_names(data: bytes) -> list[str]:
    """The names in the first object of an array; none where it is no object, or not near the beginning."""
    text = data[:_FIRST_ROW_BYTES].decode("utf-8", "replace")
    try:
        first, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    except (ValueError, RecursionError):
        return []
    return list(first)


def _times(values: Sequence[int | float | str | None], out: FileRows) -> tuple[IntArray, IntArray, IntArray]:
    """Rows with a time that can be read: their places and times; and their indexes. The others are refused."""
    if all(type(value) is int for value in values):
        counted = instants_of_counts(values)  # type: ignore[arg-type]
        if counted is not None:
            everything = np.arange(len(values))
            return everything, counted, everything
    known: dict[tuple[type, int | float | str | None], int | SharedskyError] = {}
    times, keep = [], []
    for k, value in enumerate(values):
        key = (type(value), value)
        if key not in known:
            known[key] = time_or_error(value, out)
        time = known[key]
        if isinstance(time, int):
            times.append(time)
            keep.append(k)
        else:
            out.refuse_row(k, time)
    kept = np.array(keep, np.int64)
    return kept, np.array(times, np.int64), kept
