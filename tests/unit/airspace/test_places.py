"""Boxes of latitude and longitude around shapes: every place of a shape, with its reach, lies in its box."""

from __future__ import annotations

import numpy as np
import pytest

from sharedsky.airspace.earth import BoolArray, FloatArray, direct, lat_lng
from sharedsky.airspace.footprint import Circle, Footprint, corridor, polygon
from sharedsky.airspace.places import Places, places_of
from sharedsky.airspace.shapes import shapes_of
from zoo import ZOO


def _holds(place: Places, lat: FloatArray, lng: FloatArray) -> BoolArray:
    """Whether points lie in the one box."""
    west, east = float(place.lng_west[0]), float(place.lng_east[0])
    within = (west <= lng) & (lng <= east) if west <= east else (lng >= west) | (lng <= east)
    either = np.abs(lng) == 180.0  # -180 and 180 are one
    within |= either & ((west <= -180.0) | (east >= 180.0) | (west > east))
    pole = np.abs(lat) > 89.9999999
    return np.asarray((place.lat_min[0] <= lat) & (lat <= place.lat_max[0]) & (within | pole))


def _points(shape: Footprint, grow_m: float) -> tuple[FloatArray, FloatArray]:
    """Points of a shape's edges, between their ends too, and as far from them as it reaches."""
    rng = np.random.default_rng(9)
    table = shapes_of([shape])
    _, first = table.edges()
    following = np.minimum(first + 1, len(table.vector) - 1)
    share = np.array([0.0, 0.5, 0.83])[:, None, None]
    p = table.vector[first] + (table.vector[following] - table.vector[first]) * share
    lat, lng = lat_lng(p.reshape(-1, 3))
    reach = float(table.reach_m[0]) + grow_m
    if reach == 0:
        return lat, lng
    around = np.repeat(np.arange(len(lat)), 8)
    bearing = np.tile(np.arange(0, 360, 45.0), len(lat)) + rng.uniform(-1, 1, len(around))
    return direct(lat[around], lng[around], bearing, np.full(len(around), reach))


_NEAR_POLES = {
    "edges along 89.9 N": polygon(
        [(89.9, lng) for lng in range(0, 60, 10)] + [(89, lng) for lng in range(50, -10, -10)]
    ),
    "edges along 89 S": polygon([(-89, lng) for lng in range(-150, -30, 20)] + [(-88, -50), (-88, -150)]),
    "edges along 80 N": polygon([(80.0, 0), (80.0, 0.25), (79.9, 0.1)]),
    "a corridor by the pole": corridor([(89.95, -30), (89.95, 20)], 200.0),
    "a circle by the pole": Circle(89.9, 12, 11_000),
    "a circle just short of the pole": Circle(89.9, 12, 11_100),
    "a circle over the pole": Circle(-89.9, 12, 12_000),
    "an edge at the pole": corridor([(90, 0), (89.96, 20)], 10.0),
    "an edge at the south pole": corridor([(-90, 0), (-89.96, 20)], 10.0),
    "a wide circle": Circle(45, 179, 4_000_000),
    "a wide circle over the pole": Circle(60, -179, 4_000_000),
    "a wide corridor": corridor([(10, 170), (20, -150)], 1_500_000),
    "around the pole but not over it": polygon(
        [(80, lng) for lng in range(-170, 180, 20)] + [(70, lng) for lng in range(170, -180, -20)]
    ),
}


@pytest.mark.parametrize("grow_m", [0.0, 9_260.0])
@pytest.mark.parametrize("name", [*ZOO, *_NEAR_POLES])
def test_every_place_of_a_shape_lies_in_its_box(name: str, grow_m: float) -> None:
    shape = {**ZOO, **_NEAR_POLES}[name]
    place = places_of(shapes_of([shape]), grow_m)
    assert _holds(place, *_points(shape, grow_m)).all()


def test_a_box_is_hardly_larger_than_its_shape() -> None:
    place = places_of(shapes_of([ZOO["square"]]))
    assert place.lat_min[0] == pytest.approx(47.0, abs=3e-5)
    assert place.lat_max[0] == pytest.approx(47.001, abs=3e-5)
    assert place.lng_west[0] == pytest.approx(8.0, abs=5e-5)
    assert place.lng_east[0] == pytest.approx(8.001, abs=5e-5)


def test_a_shape_over_the_antimeridian_has_a_box_that_crosses_it() -> None:
    place = places_of(shapes_of([ZOO["am_east_first"]]))
    assert place.lng_west[0] == pytest.approx(179, abs=1e-3)
    assert place.lng_east[0] == pytest.approx(-179, abs=1e-3)


@pytest.mark.parametrize("name", ["np_ring", "np_circle", "np_vertex", "np_edge_through", "np_annulus", "sp_ring"])
def test_a_shape_at_a_pole_has_the_pole_and_all_longitudes(name: str) -> None:
    place = places_of(shapes_of([ZOO[name]]))
    assert (place.lng_west[0], place.lng_east[0]) == (-180.0, 180.0)
    assert max(abs(place.lat_min[0]), abs(place.lat_max[0])) == 90.0


def test_boxes_are_boxes_of_the_globe() -> None:
    places = places_of(shapes_of([*ZOO.values(), *_NEAR_POLES.values()]), 200_000.0)
    assert ((places.lat_min >= -90) & (places.lat_min < places.lat_max) & (places.lat_max <= 90)).all()
    assert (np.abs([places.lng_west, places.lng_east]) <= 180).all()


def test_boxes_in_company_are_those_alone() -> None:
    shapes = [*ZOO.values()]
    together = places_of(shapes_of(shapes))
    for k, shape in enumerate(shapes):
        alone = places_of(shapes_of([shape]))
        for name in ("lat_min", "lat_max", "lng_west", "lng_east"):
            assert getattr(together, name)[k] == pytest.approx(getattr(alone, name)[0], abs=1e-12)


def test_some_boxes_can_be_taken_and_none_are_none() -> None:
    places = places_of(shapes_of([ZOO["square"], ZOO["frame"]]))
    assert len(places) == 2
    assert places.take(np.array([1])).lat_min[0] == places.lat_min[1]
    assert len(places_of(shapes_of([]))) == 0
