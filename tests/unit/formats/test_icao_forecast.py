"""A flight plan is a forecast: times, spans, levels and width of its trajectory (docs/conflicts.md)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from fpl_samples import FIXES, fpl, nearest_point, only_plan, only_refusal, only_trajectory, read
from sharedsky.airspace.altitude import UM_PER_FT, UM_PER_M, Datum
from sharedsky.airspace.earth import M_PER_NM, distance_m
from sharedsky.airspace.time import NS_PER_MIN, parse_instant
from sharedsky.airspace.trajectory import DATUMS, Trajectory
from sharedsky.formats.reading import ForecastOptions

OFF_BLOCK = parse_instant("2026-03-01T08:00:00Z").ns
ALPHA, BRAVO, CHARL, DELTA = (47.5, 7.5), (47.9, 6.5), (48.3, 5.5), (48.7, 4.5)


def minutes(trajectory: Trajectory, index: int) -> tuple[float, float, float]:
    """Earliest, nominal, latest, in minutes after off-block time."""
    spans = trajectory.early_ns, trajectory.time_ns, trajectory.late_ns
    early, time, late = (float(t[index] - OFF_BLOCK) / NS_PER_MIN for t in spans)
    return early, time, late


def level(trajectory: Trajectory, elapsed_min: float) -> tuple[float, str, float, str]:
    """Floor and ceiling [ft] with their datums, at a nominal elapsed time with a taxi of ten minutes."""
    at = OFF_BLOCK + (10 + elapsed_min) * NS_PER_MIN
    leg = int(np.searchsorted(trajectory.time_ns, at, side="right")) - 1
    assert trajectory.time_ns[leg] <= at <= trajectory.time_ns[leg + 1]
    low, high = trajectory.lower_um[leg], trajectory.upper_um[leg]
    assert low[0] == low[1]
    assert high[0] == high[1]
    datums = DATUMS[trajectory.lower_datum[leg]], DATUMS[trajectory.upper_datum[leg]]
    return float(low[0]) / UM_PER_FT, str(datums[0]), float(high[0]) / UM_PER_FT, str(datums[1])


# Times


def test_the_span_at_departure_and_its_growth_are_those_of_the_rules() -> None:
    found = only_trajectory(fpl())
    assert minutes(found, 0) == (5, 10, 25)
    early, time, late = minutes(found, -1)
    assert time == pytest.approx(80)
    assert early == pytest.approx(80 - 5 - 0.03 * 70)
    assert late == pytest.approx(80 + 15 + 0.03 * 70)


def test_every_value_of_the_forecast_is_an_option() -> None:
    options = ForecastOptions(taxi_min=20, early_min=1, late_min=2, growth=0.1, lateral_nm=2, level_min=5)
    found = read(fpl(), forecast=options).plans[0].trajectories[0]
    assert minutes(found, 0) == (19, 20, 22)
    assert minutes(found, -1) == (pytest.approx(90 - 1 - 7), pytest.approx(90), pytest.approx(90 + 2 + 7))
    assert (found.lateral_m == 2 * M_PER_NM).all()
    assert level(found, 10 + 6)[:2] == (35_000, "STD")


def test_without_eet_the_total_goes_by_distance() -> None:
    found = only_trajectory(fpl())
    points = [(47.4647, 8.54917), ALPHA, BRAVO, CHARL, DELTA]
    apart = [float(distance_m(*a, *b)[0]) for a, b in itertools.pairwise([*points, (49.0128, 2.55)])]
    for k, place in enumerate([ALPHA, BRAVO, CHARL, DELTA], start=1):
        share = sum(apart[:k]) / sum(apart)
        assert minutes(found, nearest_point(found, *place))[1] == pytest.approx(10 + 70 * share, abs=0.02)


def test_eet_pins_the_points_that_it_names_even_those_within_an_airway() -> None:
    found = only_trajectory(fpl(other="DOF/260301 EET/BRAVO0040 DELTA0050"))
    assert minutes(found, nearest_point(found, *BRAVO))[1] == pytest.approx(50)
    assert minutes(found, nearest_point(found, *DELTA))[1] == pytest.approx(60)
    assert minutes(found, -1)[1] == pytest.approx(80)
    assert minutes(found, nearest_point(found, *BRAVO))[0] == pytest.approx(50 - 5 - 0.03 * 40)


def test_eet_pins_coordinates_as_they_are_written() -> None:
    found = only_trajectory(fpl(route="DCT 48N005E DCT", other="DOF/260301 EET/48N005E0050"))
    assert minutes(found, nearest_point(found, 48.0, 5.0))[1] == pytest.approx(60)


def test_eet_of_regions_and_of_points_elsewhere_is_noted_and_not_used() -> None:
    reading = read(fpl(other="DOF/260301 EET/LFFF0012 EDGG0030 BRAVO0030 MAY0040"))
    assert [note.text for note in reading.notes] == ["EET of LFFF, EDGG, MAY not used: not one point of the route."]


def test_eet_of_a_point_that_is_passed_twice_is_not_used() -> None:
    reading = read(fpl(route="DCT ALPHA DCT LN DCT ALPHA DCT", other="DOF/260301 EET/ALPHA0030"))
    assert "EET of ALPHA not used" in reading.notes[0].text


def test_eet_that_contradicts_itself_is_not_used() -> None:
    reading = read(fpl(other="DOF/260301 EET/BRAVO0030 BRAVO0040 LFPG0110"))
    assert [note.text for note in reading.notes] == ["EET of BRAVO not used: not one point of the route."]


@pytest.mark.parametrize("eet", ["BRAVO0050 CHARL0040", "BRAVO0120", "DELTA0111"])
def test_eet_that_runs_backwards_or_beyond_the_total_is_refused(eet: str) -> None:
    kind, reason = only_refusal(fpl(other=f"DOF/260301 EET/{eet}"))
    assert kind == "time"
    assert "elapsed times do not fit" in reason


def test_eet_of_two_points_may_be_the_same_minute() -> None:
    found = only_trajectory(fpl(other="DOF/260301 EET/BRAVO0040 CHARL0040"))
    assert minutes(found, nearest_point(found, *CHARL))[1] == pytest.approx(50)


def test_a_flight_over_midnight_ends_on_the_next_day() -> None:
    found = only_trajectory(fpl(departure="LSZH2355", destination="LFPG0110"))
    assert int(found.time_ns[0]) == parse_instant("2026-03-02T00:05:00Z").ns
    assert int(found.early_ns[0]) == parse_instant("2026-03-02T00:00:00Z").ns
    assert int(found.time_ns[-1]) == parse_instant("2026-03-02T01:15:00Z").ns


def test_a_plan_filed_in_the_air_has_no_taxi() -> None:
    found = only_trajectory(fpl(departure="AFIL0800", destination="LFPG0100"))
    assert minutes(found, 0) == (-5, 0, 15)
    assert minutes(found, -1)[1] == pytest.approx(60)


def test_a_stay_adds_its_time_after_its_point() -> None:
    without = only_trajectory(fpl())
    stays = only_trajectory(fpl(route="ALPHA UN123 BRAVO STAY1/0030 CHARL UN123 DELTA DCT"))
    for place, later in [(ALPHA, 0), (BRAVO, 0), (CHARL, 30), (DELTA, 30)]:
        before = minutes(without, nearest_point(without, *place))[1]
        assert minutes(stays, nearest_point(stays, *place))[1] == pytest.approx(before + later)
    assert minutes(stays, -1)[1] == pytest.approx(110)


def test_the_earliest_times_suppose_that_the_total_counts_the_stay() -> None:
    stays = only_trajectory(fpl(route="ALPHA UN123 BRAVO STAY1/0030 CHARL UN123 DELTA DCT"))
    assert minutes(stays, -1)[0] == pytest.approx(80 - 5 - 0.03 * 70)
    assert minutes(stays, -1)[2] == pytest.approx(110 + 15 + 0.03 * 100)


def test_a_stay_before_a_point_of_eet_is_inside_its_elapsed_time() -> None:
    found = only_trajectory(fpl(route="ALPHA STAY1/0030 UN123 DELTA DCT", other="DOF/260301 EET/DELTA0100"))
    assert minutes(found, nearest_point(found, *DELTA))[1] == pytest.approx(70)
    assert minutes(found, -1)[1] == pytest.approx(80)


def test_a_stay_for_which_eet_leaves_no_time_is_refused() -> None:
    kind, _ = only_refusal(fpl(route="ALPHA STAY1/0100 UN123 DELTA DCT", other="DOF/260301 EET/DELTA0040"))
    assert kind == "time"


def test_during_a_stay_the_aircraft_may_be_as_far_as_its_speed_allows() -> None:
    reading = read(fpl(route="ALPHA UN123 BRAVO STAY1/0030 CHARL UN123 DELTA DCT"))
    found = reading.plans[0].trajectories[0]
    at = nearest_point(found, *BRAVO)
    assert found.lateral_m[at] >= 5 * M_PER_NM + 450 * M_PER_NM * 0.5 / 2
    assert found.lateral_m[at - 1] == 5 * M_PER_NM
    assert found.lateral_m[nearest_point(found, *CHARL)] == 5 * M_PER_NM
    assert any("stay of 30 min after BRAVO" in note.text for note in reading.notes)


def test_a_stay_between_the_same_point_twice_is_spent_there() -> None:
    found = only_trajectory(fpl(route="DCT BRAVO STAY1/0015 BRAVO DCT"))
    at = np.flatnonzero(np.hypot(found.lat_deg - BRAVO[0], found.lng_deg - BRAVO[1]) < 1e-9)
    assert float(found.time_ns[at[-1]] - found.time_ns[at[0]]) / NS_PER_MIN == pytest.approx(15)


def test_a_delay_on_the_way_in_item_18_is_a_stay() -> None:
    stays = only_trajectory(fpl(route="DCT BRAVO STAY1/0015 DCT CHARL DCT"))
    delay = only_trajectory(fpl(route="DCT BRAVO DCT CHARL DCT", other="DOF/260301 DLE/BRAVO0015"))
    assert (stays.time_ns == delay.time_ns).all()
    assert (stays.lateral_m == delay.lateral_m).all()


def test_a_delay_at_a_point_off_the_route_is_refused() -> None:
    kind, reason = only_refusal(fpl(other="DOF/260301 DLE/MAY0015"))
    assert kind == "unknown-point"
    assert "DLE/ in item 18 names MAY, which is not on the route" in reason


def test_a_late_arrival_leaves_open_where_the_time_was_lost() -> None:
    """It may have flown as forecast and held at the end: then it passed DELTA as early as forecast."""
    base = fpl() + "(DEP-SWR123-LSZH0810-LFPG-DOF/260301)"
    forecast = only_trajectory(base)
    found = only_trajectory(base + "(ARR-SWR123-LSZH-LFPG0950)")
    at = nearest_point(found, *DELTA)
    on_time = minutes(forecast, nearest_point(forecast, *DELTA))[1]
    assert minutes(found, at)[0] <= on_time
    assert minutes(found, at)[2] >= on_time + 30
    assert minutes(found, -1) == (pytest.approx(109), pytest.approx(110), pytest.approx(111))


def test_an_arrival_within_the_forecast_narrows_the_span_towards_the_end() -> None:
    found = only_trajectory(fpl() + "(DEP-SWR123-LSZH0810-LFPG-DOF/260301)(ARR-SWR123-LSZH-LFPG0920)")
    widths = (found.late_ns - found.early_ns) / NS_PER_MIN
    assert widths[0] == pytest.approx(2, abs=0.01)
    assert widths[-1] == pytest.approx(2, abs=0.01)
    assert widths.max() < 2 + 2 * 0.03 * 70


# Levels


def test_levels_are_open_after_departure_and_before_arrival() -> None:
    found = only_trajectory(fpl())
    zurich, paris = (a.elevation_ft for a in only_plan(fpl()).aerodromes)
    assert level(found, 0) == (zurich, "AMSL", 35_000, "STD")
    assert level(found, 19.9) == (zurich, "AMSL", 35_000, "STD")
    assert level(found, 20.1) == (35_000, "STD", 35_000, "STD")
    assert level(found, 49.9) == (35_000, "STD", 35_000, "STD")
    assert level(found, 50.1) == (paris, "AMSL", 35_000, "STD")


def test_on_a_short_flight_every_level_up_to_cruise_is_open() -> None:
    plan = only_plan(fpl(destination="LFSB0030", route="DCT", cruise="N0300F190"))
    found = plan.trajectories[0]
    lowest = min(a.elevation_ft for a in plan.aerodromes)
    assert level(found, 15) == (lowest, "AMSL", 19_000, "STD")
    assert (found.upper_um == 19_000 * UM_PER_FT).all()


def test_around_a_change_both_levels_and_all_between_are_open() -> None:
    found = only_trajectory(fpl(route="DCT CHARL/N0430F310 DCT", destination="LFPG0300", cruise="N0150F350"))
    at = minutes(found, nearest_point(found, *CHARL))[1] - 10
    assert level(found, at - 20.1) == (35_000, "STD", 35_000, "STD")
    assert level(found, at - 19.9) == (31_000, "STD", 35_000, "STD")
    assert level(found, at + 19.9) == (31_000, "STD", 35_000, "STD")
    assert level(found, at + 20.1) == (31_000, "STD", 31_000, "STD")


def test_a_cruise_climb_is_anywhere_in_its_layer_from_its_point_on() -> None:
    route = "DCT CHARL DCT C/DELTA/N0430F310F370 DCT"
    found = only_trajectory(fpl(route=route, destination="LFPG0300", cruise="N0150F310"))
    at = minutes(found, nearest_point(found, *DELTA))[1] - 10
    assert level(found, at - 20.1) == (31_000, "STD", 31_000, "STD")
    assert level(found, at - 19.9)[2] == 37_000
    assert level(found, at + 20.1) == (31_000, "STD", 37_000, "STD")


def test_a_cruise_climb_without_a_top_has_none_that_matters() -> None:
    found = only_trajectory(fpl(route="DCT C/BRAVO/N0430F310PLUS DCT", destination="LFPG0300", cruise="N0150F310"))
    assert level(found, 150)[2] == 100_000


@pytest.mark.parametrize(
    ("cruise", "um", "datum"),
    [
        ("N0450F350", 35_000 * UM_PER_FT, Datum.PRESSURE),
        ("K0830S1130", 11_300 * UM_PER_M, Datum.PRESSURE),
        ("N0450A350", 35_000 * UM_PER_FT, Datum.QNH),
        ("K0830M0840", 8_400 * UM_PER_M, Datum.QNH),
    ],
)
def test_a_level_keeps_its_datum_and_is_exact(cruise: str, um: int, datum: Datum) -> None:
    found = only_trajectory(fpl(cruise=cruise))
    middle = len(found.lower_um) // 2
    assert found.lower_um[middle].tolist() == found.upper_um[middle].tolist() == [um, um]
    assert DATUMS[found.lower_datum[middle]] is DATUMS[found.upper_datum[middle]] is datum
    assert found.setting_hpa is None


def test_vfr_without_a_level_is_anywhere_up_to_flight_level_200() -> None:
    reading = read(fpl(rules="VG", cruise="N0100VFR", destination="LFPG0230"))
    found = reading.plans[0].trajectories[0]
    assert level(found, 75) == (-1_500, "AMSL", 20_000, "STD")
    assert any("under VFR" in text for text in reading.assumptions)


def test_after_a_change_to_vfr_the_level_is_the_pilots() -> None:
    route = "DCT BRAVO VFR CHARL DCT"
    found = only_trajectory(fpl(rules="YG", cruise="N0150F250", route=route, destination="LFPG0200"))
    at = minutes(found, nearest_point(found, *BRAVO))[1] - 10
    assert level(found, at + 30) == (-1_500, "AMSL", 25_000, "STD")


def test_a_level_filed_with_the_change_to_vfr_holds() -> None:
    route = "DCT BRAVO/N0120A055 VFR CHARL DCT"
    found = only_trajectory(fpl(rules="YG", cruise="N0150F150", route=route, destination="LFPG0200"))
    at = minutes(found, nearest_point(found, *BRAVO))[1] - 10
    assert level(found, at + 30) == (5_500, "QNH", 5_500, "QNH")


def test_a_change_to_ifr_takes_the_level_filed_with_it() -> None:
    route = "DCT BRAVO/N0150F190 IFR CHARL DCT"
    found = only_trajectory(fpl(rules="ZG", cruise="N0120VFR", route=route, destination="LFPG0200"))
    at = minutes(found, nearest_point(found, *BRAVO))[1] - 10
    assert level(found, at - 21) == (-1_500, "AMSL", 20_000, "STD")
    assert level(found, at + 21) == (19_000, "STD", 19_000, "STD")


def test_oat_and_gat_change_nothing() -> None:
    plain = only_trajectory(fpl(route="DCT BRAVO DCT CHARL DCT"))
    marked = only_trajectory(fpl(route="DCT BRAVO OAT DCT CHARL GAT DCT"))
    assert (plain.time_ns == marked.time_ns).all()
    assert (plain.lower_um == marked.lower_um).all()


def test_where_two_datums_leave_open_which_is_lower_the_band_is_wider_than_both() -> None:
    """A065 on an unknown QNH against the 5,600 ft of Samedan: either may be the lower one."""
    plan = only_plan(fpl(departure="LSZS0800", route="DCT", cruise="N0120A065", destination="LSZH0100"))
    samedan = plan.aerodromes[0].elevation_ft
    assert samedan > 5_000
    low, datum, high, high_datum = level(plan.trajectories[0], 5)
    assert datum == "AMSL"
    assert low < samedan - 1_500
    assert high_datum == "QNH"
    assert high > 6_500 + 1_500


# Place and width


def test_no_leg_is_longer_than_20_km_and_all_lie_on_the_geodesics() -> None:
    found = only_trajectory(fpl(departure="EGLL0800", destination="KJFK0730", route="50N020W 50N040W 45N060W"))
    legs = distance_m(found.lat_deg[:-1], found.lng_deg[:-1], found.lat_deg[1:], found.lng_deg[1:])
    assert legs.max() <= 20_000.01
    inside = (found.lng_deg < -20) & (found.lng_deg > -40)
    on_way = distance_m(found.lat_deg[inside], found.lng_deg[inside], 50, -20) + distance_m(
        found.lat_deg[inside], found.lng_deg[inside], 50, -40
    )
    assert on_way == pytest.approx(float(distance_m(50, -20, 50, -40)[0]), abs=0.01)
    assert found.lat_deg[inside].max() > 50.4


def test_the_trajectory_begins_and_ends_at_its_aerodromes() -> None:
    plan = only_plan(fpl())
    found = plan.trajectories[0]
    ends = [(a.lat_deg, a.lng_deg) for a in plan.aerodromes]
    assert [(found.lat_deg[k], found.lng_deg[k]) for k in (0, -1)] == ends


def test_a_local_flight_may_be_as_far_as_its_speed_allows() -> None:
    reading = read(fpl(destination="LSZH0100", route="DCT", cruise="N0100VFR", rules="VG"))
    found = reading.plans[0].trajectories[0]
    assert found.lateral_m == pytest.approx(55 * M_PER_NM)
    assert minutes(found, -1)[1] == pytest.approx(70)
    assert len(found.lat_deg) >= 4  # cut where the levels change, though it goes nowhere
    assert any("anywhere within 50 NM" in note.text for note in reading.notes)


def test_a_flight_with_far_more_time_than_its_route_takes_is_wide_and_noted() -> None:
    reading = read(fpl(destination="LSZH0300", route="DCT MAY DCT", cruise="N0100VFR", rules="VG"))
    assert reading.plans[0].trajectories[0].lateral_m.min() > 100 * M_PER_NM
    assert any("much more time than the route takes" in note.text for note in reading.notes)


def test_a_route_far_too_long_for_its_time_is_refused() -> None:
    kind, reason = only_refusal(fpl(destination="KJFK0110", route="DCT"))
    assert kind == "time"
    assert "times the speed of item 15" in reason


def test_a_route_rather_long_for_its_time_is_noted() -> None:
    reading = read(fpl(destination="LFPG0018"))
    assert any("times the speed of item 15; the times follow item 16" in note.text for note in reading.notes)


def test_a_rerouting_in_flight_is_noted() -> None:
    assert any("RIF/" in note.text for note in read(fpl(other="DOF/260301 RIF/DCT LSGG")).notes)


def test_an_aerodrome_of_the_table_without_an_elevation_counts_as_the_lowest_ground() -> None:
    found = only_trajectory(fpl(departure="QQQQ0800"), fixes=FIXES + "ident,lat,lng\nQQQQ,47.4,8.5\n")
    assert level(found, 1)[:2] == (-1_500, "AMSL")
    found = only_trajectory(fpl(departure="QQQQ0800"), fixes=FIXES + "ident,lat,lng,elevation_ft\nQQQQ,47.4,8.5,1400\n")
    assert level(found, 1)[:2] == (1_400, "AMSL")
