"""F3548-21's DSS endpoints for constraint references.

Called by app.py.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler

from sharedsky.exchange import constraints as rules
from sharedsky.exchange.answers import Refused
from sharedsky.exchange.fresh import Fresh
from sharedsky.exchange.model import Constraint
from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.server import decode, encode, wire
from sharedsky.server.body import received
from sharedsky.server.context import (
    CONSTRAINT_MANAGEMENT,
    CONSTRAINT_PROCESSING,
    Call,
    Context,
    Sent,
    beside,
    caller_of,
    parameter,
    refuse,
    scopes,
    send,
    too_many,
    without_version,
)

_PATH = "/dss/v1/constraint_references"
_READ = scopes(CONSTRAINT_PROCESSING, CONSTRAINT_MANAGEMENT)
_WRITE = scopes(CONSTRAINT_MANAGEMENT)


def constraint_routes(context: Context) -> list[HTTPRouteHandler]:
    """The routes; each named as in the standard's OpenAPI document."""

    @post(f"{_PATH}/query", opt=_READ, status_code=200, operation_id="queryConstraintReferences")
    async def query(request: Call) -> Response[wire.QueryConstraintReferencesResponse]:
        data = await received(request, wire.QueryParameters)
        viewer = caller_of(request).sub
        cover = decode.searched(data.area_of_interest, context.clock(), context.settings.max_search_m2)

        def ask(snapshot: Snapshot) -> Sent:
            found = snapshot.constraints_near(cover)
            if len(found) > context.settings.max_found:
                return too_many(context.settings.max_found)
            return send(wire.QueryConstraintReferencesResponse([_seen(v, snapshot, viewer) for v in found]))

        return await context.ask(ask)

    @get(f"{_PATH}/{{entityid:str}}", opt=_READ, operation_id="getConstraintReference")
    async def read(request: Call) -> Response[wire.GetConstraintReferenceResponse]:
        entityid = parameter(request, "entityid")
        ident, viewer = decode.entity_id(entityid), caller_of(request).sub

        def ask(snapshot: Snapshot) -> Sent:
            known = snapshot.constraint(ident)
            if known is None:
                return refuse(Refused("missing", "there is no constraint of this id."))
            return send(wire.GetConstraintReferenceResponse(_seen(known, snapshot, viewer)))

        return await context.ask(ask)

    @put(f"{_PATH}/{{entityid:str}}", opt=_WRITE, status_code=201, operation_id="createConstraintReference")
    async def create(request: Call) -> Response[wire.ChangeConstraintReferenceResponse]:
        entityid = parameter(request, "entityid")
        return await _put(context, request, entityid, None)

    @put(f"{_PATH}/{{entityid:str}}/{{ovn:str}}", opt=_WRITE, operation_id="updateConstraintReference")
    async def update(request: Call) -> Response[wire.ChangeConstraintReferenceResponse]:
        entityid, ovn = parameter(request, "entityid"), parameter(request, "ovn")
        return await _put(context, request, entityid, ovn)

    @delete(
        f"{_PATH}/{{entityid:str}}/{{ovn:str}}", opt=_WRITE, status_code=200, operation_id="deleteConstraintReference"
    )
    async def remove(request: Call) -> Response[wire.ChangeConstraintReferenceResponse]:
        entityid, ovn = parameter(request, "entityid"), parameter(request, "ovn")
        ident, manager = decode.entity_id(entityid), caller_of(request).sub
        return await context.change(
            request, "constraint", ident,
            lambda snapshot, new: _answered(rules.delete_constraint(ident, ovn, manager, snapshot), manager),
        )  # fmt: skip

    return [query, read, create, update, remove, without_version(f"{_PATH}/{{entityid:str}}", _WRITE)]


async def _put(context: Context, request: Call, entityid: str, ovn: str | None) -> Response[Any]:
    data = await received(request, wire.PutConstraintReferenceParameters)
    manager = caller_of(request).sub
    extents, cover = await beside(decode.entity_extents, data.extents)
    url = decode.base_url(data.uss_base_url, allow_http=context.settings.allow_http_base_urls)
    wanted = rules.PutConstraint(decode.entity_id(entityid), manager, ovn, extents, url)

    def decide(snapshot: Snapshot, new: Fresh) -> Decided[Sent]:
        return _answered(rules.put_constraint(wanted, cover, snapshot, new), manager)

    return await context.change(request, "constraint", wanted.id, decide)


def _answered(decided: Decided[rules.Answer], viewer: str) -> Decided[Sent]:
    answer = decided.answer
    if isinstance(answer, Refused):
        return Decided(refuse(answer), decided.changes)
    assert isinstance(answer.entity, Constraint)
    reference = encode.constraint(answer.entity, answer.availability, viewer)
    body = wire.ChangeConstraintReferenceResponse(encode.subscribers(answer.subscribers), reference)
    return Decided(send(body, 201 if answer.created else 200), decided.changes)


def _seen(value: Constraint, snapshot: Snapshot, viewer: str) -> wire.ConstraintReference:
    return encode.constraint(value, snapshot.status(value.manager).availability, viewer)
