"""The coarse search never misses: it is held against all pairs of boxes, and boxes against places of their shapes."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.strategies import examples
from sharedsky.airspace.charts import FACES, face_of, project
from sharedsky.airspace.datums import OPEN_UM
from sharedsky.airspace.earth import FloatArray, IntArray, direct, lat_lng, n_vector
from sharedsky.airspace.footprint import Circle, Footprint, corridor, polygon
from sharedsky.airspace.shapes import AREA, Shapes, shapes_of
from sharedsky.airspace.time import MAX_NS, MIN_NS, NS_PER_DAY
from sharedsky.conflicts import broad
from sharedsky.conflicts.boxes import Boxes, flat_boxes
from sharedsky.conflicts.broad import overlapping
from zoo import ZOO

_BUFFER: Final = 366 * NS_PER_DAY
_SIZES: Final = (0.0, 1e-9, 1e-6, 2.0**-16, 3e-5, 1e-3, 2.0**-7, 0.1, 0.5, 1.0, 2.0)
_TIMES: Final = (MIN_NS - _BUFFER, MIN_NS, -5, 0, 0, 1, 2, 1_000, 10**18, MAX_NS, MAX_NS + _BUFFER)
_LEVELS: Final = (-2 * OPEN_UM, -OPEN_UM, 0, 1, 500, OPEN_UM, 2 * OPEN_UM)


def _boxes(rng: np.random.Generator, items: int, spread: float) -> Boxes:
    """Boxes of all sizes, some with two faces, at places and times that often coincide."""
    several = rng.random(items) < 0.3
    item = np.concatenate([np.arange(items), np.flatnonzero(several)])
    face = rng.integers(0, 2, len(item))
    face[items:] = 5 - face[:items][several]
    low = np.round(rng.uniform(-1, 1, (len(item), 2)) * spread, int(rng.integers(1, 9)))
    high = np.minimum(low + rng.choice(_SIZES, (len(item), 2)), 1.0)
    low = np.minimum(low, high)
    time = np.sort(rng.choice(_TIMES, (items, 2)), axis=1)
    levels = [np.sort(rng.choice(_LEVELS, (items, 2)), axis=1) for _ in range(2)]
    return Boxes(
        item, face, np.hstack([low, high]), time, np.hstack(levels), rng.integers(0, max(2, items // 2), items)
    )


def _overlap(a: Boxes, p: int, b: Boxes, q: int) -> bool:
    """Whether rows p and q overlap in face and place, and their items in time and levels, of two groups."""
    i, j = int(a.item[p]), int(b.item[q])
    u, v, s, t = a.flat[p], b.flat[q], a.time_ns[i].tolist(), b.time_ns[j].tolist()
    k, m = a.band_um[i].tolist(), b.band_um[j].tolist()
    return bool(
        a.face[p] == b.face[q]
        and a.group[i] != b.group[j]
        and (u[:2] <= v[2:]).all()
        and (v[:2] <= u[2:]).all()
        and s[0] <= t[1]
        and t[0] <= s[1]
        and all(k[x] <= m[x + 1] and m[x] <= k[x + 1] for x in (0, 2))
    )


def _brute(a: Boxes, b: Boxes | None) -> set[tuple[int, int]]:
    """All pairs of items, by looking at each pair of boxes."""
    other = a if b is None else b
    out = set()
    for p in range(len(a.item)):
        for q in range(len(other.item)):
            i, j = int(a.item[p]), int(other.item[q])
            if b is None and i >= j:
                continue
            if _overlap(a, p, other, q):
                out.add((i, j))
    return out


def _found(a: Boxes, b: Boxes | None) -> Counter[tuple[int, int]]:
    return Counter((int(i), int(j)) for one, other in overlapping(a, b) for i, j in zip(one, other, strict=True))


@examples(150)
@given(st.integers(0, 2**32), st.integers(0, 14), st.sampled_from([1.0, 0.01, 1e-6]))
def test_boxes_joined_with_themselves_are_all_pairs_that_overlap(seed: int, items: int, spread: float) -> None:
    boxes = _boxes(np.random.default_rng(seed), items, spread)
    assert _found(boxes, None) == Counter(_brute(boxes, None))


@examples(150)
@given(st.integers(0, 2**32), st.integers(0, 10), st.integers(0, 10), st.sampled_from([1.0, 0.01, 1e-6]))
def test_boxes_joined_with_others_are_all_pairs_that_overlap(seed: int, items: int, others: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = _boxes(rng, items, spread), _boxes(rng, others, spread)
    assert _found(a, b) == Counter(_brute(a, b))
    assert Counter((j, i) for i, j in _found(b, a)) == Counter(_brute(a, b))


def test_chunks_of_any_size_give_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = _boxes(np.random.default_rng(3), 60, 0.001)
    expected = _found(boxes, None)
    assert len(expected) > 20
    for chunk in (1, 3, 50):
        monkeypatch.setattr(broad, "_CHUNK", chunk)
        assert _found(boxes, None) == expected


def _random_shapes(rng: np.random.Generator, count: int) -> list[Footprint]:
    """Shapes of metres to thousands of kilometres: anywhere, at poles, and at edges and corners of the faces."""
    corners = lat_lng(np.array([[u, v, 1.0] for u in (-1, 0, 1) for v in (-1, 0, 1)]) @ FACES[int(rng.integers(6))].T)
    out: list[Footprint] = []
    for _ in range(count):
        corner = int(rng.integers(9))
        special = [(90.0, 0.0), (-90.0, 7.0), (0.0, 180.0), (float(corners[0][corner]), float(corners[1][corner]))]
        anywhere = (float(np.degrees(np.arcsin(rng.uniform(-1, 1)))), float(rng.uniform(-180, 180)))
        lat, lng = [*special, anywhere][int(rng.integers(5))]
        size = float(rng.choice([10.0, 3_000.0, 60_000.0, 700_000.0, 3_000_000.0]))
        ends = np.column_stack(
            direct(np.full(3, lat), np.full(3, lng), rng.uniform(0, 120) + np.array([0, 120, 240]), size)
        )
        kind = int(rng.integers(3))
        if kind == 0:
            out.append(Circle(lat, lng, size))
        elif kind == 1:
            out.append(polygon(ends))
        else:
            out.append(corridor(ends, size / 3))
    return out


def _places(shapes: Shapes, k: int, reach_m: float, rng: np.random.Generator) -> FloatArray:
    """Vectors of points of a shape, or within its reach of it."""
    start = shapes.vertex_start
    own = shapes.vector[start[k] : start[k + 1]]
    weights = rng.dirichlet(np.full(len(own), 0.2), 60) if shapes.kind[k] == AREA else np.eye(len(own))
    lat, lng = lat_lng(weights @ own)
    reach = reach_m * rng.choice([0.0, 0.5, 1.0], len(lat))
    return n_vector(*direct(lat, lng, rng.uniform(0, 360, len(lat)), reach))


def _in_boxes(points: FloatArray, face: IntArray, flat: FloatArray) -> bool:
    """Whether every point lies in the box of the face that it pierces."""
    for where, point in zip(face_of(points), points, strict=True):
        at, _ = project(point[None], FACES[where])
        mine = flat[face == where]
        if not ((mine[:, :2] <= at[0] + 1e-12) & (at[0] <= mine[:, 2:] + 1e-12)).all(axis=1).any():
            return False
    return True


@examples(60)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 25.0, 9_260.0, 100_000.0]))
def test_every_place_of_a_shape_lies_in_its_box_of_the_face_that_it_pierces(seed: int, grow_m: float) -> None:
    rng = np.random.default_rng(seed)
    shapes = shapes_of(_random_shapes(rng, 8))
    item, face, flat = flat_boxes(shapes, np.full(len(shapes), grow_m))
    assert (np.abs(flat) <= 1.0).all()
    assert len(set(zip(item.tolist(), face.tolist(), strict=True))) == len(item)
    for k in range(len(shapes)):
        points = _places(shapes, k, float(shapes.reach_m[k]) + grow_m, rng)
        assert _in_boxes(points, face[item == k], flat[item == k])


@pytest.mark.parametrize("name", ZOO)
def test_every_place_of_the_zoo_lies_in_a_box(name: str) -> None:
    shapes = shapes_of([ZOO[name]])
    rng = np.random.default_rng(1)
    for grow_m in (0.0, 1_000.0):
        _, face, flat = flat_boxes(shapes, np.array([grow_m]))
        assert _in_boxes(_places(shapes, 0, float(shapes.reach_m[0]) + grow_m, rng), face, flat)


def test_small_shapes_within_a_face_have_one_small_box() -> None:
    shapes = shapes_of([ZOO["square"], ZOO["star"], ZOO["loop"]])
    item, _, flat = flat_boxes(shapes, np.zeros(3))
    assert item.tolist() == [0, 1, 2]
    assert (flat[:, 2:] - flat[:, :2] < 0.01).all()


def test_no_shapes_have_no_boxes_and_no_pairs() -> None:
    boxes = flat_boxes(shapes_of([]), np.empty(0))
    assert [len(part) for part in boxes] == [0, 0, 0]
    none = Boxes(*boxes, np.empty((0, 2), np.int64), np.empty((0, 4), np.int64), np.empty(0, np.int64))
    assert list(overlapping(none)) == []
    assert list(overlapping(none, none)) == []
