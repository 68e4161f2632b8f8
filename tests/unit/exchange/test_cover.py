"""Covers: what cannot be covered is refused, and how long keys get is stated."""

from __future__ import annotations

import math

import pytest

from extents import extent, relevant
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.time import MAX_NS, MIN_NS
from sharedsky.errors import GeometryError
from sharedsky.exchange.cover import CELLS, LatLng, ahead, cover_of, spanned, within
from sharedsky.exchange.model import HIGHEST_MM, LOWEST_MM, Box
from zoo import local

NAN, INF = math.nan, math.inf


def _small(*xy_m: tuple[float, float], place: LatLng = (48.0, 12.0)) -> tuple[LatLng, ...]:
    return tuple(local(*place, xy_m))


REFUSED: dict[str, tuple[LatLng, ...]] = {
    "no vertex": (),
    "one vertex": ((48.0, 12.0),),
    "two vertices": ((48.0, 12.0), (48.1, 12.0)),
    "a closed ring": ((48.0, 12.0), (48.0, 12.1), (48.1, 12.1), (48.0, 12.0)),
    "a small closed ring": _small((0, 0), (100, 0), (100, 100), (0, 0)),
    "a vertex twice in a row": ((48.0, 12.0), (48.0, 12.1), (48.0, 12.1), (48.1, 12.1)),
    "a vertex twice, apart": _small((0, 0), (100, 0), (50, 50), (100, 100), (0, 100), (50, 50)),
    "two vertices and one of them again": ((48.0, 12.0), (48.1, 12.0), (48.0, 12.0)),
    "180 east and west": ((10.0, 180.0), (10.0, -180.0), (11.0, 179.0)),
    "180 east and west in a small ring": ((10.0, 180.0), (10.01, 180.0), (10.0, -180.0), (10.005, 179.99)),
    "a pole by two longitudes": ((90.0, 0.0), (90.0, 10.0), (89.99, 30.0), (89.99, 100.0)),
    "0 and minus 0": ((0.0, 0.0), (-0.0, -0.0), (0.0, 1.0), (1.0, 1.0)),
    "a bow tie": ((48.0, 12.0), (48.1, 12.1), (48.0, 12.1), (48.1, 12.0)),
    "a small bow tie": _small((0, 0), (100, 100), (100, 0), (0, 100)),
    "a bow tie over 500 km": ((48.0, 12.0), (52.0, 16.0), (48.0, 16.0), (52.0, 12.0)),
    "a tail of no width": _small((0, 0), (100, 0), (200, 0.0), (100, 1e-12), (100, 100)),
    "a line on the equator": ((0.0, 0.0), (0.0, 0.001), (0.0, 0.002)),
    "a long line on the equator": ((0.0, 0.0), (0.0, 1.0), (0.0, 2.5)),
    "a line on a meridian": ((48.0, 12.0), (48.001, 12.0), (48.002, 12.0)),
    "a long line on a meridian": ((40.0, 12.0), (45.0, 12.0), (48.3, 12.0)),
    "a line there and back": ((0.0, 10.0), (0.0, 10.001), (0.0, 10.002), (0.0, 10.0005)),
    "half the globe": ((0.0, 0.0), (0.0, 90.0), (0.0, 180.0), (0.0, -90.0)),
    "more than half the globe": ((-10.0, 0.0), (-10.0, 90.0), (-10.0, 180.0), (-10.0, -90.0)),
    "a vertex at the antipode": ((48.0, 12.0), (48.0, 12.01), (-48.01, -168.0)),
    "antipodes of a small ring": ((48.0, 12.0), (-48.0, -167.99), (48.01, 12.01)),
    "not a number": ((48.0, 12.0), (48.0, 12.1), (48.1, NAN)),
    "not a number first": ((NAN, 12.0), (48.0, 12.1), (48.1, 12.0)),
    "not a number, twice": ((NAN, NAN), (NAN, NAN), (NAN, NAN)),
    "infinity": ((48.0, 12.0), (48.0, INF), (48.1, 12.0)),
    "minus infinity": ((-INF, 12.0), (48.0, 12.1), (48.1, 12.0)),
    "beyond the pole": ((89.99, 12.0), (90.001, 12.1), (89.98, 12.0)),
    "once around and more": ((48.0, 372.0), (48.0, 372.01), (48.01, 372.0)),
    "longitude a little over": ((48.0, 179.99), (48.0, 180.0001), (48.01, 179.99)),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("ring", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_simple_area_is_refused(ring: tuple[LatLng, ...]) -> None:
    with pytest.raises(GeometryError):
        cover_of([extent(ring)])


@pytest.mark.parametrize("ring", REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_among_good_ones(ring: tuple[LatLng, ...]) -> None:
    good = extent(Circle(48.0, 12.0, 100.0))
    with pytest.raises(GeometryError):
        cover_of([good, extent(ring), good])


@pytest.mark.parametrize(
    ("lat", "lng", "radius"),
    [
        (NAN, 0.0, 1.0), (0.0, NAN, 1.0), (0.0, 0.0, NAN), (INF, 0.0, 1.0), (0.0, 0.0, INF), (0.0, 0.0, 0.0),
        (0.0, 0.0, -1.0), (91.0, 0.0, 1.0), (0.0, 181.0, 1.0), (0.0, 0.0, 5_000_001.0),
    ],
)  # fmt: skip
def test_a_circle_that_is_none_cannot_be_made(lat: float, lng: float, radius: float) -> None:
    with pytest.raises(GeometryError):
        Circle(lat, lng, radius)


ACCEPTED: dict[str, tuple[LatLng, ...]] = {
    "a triangle of a decimetre": _small((0, 0), (0.1, 0), (0, 0.1)),
    "a sliver of a centimetre by 10 km": _small((0, 0), (10_000, 0), (10_000, 0.01), (0, 0.01)),
    "vertices on the antimeridian": ((10.0, 180.0), (10.01, 180.0), (10.01, 179.99)),
    "the pole as a vertex": ((90.0, 0.0), (89.9, 0.0), (89.9, 90.0)),
    "around the pole": tuple((89.9, float(lng)) for lng in range(-180, 180, 30)),
    "a vertex on a straight edge": _small((0, 0), (50, 0), (100, 0), (100, 100)),
}


@pytest.mark.parametrize("ring", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_is_unusual_but_right_is_covered(ring: tuple[LatLng, ...]) -> None:
    assert cover_of([extent(ring)])


def test_no_extents_have_no_cover() -> None:
    assert cover_of([]) == ()
    assert not relevant((), cover_of([extent(Circle(48.0, 12.0, 100.0))]))


# How coarse


def test_cells_are_some_1500_m_wide_in_a_faces_middle() -> None:
    assert 1_540.0 < 2.0 / CELLS * 6_371_000.0 < 1_560.0


@pytest.mark.parametrize(("radius_m", "most"), [(1.0, 2), (500.0, 2), (5_000.0, 8), (100_000.0, 131)])
def test_a_cover_is_no_more_than_a_cell_larger_than_its_circle(radius_m: float, most: int) -> None:
    (box,) = cover_of([extent(Circle(48.0, 12.0, radius_m))])
    assert box.u1 - box.u0 + 1 <= most
    assert box.v1 - box.v0 + 1 <= most


def test_a_large_circle_at_a_corner_of_the_cube_touches_three_faces() -> None:
    from extents import face_places

    corner = face_places()[0]
    assert {box.face for box in cover_of([extent(Circle(*corner, 1_000.0))])} == {
        box.face for box in cover_of([extent(Circle(*corner, 100_000.0))])
    }
    assert len(cover_of([extent(Circle(*corner, 1_000.0))])) == 3


@pytest.mark.parametrize("radius_m", [2_000_000.0, 3_500_000.0, 5_000_000.0])
def test_the_largest_circles_touch_each_face_once_at_most(radius_m: float) -> None:
    for place in ((0.0, 0.0), (48.0, 12.0), (90.0, 0.0), (-42.0, -168.0)):
        faces = [box.face for box in cover_of([extent(Circle(*place, radius_m))])]
        assert len(faces) == len(set(faces)) >= 1


# Comparing covers


def _box(**fields: int) -> Box:
    return Box(0, 10, 10, 20, 20, 0, 100, 0, 100)._replace(**fields)


SIDES: list[dict[str, int]] = [
    {"u0": 9}, {"v0": 9}, {"u1": 21}, {"v1": 21}, {"low_mm": -1}, {"high_mm": 101}, {"start_ns": -1}, {"end_ns": 101},
    {"face": 1},
]  # fmt: skip


@pytest.mark.parametrize("fields", SIDES)
def test_a_box_that_sticks_out_on_one_side_is_not_within(fields: dict[str, int]) -> None:
    assert within((_box(),), (_box(),))
    assert not within((_box(**fields),), (_box(),))
    assert not within((_box(), _box(**fields)), (_box(),))
    assert within((_box(),), (_box(u0=15), _box(**fields), _box()))


def test_nothing_is_within_nothing_but_nothing() -> None:
    assert within((), ())
    assert not within((_box(),), ())


def test_what_lies_ahead_begins_now_and_leaves_out_the_past() -> None:
    cover = (_box(end_ns=49), _box(end_ns=50), _box(), _box(start_ns=60))
    assert ahead(cover, 50) == (_box(start_ns=50, end_ns=50), _box(start_ns=50), _box(start_ns=60))


def test_a_span_holds_all_boxes_of_a_face() -> None:
    boxes = (_box(u0=5, end_ns=500), _box(v1=30, low_mm=-5), _box(face=2))
    assert set(spanned(boxes)) == {_box(u0=5, v1=30, low_mm=-5, end_ns=500), _box(face=2)}
    assert within(boxes, spanned(boxes))


def test_open_levels_and_the_ends_of_time_are_kept_as_they_are() -> None:
    (box,) = cover_of([extent(Circle(48.0, 12.0, 10.0), LOWEST_MM, HIGHEST_MM, MIN_NS, MAX_NS)])
    assert box[5:] == (LOWEST_MM, HIGHEST_MM, MIN_NS, MAX_NS)
