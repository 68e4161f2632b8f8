"""Slow and plain: what the ledger's structures should come to, written from their definitions and from nothing else."""

from __future__ import annotations

import hashlib
import struct


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tree_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, over the entries' bytes."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\x00" + leaves[0])
    k = largest_power_below(len(leaves))
    return sha(b"\x01" + tree_root(leaves[:k]) + tree_root(leaves[k:]))


def largest_power_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def inclusion_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*inclusion_path(m, leaves[:k]), tree_root(leaves[k:])]
    return [*inclusion_path(m - k, leaves[k:]), tree_root(leaves[:k])]


def consistency_path(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [tree_root(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*consistency_path(m, leaves[:k], whole), tree_root(leaves[k:])]
    return [*consistency_path(m - k, leaves[k:], False), tree_root(leaves[:k])]


def map_root(heads: dict[bytes, tuple[int, bytes, bytes]]) -> bytes:
    """The heads map by docs/ledger.md, section 5: every bit of every key is walked, as text."""
    rows = {}
    for channel, (counter, entry, blind) in heads.items():
        key = sha(b"sharedsky/map-key/1\x00" + channel)
        value = sha(b"sharedsky/map-value/1\x00" + struct.pack(">q", counter) + entry + blind)
        bits = "".join(f"{byte:08b}" for byte in key)
        rows[bits] = sha(b"sharedsky/map-leaf/1\x00" + key + value)
    return _map_node(rows, "")


def _map_node(rows: dict[str, bytes], start: str) -> bytes:
    under = [bits for bits in rows if bits.startswith(start)]
    if not under:
        return bytes(32)
    if len(under) == 1:
        return rows[under[0]]
    left, right = _map_node(rows, start + "0"), _map_node(rows, start + "1")
    return sha(b"sharedsky/map-node/1\x00" + left + right)


def item(value: object) -> bytes:
    """Canonical bytes by docs/ledger.md, section 1."""
    if isinstance(value, int):
        return b"\x01" + value.to_bytes(8, "big", signed=True)
    if isinstance(value, bytes):
        return b"\x02" + len(value).to_bytes(4, "big") + value
    if isinstance(value, str):
        data = value.encode()
        return b"\x03" + len(data).to_bytes(4, "big") + data
    assert isinstance(value, (list, tuple))
    return b"\x04" + len(value).to_bytes(4, "big") + b"".join(item(part) for part in value)


def leaf_value(secret: bytes, values: list[object]) -> bytes:
    """A leaf's 32 bytes by docs/ledger.md, section 3, from its secret and the thirteen fields' items."""
    group_secrets = hashlib.shake_256(b"sharedsky/leaf-secrets/1\x00" + secret).digest(7 * 32)
    hashes = b""
    for number, (low, high) in enumerate([(0, 4), (4, 10), (10, 13)]):
        one = group_secrets[32 * number : 32 * number + 32]
        salts = hashlib.shake_256(b"sharedsky/group-salts/1\x00" + one).digest(32 * (high - low))
        commitments = b""
        for k in range(low, high):
            salt = salts[32 * (k - low) : 32 * (k - low) + 32]
            commitments += sha(b"sharedsky/field/1\x00" + bytes([k + 1]) + salt + item(values[k]))
        hashes += sha(b"sharedsky/group/1\x00" + bytes([number + 1]) + commitments)
    return sha(b"sharedsky/leaf/1\x00" + hashes)
