"""Fields 7, 8, 9, 10, 13, 16 and 17 of ATS messages (ICAO Doc 4444, Appendix 3): text to values that cannot be wrong.

Field 15 is in route.py and cruise.py, field 18 in item18.py. Each function reads one field and raises PlanError with
the field's number, what is wrong and how it is written. Called by flight.py and item18.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sharedsky.formats.icao_fpl.refusals import PlanError, shown

FlightRules = Literal["I", "V", "Y", "Z"]

_IDENT = re.compile(r"([A-Z0-9]{1,7})(?: ?/ ?[A-Z]\d{4})?", re.ASCII)
_RULES = re.compile(r"([IVYZ]) ?([SNGMX])?")
_AIRCRAFT = re.compile(r"(\d{1,2})? ?[A-Z][A-Z0-9]{1,3} ?/ ?[LMHJ]", re.ASCII)
_EQUIPMENT = re.compile(r"([A-Z][A-Z0-9]*)(?: ?/ ?([A-Z][A-Z0-9]*))?", re.ASCII)
_PLACE_TIME = re.compile(r"([A-Z0-9]{4}) ?(\d{4})?", re.ASCII)
_DESTINATION = re.compile(r"([A-Z0-9]{4}) ?(\d{4})?(?: [A-Z0-9]{4}){0,2}", re.ASCII)
_LANDED = re.compile(r"([A-Z0-9]{4}) ?(\d{4})(?: .*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class PlaceTime:
    """An aerodrome (ZZZZ, AFIL included) and minutes: of the day (fields 13, 17), or elapsed (field 16); or None."""

    ident: str
    minutes: int | None


def parse_callsign(text: str) -> str:
    """Field 7: aircraft identification, at most seven characters; an SSR code after it is dropped."""
    match = _IDENT.fullmatch(text)
    if match is None:
        raise _wrong(7, text, "is not an aircraft identification", "one to seven letters and digits, as in SWR123")
    return match[1]


def parse_rules(text: str) -> FlightRules:
    """Field 8: flight rules (the type of flight after it is not used)."""
    match = _RULES.fullmatch(text)
    if match is None:
        raise _wrong(8, text, "is not flight rules and type of flight", "I, V, Y or Z, then S, N, G, M or X, as in IS")
    rules: dict[str, FlightRules] = {"I": "I", "V": "V", "Y": "Y", "Z": "Z"}
    return rules[match[1]]


def parse_aircraft(text: str) -> int:
    """Field 9: the number of aircraft (1 where it is not written); type and wake category are only checked."""
    match = _AIRCRAFT.fullmatch(text)
    if match is None or (match[1] and int(match[1]) == 0):
        raise _wrong(9, text, "is not a type of aircraft", "type and wake, as in A320/M; two of them: 2PC12/L")
    return int(match[1] or 1)


def parse_equipment(text: str) -> bool:
    """Field 10: whether the letter W, RVSM approved, is among the equipment before the oblique stroke."""
    match = _EQUIPMENT.fullmatch(text)
    if match is None:
        raise _wrong(10, text, "is not equipment", "letters, then surveillance, as in SDFGRWY/S")
    return "W" in match[1]


def parse_departure(text: str) -> PlaceTime:
    """Field 13: aerodrome of departure, and a time of day where one is written."""
    match = _PLACE_TIME.fullmatch(text)
    if match is None:
        raise _wrong(13, text, "is not a departure aerodrome and time", "LSZH0800")
    return PlaceTime(match[1], None if match[2] is None else time_of_day(13, match[2]))


def parse_destination(text: str) -> PlaceTime:
    """Field 16: destination, and the total estimated elapsed time where one is written; alternates are not used."""
    match = _DESTINATION.fullmatch(text)
    if match is None:
        raise _wrong(16, text.split(" ")[0], "is not a destination and elapsed time", "LFPG0110 LFPO")
    return PlaceTime(match[1], None if match[2] is None else hours_minutes(16, match[2]))


def parse_landing(text: str) -> PlaceTime:
    """Field 17: aerodrome of arrival and actual time of arrival; a name after them is dropped."""
    match = _LANDED.fullmatch(text)
    if match is None:
        raise _wrong(17, text.split(" ")[0], "is not an arrival aerodrome and time", "LFPG0912")
    return PlaceTime(match[1], time_of_day(17, match[2]))


def time_of_day(number: int, text: str) -> int:
    """Four figures hhmm from 0000 to 2359 as minutes of the day."""
    if int(text[:2]) > 23 or int(text[2:]) > 59:
        raise PlanError(f"item {number}: {text} is no time of day.", "Write it in UTC, from 0000 to 2359.", "time")
    return int(text[:2]) * 60 + int(text[2:])


def hours_minutes(number: int, text: str) -> int:
    """Four figures hhmm of elapsed time as minutes."""
    if int(text[2:]) > 59:
        raise PlanError(f"item {number}: {text} is no elapsed time.", "Write hours and minutes, as in 0110.", "time")
    return int(text[:2]) * 60 + int(text[2:])


def _wrong(number: int, text: str, what: str, how: str) -> PlanError:
    return PlanError(f"item {number}: {shown(text)} {what}.", f"Write it as: {how}.")
