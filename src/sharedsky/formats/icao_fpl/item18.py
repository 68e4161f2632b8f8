"""Field 18, other information (ICAO Doc 4444, Appendix 3): what the check needs of it, and nothing else.

Kept: DOF, EET, DEP, DEST, OPR (less telephone numbers), STS/NONRVSM, DLE, the number of aircraft in TYP, and whether
there is a RIF. Everything else (RMK, PER, REG, SEL, CODE, PBN, NAV, COM, DAT, SUR, ORGN, ALTN, RALT, TALT and whatever
a region adds) is dropped here, so that no remark, name or number can reach any output. Called by flight.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from sharedsky.formats.icao_fpl.fields import hours_minutes
from sharedsky.formats.icao_fpl.refusals import PlanError
from sharedsky.formats.icao_fpl.route import Coordinates, Point, find_coordinates, parse_point

#: An indicator: a word and an oblique stroke. Those that are not used end the text of the one before all the same.
_INDICATOR = re.compile(r"(?:^|(?<= ))([A-Z]{3,10}\d?)/")
_ESTIMATE = re.compile(r"([A-Z0-9]{2,17})(\d{4})", re.ASCII)
_AIRCRAFT = re.compile(r"(\d{1,2})?[A-Z][A-Z0-9]{1,3}", re.ASCII)
#: Where a telephone number or an address begins: nothing from here on is kept.
_CONTACT = re.compile(
    r"\b(?:TEL|PHONE|PHN|MOB|MOBILE|FAX|CELL|EMAIL|MAIL|CONTACT|CTC)\b.*|\+?\d[\d ./]{5,}.*|\S*@.*"
    r"|(?<!\S)(?:E/\d{4}|P/(?:\d|TBN)|[CN]/[A-Z]).*"  # item 19, whose hyphen was left out
)
#: What OPR/ says of flights that have nothing in common: it names no party.
_NO_OPERATOR: Final = frozenset(
    """
    PRIVATE PRIV PRIVAT PRIVATELY PVT PRV PRIVE PRIVEE PRIVATO PRIVADO PRIVADA PARTICULAR PRIVATE-OWNER OWNER SELF OWN
    PILOT PIC CIVIL CIVILIAN GA GENERAL-AVIATION NIL NONE UNKNOWN UNK N/A NA TBA TBN TBD ZZZ ZZZZ 0 X XXX VARIOUS
    OPERATOR PRIVATE-OPERATOR PRIVATE-FLIGHT PRIVATE-PERSON PRIVATE-PILOT PRIVATE-AIRCRAFT PRIVATELY-OWNED
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


@dataclass(frozen=True, slots=True)
class Other:
    """What is kept of item 18.

    dof: date of flight. elapsed: EET, (point or FIR, minutes from take-off). unreadable_elapsed: how many entries of
    EET could not be read. departure, destination: places of DEP/ and DEST/ where one could be read. operator: OPR.
    delays: DLE, (point, minutes). nonrvsm: STS/NONRVSM. aircraft: number of aircraft in TYP/, 0 where it says none.
    rerouting: there is a RIF/.
    """

    dof: date | None = None
    elapsed: tuple[tuple[str, int], ...] = ()
    unreadable_elapsed: int = 0
    departure: Point | None = None
    destination: Point | None = None
    operator: str | None = None
    delays: tuple[tuple[str, int], ...] = ()
    nonrvsm: bool = False
    aircraft: int = 0
    rerouting: bool = False


def parse_other(text: str) -> Other:
    """Read field 18; `0` says that there is nothing.

    Raises:
        PlanError: a DOF/ that is no date or two that differ, a DLE/ that cannot be read.
    """
    values = _split(text)
    elapsed, unreadable = _estimates(values.get("EET", ""))
    return Other(
        dof=parse_dof(values.get("DOF")),
        elapsed=elapsed,
        unreadable_elapsed=unreadable,
        departure=_place(values.get("DEP", "")),
        destination=_place(values.get("DEST", "")),
        operator=_operator(values.get("OPR", "")),
        delays=_delays(values.get("DLE", "")),
        nonrvsm="NONRVSM" in values.get("STS", "").split(),
        aircraft=_aircraft(values.get("TYP", "")),
        rerouting="RIF" in values,
    )


def parse_dof(text: str | None) -> date | None:
    """DOF/ as a date, None where there is none: six figures, year, month, day, of this century.

    Raises:
        PlanError: not such a date, or two that differ.
    """
    days = set((text or "").split())
    if text is None:
        return None
    if len(days) == 1 and re.fullmatch(r"\d{6}", day := days.pop(), re.ASCII):
        try:
            return date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
        except ValueError:
            pass
    raise PlanError("item 18: DOF/ is not one date.", "Write year, month and day, as in DOF/260301.", "time")


def _split(text: str) -> dict[str, str]:
    """Values by indicator; an indicator that comes twice has both values, one after the other."""
    values: dict[str, str] = {}
    marks = list(_INDICATOR.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=False):
        value = text[mark.end() : end].strip()
        values[mark[1]] = f"{values[mark[1]]} {value}" if mark[1] in values else value
    return values


def _estimates(text: str) -> tuple[tuple[tuple[str, int], ...], int]:
    found, unreadable = [], 0
    for word in text.split():
        match = _ESTIMATE.fullmatch(word)
        if match and int(match[2][2:]) < 60:
            found.append((match[1], int(match[2][:2]) * 60 + int(match[2][2:])))
        else:
            unreadable += 1
    return tuple(found), unreadable


def _delays(text: str) -> tuple[tuple[str, int], ...]:
    found = []
    for word in text.split():
        match = _ESTIMATE.fullmatch(word)
        if match is None:
            raise PlanError("item 18: DLE/ is not a point and a delay.", "Write it as in DLE/MDG0030.")
        found.append((match[1], hours_minutes(18, match[2])))
    return tuple(found)


def _place(text: str) -> Point | None:
    """The place in DEP/ or DEST/: coordinates anywhere in the text, or one word that is a point; else None."""
    coordinates: Coordinates | None = find_coordinates(text)
    if coordinates is not None:
        return coordinates
    words = text.split()
    points = [point for word in words if any(c.isdigit() for c in word) and (point := parse_point(word)) is not None]
    if len(words) == 1:
        return parse_point(words[0])
    return points[0] if len(points) == 1 else None


def _operator(text: str) -> str | None:
    """The party that OPR/ names; None where it names none, so that flights of strangers are not taken for one's."""
    name = " ".join(_CONTACT.sub("", text).split()).strip(" ,.;:()-'\"")
    return None if not name or name.replace(" ", "-") in _NO_OPERATOR else name


def _aircraft(text: str) -> int:
    matches = [_AIRCRAFT.fullmatch(word) for word in text.split()]
    return sum(int(match[1] or 1) for match in matches if match)
