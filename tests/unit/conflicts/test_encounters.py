"""Two aircraft whose times are known: levels against the vertical table, and the rules of certainty for them."""

from __future__ import annotations

import pytest

from flights import certain_s, flight, spans_s, track
from sharedsky.airspace.altitude import UM_PER_FT, Datum
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile
from sharedsky.conflicts.search import find_conflicts

HERE = [(47.0, 8.0), (47.0, 8.1)]
MINUTE = (0, 60)


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
