"""The ASGI application: routes, who may call them, limits, and every error as a body that its standard knows.

Called by run.py and by tests.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from sharedsky.exchange.protocol import StoreUnavailable
from sharedsky.server.beside import beside_routes
from sharedsky.server.body import BadRequest, TooLarge, WrongType
from sharedsky.server.constraints import constraint_routes
from sharedsky.server.context import JSON, SCOPES, Context, guard_of
from sharedsky.server.intents import intent_routes
from sharedsky.server.ledger import ledger_routes
from sharedsky.server.limits import Limits, TooManyRequests
from sharedsky.server.openapi import PATH, document
from sharedsky.server.statuses import report_routes, status_routes
from sharedsky.server.subscriptions import subscription_routes
from sharedsky.server.throttle import body_of as too_many_body
from sharedsky.server.throttle import counting_guard
from sharedsky.server.tokens import Hash, token_routes
from sharedsky.server.wire import STANDARD_PATHS, ErrorResponse, Problem
from sharedsky.tokens.errors import Forbidden, Unauthorized
from sharedsky.tokens.issuer import BuiltInIssuer

Call = Request[Any, Any, Any]
Guard = Callable[[Any, Any], Awaitable[None] | None]
_LOG: Final = logging.getLogger("sharedsky")
_PROBLEM = "application/problem+json"
#: What the framework says where whoever asked went away, or was cut off, before the request was whole.
_GONE: Final = "client disconnected prematurely"
_FRAMEWORK = {
    404: "there is nothing at this path.",
    405: "this path has no such method; the header Allow names those that it has.",
    413: "the body is larger than the server takes.",
}


def make_app(
    context: Context, pool: str, issuer: BuiltInIssuer | None = None, limits: Limits | None = None
) -> Litestar:
    """The application over a context.

    Args:
        pool: the name of this pool's picture of the airspace. issuer: of own tokens. limits: of how often clients may
            ask, where they are not known before the guard, and of how many secrets are hashed at once.
    """
    hashing: Hash = asyncio.to_thread if limits is None else limits.hashing
    counting = [] if limits is None else [counting_guard(limits)]
    routes = [
        *intent_routes(context),
        *constraint_routes(context),
        *subscription_routes(context),
        *status_routes(context),
        *report_routes(context),
        *beside_routes(context, pool),
        *ledger_routes(context),
        *(token_routes(issuer, hashing) if issuer is not None else ()),
    ]
    return Litestar(
        [*routes, _described(routes)],
        before_request=_gate(guard_of(context.validator), *counting),
        exception_handlers={
            Unauthorized: _unauthorized,
            Forbidden: _forbidden,
            BadRequest: _bad_request,
            TooLarge: _too_large,
            WrongType: _wrong_type,
            TooManyRequests: _too_many,
            StoreUnavailable: _unavailable,
            HTTPException: _http,
            Exception: _internal,
        },
        request_max_body_size=context.settings.max_body_bytes,
        logging_config=None,  # logs.py
        openapi_config=None,  # openapi.py makes the document
        debug=False,
    )


def _described(routes: list[HTTPRouteHandler]) -> HTTPRouteHandler:
    """The route of the OpenAPI document."""
    made: list[bytes] = []

    @get(PATH, opt={}, operation_id="getOpenapi")
    async def openapi() -> Response[bytes]:
        return Response(made[0], media_type=JSON)

    made.append(msgspec.json.encode(document([*routes, openapi], SCOPES)))
    return openapi


def _gate(*guards: Guard) -> Callable[[Call], Awaitable[None]]:
    """The guards as one step before a route's function: the framework copies the route for each guard of its own."""

    async def gate(request: Call) -> None:
        for guard in guards:
            done = guard(request, request.route_handler)
            if done is not None:
                await done

    return gate


def _error(request: Call, status: int, message: str, headers: dict[str, str] | None = None) -> Response[Any]:
    if request.scope["path"].startswith(STANDARD_PATHS):
        body, media_type = msgspec.json.encode(ErrorResponse(message)), "application/json"
    else:
        problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=message)
        body, media_type = msgspec.json.encode(problem), _PROBLEM
    return Response(body, status_code=status, media_type=media_type, headers=headers or {})


def _unauthorized(request: Call, error: Unauthorized) -> Response[Any]:
    request.scope["state"]["refused"] = (error.kind, error.reason)  # for watch.py
    return _error(request, 401, str(error), {"WWW-Authenticate": error.challenge})


def _forbidden(request: Call, error: Forbidden) -> Response[Any]:
    request.scope["state"]["refused"] = ("forbidden", error.reason)
    return _error(request, 403, str(error), {"WWW-Authenticate": error.challenge})


def _bad_request(request: Call, error: BadRequest) -> Response[Any]:
    return _error(request, 400, str(error))


def _too_large(request: Call, error: TooLarge) -> Response[Any]:
    return _error(request, 413, str(error))


def _wrong_type(request: Call, error: WrongType) -> Response[Any]:
    return _error(request, 415, str(error))


def _too_many(request: Call, error: TooManyRequests) -> Response[Any]:
    request.scope["state"]["refused"] = (error.kind, error.message)
    kind, body = too_many_body(request.scope["path"])
    headers = {"Retry-After": str(error.retry_after_s)}
    return Response(body, status_code=429, media_type=kind, headers=headers)


def _unavailable(request: Call, error: StoreUnavailable) -> Response[Any]:
    return _error(request, 503, "nothing can be stored at the moment; nothing was changed.", {"Retry-After": "5"})


def _http(request: Call, error: HTTPException) -> Response[Any]:
    """What the framework refuses: no such path, no such method, a body that is too large."""
    if error.status_code == 500:
        if error.detail == _GONE:  # nobody gets this; it is no bug of ours
            return _error(request, 408, "the request did not come whole.")
        return _internal(request, error)
    message = _FRAMEWORK.get(error.status_code, error.detail)
    headers = {name.title(): value for name, value in (error.headers or {}).items()}
    if "Allow" in headers:  # OPTIONS is the framework's own, and refused
        headers["Allow"] = ", ".join(sorted(set(headers["Allow"].split(", ")) - {"OPTIONS"}))
    return _error(request, error.status_code, message, headers)


def _internal(request: Call, error: Exception) -> Response[Any]:
    """A bug of ours. The log has what happened under the id that the answer names; the answer has nothing else."""
    ident = request.scope["state"].get("request_id", "")
    _LOG.error("unexpected error", exc_info=error, extra={"request_id": ident})
    named = f" Its id in the log is {ident}." if ident else ""
    return _error(request, 500, f"an internal error: it was logged, and nothing is known to have changed.{named}")
