"""The OpenAPI document of what is served: made of the routes, and of the types that bodies are decoded to.

What each operation takes and answers stands in one table; a test holds it against the routes, against real answers and
against ASTM's own document. Called by app.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from litestar.handlers import HTTPRouteHandler

from sharedsky import __version__
from sharedsky.server import beside, wire

#: Where the document is served.
PATH: Final = "/openapi.json"
_COMPONENTS: Final = "#/components/schemas/{name}"
_PARAMETER: Final = re.compile(r"\{(\w+):str\}")

Json = dict[str, Any]
Shape = type[msgspec.Struct]


class Token(msgspec.Struct):
    """An access token (RFC 6749, 5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class TokenError(msgspec.Struct):
    """Why there is no token (RFC 6749, 5.2)."""

    error: str
    error_description: str


class Keys(msgspec.Struct):
    """Public keys (RFC 7517)."""

    keys: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation takes and answers, but for what holds for all of them.

    ok: its answer's status and type (None: an object without members). refused: the statuses of an ErrorResponse.
    conflict: what 409 has beside an ErrorResponse.
    """

    ok: tuple[int, Shape | None]
    takes: Shape | None = None
    refused: tuple[int, ...] = ()
    conflict: Shape | None = None


_READ: Final = (400, 404, 503)
_QUERY: Final = (400, 413, 415, 503)
_WRITE: Final = (400, 409, 413, 415, 503)
_UPDATE: Final = (*_WRITE, 404)
_DELETE: Final = (400, 404, 409, 503)
_INTENT: Final = wire.ChangeOperationalIntentReferenceResponse
_CONSTRAINT: Final = wire.ChangeConstraintReferenceResponse
_CONFLICT: Final = wire.AirspaceConflictResponse
_PUT_INTENT: Final = wire.PutOperationalIntentReferenceParameters
_PUT_CONSTRAINT: Final = wire.PutConstraintReferenceParameters
_PUT_SUBSCRIPTION: Final = wire.PutSubscriptionParameters

OPERATIONS: Final[dict[str, Operation]] = {
    "queryOperationalIntentReferences": Operation(
        (200, wire.QueryOperationalIntentReferenceResponse), wire.QueryParameters, _QUERY
    ),
    "getOperationalIntentReference": Operation((200, wire.GetOperationalIntentReferenceResponse), None, _READ),
    "createOperationalIntentReference": Operation((201, _INTENT), _PUT_INTENT, (*_WRITE, 412), _CONFLICT),
    "updateOperationalIntentReference": Operation((200, _INTENT), _PUT_INTENT, (*_UPDATE, 412), _CONFLICT),
    "deleteOperationalIntentReference": Operation((200, _INTENT), None, (*_DELETE, 412)),
    "queryConstraintReferences": Operation(
        (200, wire.QueryConstraintReferencesResponse), wire.QueryParameters, _QUERY
    ),
    "getConstraintReference": Operation((200, wire.GetConstraintReferenceResponse), None, _READ),
    "createConstraintReference": Operation((201, _CONSTRAINT), _PUT_CONSTRAINT, _WRITE),
    "updateConstraintReference": Operation((200, _CONSTRAINT), _PUT_CONSTRAINT, _UPDATE),
    "deleteConstraintReference": Operation((200, _CONSTRAINT), None, _DELETE),
    "querySubscriptions": Operation((200, wire.QuerySubscriptionsResponse), wire.QueryParameters, _QUERY),
    "getSubscription": Operation((200, wire.GetSubscriptionResponse), None, _READ),
    "createSubscription": Operation((200, wire.PutSubscriptionResponse), _PUT_SUBSCRIPTION, _WRITE),
    "updateSubscription": Operation((200, wire.PutSubscriptionResponse), _PUT_SUBSCRIPTION, _UPDATE),
    "deleteSubscription": Operation((200, wire.DeleteSubscriptionResponse), None, _DELETE),
    "getUssAvailability": Operation((200, wire.UssAvailabilityStatusResponse), None, (400, 503)),
    "setUssAvailability": Operation(
        (200, wire.UssAvailabilityStatusResponse), wire.SetUssAvailabilityStatusParameters, _WRITE
    ),
    "makeDssReport": Operation((201, wire.ErrorReport), wire.ErrorReport, (400, 413, 415, 503)),
    "getVersion": Operation((200, beside.Version)),
    "validateOauth": Operation((200, None), None, (400,)),
    "getPool": Operation((200, beside.Pool)),
    "getSystemVersion": Operation((200, beside.SystemVersion), None, (400,)),
    "getHealth": Operation((200, beside.Health)),
    "getToken": Operation((200, Token)),
    "getKeys": Operation((200, Keys)),
    "getOpenapi": Operation((200, None)),
}

#: What a path's parameters are.
_PARAMETERS: Final[dict[str, Any]] = {
    "entityid": wire.EntityID, "subscriptionid": wire.EntityID, "ovn": wire.EntityOVN,
    "version": wire.VersionText, "uss_id": wire.UssID, "system_identity": str,
}  # fmt: skip

_SAID: Final = {
    200: "Done.",
    201: "Created.",
    400: "The request makes no sense as it stands; the message says what, and where.",
    401: "No access token, or one that is not accepted.",
    403: "The token lacks the scope, or what is asked for is another manager's.",
    404: "There is no such thing.",
    409: "The OVN or version is not the current one, the thing is there already, or the key lacks OVNs.",
    412: "The USS is marked as Down.",
    413: "The body, or the area, is larger than the server takes; or more was found than an answer may hold.",
    415: "The body is not said to be application/json.",
    429: "Too many requests: wait as long as Retry-After says.",
    503: "Nothing can be stored at the moment, and nothing was changed.",
}


def document(routes: Iterable[HTTPRouteHandler], scopes: Sequence[tuple[str, str]]) -> Json:
    """The document; scopes: all there are, each with what it is for."""
    shown = [route for route in routes if route.include_in_schema is not False]
    names = [OPERATIONS[str(route.operation_id)] for route in shown]
    shapes = {shape for one in names for shape in (one.ok[1], one.takes, one.conflict) if shape is not None}
    shapes |= {wire.ErrorResponse, wire.Problem, *([TokenError] if Token in shapes else [])}
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    _, components = msgspec.json.schema_components(ordered, ref_template=_COMPONENTS)
    paths: dict[str, Json] = {}
    for route in shown:
        for path in route.paths:
            described = {method.lower(): _operation(route) for method in route.http_methods}
            paths.setdefault(_PARAMETER.sub(r"{\1}", path), {}).update(described)
    flow = {"tokenUrl": "/oauth/token", "scopes": dict(scopes)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "sharedsky", "version": __version__, "description": "ASTM F3548-21, DSS."},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": components,
            "securitySchemes": {"Authority": {"type": "oauth2", "flows": {"clientCredentials": flow}}},
        },
    }


def _operation(route: HTTPRouteHandler) -> Json:
    operation = OPERATIONS[str(route.operation_id)]
    choices: Sequence[frozenset[str]] = route.opt.get("scopes") or ()
    said: Json = {"operationId": route.operation_id, "security": [{"Authority": sorted(one)} for one in choices]}
    path = "".join(route.paths)
    if parameters := [_parameter(name) for name in _PARAMETER.findall(path)]:
        said["parameters"] = parameters
    if route.operation_id == "validateOauth":
        said["parameters"] = [{"name": "owner", "in": "query", "schema": {"type": "string"}}]
    if operation.takes is not None:
        said["requestBody"] = {"required": True, "content": _json(_of(operation.takes))}
    if route.operation_id == "getToken":
        said["requestBody"] = {"required": True, "content": {kind: {"schema": _ASKED} for kind in _ASKED_AS}}
    said["responses"] = dict(sorted(_responses(route, operation, bool(choices), path).items()))
    return said


_ASKED_OF: Final = ("grant_type", "client_id", "client_secret", "scope", "audience", "resource")
_ASKED_AS: Final = ("application/x-www-form-urlencoded", "application/json")
_ASKED: Final[Json] = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in _ASKED_OF},
    "required": ["grant_type"],
}


def _responses(route: HTTPRouteHandler, operation: Operation, guarded: bool, path: str) -> Json:
    status, shape = operation.ok
    answers: Json = {str(status): _answer(status, {"type": "object"} if shape is None else _of(shape))}
    if route.operation_id == "getToken":
        refused = {"content": _json(_of(TokenError)), "description": "No token, and why (RFC 6749, 5.2)."}
        return answers | {"400": refused, "401": refused, "413": _problem(413), "429": _problem(429)}
    if route.operation_id == "getHealth":
        return answers | {"503": _answer(503, _of(beside.Health)), "400": _problem(400)}
    standard = path.startswith(wire.STANDARD_PATHS)
    for code in {*operation.refused, 400, 429, *((401, 403) if guarded else ())}:
        if not standard:
            answers[str(code)] = _problem(code)
        elif code == 409 and operation.conflict is not None:
            answers["409"] = _answer(409, {"anyOf": [_of(operation.conflict), _of(wire.ErrorResponse)]})
        else:
            answers[str(code)] = _answer(code, _of(wire.ErrorResponse))
    if guarded:
        answers["401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    return answers


def _parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": msgspec.json.schema(_PARAMETERS[name])}


def _answer(code: int, schema: Json) -> Json:
    return {"description": _SAID[code], "content": _json(schema)}


def _problem(code: int) -> Json:
    return {"description": _SAID[code], "content": {"application/problem+json": {"schema": _of(wire.Problem)}}}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _of(shape: Shape) -> Json:
    return {"$ref": _COMPONENTS.format(name=shape.__name__)}
