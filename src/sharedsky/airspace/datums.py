"""Levels of different datums made comparable: every level as intervals that hold it for sure (R17).

Implements "Certainty", "Datums", of docs/conflicts.md. A level is held in up to three ways: in its own datum
(compared directly with levels of the same datum and setting), as an interval of height above the WGS 84 ellipsoid, and
as an interval of pressure altitude. Each interval is outward: whatever the weather, the geoid and the ground are within
their stated ranges, the level lies inside it. Called by the search and by the writers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.altitude import UM_PER_FT, UM_PER_M, Altitude, Datum
from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.geoid import GEOID_ERROR_M, undulation_range_m
from sharedsky.airspace.places import Places
from sharedsky.airspace.terrain import WORLD_GROUND_HIGHEST_M, WORLD_GROUND_LOWEST_M, Terrain
from sharedsky.airspace.trajectory import DATUM_CODE

#: The setting on which an altimeter shows pressure altitude (ICAO Doc 7488).
STANDARD_HPA: Final = 1013.25
#: QNH unknown: 1013.25 +- 50 hPa at 30 ft each (docs/conflicts.md).
QNH_SPREAD_UM: Final = 50 * 30 * UM_PER_FT
#: A known setting is given in whole hectopascal: half of one either way.
SETTING_ROUNDING_UM: Final = 15 * UM_PER_FT
#: Temperature unknown: ISA +- 30 C at 4 % of height for each 10 C.
TEMPERATURE_SHARE: Final = 0.12
#: Beyond the tropopause 30 C are 14 % of the standard -56.5 C: this much more of what lies above it.
_STRATOSPHERE_SHARE: Final = 0.02
_TROPOPAUSE_UM: Final = 11_000 * UM_PER_M
#: Above a high aerodrome the air is colder than where altimeters have their scale from, and QFE may be 50 hPa off.
_QFE_SHARE: Final = 0.14
#: "No bound": far beyond every level, far from overflow.
OPEN_UM: Final = 2**60

#: International Standard Atmosphere (ICAO Doc 7488): T0 / L = 288.15 K / 0.0065 K/m [m], and R L / g.
_ISA_HEIGHT_M: Final = 288.15 / 0.0065
_ISA_EXPONENT: Final = 0.190263

#: Frames in which levels compare directly; settings and elevations get numbers of their own above these.
NO_FRAME: Final = -1
_SETTING_FRAME: Final = 1_000  # + hundredths of a hectopascal

#: The default: no region's ground is known.
UNKNOWN_TERRAIN: Final = Terrain()


@dataclass(frozen=True, slots=True)
class Bounds:
    """n levels as intervals, all (n,) int64 micrometres unless said.

    frame: equal frames (not NO_FRAME) compare directly by own_lo, own_hi. geo_*: above WGS 84. baro_*: pressure
    altitude, of barometric levels alone (open for others, which gain nothing from it). world_*: as geo_*, with the
    ground anywhere on Earth; differs only where `assumed` (bool): a height above ground that nobody supplied.
    """

    frame: IntArray
    own_lo: IntArray
    own_hi: IntArray
    geo_lo: IntArray
    geo_hi: IntArray
    baro_lo: IntArray
    baro_hi: IntArray
    world_lo: IntArray
    world_hi: IntArray
    assumed: BoolArray

    def __len__(self) -> int:
        return len(self.frame)


def bounds_of(
    own_lo: IntArray,
    own_hi: IntArray,
    datum: npt.NDArray[np.int8],
    setting_hpa: FloatArray,
    elevation_m: FloatArray,
    places: Places,
    terrain: Terrain = UNKNOWN_TERRAIN,
) -> Bounds:
    """Intervals for n levels over places.

    Args:
        own_lo, own_hi: (n,) the level with its stated uncertainty, micrometres above its datum.
        datum: (n,) codes of trajectory.DATUMS. setting_hpa: (n,) QNH, NaN where unknown. elevation_m: (n,) for QFE.
        places: (n,) where the levels apply. terrain: the user's table of ground elevations.
    """
    n = len(own_lo)
    own = np.stack([own_lo, own_hi]).astype(np.int64)
    sea, world_sea = own.copy(), own.copy()  # heights above mean sea level, for all datums but WGS 84
    baro = np.repeat(np.array([[-OPEN_UM], [OPEN_UM]], np.int64), n, axis=1)
    frame = datum.astype(np.int64)
    assumed = np.zeros(n, bool)

    of = np.flatnonzero(datum == DATUM_CODE[Datum.PRESSURE])
    baro[:, of] = own[:, of]
    sea[:, of] = _warmed(own[:, of] + _spread(QNH_SPREAD_UM))

    of = np.flatnonzero(datum == DATUM_CODE[Datum.QNH])
    frame[of], baro[:, of], sea[:, of] = _qnh(own[:, of], setting_hpa[of])

    of = np.flatnonzero(datum == DATUM_CODE[Datum.QFE])
    base = np.rint(elevation_m[of] * UM_PER_M).astype(np.int64)
    frame[of] = NO_FRAME
    baro[:, of] = own[:, of] + base + _spread(QNH_SPREAD_UM)
    sea[:, of] = _above_aerodrome(own[:, of], elevation_m[of]) + base
    world_sea[:, ~(datum == DATUM_CODE[Datum.AGL])] = sea[:, ~(datum == DATUM_CODE[Datum.AGL])]

    of = np.flatnonzero(datum == DATUM_CODE[Datum.AGL])
    if len(of):
        sea[:, of], assumed[of] = _above_ground(own[:, of], places.take(of), terrain)
        anywhere = np.array([[WORLD_GROUND_LOWEST_M], [WORLD_GROUND_HIGHEST_M]]) * UM_PER_M
        world_sea[:, of] = np.where(assumed[of], own[:, of] + anywhere.astype(np.int64), sea[:, of])

    lift = _geoid(datum != DATUM_CODE[Datum.WGS84], places)
    geo, world = sea + lift, world_sea + lift
    return Bounds(frame, own[0], own[1], geo[0], geo[1], baro[0], baro[1], world[0], world[1], assumed)


def altitude_bounds(
    levels: Sequence[Altitude | None], open_um: int, places: Places, terrain: Terrain = UNKNOWN_TERRAIN
) -> Bounds:
    """Intervals for a volume's floors or ceilings.

    Args:
        levels: None is open. open_um: -OPEN_UM for floors (the ground, and all below), OPEN_UM for ceilings.
        An AGL floor of zero or less is the ground too: nothing flies below it.
    """
    n = len(levels)
    own = np.full((2, n), open_um, np.int64)
    datum = np.zeros(n, np.int8)
    setting, elevation = np.full(n, np.nan), np.zeros(n)
    is_open = np.zeros(n, bool)
    for k, level in enumerate(levels):
        if level is None or (open_um < 0 and level.datum is Datum.AGL and level.um <= 0):
            is_open[k] = True
            continue
        own[:, k] = level.bounds_um()
        datum[k] = DATUM_CODE[level.datum]
        setting[k] = np.nan if level.setting_hpa is None else level.setting_hpa
        elevation[k] = 0.0 if level.elevation_m is None else level.elevation_m
    out = bounds_of(own[0], own[1], datum, setting, elevation, places, terrain)
    for array in (out.own_lo, out.own_hi, out.geo_lo, out.geo_hi, out.world_lo, out.world_hi, out.baro_lo, out.baro_hi):
        array[is_open] = open_um
    out.frame[is_open] = NO_FRAME
    out.assumed[is_open] = False
    return out


def wgs84_bounds_m(altitude: Altitude, places: Places, terrain: Terrain = UNKNOWN_TERRAIN) -> tuple[float, float]:
    """The interval [m above WGS 84] that surely holds a level over one place; the ground anywhere where unknown."""
    out = altitude_bounds([altitude], -OPEN_UM, places, terrain)
    if int(out.geo_lo[0]) <= -OPEN_UM:  # the ground itself
        out = altitude_bounds([altitude], OPEN_UM, places, terrain)
    return float(out.world_lo[0]) / UM_PER_M, float(out.world_hi[0]) / UM_PER_M


#: Down for the lower end of an interval, up for the upper one: (2, 1).
_SIDES: Final = np.array([[-1], [1]], np.int64)


def _spread(um: int) -> IntArray:
    return um * _SIDES


def _warmed(height: IntArray) -> IntArray:
    """(2, n) barometric heights as true ones, whatever the temperature: 12 % either way and more above, outward."""
    size = np.abs(height)
    share = size * TEMPERATURE_SHARE + np.maximum(size - _TROPOPAUSE_UM, 0) * _STRATOSPHERE_SHARE
    return np.asarray(height + _SIDES * np.ceil(share).astype(np.int64), np.int64)


def _above_aerodrome(own: IntArray, elevation_m: FloatArray) -> IntArray:
    """(2, n) QFE heights as true ones: 12 % either way; and a scale made for sea level, read at an elevation."""
    thin = own * (1.0 - elevation_m / _ISA_HEIGHT_M)
    thin = thin + _SIDES * np.abs(thin) * _QFE_SHARE
    rule = _warmed(own)
    return np.stack([np.minimum(rule[0], np.floor(thin[0])), np.maximum(rule[1], np.ceil(thin[1]))]).astype(np.int64)


def _qnh(own: IntArray, setting_hpa: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    """Frame (n,), pressure altitude (2, n) and true height above mean sea level (2, n) of QNH altitudes.

    On the standard setting an altimeter shows pressure altitude itself, and so compares with it directly.
    """
    known = np.isfinite(setting_hpa)
    hpa = np.where(known, setting_hpa, STANDARD_HPA)
    standard = setting_hpa == STANDARD_HPA
    frame = np.where(known, _SETTING_FRAME + np.rint(hpa * 100).astype(np.int64), NO_FRAME)
    frame[standard] = DATUM_CODE[Datum.PRESSURE]
    factor = (hpa / STANDARD_HPA) ** _ISA_EXPONENT
    level_m = own / UM_PER_M
    pressure = np.rint((_ISA_HEIGHT_M - factor * (_ISA_HEIGHT_M - level_m)) * UM_PER_M).astype(np.int64)
    # an altimeter's subscale shifts its reading by the setting's own pressure altitude; both readings of it are held
    shifted = own + np.rint(_ISA_HEIGHT_M * (1.0 - factor) * UM_PER_M).astype(np.int64)
    settled = np.stack([np.minimum(pressure[0], shifted[0]), np.maximum(pressure[1], shifted[1])])
    baro = np.where(known, settled + _spread(SETTING_ROUNDING_UM), own + _spread(QNH_SPREAD_UM))
    baro[:, standard] = own[:, standard]
    true = _warmed(np.asarray(own + np.where(known, SETTING_ROUNDING_UM, QNH_SPREAD_UM) * _SIDES, np.int64))
    return frame, baro, true


def _geoid(needed: BoolArray, places: Places) -> IntArray:
    """(2, n): the geoid's lowest and highest height over each place, with its stated error; 0 where not needed."""
    out = np.zeros((2, len(needed)), np.int64)
    of = np.flatnonzero(needed)
    if len(of):
        here = places.take(of)
        down, up = undulation_range_m(here.lat_min, here.lat_max, here.lng_west, here.lng_east)
        out[0, of] = np.floor((down - GEOID_ERROR_M) * UM_PER_M)
        out[1, of] = np.ceil((up + GEOID_ERROR_M) * UM_PER_M)
    return out


def _above_ground(own: IntArray, places: Places, terrain: Terrain) -> tuple[IntArray, BoolArray]:
    """Heights above ground (2, n) as heights above mean sea level, and whether the ground had to be assumed (n,)."""
    low, high, known = terrain.ground_range_m(places.lat_min, places.lat_max, places.lng_west, places.lng_east)
    ground = np.stack([np.floor(low * UM_PER_M), np.ceil(high * UM_PER_M)]).astype(np.int64)
    return own + ground, ~known
