"""What is gathered in bounded memory tells the same conflicts as all that was found."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flights import T0_NS, flight
from property.strategies import examples
from sharedsky.airspace.datums import UNKNOWN_TERRAIN
from sharedsky.airspace.earth import IntArray
from sharedsky.conflicts import gather
from sharedsky.conflicts.assemble import assembled
from sharedsky.conflicts.breaches import MINIMA, Breaches, Doubtful
from sharedsky.conflicts.gather import Gathered, deciding
from sharedsky.conflicts.groups import grouped
from sharedsky.conflicts.legs import legs_of
from sharedsky.conflicts.levels import Band
from sharedsky.conflicts.profile import DEFAULT_PROFILE
from sharedsky.conflicts.report import Conflict
from sharedsky.conflicts.sides import sides_of
from sharedsky.errors import LimitError
from sharedsky.plans.plan import Aerodrome

HOME: Final = Aerodrome("LSZB", 47.0, 8.0, 1_500.0)
SIDES: Final = sides_of([flight(f"p{k}", aerodromes=[HOME]) for k in range(6)], [], same_owner=False, assume_rvsm=False)
NO_DOUBT: Final = Doubtful(np.empty(0, np.int64), np.empty(0, np.int64))
#: Metres, and what neither fits a float nor is near an edge of what is held.
_LEVELS: Final = np.array([-(10**9), 0, 1, 2, 10**9, 1_500 * 10**6, 10**10])


def _rows(rng: np.random.Generator, k: int, sides: int, spread_ns: int) -> Breaches:
    """Random breaches with many ties: of volumes, and of flights of known times."""
    a, b = rng.integers(0, sides, k), rng.integers(1, sides, k)
    b = (a + b) % sides
    start = T0_NS + rng.integers(0, spread_ns, k)
    end = start + rng.choice([0, 1, 2, 7], k)
    sure = rng.random(k) < rng.choice([0.0, 0.4])
    sure_start = np.where(sure, start + rng.integers(0, 2, k), 1)
    flown = rng.random(k) < 0.5
    low, geo = np.sort(rng.choice(_LEVELS, (k, 2)), axis=1), np.sort(rng.choice(_LEVELS, (k, 2)), axis=1)
    return Breaches(
        a, b, start, end, sure_start, np.where(sure, end, 0),
        np.where(flown, MINIMA.index("trajectory-trajectory"), MINIMA.index("volume-volume")),
        rng.integers(0, 3, k), Band(low[:, 0], low[:, 1], rng.integers(0, 2, k), geo[:, 0], geo[:, 1]),
        47.0 + rng.random(k) / 5, 8.0 + rng.random(k) / 5, start,
        np.where(flown, rng.choice([0.0, 1.0, 2.0], k), np.nan), rng.choice([np.nan, 5.0], k),
        np.where(rng.random(k) < 0.3, np.nan, rng.choice([0.0, 0.5, 0.7], k)),
        np.zeros(k, bool), rng.random(k) < 0.9, np.where(rng.random(k) < 0.5, 0, 1 << rng.integers(0, 6, k)),
    )  # fmt: skip


def _told(parts: list[Breaches]) -> list[Conflict]:
    return assembled(parts, SIDES, legs_of([], UNKNOWN_TERRAIN), DEFAULT_PROFILE, 10**6)


def _gathered(parts: list[Breaches], limit: int = 10**6) -> Gathered:
    out = Gathered(SIDES, DEFAULT_PROFILE, limit)
    for part in parts:
        out.add(part, NO_DOUBT)
    return out


@examples(200)
@given(st.integers(0, 2**32), st.integers(2, 6), st.sampled_from([3, 20, 200]), st.sampled_from([0, 7, 40]))
def test_rows_that_are_dropped_as_they_come_change_no_conflict(
    seed: int, sides: int, spread_ns: int, many: int
) -> None:
    rng = np.random.default_rng(seed)
    parts = [_rows(rng, int(rng.integers(0, 40)), sides, spread_ns) for _ in range(6)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gather, "_MANY", many)
        assert _told(_gathered(parts).rows) == _told(parts)


def test_of_very_many_rows_few_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "_MANY", 1_000)
    rng = np.random.default_rng(1)
    parts = [_rows(rng, 500, 2, 50) for _ in range(40)]
    held = _gathered(parts).rows
    assert sum(len(part) for part in held) < 2_000
    assert _told(held) == _told(parts)


def test_a_row_within_another_of_its_pair_is_dropped_and_one_that_reaches_further_is_not() -> None:
    rows = _rows(np.random.default_rng(1), 4, 2, 1)
    same = {name: np.repeat(getattr(rows, name)[:1], 4) for name in ("a", "b", "minima", "vertical_um", "lat_deg")}
    same |= {name: np.repeat(getattr(rows, name)[:1], 4) for name in ("lng_deg", "closest_ns", "horizontal_m", "ratio")}
    band = Band(*(np.zeros(4, np.int64) for _ in range(5)))
    times = {"start_ns": np.array([0, 0, 2, 5]), "end_ns": np.array([3, 4, 4, 6])}
    never = {
        "sure_start_ns": np.ones(4, np.int64),
        "sure_end_ns": np.zeros(4, np.int64),
        "reason": np.zeros(4, np.int64),
    }
    flags = {"terminal": np.zeros(4, bool), "needs_terrain": np.zeros(4, bool), "vertical_m": np.zeros(4)}
    kept = deciding(Breaches(band=band, **same, **times, **never, **flags), SIDES, DEFAULT_PROFILE)
    assert list(zip(kept.start_ns.tolist(), kept.end_ns.tolist(), strict=True)) == [(0, 3), (0, 4), (5, 6)]


@examples(100)
@given(st.integers(0, 2**32), st.sampled_from([3, 30, 300]))
def test_groups_are_the_maximal_windows_of_each_pair(seed: int, spread_ns: int) -> None:
    rows = _rows(np.random.default_rng(seed), 40, 4, spread_ns)
    groups = grouped(rows)
    expected: list[tuple[int, int, int, int]] = []
    spans = zip(rows.a.tolist(), rows.b.tolist(), rows.start_ns.tolist(), rows.end_ns.tolist(), strict=True)
    for low, high, start, end in sorted((min(a, b), max(a, b), s, e) for a, b, s, e in spans):
        if expected and expected[-1][:2] == (low, high) and start <= expected[-1][3]:
            expected[-1] = (low, high, expected[-1][2], max(expected[-1][3], end))
        else:
            expected.append((low, high, start, end))
    first, last = groups.reduced(np.minimum, rows.start_ns), groups.reduced(np.maximum, rows.end_ns)
    assert [(s, e) for _, _, s, e in expected] == list(zip(first.tolist(), last.tolist(), strict=True))


def _every_pair(sides: int) -> tuple[IntArray, IntArray]:
    a, b = np.triu_indices(sides, 1)
    return a.astype(np.int64), b.astype(np.int64)


def test_more_pairs_than_the_limit_end_the_search_and_the_message_names_the_limit() -> None:
    a, b = _every_pair(6)
    doubt = Doubtful(a, b)
    nothing = _rows(np.random.default_rng(1), 0, 2, 1)
    Gathered(SIDES, DEFAULT_PROFILE, 15).add(nothing, doubt)
    assert len(_undetermined(doubt, 15)) == 15
    with pytest.raises(
        LimitError,
        match=r"more conflicts or undetermined pairs than the limit max-conflicts = 14.*--limit max-conflicts=",
    ):
        _undetermined(doubt, 14)
    many = _rows(np.random.default_rng(1), 200, 6, 1)
    assert len({tuple(sorted(p)) for p in zip(many.a.tolist(), many.b.tolist(), strict=True)}) == 15
    _gathered([many], 15)
    with pytest.raises(LimitError):
        _gathered([many], 14)


def _undetermined(doubt: Doubtful, limit: int) -> list[tuple[int, int]]:
    gathered = Gathered(SIDES, DEFAULT_PROFILE, limit)
    gathered.add(_rows(np.random.default_rng(1), 0, 2, 1), doubt)
    return gathered.undetermined()


def test_pairs_come_once_the_lower_number_first_and_not_where_they_are_in_conflict() -> None:
    gathered = Gathered(SIDES, DEFAULT_PROFILE, 15)
    rows = _rows(np.random.default_rng(1), 1, 2, 1)
    gathered.add(rows, Doubtful(np.array([5, 1, 0, 3]), np.array([2, 0, 1, 1])))
    gathered.add(rows, Doubtful(np.array([2]), np.array([5])))
    assert gathered.undetermined() == [(1, 3), (2, 5)]
