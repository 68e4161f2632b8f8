"""One small document from one address that an operator wrote down: https, or http from this machine itself.

No redirects, no proxies, no compression, at most 256 KiB, at most 10 s for everything after the name is looked up.
Called by jwks, on a thread of its own.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sharedsky.tokens.errors import TrustError

MAX_BYTES: Final = 256 * 1024
TIMEOUT_S: Final = 10.0
_MAX_URL_CHARS: Final = 2048


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address: target is path and query."""

    https: bool
    host: str
    port: int
    target: str


def check_address(url: str) -> Address:
    """An address that may be fetched.

    Raises:
        TrustError: neither https nor http on loopback; a user name, a fragment, blanks, no host, no port that exists.
    """
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > _MAX_URL_CHARS:
        raise TrustError("the address is too long, or has characters that an address does not have.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TrustError("the address cannot be read.", "Write it as https://HOST/PATH.") from error
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise TrustError("the address is not https://HOST/PATH.")
    if "@" in parts.netloc or "#" in url:
        raise TrustError("the address has a user name or a fragment.", "Write it as https://HOST/PATH.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise TrustError("plain http is for this machine alone.", "Use https: whoever is between could send keys.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    https = parts.scheme == "https"
    return Address(https, parts.hostname, port if port is not None else 443 if https else 80, target)


def fetch(url: str, *, timeout_s: float = TIMEOUT_S, max_bytes: int = MAX_BYTES) -> bytes:
    """The body at an address.

    Raises:
        TrustError: the address may not be fetched, does not answer in time, not with 200, or with too much.
    """
    address = check_address(url)
    try:
        with _connected(address, timeout_s) as connection:
            connection.request(
                "GET", address.target, headers={"Accept": "application/json", "Accept-Encoding": "identity"}
            )
            return _body(connection.getresponse(), max_bytes)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TrustError(f"the address could not be read: {type(error).__name__}.") from error


def _body(response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    if response.status != 200:
        raise TrustError(f"the address answered with status {response.status}.", "Redirects are not followed.")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise TrustError("the address answered with compressed content.")
    body = response.read(max_bytes + 1)
    if len(body) > max_bytes:
        raise TrustError(f"the address answered with more than {max_bytes} bytes.")
    if response.length:  # http.client gives what came before the end, and says nothing
        raise TrustError("the address answered with less than it said.")
    return body


@contextlib.contextmanager
def _connected(address: Address, timeout_s: float) -> Iterator[http.client.HTTPConnection]:
    """A connection that is cut when its time is up, however slowly the other side sends: TimeoutError then."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=timeout_s)
    sock = socket.create_connection((address.host, address.port), timeout_s)
    held = [sock]
    late = threading.Event()

    def cut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            held[0].shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(timeout_s, cut)
    timer.daemon = True
    timer.start()
    try:
        if address.https:
            secure = ssl.create_default_context()
            wrapped = secure.wrap_socket(sock, server_hostname=address.host, do_handshake_on_connect=False)
            held[0] = wrapped
            wrapped.do_handshake()
        elif not ipaddress.ip_address(sock.getpeername()[0]).is_loopback:
            raise TrustError("plain http is for this machine alone, and the name leads to another.")
        connection.sock = held[0]
        yield connection
        if late.is_set():  # headers that end where the connection was cut look whole
            raise TimeoutError
    finally:
        timer.cancel()
        connection.close()
        held[0].close()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
