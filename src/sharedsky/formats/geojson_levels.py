"""Levels in the properties of GeoJSON features: ours with every datum, and those of flight declarations in metres.

A level without unit and datum is no level, so that neither is ever assumed. Called by geojson_features.py,
geojson_parts.py, geojson_paths.py and geojson_writer.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sharedsky.airspace.altitude import Altitude, Datum, Unit
from sharedsky.errors import LevelError
from sharedsky.formats.json_access import (
    JsonObject,
    as_list,
    as_number,
    as_object,
    find_number,
    find_object,
    find_text,
    get_number,
    get_text,
)
from sharedsky.formats.json_text import JsonError

Side = Literal["lower", "upper"]

#: The datums of flight declarations, in small letters: of the protocol (agl, amsl, sps, wgs84), and those seen in use.
DECLARATION_DATUMS: Final[dict[str, Datum]] = {
    "agl": Datum.AGL,
    "sfc": Datum.AGL,
    "amsl": Datum.AMSL,
    "msl": Datum.AMSL,
    "w84": Datum.WGS84,
    "wgs84": Datum.WGS84,
    "sps": Datum.PRESSURE,
    "std": Datum.PRESSURE,
}
_OPEN: Final[dict[str, Side]] = {"SFC": "lower", "GND": "lower", "UNL": "upper"}
_UNITS: Final = frozenset(Unit)
_DATUMS: Final = frozenset(Datum)
_EXAMPLE: Final = 'Write it as {"value": 500, "unit": "FT", "datum": "AMSL"}, or "SFC" below and "UNL" above.'


@dataclass(frozen=True, slots=True)
class Scale:
    """What one or many values count: unit, datum and uncertainty; hundreds is True for flight levels."""

    unit: Unit
    datum: Datum
    hundreds: bool
    uncertainty: float
    qnh_hpa: float | None
    elevation_m: float | None

    def altitude(self, value: float) -> Altitude:
        """One value as an altitude; LevelError where it is none."""
        factor = 100.0 if self.hundreds else 1.0
        return Altitude(
            value * factor, self.unit, self.datum, self.uncertainty * factor, self.qnh_hpa, self.elevation_m
        )


def read_level(holder: JsonObject, side: Side, at: str) -> Altitude | None:
    """Our `lower` or `upper`: a level, or None for "SFC" below and "UNL" above.

    Raises:
        JsonError, LevelError: missing, or no such level.
    """
    place = f"{at}/{side}"
    value = holder.get(side)
    if value is None:
        raise JsonError(f"at {at}: the member {side!r} is missing.", _EXAMPLE, pointer=at)
    if isinstance(value, str):
        if _OPEN.get(value.upper()) != side:
            raise LevelError(f"{side} is {value[:40]!r}.", _EXAMPLE)
        return None
    level = as_object(value, place)
    return read_scale(level, place).altitude(get_number(level, "value", place))


def read_scale(level: JsonObject, at: str) -> Scale:
    """Unit, datum, uncertainty and setting of a level object."""
    unit_name = get_text(level, "unit", at)
    datum_name = find_text(level, "datum", at)
    if unit_name == "FL":
        datum_name = datum_name or Datum.PRESSURE.value
        if datum_name != Datum.PRESSURE.value:
            raise LevelError(f"a flight level over {datum_name[:40]!r}.", "Flight levels are over STD, 1013.25 hPa.")
    elif unit_name not in _UNITS:
        raise LevelError(f"{unit_name[:40]!r} is no unit of a level.", "Give M, FT or FL.")
    if datum_name is None:
        raise LevelError("the level has no datum.", f"Give one of {', '.join(Datum)}.")
    if datum_name not in _DATUMS:
        raise LevelError(f"{datum_name[:40]!r} is no datum.", f"Give one of {', '.join(Datum)}.")
    return Scale(
        Unit.FT if unit_name == "FL" else Unit(unit_name),
        Datum(datum_name),
        unit_name == "FL",
        find_number(level, "uncertainty", at) or 0.0,
        find_number(level, "qnh_hpa", at),
        find_number(level, "elevation_m", at),
    )


def read_levels(holder: JsonObject, at: str) -> tuple[Scale, list[float]]:
    """`levels` of a trajectory: one scale and a value for each point, from {"values": [...], ...} or a list of levels.

    Raises:
        JsonError, LevelError: not that, or levels over different datums.
    """
    place = f"{at}/levels"
    value = holder.get("levels")
    if isinstance(value, list):
        levels = [(as_object(level, f"{place}/{k}"), f"{place}/{k}") for k, level in enumerate(value)]
        scales = {read_scale(level, spot) for level, spot in levels}
        if len(scales) != 1:
            raise LevelError("the levels differ in unit, datum, uncertainty or setting.", "Use one for all points.")
        return scales.pop(), [get_number(level, "value", spot) for level, spot in levels]
    level = find_object(holder, "levels", at)
    if level is None:
        advice = 'Add "levels": {"values": [...], "unit": "FL"}, one value for each point.'
        raise JsonError(f"at {at}: a path with times has no levels.", advice, pointer=at)
    values = as_list(level.get("values"), f"{place}/values")
    return read_scale(level, place), [as_number(number, f"{place}/values/{k}") for k, number in enumerate(values)]


def read_declared(holder: JsonObject, name: str, at: str) -> Altitude | None:
    """`min_altitude` or `max_altitude` of a flight declaration; None where it is absent.

    Raises:
        JsonError, LevelError: no metres, no datum, or none that is known.
    """
    level = find_object(holder, name, at)
    if level is None:
        return None
    place = f"{at}/{name}"
    spelling = "metres" if "metres" in level and "meters" not in level else "meters"
    metres = get_number(level, spelling, place)
    datum_name = find_text(level, "datum", place)
    known = ", ".join(sorted(DECLARATION_DATUMS))
    if not datum_name:
        raise LevelError(f"{name} has no datum.", f"Say what it is measured from: {known}.")
    datum = DECLARATION_DATUMS.get(datum_name.lower())
    if datum is None:
        raise LevelError(f"{name} has the datum {datum_name[:40]!r}.", f"Give one of {known}.")
    return Altitude(metres, Unit.M, datum)


def level_json(level: Altitude | None, side: Side) -> object:
    """A level as our GeoJSON has it, without loss."""
    if level is None:
        return "SFC" if side == "lower" else "UNL"
    out: JsonObject = {"value": level.value, "unit": level.unit.value, "datum": level.datum.value}
    if level.uncertainty:
        out["uncertainty"] = level.uncertainty
    if level.setting_hpa is not None:
        out["qnh_hpa"] = level.setting_hpa
    if level.elevation_m is not None:
        out["elevation_m"] = level.elevation_m
    return out
