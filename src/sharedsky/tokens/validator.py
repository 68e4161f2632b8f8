"""From an Authorization header to a caller: the gate that every request of another party goes through.

RFC 6750, RFC 7519 section 7.2, RFC 8725. In this order: the header; the issuer that the token names; a signature by
one of its keys; times, audience and scope; the sub's owner. What is said of a token before its signature holds tells
nothing of its claims. A token that was accepted is remembered for a while, so that its next request costs a hash.
Called by api.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sharedsky.tokens.bearer import MAX_TOKEN_CHARS, RawToken, bearer_token, take_apart
from sharedsky.tokens.claims import check_claims, claimed_issuer
from sharedsky.tokens.errors import Forbidden, TrustError, Unauthorized, shown
from sharedsky.tokens.issuers import MAX_TRIES, Clock, Issuers, KeySource, TrustedIssuer

#: Tokens remembered at most; each takes about 1 KB.
CACHE_TOKENS: Final = 10_000
#: How long a token is remembered at most: what was revoked where this process was not told ends within this time.
CACHE_MAX_AGE_S: Final = 60.0
_PREFIX: Final = "Bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request, as its token proves.

    issuer: the identity of the issuer (TrustedIssuer.name), not necessarily its iss. sub: the manager on the wire.
    scopes: at least one. audience: which of ours the token is for. expires_s: seconds since 1970 UTC.
    """

    issuer: str
    sub: str
    scopes: frozenset[str]
    audience: str
    expires_s: float


@dataclass(frozen=True, slots=True)
class _Remembered:
    caller: Caller
    until_s: float
    keys: KeySource
    generation: int


class Validator:
    """Checks access tokens. Safe to call from several threads."""

    def __init__(
        self, issuers: Issuers, audiences: Iterable[str], clock: Clock, *, cache_tokens: int = CACHE_TOKENS
    ) -> None:
        """Raises TrustError where there is no audience: a token for anyone is a token for everyone."""
        self._issuers = issuers
        self._audiences = frozenset(audiences)
        self._clock = clock
        self._cache_tokens = cache_tokens
        self._cache: dict[bytes, _Remembered] = {}
        self._epoch = 0  # counts calls of forget, so that a check under way then is not remembered
        self._lock = threading.Lock()  # protects changes of the cache and the epoch; reading one entry needs none
        if not self._audiences or "" in self._audiences:
            raise TrustError("no audience is set.", "Name what tokens for this exchange must be for: --audience NAME.")

    def check(self, header_value: str | None) -> Caller:
        """The caller that an Authorization header proves. May read and write the store: not for an event loop.

        Raises:
            Unauthorized: there is none.
        """
        remembered = self.remembered(header_value)
        if remembered is not None:
            return remembered
        token = bearer_token(header_value)
        epoch = self._epoch
        now_s = self._clock()
        raw = take_apart(token)
        issuer, generation = self._signer(raw)
        claims = check_claims(raw.claims, self._audiences, now_s)
        self._issuers.claim(issuer, claims.sub)
        scopes = issuer.admit(claims)
        caller = Caller(issuer.name, claims.sub, scopes, claims.audience, claims.expires_s)
        until_s = min(claims.expires_s, now_s + CACHE_MAX_AGE_S)
        self._remember(token, _Remembered(caller, until_s, issuer.keys, generation), now_s, epoch)
        return caller

    def remembered(self, header_value: str | None) -> Caller | None:
        """The caller, if this token was accepted a short while ago; no store, no signature, never an error.

        For an event loop: only where this is None is `check` needed, on a thread that may wait.
        """
        if header_value is None or len(header_value) > MAX_TOKEN_CHARS + len(_PREFIX):
            return None
        if not header_value.startswith(_PREFIX):
            return None
        found = self._cache.get(_digest(header_value[len(_PREFIX) :]))
        if found is None or found.keys.generation != found.generation or self._clock() >= found.until_s:
            return None
        return found.caller

    def forget(self) -> None:
        """Forget every token: call it when a key or client was revoked, a scope taken away or a sub released."""
        with self._lock:
            self._epoch += 1
            self._cache.clear()

    def refresh_if_due(self) -> None:
        """Let each issuer's keys be fetched again where it is time; call it every few seconds. Does not wait."""
        for issuer in self._issuers:
            issuer.keys.refresh_if_due()

    def _signer(self, raw: RawToken) -> tuple[TrustedIssuer, int]:
        """Whose signature the token has, and the generation of the keys that were asked."""
        tries = 0
        for issuer in self._issuers.named(claimed_issuer(raw.claims)):
            generation = issuer.keys.generation
            for key in issuer.keys.candidates(raw.kid):
                if tries == MAX_TRIES:
                    raise Unauthorized("key", f"more than {MAX_TRIES} keys may be meant, and the first are not it")
                tries += 1
                if key.verifies(raw.signed, raw.signature):
                    return issuer, generation
        if tries == 0:
            raise Unauthorized("key", f"no key of the issuer has the kid {shown(raw.kid or '')}")
        raise Unauthorized("signature", f"the signature is by none of {tries} keys")

    def _remember(self, token: str, entry: _Remembered, now_s: float, epoch: int) -> None:
        with self._lock:
            if epoch != self._epoch or self._cache_tokens <= 0:
                return
            digest = _digest(token)
            self._cache.pop(digest, None)
            if len(self._cache) >= self._cache_tokens:
                self._make_room(now_s)
            self._cache[digest] = entry

    def _make_room(self, now_s: float) -> None:
        """Drop what has ended from among the oldest, and the oldest in any case; a few at a time."""
        oldest = list(islice(self._cache, 8))
        for place, digest in enumerate(oldest):
            if place == 0 or self._cache[digest].until_s <= now_s:
                del self._cache[digest]


def require(caller: Caller, *choices: frozenset[str]) -> None:
    """See to it that the caller has all scopes of at least one of the sets.

    Raises:
        Forbidden: it has not; so too where no set is given, since then nothing would do.
    """
    if not any(choice <= caller.scopes for choice in choices):
        raise Forbidden(choices, caller.scopes)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
