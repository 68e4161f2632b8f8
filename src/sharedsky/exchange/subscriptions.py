"""Subscriptions: created, changed and deleted by the rules of ASTM F3548-21, as pure decisions.

A subscription on which intents depend must go on covering them, and cannot be deleted. Called by the HTTP server.
"""

from __future__ import annotations

from dataclasses import dataclass

from sharedsky.exchange.answers import Refused, Subscribed
from sharedsky.exchange.changes import Drop, Put
from sharedsky.exchange.cover import Extent, ahead, within
from sharedsky.exchange.fresh import Fresh
from sharedsky.exchange.model import Availability, Constraint, Cover, Intent, Subscription
from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.exchange.rules import DSS_MAX_SUBSCRIPTION_DURATION_NS

Answer = Subscribed | Refused


@dataclass(frozen=True, slots=True)
class PutSubscription:
    """A request to create (version None) or change a subscription; the extent's times are those to be kept."""

    id: str
    manager: str
    version: str | None
    extent: Extent
    uss_base_url: str
    for_intents: bool
    for_constraints: bool


def put_subscription(request: PutSubscription, cover: Cover, snapshot: Snapshot, fresh: Fresh) -> Decided[Answer]:
    """Create or change a subscription; the answer has what lies in it at present.

    Args:
        cover: of the request's extent (cover.cover_of).
    """
    known = snapshot.subscription(request.id)
    refused = _refused(request, cover, known, snapshot, fresh)
    if refused is not None:
        return Decided(refused)
    subscription = Subscription(
        id=request.id,
        manager=request.manager,
        version=fresh.version,
        uss_base_url=request.uss_base_url,
        start_ns=request.extent.start_ns,
        end_ns=request.extent.end_ns,
        for_intents=request.for_intents,
        for_constraints=request.for_constraints,
        implicit=False if known is None else known.implicit,
        index=0 if known is None else known.index,
        cover=cover,
    )
    return Decided(_now_in(subscription, snapshot), (Put(subscription),))


def delete_subscription(ident: str, version: str, manager: str, snapshot: Snapshot) -> Decided[Answer]:
    """Delete a subscription on which no intent depends."""
    known = snapshot.subscription(ident)
    if known is None:
        return Decided(Refused("missing", "there is no subscription of this id."))
    if known.manager != manager:
        return Decided(Refused("forbidden", "the subscription is managed by another USS."))
    if known.version != version:
        return Decided(Refused("stale", "the version is not the subscription's current one."))
    if snapshot.dependents(ident):
        return Decided(Refused("invalid", "operational intents depend on the subscription."))
    return Decided(Subscribed(known, ()), (Drop("subscription", ident),))


def _refused(
    request: PutSubscription, cover: Cover, known: Subscription | None, snapshot: Snapshot, fresh: Fresh
) -> Refused | None:
    extent = request.extent
    if known is None and request.version is not None:
        return Refused("missing", "there is no subscription of this id.")
    if known is not None and known.manager != request.manager:
        return Refused("forbidden", "the subscription is managed by another USS.")
    if known is not None and known.version != request.version:
        return Refused("stale", "the version is not the subscription's current one; it exists already.")
    if not (request.for_intents or request.for_constraints):
        return Refused("invalid", "a subscription notifies for operational intents, or for constraints, or for both.")
    if extent.end_ns <= extent.start_ns:
        return Refused("invalid", "the subscription ends before or when it begins.")
    if extent.end_ns <= fresh.now_ns:
        return Refused("invalid", "the subscription ends in the past.")
    if extent.high_mm <= extent.low_mm:
        return Refused("invalid", "the subscription has its ceiling at or below its floor.")
    begins_ns = extent.start_ns if known is None else max(extent.start_ns, fresh.now_ns)
    if extent.end_ns - begins_ns > DSS_MAX_SUBSCRIPTION_DURATION_NS:
        return Refused("invalid", "the subscription lasts longer than DSSMaxSubscriptionDuration, 24 hours.")
    return _dependents_refused(request, cover, snapshot, fresh)


def _dependents_refused(request: PutSubscription, cover: Cover, snapshot: Snapshot, fresh: Fresh) -> Refused | None:
    for ident in snapshot.dependents(request.id):
        intent = snapshot.intent(ident)
        if intent is None or intent.end_ns <= fresh.now_ns:
            continue
        if not request.for_intents or not within(ahead(intent.cover, fresh.now_ns), cover):
            return Refused("invalid", "an operational intent depends on the subscription, which would not cover it.")
    return None


def _now_in(subscription: Subscription, snapshot: Snapshot) -> Subscribed:
    intents: tuple[Intent, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    if subscription.for_intents:
        intents = tuple(snapshot.intents_near(subscription.cover))
    if subscription.for_constraints:
        constraints = tuple(snapshot.constraints_near(subscription.cover))
    managers = {intent.manager for intent in intents} | {constraint.manager for constraint in constraints}
    availability: dict[str, Availability] = {uss: snapshot.status(uss).availability for uss in managers}
    dependents = tuple(snapshot.dependents(subscription.id))
    return Subscribed(subscription, dependents, intents, constraints, availability)
