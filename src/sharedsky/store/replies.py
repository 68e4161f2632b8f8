"""The answers of the last minute by request, in memory: for requests repeated after their response was lost.

Called by the stores; each keeps one.
"""

from __future__ import annotations

from typing import Final

from sharedsky.exchange.protocol import REPLY_KEPT_NS, StoredReply

#: How many are let go of at most when one is added, so that none of the calls takes long.
_PRUNED_AT_ONCE: Final = 8


class Replies:
    """Replies by key, the oldest first."""

    def __init__(self) -> None:
        self._by_key: dict[bytes, StoredReply] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def keep(self, reply: StoredReply) -> None:
        """Add a reply, in the place of an earlier one to the same request, and let go of some that are over."""
        self._by_key.pop(reply.key, None)
        self._by_key[reply.key] = reply
        for _ in range(_PRUNED_AT_ONCE):
            oldest = next(iter(self._by_key.values()))
            if oldest.at_ns >= reply.at_ns - REPLY_KEPT_NS:
                return
            del self._by_key[oldest.key]

    def recent(self, key: bytes, now_ns: int) -> StoredReply | None:
        """The reply under a key, unless it is over."""
        reply = self._by_key.get(key)
        return reply if reply is not None and reply.at_ns >= now_ns - REPLY_KEPT_NS else None
