"""The index of covers, filled at once or one by one: the same answers, and nothing is left after all is taken out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.conflicts.cells import Cells
from sharedsky.exchange import near as near_module
from sharedsky.exchange.model import HIGHEST_MM, LOWEST_MM, Box, Cover
from sharedsky.exchange.near import Near

ORIGIN_NS = 1_790_000_000 * 10**9
CELL = st.one_of(st.integers(0, 8191), st.integers(4094, 4100))
TIME_NS = st.one_of(
    st.integers(ORIGIN_NS - 10**15, ORIGIN_NS + 10**15), st.integers(-(2**62), 2**62), st.sampled_from([ORIGIN_NS])
)
LEVEL_MM = st.one_of(st.integers(-10_000, 100_000), st.sampled_from([LOWEST_MM, HIGHEST_MM]))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Boxes of all sizes, many of them in the same place."""
    face = draw(st.integers(0, 5) | st.just(0))
    u0, v0 = draw(CELL), draw(CELL)
    u1, v1 = min(u0 + draw(st.integers(0, 40) | st.just(8191)), 8191), min(v0 + draw(st.integers(0, 40)), 8191)
    low, high = sorted((draw(LEVEL_MM), draw(LEVEL_MM)))
    start, end = sorted((draw(TIME_NS), draw(TIME_NS)))
    return Box(face, u0, v0, u1, v1, low, high, start, end)


COVERS = st.lists(st.lists(boxes(), max_size=3).map(tuple), max_size=12)


def meet(a: Box, b: Box) -> bool:
    """Whether two boxes have a cell, a height and an instant in common, written out."""
    return (
        a.face == b.face
        and a.u0 <= b.u1
        and b.u0 <= a.u1
        and a.v0 <= b.v1
        and b.v0 <= a.v1
        and a.low_mm <= b.high_mm
        and b.low_mm <= a.high_mm
        and a.start_ns <= b.end_ns
        and b.start_ns <= a.end_ns
    )


@given(COVERS, COVERS, st.lists(boxes(), min_size=1, max_size=2).map(tuple))
def test_what_is_near_does_not_depend_on_how_it_was_added(first: list[Cover], then: list[Cover], asked: Cover) -> None:
    keyed = [(f"k{n}", cover) for n, cover in enumerate([*first, *then])]
    one_by_one, at_once = Near(ORIGIN_NS), Near(ORIGIN_NS)
    for key, cover in keyed:
        one_by_one.insert(key, cover)
    at_once.insert_many(keyed[: len(first)])
    at_once.insert_many(iter(keyed[len(first) :]))
    expected = {key for key, cover in keyed if any(meet(a, b) for a in cover for b in asked)}
    assert one_by_one.query(asked) == expected
    assert at_once.query(asked) == expected


@given(COVERS, COVERS)
def test_what_was_added_at_once_can_be_taken_out_one_by_one(first: list[Cover], then: list[Cover]) -> None:
    near = Near(ORIGIN_NS)
    near.insert_many((f"a{n}", cover) for n, cover in enumerate(first))
    for n, cover in enumerate(then):
        near.insert(f"b{n}", cover)
    for n, cover in enumerate(first):
        assert f"a{n}" in near
        near.remove(f"a{n}")
        assert not any(f"a{n}" in near.query((box,)) for box in cover)
    for n, cover in enumerate(then):
        assert not cover or f"b{n}" in near.query(cover)
        near.remove(f"b{n}")
    assert len(near) == 0
    assert cells_of(near)._levels == {}


@given(COVERS, st.lists(boxes(), min_size=1, max_size=2).map(tuple))
def test_looking_at_all_rows_finds_the_same(covers: list[Cover], asked: Cover) -> None:
    near = Near(ORIGIN_NS)
    near.insert_many((f"k{n}", cover) for n, cover in enumerate(covers))
    near.insert("gone", asked)
    near.remove("gone")
    by_cells = near.query(asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_module, "_CELLS_AT_ONCE", -1)
        assert near.query(asked) == by_cells
        assert by_cells == {f"k{n}" for n, cover in enumerate(covers) if any(meet(a, b) for a in cover for b in asked)}


def cells_of(near: Near) -> Cells:
    """The cells below an index."""
    return near._cells
