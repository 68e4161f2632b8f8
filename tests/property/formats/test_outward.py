"""Shapes made simpler contain what they were made from: corridors, paths, levels."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from format_strategies import corridors, known_paths, polygons, volumes
from sharedsky.airspace.altitude import Altitude, Datum
from sharedsky.airspace.datums import wgs84_bounds_m
from sharedsky.airspace.earth import direct, inverse
from sharedsky.airspace.footprint import Circle, Corridor, Footprint, Polygon
from sharedsky.airspace.meet import meet
from sharedsky.airspace.places import places_of
from sharedsky.airspace.shapes import shapes_of
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.formats.outward import LEAST_REACH_M, corridor_parts, filled, path_volumes, wgs84_spans_m

widths_m = st.floats(0.5, 2_000_000.0)
#: A place within a corridor: how far along a leg, in which direction from there, how much of the half width.
spots = st.tuples(st.floats(0, 1), st.floats(0, 360), st.sampled_from([1.0, 0.999, 0.5]) | st.floats(0, 1))


def place_in(path: np.ndarray, leg: int, half_width_m: float, spot: tuple[float, float, float]) -> Circle:
    """A place of a corridor as a circle of a millimetre."""
    along, bearing, share = spot
    (lat1, lng1), (lat2, lng2) = path[leg], path[leg + 1]
    azimuth, length = inverse(lat1, lng1, lat2, lng2)
    lat, lng = direct(lat1, lng1, azimuth, length * along)
    lat, lng = direct(lat, lng, bearing, half_width_m * share)
    return Circle(float(lat[0]), float(lng[0]), 0.001)


@given(corridors(widths_m), st.integers(0, 10), st.lists(spots, min_size=5, max_size=5))
@settings(max_examples=60)
def test_the_polygons_around_a_corridor_contain_all_of_it(
    shape: Corridor, leg: int, places: list[tuple[float, float, float]]
) -> None:
    parts = corridor_parts(shape)
    for spot in places:
        place = place_in(shape.path, leg % (len(shape.path) - 1), shape.half_width_m, spot)
        assert any(meet(part, place) for part in parts)


@given(corridors(st.floats(1.0, 10_000.0)), st.integers(0, 10), st.floats(0.05, 0.95), st.booleans())
@settings(max_examples=60)
def test_the_polygons_around_a_corridor_are_hardly_larger(shape: Corridor, leg: int, along: float, left: bool) -> None:
    """Just beside a leg, a little further than the half width, only another leg can be near."""
    leg %= len(shape.path) - 1
    (lat1, lng1), (lat2, lng2) = shape.path[leg], shape.path[leg + 1]
    azimuth, length = inverse(lat1, lng1, lat2, lng2)
    lat, lng = direct(lat1, lng1, azimuth, length * along)
    onward, _ = inverse(lat, lng, lat2, lng2)
    out_lat, out_lng = direct(lat, lng, onward + (-90 if left else 90), shape.half_width_m * 1.02 + 1.0)
    place = Circle(float(out_lat[0]), float(out_lng[0]), 0.001)
    near = Corridor(shape.path, shape.half_width_m * 1.02 + 0.9)
    assert meet(near, place) or not any(meet(part, place) for part in corridor_parts(shape))


@given(known_paths(), st.integers(0, 10), st.lists(spots, min_size=4, max_size=4))
@settings(max_examples=40)
def test_the_volumes_along_a_path_contain_its_places_times_and_levels(
    path: Trajectory, leg: int, places: list[tuple[float, float, float]]
) -> None:
    leg %= len(path.lat_deg) - 1
    kept = path_volumes(path)
    points = np.stack([path.lat_deg, path.lng_deg], axis=1)
    reach_m = max(float(path.lateral_m[leg]), LEAST_REACH_M)
    for spot in places:
        place = place_in(points, leg, reach_m, spot)
        holding = [
            volume
            for volume in kept
            if (volume.window.start_ns, volume.window.end_ns) == (path.early_ns[leg], path.late_ns[leg + 1])
            and meet(volume.footprint, place)
        ]
        assert holding
        for volume in holding:
            assert volume.lower is not None
            assert volume.upper is not None
    legs = [v for v in kept if (v.window.start_ns, v.window.end_ns) == (path.early_ns[leg], path.late_ns[leg + 1])]
    lowest = min(v.lower.bounds_um()[0] for v in legs if v.lower is not None)
    highest = max(v.upper.bounds_um()[1] for v in legs if v.upper is not None)
    assert lowest <= path.lower_um[leg].min() - path.level_uncertainty_um
    assert highest >= path.upper_um[leg].max() + path.level_uncertainty_um


@given(polygons())
def test_a_filled_polygon_has_the_same_exterior_and_no_hole(shape: Polygon) -> None:
    assert filled(shape).exterior is shape.exterior
    assert not filled(shape).holes


@given(st.lists(volumes(), min_size=1, max_size=3))
@settings(max_examples=60)
def test_spans_over_wgs_84_hold_every_level_that_is_possible(many: list[Volume4D]) -> None:
    for volume, (low_m, high_m) in zip(many, wgs84_spans_m(many), strict=True):
        check_side(volume.footprint, volume.lower, low_m, lower=True)
        check_side(volume.footprint, volume.upper, high_m, lower=False)


def check_side(shape: Footprint, level: Altitude | None, found_m: float | None, *, lower: bool) -> None:
    if level is None or found_m is None:
        ground = level is None or (lower and level.datum is Datum.AGL and level.um <= 0)
        assert found_m is None
        assert ground
        return
    low_m, high_m = wgs84_bounds_m(level, places_of(shapes_of([shape])))
    assert found_m <= low_m + 1e-6 if lower else found_m >= high_m - 1e-6
