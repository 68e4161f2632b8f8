"""Between which levels a flight may be, and when: "The forecast", "Levels", of docs/formats/icao-fpl.md.

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

from sharedsky.airspace.altitude import Altitude, Datum, amsl_ft, flight_level
from sharedsky.airspace.datums import QNH_SPREAD_UM, TEMPERATURE_SHARE
from sharedsky.airspace.earth import FloatArray, IntArray
from sharedsky.airspace.trajectory import DATUM_CODE
from sharedsky.formats.icao_fpl.cruise import Climb, Cruise
from sharedsky.formats.icao_fpl.places import Place
from sharedsky.formats.icao_fpl.resolve import Marked
from sharedsky.formats.icao_fpl.route import ChangeAt, ClimbFrom, Stay, ToRules


@dataclass(frozen=True, slots=True)
class Bound:
    """A floor or a ceiling: micrometres above a datum."""

    um: int
    datum: Datum


@dataclass(frozen=True, slots=True)
class Band:
    """From a floor to a ceiling."""

    lower: Bound
    upper: Bound

    def union(self, other: Band) -> Band:
        """The least band known to hold both."""
        return Band(lowest(self.lower, other.lower), highest(self.upper, other.upper))


@dataclass(frozen=True, slots=True)
class Held:
    """A band that may hold from one elapsed time to another [min from take-off], both ends counting."""

    start_min: float
    end_min: float
    band: Band


def lowest(a: Bound, b: Bound) -> Bound:
    """The lower of two bounds; one below both where their datums leave open which it is."""
    low, high = (a, b) if a.um <= b.um else (b, a)
    doubt_um = _doubt_um(a, b)
    return low if low.um + doubt_um <= high.um else Bound(low.um - doubt_um, low.datum)


def highest(a: Bound, b: Bound) -> Bound:
    """The higher of two bounds; one above both where their datums leave open which it is."""
    low, high = (a, b) if a.um <= b.um else (b, a)
    doubt_um = _doubt_um(a, b)
    return high if low.um + doubt_um <= high.um else Bound(high.um + doubt_um, high.datum)


def _bound(level: Altitude) -> Bound:
    return Bound(level.um, level.datum)  # none of the levels here has an uncertainty of its own


#: The ground where no aerodrome's elevation is known: below the lowest shore on Earth (the Dead Sea, some -1,440 ft).
LOWEST_GROUND: Final = _bound(amsl_ft(-1_500))
#: VFR flights shall not be operated above FL200 (ICAO Annex 2, 4.4 a); many States stop them at FL195.
VFR_CEILING: Final = flight_level(200)
#: The top of a cruise climb without one (PLUS): no aircraft that files a plan cruises higher.
OPEN_CLIMB_CEILING: Final = flight_level(1_000)

_VFR_BAND: Final = Band(LOWEST_GROUND, _bound(VFR_CEILING))


def cruise_band(cruise: Cruise) -> Band:
    """The band of a speed and level: the level alone, or for VFR everything up to FL200."""
    if cruise.level is None:
        return _VFR_BAND
    level = _bound(cruise.level.altitude())
    return Band(level, level)


def climb_band(climb: Climb) -> Band:
    """The band of a cruise climb: from its lower level to its upper one."""
    lower = _bound(climb.lower.altitude())
    if climb.upper is None:
        return Band(lower, highest(lower, _bound(OPEN_CLIMB_CEILING)))
    return Band(lower, _bound(climb.upper.altitude()))


def ground_band(aerodrome: Place | None) -> Band:
    """The level of an aerodrome, or of the lowest ground there is."""
    elevation_ft = None if aerodrome is None else aerodrome.elevation_ft
    level = LOWEST_GROUND if elevation_ft is None else _bound(amsl_ft(elevation_ft))
    return Band(level, level)


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
                after = band.union(_VFR_BAND)
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
    held: Sequence[Held], cuts_min: FloatArray, start_min: FloatArray, end_min: FloatArray
) -> tuple[IntArray, IntArray, npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Floors and ceilings of legs from start_min to end_min (m,), none of which crosses one of cuts_min.

    Returns:
        lower_um, upper_um: (m, 2) int64 [micrometres]; lower_datum, upper_datum: (m,) int8, as a Trajectory has them.
    """
    middle = (start_min + end_min) / 2
    # Odd: exactly at a cut, where what ends there and what begins there both count; even: between two.
    part = np.searchsorted(cuts_min, middle, side="left") + np.searchsorted(cuts_min, middle, side="right")
    _, first, of_part = np.unique(part, return_index=True, return_inverse=True)
    rows = np.array([_band_at(held, float(middle[k])) for k in first], np.int64)[of_part]
    lower, upper = np.repeat(rows[:, :1], 2, axis=1), np.repeat(rows[:, 1:2], 2, axis=1)
    return lower, upper, rows[:, 2].astype(np.int8), rows[:, 3].astype(np.int8)


def _band_at(held: Sequence[Held], at_min: float) -> tuple[int, int, int, int]:
    """Floor and ceiling [micrometres] and their datums' codes: the union of all that may hold at a time."""
    bands = [h.band for h in held if h.start_min <= at_min <= h.end_min]
    band = bands[0]
    for other in bands[1:]:
        band = band.union(other)
    return band.lower.um, band.upper.um, DATUM_CODE[band.lower.datum], DATUM_CODE[band.upper.datum]


def _doubt_um(a: Bound, b: Bound) -> int:
    """How far apart equal numbers of two datums may really be: QNH +- 50 hPa, and 12 % of height for temperature."""
    if a.datum is b.datum:
        return 0
    if Datum.AMSL not in (a.datum, b.datum):
        return QNH_SPREAD_UM
    height_um = max(abs(a.um), abs(b.um)) + QNH_SPREAD_UM
    return QNH_SPREAD_UM + round(height_um * TEMPERATURE_SHARE) + 1
