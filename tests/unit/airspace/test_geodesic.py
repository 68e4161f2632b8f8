"""Geodesic edges made straight: what is left straight lies within 2 mm of the geodesic, anywhere on the globe."""

from __future__ import annotations

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from sharedsky.airspace.earth import FloatArray, direct, distance_m, inverse, lat_lng, n_vector
from sharedsky.airspace.geodesic import MAX_EDGE_M, densify_edges, densify_path, edge_pieces

_SPECIAL = [(90.0, 0.0), (-90.0, 50.0), (89.9999, 10.0), (0.0, 180.0), (0.0, -180.0), (0.0, 0.0), (80.0, 179.999)]


def _edges(length_m: float, count: int = 60) -> tuple[FloatArray, FloatArray]:
    """Edges of a length in all directions, anywhere and from the awkward places."""
    rng = np.random.default_rng(11)
    lat = np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
    start = np.vstack([_SPECIAL, np.column_stack([lat, rng.uniform(-180, 180, count)])])
    end = np.column_stack(direct(start[:, 0], start[:, 1], rng.uniform(0, 360, len(start)), length_m))
    return start, end


def _off_geodesic_m(start: FloatArray, end: FloatArray) -> float:
    """How far the great circles of n-vectors lie off the geodesics between the same places, at most [m]."""
    worst = 0.0
    p, q = n_vector(start[:, 0], start[:, 1]), n_vector(end[:, 0], end[:, 1])
    for share in np.linspace(0, 1, 9):
        lat, lng = lat_lng(p + (q - p) * share)
        for k in range(len(start)):
            whole = Geodesic.WGS84.Inverse(*start[k], *end[k])
            to = Geodesic.WGS84.Inverse(*start[k], lat[k], lng[k])
            if whole["s12"] > 0 and to["s12"] > 0:
                turn = np.radians(to["azi1"] - whole["azi1"])
                worst = max(worst, abs(to["s12"] * np.sin(turn)))
    return worst


def test_an_edge_left_whole_lies_within_2_mm_of_its_geodesic() -> None:
    assert _off_geodesic_m(*_edges(MAX_EDGE_M)) < 0.002


@pytest.mark.parametrize("length_m", [4_999.0, 5_001.0, 12_345.0, 300_000.0, 9_000_000.0])
def test_the_cuts_of_an_edge_lie_on_its_geodesic_in_order_and_no_more_than_5_km_apart(length_m: float) -> None:
    start, end = _edges(length_m, 6)
    points, owner = densify_edges(start, end)
    for k in range(len(start)):
        mine = np.vstack([points[owner == k], end[k : k + 1]])
        whole = Geodesic.WGS84.Inverse(*start[k], *end[k])
        line = Geodesic.WGS84.InverseLine(*start[k], *end[k])
        step = whole["s12"] / (len(mine) - 1)
        assert step <= MAX_EDGE_M * 1.000001
        some = np.unique(np.linspace(0, len(mine) - 1, 20).astype(int))
        for at in some:
            place = line.Position(step * at)
            assert Geodesic.WGS84.Inverse(place["lat2"], place["lon2"], *mine[at])["s12"] < 1e-6


def test_cut_edges_are_straight_to_2_mm() -> None:
    start, end = _edges(80_000.0, 5)
    points, owner = densify_edges(start, end)
    last = np.append(owner[1:] != owner[:-1], True)
    follower = np.vstack([points[1:], points[:1]])
    follower[last] = end
    assert _off_geodesic_m(points, follower) < 0.002


def test_short_edges_are_left_as_they_are() -> None:
    start, end = _edges(4_900.0)
    points, owner = densify_edges(start, end)
    assert np.array_equal(points, start)
    assert np.array_equal(owner, np.arange(len(start)))


def test_edges_of_no_length_are_left_as_they_are() -> None:
    start = np.array([[10.0, 20.0], [90.0, 0.0], [0.0, 180.0]])
    end = np.array([[10.0, 20.0], [90.0, 120.0], [0.0, -180.0]])
    pieces, _, length = edge_pieces(start, end)
    assert pieces.tolist() == [1, 1, 1]
    assert length.tolist() == [0, 0, 0]


def test_long_and_short_edges_together_keep_their_owners() -> None:
    start = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 1.001]])
    end = np.array([[0.0, 1.0], [0.0, 1.001], [0.0, 3.0]])
    points, owner = densify_edges(start, end)
    first = np.searchsorted(owner, [0, 1, 2])
    assert np.array_equal(points[first], start)
    assert (np.diff(owner) >= 0).all()
    assert (np.diff(points[:, 1]) > 0).all()


def test_cutting_does_not_change_what_it_is_given() -> None:
    start, end = _edges(5_100.0)
    before = start.copy()
    points, _ = densify_edges(start, end)
    points[:] = 0.0
    short, _ = densify_edges(start[:1], start[:1])
    short[:] = 0.0
    assert np.array_equal(start, before)


def test_no_edges_are_no_points() -> None:
    points, owner = densify_edges(np.empty((0, 2)), np.empty((0, 2)))
    assert points.shape == (0, 2)
    assert len(owner) == 0


def test_a_path_keeps_its_first_and_last_point_and_all_between() -> None:
    path = np.array([[47.0, 8.0], [47.0, 8.5], [47.2, 8.5], [80.0, -170.0]])
    dense = densify_path(path)
    assert np.array_equal(dense[0], path[0])
    assert np.array_equal(dense[-1], path[-1])
    assert all((dense == point).all(axis=1).any() for point in path)
    assert distance_m(dense[:-1, 0], dense[:-1, 1], dense[1:, 0], dense[1:, 1]).max() <= MAX_EDGE_M * 1.000001


@pytest.mark.parametrize("points", [0, 1])
def test_a_path_of_one_point_or_none_is_left_as_it_is(points: int) -> None:
    path = np.zeros((points, 2))
    assert np.array_equal(densify_path(path), path)


def test_there_and_back_along_a_geodesic_is_where_one_began() -> None:
    start, end = _edges(250_000.0)
    azimuth, length = inverse(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    lat, lng = direct(start[:, 0], start[:, 1], azimuth, length)
    assert distance_m(lat, lng, end[:, 0], end[:, 1]).max() < 1e-6


def test_the_places_of_n_vectors_are_those_that_they_were_made_of() -> None:
    start, _ = _edges(1.0)
    lat, lng = lat_lng(n_vector(start[:, 0], start[:, 1]) * 7.0)
    assert distance_m(lat, lng, start[:, 0], start[:, 1]).max() < 1e-6
