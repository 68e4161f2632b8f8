"""A flight plan as a trajectory: where, when and at which level the flight may be (docs/formats/icao-fpl.md).

Implements "The forecast" of docs/formats/icao-fpl.md: the route by geodesics (resolve.py), times with the spans
around them (timing.py), levels (bands.py), and how far beside the route the aircraft may be. Called by __init__.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.earth import M_PER_NM, FloatArray, IntArray, direct, inverse
from sharedsky.airspace.time import NS_PER_MIN
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.formats.fixes import FixTable, UnknownPointError
from sharedsky.formats.icao_fpl.bands import cut_times_min, held_bands, legs_of_bands
from sharedsky.formats.icao_fpl.flight import FiledPlan
from sharedsky.formats.icao_fpl.places import Place
from sharedsky.formats.icao_fpl.refusals import PlanError
from sharedsky.formats.icao_fpl.resolve import Path, resolve
from sharedsky.formats.icao_fpl.route import ChangeAt, ClimbFrom, Stay
from sharedsky.formats.icao_fpl.timing import REPORTED_MIN, Elapsed, Pin, Start, elapsed_times, spans_ns
from sharedsky.formats.icao_fpl.updates import Flight
from sharedsky.formats.reading import ForecastOptions, ReadOptions

#: No leg of a trajectory is longer [m].
MAX_LEG_M: Final = 20_000.0
#: A mean speed over the ground of more than this many times the filed airspeed cannot be: points or times are wrong.
IMPOSSIBLE_SPEED: Final = 3.0
#: ... and above this many times it is noted.
DOUBTFUL_SPEED: Final = 1.5
#: Below this length [m] such a speed says nothing.
_SHORT_M: Final = 50_000.0
#: A flight loiters if at its filed speed, less this time [min] for climb, vectors and approach ...
LOITER_ALLOWANCE_MIN: Final = 30.0
#: ... it could fly this many times its route.
LOITER_FACTOR: Final = 3.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """A flight's trajectory, its first place (None for AFIL) and its last, and what the user may want to know."""

    trajectory: Trajectory
    departure: Place | None
    destination: Place
    magnetic_model: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Legs:
    """The legs between the path's points, (n - 1,) each: azimuth [deg], length [m], stay [min], reach beside it [m]."""

    azimuth_deg: FloatArray
    length_m: FloatArray
    stay_min: FloatArray
    lateral_m: FloatArray


def forecast(flight: Flight, table: FixTable, options: ReadOptions) -> Forecast:
    """The trajectory of a flight whose day is known.

    Raises:
        UnknownPointError, PlanError, LimitError, TimeError, GeometryError: why it has none.
    """
    plan = flight.plan
    if flight.dof is None:
        raise PlanError("the plan has no DOF/ in item 18.", "Add it, or say the date with --date.", "no-date")
    path = resolve(plan, flight.dof, table, options.limits)
    notes: list[str] = []
    total_min = float(plan.destination.minutes or 0)
    if total_min <= 0:
        raise PlanError("item 16: the total elapsed time is zero.", "Write hours and minutes, as in LFPG0110.", "time")
    legs = _legs(plan, path, options.forecast, notes)
    elapsed = elapsed_times(legs.length_m, legs.stay_min, _pins(plan, path, notes), total_min)
    flying_min = float(elapsed.nominal_min[-1] - legs.stay_min.sum())
    _check_speed(float(legs.length_m.sum()), flying_min, _fastest_mps(plan), notes)
    legs.lateral_m[:] += _loiter_m(float(legs.length_m.sum()), flying_min, _fastest_mps(plan), notes)
    departure = None if plan.departure.ident == "AFIL" else path.places[0]
    trajectory = _trajectory(path, legs, elapsed, _start(flight, elapsed, options.forecast), plan, options.forecast)
    if plan.other.rerouting:
        notes.append("RIF/ in item 18 may change the route in flight: only the route of item 15 is checked.")
    return Forecast(trajectory, departure, path.places[-1], path.magnetic_model, tuple(notes))


def _legs(plan: FiledPlan, path: Path, options: ForecastOptions, notes: list[str]) -> _Legs:
    lat, lng = _coordinates(path)
    azimuth, length = inverse(lat[:-1], lng[:-1], lat[1:], lng[1:])
    spread = np.array([place.spread_m for place in path.places])
    lateral = options.lateral_nm * M_PER_NM + np.maximum(spread[:-1], spread[1:])
    stay_min = np.zeros(len(length))
    speed_mps = _fastest_mps(plan)
    for index, minutes in _stays(plan, path):
        until = next(k for k in path.named if k > index)
        legs = slice(index, until)
        way_m = float(length[legs].sum())
        stay_min[legs] += minutes * (length[legs] / way_m if way_m > 0 else 1 / (until - index))
        lateral[legs] += speed_mps * minutes * 60 / 2 + way_m
        name = path.places[index].name
        notes.append(f"a stay of {minutes} min after {name}: it may be anywhere that its speed allows meanwhile.")
    return _Legs(azimuth, length, stay_min, lateral)


def _coordinates(path: Path) -> tuple[FloatArray, FloatArray]:
    return np.array([p.lat_deg for p in path.places]), np.array([p.lng_deg for p in path.places])


def _fastest_mps(plan: FiledPlan) -> float:
    """The highest speed that the plan files anywhere [m/s]."""
    speeds = [plan.cruise.speed]
    speeds += [e.cruise.speed for e in plan.route if isinstance(e, ChangeAt)]
    speeds += [e.climb.speed for e in plan.route if isinstance(e, ClimbFrom)]
    return max(speed.fastest_mps for speed in speeds)


def _stays(plan: FiledPlan, path: Path) -> list[tuple[int, int]]:
    """Index of the point and minutes of each STAY in item 15 and DLE in item 18."""
    stays = [(mark.index, mark.element.minutes) for mark in path.marks if isinstance(mark.element, Stay)]
    for name, minutes in plan.other.delays:
        index = next((k for k, place in enumerate(path.places[:-1]) if place.name == name), None)
        if index is None:
            raise UnknownPointError(f"DLE/ in item 18 names {name}, which is not on the route.", "Correct either.")
        stays.append((index, minutes))
    return stays


def _loiter_m(length_m: float, flying_min: float, speed_mps: float, notes: list[str]) -> float:
    """How much farther from its route a flight may be whose time is much more than its route takes [m].

    At speed v, a time e after the start and f before the end, it is within v e of the start and v f of the end. So it
    is within half of v (e + f), and half of the route's length, of where the route has it then.
    """
    spare_m = speed_mps * (flying_min - LOITER_ALLOWANCE_MIN) * 60
    if length_m > 0 and spare_m <= LOITER_FACTOR * length_m:
        return 0.0
    reach_m = (speed_mps * flying_min * 60 + length_m) / 2
    notes.append(
        f"item 16 gives much more time than the route takes: the flight may be anywhere within "
        f"{reach_m / M_PER_NM:.0f} NM of it."
    )
    return reach_m


def _check_speed(length_m: float, flying_min: float, speed_mps: float, notes: list[str]) -> None:
    ratio = length_m / max(flying_min * 60 * speed_mps, 1.0)
    if length_m < _SHORT_M or ratio <= DOUBTFUL_SPEED:
        return
    what = (
        f"the route is {length_m / M_PER_NM:,.0f} NM long: in the time of item 16 that is {ratio:.1f} times the speed "
        "of item 15"
    )
    if ratio > IMPOSSIBLE_SPEED:
        raise PlanError(f"{what}.", "A point of the route, its place in the table or item 16 is wrong.", "time")
    notes.append(f"{what}; the times follow item 16.")


def _pins(plan: FiledPlan, path: Path, notes: list[str]) -> list[Pin]:
    """The elapsed times of item 18 EET at points of the route, in the route's order; others are noted."""
    stated = dict(plan.other.elapsed)
    doubtful = {name for name, minutes in plan.other.elapsed if stated[name] != minutes}
    names = [place.name for place in path.places]
    once = {name for name in stated if names.count(name) == 1} - doubtful
    pins = [Pin(k, float(stated[name])) for k, name in enumerate(names[:-1]) if k > 0 and name in once]
    used = {names[pin.index] for pin in pins} | {names[0], names[-1]}
    unused = [name for name in stated if name not in used]
    if unused:
        listed = ", ".join(unused[:10]) + ("..." if len(unused) > 10 else "")
        notes.append(f"EET of {listed} not used: not one point of the route.")
    if plan.other.unreadable_elapsed:
        notes.append("part of EET/ in item 18 could not be read and was not used.")
    return pins


def _start(flight: Flight, elapsed: Elapsed, options: ForecastOptions) -> Start:
    """When the flight leaves: DEP, or off-block time and taxi; a known arrival chooses within that span."""
    if flight.departed_ns is not None:
        return Start(flight.departed_ns, REPORTED_MIN, REPORTED_MIN, flight.landed_ns)
    taxi_min = 0.0 if flight.plan.departure.ident == "AFIL" else options.taxi_min
    leaves_ns = flight.off_block_ns() + round(taxi_min * NS_PER_MIN)
    shift_min = 0.0
    if flight.landed_ns is not None:
        forecast_ns = leaves_ns + round(float(elapsed.nominal_min[-1]) * NS_PER_MIN)
        shift_min = min(max((flight.landed_ns - forecast_ns) / NS_PER_MIN, -options.early_min), options.late_min)
    nominal_ns = leaves_ns + round(shift_min * NS_PER_MIN)
    return Start(nominal_ns, options.early_min + shift_min, options.late_min - shift_min, flight.landed_ns)


def _trajectory(
    path: Path, legs: _Legs, elapsed: Elapsed, start: Start, plan: FiledPlan, options: ForecastOptions
) -> Trajectory:
    ends = (None if plan.departure.ident == "AFIL" else path.places[0], path.places[-1])
    level_min = options.level_min * _slowest(elapsed, legs.stay_min)
    held = held_bands(plan.cruise, path.marks, elapsed.nominal_min, ends, level_min)
    cuts_min = cut_times_min(held, float(elapsed.nominal_min[-1]))
    leg, share = _cuts(legs.length_m, elapsed.nominal_min, cuts_min)
    lat, lng = _cut_coordinates(path, legs, leg, share)
    cut = Elapsed(_interpolated(elapsed.nominal_min, leg, share), _interpolated(elapsed.earliest_min, leg, share))
    early_ns, time_ns, late_ns = spans_ns(cut, start, options)
    lower, upper, lower_datum, upper_datum = legs_of_bands(held, cuts_min, cut.nominal_min[:-1], cut.nominal_min[1:])
    return Trajectory(lat, lng, early_ns, time_ns, late_ns, lower, upper, lower_datum, upper_datum, legs.lateral_m[leg])


def _slowest(elapsed: Elapsed, stay_min: FloatArray) -> float:
    """How many nominal minutes pass, at most, while one passes if item 16's total counts the stays; 1 without any."""
    nominal, counted = np.diff(elapsed.nominal_min) - stay_min, np.diff(elapsed.earliest_min) - stay_min
    moving = counted > 1e-9
    return max(1.0, float((nominal[moving] / counted[moving]).max(initial=1.0)))


def _cuts(length_m: FloatArray, elapsed_min: FloatArray, at_min: FloatArray) -> tuple[IntArray, FloatArray]:
    """Where the path is cut, its end left out: the leg (m,) and how far along it (m,), 0 <= share < 1, in order."""
    pieces = np.maximum(1, np.ceil(length_m / MAX_LEG_M).astype(np.int64))
    leg = np.repeat(np.arange(len(length_m)), pieces)
    share = (np.arange(len(leg)) - (np.cumsum(pieces) - pieces)[leg]) / pieces[leg]
    on = np.clip(np.searchsorted(elapsed_min, at_min, side="right") - 1, 0, len(length_m) - 1)
    time_min = elapsed_min[on + 1] - elapsed_min[on]
    along = (at_min - elapsed_min[on]) / np.where(time_min > 0, time_min, 1.0)
    inner = (time_min > 0) & (along > 0) & (along < 1)
    leg, share = np.concatenate([leg, on[inner]]), np.concatenate([share, along[inner]])
    order = np.lexsort([share, leg])
    leg, share = leg[order], share[order]
    keep = np.ones(len(leg), bool)
    keep[1:] = (np.diff(leg) > 0) | (np.diff(share) > 0)
    return leg[keep], share[keep]


def _cut_coordinates(path: Path, legs: _Legs, leg: IntArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Latitudes and longitudes [deg] (m + 1,) of the cuts and of the path's end."""
    lat, lng = _coordinates(path)
    out_lat, out_lng = np.append(lat[leg], lat[-1]), np.append(lng[leg], lng[-1])
    inner = np.flatnonzero(share > 0)
    if len(inner):
        of = leg[inner]
        out_lat[inner], out_lng[inner] = direct(
            lat[of], lng[of], legs.azimuth_deg[of], share[inner] * legs.length_m[of]
        )
    return out_lat, out_lng


def _interpolated(elapsed_min: FloatArray, leg: IntArray, share: FloatArray) -> FloatArray:
    inner = elapsed_min[leg] + share * (elapsed_min[leg + 1] - elapsed_min[leg])
    return np.append(inner, elapsed_min[-1])
