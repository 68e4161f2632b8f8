"""The built-in issuer over HTTP: tokens for clients (RFC 6749, client credentials), and the keys they are signed with.

Called by app.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from sharedsky.server.context import JSON, Call
from sharedsky.tokens.issuer import BuiltInIssuer
from sharedsky.tokens.request import NO_STORE, OAuthError, TokenRequest

Done = TypeVar("Done")
#: Where a client asks for a token.
TOKEN_PATH = "/oauth/token"


class Hash(Protocol):
    """Runs what hashes a secret, which takes milliseconds and megabytes, apart from the event loop."""

    async def __call__(self, work: Callable[[TokenRequest], Done], argument: TokenRequest, /) -> Done:
        """What the work returned."""


def token_routes(issuer: BuiltInIssuer, hashing: Hash = asyncio.to_thread) -> list[HTTPRouteHandler]:
    """The routes; they need no token."""

    @post(TOKEN_PATH, status_code=200, operation_id="getToken")
    async def token(request: Call) -> Response[Any]:
        try:
            content_type, authorization = _only(request, b"content-type"), _only(request, b"authorization")
        except _Several as several:
            error = OAuthError("invalid_request", f"The header {several} is given twice.")
            return Response(msgspec.json.encode(error.body), status_code=400, media_type=JSON, headers=dict(NO_STORE))
        asked = TokenRequest(content_type, authorization, await request.body())
        answer = await hashing(issuer.issue, asked)
        if isinstance(answer, OAuthError):
            request.scope["state"]["refused"] = (answer.error, answer.reason or answer.description)  # for watch.py
        body = msgspec.json.encode(answer.body)
        return Response(body, status_code=answer.status, media_type=JSON, headers=dict(answer.headers))

    @get("/.well-known/jwks.json", operation_id="getKeys")
    async def keys() -> Response[Any]:
        headers = {"Cache-Control": "public, max-age=300"}
        return Response(msgspec.json.encode(issuer.jwks()), media_type=JSON, headers=headers)

    return [token, keys]


class _Several(Exception):
    """A header is there more than once; never leaves this module."""


def _only(request: Call, name: bytes) -> str | None:
    given = [value for known, value in request.scope["headers"] if known == name]
    if len(given) > 1:
        raise _Several(name.decode())
    return given[0].decode("latin-1") if given else None
