"""What is said of a token that is not accepted: a reason for the log, and a text that is safe to send to anyone.

RFC 6750 section 3: 401 with a challenge for a token that is missing or not accepted, 403 for one without the scope.
The texts are fixed for each kind: nothing that a token or the server's own settings hold gets into an answer. What
comes from a token and goes into a log is shortened and escaped by `shown`. docs/tokens.md lists every kind (a test
holds it).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from sharedsky.errors import SharedskyError, UsageError

UnauthorizedKind = Literal[
    "no-token", "malformed", "too-long", "algorithm", "issuer", "key", "signature", "expired", "early", "audience",
    "claims", "scope", "subject", "revoked",
]  # fmt: skip

_NOT_ACCEPTED: Final = "The access token is not one that this exchange accepts."

#: What the client is told, by kind; the kinds that would tell of keys, issuers or other parties share one text.
SAFE_TEXTS: Final[dict[UnauthorizedKind, str]] = {
    "no-token": "An access token is needed: send it as Authorization: Bearer TOKEN.",
    "malformed": "The Authorization header is not a bearer token that can be read.",
    "too-long": "The access token is too long.",
    "algorithm": "The access token is not signed with RS256.",
    "issuer": _NOT_ACCEPTED,
    "key": _NOT_ACCEPTED,
    "signature": _NOT_ACCEPTED,
    "expired": "The access token has expired.",
    "early": "The access token is not valid yet: compare the clocks.",
    "audience": "The access token is for another audience.",
    "claims": "The access token lacks a claim, or has one of the wrong form: exp, sub, aud and scope are needed.",
    "scope": "The access token names no scope, or not in the form that OAuth 2 gives it.",
    "subject": _NOT_ACCEPTED,
    "revoked": _NOT_ACCEPTED,
}

#: Names the protection space in challenges (RFC 9110, 11.5).
REALM: Final = "sharedsky"
_MAX_SHOWN_CHARS: Final = 80


class Unauthorized(SharedskyError):
    """401: no token, or one that is not accepted.

    kind: one of a closed set, for counting. reason: for the log alone, of one line, without any token.
    """

    def __init__(self, kind: UnauthorizedKind, reason: str) -> None:
        super().__init__(SAFE_TEXTS[kind])
        self.kind: Final = kind
        self.reason: Final = reason

    @property
    def challenge(self) -> str:
        """The value of the WWW-Authenticate header (RFC 6750, section 3)."""
        if self.kind == "no-token":
            return f'Bearer realm="{REALM}"'
        error = "invalid_request" if self.kind in ("malformed", "too-long") else "invalid_token"
        return f'Bearer realm="{REALM}", error="{error}", error_description="{self.message}"'


class Forbidden(SharedskyError):
    """403: the token is good and lacks the scope. needed: each set of scopes that would do."""

    def __init__(self, needed: Sequence[frozenset[str]], held: Iterable[str]) -> None:
        choices = " or ".join(" ".join(sorted(scopes)) for scopes in needed)
        super().__init__("The access token lacks the scope that this needs.", f"Needed: {choices}.")
        self.needed: Final = tuple(needed)
        self.reason: Final = f"needs {choices}; the token has {shown(' '.join(sorted(held)))}"

    @property
    def challenge(self) -> str:
        """The value of the WWW-Authenticate header; it names the first set that would do."""
        scope = " ".join(sorted(self.needed[0])) if self.needed else ""
        return f'Bearer realm="{REALM}", error="insufficient_scope", scope="{scope}"'


class TrustError(UsageError):
    """A key, key file, address or setting that trust cannot rest on; the operator's to mend."""


class EncodingError(SharedskyError):
    """Bytes that are no base64url, or no JSON object as this package reads it; never leaves the package."""


def shown(text: str) -> str:
    """A text from outside, fit for one line of a log: quoted, escaped and shortened."""
    short = text if len(text) <= _MAX_SHOWN_CHARS else text[:_MAX_SHOWN_CHARS] + "..."
    return ascii(short)
