"""The result of a check: conflicts with their certainty, what was not checked, and what the result assumes.

One Conflict is one pair and one maximal window of certain-or-possible breach (docs/conflicts.md, "The question"). The
JSON form of all this is docs/schemas/result-v1.schema.json; results/json.py writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sharedsky.airspace.time import TimeWindow
from sharedsky.plans.plan import Source

Kind = Literal["plan-plan", "plan-zone"]
Certainty = Literal["certain", "possible"]
Class = Literal["en-route", "terminal"]
MinimaKind = Literal["volume-volume", "trajectory-trajectory", "trajectory-volume", "zone"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict: a plan or a zone."""

    role: Literal["plan", "zone"]
    id: str
    owner: str | None
    file: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class LevelBand:
    """The levels at which both sides may be during the breach, in metres and feet of `datum`.

    datum: the datum of both where they share one, else W84 (then it is the outward interval). None is open: ground
    below or unlimited above.
    """

    lower_m: float | None
    upper_m: float | None
    datum: str


@dataclass(frozen=True, slots=True)
class ClosestApproach:
    """The instant of least horizontal separation while in breach, for two trajectories.

    time_ns [UTC]; horizontal_m, vertical_m: the separations then (vertical is None across datums that do not compare
    exactly). nominal: True where the flights are forecasts, so that this is between their nominal positions.
    """

    time_ns: int
    horizontal_m: float
    vertical_m: float | None
    lat_deg: float
    lng_deg: float
    nominal: bool = False


@dataclass(frozen=True, slots=True)
class Breaks:
    """Which minima, of which profile, are broken. vertical_um is the largest that applied."""

    profile: str
    version: str
    source: str
    minima: MinimaKind
    horizontal_m: float
    vertical_um: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """One pair, one maximal window of breach.

    a, b: ordered by id. window: certain or possible breach. certain_windows: inside it. place: a point [lat, lng deg]
    where the sides meet or are closest. ratio: the least over the window of the larger of horizontal and vertical
    separation over its minimum; 0 where the minima are 0; None where the nominal flights do not meet in the window.
    needs_terrain: possible only because the ground's elevation is not known (listed apart). notes: reasons, in words.
    """

    kind: Kind
    certainty: Certainty
    cls: Class
    a: Side
    b: Side
    window: TimeWindow
    certain_windows: tuple[TimeWindow, ...]
    band: LevelBand
    closest: ClosestApproach | None
    ratio: float | None
    place: tuple[float, float]
    breaks: Breaks
    needs_terrain: bool = False
    notes: tuple[str, ...] = ()

    @property
    def sort_key(self) -> tuple[bool, float, int, str, str, str, str]:
        """Certain first, then the smallest ratio, then start, then ids."""
        ratio = float("inf") if self.ratio is None else self.ratio
        return (
            self.certainty != "certain",
            ratio,
            self.window.start_ns,
            self.a.id,
            self.b.id,
            self.a.owner or "",
            self.b.owner or "",
        )


@dataclass(frozen=True, slots=True)
class Undetermined:
    """A pair that is neither in conflict nor clear: with ground beyond the stated band it would be a conflict."""

    a: Side
    b: Side
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Input that was not checked (or, of kind duplicate, checked twice), and why."""

    source: Source
    plan: str | None
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts: plans and zones checked, volumes and trajectory legs in them, conflicts by certainty."""

    plans: int
    zones: int
    volumes: int
    legs: int
    conflicts: int
    certain: int
    possible: int
    files: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a check found. `conflicts` are in their order of urgency."""

    summary: Summary
    conflicts: Sequence[Conflict]
    undetermined: Sequence[Undetermined] = ()
    rejected: Sequence[Rejected] = ()
    notes: Sequence[str] = ()
    assumptions: Sequence[str] = ()
    gaps: Sequence[tuple[str, int, int]] = field(default=())

    @property
    def clear(self) -> bool:
        """Whether nothing collides and everything was read and decided."""
        return not self.conflicts and not self.rejected and not self.undetermined and self.summary.plans > 0
