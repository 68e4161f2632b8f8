"""Two aircraft whose times are known: levels against the vertical table, and the rules of certainty for them."""

from __future__ import annotations

import pytest
from geographiclib.geodesic import Geodesic

from flights import T0_NS, certain_s, flight, spans_s, track
from sharedsky.airspace.altitude import UM_PER_FT, Datum
from sharedsky.airspace.time import NS_PER_S
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile
from sharedsky.conflicts.search import find_conflicts

HERE = [(47.0, 8.0), (47.0, 8.1)]
MINUTE = (0, 60)


def _verdict(
    one_ft: float, other_ft: float, rvsm: tuple[bool | None, bool | None] = (None, None), uncertainty_ft: float = 0.0
) -> str:
    """The certainty for two level flights at one place."""
    paths = [track(HERE, MINUTE, feet, uncertainty_ft=uncertainty_ft) for feet in (one_ft, other_ft)]
    plans = [flight(name, path, rvsm=r) for name, path, r in zip("ab", paths, rvsm, strict=True)]
    found = spans_s(find_conflicts(plans))
    assert spans_s(find_conflicts(plans[::-1])) == found
    assert all(span[1:] == (0.0, 60.0) for span in found)
    return found[0][0] if found else "clear"


APPROVED, REFUSED, UNKNOWN, MIXED = (True, True), (True, False), (None, True), (None, False)


@pytest.mark.parametrize(
    ("one", "other", "rvsm", "expected"),
    [
        # below FL290 1,000 ft, whoever flies
        (10_000, 10_000, MIXED, "certain"),
        (10_000, 10_899.75, MIXED, "certain"),
        (10_000, 10_900, MIXED, "possible"),  # as deep as the tolerance is not deeper than it
        (10_000, 10_975, MIXED, "possible"),
        (10_000, 10_999.99, MIXED, "possible"),
        (10_000, 11_000, MIXED, "clear"),
        (28_000, 29_000, MIXED, "clear"),  # the higher one at FL290 is not above it
        # above FL290 2,000 ft, unless both are approved
        (28_000.25, 29_000.25, REFUSED, "certain"),
        (28_000.25, 29_000.25, UNKNOWN, "possible"),
        (28_000.25, 29_000.25, APPROVED, "clear"),
        (30_000, 31_899, REFUSED, "certain"),
        (30_000, 31_900, REFUSED, "possible"),
        (30_000, 32_000, REFUSED, "clear"),
        (30_000, 30_899, UNKNOWN, "certain"),
        (30_000, 30_900, UNKNOWN, "possible"),
        (30_000, 31_000, UNKNOWN, "possible"),
        (30_000, 31_999, UNKNOWN, "possible"),
        (30_000, 32_000, UNKNOWN, "clear"),
        (30_000, 30_999, APPROVED, "possible"),
        (30_000, 31_000, APPROVED, "clear"),
        (40_000, 41_000, APPROVED, "clear"),  # at FL410 the approval still counts
        # above FL410 2,000 ft for all; the higher aircraft decides
        (40_000.25, 41_000.25, APPROVED, "certain"),
        (40_000, 41_900, APPROVED, "possible"),
        (40_000, 42_000, APPROVED, "clear"),
        (40_000.25, 41_000.25, UNKNOWN, "certain"),
        (43_000, 44_500, UNKNOWN, "certain"),
        (43_000, 45_000, REFUSED, "clear"),
    ],
)
def test_the_vertical_table_is_kept_at_its_edges(
    one: float, other: float, rvsm: tuple[bool | None, bool | None], expected: str
) -> None:
    assert _verdict(one, other, rvsm) == expected


@pytest.mark.parametrize(
    ("feet", "uncertainty_ft", "expected"),
    [
        (1_000, 50, "clear"),  # 100 ft together: the tolerance, which the minimum allows for
        (1_000, 50.01, "possible"),
        (1_099.99, 100, "possible"),
        (1_100, 100, "clear"),
        (899, 50, "certain"),
        (899, 51, "possible"),
        (0, 1_000, "possible"),
    ],
)
def test_a_stated_uncertainty_beyond_the_tolerance_widens_the_interval(
    feet: float, uncertainty_ft: float, expected: str
) -> None:
    assert _verdict(10_000, 10_000 + feet, MIXED, uncertainty_ft) == expected


def test_heights_above_the_ellipsoid_have_no_tolerance_within_the_minimum() -> None:
    def verdict(feet: float, uncertainty_ft: float) -> list[str]:
        paths = [track(HERE, MINUTE, f, Datum.WGS84, uncertainty_ft=uncertainty_ft) for f in (3_000, 3_000 + feet)]
        return [found[0] for found in spans_s(find_conflicts([flight(n, p) for n, p in zip("ab", paths, strict=True)]))]

    assert verdict(999, 0) == ["certain"]
    assert verdict(1_000, 0) == []
    assert verdict(1_000, 1) == ["possible"]
    assert verdict(999, 1) == ["possible"]
    assert verdict(997, 1) == ["certain"]


def test_a_minimum_of_zero_is_broken_where_levels_touch() -> None:
    profile = DEFAULT_PROFILE.with_vertical(0)
    for feet, found in ((0, 1), (0.25, 0)):
        paths = [track(HERE, MINUTE, level) for level in (10_000, 10_000 + feet)]
        plans = [flight(n, p) for n, p in zip("ab", paths, strict=True)]
        assert len(find_conflicts(plans, profile=profile).conflicts) == found
    wide = [flight(n, track(HERE, MINUTE, f, Datum.WGS84, uncertainty_ft=50)) for n, f in (("a", 3_000), ("b", 3_100))]
    assert [found[0] for found in spans_s(find_conflicts(wide, profile=profile))] == ["possible"]


def test_levels_on_different_datums_are_compared_by_intervals() -> None:
    def found(one: tuple[float, Datum], other: tuple[float, Datum]) -> list[str]:
        paths = [track(HERE, MINUTE, *level) for level in (one, other)]
        return [s[0] for s in spans_s(find_conflicts([flight(n, p) for n, p in zip("ab", paths, strict=True)]))]

    assert found((10_000, Datum.PRESSURE), (10_000, Datum.AMSL)) == ["possible"]
    assert found((10_000, Datum.PRESSURE), (13_800, Datum.AMSL)) == ["possible"]
    assert found((10_000, Datum.PRESSURE), (14_100, Datum.AMSL)) == []
    assert found((3_000, Datum.QNH), (3_000, Datum.QNH)) == ["possible"]  # two settings that nobody stated
    assert found((3_000, Datum.AMSL), (3_100, Datum.WGS84)) == ["certain"]  # the geoid is known well enough


def test_one_known_setting_is_compared_directly_and_two_are_not() -> None:
    def found(settings: tuple[float, float]) -> list[str]:
        paths = [track(HERE, MINUTE, 3_000 + 950 * k, Datum.QNH, setting_hpa=settings[k]) for k in (0, 1)]
        return [s[0] for s in spans_s(find_conflicts([flight(n, p) for n, p in zip("ab", paths, strict=True)]))]

    assert found((1_020.0, 1_020.0)) == ["possible"]
    assert found((1_010.0, 1_020.0)) == ["certain"]  # on 1020 hPa the same height is read 270 ft higher
    assert found((1_020.0, 1_010.0)) == []


def test_where_two_pass_each_other_is_when_they_are_closest() -> None:
    one = flight("a", track([(0.0, 0.0), (0.0, 1.0)], (0, 1_000), 10_000))
    other = flight("b", track([(0.05, 1.0), (0.05, 0.0)], (0, 1_000), 10_500))
    (conflict,) = find_conflicts([one, other]).conflicts
    assert conflict.closest is not None
    assert conflict.closest.time_ns == T0_NS + 500 * NS_PER_S
    half = Geodesic.WGS84.InverseLine(0.05, 1.0, 0.05, 0.0)
    north = half.Position(half.s13 / 2)["lat2"]
    assert conflict.closest.horizontal_m == pytest.approx(Geodesic.WGS84.Inverse(0, 0.5, north, 0.5)["s12"], abs=0.01)
    assert conflict.closest.vertical_m == pytest.approx(500 * 0.3048)
    assert conflict.place == pytest.approx((0.025, 0.5), abs=1e-6)
    assert conflict.ratio == pytest.approx(conflict.closest.horizontal_m / 9_260, abs=1e-6)
    assert not conflict.closest.nominal


def test_five_miles_exactly_is_a_breach_and_two_centimetres_more_are_clear() -> None:
    for more_m, found in ((0.0, 1), (0.008, 1), (0.02, 0)):
        beside = Geodesic.WGS84.Direct(0, 0.5, 0, 9_260.0 + more_m)
        one = flight("a", track([(0.0, 0.5), (0.0, 0.5)], MINUTE, 10_000))
        other = flight("b", track([(beside["lat2"], 0.5)] * 2, MINUTE, 10_000))
        assert len(find_conflicts([one, other]).conflicts) == found


def test_one_path_flown_twice_is_a_breach_all_along() -> None:
    path = track([(47, 8), (48, 9), (48, 9), (47, 8)], (0, 600, 900, 1_500), [9_000, 12_000, 12_000, 7_000])
    report = find_conflicts([flight("a", path), flight("b", path)])
    assert spans_s(report) == [("certain", 0.0, 1_500.0)]
    assert certain_s(report) == [(0.0, 1_500.0)]
    assert report.conflicts[0].ratio == 0.0


def test_where_two_climb_apart_through_fl290_the_breach_below_ends_and_the_breach_above_begins() -> None:
    # 800 ft apart and parting by 1,000 ft a minute; the higher is at FL290 after 18 s; not approved
    low = flight("a", track(HERE, MINUTE, [27_000, 30_000]), rvsm=False)
    high = flight("b", track(HERE, MINUTE, [27_800, 31_800]), rvsm=False)
    report = find_conflicts([low, high])
    assert spans_s(report) == [
        ("certain", 0.0, pytest.approx(12.0, abs=1e-6)),
        ("certain", pytest.approx(18.0, abs=1e-6), 60.0),
    ]
    assert certain_s(report) == [(0.0, pytest.approx(6.0, abs=1e-6)), (pytest.approx(18.0, abs=1e-6), 60.0)]
    first, second = sorted(report.conflicts, key=lambda c: c.window.start_ns)
    assert first.breaks.vertical_um == 1_000 * UM_PER_FT
    assert second.breaks.vertical_um == 2_000 * UM_PER_FT


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.AMSL])
def test_heights_that_may_lie_above_fl290_are_not_clear_at_1400_ft(datum: Datum) -> None:
    # 28,900 ft of true height may be FL300 and more: warm air, low pressure
    low, high = track(HERE, MINUTE, 27_500, datum), track(HERE, MINUTE, 28_900, datum)
    report = find_conflicts([flight("a", low, rvsm=False), flight("b", high, rvsm=False)])
    assert spans_s(report) == [("possible", 0.0, 60.0)]


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.AMSL])
def test_heights_that_may_lie_below_fl290_are_not_surely_in_conflict_at_1400_ft(datum: Datum) -> None:
    low, high = track(HERE, MINUTE, 29_000, datum), track(HERE, MINUTE, 30_400, datum)
    report = find_conflicts([flight("a", low, rvsm=False), flight("b", high, rvsm=False)])
    assert spans_s(report) == [("possible", 0.0, 60.0)]
    assert find_conflicts([flight("a", low, rvsm=True), flight("b", high, rvsm=True)]).conflicts == []
    far_up = [track(HERE, MINUTE, level, datum) for level in (60_000, 61_400)]
    assert spans_s(find_conflicts([flight(n, t) for n, t in zip("ab", far_up, strict=True)]))[0][0] == "certain"


def test_heights_of_one_datum_are_compared_directly_where_the_geoid_is_steep() -> None:
    # 166 km apart, 990 ft apart by sea level, and 37 m more by the ellipsoid
    profile = Profile(horizontal_m=190_000.0).with_vertical(1_000 * UM_PER_FT)
    for upper, lower in ((29.0, 30.5), (30.5, 29.0)):
        one = track([(upper, 79.5), (upper, 79.51)], MINUTE, 9_990, Datum.AMSL)
        other = track([(lower, 79.5), (lower, 79.51)], MINUTE, 9_000, Datum.AMSL)
        assert spans_s(find_conflicts([flight("a", one), flight("b", other)], profile=profile)) == [("certain", 0, 60)]


def test_an_aircraft_that_is_in_two_places_at_one_instant_may_be_at_both_and_between() -> None:
    jump = track([(0, 0), (0, 0.04)], (0, 0), 10_000)
    near_its_end = track([(0, 0.1), (0, 0.1)], (-10, 10), 10_000)
    near_its_start = track([(0, -0.06), (0, -0.06)], (-10, 10), 10_000)
    for other in (near_its_end, near_its_start):
        report = find_conflicts([flight("a", jump), flight("b", other)])
        assert [(start, end) for _, start, end in spans_s(report)] == [(0.0, 0.0)]


def test_an_aircraft_at_two_levels_at_one_instant_may_be_at_both_and_between() -> None:
    jump = track([(0, 0), (0, 0)], (0, 0), [10_000, 14_000])
    for feet in (10_500, 12_000, 14_900):
        other = track([(0, 0.01), (0, 0.01)], (-10, 10), feet)
        report = find_conflicts([flight("a", jump), flight("b", other)])
        assert spans_s(report) == [("possible", 0.0, 0.0)]


def test_a_breach_as_deep_as_the_tolerance_is_not_deeper_than_it() -> None:
    profile = DEFAULT_PROFILE.with_vertical(100 * UM_PER_FT)
    one, other = track(HERE, MINUTE, 10_000), track(HERE, MINUTE, 10_000)
    assert spans_s(find_conflicts([flight("a", one), flight("b", other)], profile=profile)) == [("possible", 0.0, 60.0)]
