"""What is told of each flight beside its plan: the rows that were not used, and why; who used its address.

A flight of which nothing could be used, or only the smaller part, is a refusal: it counts as not checked. Everything
else is a note. Called by plans.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.earth import IntArray
from sharedsky.formats.reading import Reading, Refusal, RefusalKind
from sharedsky.formats.tracks.clean import Use
from sharedsky.formats.tracks.flights import Flights
from sharedsky.plans.plan import Source

#: What is said of rows that are not points of the path: one, several.
_WORDS: Final[dict[Use, tuple[str, str]]] = {
    Use.DUPLICATE: ("identical row dropped", "identical rows dropped"),
    Use.SAME_TIME: ("second position at one time dropped", "second positions at one time dropped"),
    Use.NO_PLACE: ("row without a position: not checked there", "rows without a position: not checked there"),
    Use.NO_LEVEL: ("row without an altitude: not checked there", "rows without an altitude: not checked there"),
    Use.OFF_GLOBE: ("impossible position dropped", "impossible positions dropped"),
    Use.BAD_LEVEL: ("impossible altitude dropped", "impossible altitudes dropped"),
    Use.TOO_FAST: (
        "point dropped that cannot be reached from those around it",
        "points dropped that cannot be reached from those around them",
    ),
}
_IMPOSSIBLE: Final = (Use.OFF_GLOBE, Use.BAD_LEVEL, Use.TOO_FAST)


@dataclass(frozen=True, slots=True)
class Places:
    """A document's name, and whether its rows are counted by line (CSV) or by JSON pointer."""

    file: str
    by_line: bool

    def source(self, place: int) -> Source:
        """Where a row was read."""
        return Source(self.file, line=place) if self.by_line else Source(self.file, f"/{place}")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of the flights.

    use: (n,) int8, of each row, codes of Use. idents: the ids of each flight's plans. cuts: how often each flight's
    path was cut because a point cannot be reached from the one before it.
    """

    use: npt.NDArray[np.int8]
    idents: Sequence[Sequence[str]]
    cuts: Sequence[int]


def name_of(flights: Flights, flight: int, texts: Sequence[str]) -> tuple[str, str]:
    """A flight's address and call sign ("" where unknown)."""
    return texts[int(flights.rows.address[int(flights.first[flight])])], texts[flights.callsign[flight]]


def source_of(flights: Flights, flight: int, sources: Sequence[Places]) -> Source:
    """Where a flight's first row was read."""
    row = int(flights.first[flight])
    return sources[int(flights.rows.file[row])].source(int(flights.rows.place[row]))


def account(
    flights: Flights, outcome: Outcome, texts: Sequence[str], sources: Sequence[Places], reading: Reading
) -> None:
    """Add a note or a refusal for each flight of which there is something to say; texts by code, sources by file."""
    m = len(flights.callsign)
    flight_of_row = np.repeat(np.arange(m), np.diff(flights.first))
    counts = np.bincount(flight_of_row * len(Use) + outcome.use, minlength=m * len(Use)).reshape(m, len(Use))
    odd = (counts[:, 1:].sum(axis=1) > 0).tolist()
    for flight, plans in enumerate(outcome.idents):
        said = (_said(counts[flight]) if odd[flight] else []) + _said_of_names(flights, flight, len(plans))
        if outcome.cuts[flight]:
            said.append(f"path cut {_times(outcome.cuts[flight])} where the next point cannot be reached in the time")
        if not said:
            continue
        source = source_of(flights, flight, sources)
        if not plans:
            ident = "-".join(part for part in name_of(flights, flight, texts) if part)
            kind: RefusalKind = "level" if _lacks_levels(counts[flight]) else "format"
            reason = f"nothing of this flight was checked: {'; '.join(said)}."
            reading.add_refusal(Refusal(source, reason, kind, ident))
        elif 2 * int(counts[flight][list(_IMPOSSIBLE)].sum()) > int(counts[flight].sum()):
            reason = f"most rows of this flight are impossible and were not checked: {'; '.join(said)}."
            reading.add_refusal(Refusal(source, reason, "format", plans[0]))
        else:
            reading.note(source, f"{'; '.join(said)}.", plans[0])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _said(counts: IntArray) -> list[str]:
    return [f"{counts[use]:,} {words[int(counts[use] > 1)]}" for use, words in _WORDS.items() if counts[use]]


def _said_of_names(flights: Flights, flight: int, plans: int) -> list[str]:
    """What is to be said of a flight's address and call sign."""
    said = []
    if plans > 1:
        said.append(f"{plans} tracks at once under one address and call sign: kept apart")
    garbled = flights.garbled.get(flight, 0)
    if garbled:
        said.append(f"{garbled} row{'s' if garbled > 1 else ''} with another call sign taken as this flight's")
    if flight in flights.shared:
        said.append("its address was in use under another call sign at the same time")
    return said


def _lacks_levels(counts: IntArray) -> bool:
    return bool(counts[Use.NO_LEVEL] + counts[Use.BAD_LEVEL] + counts[Use.DUPLICATE] == counts.sum())
