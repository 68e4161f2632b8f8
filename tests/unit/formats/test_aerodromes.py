"""Aerodromes by ident and by distance."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedsky.airspace.earth import distance_m
from sharedsky.errors import GeometryError
from sharedsky.formats.aerodromes import find, near

NAN = float("nan")


def test_an_aerodrome_is_found_by_its_location_indicator() -> None:
    zurich = find("LSZH")
    assert zurich is not None
    assert zurich.ident == "LSZH"
    assert (zurich.lat_deg, zurich.lng_deg) == pytest.approx((47.46, 8.55), abs=0.02)
    assert zurich.elevation_ft == pytest.approx(1416, abs=20)


@pytest.mark.parametrize("ident", ["XXXX", "", "lszh", "ZRH"])
def test_what_is_no_location_indicator_finds_nothing(ident: str) -> None:
    assert find(ident) is None


def test_the_aerodromes_near_a_place_come_the_nearest_first() -> None:
    found = near(47.4647, 8.5492, 15.0)
    assert found[0].ident == "LSZH"
    assert "LSMD" in {aerodrome.ident for aerodrome in found}
    apart = [float(distance_m(47.4647, 8.5492, a.lat_deg, a.lng_deg)[0]) for a in found]
    assert apart == sorted(apart)
    assert apart[-1] <= 15.0 * 1852


def test_where_no_aerodrome_is_near_there_is_none() -> None:
    assert near(-55.0, -130.0, 100.0) == ()


def test_the_neighbourhood_reaches_over_the_antimeridian() -> None:
    idents = {a.ident for a in near(-16.69, 179.99, 60.0)}  # Fiji lies on both sides
    east = {i for i in idents if (found := find(i)) is not None and found.lng_deg > 0}
    west = {i for i in idents if (found := find(i)) is not None and found.lng_deg < 0}
    assert east
    assert west


@pytest.mark.parametrize(
    ("lat", "lng", "radius_nm"),
    [(91, 0, 1), (0, 181, 1), (NAN, 0, 1), (0, NAN, 1), (0, 0, NAN), (0, 0, -1), (0, 0, float("inf")), (0, 0, 1e4)],
)
def test_a_neighbourhood_that_makes_no_sense_is_refused(lat: float, lng: float, radius_nm: float) -> None:
    with pytest.raises(GeometryError):
        near(lat, lng, radius_nm)


@settings(max_examples=30)
@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 300))
def test_the_neighbourhood_equals_the_obvious_search(lat: float, lng: float, radius_nm: float) -> None:
    from sharedsky.formats.aerodromes import _table

    everything = _table().all
    apart = distance_m(lat, lng, [a.lat_deg for a in everything], [a.lng_deg for a in everything])
    expected = {a.ident for a, d in zip(everything, apart, strict=True) if d <= radius_nm * 1852}
    assert {a.ident for a in near(lat, lng, radius_nm)} == expected


def test_importing_the_module_reads_no_table() -> None:
    code = (
        "import sys, sharedsky.formats.aerodromes as a;"
        "print(a._table.cache_info().currsize, 'airportsdata' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["0", "False"]
