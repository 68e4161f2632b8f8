"""The built-in issuer: OAuth 2 client credentials in, a signed access token out.

RFC 6749 section 4.4, RFC 8707 (`resource`), RFC 9068 (the token). `issue` is pure but for clock, randomness, key and
the reading of the client. A token is for one audience, so that whoever receives it cannot use it elsewhere. Called by
api.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from sharedsky.tokens.claims import Claims, is_sub, scopes_of
from sharedsky.tokens.clients import Client, proves
from sharedsky.tokens.encoding import to_base64url, write_object
from sharedsky.tokens.errors import TrustError, Unauthorized, shown
from sharedsky.tokens.issuers import Clock, TrustedIssuer
from sharedsky.tokens.keyring import MAX_TOKEN_LIFETIME_S, HeldKeys
from sharedsky.tokens.request import NO_STORE, Asked, OAuthError, TokenRequest, read_request, refuse_client
from sharedsky.tokens.rs256 import ALGORITHM, SigningKey
from sharedsky.tokens.secret import RandomBytes
from sharedsky.tokens.store import BUILT_IN, ClientStore

#: How long a token lives. An hour is what the known issuers of this field give.
DEFAULT_LIFETIME_S: Final = 3600


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """An answer that grants (RFC 6749 section 5.1). client, scopes: for the log and the audit."""

    access_token: str
    expires_in_s: int
    client: str
    scopes: frozenset[str]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: NO_STORE)

    @property
    def body(self) -> dict[str, object]:
        """The JSON body."""
        return {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in_s,
            "scope": " ".join(sorted(self.scopes)),
        }

    def __repr__(self) -> str:
        return f"TokenResponse(client={self.client!r})"  # the token stays out of logs and tracebacks


class BuiltInIssuer:
    """Issues tokens to the store's clients. Safe to call from several threads."""

    def __init__(
        self, iss: str, audiences: Iterable[str], keys: HeldKeys, store: ClientStore, clock: Clock,
        random: RandomBytes, *, lifetime_s: int = DEFAULT_LIFETIME_S,
    ) -> None:  # fmt: skip
        """audiences: the exchange's own; the first is that of a token for which none is asked.

        Raises:
            TrustError: no audience, an iss that is no iss, a lifetime beyond a day.
        """
        self._audiences = tuple(dict.fromkeys(audiences))
        if not self._audiences or not is_sub(iss):
            raise TrustError("the built-in issuer needs an iss and an audience.")
        if not 60 <= lifetime_s <= MAX_TOKEN_LIFETIME_S:
            raise TrustError("a token lives from a minute to a day.")
        self._iss, self._keys, self._store = iss, keys, store
        self._clock, self._random, self._lifetime_s = clock, random, lifetime_s

    def issue(self, request: TokenRequest) -> TokenResponse | OAuthError:
        """The answer to a token request. Takes some 15 ms and 8 MiB: not for an event loop.

        Raises:
            TrustError: the store's hash of this client's secret cannot be read.
        """
        asked = read_request(request)
        if isinstance(asked, OAuthError):
            return asked
        client = self._store.client(asked.client_id)
        now_s = self._clock()
        if not proves(client, asked.client_secret, now_s) or client is None:
            return refuse_client(asked.by_header, f"wrong credentials for {shown(asked.client_id)}")
        if asked.grant_type != "client_credentials":
            return OAuthError(
                "unsupported_grant_type" if asked.grant_type else "invalid_request",
                "grant_type must be client_credentials.",
            )
        scopes = _scopes(client, asked)
        if isinstance(scopes, OAuthError):
            return scopes
        audience = _audience(client, asked, self._audiences)
        if isinstance(audience, OAuthError):
            return audience
        # Within the second in which older tokens were ended, a new one counts from the next.
        token = self._sign(client, scopes, audience, max(int(now_s), client.tokens_from_s))
        return TokenResponse(token, self._lifetime_s, client.name, scopes)

    def jwks(self) -> dict[str, object]:
        """The JWK set to serve at /.well-known/jwks.json; it may be kept for five minutes."""
        return self._keys.ring.jwks(self._clock())

    def as_trusted(self) -> TrustedIssuer:
        """This issuer for the exchange's own Validator."""
        return TrustedIssuer(BUILT_IN, self._iss, self._keys, admit=client_admission(self._store))

    def _sign(self, client: Client, scopes: frozenset[str], audience: str, now_s: int) -> str:
        claims: dict[str, object] = {
            "iss": self._iss,
            "sub": client.name,
            "client_id": client.name,
            "aud": audience,
            "scope": " ".join(sorted(scopes)),
            "iat": now_s,
            "exp": now_s + self._lifetime_s,
            "jti": to_base64url(self._random(16)),
        }
        return signed_token(claims, self._keys.ring.current.key)


def signed_token(claims: dict[str, object], key: SigningKey) -> str:
    """A compact JWS (RFC 7515) of those claims, of the type that RFC 9068 gives to access tokens."""
    header: dict[str, object] = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}
    signed = f"{to_base64url(write_object(header))}.{to_base64url(write_object(claims))}"
    return f"{signed}.{to_base64url(key.sign(signed.encode('ascii')))}"


def client_admission(store: ClientStore) -> Callable[[Claims], frozenset[str]]:
    """What the exchange knows of its own clients since it signed: one that is revoked, a scope that was taken away."""

    def admit(claims: Claims) -> frozenset[str]:
        client = store.client(claims.sub)
        if client is None or client.revoked_s is not None:
            raise Unauthorized("revoked", f"the client {shown(claims.sub)} is revoked or unknown")
        if claims.issued_s is None or claims.issued_s < client.tokens_from_s:
            raise Unauthorized("revoked", f"the token of {shown(claims.sub)} is from before its client was revoked")
        scopes = claims.scopes & client.scopes
        if not scopes:
            raise Unauthorized("revoked", f"{shown(claims.sub)} has none of its token's scopes any more")
        return scopes

    return admit


def _scopes(client: Client, asked: Asked) -> frozenset[str] | OAuthError:
    """The scopes asked for, all of them or none; without asking, all that the client has (RFC 6749 section 3.3)."""
    if asked.scope is None:
        return client.scopes
    scopes = scopes_of(asked.scope)
    if scopes is None:
        return OAuthError("invalid_scope", "scope is no list of scopes separated by blanks.")
    if not scopes <= client.scopes:
        reason = f"{client.name} asked for {shown(' '.join(sorted(scopes - client.scopes)))}"
        return OAuthError("invalid_scope", "The client does not have every scope that it asks for.", reason=reason)
    return scopes


def _audience(client: Client, asked: Asked, own: tuple[str, ...]) -> str | OAuthError:
    """The one audience that `audience` and `resource` agree on; the exchange itself where neither is given."""
    granted = client.audiences.union(own)
    wanted = {audience if audience in granted else None for audience in asked.audiences}
    wanted |= {_audience_of(resource, granted) for resource in asked.resources}
    if not wanted:
        return own[0]
    found = wanted.pop()
    if wanted:
        return OAuthError("invalid_target", "A token is for one audience: ask for each in a request of its own.")
    if found is None:
        return OAuthError(
            "invalid_target", "The client was not granted this audience.", reason=f"{client.name} asked for another"
        )
    return found


def _audience_of(resource: str, granted: frozenset[str]) -> str | None:
    """The granted audience that a resource's address means: itself, or its host, as in this field audiences are."""
    if resource in granted:
        return resource
    try:
        parts = urlsplit(resource)
        host = parts.hostname
    except ValueError:
        return None
    return host if parts.scheme in ("https", "http") and host in granted else None
