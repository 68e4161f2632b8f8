"""Levels: exact in whole micrometres, whatever the unit; nothing implausible is held (R17)."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.airspace.altitude import (
    MAX_LEVEL_M,
    UM_PER_FT,
    UM_PER_M,
    Altitude,
    Datum,
    Unit,
    agl_m,
    amsl_ft,
    amsl_m,
    flight_level,
    pressure_ft,
    qnh_ft,
    to_um,
    wgs84_m,
)
from sharedsky.errors import LevelError

NAN, INF = float("nan"), float("inf")
values = st.floats(-300_000, 300_000)
units = st.sampled_from(Unit)


def _factor(unit: Unit) -> int:
    return UM_PER_M if unit is Unit.M else UM_PER_FT


def test_1000_feet_and_304_8_metres_are_one_number() -> None:
    assert amsl_ft(1_000).um == amsl_m(304.8).um == 304_800_000


@given(st.integers(-10_000_000_000, 10_000_000_000))
def test_a_decimal_of_a_tenth_of_a_millimetre_is_exact_and_has_no_width(tenths_of_mm: int) -> None:
    level = amsl_m(float(Decimal(tenths_of_mm) / 10_000))
    assert level.um == tenths_of_mm * 100
    assert level.bounds_um() == (level.um, level.um)


@given(st.integers(-300_000_000, 300_000_000))
def test_a_hundredth_of_a_foot_is_exact_and_has_no_width(hundredths_of_ft: int) -> None:
    level = amsl_ft(float(Decimal(hundredths_of_ft) / 100))
    assert level.um == hundredths_of_ft * 3_048
    assert level.bounds_um() == (level.um, level.um)


@given(st.integers(-1_000_000, 1_000_000))
def test_feet_compare_exactly_with_the_metres_that_they_are(steps: int) -> None:
    feet = Decimal(steps) / 4
    metres = feet * Decimal("0.3048")
    assert amsl_ft(float(feet)).um == amsl_m(float(metres)).um
    assert amsl_ft(float(feet)).um < amsl_m(float(metres + Decimal("0.0001"))).um
    assert amsl_ft(float(feet)).um > amsl_m(float(metres - Decimal("0.0001"))).um


@given(values, units)
def test_rounding_down_and_up_hold_the_decimal_that_was_written_between_them(value: float, unit: Unit) -> None:
    exact = Fraction(repr(value)) * _factor(unit)
    down, near, up = (to_um(value, unit, rounding) for rounding in ("down", "near", "up"))
    assert down == math.floor(exact)
    assert up == math.ceil(exact)
    assert near in (down, up)
    assert abs(near - exact) <= Fraction(1, 2)


@given(values, values, units)
def test_the_order_of_levels_is_kept(one: float, other: float, unit: Unit) -> None:
    low, high = sorted((one, other))
    assert to_um(low, unit, "down") <= to_um(high, unit, "down")
    assert to_um(low, unit, "up") <= to_um(high, unit, "up")


@given(values, st.floats(0, 10_000), units)
def test_a_stated_uncertainty_reaches_outward_to_both_sides(value: float, uncertainty: float, unit: Unit) -> None:
    low, high = Altitude(value, unit, Datum.AMSL, uncertainty).bounds_um()
    exact, spread = Fraction(repr(value)) * _factor(unit), Fraction(repr(uncertainty)) * _factor(unit)
    assert exact - spread - 2 <= low <= exact - spread
    assert exact + spread <= high <= exact + spread + 2


@given(st.integers(-10_000, 60_000))
def test_whole_numbers_are_levels_too(value: int) -> None:
    assert Altitude(value, Unit.FT, Datum.AMSL).um == value * UM_PER_FT
    assert Altitude(value, Unit.M, Datum.AMSL).um == value * UM_PER_M


@pytest.mark.parametrize("value", [NAN, INF, -INF, MAX_LEVEL_M * 1.001, -MAX_LEVEL_M * 1.001])
@pytest.mark.parametrize("datum", [Datum.AMSL, Datum.PRESSURE])
def test_a_level_that_is_none_is_refused(value: float, datum: Datum) -> None:
    with pytest.raises(LevelError, match="not plausible"):
        Altitude(value, Unit.M, datum)


def test_a_level_in_feet_is_bounded_by_the_metres_that_it_is() -> None:
    assert amsl_ft(3_280_000).metres < MAX_LEVEL_M
    with pytest.raises(LevelError, match="not plausible"):
        amsl_ft(3_281_000)


@pytest.mark.parametrize("uncertainty", [NAN, INF, -0.001, MAX_LEVEL_M * 2])
def test_an_uncertainty_that_is_none_is_refused(uncertainty: float) -> None:
    with pytest.raises(LevelError, match="uncertainty must be a number of zero or more"):
        amsl_m(100, uncertainty)


@pytest.mark.parametrize("setting_hpa", [NAN, INF, 849.9, 1100.1, 0.0, -1013.0, 29.92])
def test_a_setting_that_no_altimeter_has_is_refused(setting_hpa: float) -> None:
    with pytest.raises(LevelError, match="850 to 1100 hPa"):
        qnh_ft(3_000, setting_hpa)


@pytest.mark.parametrize("datum", [datum for datum in Datum if datum is not Datum.QNH])
def test_only_qnh_levels_carry_a_setting(datum: Datum) -> None:
    with pytest.raises(LevelError, match="Only QNH levels carry a setting"):
        Altitude(1_000, Unit.FT, datum, setting_hpa=1013.0, elevation_m=0.0)


def test_a_qfe_height_without_an_elevation_is_refused() -> None:
    with pytest.raises(LevelError, match="needs the aerodrome's elevation"):
        Altitude(1_000, Unit.FT, Datum.QFE)


@pytest.mark.parametrize("elevation_m", [NAN, INF, -1_001.0, 10_001.0])
def test_an_elevation_that_is_not_on_earth_is_refused(elevation_m: float) -> None:
    with pytest.raises(LevelError, match="not on this Earth"):
        Altitude(1_000, Unit.FT, Datum.QFE, elevation_m=elevation_m)


@pytest.mark.parametrize(
    ("level", "text"),
    [
        (flight_level(330), "FL330"),
        (flight_level(0), "FL000"),
        (flight_level(5), "FL005"),
        (pressure_ft(3_500), "FL035"),
        (pressure_ft(3_525), "3525 ft STD"),
        (pressure_ft(-500), "-500 ft STD"),
        (Altitude(3_000, Unit.M, Datum.PRESSURE), "3000 m STD"),
        (amsl_ft(2_500), "2500 ft AMSL"),
        (agl_m(120), "120 m AGL"),
        (wgs84_m(120.5), "120.5 m W84"),
        (qnh_ft(3_000), "3000 ft QNH"),
        (qnh_ft(3_000, 1021.0), "3000 ft QNH 1021 hPa"),
        (Altitude(500, Unit.FT, Datum.QFE, elevation_m=450.0), "500 ft QFE"),
    ],
)
def test_a_level_is_written_as_it_is_spoken(level: Altitude, text: str) -> None:
    assert str(level) == text


def test_a_flight_level_is_hundreds_of_feet_of_pressure_altitude() -> None:
    assert flight_level(285.5) == pressure_ft(28_550)
    assert flight_level(330).um == 33_000 * UM_PER_FT


def test_metres_are_above_the_levels_own_datum() -> None:
    assert amsl_ft(1_000).metres == pytest.approx(304.8)
    assert agl_m(120).metres == 120.0


def test_levels_of_different_datums_are_never_equal() -> None:
    assert wgs84_m(100) != amsl_m(100)
