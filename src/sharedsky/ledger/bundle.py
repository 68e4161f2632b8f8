"""Bundles: a claim and everything that shows it, in one file that is checked without any network. docs/ledger.md, 8.

A bundle is a canonical message with a claim's number and its parts, and 32 bytes of SHA-256 behind it, which tell a
damaged file from a false one and prove nothing. Written by the exchange and by parties; read by `sharedsky.verify`,
which alone says what a bundle is worth. Claims of later versions have reserved numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from sharedsky.ledger.canonical import (
    HASH_SIZE,
    MAX_INTEGER,
    Decoded,
    Item,
    as_bytes,
    as_integer,
    as_list,
    message,
    prefix,
    read_message,
)
from sharedsky.ledger.errors import LedgerFormatError
from sharedsky.ledger.heads import Head, MapProof, check_map, map_proof_of
from sharedsky.ledger.host_leaves import HeadsLeaf, OriginLeaf, heads_leaf_of, origin_leaf_of
from sharedsky.ledger.leaf import Openings, openings_of
from sharedsky.ledger.tree import check_inclusion, leaf_hash

#: The largest bundle that is read.
MAX_BUNDLE_BYTES: Final = 64 * 1024 * 1024

#: Claims. 3 to 7 are reserved: told, not told, unanswered, broken promise, off the chain.
LOGGED: Final = 1
CONSISTENT: Final = 2


@dataclass(frozen=True, slots=True)
class LoggedBundle:
    """That a leaf with these openings is in the log under this checkpoint.

    Args:
        note: the signed checkpoint, as it travelled.
        index: of the leaf in the log.
        leaf: an entry's openings, or a heads or origin leaf in full.
        proof: of inclusion (tree.inclusion_proof).
    """

    note: bytes
    index: int
    leaf: Openings | HeadsLeaf | OriginLeaf
    proof: tuple[bytes, ...]

    def __bytes__(self) -> bytes:
        match self.leaf:
            case Openings():
                form = 1
            case HeadsLeaf():
                form = 2
            case OriginLeaf():
                form = 3
        return _sealed((LOGGED, self.note, self.index, (form, self.leaf.item()), self.proof))


@dataclass(frozen=True, slots=True)
class ConsistencyBundle:
    """That the log of the newer checkpoint begins with that of the older.

    Two checkpoints of one size with different roots, both signed, are evidence against the host.
    """

    older: bytes
    newer: bytes
    proof: tuple[bytes, ...]

    def __bytes__(self) -> bytes:
        return _sealed((CONSISTENT, self.older, self.newer, self.proof))


@dataclass(frozen=True, slots=True)
class UnknownBundle:
    """A whole bundle of a claim or a version that is not known here."""

    claim: str


Bundle: TypeAlias = LoggedBundle | ConsistencyBundle | UnknownBundle


def _sealed(items: Sequence[Item]) -> bytes:
    body = message("bundle", items)
    return body + sha256(body).digest()


def parse_bundle(data: bytes) -> Bundle:
    """A bundle from its bytes; what it says is not checked.

    Raises:
        LedgerFormatError: no bundle, damaged, or not in its one form.
    """
    if len(data) > MAX_BUNDLE_BYTES:
        raise LedgerFormatError(f"the bundle is larger than {MAX_BUNDLE_BYTES // 2**20} MiB.")
    body, seal = data[:-HASH_SIZE], data[-HASH_SIZE:]
    if not body.startswith(b"sharedsky/bundle/"):
        raise LedgerFormatError("this file is no bundle.")
    if sha256(body).digest() != seal:
        raise LedgerFormatError("the bundle is damaged or cut short: its last 32 bytes are not the digest of the rest.")
    if not body.startswith(prefix("bundle")):
        return UnknownBundle("of another version")
    items = read_message(body, "bundle")
    claim = as_integer(items[0] if items else -1, 1)
    if claim == LOGGED:
        return _logged(items)
    if claim == CONSISTENT:
        _, older, newer, proof = as_list(items, 4)
        return ConsistencyBundle(as_bytes(older), as_bytes(newer), _hashes(proof))
    return UnknownBundle(f"of claim {claim}")


def _logged(items: tuple[Decoded, ...]) -> LoggedBundle:
    _, note, index, leaf, proof = as_list(items, 5)
    form, shown = as_list(leaf, 2)
    read = (openings_of, heads_leaf_of, origin_leaf_of)[as_integer(form, 1, 3) - 1]
    return LoggedBundle(as_bytes(note), as_integer(index, 0, MAX_INTEGER), read(shown), _hashes(proof))


def _hashes(item: Decoded) -> tuple[bytes, ...]:
    return tuple(as_bytes(part, HASH_SIZE) for part in as_list(item))


@dataclass(frozen=True, slots=True)
class HeadProof:
    """What the heads of one checkpoint hold for one channel: for its two parties alone.

    Args:
        heads_leaf: the last leaf of the checkpointed tree.
        inclusion: of that leaf, at index size - 1.
        map_proof: of the channel in the leaf's map.
    """

    heads_leaf: HeadsLeaf
    inclusion: tuple[bytes, ...]
    map_proof: MapProof

    def item(self) -> Item:
        """The canonical item, as bundles and the exchange carry it."""
        return (self.heads_leaf.item(), self.inclusion, self.map_proof.item())

    def check(self, size: int, root: bytes, channel: bytes) -> Head | None:
        """The channel's head under the checkpoint (size, root), None where it is proved absent.

        Raises:
            ProofError: the proof does not show it.
        """
        check_inclusion(leaf_hash(self.heads_leaf.value()), size - 1, size, self.inclusion, root)
        return check_map(self.map_proof, self.heads_leaf.root, channel)


def head_proof_of(item: Decoded) -> HeadProof:
    """A head proof from its canonical item.

    Raises:
        LedgerFormatError: not one.
    """
    heads_leaf, inclusion, map_proof = as_list(item, 3)
    return HeadProof(heads_leaf_of(heads_leaf), _hashes(inclusion), map_proof_of(map_proof))
