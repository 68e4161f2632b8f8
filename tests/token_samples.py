"""Keys (made once per session), tokens right and wrong, and a clock that tests drive; for tests of sharedsky.tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from sharedsky.tokens.errors import Unauthorized
from sharedsky.tokens.issuers import Issuers, StaticKeys, TrustedIssuer
from sharedsky.tokens.rs256 import SigningKey, VerifyKey, generate_key, verify_key
from sharedsky.tokens.store import MemoryStore
from sharedsky.tokens.validator import Validator

NOW_S = 1_790_000_000.0
AUDIENCE = "sky.example"
SCOPE = "utm.strategic_coordination"


@cache
def _made(name: str) -> SigningKey:
    return generate_key(2048)


def key(name: str = "first") -> SigningKey:
    """A signing key of that name, the same for the whole session; 2048 bits are quick to make."""
    return _made(name)


def public(name: str = "first") -> VerifyKey:
    """The public part as a key file gives it: without a kid."""
    return verify_key(key(name).private.public_key())


def public_pem(name: str = "first") -> bytes:
    """The public part in PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public(name).public.public_bytes(serialization.Encoding.PEM, form)


@dataclass
class Clock:
    """A clock that stands until a test moves it."""

    now_s: float = NOW_S

    def __call__(self) -> float:
        return self.now_s


class CountingRandom:
    """Bytes that are never the same twice, and the same in each run."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, size: int) -> bytes:
        self.count += 1
        return self.count.to_bytes(size, "big")


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: object) -> str:
    return b64(value if isinstance(value, bytes) else json.dumps(value).encode())


HEADER: dict[str, Any] = {"alg": "RS256", "typ": "JWT"}
CLAIMS: dict[str, Any] = {"iss": "NoAuth", "sub": "uss1", "scope": SCOPE, "aud": AUDIENCE, "exp": NOW_S + 600}


def signed(header: object, claims: object, by: SigningKey | None = None) -> str:
    """A token of those two parts (JSON values, or bytes as they are), truly signed."""
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{b64((by or key()).sign(text.encode()))}"


def token(by: SigningKey | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A good token with changed claims; None takes a claim away."""
    merged = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    return signed(HEADER | (header or {}), merged, by)


def bearer(text: str) -> str:
    return f"Bearer {text}"


def trusted(name: str = "key:first", iss: str | None = None, **more: Any) -> TrustedIssuer:
    """An issuer that signs with the key of the first name."""
    return TrustedIssuer(name, iss, more.pop("keys", None) or StaticKeys((public(),)), **more)


def a_validator(*issuers: TrustedIssuer, clock: Clock | None = None, store: MemoryStore | None = None) -> Validator:
    return Validator(Issuers(issuers or (trusted(),), store or MemoryStore()), [AUDIENCE], clock or Clock())


def refusal(check: Callable[[], object]) -> Unauthorized:
    """The Unauthorized that a call raises."""
    with pytest.raises(Unauthorized) as raised:
        check()
    return raised.value
