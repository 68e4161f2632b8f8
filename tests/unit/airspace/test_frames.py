"""Local measurement against geodesics (geographiclib, another implementation than the product's) anywhere on the globe.

What frames.py claims: separations to 4 mm up to 20 km and to 4 mm and 5e-7 of them up to 200 km; decisions never clear
what is within a reach, at any reach, and add no more than stated.
"""

from __future__ import annotations

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from sharedsky.airspace.earth import FloatArray, direct, n_vector
from sharedsky.airspace.frames import (
    TOLERANCE_M,
    arc_m,
    chord_m,
    decision_reach_m,
    ecef_m,
    flatten,
    point_segment_sq,
    segment_gap_m,
    segments_cross,
)

#: Places that have broken geometry before: poles, antimeridian, equator, and a spread over the globe.
_LATS = [90.0, -90.0, 89.9999, -89.99, 0.0, 0.0, 1e-9, 47.0, -33.0, 66.6, 80.0]
_LNGS = [0.0, 123.0, -180.0, 179.9999, 180.0, 0.0, -90.0, 8.0, 151.0, -179.99, 12.0]


def _origins(count: int, seed: int) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    lat = np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
    lng = rng.uniform(-180, 180, count)
    return np.concatenate([_LATS, lat]), np.concatenate([_LNGS, lng])


def _geodesics_m(lat1: FloatArray, lng1: FloatArray, lat2: FloatArray, lng2: FloatArray) -> FloatArray:
    return np.array([Geodesic.WGS84.Inverse(*four)["s12"] for four in zip(lat1, lng1, lat2, lng2, strict=True)])


def _pieces(separation_m: float, length_m: float, count: int = 250) -> tuple[FloatArray, FloatArray]:
    """Two pieces of path some separation apart, in any direction: chords in the frame, and the geodesics between them.

    Both are taken from a place on the one to a place on the other, the ends among them.
    """
    rng = np.random.default_rng(int(separation_m))
    lat, lng = _origins(count, 7)
    n = len(lat)
    lat2, lng2 = direct(lat, lng, rng.uniform(0, 360, n), separation_m * rng.uniform(0.3, 1.0, n))
    bearings = rng.uniform(0, 360, (2, n))
    starts = [(lat, lng), (lat2, lng2)]
    share = np.where(rng.random((2, n)) < 0.3, 0.0, rng.uniform(0, 1, (2, n)))
    ends = [direct(*start, bearing, length_m) for start, bearing in zip(starts, bearings, strict=True)]
    places = [direct(*start, bearing, length_m * s) for start, bearing, s in zip(starts, bearings, share, strict=True)]
    vectors = [n_vector(*point) for pair in zip(starts, ends, strict=True) for point in pair]
    flat = flatten(sum(vectors, np.zeros(3)), ecef_m(vectors[0]), *(ecef_m(v) for v in vectors))
    one = flat[0] + (flat[1] - flat[0]) * share[0][:, None]
    other = flat[2] + (flat[3] - flat[2]) * share[1][:, None]
    return np.linalg.norm(one - other, axis=1), _geodesics_m(*places[0], *places[1])


@pytest.mark.parametrize("length_m", [0.0, 500.0, 5_000.0])
@pytest.mark.parametrize("separation_m", [1.0, 300.0, 9_260.0, 20_000.0])
def test_separations_up_to_20_km_are_the_geodesics_to_4_mm(separation_m: float, length_m: float) -> None:
    chord, geodesic = _pieces(separation_m, length_m)
    assert np.abs(arc_m(chord) - geodesic).max() < 0.004


@pytest.mark.parametrize("length_m", [0.0, 5_000.0])
@pytest.mark.parametrize("separation_m", [50_000.0, 100_000.0, 200_000.0])
def test_separations_up_to_200_km_are_the_geodesics_to_4_mm_and_5e_7(separation_m: float, length_m: float) -> None:
    chord, geodesic = _pieces(separation_m, length_m)
    assert (np.abs(arc_m(chord) - geodesic) < 0.004 + 5e-7 * geodesic).all()


REACHES = [0.0, 1.0, 300.0, 9_260.0, 20_000.0, 50_000.0, 100_000.0, 200_000.0, 1e6, 3e6, 5e6, 9e6]


@pytest.mark.parametrize("length_m", [0.0, 5_000.0])
@pytest.mark.parametrize("separation_m", REACHES[1:])
def test_what_is_within_a_reach_is_never_decided_clear_however_far(separation_m: float, length_m: float) -> None:
    chord, geodesic = _pieces(separation_m, length_m)
    assert (chord <= decision_reach_m(geodesic)).all()


@pytest.mark.parametrize("length_m", [0.0, 5_000.0])
@pytest.mark.parametrize(
    ("separation_m", "beyond_m"), [(1.0, 0.015), (9_260.0, 0.015), (20_000.0, 0.015), (1e5, 0.05), (2e5, 0.22)]
)
def test_what_is_beyond_a_reach_by_more_than_is_stated_is_clear(
    separation_m: float, beyond_m: float, length_m: float
) -> None:
    chord, geodesic = _pieces(separation_m, length_m)
    beyond = geodesic > beyond_m
    assert (chord > decision_reach_m(geodesic - beyond_m))[beyond].all()


def test_a_decision_adds_the_tolerance_and_grows_with_the_reach() -> None:
    reach = np.array(REACHES)
    decision = decision_reach_m(reach)
    assert decision[0] == pytest.approx(TOLERANCE_M, abs=1e-12)
    assert (np.diff(decision) > 0).all()


def test_arc_and_chord_are_inverse_to_each_other() -> None:
    arc = np.array([0.0, 1.0, 1e3, 1e5, 1e6, 1e7])
    assert arc_m(chord_m(arc)) == pytest.approx(arc, rel=1e-9, abs=1e-9)


def test_a_chord_longer_than_any_on_earth_is_half_the_way_around() -> None:
    assert arc_m(np.array([2e7])) == pytest.approx([np.pi * 6_371_008.8])


def test_earth_centred_places_are_on_the_ellipsoid() -> None:
    lat, lng = _origins(200, 3)
    x, y, z = ecef_m(n_vector(lat, lng)).T
    a, b = 6_378_137.0, 6_356_752.314245179
    assert (x**2 + y**2) / a**2 + z**2 / b**2 == pytest.approx(np.ones(len(lat)), abs=1e-14)


def test_a_frame_at_a_pole_measures_as_any_other() -> None:
    for lng in (0.0, 90.0, -135.0):
        vectors = n_vector(np.array([90.0, 89.99]), np.array([0.0, lng]))
        flat = flatten(vectors[:1], ecef_m(vectors[:1]), ecef_m(vectors[1:]))[0]
        north = Geodesic.WGS84.Inverse(90, 0, 89.99, 0)["s12"]
        assert float(np.linalg.norm(flat)) == pytest.approx(north, abs=1e-3)


def _segments(rows: list[list[tuple[float, float]]]) -> list[FloatArray]:
    return list(np.array(rows, float).transpose(1, 0, 2))


def test_the_distance_of_two_segments_is_0_where_they_cross_and_touch() -> None:
    rows = [
        [(0, 0), (2, 2), (0, 2), (2, 0)],  # cross
        [(0, 0), (2, 0), (1, 0), (1, 5)],  # a T
        [(0, 0), (2, 0), (2, 0), (3, 5)],  # end to end
        [(0, 0), (4, 0), (1, 0), (2, 0)],  # one along the other
        [(1, 1), (1, 1), (0, 0), (2, 2)],  # a point on a segment
        [(1, 1), (1, 1), (1, 1), (1, 1)],  # a point on itself
    ]
    assert segment_gap_m(*_segments(rows)).tolist() == [0.0] * len(rows)


def test_the_distance_of_two_segments_that_do_not_meet_is_that_of_their_nearest_points() -> None:
    rows = [
        [(0, 0), (2, 0), (0, 3), (2, 3)],  # parallel
        [(0, 0), (2, 0), (5, 4), (9, 4)],  # end to end: 3, 4, 5
        [(0, 0), (4, 0), (2, 1), (2, 9)],  # an end above the middle
        [(0, 0), (0, 0), (3, 4), (3, 4)],  # two points
        [(0, 0), (2, 0), (3, 0), (9, 0)],  # on one line
    ]
    assert segment_gap_m(*_segments(rows)) == pytest.approx([3.0, 5.0, 1.0, 5.0, 1.0])


def test_the_distance_of_two_segments_is_the_least_of_many_points_on_them() -> None:
    rng = np.random.default_rng(5)
    a, b, c, d = rng.uniform(-10, 10, (4, 300, 2))
    s = np.linspace(0, 1, 60)
    one = a[:, None] + (b - a)[:, None] * s[:, None]
    other = c[:, None] + (d - c)[:, None] * s[:, None]
    sampled = np.linalg.norm(one[:, :, None] - other[:, None], axis=-1).min(axis=(1, 2))
    gap = segment_gap_m(a, b, c, d)
    longest = np.maximum(np.linalg.norm(b - a, axis=1), np.linalg.norm(d - c, axis=1))
    assert (gap <= sampled + 1e-12).all()
    assert (sampled - gap <= longest / 60).all()
    assert (gap[segments_cross(a, b, c, d)] == 0).all()
    assert gap == pytest.approx(segment_gap_m(c, d, b, a), abs=1e-12)


def test_the_distance_from_a_segment_of_no_length_is_that_from_its_point() -> None:
    p, a = np.array([[3.0, 4.0]]), np.zeros((1, 2))
    assert point_segment_sq(p, a, a).tolist() == [25.0]
