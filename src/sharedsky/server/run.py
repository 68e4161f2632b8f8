"""Running the server: sockets, TLS, the store, what is due every second, and an end in which nothing is lost.

Called by cli/serve.py.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import shlex
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn

from sharedsky.airspace.time import NS_PER_DAY
from sharedsky.errors import SharedskyError, UsageError
from sharedsky.ledger.padding import NO_PADDING, Padding
from sharedsky.server.app import make_app
from sharedsky.server.connection import limited
from sharedsky.server.context import Context
from sharedsky.server.context import Settings as HttpSettings
from sharedsky.server.logs import install
from sharedsky.server.operation import Operation, connection_limits, open_log
from sharedsky.server.settings import Address, Serve
from sharedsky.server.tls import check_pair, harden
from sharedsky.store.clock_guard import ClockGuard
from sharedsky.store.ledger_keys import load_ledger_keys
from sharedsky.store.sqlite.ledger import origin_of
from sharedsky.store.sqlite.store import SqliteStore
from sharedsky.store.sqlite.tokens import SqliteTokenStore
from sharedsky.tokens.gate import Gate, GateSettings, open_gate
from sharedsky.tokens.trust import parse_trust

_LOG: Final = logging.getLogger("sharedsky")
#: When Python looks for cycles: seldom, since requests leave hardly any behind.
_COLLECT: Final = (50_000, 50, 100)
#: Requests that wait to be accepted, for each address.
_BACKLOG: Final = 2_048
#: How long requests that are under way may take once the server is told to stop [s].
_GRACE_S: Final = 30


def serve(settings: Serve, say: Callable[[str], None]) -> None:
    """Serve until told to stop (SIGTERM, SIGINT); say: takes the lines that an operator reads at the start.

    Raises:
        UsageError, SharedskyError: it cannot start, and why.
    """
    if settings.tls_cert:
        check_pair(settings.tls_cert, settings.tls_key)
    sockets = [_bound(address) for address in settings.addresses]
    try:
        admin = None if settings.admin_address is None else _bound(settings.admin_address, "--admin-listen")
        sockets += [] if admin is None else [admin]
        store = _store(settings, time.time_ns())
        gate = _gate(settings)
        for line in _greeting(settings):
            say(line)
        log = open_log(settings)
        install(log)
        try:
            operation = Operation(settings, store, gate, log)
            server = _Server(_config(settings, store, gate, operation), store, operation, settings)
            gc.collect()
            gc.freeze()  # what is loaded stays: it need not be looked at again and again
            gc.set_threshold(*_COLLECT)
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(server.run_until_told(sockets[: len(settings.addresses)], admin))
        finally:
            log.writer.close()
    finally:
        for sock in sockets:
            sock.close()


def _store(settings: Serve, now_ns: int) -> SqliteStore:
    path = Path(settings.database)
    known = origin_of(path)
    keys = load_ledger_keys(settings.key_folder, settings.origin or known, begun=known is not None)
    return SqliteStore.open(
        path,
        now_ns,
        retention_ns=settings.retention_days * NS_PER_DAY,
        ledger=keys,
        padding=Padding() if settings.ledger_padding == "on" else NO_PADDING,
        guard=ClockGuard(now_ns),
    )


def _gate(settings: Serve) -> Gate:
    first = settings.addresses[0]
    iss = f"{'https' if settings.tls_cert else 'http'}://{first}"
    wanted = GateSettings(
        iss=iss,
        audiences=settings.audiences,
        folder=settings.key_folder,
        trust_keys=tuple(parse_trust(text, "--trust-key") for text in settings.trust_key),
        jwks=tuple(parse_trust(text, "--jwks") for text in settings.jwks),
    )
    return open_gate(wanted, SqliteTokenStore(Path(settings.database)), time.time, secrets.token_bytes)


def _config(settings: Serve, store: SqliteStore, gate: Gate, operation: Operation) -> uvicorn.Config:
    http = HttpSettings(allow_http_base_urls=settings.allow_http_base_urls, max_body_bytes=settings.max_body_bytes)
    context = Context(store, gate.validator, operation.clock, http)
    app = make_app(context, settings.pool, gate.issuer, operation.limits)
    limits = connection_limits(settings)
    return uvicorn.Config(
        operation.around(app),
        http=limited(limits),
        interface="asgi3",
        ws="none",
        lifespan="off",
        timeout_keep_alive=settings.idle_timeout,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE_S,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
        proxy_headers=bool(settings.trusted_proxy),
        forwarded_allow_ips=list(settings.trusted_proxy) or None,
    )


class _Server(uvicorn.Server):
    """The HTTP server with the store behind it."""

    def __init__(self, config: uvicorn.Config, store: SqliteStore, operation: Operation, settings: Serve) -> None:
        config.load()
        harden(config.ssl)
        super().__init__(config)
        self.store, self.operation, self.settings = store, operation, settings

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop when told to. uvicorn's own raises the signal again afterwards, which would cut the end short."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def run_until_told(self, sockets: list[socket.socket], admin: socket.socket | None = None) -> None:
        """Serve; then finish requests under way, keep what they changed, and close the store."""
        await self.operation.open(lambda: len(self.server_state.connections), admin)
        chores = asyncio.create_task(self._chores())
        try:
            await self.serve(sockets=sockets)
        finally:
            chores.cancel()
            await self.operation.close()
            await self.store.close()

    async def _chores(self) -> None:
        """What is due every second or so, none of it so urgent that a failure should end the server."""
        certificate = _changed_at(self.settings)
        said = ""
        while True:
            await asyncio.sleep(1.0)
            try:
                await self.store.tidy(self.operation.clock())  # a commit: it finds out when the disk is good again
                await self.store.checkpoint(self.operation.clock())
                await asyncio.to_thread(self.operation.chores)
                if _changed_at(self.settings) != certificate:
                    certificate = _changed_at(self.settings)
                    self._load_certificate()
                said = ""
            except (SharedskyError, OSError) as error:
                if str(error) != said:  # once, not every second
                    said = str(error)
                    _LOG.warning("%s", said)
            except Exception:
                _LOG.exception("a chore failed")

    def _load_certificate(self) -> None:
        """New connections get the new certificate; one that cannot be read leaves the old one in use."""
        if self.config.ssl is not None:
            check_pair(self.settings.tls_cert, self.settings.tls_key)
            self.config.ssl.load_cert_chain(self.settings.tls_cert, self.settings.tls_key)
            _LOG.info("the certificate was read again")


def _changed_at(settings: Serve) -> tuple[int, ...]:
    """When the certificate and its key were last written."""
    try:
        return tuple(Path(name).stat().st_mtime_ns for name in (settings.tls_cert, settings.tls_key) if name)
    except OSError:
        return ()


def _bound(address: Address, option: str = "--listen") -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((address.host, address.port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        advice = "Choose another port, or end what uses it."
        raise UsageError(f"{option} {address}: {error.strerror}.", advice) from None
    sock.set_inheritable(True)
    return sock


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not on every system
        return None
    return uvloop.new_event_loop


def _greeting(settings: Serve) -> list[str]:
    scheme = "https" if settings.tls_cert else "http"
    base = f"{scheme}://{settings.addresses[0]}"
    return [
        *(f"listening on {scheme}://{address}" for address in settings.addresses),
        f"the database is {settings.database}; tokens are for {', '.join(settings.audiences)}",
        "for a first token, add a client, and ask with the secret that this shows:",
        f"  sharedsky client add uss1 --scope utm.strategic_coordination --database {shlex.quote(settings.database)}",
        f"  curl -u uss1:SECRET -d grant_type=client_credentials -d scope=utm.strategic_coordination "
        f"-d audience={settings.audiences[0]} {base}/oauth/token",
    ]
