"""Magnetic declination: what turns the magnetic bearings of flight plans into true ones.

The World Magnetic Model (NOAA and BGS, public domain, by way of pygeomag, MIT licence) of the epoch that covers
the date: WMM2015v2, WMM2020 and WMM2025, each valid for five years. Outside of them, and around the magnetic poles
where the model gives no usable declination (horizontal intensity below 2,000 nT, the "blackout zone" of the WMM
reports), this module refuses and says so. Called by the flight plan reader for points given by bearing and distance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final

from sharedsky.errors import GeometryError, TimeError

#: Years that one epoch is valid for.
_EPOCH_YEARS: Final = 5
#: Horizontal intensity [nT] below which the WMM reports call a declination unreliable (the blackout zone).
_BLACKOUT_NT: Final = 2_000.0


@dataclass(frozen=True, slots=True)
class _Epoch:
    """One edition of the model; error_deg, error_deg_nt: its error model, sigma = hypot(a, b / H), H in nT."""

    year: int
    name: str
    file: str
    error_deg: float
    error_deg_nt: float


#: Source of the error models: the technical reports of the WMM of 2015 (version 2), 2020 and 2025.
_EPOCHS: Final = (
    _Epoch(2015, "WMM2015v2", "wmm/WMM_2015v2.COF", 0.23, 5430.0),
    _Epoch(2020, "WMM2020", "wmm/WMM_2020.COF", 0.26, 5625.0),
    _Epoch(2025, "WMM2025", "wmm/WMM_2025.COF", 0.26, 5417.0),
)


@dataclass(frozen=True, slots=True)
class Declination:
    """The angle from true to magnetic north.

    east_deg: [deg], positive where magnetic north lies east of true north: true bearing = magnetic bearing + east_deg.
    sigma_deg: one standard deviation of the model's own error [deg].
    model: the model that it comes from, as in "WMM2025".
    """

    east_deg: float
    sigma_deg: float
    model: str


@lru_cache(maxsize=65_536)
def declination(lat_deg: float, lng_deg: float, day: date) -> Declination:
    """The declination at sea level at a place on a day.

    Args:
        lat_deg, lng_deg: WGS 84 degrees, on the globe.
        day: the (UTC) day; the field moves by less than 0.005 degrees in one almost everywhere.
    Raises:
        TimeError: no model here covers the day.
        GeometryError: not on the globe, or so near a magnetic pole that a compass does not work.
    """
    if not (abs(lat_deg) <= 90 and abs(lng_deg) <= 180):
        raise GeometryError(f"({lat_deg:g}, {lng_deg:g}) is not on the globe.", "Give degrees.")
    epoch = _epoch(day)
    field = _model(epoch.file).calculate(glat=lat_deg, glon=lng_deg, alt=0.0, time=_decimal_year(day))
    if not field.h >= _BLACKOUT_NT:
        raise GeometryError(
            f"at {lat_deg:.2f}, {lng_deg:.2f} magnetic bearings cannot be used (near a magnetic pole).",
            "Give the point as coordinates.",
        )
    sigma_deg = math.hypot(epoch.error_deg, epoch.error_deg_nt / field.h)
    return Declination(float(field.d), sigma_deg, epoch.name)


def true_bearing(magnetic_deg: float, at: Declination) -> float:
    """A magnetic bearing as a true one, 0 <= bearing < 360 [deg]."""
    return (magnetic_deg + at.east_deg) % 360.0


def _epoch(day: date) -> _Epoch:
    for epoch in _EPOCHS:
        if epoch.year <= day.year < epoch.year + _EPOCH_YEARS:
            return epoch
    raise TimeError(
        f"no World Magnetic Model here covers {day.isoformat()}: they reach from {_EPOCHS[0].year} to "
        f"{_EPOCHS[-1].year + _EPOCH_YEARS - 1}.",
        "Give points as coordinates rather than by magnetic bearing, or correct the date.",
    )


@cache
def _model(file: str) -> Any:
    from pygeomag import GeoMag  # here, so that a run without magnetic bearings does not pay for it

    return GeoMag(coefficients_file=file)


def _decimal_year(day: date) -> float:
    first, after = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return day.year + (day - first).days / (after - first).days
