"""The reference: all in memory, nothing outlives the process. For tests, and to hold the other stores against."""

from __future__ import annotations

from collections.abc import Callable

from sharedsky.exchange.picture import Picture
from sharedsky.exchange.protocol import Answer, Decided, Snapshot, StoredReply
from sharedsky.exchange.record import record_of
from sharedsky.ledger.host_leaves import OriginLeaf
from sharedsky.ledger.padding import Padding
from sharedsky.store.book import HOST, Book, LedgerKeys, Start
from sharedsky.store.desk import Desk
from sharedsky.store.memory_archive import MemoryArchive
from sharedsky.store.replies import Replies


class MemoryStore:
    """A store without a file; origin_ns: an instant near the times that will be held. ledger: as for SqliteStore."""

    def __init__(self, origin_ns: int, ledger: LedgerKeys | None = None, padding: Padding | None = None) -> None:
        self.picture = Picture(origin_ns)
        self._replies = Replies()
        self.archive = MemoryArchive()
        self._book: Book | None = None
        self.desk: Desk | None = None
        if ledger is not None:
            start = Start(origin_leaf=OriginLeaf(ledger.origin, origin_ns, bytes(32)))
            self._book = Book(ledger, start, padding or Padding())
            self.desk = Desk(ledger, self.archive)

    async def write(self, now_ns: int, decide: Callable[[Snapshot], Decided[Answer]]) -> Answer:
        """Decide, and keep the changes."""
        self.picture.apply(self.picture.advance(now_ns))
        decided = decide(self.picture)
        if self._book is not None and decided.changes:
            record = decided.record or record_of(decided.changes, *HOST, self.picture)
            if record is not None:
                self.archive.add(self._book.take(record, now_ns))
        self.picture.apply(decided.changes)
        if decided.reply is not None:
            self._replies.keep(decided.reply)
        return decided.answer

    async def read(self, now_ns: int, ask: Callable[[Snapshot], Answer]) -> Answer:
        """Ask the current state."""
        self.picture.apply(self.picture.advance(now_ns))
        return ask(self.picture)

    async def recent_reply(self, key: bytes, now_ns: int) -> StoredReply | None:
        """The latest reply kept under a key, unless it is over."""
        return self._replies.recent(key, now_ns)

    async def checkpoint(self, now_ns: int) -> None:
        """Make the ledger's next checkpoint, and show it."""
        if self._book is not None and self.desk is not None:
            shut = self._book.close(now_ns)
            self.archive.add_checkpoint(shut)
            self.desk.show(shut.closed.checkpoint)

    async def close(self) -> None:
        """Nothing to do."""
