"""The zoo runs through the predicate that decides, and through the oracle, every pair both ways."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement, product

import pytest

from oracle.geometry import footprints_meet
from sharedsky.airspace.meet import meet
from zoo import EXPECTED, ROOMS, SAME, ZOO, Pair


@pytest.mark.parametrize("pair", EXPECTED, ids=lambda p: f"{p.a}-{p.b}-{p.reach_m:g}")
def test_expected_pairs_meet_or_do_not(pair: Pair) -> None:
    a, b = ZOO[pair.a], ZOO[pair.b]
    assert meet(a, b, pair.reach_m) is pair.meets, pair.why
    assert meet(b, a, pair.reach_m) is pair.meets, pair.why


@pytest.mark.parametrize("name", ZOO)
def test_every_shape_meets_itself(name: str) -> None:
    assert meet(ZOO[name], ZOO[name])


def test_shapes_of_different_rooms_never_meet() -> None:
    rooms = [shapes for name, shapes in ROOMS.items() if name != "anywhere"]
    wrong = [
        (a, b)
        for one, other in combinations(rooms, 2)
        for a, b in product(one, other)
        if meet(one[a], other[b]) or meet(other[b], one[a])
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_within_a_room_every_pair_agrees_with_the_oracle(room: str) -> None:
    disagreements = []
    for a, b in combinations_with_replacement(ROOMS[room], 2):
        truth = footprints_meet(ZOO[a], ZOO[b])
        answers = meet(ZOO[a], ZOO[b]), meet(ZOO[b], ZOO[a])
        if answers[0] is not answers[1] or truth not in (None, answers[0]):
            disagreements.append((a, b, truth, answers))
    assert disagreements == []


def test_what_spans_a_third_of_the_globe_agrees_with_the_oracle_about_every_shape() -> None:
    huge = ZOO["huge"]
    truth = {name: footprints_meet(huge, shape) for name, shape in ZOO.items()}
    assert None not in truth.values()
    assert {name: meet(huge, shape) for name, shape in ZOO.items()} == truth
    assert {name: meet(shape, huge) for name, shape in ZOO.items()} == truth


@pytest.mark.parametrize("group", SAME, ids=lambda group: group[0])
def test_one_shape_written_in_several_ways_gets_the_same_answers(group: tuple[str, ...]) -> None:
    room = next(shapes for shapes in ROOMS.values() if group[0] in shapes)
    for other in room.values():
        for reach_m in (0.0, 1.0, 500.0):
            assert len({meet(ZOO[name], other, reach_m) for name in group}) == 1
    for a, b in product(group, repeat=2):
        assert meet(ZOO[a], ZOO[b])


@pytest.mark.parametrize("pair", [p for p in EXPECTED if p.meets], ids=lambda p: f"{p.a}-{p.b}-{p.reach_m:g}")
def test_more_reach_never_parts_what_meets(pair: Pair) -> None:
    for more_m in (0.001, 1.0, 1_000.0, 100_000.0):
        assert meet(ZOO[pair.a], ZOO[pair.b], pair.reach_m + more_m)
