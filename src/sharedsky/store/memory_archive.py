"""What a ledger in memory keeps, for desk.py. Called by memory.py."""

from __future__ import annotations

from sharedsky.store.book import Shut, Taken
from sharedsky.store.desk import KeptCheckpoint, KeptEntry


class MemoryArchive:
    """A desk.Archive in memory."""

    def __init__(self) -> None:
        self.entries: list[Taken] = []
        self.checkpoints: list[KeptCheckpoint] = []
        self.erased: set[int] = set()  # numbers of entries whose secrets are deleted
        self._tiles: dict[tuple[int, int], bytes] = {}

    def add(self, taken: Taken) -> None:
        """Keep an entry."""
        self.entries.append(taken)

    def add_checkpoint(self, shut: Shut) -> None:
        """Keep a checkpoint."""
        closed = shut.closed
        self._tiles.update({(tile.level, tile.index): tile.data for tile in closed.tiles})
        kept = KeptCheckpoint(
            closed.state.number, closed.first, closed.state.size, closed.checkpoint.root, shut.last_entry
        )
        self.checkpoints.append(kept)

    def tile(self, level: int, index: int) -> bytes | None:
        return self._tiles.get((level, index))

    def checkpoint(self, size: int) -> KeptCheckpoint | None:
        return next((one for one in self.checkpoints if one.size >= size), None)

    def covering(self, entry: int) -> KeptCheckpoint | None:
        return next((one for one in self.checkpoints if one.last_entry >= entry), None)

    def entry(self, issuer: str, sub: str, counter: int) -> KeptEntry | None:
        for taken in self._of(issuer, sub):
            leaf = taken.logged.leaf
            if taken.logged.pending.counter == counter:
                secret = None if taken.number in self.erased else leaf.secret
                return KeptEntry(taken.number, counter, leaf.value, leaf.content, secret)
        return None

    def counters(self, issuer: str, sub: str, ident: str, version: str | None, limit: int) -> list[int]:
        found = [
            taken.logged.pending.counter
            for taken in self._of(issuer, sub)
            if taken.record.id == ident and version in (None, taken.record.version)
        ]
        return found[-limit:]

    def _of(self, issuer: str, sub: str) -> list[Taken]:
        return [taken for taken in self.entries if (taken.channel.issuer, taken.channel.sub) == (issuer, sub)]
