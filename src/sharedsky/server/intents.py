"""F3548-21's DSS endpoints for operational intent references.

Called by app.py.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler

from sharedsky.exchange import intents as rules
from sharedsky.exchange.answers import Changed, MissingKeys, Refused
from sharedsky.exchange.fresh import Fresh
from sharedsky.exchange.model import Intent, State
from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.server import decode, encode, wire
from sharedsky.server.body import BadRequest, received
from sharedsky.server.context import (
    CONFORMANCE_MONITORING,
    CONSTRAINT_PROCESSING,
    STRATEGIC_COORDINATION,
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
from sharedsky.tokens.validator import Caller, require

_PATH = "/dss/v1/operational_intent_references"
_SCOPES = scopes(STRATEGIC_COORDINATION, CONFORMANCE_MONITORING)


def intent_routes(context: Context) -> list[HTTPRouteHandler]:
    """The routes; each named as in the standard's OpenAPI document."""

    @post(f"{_PATH}/query", opt=_SCOPES, status_code=200, operation_id="queryOperationalIntentReferences")
    async def query(request: Call) -> Response[wire.QueryOperationalIntentReferenceResponse]:
        data = await received(request, wire.QueryParameters)
        viewer = caller_of(request).sub
        cover = decode.searched(data.area_of_interest, context.clock(), context.settings.max_search_m2)

        def ask(snapshot: Snapshot) -> Sent:
            found = snapshot.intents_near(cover)
            if len(found) > context.settings.max_found:
                return too_many(context.settings.max_found)
            return send(wire.QueryOperationalIntentReferenceResponse([_seen(v, snapshot, viewer) for v in found]))

        return await context.ask(ask)

    @get(f"{_PATH}/{{entityid:str}}", opt=_SCOPES, operation_id="getOperationalIntentReference")
    async def read(request: Call) -> Response[wire.GetOperationalIntentReferenceResponse]:
        entityid = parameter(request, "entityid")
        ident, viewer = decode.entity_id(entityid), caller_of(request).sub

        def ask(snapshot: Snapshot) -> Sent:
            known = snapshot.intent(ident)
            if known is None:
                return refuse(Refused("missing", "there is no operational intent of this id."))
            return send(wire.GetOperationalIntentReferenceResponse(_seen(known, snapshot, viewer)))

        return await context.ask(ask)

    @put(f"{_PATH}/{{entityid:str}}", opt=_SCOPES, status_code=201, operation_id="createOperationalIntentReference")
    async def create(request: Call) -> Response[wire.ChangeOperationalIntentReferenceResponse]:
        entityid = parameter(request, "entityid")
        return await _put(context, request, entityid, None)

    @put(f"{_PATH}/{{entityid:str}}/{{ovn:str}}", opt=_SCOPES, operation_id="updateOperationalIntentReference")
    async def update(request: Call) -> Response[wire.ChangeOperationalIntentReferenceResponse]:
        entityid, ovn = parameter(request, "entityid"), parameter(request, "ovn")
        return await _put(context, request, entityid, ovn)

    @delete(
        f"{_PATH}/{{entityid:str}}/{{ovn:str}}", opt=_SCOPES, status_code=200,
        operation_id="deleteOperationalIntentReference",
    )  # fmt: skip
    async def remove(request: Call) -> Response[wire.ChangeOperationalIntentReferenceResponse]:
        entityid, ovn = parameter(request, "entityid"), parameter(request, "ovn")
        ident, manager = decode.entity_id(entityid), caller_of(request).sub
        return await context.change(
            request, "intent", ident,
            lambda snapshot, new: _answered(rules.delete_intent(ident, ovn, manager, snapshot), manager),
        )  # fmt: skip

    return [query, read, create, update, remove, without_version(f"{_PATH}/{{entityid:str}}", _SCOPES)]


async def _put(context: Context, request: Call, entityid: str, ovn: str | None) -> Response[Any]:
    data = await received(request, wire.PutOperationalIntentReferenceParameters)
    caller = caller_of(request)
    _check_scopes(caller, data)
    extents, cover = await beside(decode.entity_extents, data.extents)
    wanted = rules.PutIntent(
        id=decode.entity_id(entityid),
        manager=caller.sub,
        ovn=ovn,
        extents=extents,
        key=frozenset(data.key or ()),
        state=data.state,
        uss_base_url=decode.base_url(data.uss_base_url, allow_http=context.settings.allow_http_base_urls),
        subscription_id=data.subscription_id and decode.entity_id(data.subscription_id, "subscription_id"),
        new_subscription=_new_subscription(context, data),
        ovn_suffix=decode.ovn_suffix(data.requested_ovn_suffix, context.clock()),
    )

    def decide(snapshot: Snapshot, new: Fresh) -> Decided[Sent]:
        return _answered(rules.put_intent(wanted, cover, snapshot, new), caller.sub)

    return await context.change(request, "intent", wanted.id, decide)


def _check_scopes(caller: Caller, data: wire.PutOperationalIntentReferenceParameters) -> None:
    """Off-nominal states are for who monitors conformance, the others for who coordinates."""
    off_nominal = data.state in (State.NONCONFORMING, State.CONTINGENT)
    require(caller, frozenset({CONFORMANCE_MONITORING if off_nominal else STRATEGIC_COORDINATION}))
    if data.new_subscription is not None and data.new_subscription.notify_for_constraints:
        require(caller, frozenset({CONSTRAINT_PROCESSING}))


def _new_subscription(
    context: Context, data: wire.PutOperationalIntentReferenceParameters
) -> rules.NewSubscription | None:
    new = data.new_subscription
    if new is None:
        return None
    if data.subscription_id is not None:
        raise BadRequest("subscription_id and new_subscription are both given: give one.")
    http = context.settings.allow_http_base_urls
    url = decode.base_url(new.uss_base_url, allow_http=http, at="new_subscription/uss_base_url")
    return rules.NewSubscription(url, new.notify_for_constraints)


def _answered(decided: Decided[rules.Answer], viewer: str) -> Decided[Sent]:
    return Decided(_sent(decided.answer, viewer), decided.changes)


def _sent(answer: rules.Answer, viewer: str) -> Sent:
    match answer:
        case Refused():
            return refuse(answer)
        case MissingKeys(intents, constraints, availability):
            message = "the key does not hold the current OVN of every entity nearby."
            return send(
                wire.AirspaceConflictResponse(
                    message,
                    [encode.intent(value, availability[value.manager], viewer) for value in intents],
                    [encode.constraint(value, availability[value.manager], viewer) for value in constraints],
                ),
                409,
            )
        case Changed(entity, availability, subscribers, created):
            assert isinstance(entity, Intent)
            reference = encode.intent(entity, availability, viewer)
            body = wire.ChangeOperationalIntentReferenceResponse(encode.subscribers(subscribers), reference)
            return send(body, 201 if created else 200)


def _seen(value: Intent, snapshot: Snapshot, viewer: str) -> wire.OperationalIntentReference:
    return encode.intent(value, snapshot.status(value.manager).availability, viewer)
