"""Constraints: who may change what, and who is told."""

from __future__ import annotations

from exchange_world import AWAY, DAY, HERE, HOUR, MIN, T0, World, accepted, refusal, square, told
from sharedsky.exchange.model import Availability


def test_a_constraint_needs_no_key() -> None:
    world = World()
    accepted(world.put("a"))
    assert accepted(world.constrain()).created


def test_those_who_listen_to_constraints_are_told_of_creation_change_and_deletion() -> None:
    world = World()
    accepted(world.subscribe("s", intents=False, constraints=True))
    accepted(world.subscribe("both", constraints=True))
    accepted(world.subscribe("intents only"))
    assert told(world.constrain()) == {"both": 1, "s": 1}
    assert told(world.constrain()) == {"both": 2, "s": 2}
    assert told(world.unconstrain()) == {"both": 3, "s": 3}
    assert world.sub("intents only").index == 0


def test_those_where_it_was_and_where_it_will_be_are_told_each_once() -> None:
    world = World()
    accepted(world.subscribe("here", HERE, constraints=True))
    accepted(world.subscribe("there", AWAY, constraints=True))
    accepted(world.subscribe("everywhere", square(half_m=40_000.0), constraints=True))
    assert told(world.constrain("c", HERE)) == {"here": 1, "everywhere": 1}
    assert told(world.constrain("c", AWAY)) == {"here": 2, "there": 1, "everywhere": 2}


def test_an_implicit_subscription_that_listens_to_constraints_is_told() -> None:
    world = World()
    accepted(world.subscribe("s", by="uss1", constraints=True))
    accepted(world.put("a", sub="s"))
    assert told(world.constrain()) == {"s": 2}


def test_versions_go_up_by_one_and_each_has_its_own_ovn() -> None:
    world = World()
    answers = [world.constrain() for _ in range(3)]
    assert [answer.entity.version for answer in answers] == [1, 2, 3]
    assert len({answer.entity.ovn for answer in answers}) == 3
    assert [answer.created for answer in answers] == [True, False, False]


def test_creating_what_is_there_is_stale_and_anothers_is_forbidden() -> None:
    world = World()
    accepted(world.constrain())
    assert refusal(world.constrain(current=False)) == "stale"
    assert refusal(world.constrain(current=False, by="else")) == "forbidden"


def test_an_old_ovn_is_stale() -> None:
    world = World()
    accepted(world.constrain())
    old = world.constraint().ovn
    accepted(world.constrain())
    assert refusal(world.constrain(ovn=old)) == "stale"
    assert refusal(world.unconstrain(ovn=old)) == "stale"


def test_what_is_not_there_is_not_found() -> None:
    assert refusal(World().constrain(ovn="some-ovn")) == "missing"
    assert refusal(World().unconstrain()) == "missing"


def test_anothers_constraint_is_forbidden() -> None:
    world = World()
    accepted(world.constrain())
    before = world.constraint()
    assert refusal(world.constrain(by="else")) == "forbidden"
    assert refusal(world.unconstrain(by="else")) == "forbidden"
    assert world.constraint() == before


def test_a_manager_that_is_down_may_still_manage_constraints() -> None:
    world = World()
    world.declare("auth", Availability.DOWN)
    assert accepted(world.constrain()).availability is Availability.DOWN
    accepted(world.constrain())
    accepted(world.unconstrain())


def test_the_times_of_a_constraint_are_those_of_all_its_volumes() -> None:
    world = World()
    accepted(world.constrain("c", (square(start=5 * MIN, end=HOUR), square(start=MIN, end=9 * MIN))))
    assert (world.constraint().start_ns, world.constraint().end_ns) == (T0 + MIN, T0 + HOUR)


def test_a_constraint_that_has_ended_is_there_by_id_for_a_day_and_near_nothing() -> None:
    world = World()
    accepted(world.constrain())
    world.advance(HOUR + 1)
    assert world.picture.constraints_near(world.constraint().cover) == []
    world.advance(DAY - 1)
    assert world.picture.constraint("c") is not None
    world.advance(1)
    assert world.picture.constraint("c") is None
