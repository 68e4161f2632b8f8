"""Keys: what a manager must have known to plan where others are (F3548-21, PutOperationalIntentReferenceParameters)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange_world import AWAY, HERE, HOUR, MIN, URL, M, World, accepted, missing, refusal, square, told
from sharedsky.exchange.intents import NewSubscription
from sharedsky.exchange.model import Availability, State

LISTENS = NewSubscription(URL, for_constraints=True)


def _planned(**options: object) -> World:
    """uss1 has an intent `a` here."""
    world = World()
    accepted(world.put("a", **options))
    return world


def test_the_first_intent_needs_no_key() -> None:
    answer = accepted(World().put("a"))
    assert answer.created
    assert answer.entity.version == 1


def test_an_intent_beside_another_without_its_ovn_is_shown_it() -> None:
    world = _planned()
    answer = world.put("b", by="uss2")
    assert missing(answer) == ({"a"}, set())
    assert answer.availability == {"uss1": Availability.UNKNOWN}
    assert world.picture.intent("b") is None


def test_an_intent_beside_another_with_its_ovn_is_accepted() -> None:
    world = _planned()
    accepted(world.put("b", by="uss2", key=[world.intent().ovn]))


def test_all_that_is_missing_is_listed_at_once() -> None:
    world = _planned()
    accepted(world.put("b", square(300.0), key=[world.intent().ovn]))
    accepted(world.constrain("c"))
    accepted(world.constrain("d"))
    answer = world.put("e", by="uss2", new=LISTENS)
    assert missing(answer) == ({"a", "b"}, {"c", "d"})
    assert answer.availability == {"uss1": Availability.UNKNOWN, "auth": Availability.UNKNOWN}


def test_a_manager_must_know_its_own_other_intents_too() -> None:
    world = _planned()
    assert missing(world.put("b", by="uss1")) == ({"a"}, set())


def test_an_intents_own_ovn_is_not_needed_to_change_it() -> None:
    world = _planned()
    answer = accepted(world.put("a", square(100.0)))
    assert not answer.created
    assert answer.entity.version == 2


def test_an_ovn_that_was_current_is_not_enough() -> None:
    world = _planned()
    before = world.intent().ovn
    accepted(world.put("a", square(100.0)))
    assert world.intent().ovn != before
    assert missing(world.put("b", by="uss2", key=[before])) == ({"a"}, set())


def test_a_change_that_changes_nothing_makes_a_new_ovn_and_version() -> None:
    world = _planned()
    before = world.intent()
    accepted(world.put("a"))
    assert world.intent().ovn != before.ovn
    assert world.intent().version == before.version + 1


def test_an_ovn_that_is_not_needed_does_no_harm() -> None:
    accepted(World().put("a", key=["no-such-ovn-anywhere"]))


def test_a_key_is_asked_for_where_an_intent_moves_to_not_where_it_was() -> None:
    world = _planned()
    accepted(world.put("b", AWAY, by="uss2"))
    assert missing(world.put("b", HERE, by="uss2")) == ({"a"}, set())
    accepted(world.put("b", HERE, by="uss2", key=[world.intent("a").ovn]))
    accepted(world.put("b", AWAY, by="uss2"))


@pytest.mark.parametrize("state", [State.NONCONFORMING, State.CONTINGENT])
def test_an_intent_as_flown_needs_no_key(state: State) -> None:
    world = _planned()
    accepted(world.put("b", AWAY, by="uss2"))
    accepted(world.put("b", HERE, by="uss2", state=state, new=True))


@pytest.mark.parametrize("state", [State.NONCONFORMING, State.CONTINGENT, State.ACTIVATED, State.ACCEPTED])
def test_others_must_know_an_intent_in_every_state(state: State) -> None:
    world = _planned()
    accepted(world.put("a", state=state, new=True))
    assert missing(world.put("b", by="uss2")) == ({"a"}, set())


def test_an_intent_is_activated_with_a_key_only() -> None:
    world = _planned()
    accepted(world.put("b", by="uss2", key=[world.intent("a").ovn]))
    assert missing(world.put("b", by="uss2", state=State.ACTIVATED, new=True)) == ({"a"}, set())
    accepted(world.put("b", by="uss2", state=State.ACTIVATED, new=True, key=[world.intent("a").ovn]))


def test_back_from_nonconforming_to_activated_needs_a_key() -> None:
    world = _planned()
    accepted(world.put("b", AWAY, by="uss2"))
    accepted(world.put("b", by="uss2", state=State.NONCONFORMING, new=True))
    assert missing(world.put("b", by="uss2", state=State.ACTIVATED, new=True)) == ({"a"}, set())


# Those who are Down


def test_an_accepted_intent_of_a_uss_that_is_down_needs_no_ovn() -> None:
    world = _planned()
    world.declare("uss1", Availability.DOWN)
    accepted(world.put("b", by="uss2"))


@pytest.mark.parametrize("state", [State.ACTIVATED, State.NONCONFORMING, State.CONTINGENT])
def test_an_intent_in_flight_of_a_uss_that_is_down_needs_its_ovn(state: State) -> None:
    world = _planned()
    accepted(world.put("a", state=state, new=True))
    world.declare("uss1", Availability.DOWN)
    answer = world.put("b", by="uss2")
    assert missing(answer) == ({"a"}, set())
    assert answer.availability["uss1"] is Availability.DOWN


def test_what_a_down_uss_planned_counts_again_when_it_is_back() -> None:
    world = _planned()
    world.declare("uss1", Availability.DOWN)
    world.declare("uss1", Availability.NORMAL)
    assert missing(world.put("b", by="uss2")) == ({"a"}, set())


def test_one_down_uss_does_not_excuse_anothers_intents() -> None:
    world = _planned()
    accepted(world.put("b", by="uss2", key=[world.intent("a").ovn]))
    world.declare("uss1", Availability.DOWN)
    assert missing(world.put("d", by="uss3")) == ({"b"}, set())


# Constraints


def test_constraints_are_not_needed_without_a_subscription() -> None:
    world = World()
    accepted(world.constrain())
    accepted(world.put("a"))


def test_constraints_are_not_needed_where_the_subscription_does_not_listen_to_them() -> None:
    world = World()
    accepted(world.constrain())
    accepted(world.put("a", new=True))


def test_constraints_are_needed_where_a_new_subscription_listens_to_them() -> None:
    world = World()
    accepted(world.constrain())
    assert missing(world.put("a", new=LISTENS)) == (set(), {"c"})
    accepted(world.put("a", new=LISTENS, key=[world.constraint().ovn]))


@pytest.mark.parametrize("listens", [True, False])
def test_constraints_are_needed_where_a_named_subscription_listens_to_them(listens: bool) -> None:
    world = World()
    accepted(world.constrain())
    accepted(world.subscribe("s", by="uss1", constraints=listens))
    if listens:
        assert missing(world.put("a", sub="s")) == (set(), {"c"})
    accepted(world.put("a", sub="s", key=[world.constraint().ovn] if listens else []))


def test_a_constraint_of_a_down_manager_is_needed_all_the_same() -> None:
    world = World()
    accepted(world.constrain())
    world.declare("auth", Availability.DOWN)
    assert missing(world.put("a", new=LISTENS)) == (set(), {"c"})


# Relevance: area, levels, times


def test_what_is_far_away_is_not_relevant() -> None:
    accepted(_planned().put("b", AWAY, by="uss2"))


def test_what_flies_above_is_not_relevant() -> None:
    world = _planned()
    above = replace(HERE, low_mm=100 * M + 1, high_mm=200 * M)
    accepted(world.put("b", above, by="uss2"))


def test_levels_that_touch_are_relevant() -> None:
    world = _planned()
    above = replace(HERE, low_mm=100 * M, high_mm=200 * M)
    assert missing(world.put("b", above, by="uss2")) == ({"a"}, set())


def test_what_flies_later_is_not_relevant() -> None:
    world = _planned()
    later = replace(HERE, start_ns=HERE.end_ns + 1, end_ns=HERE.end_ns + HOUR)
    accepted(world.put("b", later, by="uss2"))


def test_times_that_touch_are_relevant() -> None:
    world = _planned()
    later = replace(HERE, start_ns=HERE.end_ns, end_ns=HERE.end_ns + HOUR)
    assert missing(world.put("b", later, by="uss2")) == ({"a"}, set())


def test_volumes_are_compared_one_by_one_not_as_a_whole() -> None:
    """Here early and there late is not relevant to there early and here late."""
    world = World()
    accepted(world.put("a", (square(end=10 * MIN), square(20_000.0, start=30 * MIN))))
    other = (square(start=30 * MIN), square(20_000.0, end=10 * MIN))
    accepted(world.put("b", other, by="uss2"))


def test_one_volume_of_many_is_enough_to_be_relevant() -> None:
    world = _planned()
    many = tuple(square(20_000.0 + 5_000.0 * k) for k in range(20))
    assert missing(world.put("b", (*many, HERE), by="uss2")) == ({"a"}, set())


def test_what_has_ended_is_not_relevant() -> None:
    world = _planned()
    world.advance(HOUR + 1)
    accepted(world.put("b", square(end=2 * HOUR), by="uss2"))


def test_what_was_deleted_is_not_relevant() -> None:
    world = _planned()
    world.delete("a")
    accepted(world.put("b", by="uss2"))


# What comes before the key, and is not told of it


def test_an_ovn_of_a_requested_suffix_is_known_before_the_answer() -> None:
    world = World()
    accepted(world.put("a", suffix="018f-suffix"))
    assert world.intent().ovn == "a_018f-suffix"
    accepted(world.put("b", by="uss2", key=["a_018f-suffix"]))


def test_a_requested_ovn_that_is_the_current_one_is_refused() -> None:
    """Who knew the intent as it was would be taken to know it as it is."""
    world = World()
    accepted(world.put("a", suffix="018f-suffix"))
    assert refusal(world.put("a", AWAY, suffix="018f-suffix")) == "invalid"
    accepted(world.put("a", AWAY, suffix="018f-other"))


def test_refused_for_its_key_is_changed_in_nothing() -> None:
    world = _planned()
    accepted(world.subscribe("s", HERE, by="uss2"))
    before = world.picture.subscription("s")
    missing(world.put("b", by="uss2", new=True))
    assert world.picture.subscription("s") == before
    assert list(world.picture.subscriptions) == ["s"]
    assert told(world.put("b", by="uss2", key=[world.intent().ovn])) == {"s": 1}
