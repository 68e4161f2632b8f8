"""What the exchange keeps for ASTM F3548-21's DSS: references to operational intents and constraints, subscriptions.

Values are whole numbers (millimetres above WGS 84, nanoseconds of UTC) and texts; each is a frozen value, and a change
replaces it. Called by every module of this package, and by the stores.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, NamedTuple

#: "No floor" and "no ceiling" [mm].
LOWEST_MM: Final = -(2**50)
HIGHEST_MM: Final = 2**50


class State(StrEnum):
    """OperationalIntentState of F3548-21."""

    ACCEPTED = "Accepted"
    ACTIVATED = "Activated"
    NONCONFORMING = "Nonconforming"
    CONTINGENT = "Contingent"


class Availability(StrEnum):
    """UssAvailabilityState of F3548-21."""

    UNKNOWN = "Unknown"
    NORMAL = "Normal"
    DOWN = "Down"


class Box(NamedTuple):
    """Cells of one face of the cube from (u0, v0) to (u1, v1), both included, between two heights, during a window.

    Heights in millimetres above WGS 84, times in nanoseconds of UTC; closed on every side.
    """

    face: int
    u0: int
    v0: int
    u1: int
    v1: int
    low_mm: int
    high_mm: int
    start_ns: int
    end_ns: int


#: The cells, levels and times that a volume touches (cover.py). Two covers are relevant to each other where two boxes,
#: one of each, have a cell, a height and an instant in common.
Cover = tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Intent:
    """An OperationalIntentReference, and where it is.

    start_ns, end_ns: of all its extents together. subscription_id: what keeps its manager informed, if anything does.
    """

    id: str
    manager: str
    state: State
    version: int
    ovn: str
    uss_base_url: str
    start_ns: int
    end_ns: int
    subscription_id: str | None
    cover: Cover


@dataclass(frozen=True, slots=True)
class Constraint:
    """A ConstraintReference, and where it is."""

    id: str
    manager: str
    version: int
    ovn: str
    uss_base_url: str
    start_ns: int
    end_ns: int
    cover: Cover


@dataclass(frozen=True, slots=True)
class Subscription:
    """A Subscription, and where it listens.

    version: opaque. index: of the notifications caused so far. implicit: made for intents, and gone with the last.
    """

    id: str
    manager: str
    version: str
    uss_base_url: str
    start_ns: int
    end_ns: int
    for_intents: bool
    for_constraints: bool
    implicit: bool
    index: int
    cover: Cover


@dataclass(frozen=True, slots=True)
class UssStatus:
    """What an arbitrator says of a USS; version: opaque, empty where nobody has said anything yet."""

    uss: str
    availability: Availability
    version: str


@dataclass(frozen=True, slots=True)
class Report:
    """An error report of a USS to the DSS, kept as it came."""

    id: str
    reporter: str
    body: bytes


Entity = Intent | Constraint | Subscription | UssStatus | Report
#: The kinds of what has an id, an area and an end.
Kind = Literal["intent", "constraint", "subscription"]
