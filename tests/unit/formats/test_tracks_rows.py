"""Recorded tracks, the rows: columns, times and values of CSV and JSON; every bad row is refused with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from sharedsky.airspace.time import NS_PER_S, format_instant
from sharedsky.formats import tracks
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, Reading, ReadOptions
from sharedsky.formats.tracks.rows import COLUMNS, REQUIRED

T0_MS = 1_533_101_250_000  # 2018-08-01T05:27:30Z
HEADER = "timestamp,latitude,longitude,altitude,icao24,callsign"
Row = dict[str, object]


def row(k: int = 0, **changes: object) -> Row:
    """A row of a flight eastward at FL350, 10 s after the one before; a change to `...` leaves the member out."""
    values: Row = {
        "timestamp": T0_MS + 10_000 * k,
        "latitude": 46.0,
        "longitude": 7.0 + 0.03 * k,
        "altitude": 35_000.0,
        "groundspeed": 445.2,
        "track": 90.0,
        "vertical_rate": 0.0,
        "icao24": "3003ae",
        "callsign": "DLH8JW",
    }
    return {name: value for name, value in (values | changes).items() if value is not ...}


def read(*data: str | bytes, limits: Limits | None = None) -> Reading:
    documents = [Document(f"file{k}", one.encode() if isinstance(one, str) else one) for k, one in enumerate(data)]
    return tracks.read(documents, ReadOptions(limits=limits or Limits()))


def as_json(*rows: Mapping[str, object]) -> str:
    return json.dumps(rows)


def as_csv(*rows: Mapping[str, object], header: str = HEADER) -> str:
    names = header.split(",")
    lines = [",".join("" if r.get(n) is None else str(r[n]) for n in names) for r in rows]
    return "\r\n".join([header, *lines, ""])


def points(reading: Reading) -> int:
    return sum(len(t.lat_deg) for plan in reading.plans for t in plan.trajectories)


def only_refusal(reading: Reading) -> str:
    assert len(reading.refusals) == 1
    return reading.refusals[0].reason


GOOD = [row(k) for k in range(4)]


# What is read


def test_json_rows_become_a_plan_with_exact_times_and_levels() -> None:
    reading = read(as_json(*GOOD))
    assert not reading.refusals
    (plan,) = reading.plans
    assert plan.id == "3003ae-DLH8JW-2018-08-01T05:27:30Z"
    assert plan.owner == plan.id
    assert plan.label == "DLH8JW"
    assert plan.rvsm is None
    assert str(plan.source) == "file0#/0"
    (path,) = plan.trajectories
    assert path.time_ns.tolist() == [(T0_MS + 10_000 * k) * 1_000_000 for k in range(4)]
    assert path.lower_um.tolist() == path.upper_um.tolist() == [[35_000 * 304_800] * 2] * 3
    assert path.lat_deg.tolist() == [46.0] * 4
    assert path.lng_deg.tolist() == [7.0 + 0.03 * k for k in range(4)]


@pytest.mark.parametrize("feet", [-1_000, 25, 34_975, 35_025, 41_000.0, 126_700])
def test_levels_are_whole_multiples_of_a_foot_in_micrometres(feet: float) -> None:
    (plan,) = read(as_json(*[row(k, altitude=feet) for k in range(3)])).plans
    assert np.unique(plan.trajectories[0].lower_um).tolist() == [int(feet) * 304_800]


def test_csv_and_json_of_the_same_rows_give_the_same_plans() -> None:
    one, other = read(as_json(*GOOD)).plans[0], read(as_csv(*GOOD)).plans[0]
    assert one.digest == other.digest
    assert one.id == other.id
    assert str(other.source) == "file0:2"


def test_columns_may_stand_in_any_order_with_others_between_them_and_in_other_letter_case() -> None:
    header = "vertical_rate, Callsign ,ALTITUDE,track,icao24,longitude,squawk,latitude,Timestamp"
    text = (
        header
        + "\n"
        + "\n".join(f"0,DLH8JW,35000,90,3003AE,{7.0 + 0.03 * k!r},1000,46.0,{T0_MS + 10_000 * k}" for k in range(4))
    )
    assert read(text).plans[0].digest == read(as_json(*GOOD)).plans[0].digest
    shuffled = [dict(reversed(list(r.items()))) for r in GOOD]
    assert read(as_json(*shuffled)).plans[0].digest == read(as_json(*GOOD)).plans[0].digest
    shouted = [{name.upper(): value for name, value in r.items()} for r in GOOD]
    assert read(as_json(*shouted)).plans[0].digest == read(as_json(*GOOD)).plans[0].digest


def test_quoted_fields_hold_commas_quotes_and_line_ends_and_the_line_count_goes_on() -> None:
    text = f'{HEADER},remark\n{T0_MS},46,7,35000,3003ae,"DLH8JW","a ""b"",\nc"\n{T0_MS},x,7,35000,3003ae,A,b\n'
    reading = read(text)
    assert len(reading.plans) == 1
    assert reading.refusals[0].source.line == 4


def test_blank_lines_byte_order_mark_and_missing_last_line_end_are_read() -> None:
    assert points(read(b"\xef\xbb\xbf" + as_csv(*GOOD).replace("\r\n", "\n\n").strip().encode())) == 4
    assert points(read(b"\xef\xbb\xbf" + as_json(*GOOD).encode())) == 4


@pytest.mark.parametrize("orient", ["index", "list"])
def test_columns_as_pandas_writes_them_are_read(orient: str) -> None:
    table = {
        name: {str(k): r[name] for k, r in enumerate(GOOD)} if orient == "index" else [r[name] for r in GOOD]
        for name in GOOD[0]
    }
    reading = read(json.dumps(table))
    assert not reading.refusals
    assert reading.plans[0].digest == read(as_json(*GOOD)).plans[0].digest


def test_rows_that_are_not_all_alike_are_read_one_by_one() -> None:
    rows = [row(0, extra=1), row(1, callsign=...), row(2, altitude=35_000), row(3, groundspeed=None)]
    reading = read(as_json(*rows).replace('"3003ae"', '"3003\\u0061e"', 1))
    assert not reading.refusals
    assert reading.plans[0].digest == read(as_json(*GOOD)).plans[0].digest


# Times


@pytest.mark.parametrize(
    "written",
    [
        T0_MS,
        T0_MS // 1000,
        T0_MS * 1000,
        T0_MS * 1_000_000,
        float(T0_MS),
        T0_MS / 1000,
        "2018-08-01T05:27:30Z",
        "2018-08-01 05:27:30+00:00",
        "2018-08-01T07:27:30.000+02:00",
        "2018-08-01t05:27:30z",
    ],
)
def test_a_time_is_read_from_text_or_from_a_number_whose_size_tells_its_unit(written: int | float | str) -> None:
    for text in (as_json(row(0, timestamp=written)), as_csv(row(0, timestamp=written))):
        (plan,) = read(text).plans
        assert plan.trajectories[0].time_ns.tolist() == [T0_MS * 1_000_000] * 2


@pytest.mark.parametrize(
    ("written", "ns"),
    [
        (1_533_101_250.25, 1_533_101_250_250_000_000),
        (1_533_101_250_123.5, 1_533_101_250_123_500_000),
        ("2018-08-01T05:27:30.123456789Z", 1_533_101_250_123_456_789),
        (1_533_101_250_123_456_789, 1_533_101_250_123_456_789),
        ("2016-12-31T23:59:60Z", 1_483_228_800 * NS_PER_S),
    ],
)
def test_fractions_of_a_second_are_exact(written: int | float | str, ns: int) -> None:
    for text in (as_json(row(0, timestamp=written)), as_csv(row(0, timestamp=written))):
        assert read(text).plans[0].trajectories[0].time_ns[0] == ns


def test_the_units_of_numbers_do_not_overlap_and_reach_from_1973_to_2252() -> None:
    for year in (1974, 1999, 2018, 2100, 2251):
        ns = int(datetime(year, 6, 1, tzinfo=UTC).timestamp()) * NS_PER_S
        for per in (1, 1_000, 1_000_000, NS_PER_S):
            (plan,) = read(as_json(row(0, timestamp=ns // per))).plans
            assert format_instant(int(plan.trajectories[0].time_ns[0])) == f"{year}-06-01T00:00:00Z"


BAD_TIMES = [
    (None, "no time"),
    ("2018-08-01T05:27:30", "zone"),
    ("2018-08-01 05:27:30", "zone"),
    ("2018-02-30T00:00:00Z", "exists"),
    ("05:27", "zone"),
    ("1700-01-01", "zone"),
    (0, "plainly"),
    (-T0_MS, "plainly"),
    (5e10, "plainly"),
    (10**25, "plainly"),
    (10**13, "plainly"),
]


@pytest.mark.parametrize(("written", "reason"), BAD_TIMES)
def test_a_time_that_is_not_plain_is_refused_with_its_row(written: object, reason: str) -> None:
    rows = [*GOOD, row(4, timestamp=written)]
    for text, place in ((as_json(*rows), "/4"), (as_csv(*rows), 6)):
        reading = read(text)
        assert reason in only_refusal(reading)
        assert reading.refusals[0].kind == "time"
        assert place in (reading.refusals[0].source.pointer, reading.refusals[0].source.line)
        assert points(reading) == 4


@pytest.mark.parametrize("written", ["1533101250000", True, [1], {"a": 1}])
def test_in_json_a_time_is_no_number_in_quotes_no_boolean_and_no_container(written: object) -> None:
    reading = read(as_json(*GOOD, row(4, timestamp=written)))
    assert only_refusal(reading)
    assert points(reading) == 4


def test_a_leap_second_is_noted() -> None:
    reading = read(as_json(row(0, timestamp="2016-12-31T23:59:60Z")))
    assert any("second 60" in note.text for note in reading.notes)


# Values


@pytest.mark.parametrize("name", ["latitude", "longitude", "altitude"])
@pytest.mark.parametrize("value", ["46.0", True, [46], {"a": 1}, "nan"])
def test_in_json_a_number_in_quotes_a_boolean_or_a_container_is_refused(name: str, value: object) -> None:
    reading = read(as_json(*GOOD, row(4, **{name: value})))
    assert f"{name} is not a number" in only_refusal(reading)
    assert reading.refusals[0].source.pointer == "/4"
    assert points(reading) == 4


@pytest.mark.parametrize("cell", ["forty", "1_000", "1,5", "0x10", "True", "4 6", "--1", "１"])
@pytest.mark.parametrize("name", ["latitude", "longitude", "altitude"])
def test_in_csv_text_that_is_no_number_is_refused(name: str, cell: str) -> None:
    reading = read(as_csv(*GOOD, row(4, **{name: f'"{cell}"'})))
    assert f"{name} {cell!r} is not a number" in only_refusal(reading)
    assert reading.refusals[0].source.line == 6
    assert points(reading) == 4


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-Infinity", "1e999"])
def test_nan_and_infinity_in_csv_are_impossible_values_and_counted(cell: str) -> None:
    reading = read(as_csv(*GOOD, row(4, altitude=cell), row(5, latitude=cell)))
    assert points(reading) == 4
    (note,) = reading.notes
    assert "1 impossible altitude dropped" in note.text
    assert "1 impossible position dropped" in note.text


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_are_no_json_and_the_file_is_refused(token: str) -> None:
    reading = read(as_json(*GOOD).replace("35000.0", token, 1))
    assert "not a JSON array of rows" in only_refusal(reading)
    assert not reading.plans


def test_a_number_beyond_floating_point_in_json_is_an_impossible_value() -> None:
    for huge in ("1e999", "1" + "0" * 400):
        reading = read(as_json(*GOOD, row(4)).replace("35000.0}", "0}").replace("7.12", huge))
        assert points(reading) == 4
        assert "1 impossible position dropped" in reading.notes[0].text


def test_a_member_given_twice_is_refused_and_not_taken_as_the_last_one() -> None:
    text = as_json(*GOOD, row(4)).replace('"longitude": 7.12', '"longitude": 7.12, "longitude": 7.13')
    assert "more than once" in only_refusal(read(text))
    escaped = as_json(*GOOD, row(4)).replace('"longitude": 7.12', '"longitude": 7.12, "longitud\\u0065": 7.13')
    assert "more than once" in only_refusal(read(escaped))
    folded = as_json(*GOOD, row(4)).replace('"longitude": 7.12', '"longitude": 7.12, "Longitude": 7.13')
    assert "more than once" in only_refusal(read(folded))


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_row_without_an_address_is_refused(value: object) -> None:
    for text in (as_json(*GOOD, row(4, icao24=value)), as_csv(*GOOD, row(4, icao24=value))):
        reading = read(text)
        assert "does not say which aircraft" in only_refusal(reading)
        assert points(reading) == 4


@pytest.mark.parametrize("name", ["icao24", "callsign"])
def test_an_address_or_call_sign_too_long_or_not_printable_is_refused(name: str) -> None:
    for value in ("x" * 33, "a\x1b[31m", "a\u202eb"):
        reading = read(as_json(*GOOD, row(4, **{name: value})))
        assert "is no " in only_refusal(reading)
        assert points(reading) == 4


def test_a_number_as_address_is_refused() -> None:
    assert "icao24 is not text" in only_refusal(read(as_json(*GOOD, row(4, icao24=300_300))))


def test_rows_that_are_no_objects_are_refused_one_by_one() -> None:
    reading = read(json.dumps([GOOD[0], 7, None, [1], *GOOD[1:]]))
    assert [refusal.source.pointer for refusal in reading.refusals] == ["/1", "/2", "/3"]
    assert points(reading) == 4


def test_of_many_bad_rows_the_first_are_named_and_all_are_counted() -> None:
    for text in (
        as_json(*GOOD, *[row(k, latitude="x") for k in range(4, 50)]),
        as_csv(*GOOD, *[row(k, latitude="x") for k in range(4, 50)]),
    ):
        reading = read(text)
        assert len(reading.refusals) == 6
        assert "41 more rows" in reading.refusals[-1].reason
        assert "46 of 50" in reading.refusals[-1].reason
        assert points(reading) == 4


# Files


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_column_is_refused_by_name(name: str) -> None:
    rows = [row(k, **{name: ...}) for k in range(4)]
    for text in (as_json(*rows), as_csv(*rows, header=",".join(n for n in HEADER.split(",") if n != name))):
        reading = read(text)
        assert name in only_refusal(reading)
        assert not reading.plans


def test_all_missing_columns_are_named_at_once() -> None:
    assert "timestamp, altitude, icao24" in only_refusal(read("latitude,longitude\n46,7\n"))


def test_a_file_without_call_signs_is_read_and_says_so() -> None:
    for text in (
        as_json(*[row(k, callsign=...) for k in range(4)]),
        as_csv(*GOOD, header="timestamp,latitude,longitude,altitude,icao24"),
    ):
        reading = read(text)
        assert reading.plans[0].id == "3003ae-unknown-2018-08-01T05:27:30Z"
        assert reading.plans[0].label == "3003ae"
        assert any("call sign" in note.text for note in reading.notes)


@pytest.mark.parametrize("name", ["target", "Aim-Point", "weapon_load", "SAM site"])
def test_a_column_out_of_scope_refuses_the_file_whatever_its_place(name: str) -> None:
    """R28: only names count; this software is for the safety of flight."""
    with_it = [*GOOD, row(4, **{name: 1})]
    for text in (as_json(*with_it), as_json(*reversed(with_it)), as_csv(*GOOD, header=f"{HEADER},{name}")):
        reading = read(text)
        assert reading.refusals[0].kind == "scope"
        assert not reading.plans


def test_a_name_out_of_scope_inside_an_extra_column_refuses_the_file() -> None:
    reading = read(as_json(*GOOD, row(4, extra={"deep": [{"weapons": 1}]})))
    assert reading.refusals[0].kind == "scope"
    assert not reading.plans


def test_a_word_out_of_scope_as_a_value_is_no_matter() -> None:
    assert not read(as_json(*[row(k, remark="TARGET TOWING") for k in range(4)])).refusals


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "empty"),
        ("[]", "no rows"),
        ("{}", "no rows"),
        ("[1,", "not a JSON array"),
        ("[" * 100_000, "JSON"),
        ('[{"a":' + "[" * 100_000, "JSON"),
        (HEADER, "no rows"),
        (HEADER.replace(",", ";") + "\n1;2;3", "separated by commas"),
        (f"{HEADER},altitude\n", "2 times"),
        (b"timestamp,latitude\n\xff\xfe", "line 2 is not UTF-8"),
        ('{"latitude": [1], "longitude": [1]}', "timestamp, altitude, icao24"),
        ('{"timestamp":[1],"latitude":[1],"longitude":[1],"altitude":[1],"icao24":[]}', "equally long"),
        ('{"timestamp":{"0":1},"latitude":{"1":1},"longitude":{},"altitude":{},"icao24":{}}', "same rows"),
        ('{"timestamp":1,"latitude":1,"longitude":1,"altitude":1,"icao24":1}', "equally long"),
        ('{"timestamp":[1],"timestamp":[1]}', "more than once"),
    ],
)
def test_a_file_that_is_no_track_file_is_refused_as_a_whole(data: str | bytes, reason: str) -> None:
    reading = read(data)
    assert reason in only_refusal(reading)
    assert not reading.plans


def test_a_row_with_more_or_fewer_fields_than_the_header_is_refused() -> None:
    reading = read(as_csv(*GOOD) + "1,2,3\r\n")
    assert "3 fields and the header 6" in only_refusal(reading)
    assert points(reading) == 4


def test_an_open_quote_ends_the_reading_and_says_from_where() -> None:
    reading = read(as_csv(*GOOD) + f'{T0_MS},46,7,"35000,3003ae,DLH8JW\r\n{T0_MS},46,7,35000,3003ae,DLH8JW\r\n')
    assert "from here on" in only_refusal(reading)
    assert reading.refusals[0].source.line == 6
    assert points(reading) == 4
    assert "from here on" in only_refusal(read('"timestamp'))


def test_one_bad_file_does_not_hinder_the_others() -> None:
    reading = read("[1,", as_json(*GOOD))
    assert reading.refusals[0].source.file == "file0"
    assert points(reading) == 4


def test_limits_are_named_in_the_refusal() -> None:
    for text in (as_json(*GOOD), as_csv(*GOOD), as_json(*GOOD[:3], {**GOOD[3], "a": []})):
        reading = read(text, limits=Limits(max_points=3))
        assert "max-points = 3" in only_refusal(reading)
        assert reading.refusals[0].kind == "limit"
        assert not reading.plans
    assert "max-bytes = 10" in only_refusal(read(as_json(*GOOD), limits=Limits(max_bytes=10)))
    assert "max-plans = 1" in only_refusal(read(as_json(*GOOD, row(4, icao24="abcdef")), limits=Limits(max_plans=1)))


def test_the_limit_of_positions_counts_all_files_together() -> None:
    other = [row(k, icao24="abcdef") for k in range(4)]
    reading = read(as_json(*GOOD), as_json(*other), limits=Limits(max_points=6))
    assert [refusal.source.file for refusal in reading.refusals] == ["file1"]
    assert points(reading) == 4


# Recognising


@pytest.mark.parametrize(
    "text",
    [
        as_json(*GOOD),
        "\ufeff \n" + as_json(*GOOD),
        as_csv(*GOOD),
        '"latitude","longitude","altitude"\n1,2,3',
        "Timestamp; Latitude; Longitude\n",
        json.dumps({"timestamp": [1]}),
        '{"icao24": {"0": "a"}}',
    ],
)
def test_track_files_are_recognised_by_content(text: str) -> None:
    assert tracks.sniff(Document("x", text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[1, 2]",
        '{"type": "FeatureCollection"}',
        '[{"reference": {"latitude": 1}}]',
        "ident,lat\n",
        "(FPL-DLH8JW-IS",
        '{"timestamp": 5, "latitude": 3}',
        "latitude,longitude\n",
        "name,latitude,longitude\nA,1,2",
        "\x00\xff",
    ],
)
def test_other_files_are_not_taken_for_tracks(text: str) -> None:
    assert not tracks.sniff(Document("x", text.encode()))


def test_every_column_is_documented() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "formats" / "tracks.md"
    for name in COLUMNS:
        assert f"`{name}`" in page.read_text(encoding="utf-8")
