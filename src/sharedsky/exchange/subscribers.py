"""Subscriptions as others see them: whom a change is told, and what becomes of an implicit one without its intent.

Called by the decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from sharedsky.exchange.changes import Change, Drop, Put
from sharedsky.exchange.model import Box, Cover, Subscription
from sharedsky.exchange.protocol import Snapshot


def to_notify(
    snapshot: Snapshot, covers: Iterable[Cover], of: Literal["intents", "constraints"], changes: Sequence[Change]
) -> tuple[Subscription, ...]:
    """Subscriptions in whose area something changes, each with the notification index that it will have, by id.

    Args:
        covers: of the entity as it was and as it will be. changes: of the same decision; subscriptions that they put
            count as they will be.
    """
    boxes = tuple(box for cover in covers for box in cover)
    found = {subscription.id: subscription for subscription in snapshot.subscriptions_near(boxes)}
    values = [change.value for change in changes if isinstance(change, Put)]
    found |= {value.id: value for value in values if isinstance(value, Subscription)}
    gone = {drop.id for drop in changes if isinstance(drop, Drop) and drop.kind == "subscription"}
    return tuple(
        replace(subscription, index=subscription.index + 1)
        for ident, subscription in sorted(found.items())
        if ident not in gone and (subscription.for_intents if of == "intents" else subscription.for_constraints)
    )


def drop_if_unused(subscription_id: str, leaving: str, snapshot: Snapshot) -> list[Change]:
    """The end of an implicit subscription on which no intent but `leaving` depends."""
    subscription = snapshot.subscription(subscription_id)
    if subscription is None or not subscription.implicit or _others(subscription_id, leaving, snapshot):
        return []
    return [Drop("subscription", subscription_id)]


def shrunk_if_implicit(subscription_id: str, leaving: str, snapshot: Snapshot) -> list[Change]:
    """An implicit subscription fitted to the intents that still depend on it."""
    subscription = snapshot.subscription(subscription_id)
    if subscription is None or not subscription.implicit:
        return []
    boxes: list[Box] = []
    for ident in _others(subscription_id, leaving, snapshot):
        intent = snapshot.intent(ident)
        boxes += intent.cover if intent is not None else ()
    start_ns, end_ns = min(box.start_ns for box in boxes), max(box.end_ns for box in boxes)
    return [Put(replace(subscription, cover=tuple(boxes), start_ns=start_ns, end_ns=end_ns))]


def _others(subscription_id: str, leaving: str, snapshot: Snapshot) -> list[str]:
    return [ident for ident in snapshot.dependents(subscription_id) if ident != leaving]
