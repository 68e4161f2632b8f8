"""The user's table of ground elevations (docs/conflicts.md, "Ground"; docs/formats/terrain.md)."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedsky.airspace.earth import direct, inverse
from sharedsky.airspace.footprint import polygon
from sharedsky.airspace.terrain import (
    DEFAULT_GROUND_HIGHEST_M,
    DEFAULT_GROUND_LOWEST_M,
    WORLD_GROUND_HIGHEST_M,
    WORLD_GROUND_LOWEST_M,
    Terrain,
)
from sharedsky.airspace.terrain_region import Box, Region
from sharedsky.airspace.terrain_table import REGION_KEYS, load_terrain
from sharedsky.errors import GeometryError, ProfileError

BAND = (DEFAULT_GROUND_LOWEST_M, DEFAULT_GROUND_HIGHEST_M)
PLATEAU = Region("plateau", Box(46.0, 6.0, 47.0, 8.0), 372.0, 1_300.0, "survey")
ALPS = Region("alps", Box(45.0, 6.0, 46.0, 8.0), 200.0, 4_634.0, "survey")


def ask(terrain: Terrain, south: float, north: float, west: float, east: float) -> tuple[float, float, bool]:
    low, high, known = terrain.ground_range_m([south], [north], [west], [east])
    return float(low[0]), float(high[0]), bool(known[0])


def table(**changes: str) -> bytes:
    rows = {"name": '"Jura"', "box": "[46, 6, 47, 7]", "lowest_m": "400", "highest_m": "1720", "source": '"survey"'}
    rows |= changes
    return ("[[region]]\n" + "\n".join(f"{key} = {value}" for key, value in rows.items() if value)).encode()


# Asking


def test_a_box_inside_a_region_has_its_figures() -> None:
    assert ask(Terrain((PLATEAU,)), 46.2, 46.3, 6.5, 6.6) == (372.0, 1_300.0, True)


def test_a_box_is_known_up_to_the_regions_own_edges_and_a_point_may_be_asked() -> None:
    assert ask(Terrain((PLATEAU,)), 46.0, 47.0, 6.0, 8.0)[2]
    assert ask(Terrain((PLATEAU,)), 46.5, 46.5, 7.0, 7.0) == (372.0, 1_300.0, True)
    assert ask(Terrain((PLATEAU,)), 47.0, 47.0, 8.0, 8.0)[2]


def test_a_box_that_reaches_beyond_all_regions_is_not_known_and_keeps_their_figures_beside_the_band() -> None:
    assert ask(Terrain((PLATEAU,)), 46.9, 47.1, 6.5, 6.6) == (*BAND, False)
    himalaya = Region("himalaya", Box(27, 86, 28, 87), 1_000.0, 8_849.0, "survey")
    assert ask(Terrain((himalaya,)), 27.9, 28.1, 86.5, 86.6) == (DEFAULT_GROUND_LOWEST_M, 8_849.0, False)


def test_two_regions_side_by_side_cover_a_box_across_their_edge_with_the_outer_figures() -> None:
    assert ask(Terrain((PLATEAU, ALPS)), 45.9, 46.1, 6.5, 6.6) == (200.0, 4_634.0, True)


def test_where_regions_overlap_the_outer_of_their_figures_counts() -> None:
    valley = Region("valley", Box(46.4, 6.4, 46.6, 6.6), 300.0, 900.0, "other survey")
    assert ask(Terrain((PLATEAU, valley)), 46.45, 46.5, 6.45, 6.5) == (300.0, 1_300.0, True)


def test_a_gap_between_two_regions_is_not_covered_by_both_together() -> None:
    north = Region("north", Box(46.00001, 6, 47, 8), 1.0, 2.0, "s")
    assert not ask(Terrain((ALPS, north)), 45.9, 46.1, 6.5, 6.6)[2]


def test_nothing_is_known_without_regions() -> None:
    assert ask(Terrain(), 46, 47, 6, 7) == (*BAND, False)


def test_another_band_can_be_stated_for_where_nothing_is_known() -> None:
    world = Terrain((), (WORLD_GROUND_LOWEST_M, WORLD_GROUND_HIGHEST_M))
    assert ask(world, 27.9, 28.0, 86.9, 87.0) == (WORLD_GROUND_LOWEST_M, WORLD_GROUND_HIGHEST_M, False)


@pytest.mark.parametrize(
    ("west", "east", "known"),
    [(179.0, -179.0, True), (179.5, 180.0, True), (-180.0, -179.5, True), (180.0, -179.0, True), (179.0, -180.0, True),
     (180.0, -180.0, True), (-179.5, 179.5, False), (178.5, -179.5, False)],
)
def test_a_region_across_the_antimeridian_covers_boxes_on_both_sides_of_it(
    west: float, east: float, known: bool
) -> None:
    fiji = Region("fiji", Box(-20, 178.9, -15, -178.9), 0.0, 1_324.0, "survey")
    assert ask(Terrain((fiji,)), -18, -17, west, east)[2] is known


def test_a_polygon_across_the_antimeridian_covers_both_sides_of_it() -> None:
    shape = polygon([(-20, 178), (-20, -178), (-15, -178), (-15, 178)])
    terrain = Terrain((Region("fiji", shape, 0.0, 1_324.0, "survey"),))
    assert ask(terrain, -18, -17, 179, -179) == (0.0, 1_324.0, True)
    assert ask(terrain, -18, -17, -179, 179) == (DEFAULT_GROUND_LOWEST_M, DEFAULT_GROUND_HIGHEST_M, False)


def test_a_polar_cap_is_a_box() -> None:
    terrain = Terrain((Region("cap", Box(85, -180, 90, 180), -10.0, 900.0, "survey"),))
    assert ask(terrain, 89, 90, -180, 180) == (-10.0, 900.0, True)


def test_two_polygons_that_share_an_edge_leave_no_slit_between_them() -> None:
    a, b = (46.123456, 6.234567), (47.345678, 7.654321)
    west = Region("west", polygon([a, b, (47.5, 6.0)]), 1.0, 5.0, "s")
    east = Region("east", polygon([b, a, (46.0, 7.7)]), 2.0, 6.0, "s")
    assert ask(Terrain((west, east)), 46.7, 46.71, 6.85, 6.95) == (1.0, 6.0, True)


def test_a_polygons_edge_is_the_geodesic_and_not_the_straight_line_on_the_chart() -> None:
    """Between 60 N 0 E and 60 N 20 E the geodesic bulges some 45 km north of the parallel."""
    terrain = Terrain((Region("r", polygon([(60, 0), (60, 20), (50, 20), (50, 0)]), 0.0, 1.0, "s"),))
    azimuth, length = inverse(60, 0, 60, 20)
    lat, _ = direct(60, 0, azimuth, length / 2)
    top = float(lat[0])
    assert top > 60.3
    assert ask(terrain, 59, top - 1e-5, 10, 10)[2]
    assert not ask(terrain, 59, top + 1e-5, 10, 10)[2]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_known_box_has_a_region_at_every_point_and_no_figure_of_it_lies_outside(data: st.DataObject) -> None:
    corner = st.integers(-8, 8)
    regions = []
    for k in range(data.draw(st.integers(1, 6))):
        south, west = data.draw(corner), data.draw(corner)
        north, east = south + data.draw(st.integers(1, 6)), west + data.draw(st.integers(1, 6))
        lowest = data.draw(st.integers(-100, 100))
        regions.append(Region(f"r{k}", Box(south, west, north, east), lowest, lowest + k, "s"))
    terrain = Terrain(tuple(regions))
    south, west = data.draw(st.floats(-9, 9)), data.draw(st.floats(-9, 9))
    north, east = south + data.draw(st.floats(0, 5)), west + data.draw(st.floats(0, 5))
    low, high, known = ask(terrain, south, north, west, east)
    grid = np.linspace(0, 1, 9)
    for lat in np.clip(south + grid * (north - south), south, north):
        for lng in np.clip(west + grid * (east - west), west, east):
            here = [
                r for r in regions
                if isinstance(r.shape, Box)
                and r.shape.south_deg - 2e-7 <= lat <= r.shape.north_deg + 2e-7
                and r.shape.west_deg - 2e-7 <= lng <= r.shape.east_deg + 2e-7
            ]
            assert here or not known
            assert all(low <= r.lowest_m and r.highest_m <= high for r in here)
    if not known:
        assert (low, high) == BAND


def test_many_boxes_are_answered_as_each_alone() -> None:
    terrain = Terrain((PLATEAU, ALPS))
    random = np.random.default_rng(7)
    south, west = random.uniform(44.5, 47, 200), random.uniform(5.5, 8, 200)
    low, high, known = terrain.ground_range_m(south, south + 0.3, west, west + 0.3)
    assert 0 < known.sum() < 200
    for k in range(0, 200, 9):
        assert ask(terrain, south[k], south[k] + 0.3, west[k], west[k] + 0.3) == (low[k], high[k], known[k])


@pytest.mark.parametrize(
    "box", [(float("nan"), 1, 0, 1), (0, 91, 0, 1), (2, 1, 0, 1), (0, 1, -181, 1), (0, 1, 0, float("inf"))]
)
def test_a_question_off_the_globe_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(GeometryError):
        ask(Terrain((PLATEAU,)), *box)


# Reading the table


def test_a_table_of_boxes_and_polygons_is_read() -> None:
    text = table() + b"""
[[region]]
name = "lake"
polygon = [[46.2, 6.1], [46.5, 6.3], [46.4, 6.9]]
lowest_m = 372
highest_m = 380.5
source = "survey, 2024"
"""
    terrain = load_terrain(text)
    assert [region.name for region in terrain.regions] == ["Jura", "lake"]
    assert ask(terrain, 46.3, 46.31, 6.4, 6.41) == (372.0, 1_720.0, True)


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert load_terrain(b"\xef\xbb\xbf" + table().replace(b"\n", b"\r\n")).regions[0].name == "Jura"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"[[region]", "not TOML"),
        (b"a = " + b"[" * 100_000, "TOML"),
        (b"a = 1979-99-99", "TOML"),
        (b"", "no region"),
        (b"region = []", "no region"),
        (b"region = 3", "no region"),
        (b"[region]\nname = 'x'", "no region"),
        (b"region = [1]", "not a table"),
        (b"[[regions]]\nname = 'x'", "'regions' is not known"),
        (table(name=""), "region 1 has no name"),
        (table(name='" "'), "has no name"),
        (table(name="7"), "has no name"),
        (table(source=""), "Jura.*where its figures are from"),
        (table(lowest="12"), "Jura.*'lowest' is not known"),
        (table(lowest_m=""), "lowest_m is missing"),
        (table(highest_m=""), "highest_m is missing"),
        (table(lowest_m="true"), "lowest_m.*no number"),
        (table(lowest_m='"400"'), "lowest_m.*no number"),
        (table(lowest_m="nan"), "not finite"),
        (table(highest_m="inf"), "not finite"),
        (table(highest_m="1" + "0" * 400), "not finite"),
        (table(highest_m="29029"), "no ground on this Earth"),
        (table(lowest_m="-501"), "no ground on this Earth"),
        (table(lowest_m="1800"), "lowest_m is above highest_m"),
        (table(box=""), "either a box or a polygon"),
        (table(polygon="[[1, 2], [3, 4], [5, 5]]"), "either a box or a polygon"),
        (table(box="[46, 6, 47]"), "not four numbers"),
        (table(box='"46 6 47 7"'), "not four numbers"),
        (table(box='[46, 6, 47, "7"]'), "no number"),
        (table(box="[46, 6, nan, 7]"), "not finite"),
        (table(box="[47, 6, 46, 7]"), "south < north"),
        (table(box="[46, 6, 91, 7]"), "south < north"),
        (table(box="[46, 6, 47, 187]"), "west and east"),
        (table(box="[46, 6, 47, 6]"), "not alike"),
        (table(box="", polygon="[[46, 6], [47, 7]]"), "three"),
        (table(box="", polygon="[[46, 6], [47, 7], [48]]"), "list of points"),
        (table(box="", polygon="[[46, 6], [47, 7], [48, true]]"), "no number"),
        (table(box="", polygon="[[46, 6], [47, 7], [46, 7], [47, 6]]"), "not a simple area"),
        (table(box="", polygon="[[84, 0], [86, 10], [84, 20]]"), "pole"),
        (table(box="", polygon="[[80, 0], [80, 120], [80, -120]]"), "pole"),
    ],
)
def test_a_table_that_is_wrong_is_refused_and_says_where(data: bytes, message: str) -> None:
    with pytest.raises(ProfileError, match=message) as caught:
        load_terrain(data, "ground.toml")
    assert "ground.toml" in str(caught.value)


def test_an_error_names_the_region_by_number_and_by_name() -> None:
    with pytest.raises(ProfileError, match=re.escape("ground.toml: region 2 (Alps): highest_m is missing")):
        load_terrain(table() + b"\n" + table(name='"Alps"', highest_m=""), "ground.toml")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 100), st.integers(0, 100))
def test_no_bytes_raise_anything_but_our_own_error(noise: bytes, start: int, length: int) -> None:
    good = table(polygon="[[46, 6], [47, 7], [46, 7]]", box="")
    for data in (noise, good[:start] + noise + good[start + length :]):
        with contextlib.suppress(ProfileError):
            assert load_terrain(data).regions


def test_every_key_of_a_region_is_documented() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "formats" / "terrain.md"
    for key in REGION_KEYS:
        assert f"`{key}`" in page.read_text(encoding="utf-8")
