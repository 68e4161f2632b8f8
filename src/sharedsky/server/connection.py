"""A connection with limits: how many there are, how large a request's head is, and how long a request may take to come.

Issue "The exchange", 6. uvicorn's protocol over httptools has no limit on heads, and waits for ever for a request that
comes a byte at a time, or never. Here each connection has a timer at any time: from its opening, or the first byte of a
request, until the request is whole; then the request runs, which the server's own limits bound; then it may be idle for
a while; and an answer that is not read is not kept for ever. Called by run.py.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Headers of a request at most; a request of this exchange has about ten.
MAX_HEADERS: Final = 100
#: How long what is left of an answer may take once the connection is to be closed [s].
_LINGER_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """connections: open at once. head_bytes: request line and headers. url_bytes: the URL alone.

    request_s: within which a request must be whole, and an answer be read. idle_s: between requests.
    """

    connections: int = 4_096
    head_bytes: int = 32 * 1024
    url_bytes: int = 8 * 1024
    request_s: float = 30.0
    idle_s: int = 75


class _Refused(Exception):
    """A head beyond a limit; ends the parser's work on the connection."""


class LimitedProtocol(HttpToolsProtocol):
    """A connection; `limited` makes the class that has its limits."""

    limits = ConnectionLimits()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; one connection too many is told so, and closed."""
        super().connection_made(transport)
        self.timeout_keep_alive = self.limits.idle_s
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._in_head = True
        self._head_bytes = self._fed_bytes = 0
        self._refusal: tuple[int, str] | None = None
        if len(self.connections) > self.limits.connections:
            self._refuse(503, "too many connections.")
        else:
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._unexpect()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; blank lines before a request count as its beginning."""
        if self.transport.is_closing():
            return
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._expect()
        super().data_received(data)
        if self._in_head:
            # a header that does not end is held by the parser, and nobody is told of it
            self._fed_bytes += len(data)
            if self._fed_bytes > self.limits.head_bytes and not self.transport.is_closing():
                self._refuse(431, "the request's head is too large.")

    def on_message_begin(self) -> None:
        """A request begins, perhaps while the one before it is being answered."""
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = self._fed_bytes = 0
        if self._deadline is None:
            self._expect()

    def on_url(self, url: bytes) -> None:
        """A part of the URL."""
        super().on_url(url)
        if len(self.url) > self.limits.url_bytes:
            self._refusal = (414, "the URL is too long.")
            raise _Refused
        self._head_bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer after the body."""
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > self.limits.head_bytes or len(self.headers) >= MAX_HEADERS:
            self._refusal = (431, "the request's head is too large.")
            raise _Refused
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole, and the request starts."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._unexpect()
        self._in_head = True
        self._fed_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with a head, and close."""
        status, text = self._refusal or (400, "this is no HTTP request.")
        self._refuse(status, text)

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection."""
        super().timeout_keep_alive_handler()
        self._linger()

    def pause_writing(self) -> None:
        """The other side does not read."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.limits.request_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def _expect(self) -> None:
        self._unexpect()
        self._deadline = self.loop.call_later(self.limits.request_s, self._late)

    def _unexpect(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering and (self._in_head or self.pipeline):
            self._expect()  # an earlier request is still being answered: it is the server that is slow
        elif self.cycle is not None and self.cycle.response_started:
            self.transport.close()
            self._linger()
        else:
            self._refuse(408, "the request did not come whole in time.")

    def _refuse(self, status: int, text: str) -> None:
        """An answer from outside the application, and the end of the connection."""
        body = text.encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n"
        )
        more = "retry-after: 5\r\n" if status == 503 else ""
        self.transport.write(f"{head}{more}\r\n".encode() + body)
        self.transport.close()
        self._unexpect()
        self._linger()

    def _linger(self) -> None:
        self.loop.call_later(_LINGER_S, self.transport.abort)


def limited(limits: ConnectionLimits) -> type[Any]:
    """The class of connections with these limits, for uvicorn's `http` setting."""
    return type("LimitedProtocol", (LimitedProtocol,), {"limits": limits})
