"""A request whose response was lost, sent again: answered as the first time, or as any other (over HTTP, in memory)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss_world import (
    AVAILABILITY,
    INTENTS,
    SUBSCRIPTIONS,
    Answer,
    World,
    ident,
    intent_body,
    memory_world,
    subscription_body,
    volume,
)
from sharedsky.server.repeats import request_key

PATH = f"{INTENTS}/{ident(1)}"
PARTS = st.tuples(st.text(max_size=3), st.text(max_size=3), st.sampled_from(["PUT", "DELETE"]), st.text(max_size=3), st.binary(max_size=3))


@given(PARTS, PARTS)
def test_requests_have_one_key_only_where_they_are_one(a: Any, b: Any) -> None:
    assert (request_key(*a) == request_key(*b)) == (a == b)


@pytest.fixture
def world() -> Generator[World]:
    made = memory_world()
    yield made
    made.close()


def put(world: World, **more: Any) -> Answer:
    sub = more.pop("sub", "uss1")
    return world.call("PUT", PATH, intent_body(**more), sub=sub)


def test_it_is_answered_as_the_first_time_and_changes_nothing(world: World) -> None:
    first = put(world)
    before = world.everything()
    assert put(world).body == first.body
    assert world.everything() == before


def test_an_update_with_the_ovn_before_is_answered_again(world: World) -> None:
    ovn = put(world).json["operational_intent_reference"]["ovn"]
    first = world.call("PUT", f"{PATH}/{ovn}", intent_body(state="Accepted", uss_base_url="https://new.example.com"))
    again = world.call("PUT", f"{PATH}/{ovn}", intent_body(state="Accepted", uss_base_url="https://new.example.com"))
    assert (first.status, again.body) == (200, first.body)
    assert again.json["operational_intent_reference"]["version"] == 2


def test_of_another_client_it_is_another_request(world: World) -> None:
    put(world)
    assert put(world, sub="uss2").status == 403


def test_with_another_body_it_is_another_request(world: World) -> None:
    put(world)
    assert put(world, uss_base_url="https://other.example.com").status == 409
    body = json.dumps(intent_body(), indent=1).encode()  # the same, written in another way
    assert world.send("PUT", PATH, body).status == 409


def test_without_the_scope_it_is_not_answered(world: World) -> None:
    put(world)
    assert world.call("PUT", PATH, intent_body(), scope="utm.constraint_processing").status == 403


@pytest.mark.parametrize(("after_s", "status"), [(0, 201), (60, 201), (61, 409)])
def test_it_is_answered_for_sixty_seconds(world: World, after_s: int, status: int) -> None:
    put(world)
    world.now_ns += after_s * 10**9
    assert put(world).status == status


def test_not_once_the_intent_has_changed(world: World) -> None:
    ovn = put(world).json["operational_intent_reference"]["ovn"]
    world.call("PUT", f"{PATH}/{ovn}", intent_body(uss_base_url="https://new.example.com"))
    assert put(world).status == 409


def test_not_once_the_intent_was_deleted_and_then_it_is_made_anew(world: World) -> None:
    ovn = put(world).json["operational_intent_reference"]["ovn"]
    world.call("DELETE", f"{PATH}/{ovn}")
    anew = put(world)
    assert anew.status == 201
    assert anew.json["operational_intent_reference"]["ovn"] != ovn
    assert put(world).body == anew.body


def test_a_deletion_is_not_answered_again_once_the_intent_was_made_anew(world: World) -> None:
    ovn = put(world).json["operational_intent_reference"]["ovn"]
    assert world.call("DELETE", f"{PATH}/{ovn}").status == 200
    assert world.call("DELETE", f"{PATH}/{ovn}").status == 200
    put(world)
    assert world.call("DELETE", f"{PATH}/{ovn}").status == 409
    assert world.call("GET", PATH).status == 200


def test_a_refusal_is_not_kept(world: World) -> None:
    known = world.call("PUT", f"{INTENTS}/{ident(2)}", intent_body(), sub="uss2").json["operational_intent_reference"]
    assert put(world).status == 409
    world.call("DELETE", f"{INTENTS}/{ident(2)}/{known['ovn']}", sub="uss2")
    assert put(world).status == 201


def test_a_subscription_that_was_told_meanwhile_is_still_the_same(world: World) -> None:
    first = world.call("PUT", f"{SUBSCRIPTIONS}/{ident(5)}", subscription_body())
    put(world)
    assert world.call("PUT", f"{SUBSCRIPTIONS}/{ident(5)}", subscription_body()).body == first.body


def test_of_several_at_once_one_is_done_and_all_are_answered(world: World) -> None:
    async def several(method: str, path: str, body: bytes) -> list[Answer]:
        return await asyncio.gather(*(world.asend(method, path, body) for _ in range(8)))

    made = world.runner.run(several("PUT", PATH, json.dumps(intent_body()).encode()))
    assert [(answer.status, answer.body) for answer in made] == [(201, made[0].body)] * 8
    ovn = made[0].json["operational_intent_reference"]["ovn"]
    gone = world.runner.run(several("DELETE", f"{PATH}/{ovn}", b""))
    assert [(answer.status, answer.body) for answer in gone] == [(200, gone[0].body)] * 8


def test_of_two_that_differ_at_once_one_is_refused(world: World) -> None:
    async def both() -> list[Answer]:
        bodies = [json.dumps(intent_body(extents=[volume(low_m=low)])).encode() for low in (50.0, 60.0)]
        return await asyncio.gather(*(world.asend("PUT", PATH, body) for body in bodies))

    assert sorted(answer.status for answer in world.runner.run(both())) == [201, 409]


def test_availability_that_another_arbitrator_has_set_meanwhile_is_not_said_again(world: World) -> None:
    body = {"old_version": "", "availability": "Down"}
    first = world.call("PUT", f"{AVAILABILITY}/uss5", body, sub="arbitrator1")
    assert world.call("PUT", f"{AVAILABILITY}/uss5", body, sub="arbitrator1").body == first.body
    later = {"old_version": first.json["version"], "availability": "Normal"}
    assert world.call("PUT", f"{AVAILABILITY}/uss5", later, sub="arbitrator2").status == 200
    assert world.call("PUT", f"{AVAILABILITY}/uss5", body, sub="arbitrator1").status == 409
