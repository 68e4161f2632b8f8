"""From the exchange's answers to the wire's types, as one USS may see them: an OVN and a subscription are shown to
their manager alone.

Called by the routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from sharedsky.airspace.time import format_instant
from sharedsky.exchange.model import Availability, Constraint, Intent, Subscription
from sharedsky.server import wire

#: What stands for the OVN of another manager's entity, as InterUSS writes it.
OVN_ELSEWHERE: Final = "Available from USS"
#: What stands for no subscription, or for another manager's, since the member is required.
NO_SUBSCRIPTION: Final = "00000000-0000-4000-8000-000000000000"


def intent(value: Intent, status: Availability, viewer: str) -> wire.OperationalIntentReference:
    """A reference."""
    return wire.OperationalIntentReference(
        id=value.id,
        manager=value.manager,
        uss_availability=status,
        version=value.version,
        state=value.state,
        time_start=time(value.start_ns),
        time_end=time(value.end_ns),
        uss_base_url=value.uss_base_url,
        subscription_id=(value.subscription_id if value.manager == viewer else None) or NO_SUBSCRIPTION,
        ovn=value.ovn if value.manager == viewer else OVN_ELSEWHERE,
    )


def constraint(value: Constraint, status: Availability, viewer: str) -> wire.ConstraintReference:
    """A reference."""
    return wire.ConstraintReference(
        id=value.id,
        manager=value.manager,
        uss_availability=status,
        version=value.version,
        time_start=time(value.start_ns),
        time_end=time(value.end_ns),
        uss_base_url=value.uss_base_url,
        ovn=value.ovn if value.manager == viewer else OVN_ELSEWHERE,
    )


def subscription(value: Subscription, dependents: Sequence[str]) -> wire.Subscription:
    """A subscription; only its manager sees it."""
    return wire.Subscription(
        id=value.id,
        version=value.version,
        notification_index=value.index,
        uss_base_url=value.uss_base_url,
        time_start=time(value.start_ns),
        time_end=time(value.end_ns),
        notify_for_operational_intents=value.for_intents,
        notify_for_constraints=value.for_constraints,
        implicit_subscription=value.implicit,
        dependent_operational_intents=list(dependents),
    )


def subscribers(told: Iterable[Subscription]) -> list[wire.SubscriberToNotify]:
    """Who is to be told, by URL."""
    by_url: dict[str, list[wire.SubscriptionState]] = {}
    for one in told:
        by_url.setdefault(one.uss_base_url, []).append(wire.SubscriptionState(one.id, one.index))
    return [wire.SubscriberToNotify(states, url) for url, states in by_url.items()]


@lru_cache(maxsize=65_536)
def time(ns: int) -> wire.Time:
    """An instant."""
    return wire.Time(format_instant(ns))
