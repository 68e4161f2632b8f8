"""The subscription of an intent: named, new and implicit, none; it grows, shrinks, and dies with its last intent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange_world import AWAY, DAY, HERE, HOUR, MIN, URL, M, World, accepted, refusal, square, told
from sharedsky.exchange.cover import cover_of
from sharedsky.exchange.intents import NewSubscription
from sharedsky.exchange.model import State

FLYING = [State.ACTIVATED, State.NONCONFORMING, State.CONTINGENT]


def _implicit(*extents: object) -> World:
    """uss1 has an intent `a` with an implicit subscription."""
    world = World()
    accepted(world.put("a", *extents, new=True))
    return world


# None


def test_an_accepted_intent_needs_no_subscription() -> None:
    world = World()
    assert told(world.put("a")) == {}
    assert world.intent().subscription_id is None
    assert not world.picture.subscriptions


@pytest.mark.parametrize("state", FLYING)
def test_an_intent_that_flies_needs_a_subscription(state: State) -> None:
    world = World()
    accepted(world.put("a"))
    assert refusal(world.put("a", state=state)) == "invalid"
    accepted(world.put("a", state=state, new=True))


@pytest.mark.parametrize("state", FLYING)
def test_the_subscription_is_to_be_named_in_each_request_of_one_that_flies(state: State) -> None:
    world = _implicit()
    assert refusal(world.put("a", state=state)) == "invalid"
    accepted(world.put("a", state=state, sub=world.intent().subscription_id))


@pytest.mark.parametrize("state", FLYING)
def test_an_intent_is_created_as_accepted_only(state: State) -> None:
    assert refusal(World().put("a", state=state, new=True)) == "invalid"


# Named


def test_a_named_subscription_is_kept_and_depended_on() -> None:
    world = World()
    accepted(world.subscribe("s", by="uss1"))
    accepted(world.put("a", sub="s"))
    assert world.intent().subscription_id == "s"
    assert world.picture.dependents("s") == ["a"]


def test_a_named_subscription_goes_before_a_new_one() -> None:
    world = World()
    accepted(world.subscribe("s", by="uss1"))
    accepted(world.put("a", sub="s", new=True))
    assert list(world.picture.subscriptions) == ["s"]


def test_a_subscription_that_is_not_there_is_refused() -> None:
    world = World()
    assert refusal(world.put("a", sub="s")) == "invalid"
    assert not world.picture.intents


def test_a_subscription_of_another_manager_is_refused() -> None:
    world = World()
    accepted(world.subscribe("s", by="uss2"))
    assert refusal(world.put("a", sub="s", by="uss1")) == "forbidden"


def test_a_subscription_for_constraints_alone_is_refused() -> None:
    world = World()
    accepted(world.subscribe("s", by="uss1", intents=False, constraints=True))
    assert refusal(world.put("a", sub="s")) == "invalid"


@pytest.mark.parametrize(
    "short",
    [
        square(20_000.0),
        square(5_000.0, half_m=5_000.0),
        replace(HERE, high_mm=100 * M - 1),
        replace(HERE, low_mm=1),
        replace(HERE, end_ns=HERE.end_ns - 1),
    ],
    ids=["elsewhere", "half of it", "lower", "higher", "shorter"],
)
def test_a_subscription_that_does_not_cover_the_intent_is_refused(short: object) -> None:
    world = World()
    accepted(world.subscribe("s", short, by="uss1"))  # type: ignore[arg-type]
    intent = square(half_m=3_000.0) if short == square(5_000.0, half_m=5_000.0) else HERE
    assert refusal(world.put("a", intent, sub="s")) == "invalid"
    assert world.picture.dependents("s") == []


def test_a_subscription_must_cover_every_volume() -> None:
    world = World()
    accepted(world.subscribe("s", by="uss1"))
    assert refusal(world.put("a", (HERE, AWAY), sub="s")) == "invalid"


def test_a_subscription_that_is_just_the_intent_covers_it() -> None:
    world = World()
    accepted(world.subscribe("s", HERE, by="uss1"))
    accepted(world.put("a", HERE, sub="s"))


def test_the_past_of_an_intent_needs_no_cover() -> None:
    world = World()
    world.advance(10 * MIN)
    accepted(world.subscribe("s", square(start=10 * MIN), by="uss1"))
    accepted(world.put("a", HERE, sub="s"))


def test_a_volume_that_is_flown_already_needs_no_cover() -> None:
    """A flight on its way finds a subscription that begins now."""
    world = World()
    flown, ahead = square(20_000.0, end=5 * MIN), square(start=5 * MIN)
    accepted(world.put("a", (flown, ahead)))
    world.advance(10 * MIN)
    accepted(world.subscribe("s", square(start=10 * MIN), by="uss1"))
    accepted(world.put("a", (flown, ahead), sub="s", state=State.ACTIVATED))


def test_a_volume_that_ends_right_now_still_needs_cover() -> None:
    world = World()
    accepted(world.subscribe("s", square(start=0, end=HOUR), by="uss1"))
    world.advance(10 * MIN)
    assert refusal(world.put("a", (HERE, square(20_000.0, end=10 * MIN)), sub="s")) == "invalid"


def test_a_subscription_that_has_ended_is_refused() -> None:
    world = World()
    accepted(world.subscribe("s", square(end=MIN), by="uss1"))
    world.advance(MIN + 1)
    assert refusal(world.put("a", sub="s")) == "invalid"


# New and implicit


def test_a_new_subscription_is_implicit_and_covers_the_intent() -> None:
    world = World()
    answer = world.put("a", (HERE, AWAY), new=NewSubscription("https://else.example.com", for_constraints=True))
    sub = world.implicit()
    assert told(answer) == {sub.id: 1}
    assert sub.implicit
    assert sub.manager == "uss1"
    assert sub.uss_base_url == "https://else.example.com"
    assert (sub.for_intents, sub.for_constraints) == (True, True)
    assert sub.cover == world.intent().cover
    assert (sub.start_ns, sub.end_ns) == (HERE.start_ns, HERE.end_ns)
    assert sub.index == 1


def test_an_implicit_subscription_may_last_longer_than_a_day() -> None:
    accepted(World().put("a", square(end=20 * DAY), new=True))


def test_an_implicit_subscription_grows_with_its_intent() -> None:
    world = _implicit()
    before = world.implicit()
    accepted(world.put("a", (HERE, AWAY), sub=before.id))
    after = world.implicit()
    assert after.id == before.id
    assert after.version != before.version
    assert after.cover == cover_of((HERE, AWAY))


def test_an_implicit_subscription_shrinks_with_its_intent() -> None:
    world = _implicit((HERE, square(20_000.0, end=2 * HOUR)))
    accepted(world.put("a", HERE, sub=world.intent().subscription_id))
    assert world.implicit().cover == cover_of((HERE,))
    assert world.implicit().end_ns == HERE.end_ns


def test_an_implicit_subscription_that_an_intent_has_alone_is_used_again() -> None:
    world = _implicit()
    before = world.implicit()
    answer = world.put("a", AWAY, new=NewSubscription("https://new.example.com", for_constraints=True))
    after = world.implicit()
    assert after.id == before.id
    assert after.uss_base_url == "https://new.example.com"
    assert after.for_constraints
    assert after.cover == cover_of((AWAY,))
    assert told(answer) == {before.id: before.index + 1}
    assert len(world.picture.subscriptions) == 1


def _shared() -> World:
    """Intents `a` here and `b` away depend on one implicit subscription."""
    world = _implicit()
    accepted(world.put("b", AWAY, sub=world.intent().subscription_id))
    assert world.picture.dependents(world.implicit("a").id) == ["a", "b"]
    assert set(world.implicit("a").cover) == set(cover_of((HERE, AWAY)))
    return world


def test_an_implicit_subscription_that_is_named_grows_over_a_second_intent() -> None:
    world = _shared()
    accepted(world.put("d", square(40_000.0), by="uss2"))
    assert told(world.put("d", AWAY, by="uss2", key=[world.intent("b").ovn])) == {world.implicit("a").id: 3}


def test_an_intent_that_asks_for_a_new_subscription_leaves_one_that_it_shares() -> None:
    world = _shared()
    old = world.implicit("a").id
    accepted(world.put("a", HERE, new=True))
    assert world.implicit("a").id != old
    assert world.picture.dependents(old) == ["b"]
    assert world.sub(old).cover == cover_of((AWAY,))


def test_an_implicit_subscription_shrinks_when_one_of_its_intents_is_deleted() -> None:
    world = _shared()
    sub = world.implicit("a")
    assert told(world.delete("b")) == {sub.id: sub.index + 1}
    assert world.sub(sub.id).cover == cover_of((HERE,))


def test_an_implicit_subscription_that_shrinks_still_counts_the_notification() -> None:
    """Deleting `b` and then changing `a` are two notifications with two indices."""
    world = _shared()
    sub = world.implicit("a")
    first = told(world.delete("b"))
    second = told(world.put("a", HERE, sub=sub.id))
    assert (first, second) == ({sub.id: sub.index + 1}, {sub.id: sub.index + 2})
    assert world.sub(sub.id).index == sub.index + 2


def test_an_implicit_subscription_dies_with_its_intent_which_is_told_for_the_last_time() -> None:
    world = _implicit()
    sub = world.implicit()
    assert told(world.delete()) == {sub.id: sub.index + 1}
    assert not world.picture.subscriptions


def test_an_implicit_subscription_dies_with_its_last_intent_only() -> None:
    world = _shared()
    world.delete("a")
    assert len(world.picture.subscriptions) == 1
    world.delete("b")
    assert not world.picture.subscriptions


def test_a_subscription_that_was_made_for_itself_outlives_its_intents() -> None:
    world = World()
    accepted(world.subscribe("s", by="uss1"))
    accepted(world.put("a", sub="s"))
    world.delete("a")
    assert list(world.picture.subscriptions) == ["s"]
    assert world.picture.dependents("s") == []


# Switching


def test_switching_to_a_named_subscription_ends_the_implicit_one() -> None:
    world = _implicit()
    old = world.implicit().id
    accepted(world.subscribe("s", by="uss1"))
    assert told(world.put("a", sub="s")) == {"s": 1}
    assert world.picture.subscription(old) is None
    assert world.picture.dependents(old) == []


def test_switching_to_an_implicit_subscription_leaves_the_named_one() -> None:
    world = World()
    accepted(world.subscribe("s", by="uss1"))
    accepted(world.put("a", sub="s"))
    accepted(world.put("a", new=True))
    assert world.implicit().implicit
    assert world.picture.dependents("s") == []
    assert "s" in world.picture.subscriptions


def test_an_accepted_intent_lets_go_of_its_implicit_subscription() -> None:
    world = _implicit()
    assert told(world.put("a")) == {}
    assert world.intent().subscription_id is None
    assert not world.picture.subscriptions


def test_switching_between_two_implicit_subscriptions_counts_each_once() -> None:
    world = _implicit()
    accepted(world.put("b", AWAY, new=True))
    one, two = world.implicit("a"), world.implicit("b")
    answer = told(world.put("b", HERE, sub=one.id, key=[world.intent("a").ovn]))
    assert answer == {one.id: one.index + 1}
    assert world.picture.subscription(two.id) is None
    assert world.picture.dependents(one.id) == ["a", "b"]


def test_a_refusal_leaves_the_implicit_subscription_as_it_was() -> None:
    world = _implicit()
    before = world.implicit()
    accepted(world.put("z", AWAY, by="uss2"))
    world.put("a", (HERE, AWAY), sub=before.id)
    assert world.implicit() == before


def test_a_flight_that_runs_late_finds_a_new_subscription() -> None:
    """Its implicit one ended with it; it can be changed by its id for a day."""
    world = _implicit()
    old = world.intent().subscription_id
    world.advance(HOUR + MIN)
    assert world.picture.subscription(old or "") is None
    late = square(end=2 * HOUR)
    assert refusal(world.put("a", late, sub=old)) == "invalid"
    accepted(world.put("a", late, new=True, state=State.ACTIVATED))
    assert world.implicit().end_ns == late.end_ns


def test_the_url_of_the_new_subscription_is_its_own() -> None:
    world = _implicit()
    assert world.implicit().uss_base_url == URL
