"""What stands around every request: its id, its line in the log, its place in the metrics, its span.

A wrapper of the application as ASGI, so that nothing is missed: neither what the framework refuses nor what fails. It
never sees a body. Called by run.py.
"""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final, Literal

from sharedsky.server.logs import Log, Value, clean
from sharedsky.server.metrics import Metrics

#: ASGI, as loosely as its specification types it.
Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

Which = Literal["all", "failed", "none"]
#: The route of a request for which there is none: its path is the client's own text.
UNMATCHED: Final = "unmatched"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Members of a path that name something; OVNs, versions and names of others are left out.
_NAMED: Final = ("entityid", "subscriptionid")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TYPED: Final = re.compile(r":\w+}")


class Watch:
    """An ASGI application around another.

    Args:
        log: where lines go. which: of which requests: all, those that failed (status 400 and above), none.
        metrics: what counts. spans: makes a span of each request, or None.
    """

    def __init__(
        self, app: App, log: Log | None, which: Which = "all", metrics: Metrics | None = None, spans: Any = None
    ) -> None:
        self._app, self._metrics, self._spans = app, metrics, spans
        self._log = None if which == "none" else log
        self._from_status = 400 if which == "failed" else 0
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._routes: dict[str, str] = {}
        self._clean = lru_cache(4_096)(clean)  # a server has some hundred subs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and see what becomes of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin_s = time.perf_counter()
        ident = f"{self._prefix}{next(self._numbers):08x}"
        scope.setdefault("state", {})["request_id"] = ident
        header = (b"x-request-id", ident.encode())
        status = sent = 0

        async def watched(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        if self._metrics is not None:
            self._metrics.under_way += 1
        try:
            await self._app(scope, receive, watched)
        finally:
            if self._metrics is not None:
                self._metrics.under_way -= 1
            self._finished(scope, ident, status, sent, time.perf_counter() - begin_s)

    def _finished(self, scope: Scope, ident: str, status: int, sent: int, took_s: float) -> None:
        template = scope.get("path_template")
        route = UNMATCHED if template is None else self._shown(template)
        method = scope["method"] if scope["method"] in METHODS else "other"
        if self._metrics is not None:
            self._metrics.request(method, route, status, took_s)
            refused = scope["state"].get("refused")
            if refused is not None:
                self._metrics.refused(refused[0], limited=status == 429)
        if self._spans is not None:
            self._spans(scope, f"{method} {route}", route, status, took_s)
        # status 0: whoever asked went away before an answer
        if self._log is not None and (status >= self._from_status or status == 0):
            self._write(scope, ident, method, route, status, sent, took_s)

    def _write(self, scope: Scope, ident: str, method: str, route: str, status: int, sent: int, took_s: float) -> None:
        assert self._log is not None
        members: dict[str, Value] = {
            "event": "request", "id": ident, "method": method, "route": route, "status": status,
            "ms": round(took_s * 1_000, 2), "bytes": sent,
        }  # fmt: skip
        state = scope["state"]
        caller = state.get("caller")
        if caller is not None:
            members["sub"] = self._clean(caller.sub)
        values = scope.get("path_params") or {}
        for name in _NAMED:
            value = values.get(name)
            if isinstance(value, str) and _UUID.fullmatch(value):
                members["entity"] = value
        refused = state.get("refused")
        if refused is not None:
            members["refused"], members["reason"] = refused[0], clean(refused[1])
        self._log.event("error" if status >= 500 else "info", members)

    def _shown(self, template: str) -> str:
        """A route's template without the types of its parameters."""
        found = self._routes.get(template)
        if found is None:
            found = self._routes[template] = _TYPED.sub("}", template)
        return found
