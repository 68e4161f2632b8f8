"""What the ledger shows: the signed checkpoint, tiles, and bundles that a verifier settles offline.

Checkpoints and tiles are for everyone and say nothing without openings; entries and their openings are for the party
whose channel they are in. Nothing is shown that is not under a checkpoint which is kept and signed. docs/ledger.md,
sections 4, 6 and 8. Any thread may ask. Made by the stores, called by server/ledger.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sharedsky.errors import SharedskyError
from sharedsky.ledger.bundle import ConsistencyBundle, LoggedBundle
from sharedsky.ledger.checkpoint import Checkpoint
from sharedsky.ledger.errors import StateError
from sharedsky.ledger.leaf import FIELDS, Leaf
from sharedsky.ledger.tiles import TileSubtrees, tile_width
from sharedsky.ledger.tree import consistency_proof, find_leaf, inclusion_proof, leaf_hash
from sharedsky.store.book import LedgerKeys


class NotThere(SharedskyError):
    """No such entry or checkpoint, as far as this caller may know."""


class NotYet(SharedskyError):
    """The entry is kept, and no checkpoint that was shown covers it so far: ask again in a second or two."""


class Erased(SharedskyError):
    """The entry's secret was deleted: the exchange cannot open it any more; who kept its openings still can."""


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint as it is kept: the index of the first of its leaves, size, root, the last entry under it."""

    number: int
    first: int
    size: int
    root: bytes
    last_entry: int


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry as it is kept; secret: None where it was deleted."""

    number: int
    counter: int
    value: bytes
    content: bytes
    secret: bytes | None


class Archive(Protocol):
    """What a store keeps of its ledger, read from any thread."""

    def tile(self, level: int, index: int) -> bytes | None:
        """The hashes of a tile, as many as there are."""

    def checkpoint(self, size: int) -> KeptCheckpoint | None:
        """The first checkpoint of so many leaves or more."""

    def covering(self, entry: int) -> KeptCheckpoint | None:
        """The first checkpoint over an entry, by its number."""

    def entry(self, issuer: str, sub: str, counter: int) -> KeptEntry | None:
        """An entry of a channel."""

    def counters(self, issuer: str, sub: str, ident: str, version: str | None, limit: int) -> list[int]:
        """The counters of a channel's entries about an entity, and one version of it: the latest so many, in order."""


class Desk:
    """The public side of one ledger. `shown` is the latest signed checkpoint."""

    def __init__(self, keys: LedgerKeys, archive: Archive) -> None:
        self._keys = keys
        self._archive = archive
        self._shown: tuple[Checkpoint, bytes] | None = None

    @property
    def key(self) -> str:
        """The key that verifies checkpoints (C2SP signed-note)."""
        return str(self._keys.signing.verifier)

    @property
    def note(self) -> bytes | None:
        """The latest signed checkpoint; None until there is one."""
        return None if self._shown is None else self._shown[1]

    @property
    def size(self) -> int:
        """How many leaves the latest signed checkpoint has."""
        return 0 if self._shown is None else self._shown[0].size

    def show(self, checkpoint: Checkpoint) -> None:
        """Sign and show a checkpoint; everything under it is kept."""
        if self._shown is None or checkpoint.size > self._shown[0].size:
            self._shown = (checkpoint, self._keys.note(checkpoint))

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The first hashes of a tile.

        Raises:
            NotThere: the latest checkpoint has no such tile, or not so many of its hashes.
        """
        data = self._archive.tile(level, index) if width <= tile_width(level, index, self.size) else None
        if data is None:
            raise NotThere("the latest checkpoint has no such tile.")
        return data[: 32 * width]

    def counters(self, issuer: str, sub: str, ident: str, version: str | None, limit: int) -> list[int]:
        """The caller's own entries about an entity: the latest so many counters, in order."""
        return self._archive.counters(issuer, sub, ident, version, limit)

    def logged(self, issuer: str, sub: str, counter: int) -> bytes:
        """A bundle that shows one entry of the caller's channel, all of its fields opened.

        Raises:
            NotThere, NotYet, Erased: it cannot be shown.
        """
        shown = self._latest()
        entry = self._archive.entry(issuer, sub, counter)
        if entry is None:
            raise NotThere("your channel has no such entry.")
        covering = self._archive.covering(entry.number)
        if covering is None or covering.size > shown[0].size:
            raise NotYet("the entry is not under a checkpoint yet.", "Ask again in a second or two.")
        if entry.secret is None:
            raise Erased("the exchange deleted what opens this entry.", "Use the openings that you kept.")
        subtree = TileSubtrees(self._read_tile, shown[0].size).subtree
        first = max(1, covering.first)  # the first leaf of all is the origin leaf
        index = find_leaf(subtree, leaf_hash(entry.value), first, covering.size - 1)
        if index is None:
            raise StateError("an entry is not under the checkpoint that should have it.", "Run fsck.")
        leaf = Leaf.load(entry.secret, entry.content)
        proof = inclusion_proof(subtree, index, shown[0].size)
        return bytes(LoggedBundle(shown[1], index, leaf.open(FIELDS), proof))

    def consistency(self, older: int, newer: int | None) -> bytes:
        """A bundle that shows how the log grew from one checkpoint to another, by their sizes; None: the latest.

        Raises:
            NotThere: no checkpoint of that size was shown.
        """
        shown = self._latest()
        old = self._checkpoint(older)
        new = shown[0] if newer is None else self._checkpoint(newer)
        if old.size > new.size:
            raise NotThere("the older checkpoint is larger than the newer.")
        subtree = TileSubtrees(self._read_tile, new.size).subtree
        proof = consistency_proof(subtree, old.size, new.size)
        return bytes(ConsistencyBundle(self._keys.note(old), self._keys.note(new), proof))

    def _latest(self) -> tuple[Checkpoint, bytes]:
        if self._shown is None:
            raise NotYet("there is no checkpoint yet.", "Ask again in a second or two.")
        return self._shown

    def _checkpoint(self, size: int) -> Checkpoint:
        kept = self._archive.checkpoint(size) if 0 < size <= self.size else None
        if kept is None or kept.size != size:
            raise NotThere("there was no checkpoint of that size.")
        return Checkpoint(self._keys.origin, kept.size, kept.root)

    def _read_tile(self, level: int, index: int, width: int) -> bytes | None:
        return self._archive.tile(level, index)
