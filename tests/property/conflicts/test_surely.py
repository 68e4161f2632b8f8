"""When a forecast is surely inside a volume: all at once gives the same spans as one flight and volume after another."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from property.strategies import examples
from sharedsky.airspace.along import Parts
from sharedsky.airspace.earth import IntArray
from sharedsky.conflicts.surely import sure_spans

Span = tuple[int, int, int]


def _simply(legs: Any, i: IntArray, j: IntArray, window: IntArray, inside: Parts) -> list[Span]:
    """Row, start and end: for each flight and volume, each piece's gaps, and what they leave of the flight, in turn."""
    out: list[Span] = []
    cases: dict[tuple[int, int], list[int]] = {}
    for k, row in enumerate(inside.row.tolist()):
        cases.setdefault((int(legs.trajectory[i[row]]), int(j[row])), []).append(k)
    for (trajectory, _), parts in sorted(cases.items()):
        pieces = np.flatnonzero(legs.trajectory == trajectory).tolist()
        row = int(inside.row[parts[0]])
        escapes = []
        for piece in pieces:
            at = 0.0
            own = sorted((inside.lo[k], inside.hi[k]) for k in parts if i[inside.row[k]] == piece)
            for lo, hi in [*own, (1.0, 1.0)]:
                if at < lo:
                    escapes.append(_times(legs, piece, at, lo))
                at = max(at, hi)
        start = max(int(legs.late_ns[pieces[0], 0]), int(window[row, 0]))
        end = min(int(legs.early_ns[pieces[-1], 1]), int(window[row, 1]))
        out += [(row, s, e) for s, e in _left(start, end, sorted(escapes))]
    return out


def _times(legs: Any, piece: int, begin: float, stop: float) -> tuple[int, int]:
    (e0, e1), (l0, l1) = legs.early_ns[piece].tolist(), legs.late_ns[piece].tolist()
    return e0 + int(np.floor((e1 - e0) * begin)), l0 + int(np.ceil((l1 - l0) * stop))


def _left(at: int, until: int, escapes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out = []
    for start, end in escapes:
        if start > until:
            break
        if start > at:
            out.append((at, start - 1))
        at = max(at, end + 1)
    return [*out, (at, until)] if at <= until else out


def _flights(rng: np.random.Generator, flights: int, slack: int) -> Any:
    """Pieces of flights whose earliest and latest times never run backwards, and are shared where pieces meet."""
    trajectory, early, late = [], [], []
    for k in range(flights):
        n = int(rng.integers(1, 7))
        e = np.cumsum(rng.integers(0, 50, n + 1)) + int(rng.integers(0, 100))
        after = np.maximum.accumulate(e + np.sort(rng.integers(0, slack + 1, n + 1)))
        trajectory += [k * 2] * n
        early.append(np.stack([e[:-1], e[1:]], axis=1))
        late.append(np.stack([after[:-1], after[1:]], axis=1))
    return SimpleNamespace(
        trajectory=np.array(trajectory), early_ns=np.concatenate(early), late_ns=np.concatenate(late)
    )


def _parts(rng: np.random.Generator, rows: int, whole: float) -> Parts:
    """Parts of rows, each disjoint and in order; often whole, touching, or points."""
    row, lo, hi = [], [], []
    for k in range(rows):
        if rng.random() < whole:
            row, lo, hi = [*row, k], [*lo, 0.0], [*hi, 1.0]
            continue
        cuts = np.sort(rng.choice([0.0, 0.1, 0.25, 0.3, 0.5, 0.75, 1.0], 2 * int(rng.integers(0, 3))))
        row += [k] * (len(cuts) // 2)
        lo += cuts[::2].tolist()
        hi += cuts[1::2].tolist()
    return Parts(np.array(row, np.int64), np.array(lo, float), np.array(hi, float))


@examples(300)
@given(
    st.integers(0, 2**32),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from([0, 3, 40]),
    st.sampled_from([0.3, 0.9]),
)
def test_all_at_once_gives_the_same_spans_as_one_after_another(
    seed: int, flights: int, volumes: int, slack: int, whole: float
) -> None:
    rng = np.random.default_rng(seed)
    legs = _flights(rng, flights, slack)
    pieces = len(legs.trajectory)
    i, j = (x.reshape(-1) for x in np.meshgrid(np.arange(pieces), np.arange(volumes) * 3))
    met = np.flatnonzero(rng.random(len(i)) < 0.9)
    met = rng.permutation(met)
    i, j = i[met], j[met]
    windows = np.sort(rng.integers(0, 400, (volumes, 2)), axis=1)
    windows[rng.random(volumes) < 0.5] = (-(10**15), 10**15)
    inside = _parts(rng, len(i), whole)
    found = sure_spans(legs, i, j, windows[j // 3], inside)
    assert list(zip(*(part.tolist() for part in found), strict=True)) == _simply(legs, i, j, windows[j // 3], inside)


def test_the_comparison_sees_spans() -> None:
    rng = np.random.default_rng(2)
    legs = _flights(rng, 3, 3)
    i = np.arange(len(legs.trajectory))
    window = np.tile([-(10**15), 10**15], (len(i), 1))
    everywhere = Parts(i, np.zeros(len(i)), np.ones(len(i)))
    found = _simply(legs, i, np.zeros_like(i), window, everywhere)
    assert len(found) == 3
    row, start, end = sure_spans(legs, i, np.zeros_like(i), window, everywhere)
    assert (end > start).all()
    assert list(zip(row.tolist(), start.tolist(), end.tolist(), strict=True)) == found
