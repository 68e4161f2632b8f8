"""The ASGI application: routes, who may call them, limits, and every error as a body that its standard knows.

Called by run.py and by tests.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

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
from sharedsky.server.openapi import PATH, document
from sharedsky.server.statuses import report_routes, status_routes
from sharedsky.server.subscriptions import subscription_routes
from sharedsky.server.tokens import token_routes
from sharedsky.server.wire import STANDARD_PATHS, ErrorResponse, Problem
from sharedsky.tokens.errors import Forbidden, Unauthorized
from sharedsky.tokens.issuer import BuiltInIssuer

Call = Request[Any, Any, Any]
_PROBLEM = "application/problem+json"
_FRAMEWORK = {
    404: "there is nothing at this path.",
    405: "this path has no such method; the header Allow names those that it has.",
    413: "the body is larger than the server takes.",
}


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
        [*routes, _described(routes)],
        guards=[guard_of(context.validator)],
        exception_handlers={
            Unauthorized: _unauthorized,
            Forbidden: _forbidden,
            BadRequest: _bad_request,
            TooLarge: _too_large,
            WrongType: _wrong_type,
            StoreUnavailable: _unavailable,
            HTTPException: _http,
            Exception: _internal,
        },
        request_max_body_size=context.settings.max_body_bytes,
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


def _error(request: Call, status: int, message: str, headers: dict[str, str] | None = None) -> Response[Any]:
    if request.scope["path"].startswith(STANDARD_PATHS):
        body, media_type = msgspec.json.encode(ErrorResponse(message)), "application/json"
    else:
        problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=message)
        body, media_type = msgspec.json.encode(problem), _PROBLEM
    return Response(body, status_code=status, media_type=media_type, headers=headers or {})


def _unauthorized(request: Call, error: Unauthorized) -> Response[Any]:
    return _error(request, 401, str(error), {"WWW-Authenticate": error.challenge})


def _forbidden(request: Call, error: Forbidden) -> Response[Any]:
    return _error(request, 403, str(error))


def _bad_request(request: Call, error: BadRequest) -> Response[Any]:
    return _error(request, 400, str(error))


def _too_large(request: Call, error: TooLarge) -> Response[Any]:
    return _error(request, 413, str(error))


def _wrong_type(request: Call, error: WrongType) -> Response[Any]:
    return _error(request, 415, str(error))


def _unavailable(request: Call, error: StoreUnavailable) -> Response[Any]:
    return _error(request, 503, "nothing can be stored at the moment; nothing was changed.", {"Retry-After": "5"})


def _http(request: Call, error: HTTPException) -> Response[Any]:
    """What the framework refuses: no such path, no such method, a body that is too large."""
    message = _FRAMEWORK.get(error.status_code, error.detail)
    headers = {name.title(): value for name, value in (error.headers or {}).items()}
    if "Allow" in headers:  # OPTIONS is the framework's own, and refused
        headers["Allow"] = ", ".join(sorted(set(headers["Allow"].split(", ")) - {"OPTIONS"}))
    return _error(request, error.status_code, message, headers)


def _internal(request: Call, error: Exception) -> Response[Any]:
    if request.app.logger is not None:
        request.app.logger.exception("unexpected error")
    return _error(request, 500, "an internal error: it was logged, and nothing is known to have changed.")
