"""What a decision needs from outside itself: the time, and names that nobody can guess or has used.

Called by the HTTP server, which makes one for each request, and by the decisions.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fresh:
    """now_ns: the time [ns of UTC]. ovn, version: opaque and new. id: a new UUID, for what the exchange makes."""

    now_ns: int
    ovn: str
    version: str
    id: str


def fresh(now_ns: int) -> Fresh:
    """Names from the system's source of randomness."""
    random = secrets.token_bytes(16)
    return Fresh(now_ns, secrets.token_urlsafe(24), secrets.token_urlsafe(12), str(uuid.UUID(bytes=random, version=4)))


def ovn_of_suffix(ident: str, suffix: str) -> str:
    """The OVN that a USS asked for: known to it before the answer comes (InterUSS, requested_ovn_suffix)."""
    return f"{ident}_{suffix}"
