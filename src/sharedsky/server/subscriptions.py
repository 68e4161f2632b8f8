"""F3548-21's DSS endpoints for subscriptions.

Called by app.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler

from sharedsky.airspace.time import MAX_NS
from sharedsky.exchange import subscriptions as rules
from sharedsky.exchange.answers import Refused
from sharedsky.exchange.fresh import Fresh
from sharedsky.exchange.protocol import Decided, Snapshot
from sharedsky.exchange.rules import DSS_MAX_SUBSCRIPTION_DURATION_NS
from sharedsky.server import decode, encode, wire
from sharedsky.server.body import received
from sharedsky.server.context import (
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
    too_many,
    without_version,
)
from sharedsky.tokens.validator import require

_PATH = "/dss/v1/subscriptions"
_SCOPES = scopes(CONSTRAINT_PROCESSING, STRATEGIC_COORDINATION)


def subscription_routes(context: Context) -> list[HTTPRouteHandler]:
    """The routes; each named as in the standard's OpenAPI document."""

    @post(f"{_PATH}/query", opt=_SCOPES, status_code=200, operation_id="querySubscriptions")
    async def query(request: Call) -> Response[wire.QuerySubscriptionsResponse]:
        data = await received(request, wire.QueryParameters)
        manager = caller_of(request).sub
        cover = decode.searched(data.area_of_interest, context.clock(), context.settings.max_search_m2)

        def ask(snapshot: Snapshot) -> Sent:
            found = [known for known in snapshot.subscriptions_near(cover) if known.manager == manager]
            if len(found) > context.settings.max_found:
                return too_many(context.settings.max_found)
            shown = [encode.subscription(known, snapshot.dependents(known.id)) for known in found]
            return send(wire.QuerySubscriptionsResponse(shown))

        return await context.ask(ask)

    @get(f"{_PATH}/{{subscriptionid:str}}", opt=_SCOPES, operation_id="getSubscription")
    async def read(request: Call) -> Response[wire.GetSubscriptionResponse]:
        subscriptionid = parameter(request, "subscriptionid")
        ident, manager = decode.entity_id(subscriptionid), caller_of(request).sub

        def ask(snapshot: Snapshot) -> Sent:
            known = snapshot.subscription(ident)
            if known is None:
                return refuse(Refused("missing", "there is no subscription of this id."))
            if known.manager != manager:
                return refuse(Refused("forbidden", "the subscription is managed by another USS."))
            return send(wire.GetSubscriptionResponse(encode.subscription(known, snapshot.dependents(ident))))

        return await context.ask(ask)

    @put(f"{_PATH}/{{subscriptionid:str}}", opt=_SCOPES, operation_id="createSubscription")
    async def create(request: Call) -> Response[wire.PutSubscriptionResponse]:
        subscriptionid = parameter(request, "subscriptionid")
        return await _put(context, request, subscriptionid, None)

    @put(f"{_PATH}/{{subscriptionid:str}}/{{version:str}}", opt=_SCOPES, operation_id="updateSubscription")
    async def update(request: Call) -> Response[wire.PutSubscriptionResponse]:
        subscriptionid, version = parameter(request, "subscriptionid"), parameter(request, "version")
        return await _put(context, request, subscriptionid, version)

    @delete(
        f"{_PATH}/{{subscriptionid:str}}/{{version:str}}", opt=_SCOPES, status_code=200,
        operation_id="deleteSubscription",
    )  # fmt: skip
    async def remove(request: Call) -> Response[wire.DeleteSubscriptionResponse]:
        subscriptionid, version = parameter(request, "subscriptionid"), parameter(request, "version")
        ident, manager = decode.entity_id(subscriptionid), caller_of(request).sub

        def decide(snapshot: Snapshot, _: Fresh) -> Decided[Sent]:
            decided = rules.delete_subscription(ident, version, manager, snapshot)
            answer = decided.answer
            if isinstance(answer, Refused):
                return Decided(refuse(answer))
            gone = encode.subscription(answer.subscription, answer.dependents)
            return Decided(send(wire.DeleteSubscriptionResponse(gone)), decided.changes)

        return await context.change(request, "subscription", ident, decide)

    return [query, read, create, update, remove, without_version(f"{_PATH}/{{subscriptionid:str}}", _SCOPES)]


async def _put(context: Context, request: Call, subscriptionid: str, version: str | None) -> Response[Any]:
    data = await received(request, wire.PutSubscriptionParameters)
    caller = caller_of(request)
    if data.notify_for_operational_intents:
        require(caller, frozenset({STRATEGIC_COORDINATION}))
    if data.notify_for_constraints:
        require(caller, frozenset({CONSTRAINT_PROCESSING}))
    ident = decode.entity_id(subscriptionid)
    url = decode.base_url(data.uss_base_url, allow_http=context.settings.allow_http_base_urls)
    extent, cover = decode.open_extent(data.extents, "extents", context.clock(), MAX_NS)
    if data.extents.time_end is None:
        end_ns = extent.start_ns + DSS_MAX_SUBSCRIPTION_DURATION_NS
        extent, cover = replace(extent, end_ns=end_ns), tuple(box._replace(end_ns=end_ns) for box in cover)

    def decide(snapshot: Snapshot, new: Fresh) -> Decided[Sent]:
        wanted = rules.PutSubscription(
            ident, caller.sub, version, extent, url, data.notify_for_operational_intents, data.notify_for_constraints
        )
        decided = rules.put_subscription(wanted, cover, snapshot, new)
        return Decided(_sent(decided.answer, caller.sub), decided.changes)

    return await context.change(request, "subscription", ident, decide)


def _sent(answer: rules.Answer, viewer: str) -> Sent:
    if isinstance(answer, Refused):
        return refuse(answer)
    status = answer.availability or {}
    return send(
        wire.PutSubscriptionResponse(
            encode.subscription(answer.subscription, answer.dependents),
            [encode.intent(value, status[value.manager], viewer) for value in answer.intents],
            [encode.constraint(value, status[value.manager], viewer) for value in answer.constraints],
        )
    )
