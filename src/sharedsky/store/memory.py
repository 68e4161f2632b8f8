"""The reference: all in memory, nothing outlives the process. For tests, and to hold the other stores against."""

from __future__ import annotations

from collections.abc import Callable

from sharedsky.exchange.picture import Picture
from sharedsky.exchange.protocol import Answer, Decided, Snapshot, StoredReply
from sharedsky.store.replies import Replies


class MemoryStore:
    """A store without a file; origin_ns: an instant near the times that will be held."""

    def __init__(self, origin_ns: int) -> None:
        self.picture = Picture(origin_ns)
        self._replies = Replies()

    async def write(self, now_ns: int, decide: Callable[[Snapshot], Decided[Answer]]) -> Answer:
        """Decide, and keep the changes."""
        self.picture.apply(self.picture.advance(now_ns))
        decided = decide(self.picture)
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

    async def close(self) -> None:
        """Nothing to do."""
