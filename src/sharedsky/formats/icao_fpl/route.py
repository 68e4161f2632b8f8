"""Field 15 (c), the route: text to a closed union of elements (ICAO Doc 4444, Appendix 3, field type 15).

The grammar only; what a name stands for (a point, an ATS route, a procedure) the user's table decides in resolve.py.
OAT, GAT, STAYn/hhmm, IFPSTOP and IFPSTART are those of European flight plans (EUROCONTROL, IFPS Users Manual).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import assert_never

from sharedsky.formats.icao_fpl.cruise import Climb, Cruise, parse_climb, parse_cruise
from sharedsky.formats.icao_fpl.refusals import PlanError, shown

_NAME = re.compile(r"(?=[A-Z0-9]*[A-Z])[A-Z0-9]{2,7}", re.ASCII)
_DEGREES = r"(\d{2})(\d{2})?(\d{2})?([NS]) ?(\d{3})(\d{2})?(\d{2})?([EW])"
_COORDINATES = re.compile(_DEGREES, re.ASCII)
_ANYWHERE = re.compile(r"(?<![A-Z0-9])" + _DEGREES + r"(?![A-Z0-9])", re.ASCII)
_BEARING = re.compile(r"([A-Z][A-Z0-9]{1,4}|\d{2}(?:\d{2})?[NS]\d{3}(?:\d{2})?[EW])(\d{3})(\d{3})", re.ASCII)
_STAY = re.compile(r"STAY(\d)/(\d{2})(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Named:
    """A significant point, an ATS route or a procedure, by its designator of 2 to 7 characters."""

    name: str


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A point in whole degrees (46N078W) or degrees and minutes (4620N07805W); name: as it was written."""

    name: str
    lat_deg: float
    lng_deg: float


@dataclass(frozen=True, slots=True)
class BearingDistance:
    """A point by magnetic bearing [deg] and distance [NM] from another (DUB180040)."""

    name: str
    base: Named | Coordinates
    bearing_deg: int
    distance_nm: int


Point = Named | Coordinates | BearingDistance


@dataclass(frozen=True, slots=True)
class ChangeAt:
    """A change of speed or level that begins at a point (LN/N0284A045)."""

    point: Point
    cruise: Cruise


@dataclass(frozen=True, slots=True)
class ClimbFrom:
    """A cruise climb that begins at a point (C/48N050W/M082F290F350)."""

    point: Point
    climb: Climb


@dataclass(frozen=True, slots=True)
class Direct:
    """DCT: no ATS route to the next point."""


@dataclass(frozen=True, slots=True)
class ToRules:
    """IFR or VFR: the flight rules from the point before on."""

    ifr: bool


@dataclass(frozen=True, slots=True)
class Traffic:
    """OAT or GAT, IFPSTOP or IFPSTART: who handles the flight from the point before on; changes no forecast."""

    word: str


@dataclass(frozen=True, slots=True)
class Stay:
    """STAYn/hhmm: time spent between the point before and the point after."""

    number: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Truncated:
    """T: the rest of the route is not in this message."""


Element = Named | Coordinates | BearingDistance | ChangeAt | ClimbFrom | Direct | ToRules | Traffic | Stay | Truncated


def parse_route(text: str) -> tuple[Element, ...]:
    """Read the words of item 15 (c).

    Raises:
        PlanError: a word that is none of the grammar's, named; a T that is not the last word.
    """
    words = text.split()
    elements = tuple(_element(word) for word in words)
    for element in elements[:-1]:
        if isinstance(element, Truncated):
            raise PlanError("item 15: T (truncated) is not the last word of the route.", "Write the whole route.")
    return elements


def parse_point(word: str) -> Point | None:
    """A significant point, or None where the word is none.

    Raises:
        PlanError: coordinates or a bearing that are not on the globe.
    """
    if match := _COORDINATES.fullmatch(word):
        if match[3] is None and match[7] is None and (match[2] is None) == (match[6] is None):
            return _coordinates(match)
        return None
    if match := _BEARING.fullmatch(word):
        base = parse_point(match[1])
        if isinstance(base, Named | Coordinates):
            return _from_base(word, base, int(match[2]), int(match[3]))
    return Named(word) if _NAME.fullmatch(word) else None


def find_coordinates(text: str) -> Coordinates | None:
    """The first coordinates in free text, with or without minutes and seconds, in item 18 DEP/ and DEST/.

    Raises:
        PlanError: they are not on the globe.
    """
    for match in _ANYWHERE.finditer(text):
        if (match[2] is None) == (match[6] is None) and (match[3] is None) == (match[7] is None):
            return _coordinates(match)
    return None


def written(element: Element) -> str:
    """An element as item 15 writes it."""
    match element:
        case Named() | Coordinates() | BearingDistance():
            return element.name
        case ChangeAt():
            level = element.cruise.level
            return f"{element.point.name}/{element.cruise.speed}{'VFR' if level is None else level}"
        case ClimbFrom():
            climb = element.climb
            upper = "PLUS" if climb.upper is None else climb.upper
            return f"C/{element.point.name}/{climb.speed}{climb.lower}{upper}"
        case Direct():
            return "DCT"
        case ToRules():
            return "IFR" if element.ifr else "VFR"
        case Traffic():
            return element.word
        case Stay():
            return f"STAY{element.number}/{element.minutes // 60:02d}{element.minutes % 60:02d}"
        case Truncated():
            return "T"
    assert_never(element)


def _element(word: str) -> Element:
    match word:
        case "DCT":
            return Direct()
        case "IFR" | "VFR":
            return ToRules(word == "IFR")
        case "OAT" | "GAT" | "IFPSTOP" | "IFPSTART":
            return Traffic(word)
        case "T":
            return Truncated()
    if "/" in word:
        return _with_stroke(word)
    point = parse_point(word)
    if point is None:
        raise _not_of_a_route(word)
    return point


def _with_stroke(word: str) -> Element:
    if stay := _STAY.fullmatch(word):
        if int(stay[3]) > 59 or int(stay[2] + stay[3]) == 0:
            raise PlanError(f"item 15: {word} is no length of time.", "Write it as in STAY1/0030.", "time")
        return Stay(int(stay[1]), int(stay[2]) * 60 + int(stay[3]))
    parts = word.split("/")
    point = parse_point(parts[-2])
    if point is not None and len(parts) == 2:
        return ChangeAt(point, parse_cruise(parts[1]))
    if point is not None and len(parts) == 3 and parts[0] == "C":
        return ClimbFrom(point, parse_climb(parts[2]))
    raise _not_of_a_route(word)


def _not_of_a_route(word: str) -> PlanError:
    return PlanError(
        f"item 15: {shown(word)} is not an element of a route.",
        "A route is made of points (2 to 5 letters, 46N078W, 4620N07805W, DUB180040), ATS routes, DCT, changes as in "
        "LN/N0284A045, cruise climbs as in C/LN/M082F290F350, IFR, VFR, OAT, GAT and STAY1/0030.",
    )


def _coordinates(match: re.Match[str]) -> Coordinates:
    lat = _degrees(match[1], match[2], match[3], match[4] == "S")
    lng = _degrees(match[5], match[6], match[7], match[8] == "W")
    minutes = [int(part) for part in (match[2], match[3], match[6], match[7]) if part]
    if abs(lat) > 90 or abs(lng) > 180 or any(part > 59 for part in minutes):
        raise PlanError(
            f"the coordinates {shown(match[0])} are not on the globe.",
            "Latitude goes to 90, longitude to 180 degrees, minutes to 59.",
            "geometry",
        )
    return Coordinates(match[0].replace(" ", ""), lat, lng)


def _degrees(degrees: str, minutes: str | None, seconds: str | None, negative: bool) -> float:
    value = int(degrees) + int(minutes or 0) / 60 + int(seconds or 0) / 3600
    return -value if negative else value


def _from_base(word: str, base: Named | Coordinates, bearing_deg: int, distance_nm: int) -> BearingDistance:
    if bearing_deg > 360:
        raise PlanError(f"item 15: {shown(word)} has a bearing of more than 360.", "Correct it.", "geometry")
    return BearingDistance(word, base, bearing_deg, distance_nm)
