"""Operational intents: who may change what, in which version, and who is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange_world import AWAY, DAY, HERE, HOUR, MIN, T0, M, World, accepted, refusal, square, told
from sharedsky.exchange.model import Availability, State

# Versions, managers


def test_creating_what_is_there_is_stale() -> None:
    world = World()
    accepted(world.put("a"))
    assert refusal(world.put("a", ovn=None)) == "stale"


def test_creating_what_another_manages_is_forbidden() -> None:
    world = World()
    accepted(world.put("a"))
    assert refusal(world.put("a", ovn=None, by="uss2")) == "forbidden"


def test_changing_with_an_ovn_that_was_current_is_stale() -> None:
    world = World()
    accepted(world.put("a"))
    old = world.intent().ovn
    accepted(world.put("a"))
    assert refusal(world.put("a", ovn=old)) == "stale"
    assert refusal(world.delete("a", ovn=old)) == "stale"


def test_changing_what_is_not_there_finds_nothing() -> None:
    assert refusal(World().put("a", ovn="some-ovn-or-other")) == "missing"
    assert refusal(World().delete("a")) == "missing"


def test_changing_anothers_intent_is_forbidden_even_with_its_ovn() -> None:
    world = World()
    accepted(world.put("a", by="uss1"))
    before = world.intent()
    assert refusal(world.put("a", by="uss2")) == "forbidden"
    assert refusal(world.delete("a", by="uss2")) == "forbidden"
    assert world.intent() == before


def test_versions_go_up_by_one_and_begin_anew() -> None:
    world = World()
    assert [world.put("a").entity.version for _ in range(4)] == [1, 2, 3, 4]
    assert world.delete("a").entity.version == 4
    assert world.put("a").entity.version == 1


def test_what_is_deleted_is_told_as_it_was() -> None:
    world = World()
    accepted(world.put("a"))
    before = world.intent()
    answer = accepted(world.delete("a"))
    assert answer.entity == before
    assert not answer.created
    assert not world.picture.intents


def test_the_times_of_an_intent_are_those_of_all_its_volumes() -> None:
    world = World()
    accepted(world.put("a", (square(start=5 * MIN, end=HOUR), square(start=MIN, end=9 * MIN))))
    assert (world.intent().start_ns, world.intent().end_ns) == (T0 + MIN, T0 + HOUR)


def test_an_answer_says_the_managers_availability() -> None:
    world = World()
    assert accepted(world.put("a")).availability is Availability.UNKNOWN
    world.declare("uss1", Availability.NORMAL)
    assert accepted(world.put("a")).availability is Availability.NORMAL


# States


@pytest.mark.parametrize("after", list(State))
@pytest.mark.parametrize("before", list(State))
def test_a_manager_may_change_between_any_two_states(before: State, after: State) -> None:
    world = World()
    accepted(world.put("a"))
    accepted(world.put("a", state=before, new=True))
    assert accepted(world.put("a", state=after, new=True)).entity.state is after


# Down (412)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.ACTIVATED])
def test_a_uss_that_is_down_cannot_accept_or_activate(state: State) -> None:
    world = World()
    accepted(world.put("a", new=True))
    world.declare("uss1", Availability.DOWN)
    assert refusal(world.put("a", state=state, new=True)) == "down"


def test_a_uss_that_is_down_cannot_create() -> None:
    world = World()
    world.declare("uss1", Availability.DOWN)
    assert refusal(world.put("a")) == "down"
    assert refusal(world.put("a", key=["x"], new=True)) == "down"


@pytest.mark.parametrize("state", list(State))
def test_a_uss_that_is_down_cannot_delete_in_any_state(state: State) -> None:
    world = World()
    accepted(world.put("a"))
    accepted(world.put("a", state=state, new=True))
    world.declare("uss1", Availability.DOWN)
    assert refusal(world.delete("a")) == "down"
    assert "a" in world.picture.intents


@pytest.mark.parametrize("state", [State.NONCONFORMING, State.CONTINGENT])
def test_a_uss_that_is_down_can_say_that_its_aircraft_is_in_trouble(state: State) -> None:
    world = World()
    accepted(world.put("a"))
    world.declare("uss1", Availability.DOWN)
    answer = accepted(world.put("a", AWAY, state=state, new=True))
    assert answer.availability is Availability.DOWN


def test_a_uss_of_which_nothing_is_known_is_not_down() -> None:
    world = World()
    world.declare("uss1", Availability.UNKNOWN)
    accepted(world.put("a"))
    accepted(world.delete("a"))


def test_another_uss_that_is_down_changes_nothing() -> None:
    world = World()
    world.declare("uss2", Availability.DOWN)
    accepted(world.put("a"))


# Who is told


def test_a_subscription_is_told_of_creation_change_and_deletion() -> None:
    world = World()
    accepted(world.subscribe("s"))
    assert told(world.put("a")) == {"s": 1}
    assert told(world.put("a")) == {"s": 2}
    assert told(world.delete("a")) == {"s": 3}
    assert world.sub("s").index == 3


def test_a_managers_own_subscriptions_are_told_too() -> None:
    world = World()
    accepted(world.subscribe("s", by="uss1"))
    assert told(world.put("a", by="uss1")) == {"s": 1}


def test_a_subscription_for_constraints_alone_is_not_told_of_intents() -> None:
    world = World()
    accepted(world.subscribe("s", intents=False, constraints=True))
    assert told(world.put("a")) == {}
    assert world.sub("s").index == 0


def test_a_subscription_where_the_intent_was_is_told_and_one_where_it_goes() -> None:
    world = World()
    accepted(world.subscribe("s", HERE))
    accepted(world.subscribe("t", AWAY))
    assert told(world.put("a", HERE)) == {"s": 1}
    assert told(world.put("a", AWAY)) == {"s": 2, "t": 1}
    assert told(world.put("a", AWAY)) == {"t": 2}


def test_a_subscription_in_both_old_and_new_area_is_told_once() -> None:
    world = World()
    accepted(world.subscribe("s", square(half_m=30_000.0)))
    accepted(world.put("a", HERE))
    assert told(world.put("a", AWAY)) == {"s": 2}


def test_subscriptions_of_other_levels_and_times_are_not_told() -> None:
    world = World()
    accepted(world.subscribe("above", replace(HERE, low_mm=100 * M + 1, high_mm=200 * M)))
    accepted(world.subscribe("later", square(start=HOUR + 1, end=2 * HOUR)))
    accepted(world.subscribe("elsewhere", AWAY))
    assert told(world.put("a")) == {}


def test_subscriptions_that_touch_in_level_or_time_are_told() -> None:
    world = World()
    accepted(world.subscribe("above", replace(HERE, low_mm=100 * M, high_mm=200 * M)))
    accepted(world.subscribe("later", square(start=HOUR, end=2 * HOUR)))
    assert told(world.put("a")) == {"above": 1, "later": 1}


def test_a_subscription_that_has_ended_is_not_told() -> None:
    world = World()
    accepted(world.subscribe("s", square(end=10 * MIN)))
    world.advance(10 * MIN)
    assert told(world.put("a")) == {"s": 1}
    world.advance(1)
    assert told(world.put("a")) == {}


def test_who_is_told_comes_in_order_of_ids() -> None:
    world = World()
    for ident in ("q", "c", "x", "a"):
        accepted(world.subscribe(ident))
    answer = accepted(world.put("a"))
    assert [subscription.id for subscription in answer.subscribers] == ["a", "c", "q", "x"]


def test_other_managers_implicit_subscriptions_are_told() -> None:
    world = World()
    accepted(world.put("a", new=True))
    accepted(world.put("b", by="uss2", key=[world.intent("a").ovn], new=True))
    assert told(world.put("a", key=[world.intent("b").ovn], new=True)) == {
        world.implicit("a").id: 3,
        world.implicit("b").id: 2,
    }


# After the end


def test_an_intent_that_has_ended_is_there_by_id_for_a_day() -> None:
    world = World()
    accepted(world.put("a"))
    world.advance(HOUR + DAY)
    assert world.picture.intent("a") is not None
    world.advance(1)
    assert world.picture.intent("a") is None
    accepted(world.put("a", square(end=2 * DAY)))


def test_an_intent_that_has_ended_can_be_deleted() -> None:
    world = World()
    accepted(world.put("a"))
    world.advance(2 * HOUR)
    accepted(world.delete("a"))
    assert world.picture.intent("a") is None


def test_an_intent_that_has_ended_can_be_prolonged_and_counts_again() -> None:
    world = World()
    accepted(world.put("a"))
    world.advance(2 * HOUR)
    accepted(world.put("a", square(end=3 * HOUR)))
    assert world.put("b", square(end=3 * HOUR), by="uss2").intents == (world.intent("a"),)
