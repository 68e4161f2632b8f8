"""The six charts: great circles are straight, every place is in one, and a reach is never drawn too short."""

from __future__ import annotations

import numpy as np
import pytest

from sharedsky.airspace.charts import FACES, face_of, project, reach_in_chart, tangent_basis
from sharedsky.airspace.earth import FloatArray, n_vector


def _anywhere(count: int, seed: int = 2) -> FloatArray:
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    special = n_vector([90, -90, 0, 0, 0, 48], [0, 0, 180, -180, 0, 12])
    return np.vstack([special, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)])


def _unprojected(flat: FloatArray, basis: FloatArray) -> FloatArray:
    vectors = np.column_stack([flat, np.ones(len(flat))]) @ basis.T
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def test_faces_are_right_handed_and_orthonormal_and_opposite_in_pairs() -> None:
    for face in FACES:
        assert face.T @ face == pytest.approx(np.eye(3), abs=1e-15)
        assert np.linalg.det(face) == pytest.approx(1.0)
    outward = FACES[:, :, 2]
    assert outward[:3] + outward[3:] == pytest.approx(np.zeros((3, 3)), abs=1e-15)


def test_every_place_is_within_the_square_of_the_face_that_it_pierces() -> None:
    vectors = _anywhere(5_000)
    face = face_of(vectors)
    assert set(face.tolist()) == set(range(6))
    flat, height = project(vectors, FACES[face])
    assert np.abs(flat).max() <= 1.0 + 1e-12
    assert height.min() >= 1 / np.sqrt(3) - 1e-12


def test_projecting_and_going_back_is_where_one_began() -> None:
    vectors = _anywhere(2_000)
    for basis in (*FACES, tangent_basis(n_vector(-33.0, 151.0))):
        flat, height = project(vectors, basis)
        ahead = height > 0.01
        assert _unprojected(flat[ahead], basis) == pytest.approx(vectors[ahead], abs=1e-13)


def test_a_chart_each_is_the_same_as_one_for_all() -> None:
    vectors = _anywhere(50)
    for face in FACES:
        one, other = project(vectors, face), project(vectors, np.repeat(face[None], len(vectors), axis=0))
        ahead = one[1] > 0.01
        assert one[0][ahead] == pytest.approx(other[0][ahead], rel=1e-12, abs=1e-12)
        assert one[1] == pytest.approx(other[1], abs=1e-15)


def test_great_circles_are_straight_lines() -> None:
    rng = np.random.default_rng(4)
    a, b = _anywhere(500), _anywhere(500, 3)
    share = rng.uniform(0, 1, (len(a), 1))
    between = a + (b - a) * share
    for basis in FACES:
        (p, hp), (q, hq), (r, hr) = (project(v, basis) for v in (a, b, between))
        seen = (hp > 0.2) & (hq > 0.2) & (hr > 0.05)
        p, q, r = p[seen], q[seen], r[seen]
        along, off = q - p, r - p
        area = along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0]
        assert np.abs(area).max() < 1e-12 * (1 + np.abs(along).max() * np.abs(off).max())


def test_a_tangent_basis_is_orthonormal_with_east_to_the_east_even_at_a_pole() -> None:
    vectors = _anywhere(200)
    bases = tangent_basis(vectors)
    assert np.einsum("nij,nik->njk", bases, bases) == pytest.approx(
        np.repeat(np.eye(3)[None], len(bases), 0), abs=1e-12
    )
    assert bases[:, :, 2] == pytest.approx(vectors)
    assert tangent_basis(n_vector(0.0, 0.0))[:, 0] == pytest.approx([0, 1, 0])
    assert tangent_basis(np.array([0.0, 0.0, 1.0]))[:, 0] == pytest.approx([0, 1, 0])
    assert tangent_basis(np.array([0.0, 0.0, -1.0]))[:, 0] == pytest.approx([0, 1, 0])


@pytest.mark.parametrize("reach_rad", [1e-9, 1e-5, 0.01, 0.2, 0.7])
def test_a_reach_in_a_chart_is_never_shorter_than_the_way_on_the_globe(reach_rad: float) -> None:
    rng = np.random.default_rng(6)
    n = 4_000
    flat = rng.uniform(-1, 1, (n, 2))
    start = _unprojected(flat, FACES[0])
    aside = np.cross(start, rng.normal(size=(n, 3)))
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    turn = reach_rad * rng.choice([1.0, 0.99, 0.5], n)[:, None]
    end, height = project(start * np.cos(turn) + aside * np.sin(turn), FACES[0])
    drawn = np.linalg.norm(end - flat, axis=1)
    allowed = reach_in_chart(np.full(n, reach_rad), np.linalg.norm(flat, axis=1))
    assert (drawn <= allowed * (1 + 1e-12) + 1e-15)[height > 0].all()
    assert np.isinf(allowed[height <= 0.17]).all()


def test_no_reach_is_none_in_the_chart_however_far_from_its_middle() -> None:
    assert reach_in_chart(np.zeros(3), np.array([0.0, 1.0, 3.0])).tolist() == [0, 0, 0]


def test_beyond_80_degrees_a_reach_is_not_bounded() -> None:
    assert np.isinf(reach_in_chart(np.array([1e-6]), np.array([np.tan(np.radians(80.0))]))).all()
