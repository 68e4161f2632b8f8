"""The ASGI application: routes, who may call them, limits, and every error as a body that its standard knows.

Called by run.py and by tests.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig

from sharedsky import __version__
from sharedsky.exchange.protocol import StoreUnavailable
from sharedsky.server.beside import beside_routes
from sharedsky.server.constraints import constraint_routes
from sharedsky.server.context import Context, guard_of
from sharedsky.server.decode import BadRequest, TooLarge
from sharedsky.server.intents import intent_routes
from sharedsky.server.statuses import report_routes, status_routes
from sharedsky.server.subscriptions import subscription_routes
from sharedsky.server.tokens import token_routes
from sharedsky.server.wire import ErrorResponse
from sharedsky.tokens.errors import Forbidden, Unauthorized
from sharedsky.tokens.issuer import BuiltInIssuer

Call = Request[Any, Any, Any]
_PROBLEM = "application/problem+json"
#: Paths whose standard fixes the body of an error.
_STANDARD = ("/dss/", "/aux/", "/uss/", "/rid/")


def make_app(context: Context, pool: str, issuer: BuiltInIssuer | None = None) -> Litestar:
    """The application over a context; pool: the name of this pool's picture of the airspace. issuer: of own tokens."""
    routes = [
        *intent_routes(context),
        *constraint_routes(context),
        *subscription_routes(context),
        *status_routes(context),
        *report_routes(context),
        *beside_routes(context, pool),
        *(token_routes(issuer) if issuer is not None else ()),
    ]
    return Litestar(
        routes,
        guards=[guard_of(context.validator)],
        exception_handlers={
            Unauthorized: _unauthorized,
            Forbidden: _forbidden,
            BadRequest: _bad_request,
            TooLarge: _too_large,
            StoreUnavailable: _unavailable,
            HTTPException: _http,
            Exception: _internal,
        },
        request_max_body_size=context.settings.max_body_bytes,
        openapi_config=OpenAPIConfig(title="sharedsky", version=__version__, path="/openapi"),
        debug=False,
    )


def _error(request: Call, status: int, message: str, headers: dict[str, str] | None = None) -> Response[Any]:
    if request.url.path.startswith(_STANDARD):
        body, media_type = msgspec.json.encode(ErrorResponse(message)), "application/json"
    else:
        body, media_type = msgspec.json.encode({"status": status, "title": message}), _PROBLEM
    return Response(body, status_code=status, media_type=media_type, headers=headers or {})


def _unauthorized(request: Call, error: Unauthorized) -> Response[Any]:
    return _error(request, 401, str(error), {"WWW-Authenticate": error.challenge})


def _forbidden(request: Call, error: Forbidden) -> Response[Any]:
    return _error(request, 403, str(error))


def _bad_request(request: Call, error: BadRequest) -> Response[Any]:
    return _error(request, 400, str(error))


def _too_large(request: Call, error: TooLarge) -> Response[Any]:
    return _error(request, 413, str(error))


def _unavailable(request: Call, error: StoreUnavailable) -> Response[Any]:
    return _error(request, 503, "nothing can be stored at the moment; nothing was changed.", {"Retry-After": "5"})


def _http(request: Call, error: HTTPException) -> Response[Any]:
    """What the framework refuses: no such path, no such method, a body that is not of its type."""
    message = error.detail
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        message = "; ".join(_said(item) for item in error.extra[:5]) or message
    return _error(request, error.status_code, message, dict(error.headers or {}))


def _said(item: object) -> str:
    if isinstance(item, dict):
        return f"{item.get('key', 'the body')}: {item.get('message', 'cannot be read')}"
    return str(item)


def _internal(request: Call, error: Exception) -> Response[Any]:
    if request.app.logger is not None:
        request.app.logger.exception("unexpected error")
    return _error(request, 500, "an internal error: it was logged, and nothing is known to have changed.")
