"""Constraint references: created, changed and deleted by the rules of ASTM F3548-21, as pure decisions.

Called by the HTTP server.
"""

from __future__ import annotations

from dataclasses import dataclass

from sharedsky.exchange.answers import Changed, Refused
from sharedsky.exchange.changes import Drop, Notified, Put
from sharedsky.exchange.cover import Extent
from sharedsky.exchange.fresh import Fresh
from sharedsky.exchange.model import Constraint, Cover
from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.exchange.rules import constraint_refused, times_refused
from sharedsky.exchange.subscribers import to_notify

Answer = Changed | Refused


@dataclass(frozen=True, slots=True)
class PutConstraint:
    """A request to create (ovn None) or change a constraint reference."""

    id: str
    manager: str
    ovn: str | None
    extents: tuple[Extent, ...]
    uss_base_url: str


def put_constraint(request: PutConstraint, cover: Cover, snapshot: Snapshot, fresh: Fresh) -> Decided[Answer]:
    """Create or change a reference.

    Args:
        cover: of the request's extents (cover.cover_of).
    """
    known = snapshot.constraint(request.id)
    if known is None and request.ovn is not None:
        return Decided(Refused("missing", "there is no constraint of this id."))
    if known is not None and known.manager != request.manager:
        return Decided(Refused("forbidden", "the constraint is managed by another USS."))
    if known is not None and known.ovn != request.ovn:
        return Decided(Refused("stale", "the OVN is not the constraint's current one; it exists already."))
    refused = times_refused(request.extents, fresh.now_ns, "constraint")
    if refused is None:
        refused = constraint_refused(request.extents, fresh.now_ns)
    if refused is not None:
        return Decided(refused)
    constraint = Constraint(
        id=request.id,
        manager=request.manager,
        version=1 if known is None else known.version + 1,
        ovn=fresh.ovn,
        uss_base_url=request.uss_base_url,
        start_ns=min(extent.start_ns for extent in request.extents),
        end_ns=max(extent.end_ns for extent in request.extents),
        cover=cover,
    )
    told = to_notify(snapshot, (cover,) if known is None else (cover, known.cover), "constraints", ())
    changes = (Put(constraint), Notified(tuple(subscription.id for subscription in told)))
    availability = snapshot.status(request.manager).availability
    return Decided(Changed(constraint, availability, told, created=known is None), changes)


def delete_constraint(ident: str, ovn: str, manager: str, snapshot: Snapshot) -> Decided[Answer]:
    """Delete a reference."""
    known = snapshot.constraint(ident)
    if known is None:
        return Decided(Refused("missing", "there is no constraint of this id."))
    if known.manager != manager:
        return Decided(Refused("forbidden", "the constraint is managed by another USS."))
    if known.ovn != ovn:
        return Decided(Refused("stale", "the OVN is not the constraint's current one."))
    told = to_notify(snapshot, (known.cover,), "constraints", ())
    changes = (Drop("constraint", ident), Notified(tuple(subscription.id for subscription in told)))
    return Decided(Changed(known, snapshot.status(manager).availability, told), changes)
