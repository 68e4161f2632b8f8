"""A request repeated because its response was lost is answered as the first time, if nothing has changed since.

A client that never saw the answer to a change does not know the new OVN: it could neither repeat the request nor go
on. For a minute, the same request (client, method, path and body) gets the same response, as long as what it changed is
as it left it. Called by the routes through context.py.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final, Literal

import msgspec

from sharedsky.exchange.model import Kind
from sharedsky.exchange.protocol import Snapshot, StoredReply

#: What a request may change.
Changed = Kind | Literal["availability", "report"]
#: Where a response says which version it left, by what was changed.
_LEFT: Final[dict[Changed, tuple[str, ...]]] = {
    "intent": ("operational_intent_reference", "ovn"),
    "constraint": ("constraint_reference", "ovn"),
    "subscription": ("subscription", "version"),
    "availability": ("version",),
}


def request_key(issuer: str, sub: str, method: str, path: str, body: bytes) -> bytes:
    """What tells a request from others, 32 bytes."""
    named = hashlib.sha256()
    for part in (issuer, sub, method, path):
        data = part.encode()
        named.update(len(data).to_bytes(4, "big") + data)
    named.update(body)
    return named.digest()


def still_stands(reply: StoredReply, kind: Changed, ident: str, method: str, snapshot: Snapshot) -> bool:
    """Whether what a request changed is still as its response says."""
    if kind == "report":
        return True  # a report never changes
    current = _version(kind, ident, snapshot)
    if method == "DELETE":
        return current is None
    told: Any = msgspec.json.decode(reply.body)
    for name in _LEFT[kind]:
        told = told[name]
    return current is not None and told == current


def _version(kind: Kind | Literal["availability"], ident: str, snapshot: Snapshot) -> str | None:
    if kind == "subscription":
        subscription = snapshot.subscription(ident)
        return None if subscription is None else subscription.version
    if kind == "availability":
        return snapshot.status(ident).version
    entity = snapshot.intent(ident) if kind == "intent" else snapshot.constraint(ident)
    return None if entity is None else entity.ovn
