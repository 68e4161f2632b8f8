"""Subscriptions: who may change what, for how long, and what depends on them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange_world import AWAY, DAY, HERE, HOUR, MIN, T0, M, World, accepted, refusal, square, told
from sharedsky.exchange.model import Availability, State


def test_a_subscription_is_answered_with_what_lies_in_it() -> None:
    world = World()
    accepted(world.put("a"))
    accepted(world.put("b", AWAY))
    accepted(world.constrain("c"))
    answer = accepted(world.subscribe("s", constraints=True))
    assert [intent.id for intent in answer.intents] == ["a"]
    assert [constraint.id for constraint in answer.constraints] == ["c"]
    assert answer.availability == {"uss1": Availability.UNKNOWN, "auth": Availability.UNKNOWN}
    assert answer.dependents == ()


def test_it_is_answered_only_with_what_it_listens_to() -> None:
    world = World()
    accepted(world.put("a"))
    accepted(world.constrain("c"))
    answer = accepted(world.subscribe("s", intents=True, constraints=False))
    assert (len(answer.intents), answer.constraints) == (1, ())
    answer = accepted(world.subscribe("t", intents=False, constraints=True))
    assert (answer.intents, len(answer.constraints)) == ((), 1)


def test_a_subscription_must_listen_to_something() -> None:
    assert refusal(World().subscribe("s", intents=False, constraints=False)) == "invalid"


def test_a_new_subscription_has_index_0_and_is_not_implicit() -> None:
    world = World()
    accepted(world.subscribe())
    assert (world.sub("s").index, world.sub("s").implicit, world.sub("s").manager) == (0, False, "uss2")


def test_an_update_keeps_the_index_and_makes_a_new_version() -> None:
    world = World()
    accepted(world.subscribe())
    before = world.sub("s")
    accepted(world.put("a"))
    assert world.sub("s").version == before.version
    accepted(world.subscribe("s", AWAY))
    assert world.sub("s").version != before.version
    assert world.sub("s").index == 1


def test_an_update_moves_what_is_told() -> None:
    world = World()
    accepted(world.subscribe("s", HERE))
    accepted(world.subscribe("s", AWAY))
    assert told(world.put("a", HERE)) == {}
    assert told(world.put("b", AWAY)) == {"s": 1}


def test_creating_what_is_there_is_stale() -> None:
    world = World()
    accepted(world.subscribe())
    assert refusal(world.subscribe(current=False)) == "stale"


def test_changing_with_an_old_version_is_stale() -> None:
    world = World()
    accepted(world.subscribe())
    old = world.sub("s").version
    accepted(world.subscribe())
    assert refusal(world.subscribe(version=old)) == "stale"
    assert refusal(world.unsubscribe(version=old)) == "stale"


def test_changing_what_is_not_there_finds_nothing() -> None:
    assert refusal(World().subscribe(version="some-version")) == "missing"
    assert refusal(World().unsubscribe()) == "missing"


def test_changing_anothers_subscription_is_forbidden() -> None:
    world = World()
    accepted(world.subscribe(by="uss2"))
    before = world.sub("s")
    assert refusal(world.subscribe(by="uss1")) == "forbidden"
    assert refusal(world.subscribe(by="uss1", current=False)) == "forbidden"
    assert refusal(world.unsubscribe(by="uss1")) == "forbidden"
    assert world.sub("s") == before


def test_a_deleted_subscription_is_told_nothing() -> None:
    world = World()
    accepted(world.subscribe())
    before = world.sub("s")
    assert accepted(world.unsubscribe()).subscription == before
    assert told(world.put("a")) == {}


def test_a_down_uss_can_change_its_subscriptions() -> None:
    world = World()
    world.declare("uss2", Availability.DOWN)
    accepted(world.subscribe())
    accepted(world.subscribe())
    accepted(world.unsubscribe())


# Times and levels


@pytest.mark.parametrize(
    "extent",
    [
        square(start=HOUR, end=HOUR),
        square(start=HOUR, end=HOUR - 1),
        square(start=-HOUR, end=-MIN),
        square(start=-HOUR, end=0),
        replace(HERE, low_mm=100 * M, high_mm=100 * M),
        replace(HERE, low_mm=200 * M, high_mm=100 * M),
    ],
    ids=["an instant", "backward", "past", "ends right now", "flat", "upside down"],
)
def test_extents_that_make_no_sense_are_refused(extent: object) -> None:
    world = World()
    assert refusal(world.subscribe("s", extent)) == "invalid"  # type: ignore[arg-type]
    assert not world.picture.subscriptions


def test_a_subscription_may_have_begun_already() -> None:
    world = World()
    accepted(world.subscribe("s", square(start=-20 * HOUR, end=4 * HOUR)))
    assert world.sub("s").start_ns == T0 - 20 * HOUR


@pytest.mark.parametrize("start", [-12 * HOUR, -1, 0, HOUR, 40 * DAY])
@pytest.mark.parametrize(("more_ns", "kept"), [(-1, True), (0, True), (1, False)])
def test_a_subscription_lasts_24_hours_at_most(start: int, more_ns: int, kept: bool) -> None:
    answer = World().subscribe("s", square(start=start, end=start + DAY + more_ns))
    assert (accepted(answer) is not None) if kept else (refusal(answer) == "invalid")


@pytest.mark.parametrize(("more_ns", "kept"), [(0, True), (1, False)])
def test_a_subscription_that_goes_on_lasts_24_hours_from_now_at_most(more_ns: int, kept: bool) -> None:
    world = World()
    accepted(world.subscribe("s", square(end=DAY)))
    world.advance(20 * HOUR)
    answer = world.subscribe("s", square(start=0, end=20 * HOUR + DAY + more_ns))
    assert (accepted(answer) is not None) if kept else (refusal(answer) == "invalid")


def test_a_subscription_is_gone_once_it_has_ended() -> None:
    world = World()
    accepted(world.subscribe("s", square(end=HOUR)))
    world.advance(HOUR)
    assert world.picture.subscription("s") is not None
    world.advance(1)
    assert world.picture.subscription("s") is None
    accepted(world.subscribe("s", square(start=HOUR, end=2 * HOUR)))


# What depends on them


def _depended() -> World:
    world = World()
    accepted(world.subscribe("s", square(half_m=10_000.0, end=2 * HOUR), by="uss1"))
    accepted(world.put("a", sub="s"))
    return world


def test_an_answer_names_the_dependent_intents() -> None:
    world = _depended()
    accepted(world.put("b", key=[world.intent().ovn], sub="s"))
    assert accepted(world.subscribe("s", square(half_m=9_000.0), by="uss1")).dependents == ("a", "b")


def test_a_subscription_on_which_an_intent_depends_cannot_be_deleted() -> None:
    world = _depended()
    assert refusal(world.unsubscribe(by="uss1")) == "invalid"
    world.delete("a")
    accepted(world.unsubscribe(by="uss1"))


def test_an_implicit_subscription_cannot_be_deleted_while_its_intent_is_there() -> None:
    world = World()
    accepted(world.put("a", new=True))
    assert refusal(world.unsubscribe(world.implicit().id, by="uss1")) == "invalid"


@pytest.mark.parametrize(
    "extent",
    [
        AWAY,
        square(10_000.0, half_m=5_000.0),
        square(half_m=10_000.0, end=HOUR - 1),
        square(half_m=10_000.0, start=1),
        square(half_m=10_000.0, high=99.999),
        square(half_m=10_000.0, low=0.001),
    ],
    ids=["elsewhere", "half", "ends before", "begins after", "lower", "higher"],
)
def test_an_update_that_would_uncover_a_dependent_is_refused(extent: object) -> None:
    world = _depended()
    before = world.sub("s")
    assert refusal(world.subscribe("s", extent, by="uss1")) == "invalid"  # type: ignore[arg-type]
    assert world.sub("s") == before


def test_an_update_that_no_longer_listens_to_intents_is_refused_while_one_depends() -> None:
    world = _depended()
    assert refusal(world.subscribe("s", square(half_m=10_000.0), by="uss1", intents=False, constraints=True)) == "invalid"


def test_an_update_that_just_covers_its_dependents_is_kept() -> None:
    world = _depended()
    accepted(world.subscribe("s", HERE, by="uss1"))


def test_the_past_of_a_dependent_needs_no_cover() -> None:
    world = _depended()
    world.advance(30 * MIN)
    accepted(world.subscribe("s", square(start=30 * MIN), by="uss1"))


def test_what_a_dependent_has_flown_already_needs_no_cover() -> None:
    world = World()
    wide = square(half_m=30_000.0, end=2 * HOUR)
    accepted(world.subscribe("s", wide, by="uss1"))
    accepted(world.put("a", (square(20_000.0, end=5 * MIN), square(start=5 * MIN)), sub="s"))
    world.advance(10 * MIN)
    accepted(world.subscribe("s", square(start=10 * MIN), by="uss1"))


def test_a_dependent_that_has_ended_needs_no_cover() -> None:
    world = _depended()
    world.advance(HOUR + 1)
    accepted(world.subscribe("s", square(20_000.0, start=HOUR, end=3 * HOUR), by="uss1"))


def test_a_dependent_that_has_ended_does_not_keep_it_listening_to_intents() -> None:
    world = _depended()
    world.advance(HOUR + 1)
    later = square(start=HOUR, end=3 * HOUR)
    accepted(world.subscribe("s", later, by="uss1", intents=False, constraints=True))


def test_an_implicit_subscription_that_its_manager_changes_stays_implicit() -> None:
    world = World()
    accepted(world.put("a", new=True, state=State.ACCEPTED))
    ident = world.implicit().id
    accepted(world.subscribe(ident, square(half_m=5_000.0, end=2 * HOUR), by="uss1"))
    assert world.sub(ident).implicit
    world.delete("a")
    assert not world.picture.subscriptions


def test_times_are_those_of_the_request() -> None:
    world = World()
    accepted(world.subscribe("s", square(start=MIN, end=HOUR)))
    assert (world.sub("s").start_ns, world.sub("s").end_ns) == (T0 + MIN, T0 + HOUR)
