"""Rows of JSON that are looked at one by one: each is read or refused by itself, with its own place.

For files whose rows are not all alike: a value of another type, other members, a member given twice, an escape in a
name. Also the objects of columns that pandas writes. Called by json_rows.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from sharedsky.errors import FormatError, SharedskyError, TimeError
from sharedsky.formats.limits import Limits
from sharedsky.formats.tracks.instants import instant_of_count, instant_of_text
from sharedsky.formats.tracks.rows import COLUMNS, NUMBERS, REQUIRED, FileRows, find_columns, fold_column
from sharedsky.plans.scope import check_name, check_scope

#: Rows that are turned into arrays at a time.
_CHUNK: Final = 50_000


def time_or_error(value: object, out: FileRows) -> int | SharedskyError:
    """A timestamp's nanoseconds, or why it is none."""
    try:
        match value:
            case None:
                return TimeError("the row has no time.", "Give each row a timestamp.")
            case bool():
                return TimeError("the row's timestamp is no time.", "Give a number or RFC 3339 text.")
            case int() | float():
                return instant_of_count(value)
            case str():
                instant = instant_of_text(value)
                out.leap_seconds += instant.leap_second
                return instant.ns
            case _:
                return TimeError("the row's timestamp is no time.", "Give a number or RFC 3339 text.")
    except TimeError as error:
        return error


def loose_row(raw: msgspec.Raw) -> object:
    """A value, known to be JSON, as decoded by itself; an object that names a member twice becomes an error."""

    def pairs(items: list[tuple[str, object]]) -> object:
        members = dict(items)
        if len(members) < len(items):
            for name in members:
                check_name(name)
            return FormatError("an object gives a member more than once.", "Keep one of them.")
        return members

    try:
        return json.loads(bytes(raw), object_pairs_hook=pairs)
    except ValueError:  # a whole number of thousands of digits, or text that is not UTF-8
        return FormatError("a number or a text here cannot be read.", "Correct it.")


def add_one_by_one(rows: Iterable[object], out: FileRows) -> None:
    """Add rows that were decoded loosely; those that cannot be read are refused."""
    seen: set[str] = set()
    known: dict[frozenset[str], tuple[str, ...]] = {}
    chunk: list[tuple[int, int, float, float, float, str, str]] = []
    count = 0
    for place, row in enumerate(rows):
        count += 1
        try:
            chunk.append((place, *_checked(row, place, seen, known, out)))
        except (FormatError, TimeError) as error:
            out.refuse_row(place, error)
        if len(chunk) == _CHUNK:
            _add(chunk, out)
            chunk = []
    _add(chunk, out)
    if not count:
        raise FormatError("the file holds no rows.", "Give an array of objects, one for each recorded position.")
    if not set(REQUIRED) <= {fold_column(name) for name in seen}:
        find_columns(sorted(seen))


def _checked(
    row: object, place: int, seen: set[str], known: dict[frozenset[str], tuple[str, ...]], out: FileRows
) -> tuple[int, float, float, float, str, str]:
    """Time, latitude, longitude, altitude, address and call sign of one row."""
    if isinstance(row, FormatError):
        raise row
    if not isinstance(row, dict):
        raise FormatError("the row is not an object.", "Give an object with a member for each column.")
    names = frozenset(row)
    if names not in known:
        known[names] = _roles(names)
        seen |= names
    if any(isinstance(value, dict | list) for value in row.values()):
        check_scope(row, f"/{place}")
    values = {fold_column(name): row[name] for name in known[names]}
    time = time_or_error(values.get("timestamp"), out)
    if not isinstance(time, int):
        raise time
    lat, lng, altitude = (_number(values.get(name), name) for name in NUMBERS)
    return time, lat, lng, altitude, _text(values.get("icao24"), "icao24"), _text(values.get("callsign"), "callsign")


def _roles(names: frozenset[str]) -> tuple[str, ...]:
    """The names among those of a row that are columns; all names are checked."""
    for name in names:
        check_name(name)
    mine = [name for name in names if fold_column(name) in COLUMNS]
    if len({fold_column(name) for name in mine}) < len(mine):
        raise FormatError("the row gives a column more than once.", "Keep one of them.")
    return tuple(mine)


def _number(value: object, name: str) -> float:
    if value is None:
        return np.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormatError(f"the row's {name} is not a number.", "Write numbers without quotes.")
    try:
        return float(value) if np.isfinite(float(value)) else np.inf
    except OverflowError:
        return np.inf


def _text(value: object, name: str) -> str:
    if value is not None and not isinstance(value, str):
        raise FormatError(f"the row's {name} is not text.", "Write it in quotes.")
    return value or ""


def _add(chunk: Sequence[tuple[int, int, float, float, float, str, str]], out: FileRows) -> None:
    if chunk:
        place, time, lat, lng, altitude, address, callsign = zip(*chunk, strict=True)
        numbers = (np.array(lat, np.float64), np.array(lng, np.float64), np.array(altitude, np.float64))
        out.add(np.array(place, np.int64), np.array(time, np.int64), numbers, address, callsign)


def rows_of_columns(table: object, limits: Limits) -> Iterable[object]:
    """The rows of an object of columns: each a list, or an object by row as pandas writes it."""
    if isinstance(table, FormatError):
        raise table
    if not isinstance(table, Mapping) or not table:
        raise FormatError("the file holds no rows.", "Give an array of objects, one for each recorded position.")
    names = list(table)
    find_columns(names)
    columns = list(table.values())
    if all(isinstance(column, Mapping) for column in columns):
        keys = list(columns[0])
        if any(column.keys() != columns[0].keys() for column in columns):
            raise FormatError("the columns do not hold the same rows.", "Give each column a value for each row.")
        columns = [[column[key] for key in keys] for column in columns]
    if not all(isinstance(column, list) for column in columns) or len({len(column) for column in columns}) > 1:
        raise FormatError("the columns are not equally long lists.", "Give each column a value for each row.")
    limits.check("max_points", len(columns[0]), "the recorded positions")
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))
