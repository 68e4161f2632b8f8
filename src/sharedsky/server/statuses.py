"""F3548-21's DSS endpoints for the availability of a USS, and for error reports.

Called by app.py.
"""

from __future__ import annotations

import msgspec
from litestar import Response, get, post, put
from litestar.handlers import HTTPRouteHandler

from sharedsky.exchange import statuses as rules
from sharedsky.exchange.answers import Refused
from sharedsky.exchange.fresh import Fresh
from sharedsky.exchange.model import UssStatus
from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.server import decode, wire
from sharedsky.server.body import BadRequest, received
from sharedsky.server.context import (
    AVAILABILITY_ARBITRATION,
    CONFORMANCE_MONITORING,
    CONSTRAINT_MANAGEMENT,
    CONSTRAINT_PROCESSING,
    STRATEGIC_COORDINATION,
    Call,
    Context,
    Sent,
    caller_of,
    parameter,
    refuse,
    scopes,
    send,
)

_PATH = "/dss/v1/uss_availability"
_MAX_USS_CHARS = 255


def status_routes(context: Context) -> list[HTTPRouteHandler]:
    """The routes; each named as in the standard's OpenAPI document."""

    @get(
        f"{_PATH}/{{uss_id:str}}", operation_id="getUssAvailability",
        opt=scopes(AVAILABILITY_ARBITRATION, STRATEGIC_COORDINATION, CONFORMANCE_MONITORING),
    )  # fmt: skip
    async def read(request: Call) -> Response[wire.UssAvailabilityStatusResponse]:
        uss_id = parameter(request, "uss_id")
        return await context.ask(lambda snapshot: _sent(snapshot.status(_uss(uss_id))))

    @put(f"{_PATH}/{{uss_id:str}}", operation_id="setUssAvailability", opt=scopes(AVAILABILITY_ARBITRATION))
    async def set_status(request: Call) -> Response[wire.UssAvailabilityStatusResponse]:
        uss_id = parameter(request, "uss_id")
        data = await received(request, wire.SetUssAvailabilityStatusParameters)
        uss, availability = _uss(uss_id), decode.availability(data.availability)

        def decide(snapshot: Snapshot, new: Fresh) -> Decided[Sent]:
            decided = rules.set_status(uss, data.old_version, availability, snapshot, new)
            answer = decided.answer
            return Decided(refuse(answer) if isinstance(answer, Refused) else _sent(answer.status), decided.changes)

        return await context.change(request, "availability", uss, decide)

    return [read, set_status]


def report_routes(context: Context) -> list[HTTPRouteHandler]:
    """The route for error reports."""

    @post(
        "/dss/v1/reports", operation_id="makeDssReport", status_code=201,
        opt=scopes(
            CONSTRAINT_MANAGEMENT, CONSTRAINT_PROCESSING, STRATEGIC_COORDINATION, CONFORMANCE_MONITORING,
            AVAILABILITY_ARBITRATION,
        ),
    )  # fmt: skip
    async def report(request: Call) -> Response[wire.ErrorReport]:
        data = await received(request, wire.ErrorReport)
        decode.check_record(data.exchange, "exchange")
        reporter = caller_of(request).sub

        def decide(snapshot: Snapshot, new: Fresh) -> Decided[Sent]:
            named = msgspec.structs.replace(data, report_id=new.id)
            decided = rules.add_report(reporter, msgspec.json.encode(named), new)
            return Decided(send(named, 201), decided.changes)

        return await context.change(request, "report", "", decide)

    return [report]


def _uss(text: str) -> str:
    if not 0 < len(text) <= _MAX_USS_CHARS or not text.isprintable():
        raise BadRequest(f"uss_id is no name of a USS: 1 to {_MAX_USS_CHARS} printable characters.")
    return text


def _sent(status: UssStatus) -> Sent:
    shown = wire.UssAvailabilityStatus(status.uss, status.availability)
    return send(wire.UssAvailabilityStatusResponse(status.version, shown))
