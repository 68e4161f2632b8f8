"""Between which levels a flight may be, and when: the level rule of "A flight plan is a forecast" (docs/conflicts.md).

Each cruising level holds from its change to the next one, and for `level_min` minutes on both sides of a change the
aircraft may be at either level or anywhere between; for as long after departure and before arrival it may be anywhere
between the aerodrome and the levels that hold then. A band's floor and ceiling keep the datum of the level that they
come from; where two datums meet and it is not certain which level is lower, the bound moves outward until it is below
(above) both. Called by forecast.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.altitude import UM_PER_FT, Altitude, Datum, Unit, amsl_ft, flight_level
from sharedsky.airspace.datums import QNH_SPREAD_UM, TEMPERATURE_SHARE
from sharedsky.airspace.earth import FloatArray, IntArray
from sharedsky.airspace.trajectory import DATUM_CODE
from sharedsky.formats.icao_fpl.cruise import Climb, Cruise
from sharedsky.formats.icao_fpl.places import Place
from sharedsky.formats.icao_fpl.resolve import Marked
from sharedsky.formats.icao_fpl.route import ChangeAt, ClimbFrom, Stay, ToRules

#: The ground where no aerodrome's elevation is known: below the lowest shore on Earth (the Dead Sea, some -1,440 ft).
LOWEST_GROUND: Final = amsl_ft(-1_500)
#: VFR flights shall not be operated above FL200 (ICAO Annex 2, 4.4 a); many States stop them at FL195.
VFR_CEILING: Final = flight_level(200)
#: The top of a cruise climb without one (PLUS): no aircraft that files a plan cruises higher.
OPEN_CLIMB_CEILING: Final = flight_level(1_000)


@dataclass(frozen=True, slots=True)
class Band:
    """From a floor to a ceiling."""

    lower: Altitude
    upper: Altitude

    def union(self, other: Band) -> Band:
        """The least band known to hold both."""
        return Band(lowest(self.lower, other.lower), highest(self.upper, other.upper))


@dataclass(frozen=True, slots=True)
class Held:
    """A band that may hold from one elapsed time to another [min from take-off], both ends counting."""

    start_min: float
    end_min: float
    band: Band


def lowest(a: Altitude, b: Altitude) -> Altitude:
    """The lower of two levels; a level below both where their datums leave it open."""
    if a.datum is b.datum:
        return a if a.um <= b.um else b
    low, high = (a, b) if a.um <= b.um else (b, a)
    if low.um + _doubt_um(a, b) <= high.um:
        return low
    return Altitude((low.um - _doubt_um(a, b)) // UM_PER_FT, Unit.FT, low.datum)


def highest(a: Altitude, b: Altitude) -> Altitude:
    """The higher of two levels; a level above both where their datums leave it open."""
    if a.datum is b.datum:
        return a if a.um >= b.um else b
    low, high = (a, b) if a.um <= b.um else (b, a)
    if low.um + _doubt_um(a, b) <= high.um:
        return high
    return Altitude(-(-(high.um + _doubt_um(a, b)) // UM_PER_FT), Unit.FT, high.datum)


def cruise_band(cruise: Cruise) -> Band:
    """The band of a speed and level: the level alone, or for VFR everything up to FL200."""
    if cruise.level is None:
        return Band(LOWEST_GROUND, VFR_CEILING)
    level = cruise.level.altitude()
    return Band(level, level)


def climb_band(climb: Climb) -> Band:
    """The band of a cruise climb: from its lower level to its upper one."""
    return Band(climb.lower.altitude(), OPEN_CLIMB_CEILING if climb.upper is None else climb.upper.altitude())


def ground_band(aerodrome: Place | None) -> Band:
    """The level of an aerodrome, or of the lowest ground there is."""
    if aerodrome is None or aerodrome.elevation_ft is None:
        return Band(LOWEST_GROUND, LOWEST_GROUND)
    return Band(amsl_ft(aerodrome.elevation_ft), amsl_ft(aerodrome.elevation_ft))


def held_bands(
    first: Cruise,
    marks: Sequence[Marked],
    elapsed_min: FloatArray,
    ends: tuple[Place | None, Place | None],
    level_min: float,
) -> list[Held]:
    """What may hold when.

    Args:
        first: item 15 (a) and (b). marks: as resolve.Path has them. elapsed_min: (n,) at each point.
        ends: departure and destination, None where there is none (AFIL). level_min: the rule's minutes.
    """
    total = float(elapsed_min[-1])
    held = []
    band, since, level_at = cruise_band(first), 0.0, -1  # level_at: the point where a level was filed last
    for mark in marks:
        match mark.element:
            case ChangeAt():
                after, level_at = cruise_band(mark.element.cruise), mark.index
            case ClimbFrom():
                after, level_at = climb_band(mark.element.climb), mark.index
            case ToRules(ifr=False) if mark.index != level_at:  # to VFR, and no level with it: the pilot chooses
                after = band.union(Band(LOWEST_GROUND, VFR_CEILING))
            case ToRules() | Stay():
                continue
        at = float(elapsed_min[mark.index])
        held.append(Held(since - level_min, at + level_min, band))
        band, since = after, at
    total = float(elapsed_min[-1])
    held.append(Held(since - level_min, total, band))
    held.append(Held(0.0, level_min, ground_band(ends[0])))
    held.append(Held(total - level_min, total, ground_band(ends[1])))
    return held


def cut_times_min(held: Sequence[Held], total_min: float) -> FloatArray:
    """The elapsed times inside a flight at which the bands change, sorted, without repeats [min]."""
    times = {t for h in held for t in (h.start_min, h.end_min) if 0 < t < total_min}
    return np.array(sorted(times), np.float64)


def legs_of_bands(
    held: Sequence[Held], start_min: FloatArray, end_min: FloatArray
) -> tuple[IntArray, IntArray, npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Floors and ceilings of legs from start_min to end_min (m,), none of which crosses a time of `cut_times_min`.

    Returns:
        lower_um, upper_um: (m, 2) int64 [micrometres]; lower_datum, upper_datum: (m,) int8, as a Trajectory has them.
    """
    middle = (start_min + end_min) / 2
    inside = np.stack([(middle >= h.start_min) & (middle <= h.end_min) for h in held], axis=1)
    bands: dict[bytes, tuple[int, int, int, int]] = {}
    rows = np.empty((len(middle), 4), np.int64)
    for k, row in enumerate(inside):
        key = row.tobytes()
        if key not in bands:
            bands[key] = _numbers([h for h, holds in zip(held, row, strict=True) if holds])
        rows[k] = bands[key]
    lower, upper = np.repeat(rows[:, :1], 2, axis=1), np.repeat(rows[:, 1:2], 2, axis=1)
    return lower, upper, rows[:, 2].astype(np.int8), rows[:, 3].astype(np.int8)


def _numbers(held: Sequence[Held]) -> tuple[int, int, int, int]:
    band = held[0].band
    for other in held[1:]:
        band = band.union(other.band)
    low, high = band.lower, band.upper
    return low.bounds_um()[0], high.bounds_um()[1], DATUM_CODE[low.datum], DATUM_CODE[high.datum]


def _doubt_um(a: Altitude, b: Altitude) -> int:
    """How far apart equal numbers of two datums may really be: QNH +- 50 hPa, and 12 % of height for temperature."""
    height_um = max(abs(a.um), abs(b.um))
    if Datum.AMSL not in (a.datum, b.datum):
        return QNH_SPREAD_UM
    return QNH_SPREAD_UM + round((height_um + QNH_SPREAD_UM) * TEMPERATURE_SHARE) + 1
