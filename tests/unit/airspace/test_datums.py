"""Levels of different datums: whatever the weather, the geoid and the ground are, the truth is inside the interval.

The truth is a simulated atmosphere: hydrostatic, QNH within 50 hPa of standard, the temperature at every pressure up to
30 C off the standard one (ICAO Doc 7488), over the geoid at that place.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.airspace.altitude import (
    UM_PER_FT,
    UM_PER_M,
    Altitude,
    Datum,
    Unit,
    agl_m,
    amsl_ft,
    amsl_m,
    pressure_ft,
    qnh_ft,
    wgs84_m,
)
from sharedsky.airspace.datums import NO_FRAME, OPEN_UM, Bounds, altitude_bounds, bounds_of, wgs84_bounds_m
from sharedsky.airspace.footprint import Circle
from sharedsky.airspace.geoid import undulation_m
from sharedsky.airspace.places import Places, places_of
from sharedsky.airspace.shapes import shapes_of
from sharedsky.airspace.terrain import DEFAULT_GROUND_HIGHEST_M, DEFAULT_GROUND_LOWEST_M, Terrain
from sharedsky.airspace.trajectory import DATUM_CODE

FT = 0.3048
ISA_HEIGHT_M, EXPONENT = 288.15 / 0.0065, 0.190263
TROPOPAUSE_M = 11_000.0

lats, lngs = st.floats(-90, 90), st.floats(-180, 180)
qnhs = st.floats(963.25, 1_063.25)
warmths = st.floats(-30, 30)


def _pressure_altitude_m(hpa: float) -> float:
    return ISA_HEIGHT_M * (1 - (hpa / 1013.25) ** EXPONENT)


def _thickness_m(low_m: float, high_m: float, warmer_c: float) -> float:
    """True height of the air between two pressure altitudes where it is so much warmer than standard."""

    def up_to(height_m: float) -> float:
        below = min(height_m, TROPOPAUSE_M)
        out = below + warmer_c / 0.0065 * math.log(288.15 / (288.15 - 0.0065 * below))
        return out + max(0.0, height_m - TROPOPAUSE_M) * (1 + warmer_c / 216.65)

    return up_to(high_m) - up_to(low_m)


def _true_m(pressure_altitude_m: float, qnh_hpa: float, warmer_c: float) -> float:
    """Height above mean sea level of a pressure altitude."""
    return _thickness_m(_pressure_altitude_m(qnh_hpa), pressure_altitude_m, warmer_c)


def _indicated_as_pressure_m(indicated_m: float, setting_hpa: float) -> float:
    """The pressure altitude at which an altimeter on a setting shows a height."""
    return ISA_HEIGHT_M - (setting_hpa / 1013.25) ** EXPONENT * (ISA_HEIGHT_M - indicated_m)


def _place(lat: float, lng: float, radius_m: float = 1.0) -> Places:
    return places_of(shapes_of([Circle(lat, lng, radius_m)]))


def _bounds(level: Altitude, lat: float, lng: float, terrain: Terrain | None = None) -> Bounds:
    return altitude_bounds([level], OPEN_UM, _place(lat, lng), terrain or Terrain())


def _holds_m(out: Bounds, height_above_ellipsoid_m: float) -> bool:
    return bool(out.geo_lo[0] <= height_above_ellipsoid_m * UM_PER_M <= out.geo_hi[0])


def _holds_pressure_m(out: Bounds, pressure_altitude_m: float) -> bool:
    return bool(out.baro_lo[0] <= pressure_altitude_m * UM_PER_M <= out.baro_hi[0])


@given(st.floats(-1_000, 60_000), lats, lngs, qnhs, warmths)
def test_a_pressure_altitude_is_within_its_interval_in_any_weather(
    feet: float, lat: float, lng: float, qnh: float, warmer: float
) -> None:
    out = _bounds(pressure_ft(feet), lat, lng)
    assert _holds_m(out, _true_m(feet * FT, qnh, warmer) + float(undulation_m(lat, lng)[0]))
    assert out.baro_lo[0] == out.own_lo[0]
    assert out.baro_hi[0] == out.own_hi[0]


@given(st.floats(-1_000, 20_000), lats, lngs, qnhs, warmths)
def test_an_altitude_on_an_unknown_setting_is_within_its_interval_in_any_weather(
    feet: float, lat: float, lng: float, qnh: float, warmer: float
) -> None:
    out = _bounds(qnh_ft(feet), lat, lng)
    pressure = _indicated_as_pressure_m(feet * FT, qnh)
    assert _holds_pressure_m(out, pressure)
    assert _holds_m(out, _true_m(pressure, qnh, warmer) + float(undulation_m(lat, lng)[0]))


@given(st.floats(-1_000, 15_000), lats, lngs, st.integers(964, 1_063), st.floats(-0.5, 0.5), warmths)
def test_an_altitude_on_a_known_setting_is_within_its_interval_at_any_temperature(
    feet: float, lat: float, lng: float, setting: int, rounded_off: float, warmer: float
) -> None:
    out = _bounds(qnh_ft(feet, float(setting)), lat, lng)
    pressure = _indicated_as_pressure_m(feet * FT, setting)
    assert _holds_pressure_m(out, pressure)
    assert _holds_m(out, _true_m(pressure, setting + rounded_off, warmer) + float(undulation_m(lat, lng)[0]))


@given(st.floats(0, 5_000), st.floats(-400, 4_000), qnhs, warmths)
def test_a_height_above_an_aerodrome_is_within_its_interval_in_any_weather(
    feet: float, elevation_m: float, qnh: float, warmer: float
) -> None:
    out = _bounds(Altitude(feet, Unit.FT, Datum.QFE, elevation_m=elevation_m), 47, 8)
    low, high = _pressure_altitude_m(qnh) - 500, 6_000.0
    for _ in range(60):  # the pressure altitude of the aerodrome, whose true height is known
        middle = (low + high) / 2
        low, high = (middle, high) if _true_m(middle, qnh, warmer) < elevation_m else (low, middle)
    qfe = 1013.25 * (1 - low / ISA_HEIGHT_M) ** (1 / EXPONENT)
    pressure = _indicated_as_pressure_m(feet * FT, qfe)
    true = elevation_m + _thickness_m(low, pressure, warmer)
    assert _holds_m(out, true + float(undulation_m(47, 8)[0]))


@given(st.floats(-500, 30_000), lats, lngs)
def test_a_height_above_sea_level_is_the_geoid_higher_than_the_ellipsoid(metres: float, lat: float, lng: float) -> None:
    out = _bounds(amsl_m(metres), lat, lng)
    assert _holds_m(out, metres + float(undulation_m(lat, lng)[0]))
    assert out.geo_hi[0] - out.geo_lo[0] < 10 * UM_PER_M


@given(st.floats(-500, 30_000), lats, lngs)
def test_a_height_above_the_ellipsoid_is_itself(metres: float, lat: float, lng: float) -> None:
    level = wgs84_m(metres)
    out = _bounds(level, lat, lng)
    assert (int(out.geo_lo[0]), int(out.geo_hi[0])) == level.bounds_um()


@given(st.floats(0, 3_000), lats, lngs, st.floats(DEFAULT_GROUND_LOWEST_M, DEFAULT_GROUND_HIGHEST_M))
def test_a_height_above_ground_is_within_its_interval_over_any_ground_of_the_band(
    metres: float, lat: float, lng: float, ground_m: float
) -> None:
    out = _bounds(agl_m(metres), lat, lng)
    assert _holds_m(out, ground_m + metres + float(undulation_m(lat, lng)[0]))
    assert out.assumed[0]


@given(st.floats(0, 3_000), lats, lngs, st.floats(-450, 8_849))
def test_a_height_above_ground_is_within_its_widest_interval_over_any_ground_on_earth(
    metres: float, lat: float, lng: float, ground_m: float
) -> None:
    out = _bounds(agl_m(metres), lat, lng)
    truth = (ground_m + metres + float(undulation_m(lat, lng)[0])) * UM_PER_M
    assert out.world_lo[0] <= truth <= out.world_hi[0]


@pytest.mark.parametrize("datum", list(Datum))
def test_the_interval_of_a_place_holds_those_of_all_places_in_it(datum: Datum) -> None:
    level = Altitude(1_000, Unit.M, datum, elevation_m=200.0 if datum is Datum.QFE else None)
    wide = altitude_bounds([level], OPEN_UM, _place(7.0, 79.0, 300_000.0), Terrain())
    for lat, lng in [(7.0, 79.0), (9.0, 80.0), (5.5, 77.9)]:
        narrow = _bounds(level, lat, lng)
        for name in ("geo", "baro", "world"):
            assert getattr(wide, f"{name}_lo")[0] <= getattr(narrow, f"{name}_lo")[0]
            assert getattr(wide, f"{name}_hi")[0] >= getattr(narrow, f"{name}_hi")[0]


@given(
    st.sampled_from(Datum), st.integers(-3_000, 60_000), st.integers(1, 5_000), st.sampled_from([None, 990.0, 1_030.0])
)
def test_a_higher_level_has_a_higher_interval(datum: Datum, feet: int, more: int, setting: float | None) -> None:
    setting = setting if datum is Datum.QNH else None
    elevation = 431.0 if datum is Datum.QFE else None
    low, high = (Altitude(f, Unit.FT, datum, 0.0, setting, elevation) for f in (feet, feet + more))
    here = places_of(shapes_of([Circle(47, 8, 1.0)] * 2))
    out = altitude_bounds([low, high], OPEN_UM, here)
    for name in ("own_lo", "own_hi", "geo_lo", "geo_hi", "world_lo", "world_hi", "baro_lo", "baro_hi"):
        values = getattr(out, name)
        assert values[0] <= values[1], name


@given(st.sampled_from(Datum), st.floats(-500, 15_000), st.floats(0, 300))
def test_a_stated_uncertainty_widens_every_interval(datum: Datum, metres: float, uncertainty: float) -> None:
    elevation = 431.0 if datum is Datum.QFE else None
    sure, unsure = (Altitude(metres, Unit.M, datum, u, None, elevation) for u in (0.0, uncertainty))
    one, other = _bounds(sure, 47, 8), _bounds(unsure, 47, 8)
    for name in ("own", "geo", "world", "baro"):
        assert getattr(other, f"{name}_lo")[0] <= getattr(one, f"{name}_lo")[0]
        assert getattr(other, f"{name}_hi")[0] >= getattr(one, f"{name}_hi")[0]


def _frame(level: Altitude) -> int:
    return int(_bounds(level, 47, 8).frame[0])


def test_levels_of_one_datum_compare_directly() -> None:
    for datum in (Datum.WGS84, Datum.AMSL, Datum.PRESSURE, Datum.AGL):
        one, other = (_frame(Altitude(v, Unit.FT, datum)) for v in (100, 2_000))
        assert one == other != NO_FRAME
    assert len({_frame(Altitude(1, Unit.M, d)) for d in (Datum.WGS84, Datum.AMSL, Datum.PRESSURE, Datum.AGL)}) == 4


def test_qnh_altitudes_compare_directly_on_one_known_setting_alone() -> None:
    assert _frame(qnh_ft(3_000, 1_013.0)) == _frame(qnh_ft(5_000, 1_013.0)) != NO_FRAME
    assert _frame(qnh_ft(3_000, 1_013.0)) != _frame(qnh_ft(3_000, 1_014.0))
    assert _frame(qnh_ft(3_000, 1_013.0)) != _frame(pressure_ft(3_000))
    assert _frame(qnh_ft(3_000, 1_013.25)) == _frame(pressure_ft(3_000))
    assert _frame(qnh_ft(3_000)) == NO_FRAME


def test_qfe_heights_never_compare_directly() -> None:
    assert _frame(Altitude(500, Unit.FT, Datum.QFE, elevation_m=100.0)) == NO_FRAME


def test_open_bounds_are_open_in_every_way() -> None:
    here = places_of(shapes_of([Circle(47, 8, 1.0)] * 3))
    for open_um in (-OPEN_UM, OPEN_UM):
        out = altitude_bounds([None, amsl_m(5), None], open_um, here)
        for name in ("own_lo", "own_hi", "geo_lo", "geo_hi", "world_lo", "world_hi", "baro_lo", "baro_hi"):
            assert getattr(out, name)[[0, 2]].tolist() == [open_um] * 2, name
        assert out.frame.tolist() == [NO_FRAME, DATUM_CODE[Datum.AMSL], NO_FRAME]
        assert not out.assumed.any()


@pytest.mark.parametrize("metres", [0.0, -10.0])
def test_a_floor_at_the_ground_is_the_ground_and_a_ceiling_there_is_not(metres: float) -> None:
    here = _place(47, 8)
    assert altitude_bounds([agl_m(metres)], -OPEN_UM, here).geo_lo[0] == -OPEN_UM
    assert altitude_bounds([agl_m(metres)], OPEN_UM, here).own_hi[0] == metres * UM_PER_M
    assert altitude_bounds([amsl_m(metres)], -OPEN_UM, here).own_lo[0] == metres * UM_PER_M


def test_barometric_intervals_are_of_barometric_levels_alone() -> None:
    for level in (wgs84_m(100), amsl_ft(100), agl_m(100)):
        out = _bounds(level, 47, 8)
        assert (out.baro_lo[0], out.baro_hi[0]) == (-OPEN_UM, OPEN_UM)


def test_an_unknown_setting_is_50_hpa_at_30_ft_each_way() -> None:
    out = _bounds(qnh_ft(3_000), 47, 8)
    assert (out.baro_hi[0] - out.baro_lo[0]) == 2 * 1_500 * UM_PER_FT


def test_many_levels_at_once_are_those_one_by_one() -> None:
    levels = [pressure_ft(9_000), qnh_ft(3_000), qnh_ft(3_000, 1_020.0), agl_m(100), amsl_m(70), wgs84_m(5),
              Altitude(900, Unit.FT, Datum.QFE, elevation_m=300.0), None]  # fmt: skip
    circles = [
        Circle(lat, lng, 500.0)
        for lat, lng in [(0, 0), (47, 8), (-90, 0), (30, 180), (5, 79), (80, -70), (9, 9), (1, 1)]
    ]
    together = altitude_bounds(levels, OPEN_UM, places_of(shapes_of(circles)))
    for k, (level, circle) in enumerate(zip(levels, circles, strict=True)):
        alone = altitude_bounds([level], OPEN_UM, places_of(shapes_of([circle])))
        for name in (
            "frame",
            "own_lo",
            "own_hi",
            "geo_lo",
            "geo_hi",
            "baro_lo",
            "baro_hi",
            "world_lo",
            "world_hi",
            "assumed",
        ):
            assert getattr(together, name)[k] == getattr(alone, name)[0], (k, name)


def test_no_levels_are_no_bounds() -> None:
    none = np.empty(0, np.int64)
    out = bounds_of(none, none, none.astype(np.int8), np.empty(0), np.empty(0), places_of(shapes_of([])))
    assert len(out) == 0
    assert len(altitude_bounds([], OPEN_UM, places_of(shapes_of([])))) == 0


def test_what_writers_are_given_holds_the_level_over_any_ground() -> None:
    here = _place(47, 8)
    low, high = wgs84_bounds_m(agl_m(100), here)
    assert low < -350 + 48
    assert high > 8_900
    assert wgs84_bounds_m(wgs84_m(123.5), here) == (123.5, 123.5)
    ground = wgs84_bounds_m(agl_m(0), here)
    assert ground[0] < -400
    assert ground[1] > 8_800


@pytest.mark.parametrize(("feet", "hpa", "pressure_ft"), [(25_000, 1050.0, 24_011), (15_000, 960.0, 16_486)])
def test_a_known_setting_shifts_an_altimeter_by_its_own_pressure_altitude(
    feet: int, hpa: float, pressure_ft: int
) -> None:
    here = places_of(shapes_of([Circle(47.0, 8.0, 100.0)]))
    out = altitude_bounds([qnh_ft(feet, hpa)], OPEN_UM, here)
    assert out.baro_lo[0] <= pressure_ft * UM_PER_FT <= out.baro_hi[0]
