"""Footprints as they are drawn: few vertices, the same form, no seam at the antimeridian or the poles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.airspace.earth import FloatArray, direct, distance_m, inverse, n_vector
from sharedsky.airspace.footprint import Circle, Corridor, corridor, polygon
from sharedsky.page.shapes import (
    MAX_RING_POINTS,
    corridor_outline,
    display_shape,
    flat_stereographic,
    packed_points,
    simplified_ring,
    unflat_stereographic,
)


def unpacked(steps: list[int]) -> FloatArray:
    return np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / 1e5


def ring_around(lat: float, lng: float, radius_m: float, count: int) -> list[tuple[float, float]]:
    lats, lngs = direct(lat, lng, np.arange(count) * 360 / count, radius_m)
    return list(zip(lats.tolist(), lngs.tolist()))


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=50))
def test_packed_points_are_the_points_to_a_metre(points: list[tuple[float, float]]) -> None:
    array = np.array(points)
    assert np.abs(unpacked(packed_points(array)) - array).max() <= 0.5e-5 + 1e-9


def test_a_circle_stays_a_circle() -> None:
    assert display_shape(Circle(47, 8, 1234.56)) == ({"c": [47, 8, 1234.6]}, False)


def test_a_polygon_with_few_vertices_keeps_them_all_and_its_holes() -> None:
    shape, simplified = display_shape(polygon([(0, 0), (0, 1), (1, 1)], [[(0.2, 0.5), (0.2, 0.6), (0.3, 0.6)]]))
    assert not simplified
    assert [len(ring) // 2 for ring in shape["p"]] == [3, 3]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("lat", "lng"), [(47, 8), (0, 180), (89.9, 0), (-90, 0)])
def test_a_ring_of_many_vertices_is_simplified_and_keeps_its_form(lat: float, lng: float) -> None:
    ring = np.array(ring_around(lat, lng, 50_000, 5_000))
    kept = simplified_ring(ring)
    assert 3 <= len(kept) <= MAX_RING_POINTS
    away = distance_m(np.full(len(kept), lat), np.full(len(kept), lng), kept[:, 0], kept[:, 1])
    assert np.abs(away - 50_000).max() < 1
    # No side of the drawn ring cuts far into the circle.
    a, b = kept, np.roll(kept, -1, axis=0)
    assert distance_m(a[:, 0], a[:, 1], b[:, 0], b[:, 1]).max() < 4_000


def test_a_simplified_ring_is_reported_as_simplified() -> None:
    assert display_shape(polygon(ring_around(10, 20, 5_000, 1_000), check=False))[1]


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 360), st.floats(0, 1.5e7))
def test_the_stereographic_plane_gives_its_points_back(lat: float, lng: float, azimuth: float, away_m: float) -> None:
    middle = np.array([[lat, lng]])
    lats, lngs = direct(lat, lng, azimuth, away_m)
    points = np.stack([lats, lngs], axis=1)
    vector = n_vector(middle[0, 0], middle[0, 1])
    back = unflat_stereographic(flat_stereographic(points, vector), vector)
    assert distance_m(back[:, 0], back[:, 1], lats, lngs).max() < 0.01


def furthest_from_path_m(path: FloatArray, points: FloatArray) -> FloatArray:
    """Distance of each point from the path, by points every 50 m or so along it."""
    dense = []
    for start, end in pairwise(path):
        azimuth, length = inverse(start[0], start[1], end[0], end[1])
        lat, lng = direct(start[0], start[1], azimuth, np.linspace(0, length[0], 2_000))
        dense.append(np.stack([lat, lng], axis=1))
    along = np.vstack(dense)
    return np.array([distance_m(along[:, 0], along[:, 1], *np.full((2, len(along)), p[:, None])).min() for p in points])


@pytest.mark.parametrize(
    "shape",
    [
        corridor([(47.2, 8.3), (47.33, 8.55), (47.45, 8.6)], 1_500),
        corridor([(0, 179.5), (0.3, -179.6)], 5_000),
        corridor([(89, 0), (89.5, 180)], 20_000),
        corridor([(40, -70), (50, -20), (51, 0)], 100_000),
        corridor([(-60, 100), (-88, 40)], 300_000),
    ],
    ids=["short", "antimeridian", "pole", "ocean", "polar ocean"],
)
def test_the_outline_of_a_corridor_lies_its_half_width_from_the_path(shape: Corridor) -> None:
    rings = corridor_outline(shape.path, shape.half_width_m)
    assert len(rings) == 1
    assert len(rings[0]) < 600
    away = furthest_from_path_m(shape.path, rings[0])
    # Arcs are drawn as polygons of ten sides a quarter: 0.4 % inside at most.
    assert away.min() > 0.985 * shape.half_width_m
    assert away.max() < 1.015 * shape.half_width_m


def test_a_corridor_that_closes_on_itself_has_a_hole() -> None:
    loop = corridor([(47, 8), (47, 8.2), (47.15, 8.2), (47.15, 8), (47, 8)], 1_000)
    assert len(corridor_outline(loop.path, loop.half_width_m)) == 2


def test_a_corridor_of_very_many_points_is_thinned_and_says_so() -> None:
    path = [(47 + 0.0001 * k, 8 + 0.00001 * (k % 7)) for k in range(3_000)]
    shape, simplified = display_shape(corridor(path, 500))
    assert simplified
    assert len(shape["p"]) == 1  # type: ignore[arg-type]
