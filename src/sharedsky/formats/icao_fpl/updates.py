"""The flights that a sequence of ATS messages leaves: CHG, DLA, CNL, DEP and ARR applied to their FPL, or refused.

A message is matched by call sign, departure and destination, date of flight where it has one, and (CHG, CNL) the last
notified off-block time, as Doc 4444, 11.4.2.2 and Appendix 3 have it; messages are taken in the order given. What
matches no plan, or several flights, is refused by name and changes nothing: a plan is never dropped on a guess. Called
by __init__.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, assert_never

from sharedsky.airspace.time import NS_PER_DAY, NS_PER_MIN, format_instant, instant_on
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
    amend,
)
from sharedsky.formats.icao_fpl.refusals import PlanError, kind_of
from sharedsky.formats.reading import ForecastOptions, Note, ReadOptions, Refusal
from sharedsky.plans.plan import Source

#: A delay beyond this [min] is not taken for one that runs past midnight.
MAX_DELAY_MIN: Final = 12 * 60
#: How long before its off-block time a flight may leave [min]; an earlier time of day is the next day's.
MAX_EARLY_MIN: Final = 60
#: How far from the forecast a landing may be [min].
MAX_ARRIVAL_SHIFT_MIN: Final = 6 * 60


@dataclass(frozen=True, slots=True)
class Flight:
    """One flight as its messages leave it.

    source: of its FPL. dof: day of the off-block time; None where neither the FPL nor the options say.
    dofs: the days that messages may call its date of flight. departed_ns, landed_ns: actual times, where known.
    cancelled: where its CNL is, once there is one.
    """

    source: Source
    plan: FiledPlan
    dof: date | None
    dofs: frozenset[date]
    departed_ns: int | None = None
    landed_ns: int | None = None
    cancelled: Source | None = None

    @property
    def identity(self) -> tuple[str, str, int | None, str, date | None]:
        """Call sign, departure, off-block time, destination, day."""
        plan = self.plan
        return plan.callsign, plan.departure.ident, plan.departure.minutes, plan.destination.ident, self.dof

    @property
    def id(self) -> str:
        """CALLSIGN-ADEP-EOBT-ADES-DOF, as in SWR123-LSZH-0800-LFPG-260301; `nodate` where no day is known."""
        minutes = self.plan.departure.minutes or 0
        day = self.dof.strftime("%y%m%d") if self.dof else "nodate"
        ends = self.plan.departure.ident, f"{minutes // 60:02d}{minutes % 60:02d}", self.plan.destination.ident
        return "-".join((self.plan.callsign, *ends, day))

    def off_block_ns(self) -> int:
        """Off-block time in nanoseconds (0 where no day is known)."""
        minutes = self.plan.departure.minutes or 0
        return instant_on(self.dof, minutes // 60, minutes % 60) if self.dof else 0


@dataclass(slots=True)
class Book:
    """Flights in the order of their FPL, with what was refused and noted on the way.

    unread: where an FPL that could not be read is, by call sign.
    """

    options: ReadOptions
    unread: Mapping[str, Source] = field(default_factory=dict)
    flights: list[Flight] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    _by_callsign: dict[str, list[int]] = field(default_factory=dict)

    def apply_all(self, messages: Iterable[Message]) -> None:
        """Apply messages in order; what cannot be applied is refused and changes nothing."""
        for message in messages:
            if isinstance(message, Filing):
                self._file(message)
                continue
            try:
                self._apply(message)
            except SharedskyError as error:
                reason = f"{_kind(message)} for {message.key} {error}"
                self.refusals.append(Refusal(message.source, reason, kind_of(error), message.key.callsign))

    def _file(self, message: Filing) -> None:
        dof = message.plan.other.dof or self.options.date
        self._by_callsign.setdefault(message.plan.callsign, []).append(len(self.flights))
        self.flights.append(Flight(message.source, message.plan, dof, frozenset([dof] if dof else [])))

    def _apply(self, message: Update) -> None:
        found = self._matches(message)
        updated = [_updated(self.flights[k], message, self.options.forecast) for k in found]
        for k, flight in zip(found, updated, strict=True):
            if flight.plan.callsign != self.flights[k].plan.callsign:
                self._by_callsign.setdefault(flight.plan.callsign, []).append(k)
            self.flights[k] = flight
            if isinstance(message, Cancel):
                self.notes.append(Note(flight.source, f"cancelled by the CNL at {message.source}.", flight.id))

    def _matches(self, message: Update) -> list[int]:
        """The flights (more than one only where a plan was filed more than once) that a message is about."""
        key = message.key
        named = [k for k in self._by_callsign.get(key.callsign, []) if _same_route(self.flights[k], key)]
        alive = [k for k in named if self.flights[k].cancelled is None]
        found = [k for k in alive if _same_day(self.flights[k], message, self.options.date)]
        if isinstance(message, Change | Cancel) or (isinstance(message, Landed) and key.off_block_min is not None):
            found = [k for k in found if self.flights[k].plan.departure.minutes == key.off_block_min]
        if not found:
            raise self._not_here(named, key.callsign)
        if len({self.flights[k].identity for k in found}) > 1:
            ids = ", ".join(sorted({self.flights[k].id for k in found})[:5])
            raise PlanError(f"may be about several flights ({ids}).", "Add DOF/ in item 18.", "message")
        return found

    def _not_here(self, named: list[int], callsign: str) -> PlanError:
        text = "names a plan that is not here"
        if named:
            flight = self.flights[named[-1]]
            state = f"was cancelled at {flight.cancelled}" if flight.cancelled else "does not match it"
            text += f" ({flight.id} at {flight.source} {state})"
        elif callsign in self.unread:
            text += f" (an FPL of {callsign} at {self.unread[callsign]} was refused)"
        return PlanError(
            f"{text}.",
            "A message must follow its FPL, and have the same call sign, aerodromes, last notified off-block time "
            "and date of flight.",
            "message",
        )


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


def _same_route(flight: Flight, key: Key) -> bool:
    plan = flight.plan
    return (
        plan.callsign == key.callsign
        and plan.departure.ident == key.departure
        and key.destination in (None, plan.destination.ident)
    )


def _same_day(flight: Flight, message: Update, default: date | None) -> bool:
    """Whether a message's date is the flight's; a message without one means the default, or else any day."""
    day = message.key.dof or default
    if day is None or flight.dof is None:
        return True
    if isinstance(message, Delay) and message.key.dof == flight.dof + timedelta(days=1):  # the day it is delayed to
        return (message.key.off_block_min or 0) < (flight.plan.departure.minutes or 0)
    return day in flight.dofs


def _updated(flight: Flight, message: Update, forecast: ForecastOptions) -> Flight:
    match message:
        case Change():
            return _changed(flight, message)
        case Delay():
            return _delayed(flight, message.key.off_block_min or 0)
        case Cancel():
            if flight.departed_ns is not None or flight.landed_ns is not None:
                raise PlanError("is about a flight that has departed already.", "The plan stands.", "message")
            return replace(flight, cancelled=message.source)
        case Departed():
            return _departed(flight, message.key.off_block_min or 0)
        case Landed():
            return _landed(flight, message, forecast)
    assert_never(message)


def _changed(flight: Flight, message: Change) -> Flight:
    plan = flight.plan
    try:
        for number, text in message.amendments:
            plan = amend(plan, number, text)
    except PlanError as error:
        raise PlanError(f"is not applied, and the plan stands: {error.message}", error.advice, error.kind) from None
    old_min, new_min = flight.plan.departure.minutes or 0, plan.departure.minutes or 0
    dof = flight.dof if plan.other.dof == flight.plan.other.dof else plan.other.dof
    says_day = any(number == 18 and "DOF/" in text for number, text in message.amendments)
    if not says_day and abs(new_min - old_min) > MAX_DELAY_MIN:
        raise PlanError(
            "moves the off-block time by more than 12 hours, and does not say to which day; the plan stands.",
            "Add the day, as in -18/DOF/260302.",
            "message",
        )
    return replace(flight, plan=plan, dof=dof, dofs=flight.dofs | ({dof} if dof else set()))


def _delayed(flight: Flight, new_min: int) -> Flight:
    """A later off-block time; a time of day before the old one is the next day's, if it is near enough."""
    if flight.departed_ns is not None or flight.landed_ns is not None:
        raise PlanError("is about a flight that has departed already.", "The plan stands.", "message")
    old_min = flight.plan.departure.minutes or 0
    plan = replace(flight.plan, departure=replace(flight.plan.departure, minutes=new_min))
    if new_min >= old_min:
        return replace(flight, plan=plan)
    if new_min + 24 * 60 - old_min > MAX_DELAY_MIN:
        raise PlanError(
            "has an off-block time before the one that the flight had; the plan stands.",
            "A DLA only delays. Change the time by a CHG.",
            "message",
        )
    if flight.dof is None:
        return replace(flight, plan=plan)
    dof = flight.dof + timedelta(days=1)
    return replace(flight, plan=plan, dof=dof, dofs=flight.dofs | {dof})


def _departed(flight: Flight, time_min: int) -> Flight:
    """Actual departure: the first such time of day from an hour before the off-block time on."""
    if flight.departed_ns is not None:
        raise PlanError("is about a flight that has departed already.", "The first DEP counts.", "message")
    if flight.dof is None:  # it will be refused for want of a date
        return flight
    earliest = flight.off_block_ns() - MAX_EARLY_MIN * NS_PER_MIN
    departed = instant_on(flight.dof, time_min // 60, time_min % 60)
    departed -= ((departed - earliest) // NS_PER_DAY) * NS_PER_DAY
    if departed - flight.off_block_ns() > MAX_DELAY_MIN * NS_PER_MIN:
        raise PlanError(
            "gives a departure more than an hour before the off-block time, or more than 12 hours after it.",
            "The plan stands; check the times.",
            "message",
        )
    return replace(flight, departed_ns=departed)


def _landed(flight: Flight, message: Landed, forecast: ForecastOptions) -> Flight:
    """Actual arrival: the time of day that is nearest to the forecast."""
    if message.aerodrome != flight.plan.destination.ident:
        raise PlanError(
            f"says that it landed at {message.aerodrome}, and the way there is not known.",
            "The plan stands as filed.",
            "message",
        )
    if flight.landed_ns is not None:
        raise PlanError("is about a flight that has landed already.", "The first ARR counts.", "message")
    if flight.dof is None:
        return flight
    taxi_ns = round(forecast.taxi_min * NS_PER_MIN)
    early_ns = round(forecast.early_min * NS_PER_MIN)
    departed = flight.departed_ns
    left = departed if departed is not None else flight.off_block_ns() + taxi_ns
    earliest = departed if departed is not None else left - early_ns
    expected = left + (flight.plan.destination.minutes or 0) * NS_PER_MIN
    landed = instant_on(flight.dof, message.time_min // 60, message.time_min % 60)
    landed += round((expected - landed) / NS_PER_DAY) * NS_PER_DAY
    if abs(landed - expected) > MAX_ARRIVAL_SHIFT_MIN * NS_PER_MIN or landed <= earliest:
        raise PlanError(
            f"gives an arrival at {format_instant(landed)}, far from the forecast of {format_instant(expected)}.",
            "The plan stands; check the times.",
            "message",
        )
    return replace(flight, landed_ns=landed)
