"""Recorded tracks, the flights: grouping, gaps, duplicates, impossible points, aerodromes (docs/formats/tracks.md)."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from shared_data import require_shared
from sharedsky.airspace.time import NS_PER_S
from sharedsky.formats import tracks
from sharedsky.formats.aerodromes import find
from sharedsky.formats.reading import Document, Reading, ReadOptions, TrackOptions
from sharedsky.plans.plan import Plan

T0_S = 1_533_101_250
STEP_DEG = 0.03  # eastward in 10 s at 46 N: 230 m/s
Row = dict[str, object]


def fly(
    first_s: float,
    count: int,
    callsign: str | None = "DLH8JW",
    address: str = "3003ae",
    *,
    lat: float = 46.0,
    feet: float | None = 35_000.0,
    every_s: float = 10.0,
) -> list[Row]:
    """Rows of a flight eastward, its place given by the time alone, so that spells of it fit together."""
    times = [first_s + every_s * k for k in range(count)]
    return [
        {
            "timestamp": int((T0_S + s) * 1000),
            "latitude": lat,
            "longitude": 7.0 + STEP_DEG * s / 10,
            "altitude": feet,
            "icao24": address,
            "callsign": callsign,
        }
        for s in times
    ]


def read(*files: list[Row], options: TrackOptions | None = None) -> Reading:
    documents = [Document(f"file{k}", json.dumps(rows).encode()) for k, rows in enumerate(files)]
    return tracks.read(documents, ReadOptions(tracks=options or TrackOptions()))


def seconds(ns: int) -> float:
    return (ns - T0_S * NS_PER_S) / NS_PER_S


def stretches_s(plan: Plan) -> list[tuple[float, float]]:
    """Each trajectory's first and last time, in seconds from T0."""
    return [(seconds(int(t.time_ns[0])), seconds(int(t.time_ns[-1]))) for t in plan.trajectories]


def gaps_s(plan: Plan) -> list[tuple[float, float]]:
    return [(seconds(start), seconds(end)) for start, end in plan.gaps]


def labels(reading: Reading) -> list[tuple[str, int]]:
    return [(plan.label, sum(len(t.lat_deg) for t in plan.trajectories)) for plan in reading.plans]


def told(reading: Reading) -> str:
    return " | ".join(note.text for note in reading.notes)


# Address and call sign


def test_the_same_address_with_a_new_call_sign_is_a_new_flight() -> None:
    reading = read(fly(0, 5, "RYR94JF") + fly(7_200, 5, "RYR14EB"))
    assert labels(reading) == [("RYR94JF", 5), ("RYR14EB", 5)]
    assert [plan.id.split("-")[1] for plan in reading.plans] == ["RYR94JF", "RYR14EB"]
    assert not any(plan.gaps for plan in reading.plans)


def test_the_same_call_sign_at_two_addresses_is_two_flights() -> None:
    reading = read(fly(0, 5, address="aaaaaa") + fly(0, 5, address="bbbbbb", lat=47))
    assert labels(reading) == [("DLH8JW", 5), ("DLH8JW", 5)]
    assert len({plan.owner for plan in reading.plans}) == 2


@pytest.mark.parametrize("missing", [slice(0, 3), slice(4, 7), slice(7, 10), slice(0, 10, 2)])
def test_a_missing_call_sign_within_an_addresss_continuous_flight_is_the_same_flight(missing: slice) -> None:
    rows = fly(0, 10)
    for row in rows[missing]:
        row["callsign"] = None
    assert labels(read(rows)) == [("DLH8JW", 10)]


def test_a_missing_call_sign_is_not_taken_from_another_flight_of_the_address() -> None:
    rows = fly(0, 5, "RYR94JF", feet=3_000) + fly(7_200, 5, None, feet=3_000)
    assert labels(read(rows)) == [("RYR94JF", 5), ("3003ae", 5)]


def test_where_the_call_sign_changes_in_flight_the_leg_between_is_flown_by_the_second_and_by_it_alone() -> None:
    reading = read(fly(0, 5, "RYR94JF") + fly(50, 5, "RYR14EB"))
    assert labels(reading) == [("RYR94JF", 5), ("RYR14EB", 6)]
    before, after = (plan.trajectories[0] for plan in reading.plans)
    assert after.time_ns[0] == before.time_ns[-1] + 1
    assert after.lng_deg[0] == before.lng_deg[-1]
    assert reading.plans[1].id.endswith("2018-08-01T05:28:20Z")  # its own first row names it


def test_a_call_sign_changed_in_a_gap_too_long_to_bridge_leaves_the_flights_apart() -> None:
    assert labels(read(fly(0, 5, "RYR94JF") + fly(200, 5, "RYR14EB"))) == [("RYR94JF", 5), ("RYR14EB", 5)]


@pytest.mark.parametrize("garbled", [1, 2, 3])
def test_a_call_sign_read_wrongly_for_a_few_rows_stays_in_the_flight_and_is_noted(garbled: int) -> None:
    rows = fly(0, 12)
    for row in rows[5 : 5 + garbled]:
        row["callsign"] = "DLH8JX"
    reading = read(rows)
    assert labels(reading) == [("DLH8JW", 12)]
    assert f"{garbled} row" in told(reading)


def test_two_call_signs_that_take_turns_at_one_address_are_two_flights() -> None:
    here, there = fly(0, 20, "AFR1", every_s=10), fly(5, 20, "BAW2", lat=50)
    reading = read([row for pair in zip(here, there, strict=True) for row in pair])
    assert labels(reading) == [("AFR1", 20), ("BAW2", 20)]
    assert told(reading).count("in use under another call sign at the same time") == 2


def test_a_call_sign_flown_again_after_another_one_is_another_flight() -> None:
    rows = fly(0, 5, "AFR1") + fly(1_000, 5, "BAW2") + fly(2_000, 5, "AFR1")
    assert labels(read(rows)) == [("AFR1", 5), ("BAW2", 5), ("AFR1", 5)]


# Gaps


def test_points_up_to_the_stated_gap_apart_are_joined_and_beyond_it_are_not() -> None:
    (plan,) = read(fly(0, 3) + fly(80, 3)).plans  # 60 s from the third row to the fourth
    assert stretches_s(plan) == [(0, 100)]
    assert not plan.gaps
    (plan,) = read(fly(0, 3) + fly(80.001, 3)).plans
    assert stretches_s(plan) == [(0, 20), (80.001, 100.001)]
    assert gaps_s(plan) == [(20, 80.001)]


def test_the_stated_gap_is_an_option() -> None:
    (plan,) = read(fly(0, 3) + fly(80, 3), options=TrackOptions(max_gap_s=9.0)).plans
    assert len(plan.trajectories) == 6
    assert len(plan.gaps) == 5
    (plan,) = read(fly(0, 3) + fly(580, 3), options=TrackOptions(max_gap_s=float("inf"))).plans
    assert stretches_s(plan) == [(0, 600)]


def test_a_point_alone_is_a_trajectory_of_one_instant_and_never_lost() -> None:
    (plan,) = read(fly(0, 1) + fly(300, 3) + fly(600, 1)).plans
    assert stretches_s(plan) == [(0, 0), (300, 320), (600, 600)]
    assert [len(t.lat_deg) for t in plan.trajectories] == [2, 3, 2]
    assert gaps_s(plan) == [(0, 300), (320, 600)]


@pytest.mark.parametrize(
    ("gap_s", "before_ft", "after_ft", "flights"),
    [
        (1_199, 500, 500, 1),
        (1_201, 500, 500, 2),
        (1_201, 35_000, 500, 2),
        (1_201, 500, 35_000, 2),
        (1_201, 35_000, 35_000, 1),
        (21_000, 35_000, 35_000, 1),
        (21_700, 35_000, 35_000, 2),
        (1_201, 35_000, None, 2),
    ],
)
def test_a_long_gap_ends_the_flight_unless_the_aircraft_stayed_aloft(
    gap_s: int, before_ft: float, after_ft: float | None, flights: int
) -> None:
    rows = fly(0, 3, feet=before_ft) + fly(20 + gap_s, 3, feet=after_ft)
    if after_ft is None:
        rows += fly(20 + gap_s + 30, 3, feet=500)
    reading = read(rows)
    assert len(reading.plans) == flights
    assert len(reading.plans[0].gaps) == 2 - flights


def test_rows_without_an_altitude_are_not_checked_there_and_said_to_be() -> None:
    rows = fly(0, 30)
    for row in rows[10:20]:
        row["altitude"] = None
    reading = read(rows)
    (plan,) = reading.plans
    assert stretches_s(plan) == [(0, 90), (200, 290)]
    assert gaps_s(plan) == [(90, 200)]
    assert "10 rows without an altitude: not checked there" in told(reading)


def test_rows_without_an_altitude_at_the_ends_are_gaps_as_well() -> None:
    rows = fly(0, 10)
    for row in (rows[0], rows[1], rows[9]):
        row["altitude"] = None
    (plan,) = read(rows).plans
    assert gaps_s(plan) == [(0, 20), (80, 90)]


def test_rows_without_a_position_are_counted() -> None:
    rows = fly(0, 10)
    rows[4]["latitude"] = None
    rows[5]["longitude"] = None
    reading = read(rows)
    assert labels(reading) == [("DLH8JW", 8)]
    assert "2 rows without a position" in told(reading)


def test_a_flight_without_any_altitude_is_refused_as_not_checked() -> None:
    reading = read(fly(0, 5, feet=None) + fly(0, 5, address="bbbbbb", lat=50))
    assert labels(reading) == [("DLH8JW", 5)]
    (refusal,) = reading.refusals
    assert refusal.kind == "level"
    assert refusal.plan == "3003ae-DLH8JW"
    assert "nothing of this flight was checked: 5 rows without an altitude" in refusal.reason


# Order and duplicates


def test_rows_out_of_order_are_sorted_and_that_is_noted() -> None:
    rows = fly(0, 10)
    reading = read(rows[5:] + rows[:5])
    assert reading.plans[0].digest == read(rows).plans[0].digest
    assert "the rows of 1 aircraft are not in order of time" in told(reading)


def test_identical_rows_are_dropped_and_counted_also_across_files() -> None:
    rows = fly(0, 10)
    reading = read(rows + rows[3:5], rows[5:])
    assert [plan.digest for plan in reading.plans] == [plan.digest for plan in read(rows).plans]
    assert "7 identical rows dropped" in told(reading)


def test_a_flight_goes_on_from_one_file_into_the_next() -> None:
    rows = fly(0, 10)
    (plan,) = read(rows[:5], rows[5:]).plans
    assert plan.digest == read(rows).plans[0].digest
    assert plan.source.file == "file0"


def test_of_two_places_at_one_time_near_to_each_other_the_first_is_kept() -> None:
    rows = fly(0, 10)
    rows.insert(5, {**rows[4], "longitude": float(rows[4]["longitude"]) + 0.001})  # type: ignore[arg-type]
    reading = read(rows)
    assert reading.plans[0].digest == read(fly(0, 10)).plans[0].digest
    assert "1 second position at one time dropped" in told(reading)


def test_of_two_places_at_one_time_far_apart_the_one_on_the_path_is_kept_whatever_comes_first() -> None:
    rows = fly(0, 10)
    wrong = {**rows[4], "latitude": 12.0}
    for mixed in ([*rows[:4], wrong, *rows[4:]], [*rows[:5], wrong, *rows[5:]]):
        reading = read(mixed)
        assert reading.plans[0].digest == read(rows).plans[0].digest
        assert "1 point dropped that cannot be reached" in told(reading)


# Impossible points


@pytest.mark.parametrize("at", [0, 1, 5, 8, 9])
@pytest.mark.parametrize(
    "wrong", [{"latitude": 0.0, "longitude": 0.0}, {"altitude": 0.0}, {"altitude": 60_000.0}, {"longitude": -173.0}]
)
def test_one_wrong_point_costs_one_point_wherever_it_is(at: int, wrong: Row) -> None:
    rows = fly(0, 10)
    reading = read([*rows[:at], {**rows[at], **wrong}, *rows[at + 1 :]])
    expected = read([*rows[:at], *rows[at + 1 :]]).plans[0]
    (plan,) = reading.plans
    assert all(
        np.array_equal(mine.time_ns, theirs.time_ns)
        for mine, theirs in zip(plan.trajectories, expected.trajectories, strict=True)
    )
    assert "1 point dropped that cannot be reached" in told(reading)
    assert not reading.refusals


@pytest.mark.parametrize(
    "wrong", [{"latitude": 90.5}, {"longitude": 181.0}, {"altitude": -5_000.0}, {"altitude": 140_000.0}]
)
def test_values_that_cannot_be_are_dropped_and_counted(wrong: Row) -> None:
    rows = fly(0, 10)
    reading = read([*rows[:5], {**rows[5], **wrong}, *rows[6:]])
    assert labels(reading) == [("DLH8JW", 9)]
    assert "1 impossible" in told(reading)


def test_a_burst_of_wrong_points_costs_those_points_only() -> None:
    rows = fly(0, 40)
    for k, row in enumerate(rows[10:30:5]):
        row["latitude"] = -10.0 * k - 20
    reading = read(rows)
    assert labels(reading) == [("DLH8JW", 36)]
    assert "4 points dropped" in told(reading)


def test_two_aircraft_under_one_address_and_call_sign_are_kept_apart_and_none_is_lost() -> None:
    here, there = fly(0, 20), fly(5, 15, lat=60)
    reading = read(here + there)
    assert sorted(labels(reading)) == [("DLH8JW", 15), ("DLH8JW", 20)]
    assert len({plan.id for plan in reading.plans}) == 2
    assert "2 tracks at once under one address and call sign" in told(reading)


def test_a_path_that_jumps_and_goes_on_elsewhere_is_two_stretches_with_the_gap_between_them() -> None:
    reading = read(fly(0, 20) + fly(200, 10, lat=60))
    (plan,) = reading.plans
    assert stretches_s(plan) == [(0, 190), (200, 290)]
    assert gaps_s(plan) == [(190, 200)]
    assert "path cut once" in told(reading)


def test_where_nothing_fits_nothing_is_dropped() -> None:
    (plan,) = read(fly(0, 1) + fly(10, 1, lat=60)).plans
    assert stretches_s(plan) == [(0, 0), (10, 10)]
    (plan,) = read(fly(0, 1) + fly(0, 1, lat=60)).plans
    assert sorted(float(t.lat_deg[0]) for t in plan.trajectories) == [46.0, 60.0]


def test_a_flight_of_mostly_impossible_rows_is_listed_as_rejected() -> None:
    rows = fly(0, 20)
    for row in rows[3:15]:
        row["altitude"] = 200_000.0
    reading = read(rows)
    assert "most rows of this flight are impossible" in reading.refusals[0].reason
    assert labels(reading) == [("DLH8JW", 8)]


def test_the_limits_of_speed_and_climb_are_options() -> None:
    rows = fly(0, 10)
    rows[5]["altitude"] = 36_000.0
    assert not read(rows).notes
    reading = read(rows, options=TrackOptions(max_climb_mps=25.0))
    assert "1 point dropped" in told(reading)


def test_a_path_across_the_antimeridian_and_over_a_pole_is_possible() -> None:
    rows = fly(0, 10)
    for k, row in enumerate(rows):
        row["longitude"] = 179.9 + 0.03 * k if 179.9 + 0.03 * k <= 180 else 179.9 + 0.03 * k - 360
    assert labels(read(rows)) == [("DLH8JW", 10)]
    for k, row in enumerate(rows):
        row["latitude"], row["longitude"] = 90 - abs(0.02 * (k - 4.5)), -30.0 if k < 5 else 150.0
    reading = read(rows)
    assert labels(reading) == [("DLH8JW", 10)]
    assert not reading.notes


def test_thousands_of_jumps_are_cut_and_no_point_of_them_is_lost() -> None:
    rows = fly(0, 6_000)
    for row in rows[::2]:
        row["latitude"] = -46.0
        row["longitude"] = 7.0
    for row in rows[1::2]:
        row["longitude"] = 8.0
    reading = read(rows)
    (plan,) = reading.plans
    assert "path cut 5,999 times" in told(reading)
    assert len(plan.trajectories) == 6_000
    assert len(plan.gaps) == 5_999


# Aerodromes


def test_an_aerodrome_below_and_near_the_first_or_last_point_is_named() -> None:
    zurich = find("LSZH")
    assert zurich is not None
    rows = fly(0, 5, feet=4_000)
    for row in rows:
        row["latitude"], row["longitude"] = zurich.lat_deg + 0.1, zurich.lng_deg
    assert "LSZH" in {aerodrome.ident for aerodrome in read(rows).plans[0].aerodromes}
    for feet in (zurich.elevation_ft + 5_001, 35_000):
        for row in rows:
            row["altitude"] = feet
        assert "LSZH" not in {aerodrome.ident for aerodrome in read(rows).plans[0].aerodromes}
    for row in rows:
        row["altitude"], row["latitude"] = 2_000, zurich.lat_deg + 0.2
    assert "LSZH" not in {aerodrome.ident for aerodrome in read(rows).plans[0].aerodromes}


# The real morning


@pytest.mark.shared
def test_the_real_morning_is_396_flights_and_every_row_is_on_a_path() -> None:
    path = require_shared("data/tracks/switzerland-2018-08-01-morning.json.gz")
    data = gzip.decompress(path.read_bytes())
    document = Document(path.name, data)
    assert tracks.sniff(document)
    reading = tracks.read([document], ReadOptions())
    rows = json.loads(data)
    assert not reading.refusals
    assert len(reading.plans) == 396 == len({(row["icao24"], row["callsign"]) for row in rows})
    assert sum(len(t.lat_deg) for plan in reading.plans for t in plan.trajectories) == len(rows) == 41_939
    assert not any(plan.gaps or plan.aerodromes or plan.rvsm for plan in reading.plans)
    assert [note.text for note in reading.notes] == [
        "the rows of 18 aircraft are not in order of time; they were sorted."
    ]
    levels = np.concatenate([t.lower_um.ravel() for plan in reading.plans for t in plan.trajectories])
    assert (levels % (25 * 304_800) == 0).all()
