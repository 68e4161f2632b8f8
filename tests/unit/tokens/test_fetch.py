"""Fetching key sets: https, or http on loopback; no redirects, no flood, no endless waiting."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.fetch import Address, check_address, fetch
from sharedsky.tokens.rs256 import signing_key_to_pem
from token_samples import key

Answer = Callable[[BaseHTTPRequestHandler], None]


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


class Site:
    """A server on loopback that answers as a test says."""

    def __init__(self) -> None:
        self.answer = answer(200, b"hello")
        self.paths: list[str] = []
        self.over = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.paths.append(self.path)
                site.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that hang up are the point
        self.scheme = "http"
        threading.Thread(target=lambda: self.server.serve_forever(0.01), daemon=True).start()

    def url(self, path: str = "/jwks", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server.server_port}{path}"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.over.set()
    made.server.shutdown()
    made.server.server_close()


def test_the_body_at_an_address_is_fetched_with_path_and_query(site: Site) -> None:
    assert fetch(site.url("/a/b?c=d")) == b"hello"
    assert fetch(site.url("")) == b"hello"
    assert site.paths == ["/a/b?c=d", "/"]


def test_localhost_is_this_machine(site: Site) -> None:
    assert fetch(site.url(host="localhost")) == b"hello"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(site: Site, status: int) -> None:
    site.answer = answer(status, Location=site.url("/other"))
    with pytest.raises(TrustError, match=f"status {status}"):
        fetch(site.url())
    assert site.paths == ["/jwks"]


@pytest.mark.parametrize("status", [204, 206, 400, 404, 500, 503])
def test_any_status_but_200_is_a_failure(site: Site, status: int) -> None:
    site.answer = answer(status, b"")
    with pytest.raises(TrustError, match=str(status)):
        fetch(site.url())


def test_a_body_beyond_the_limit_is_refused(site: Site) -> None:
    site.answer = answer(200, b"x" * 101)
    with pytest.raises(TrustError, match="more than 100"):
        fetch(site.url(), max_bytes=100)
    site.answer = answer(200, b"x" * 100)
    assert len(fetch(site.url(), max_bytes=100)) == 100


def test_compressed_content_is_refused(site: Site) -> None:
    site.answer = answer(200, b"x", Content_Encoding="gzip")
    with pytest.raises(TrustError, match="compressed"):
        fetch(site.url())


def test_a_source_that_stops_in_the_middle_is_cut_off(site: Site) -> None:
    def stall(handler: BaseHTTPRequestHandler) -> None:
        answer(200, b"x", Content_Length="1000")(handler)
        site.over.wait(10)

    site.answer = stall
    with pytest.raises(TrustError, match=r"could not be read|less than it said"):
        fetch(site.url(), timeout_s=0.1)


def test_a_source_that_sends_a_byte_now_and_then_is_cut_off(site: Site) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not site.over.wait(0.02):
            handler.wfile.write(b"X: y\r\n")

    site.answer = trickle
    with pytest.raises(TrustError, match="could not be read"):
        fetch(site.url(), timeout_s=0.2)


@pytest.mark.parametrize("raw", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"])
def test_an_answer_that_is_no_whole_http_is_a_failure(site: Site, raw: bytes) -> None:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(raw)
        handler.close_connection = True

    site.answer = send
    with pytest.raises(TrustError):
        fetch(site.url())


def test_nobody_listening_is_a_failure(site: Site) -> None:
    url = site.url()
    site.server.server_close()
    with pytest.raises(TrustError, match="could not be read"):
        fetch(url, timeout_s=1)


@pytest.mark.parametrize(
    "url",
    ["", "jwks", "/jwks", "ftp://a/b", "file:///etc/passwd", "http://issuer.example/jwks", "http://10.0.0.1/", "http://[2001:db8::1]/",
     "http://127.0.0.1.example/", "http://0.0.0.0/", "https://", "https:///path", "https://user@host/", "https://user:pw@host/", "https://host/#part",
     "https://host:99999/", "https://host:x/", "https://ho st/", "https://host/\n", "https://höst/", "https://[::1", "https://host/" + "x" * 3000,
     "javascript:alert(1)", "HTTP://issuer.example/"],
)  # fmt: skip
def test_an_address_that_may_not_be_fetched_is_refused(url: str) -> None:
    with pytest.raises(TrustError):
        check_address(url)
    with pytest.raises(TrustError):
        fetch(url)


def test_addresses_are_read_into_parts() -> None:
    assert check_address("https://host") == Address(True, "host", 443, "/")
    assert check_address("http://[::1]:8080/a?b") == Address(False, "::1", 8080, "/a?b")
    assert check_address("HTTPS://Host:8443/a") == Address(True, "host", 8443, "/a")


@pytest.fixture
def secure_site(site: Site, tmp_path: Path) -> Site:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key().private.public_key())
    builder = builder.serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=1))
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = builder.add_extension(host, critical=False).sign(key().private, hashes.SHA256())
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(signing_key_to_pem(key()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    site.scheme = "https"
    return site


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_site: Site) -> None:
    with pytest.raises(TrustError, match="SSLCertVerificationError"):
        fetch(secure_site.url())
    assert secure_site.paths == []


def test_https_with_a_trusted_certificate_works(
    secure_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    assert fetch(secure_site.url()) == b"hello"
    with pytest.raises(TrustError, match="SSLCertVerificationError"):
        fetch(secure_site.url(host="localhost"))
