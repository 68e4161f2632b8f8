"""Roundings of the page never make a breach look smaller, a window shorter or a band narrower than it is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from page_theatre import FLIGHTS, T0_NS, VOLUMES, minutes, theatre
from sharedsky.airspace.time import ALWAYS, MAX_NS, MIN_NS, NS_PER_DAY, NS_PER_S, TimeWindow, parse_instant
from sharedsky.conflicts.report import ClosestApproach, LevelBand
from sharedsky.page.wording import (
    band_text,
    closest_text,
    duration_text,
    exact_instant,
    horizontal_text,
    minimum_text,
    owner_text,
    place_text,
    ratio_text,
    short_window,
    vertical_text,
)


def test_a_breach_just_under_five_miles_never_reads_as_five_miles() -> None:
    assert horizontal_text(9259.999) == "4.99 NM (9.25 km)"
    assert horizontal_text(9260.0) == "5.00 NM (9.26 km)"


@given(st.floats(0, 1e6))
def test_separations_are_rounded_down(distance_m: float) -> None:
    nm = float(re.search(r"([\d.]+) NM", horizontal_text(distance_m)).group(1))  # type: ignore[union-attr]
    assert nm * 1852 <= distance_m + 1e-3
    assert nm * 1852 > distance_m - 18.6
    ft = float(re.match(r"([\d,]+) ft", vertical_text(distance_m)).group(1).replace(",", ""))  # type: ignore[union-attr]
    assert ft * 0.3048 <= distance_m + 1e-3


def test_short_separations_are_in_metres() -> None:
    assert horizontal_text(850.9) == "850 m (0.45 NM)"
    assert horizontal_text(0.0) == "0 m (0.00 NM)"
    assert horizontal_text(1.239) == "1.23 m (0.00 NM)"


def test_a_thousand_feet_in_metres_is_a_thousand_feet() -> None:
    assert vertical_text(304.8) == "1,000 ft (304 m)"


@given(st.integers(0, 3 * NS_PER_DAY), st.integers(0, 3 * NS_PER_DAY))
def test_a_window_is_rounded_outward_to_whole_seconds(offset_ns: int, length_ns: int) -> None:
    window = TimeWindow(T0_NS + offset_ns, T0_NS + offset_ns + length_ns)
    left, right = short_window(window).split(" – ")
    start = parse_instant(left.replace(" ", "T")).ns
    end = parse_instant((right if len(right) > 10 else f"{left[:10]} {right}").replace(" ", "T")).ns
    assert start <= window.start_ns < start + NS_PER_S
    assert end - NS_PER_S < window.end_ns <= end


def test_a_window_into_the_next_day_names_that_day() -> None:
    assert short_window(minutes(0, 15 * 60)) == "2026-03-01 10:00:00Z – 2026-03-02 01:00:00Z"
    assert short_window(minutes(0, 2)) == "2026-03-01 10:00:00Z – 10:02:00Z"


def test_open_windows_say_that_no_time_is_stated() -> None:
    assert short_window(ALWAYS) == "no start stated – no end stated"
    assert short_window(TimeWindow(T0_NS, MAX_NS)) == "2026-03-01 10:00:00Z – no end stated"
    assert duration_text(ALWAYS) == ""
    assert exact_instant(MIN_NS) == "no start stated"
    assert exact_instant(T0_NS + 1) == "2026-03-01T10:00:00.000000001Z"


def test_durations_are_rounded_up_to_the_second() -> None:
    assert duration_text(TimeWindow(T0_NS, T0_NS + 1)) == "1 s"
    assert duration_text(TimeWindow(T0_NS, T0_NS)) == "one instant"
    assert duration_text(minutes(0, 26 * 60 + 1.5)) == "1 d 2 h 1 min 30 s"


@pytest.mark.parametrize(
    ("band", "text"),
    [
        (LevelBand(10363.2, 10972.8, "STD"), "FL340 to FL360"),
        (LevelBand(10668.0, 10668.0, "STD"), "FL350"),
        (LevelBand(10363.2, 10972.9, "STD"), "FL340 to 36,001 ft, pressure altitude"),
        (LevelBand(None, 304.8, "AMSL"), "ground to 1,000 ft (305 m), above mean sea level"),
        (LevelBand(100.0, None, "W84"), "328 ft (100 m) to unlimited, above the WGS 84 ellipsoid"),
        (LevelBand(-30.48, 0.0, "AGL"), "-100 ft (-31 m) to 0 ft (0 m), above ground"),
        (LevelBand(None, None, "W84"), "all levels"),
    ],
)
def test_bands_name_their_datum_and_are_rounded_outward(band: LevelBand, text: str) -> None:
    assert band_text(band) == text


@given(st.floats(-1e3, 3e4), st.floats(0, 1e4), st.sampled_from(["STD", "AMSL", "W84", "AGL", "QNH", "QFE"]))
def test_no_band_reads_narrower_than_it_is(lower_m: float, height_m: float, datum: str) -> None:
    text = band_text(LevelBand(lower_m, lower_m + height_m, datum))
    feet = [
        int(found.group(2)) * 100 if found.group(1) else int(found.group(3).replace(",", ""))
        for found in re.finditer(r"(FL)(\d+)|(-?[\d,]+) ft", text)
    ]
    feet = feet * 2 if len(feet) == 1 else feet  # floor and ceiling fell on one level
    assert feet[0] * 0.3048 <= lower_m + 1e-3
    assert feet[1] * 0.3048 >= lower_m + height_m - 1e-3


def test_minima_of_zero_read_as_any_overlap() -> None:
    assert minimum_text(VOLUMES) == "any overlap, touching included"
    assert minimum_text(FLIGHTS) == "5 NM and 1,000 ft"
    assert minimum_text(replace(FLIGHTS, horizontal_m=50.0)) == "50 m and 1,000 ft"


def test_a_ratio_is_rounded_down_and_a_missing_one_explained() -> None:
    first = theatre().report.conflicts[0]
    assert ratio_text(replace(first, ratio=0.9999)) == "99 % of the minimum"
    assert ratio_text(replace(first, ratio=None)) == "the nominal flights do not meet in this window"
    assert ratio_text(replace(first, breaks=VOLUMES, ratio=0.0)) == ""


def test_a_closest_approach_across_datums_gives_no_vertical_separation() -> None:
    assert closest_text(ClosestApproach(T0_NS, 1852.0, None, 0, 0)) == "1.00 NM (1.85 km)"
    assert closest_text(ClosestApproach(T0_NS, 1852.0, 30.48, 0, 0), brief=True) == "1.00 NM and 100 ft"


def test_places_are_in_degrees_and_minutes_with_their_hemisphere() -> None:
    assert place_text(47.3752, -8.5) == "47°22.512′N 008°30.000′W (47.3752, -8.5000)"
    assert place_text(-0.99999999, 179.99999999) == "01°00.000′S 180°00.000′E (-1.0000, 180.0000)"


def test_an_unknown_owner_is_said_to_be_unknown() -> None:
    assert owner_text(None) == "owner not stated"
    assert owner_text("") == ""
