"""Operational intent references: created, changed and deleted by the rules of ASTM F3548-21, as pure decisions.

The key must hold the OVN of every other intent nearby, and of every constraint nearby where the intent's subscription
listens to constraints; an Accepted intent of a USS that is Down needs none. Called by the HTTP server.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sharedsky.exchange.answers import Changed, MissingKeys, Refused
from sharedsky.exchange.changes import Change, Drop, Notified, Put
from sharedsky.exchange.cover import Extent, ahead, within
from sharedsky.exchange.fresh import Fresh, ovn_of_suffix
from sharedsky.exchange.model import Availability, Constraint, Cover, Intent, State, Subscription
from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.exchange.rules import intent_refused, times_refused
from sharedsky.exchange.subscribers import drop_if_unused, shrunk_if_implicit, to_notify

Answer = Changed | MissingKeys | Refused


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """ImplicitSubscriptionParameters of F3548-21."""

    uss_base_url: str
    for_constraints: bool


@dataclass(frozen=True, slots=True)
class PutIntent:
    """A request to create (ovn None) or change an operational intent reference.

    ovn_suffix: the requested_ovn_suffix of InterUSS, or None.
    """

    id: str
    manager: str
    ovn: str | None
    extents: tuple[Extent, ...]
    key: frozenset[str]
    state: State
    uss_base_url: str
    subscription_id: str | None
    new_subscription: NewSubscription | None
    ovn_suffix: str | None = None


def put_intent(request: PutIntent, cover: Cover, snapshot: Snapshot, fresh: Fresh) -> Decided[Answer]:
    """Create or change a reference.

    Args:
        cover: of the request's extents (cover.cover_of), which depends on nothing else.
    """
    known = snapshot.intent(request.id)
    refused = _refused(request, known, snapshot, fresh)
    if refused is not None:
        return Decided(refused)
    chosen = _subscription(request, cover, known, snapshot, fresh)
    if isinstance(chosen, Refused):
        return Decided(chosen)
    if request.state in (State.ACCEPTED, State.ACTIVATED):
        missing = _missing(request, cover, chosen.subscription, snapshot)
        if missing is not None:
            return Decided(missing)
    intent = Intent(
        id=request.id,
        manager=request.manager,
        state=request.state,
        version=1 if known is None else known.version + 1,
        ovn=fresh.ovn if request.ovn_suffix is None else ovn_of_suffix(request.id, request.ovn_suffix),
        uss_base_url=request.uss_base_url,
        start_ns=min(extent.start_ns for extent in request.extents),
        end_ns=max(extent.end_ns for extent in request.extents),
        subscription_id=None if chosen.subscription is None else chosen.subscription.id,
        cover=cover,
    )
    changes = [*chosen.changes, Put(intent), *_left_behind(known, intent, snapshot)]
    moved = known is not None and known.cover != cover
    told = to_notify(snapshot, (cover, known.cover) if known is not None and moved else (cover,), "intents", changes)
    changes.append(Notified(tuple(subscription.id for subscription in told)))
    availability = snapshot.status(request.manager).availability
    return Decided(Changed(intent, availability, told, created=known is None), tuple(changes))


def delete_intent(ident: str, ovn: str, manager: str, snapshot: Snapshot) -> Decided[Answer]:
    """Delete a reference, and its implicit subscription with the last intent that depends on it."""
    known = snapshot.intent(ident)
    if known is None:
        return Decided(Refused("missing", "there is no operational intent of this id."))
    if known.manager != manager:
        return Decided(Refused("forbidden", "the operational intent is managed by another USS."))
    if known.ovn != ovn:
        return Decided(Refused("stale", "the OVN is not the operational intent's current one."))
    availability = snapshot.status(manager).availability
    if availability is Availability.DOWN:
        return Decided(Refused("down", "this USS is marked as Down."))
    told = to_notify(snapshot, (known.cover,), "intents", ())
    changes = [Drop("intent", ident), *_left_behind(known, None, snapshot)]
    gone = {change.id for change in changes if isinstance(change, Drop)}
    changes.append(Notified(tuple(subscription.id for subscription in told if subscription.id not in gone)))
    return Decided(Changed(known, availability, told), tuple(changes))


def _refused(request: PutIntent, known: Intent | None, snapshot: Snapshot, fresh: Fresh) -> Refused | None:
    """What is wrong with a request, but for its subscription and its key."""
    if known is None and request.ovn is not None:
        return Refused("missing", "there is no operational intent of this id.")
    if known is not None and known.manager != request.manager:
        return Refused("forbidden", "the operational intent is managed by another USS.")
    if known is not None and known.ovn != request.ovn:
        return Refused("stale", "the OVN is not the operational intent's current one; it exists already.")
    suffix = request.ovn_suffix
    if known is not None and suffix is not None and ovn_of_suffix(request.id, suffix) == known.ovn:
        return Refused("invalid", "the requested OVN is the current one, which others know: ask for a new one.")
    if known is None and request.state is not State.ACCEPTED:
        return Refused("invalid", "an operational intent is created as Accepted.")
    wrong = times_refused(request.extents, fresh.now_ns, "operational intent")
    if wrong is None:
        wrong = intent_refused(request.extents, fresh.now_ns)
    if wrong is not None:
        return wrong
    down = snapshot.status(request.manager).availability is Availability.DOWN
    if down and request.state in (State.ACCEPTED, State.ACTIVATED):
        return Refused("down", "this USS is marked as Down: its operational intents cannot be Accepted or Activated.")
    return None


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The subscription that an intent will depend on, if any, and the changes that make it so."""

    subscription: Subscription | None
    changes: tuple[Change, ...] = ()


def _subscription(
    request: PutIntent, cover: Cover, known: Intent | None, snapshot: Snapshot, fresh: Fresh
) -> _Chosen | Refused:
    """The subscription for an intent: the one it names, a new implicit one, the implicit one it had, or none."""
    if request.subscription_id is not None:
        return _named(request, cover, snapshot, fresh)
    if request.new_subscription is not None:
        return _implicit(request, request.new_subscription, cover, known, snapshot, fresh)
    if request.state is not State.ACCEPTED:
        return Refused("invalid", "in this state the operational intent needs a subscription_id or a new_subscription.")
    return _Chosen(None)


def _named(request: PutIntent, cover: Cover, snapshot: Snapshot, fresh: Fresh) -> _Chosen | Refused:
    named = snapshot.subscription(request.subscription_id or "")
    if named is None:
        return Refused("invalid", "there is no subscription of the id in subscription_id.")
    if named.manager != request.manager:
        return Refused("forbidden", "the subscription is managed by another USS.")
    if not named.for_intents:
        return Refused("invalid", "the subscription does not notify for operational intents.")
    if not named.implicit:
        if within(ahead(cover, fresh.now_ns), named.cover):  # what lies in the past needs no notifications
            return _Chosen(named)
        return Refused("invalid", "the subscription does not cover the operational intent's area, levels and times.")
    others = (snapshot.intent(ident) for ident in snapshot.dependents(named.id) if ident != request.id)
    covers = [*(other.cover for other in others if other is not None), cover]
    fitted = _implicit_over(named, tuple(box for each in covers for box in each), fresh)
    return _Chosen(fitted, (Put(fitted),))


def _implicit(
    request: PutIntent, new: NewSubscription, cover: Cover, known: Intent | None, snapshot: Snapshot, fresh: Fresh
) -> _Chosen:
    """The implicit subscription that the intent alone depends on already, fitted to it anew, or else a new one."""
    had = None if known is None or known.subscription_id is None else snapshot.subscription(known.subscription_id)
    if had is not None and had.implicit and list(snapshot.dependents(had.id)) == [request.id]:
        fitted = _implicit_over(had, cover, fresh)
        fitted = replace(fitted, uss_base_url=new.uss_base_url, for_constraints=new.for_constraints)
        return _Chosen(fitted, (Put(fitted),))
    made = Subscription(
        id=fresh.id, manager=request.manager, version=fresh.version, uss_base_url=new.uss_base_url,
        start_ns=min(box.start_ns for box in cover), end_ns=max(box.end_ns for box in cover), for_intents=True,
        for_constraints=new.for_constraints, implicit=True, index=0, cover=cover,
    )  # fmt: skip
    return _Chosen(made, (Put(made),))


def _implicit_over(subscription: Subscription, cover: Cover, fresh: Fresh) -> Subscription:
    start_ns, end_ns = min(box.start_ns for box in cover), max(box.end_ns for box in cover)
    return replace(subscription, version=fresh.version, cover=cover, start_ns=start_ns, end_ns=end_ns)


def _missing(
    request: PutIntent, cover: Cover, subscription: Subscription | None, snapshot: Snapshot
) -> MissingKeys | None:
    """What the key does not hold."""
    intents: list[Intent] = []
    constraints: list[Constraint] = []
    availability: dict[str, Availability] = {}
    for other in snapshot.intents_near(cover):
        if other.id == request.id or other.ovn in request.key:
            continue
        status = availability.setdefault(other.manager, snapshot.status(other.manager).availability)
        if status is not Availability.DOWN or other.state is not State.ACCEPTED:
            intents.append(other)
    if subscription is not None and subscription.for_constraints:
        for constraint in snapshot.constraints_near(cover):
            if constraint.ovn not in request.key:
                availability.setdefault(constraint.manager, snapshot.status(constraint.manager).availability)
                constraints.append(constraint)
    return MissingKeys(tuple(intents), tuple(constraints), availability) if intents or constraints else None


def _left_behind(known: Intent | None, new: Intent | None, snapshot: Snapshot) -> list[Change]:
    """Changes to the implicit subscription that an intent no longer depends on: gone, or fitted to those that do."""
    if known is None or known.subscription_id is None:
        return []
    if new is not None and new.subscription_id == known.subscription_id:
        return []
    return drop_if_unused(known.subscription_id, known.id, snapshot) or shrunk_if_implicit(
        known.subscription_id, known.id, snapshot
    )
