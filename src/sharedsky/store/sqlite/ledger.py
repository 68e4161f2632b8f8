"""The ledger in the database: entries as rows of the decision's transaction, checkpoints as work of the same writer.

The log runs on the event loop (book.py). An entry's rows go with those of the decision; a checkpoint's rows go through
the same queue, and it is signed and shown after its commit. After a commit that failed the book is not wound back: it
is read anew from the file, which alone knows what was kept, before the next entry is taken. Called by store.py.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sharedsky.exchange.protocol import Record, StoreUnavailable
from sharedsky.ledger.canonical import decode, encode
from sharedsky.ledger.checkpoint import Checkpoint
from sharedsky.ledger.errors import LedgerError
from sharedsky.ledger.heads import EMPTY, Head
from sharedsky.ledger.host_leaves import OriginLeaf, origin_leaf_of
from sharedsky.ledger.log import Pending, State
from sharedsky.ledger.padding import Padding, Rung
from sharedsky.store.book import Book, Channel, LedgerKeys, Shut, Start, Taken
from sharedsky.store.clock_guard import ClockGuard
from sharedsky.store.desk import Desk, KeptCheckpoint, KeptEntry
from sharedsky.store.sqlite.codec import checked, ident_of
from sharedsky.store.sqlite.connections import connect_reader, refusal
from sharedsky.store.sqlite.errors import DatabaseRefused, damaged
from sharedsky.store.sqlite.rows import Written

_LEVEL: Final = 56
_SEED_DIGEST: Final = b"sharedsky ledger seed\x00"
_CHECKPOINT: Final = "SELECT number, first, size, root, last_entry FROM ledger_checkpoint"


class SqliteLedger:
    """The book of a database, and what shows it.

    Args:
        archive: reads the file. guard: refuses entries while the clock has jumped ahead; None lets all through.
    """

    def __init__(
        self, path: Path, keys: LedgerKeys, archive: SqliteArchive, padding: Padding, guard: ClockGuard | None
    ) -> None:
        self._path, self._keys, self._archive, self._padding, self._guard = path, keys, archive, padding, guard
        self._book: Book | None = Book(keys, archive.start(), padding)
        self.desk = Desk(keys, archive)
        last = archive.last()
        if last is not None:
            self.desk.show(Checkpoint(keys.origin, last.size, last.root))

    def prepare(self, now_ns: int) -> None:
        """See to it that an entry of this time can be taken.

        Raises:
            StoreUnavailable: the clock has jumped ahead, or the file cannot be read after a failure.
        """
        if self._guard is not None:
            self._guard.check(now_ns)
        if self._book is None:
            try:
                self._book = Book(self._keys, self._archive.start(), self._padding)
            except (sqlite3.Error, LedgerError) as error:
                raise StoreUnavailable(f"the ledger cannot be read again: {error}.", "See the server's log.") from None

    def take(self, record: Record, now_ns: int) -> list[Written]:
        """The rows of a record's entry.

        Raises:
            LedgerValueError, Unstorable: it cannot be logged; nothing was taken.
        """
        ident, version = ident_of(record.id), checked(record.version)
        checked(record.issuer + record.sub)
        return _entry_rows(self._open().take(record, now_ns), ident, version)

    def close(self, now_ns: int) -> tuple[list[Written], Shut]:
        """The next checkpoint, and its rows."""
        shut = self._open().close(now_ns)
        return _checkpoint_rows(shut), shut

    def show(self, shut: Shut) -> None:
        """Sign and show a checkpoint whose rows are committed."""
        self.desk.show(shut.closed.checkpoint)

    def lost(self) -> None:
        """What was taken since the last commit is not in the file: the book is read anew before it goes on."""
        self._book = None

    def stop(self) -> None:
        """Let go of the file."""
        self._archive.close()

    def _open(self) -> Book:
        if self._book is None:
            raise StoreUnavailable("the ledger is being read again.", "Try again.")
        return self._book


def origin_of(path: Path) -> str | None:
    """The origin of a file's ledger, without touching it; None where it has none, or there is no such file yet.

    Raises:
        DatabaseRefused: the file cannot be read.
    """
    if not path.exists() or not path.stat().st_size:
        return None
    try:
        connection = connect_reader(path)
        try:
            if not connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'ledger'").fetchone()[0]:
                return None
            row = connection.execute("SELECT origin FROM ledger").fetchone()
        finally:
            connection.close()
    except (sqlite3.Error, OSError) as error:
        raise refusal(path, error) from None
    return None if row is None else str(row[0])


def open_ledger(
    connection: sqlite3.Connection, path: Path, keys: LedgerKeys | None, now_ns: int, padding: Padding,
    guard: ClockGuard | None, random: Callable[[int], bytes] = secrets.token_bytes,
) -> SqliteLedger | None:  # fmt: skip
    """The ledger of a file whose schema is current; it begins where there is none. None without keys.

    Args:
        connection: may write; used here alone.
    Raises:
        DatabaseRefused: the keys or the origin are not those of the file's ledger, or it is damaged.
        sqlite3.Error: the file cannot be read or written.
    """
    row = connection.execute("SELECT origin, key, seed_digest FROM ledger").fetchone()
    if keys is None:
        if row is not None:
            raise DatabaseRefused(f"{path} has a ledger, and no keys for it were given.", "Give them.")
        return None
    ours = (keys.origin, str(keys.signing.verifier), sha256(_SEED_DIGEST + keys.seed).digest())
    if row is None:
        _begin(connection, ours, OriginLeaf(keys.origin, now_ns, random(32)))
    elif row[0] != keys.origin:
        raise DatabaseRefused(f"{path} has the ledger {row[0]}, not {keys.origin}.", "A ledger keeps its origin.")
    elif tuple(row) != ours:
        raise DatabaseRefused(
            f"{path} has a ledger that was signed with another key.",
            "Restore the folder of keys from its backup: a log that goes on under another key convinces nobody.",
        )
    try:
        return SqliteLedger(path, keys, SqliteArchive(path), padding, guard)
    except (LedgerError, ValueError) as error:
        raise damaged(path, f"its ledger cannot be read ({error})") from None


def _begin(connection: sqlite3.Connection, ours: tuple[str, str, bytes], leaf: OriginLeaf) -> None:
    tables = ("intent", "constraint_reference", "subscription", "uss_status", "report")
    counts = " + ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    sql = f"INSERT INTO ledger VALUES (1, ?, ?, ?, ?, {counts})"
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(sql, (*ours, encode(leaf.item())))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _entry_rows(taken: Taken, ident: bytes | str, version: str) -> list[Written]:
    number, channel, leaf, pending = taken.number, taken.channel, taken.logged.leaf, taken.logged.pending
    rows: list[Written] = []
    if taken.new:
        row = (channel.number, channel.issuer, channel.sub, channel.tag)
        rows.append(("ledger_channel", channel.number, row))
    entry = (number, channel.number, pending.counter, pending.value, pending.time_ns, ident, version, leaf.content)
    rows.append(("ledger_entry", number, entry))
    rows.append(("ledger_secret", number, (number, leaf.secret)))
    return rows


def _checkpoint_rows(shut: Shut) -> list[Written]:
    closed, state = shut.closed, shut.closed.state
    rows: list[Written] = []
    for tile in closed.tiles:
        place = tile.level << _LEVEL | tile.index
        rows.append(("ledger_tile", place, (place, tile.data)))
    rows += [("ledger_node", node, (node, data)) for node, data in shut.nodes.items()]
    rows += [("ledger_node", node, None) for node in closed.stale_nodes]
    checkpoint = (
        state.number, closed.first, state.size, closed.checkpoint.root, shut.last_entry, state.time_ns,
        state.heads_root, closed.heads_leaf.blind, state.rung.place, state.rung.until_ns,
    )  # fmt: skip
    rows.append(("ledger_checkpoint", state.number, checkpoint))
    return rows


class SqliteArchive:
    """A desk.Archive over a file: one connection that only reads, for one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._connection = connect_reader(path)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def tile(self, level: int, index: int) -> bytes | None:
        """The hashes of a tile, as many as there are."""
        row = self._one("SELECT hashes FROM ledger_tile WHERE place = ?", level << _LEVEL | index)
        return None if row is None else bytes(row[0])

    def checkpoint(self, size: int) -> KeptCheckpoint | None:
        """The first checkpoint of so many leaves or more."""
        row = self._one(f"{_CHECKPOINT} WHERE size >= ? ORDER BY size LIMIT 1", size)
        return None if row is None else KeptCheckpoint(*row)

    def covering(self, entry: int) -> KeptCheckpoint | None:
        """The first checkpoint over an entry, by its number."""
        row = self._one(f"{_CHECKPOINT} WHERE last_entry >= ? ORDER BY last_entry, number LIMIT 1", entry)
        return None if row is None else KeptCheckpoint(*row)

    def last(self) -> KeptCheckpoint | None:
        """The latest checkpoint."""
        row = self._one(f"{_CHECKPOINT} ORDER BY number DESC LIMIT 1")
        return None if row is None else KeptCheckpoint(*row)

    def entry(self, issuer: str, sub: str, counter: int) -> KeptEntry | None:
        """An entry of a channel."""
        sql = (
            "SELECT e.number, counter, value, content, secret FROM ledger_channel AS c JOIN ledger_entry AS e"
            " ON e.channel = c.number LEFT JOIN ledger_secret AS s ON s.number = e.number"
            " WHERE issuer = ? AND sub = ? AND counter = ?"
        )
        row = self._one(sql, issuer, sub, counter)
        return None if row is None else KeptEntry(*row)

    def counters(self, issuer: str, sub: str, ident: str, version: str | None, limit: int) -> list[int]:
        """The counters of a channel's entries about an entity, and one version of it: the latest so many, in order."""
        sql = (
            "SELECT counter FROM ledger_entry AS e JOIN ledger_channel AS c ON c.number = e.channel"
            " WHERE e.id = ? AND issuer = ? AND sub = ? AND (? IS NULL OR version = ?) ORDER BY counter DESC LIMIT ?"
        )
        with self._lock:
            rows = self._connection.execute(sql, (ident_of(ident), issuer, sub, version, version, limit)).fetchall()
        return [int(counter) for (counter,) in reversed(rows)]

    def start(self) -> Start:
        """What the book goes on from, as of one commit.

        Raises:
            sqlite3.Error: the file cannot be read.
            LedgerError: it is not as it was written.
        """
        with self._lock:
            connection = self._connection
            connection.execute("BEGIN")
            try:
                return _start(connection)
            finally:
                connection.execute("ROLLBACK")

    def _one(self, sql: str, *values: int | str) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
            return row


def _start(connection: sqlite3.Connection) -> Start:
    sql = (
        "SELECT number, size, heads_root, time_ns, rung_place, rung_until_ns, last_entry FROM ledger_checkpoint"
        " ORDER BY number DESC LIMIT 1"
    )
    row = connection.execute(sql).fetchone()
    state, last_entry, leaf = State(heads_root=EMPTY), 0, None
    if row is None:
        data = connection.execute("SELECT origin_leaf FROM ledger").fetchone()[0]
        leaf = origin_leaf_of(decode(data))
    else:
        number, size, heads_root, time_ns, place, until_ns, last_entry = row
        state = State(number, size, heads_root, time_ns, Rung(place, until_ns))
    channels = [Channel(*found) for found in connection.execute("SELECT * FROM ledger_channel ORDER BY number")]
    tags = {channel.number: channel.tag for channel in channels}
    pending = "SELECT channel, counter, value, time_ns FROM ledger_entry WHERE number > ? ORDER BY number"
    tiles = _edge_tiles(connection, state.size)
    return Start(
        state=state,
        origin_leaf=leaf,
        read_tile=lambda level, index, width: tiles.get((level, index)),
        nodes=dict(connection.execute("SELECT hash, data FROM ledger_node").fetchall()),
        channels=channels,
        heads={tag: _head(connection, number) for number, tag in tags.items()},
        pending=tuple(Pending(tags[n], *rest) for n, *rest in connection.execute(pending, (last_entry,))),
        entries=connection.execute("SELECT coalesce(max(number), 0) FROM ledger_entry").fetchone()[0],
    )


def _head(connection: sqlite3.Connection, channel: int) -> Head:
    sql = "SELECT counter, value FROM ledger_entry WHERE channel = ? ORDER BY counter DESC LIMIT 1"
    return Head(*connection.execute(sql, (channel,)).fetchone())


def _edge_tiles(connection: sqlite3.Connection, size: int) -> dict[tuple[int, int], bytes]:
    """The partial tiles at the right edge, by level and index."""
    found = {}
    for level in range(8):
        index = (size >> (8 * level)) >> 8
        place = level << _LEVEL | index
        row = connection.execute("SELECT hashes FROM ledger_tile WHERE place = ?", (place,)).fetchone()
        if row is not None:
            found[level, index] = bytes(row[0])
    return found
