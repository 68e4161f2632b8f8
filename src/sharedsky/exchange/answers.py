"""What a decision tells its caller: a closed union, of which the HTTP server makes responses.

Called by the decisions and by the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sharedsky.exchange.model import Availability, Constraint, Intent, Subscription, UssStatus

#: invalid: the request itself or what it asks for (400). forbidden: another manager's (403). missing: no such thing
#: (404). stale: the version is not the current one, or it is there already (409). down: the manager is Down (412).
#: too-large: the area (413).
RefusalKind = Literal["invalid", "forbidden", "missing", "stale", "down", "too-large"]


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed, and why; the message tells nothing of another party."""

    kind: RefusalKind
    message: str


@dataclass(frozen=True, slots=True)
class MissingKeys:
    """Entities nearby whose OVN the key does not hold (AirspaceConflictResponse); availability by manager."""

    intents: tuple[Intent, ...]
    constraints: tuple[Constraint, ...]
    availability: dict[str, Availability]


@dataclass(frozen=True, slots=True)
class Changed:
    """An intent or constraint as it is now (or was, where it was deleted), and who is to be told.

    subscribers: subscriptions with their notification index after this change. created: it was not there before.
    """

    entity: Intent | Constraint
    availability: Availability
    subscribers: tuple[Subscription, ...]
    created: bool = False


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription as it is now (or was), the intents that depend on it, and what lies in it at present."""

    subscription: Subscription
    dependents: tuple[str, ...]
    intents: tuple[Intent, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    availability: dict[str, Availability] | None = None


@dataclass(frozen=True, slots=True)
class StatusSet:
    """What is now said of a USS."""

    status: UssStatus
