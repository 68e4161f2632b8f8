"""A small world for tests of the exchange: a picture, a clock, names in order, and requests in one line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sharedsky.airspace.footprint import Circle
from sharedsky.exchange.answers import Changed, MissingKeys, Refused, StatusSet, Subscribed
from sharedsky.exchange.constraints import PutConstraint, delete_constraint, put_constraint
from sharedsky.exchange.cover import Extent, cover_of
from sharedsky.exchange.fresh import Fresh
from sharedsky.exchange.intents import NewSubscription, PutIntent, delete_intent, put_intent
from sharedsky.exchange.model import Availability, Constraint, Intent, State, Subscription
from sharedsky.exchange.picture import Picture
from sharedsky.exchange.protocol import Decided
from sharedsky.exchange.statuses import set_status
from sharedsky.exchange.subscriptions import PutSubscription, delete_subscription, put_subscription
from zoo import east_deg, north_deg

S: Final = 1_000_000_000
MIN: Final = 60 * S
HOUR: Final = 60 * MIN
DAY: Final = 24 * HOUR
#: 2026-03-01T10:00:00Z
T0: Final = 1_772_359_200 * S
M: Final = 1_000  #: millimetres
#: Near the middle of a face: cells are some 1.5 km wide.
PLACE: Final = (48.0, 12.0)
URL: Final = "https://uss.example.com/utm"


def square(
    east_m: float = 0.0,
    north_m: float = 0.0,
    half_m: float = 200.0,
    *,
    low: float = 0.0,
    high: float = 100.0,
    start: int = 0,
    end: int = HOUR,
    place: tuple[float, float] = PLACE,
) -> Extent:
    """A square around a spot east and north [m] of a place, from low to high [m], from T0 + start to T0 + end [ns]."""
    lat, lng = place
    ring = tuple(
        (lat + north_deg(lat, north_m + y * half_m), lng + east_deg(lat, east_m + x * half_m))
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    )
    return Extent(ring, round(low * M), round(high * M), T0 + start, T0 + end)


def disc(lat: float, lng: float, radius_m: float, *, start: int = 0, end: int = HOUR) -> Extent:
    """A circle from the ground to 100 m."""
    return Extent(Circle(lat, lng, radius_m), 0, 100 * M, T0 + start, T0 + end)


HERE: Final = square()
#: 20 km away.
AWAY: Final = square(20_000.0)


@dataclass
class World:
    """now_ns: its clock, which tests move by hand."""

    now_ns: int = T0
    picture: Picture = field(default_factory=lambda: Picture(T0))
    count: int = 0

    def fresh(self) -> Fresh:
        """New names: ovn-1-..., version-1, id-1, and so on."""
        self.count += 1
        return Fresh(self.now_ns, f"ovn-{self.count:012d}", f"version-{self.count}", f"id-{self.count}")

    def keep(self, decided: Decided[Any]) -> Any:
        """Make a decision's changes; returns its answer."""
        self.picture.apply(self.picture.advance(self.now_ns))
        self.picture.apply(decided.changes)
        return decided.answer

    def advance(self, ns: int) -> None:
        """Let time pass."""
        self.now_ns += ns
        self.picture.apply(self.picture.advance(self.now_ns))

    def ask(
        self,
        ident: str = "a",
        extents: Extent | Sequence[Extent] = HERE,
        *,
        by: str = "uss1",
        ovn: str | None = None,
        key: Iterable[str] = (),
        state: State = State.ACCEPTED,
        sub: str | None = None,
        new: NewSubscription | bool | None = None,
        suffix: str | None = None,
    ) -> Decided[Any]:
        """What is decided of an intent; `new=True` is a new subscription for intents alone. Changes nothing."""
        if isinstance(extents, Extent):
            extents = (extents,)
        if isinstance(new, bool):
            new = NewSubscription(URL, for_constraints=False) if new else None
        request = PutIntent(ident, by, ovn, tuple(extents), frozenset(key), state, URL, sub, new, suffix)
        return put_intent(request, cover_of(extents), self.picture, self.fresh())

    def put(self, ident: str = "a", extents: Extent | Sequence[Extent] = HERE, **options: Any) -> Any:
        """Put an intent; its current OVN is taken from the picture unless `ovn` is given."""
        known = self.picture.intent(ident)
        options.setdefault("ovn", None if known is None else known.ovn)
        return self.keep(self.ask(ident, extents, **options))

    def delete(self, ident: str = "a", *, by: str = "uss1", ovn: str | None = None) -> Any:
        """Delete an intent."""
        known = self.picture.intent(ident)
        return self.keep(delete_intent(ident, ovn or (known.ovn if known else "none"), by, self.picture))

    def constrain(
        self,
        ident: str = "c",
        extents: Extent | Sequence[Extent] = HERE,
        *,
        by: str = "auth",
        ovn: str | None = None,
        current: bool = True,
    ) -> Any:
        """Put a constraint; with its current OVN where current."""
        known = self.picture.constraint(ident)
        if isinstance(extents, Extent):
            extents = (extents,)
        ovn = known.ovn if current and known is not None and ovn is None else ovn
        request = PutConstraint(ident, by, ovn, tuple(extents), URL)
        return self.keep(put_constraint(request, cover_of(extents), self.picture, self.fresh()))

    def unconstrain(self, ident: str = "c", *, by: str = "auth", ovn: str | None = None) -> Any:
        """Delete a constraint."""
        known = self.picture.constraint(ident)
        return self.keep(delete_constraint(ident, ovn or (known.ovn if known else "none"), by, self.picture))

    def subscribe(
        self,
        ident: str = "s",
        extent: Extent = HERE,
        *,
        by: str = "uss2",
        version: str | None = None,
        intents: bool = True,
        constraints: bool = False,
        current: bool = True,
    ) -> Any:
        """Put a subscription; with its current version where current."""
        known = self.picture.subscription(ident)
        version = known.version if current and known is not None and version is None else version
        request = PutSubscription(ident, by, version, extent, URL, intents, constraints)
        return self.keep(put_subscription(request, cover_of((extent,)), self.picture, self.fresh()))

    def unsubscribe(self, ident: str = "s", *, by: str = "uss2", version: str | None = None) -> Any:
        """Delete a subscription."""
        known = self.picture.subscription(ident)
        return self.keep(
            delete_subscription(ident, version or (known.version if known else "none"), by, self.picture)
        )

    def declare(self, uss: str, availability: Availability) -> None:
        """Say of a USS what an arbitrator says."""
        version = self.picture.status(uss).version
        answer = self.keep(set_status(uss, version, availability, self.picture, self.fresh()))
        assert isinstance(answer, StatusSet)

    def intent(self, ident: str = "a") -> Intent:
        """The intent of an id, which is there."""
        known = self.picture.intent(ident)
        assert known is not None
        return known

    def constraint(self, ident: str = "c") -> Constraint:
        """The constraint of an id, which is there."""
        known = self.picture.constraint(ident)
        assert known is not None
        return known

    def sub(self, ident: str | None) -> Subscription:
        """The subscription of an id, which is there."""
        known = self.picture.subscription(ident or "")
        assert known is not None
        return known

    def implicit(self, ident: str = "a") -> Subscription:
        """The subscription on which an intent depends."""
        return self.sub(self.intent(ident).subscription_id)


def told(answer: Any) -> dict[str, int]:
    """The subscriptions that a change is told, with their indices; each is there once."""
    assert isinstance(answer, Changed), answer
    ids = [subscription.id for subscription in answer.subscribers]
    assert len(set(ids)) == len(ids)
    return {subscription.id: subscription.index for subscription in answer.subscribers}


def refusal(answer: Any) -> str:
    """The kind of a refusal."""
    assert isinstance(answer, Refused), answer
    assert answer.message.endswith(".")
    return answer.kind


def missing(answer: Any) -> tuple[set[str], set[str]]:
    """The ids of intents and constraints that a key does not hold."""
    assert isinstance(answer, MissingKeys), answer
    return {intent.id for intent in answer.intents}, {constraint.id for constraint in answer.constraints}


def accepted(answer: Any) -> Any:
    """The answer, which is no refusal."""
    assert isinstance(answer, Changed | Subscribed), answer
    return answer
