"""A flight as its messages leave it: what each of CHG, DLA, CNL, DEP and ARR changes (ICAO Doc 4444, 11.4.2.2).

What makes no sense for the flight is an error, and the plan stands. Which flight a message is about is found in
book.py, which calls this.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, assert_never

from sharedsky.airspace.time import NS_PER_DAY, NS_PER_MIN, format_instant, instant_on
from sharedsky.formats.icao_fpl.flight import (
    Cancel,
    Change,
    Delay,
    Departed,
    FiledPlan,
    Landed,
    Update,
    amend,
)
from sharedsky.formats.icao_fpl.refusals import PlanError
from sharedsky.formats.reading import ForecastOptions
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


def updated(flight: Flight, message: Update, forecast: ForecastOptions) -> Flight:
    """The flight after a message that is about it.

    Raises:
        PlanError: the message makes no sense for it; the plan stands.
    """
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
