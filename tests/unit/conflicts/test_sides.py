"""The sides of a search: who may be in conflict with whom ("Identity" and "Owner" of docs/conflicts.md)."""

from __future__ import annotations

from itertools import combinations

import pytest

from flights import area, flight, reserved, zone
from sharedsky.airspace.footprint import Circle
from sharedsky.conflicts.search import find_conflicts
from sharedsky.conflicts.sides import sides_of
from sharedsky.plans.plan import Plan, ZoneKind

SPOT = area(Circle(47, 8, 100), None, None)


def _apart(plans: list[Plan], same_owner: bool) -> set[tuple[int, int]]:
    """Pairs that may be in conflict."""
    group = sides_of(plans, [], same_owner=same_owner, assume_rvsm=False).group
    return {(a, b) for a, b in combinations(range(len(plans)), 2) if group[a] != group[b]}


def test_plans_of_one_owner_conflict_only_when_asked() -> None:
    plans = [flight("1", owner="x"), flight("2", owner="x"), flight("3", owner="y")]
    assert _apart(plans, False) == {(0, 2), (1, 2)}
    assert _apart(plans, True) == {(0, 1), (0, 2), (1, 2)}


def test_two_plans_of_one_identity_never_conflict_with_each_other() -> None:
    plans = [flight("1", owner="x"), flight("1", owner="x")]
    assert _apart(plans, False) == _apart(plans, True) == set()


def test_one_id_with_two_owners_is_two_plans() -> None:
    assert _apart([flight("1", owner="x"), flight("1", owner="y")], False) == {(0, 1)}


@pytest.mark.parametrize("same_owner", [False, True])
def test_an_unknown_owner_equals_no_other_not_even_an_unknown_one(same_owner: bool) -> None:
    plans = [flight("1", owner=None), flight("1", owner=None), flight("2", owner=None)]
    assert _apart(plans, same_owner) == {(0, 1), (0, 2), (1, 2)}


@pytest.mark.parametrize("same_owner", [False, True])
def test_an_unknown_owner_is_not_the_owner_without_a_name(same_owner: bool) -> None:
    plans = [flight(name, owner=owner) for owner in (None, "") for name in ("0", "1", "2", "")]
    plans = [Plan(p.id, owner, "t", p.source) for p, owner in zip(plans, [None] * 4 + [""] * 4, strict=True)]
    unknown = range(4)
    assert {pair for pair in combinations(range(8), 2) if pair[0] in unknown} <= _apart(plans, same_owner)


@pytest.mark.parametrize("kind", ZoneKind)
def test_zones_conflict_by_their_kind_and_all_of_them_on_request(kind: ZoneKind) -> None:
    conflicting = kind in {
        ZoneKind.PROHIBITED, ZoneKind.RESTRICTED, ZoneKind.DANGER, ZoneKind.PROTECTED, ZoneKind.RESERVED,
    }  # fmt: skip
    plans, zones = [reserved("p", SPOT)], [zone("z", SPOT, kind=kind)]
    assert (find_conflicts(plans, zones).conflicts != []) == conflicting
    report = find_conflicts(plans, zones, all_zones=True)
    assert [c.kind for c in report.conflicts] == ["plan-zone"]
    assert any("Not checked" in text for text in find_conflicts(plans, zones).assumptions) != conflicting


def test_zones_never_conflict_with_each_other() -> None:
    assert find_conflicts([], [zone("y", SPOT), zone("z", SPOT)]).conflicts == []


def test_a_zone_conflicts_with_the_plans_of_its_own_owner_too() -> None:
    assert len(find_conflicts([reserved("p", SPOT, owner=None)], [zone("z", SPOT)]).conflicts) == 1


def test_a_flight_does_not_conflict_with_its_own_volumes() -> None:
    assert find_conflicts([reserved("p", SPOT, SPOT)], same_owner=True).conflicts == []


def test_approval_is_as_filed_and_as_assumed_where_nothing_is_said() -> None:
    plans = [flight("1", rvsm=True), flight("2", rvsm=False), flight("3")]
    assert sides_of(plans, [zone("z", SPOT)], same_owner=False, assume_rvsm=False).rvsm.tolist() == [1, 0, -1, -1]
    assert sides_of(plans, [], same_owner=False, assume_rvsm=True).rvsm.tolist() == [1, 0, 1]


def test_sides_are_named_as_they_were_given() -> None:
    sides = sides_of([flight("1", owner="x")], [zone("z", SPOT)], same_owner=False, assume_rvsm=False)
    assert (sides.side(0).role, sides.side(0).id, sides.side(0).owner) == ("plan", "1", "x")
    assert (sides.side(1).role, sides.side(1).id, sides.side(1).owner) == ("zone", "z", None)
    assert [sides.side(k).role for k in range(len(sides))] == ["plan", "zone"]
