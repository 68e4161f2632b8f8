"""Magnetic declination from the World Magnetic Model, by date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sharedsky.airspace.magnetic import Declination, declination, true_bearing
from sharedsky.errors import GeometryError, SharedskyError, TimeError


@pytest.mark.parametrize(
    ("lat_deg", "lng_deg", "day", "east_deg"),
    [
        # The test values of the WMM2025 technical report (table of test values, height 0 km).
        (80.0, 0.0, date(2025, 1, 1), 1.28),
        (0.0, 120.0, date(2025, 1, 1), -0.16),
        (-80.0, -120.0, date(2025, 1, 1), 68.78),
        # Of the WMM2020 report.
        (80.0, 0.0, date(2020, 1, 1), -1.28),
        (0.0, 120.0, date(2020, 1, 1), 0.16),
        (-80.0, -120.0, date(2020, 1, 1), 69.36),
    ],
)
def test_the_models_own_test_values_are_met(lat_deg: float, lng_deg: float, day: date, east_deg: float) -> None:
    assert declination(lat_deg, lng_deg, day).east_deg == pytest.approx(east_deg, abs=0.011)


def test_the_model_follows_the_date() -> None:
    names = {year: declination(47.0, 8.0, date(year, 12, 31)).model for year in (2015, 2019, 2020, 2024, 2025, 2029)}
    assert names == {
        2015: "WMM2015v2", 2019: "WMM2015v2", 2020: "WMM2020", 2024: "WMM2020", 2025: "WMM2025", 2029: "WMM2025",
    }  # fmt: skip


@pytest.mark.parametrize("day", [date(2014, 12, 31), date(2030, 1, 1), date(1, 1, 1), date(9999, 12, 31)])
def test_a_date_that_no_model_covers_is_refused_and_says_so(day: date) -> None:
    with pytest.raises(TimeError, match="no World Magnetic Model here covers"):
        declination(47.0, 8.0, day)


def test_near_the_magnetic_pole_bearings_are_refused() -> None:
    with pytest.raises(GeometryError, match="near a magnetic pole"):
        declination(86.0, 140.0, date(2026, 3, 1))


@pytest.mark.parametrize("place", [(91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (0.0, float("inf"))])
def test_a_place_off_the_globe_is_refused(place: tuple[float, float]) -> None:
    with pytest.raises(GeometryError, match="not on the globe"):
        declination(*place, date(2026, 3, 1))


def test_a_bearing_east_of_magnetic_north_turns_with_the_declination() -> None:
    assert true_bearing(350.0, Declination(15.0, 0.3, "WMM2025")) == 5.0
    assert true_bearing(10.0, Declination(-15.0, 0.3, "WMM2025")) == 355.0


@given(
    st.floats(-90, 90), st.floats(-180, 180), st.dates(date(2015, 1, 1), date(2029, 12, 31)),
)
@example(89.99999999, 0.0, date(2026, 1, 1))
@example(-89.99999999, 180.0, date(2026, 1, 1))
@example(-90.0, -180.0, date(2026, 1, 1))
def test_everywhere_there_is_an_angle_with_its_error_or_a_refusal(lat: float, lng: float, day: date) -> None:
    try:
        found = declination(lat, lng, day)
    except SharedskyError:
        return
    assert -180 <= found.east_deg <= 180
    assert 0.2 < found.sigma_deg < 3.0
