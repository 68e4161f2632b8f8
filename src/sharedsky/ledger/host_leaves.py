"""The leaves that the host writes itself: the first of an origin, the last of each checkpoint, and dummies.

docs/ledger.md, sections 3.5 to 3.7; trust.md, "Heads", "Log", "Restore". From outside each is 32 bytes like any other.
What is secret in them comes from one seed of 32 bytes that the host keeps, so that none is stored one by one.
"""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass
from typing import Final

from sharedsky.ledger.canonical import (
    HASH_SIZE,
    Decoded,
    Item,
    as_bytes,
    as_integer,
    as_list,
    as_text,
    digest,
    prefix,
)

_DUMMY: Final = prefix("dummy-leaf")
_HEADS_BLIND: Final = prefix("heads-blind")
_MAP_BLIND: Final = prefix("map-blind")


@dataclass(frozen=True, slots=True)
class HeadsLeaf:
    """The last leaf of a checkpointed tree: it binds the root of the heads map.

    Args:
        number: of the checkpoint within its origin, from 1, without a gap.
        time_ns: the exchange's time of closing, ns of UTC since 1970.
        root: of the heads map (heads.update).
        blind: 32 bytes that keep the leaf from telling whether the root changed.
    """

    number: int
    time_ns: int
    root: bytes
    blind: bytes

    def item(self) -> Item:
        return (self.number, self.time_ns, self.root, self.blind)

    def value(self) -> bytes:
        """The leaf's 32 bytes."""
        return digest("heads-leaf", (self.number, self.time_ns, self.root, self.blind))


def heads_leaf_of(item: Decoded) -> HeadsLeaf:
    """A heads leaf from its canonical item.

    Raises:
        LedgerFormatError: not one.
    """
    number, time_ns, root, blind = as_list(item, 4)
    return HeadsLeaf(as_integer(number, 1), as_integer(time_ns), as_bytes(root, HASH_SIZE), as_bytes(blind, HASH_SIZE))


@dataclass(frozen=True, slots=True)
class OriginLeaf:
    """Leaf 0 of every log: whose it is, and what it continues.

    Args:
        origin: the log's identity, as in its checkpoints.
        time_ns: when it began, ns of UTC since 1970.
        blind: 32 random bytes.
        continued: the signed note of the last checkpoint of the origin that this one continues after a restore, empty
            for a log that begins afresh.
        restored_size: leaves of the old log that the restored copy has; 0 afresh.
        lost_end: leaves that the old log is known to have had: those from restored_size to here are lost; 0 afresh.
    """

    origin: str
    time_ns: int
    blind: bytes
    continued: bytes = b""
    restored_size: int = 0
    lost_end: int = 0

    def item(self) -> Item:
        return (self.origin, self.time_ns, self.blind, self.continued, self.restored_size, self.lost_end)

    def value(self) -> bytes:
        """The leaf's 32 bytes."""
        parts = (self.origin, self.time_ns, self.blind, self.continued, self.restored_size, self.lost_end)
        return digest("origin-leaf", parts)


def origin_leaf_of(item: Decoded) -> OriginLeaf:
    """An origin leaf from its canonical item.

    Raises:
        LedgerFormatError: not one.
    """
    origin, time_ns, blind, continued, restored, lost_end = as_list(item, 6)
    return OriginLeaf(
        as_text(origin),
        as_integer(time_ns),
        as_bytes(blind, HASH_SIZE),
        as_bytes(continued),
        as_integer(restored, 0),
        as_integer(lost_end, 0),
    )


def dummy_leaf(seed: bytes, number: int, place: int) -> bytes:
    """The value of a dummy: nobody without the seed can tell it from a leaf, and nobody at all can open it.

    Args:
        seed: the host's 32 secret bytes.
        number: of the checkpoint that it fills.
        place: 0 for the checkpoint's first dummy, and so on.
    """
    return hmac.digest(seed, _DUMMY + struct.pack(">qq", number, place), "sha256")


def heads_blind(seed: bytes, number: int) -> bytes:
    """The blind of the heads leaf of a checkpoint."""
    return hmac.digest(seed, _HEADS_BLIND + struct.pack(">q", number), "sha256")


def map_blind(seed: bytes, number: int, channel: bytes) -> bytes:
    """The blind of a channel's head that was set, or set anew, at a checkpoint."""
    return hmac.digest(seed, _MAP_BLIND + struct.pack(">q", number) + channel, "sha256")
