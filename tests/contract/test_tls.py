"""TLS of the server's own: which versions it speaks, that nothing else is answered, and that a new certificate is taken."""

from __future__ import annotations

import datetime
import json
import os
import socket
import ssl
from collections.abc import Generator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server_process import Served, body, raw, request, serving, status, token, trusted_key, wait_for


def make_pair(folder: Path, serial: int) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key, under the names cert.pem and key.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(serial)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pair = folder / "cert.pem", folder / "key.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for path, data in zip(pair, (made.public_bytes(serialization.Encoding.PEM), private)):
        new = path.with_suffix(".new")
        new.write_bytes(data)
        os.replace(new, path)
    return pair


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def served(folder: Path) -> Generator[Served]:
    make_pair(folder, 1)
    options = ("--tls-cert", "cert.pem", "--tls-key", "key.pem", "--trust-key", trusted_key(folder))
    with serving(folder, *options) as running:
        yield running


def trusting(folder: Path, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A client that trusts the certificate of the folder, and speaks one version if one is given."""
    context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    if version is not None:
        if version < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    return context


def serial(port: int) -> int:
    """The serial number of the certificate that a new connection is shown."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=30) as plain, context.wrap_socket(plain) as sock:
        shown = sock.getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown).serial_number


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(served: Served, folder: Path, version: ssl.TLSVersion) -> None:
    answer = raw(served.ports[0], request("GET", "/aux/v1/validate_oauth?owner=uss1", token=token()), trusting(folder, version))
    assert status(answer) == 200


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_versions_are_refused(served: Served, folder: Path, version: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError):
        raw(served.ports[0], request("GET", "/healthy"), trusting(folder, version))
    assert status(raw(served.ports[0], request("GET", "/healthy"), trusting(folder))) == 200


def test_plain_http_is_not_answered_on_that_port(served: Served, folder: Path) -> None:
    answer = raw(served.ports[0], request("GET", "/healthy", token=token()))
    assert not answer.startswith(b"HTTP/")
    assert b"alive" not in answer
    assert status(raw(served.ports[0], request("GET", "/healthy"), trusting(folder))) == 200


def test_tokens_are_for_an_https_issuer(served: Served, folder: Path) -> None:
    assert f"listening on https://127.0.0.1:{served.ports[0]}" in served.said()
    answer = raw(served.ports[0], request("GET", "/.well-known/jwks.json"), trusting(folder))
    assert json.loads(body(answer))["keys"]


def test_a_new_certificate_is_taken_without_a_restart_and_a_bad_one_is_not(served: Served, folder: Path) -> None:
    port = served.ports[0]
    before = serial(port)
    good = (folder / "key.pem").read_bytes()
    (folder / "key.pem").write_bytes(b"-----BEGIN NOTHING-----\n")
    wait_for(lambda: "cannot be used" in served.said(), served)
    assert serial(port) == before
    (folder / "key.pem").write_bytes(good)
    make_pair(folder, 2)
    wait_for(lambda: serial(port) == 2, served)
    assert status(raw(port, request("GET", "/healthy"), trusting(folder))) == 200
    assert served.process.poll() is None
