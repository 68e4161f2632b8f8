"""Each operation of the DSS with each answer that a client can bring about; for tests of the HTTP interface."""

from __future__ import annotations

from dss_world import (
    AVAILABILITY,
    CONSTRAINTS,
    INTENTS,
    REPORT,
    REPORTS,
    SUBSCRIPTIONS,
    Answer,
    World,
    area,
    constraint_body,
    ident,
    intent_body,
    subscription_body,
    volume,
)

STALE = "an-ovn-that-is-not-current"


def tour(world: World) -> list[Answer]:
    """Each operation with each answer that a client can bring about, in an order in which that is so."""
    put, get, post, delete = (lambda path, body=None, m=m, **k: world.call(m, path, body, **k) for m in ("PUT", "GET", "POST", "DELETE"))  # type: ignore[misc]  # fmt: skip
    one, two, three = ident(1), ident(2), ident(3)
    seen = [put(f"{SUBSCRIPTIONS}/{three}", subscription_body(notify_for_constraints=True), sub="uss2")]
    version = seen[0].json["subscription"]["version"]
    seen += [put(f"{INTENTS}/{one}", intent_body(new_subscription={"uss_base_url": "https://uss1.example.com/utm"}))]
    ovn = seen[-1].json["operational_intent_reference"]["ovn"]
    seen += [
        put(f"{INTENTS}/{one}", intent_body(state="Accepted", uss_base_url="https://other.example.com")),
        put(f"{INTENTS}/{two}", intent_body(), sub="uss2"),
        put(f"{INTENTS}/{one}/{STALE}", intent_body()),
        put(f"{INTENTS}/{two}/{STALE}", intent_body()),
        put(f"{INTENTS}/{one}/{ovn}", intent_body(state="Activated"), sub="uss2"),
        get(f"{INTENTS}/{one}"),
        get(f"{INTENTS}/{one}", sub="uss2"),
        get(f"{INTENTS}/{two}"),
        post(f"{INTENTS}/query", area()),
        post(f"{INTENTS}/query", area(5)),
        put(f"{CONSTRAINTS}/{one}", constraint_body()),
        put(f"{CONSTRAINTS}/{one}", constraint_body(uss_base_url="https://other.example.com")),
        get(f"{CONSTRAINTS}/{one}", sub="uss2"),
        get(f"{CONSTRAINTS}/{two}"),
        post(f"{CONSTRAINTS}/query", area()),
        put(f"{CONSTRAINTS}/{one}/{STALE}", constraint_body()),
        put(f"{CONSTRAINTS}/{two}/{STALE}", constraint_body()),
        put(f"{INTENTS}/{two}", intent_body(
            key=[ovn], new_subscription={"uss_base_url": "https://x.example.com", "notify_for_constraints": True}
        ), sub="uss2"),
        get(f"{SUBSCRIPTIONS}/{three}", sub="uss2"),
        get(f"{SUBSCRIPTIONS}/{three}"),
        get(f"{SUBSCRIPTIONS}/{two}"),
        post(f"{SUBSCRIPTIONS}/query", area(), sub="uss2"),
        put(f"{SUBSCRIPTIONS}/{three}/{version}", subscription_body(notify_for_constraints=True), sub="uss2"),
        put(f"{SUBSCRIPTIONS}/{three}/{version}", subscription_body()),
        put(f"{SUBSCRIPTIONS}/{two}/{version}", subscription_body()),
        get(f"{AVAILABILITY}/uss1"),
        put(f"{AVAILABILITY}/uss1", {"old_version": "", "availability": "down"}),
        put(f"{AVAILABILITY}/uss1", {"old_version": "no such", "availability": "Normal"}),
        put(f"{INTENTS}/{one}/{ovn}", intent_body()),
        delete(f"{INTENTS}/{one}/{ovn}"),
        get(f"{AVAILABILITY}/uss1"),
    ]  # fmt: skip
    said = seen[-1].json["version"]
    seen += [put(f"{AVAILABILITY}/uss1", {"old_version": said, "availability": "Normal"})]
    seen += [delete(f"{INTENTS}/{one}/{STALE}"), delete(f"{INTENTS}/{one}/{ovn}", sub="uss2"), delete(f"{INTENTS}/{one}/{ovn}")]
    current = get(f"{CONSTRAINTS}/{one}").json["constraint_reference"]["ovn"]
    seen += [delete(f"{CONSTRAINTS}/{one}/{STALE}"), delete(f"{CONSTRAINTS}/{one}/{current}", sub="uss2")]
    seen += [put(f"{CONSTRAINTS}/{one}/{current}", constraint_body(uss_base_url="https://new.example.com"))]
    current = seen[-1].json["constraint_reference"]["ovn"]
    seen += [delete(f"{CONSTRAINTS}/{one}/{current}"), delete(f"{CONSTRAINTS}/{two}/{current}")]
    version = get(f"{SUBSCRIPTIONS}/{three}", sub="uss2").json["subscription"]["version"]
    seen += [delete(f"{SUBSCRIPTIONS}/{three}/old-version"), delete(f"{SUBSCRIPTIONS}/{three}/old-version", sub="uss2")]
    seen += [delete(f"{SUBSCRIPTIONS}/{three}/{version}", sub="uss2"), delete(f"{SUBSCRIPTIONS}/{two}/{version}")]
    seen += [post(REPORTS, REPORT), post(f"{INTENTS}/query", {"area_of_interest": volume(size_deg=5)})]
    return seen


TOUR = [
    200, 201, 409, 409, 409, 404, 403, 200, 200, 404, 200, 200, 201, 409, 200, 404, 200, 409, 404, 409, 200, 403, 404, 200, 200,
    403, 404, 200, 200, 409, 412, 412, 200, 200, 409, 403, 200, 409, 403, 200, 200, 404, 403, 409, 200, 404, 201, 413,
]  # fmt: skip
