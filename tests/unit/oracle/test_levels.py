"""The oracle's rules for levels against cases worked out by hand from docs/conflicts.md."""

from __future__ import annotations

from fractions import Fraction

import pytest

from oracle.levels import (
    Band,
    Gap,
    Place,
    Verdict,
    band_of,
    both,
    depends_on_ground,
    either,
    fixed_verdict,
    gap,
    level_of,
    table,
    table_verdict,
)
from sharedsky.airspace.altitude import (
    UM_PER_FT,
    Altitude,
    Datum,
    Unit,
    agl_m,
    amsl_ft,
    amsl_m,
    flight_level,
    pressure_ft,
    qnh_ft,
    wgs84_m,
)
from sharedsky.conflicts.profile import DEFAULT_PROFILE

BERN = Place((46.9, 47.0), (7.4, 7.5), 0.3)
TOLERANCE = DEFAULT_PROFILE.tolerance_um
THOUSAND = 1_000 * UM_PER_FT


def at(altitude: Altitude) -> Band:
    """One level as a band."""
    return band_of(altitude, altitude)


def tracks(a: float, b: float, rvsm: tuple[bool | None, bool | None] = (True, True), spread: float = 0) -> Verdict:
    """Two flights at known pressure altitudes [ft], each give or take half of spread [ft]."""
    return table_verdict(at(pressure_ft(a, spread / 2)), at(pressure_ft(b, spread / 2)), DEFAULT_PROFILE, rvsm, BERN)


POSSIBLE, CERTAIN, CLEAR = Verdict(True, False), Verdict(True, True), Verdict(False, False)


@pytest.mark.parametrize(
    ("a", "b", "rvsm", "expected"),
    [
        (10_000, 11_000, (True, True), CLEAR),  # at the minimum: clear
        (10_000, 10_999, (True, True), POSSIBLE),  # within the tolerance
        (10_000, 10_900, (True, True), POSSIBLE),  # depth exactly the tolerance: not deeper
        (10_000, 10_899, (True, True), CERTAIN),
        (29_000, 28_000, (False, False), CLEAR),  # FL290 is not above FL290
        (29_001, 28_000, (False, False), CERTAIN),  # the higher decides: 2,000 ft
        (30_000, 28_000, (False, False), CLEAR),
        (30_000, 28_050, (False, False), POSSIBLE),
        (35_000, 36_000, (True, True), CLEAR),
        (35_000, 36_000, (True, False), CERTAIN),
        (35_000, 36_000, (True, None), POSSIBLE),  # unknown: between 1,000 and 2,000 ft
        (35_000, 35_950, (None, None), POSSIBLE),
        (35_000, 35_800, (None, None), CERTAIN),  # even with approval
        (35_000, 37_000, (None, None), CLEAR),
        (35_000, 36_000, (False, None), CERTAIN),  # one without approval is enough to know
        (41_000, 40_000, (True, True), CLEAR),  # FL410 is within FL290-FL410
        (41_001, 40_000, (True, True), CERTAIN),
        (43_000, 41_000, (True, True), CLEAR),
    ],
)
def test_the_vertical_table(a: float, b: float, rvsm: tuple[bool | None, bool | None], expected: Verdict) -> None:
    assert tracks(a, b, rvsm) == expected
    assert tracks(b, a, rvsm[::-1]) == expected


def test_a_stated_uncertainty_counts_beyond_the_tolerance_only() -> None:
    assert tracks(10_000, 11_050, spread=100) == CLEAR
    assert tracks(10_000, 11_050, spread=160) == POSSIBLE  # 60 ft beyond the tolerance
    assert tracks(10_000, 10_850, spread=100) == CERTAIN
    assert tracks(10_000, 10_850, spread=160) == POSSIBLE  # 850 + 60 is not below 900


def test_a_band_that_touches_both_sides_of_fl290_takes_each_its_minimum() -> None:
    climbing = band_of(pressure_ft(27_000), pressure_ft(31_000))
    below = at(pressure_ft(25_600))
    verdict = table_verdict(climbing, below, DEFAULT_PROFILE, (False, False), BERN)
    assert verdict == CLEAR  # above FL290 it is 3,400 ft away, below it never nearer than 1,400
    assert table_verdict(climbing, at(pressure_ft(27_500)), DEFAULT_PROFILE, (False, False), BERN) == POSSIBLE
    assert table_verdict(at(pressure_ft(30_500)), climbing, DEFAULT_PROFILE, (False, False), BERN) == POSSIBLE


def test_the_tables_steps_follow_approval() -> None:
    loose, strict = table(DEFAULT_PROFILE, None, True)
    assert [step.minimum_um for step in loose] == [THOUSAND, 2 * THOUSAND]
    assert loose[0].up_to_um == Fraction(29_000 * UM_PER_FT)
    assert strict[0].up_to_um == Fraction(41_000 * UM_PER_FT)


def fixed(a: Band, b: Band, minimum_um: int = 0) -> Verdict:
    """Two bands at Bern."""
    verdict = fixed_verdict(a, b, minimum_um, TOLERANCE, BERN)
    assert fixed_verdict(b, a, minimum_um, TOLERANCE, BERN) == verdict
    return verdict


def test_closed_bands_touch_at_minimum_zero_and_not_a_micrometre_further() -> None:
    low, touching = band_of(amsl_m(0), amsl_m(100)), band_of(amsl_m(100), amsl_m(200))
    assert fixed(low, touching) == CERTAIN
    assert fixed(low, band_of(amsl_m(100.000001), amsl_m(200))) == CLEAR
    assert fixed(low, band_of(amsl_m(100.5), None), 500_000) == CLEAR  # at a minimum above 0: clear
    assert fixed(low, band_of(amsl_m(100.5), None), 500_001) == CERTAIN


def test_feet_and_metres_meet_exactly() -> None:
    assert fixed(band_of(None, amsl_ft(1000)), band_of(amsl_m(304.8), None)) == CERTAIN
    assert fixed(band_of(None, amsl_ft(1000)), band_of(amsl_m(304.800001), None)) == CLEAR


def test_ground_and_unlimited_reach_everything() -> None:
    assert fixed(band_of(None, None), at(flight_level(300))) == CERTAIN
    assert fixed(band_of(None, None), band_of(None, agl_m(100))) == CERTAIN
    assert fixed(band_of(agl_m(0), amsl_m(100)), band_of(None, wgs84_m(50))) == CERTAIN


def test_a_stated_uncertainty_makes_possible_what_it_may_reach() -> None:
    low = band_of(amsl_m(0), amsl_m(100, 10))
    assert fixed(low, band_of(amsl_m(110), amsl_m(200))) == POSSIBLE
    assert fixed(low, band_of(amsl_m(90), amsl_m(200))) == CERTAIN
    assert fixed(low, band_of(amsl_m(90.5), amsl_m(200))) == POSSIBLE
    assert fixed(low, band_of(amsl_m(111), amsl_m(200))) == CLEAR


def test_at_minimum_zero_a_stated_uncertainty_of_pressure_counts_in_full() -> None:
    low = band_of(pressure_ft(0), pressure_ft(10_000, 50))
    assert fixed(low, band_of(pressure_ft(10_060), None)).possible is False
    assert fixed(low, band_of(pressure_ft(10_050), None)).possible is True


def test_pressure_against_mean_sea_level_allows_for_pressure_and_temperature() -> None:
    # 10,000 ft of pressure altitude: 8,500 to 11,500 ft on its QNH, times 0.88 and 1.12: 7,480 to 12,880 ft AMSL.
    level = at(pressure_ft(10_000))
    assert fixed(level, at(amsl_ft(7_480 - 30))) == CLEAR
    assert fixed(level, at(amsl_ft(7_480 + 30))) == POSSIBLE
    assert fixed(level, at(amsl_ft(12_880 - 30))) == POSSIBLE
    assert fixed(level, at(amsl_ft(12_880 + 30))) == CLEAR
    assert fixed(level, band_of(amsl_ft(7_000), amsl_ft(13_400))) == CERTAIN
    assert fixed(level, band_of(amsl_ft(7_600), amsl_ft(13_400))) == POSSIBLE


def test_a_known_setting_leaves_its_rounding_and_temperature() -> None:
    # 10,000 ft, 15 ft for the setting's rounding, times 0.88: 8,787 ft AMSL.
    known, unknown = at(qnh_ft(10_000, 1020)), at(qnh_ft(10_000))
    assert fixed(known, at(amsl_ft(8_787 - 30))) == CLEAR
    assert fixed(known, at(amsl_ft(8_787 + 30))) == POSSIBLE
    assert fixed(unknown, at(amsl_ft(8_787 - 30))) == POSSIBLE
    assert fixed(known, at(qnh_ft(10_000, 1020))) == CERTAIN
    assert fixed(known, at(qnh_ft(10_001, 1020))) == CLEAR
    assert fixed(unknown, at(qnh_ft(12_000))) == POSSIBLE


def test_the_geoid_lies_some_50_metres_above_the_ellipsoid_at_bern() -> None:
    low, high = BERN.geoid_um
    assert 44e6 < low < high < 56e6
    assert fixed(at(amsl_m(500)), at(wgs84_m(500))) == CLEAR
    assert fixed(at(amsl_m(500)), band_of(wgs84_m(540), wgs84_m(560))).possible is True


def test_where_the_geoid_alone_decides_the_oracle_leaves_it_open() -> None:
    middle = sum(BERN.geoid_um) / 2e6
    assert fixed(at(amsl_m(500)), at(wgs84_m(500 + round(middle)))) == Verdict(None, None)


def test_heights_above_the_ground_compare_with_each_other_and_else_depend_on_it() -> None:
    assert fixed(band_of(agl_m(0), agl_m(120)), band_of(agl_m(121), agl_m(200))) == CLEAR
    assert fixed(band_of(agl_m(10), agl_m(120)), band_of(agl_m(120), agl_m(200))) == CERTAIN
    drone, airliner = band_of(agl_m(0), agl_m(120)), at(flight_level(350))
    assert depends_on_ground(drone, airliner)
    assert not depends_on_ground(drone, drone)
    assert fixed(drone, airliner).certain is False
    assert fixed(drone, at(flight_level(900))) == CLEAR  # above every mountain
    assert fixed(drone, at(amsl_m(1000))).possible is None


def test_qfe_counts_from_its_aerodrome() -> None:
    field = Altitude(1000, Unit.FT, Datum.QFE, elevation_m=500.0)
    assert fixed(at(field), at(amsl_m(805))).possible is True
    assert fixed(at(field), at(amsl_m(5000))) == CLEAR
    assert fixed(at(field), at(amsl_m(600))).possible is None  # within 50 hPa, if that is meant to count


def test_a_gap_states_what_it_must_and_may_be() -> None:
    floor, ceiling = level_of(amsl_m(120, 5)), level_of(amsl_m(100, 2))
    assert gap(floor, ceiling, 0, TOLERANCE, BERN) == Gap(13e6, 13e6, 27e6, 27e6)
    assert gap(None, ceiling, 0, TOLERANCE, BERN).most_must == float("-inf")


def test_three_valued_logic() -> None:
    assert (both(True, None), both(False, None), both(True, True)) == (None, False, True)
    assert (either(False, None), either(True, None), either(False, False)) == (None, True, False)


def test_a_volume_that_may_be_upside_down_is_never_clear_to_the_oracle() -> None:
    upside_down = band_of(wgs84_m(900), amsl_m(500))
    assert fixed(upside_down, band_of(amsl_m(100), amsl_m(200))).possible is None
    assert fixed(upside_down, band_of(None, None)).certain is None
    assert fixed(band_of(wgs84_m(100), amsl_m(500)), band_of(amsl_m(200), None)) == CERTAIN


def test_over_known_ground_a_height_above_it_is_a_level() -> None:
    flat = Place(BERN.lat_deg, BERN.lng_deg, ground_um=(500_000_000, 500_000_000))
    drone, other = band_of(agl_m(0), agl_m(120)), at(amsl_m(600))
    assert fixed_verdict(drone, other, 0, TOLERANCE, flat).possible is True
    assert fixed_verdict(drone, at(amsl_m(640)), 0, TOLERANCE, flat).possible is False


def test_a_band_upside_down_between_pressure_altitude_and_the_standard_setting_spans_both() -> None:
    band = band_of(pressure_ft(200), qnh_ft(0, 1013.25))
    assert fixed(band, at(pressure_ft(100))).possible is not False
