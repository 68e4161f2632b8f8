"""Cruising speed and level as items 15 (a), (b) and (c) write them (ICAO Doc 4444, Appendix 3, field type 15).

N0450 knots, K0830 km/h, M082 hundredths of Mach; F330 flight level, S1130 standard metric level in tens of metres
(both pressure altitude), A045 altitude in hundreds of feet, M0840 altitude in tens of metres (both on a QNH that the
plan does not say), VFR: no level stated. Called by fields.py and route.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from sharedsky.airspace.altitude import Altitude, Datum, Unit
from sharedsky.formats.icao_fpl.refusals import PlanError, shown

SpeedUnit = Literal["N", "K", "M"]
LevelUnit = Literal["F", "S", "A", "M"]

_SPEED = r"(?:(?P<speed_unit>[NK])(?P<speed>\d{4})|M(?P<mach>\d{3}))"
_LEVEL = re.compile(r"([FA])(\d{3})|([SM])(\d{4})|VFR", re.ASCII)
_CRUISE = re.compile(_SPEED + r"(?P<level>[FA]\d{3}|[SM]\d{4}|VFR)", re.ASCII)
_CLIMB = re.compile(_SPEED + r"(?P<lower>[FA]\d{3}|[SM]\d{4})(?P<upper>[FA]\d{3}|[SM]\d{4}|PLUS)", re.ASCII)

_MPS_PER_KT: Final = 1852 / 3600
#: The speed of sound at sea level in the standard atmosphere [m/s] (ICAO Doc 7488): it is slower higher up.
_SOUND_MPS: Final = 340.294


@dataclass(frozen=True, slots=True)
class Speed:
    """A true airspeed: `value` knots (N), kilometres an hour (K) or hundredths of Mach (M); > 0."""

    unit: SpeedUnit
    value: int

    @property
    def fastest_mps(self) -> float:
        """Metres a second; for a Mach number at sea level, where it is fastest."""
        match self.unit:
            case "N":
                return self.value * _MPS_PER_KT
            case "K":
                return self.value / 3.6
            case "M":
                return self.value / 100 * _SOUND_MPS
        assert_never(self.unit)

    def __str__(self) -> str:
        return f"{self.unit}{self.value:03d}" if self.unit == "M" else f"{self.unit}{self.value:04d}"


@dataclass(frozen=True, slots=True)
class Level:
    """A cruising level as written: its unit and its figures."""

    unit: LevelUnit
    value: int

    def altitude(self) -> Altitude:
        """The level with its datum; S is tens of metres of pressure altitude, M of altitude on an unknown QNH."""
        match self.unit:
            case "F":
                return Altitude(self.value * 100, Unit.FT, Datum.PRESSURE)
            case "S":
                return Altitude(self.value * 10, Unit.M, Datum.PRESSURE)
            case "A":
                return Altitude(self.value * 100, Unit.FT, Datum.QNH)
            case "M":
                return Altitude(self.value * 10, Unit.M, Datum.QNH)
        assert_never(self.unit)

    def __str__(self) -> str:
        return f"{self.unit}{self.value:03d}" if self.unit in "FA" else f"{self.unit}{self.value:04d}"


@dataclass(frozen=True, slots=True)
class Cruise:
    """Speed and level; level None is VFR."""

    speed: Speed
    level: Level | None


@dataclass(frozen=True, slots=True)
class Climb:
    """A cruise climb: speed, the layer's lower level, and its upper one, or None for PLUS."""

    speed: Speed
    lower: Level
    upper: Level | None


def parse_cruise(text: str) -> Cruise:
    """Read `N0450F350`, `K0830S1130`, `M082F330`, `N0120VFR`.

    Raises:
        PlanError: not a speed followed by a level.
    """
    match = _CRUISE.fullmatch(text)
    if match is None:
        raise PlanError(
            f"{shown(text)} is not a speed followed by a level.",
            "Write them as in N0450F350, K0830S1130, M082F330, N0120A045 or N0100VFR.",
        )
    return Cruise(_speed(match), _level(match["level"]))


def parse_climb(text: str) -> Climb:
    """Read what follows the point of a cruise climb: `N0450F290F350`, `M082F310PLUS`.

    Raises:
        PlanError: not a speed and a layer, or a layer upside down.
    """
    match = _CLIMB.fullmatch(text)
    if match is None:
        raise PlanError(
            f"{shown(text)} is not a speed and the two levels of a cruise climb.",
            "Write it as in C/POINT/M082F290F350 or C/POINT/M082F290PLUS.",
        )
    lower, upper = _level(match["lower"]), None if match["upper"] == "PLUS" else _level(match["upper"])
    if lower is None:  # cannot be: the pattern has no VFR
        raise PlanError("a cruise climb needs a lower level.", "Write it as in C/POINT/M082F290F350.")
    if upper is not None and (lower.unit != upper.unit or lower.value > upper.value):
        raise PlanError(f"the layer from {lower} to {upper} is upside down.", "Write the lower level first.")
    return Climb(_speed(match), lower, upper)


def _speed(match: re.Match[str]) -> Speed:
    unit: SpeedUnit = "M" if match["mach"] else ("N" if match["speed_unit"] == "N" else "K")
    value = int(match["mach"] or match["speed"])
    if value == 0:
        raise PlanError("a cruising speed of zero cannot be flown.", "Correct the speed of item 15.")
    return Speed(unit, value)


def _level(text: str) -> Level | None:
    match = _LEVEL.fullmatch(text)
    if match is None or text == "VFR":
        return None
    units: dict[str, LevelUnit] = {"F": "F", "A": "A", "S": "S", "M": "M"}
    return Level(units[match[1] or match[3]], int(match[2] or match[4]))
