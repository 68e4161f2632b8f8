"""The Merkle tree of the log: RFC 6962, section 2.1, and RFC 9162, section 2.1. docs/ledger.md, section 4.

Hashes, proofs made from a callback that gives the hash of any complete subtree, and their verification, which knows
nothing of how they were made. `tiles` stores and serves the subtrees; `log` appends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

from sharedsky.ledger.canonical import HASH_SIZE
from sharedsky.ledger.errors import ProofError

#: The root of the tree without leaves.
EMPTY_ROOT: Final = sha256(b"").digest()
#: The largest number of leaves: sizes are integers of 63 bits.
MAX_SIZE: Final = 2**63 - 1

#: subtree(level, index): the hash of the complete subtree of 2**level leaves that begins at leaf index * 2**level.
Subtree: TypeAlias = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry of the log, whose bytes are a leaf's 32-byte value (RFC 6962, 2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def range_hash(subtree: Subtree, start: int, end: int) -> bytes:
    """MTH(D[start:end]) of a range that is a node of some tree: start is a multiple of the next power of two >= its
    length (RFC 6962, 2.1); the empty range gives EMPTY_ROOT."""
    if start == end:
        return EMPTY_ROOT
    parts = []
    at = start
    while at < end:
        level = (end - at).bit_length() - 1
        parts.append(subtree(level, at >> level))
        at += 1 << level
    root = parts.pop()
    while parts:
        root = node_hash(parts.pop(), root)
    return root


def root_hash(subtree: Subtree, size: int) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return range_hash(subtree, 0, size)


def inclusion_proof(subtree: Subtree, index: int, size: int) -> tuple[bytes, ...]:
    """PATH(index, D[size]): hashes from the leaf's sibling up to below the root (RFC 6962, 2.1.1).

    Raises:
        ProofError: no such leaf in a tree of that size.
    """
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of {size}.")
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(range_hash(subtree, middle, end))
            end = middle
        else:
            proof.append(range_hash(subtree, start, middle))
            start = middle
    return tuple(reversed(proof))


def consistency_proof(subtree: Subtree, old: int, new: int) -> tuple[bytes, ...]:
    """PROOF(old, D[new]): that the tree of `old` leaves is the beginning of that of `new` (RFC 6962, 2.1.2).

    Empty where old is 0 or equal to new.

    Raises:
        ProofError: old is below 0 or above new.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {old} is no beginning of one of {new}.")
    if old in (0, new):
        return ()
    proof = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(range_hash(subtree, middle, end))
            end = middle
        else:
            proof.append(range_hash(subtree, start, middle))
            start = middle
    if start != 0:
        proof.append(range_hash(subtree, start, end))
    return tuple(reversed(proof))


def find_leaf(subtree: Subtree, leaf: bytes, first: int, end: int) -> int | None:
    """The index of a leaf among those of one checkpoint, or None: they lie in the order of their hashes.

    Args:
        leaf: leaf_hash of the entry.
        first: index of the checkpoint's first leaf, 1 for the first checkpoint of a log (leaf 0 is the origin leaf).
        end: index of its heads leaf.
    """
    low, high = first, end
    while low < high:
        at = (low + high) // 2
        if subtree(0, at) < leaf:
            low = at + 1
        else:
            high = at
    return low if low < end and subtree(0, low) == leaf else None


def _split(count: int) -> int:
    """The largest power of two below count (>= 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Whether the leaf of this hash is at `index` in the tree (RFC 9162, 2.1.3.2).

    Args:
        leaf: leaf_hash of the entry.
        proof: hashes of 32 bytes.

    Raises:
        ProofError: it is not, or the proof does not show it.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError(f"there is no leaf {index} in a tree of {size}.")
    _check_hashes(proof)
    at, last = index, size - 1
    found = leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the inclusion proof is too long.")
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at != 0:
                at >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        at >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("the inclusion proof is too short.")
    if found != root:
        raise ProofError("the inclusion proof does not lead to the root of the checkpoint.")


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Whether the tree of `old` leaves is the beginning of that of `new` (RFC 9162, 2.1.4.2).

    Raises:
        ProofError: it is not, or the proof does not show it.
    """
    if not 0 <= old <= new <= MAX_SIZE:
        raise ProofError(f"a tree of {old} is no beginning of one of {new}.")
    _check_hashes(proof)
    if old == 0 or old == new:
        if proof:
            raise ProofError("nothing is to be proved here, and a proof was given.")
        if old == 0 and old_root != EMPTY_ROOT:
            raise ProofError("the root of the empty tree is wrong.")
        if old == new and old_root != new_root:
            raise ProofError("two trees of one size have different roots.")
        return
    _check_growth(old, new, proof, old_root, new_root)


def _check_growth(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise ProofError("the consistency proof is empty.")
    at, last = old - 1, new - 1
    while at & 1:
        at >>= 1
        last >>= 1
    first = second = path[0]
    for part in path[1:]:
        if last == 0:
            raise ProofError("the consistency proof is too long.")
        if at & 1 or at == last:
            first = node_hash(part, first)
            second = node_hash(part, second)
            while not at & 1 and at != 0:
                at >>= 1
                last >>= 1
        else:
            second = node_hash(second, part)
        at >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("the consistency proof is too short.")
    if first != old_root or second != new_root:
        raise ProofError("the consistency proof does not join the two roots.")


def _check_hashes(proof: Sequence[bytes]) -> None:
    if any(len(part) != HASH_SIZE for part in proof):
        raise ProofError("a hash in a proof is not 32 bytes long.")
