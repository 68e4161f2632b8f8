"""RS256 and nothing else: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3), the one algorithm of this package.

An algorithm is the property of a key here: `VerifyKey.verifies` and `SigningKey.sign` have no parameter for it, no
table is looked up, and no other module imports cryptography. A token's `alg` is compared with ALGORITHM and decides
nothing. docs/adr/0006-tokens.md says why. Called by jwks, keyring, bearer and issuer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sharedsky.tokens.encoding import from_base64url, to_base64url, write_object
from sharedsky.tokens.errors import EncodingError, TrustError

ALGORITHM: Final = "RS256"
#: Smallest modulus that RFC 7518 section 3.3 allows, and the largest that is worth its time.
MIN_KEY_BITS: Final = 2048
MAX_KEY_BITS: Final = 8192
#: The common public exponent; smaller ones have a history of broken verifiers, larger ones cost the verifier.
MIN_EXPONENT: Final = 65537
MAX_EXPONENT: Final = 2**32
#: Modulus of the exchange's own keys: 128 bits of strength (NIST SP 800-57 part 1, table 2).
OWN_KEY_BITS: Final = 3072


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """A public RSA key that may verify RS256. kid: as its source names it. thumbprint: RFC 7638, SHA-256."""

    public: rsa.RSAPublicKey
    thumbprint: str
    kid: str | None = None

    def verifies(self, signed: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's RS256 signature of those bytes."""
        try:
            self.public.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private RSA key of the exchange; its kid is its thumbprint."""

    private: rsa.RSAPrivateKey
    verify_key: VerifyKey

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint of the public part."""
        return self.verify_key.thumbprint

    def sign(self, data: bytes) -> bytes:
        """The RS256 signature of those bytes."""
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())


def verify_key(public: object, kid: str | None = None) -> VerifyKey:
    """A public key as one that verifies RS256.

    Raises:
        TrustError: not RSA, fewer than 2048 or more than 8192 bits, an unusual exponent.
    """
    if not isinstance(public, rsa.RSAPublicKey):
        raise TrustError("the key is not RSA.", "Tokens are verified with RS256 alone: give an RSA key.")
    if not MIN_KEY_BITS <= public.key_size <= MAX_KEY_BITS:
        raise TrustError(f"the RSA key has {public.key_size} bits.", f"{MIN_KEY_BITS} to {MAX_KEY_BITS} are taken.")
    numbers = public.public_numbers()
    if not MIN_EXPONENT <= numbers.e < MAX_EXPONENT or numbers.e % 2 == 0:
        raise TrustError("the RSA key has an unusual public exponent.", "65537 is the common one.")
    return VerifyKey(public, _thumbprint(numbers), kid)


def key_from_pem(data: bytes) -> VerifyKey:
    """The public key in a PEM text: a public key, or a certificate, of which only the key is looked at.

    Raises:
        TrustError: no PEM, a private key, another kind of key, several blocks.
    """
    if data.count(b"-----BEGIN ") != 1:
        raise TrustError("there must be exactly one PEM block.", "Give a public key or a certificate in PEM.")
    if b"PRIVATE KEY" in data:
        raise TrustError("this is a private key.", "Give the public one; the issuer alone holds the private one.")
    try:
        if b"-----BEGIN CERTIFICATE-----" in data:
            return verify_key(x509.load_pem_x509_certificate(data).public_key())
        return verify_key(serialization.load_pem_public_key(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TrustError("this is no public key or certificate in PEM.") from error


def key_from_jwk(jwk: dict[str, object]) -> VerifyKey:
    """The key of one entry of a JWK set (RFC 7517, RFC 7518 section 6.3.1).

    Raises:
        TrustError: not RSA, for another use or algorithm, with private parts, out of range or of the wrong form.
    """
    if jwk.get("kty") != "RSA":
        raise TrustError("a key is not RSA.")
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", ALGORITHM) != ALGORITHM:
        raise TrustError("a key is for another use or algorithm.")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise TrustError("a key is not for verifying.")
    if "d" in jwk or "k" in jwk:
        raise TrustError("a key has its private part beside it.", "Its source has published a secret: tell its owner.")
    kid = jwk.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise TrustError("a key's kid is no string.")
    try:
        return verify_key(rsa.RSAPublicNumbers(_number(jwk, "e"), _number(jwk, "n")).public_key(), kid)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TrustError("a key's numbers make no RSA key.") from error


def to_jwk(key: VerifyKey) -> dict[str, object]:
    """The entry of a JWK set for one of the exchange's own keys; kid is the thumbprint."""
    members = _members(key.public.public_numbers())
    return {**members, "use": "sig", "alg": ALGORITHM, "kid": key.thumbprint}


def generate_key(bits: int = OWN_KEY_BITS) -> SigningKey:
    """A new signing key."""
    return _signing_key(rsa.generate_private_key(public_exponent=MIN_EXPONENT, key_size=bits))


def signing_key_from_pem(data: bytes) -> SigningKey:
    """A signing key from its PEM text (PKCS #8, not encrypted).

    Raises:
        TrustError: anything else.
    """
    try:
        private = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TrustError("this is no private key in PEM without a password.") from error
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TrustError("the private key is not RSA.")
    return _signing_key(private)


def signing_key_to_pem(key: SigningKey) -> bytes:
    """PEM (PKCS #8, not encrypted: the file's mode protects it)."""
    return key.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _signing_key(private: rsa.RSAPrivateKey) -> SigningKey:
    public = verify_key(private.public_key())
    return SigningKey(private, VerifyKey(public.public, public.thumbprint, public.thumbprint))


def _number(jwk: dict[str, object], name: str) -> int:
    text = jwk.get(name)
    if not isinstance(text, str) or len(text) > MAX_KEY_BITS // 6 + 2:
        raise TrustError(f"a key's member {name} is missing, no string or too long.")
    try:
        return int.from_bytes(from_base64url(text), "big")
    except EncodingError as error:
        raise TrustError(f"a key's member {name} is no base64url.") from error


def _members(numbers: rsa.RSAPublicNumbers) -> dict[str, object]:
    """The members that RFC 7638 section 3.2 hashes, in its order."""
    return {"e": _unsigned(numbers.e), "kty": "RSA", "n": _unsigned(numbers.n)}


def _unsigned(number: int) -> str:
    return to_base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _thumbprint(numbers: rsa.RSAPublicNumbers) -> str:
    return to_base64url(hashlib.sha256(write_object(_members(numbers))).digest())
