"""Entries, a log with its store in memory, and keys, for tests of the ledger and of the verifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sharedsky.ledger.bundle import ConsistencyBundle, LoggedBundle
from sharedsky.ledger.checkpoint import Checkpoint
from sharedsky.ledger.fields import Entry, Rules, Subject, TokenActor, View, plan_tag, token_subject
from sharedsky.ledger.heads import Head, MemoryNodes
from sharedsky.ledger.host_leaves import OriginLeaf
from sharedsky.ledger.keys import COSIGNATURE_V1, SigningKey
from sharedsky.ledger.leaf import FIELDS
from sharedsky.ledger.log import Closed, Log, Logged, Pending, Settings, State
from sharedsky.ledger.padding import Padding
from sharedsky.ledger.tiles import Edge, TileSubtrees
from sharedsky.ledger.tree import consistency_proof, inclusion_proof
from sharedsky.verify import Policy

ORIGIN = "exchange.example/sky"
SEED = b"\x5e" * 32
S = 10**9
NOON_NS = 1_790_000_000 * S

LOG_KEY = SigningKey.from_seed(ORIGIN, b"\x01" * 32)
WITNESS = SigningKey.from_seed("witness.example/north", b"\x02" * 32, COSIGNATURE_V1)
OTHER_WITNESS = SigningKey.from_seed("witness.example/south", b"\x03" * 32, COSIGNATURE_V1)
POLICY = Policy((LOG_KEY.verifier,), {"north": WITNESS.verifier}, quorum="north")
NO_WITNESS = Policy((LOG_KEY.verifier,), {}, quorum=None)


def some_bytes(text: str | bytes) -> bytes:
    """32 bytes that follow from a word; bytes are given back."""
    return sha256(text.encode()).digest() if isinstance(text, str) else text


def entry(channel: str | bytes = "A to B", secret: str | bytes = "secret", plan: str = "plan 1", **changes: object) -> Entry:
    """A disclosure of a plan."""
    tag = some_bytes(channel)
    values: dict[str, object] = {
        "channel": tag,
        "kind": 0x20,
        "secret": some_bytes(secret),
        "actor": TokenActor(token_subject("https://issuer.example", "uss-a")),
        "plan_tags": (plan_tag(tag, plan),),
        "to_desk": "operations",
        "subjects": (Subject(plan, 3, some_bytes("content")),),
        "view": View(3, some_bytes("view")),
        "rules": Rules("arrangement 7", 2, ("rule 4", "rule 9")),
    }
    return Entry(**{**values, **changes})  # type: ignore[arg-type]


@dataclass
class Store:
    """What an exchange keeps of a log, in memory."""

    settings: Settings = field(default_factory=lambda: Settings(ORIGIN, SEED))
    nodes: MemoryNodes = field(default_factory=MemoryNodes)
    heads: dict[bytes, Head] = field(default_factory=dict)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    values: list[bytes] = field(default_factory=list)
    logged: list[Logged] = field(default_factory=list)
    index: dict[bytes, int] = field(default_factory=dict)
    closes: list[Closed] = field(default_factory=list)
    waiting: list[Pending] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log = self.start()

    def start(self) -> Log:
        """The log as after a start of the process, from what is stored."""
        state = self.closes[-1].state if self.closes else State()
        first = None if self.closes else OriginLeaf(ORIGIN, NOON_NS, some_bytes("origin"))
        edge = Edge.load(state.size, self.read_tile)
        return Log(self.settings, state, edge, self.nodes, self.heads.get, self.waiting, first)

    def read_tile(self, level: int, index: int, width: int) -> bytes | None:
        return self.tiles.get((level, index))

    def append(self, entries: Sequence[Entry], now_ns: int = NOON_NS) -> tuple[Logged, ...]:
        done = self.log.append(entries, now_ns)
        self.logged += done
        for one in done:
            self.waiting.append(one.pending)
            self.heads[one.pending.channel] = Head(one.pending.counter, one.pending.value)
        return done

    def close(self, now_ns: int = NOON_NS) -> Closed:
        closed = self.log.close(now_ns)
        self.index.update(zip((one.value for one in self.waiting), closed.placed))
        self.waiting.clear()
        self.values += closed.values
        self.tiles.update({(tile.level, tile.index): tile.data for tile in closed.tiles})
        self.closes.append(closed)
        return closed

    def subtrees(self, size: int | None = None) -> TileSubtrees:
        return TileSubtrees(self.read_tile, len(self.values) if size is None else size)


def unpadded() -> Store:
    """A store whose log is not filled up."""
    return Store(Settings(ORIGIN, SEED, Padding(())))


def signed(checkpoint: Checkpoint, *, time_s: int = 1_790_000_010) -> bytes:
    """The checkpoint with the log's signature and a witness's."""
    return bytes(checkpoint.unsigned().signed_by(LOG_KEY).signed_by(WITNESS, time_s))


def logged_bundle(store: Store, one: Logged, names: Sequence[str] = FIELDS) -> LoggedBundle:
    """A bundle about one entry under the last checkpoint."""
    checkpoint = store.closes[-1].checkpoint
    index = store.index[one.leaf.value]
    proof = inclusion_proof(store.subtrees().subtree, index, checkpoint.size)
    return LoggedBundle(signed(checkpoint), index, one.leaf.open(names), proof)


def consistency_bundle(store: Store, older: int = 0, newer: int = -1) -> ConsistencyBundle:
    """A bundle about two of the store's checkpoints."""
    old, new = store.closes[older].checkpoint, store.closes[newer].checkpoint
    proof = consistency_proof(store.subtrees().subtree, old.size, new.size)
    return ConsistencyBundle(signed(old), signed(new), proof)
