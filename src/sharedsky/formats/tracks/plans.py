"""Flights of recorded rows to plans: stretches without gaps, the gaps between them, airports at the ends, and notes.

Each recorded flight is its own owner (docs/formats/tracks.md, "Flights"); its id is address, call sign and first time.
Nothing is said of RVSM approval. Points up to the bridged gap apart are joined; a point alone becomes a stretch of one
instant. Where an address goes on under another call sign, the second flight begins at the first one's last point, a
nanosecond later: what is flown between their rows belongs to it. Called by the reader of this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.altitude import UM_PER_FT, Datum
from sharedsky.airspace.time import MIN_NS, format_instant
from sharedsky.airspace.trajectory import Trajectory, known_trajectory
from sharedsky.formats.aerodromes import near
from sharedsky.formats.reading import Reading, TrackOptions
from sharedsky.formats.tracks.account import Outcome, Places, account, name_of, source_of
from sharedsky.formats.tracks.clean import Use, paths_of, points_of, row_uses
from sharedsky.formats.tracks.flights import Flights
from sharedsky.formats.tracks.motion import Points, bridged_ns, possible
from sharedsky.plans.digest import plan_digest
from sharedsky.plans.plan import Aerodrome, Plan

#: An aerodrome within this distance [NM] of a flight's first or last point, and at most this far below it [ft], may
#: be its departure or destination.
AERODROME_NM: Final = 10.0
AERODROME_FT: Final = 5_000.0
#: No aerodrome lies higher [ft]; above this and AERODROME_FT none is looked for.
_HIGHEST_AERODROME_FT: Final = 17_000.0


def add_plans(
    flights: Flights, texts: Sequence[str], sources: Sequence[Places], options: TrackOptions, reading: Reading
) -> None:
    """Add the flights' plans, notes and refusals to a reading.

    Args:
        texts: addresses and call signs by code. sources: of the rows, by file.
    """
    builder = _Builder(flights, texts, sources, options)
    for flight in range(len(flights.callsign)):
        builder.build(flight)
    for plans in builder.plans:
        reading.plans += plans
    idents = [[plan.id for plan in plans] for plans in builder.plans]
    account(flights, Outcome(builder.use, idents, builder.cuts), texts, sources, reading)


class _Builder:
    """Builds the plans of one reading, flight by flight."""

    def __init__(
        self, flights: Flights, texts: Sequence[str], sources: Sequence[Places], options: TrackOptions
    ) -> None:
        self._flights, self._texts, self._sources, self._options = flights, texts, sources, options
        self._bridged_ns = bridged_ns(options)
        self.use: npt.NDArray[np.int8] = row_uses(flights, options)
        self._row = np.flatnonzero(self.use == Use.POINT)
        self._points = points_of(flights, self._row)
        self._first = np.searchsorted(self._row, flights.first)
        self._jumps = self._flights_with_jumps()
        self.plans: list[list[Plan]] = []
        self.cuts: list[int] = []
        self._last: list[Points] = []
        self._ids: set[str] = set()

    def _flights_with_jumps(self) -> set[int]:
        steps = ~possible(self._points.take(slice(0, -1)), self._points.take(slice(1, None)), self._options)
        at = np.flatnonzero(steps) + 1
        flight = np.searchsorted(self._first, at, side="right") - 1
        return set(flight[at > self._first[flight]].tolist())

    def build(self, flight: int) -> None:
        """Build one flight's plans; those before it have been built."""
        mine = self._points.take(slice(self._first[flight], self._first[flight + 1]))
        paths = [np.arange(len(mine))] if flight not in self._jumps else paths_of(mine, self._options)
        dropped = np.ones(len(mine), bool)
        tracks: list[_Track] = []
        for path in paths if len(mine) else []:
            dropped[path] = False
            stretches = self._stretches(mine.take(path))
            track = next((track for track in tracks if not track.overlaps(stretches)), None)
            if track is None:
                tracks.append(track := _Track())
            track.add(stretches)
        self.use[self._row[self._first[flight] : self._first[flight + 1]][dropped]] = Use.TOO_FAST
        self.cuts.append(len(paths) - len(tracks) if tracks else 0)
        in_order = [sorted(track.stretches, key=lambda points: int(points.time_ns[0])) for track in tracks]
        self._last.append(in_order[0][-1].take(slice(-1, None)) if tracks else mine)
        self.plans.append([self._plan(flight, track, k == 0) for k, track in enumerate(in_order)])

    def _stretches(self, path: Points) -> list[Points]:
        """A path cut where no row is near enough in time."""
        cuts = np.flatnonzero(np.diff(path.time_ns) > self._bridged_ns) + 1
        edges = [0, *cuts.tolist(), len(path)]
        return [path.take(slice(start, end)) for start, end in pairwise(edges)]

    def _plan(self, flight: int, track: list[Points], main: bool) -> Plan:
        flights = self._flights
        first, last = int(flights.first[flight]), int(flights.first[flight + 1]) - 1
        begin, end = track[0].take(slice(0, 1)), track[-1].take(slice(-1, None))
        callsign = self._texts[flights.callsign[flight]]
        label = callsign or self._texts[int(flights.rows.address[first])]
        ident = self._new_id(flight, int(begin.time_ns[0]))
        aerodromes = _aerodromes(begin, end)
        spans = [(int(s.time_ns[0]), int(s.time_ns[-1])) for s in track]
        if main:
            track[0] = self._linked(flight, track[0])
            begin_ns, end_ns = int(flights.rows.time_ns[first]), int(flights.rows.time_ns[last])
            spans[0] = (int(track[0].time_ns[0]), spans[0][1])
            spans = [(begin_ns, begin_ns), *spans, (end_ns, end_ns)]
        gaps = tuple((a[1], b[0]) for a, b in pairwise(spans) if a[1] < b[0])
        plan = Plan(
            id=ident,
            owner=ident,
            format="tracks",
            source=source_of(flights, flight, self._sources),
            label=label,
            trajectories=tuple(_trajectory(points) for points in track),
            aerodromes=aerodromes,
            gaps=gaps,
        )
        return replace(plan, digest=plan_digest(plan))

    def _linked(self, flight: int, stretch: Points) -> Points:
        """The first stretch, begun where the address was last seen under another call sign if that is near enough."""
        before = self._flights.after[flight]
        if before < 0 or not len(self._last[before]):
            return stretch
        last, begin = self._last[before], stretch.take(slice(0, 1))
        gap_ns = int(begin.time_ns[0] - last.time_ns[0])
        if not 1 < gap_ns <= self._bridged_ns or not possible(last, begin, self._options).all():
            return stretch
        return Points(
            np.concatenate([last.time_ns + 1, stretch.time_ns]),
            np.concatenate([last.lat_deg, stretch.lat_deg]),
            np.concatenate([last.lng_deg, stretch.lng_deg]),
            np.concatenate([last.altitude_ft, stretch.altitude_ft]),
        )

    def _new_id(self, flight: int, begin_ns: int) -> str:
        address, callsign = name_of(self._flights, flight, self._texts)
        ident = f"{address}-{callsign or 'unknown'}-{format_instant(begin_ns)}"
        number = 2
        unique = ident
        while unique in self._ids:
            unique, number = f"{ident}-{number}", number + 1
        self._ids.add(unique)
        return unique


class _Track:
    """Stretches of one plan, as they are put together."""

    def __init__(self) -> None:
        self.stretches: list[Points] = []
        self._end_ns = MIN_NS

    def add(self, stretches: Sequence[Points]) -> None:
        """Add stretches that do not overlap those here."""
        self.stretches += stretches
        self._end_ns = max(self._end_ns, int(stretches[-1].time_ns[-1]))

    def overlaps(self, stretches: Sequence[Points]) -> bool:
        """Whether stretches in order of time share more than an instant with those here."""
        if int(stretches[0].time_ns[0]) >= self._end_ns:
            return False
        return any(
            a.time_ns[0] < b.time_ns[-1] and b.time_ns[0] < a.time_ns[-1] for a in self.stretches for b in stretches
        )


def _trajectory(points: Points) -> Trajectory:
    """A stretch as a trajectory; levels to the micrometre, exact for the 25 ft steps of transponders."""
    if len(points) == 1:
        points = points.take(np.zeros(2, np.int64))
    level_um = np.rint(points.altitude_ft * UM_PER_FT).astype(np.int64)
    return known_trajectory(points.lat_deg, points.lng_deg, points.time_ns, level_um, Datum.PRESSURE)


def _aerodromes(*ends: Points) -> tuple[Aerodrome, ...]:
    """Aerodromes below and near the ends of a flight, each once."""
    found: dict[str, Aerodrome] = {}
    for end in ends:
        altitude_ft = float(end.altitude_ft[0])
        if altitude_ft > _HIGHEST_AERODROME_FT + AERODROME_FT:
            continue
        for aerodrome in near(float(end.lat_deg[0]), float(end.lng_deg[0]), AERODROME_NM):
            if altitude_ft - aerodrome.elevation_ft <= AERODROME_FT:
                found[aerodrome.ident] = aerodrome
    return tuple(found.values())
