"""The heads: a sparse Merkle map from channel tag to (counter, head). docs/ledger.md, section 5; trust.md, "Heads".

The tree over a set of keys is the smallest that parts them: nothing is 32 zero bytes, one key is its leaf, more are
split by the next bit. A map of n channels so has n leaves and about log2 n levels, and its root depends on what it
holds alone, not on the order in which it came. Nodes are stored under their own hash and never change, so that old
roots stay provable for as long as their nodes are kept. Called by `log`, once for each checkpoint, and by `bundle`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Protocol

from sharedsky.ledger.canonical import (
    HASH_SIZE,
    MAX_INTEGER,
    Decoded,
    Item,
    as_bytes,
    as_integer,
    as_list,
    prefix,
)
from sharedsky.ledger.errors import LedgerValueError, ProofError, StateError

#: The hash of a tree of no keys.
EMPTY: Final = bytes(HASH_SIZE)
#: Bits of a key: a proof is never longer.
KEY_BITS: Final = 8 * HASH_SIZE

_KEY: Final = prefix("map-key")
_VALUE: Final = prefix("map-value")
_LEAF: Final = prefix("map-leaf")
_NODE: Final = prefix("map-node")
#: Stored nodes: a branch is 0x01 and two hashes, a leaf 0x00, key, counter, head, blind.
_STORED_LEAF: Final = struct.Struct(">B32sq32s32s")
_STORED_BRANCH: Final = struct.Struct(">B32s32s")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a channel: how many entries it has, and the value of the last (NO_ENTRY where it has none)."""

    counter: int
    entry: bytes


@dataclass(frozen=True, slots=True)
class BlindedHead:
    """A head, and the 32 bytes that keep its hash from telling whether it is another's old one."""

    head: Head
    blind: bytes

    def digest(self) -> bytes:
        """What the map holds for the channel."""
        return sha256(_VALUE + struct.pack(">q", self.head.counter) + self.head.entry + self.blind).digest()


class NodeStore(Protocol):
    """Where nodes are kept, under their hash. What is put under a hash again is the same bytes."""

    def get(self, node: bytes) -> bytes | None:
        """The bytes of a node, None where it is not kept."""

    def put(self, node: bytes, data: bytes) -> None:
        """Keep a node."""


@dataclass(slots=True)
class MemoryNodes:
    """Nodes in memory."""

    nodes: dict[bytes, bytes] = field(default_factory=dict)

    def get(self, node: bytes) -> bytes | None:
        return self.nodes.get(node)

    def put(self, node: bytes, data: bytes) -> None:
        self.nodes[node] = data


def map_key(channel: bytes) -> bytes:
    """The place of a channel in the map: a hash, since a proof of absence may show the key of another channel."""
    return sha256(_KEY + channel).digest()


def leaf_node(key: bytes, value: bytes) -> bytes:
    """The hash of one key with its value's digest."""
    return sha256(_LEAF + key + value).digest()


def branch_node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees of which at most one is empty."""
    return sha256(_NODE + left + right).digest()


def _bit(key: bytes, depth: int) -> int:
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


@dataclass(frozen=True, slots=True)
class _Stored:
    """A leaf as it is kept."""

    key: bytes
    value: BlindedHead

    def put(self, nodes: NodeStore) -> bytes:
        head = self.value.head
        node = leaf_node(self.key, self.value.digest())
        nodes.put(node, _STORED_LEAF.pack(0, self.key, head.counter, head.entry, self.value.blind))
        return node


def _load(nodes: NodeStore, node: bytes) -> _Stored | tuple[bytes, bytes]:
    data = nodes.get(node)
    if data is not None and len(data) == _STORED_BRANCH.size and data[0] == 1:
        _, left, right = _STORED_BRANCH.unpack(data)
        return left, right
    if data is not None and len(data) == _STORED_LEAF.size and data[0] == 0:
        _, key, counter, entry, blind = _STORED_LEAF.unpack(data)
        return _Stored(key, BlindedHead(Head(counter, entry), blind))
    raise StateError("a node of the heads map is not stored, or is damaged.", "Run fsck, or build the map again.")


@dataclass(slots=True)
class Update:
    """A changed map: its root, and the nodes that the old root had and this one has not (they may be dropped when
    nothing about the old root needs to be proved from them)."""

    root: bytes
    stale: list[bytes]


def update(nodes: NodeStore, root: bytes, heads: Mapping[bytes, BlindedHead]) -> Update:
    """The map with the heads of these channels set, the others as they were.

    Args:
        nodes: gets and keeps nodes.
        root: of the map as it is; EMPTY for none.
        heads: channel tag -> head.

    Raises:
        LedgerValueError: a tag or a hash that is not 32 bytes long.
        StateError: a node that is needed is not stored.
    """
    for channel, value in heads.items():
        if (len(channel), len(value.head.entry), len(value.blind)) != (HASH_SIZE,) * 3:
            raise LedgerValueError("a channel tag, an entry or a blind is not 32 bytes long.")
    changes = sorted((_Stored(map_key(channel), value) for channel, value in heads.items()), key=lambda one: one.key)
    stale: list[bytes] = []
    recorded = _Recorded(nodes, set())
    new = _set(recorded, root, changes, 0, stale)
    # A leaf that moved down is the same node still.
    return Update(new, [node for node in stale if node not in recorded.kept])


@dataclass(slots=True)
class _Recorded:
    """A store that remembers what was put."""

    nodes: NodeStore
    kept: set[bytes]

    def get(self, node: bytes) -> bytes | None:
        return self.nodes.get(node)

    def put(self, node: bytes, data: bytes) -> None:
        self.kept.add(node)
        self.nodes.put(node, data)


def _set(nodes: NodeStore, node: bytes, changes: Sequence[_Stored], depth: int, stale: list[bytes]) -> bytes:
    if not changes:
        return node
    if node == EMPTY:
        return _build(nodes, changes, depth)
    here = _load(nodes, node)
    stale.append(node)
    if isinstance(here, _Stored):
        known = {one.key for one in changes}
        kept = [] if here.key in known else [here]
        return _build(nodes, sorted([*changes, *kept], key=lambda one: one.key), depth)
    middle = _middle(changes, depth)
    left = _set(nodes, here[0], changes[:middle], depth + 1, stale)
    right = _set(nodes, here[1], changes[middle:], depth + 1, stale)
    return _put_branch(nodes, left, right)


def _build(nodes: NodeStore, leaves: Sequence[_Stored], depth: int) -> bytes:
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0].put(nodes)
    middle = _middle(leaves, depth)
    left = _build(nodes, leaves[:middle], depth + 1)
    return _put_branch(nodes, left, _build(nodes, leaves[middle:], depth + 1))


def _middle(leaves: Sequence[_Stored], depth: int) -> int:
    """Where, in leaves sorted by key that share `depth` bits, those begin whose next bit is 1."""
    low, high = 0, len(leaves)
    while low < high:
        at = (low + high) // 2
        if _bit(leaves[at].key, depth):
            high = at
        else:
            low = at + 1
    return low


def _put_branch(nodes: NodeStore, left: bytes, right: bytes) -> bytes:
    node = branch_node(left, right)
    nodes.put(node, _STORED_BRANCH.pack(1, left, right))
    return node


def lookup(nodes: NodeStore, root: bytes, channel: bytes) -> BlindedHead | None:
    """The head of a channel in the map of this root, or None.

    Raises:
        StateError: a node is not stored.
    """
    found = prove(nodes, root, channel)
    return found.present


# -- Proofs -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MapProof:
    """What the map of a root holds for one channel.

    Args:
        siblings: from below the root downward; EMPTY where a sibling is empty.
        present: the head, where the channel is in the map.
        other: (key, value digest) of the one other key at the end of the path, where absence ends at one.
    """

    siblings: tuple[bytes, ...]
    present: BlindedHead | None = None
    other: tuple[bytes, bytes] | None = None

    def item(self) -> Item:
        """The canonical item: docs/ledger.md, 5.3."""
        if self.present is not None:
            head = self.present.head
            return (self.siblings, (head.counter, head.entry, self.present.blind))
        return (self.siblings, self.other or ())


def prove(nodes: NodeStore, root: bytes, channel: bytes) -> MapProof:
    """The proof of presence or absence of a channel.

    Raises:
        StateError: a node is not stored.
    """
    key = map_key(channel)
    siblings: list[bytes] = []
    node = root
    while node != EMPTY:
        here = _load(nodes, node)
        if isinstance(here, _Stored):
            if here.key == key:
                return MapProof(tuple(siblings), here.value)
            return MapProof(tuple(siblings), None, (here.key, here.value.digest()))
        side = _bit(key, len(siblings))
        siblings.append(here[1 - side])
        node = here[side]
    return MapProof(tuple(siblings))


def check_map(proof: MapProof, root: bytes, channel: bytes) -> Head | None:
    """What the map of this root holds for the channel: its head, or None where it is proved absent.

    Raises:
        ProofError: the proof does not show it.
    """
    key = map_key(channel)
    depth = len(proof.siblings)
    if depth > KEY_BITS:
        raise ProofError("the map proof is longer than a key.")
    if proof.present is not None:
        node = leaf_node(key, proof.present.digest())
    elif proof.other is not None:
        other, value = proof.other
        if other == key or any(_bit(other, k) != _bit(key, k) for k in range(depth)):
            raise ProofError("the other channel in the map proof does not show that this one is absent.")
        node = leaf_node(other, value)
    else:
        node = EMPTY
    for at in range(depth - 1, -1, -1):
        sibling = proof.siblings[at]
        node = branch_node(sibling, node) if _bit(key, at) else branch_node(node, sibling)
    if node != root:
        raise ProofError("the map proof does not lead to the root of the heads.")
    return None if proof.present is None else proof.present.head


def map_proof_of(item: Decoded) -> MapProof:
    """A map proof from its canonical item.

    Raises:
        LedgerFormatError: not a map proof.
    """
    path, end = as_list(item, 2)
    siblings = tuple(as_bytes(part, HASH_SIZE) for part in as_list(path))
    parts = as_list(end, 0, 2, 3)
    if len(parts) == 3:
        counter, entry, blind = parts
        head = Head(as_integer(counter, 0, MAX_INTEGER), as_bytes(entry, HASH_SIZE))
        return MapProof(siblings, BlindedHead(head, as_bytes(blind, HASH_SIZE)))
    if len(parts) == 2:
        return MapProof(siblings, None, (as_bytes(parts[0], HASH_SIZE), as_bytes(parts[1], HASH_SIZE)))
    return MapProof(siblings)
