"""The flights that a sequence of ATS messages leaves, and which of them each message is about.

A message is matched by call sign, departure and destination, date of flight where it has one, and (CHG, CNL) the last
notified off-block time, as Doc 4444, 11.4.2.2 and Appendix 3 have it; messages are taken in the order given. What
matches no plan, or several flights, is refused by name and changes nothing: a plan is never dropped on a guess. The
time that a message takes is bounded, however many flights are filed under its call sign. Called by __init__.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, assert_never

from sharedsky.errors import SharedskyError
from sharedsky.formats.icao_fpl.flight import (
    Cancel,
    Change,
    Delay,
    Departed,
    FiledPlan,
    Filing,
    Key,
    Landed,
    Message,
    Update,
)
from sharedsky.formats.icao_fpl.refusals import PlanError, kind_of
from sharedsky.formats.icao_fpl.updates import Flight, updated
from sharedsky.formats.reading import Reading, ReadOptions, Refusal
from sharedsky.plans.plan import Source

#: Flights of one call sign from one aerodrome (each day of a year, and some) among which a message is looked for.
MAX_NAMESAKES: Final = 400
#: Plans that may be filed for one flight with different contents, each of them checked.
MAX_FILINGS: Final = 16

#: Call sign and departure, by which flights are found.
_Name = tuple[str, str]


@dataclass(slots=True)
class Book:
    """Flights in the order of their FPL; what is refused and noted goes into the reading.

    unread: where an FPL that could not be read is, by call sign.
    """

    options: ReadOptions
    reading: Reading
    unread: Mapping[str, Source] = field(default_factory=dict)
    flights: list[Flight] = field(default_factory=list)
    _alive: dict[_Name, dict[int, None]] = field(default_factory=dict)
    _cancelled: dict[_Name, int] = field(default_factory=dict)
    _filed: dict[tuple[object, ...], list[int]] = field(default_factory=dict)

    def apply_all(self, messages: Iterable[Message]) -> None:
        """Apply messages in order; what cannot be applied is refused and changes nothing."""
        for message in messages:
            try:
                if isinstance(message, Filing):
                    self._file(message)
                else:
                    self._apply(message)
            except SharedskyError as error:
                callsign = message.plan.callsign if isinstance(message, Filing) else message.key.callsign
                about = "" if isinstance(message, Filing) else f"{_kind(message)} for {message.key} "
                self.reading.add_refusal(Refusal(message.source, f"{about}{error}", kind_of(error), callsign))

    def _file(self, message: Filing) -> None:
        dof = message.plan.other.dof or self.options.date
        flight = Flight(message.source, message.plan, dof, frozenset([dof] if dof else []))
        filed = [k for k in self._filed.get(flight.identity, []) if self.flights[k].cancelled is None]
        for k in filed:
            if self.flights[k].plan == flight.plan:
                text = f"this plan is the same as in {self.flights[k].source}; it counts once."
                self.reading.note(flight.source, text, flight.id)
                return
        if len(filed) >= MAX_FILINGS:
            raise PlanError(
                f"{flight.id} was filed {len(filed)} times before, each time with another content; this one is not "
                "checked.",
                "Keep the FPL that holds.",
                "message",
            )
        self._filed[flight.identity] = [*filed, len(self.flights)]
        self._alive.setdefault(_name(flight.plan), {})[len(self.flights)] = None
        self.flights.append(flight)

    def _apply(self, message: Update) -> None:
        found = self._matches(message)
        changed = [updated(self.flights[k], message, self.options.forecast) for k in found]
        for k, flight in zip(found, changed, strict=True):
            self._move(k, flight)
            if isinstance(message, Cancel):
                self.reading.note(flight.source, f"cancelled by the CNL at {message.source}.", flight.id)

    def _move(self, k: int, flight: Flight) -> None:
        """Put a flight in the place of what it was, and to be found by what it is called now."""
        name = _name(flight.plan)
        del self._alive[_name(self.flights[k].plan)][k]
        if flight.cancelled is None:
            self._alive.setdefault(name, {})[k] = None
        else:
            self._cancelled[name] = k
        self.flights[k] = flight

    def _matches(self, message: Update) -> list[int]:
        """The flights (more than one only where a plan was filed more than once) that a message is about."""
        key = message.key
        name = key.callsign, key.departure
        namesakes = self._alive.get(name, {})
        if len(namesakes) > MAX_NAMESAKES:
            raise PlanError(
                f"may be about any of {len(namesakes):,} flights of this call sign from {key.departure}; "
                f"it is looked for among {MAX_NAMESAKES}.",
                "Check fewer days at a time.",
                "message",
            )
        named = [k for k in namesakes if key.destination in (None, self.flights[k].plan.destination.ident)]
        found = [k for k in named if _same_day(self.flights[k], message, self.options.date)]
        if isinstance(message, Change | Cancel) or (isinstance(message, Landed) and key.off_block_min is not None):
            found = [k for k in found if self.flights[k].plan.departure.minutes == key.off_block_min]
        if not found:
            raise self._not_here(named, key)
        if len({self.flights[k].identity for k in found}) > 1:
            ids = ", ".join(sorted({self.flights[k].id for k in found})[:5])
            raise PlanError(f"may be about several flights ({ids}).", "Add DOF/ in item 18.", "message")
        return found

    def _not_here(self, named: list[int], key: Key) -> PlanError:
        text = "names a plan that is not here"
        cancelled = self._cancelled.get((key.callsign, key.departure))
        if named:
            flight = self.flights[named[-1]]
            text += f" ({flight.id} at {flight.source} does not match it)"
        elif cancelled is not None and key.destination in (None, self.flights[cancelled].plan.destination.ident):
            flight = self.flights[cancelled]
            text += f" ({flight.id} at {flight.source} was cancelled at {flight.cancelled})"
        elif key.callsign in self.unread:
            text += f" (an FPL of {key.callsign} at {self.unread[key.callsign]} was refused)"
        return PlanError(
            f"{text}.",
            "A message must follow its FPL, and have the same call sign, aerodromes, last notified off-block time "
            "and date of flight.",
            "message",
        )


def _name(plan: FiledPlan) -> _Name:
    return plan.callsign, plan.departure.ident


def _kind(message: Update) -> str:
    match message:
        case Change():
            return "CHG"
        case Delay():
            return "DLA"
        case Cancel():
            return "CNL"
        case Departed():
            return "DEP"
        case Landed():
            return "ARR"
    assert_never(message)


def _same_day(flight: Flight, message: Update, default: date | None) -> bool:
    """Whether a message's date is the flight's; a message without one means the default, or else any day."""
    day = message.key.dof or default
    if day is None or flight.dof is None:
        return True
    if isinstance(message, Delay) and message.key.dof == flight.dof + timedelta(days=1):  # the day it is delayed to
        return (message.key.off_block_min or 0) < (flight.plan.departure.minutes or 0)
    return day in flight.dofs
