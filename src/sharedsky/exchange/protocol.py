"""What the exchange asks of a store: a snapshot to decide on, and one way to decide and keep what was decided.

A decision is a pure function of a snapshot (and of a clock and fresh tokens that it is given). `write` runs it against
the current state, alone, keeps its changes durably and together, and only then returns it; a store that retries runs it
again. Implemented by sharedsky.store; called by the HTTP server and the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from sharedsky.airspace.time import NS_PER_S
from sharedsky.errors import SharedskyError
from sharedsky.exchange.changes import Change
from sharedsky.exchange.model import Constraint, Cover, Intent, Subscription, UssStatus
from sharedsky.ledger.fields import Subject

Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)


#: How long the answer to a request is kept, for the same request repeated after its response was lost.
REPLY_KEPT_NS: Final = 60 * NS_PER_S


class StoreUnavailable(SharedskyError):
    """The store cannot keep a change (disk full, read-only, damaged); nothing of the request was kept, reads go on."""


class Snapshot(Protocol):
    """The current state, as a decision reads it."""

    def intent(self, ident: str) -> Intent | None:
        """The intent of an id."""

    def constraint(self, ident: str) -> Constraint | None:
        """The constraint of an id."""

    def subscription(self, ident: str) -> Subscription | None:
        """The subscription of an id."""

    def status(self, uss: str) -> UssStatus:
        """What is known of a USS."""

    def intents_near(self, cover: Cover) -> Sequence[Intent]:
        """Intents whose cover is relevant to one, by id."""

    def constraints_near(self, cover: Cover) -> Sequence[Constraint]:
        """Constraints whose cover is relevant to one, by id."""

    def subscriptions_near(self, cover: Cover) -> Sequence[Subscription]:
        """Subscriptions whose cover is relevant to one, by id."""

    def dependents(self, subscription_id: str) -> Sequence[str]:
        """The ids of the intents that depend on a subscription."""


@dataclass(frozen=True, slots=True)
class StoredReply:
    """An answer as it is sent, for the request repeated.

    key: 32 bytes, the digest of whatever makes two requests the same. body: of the answer. at_ns: when it was given.
    """

    key: bytes
    status: int
    body: bytes
    at_ns: int


@dataclass(frozen=True, slots=True)
class Record:
    """What the ledger says of a decision (record.py makes it).

    Args:
        issuer, sub: whose request it is; both empty for the exchange itself.
        kind: of the entry (ledger.kinds).
        id, version: of the entity that was asked for, as its manager knows them.
        plan: the id of the plan that the entry tells of, if it tells of one.
        granularity: of what was shown (ledger.fields, View).
        subjects: that entity, and implicit subscriptions, as they are after the decision.
    """

    issuer: str
    sub: str
    kind: int
    id: str
    version: str
    plan: str | None
    granularity: int
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class Decided(Generic[Answer_co]):
    """A decision: the changes to keep, none where it refuses, and what the caller is told.

    reply: the answer as it is sent, kept together with the changes (Store.recent_reply), where it may be asked again.
    record: for the ledger, kept together with the changes; a store that has a ledger makes one in the exchange's own
    name where changes come without.
    """

    answer: Answer_co
    changes: tuple[Change, ...] = ()
    reply: StoredReply | None = None
    record: Record | None = None


class Store(Protocol):
    """The exchange's memory."""

    async def write(self, now_ns: int, decide: Callable[[Snapshot], Decided[Answer]]) -> Answer:
        """Decide on the state as of an instant and keep the changes; returns when they are durable.

        Raises:
            StoreUnavailable: they could not be kept.
        """

    async def read(self, now_ns: int, ask: Callable[[Snapshot], Answer]) -> Answer:
        """Ask the state as of an instant; returns when all that the answer was drawn from is durable."""

    async def recent_reply(self, key: bytes, now_ns: int) -> StoredReply | None:
        """The latest reply kept under a key in the last REPLY_KEPT_NS; returns when it is durable."""

    async def close(self) -> None:
        """Finish what was accepted, and let go of everything."""
