"""The current references and subscriptions in memory: a Snapshot to decide on, and the place where changes are applied.

What has ended is near nothing any more, though an intent or a constraint can still be read and changed by its id for a
while: a flight that runs late must be able to say so. Changes can be taken back, for a store whose commit fails. Called
by the stores, which keep one each.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, cast

from sharedsky.airspace.time import MIN_NS, NS_PER_DAY
from sharedsky.exchange.changes import Change, Drop, Notified, Put
from sharedsky.exchange.model import (
    Availability,
    Constraint,
    Cover,
    Intent,
    Kind,
    Report,
    Subscription,
    UssStatus,
)
from sharedsky.exchange.near import Near

Placed = Intent | Constraint | Subscription

#: How long an intent or a constraint can be read and changed by its id after its end; a subscription is gone at once.
KEPT_AFTER_END_NS: Final = NS_PER_DAY


class Picture:
    """All that is current; origin_ns: an instant near the times that will be held."""

    def __init__(self, origin_ns: int) -> None:
        self.intents: dict[str, Intent] = {}
        self.constraints: dict[str, Constraint] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.statuses: dict[str, UssStatus] = {}
        self._dependents: dict[str, set[str]] = {}
        self._near: dict[Kind, Near] = {
            "intent": Near(origin_ns), "constraint": Near(origin_ns), "subscription": Near(origin_ns)
        }  # fmt: skip
        self._ends: list[tuple[int, Kind, str]] = []  # heaps of what has yet to end,
        self._kept: list[tuple[int, Kind, str]] = []  # and of what has, by until when it is kept
        self._now_ns = MIN_NS

    # As a Snapshot (protocol.py)

    def intent(self, ident: str) -> Intent | None:
        """The intent of an id."""
        return self.intents.get(ident)

    def constraint(self, ident: str) -> Constraint | None:
        """The constraint of an id."""
        return self.constraints.get(ident)

    def subscription(self, ident: str) -> Subscription | None:
        """The subscription of an id."""
        return self.subscriptions.get(ident)

    def status(self, uss: str) -> UssStatus:
        """What is known of a USS."""
        return self.statuses.get(uss) or UssStatus(uss, Availability.UNKNOWN, "")

    def intents_near(self, cover: Cover) -> list[Intent]:
        """Intents whose cover is relevant to one, by id."""
        return [self.intents[key] for key in sorted(self._near["intent"].query(cover))]

    def constraints_near(self, cover: Cover) -> list[Constraint]:
        """Constraints whose cover is relevant to one, by id."""
        return [self.constraints[key] for key in sorted(self._near["constraint"].query(cover))]

    def subscriptions_near(self, cover: Cover) -> list[Subscription]:
        """Subscriptions whose cover is relevant to one, by id."""
        return [self.subscriptions[key] for key in sorted(self._near["subscription"].query(cover))]

    def dependents(self, subscription_id: str) -> Sequence[str]:
        """The ids of the intents that depend on a subscription, in order."""
        return sorted(self._dependents.get(subscription_id, ()))

    # Changes

    def apply(self, changes: Iterable[Change]) -> list[Change]:
        """Make changes; returns those that take them back, in the order in which to apply them."""
        undo: list[Change] = []
        for change in changes:
            match change:
                case Put(value):
                    undo += self._put(value)
                case Drop(kind, ident):
                    gone = self._table(kind).get(ident)
                    if gone is not None:
                        self._remove(kind, gone)
                        undo.append(Put(gone))
                case Notified(ids):
                    undo += [Put(self.subscriptions[ident]) for ident in ids]
                    for ident in ids:
                        known = self.subscriptions[ident]
                        self.subscriptions[ident] = replace(known, index=known.index + 1)
        return undo[::-1]

    def load(self, values: Iterable[Placed | UssStatus]) -> None:
        """Put values that are stored already: each once, and none of which is here yet. Fast for many."""
        current: dict[Kind, list[tuple[str, Cover]]] = {"intent": [], "constraint": [], "subscription": []}
        for value in values:
            if isinstance(value, UssStatus):
                self.statuses[value.uss] = value
                continue
            kind = _kind(value)
            self._table(kind)[value.id] = value
            if isinstance(value, Intent):
                self._depends(value, on=True)
            self._ends.append((value.end_ns, kind, value.id))
            if value.end_ns >= self._now_ns:
                current[kind].append((value.id, value.cover))
        heapq.heapify(self._ends)
        for kind, covers in current.items():
            self._near[kind].insert_many(covers)

    def advance(self, now_ns: int) -> list[Drop]:
        """Let time pass: what has ended is near nothing any more; returns the changes that drop what is kept no longer.

        They are told again until they are applied.
        """
        self._now_ns = max(now_ns, self._now_ns)
        while self._ends and self._ends[0][0] < self._now_ns:
            end_ns, kind, ident = heapq.heappop(self._ends)
            known = self._table(kind).get(ident)
            if known is None or known.end_ns != end_ns:
                continue
            if ident in self._near[kind]:
                self._near[kind].remove(ident)
            heapq.heappush(self._kept, (_until(known), kind, ident))
        due = set()
        while self._kept and self._kept[0][0] < self._now_ns:
            due.add(heapq.heappop(self._kept))
        drops = []
        for entry in sorted(due):
            until_ns, kind, ident = entry
            known = self._table(kind).get(ident)
            if known is not None and _until(known) == until_ns:
                heapq.heappush(self._kept, entry)
                drops.append(Drop(kind, ident))
        return drops

    def _put(self, value: Placed | UssStatus | Report) -> list[Change]:
        match value:
            case UssStatus():
                before = self.statuses.get(value.uss)
                self.statuses[value.uss] = value
                return [Put(before or UssStatus(value.uss, Availability.UNKNOWN, ""))]
            case Report():
                return []
            case Intent():
                return self._place("intent", value)
            case Constraint():
                return self._place("constraint", value)
            case Subscription():
                return self._place("subscription", value)

    def _place(self, kind: Kind, value: Placed) -> list[Change]:
        table, near = self._table(kind), self._near[kind]
        before = table.get(value.id)
        current = value.end_ns >= self._now_ns
        if value.id in near and (not current or before is None or before.cover != value.cover):
            near.remove(value.id)
        if current and value.id not in near:
            near.insert(value.id, value.cover)
        if isinstance(before, Intent):
            self._depends(before, on=False)
        table[value.id] = value
        if isinstance(value, Intent):
            self._depends(value, on=True)
        if before is None or before.end_ns != value.end_ns:
            heapq.heappush(self._ends, (value.end_ns, kind, value.id))
        return [Put(before) if before is not None else Drop(kind, value.id)]

    def _remove(self, kind: Kind, value: Placed) -> None:
        del self._table(kind)[value.id]
        if value.id in self._near[kind]:
            self._near[kind].remove(value.id)
        if isinstance(value, Intent):
            self._depends(value, on=False)

    def _depends(self, intent: Intent, *, on: bool) -> None:
        if intent.subscription_id is None:
            return
        if on:
            self._dependents.setdefault(intent.subscription_id, set()).add(intent.id)
            return
        others = self._dependents[intent.subscription_id]
        others.discard(intent.id)
        if not others:
            del self._dependents[intent.subscription_id]

    def _table(self, kind: Kind) -> dict[str, Placed]:
        if kind == "intent":
            return cast("dict[str, Placed]", self.intents)
        return cast("dict[str, Placed]", self.constraints if kind == "constraint" else self.subscriptions)


def _kind(value: Placed) -> Kind:
    match value:
        case Intent():
            return "intent"
        case Constraint():
            return "constraint"
        case Subscription():
            return "subscription"


def _until(value: Placed) -> int:
    """Until when [ns] something is kept."""
    return value.end_ns if isinstance(value, Subscription) else value.end_ns + KEPT_AFTER_END_NS
