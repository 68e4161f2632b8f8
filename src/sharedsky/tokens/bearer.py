"""An Authorization header, and the token in it, as typed values; nothing is believed yet.

RFC 6750 section 2.1 (Bearer), RFC 7515 section 3.1 (compact serialization) and RFC 8725 (what to refuse). A header
that brings its own key, or that asks for an extension, is refused: no key is ever learnt from a token. Called by
validator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sharedsky.tokens.encoding import from_base64url, read_object
from sharedsky.tokens.errors import EncodingError, Unauthorized, shown
from sharedsky.tokens.rs256 import ALGORITHM

#: Length of a token; tokens of the exchange have about 900 characters, those of large issuers some 3,000.
MAX_TOKEN_CHARS: Final = 8192
MAX_KID_CHARS: Final = 256

_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9_\-.]+) *", re.IGNORECASE)
#: Header members that would bring a key or change how the token is read (RFC 7515 section 4.1, RFC 7516, RFC 7797).
_REFUSED_MEMBERS: Final = ("crit", "jwk", "jku", "x5u", "x5c", "b64", "enc", "zip")
#: RFC 9068 section 2.1 and RFC 7519 section 5.1; other kinds of JWT (identity, logout, proof) are no access tokens.
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})


@dataclass(frozen=True, slots=True)
class RawToken:
    """A token taken apart: the key's id that it names, its claims, and what its signature is of."""

    kid: str | None
    claims: dict[str, object]
    signed: bytes
    signature: bytes


def bearer_token(header_value: str | None) -> str:
    """The token in an Authorization header.

    Raises:
        Unauthorized: no header, another scheme, more than one token, characters no token has, over-long.
    """
    if header_value is None or not header_value.strip():
        raise Unauthorized("no-token", "no Authorization header")
    if len(header_value) > MAX_TOKEN_CHARS + len("Bearer "):
        raise Unauthorized("too-long", f"an Authorization header of {len(header_value)} characters")
    match = _BEARER.fullmatch(header_value)
    if match is None:
        raise Unauthorized("malformed", "the Authorization header is not Bearer and one token")
    return match.group(1)


def take_apart(token: str) -> RawToken:
    """A compact JWS with JSON claims, in parts.

    Raises:
        Unauthorized: anything that RFC 7515, or the list above, does not let pass.
    """
    parts = token.split(".")
    if len(parts) != 3 or not all(parts[:2]):
        raise Unauthorized("malformed", "the token has not the three parts of a signed token")
    header = _object(parts[0], "header")
    _check_header(header)
    claims = _object(parts[1], "claims")
    signature = _bytes(parts[2], "signature")
    return RawToken(_kid(header), claims, f"{parts[0]}.{parts[1]}".encode("ascii"), signature)


def _check_header(header: dict[str, object]) -> None:
    algorithm = header.get("alg")
    if algorithm != ALGORITHM:
        raise Unauthorized("algorithm", f"the token names the algorithm {shown(str(algorithm))}")
    for name in _REFUSED_MEMBERS:
        if name in header:
            raise Unauthorized("malformed", f"the token's header has the member {name}, which is refused")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise Unauthorized("malformed", f"the token is of the type {shown(str(kind))}")


def _kid(header: dict[str, object]) -> str | None:
    kid = header.get("kid")
    if kid is not None and (not isinstance(kid, str) or len(kid) > MAX_KID_CHARS):
        raise Unauthorized("malformed", "the token's kid is no string, or too long")
    return kid


def _object(text: str, part: str) -> dict[str, object]:
    try:
        return read_object(from_base64url(text))
    except EncodingError as error:
        raise Unauthorized("malformed", f"the token's {part}: {error.message}") from error


def _bytes(text: str, part: str) -> bytes:
    try:
        return from_base64url(text)
    except EncodingError as error:
        raise Unauthorized("malformed", f"the token's {part}: {error.message}") from error
