"""A path through air and time: points joined by geodesics, passed at times that may be uncertain.

A recorded track knows when it was where: earliest, nominal and latest time of each point are one. A forecast (a flight
plan) does not: each point has a span of times, each leg a lateral reach and a band of levels. Between points place,
times and levels change linearly with the distance flown. Called by the readers (which build it) and conflicts/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.altitude import MAX_LEVEL_M, UM_PER_M, Datum
from sharedsky.airspace.earth import FloatArray, IntArray
from sharedsky.airspace.time import MAX_NS, MIN_NS, NS_PER_DAY
from sharedsky.errors import GeometryError, LevelError, TimeError

#: Beyond this no level is plausible, and sums of levels stay far from overflow.
MAX_LEVEL_UM: Final = int(MAX_LEVEL_M) * UM_PER_M
#: Differences of times within a trajectory stay inside int64.
_LONGEST_NS: Final = 250 * 366 * NS_PER_DAY

#: Datums as small integers, for arrays: DATUMS[code] is the datum.
DATUMS: tuple[Datum, ...] = (Datum.WGS84, Datum.AMSL, Datum.PRESSURE, Datum.QNH, Datum.QFE, Datum.AGL)
DATUM_CODE: dict[Datum, int] = {datum: code for code, datum in enumerate(DATUMS)}


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """An unbroken path of n >= 2 points and n - 1 legs; a gap in knowledge splits a flight into several of these.

    lat_deg, lng_deg: (n,) float64.
    early_ns, time_ns, late_ns: (n,) int64, when each point is passed at the earliest, nominally, at the latest; each
        non-decreasing along the path, early <= time <= late. All equal where the times are known.
    lower_um, upper_um: (n - 1, 2) int64, floor and ceiling of the aircraft's possible level at each leg's start and
        end, in micrometres above lower_datum / upper_datum; equal where the level is known.
    lower_datum, upper_datum: (n - 1,) int8, codes of DATUMS (never AGL-dependent QFE: readers convert QFE to QNH).
    lateral_m: (n - 1,) float64 >= 0, how far from the leg the aircraft may be.
    level_uncertainty_um: int >= 0, stated uncertainty of every level beyond its band.
    setting_hpa: the known QNH of QNH levels, or None.

    Raises:
        GeometryError, TimeError, LevelError: any of these does not hold.
    """

    lat_deg: FloatArray
    lng_deg: FloatArray
    early_ns: IntArray
    time_ns: IntArray
    late_ns: IntArray
    lower_um: IntArray
    upper_um: IntArray
    lower_datum: npt.NDArray[np.int8]
    upper_datum: npt.NDArray[np.int8]
    lateral_m: FloatArray
    level_uncertainty_um: int = 0
    setting_hpa: float | None = None

    def __post_init__(self) -> None:
        n = len(self.lat_deg)
        if n < 2 or len(self.lng_deg) != n:
            raise GeometryError("a trajectory needs at least two points.", "Repeat a single point with its time.")
        inside = (np.abs(self.lat_deg) <= 90) & (np.abs(self.lng_deg) <= 180)
        if not inside.all():
            raise GeometryError(f"point {int(np.argmin(inside))} is not on the globe.", "Correct its coordinates.")
        for times in (self.early_ns, self.time_ns, self.late_ns):
            if times.shape != (n,) or (np.diff(times) < 0).any():
                raise TimeError("a trajectory's times must not run backwards.", "Order its points by time.")
        if (self.early_ns > self.time_ns).any() or (self.time_ns > self.late_ns).any():
            raise TimeError("a trajectory's earliest times must not follow its latest.", "Correct its time spans.")
        if int(self.early_ns[0]) < MIN_NS or int(self.late_ns[-1]) > MAX_NS:
            raise TimeError("the time lies outside the years 1687 to 2252.", "Give a time inside them.")
        if int(self.late_ns[-1]) - int(self.early_ns[0]) > _LONGEST_NS:
            raise TimeError("a trajectory lasts longer than 250 years.", "Correct its times.")
        self._check_levels(n - 1)
        if self.lateral_m.shape != (n - 1,) or not (np.isfinite(self.lateral_m) & (self.lateral_m >= 0)).all():
            raise GeometryError("a leg's lateral uncertainty must be a number of zero or more.", "Correct it.")

    def _check_levels(self, legs: int) -> None:
        if self.lower_um.shape != (legs, 2) or self.upper_um.shape != (legs, 2):
            raise LevelError("a trajectory needs a floor and a ceiling at both ends of every leg.", "")
        if max(abs(int(end)) for um in (self.lower_um, self.upper_um) for end in (um.min(), um.max())) > MAX_LEVEL_UM:
            raise LevelError("a trajectory's level is not plausible.", "Check value and unit.")
        same = self.lower_datum == self.upper_datum
        if (self.lower_um[same] > self.upper_um[same]).any():
            raise LevelError("a leg's floor is above its ceiling.", "Swap or correct them.")
        if (self.lower_datum == DATUM_CODE[Datum.QFE]).any() or (self.upper_datum == DATUM_CODE[Datum.QFE]).any():
            raise LevelError("a trajectory's levels cannot be QFE heights.", "Convert them to QNH altitudes.")
        if not 0 <= self.level_uncertainty_um <= MAX_LEVEL_UM:
            raise LevelError("a level's uncertainty must be a number of zero or more.", "Correct it.")
        if self.setting_hpa is not None and not 850 <= self.setting_hpa <= 1100:
            raise LevelError(f"there is no setting of {self.setting_hpa} hPa.", "Settings go from 850 to 1100 hPa.")


def known_trajectory(
    lat_deg: FloatArray,
    lng_deg: FloatArray,
    time_ns: IntArray,
    level_um: IntArray,
    datum: Datum,
    *,
    lateral_m: float = 0.0,
    level_uncertainty_um: int = 0,
    setting_hpa: float | None = None,
) -> Trajectory:
    """A trajectory whose times and levels are known at its points: (n,) each, level_um in micrometres above datum."""
    legs = len(lat_deg) - 1
    levels = np.stack([level_um[:-1], level_um[1:]], axis=1)
    codes = np.full(legs, DATUM_CODE[datum], np.int8)
    return Trajectory(
        lat_deg,
        lng_deg,
        time_ns,
        time_ns,
        time_ns,
        levels,
        levels,
        codes,
        codes,
        np.full(legs, float(lateral_m)),
        level_uncertainty_um,
        setting_hpa,
    )
