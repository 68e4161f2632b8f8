"""Clients of the built-in issuer: who may ask for a token, with which scopes, for which audiences.

Issue "The exchange", 2: secrets are hashed, shown once, rotated with an overlap, revoked. All functions are pure;
time and randomness come in. A client's name is its client_id and the sub of its tokens, which is the manager on the
wire; a name once given is never given to another. Called by issuer and by `sharedsky client`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sharedsky.errors import UsageError
from sharedsky.tokens.claims import is_scope
from sharedsky.tokens.secret import (
    RandomBytes,
    SecretHash,
    hash_secret,
    new_secret,
    secret_id_of,
    spend_as_if_checked,
)

#: How long a rotated secret goes on working by default: a day, so that no operator must be quick.
DEFAULT_OVERLAP_S: Final = 86_400
MAX_OVERLAP_S: Final = 30 * 86_400
MAX_SCOPES: Final = 50
MAX_AUDIENCES: Final = 100
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_AUDIENCE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """One secret of a client. hash: SecretHash.encode. expires_s: when it ends, or None."""

    id: str
    hash: str
    created_s: int
    expires_s: int | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A client. Times are whole seconds since 1970 UTC.

    id: its own for ever, 16 hexadecimal digits. name: client_id and sub. audiences: beyond the exchange's own.
    secrets: the newest first, at most two. tokens_from_s: tokens issued before are not accepted. revoked_s: since when
    the client is revoked, or None.
    """

    id: str
    name: str
    scopes: frozenset[str]
    audiences: frozenset[str]
    secrets: tuple[StoredSecret, ...]
    created_s: int
    tokens_from_s: int
    revoked_s: int | None = None


def new_client(
    name: str, scopes: Iterable[str], audiences: Iterable[str], now_s: int, random: RandomBytes
) -> tuple[Client, str]:
    """A client and its secret.

    Raises:
        UsageError: a name, scope or audience of the wrong form, or no scope.
    """
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            "a client's name has 1 to 100 letters, digits, dots, dashes and underscores, the first a letter or digit."
        )
    stored, secret = _stored(now_s, random)
    identity = random(8).hex()
    return Client(identity, name, _scopes(scopes), _audiences(audiences), (stored,), now_s, now_s), secret


def rotated(client: Client, now_s: int, random: RandomBytes, overlap_s: int = DEFAULT_OVERLAP_S) -> tuple[Client, str]:
    """The client with a new secret; the one before works for overlap_s more, any older one no longer.

    overlap_s = 0 is for a secret that others may know: tokens issued so far end too.

    Raises:
        UsageError: the client is revoked, or the overlap is negative or above 30 days.
    """
    if client.revoked_s is not None:
        raise UsageError("the client is revoked.", "Reinstate it first: sharedsky client rotate NAME --reinstate.")
    if not 0 <= overlap_s <= MAX_OVERLAP_S:
        raise UsageError("the overlap of two secrets is from 0 s to 30 days.")
    stored, secret = _stored(now_s, random)
    if overlap_s == 0:
        return replace(client, secrets=(stored,), tokens_from_s=_next_second(now_s)), secret
    before = client.secrets[:1]
    ends_s = now_s + overlap_s
    kept = tuple(replace(old, expires_s=min(ends_s, old.expires_s or ends_s)) for old in before)
    return replace(client, secrets=(stored, *kept)), secret


def revoked(client: Client, now_s: int) -> Client:
    """The client without secrets, its tokens void."""
    since_s = now_s if client.revoked_s is None else client.revoked_s
    return replace(client, secrets=(), tokens_from_s=_next_second(now_s), revoked_s=since_s)


def reinstated(client: Client, now_s: int, random: RandomBytes) -> tuple[Client, str]:
    """A revoked client made good again with a new secret; tokens of before stay void."""
    stored, secret = _stored(now_s, random)
    return replace(client, secrets=(stored,), tokens_from_s=_next_second(now_s), revoked_s=None), secret


def rescoped(client: Client, scopes: Iterable[str], audiences: Iterable[str]) -> Client:
    """The client with these scopes and audiences in place of its own; what is taken away ends in its tokens too.

    Raises:
        UsageError: one of the wrong form, or no scope.
    """
    return replace(client, scopes=_scopes(scopes), audiences=_audiences(audiences))


def proves(client: Client | None, secret: str, now_s: float) -> bool:
    """Whether the secret is one of the client's that works now; costs one scrypt in every case."""
    secret_id = secret_id_of(secret)
    stored = next((one for one in client.secrets if one.id == secret_id), None) if client else None
    if stored is None:
        spend_as_if_checked()
        return False
    right = SecretHash.decode(stored.hash).matches(secret)
    return right and client is not None and client.revoked_s is None and not ended(stored, now_s)


def ended(secret: StoredSecret, now_s: float) -> bool:
    """Whether a secret's overlap is over."""
    return secret.expires_s is not None and secret.expires_s <= now_s


def _next_second(now_s: int) -> int:
    """From when on tokens count after all before were ended: iat is in whole seconds, and this one has seen others."""
    return now_s + 1


def _stored(now_s: int, random: RandomBytes) -> tuple[StoredSecret, str]:
    secret_id, secret = new_secret(random)
    return StoredSecret(secret_id, hash_secret(secret, random).encode(), now_s), secret


def _scopes(scopes: Iterable[str]) -> frozenset[str]:
    chosen = frozenset(scopes)
    if not 0 < len(chosen) <= MAX_SCOPES or not all(map(is_scope, chosen)):
        raise UsageError(f"a client has 1 to {MAX_SCOPES} scopes, each of visible ASCII without quote and backslash.")
    return chosen


def _audiences(audiences: Iterable[str]) -> frozenset[str]:
    chosen = frozenset(audiences)
    if len(chosen) > MAX_AUDIENCES or not all(_AUDIENCE.fullmatch(audience) for audience in chosen):
        raise UsageError(
            f"a client has up to {MAX_AUDIENCES} audiences, each of visible ASCII without quote and backslash."
        )
    return chosen
