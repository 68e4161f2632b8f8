"""Where the points of a flight plan are: names, coordinates, bearings and distances, aerodromes, ZZZZ.

Names are looked up in the user's table first, and four letters then in airportsdata; of several points of one name the
nearest to the point before is meant (fixes.py). Bearings are magnetic and turned true by date. An unknown name is
refused, named, with how to supply it. Called by resolve.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Final, assert_never

from sharedsky.airspace.earth import M_PER_NM, direct
from sharedsky.airspace.magnetic import declination, true_bearing
from sharedsky.formats import aerodromes
from sharedsky.formats.fixes import FixTable, UnknownPointError
from sharedsky.formats.icao_fpl.route import BearingDistance, Coordinates, Named, Point

#: Standard deviations of the magnetic model's error that widen a point given by bearing.
_SIGMAS: Final = 3.0

_FIXES: Final = (
    "--fixes FILE.csv: ident,lat,lng for a point, airway,seq,ident for an ATS route, "
    "procedure,seq,ident for a SID or STAR."
)
#: What to do about one unknown name, and about several.
HOW_TO_SUPPLY: Final = f"Supply it with {_FIXES}"
HOW_TO_SUPPLY_SEVERAL: Final = f"Supply them with {_FIXES}"


@dataclass(frozen=True, slots=True)
class Place:
    """A point of a flight: name, place [deg], elevation [ft above mean sea level] of an aerodrome where known.

    spread_m: how far from there it may be, by the error of a bearing or the rounding of an aerodrome's coordinates.
    """

    name: str
    lat_deg: float
    lng_deg: float
    elevation_ft: float | None = None
    spread_m: float = 0.0


@dataclass(slots=True)
class Gazetteer:
    """What is known about places on a day; magnetic_model: the one that was used, once a bearing needed it."""

    table: FixTable
    day: date
    magnetic_model: str | None = None

    def locate(self, point: Point, near: Place | None) -> Place:
        """Where a point is; `near`: the point before it.

        Raises:
            UnknownPointError: nothing knows its name, or several places have it.
            TimeError, GeometryError: a magnetic bearing without a model for its day and place.
        """
        match point:
            case Coordinates():
                return Place(point.name, point.lat_deg, point.lng_deg)
            case BearingDistance():
                return self._from_bearing(point, near)
            case Named():
                return self.named(point.name, near)
        assert_never(point)

    def named(self, name: str, near: Place | None) -> Place:
        """Where a named point of a route is: in the user's table, or an aerodrome of four letters."""
        fix = self.table.pick(name, (near.lat_deg, near.lng_deg) if near else None)
        if fix is not None:
            return Place(name, fix.lat_deg, fix.lng_deg, fix.elevation_ft)
        if name.isalpha():  # four characters with a figure are more often an ATS route than an aerodrome
            return self._aerodrome(name)
        raise UnknownPointError(f"{name} is not a known point.", HOW_TO_SUPPLY)

    def aerodrome(self, ident: str, stated: Point | None, indicator: str, near: Place | None) -> Place:
        """Departure or destination; ZZZZ is where item 18 (`indicator`: DEP or DEST) says."""
        if ident != "ZZZZ":
            return self.named(ident, near) if ident in self.table.points else self._aerodrome(ident)
        if stated is None:
            raise UnknownPointError(
                f"the aerodrome is ZZZZ, and {indicator}/ in item 18 gives no place.",
                f"Write coordinates, a bearing and distance, or one known name, as in {indicator}/4620N00805E.",
            )
        place = self.locate(stated, near)
        spread_m = place.spread_m + _rounding_m(stated)
        return Place(f"ZZZZ {stated.name}", place.lat_deg, place.lng_deg, place.elevation_ft, spread_m)

    def knows(self, name: str) -> bool:
        """Whether a name in a route is a point, an ATS route or a procedure."""
        if name in self.table.points or name in self.table.ways:
            return True
        return name.isalpha() and aerodromes.find(name) is not None

    def _aerodrome(self, ident: str) -> Place:
        found = aerodromes.find(ident)
        if found is None:
            raise UnknownPointError(f"{ident} is not a known aerodrome or point.", HOW_TO_SUPPLY)
        return Place(ident, found.lat_deg, found.lng_deg, found.elevation_ft)

    def _from_bearing(self, point: BearingDistance, near: Place | None) -> Place:
        base = self.locate(point.base, near)
        north = declination(base.lat_deg, base.lng_deg, self.day)
        self.magnetic_model = north.model
        reach_m = point.distance_nm * M_PER_NM
        lat, lng = direct(base.lat_deg, base.lng_deg, true_bearing(point.bearing_deg, north), reach_m)
        error_m = reach_m * math.sin(math.radians(min(90.0, _SIGMAS * north.sigma_deg)))
        return Place(point.name, float(lat[0]), float(lng[0]), None, error_m)


def _rounding_m(point: Point) -> float:
    """How far an aerodrome may be from the figures that give its place: half of their last digit each way [m].

    A point of a route is flown over where its figures say; an aerodrome is where it is.
    """
    match point:
        case Named():
            return 0.0
        case Coordinates():
            figures = sum(c.isdigit() for c in point.name)  # 5: degrees, 9: minutes, 13: seconds
            step_nm = 60.0 if figures <= 5 else 1.0 if figures <= 9 else 1 / 60
            return step_nm / 2 * math.sqrt(2) * M_PER_NM
        case BearingDistance():
            sideways_nm = point.distance_nm * math.sin(math.radians(0.5))
            return _rounding_m(point.base) + (0.5 + sideways_nm) * M_PER_NM
    assert_never(point)
