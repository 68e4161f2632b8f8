"""A certificate and its key are tried before they are used: what cannot be is said, and never asks at a terminal."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sharedsky.errors import UsageError
from sharedsky.server.tls import check_pair, harden

PLAIN = serialization.NoEncryption()


def make(folder: Path, name: str, encryption: serialization.KeySerializationEncryption = PLAIN) -> tuple[str, str]:
    """A certificate and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = builder.serial_number(1).not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days=999))
    pair = folder / f"{name}.pem", folder / f"{name}.key"
    pair[0].write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    pair[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))
    return str(pair[0]), str(pair[1])


def test_a_pair_that_fits_is_taken(tmp_path: Path) -> None:
    check_pair(*make(tmp_path, "good"))


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    certificate, key = make(tmp_path, "one")
    other = make(tmp_path, "two")[1]
    locked = make(tmp_path, "locked", serialization.BestAvailableEncryption(b"word"))
    garbage = tmp_path / "garbage.pem"
    garbage.write_bytes(b"\x00\xff")
    for pair, words in (
        ((certificate, other), "the key is another certificate's"),
        (locked, "unencrypted"),
        ((str(garbage), key), "no PEM"),
        ((certificate, str(garbage)), "no PEM"),
        ((str(tmp_path / "none.pem"), key), "cannot be read"),
        ((certificate, str(tmp_path)), "cannot be"),
    ):
        with pytest.raises(UsageError, match=words) as raised:
            check_pair(*pair)
        assert pair[1] in str(raised.value)


def test_a_context_speaks_nothing_older_than_tls_1_2_whatever_it_spoke_before() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    harden(context)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    harden(None)
