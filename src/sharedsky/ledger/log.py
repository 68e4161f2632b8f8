"""The log as a state machine: entries in, leaves, promises, tiles and checkpoints out. docs/ledger.md, section 2.

No clock, no file, no randomness: they come in as arguments, and what must be stored is given back. The exchange appends
within the transaction of each decision and closes once a second; `mark` and `rewind` undo what a failed transaction
had done. A promise is given away, and a checkpoint signed and shown, only once its transaction is on disk: a checkpoint
that was shown and is then made again in another way is a fork. One thread at a time.

What holds afterwards: a channel's counter has no gap and each entry names the one before; the log's time never steps
back from one entry to the next; leaves of one checkpoint lie in the order of their hashes, so that the place of one
tells nothing of the others; the last leaf of every checkpointed tree binds the heads of all channels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sharedsky.ledger.canonical import HASH_SIZE
from sharedsky.ledger.checkpoint import Checkpoint
from sharedsky.ledger.errors import LedgerValueError, StateError
from sharedsky.ledger.fields import NO_ENTRY, Entry, check_entry
from sharedsky.ledger.heads import EMPTY, BlindedHead, Head, NodeStore, Update, update
from sharedsky.ledger.host_leaves import HeadsLeaf, OriginLeaf, dummy_leaf, heads_blind, map_blind
from sharedsky.ledger.leaf import Leaf, make_leaf
from sharedsky.ledger.padding import Padding, Rung, padded
from sharedsky.ledger.promise import Promise
from sharedsky.ledger.tiles import Edge, Tile
from sharedsky.ledger.tree import leaf_hash

#: read_head(channel): the channel's head as stored, None for one without an entry.
ReadHead: TypeAlias = Callable[[bytes], "Head | None"]

#: How long after its time an entry is promised to be in the log [ns].
PROMISE_NS: Final = 10 * 10**9


@dataclass(frozen=True, slots=True)
class Settings:
    """What a log is set up with; all of it may change between two runs, but the origin and the seed.

    Args:
        origin: the log's identity.
        seed: 32 secret bytes, for dummies and blinds.
        padding: how checkpoints are filled up.
        promise_ns: from an entry's time to its log-by time.
    """

    origin: str
    seed: bytes
    padding: Padding = field(default_factory=Padding)
    promise_ns: int = PROMISE_NS


@dataclass(frozen=True, slots=True)
class State:
    """What must be stored at each close, beside tiles, nodes and leaves, to go on from there.

    `number` checkpoints, `size` leaves, the heads map's root, the time of the last close or entry, the rung of padding.
    """

    number: int = 0
    size: int = 0
    heads_root: bytes = EMPTY
    time_ns: int = 0
    rung: Rung = field(default_factory=Rung)


@dataclass(frozen=True, slots=True)
class Pending:
    """An entry that was appended and is not yet under a checkpoint: what the store gives back after a restart."""

    channel: bytes
    counter: int
    value: bytes
    time_ns: int


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry that was taken: its leaf, with all that can be opened, and its place in its channel.

    To be stored: `leaf.secret` (deletable on its own), `leaf.content`, `leaf.value`, channel, counter, time, in the
    order in which they were appended.
    """

    leaf: Leaf
    pending: Pending
    promise: Promise


@dataclass(frozen=True, slots=True)
class Closed:
    """A checkpoint that is due to be signed, and everything to be stored with it.

    Args:
        checkpoint: origin, size, root; to be signed with the log's key.
        heads_leaf: the last leaf, at index size - 1.
        first: the index of the first of `values`.
        values: the leaves that were added, in the order of the log, the heads leaf last.
        placed: for each entry since the last close, in the order of appending, its index in the log.
        dummies: how many of the values are dummies.
        tiles: the tiles that changed.
        state: to go on from.
        stale_nodes: of the heads map; what an older root needs to be proved.
    """

    checkpoint: Checkpoint
    heads_leaf: HeadsLeaf
    first: int
    values: tuple[bytes, ...]
    placed: tuple[int, ...]
    dummies: int
    tiles: tuple[Tile, ...]
    state: State
    stale_nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a log was; see Log.mark."""

    state: State
    edge: Edge
    pending: tuple[Pending, ...]
    changed: dict[bytes, Head]
    time_ns: int
    origin_leaf: OriginLeaf | None


class Log:
    """One log, in memory as far as its right edge.

    Args:
        settings: see Settings.
        state: of the last close; State() for a new log.
        origin_leaf: needed, and used, until the first close.
        edge: of the stored tree (Edge.load).
        nodes: of the heads map.
        read_head: heads of channels as stored.
        pending: entries stored since the last close, in order.

    Raises:
        StateError: what was given does not fit together.
    """

    def __init__(
        self,
        settings: Settings,
        state: State,
        edge: Edge,
        nodes: NodeStore,
        read_head: ReadHead,
        pending: Sequence[Pending] = (),
        origin_leaf: OriginLeaf | None = None,
    ) -> None:
        if len(settings.seed) != HASH_SIZE:
            raise LedgerValueError("the seed of a log is 32 bytes long.")
        if edge.size != state.size:
            raise StateError(f"the tiles are those of {edge.size} leaves, the state is that of {state.size}.")
        if (state.number == 0) != (origin_leaf is not None):
            raise StateError("a log begins with its origin leaf, and has it once.")
        if origin_leaf is not None and origin_leaf.origin != settings.origin:
            raise StateError("the origin leaf is that of another log.")
        self._settings = settings
        self._state = state
        self._edge = edge
        self._nodes = nodes
        self._read_head = read_head
        self._origin_leaf = origin_leaf
        self._pending: list[Pending] = []
        self._changed: dict[bytes, Head] = {}
        self._time_ns = max(state.time_ns, origin_leaf.time_ns if origin_leaf else state.time_ns)
        for one in pending:
            self._take(one)

    @property
    def state(self) -> State:
        """The state of the last close."""
        return self._state

    @property
    def waiting(self) -> int:
        """How many entries wait for the next close."""
        return len(self._pending)

    def head(self, channel: bytes) -> Head:
        """The head of a channel with everything appended; counter 0 for one without an entry."""
        found = self._changed.get(channel) or self._read_head(channel)
        return found or Head(0, NO_ENTRY)

    def append(self, entries: Sequence[Entry], now_ns: int) -> tuple[Logged, ...]:
        """Take entries: all, or none where one is refused.

        Args:
            entries: in the order in which they happened.
            now_ns: the clock, ns of UTC since 1970; where it stepped back, the last time is used.

        Raises:
            LedgerValueError: an entry that cannot be logged; nothing was taken.
        """
        time_ns = max(now_ns, self._time_ns)
        heads: dict[bytes, Head] = {}
        logged = []
        for entry in entries:
            check_entry(entry)
            channel = entry.channel
            head = heads.get(channel) or self.head(channel)
            counter = head.counter + 1
            leaf = make_leaf(entry, counter, head.entry, time_ns)
            heads[channel] = Head(counter, leaf.value)
            promise = Promise(self._settings.origin, channel, counter, leaf.value, time_ns + self._settings.promise_ns)
            logged.append(Logged(leaf, Pending(channel, counter, leaf.value, time_ns), promise))
        for one in logged:
            self._take(one.pending)
        return tuple(logged)

    def _take(self, one: Pending) -> None:
        if one.time_ns < self._time_ns:
            raise StateError("an entry's time lies before that of the entry before it.", "Run fsck.")
        self._pending.append(one)
        self._changed[one.channel] = Head(one.counter, one.value)
        self._time_ns = one.time_ns

    def close(self, now_ns: int, again: Mapping[bytes, Head] | None = None) -> Closed:
        """Make the next checkpoint, whether anything was appended or not.

        Args:
            now_ns: the clock; where it stepped back, the last time is used.
            again: channels whose heads are set once more with a fresh blind (all, where a map proof must not tell
                which other channels changed), or set at first: those that a restore carries over, with counter 0.
        """
        number = self._state.number + 1
        time_ns = max(now_ns, self._time_ns)
        changed = self._set_heads(number, {**(again or {}), **self._changed})
        blind = heads_blind(self._settings.seed, number)
        heads_leaf = HeadsLeaf(number, time_ns, changed.root, blind)
        laid, rung = self._lay_out(number, time_ns, heads_leaf.value())

        edge = self._edge.copy()
        tiles = edge.append([one for one, _ in laid.rows])
        first = self._state.size
        state = State(number, edge.size, changed.root, time_ns, rung)
        self._state, self._edge, self._origin_leaf = state, edge, None
        self._pending, self._changed, self._time_ns = [], {}, time_ns
        return Closed(
            checkpoint=Checkpoint(self._settings.origin, edge.size, edge.root()),
            heads_leaf=heads_leaf,
            first=first,
            values=tuple(value for _, value in laid.rows),
            placed=tuple(first + place for place in laid.placed),
            dummies=laid.dummies,
            tiles=tuple(tiles),
            state=state,
            stale_nodes=tuple(changed.stale),
        )

    def _set_heads(self, number: int, heads: Mapping[bytes, Head]) -> Update:
        seed = self._settings.seed
        blinded = {tag: BlindedHead(head, map_blind(seed, number, tag)) for tag, head in heads.items()}
        return update(self._nodes, self._state.heads_root, blinded)

    def _lay_out(self, number: int, time_ns: int, last: bytes) -> tuple[_Laid, Rung]:
        """The leaves of a checkpoint: the origin leaf if it is due, entries and dummies by hash, the heads leaf."""
        start = [] if self._origin_leaf is None else [self._origin_leaf.value()]
        entries = [one.value for one in self._pending]
        needed = len(start) + len(entries) + 1
        total, rung = padded(self._settings.padding, self._state.rung, needed, time_ns)
        dummies = [dummy_leaf(self._settings.seed, number, place) for place in range(total - needed)]
        middle = sorted((leaf_hash(value), value) for value in (*entries, *dummies))
        place_of = {value: len(start) + place for place, (_, value) in enumerate(middle)}
        placed = [place_of[value] for value in entries]
        rows = [*((leaf_hash(value), value) for value in start), *middle, (leaf_hash(last), last)]
        return _Laid(rows, placed, len(dummies)), rung

    def mark(self) -> Mark:
        """Where the log is now, for `rewind`: taken before a transaction, it undoes what the transaction did here."""
        pending, changed = tuple(self._pending), dict(self._changed)
        return Mark(self._state, self._edge, pending, changed, self._time_ns, self._origin_leaf)

    def rewind(self, mark: Mark) -> None:
        """Be again as at the mark; what was appended or closed since never was."""
        self._state, self._edge = mark.state, mark.edge
        self._pending, self._changed = list(mark.pending), dict(mark.changed)
        self._time_ns, self._origin_leaf = mark.time_ns, mark.origin_leaf


@dataclass(frozen=True, slots=True)
class _Laid:
    """The leaves of a checkpoint as (leaf hash, value), where the entries are among them, how many are dummies."""

    rows: list[tuple[bytes, bytes]]
    placed: list[int]
    dummies: int
