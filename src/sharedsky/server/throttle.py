"""Refuses requests that come too often, before anything else is done for them: 429, with Retry-After.

And changes while the time is in doubt (clock.py): 503.

A wrapper of the application as ASGI, within watch.py's. Who asks is known where the token was accepted a short while
ago; else the address counts, for the check of a token costs a signature. Asking for the server's health is always
allowed. Called by run.py.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from sharedsky.server.limits import Limits, TooManyRequests
from sharedsky.server.tokens import TOKEN_PATH
from sharedsky.server.watch import App, Receive, Scope, Send
from sharedsky.server.wire import STANDARD_PATHS, ErrorResponse, Problem
from sharedsky.tokens.validator import Validator

_HEALTH: Final = "/healthy"
#: Methods that change something.
_CHANGES: Final = frozenset({"PUT", "DELETE", "PATCH"})
_DOUBT: Final = "the server's clock jumped, and its time is in doubt: nothing is changed meanwhile."
_DOUBT_S: Final = 30
_TEXT: Final = "too many requests: nothing of this one was done. Ask again after the seconds that Retry-After names."


class Throttle:
    """An ASGI application around another."""

    def __init__(
        self, app: App, limits: Limits, validator: Validator, suspect: Callable[[], bool] = lambda: False
    ) -> None:
        """suspect: whether the time is in doubt, so that nothing may be changed."""
        self._app, self._limits, self._validator, self._suspect = app, limits, validator, suspect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and scope["path"] != _HEALTH:
            try:
                self._take(scope)
            except TooManyRequests as refused:
                scope.setdefault("state", {})["refused"] = (refused.kind, refused.message)  # for watch.py
                await _refuse(scope, send, 429, _TEXT, refused.retry_after_s)
                return
            if scope["method"] in _CHANGES and self._suspect():
                await _refuse(scope, send, 503, _DOUBT, _DOUBT_S)
                return
        await self._app(scope, receive, send)

    def _take(self, scope: Scope) -> None:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        caller = self._validator.remembered(given[0].decode("latin-1")) if len(given) == 1 else None
        if caller is not None:
            self._limits.known(caller.issuer, caller.sub)
            scope.setdefault("state", {})["counted"] = True
            return
        address = scope["client"][0] if scope.get("client") else None
        if scope["path"] == TOKEN_PATH:
            self._limits.token(address)
        else:
            self._limits.unknown(address)


async def _refuse(scope: Scope, send: Send, status: int, text: str, retry_after_s: int) -> None:
    kind, body = body_of(scope["path"], status, text)
    headers = [
        (b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(retry_after_s).encode()),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def counting_guard(limits: Limits) -> Guard:
    """A guard that counts a client whose token was not known before: one with ever new tokens is still one client."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        state = connection.scope["state"]
        caller = state.get("caller")
        if caller is not None and "counted" not in state:
            limits.known(caller.issuer, caller.sub)

    return guard


def body_of(path: str, status: int = 429, text: str = "") -> tuple[str, bytes]:
    """The type and the body of a refusal: as the standard fixes it, a problem (RFC 9457), or OAuth's for tokens."""
    text = text or _TEXT
    if path.startswith(STANDARD_PATHS):
        return "application/json", msgspec.json.encode(ErrorResponse(text))
    if path == TOKEN_PATH:  # RFC 6749 section 5.2 has no code for it; this is the nearest, of section 4.1.2.1
        error = {"error": "temporarily_unavailable", "error_description": text}
        return "application/json", msgspec.json.encode(error)
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=text)
    return "application/problem+json", msgspec.json.encode(problem)
