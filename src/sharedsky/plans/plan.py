"""What parties tell each other: plans (one flight each) and zones, with where each was read.

Identity is (owner, id), as docs/conflicts.md says; an unknown owner (None) never equals another unknown one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sharedsky.airspace.trajectory import Trajectory
from sharedsky.airspace.volume import Volume4D

#: Characters that count as letters or symbols, and are seen by nobody.
_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def known_owner(owner: str | None) -> str | None:
    """The owner, or None where the name holds nothing that can be seen: blanks are nobody's name, and never equal."""
    if owner is None or not any(c.isprintable() and not c.isspace() and c not in _BLANKS for c in owner):
        return None
    return owner


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was read: the file as the user named it, and a JSON pointer or a line number (from 1)."""

    file: str
    pointer: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        if self.pointer is not None:
            return f"{self.file}#{self.pointer}"
        return f"{self.file}:{self.line}" if self.line is not None else self.file


@dataclass(frozen=True, slots=True)
class Aerodrome:
    """A departure or destination: identifier, place [deg], elevation above mean sea level [ft]."""

    ident: str
    lat_deg: float
    lng_deg: float
    elevation_ft: float


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One flight: where, when and at what level it will be, as volumes, as trajectories, or as both.

    id: unique with its owner. owner: the party that answers for it, None where the source does not say.
    format: the reader's name. source: where it was read.
    trajectories: unbroken stretches in time order; the gaps between them were not bridged (see gaps).
    rvsm: approved for reduced vertical separation; None where the source does not say.
    forecast: True where times and places are predicted (a flight plan), so that uncertainty was added.
    aerodromes: departure, destination, or airports near the first and last point.
    version: orders two plans of one identity; None where the format has no versions.
    label: what people call it (a call sign), or "".
    gaps: spans [start_ns, end_ns] between trajectories that were not bridged.
    digest: of the content, so that the same plan read twice is recognised; "" compares by identity only.
    off_nominal: how many of the last volumes are off-nominal ones (F3548-21); they count like the others.
    priority: of F3548-21, kept so that it can be written again; it decides nothing here.
    """

    id: str
    owner: str | None
    format: str
    source: Source
    volumes: tuple[Volume4D, ...] = ()
    trajectories: tuple[Trajectory, ...] = ()
    rvsm: bool | None = None
    forecast: bool = False
    aerodromes: tuple[Aerodrome, ...] = ()
    version: int | None = None
    label: str = ""
    state: str = ""
    gaps: tuple[tuple[int, int], ...] = ()
    digest: str = ""
    off_nominal: int = 0
    priority: int | None = None


class ZoneKind(StrEnum):
    """What a zone asks of those who would enter it. The second group is shown, but conflicts only on request."""

    PROHIBITED = "prohibited"
    RESTRICTED = "restricted"
    DANGER = "danger"
    PROTECTED = "protected"
    RESERVED = "reserved"

    AIRSPACE_CLASS = "airspace-class"
    RMZ = "rmz"
    TMZ = "tmz"
    NO_RESTRICTION = "no-restriction"


#: The kinds that conflict by default (docs/conflicts.md, "Zones").
CONFLICTING_KINDS = frozenset(
    {ZoneKind.PROHIBITED, ZoneKind.RESTRICTED, ZoneKind.DANGER, ZoneKind.PROTECTED, ZoneKind.RESERVED}
)


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A piece of airspace with a rule, from a constraint or a zone file."""

    id: str
    owner: str | None
    kind: ZoneKind
    format: str
    source: Source
    volumes: tuple[Volume4D, ...]
    name: str = ""
    version: int | None = None
    digest: str = field(default="")
