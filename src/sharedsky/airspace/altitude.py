"""One level: a value with its unit, its datum and its uncertainty (R17); never a bare "altitude".

What a datum means and how two of them compare is in datums.py; this module only holds and parses values. Called by
every reader.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext
from enum import StrEnum
from typing import Final, Literal

from sharedsky.errors import LevelError

#: Micrometres in a metre and in an international foot (exactly 0.3048 m): the integers in which levels are compared.
UM_PER_M: Final = 1_000_000
UM_PER_FT: Final = 304_800
#: Metres in an international foot.
M_PER_FT: Final = 0.3048
#: Beyond this no level is plausible, and int64 micrometres stay far from overflow.
MAX_LEVEL_M: Final = 1_000_000.0
#: 17 digits of a float times six of a factor are exact.
_EXACT: Final = Context(prec=50)
_ROUNDINGS: Final = {"down": ROUND_FLOOR, "up": ROUND_CEILING, "near": ROUND_HALF_EVEN}


class Datum(StrEnum):
    """What a level is measured from."""

    WGS84 = "W84"  #: height above the WGS 84 ellipsoid (F3548: W84)
    AMSL = "AMSL"  #: height above mean sea level, the EGM96 geoid
    PRESSURE = "STD"  #: pressure altitude, 1013.25 hPa: flight levels, transponders
    QNH = "QNH"  #: barometric altitude on a QNH setting, known or not
    QFE = "QFE"  #: barometric height above an aerodrome, with its elevation
    AGL = "AGL"  #: height above the ground below


class Unit(StrEnum):
    """What a level's value counts."""

    M = "M"
    FT = "FT"


@dataclass(frozen=True, slots=True)
class Altitude:
    """A level.

    Args:
        value: in `unit`, finite, within 1,000 km of the datum.
        unit: metres or feet; a flight level is feet of pressure altitude (see `flight_level`).
        datum: what the value is measured from.
        uncertainty: half-width in `unit`, >= 0: the true level lies within value +- uncertainty.
        setting_hpa: the QNH in hectopascal where it is known (datum QNH only), 850 to 1100.
        elevation_m: the aerodrome's elevation above mean sea level (datum QFE only, required there).
    Raises:
        LevelError: any of these does not hold.
    """

    value: float
    unit: Unit
    datum: Datum
    uncertainty: float = 0.0
    setting_hpa: float | None = None
    elevation_m: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value) or abs(self.metres) > MAX_LEVEL_M:
            raise LevelError(f"a level of {self.value} {self.unit} is not plausible.", "Check value and unit.")
        if not math.isfinite(self.uncertainty) or not 0 <= self.uncertainty <= MAX_LEVEL_M:
            raise LevelError("a level's uncertainty must be a number of zero or more.", "Correct it.")
        if self.setting_hpa is not None and (self.datum is not Datum.QNH or not 850 <= self.setting_hpa <= 1100):
            raise LevelError(
                f"a setting of {self.setting_hpa} hPa does not go with a {self.datum} level.",
                "Only QNH levels carry a setting, from 850 to 1100 hPa.",
            )
        if self.datum is Datum.QFE and self.elevation_m is None:
            raise LevelError("a QFE height needs the aerodrome's elevation.", "Add elevation_m, or use QNH or AGL.")
        if self.elevation_m is not None and not -1_000 <= self.elevation_m <= 10_000:
            raise LevelError(f"an elevation of {self.elevation_m} m is not on this Earth.", "Correct elevation_m.")

    @property
    def metres(self) -> float:
        """The value in metres above its own datum."""
        return self.value if self.unit is Unit.M else self.value * M_PER_FT

    @property
    def um(self) -> int:
        """The value in whole micrometres above its own datum, exact for any decimal of up to six places."""
        return to_um(self.value, self.unit, "near")

    def bounds_um(self) -> tuple[int, int]:
        """Value - uncertainty and value + uncertainty in micrometres, rounded outward."""
        if self.uncertainty == 0:
            return to_um(self.value, self.unit, "down"), to_um(self.value, self.unit, "up")
        spread = to_um(self.uncertainty, self.unit, "up")
        return to_um(self.value, self.unit, "down") - spread, to_um(self.value, self.unit, "up") + spread

    def __str__(self) -> str:
        if self.datum is Datum.PRESSURE and self.unit is Unit.FT and self.value >= 0 and self.value % 100 == 0:
            return f"FL{int(self.value // 100):03d}"
        setting = f" {self.setting_hpa:g} hPa" if self.setting_hpa is not None else ""
        return f"{self.value:g} {self.unit.lower()} {self.datum}{setting}"


def to_um(value: float, unit: Unit, rounding: Literal["down", "up", "near"]) -> int:
    """A level in whole micrometres. The decimal that the source wrote (the float's shortest form) counts, exactly."""
    value = float(value)
    scaled = round(value * 1_000_000)
    if scaled / 1_000_000 == value:  # a decimal of up to six places: exact in integers
        whole, rest = (scaled, 0) if unit is Unit.M else divmod(scaled * 3_048, 10_000)
        if rest == 0 or rounding == "down":
            return whole
        return whole + 1 if rounding == "up" else whole + (rest >= 5_000)
    with localcontext(_EXACT):
        exact = Decimal(repr(value)) * (UM_PER_M if unit is Unit.M else UM_PER_FT)
        return int(exact.to_integral_value(_ROUNDINGS[rounding]))


def flight_level(level: float, uncertainty_ft: float = 0.0) -> Altitude:
    """FL`level`: hundreds of feet of pressure altitude."""
    return Altitude(level * 100, Unit.FT, Datum.PRESSURE, uncertainty_ft)


def pressure_ft(feet: float, uncertainty_ft: float = 0.0) -> Altitude:
    """A pressure altitude in feet."""
    return Altitude(feet, Unit.FT, Datum.PRESSURE, uncertainty_ft)


def wgs84_m(metres: float, uncertainty_m: float = 0.0) -> Altitude:
    """A height above the WGS 84 ellipsoid in metres."""
    return Altitude(metres, Unit.M, Datum.WGS84, uncertainty_m)


def amsl_ft(feet: float, uncertainty_ft: float = 0.0) -> Altitude:
    """A height above mean sea level in feet."""
    return Altitude(feet, Unit.FT, Datum.AMSL, uncertainty_ft)


def amsl_m(metres: float, uncertainty_m: float = 0.0) -> Altitude:
    """A height above mean sea level in metres."""
    return Altitude(metres, Unit.M, Datum.AMSL, uncertainty_m)


def agl_m(metres: float, uncertainty_m: float = 0.0) -> Altitude:
    """A height above the ground below in metres."""
    return Altitude(metres, Unit.M, Datum.AGL, uncertainty_m)


def qnh_ft(feet: float, setting_hpa: float | None = None, uncertainty_ft: float = 0.0) -> Altitude:
    """A barometric altitude in feet on a QNH setting, which may be unknown."""
    return Altitude(feet, Unit.FT, Datum.QNH, uncertainty_ft, setting_hpa)
