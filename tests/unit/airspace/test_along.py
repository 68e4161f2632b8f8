"""Parts of straight pieces inside shapes and near them: held against meet, sample by sample, anywhere."""

from __future__ import annotations

import numpy as np
import pytest

from sharedsky.airspace import along as module
from sharedsky.airspace.along import Parts, Pieces, merged, parts_between, parts_deep_inside, parts_within
from sharedsky.airspace.earth import BoolArray, FloatArray, direct, lat_lng, n_vector
from sharedsky.airspace.footprint import Circle, Footprint, polygon
from sharedsky.airspace.frames import ecef_m
from sharedsky.airspace.meet import meet_pairs
from sharedsky.airspace.shapes import POINT, Shapes, shapes_of
from zoo import ROOMS, ZOO

SAMPLES = np.linspace(0, 1, 13)


def _pieces(starts: FloatArray, ends: FloatArray) -> Pieces:
    vector = np.stack([n_vector(starts[:, 0], starts[:, 1]), n_vector(ends[:, 0], ends[:, 1])], axis=1)
    return Pieces(vector, ecef_m(vector))


def _around(shape: Footprint, count: int, seed: int) -> Pieces:
    """Pieces of up to 5 km that begin at or near the vertices of a shape, or within its reach."""
    rng = np.random.default_rng(seed)
    table = shapes_of([shape])
    vertex = rng.integers(0, len(table.lat_lng), count)
    size = max(float(table.reach_m[0]), min(5_000.0, 6.4e6 * float(table.angle[0])), 1.0)
    away = rng.choice([0.0, 0.3, 1.0, 1.2], count) * size
    lat, lng = direct(table.lat_lng[vertex, 0], table.lat_lng[vertex, 1], rng.uniform(0, 360, count), away)
    length = rng.choice([0.0, 0.0137, 1.0], count) * min(2 * size, 5_000.0)
    end = direct(lat, lng, rng.uniform(0, 360, count), length)
    return _pieces(np.column_stack([lat, lng]), np.column_stack(end))


def _in_parts(parts: Parts, count: int) -> BoolArray:
    """(count, 13): whether each sample of each piece lies in a part."""
    out = np.zeros((count, len(SAMPLES)), bool)
    for row, lo, hi in zip(parts.row, parts.lo, parts.hi, strict=True):
        out[row] |= (lo <= SAMPLES) & (hi >= SAMPLES)
    return out


def _truth(pieces: Pieces, shapes: Shapes, j: FloatArray, reach_m: float) -> BoolArray:
    """(count, 13): whether each sample comes within a reach of a shape's core, as meet has it."""
    point = pieces.vector[:, :1] + (pieces.vector[:, 1:] - pieces.vector[:, :1]) * SAMPLES[None, :, None]
    places = np.column_stack(lat_lng(point.reshape(-1, 3)))
    one = np.arange(len(places) + 1)
    specks = Shapes(np.full(len(places), POINT, np.int8), np.zeros(len(places)), one, one, places)
    which = np.repeat(j, len(SAMPLES)).astype(np.int64)
    return meet_pairs(specks, np.arange(len(places)), shapes, which, reach_m).reshape(-1, len(SAMPLES))


def _bare(shape: Footprint) -> Shapes:
    """A shape's core alone."""
    table = shapes_of([shape])
    table.reach_m[:] = 0.0
    return table


@pytest.mark.parametrize("reach_m", [0.0, 30.0, 3_000.0])
@pytest.mark.parametrize(
    "name",
    ["square", "frame", "star", "u", "spiral", "am_hole", "np_annulus", "np_vertex", "np_edge_through", "sp_ring", "bent",
     "loop", "np_corridor_over", "circle_500m", "am_circle_at_180", "np_at_pole", "huge", "band"],
)  # fmt: skip
def test_parts_within_a_reach_are_those_that_meet_it(name: str, reach_m: float) -> None:
    shapes = _bare(ZOO[name])
    pieces = _around(ZOO[name], 6 if name == "huge" else 40, 1)
    j = np.zeros(len(pieces), np.int64)
    inside = _in_parts(parts_within(pieces, shapes, j, np.full(len(pieces), reach_m)), len(pieces))
    surely, perhaps = (_truth(pieces, shapes, j, max(0.0, reach_m + more)) for more in (-0.005, 0.005))
    if reach_m == 0:
        surely = _truth(pieces, shapes, j, 0.0)
    assert inside[surely].all()
    assert not inside[~perhaps].any()
    assert inside.any() or reach_m == 0


@pytest.mark.parametrize("depth_m", [0.0, 20.0])
@pytest.mark.parametrize("name", ["square", "frame", "u", "am_hole", "np_annulus", "np_edge_through", "huge"])
def test_parts_deep_inside_are_in_the_area_and_not_near_its_edge(name: str, depth_m: float) -> None:
    shapes = _bare(ZOO[name])
    pieces = _around(ZOO[name], 6 if name == "huge" else 60, 2)
    j = np.zeros(len(pieces), np.int64)
    deep = _in_parts(parts_deep_inside(pieces, shapes, j, np.full(len(pieces), depth_m)), len(pieces))
    inside = _truth(pieces, shapes, j, 0.0)
    near_edge = _in_parts(module._near_edges(pieces, shapes, j, np.full(len(pieces), depth_m)), len(pieces))
    assert np.array_equal(deep, inside & ~near_edge)


@pytest.mark.parametrize("name", ["bent", "circle_500m"])
def test_nothing_is_deep_inside_what_is_no_area(name: str) -> None:
    pieces = _around(ZOO[name], 40, 3)
    parts = parts_deep_inside(pieces, shapes_of([ZOO[name]]), np.zeros(40, np.int64), np.zeros(40))
    assert len(parts.row) == 0


def test_many_shapes_at_once_are_decided_as_one_by_one_by_trees_and_in_any_chunks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = [*ROOMS["concave"].values(), ZOO["huge"]]
    shapes = shapes_of(room)
    rng = np.random.default_rng(5)
    vertex = rng.integers(0, shapes.vertex_start[-2], 300)
    start = shapes.lat_lng[vertex]
    end = np.column_stack(direct(start[:, 0], start[:, 1], rng.uniform(0, 360, 300), 800.0))
    pieces, j = _pieces(start, end), rng.integers(0, len(room), 300)
    reach = shapes.reach_m[j] + rng.choice([0.0, 100.0], 300)
    expected = parts_within(pieces, shapes, j, reach)
    for chunk, many in ((1, 200), (50, 10**9), (10**9, 0), (7, 0)):
        monkeypatch.setattr(module, "_CHUNK", chunk)
        monkeypatch.setattr(module, "_MANY", many)
        parts = parts_within(pieces, shapes, j, reach)
        assert np.array_equal(parts.row, expected.row)
        assert parts.lo == pytest.approx(expected.lo, abs=1e-12)
        assert parts.hi == pytest.approx(expected.hi, abs=1e-12)


def test_parts_are_disjoint_and_in_order() -> None:
    pieces = _around(ZOO["spiral"], 200, 6)
    parts = parts_within(pieces, shapes_of([ZOO["spiral"]]), np.zeros(200, np.int64), np.zeros(200))
    order = np.lexsort((parts.lo, parts.row))
    assert np.array_equal(order, np.arange(len(order)))
    same = parts.row[1:] == parts.row[:-1]
    assert (parts.hi[:-1][same] < parts.lo[1:][same]).all()
    assert ((parts.lo >= 0) & (parts.hi <= 1) & (parts.lo <= parts.hi)).all()


def test_no_pieces_have_no_parts() -> None:
    none = _pieces(np.empty((0, 2)), np.empty((0, 2)))
    shapes = shapes_of([ZOO["square"]])
    assert len(none) == 0
    assert len(parts_within(none, shapes, np.empty(0, np.int64), np.empty(0)).row) == 0
    assert len(parts_deep_inside(none, shapes, np.empty(0, np.int64), np.empty(0)).row) == 0


def test_a_piece_right_through_a_wide_area_is_wholly_inside() -> None:
    wide = polygon([(-40, -40), (-40, 40), (40, 40), (40, -40)])
    pieces = _pieces(np.array([[10.0, 20.0], [60.0, 0.0]]), np.array([[10.0, 20.02], [60.0, 0.05]]))
    parts = parts_within(pieces, shapes_of([wide]), np.zeros(2, np.int64), np.zeros(2))
    assert (parts.row.tolist(), parts.lo.tolist(), parts.hi.tolist()) == ([0], [0.0], [1.0])


def test_a_piece_on_the_other_side_of_the_globe_is_outside() -> None:
    for shape in (ZOO["huge"], ZOO["frame"], Circle(0, 0, 100.0)):
        table = shapes_of([shape])
        middle = np.column_stack(lat_lng(-table.middle))
        pieces = _pieces(middle, middle + np.array([[0.001, 0.0]]))
        assert len(parts_within(pieces, table, np.zeros(1, np.int64), np.full(1, 10.0)).row) == 0


def test_intervals_of_one_row_are_united_and_rows_are_kept_apart() -> None:
    row = np.array([1, 0, 0, 1, 0, 2, 2])
    lo = np.array([0.5, 0.0, 0.4, 0.0, 0.2, 0.0, 0.5])
    hi = np.array([1.0, 0.2, 0.6, 0.1, 0.3, 1.0, 0.6])
    parts = merged(row, lo, hi)
    assert parts.row.tolist() == [0, 0, 1, 1, 2]
    assert parts.lo.tolist() == [0.0, 0.4, 0.0, 0.5, 0.0]
    assert parts.hi.tolist() == [0.3, 0.6, 0.1, 1.0, 1.0]


def test_what_lies_between_parts_is_told_row_by_row_and_whole_rows_where_there_are_none() -> None:
    parts = Parts(np.array([1, 1, 4, 7]), np.array([0.0, 0.5, 0.25, 0.0]), np.array([0.25, 0.75, 1.0, 1.0]))
    between = parts_between(np.array([1, 2, 4, 7]), parts)
    assert between.row.tolist() == [1, 1, 2, 4]
    assert between.lo.tolist() == [0.25, 0.75, 0.0, 0.0]
    assert between.hi.tolist() == [0.5, 1.0, 1.0, 0.25]


def test_nothing_lies_between_the_parts_of_no_rows() -> None:
    none = Parts(np.empty(0, np.int64), np.empty(0), np.empty(0))
    assert len(parts_between(np.empty(0, np.int64), none).row) == 0
