"""The picture: changes and taking them back, and what time does."""

from __future__ import annotations

from dataclasses import replace

from exchange_world import AWAY, DAY, HERE, HOUR, MIN, T0, World, accepted, square, told
from sharedsky.exchange.changes import Drop, Notified, Put
from sharedsky.exchange.cover import cover_of
from sharedsky.exchange.model import Availability, UssStatus
from sharedsky.exchange.picture import KEPT_AFTER_END_NS, Picture


def _world() -> World:
    world = World()
    accepted(world.subscribe("s", square(half_m=10_000.0, end=2 * HOUR), by="uss1"))
    accepted(world.put("a", sub="s"))
    accepted(world.constrain("c"))
    return world


def test_taking_back_restores_nearness_dependents_and_indices() -> None:
    world = _world()
    picture = world.picture
    sub, intent = world.sub("s"), world.intent("a")
    moved = replace(intent, cover=cover_of((AWAY,)), subscription_id=None)
    undo = picture.apply([Put(moved), Notified(("s",)), Drop("constraint", "c"), Notified(("s",))])
    assert picture.dependents("s") == []
    assert picture.intents_near(intent.cover) == []
    assert world.sub("s").index == sub.index + 2
    picture.apply(undo)
    assert world.sub("s") == sub
    assert picture.dependents("s") == ["a"]
    assert picture.intents_near(intent.cover) == [intent]
    assert picture.intents_near(moved.cover) == []
    assert picture.constraints_near(intent.cover) == [world.constraint("c")]


def test_taking_back_what_was_not_there_leaves_nothing() -> None:
    world = _world()
    picture = Picture(T0)
    undo = picture.apply([Put(world.sub("s")), Put(world.intent("a")), Notified(("s",)), Drop("subscription", "s")])
    picture.apply(undo)
    assert (picture.intents, picture.subscriptions) == ({}, {})
    assert picture.dependents("s") == []
    assert picture.subscriptions_near(world.sub("s").cover) == []


def test_taking_back_the_first_word_on_a_uss_makes_it_unknown_again() -> None:
    picture = Picture(T0)
    picture.apply(picture.apply([Put(UssStatus("uss1", Availability.DOWN, "1"))]))
    assert picture.status("uss1") == UssStatus("uss1", Availability.UNKNOWN, "")


def test_dropping_what_is_not_there_changes_nothing_and_takes_nothing_back() -> None:
    assert Picture(T0).apply([Drop("intent", "a"), Drop("subscription", "s")]) == []


def test_what_ends_is_near_until_its_last_instant_and_readable_for_a_day() -> None:
    world = _world()
    picture, intent = world.picture, world.intent("a")
    assert picture.advance(intent.end_ns) == []
    assert picture.intents_near(intent.cover) == [intent]
    assert picture.advance(intent.end_ns + 1) == []
    assert picture.intents_near(intent.cover) == []
    assert picture.intent("a") == intent
    assert KEPT_AFTER_END_NS == DAY
    assert Drop("intent", "a") not in picture.advance(intent.end_ns + DAY)
    assert Drop("intent", "a") in picture.advance(intent.end_ns + DAY + 1)


def test_a_subscription_is_due_as_soon_as_it_has_ended() -> None:
    world = _world()
    end_ns = world.sub("s").end_ns
    assert world.picture.advance(end_ns) == []
    assert world.picture.advance(end_ns + 1) == [Drop("subscription", "s")]


def test_what_is_due_is_told_again_until_it_is_applied_and_then_never() -> None:
    world = _world()
    late_ns = T0 + 10 * DAY
    first = world.picture.advance(late_ns)
    assert len(first) == len(set(first)) == 3
    assert sorted(map(repr, world.picture.advance(late_ns))) == sorted(map(repr, first))
    world.picture.apply(first)
    assert world.picture.advance(late_ns + 1) == []


def test_what_is_gone_is_not_gone_through_again() -> None:
    """Work and memory do not grow with all that ever was."""
    world = World()
    for _ in range(200):
        accepted(world.put("a", replace(HERE, start_ns=world.now_ns, end_ns=world.now_ns + MIN)))
        world.advance(MIN + DAY + 1)
        assert world.picture.intent("a") is None
    assert len(world.picture._kept) <= 1
    assert len(world.picture._ends) <= 1


def test_an_end_that_moves_later_keeps_it_near() -> None:
    world = World()
    accepted(world.put("a", square(end=HOUR)))
    accepted(world.put("a", square(end=2 * HOUR)))
    world.advance(HOUR + 1)
    assert world.picture.intents_near(world.intent().cover) == [world.intent()]
    world.advance(HOUR)
    assert world.picture.intents_near(world.intent().cover) == []


def test_an_end_that_moves_earlier_and_back_again_counts_as_it_is_now() -> None:
    world = World()
    accepted(world.put("a", square(end=2 * HOUR)))
    accepted(world.put("a", square(end=HOUR)))
    world.advance(MIN)
    accepted(world.put("a", square(end=2 * HOUR)))
    world.advance(HOUR)
    assert world.picture.intents_near(world.intent().cover) == [world.intent()]
    accepted(world.put("a", square(end=HOUR + 2 * MIN)))
    world.advance(MIN + 1)
    assert world.picture.intents_near(world.intent().cover) == []
    world.advance(DAY)
    assert world.picture.intent("a") is None


def test_what_had_ended_and_goes_on_is_kept_by_its_new_end() -> None:
    world = World()
    accepted(world.put("a", square(end=HOUR)))
    world.advance(HOUR + DAY)
    accepted(world.put("a", square(end=2 * DAY)))
    world.advance(HOUR)
    assert world.picture.intents_near(world.intent().cover) == [world.intent()]


def test_a_clock_that_steps_back_brings_nothing_back() -> None:
    world = World()
    accepted(world.put("a"))
    end_ns = world.intent().end_ns
    world.picture.advance(end_ns + 1)
    world.picture.advance(T0)
    assert world.picture.intents_near(world.intent().cover) == []


def test_what_is_loaded_is_as_if_it_had_been_put() -> None:
    world = _world()
    picture = Picture(T0)
    picture.load([world.intent("a"), world.constraint("c"), world.sub("s"), UssStatus("uss1", Availability.DOWN, "7")])
    assert picture.intents == world.picture.intents
    assert picture.constraints == world.picture.constraints
    assert picture.subscriptions == world.picture.subscriptions
    assert picture.dependents("s") == ["a"]
    assert picture.status("uss1").version == "7"
    assert picture.intents_near(world.intent("a").cover) == [world.intent("a")]
    assert len(picture.advance(T0 + 10 * DAY)) == 3


def test_what_is_loaded_after_its_end_is_near_nothing_once_time_is_told() -> None:
    world = _world()
    picture = Picture(T0)
    picture.load([world.intent("a"), world.sub("s")])
    assert picture.advance(T0 + 3 * HOUR) == [Drop("subscription", "s")]
    assert picture.intents_near(world.intent("a").cover) == []
    assert picture.intent("a") is not None


def test_an_intent_whose_subscription_is_gone_can_be_changed_and_deleted() -> None:
    world = World()
    accepted(world.put("a", new=True))
    world.advance(HOUR + 1)
    assert world.picture.subscriptions == {}
    accepted(world.put("a", square(end=2 * HOUR), new=True))
    assert told(world.delete("a")) == {"id-2": 2}
    assert world.picture.subscriptions == {}


def test_what_is_put_at_its_last_instant_is_near_and_a_nanosecond_later_is_not() -> None:
    intent = _world().intent("a")
    for late_ns, near in ((0, [intent]), (1, [])):
        picture = Picture(T0)
        picture.advance(intent.end_ns + late_ns)
        picture.apply([Put(intent)])
        assert picture.intents_near(intent.cover) == near
        assert picture.intent("a") == intent


def test_what_is_put_after_a_clock_stepped_back_is_judged_by_the_latest_time() -> None:
    intent = _world().intent("a")
    picture = Picture(T0)
    picture.advance(intent.end_ns + 1)
    picture.advance(T0)
    picture.apply([Put(intent)])
    assert picture.intents_near(intent.cover) == []
