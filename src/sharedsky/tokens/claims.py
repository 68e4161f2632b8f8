"""The claims of a token whose signature holds, checked into types that cannot be wrong.

RFC 7519 section 4.1 and RFC 9068 section 2.2; the exchange's own rules (docs/tokens.md, "What a token must hold"):
exp, sub, aud and a scope are required, the scope is one string (RFC 6749 section 3.3), sub is plain ASCII, since it
is the manager that others see. Called by validator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sharedsky.tokens.errors import Unauthorized, shown

#: How far an issuer's clock may be ahead of ours: nbf and iat may lie this far in the future.
LEEWAY_S: Final = 5.0
#: The end of the year 9999, after which a time is no time.
_MAX_TIME_S: Final = 253_402_300_799
_MAX_SCOPES: Final = 200
_MAX_AUDIENCES: Final = 100
_SUB: Final = re.compile(r"[\x21-\x7e]{1,255}")
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says, once it is known whose it is. Times are seconds since 1970 UTC."""

    sub: str
    scopes: frozenset[str]
    audience: str
    expires_s: float
    issued_s: float | None


def is_sub(text: str) -> bool:
    """Whether this may be a sub: 1 to 255 visible ASCII characters."""
    return _SUB.fullmatch(text) is not None


def is_scope(text: str) -> bool:
    """Whether this is one scope-token of RFC 6749, of at most 255 characters."""
    return _SCOPE.fullmatch(text) is not None


def scopes_of(text: str) -> frozenset[str] | None:
    """The scopes that a scope parameter or claim lists, or None where it lists none or is of the wrong form."""
    scopes = frozenset(filter(None, text.split(" ")))
    if not 0 < len(scopes) <= _MAX_SCOPES or not all(map(is_scope, scopes)):
        return None
    return scopes


def claimed_issuer(claims: dict[str, object]) -> str | None:
    """The iss that the token names, or None where it names none.

    Raises:
        Unauthorized: it is no string.
    """
    iss = claims.get("iss")
    if iss is not None and not isinstance(iss, str):
        raise Unauthorized("claims", "iss is no string")
    return iss


def check_claims(claims: dict[str, object], audiences: frozenset[str], now_s: float) -> Claims:
    """The claims, if they hold now and here.

    Raises:
        Unauthorized: expired, early, for another audience, a claim missing or of the wrong form.
    """
    expires_s = _time(claims, "exp")
    if expires_s is None:
        raise Unauthorized("claims", "exp is missing")
    if expires_s <= now_s:
        raise Unauthorized("expired", f"expired {now_s - expires_s:.0f} s ago")
    issued_s = _time(claims, "iat")
    for name, time_s in (("nbf", _time(claims, "nbf")), ("iat", issued_s)):
        if time_s is not None and time_s > now_s + LEEWAY_S:
            raise Unauthorized("early", f"{name} lies {time_s - now_s:.0f} s ahead")
    return Claims(_sub(claims), _scopes(claims), _audience(claims, audiences), expires_s, issued_s)


def _time(claims: dict[str, object], name: str) -> float | None:
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MAX_TIME_S:
        raise Unauthorized("claims", f"{name} is no time in seconds since 1970")
    return float(value)


def _sub(claims: dict[str, object]) -> str:
    sub = claims.get("sub")
    if not isinstance(sub, str) or not is_sub(sub):
        raise Unauthorized("claims", "sub is missing, or not 1 to 255 visible ASCII characters")
    return sub


def _scopes(claims: dict[str, object]) -> frozenset[str]:
    scope = claims.get("scope")
    scopes = scopes_of(scope) if isinstance(scope, str) else None
    if scopes is None:
        raise Unauthorized("scope", "scope is missing, empty or not one string of scopes")
    return scopes


def _audience(claims: dict[str, object], audiences: frozenset[str]) -> str:
    """The first audience of the token that is one of ours, compared character by character."""
    claimed = claims.get("aud")
    names = claimed if isinstance(claimed, list) else [claimed]
    if not 0 < len(names) <= _MAX_AUDIENCES or not all(isinstance(name, str) for name in names):
        raise Unauthorized("claims", "aud is missing, or neither a string nor a list of strings")
    for name in names:
        if name in audiences:
            return str(name)
    raise Unauthorized("audience", f"the token is for {shown(' '.join(map(str, names)))}")
