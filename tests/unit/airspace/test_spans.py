"""Where linear and quadratic conditions hold on [0, 1]: against dense samples, and exactly where they touch."""

from __future__ import annotations

import numpy as np
import pytest

from sharedsky.airspace.earth import BoolArray, FloatArray
from sharedsky.airspace.spans import (
    Span,
    both,
    everywhere,
    holds,
    hull,
    only_if,
    where_above,
    where_below,
    where_near_segment,
    where_within,
)

S = np.linspace(0, 1, 401)
EMPTY = (np.array([np.inf]), np.array([-np.inf]))


def _one(lo: float, hi: float) -> Span:
    return np.array([lo]), np.array([hi])


def _inside(span: Span) -> BoolArray:
    """(n, 401): whether each sample lies in each span."""
    return np.asarray((span[0][:, None] <= S) & (span[1][:, None] >= S))


def _agrees(span: Span, truth: FloatArray, slack: float = 1e-7) -> None:
    """Held against a signed margin (n, 401): negative where the condition holds, by more than a rounding error."""
    inside = _inside(span)
    assert inside[truth < -slack].all()
    assert not inside[truth > slack].any()


def _rows(seed: int, count: int = 400) -> tuple[FloatArray, ...]:
    rng = np.random.default_rng(seed)
    return tuple(rng.choice([-7.0, -1.0, 0.0, 0.0, 1.0, 3.0, 7.0], (count, 2)) + rng.choice(
        [0.0, 0.0, 0.37], (count, 2)) for _ in range(4))  # fmt: skip


def test_a_linear_value_is_below_its_bound_where_samples_say_so() -> None:
    start, end = _rows(1)[0].T
    bound = _rows(2)[0][:, 0]
    value = start[:, None] + (end - start)[:, None] * S - bound[:, None]
    for strict in (True, False):
        _agrees(where_below(start, end, bound, strict=strict), value, 1e-12)
        _agrees(where_above(start, end, bound, strict=strict), -value, 1e-12)


@pytest.mark.parametrize(
    ("start", "end", "closed", "strict"),
    [
        (0, 0, (0, 1), None),  # at the bound all along
        (0, 5, (0, 0), None),  # leaves it upward
        (5, 0, (1, 1), None),  # comes down to it
        (-5, 0, (0, 1), (0, 1)),  # comes up to it
        (0, -5, (0, 1), (0, 1)),  # leaves it downward
        (-5, 5, (0, 0.5), (0, 0.5)),
        (5, -5, (0.5, 1), (0.5, 1)),
        (1, 2, None, None),
        (-1, -2, (0, 1), (0, 1)),
    ],
)
def test_touching_counts_unless_it_is_said_not_to(
    start: int, end: int, closed: tuple[float, float] | None, strict: tuple[float, float] | None
) -> None:
    for expected, is_strict in ((closed, False), (strict, True)):
        below = where_below(np.array([start]), np.array([end]), np.array([0]), strict=is_strict)
        above = where_above(np.array([-start]), np.array([-end]), np.array([0]), strict=is_strict)
        for span in (below, above):
            assert bool(holds(span)[0]) == (expected is not None)
            if expected is not None:
                assert (span[0][0], span[1][0]) == expected


@pytest.mark.parametrize("level", [304_800_000, 12_000_000_000, 2**52])
def test_whole_micrometres_are_compared_exactly_at_the_ends(level: int) -> None:
    at, under = np.array([level]), np.array([level - 1])
    assert not holds(where_below(at, at, at, strict=True))[0]
    assert holds(where_below(under, under, at, strict=True))[0]
    assert holds(where_below(at, at, at, strict=False))[0]
    assert not holds(where_above(under, under, at, strict=False))[0]


def test_a_moving_point_is_within_reach_where_samples_say_so() -> None:
    offset, motion = _rows(3)[:2]
    reach = np.random.default_rng(4).choice([0.5, 1.0, 4.0, 7.1], len(offset))
    away = np.linalg.norm(offset[:, None] + motion[:, None] * S[:, None], axis=-1) - reach[:, None]
    _agrees(where_within(offset, motion, reach), away)


def test_a_moving_point_is_near_a_segment_where_samples_say_so() -> None:
    offset, motion, a, b = _rows(5, 800)
    reach = np.random.default_rng(6).choice([0.5, 1.0, 4.0], len(offset))
    point = offset[:, None] + motion[:, None] * S[:, None]
    edge = b - a
    length_sq = np.maximum((edge**2).sum(1), 1e-30)
    along = np.clip(((point - a[:, None]) * edge[:, None]).sum(-1) / length_sq[:, None], 0, 1)
    away = np.linalg.norm(point - a[:, None] - edge[:, None] * along[..., None], axis=-1) - reach[:, None]
    _agrees(where_near_segment(offset, motion, a, b, reach), away)


def test_a_reach_below_zero_is_nowhere() -> None:
    zero, one = np.zeros((1, 2)), np.ones((1, 2))
    assert not holds(where_within(zero, one, np.array([-1.0])))[0]
    assert not holds(where_near_segment(zero, one, zero, one, np.array([-1.0])))[0]


def test_a_reach_of_zero_is_where_the_point_passes() -> None:
    lo, hi = where_within(np.array([[-1.0, 0.0]]), np.array([[4.0, 0.0]]), np.array([0.0]))
    assert (lo[0], hi[0]) == (0.25, 0.25)


def test_a_passing_point_that_just_touches_a_circle_does_so_for_an_instant() -> None:
    lo, hi = where_within(np.array([[-8.0, 3.0]]), np.array([[16.0, 0.0]]), np.array([3.0]))
    assert lo[0] == pytest.approx(0.5)
    assert hi[0] == pytest.approx(0.5)


def test_a_point_that_stands_still_is_within_reach_always_or_never() -> None:
    offset = np.array([[3.0, 4.0]] * 3)
    lo, hi = where_within(offset, np.zeros((3, 2)), np.array([4.999, 5.0, 5.001]))
    assert (lo <= hi).tolist() == [False, True, True]
    assert (lo[1:], hi[1:]) == (pytest.approx(0.0), pytest.approx(1.0))


def test_a_segment_of_no_length_is_its_point() -> None:
    offset, motion, a, _ = _rows(7)
    reach = np.full(len(offset), 2.0)
    near, within = where_near_segment(offset, motion, a, a, reach), where_within(offset - a, motion, reach)
    some = holds(within)
    assert np.array_equal(holds(near), some)
    assert np.array_equal(near[0][some], within[0][some])
    assert np.array_equal(near[1][some], within[1][some])


def test_the_intersection_of_spans_is_what_lies_in_all() -> None:
    assert both(_one(0, 0.6), _one(0.4, 1), _one(0, 0.5)) == _one(0.4, 0.5)
    assert not holds(both(_one(0, 0.3), _one(0.4, 1)))[0]
    assert holds(both(_one(0, 0.4), _one(0.4, 1)))[0]
    assert not holds(both(everywhere(1), EMPTY))[0]


def test_the_hull_of_spans_holds_them_all_and_ignores_empty_ones() -> None:
    assert hull(_one(0.1, 0.2), _one(0.6, 0.7), _one(5, 3)) == _one(0.1, 0.7)
    assert not holds(hull(EMPTY, _one(0.5, 0.4)))[0]


def test_a_span_holds_only_where_its_condition_does() -> None:
    span = only_if(everywhere(2), np.array([True, False]))
    assert holds(span).tolist() == [True, False]
    assert (span[0][0], span[1][0]) == (0, 1)
