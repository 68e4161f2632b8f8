"""EGM96 undulations at points and over boxes (docs/conflicts.md, "Datums")."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedsky.airspace.geoid import GEOID_ERROR_M, undulation_m, undulation_range_m
from sharedsky.airspace.geoid_grid import COLUMNS, ROWS, padded_cm
from sharedsky.errors import GeometryError

#: NGA's input and output files of the EGM96 15-minute interpolation program: latitude, longitude [deg], N [m].
NGA_TEST_VALUES = (
    (38.6281550, 269.7791550, -31.628),
    (-14.6212170, 305.0211140, -2.969),
    (46.8743190, 102.4487290, -43.575),
    (-23.6174460, 133.8747120, 15.871),
    (38.6254730, 359.9995000, 50.066),
    (-0.4667440, 0.0023000, 17.329),
)

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
fractions = st.floats(0, 1)


@pytest.mark.parametrize(("lat", "lng", "expected_m"), NGA_TEST_VALUES)
def test_ngas_published_test_values_are_met_within_two_centimetres(lat: float, lng: float, expected_m: float) -> None:
    assert undulation_m(lat, lng)[0] == pytest.approx(expected_m, abs=0.02)


def test_at_the_grids_nodes_the_surface_is_the_grid() -> None:
    rows, columns = np.meshgrid(np.arange(0, ROWS + 1, 7), np.arange(0, COLUMNS, 11), indexing="ij")
    values = undulation_m(90 - rows.ravel() / 4, columns.ravel() / 4)
    nodes = padded_cm()[1 + rows.ravel(), 1 + columns.ravel()] / 100
    assert np.abs(values - nodes).max() < 1e-9


def test_the_surface_is_cubic_and_not_bilinear() -> None:
    """Halfway between nodes a cubic through four of them has the weights -1, 9, 9, -1 / 16."""
    row, column = np.unravel_index(
        np.argmax(np.abs(np.diff(padded_cm()[1:-2, 1:-2].astype(int), 2, axis=1))), (ROWS, COLUMNS - 2)
    )
    line = padded_cm()[1 + row, 1 + column : 5 + column] / 100
    value = undulation_m(90 - row / 4, (column + 1.5) / 4)[0]
    assert value == pytest.approx(line @ np.array([-1, 9, 9, -1]) / 16, abs=1e-9)
    assert abs(value - line[1:3].mean()) > 0.3


@given(lat=latitudes, offset=st.floats(-1e-9, 1e-9))
def test_the_surface_has_no_seam_at_the_antimeridian(lat: float, offset: float) -> None:
    values = undulation_m([lat] * 4, [180, -180, 180 + offset, -180 + offset])
    assert np.ptp(values) < 1e-6


@given(lng=longitudes)
@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_at_a_pole_every_longitude_gives_one_value_and_so_does_its_neighbourhood(pole: float, lng: float) -> None:
    values = undulation_m([pole, pole, pole * (1 - 1e-10)], [0.0, lng, lng])
    assert np.ptp(values) < 1e-6


@given(lat=latitudes, lng=longitudes)
def test_the_surface_has_no_step_anywhere(lat: float, lng: float) -> None:
    near = np.clip(lat + 1e-8, -90, 90)
    assert abs(undulation_m(lat, lng)[0] - undulation_m(near, lng + 1e-8)[0]) < 1e-5


@settings(max_examples=300)
@given(
    lat=latitudes, lng=longitudes, tall=st.floats(0, 180), wide=st.floats(0, 360),
    shrink=st.sampled_from([1.0, 0.1, 0.003, 0.0]),
    where=st.lists(st.tuples(fractions, fractions), min_size=1, max_size=50),
)
def test_no_point_of_a_box_lies_outside_its_range(
    lat: float, lng: float, tall: float, wide: float, shrink: float, where: list[tuple[float, float]]
) -> None:
    north, width = min(90.0, lat + tall * shrink), wide * shrink
    east = lng + width if lng + width <= 180 else lng + width - 360
    if width == 360:
        lng, east = -180.0, 180.0
    low, high = undulation_range_m(lat, north, lng, east)
    down, right = np.array(where).T
    values = undulation_m(np.clip(lat + down * (north - lat), lat, north), lng + right * width)
    assert (values >= low).all()
    assert (values <= high).all()


def test_many_random_boxes_of_every_size_hold_the_values_within_them() -> None:
    random = np.random.default_rng(96)
    for size_deg in (0.01, 0.24, 0.26, 0.6, 3.0, 25.0, 120.0):
        south, west = random.uniform(-90, 90 - min(size_deg, 179), 3_000), random.uniform(-180, 180, 3_000)
        north, east = np.minimum(south + size_deg, 90), west + size_deg
        east = np.where(east > 180, east - 360, east)
        low, high = undulation_range_m(south, north, west, east)
        for _ in range(20):
            values = undulation_m(
                south + random.uniform(0, 1, 3_000) * (north - south), west + random.uniform(0, 1, 3_000) * size_deg
            )
            assert (values >= low).all()
            assert (values <= high).all()


def test_the_range_of_a_point_is_its_value_and_that_of_a_small_box_is_tight() -> None:
    random = np.random.default_rng(1)
    lat, lng = random.uniform(-90, 89, 10_000), random.uniform(-180, 179, 10_000)
    low, high = undulation_range_m(lat, lat, lng, lng)
    assert np.abs(low - undulation_m(lat, lng)).max() < 1e-5
    assert np.abs(high - low).max() < 1e-5
    low, high = undulation_range_m(lat, lat + 0.01, lng, lng + 0.01)
    assert (high - low).mean() < 0.05


def test_a_box_across_the_antimeridian_is_not_the_rest_of_the_world() -> None:
    low, high = undulation_range_m([-10.0], [10.0], [179.0], [-179.0])
    assert high[0] - low[0] < 30  # around the whole equator the geoid differs by some 180 m
    whole_low, whole_high = undulation_range_m([-10.0], [10.0], [-179.0], [179.0])
    assert whole_high[0] - whole_low[0] > 150


def test_the_whole_parallel_is_meant_where_west_and_east_are_360_apart() -> None:
    low, high = undulation_range_m([-90.0], [90.0], [-180.0], [180.0])
    assert low[0] <= padded_cm().min() / 100
    assert high[0] >= padded_cm().max() / 100


def test_a_polar_cap_keeps_to_itself() -> None:
    low, high = undulation_range_m([89.0], [90.0], [-180.0], [180.0])
    assert 0 < low[0] <= undulation_m(90, 0)[0] <= high[0] < 25


@pytest.mark.parametrize("lat", [float("nan"), float("inf"), 90.001, -90.001])
def test_a_latitude_that_is_not_on_the_globe_is_refused(lat: float) -> None:
    with pytest.raises(GeometryError):
        undulation_m(lat, 0.0)
    with pytest.raises(GeometryError):
        undulation_range_m(-90, lat, 0, 1)


@pytest.mark.parametrize("lng", [float("nan"), float("inf"), float("-inf")])
def test_a_longitude_that_is_not_a_number_is_refused(lng: float) -> None:
    with pytest.raises(GeometryError):
        undulation_m(0.0, lng)
    with pytest.raises(GeometryError):
        undulation_range_m(0, 1, 0, lng)
    with pytest.raises(GeometryError):
        undulation_range_m(0, 1, lng, 0)


def test_a_box_upside_down_is_refused() -> None:
    with pytest.raises(GeometryError, match="north"):
        undulation_range_m(2, 1, 0, 1)


def test_no_points_give_no_values() -> None:
    assert undulation_m([], []).shape == (0,)
    assert undulation_range_m([], [], [], [])[0].shape == (0,)


def test_the_stated_error_is_no_smaller_than_what_egm96_states_of_itself() -> None:
    assert GEOID_ERROR_M >= 2.0


def test_the_grid_is_read_only_when_it_is_asked_for() -> None:
    code = (
        "import sharedsky.airspace.geoid as g, sharedsky.airspace.geoid_grid as d;"
        "before = d.padded_cm.cache_info().currsize; g.undulation_m(0, 0);"
        "print(before, d.padded_cm.cache_info().currsize)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["0", "1"]
