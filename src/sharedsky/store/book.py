"""The exchange's ledger as a store keeps it: records of decisions in, entries and checkpoints out, to be kept.

Holds what is common to all stores: the log (ledger.log), the channels from managers to the exchange with their random
tags, the heads map's nodes, and the numbers of entries. It writes nothing: what `take` and `close` give back is kept by
the store, entries together with the decision's changes; a book whose keeping failed is thrown away and made anew from
what was kept. docs/ledger.md, sections 2, 3.8 and 10. Called by memory.py and sqlite/ledger.py.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sharedsky.exchange.protocol import Record
from sharedsky.exchange.record import ledger_name
from sharedsky.ledger.checkpoint import Checkpoint
from sharedsky.ledger.fields import Entry, HostActor, TokenActor, View, plan_tag, token_subject
from sharedsky.ledger.heads import Head
from sharedsky.ledger.host_leaves import OriginLeaf
from sharedsky.ledger.keys import SigningKey
from sharedsky.ledger.log import Closed, Log, Logged, Pending, Settings, State
from sharedsky.ledger.padding import Padding
from sharedsky.ledger.tiles import Edge, ReadTile

#: The channel of what the exchange does by itself.
HOST: Final = ("", "")
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class LedgerKeys:
    """The log's identity and its secrets: 32 bytes for dummies and blinds, and the key that signs checkpoints."""

    origin: str
    seed: bytes
    signing: SigningKey

    def note(self, checkpoint: Checkpoint) -> bytes:
        """The signed checkpoint; the same bytes each time, since Ed25519 signatures are deterministic."""
        return bytes(checkpoint.unsigned().signed_by(self.signing))


@dataclass(frozen=True, slots=True)
class Channel:
    """The channel from a manager, as (issuer, sub), to the exchange."""

    number: int
    issuer: str
    sub: str
    tag: bytes


@dataclass(slots=True)
class Start:
    """What a book goes on from.

    Args:
        origin_leaf: until the first checkpoint.
        heads: of all channels, entries that wait included, by tag.
        pending: entries since the last checkpoint, in order. entries: how many there are in all.
    """

    state: State = field(default_factory=State)
    origin_leaf: OriginLeaf | None = None
    read_tile: ReadTile = lambda level, index, width: None
    nodes: dict[bytes, bytes] = field(default_factory=dict)
    channels: Iterable[Channel] = ()
    heads: dict[bytes, Head] = field(default_factory=dict)
    pending: tuple[Pending, ...] = ()
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry to be kept: its number in the order of taking, its channel, and whether that is new."""

    number: int
    channel: Channel
    new: bool
    logged: Logged
    record: Record


@dataclass(frozen=True, slots=True)
class Shut:
    """A checkpoint to be kept, and signed and shown once it is: the log's part, the map's nodes that came and went, and
    the number of the last entry under it."""

    closed: Closed
    nodes: Mapping[bytes, bytes]
    last_entry: int


class _Nodes:
    """The map's nodes, and those put since the last checkpoint."""

    def __init__(self, nodes: dict[bytes, bytes]) -> None:
        self.all = nodes
        self.new: dict[bytes, bytes] = {}

    def get(self, node: bytes) -> bytes | None:
        return self.all.get(node)

    def put(self, node: bytes, data: bytes) -> None:
        self.all[node] = data
        self.new[node] = data


class Book:
    """A log and its channels; random: gives so many random bytes."""

    def __init__(
        self, keys: LedgerKeys, start: Start, padding: Padding, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._nodes = _Nodes(start.nodes)
        self._channels = {(channel.issuer, channel.sub): channel for channel in start.channels}
        self._actors = {key: _actor(*key) for key in self._channels}
        self._heads = start.heads
        self._random = random
        self.entries = start.entries
        self.log = Log(
            Settings(keys.origin, keys.seed, padding),
            start.state,
            Edge.load(start.state.size, start.read_tile),
            self._nodes,
            self._heads.get,
            start.pending,
            start.origin_leaf,
        )

    def take(self, record: Record, now_ns: int) -> Taken:
        """Make the entry of a record.

        Raises:
            LedgerValueError: it cannot be logged; nothing was taken.
        """
        key = (record.issuer, record.sub)
        known = self._channels.get(key)
        channel = known or Channel(len(self._channels) + 1, *key, self._random(_SECRET_BYTES))
        actor = self._actors.get(key) or _actor(*key)
        entry = Entry(
            channel=channel.tag,
            kind=record.kind,
            secret=self._random(_SECRET_BYTES),
            actor=actor,
            plan_tags=() if record.plan is None else (plan_tag(channel.tag, record.plan),),
            subjects=record.subjects,
            view=View(record.granularity),
        )
        (logged,) = self.log.append((entry,), now_ns)
        self._channels[key], self._actors[key] = channel, actor
        self._heads[channel.tag] = Head(logged.pending.counter, logged.pending.value)
        self.entries += 1
        return Taken(self.entries, channel, known is None, logged, record)

    def close(self, now_ns: int) -> Shut:
        """Make the next checkpoint, whether anything was taken or not."""
        closed = self.log.close(now_ns)
        for node in closed.stale_nodes:
            del self._nodes.all[node]
            self._nodes.new.pop(node, None)
        nodes, self._nodes.new = self._nodes.new, {}
        return Shut(closed, nodes, self.entries)


def _actor(issuer: str, sub: str) -> HostActor | TokenActor:
    if (issuer, sub) == HOST:
        return HostActor()
    return TokenActor(token_subject(ledger_name(issuer), ledger_name(sub)))
