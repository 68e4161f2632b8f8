"""Whether ledger and rows agree, and the ledger with itself: written apart from what writes, from docs/ledger.md.

Every leaf is hashed again from the tiles, and each checkpoint held against the tree of its size, so that all of them
are beginnings of the last; every entry must lie under the checkpoint that should have it, name the one before it in its
channel, and be what its stored fields and secret give; what is current must be what its last entry says. Called by
fsck.py.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from sharedsky.exchange.record import ledger_name
from sharedsky.ledger.canonical import decode
from sharedsky.ledger.errors import LedgerError
from sharedsky.ledger.leaf import Leaf
from sharedsky.store.sqlite.fsck_entities import current_digests
from sharedsky.store.sqlite.fsck_rows import name_of

#: add(table, id or None, what is wrong).
Add = Callable[[str, object, str], None]

_EMPTY: Final = bytes(32)
#: The table of an entry's first subject, by kind (docs/ledger.md, 3.3).
_TABLE: Final = {
    1: "intent", 2: "intent", 3: "constraint_reference", 4: "constraint_reference", 5: "subscription",
    6: "subscription", 7: "uss_status", 8: "report",
}  # fmt: skip


class _Entry(NamedTuple):
    number: int
    channel: int
    counter: int
    value: bytes
    time_ns: int
    ident: object
    content: bytes
    secret: bytes | None


class _Checkpoint(NamedTuple):
    number: int
    first: int
    size: int
    root: bytes
    last_entry: int
    time_ns: int
    heads_root: bytes
    heads_blind: bytes


def check_ledger(connection: sqlite3.Connection, add: Add) -> dict[str, int]:
    """Check the ledger of a file, in the transaction that is open; how many rows its main tables have."""
    begun = connection.execute("SELECT origin_leaf, rows_before FROM ledger").fetchone()
    if begun is None:
        for table in ("ledger_channel", "ledger_entry", "ledger_tile", "ledger_checkpoint"):
            if connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
                add(table, None, "has rows, and there is no ledger")
        return {}
    origin_leaf, before = begun
    _check_tiles(connection, add)
    chains = _Chains(connection, add)
    entries = _entries(connection)
    last, waiting = _check_checkpoints(connection, entries, chains, add)
    first = connection.execute("SELECT substr(hashes, 1, 32) FROM ledger_tile WHERE place = 0").fetchone()
    if last is not None and (first is None or first[0] != _leaf_hash(_digest("origin-leaf", origin_leaf))):
        add("ledger_tile", None, "the first leaf is not the origin leaf")
    chains.take(waiting)
    for entry in entries:
        chains.take(entry)
    if last is not None:
        _check_heads(connection, last, chains, add)
    chains.compare(before)
    return {"ledger_entry": chains.count, "ledger_checkpoint": 0 if last is None else last.number}


def _check_checkpoints(
    connection: sqlite3.Connection, entries: Iterator[_Entry], chains: _Chains, add: Add
) -> tuple[_Checkpoint | None, _Entry | None]:
    """Each checkpoint in turn with its leaves and entries; the last one, and the first entry that waits for more."""
    sql = (
        "SELECT number, first, size, root, last_entry, time_ns, heads_root, heads_blind FROM ledger_checkpoint"
        " ORDER BY number"
    )
    tree = _Tree(connection)
    before: _Checkpoint | None = None
    entry = next(entries, None)
    for row in connection.execute(sql):
        now = _Checkpoint(*row)
        for fault in _steps(before, now):
            add("ledger_checkpoint", str(now.number), fault)
        leaves = tree.grow(now.size)
        if leaves is None:
            add("ledger_tile", None, f"the leaves of checkpoint {now.number} are not all there")
            return now, entry
        if tree.root() != now.root:
            add("ledger_checkpoint", str(now.number), "its root is not that of the leaves that are stored")
        heads = [_item(part) for part in (now.number, now.time_ns, now.heads_root, now.heads_blind)]
        if not leaves or leaves[-1] != _leaf_hash(_digest("heads-leaf", _list(*heads))):
            add("ledger_checkpoint", str(now.number), "its last leaf is not its heads leaf")
        under = set(leaves[:-1])
        while entry is not None and entry.number <= now.last_entry:
            if _leaf_hash(entry.value) not in under:
                add("ledger_entry", str(entry.number), f"it is not under checkpoint {now.number}")
            chains.take(entry)
            entry = next(entries, None)
        before = now
    if before is not None and before.last_entry > chains.number:
        add("ledger_entry", None, f"entries up to {before.last_entry} are missing")
    return before, entry


def _steps(before: _Checkpoint | None, now: _Checkpoint) -> Iterator[str]:
    """What is wrong between a checkpoint and the one before it."""
    number, size, last, time_ns = (0, 0, 0, now.time_ns) if before is None else (
        before.number, before.size, before.last_entry, before.time_ns
    )  # fmt: skip
    if now.number != number + 1:
        yield f"the one before it is number {number}"
    if now.first != size or now.size <= size:
        yield f"it has leaves {now.first} to {now.size}, and the one before it ends at {size}"
    if now.last_entry < last:
        yield "fewer entries are under it than under the one before"
    if now.time_ns < time_ns:
        yield "its time lies before that of the one before"


class _Tree:
    """The tree of the stored leaves, leaf by leaf: the roots of the perfect trees that it is made of (RFC 6962)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._size = 0
        self._parts: list[tuple[int, bytes]] = []

    def grow(self, size: int) -> list[bytes] | None:
        """The hashes of the leaves up to a size; None where they are not there."""
        leaves: list[bytes] = []
        while self._size < size:
            index, offset = divmod(self._size, 256)
            row = self._connection.execute("SELECT hashes FROM ledger_tile WHERE place = ?", (index,)).fetchone()
            data = b"" if row is None else row[0]
            end = min(256, offset + size - self._size)
            if len(data) < 32 * end:
                return None
            for at in range(offset, end):
                self._add(data[32 * at : 32 * at + 32])
                leaves.append(data[32 * at : 32 * at + 32])
        return leaves

    def root(self) -> bytes:
        root = self._parts[-1][1]
        for _, part in reversed(self._parts[:-1]):
            root = _node_hash(part, root)
        return root

    def _add(self, leaf: bytes) -> None:
        level = 0
        while self._parts and self._parts[-1][0] == level:
            leaf = _node_hash(self._parts.pop()[1], leaf)
            level += 1
        self._parts.append((level, leaf))
        self._size += 1


def _check_tiles(connection: sqlite3.Connection, add: Add) -> None:
    """Whether each level has as many hashes as the tree, and each hash of a higher tile is the top of one below."""
    size = connection.execute("SELECT coalesce(max(size), 0) FROM ledger_checkpoint").fetchone()[0]
    counts: dict[int, int] = {}
    for place, data in connection.execute("SELECT place, hashes FROM ledger_tile ORDER BY place"):
        level, index = place >> 56, place & (2**56 - 1)
        counts[level] = counts.get(level, 0) + len(data) // 32
        if len(data) % 32 or not 0 < len(data) <= 256 * 32:
            add("ledger_tile", f"{level}/{index}", f"has {len(data)} bytes")
        elif level and not _tops(connection, level, index, data):
            add("ledger_tile", f"{level}/{index}", "its hashes are not those of the tiles below")
    for level in range(8):
        if counts.get(level, 0) != size >> (8 * level):
            add("ledger_tile", None, f"level {level} has {counts.get(level, 0)} hashes, not {size >> (8 * level)}")


def _tops(connection: sqlite3.Connection, level: int, index: int, data: bytes) -> bool:
    first = (level - 1) << 56 | index * 256
    count = len(data) // 32
    sql = "SELECT hashes FROM ledger_tile WHERE place >= ? AND place < ? ORDER BY place"
    below = [_top(row[0]) for row in connection.execute(sql, (first, first + count))]
    return below == [data[32 * k : 32 * k + 32] for k in range(count)]


def _top(data: bytes) -> bytes:
    row = [data[at : at + 32] for at in range(0, len(data), 32)]
    while len(row) > 1:
        row = [_node_hash(row[k], row[k + 1]) for k in range(0, len(row) - 1, 2)]
    return row[0] if len(data) == 256 * 32 else b""


class _Chains:
    """The channels as their entries make them, and what the last entry about each current entity says."""

    def __init__(self, connection: sqlite3.Connection, add: Add) -> None:
        self._add = add
        self._tags = dict(connection.execute("SELECT number, tag FROM ledger_channel").fetchall())
        self._current = {(table, ledger_name(name_of(ident))): (ident, want)
                         for table, ident, want in current_digests(connection, add)}  # fmt: skip
        self._said: dict[tuple[str, str], bytes] = {}
        self._time_ns = -(2**63)
        self.heads: dict[int, tuple[int, bytes]] = {}
        self.number = self.count = 0

    def take(self, entry: _Entry | None) -> None:
        """The next entry, in the order of taking."""
        if entry is None:
            return
        try:
            faults = list(self._faults(entry))
        except (LedgerError, ValueError, TypeError, IndexError) as error:
            faults = [f"its fields cannot be read ({error})"]
        for fault in faults:
            self._add("ledger_entry", str(entry.number), fault)
        self.heads[entry.channel] = (entry.counter, entry.value)
        self.number, self._time_ns = entry.number, entry.time_ns
        self.count += 1

    def _faults(self, entry: _Entry) -> Iterator[str]:
        counter, value = self.heads.get(entry.channel, (0, _EMPTY))
        if entry.number != self.number + 1:
            yield f"the one before it is number {self.number}"
        if entry.counter != counter + 1:
            yield f"its channel's entry before it has the counter {counter}, and it has {entry.counter}"
        if entry.time_ns < self._time_ns:
            yield "its time lies before that of the entry before"
        fields: Any = decode(entry.content)
        kind, subjects, time_ns = fields[4], fields[6], fields[11]
        if fields[0] != self._tags.get(entry.channel) or fields[1] != entry.counter or time_ns != entry.time_ns:
            yield "its channel, counter or time is not that of its fields"
        if fields[2] != value:
            yield "it does not name the entry before it in its channel"
        if entry.secret is not None and Leaf.load(entry.secret, entry.content).value != entry.value:
            yield "its value is not that of its fields and its secret"
        if ledger_name(name_of(entry.ident)) != subjects[0][0]:
            yield "it is kept under another id than that of its fields"
        for place, (ident, _, content) in enumerate(subjects):
            key = ("subscription" if place else _TABLE.get(kind, ""), ident)
            if key in self._current:
                self._said[key] = content

    def compare(self, before: int) -> None:
        """Hold what is current against its last entries; before: how many entities there were before the ledger."""
        missing = []
        for key, (ident, want) in self._current.items():
            said = self._said.get(key)
            if said is None:
                missing.append((key[0], ident))
            elif said != want:
                what = "says that it is gone" if said == b"" else "is about another state of it"
                self._add(key[0], ident, f"its last entry in the ledger {what}")
        if len(missing) > before:
            for table, ident in missing if not before else ():
                self._add(table, ident, "it has no entry in the ledger")
            if before:
                self._add("ledger", None, f"{len(missing)} entities have no entry; before it began there were {before}")


def _check_heads(connection: sqlite3.Connection, last: _Checkpoint, chains: _Chains, add: Add) -> None:
    """Whether the map under the last checkpoint holds the ends of all channels, and hashes to its root."""
    sql = (
        "SELECT c.tag, max(e.counter), e.value FROM ledger_entry AS e JOIN ledger_channel AS c ON c.number = e.channel"
        " WHERE e.number <= ? GROUP BY c.number"
    )
    rows = connection.execute(sql, (last.last_entry,))
    want = {hashlib.sha256(b"sharedsky/map-key/1\x00" + tag).digest(): (n, value) for tag, n, value in rows}
    nodes = dict(connection.execute("SELECT hash, data FROM ledger_node").fetchall())
    found: dict[bytes, tuple[int, bytes]] = {}
    todo = [] if last.heads_root == _EMPTY else [last.heads_root]
    seen = 0
    while todo:
        node = todo.pop()
        data = nodes.get(node, b"")
        seen += 1
        if len(data) == 65 and data[0] == 1 and _map("map-node", data[1:]) == node:
            todo += [child for child in (data[1:33], data[33:]) if child != _EMPTY]
        elif len(data) == 105 and data[0] == 0 and _map("map-leaf", data[1:33] + _map("map-value", data[33:])) == node:
            found[data[1:33]] = (int.from_bytes(data[33:41], "big"), data[41:73])
        else:
            add("ledger_node", node.hex(), "it is missing, or not what its hash says")
            return
    if found != want:
        add("ledger_node", None, "the heads map does not hold the ends of the channels")
    if seen != len(nodes):
        add("ledger_node", None, f"{len(nodes) - seen} nodes belong to no root that is needed")
    if set(chains.heads) != {n for (n,) in connection.execute("SELECT number FROM ledger_channel")}:
        add("ledger_channel", None, "there are channels without entries, or entries without channels")


def _entries(connection: sqlite3.Connection) -> Iterator[_Entry]:
    sql = (
        "SELECT e.number, channel, counter, value, time_ns, id, content, secret FROM ledger_entry AS e"
        " LEFT JOIN ledger_secret AS s ON s.number = e.number ORDER BY e.number"
    )
    return map(_Entry._make, connection.execute(sql))


def _map(kind: str, data: bytes) -> bytes:
    return hashlib.sha256(f"sharedsky/{kind}/1\x00".encode() + data).digest()


def _digest(kind: str, item: bytes) -> bytes:
    return _map(kind, item)


def _item(value: object) -> bytes:
    if isinstance(value, int):
        return b"\x01" + struct.pack(">q", value)
    data = value if isinstance(value, bytes) else b""
    return b"\x02" + len(data).to_bytes(4, "big") + data


def _list(*items: bytes) -> bytes:
    return b"\x04" + len(items).to_bytes(4, "big") + b"".join(items)


def _leaf_hash(value: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + value).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
