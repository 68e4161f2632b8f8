"""The oracle's geodesics against geographiclib's, and against what is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic  # type: ignore[import-untyped]

from oracle.vincenty import A_M, SERIES_ERROR_M, cartesian, direct, inverse


def random_lines(count: int, seed: int) -> list[tuple[float, float, float, float]]:
    """Start, azimuth and length of lines up to 150 degrees of arc, from millimetres on, some at poles and parallels."""
    rng = np.random.default_rng(seed)
    out = []
    for k in range(count):
        lat = float(rng.choice([90, -90, 0, 89.9999999999, -89.99999])) if k % 5 == 0 else rng.uniform(-90, 90)
        azimuth = float(rng.choice([0, 90, 180, -90])) if k % 7 == 0 else rng.uniform(-180, 180)
        length = rng.uniform(1e6, 16.6e6) if k % 3 == 0 else 10 ** rng.uniform(-3, 7.2)
        out.append((float(lat), float(rng.uniform(-180, 180)), azimuth, float(length)))
    return out


def test_distances_bearings_and_places_agree_with_geographiclib() -> None:
    for lat, lng, azimuth, length in random_lines(1000, 5):
        truth = Geodesic.WGS84.Direct(lat, lng, azimuth, length)
        ours_lat, ours_lng = direct(lat, lng, math.radians(azimuth), length)
        off = Geodesic.WGS84.Inverse(ours_lat[0], ours_lng[0], truth["lat2"], truth["lon2"])["s12"]
        distance, _ = inverse(lat, lng, truth["lat2"], truth["lon2"])
        assert off < SERIES_ERROR_M
        assert abs(distance[0] - Geodesic.WGS84.Inverse(lat, lng, truth["lat2"], truth["lon2"])["s12"]) < SERIES_ERROR_M


def test_a_degree_of_the_equator_is_a_degree_of_the_circle() -> None:
    distance, azimuth = inverse(0, 179.5, 0, -179.5)
    assert distance[0] == pytest.approx(A_M * math.pi / 180, abs=1e-6)
    assert azimuth[0] == pytest.approx(math.pi / 2)


def test_the_quarter_meridian_is_10001966_metres() -> None:
    assert inverse(0, 12, 90, -77)[0][0] == pytest.approx(10_001_965.7293, abs=SERIES_ERROR_M)


def test_going_back_comes_back() -> None:
    lat, lng = direct(*direct(60, 10, 1.0, 5e5), 0.0, 0.0)
    assert (lat[0], lng[0]) == pytest.approx([float(v[0]) for v in direct(60, 10, 1.0 + math.pi, -5e5)], abs=1e-9)


def test_nearly_opposite_places_give_no_number_rather_than_a_wrong_one() -> None:
    assert math.isnan(inverse(0.1, 0, -0.1, 179.9)[0][0])


def test_a_chord_is_a_little_shorter_than_its_geodesic() -> None:
    chord = float(np.linalg.norm(cartesian(0, 0) - cartesian(0, 1)))
    assert chord == pytest.approx(2 * A_M * math.sin(math.radians(0.5)))
    assert chord < inverse(0, 0, 0, 1)[0][0]
