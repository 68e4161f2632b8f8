"""Very many conflicts: all of them, or an error; never a part."""

from __future__ import annotations

import pytest

from flights import area, reserved
from sharedsky.airspace.altitude import agl_m, amsl_m, wgs84_m
from sharedsky.airspace.footprint import Circle
from sharedsky.conflicts import candidates, gather
from sharedsky.conflicts.search import find_conflicts
from sharedsky.errors import LimitError
from sharedsky.plans.plan import Plan

SPOT = Circle(47, 8, 100)


def _stack(owners: int) -> list[Plan]:
    return [reserved(f"p{k}", area(SPOT, wgs84_m(0), wgs84_m(100))) for k in range(owners)]


def test_as_many_conflicts_as_the_limit_are_reported_and_one_more_is_an_error() -> None:
    assert len(find_conflicts(_stack(8), max_conflicts=28).conflicts) == 28
    with pytest.raises(LimitError, match=r"max-conflicts = 27.*Narrow the input.*--limit max-conflicts=NUMBER"):
        find_conflicts(_stack(8), max_conflicts=27)


def test_each_window_of_a_pair_counts() -> None:
    times = [area(SPOT, wgs84_m(0), wgs84_m(100), 100 * k, 100 * k + 50) for k in range(5)]
    plans = [reserved("a", *times), reserved("b", *times)]
    assert len(find_conflicts(plans, max_conflicts=5).conflicts) == 5
    with pytest.raises(LimitError):
        find_conflicts(plans, max_conflicts=4)


def test_undetermined_pairs_beyond_the_limit_are_an_error_too() -> None:
    low = [reserved(f"low{k}", area(SPOT, agl_m(50), agl_m(120))) for k in range(3)]
    high = [reserved(f"high{k}", area(SPOT, amsl_m(5_000), amsl_m(5_100)), owner="one") for k in range(4)]
    plans = [*(reserved(p.id, *p.volumes, owner="another") for p in low), *high]
    assert len(find_conflicts(plans, max_conflicts=12).undetermined) == 12
    with pytest.raises(LimitError):
        find_conflicts(plans, max_conflicts=11)


def test_very_many_breaches_of_one_pair_are_one_conflict_in_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [
        reserved(name, *(area(SPOT, wgs84_m(k), wgs84_m(100), k, 200 + k) for k in range(60))) for name in ("a", "b")
    ]
    expected = find_conflicts(plans).conflicts
    monkeypatch.setattr(candidates, "_BLOCK", 100)
    monkeypatch.setattr(gather, "_MANY", 300)
    assert find_conflicts(plans).conflicts == expected
    assert len(expected) == 1
