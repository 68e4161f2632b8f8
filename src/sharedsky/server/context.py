"""What every route works with, and the steps that all of them share: who calls, what time it is, how answers are sent.

Called by app.py, which makes one Context, and by the routes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import msgspec
from litestar import Request, Response, delete
from litestar.connection import ASGIConnection
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.types import Scope

from sharedsky.exchange.answers import RefusalKind, Refused
from sharedsky.exchange.fresh import Fresh, fresh
from sharedsky.exchange.protocol import Decided, Snapshot, Store, StoredReply
from sharedsky.exchange.record import record_of
from sharedsky.server.path import check_path
from sharedsky.server.repeats import Changed, request_key, still_stands
from sharedsky.server.wire import ErrorResponse
from sharedsky.tokens.errors import Unauthorized
from sharedsky.tokens.validator import Caller, Validator, require

JSON: Final = "application/json"
#: The status of each kind of refusal (F3548-21, Annex A.3).
REFUSED: Final[dict[RefusalKind, int]] = {
    "invalid": 400, "forbidden": 403, "missing": 404, "stale": 409, "down": 412, "too-large": 413
}  # fmt: skip

STRATEGIC_COORDINATION: Final = "utm.strategic_coordination"
CONSTRAINT_MANAGEMENT: Final = "utm.constraint_management"
CONSTRAINT_PROCESSING: Final = "utm.constraint_processing"
CONFORMANCE_MONITORING: Final = "utm.conformance_monitoring_sa"
AVAILABILITY_ARBITRATION: Final = "utm.availability_arbitration"

#: All scopes, each with what it is for: those of F3548-21, and what InterUSS adds.
SCOPES: Final = (
    (STRATEGIC_COORDINATION, "Operational intents that are Accepted or Activated, and subscriptions to them."),
    (CONSTRAINT_MANAGEMENT, "Constraints, created, changed and deleted."),
    (CONSTRAINT_PROCESSING, "Constraints, found and subscribed to."),
    (CONFORMANCE_MONITORING, "Operational intents that are Nonconforming or Contingent."),
    (AVAILABILITY_ARBITRATION, "The availability of USSs, set."),
    ("interuss.versioning.read_system_versions", "Versions, read."),
    ("interuss.pool_status.read", "The pool, read."),
    ("interuss.pool_status.heartbeat.write", "The pool's heartbeats (none yet)."),
    ("dss.read.identification_service_areas", "Remote identification, read (none yet)."),
    ("dss.write.identification_service_areas", "Remote identification, written (none yet)."),
    ("rid.service_provider", "Remote identification, provided (none yet)."),
    ("rid.display_provider", "Remote identification, displayed (none yet)."),
)

Shown = TypeVar("Shown")
Item = TypeVar("Item")
#: Items that are more than a millisecond's work.
_MANY: Final = 32
Call = Request[Any, Any, Any]
#: A status and a body, ready to be sent.
Sent = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose about the HTTP interface.

    max_search_m2: the largest area of interest of one query. max_found: the most that an answer holds; more is refused,
    never cut short.
    """

    allow_http_base_urls: bool = False
    max_body_bytes: int = 8 * 1024 * 1024
    max_search_m2: float = 2_500e6
    max_found: int = 10_000


@dataclass(frozen=True, slots=True)
class Context:
    """The exchange behind the routes; clock: nanoseconds of UTC."""

    store: Store
    validator: Validator
    clock: Callable[[], int]
    settings: Settings

    def fresh(self) -> Fresh:
        """The time and new names, for one decision."""
        return fresh(self.clock())

    async def change(
        self, request: Call, kind: Changed, ident: str, decide: Callable[[Snapshot, Fresh], Decided[Sent]]
    ) -> Response[Any]:
        """Decide on a change of one entity; a request repeated is answered as the first time (repeats.py)."""
        caller = caller_of(request)
        body = await request.body()
        key = request_key(caller.issuer, caller.sub, request.method, request.url.path, body)
        new = self.fresh()
        again = await self._said_before(key, kind, ident, request.method, new.now_ns)
        if again is not None:
            return again

        def decided(snapshot: Snapshot) -> Decided[Sent]:
            made = decide(snapshot, new)
            if not made.changes:
                return made
            status, answer = made.answer
            record = record_of(made.changes, caller.issuer, caller.sub, snapshot)
            return Decided(made.answer, made.changes, StoredReply(key, status, answer, new.now_ns), record)

        status, answer = await self.store.write(new.now_ns, decided)
        if status in (404, 409):  # the first of two that came at once may have been decided meanwhile
            again = await self._said_before(key, kind, ident, request.method, new.now_ns)
        return again or Response(answer, status_code=status, media_type=JSON)

    async def _said_before(
        self, key: bytes, kind: Changed, ident: str, method: str, now_ns: int
    ) -> Response[Any] | None:
        reply = await self.store.recent_reply(key, now_ns)
        if reply is None:
            return None
        kept = reply
        stands = await self.store.read(now_ns, lambda snapshot: still_stands(kept, kind, ident, method, snapshot))
        return Response(kept.body, status_code=kept.status, media_type=JSON) if stands else None

    async def ask(self, ask: Callable[[Snapshot], Sent]) -> Response[Any]:
        """Ask the current state, and send the answer."""
        status, body = await self.store.read(self.clock(), ask)
        return Response(body, status_code=status, media_type=JSON)


def scopes(*choices: str | frozenset[str]) -> dict[str, object]:
    """For a route's `opt`: the caller needs all scopes of one choice."""
    return {"scopes": tuple(frozenset({choice}) if isinstance(choice, str) else choice for choice in choices)}


def guard_of(validator: Validator) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Any]:
    """A guard that lets only callers with a route's scopes in, before anything else of the request is looked at."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        scope = connection.scope
        if scope.get("method") == "OPTIONS":
            raise MethodNotAllowedException(headers={"Allow": _methods(connection)})
        choices = handler.opt.get("scopes")
        if choices is None:
            check_path(scope)
            return
        header = authorization_of(scope)
        caller = validator.remembered(header)
        if caller is None:
            caller = await asyncio.to_thread(validator.check, header)
        require(caller, *choices)
        check_path(scope)
        scope["state"]["caller"] = caller

    return guard


def authorization_of(scope: Scope) -> str | None:
    """The Authorization header, if there is one.

    Raises:
        Unauthorized: there are several, of which two readers might believe different ones.
    """
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(given) > 1:
        raise Unauthorized("malformed", "several Authorization headers")
    return given[0].decode("latin-1") if given else None


def _methods(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The methods that a route's path has."""
    template = connection.scope["path_template"]
    same = (route for route in connection.app.routes if route.path_format == template)
    return ", ".join(sorted({method for route in same for method in route.methods}))


async def beside(work: Callable[[Sequence[Item]], Shown], items: Sequence[Item]) -> Shown:
    """Work on items; on a thread where they are many, so that other requests need not wait."""
    return work(items) if len(items) <= _MANY else await asyncio.to_thread(work, items)


def caller_of(request: Call) -> Caller:
    """Who sends a request, once the guard has let it in."""
    return cast(Caller, request.scope["state"]["caller"])


def parameter(request: Call, name: str) -> str:
    """A parameter of the path."""
    return str(request.path_params[name])


def send(value: msgspec.Struct, status: int = 200) -> Sent:
    """A value of the wire as a body."""
    return status, msgspec.json.encode(value)


def refuse(refused: Refused) -> Sent:
    """A refusal as F3548-21's ErrorResponse."""
    return send(ErrorResponse(refused.message), REFUSED[refused.kind])


def too_many(limit: int) -> Sent:
    """More was found than an answer may hold; part of it would be no answer."""
    return send(ErrorResponse(f"more than {limit:,} lie in the area: ask for a smaller one."), 413)


def without_version(path: str, opt: dict[str, object]) -> HTTPRouteHandler:
    """A route that says what is missing where something is to be deleted without its OVN or version."""

    @delete(path, opt=opt, status_code=400, include_in_schema=False)
    async def refuse_deletion() -> Response[Any]:
        status, body = refuse(Refused("invalid", "the path lacks the current OVN or version."))
        return Response(body, status_code=status, media_type=JSON)

    return refuse_deletion
