"""Which points of an ATS route or a procedure a flight passes, between where it joins and where it leaves it.

An ATS route is flown either way between two of its points; at the ends of a flight it may also be joined or left at one
of its own ends near the aerodrome. A procedure (SID, STAR) is flown in its order. What the table does not say is
refused, not guessed. Called by resolve.py.
"""

from __future__ import annotations

from typing import Final

from sharedsky.airspace.earth import M_PER_NM, distance_m
from sharedsky.formats.fixes import UnknownPointError, Way
from sharedsky.formats.icao_fpl.places import HOW_TO_SUPPLY, Gazetteer, Place
from sharedsky.formats.icao_fpl.refusals import PlanError

#: How near to its aerodrome the end of an ATS route must be, for a flight that begins or ends with its name [NM].
JOIN_NM: Final = 50.0


def procedure_after(way: Way, here: str | None) -> tuple[str, ...]:
    """The idents of a procedure from where the flight is, or from its beginning."""
    return way.idents[way.idents.index(here) + 1 :] if here is not None and here in way.idents else way.idents


def along(way: Way, here: Place | None, to: str, departing: bool, gazetteer: Gazetteer) -> tuple[str, ...]:
    """The idents of an ATS route after the point where it is joined, up to and with `to`.

    Args:
        here: the point before the route's name. departing: here is the departure aerodrome.
    Raises:
        UnknownPointError: `to` or `here` is not a point of the route in the table.
        PlanError: it begins at the departure, and neither of its ends is near.
    """
    goals = [k for k, ident in enumerate(way.idents) if ident == to]
    if not goals:
        raise UnknownPointError(f"{to} is not a point of {way.name} in the table.", HOW_TO_SUPPLY)
    if here is not None and here.name in way.idents:
        starts = [k for k, ident in enumerate(way.idents) if ident == here.name]
    elif here is not None and departing:
        starts = [-1 if near_end(way, here, gazetteer) == 0 else len(way.idents)]
    else:
        name = here.name if here is not None else "the beginning of the route"
        raise UnknownPointError(f"{name} is not a point of {way.name} in the table.", HOW_TO_SUPPLY)
    start, goal = min(((s, g) for s in starts for g in goals), key=lambda pair: abs(pair[0] - pair[1]))
    return way.idents[start + 1 : goal + 1] if goal >= start else way.idents[goal:start][::-1]


def near_end(way: Way, aerodrome: Place, gazetteer: Gazetteer) -> int:
    """The index of the end of an ATS route that is nearest to an aerodrome.

    Raises:
        PlanError: neither is within JOIN_NM.
    """
    ends = {k: gazetteer.named(way.idents[k], aerodrome) for k in (0, len(way.idents) - 1)}
    apart_m = {
        k: float(distance_m(aerodrome.lat_deg, aerodrome.lng_deg, end.lat_deg, end.lng_deg)[0])
        for k, end in ends.items()
    }
    nearest = min(apart_m, key=lambda k: apart_m[k])
    if apart_m[nearest] > JOIN_NM * M_PER_NM:
        raise PlanError(
            f"it is not known where {way.name} is joined or left: neither of its ends is within {JOIN_NM:g} NM of "
            f"{aerodrome.name}.",
            "Name the point in item 15, or give the way as a procedure in the --fixes file.",
            "unknown-point",
        )
    return nearest
