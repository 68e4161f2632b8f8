"""The store in one SQLite file: decisions on a picture in memory, answered when their rows are on the disk.

A decision runs on the event loop, its changes are applied to the picture at once, so that the next one sees them, and
its rows go to the writer's thread; the caller hears of it after the commit. A commit that fails takes all that is not
committed back out of the picture, the latest first. Reads are answered from the picture, never before what they saw is
durable. docs/store.md tells it all. Called by the server and the command line.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from sharedsky.airspace.time import MIN_NS, NS_PER_DAY, NS_PER_S
from sharedsky.exchange.changes import Change
from sharedsky.exchange.picture import KEPT_AFTER_END_NS, Picture
from sharedsky.exchange.protocol import Answer, Decided, Snapshot, StoredReply, StoreUnavailable
from sharedsky.exchange.record import record_of
from sharedsky.ledger.padding import Padding
from sharedsky.store.book import HOST, LedgerKeys
from sharedsky.store.clock_guard import ClockGuard
from sharedsky.store.desk import Desk
from sharedsky.store.replies import Replies
from sharedsky.store.sqlite.connections import Connect, connect_writer, refusal
from sharedsky.store.sqlite.errors import DatabaseRefused, Unstorable
from sharedsky.store.sqlite.ledger import SqliteLedger, open_ledger
from sharedsky.store.sqlite.loading import FileCheck, load_picture, load_replies
from sharedsky.store.sqlite.lock import Lock
from sharedsky.store.sqlite.migrate import look_at, migrate
from sharedsky.store.sqlite.rows import indices, written
from sharedsky.store.sqlite.writer import Outcome, Work, Writer

#: How long what has ended stays in the file.
RETENTION_NS: Final = 30 * NS_PER_DAY
#: How often a write lets go of some of what is past its retention: as a rule, and while more of it waits.
_PURGE_EVERY_NS: Final = NS_PER_S
_PURGE_AGAIN_NS: Final = NS_PER_S // 10
_KEY_BYTES: Final = 32
_LOG: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class _Entry:
    """Changes in the picture that are not on the disk yet, what takes them back, and who waits for them."""

    undo: Sequence[Change] = ()
    reply: StoredReply | None = None
    waiters: list[asyncio.Future[bool]] = field(default_factory=list)


class SqliteStore:
    """An exchange.protocol.Store in a file; open one with `open`, and use it from one thread."""

    def __init__(self, path: Path, lock: Lock, connection: sqlite3.Connection, state: tuple[Picture, Replies],
                 connect: Connect, retention_ns: int, ledger: SqliteLedger | None = None) -> None:  # fmt: skip
        self.path = path
        self._ledger = ledger
        self.picture, self._replies = state
        self._lock = lock
        self._uncommitted: deque[_Entry] = deque()
        self._pending: dict[bytes, _Entry] = {}  # by the key of the reply that waits with it
        self._outcomes: deque[Outcome] = deque()  # the writer's thread adds, the event loop takes
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: Exception | None = None
        self._closed = False  # to writes
        self._ended = self._lost = False
        self.observe: Callable[[Outcome], None] | None = None  # hears of every batch, on the event loop
        self._purge_next_ns = MIN_NS
        self._more_to_purge = False
        self._writer = Writer(path, connection, connect, self._told, retention_ns)

    @classmethod
    def open(
        cls, path: Path, now_ns: int, *, retention_ns: int = RETENTION_NS, connect: Connect = connect_writer,
        ledger: LedgerKeys | None = None, padding: Padding | None = None, guard: ClockGuard | None = None,
    ) -> Self:  # fmt: skip
        """Open a file and read what is current; what is missing is made, an older schema brought up to date.

        Args:
            path: the database; beside it lie `-wal`, `-shm` and `.lock`.
            now_ns: the time [ns of UTC]. retention_ns: how long what has ended stays in the file, a day at least.
            connect: opens the connection that writes.
            ledger: its keys, where decisions are logged; a file that has a ledger needs them. padding: of its
            checkpoints. guard: refuses entries while the clock has jumped ahead.
        Raises:
            DatabaseInUse: another process serves it.
            DatabaseRefused: it cannot be written, is damaged, of a newer schema, or no database of ours.
        """
        if retention_ns < KEPT_AFTER_END_NS:
            raise DatabaseRefused("the retention is shorter than a day.", "What ended is needed for a day; give more.")
        lock = Lock(path)
        try:
            connection, state = _opened(path, now_ns, retention_ns, connect)
            try:
                book = open_ledger(connection, path, ledger, now_ns, padding or Padding(), guard)
            except BaseException:
                connection.close()
                raise
        except (sqlite3.Error, OSError) as error:
            lock.release()
            raise refusal(path, error) from None
        except BaseException:
            lock.release()
            raise
        return cls(path, lock, connection, state, connect, retention_ns, book)

    @property
    def ready(self) -> bool:
        """Whether the last commit succeeded; where not, `probe` finds out whether the next one would."""
        return self._failure is None and not self._closed

    @property
    def desk(self) -> Desk | None:
        """What shows the ledger; None without one."""
        return None if self._ledger is None else self._ledger.desk

    @property
    def waiting(self) -> int:
        """How many pieces of work wait for a commit."""
        return len(self._uncommitted)

    async def write(self, now_ns: int, decide: Callable[[Snapshot], Decided[Answer]]) -> Answer:
        """Decide on the state as of an instant and keep the changes; returns when they are durable.

        Raises:
            StoreUnavailable: they, or what the decision was drawn from, could not be kept.
            Unstorable: the file cannot hold a value; nothing was changed.
        """
        self._settle()
        while self._failure is not None:
            await self.probe()
        self._check_open()
        if self._ledger is not None:
            self._ledger.prepare(now_ns)
        self._pass(now_ns)
        decided = decide(self.picture)
        if decided.changes or decided.reply is not None:
            self._keep(now_ns, decided)
        if not await self._durable():
            raise self._unavailable()
        return decided.answer

    async def read(self, now_ns: int, ask: Callable[[Snapshot], Answer]) -> Answer:
        """Ask the state as of an instant; returns when all that the answer was drawn from is durable.

        A failing disk does not stop it.
        """
        while True:
            self._settle()
            if self._lost:
                raise self._unavailable()
            self._pass(now_ns)
            answer = ask(self.picture)
            if await self._durable():
                return answer

    async def recent_reply(self, key: bytes, now_ns: int) -> StoredReply | None:
        """The latest reply kept under a key, unless it is over; returns when it is durable."""
        self._settle()
        if key in self._pending:
            await self._durable()
        return self._replies.recent(key, now_ns)

    async def probe(self) -> None:
        """Commit nothing, to see whether the disk takes it; after a failure, writes are accepted again if it does.

        Raises:
            StoreUnavailable: it does not.
        """
        self._settle()
        self._check_open()
        if not self._uncommitted:
            self._submit(_Entry(), Work(MIN_NS))
        if not await self._durable():
            raise self._unavailable()

    async def tidy(self, now_ns: int) -> bool:
        """Let go of some of what is past its retention; whether more waits. Writes do so by themselves now and then.

        Raises:
            StoreUnavailable: it could not be done.
        """
        self._settle()
        self._check_open()
        self._submit(_Entry(), Work(now_ns, purge=True))
        if not await self._durable():
            raise self._unavailable()
        return self._more_to_purge

    async def checkpoint(self, now_ns: int) -> None:
        """Make the ledger's next checkpoint, and show it when it is kept; call it once a second.

        Raises:
            StoreUnavailable: it could not be kept; nothing was shown.
        """
        self._settle()
        self._check_open()
        if self._ledger is None:
            return
        self._ledger.prepare(now_ns)
        rows, shut = self._ledger.close(now_ns)
        self._submit(_Entry(), Work(now_ns, rows))
        if not await self._durable():
            raise self._unavailable()
        self._ledger.show(shut)

    async def close(self) -> None:
        """Finish what was accepted, and let go of everything."""
        if self._ended:
            return
        self._closed = self._ended = True
        self._settle()
        await self._durable()
        self._writer.stop()
        if self._ledger is not None:
            self._ledger.stop()
        self._lock.release()

    # On the event loop

    def _pass(self, now_ns: int) -> None:
        """Let time pass. Nothing is written: the file's rows say themselves when they end."""
        self.picture.apply(self.picture.advance(now_ns))

    def _keep(self, now_ns: int, decided: Decided[object]) -> None:
        changes, reply, record = decided.changes, decided.reply, decided.record
        if reply is not None and len(reply.key) != _KEY_BYTES:
            raise Unstorable(f"a reply's key has {len(reply.key)} bytes.", f"Give a digest of {_KEY_BYTES}.")
        rows = written(changes)
        if self._ledger is not None and record is None:
            record = record_of(changes, *HOST, self.picture)
        undo: list[Change] = []
        try:
            for change in changes:
                undo = self.picture.apply((change,)) + undo
            rows += indices(changes, self.picture.subscriptions)
            if self._ledger is not None and record is not None:
                rows += self._ledger.take(record, now_ns)  # last: nothing may fail after it
        except BaseException:
            self.picture.apply(undo)
            raise
        purge = now_ns >= self._purge_next_ns
        if purge:
            self._purge_next_ns = now_ns + (_PURGE_AGAIN_NS if self._more_to_purge else _PURGE_EVERY_NS)
        self._submit(_Entry(undo, reply), Work(now_ns, rows, reply, purge))

    def _submit(self, entry: _Entry, work: Work) -> None:
        self._follow()
        self._uncommitted.append(entry)
        if entry.reply is not None:
            self._pending[entry.reply.key] = entry
        self._writer.submit(work)

    async def _durable(self) -> bool:
        """Wait for all that is in the picture now; False where it could not be kept, and was taken back."""
        if not self._uncommitted:
            return True
        waiter: asyncio.Future[bool] = self._follow().create_future()
        self._uncommitted[-1].waiters.append(waiter)
        return await waiter

    def _follow(self) -> asyncio.AbstractEventLoop:
        """Have outcomes told to the loop that runs."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            loop.call_soon(self._settle)  # what was told to the loop before, after it had ended
        return loop

    def _settle(self) -> None:
        """Take note of what the writer did."""
        while self._outcomes:
            outcome = self._outcomes.popleft()
            if self.observe is not None:
                self.observe(outcome)
            if outcome.error is not None:
                self._fail(outcome.error)
                continue
            if self._failure is not None:
                _LOG.warning("%s: writes are accepted again", self.path)
            self._failure = None
            self._more_to_purge = outcome.more_to_purge
            for _ in range(outcome.count):
                self._done(self._uncommitted.popleft(), kept=True)

    def _fail(self, error: Exception) -> None:
        """Take back all that is not committed, the latest first: each change may build on those before it."""
        _LOG.error("%s: a commit failed, and nothing of it was kept: %s", self.path, error)
        self._failure = error
        taken = list(self._uncommitted)
        self._uncommitted.clear()
        try:
            for entry in reversed(taken):
                self.picture.apply(entry.undo)
        except Exception:  # a bug of ours: what the picture holds is not known any more
            _LOG.critical("%s: the state in memory is lost; start the server anew", self.path, exc_info=True)
            self._closed = self._lost = True
        if self._ledger is not None:
            self._ledger.lost()
        self._writer.resume()
        for entry in taken:
            self._done(entry, kept=False)

    def _done(self, entry: _Entry, *, kept: bool) -> None:
        if entry.reply is not None:
            if kept:
                self._replies.keep(entry.reply)
            if self._pending.get(entry.reply.key) is entry:
                del self._pending[entry.reply.key]
        for waiter in entry.waiters:
            if not waiter.done():  # a caller that went away is cancelled
                waiter.set_result(kept)

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("the store is closed.")

    def _unavailable(self) -> StoreUnavailable:
        return StoreUnavailable("nothing can be stored at the moment; nothing was changed.", _advice(self._failure))

    # On the writer's thread

    def _told(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)  # first: _follow counts on it
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended; the next one looks for itself
                self._loop.call_soon_threadsafe(self._settle)


def _opened(
    path: Path, now_ns: int, retention_ns: int, connect: Connect
) -> tuple[sqlite3.Connection, tuple[Picture, Replies]]:
    """A connection that is known to be able to write, and what is current."""
    if path.exists() and path.stat().st_size:
        look_at(path)
    connection = connect(path)
    try:
        migrate(connection, path)
        check = FileCheck(path)
        try:
            connection.execute("UPDATE state SET retention_ns = ?", (retention_ns,))
            picture = load_picture(connection, path, now_ns)
            replies = load_replies(connection, now_ns)
        except BaseException:
            check.finish(at_once=True)
            raise
        check.finish()
    except BaseException:
        connection.close()
        raise
    return connection, (picture, replies)


def _advice(error: Exception | None) -> str:
    """What whoever runs the server can do about a failure."""
    code = getattr(error, "sqlite_errorcode", None)
    match None if code is None else code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return "Make room on the disk of the database."
        case sqlite3.SQLITE_READONLY:
            return "Let the account that runs the server write the database."
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return "Run `sharedsky fsck`, and restore a backup."
        case _:
            return "See the server's log."
