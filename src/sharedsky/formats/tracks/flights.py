"""Rows sorted into flights: by address and call sign together, and by long gaps.

- One address with another call sign is another flight; one call sign at another address is another flight.
- A row without a call sign belongs to the flight of its address around it.
- A gap of more than 20 minutes starts a new flight unless the aircraft was above 10,000 ft before and after it; a
  gap of more than six hours always does. Other gaps stay within the flight, which lists them.
- Two call signs that take turns at one address within the bridged gap are two aircraft with one address; but up to
  three rows with another call sign between two rows that fit together are a call sign read wrongly, and stay.

Called by the reader of this package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.time import NS_PER_MIN
from sharedsky.formats.reading import TrackOptions
from sharedsky.formats.tracks.motion import Points, bridged_ns, possible
from sharedsky.formats.tracks.rows import Rows

#: A longer gap ends the flight where the aircraft may have landed in it; a turnaround takes longer than this.
LANDED_GAP_NS: Final = 20 * NS_PER_MIN
#: Above this pressure altitude [ft] before and after a gap, the aircraft is taken to have stayed in the air.
ALOFT_FT: Final = 10_000.0
#: A longer gap always ends the flight.
LONGEST_GAP_NS: Final = 6 * 60 * NS_PER_MIN
#: Rows in a row that may carry a call sign read wrongly.
GARBLED_ROWS: Final = 3


@dataclass(slots=True)
class Flights:
    """Rows in the order of flights and, within them, of time: flight k is rows[first[k] : first[k + 1]].

    callsign: by flight, code of Names. after: by flight, the flight that its address flew just before (in the same
    unbroken spell of recording), or -1. garbled: rows with a call sign read wrongly, by flight. shared: flights whose
    address was in use under another call sign at the same time.
    """

    rows: Rows
    first: IntArray
    callsign: list[int]
    after: list[int]
    garbled: dict[int, int] = field(default_factory=dict)
    shared: set[int] = field(default_factory=set)


def sort_into_flights(rows: Rows, options: TrackOptions) -> Flights:
    """Sort rows into flights; every row is in exactly one of them."""
    rows = rows.take(_order(rows))
    new_spell = _spells(rows)
    spell = np.cumsum(new_spell) - 1
    callsign = _filled(rows.callsign, spell)
    new_run = new_spell.copy()
    new_run[1:] |= callsign[1:] != callsign[:-1]
    runs = _Runs(rows, np.flatnonzero(new_run), callsign, spell, options)
    flight = np.repeat(np.array(runs.assign(), np.int64), runs.length)
    order = np.argsort(flight, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(flight, minlength=len(runs.callsigns)))]).astype(np.int64)
    return Flights(rows.take(order), first, runs.callsigns, runs.after, runs.garbled, runs.shared)


def _order(rows: Rows) -> IntArray:
    """By address and time, and at one time as they came; a row given again stands beside the first of its kind."""
    order = np.lexsort((rows.time_ns, rows.address))
    ordered = rows.take(order)
    values = (ordered.address, ordered.time_ns, ordered.callsign, ordered.lat_deg, ordered.lng_deg, ordered.altitude_ft)
    alike = np.lexsort(values[::-1])
    new = np.ones(len(rows), bool)
    new[1:] = np.logical_or.reduce([_differ(value[alike]) for value in values])
    first = np.minimum.reduceat(alike, np.flatnonzero(new)) if len(rows) else alike
    came = np.empty(len(rows), np.int64)
    came[alike] = first[np.cumsum(new) - 1] if len(rows) else alike
    return np.asarray(order[np.argsort(came, kind="stable")])


def _differ(values: IntArray | FloatArray) -> BoolArray:
    """(n - 1,) whether each value differs from the one before; NaN is NaN."""
    before, after = values[:-1], values[1:]
    return np.asarray((before != after) & ~((before != before) & (after != after)))


def _spells(rows: Rows) -> BoolArray:
    """(n,) bool: where, in rows by address and time, the address changes or a gap is long enough to end a flight."""
    gap_ns = np.diff(rows.time_ns)
    aloft = rows.altitude_ft > ALOFT_FT  # not where the altitude is NaN
    aloft &= np.isfinite(rows.altitude_ft)
    ends = (gap_ns > LONGEST_GAP_NS) | ((gap_ns > LANDED_GAP_NS) & ~(aloft[:-1] & aloft[1:]))
    new = np.ones(len(rows), bool)
    new[1:] = (np.diff(rows.address) != 0) | ends
    return new


def _filled(callsign: IntArray, spell: IntArray) -> IntArray:
    """Call signs with the missing ones (0) taken from the row before or, at the start of a spell, from the next."""
    out = callsign.copy()
    for step in (1, -1):
        codes, spells = out[::step], spell[::step]
        index = np.arange(len(codes))
        source = np.maximum.accumulate(np.where(codes != 0, index, -1))
        usable = (source >= 0) & (spells[np.maximum(source, 0)] == spells)
        out[::step] = np.where(usable, codes[np.maximum(source, 0)], codes)
    return out


class _Runs:
    """Rows of one call sign that follow each other at one address, and the flights that they are put together to."""

    def __init__(self, rows: Rows, start: IntArray, callsign: IntArray, spell: IntArray, options: TrackOptions) -> None:
        self.length = np.diff(np.append(start, len(rows)))
        moments = np.ones(len(rows), np.int64)
        moments[1:] = np.diff(rows.time_ns) != 0
        self._moments = np.add.reduceat(moments, start).tolist() if len(start) else []
        self.callsigns: list[int] = []
        self.after: list[int] = []
        self.garbled: dict[int, int] = {}
        self.shared: set[int] = set()
        self._rows, self._options = rows, options
        self._bridged_ns = bridged_ns(options)
        self._start, self._end = start.tolist(), (start + self.length - 1).tolist()
        self._callsign, self._spell = callsign[start].tolist(), spell[start].tolist()
        self._begin_ns, self._end_ns = rows.time_ns[start].tolist(), rows.time_ns[self._end].tolist()

    def assign(self) -> list[int]:
        """The flight of each run."""
        flights: list[int] = []
        open_by_callsign: dict[int, tuple[int, int]] = {}
        for run, callsign in enumerate(self._callsign):
            follows = run > 0 and self._spell[run] == self._spell[run - 1]
            if not follows:
                open_by_callsign = {}
            flight, last_ns = open_by_callsign.get(callsign, (-1, 0))
            if flight >= 0 and self._begin_ns[run] - last_ns <= self._bridged_ns:
                if flights[-1] != flight:
                    self.shared |= {flight, flights[-1]}
            elif self._is_garbled(run):
                flight, callsign = flights[-1], self._callsign[run - 1]
                self.garbled[flight] = self.garbled.get(flight, 0) + int(self.length[run])
            else:
                flight = len(self.callsigns)
                self.callsigns.append(callsign)
                self.after.append(flights[-1] if follows else -1)
            flights.append(flight)
            open_by_callsign[callsign] = (flight, self._end_ns[run])
        return flights

    def _is_garbled(self, run: int) -> bool:
        """Whether a short run lies within the bridged gap between two runs of one call sign, and on their path."""
        if not 0 < run < len(self._callsign) - 1 or self._moments[run] > GARBLED_ROWS:
            return False
        before, after = run - 1, run + 1
        if not self._spell[before] == self._spell[run] == self._spell[after]:
            return False
        if self._callsign[before] != self._callsign[after]:
            return False
        if self._begin_ns[after] - self._end_ns[before] > self._bridged_ns:
            return False
        steps = self._points([self._end[before], self._start[run], self._end[run], self._start[after]])
        return bool(possible(steps.take(slice(0, -1)), steps.take(slice(1, None)), self._options)[[0, 2]].all())

    def _points(self, which: list[int]) -> Points:
        rows = self._rows
        return Points(rows.time_ns[which], rows.lat_deg[which], rows.lng_deg[which], rows.altitude_ft[which])
