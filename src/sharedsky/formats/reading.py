"""What every reader takes and gives: documents in, plans, zones and refusals out; nothing is dropped in silence.

A reader is a module with `NAME`, `sniff(document) -> bool` and `read(documents, options) -> Reading`; it gets all
documents of its format at once, since messages of one file may change plans of another. It raises nothing: whatever is
wrong becomes a Refusal that names file, place, plan and reason, and the rest goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from sharedsky.errors import LimitError, SharedskyError
from sharedsky.formats.limits import Limits
from sharedsky.plans.plan import Plan, Source, Zone

RefusalKind = Literal[
    "format", "geometry", "level", "time", "scope", "limit", "unknown-point", "no-date", "duplicate", "message"
]


@dataclass(frozen=True, slots=True)
class Document:
    """One input file: the name that the user knows it by, and its bytes (already decompressed)."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not checked, and why.

    plan: the id (or call sign) where one could be read. reason: message and advice, safe to show after escaping.
    """

    source: Source
    reason: str
    kind: RefusalKind
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader did that the user may want to know: a leap second read, duplicates dropped, a gap kept."""

    source: Source
    text: str
    plan: str | None = None


@dataclass(slots=True)
class Reading:
    """The result of a reader; `assumptions` are sentences for the result's "what this assumes".

    Refusals and notes beyond limits.max_refusals each are counted by file instead of named one by one, so that a file
    of nothing but errors cannot fill the memory; `name_rest` says how many they are.
    """

    plans: list[Plan] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    unnamed_refusals: Counter[str] = field(default_factory=Counter)
    unnamed_notes: Counter[str] = field(default_factory=Counter)

    def extend(self, other: Reading) -> None:
        """Add another reading's content; assumptions are kept once each."""
        self.plans += other.plans
        self.zones += other.zones
        for refusal in other.refusals:
            self.add_refusal(refusal)
        for note in other.notes:
            self.add_note(note)
        self.unnamed_refusals += other.unnamed_refusals
        self.unnamed_notes += other.unnamed_notes
        self.assumptions += [text for text in other.assumptions if text not in self.assumptions]

    def add_refusal(self, refusal: Refusal) -> None:
        """Record a refusal."""
        if self.refusals_left > 0:
            self.refusals.append(refusal)
        else:
            self.unnamed_refusals[refusal.source.file] += 1

    def add_note(self, note: Note) -> None:
        """Record a note."""
        if len(self.notes) < self.limits.max_refusals:
            self.notes.append(note)
        else:
            self.unnamed_notes[note.source.file] += 1

    @property
    def refusals_left(self) -> int:
        """How many refusals may still be named one by one."""
        return self.limits.max_refusals - len(self.refusals)

    def refuse(self, source: Source, error: SharedskyError, plan: str | None = None) -> None:
        """Record an error as a refusal, its kind taken from the error's type."""
        self.add_refusal(Refusal(source, str(error), refusal_kind(error), plan))

    def refuse_duplicate(self, source: Source, reason: str, plan: str) -> None:
        """Record that a plan or zone of this identity is there more than once (plans/identity.py)."""
        self.add_refusal(Refusal(source, reason, "duplicate", plan))

    def note(self, source: Source, text: str, plan: str | None = None) -> None:
        """Record something that the user may want to know."""
        self.add_note(Note(source, text, plan))

    def name_rest(self) -> None:
        """Add a refusal, or a note, for each file of which some are not named; call it once, when all is read."""
        for file, count in self.unnamed_refusals.items():
            text = _beyond("refusals", count, self.limits, len(self.refusals) + self.unnamed_refusals.total())
            self.refusals.append(Refusal(Source(file), text, "limit"))
        for file, count in self.unnamed_notes.items():
            text = _beyond("notes", count, self.limits, len(self.notes) + self.unnamed_notes.total())
            self.notes.append(Note(Source(file), text))
        self.unnamed_refusals.clear()
        self.unnamed_notes.clear()


@dataclass(frozen=True, slots=True)
class ForecastOptions:
    """The uncertainty of a flight plan as a forecast (docs/formats/icao-fpl.md, "The forecast").

    taxi_min: from off-block to take-off. early_min, late_min: departure's span around that. growth: share of elapsed
    time by which the span grows, each way. lateral_nm: reach beside the route. level_min: minutes after departure,
    before arrival and on each side of a change during which the level is anywhere between the two.
    """

    taxi_min: float = 10.0
    early_min: float = 5.0
    late_min: float = 15.0
    growth: float = 0.03
    lateral_nm: float = 5.0
    level_min: float = 20.0


@dataclass(frozen=True, slots=True)
class TrackOptions:
    """How recorded positions are joined: max_gap_s is bridged, max_speed_mps beyond which a point is impossible."""

    max_gap_s: float = 60.0
    max_speed_mps: float = 700.0
    max_climb_mps: float = 150.0


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user said about the reading."""

    limits: Limits = field(default_factory=Limits)
    date: date | None = None
    forecast: ForecastOptions = field(default_factory=ForecastOptions)
    tracks: TrackOptions = field(default_factory=TrackOptions)
    fixes: tuple[Document, ...] = ()


class Reader(Protocol):
    """A format's module."""

    NAME: str

    def sniff(self, document: Document) -> bool:
        """Whether the content looks like this format; cheap, never raises."""

    def read(self, documents: Sequence[Document], options: ReadOptions) -> Reading:
        """Read all documents of this format; never raises for bad content."""


def _beyond(what: str, count: int, limits: Limits, total: int) -> str:
    """That some of a file's refusals or notes are not named one by one."""
    try:
        limits.check("max_refusals", total, f"the run's {what}")
    except LimitError as error:
        return f"{count:,} more {what} of this file are not named one by one: {error}"
    return f"{count:,} more {what} of this file are not named one by one."


def refusal_kind(error: SharedskyError) -> RefusalKind:
    """The kind of refusal that an error makes."""
    kinds: dict[str, RefusalKind] = {
        "GeometryError": "geometry",
        "LevelError": "level",
        "TimeError": "time",
        "ScopeError": "scope",
        "LimitError": "limit",
    }
    return kinds.get(type(error).__name__, "format")
