"""ATS messages as typed values: FPL, CHG, DLA, CNL, DEP and ARR, each with what identifies its flight.

Which fields make up each message, and in which order, is Doc 4444, Appendix 3 (message types and their composition).
Item 19 (supplementary information: names, numbers, what is aboard) is dropped here. Called by updates.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from sharedsky.formats.icao_fpl import fields
from sharedsky.formats.icao_fpl.cruise import Cruise, parse_cruise
from sharedsky.formats.icao_fpl.fields import FlightRules, PlaceTime
from sharedsky.formats.icao_fpl.item18 import Other, parse_other
from sharedsky.formats.icao_fpl.messages import RawMessage
from sharedsky.formats.icao_fpl.refusals import PlanError
from sharedsky.formats.icao_fpl.route import Element, parse_route
from sharedsky.plans.plan import Source

#: How item 19 begins: endurance, persons, radio, survival, jackets, dinghies, colour, remarks, pilot.
_ITEM_19 = re.compile(r"(?:E|P|R|S|J|D|A|N|C|19|PIC) ?/.*")
_AMENDMENT = re.compile(r"(\d{1,2}) ?/ ?(.*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class FiledPlan:
    """What a flight plan says, less everything personal.

    departure.minutes: estimated off-block time, minutes of the day (for AFIL, time over the first point).
    destination.minutes: total estimated elapsed time. aircraft: how many fly in formation. equipment_w: item 10 W.
    """

    callsign: str
    rules: FlightRules
    aircraft: int
    equipment_w: bool
    departure: PlaceTime
    cruise: Cruise
    route: tuple[Element, ...]
    destination: PlaceTime
    other: Other


@dataclass(frozen=True, slots=True)
class Key:
    """What a message names its flight by; None is what it does not say."""

    callsign: str
    departure: str
    off_block_min: int | None
    destination: str | None
    dof: date | None

    def __str__(self) -> str:
        return f"{self.callsign} {self.departure}-{self.destination or '?'}"


@dataclass(frozen=True, slots=True)
class Filing:
    """FPL."""

    source: Source
    plan: FiledPlan


@dataclass(frozen=True, slots=True)
class Change:
    """CHG: (field number, its new text), in order."""

    source: Source
    key: Key
    amendments: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Delay:
    """DLA: key.off_block_min is the new estimated off-block time."""

    source: Source
    key: Key


@dataclass(frozen=True, slots=True)
class Cancel:
    """CNL."""

    source: Source
    key: Key


@dataclass(frozen=True, slots=True)
class Departed:
    """DEP: key.off_block_min is the actual time of departure."""

    source: Source
    key: Key


@dataclass(frozen=True, slots=True)
class Landed:
    """ARR: where, and when (minutes of the day)."""

    source: Source
    key: Key
    aerodrome: str
    time_min: int


Update = Change | Delay | Cancel | Departed | Landed
Message = Filing | Update


def decode(raw: RawMessage) -> Message:
    """Read a message.

    Raises:
        PlanError: a field is missing or wrong, or the type is not one of the six.
    """
    match raw.kind:
        case "FPL":
            return Filing(raw.source, _filed(raw.fields))
        case "CHG":
            return _change(raw)
        case "DLA":
            return Delay(raw.source, _full_key(raw))
        case "CNL":
            return Cancel(raw.source, _full_key(raw))
        case "DEP":
            return Departed(raw.source, _full_key(raw))
        case "ARR":
            return _landed(raw)
    raise PlanError(f"messages of type {raw.kind} are not read.", "FPL, CHG, DLA, CNL, DEP and ARR are.", "message")


def amend(plan: FiledPlan, number: int, text: str) -> FiledPlan:
    """A plan with one field replaced, as field 22 of a CHG says.

    Raises:
        PlanError: the new text is wrong, or a flight plan has no such field.
    """
    match number:
        case 7:
            return replace(plan, callsign=fields.parse_callsign(text))
        case 8:
            return replace(plan, rules=fields.parse_rules(text))
        case 9:
            return replace(plan, aircraft=fields.parse_aircraft(text))
        case 10:
            return replace(plan, equipment_w=fields.parse_equipment(text))
        case 13:
            return replace(plan, departure=_with_time(13, fields.parse_departure(text)))
        case 15:
            cruise, route = _item_15(text)
            return replace(plan, cruise=cruise, route=route)
        case 16:
            return replace(plan, destination=_with_time(16, fields.parse_destination(text)))
        case 18:
            other = parse_other(text)  # the whole field anew, but a flight keeps its day
            return replace(plan, other=replace(other, dof=other.dof or plan.other.dof))
        case 19:
            return plan
    raise PlanError(f"the CHG amends item {number}, which a plan has not.", "Amend 7 to 10, 13, 15, 16 or 18.")


def _filed(parts: tuple[str, ...]) -> FiledPlan:
    if len(parts) < 7:
        raise PlanError(
            f"the FPL has {len(parts)} of the fields 7, 8, 9, 10, 13, 15, 16 and 18.",
            "Begin each with a hyphen and leave none out.",
        )
    cruise, route = _item_15(parts[5])
    return FiledPlan(
        callsign=fields.parse_callsign(parts[0]),
        rules=fields.parse_rules(parts[1]),
        aircraft=fields.parse_aircraft(parts[2]),
        equipment_w=fields.parse_equipment(parts[3]),
        departure=_with_time(13, fields.parse_departure(parts[4])),
        cruise=cruise,
        route=route,
        destination=_with_time(16, fields.parse_destination(parts[6])),
        other=parse_other(_item_18(parts[7:])),
    )


def _item_15(text: str) -> tuple[Cruise, tuple[Element, ...]]:
    first, _, rest = text.partition(" ")
    return parse_cruise(first), parse_route(rest)


def _item_18(parts: tuple[str, ...]) -> str:
    """Field 18, put together again where its text has hyphens; item 19 becomes an indicator that nothing reads."""
    return " ".join(f"ITEM/{part}" if k and _ITEM_19.fullmatch(part) else part for k, part in enumerate(parts))


def _with_time(number: int, place: PlaceTime) -> PlaceTime:
    if place.minutes is None:
        raise PlanError(f"item {number} has no time.", "Write it as in LSZH0800 or LFPG0110.")
    return place


def _full_key(raw: RawMessage) -> Key:
    key = _key(raw, parse_other(_item_18(raw.fields[3:])))
    if key.off_block_min is None or key.destination is None:
        raise PlanError(f"the {raw.kind} lacks the time of item 13 or item 16.", "Write both: -LSZH0800-LFPG.")
    return key


def _key(raw: RawMessage, other: Other) -> Key:
    if len(raw.fields) < 2:
        raise PlanError(f"the {raw.kind} does not say which flight it is about.", "Write items 7, 13 and 16.")
    departure = fields.parse_departure(raw.fields[1])
    destination = fields.parse_destination(raw.fields[2]).ident if len(raw.fields) > 2 else None
    return Key(fields.parse_callsign(raw.fields[0]), departure.ident, departure.minutes, destination, other.dof)


def _change(raw: RawMessage) -> Change:
    """Fields 7, 13, 16, 18 and then one or more of field 22; a part without a number goes on with the one before."""
    at = next((k for k, part in enumerate(raw.fields) if k >= 3 and _AMENDMENT.fullmatch(part)), len(raw.fields))
    key = _key(raw, parse_other(_item_18(raw.fields[3:at])))
    amendments: list[tuple[int, str]] = []
    for part in raw.fields[at:]:
        match = _AMENDMENT.fullmatch(part)
        if match is not None:
            amendments.append((int(match[1]), match[2].strip()))
        elif amendments[-1][0] == 18:
            amendments[-1] = (18, f"{amendments[-1][1]} {part}")
        elif amendments[-1][0] != 19:
            raise PlanError("a part of the CHG has no field number.", "Write each change as in 15/N0450F350 DCT.")
    if not amendments:
        raise PlanError("the CHG changes nothing.", "Add field 22, as in 15/N0450F350 DCT.")
    return Change(raw.source, key, tuple(amendments))


def _landed(raw: RawMessage) -> Landed:
    """Fields 7, 13, [16,] 17 [, 18]: 16 is there after a diversion only."""
    parts = raw.fields
    if len(parts) > 3 and _is_other(parts[-1]):
        other, parts = parse_other(parts[-1]), parts[:-1]
    else:
        other = Other()
    if len(parts) not in (3, 4):
        raise PlanError("the ARR is not made of items 7, 13 and 17, with 16 after a diversion.", "Correct it.")
    landing = fields.parse_landing(parts[-1])
    departure = fields.parse_departure(parts[1])
    destination = fields.parse_destination(parts[2]).ident if len(parts) == 4 else None
    key = Key(fields.parse_callsign(parts[0]), departure.ident, departure.minutes, destination, other.dof)
    if landing.minutes is None:
        raise PlanError("item 17 has no time.", "Write it as in LFPG0912.")
    return Landed(raw.source, key, landing.ident, landing.minutes)


def _is_other(text: str) -> bool:
    return text == "0" or re.match(r"[A-Z]{3,4}/", text) is not None
