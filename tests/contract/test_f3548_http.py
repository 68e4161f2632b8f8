"""Every operation of F3548-21's DSS over HTTP, with each store: statuses, bodies, scopes, and what nobody may learn."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from contract_tour import STALE, TOUR, tour
from dss_world import (
    AA,
    AVAILABILITY,
    CM,
    CMSA,
    CONSTRAINTS,
    CP,
    INTENTS,
    MINUTE_NS,
    NOW_NS,
    REPORT,
    REPORTS,
    SC,
    SUBSCRIPTIONS,
    Answer,
    World,
    area,
    bearer,
    circle,
    constraint_body,
    ident,
    intent_body,
    memory_world,
    sqlite_world,
    subscription_body,
    volume,
)


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[World]:
    """A world with each store."""
    made = memory_world() if request.param == "memory" else sqlite_world(tmp_path)
    yield made
    made.close()


@pytest.fixture
def quick() -> Generator[World]:
    """A world in memory, where the store does not matter."""
    made = memory_world()
    yield made
    made.close()


# --- what each operation does ---


def test_each_operation_answers_as_the_served_document_says(world: World) -> None:
    seen = tour(world)
    assert [answer.status for answer in seen] == TOUR
    dss = {str(op["operationId"]) for path, ops in world.document["paths"].items() if path.startswith("/dss/") for op in ops.values()}
    assert dss == {answer.operation for answer in seen}


def test_what_was_put_is_read_found_and_deleted(world: World) -> None:
    made = world.put_intent()
    assert world.call("GET", f"{INTENTS}/{ident(1)}").json == {"operational_intent_reference": made}
    assert world.call("POST", f"{INTENTS}/query", area()).json == {"operational_intent_references": [made]}
    gone = world.call("DELETE", f"{INTENTS}/{ident(1)}/{made['ovn']}")
    assert gone.json == {"subscribers": [], "operational_intent_reference": made}
    assert world.call("POST", f"{INTENTS}/query", area()).json == {"operational_intent_references": []}


def test_a_change_tells_whom_to_notify_by_address(world: World) -> None:
    first = world.put_subscription(7, sub="uss2")
    answer = world.call("PUT", f"{INTENTS}/{ident(1)}", intent_body())
    state = {"subscription_id": first["id"], "notification_index": 1}
    assert answer.json["subscribers"] == [{"subscriptions": [state], "uss_base_url": first["uss_base_url"]}]


def test_a_key_that_lacks_an_ovn_is_answered_with_what_it_lacks(world: World) -> None:
    known = world.put_intent(1)
    answer = world.call("PUT", f"{INTENTS}/{ident(2)}", intent_body(), sub="uss2")
    assert answer.status == 409
    hidden = known | {"ovn": "Available from USS"}
    assert answer.json["missing_operational_intents"] == [hidden]
    assert answer.json["missing_constraints"] == []
    world.put_intent(2, sub="uss2", key=[known["ovn"]])


def test_an_identifier_in_capitals_is_the_same(world: World) -> None:
    made = world.put_intent()
    assert world.call("GET", f"{INTENTS}/{ident(1).upper()}").json == {"operational_intent_reference": made}


def test_a_subscription_without_times_lasts_a_day_from_now(world: World) -> None:
    extents = {"volume": {"outline_circle": circle()}}
    made = world.put_subscription(1, extents=extents)
    assert made["time_start"]["value"] == "2026-09-21T14:13:20Z"
    assert made["time_end"]["value"] == "2026-09-22T14:13:20Z"


@pytest.mark.parametrize("circumference", [circle(90.0, 0.0), circle(-90.0, 180.0), circle(0.0, -180.0, 40_000.0)])
def test_circles_over_poles_and_the_antimeridian_are_taken(world: World, circumference: dict[str, Any]) -> None:
    extents = volume() | {"volume": volume()["volume"] | {"outline_polygon": None, "outline_circle": circumference}}
    world.put_intent(1, extents=[extents])
    found = world.call("POST", f"{INTENTS}/query", {"area_of_interest": extents})
    assert found.status in (200, 413)


def test_the_exchange_speaks_of_itself(world: World) -> None:
    assert world.send("GET", "/aux/v1/version", headers=()).status == 200
    assert world.send("GET", "/versions/astm.f3548.v21", headers=()).json["system_version"] == "1.0.0"
    assert world.send("GET", "/healthy", headers=()).json == {"alive": True, "ready": True}
    assert world.call("GET", "/aux/v1/validate_oauth").status == 200
    assert world.call("GET", "/aux/v1/validate_oauth?owner=uss2").status == 403
    assert world.call("GET", "/aux/v1/pool").json == {"dss_airspace_representation_id": "pool"}


# --- who may do what ---

#: Each operation: method, path, body, and the sets of scopes of which one is needed (ASTM's document).
OPERATIONS: dict[str, tuple[str, str, Any, tuple[set[str], ...]]] = {
    "queryOperationalIntentReferences": ("POST", f"{INTENTS}/query", area(), ({SC}, {CMSA})),
    "getOperationalIntentReference": ("GET", f"{INTENTS}/{ident(1)}", None, ({SC}, {CMSA})),
    "createOperationalIntentReference": ("PUT", f"{INTENTS}/{ident(8)}", intent_body(extents=[volume(90)]), ({SC}, {SC, CP})),
    "updateOperationalIntentReference": ("PUT", f"{INTENTS}/{ident(1)}/OVN", intent_body(), ({SC}, {SC, CP})),
    "deleteOperationalIntentReference": ("DELETE", f"{INTENTS}/{ident(1)}/OVN", None, ({SC}, {CMSA})),
    "queryConstraintReferences": ("POST", f"{CONSTRAINTS}/query", area(), ({CM}, {CP})),
    "getConstraintReference": ("GET", f"{CONSTRAINTS}/{ident(1)}", None, ({CM}, {CP})),
    "createConstraintReference": ("PUT", f"{CONSTRAINTS}/{ident(8)}", constraint_body(), ({CM},)),
    "updateConstraintReference": ("PUT", f"{CONSTRAINTS}/{ident(1)}/OVN", constraint_body(), ({CM},)),
    "deleteConstraintReference": ("DELETE", f"{CONSTRAINTS}/{ident(1)}/OVN", None, ({CM},)),
    "querySubscriptions": ("POST", f"{SUBSCRIPTIONS}/query", area(), ({CP}, {SC})),
    "getSubscription": ("GET", f"{SUBSCRIPTIONS}/{ident(1)}", None, ({CP}, {SC})),
    "createSubscription": ("PUT", f"{SUBSCRIPTIONS}/{ident(8)}", subscription_body(), ({SC},)),
    "updateSubscription": ("PUT", f"{SUBSCRIPTIONS}/{ident(1)}/OVN", subscription_body(), ({SC},)),
    "deleteSubscription": ("DELETE", f"{SUBSCRIPTIONS}/{ident(1)}/OVN", None, ({CP}, {SC})),
    "getUssAvailability": ("GET", f"{AVAILABILITY}/uss1", None, ({AA}, {SC}, {CMSA})),
    "setUssAvailability": ("PUT", f"{AVAILABILITY}/uss7", {"old_version": "", "availability": "Normal"}, ({AA},)),
    "makeDssReport": ("POST", REPORTS, REPORT, ({CM}, {CP}, {SC}, {CMSA}, {AA})),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_asks_for_its_scopes_and_no_others(quick: World, operation: str) -> None:
    for number, scope in enumerate([SC, CM, CP, CMSA, AA, f"{SC} {CP}", "rid.service_provider"], start=10):
        where = [volume(number)]
        quick.put_intent(number, extents=where)
        quick.put_constraint(number, extents=where)
        quick.put_subscription(number)
        method, path, body, choices = OPERATIONS[operation]
        path = path.replace(ident(1), ident(number)).replace(ident(8), ident(100 + number)).replace("uss7", f"uss{number}")
        if path.endswith("/OVN"):
            read = quick.call("GET", path.removesuffix("/OVN")).json
            path = path.removesuffix("OVN") + next(str(value.get("ovn") or value["version"]) for value in read.values())
        if operation == "updateOperationalIntentReference":
            body = body | {"extents": where}
        if operation == "createOperationalIntentReference":
            body = body | {"extents": [volume(100 + number)]}
        answer = quick.call(method, path, body, scope=scope)
        if any(choice <= set(scope.split()) for choice in choices):
            assert answer.status in (200, 201), (scope, answer)
        else:
            assert answer.status == 403, (scope, answer)
            assert "scope" in answer.message


def test_off_nominal_states_are_for_those_who_monitor_conformance(quick: World) -> None:
    made = quick.put_intent(1)
    path, new = f"{INTENTS}/{ident(1)}/{made['ovn']}", {"uss_base_url": "https://uss1.example.com"}
    body = intent_body(state="Nonconforming", new_subscription=new)
    assert quick.call("PUT", path, body, scope=SC).status == 403
    assert quick.call("PUT", path, intent_body(), scope=CMSA).status == 403
    assert quick.call("PUT", path, body, scope=CMSA).status == 200


def test_who_subscribes_to_constraints_must_be_one_who_processes_them(quick: World) -> None:
    path = f"{SUBSCRIPTIONS}/{ident(1)}"
    both = subscription_body(notify_for_constraints=True)
    only = both | {"notify_for_operational_intents": False}
    assert [quick.call("PUT", path, body, scope=scope).status for body, scope in ((both, SC), (both, CP), (only, SC))] == [403] * 3
    assert quick.call("PUT", path, only, scope=CP).status == 200
    new = {"uss_base_url": "https://uss1.example.com", "notify_for_constraints": True}
    body = intent_body(new_subscription=new)
    assert quick.call("PUT", f"{INTENTS}/{ident(1)}", body, scope=SC).status == 403
    assert quick.call("PUT", f"{INTENTS}/{ident(1)}", body, scope=f"{SC} {CP}").status == 201


@pytest.mark.parametrize("operation", OPERATIONS)
def test_without_a_good_token_nothing_is_told_or_done(quick: World, operation: str) -> None:
    quick.put_intent(1)
    before = quick.everything()
    method, path, _, _ = OPERATIONS[operation]
    good = ("authorization", bearer())
    plain = [("content-type", "application/json")]
    for headers in (
        plain,
        [*plain, ("authorization", bearer(audience="other.example"))],
        [*plain, ("authorization", bearer()[:-4] + "AAAA")],
        [*plain, ("authorization", "Basic dXNzMTpzZWNyZXQ=")],
        [*plain, good, good],
        [*plain, good, ("authorization", bearer("uss2"))],
        [*plain, ("authorization", f"{bearer()}, {bearer()}")],
    ):
        answer = quick.send(method, path, b"not even JSON", headers)
        assert answer.status == 401, (headers, answer)
        assert len(answer.body) < 200
    assert quick.everything() == before


def test_who_manages_nothing_learns_no_ovn_and_no_subscription_of_another(world: World) -> None:
    new = {"uss_base_url": "https://uss1.example.com", "notify_for_constraints": True}
    intent = world.put_intent(1, new_subscription=new)
    constraint = world.put_constraint(2)
    own = world.put_subscription(3, sub="uss2", notify_for_constraints=True)
    other = {"uss_base_url": "https://uss2.example.com", "notify_for_constraints": True}
    asked = [
        world.call("GET", f"{INTENTS}/{ident(1)}", sub="uss2"),
        world.call("POST", f"{INTENTS}/query", area(), sub="uss2"),
        world.call("GET", f"{CONSTRAINTS}/{ident(2)}", sub="uss2"),
        world.call("POST", f"{CONSTRAINTS}/query", area(), sub="uss2"),
        world.call("POST", f"{SUBSCRIPTIONS}/query", area(), sub="uss2"),
        world.call("GET", f"{SUBSCRIPTIONS}/{intent['subscription_id']}", sub="uss2"),
        world.call("PUT", f"{INTENTS}/{ident(1)}", intent_body(), sub="uss2"),
        world.call("DELETE", f"{INTENTS}/{ident(1)}/{STALE}", sub="uss2"),
        world.call("PUT", f"{INTENTS}/{ident(4)}", intent_body(new_subscription=other), sub="uss2"),
        world.call("PUT", f"{INTENTS}/{ident(4)}", intent_body(subscription_id=intent["subscription_id"]), sub="uss2"),
        world.call("PUT", f"{SUBSCRIPTIONS}/{ident(3)}/{own['version']}", subscription_body(notify_for_constraints=True), sub="uss2"),
    ]
    assert [answer.status for answer in asked] == [200, 200, 200, 200, 200, 403, 403, 403, 409, 403, 200]
    everything = b"".join(answer.body for answer in asked)
    for secret in (intent["ovn"], constraint["ovn"], intent["subscription_id"], bearer()[7:], bearer("uss2")[7:]):
        assert secret.encode() not in everything, secret


# --- a response that was lost ---


def test_the_availability_of_a_uss_set_again_is_answered_as_the_first_time(world: World) -> None:
    body = {"old_version": "", "availability": "Down"}
    first = world.call("PUT", f"{AVAILABILITY}/uss5", body)
    assert world.call("PUT", f"{AVAILABILITY}/uss5", body).body == first.body
    world.call("PUT", f"{AVAILABILITY}/uss5", {"old_version": first.json["version"], "availability": "Normal"})
    assert world.call("PUT", f"{AVAILABILITY}/uss5", body).status == 409


def test_a_report_sent_again_is_one_report(world: World) -> None:
    first = world.call("POST", REPORTS, REPORT)
    assert world.call("POST", REPORTS, REPORT).body == first.body
    assert world.call("POST", REPORTS, REPORT, sub="uss2").json["report_id"] != first.json["report_id"]


Make = Callable[[World], Answer]

CHANGES: dict[str, Make] = {
    "an intent": lambda world: world.call("PUT", f"{INTENTS}/{ident(1)}", intent_body()),
    "a constraint": lambda world: world.call("PUT", f"{CONSTRAINTS}/{ident(1)}", constraint_body()),
    "a subscription": lambda world: world.call("PUT", f"{SUBSCRIPTIONS}/{ident(1)}", subscription_body()),
}


def _version_of(answer: Answer) -> str:
    reference = next(value for name, value in answer.json.items() if name in ("operational_intent_reference", "constraint_reference", "subscription"))
    return str(reference.get("ovn") or reference["version"])


def _path_of(answer: Answer) -> str:
    held = {"operational_intent_reference": INTENTS, "constraint_reference": CONSTRAINTS, "subscription": SUBSCRIPTIONS}
    return next(f"{path}/{ident(1)}" for name, path in held.items() if name in answer.json)


@pytest.mark.parametrize("what", CHANGES)
def test_a_request_whose_response_was_lost_is_answered_as_the_first_time(world: World, what: str) -> None:
    first = CHANGES[what](world)
    world.now_ns += 59 * 10**9
    again = CHANGES[what](world)
    assert (again.status, again.body) == (first.status, first.body)


@pytest.mark.parametrize("what", CHANGES)
def test_a_minute_later_it_is_a_request_like_any_other(world: World, what: str) -> None:
    CHANGES[what](world)
    world.now_ns += 61 * 10**9
    assert CHANGES[what](world).status == 409


@pytest.mark.parametrize("what", CHANGES)
def test_a_deletion_is_answered_again_and_not_once_the_thing_was_made_anew(world: World, what: str) -> None:
    first = CHANGES[what](world)
    path = _path_of(first)
    gone = world.call("DELETE", f"{path}/{_version_of(first)}")
    assert gone.status == 200
    assert world.call("DELETE", f"{path}/{_version_of(first)}").body == gone.body
    assert world.call("DELETE", f"{path}/{_version_of(first)}", sub="uss2").status == 404
    assert _version_of(CHANGES[what](world)) != _version_of(first)
    assert world.call("DELETE", f"{path}/{_version_of(first)}").status == 409


def test_two_of_the_same_at_once_make_one_change_and_both_are_told(world: World) -> None:
    import asyncio
    import json

    async def both() -> list[Answer]:
        body = json.dumps(intent_body()).encode()
        return await asyncio.gather(*(world.asend("PUT", f"{INTENTS}/{ident(1)}", body) for _ in range(5)))

    answers = world.runner.run(both())
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1


def test_what_has_ended_is_found_no_more(world: World) -> None:
    world.put_intent(1)
    world.now_ns = NOW_NS + 40 * MINUTE_NS
    assert world.call("POST", f"{INTENTS}/query", {"area_of_interest": volume(start_ns=world.now_ns)}).json == {"operational_intent_references": []}
