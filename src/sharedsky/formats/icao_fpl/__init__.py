"""ICAO flight plans and their updates as AFTN text (ICAO Doc 4444, Appendices 2 and 3); docs/formats/icao-fpl.md.

`read` takes all documents at once, since a message of one may change a plan of another, and in their order: it cuts
them into messages (messages.py), reads each (flight.py and its fields), applies CHG, DLA, CNL, DEP and ARR to their
FPL (book.py, updates.py) and makes each flight that is left a forecast trajectory (forecast.py). Called by detect.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sharedsky.errors import FormatError, SharedskyError
from sharedsky.formats.fixes import FixTable, read_fixes
from sharedsky.formats.icao_fpl.bands import VFR_CEILING
from sharedsky.formats.icao_fpl.book import Book
from sharedsky.formats.icao_fpl.flight import Message, decode
from sharedsky.formats.icao_fpl.forecast import Forecast, forecast
from sharedsky.formats.icao_fpl.messages import RawMessage, looks_like_fpl, split_document
from sharedsky.formats.icao_fpl.places import Place
from sharedsky.formats.icao_fpl.refusals import kind_of
from sharedsky.formats.icao_fpl.route import ChangeAt, ToRules
from sharedsky.formats.icao_fpl.updates import Flight
from sharedsky.formats.reading import Document, Reading, ReadOptions, Refusal
from sharedsky.plans.digest import plan_digest
from sharedsky.plans.plan import Aerodrome, Plan, Source

NAME: Final = "fpl"

#: Messages that carry no plan and change none: noted, not refused.
_WITHOUT_PLAN: Final = frozenset({"ACP", "LAM", "RQP", "RQS", "SPL"})
_BRACKETS: Final = "A message stands in brackets, as in (FPL-...)."
#: A call sign with an operator's designator (ICAO Doc 8585): three letters, then a flight number.
_OPERATOR = re.compile(r"([A-Z]{3})\d[A-Z0-9]*")


def sniff(document: Document) -> bool:
    """Whether a document holds such messages; cheap, never raises."""
    return looks_like_fpl(document.data)


def read(documents: Sequence[Document], options: ReadOptions) -> Reading:
    """Read all documents of this format; whatever is wrong is in the reading's refusals."""
    reading = Reading(limits=options.limits)
    table = read_fixes(options.fixes, reading)
    messages, unread = _decoded(_split(documents, options, reading), reading)
    book = Book(options, reading, unread)
    book.apply_all(messages)
    assumed = _Assumptions(options)
    for flight in book.flights:
        if flight.cancelled is None:
            _add_plan(flight, table, options, reading, assumed)
    reading.assumptions += assumed.sentences()
    return reading


def _split(documents: Sequence[Document], options: ReadOptions, reading: Reading) -> list[RawMessage]:
    messages: list[RawMessage] = []
    for document in documents:
        part = Reading(limits=options.limits)
        found = split_document(document, options.limits.max_messages - len(messages), part)
        if not found and not part.refusals:
            part.refuse(Source(document.name), FormatError("there is no message in the file.", _BRACKETS))
        messages += found
        reading.extend(part)
    return messages


def _decoded(messages: Sequence[RawMessage], reading: Reading) -> tuple[list[Message], dict[str, Source]]:
    """The messages that can be read, and where the FPL are that cannot, by call sign."""
    decoded: list[Message] = []
    unread: dict[str, Source] = {}
    for raw in messages:
        if raw.kind in _WITHOUT_PLAN:
            reading.note(raw.source, f"{raw.kind}: a message without a plan, not used.")
            continue
        try:
            decoded.append(decode(raw))
        except SharedskyError as error:
            reading.add_refusal(Refusal(raw.source, str(error), kind_of(error), raw.callsign))
            if raw.kind == "FPL" and raw.callsign is not None:
                unread[raw.callsign] = raw.source
    return decoded, unread


def _add_plan(flight: Flight, table: FixTable, options: ReadOptions, reading: Reading, assumed: _Assumptions) -> None:
    try:
        options.limits.check("max_plans", len(reading.plans) + 1, "the run's plans")
        path = forecast(flight, table, options)
        plan = _plan(flight, path, _owner(flight, options))
    except SharedskyError as error:
        reading.add_refusal(Refusal(flight.source, str(error), kind_of(error), flight.id))
        return
    reading.plans.append(replace(plan, digest=plan_digest(plan)))
    for text in path.notes:
        reading.note(flight.source, text, flight.id)
    assumed.add(flight, path)


def _plan(flight: Flight, path: Forecast, owner: str) -> Plan:
    ends = [_aerodrome(place) for place in (path.departure, path.destination) if place is not None]
    plan = flight.plan
    formation = max(plan.aircraft, plan.other.aircraft) > 1
    return Plan(
        id=flight.id,
        owner=owner,
        format=NAME,
        source=flight.source,
        trajectories=(path.trajectory,),
        rvsm=plan.equipment_w and not plan.other.nonrvsm and not formation,
        forecast=True,
        aerodromes=tuple(ends),
        label=plan.callsign,
    )


def _aerodrome(place: Place) -> Aerodrome:
    """An aerodrome whose elevation is not known counts as at sea level, which only affects what is called terminal."""
    return Aerodrome(place.name, place.lat_deg, place.lng_deg, place.elevation_ft or 0.0)


def _owner(flight: Flight, options: ReadOptions) -> str:
    """Item 18 OPR/, else the operator's designator in the call sign, else the call sign.

    Raises:
        LimitError: the operator is longer than a string may be.
    """
    stated = flight.plan.other.operator
    if stated is not None:
        options.limits.check("max_string", len(stated), "the characters of OPR/")
        return stated
    match = _OPERATOR.fullmatch(flight.plan.callsign)
    return match[1] if match else flight.plan.callsign


class _Assumptions:
    """The sentences that tell which forecast values the plans were read with."""

    def __init__(self, options: ReadOptions) -> None:
        self.options = options
        self.any = self.vfr = self.dated = False
        self.models: set[str] = set()

    def add(self, flight: Flight, path: Forecast) -> None:
        """Take note of what one plan needed."""
        plan = flight.plan
        self.any = True
        changes = [e.cruise.level for e in plan.route if isinstance(e, ChangeAt)]
        to_vfr = any(isinstance(e, ToRules) and not e.ifr for e in plan.route)
        self.vfr = self.vfr or to_vfr or None in (plan.cruise.level, *changes)
        self.dated = self.dated or plan.other.dof is None
        self.models |= {path.magnetic_model} if path.magnetic_model else set()

    def sentences(self) -> list[str]:
        """What was assumed, in sentences."""
        if not self.any:
            return []
        f = self.options.forecast
        out = [
            f"Flight plans are forecasts: take-off {f.taxi_min:g} min after off-block time, {f.early_min:g} min "
            f"earlier to {f.late_min:g} min later, growing by {f.growth * 100:g} % of elapsed time each way; up to "
            f"{f.lateral_nm:g} NM beside the route.",
            f"Flight plans' levels: anywhere between aerodrome and cruise for {f.level_min:g} min after departure and "
            f"before arrival, and between both levels for {f.level_min:g} min on each side of a change.",
        ]
        if self.vfr:
            out.append(f"Flights under VFR without a level may be anywhere from the ground to {VFR_CEILING}.")
        if self.dated and self.options.date is not None:
            out.append(f"Flight plans without DOF/ are taken to be of {self.options.date.isoformat()} (UTC).")
        out += [f"Bearings in flight plans are magnetic ({model})." for model in sorted(self.models)]
        return out


__all__ = ["NAME", "read", "sniff"]
