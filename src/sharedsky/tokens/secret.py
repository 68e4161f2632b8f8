"""The secrets of clients: made here, shown once, kept as scrypt hashes.

A secret is `sky_` + an id of 8 hexadecimal digits + `_` + 32 random bytes in base64url. The id is kept in the clear:
it tells which of a client's secrets is meant, so that each attempt costs exactly one scrypt, whether the client has
one secret, two or none, or does not exist.

On the parameters: nobody chooses these secrets, so that no list of likely ones exists; 256 random bits cannot be
searched for at any price per attempt. scrypt is there for the day on which the randomness was worse than it seemed. n
= 2^13, r = 8, p = 1 takes 8 MiB and some 15 ms of one core per attempt, which a party's hourly token request does not
feel; passwords would need 2^17. No result is remembered between attempts. docs/adr/0006-tokens.md. Called by clients
and issuer.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sharedsky.tokens.encoding import from_base64url, to_base64url
from sharedsky.tokens.errors import EncodingError, TrustError

#: Gives that many random bytes; `secrets.token_bytes` outside tests.
RandomBytes = Callable[[int], bytes]

_LOG2_N: Final = 13
_R: Final = 8
_P: Final = 1
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32
_SECRET_BYTES: Final = 32
_ID_BYTES: Final = 4
#: scrypt takes 128 * n * r bytes, and OpenSSL wants the limit told; hashes of up to n = 2^17 can be checked.
_MAX_LOG2_N: Final = 17
_MAX_MEMORY_BYTES: Final = 144 * 1024 * 1024

_SECRET: Final = re.compile(r"sky_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
_ENCODED: Final = re.compile(r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d)\$([A-Za-z0-9_-]+)\$([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class SecretHash:
    """What is kept of a secret; `encode` gives the text that a store holds."""

    log2_n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    def matches(self, secret: str) -> bool:
        """Whether this is the hash of that secret; the comparison takes the same time wherever they differ."""
        return hmac.compare_digest(self.digest, _scrypt(secret, self.salt, self.log2_n, self.r, self.p))

    def encode(self) -> str:
        """The hash as text: $scrypt$ln=13,r=8,p=1$SALT$DIGEST, in base64url."""
        salt, digest = to_base64url(self.salt), to_base64url(self.digest)
        return f"$scrypt$ln={self.log2_n},r={self.r},p={self.p}${salt}${digest}"

    @classmethod
    def decode(cls, text: str) -> SecretHash:
        """The hash that `encode` wrote.

        Raises:
            TrustError: anything else, or parameters that would cost more memory than is allowed.
        """
        match = _ENCODED.fullmatch(text)
        try:
            if match is None:
                raise TrustError("a stored hash of a secret cannot be read.", "Rotate the client's secret.")
            log2_n, r, p = (int(group) for group in match.groups()[:3])
            salt, digest = (from_base64url(group) for group in match.groups()[3:])
        except EncodingError as error:
            raise TrustError("a stored hash of a secret cannot be read.", "Rotate the client's secret.") from error
        if not (1 <= log2_n <= _MAX_LOG2_N and r == _R and p == _P and len(digest) == _HASH_BYTES):
            raise TrustError("a stored hash of a secret has other parameters.", "Rotate the client's secret.")
        return cls(log2_n, r, p, salt, digest)


def new_secret(random: RandomBytes) -> tuple[str, str]:
    """A new secret's id, and the secret, which is to be shown once and forgotten."""
    secret_id = random(_ID_BYTES).hex()
    return secret_id, f"sky_{secret_id}_{to_base64url(random(_SECRET_BYTES))}"


def secret_id_of(secret: str) -> str | None:
    """The id in a text that has a secret's form, or None."""
    match = _SECRET.fullmatch(secret)
    return match.group(1) if match else None


def hash_secret(secret: str, random: RandomBytes) -> SecretHash:
    """The hash to keep of a secret."""
    salt = random(_SALT_BYTES)
    return SecretHash(_LOG2_N, _R, _P, salt, _scrypt(secret, salt, _LOG2_N, _R, _P))


def spend_as_if_checked() -> None:
    """Take the time of one check where there is nothing to check, so that time does not tell who is a client."""
    _scrypt("", b"\0" * _SALT_BYTES, _LOG2_N, _R, _P)


def _scrypt(secret: str, salt: bytes, log2_n: int, r: int, p: int) -> bytes:
    data = secret.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=1 << log2_n, r=r, p=p, maxmem=_MAX_MEMORY_BYTES, dklen=_HASH_BYTES)
