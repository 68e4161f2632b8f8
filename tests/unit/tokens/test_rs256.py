"""Keys: what is taken for an RS256 key, from PEM, from a JWK set, and from nowhere else."""

from __future__ import annotations

import ast
import base64
import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import NameOID

import sharedsky.tokens
from shared_data import require_shared
from sharedsky.tokens.encoding import from_base64url
from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.rs256 import (
    MAX_KEY_BITS,
    key_from_jwk,
    key_from_pem,
    signing_key_from_pem,
    signing_key_to_pem,
    to_jwk,
    verify_key,
)
from token_samples import b64, key, public

PEM = serialization.Encoding.PEM
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


def pem(public_key: Any) -> bytes:
    return bytes(public_key.public_bytes(PEM, SPKI))


def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer")])
    day = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    private = key().private
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    builder = builder.serial_number(1).not_valid_before(day).not_valid_after(day + datetime.timedelta(days=1))
    return builder.sign(private, hashes.SHA256()).public_bytes(PEM)


def test_a_key_verifies_what_its_private_part_signed_and_nothing_else() -> None:
    signature = key().sign(b"data")
    assert public().verifies(b"data", signature)
    assert not public().verifies(b"datA", signature)
    assert not public("second").verifies(b"data", signature)
    for spoilt in (b"", signature[:-1], signature + b"\0", b"\0" + signature, signature[::-1]):
        assert not public().verifies(b"data", spoilt)


def test_a_public_key_and_a_certificate_in_pem_give_the_same_key() -> None:
    assert key_from_pem(pem(public().public)).thumbprint == public().thumbprint
    assert key_from_pem(b"text before\n" + certificate()).thumbprint == public().thumbprint


def private_pem() -> bytes:
    return signing_key_to_pem(key())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "one PEM block"),
        (b"no pem", "one PEM block"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no public key"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no public key"),
        (b"-----BEGIN PUBLIC KEY-----\n\xff\xfe\n", "no public key"),
        (pem(public().public) * 2, "one PEM block"),
        (private_pem(), "private"),
        (pem(ec.generate_private_key(ec.SECP256R1()).public_key()), "not RSA"),
        (pem(ed25519.Ed25519PrivateKey.generate().public_key()), "not RSA"),
        (pem(rsa.generate_private_key(65537, 1024).public_key()), "1024 bits"),
        (pem(rsa.RSAPublicNumbers(3, public().public.public_numbers().n).public_key()), "exponent"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_public_rsa_key_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(TrustError, match=why):
        key_from_pem(data)


def test_a_modulus_beyond_the_limit_is_refused() -> None:
    huge = rsa.RSAPublicNumbers(65537, (1 << MAX_KEY_BITS) + 1).public_key()
    with pytest.raises(TrustError, match="bits"):
        verify_key(huge)


def test_keys_of_other_kinds_are_refused_by_type() -> None:
    for other in (None, "key", b"key", dsa.DSAPublicNumbers, key().private):
        with pytest.raises(TrustError, match="not RSA"):
            verify_key(other)


@pytest.mark.shared
def test_the_official_suites_key_can_be_loaded() -> None:
    found = key_from_pem(require_shared("conformance/data/build/test-certs/auth2.pem").read_bytes())
    assert (found.public.key_size, found.kid) == (2048, None)


def test_the_thumbprint_is_that_of_rfc_7638_section_3_1() -> None:
    jwk = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu"
        "6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awa"
        "pJzKnqDKgw",
        "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
    }  # fmt: skip
    found = key_from_jwk(jwk)
    assert found.thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert found.kid == "2011-04-29"


def test_a_key_survives_being_published() -> None:
    found = key_from_jwk(to_jwk(public()))
    assert (found.thumbprint, found.kid) == (public().thumbprint, public().thumbprint)
    assert found.verifies(b"data", key().sign(b"data"))


def test_a_published_key_has_no_private_part() -> None:
    assert set(to_jwk(key().verify_key)) == {"kty", "n", "e", "use", "alg", "kid"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kty": "EC"}, "not RSA"), ({"kty": "oct", "k": "AAAA"}, "not RSA"), ({"kty": None}, "not RSA"),
        ({"use": "enc"}, "another use"), ({"alg": "RS512"}, "another use"), ({"alg": "HS256"}, "another use"),
        ({"alg": "none"}, "another use"), ({"key_ops": ["sign"]}, "not for verifying"), ({"key_ops": "verify"}, "not for verifying"),
        ({"d": "AAAA"}, "private"), ({"k": "AAAA"}, "private"), ({"kid": 5}, "kid"), ({"n": 5}, "member n"), ({"n": "A" * 9000}, "member n"),
        ({"n": "AA=="}, "base64url"), ({"e": None}, "member e"), ({"e": "Aw"}, "exponent"), ({"e": ""}, "no RSA key"), ({"n": ""}, "no RSA key"),
        ({"n": "AQAB"}, "bits|no RSA key"), ({"e": "AQAAAAAAAAE"}, "exponent|no RSA key"), ({"e": "AQAA"}, "exponent|no RSA key"),
    ],
)  # fmt: skip
def test_an_entry_that_is_no_rs256_key_is_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(TrustError, match=why):
        key_from_jwk(to_jwk(public()) | changes)


def test_an_entry_may_leave_out_use_alg_operations_and_kid() -> None:
    jwk = {name: value for name, value in to_jwk(public()).items() if name in ("kty", "n", "e")}
    assert key_from_jwk(jwk | {"key_ops": ["verify"], "x5t": "any"}).kid is None


def test_a_signing_key_survives_its_file() -> None:
    assert signing_key_from_pem(signing_key_to_pem(key())).kid == key().kid


def test_a_file_that_is_no_signing_key_is_refused() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    locked = key().private.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"pw")
    )
    for data in (b"", b"x", pem(public().public), elliptic, locked):
        with pytest.raises(TrustError):
            signing_key_from_pem(data)


def test_base64url_of_a_modulus_has_no_leading_zero() -> None:
    n = str(to_jwk(public())["n"])
    assert from_base64url(n)[0] != 0
    assert b64(from_base64url(n)) == n
    assert base64.urlsafe_b64decode(n + "==")


def test_only_one_module_of_the_package_knows_of_signatures() -> None:
    """That no other algorithm can get in is seen from what is imported: cryptography and jwt libraries in rs256 alone."""
    folder = Path(str(sharedsky.tokens.__file__)).parent
    importing = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any(name.split(".")[0] in ("cryptography", "jwt", "jose", "joserfc", "authlib") for name in names):
                importing.add(path.name)
    assert importing == {"rs256.py"}
