"""What a decision changes: the closed set of changes that a store applies together, or not at all.

Called by the decisions, which make them, and by the stores, which apply them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sharedsky.exchange.model import Entity, Kind


@dataclass(frozen=True, slots=True)
class Put:
    """A new value, in the place of what has its id."""

    value: Entity


@dataclass(frozen=True, slots=True)
class Drop:
    """An intent, constraint or subscription that is gone."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Notified:
    """Subscriptions whose notification index goes up by one."""

    ids: tuple[str, ...]


Change = Put | Drop | Notified
