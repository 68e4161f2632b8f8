"""What stands around a running server: its log, figures, limits, clock, and what an operator alone can reach.

Issue "The exchange", 6; docs/operation.md explains it. Called by run.py.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sharedsky import __version__
from sharedsky.errors import SharedskyError
from sharedsky.server import spans
from sharedsky.server.admin import AdminListener, AdminSocket, socket_path
from sharedsky.server.clock import ClockWatch, SteadyClock
from sharedsky.server.connection import ConnectionLimits
from sharedsky.server.limits import Limits, parse_rate
from sharedsky.server.logs import LineWriter, Log
from sharedsky.server.metrics import CONTENT_TYPE, Metrics, Sources
from sharedsky.server.settings import Serve
from sharedsky.server.throttle import Throttle
from sharedsky.server.watch import App, Watch
from sharedsky.store.sqlite import audit
from sharedsky.store.sqlite.store import SqliteStore
from sharedsky.tokens.gate import Gate

_LOG: Final = logging.getLogger("sharedsky")
#: How often the system's clock is looked at [s].
_CLOCK_EVERY_S: Final = 10.0
#: Files that are open beside connections.
_OTHER_FILES: Final = 256


class Operation:
    """The parts, for one server."""

    def __init__(self, settings: Serve, store: SqliteStore, gate: Gate, log: Log) -> None:
        self._settings, self._store, self._gate, self._log = settings, store, gate, log
        self.clock = SteadyClock()
        self.metrics = Metrics()
        self.limits = Limits(
            parse_rate(settings.rate_limit, "--rate-limit"),
            parse_rate(settings.address_rate_limit, "--address-rate-limit"),
            parse_rate(settings.token_rate_limit, "--token-rate-limit"),
        )
        self._watch = ClockWatch()
        self._looked_s: float | None = None
        self._spans = spans.exporting() if settings.otel else None
        self._socket = AdminSocket(socket_path(Path(settings.database)), {"reload": self._reload})
        self._listener = AdminListener({"/metrics": self._metrics_page, "/healthy": self._health_page})
        store.observe = self.metrics.batch

    def around(self, app: App) -> App:
        """The application with what is done for every request."""
        throttled = Throttle(app, self.limits, self._gate.validator, lambda: self.clock.suspect)
        return Watch(throttled, self._log, self._settings.log_requests, self.metrics, self._spans)  # type: ignore[arg-type]

    async def open(self, connections: Callable[[], int], admin: socket.socket | None) -> None:
        """Begin; connections: how many are open. admin: bound for the listener, or None."""
        dropped = self._log.writer
        self.metrics.watch(
            Sources(self._store, self._gate, self.clock, self._watch, connections, lambda: dropped.dropped)
        )
        await self._socket.open()
        if admin is not None:
            await self._listener.open(admin)
        where = " ".join(map(str, self._settings.addresses))
        await asyncio.to_thread(self.note, "server-started", f"{where}, version {__version__}")

    def chores(self) -> None:
        """What is due every second or so; may take a while, so call it on a thread.

        Raises:
            SharedskyError: see Gate.tick.
        """
        now_s = time.monotonic()
        if self._looked_s is None or now_s - self._looked_s >= _CLOCK_EVERY_S:
            self._looked_s = now_s
            self._watch.look()
        line = self._gate.tick(time.time())
        if line is not None:
            _LOG.info(line)
            self.note("keys-rotated", self._gate.keys.ring.current.key.kid)

    async def close(self) -> None:
        """End; after the last request, before the store is closed."""
        await self._socket.close()
        await self._listener.close()
        self.limits.hashing.close()
        await asyncio.to_thread(self.note, "server-stopped", "")
        if self._spans is not None:
            self._spans.close()

    def note(self, act: audit.Act, thing: str) -> None:
        """Put an act of the server into the audit log; where the file does not take it, into the log at least."""
        _LOG.info("%s", f"{act} {thing}".rstrip())
        try:
            audit.record(Path(self._settings.database), audit.now_ns(), audit.SERVER, act, thing)
        except SharedskyError as error:
            _LOG.warning("the audit log could not be written: %s", error)

    async def _reload(self) -> str:
        await asyncio.to_thread(self._gate.reload)
        return "clients, scopes and signing keys count as they are now"

    async def _metrics_page(self) -> tuple[int, str, bytes]:
        return 200, CONTENT_TYPE, await asyncio.to_thread(self.metrics.text)

    async def _health_page(self) -> tuple[int, str, bytes]:
        """More than the public one tells: why the server is not ready, and what may become a reason."""
        failing = [s.url for s in (source.status for source in self._gate.sources) if s.failing_since_s is not None]
        told = {
            "alive": True,
            "ready": self._store.ready and not self.clock.suspect,
            "store": "commits" if self._store.ready else "does not commit: see the log",
            "signing_key": self._gate.keys.ring.current.key.kid,
            "jwks_failing": failing,
            "clock": "jumped ahead, and is not believed" if self.clock.suspect else self._watch.verdict,
        }
        return 200 if told["ready"] else 503, "application/json", json.dumps(told).encode() + b"\n"


def open_log(settings: Serve) -> Log:
    """The log on standard error."""
    return Log(LineWriter(sys.stderr.buffer), "json" if settings.log_format == "json" else "text")


def connection_limits(settings: Serve) -> ConnectionLimits:
    """The limits of connections; lets the process have as many files open, where the system allows it."""
    _let_open(settings.max_connections + _OTHER_FILES)
    return ConnectionLimits(
        settings.max_connections, settings.max_header_bytes, settings.max_url_bytes, float(settings.request_timeout),
        settings.idle_timeout,
    )  # fmt: skip


def _let_open(files: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= files:
        return
    allowed = files if hard == resource.RLIM_INFINITY else min(files, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < files:
        _LOG.warning("the system lets %d files be open, fewer than --max-connections needs: raise its limit", allowed)
