"""Cells that one group crowds are parted: the same pairs as by looking at all, and hardly any pair of one group."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.strategies import examples
from sharedsky.airspace.earth import IntArray
from sharedsky.conflicts import broad, parted
from sharedsky.conflicts.boxes import Boxes
from sharedsky.conflicts.broad import overlapping

_SIZES: Final = (1e-5, 1e-4, 1e-3, 0.3, 2.0)


@pytest.fixture(autouse=True)
def _parts_however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parted, "_FEW", 0)


def _crowd(rng: np.random.Generator, groups: IntArray, *, sizes: int = 5, several: float = 0.2) -> Boxes:
    """Boxes of the given groups about one place, some of them in a second face too."""
    n = len(groups)
    twice = np.flatnonzero(rng.random(n) < several)
    item = np.concatenate([np.arange(n), twice])
    face = np.concatenate([np.zeros(n, np.int64), np.full(len(twice), 3)])
    low = rng.uniform(0, 0.001, (len(item), 2))
    high = np.minimum(low + rng.choice(_SIZES[:sizes], (len(item), 1)), 1.0)
    time = np.sort(rng.integers(0, 30, (n, 2)), axis=1)
    level = np.sort(rng.integers(0, 9, (n, 2)), axis=1)
    return Boxes(item, face, np.hstack([low, high]), time, np.hstack([level, level]), groups)


def _by_matrix(a: Boxes, b: Boxes) -> IntArray:
    """(n, m) whether items overlap in a face, in time and in level, and are of two groups: each with each."""
    u, v = a.flat[:, None], b.flat[None]
    rows = (u[..., :2] <= v[..., 2:]).all(-1) & (v[..., :2] <= u[..., 2:]).all(-1) & (a.face[:, None] == b.face[None])
    meet = np.zeros((len(a.group), len(b.group)), bool)
    p, q = np.nonzero(rows)
    meet[a.item[p], b.item[q]] = True
    for s, t in ((a.time_ns, b.time_ns), (a.band_um[:, :2], b.band_um[:, :2])):
        meet &= (s[:, None, 0] <= t[None, :, 1]) & (t[None, :, 0] <= s[:, None, 1])
    return np.asarray(meet & (a.group[:, None] != b.group[None]))


def _pairs(a: Boxes, b: Boxes | None) -> Counter[tuple[int, int]]:
    return Counter((int(i), int(j)) for one, other in overlapping(a, b) for i, j in zip(one, other, strict=True))


def _groups(rng: np.random.Generator, n: int, crowds: int, others: int) -> IntArray:
    """Groups in any order and of any numbers: some of them large."""
    names = rng.permutation(100)
    return np.asarray(names[np.where(rng.random(n) < 0.7, rng.integers(0, crowds, n), rng.integers(0, others, n))])


@examples(80)
@given(st.integers(0, 2**32), st.integers(1, 120), st.integers(1, 3), st.integers(1, 99))
def test_a_crowd_joined_with_itself_gives_each_pair_of_different_groups_once(
    seed: int, n: int, crowds: int, others: int
) -> None:
    rng = np.random.default_rng(seed)
    boxes = _crowd(rng, _groups(rng, n, crowds, others))
    i, j = np.nonzero(np.triu(_by_matrix(boxes, boxes)))
    assert _pairs(boxes, None) == Counter(zip(i.tolist(), j.tolist(), strict=True))


@examples(80)
@given(st.integers(0, 2**32), st.integers(1, 80), st.integers(1, 80), st.integers(1, 3), st.integers(1, 99))
def test_a_crowd_joined_with_another_gives_each_pair_of_different_groups_once(
    seed: int, n: int, m: int, crowds: int, others: int
) -> None:
    rng = np.random.default_rng(seed)
    groups = _groups(rng, n + m, crowds, others)
    a, b = _crowd(rng, groups[:n]), _crowd(rng, groups[n:])
    i, j = np.nonzero(_by_matrix(a, b))
    assert _pairs(a, b) == Counter(zip(i.tolist(), j.tolist(), strict=True))


def _stacked(groups: IntArray) -> Boxes:
    """Boxes that all overlap, in one cell."""
    n = len(groups)
    flat = np.tile(np.array([0.10001, 0.10001, 0.10002, 0.10002]), (n, 1))
    return Boxes(
        np.arange(n), np.zeros(n, np.int64), flat, np.tile([0, 9], (n, 1)), np.tile([0, 9] * 2, (n, 1)), groups
    )


def _looked_at(monkeypatch: pytest.MonkeyPatch, a: Boxes, b: Boxes | None = None) -> tuple[int, int]:
    """How many candidates were looked at, and how many pairs were found."""
    seen: list[int] = []
    whole = broad._really_overlap

    def counting(one: Boxes, box_a: IntArray, *rest: Any) -> IntArray:
        seen.append(len(box_a))
        return whole(one, box_a, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(broad, "_really_overlap", counting)
        found = sum(len(i) for i, _ in overlapping(a, b))
    return sum(seen), found


def test_of_one_owners_many_volumes_in_one_place_only_pairs_with_others_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one_owner = _stacked(np.array([7] * 3_000 + [3, 9]))
    assert _looked_at(monkeypatch, one_owner) == (6_001, 6_001)
    assert _looked_at(monkeypatch, _stacked(np.full(3_000, 7))) == (0, 0)
    two_owners = _stacked(np.array([7] * 900 + [3] * 5))
    assert _looked_at(monkeypatch, one_owner, two_owners) == (3_000 * 5 + 2 * 900 + 5, 3_000 * 5 + 2 * 900 + 5)


def test_of_many_owners_no_more_than_twice_what_is_found_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    for most in (2, 3, 10, 400):
        looked, found = _looked_at(monkeypatch, _stacked(rng.integers(0, most, 400)))
        assert 0 < found <= looked <= 2 * found + 1


def test_owners_apart_in_time_are_not_looked_at_as_one_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = _stacked(np.append(np.zeros(500, np.int64), np.arange(1, 501)))
    stack.time_ns[500:] += 100
    looked, found = _looked_at(monkeypatch, stack)
    assert found == 500 * 499 // 2
    assert looked <= 2 * found
