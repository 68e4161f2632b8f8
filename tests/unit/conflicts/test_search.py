"""The search as a whole: empty and extreme input, certainty and clearness of the report, and what is undetermined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from flights import T0_NS, area, certain_s, flight, forecast, reserved, spans_s, track, window, zone
from sharedsky.airspace.altitude import UM_PER_FT, Datum, agl_m, amsl_m, flight_level, wgs84_m
from sharedsky.airspace.footprint import Circle, corridor, polygon
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.time import ALWAYS, MAX_NS, MIN_NS, NS_PER_DAY, NS_PER_S, TimeWindow
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile
from sharedsky.conflicts.report import Report
from sharedsky.conflicts.search import find_conflicts

SPOT = Circle(47, 8, 100)
YEAR_BUFFER = Profile(time_ns=366 * NS_PER_DAY)


def _pair(one: Volume4D, other: Volume4D, profile: Profile = DEFAULT_PROFILE, terrain: Terrain | None = None) -> Report:
    return find_conflicts([reserved("a", one), reserved("b", other)], profile=profile, terrain=terrain)


def test_nothing_at_all_is_not_clear_since_nothing_was_checked() -> None:
    report = find_conflicts([])
    assert report.conflicts == []
    assert not report.clear
    assert report.summary.plans == 0


def test_zones_without_plans_are_not_clear_since_nothing_was_checked() -> None:
    assert not find_conflicts([], [zone("z", area(SPOT, None, None))]).clear


@pytest.mark.parametrize("profile", [DEFAULT_PROFILE, YEAR_BUFFER])
def test_plans_and_zones_of_nothing_are_counted_and_found_clear(profile: Profile) -> None:
    report = find_conflicts([flight("a"), flight("b"), reserved("v", area(SPOT, None, None))], [zone("z")], profile)
    assert report.clear
    assert (report.summary.plans, report.summary.zones, report.summary.volumes, report.summary.legs) == (3, 1, 1, 0)


def test_one_plan_alone_is_clear() -> None:
    assert find_conflicts([reserved("a", area(SPOT, None, None))]).clear


def test_a_conflict_is_not_clear_and_is_counted_by_its_certainty() -> None:
    report = _pair(area(SPOT, None, None), area(SPOT, amsl_m(100), flight_level(100)))
    assert not report.clear
    assert (report.summary.conflicts, report.summary.certain, report.summary.possible) == (1, 1, 0)


def test_progress_is_told_from_nothing_to_all() -> None:
    told: list[tuple[str, int, int]] = []
    find_conflicts([], progress=lambda step, done, of: told.append((step, done, of)))
    assert [done for _, done, _ in told] == list(range(len(told)))
    assert told[-1][1] == told[-1][2]


@pytest.mark.parametrize("profile", [DEFAULT_PROFILE, YEAR_BUFFER, replace(YEAR_BUFFER, volume_vertical_um=10**11)])
def test_windows_and_levels_open_at_both_ends_do_not_overflow(profile: Profile) -> None:
    always = Volume4D(SPOT, None, None, ALWAYS)
    report = _pair(always, always, profile)
    (conflict,) = report.conflicts
    assert (conflict.certainty, conflict.window, conflict.certain_windows) == ("certain", ALWAYS, (ALWAYS,))
    assert (conflict.band.lower_m, conflict.band.upper_m) == (None, None)


@pytest.mark.parametrize("edge", [MIN_NS, MAX_NS])
def test_instants_at_the_end_of_time_meet_open_windows_with_the_largest_buffer(edge: int) -> None:
    instant = Volume4D(SPOT, None, None, TimeWindow(edge, edge))
    assert len(_pair(instant, Volume4D(SPOT, None, None, ALWAYS), YEAR_BUFFER).conflicts) == 1
    assert len(_pair(instant, instant, YEAR_BUFFER).conflicts) == 1
    other = Volume4D(SPOT, None, None, TimeWindow(-edge, -edge))
    assert _pair(instant, other, YEAR_BUFFER).conflicts == []


def test_a_flight_meets_volumes_and_flights_that_never_end_with_the_largest_buffer() -> None:
    path = track([(47, 7.9), (47, 8.1)], (0, 600), 5_000)
    plans = [flight("a", path), flight("b", path), reserved("v", Volume4D(SPOT, None, None, ALWAYS))]
    report = find_conflicts(plans, [zone("z", Volume4D(SPOT, None, None, ALWAYS))], YEAR_BUFFER)
    assert len(report.conflicts) == 6
    assert {c.certainty for c in report.conflicts} == {"certain"}
    assert all(c.window.start_ns <= T0_NS - 365 * NS_PER_DAY for c in report.conflicts)


def test_the_buffer_widens_both_windows() -> None:
    profile = Profile(time_ns=60 * NS_PER_S)
    one, near, far = (area(SPOT, None, None, start, start + 10) for start in (0, 130, 131))
    assert spans_s(_pair(one, near, profile)) == [("certain", 70.0, 70.0)]
    assert _pair(one, far, profile).conflicts == []


@pytest.mark.parametrize("buffer_s", [0, 1, 30])
def test_the_buffer_finds_flights_that_pass_one_place_one_after_the_other(buffer_s: int) -> None:
    profile = replace(DEFAULT_PROFILE, horizontal_m=100.0, time_ns=buffer_s * NS_PER_S)
    first = flight("a", track([(47, 7.9), (47, 8.1)], (0, 200), 10_000))  # some 76 m/s
    second = flight("b", track([(46.9, 8.0), (47.1, 8.0)], (40, 240), 10_000))  # 40 s later at the crossing
    report = find_conflicts([first, second], profile=profile)
    assert (report.conflicts != []) == (buffer_s == 30)


def test_windows_that_touch_are_a_conflict_of_an_instant() -> None:
    assert spans_s(_pair(area(SPOT, None, None, 0, 10), area(SPOT, None, None, 10, 20))) == [("certain", 10.0, 10.0)]
    assert _pair(area(SPOT, None, None, 0, 10), Volume4D(SPOT, None, None, TimeWindow(T0_NS + 10**10 + 1, MAX_NS))
                 ).conflicts == []  # fmt: skip


def test_levels_that_touch_are_a_conflict() -> None:
    assert len(_pair(area(SPOT, None, amsl_m(304.8)), area(SPOT, amsl_m(304.8), None)).conflicts) == 1
    assert _pair(area(SPOT, None, amsl_m(304.8)), area(SPOT, amsl_m(304.8001), None)).conflicts == []


def test_minima_between_volumes_are_broken_strictly_below_them() -> None:
    profile = Profile(volume_vertical_um=100 * UM_PER_FT)
    level = [amsl_m(100 + 0.3048 * feet) for feet in (0, 100, 99.99)]
    assert _pair(area(SPOT, None, level[0]), area(SPOT, level[1], None), profile).conflicts == []
    assert len(_pair(area(SPOT, None, level[0]), area(SPOT, level[2], None), profile).conflicts) == 1


def test_a_stated_uncertainty_makes_a_breach_possible_and_never_clears_one() -> None:
    top = area(SPOT, None, amsl_m(100))
    assert spans_s(_pair(top, area(SPOT, amsl_m(101), None))) == []
    assert spans_s(_pair(top, area(SPOT, amsl_m(101, 2), None)))[0][0] == "possible"
    assert spans_s(_pair(top, area(SPOT, amsl_m(99), None)))[0][0] == "certain"
    assert spans_s(_pair(top, area(SPOT, amsl_m(99, 2), None)))[0][0] == "possible"


def test_a_flight_of_a_single_point_is_at_one_place_for_an_instant() -> None:
    here, beside = track([(47, 8), (47, 8)], (5, 5), 10_000), track([(47, 8.1), (47, 8.1)], (5, 5), 10_000)
    later = track([(47, 8), (47, 8)], (6, 6), 10_000)
    assert spans_s(find_conflicts([flight("a", here), flight("b", here)])) == [("certain", 5.0, 5.0)]
    assert spans_s(find_conflicts([flight("a", here), flight("b", beside)])) == [("certain", 5.0, 5.0)]
    assert spans_s(find_conflicts([flight("a", here), flight("b", later)])) == []
    report = find_conflicts([flight("a", here), reserved("v", area(SPOT, None, None))])
    assert spans_s(report) == [("certain", 5.0, 5.0)]


def test_an_aircraft_parked_for_a_day_meets_who_passes_and_nobody_else() -> None:
    parked = flight("a", track([(47, 8), (47, 8)], (0, 86_400), 1_500))
    passing = flight("b", track([(47, 7.5), (47, 8.5)], (43_200, 43_800), 1_500))
    above = flight("c", track([(47, 7.5), (47, 8.5)], (43_200, 43_800), 2_500))
    report = find_conflicts([parked, passing, above])
    assert [(c.a.id, c.b.id) for c in report.conflicts] == [("a", "b")]
    (conflict,) = report.conflicts
    assert conflict.closest is not None
    assert conflict.closest.horizontal_m < 200  # the geodesic runs 145 m north of the parallel
    assert conflict.closest.time_ns == pytest.approx(T0_NS + 43_500 * NS_PER_S, abs=NS_PER_S)


def test_a_leg_of_10_000_km_is_flown_along_its_geodesic_in_proportion() -> None:
    path = track([(47, 8), (-20, 90)], (0, 40_000), 35_000)
    way = track([(47, 8), (-20, 90)], (0, 40_000), 36_000)
    assert spans_s(find_conflicts([flight("a", path, rvsm=True), flight("b", way, rvsm=True)])) == []
    same = find_conflicts([flight("a", path), flight("b", path)])
    assert spans_s(same) == [("certain", 0.0, 40_000.0)]
    assert certain_s(same) == [(0.0, 40_000.0)]
    half = corridor([(47, 8), (-20, 90)], 1.0)
    report = find_conflicts([flight("a", path), reserved("v", area(half, None, None, 0, 90_000))])
    assert spans_s(report) == [("certain", 0.0, 40_000.0)]


def test_heights_above_ground_under_an_airliner_are_undetermined_and_not_clear() -> None:
    drone = reserved("drone", area(SPOT, agl_m(0), agl_m(120)))
    airliner = flight("airliner", track([(47, 7.9), (47, 8.1)], (0, 100), 26_000))
    report = find_conflicts([drone, airliner])
    assert report.conflicts == []
    assert [(u.a.id, u.b.id) for u in report.undetermined] == [("drone", "airliner")]
    assert "--terrain" in report.undetermined[0].reason
    assert not report.clear
    assert find_conflicts([drone, flight("b", track([(47, 7.9), (47, 8.1)], (0, 100), 45_000))]).clear
    assert find_conflicts([drone, airliner], terrain=Terrain(elsewhere_m=(0.0, 9_000.0))).conflicts != []


def test_a_pair_in_conflict_somewhere_is_not_undetermined_as_well() -> None:
    drone = reserved("drone", area(SPOT, agl_m(0), agl_m(120)), area(Circle(47, 9, 100), agl_m(0), agl_m(120)))
    descending = flight("b", track([(47, 7.9), (47, 8.1), (47, 9.1)], (0, 100, 600), [26_000, 26_000, 3_000]))
    report = find_conflicts([drone, descending])
    assert len(report.conflicts) == 1
    assert report.undetermined == []
    twice = find_conflicts([drone, flight("b", track([(47, 7.9), (47, 9.1)], (0, 600), 26_000))])
    assert len(twice.undetermined) == 1


def test_undetermined_pairs_of_flights_are_found_where_their_paths_come_near() -> None:
    drone = flight("drone", track([(47, 8), (47, 8.01)], (0, 100), 400, Datum.AGL))
    over = flight("over", track([(47, 7.9), (47, 8.1)], (0, 100), 26_000))
    beside = flight("beside", track([(47.5, 7.9), (47.5, 8.1)], (0, 100), 26_000))
    report = find_conflicts([drone, over, beside])
    assert [(u.a.id, u.b.id) for u in report.undetermined] == [("drone", "over")]


def test_circles_of_5000_km_meet_what_is_within_them() -> None:
    far = zone("z", area(Circle(0, 0, 5_000_000.0), None, None))
    path = flight("a", track([(44, 0), (46, 0)], (0, 200), 30_000))
    leaves_deg = Geodesic.WGS84.Direct(0, 0, 0, 5_000_000)["lat2"]
    report = find_conflicts([path], [far])
    ((_, start, end),) = spans_s(report)
    assert start == 0.0
    assert (leaves_deg - 44) * 100 <= end < (leaves_deg - 44) * 100 + 3  # outward by up to 0.06 %
    assert find_conflicts([flight("a", track([(45.2, 0), (46, 0)], (0, 200), 30_000))], [far]).conflicts == []


def test_a_corridor_of_20_000_points_is_flown_through() -> None:
    lng = np.linspace(8, 18, 20_000)
    lane = corridor(np.column_stack([47 + 0.001 * (np.arange(20_000) % 2), lng]), 500.0)
    across = flight("a", track([(46.9, 12.0), (47.1, 12.0)], (0, 200), 10_000))
    along = flight("b", track([(47.0005, 8.0), (47.0005, 8.2)], (0, 200), 10_000))
    report = find_conflicts([reserved("v", area(lane, None, None)), across, along], profile=Profile(horizontal_m=0.0))
    assert sorted(c.a.id + c.b.id for c in report.conflicts) == ["av", "bv"]


def test_very_many_vertices_in_a_zone_do_not_hide_a_flight() -> None:
    turn = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    ring = np.column_stack([47 + 2 * np.cos(turn) * (1 + 1e-4 * np.sin(5_000 * turn)), 8 + 3 * np.sin(turn)])
    ragged = zone("z", area(polygon(ring), None, None))
    plans = [flight(f"p{k}", track([(44.5 + k, 4), (44.5 + k, 12)], (0, 3_600), 30_000 + 2_000 * k)) for k in range(6)]
    report = find_conflicts(plans, [ragged], DEFAULT_PROFILE.with_vertical(0))
    assert sorted(c.a.id for c in report.conflicts) == ["p1", "p2", "p3", "p4"]


def test_a_forecast_without_any_uncertainty_is_a_recorded_flight() -> None:
    ends = [(47.0, 7.9), (47.0, 8.1)]
    sure = forecast(ends, [(0, 0), (200, 200)], (10_000, 10_000))
    crossing = flight("b", track([(46.9, 8.0), (47.1, 8.0)], (0, 200), 10_500))
    report = find_conflicts([flight("a", sure), crossing])
    assert spans_s(report) == spans_s(find_conflicts([flight("a", track(ends, (0, 200), 10_000)), crossing]))
    assert certain_s(report) != []


def test_conflicts_come_certain_first_then_by_ratio_then_by_start() -> None:
    plans = [
        flight("near", track([(47, 8), (47, 8.01)], (0, 60), 10_000)),
        flight("shallow", track([(47, 8), (47, 8.01)], (0, 60), 10_950)),
        flight("deep", track([(47, 8), (47, 8.01)], (0, 60), 9_900)),
        reserved("later", area(SPOT, None, None, 30, 40)),
    ]
    report = find_conflicts(plans)
    keys = [(c.certainty, c.ratio) for c in report.conflicts]
    assert keys == sorted(keys, key=lambda key: (key[0] != "certain", key[1]))
    assert [c.certainty for c in report.conflicts].count("possible") == 1
    assert [c.sort_key for c in report.conflicts] == sorted(c.sort_key for c in report.conflicts)
    assert all(c.a.id <= c.b.id for c in report.conflicts)


def test_a_pair_is_one_entry_for_each_maximal_window_with_its_certain_windows_inside() -> None:
    patrol = [(47.0, 8.0), (47.0, 9.0)] * 3
    seconds = [0, 1_000, 2_000, 3_000, 4_000, 5_000]
    there_and_back = flight("a", track(patrol, seconds, 10_000))
    report = find_conflicts([there_and_back, reserved("v", area(SPOT, None, None, 0, 10_000))])
    starts = [start for _, start, _ in spans_s(report)]
    assert len(starts) == 3
    assert starts[0] == 0.0
    for conflict in report.conflicts:
        assert len(conflict.certain_windows) == 1
        assert conflict.window.start_ns <= conflict.certain_windows[0].start_ns
        assert conflict.certain_windows[0].end_ns <= conflict.window.end_ns


def test_volumes_of_one_plan_that_follow_each_other_are_one_entry() -> None:
    one = reserved("a", *(area(SPOT, None, None, 10 * k, 10 * k + 10) for k in range(5)))
    other = reserved("b", area(SPOT, None, None, 5, 45))
    report = find_conflicts([one, other])
    assert spans_s(report) == [("certain", 5.0, 45.0)]
    assert certain_s(report) == [(5.0, 45.0)]


def test_volumes_of_one_plan_with_a_pause_between_them_are_two_entries() -> None:
    one = reserved("a", area(SPOT, None, None, 0, 10), area(SPOT, None, None, 10.000000002, 20))
    report = find_conflicts([one, reserved("b", area(SPOT, None, None, 0, 30))])
    assert len(report.conflicts) == 2


def test_a_certain_part_within_a_possible_one_makes_the_whole_entry_certain() -> None:
    one = reserved("a", area(SPOT, None, None, 10, 20), area(SPOT, amsl_m(95, 10), None, 0, 30))
    other = reserved("b", area(SPOT, None, amsl_m(100), 0, 30))
    report = find_conflicts([one, other])
    assert spans_s(report) == [("certain", 0.0, 30.0)]
    assert certain_s(report) == [(10.0, 20.0)]


def test_the_band_of_a_conflict_is_in_the_datum_that_both_share() -> None:
    (conflict,) = _pair(area(SPOT, amsl_m(100), amsl_m(300)), area(SPOT, amsl_m(200), None)).conflicts
    assert (conflict.band.lower_m, conflict.band.upper_m, conflict.band.datum) == (200.0, 300.0, "AMSL")
    (mixed,) = _pair(area(SPOT, amsl_m(100), amsl_m(300)), area(SPOT, wgs84_m(250), None)).conflicts
    assert mixed.band.datum == "W84"
    assert mixed.band.lower_m == 250.0


def test_what_is_broken_is_cited_by_the_kind_of_pair() -> None:
    profile = Profile("mine", "7", "letter", volume_horizontal_m=1.0, mixed_horizontal_m=2.0, zone_horizontal_m=3.0)
    path = track([(47, 8), (47, 8.01)], (0, 60), 300)
    plans = [reserved("v", area(SPOT, None, None)), reserved("w", area(SPOT, None, None)), flight("f", path)]
    plans.append(flight("g", path))
    report = find_conflicts(plans, [zone("z", area(SPOT, None, None))], profile)
    cited = {(c.a.id, c.b.id): c.breaks for c in report.conflicts}
    assert {b.profile + b.version + b.source for b in cited.values()} == {"mine7letter"}
    assert (cited["v", "w"].minima, cited["v", "w"].horizontal_m) == ("volume-volume", 1.0)
    assert (cited["f", "v"].minima, cited["f", "v"].horizontal_m) == ("trajectory-volume", 2.0)
    assert (cited["f", "z"].minima, cited["f", "z"].horizontal_m) == ("zone", 3.0)
    assert (cited["v", "z"].minima, cited["v", "z"].horizontal_m) == ("zone", 3.0)
    assert (cited["f", "g"].minima, cited["f", "g"].horizontal_m) == ("trajectory-trajectory", 9_260.0)


def test_one_more_plan_never_removes_a_conflict() -> None:
    plans = [reserved("a", area(SPOT, None, None)), reserved("b", area(SPOT, None, None))]
    before = find_conflicts(plans).conflicts
    more = find_conflicts([reserved("c", area(Circle(47, 8, 5_000_000.0), None, None)), *plans]).conflicts
    assert {(c.a.id, c.b.id) for c in before} <= {(c.a.id, c.b.id) for c in more}


def test_windows_are_written_within_what_can_be_held() -> None:
    assert window(0, 1).widened(5).start_ns == T0_NS - 5
