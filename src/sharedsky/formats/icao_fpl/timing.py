"""When a flight passes its points: nominal times from elapsed times, and the spans around them.

Implements "The forecast" of docs/formats/icao-fpl.md. Elapsed times of item 18 EET pin points; between pins,
and to item 16's total, time goes by distance, a stay (STAY, DLE) being spent where it is. Whether the total counts the
stays is not certain, so the earliest times suppose that it does, the nominal and latest ones that it does not. Called
by forecast.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from sharedsky.airspace.earth import FloatArray, IntArray
from sharedsky.airspace.time import NS_PER_MIN
from sharedsky.formats.icao_fpl.refusals import PlanError
from sharedsky.formats.reading import ForecastOptions

#: Messages give actual times in whole minutes: the true one may be a minute off either way.
REPORTED_MIN: Final = 1.0
#: Spans are rounded outward to whole nanoseconds, except for what the arithmetic itself may add [ns].
_NOISE_NS: Final = 0.01


@dataclass(frozen=True, slots=True)
class Pin:
    """A point, by index, and its elapsed time from take-off [min]."""

    index: int
    elapsed_min: float


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Elapsed times at n points [min], (n,), non-decreasing from 0: nominal, and if the total counts the stays."""

    nominal_min: FloatArray
    earliest_min: FloatArray


@dataclass(frozen=True, slots=True)
class Start:
    """When elapsed time 0 is [ns]: nominal, how much earlier and later it may be [min], and a known arrival [ns]."""

    nominal_ns: int
    early_min: float
    late_min: float
    landed_ns: int | None = None


def elapsed_times(leg_m: FloatArray, stay_min: FloatArray, pins: Sequence[Pin], total_min: float) -> Elapsed:
    """Elapsed times at the points of a path.

    Args:
        leg_m: (n - 1,) lengths [m]. stay_min: (n - 1,) time spent on each leg beyond flying it.
        pins: strictly between the ends, in order. total_min: item 16.
    Raises:
        PlanError: pins that run backwards or beyond the total, or leave no time for the stays between them.
    """
    n = len(leg_m) + 1
    last = pins[-1] if pins else Pin(0, 0.0)
    rest_min = float(stay_min[last.index :].sum())
    counted = [Pin(0, 0.0), *pins, Pin(n - 1, total_min)]
    added = [*counted[:-1], Pin(n - 1, total_min + rest_min)]
    nominal = _between_pins(leg_m, stay_min, added)
    fits = rest_min == 0 or total_min - last.elapsed_min - rest_min > 0
    earliest = _between_pins(leg_m, stay_min, counted) if fits and rest_min > 0 else nominal
    return Elapsed(nominal, np.minimum(earliest, nominal))


def _between_pins(leg_m: FloatArray, stay_min: FloatArray, pins: Sequence[Pin]) -> FloatArray:
    out = np.zeros(len(leg_m) + 1)
    for before, after in pairwise(pins):
        legs = slice(before.index, after.index)
        flying = after.elapsed_min - before.elapsed_min - float(stay_min[legs].sum())
        if flying < 0:
            raise PlanError(
                "the elapsed times do not fit: EET in item 18 runs backwards, goes beyond the total of item 16, or "
                "leaves no time for a stay.",
                "Correct EET/, STAY or item 16.",
                "time",
            )
        count, length = after.index - before.index, float(leg_m[legs].sum())
        share = leg_m[legs] / length if length > 0 else np.full(count, 1 / count)
        out[before.index + 1 : after.index + 1] = before.elapsed_min + np.cumsum(flying * share + stay_min[legs])
        out[after.index] = after.elapsed_min
    return np.maximum.accumulate(out)


def spans_ns(elapsed: Elapsed, start: Start, options: ForecastOptions) -> tuple[IntArray, IntArray, IntArray]:
    """Earliest, nominal and latest times, (n,) int64 [ns] each, at points of elapsed times (n,).

    The span at departure grows by options.growth of the time flown, each way; a known arrival narrows it (`_narrowed`).
    """
    nominal, sooner, later = elapsed.nominal_min, elapsed.earliest_min, elapsed.nominal_min
    if start.landed_ns is not None:
        nominal, early, late = _narrowed(elapsed, start, options.growth)
    else:
        early = sooner * (1 - options.growth) - start.early_min
        late = later * (1 + options.growth) + start.late_min
    time_ns = np.maximum.accumulate(start.nominal_ns + np.rint(nominal * NS_PER_MIN).astype(np.int64))
    early_ns = start.nominal_ns + np.floor(early * NS_PER_MIN + _NOISE_NS).astype(np.int64)
    late_ns = start.nominal_ns + np.ceil(late * NS_PER_MIN - _NOISE_NS).astype(np.int64)
    early_ns, late_ns = np.maximum.accumulate(early_ns), np.maximum.accumulate(late_ns)
    return np.minimum(early_ns, time_ns), time_ns, np.maximum(late_ns, time_ns)


def _narrowed(elapsed: Elapsed, start: Start, growth: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nominal, earliest and latest elapsed times [min] of a flight whose arrival is known.

    The nominal times are stretched to end at the arrival. A flight that took no longer than forecast keeps to them: its
    span grows from the departure on, and backwards from the arrival. One that took longer lost the time somewhere, and
    nobody says where: it may have flown as forecast and waited at the end, or lost it all at the beginning.
    """
    flown_min = ((start.landed_ns or 0) - start.nominal_ns) / NS_PER_MIN
    end_min = float(elapsed.nominal_min[-1])
    if end_min <= 0 or flown_min <= 0:
        raise PlanError("the arrival is not after the departure.", "Correct DEP or ARR.", "time")
    nominal = elapsed.nominal_min * (flown_min / end_min)
    ways = np.stack([nominal, elapsed.earliest_min * (flown_min / max(float(elapsed.earliest_min[-1]), 1e-9))])
    if flown_min > end_min:
        ways = np.vstack([ways, elapsed.nominal_min, elapsed.earliest_min, flown_min - end_min + elapsed.nominal_min])
    sooner, later = ways.min(axis=0), ways.max(axis=0)
    early = sooner * (1 - growth) - start.early_min
    late = later + REPORTED_MIN + growth * (flown_min - later)
    if flown_min <= end_min:
        early = np.maximum(early, sooner - REPORTED_MIN - growth * (flown_min - sooner))
        late = np.minimum(late, later * (1 + growth) + start.late_min)
    early[-1], late[-1] = flown_min - REPORTED_MIN, flown_min + REPORTED_MIN
    late[0] = min(late[0], start.late_min)
    return nominal, early, late
