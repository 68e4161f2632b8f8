"""Recorded tracks, as properties: whatever the bytes, no exception but a refusal; whatever the rows, each is counted.

The rules are those of docs/formats/tracks.md; the oracle is how the rows were made.
"""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedsky.formats import tracks
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, Reading, ReadOptions, TrackOptions
from sharedsky.formats.tracks.clean import Use, row_uses
from sharedsky.formats.tracks.flights import sort_into_flights
from sharedsky.formats.tracks.json_rows import read_json
from sharedsky.formats.tracks.rows import FileRows, Names, join

T0_S = 1_533_101_250
NAMES = ("timestamp", "latitude", "longitude", "altitude", "icao24", "callsign")
SPLICES = (b'"', b",", b"\n", b"{", b"}", b"[", b"]", b"\\", b"NaN", b"1e999", b"\xff", b"\x00", b"null", b"true", b"-")

Row = dict[str, Any]


def as_json(rows: list[Row]) -> bytes:
    return json.dumps(rows).encode()


def as_csv(rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, NAMES)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(*files: bytes) -> Reading:
    return tracks.read([Document(f"file{k}", data) for k, data in enumerate(files)], ReadOptions())


@st.composite
def flown(draw: st.DrawFn) -> list[Row]:
    """Rows of a few aircraft that fly eastward, with gaps, call signs missing and changing, and altitudes missing."""
    rows: list[Row] = []
    for aircraft in range(draw(st.integers(1, 3))):
        second, callsign = draw(st.integers(0, 60)), "AAA1"
        for _ in range(draw(st.integers(1, 25))):
            second += draw(st.sampled_from([1, 5, 10, 10, 10, 30, 60, 61, 500]))
            callsign = draw(st.sampled_from([callsign] * 12 + ["BBB2", "CCC3"]))
            rows.append(
                {
                    "timestamp": (T0_S + second) * 1000,
                    "latitude": 40.0 + 2 * aircraft,
                    "longitude": 7.0 + second * 0.002,
                    "altitude": draw(st.sampled_from([12_000.0] * 9 + [None])),
                    "icao24": f"00000{aircraft}",
                    "callsign": draw(st.sampled_from([callsign] * 6 + [None])),
                }
            )
    return rows


@st.composite
def wild(draw: st.DrawFn) -> list[Row]:
    """Rows of values that are possible one by one but need not fit together, or that are not possible."""
    number = st.one_of(st.none(), st.floats(-200, 200), st.sampled_from([0.0, 46.0, 46.001, 1e308]))
    return draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "timestamp": st.integers(T0_S, T0_S + 300).map(lambda s: s * 1000),
                    "latitude": number,
                    "longitude": number,
                    "altitude": st.one_of(st.none(), st.floats(-5_000, 150_000), st.just(35_000.0)),
                    "icao24": st.sampled_from(["a", "b"]),
                    "callsign": st.sampled_from([None, "X", "Y"]),
                }
            ),
            min_size=1,
            max_size=30,
        )
    )


def content(reading: Reading) -> set[tuple[str, str]]:
    """What a reading's plans say; the reading must not have refused anything but flights without levels."""
    assert all("nothing of this flight was checked" in refusal.reason for refusal in reading.refusals)
    return {(plan.id, plan.digest) for plan in reading.plans}


# Whatever the bytes


@settings(max_examples=100)
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything(data: bytes) -> None:
    tracks.sniff(Document("x", data))
    assert isinstance(read(data), Reading)


@settings(max_examples=120)
@given(rows=flown(), kind=st.sampled_from([as_json, as_csv]), data=st.data())
def test_no_file_that_is_cut_spliced_or_overwritten_raises_anything(rows: list[Row], kind: Any, data: Any) -> None:
    text = kind(rows[:8])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.sampled_from([0, 1, 2, 10, len(text)]))
        piece = data.draw(st.one_of(st.sampled_from(SPLICES), st.binary(max_size=4), st.just(text[:30])))
        text = text[:start] + piece + text[start + length :]
    tracks.sniff(Document("x", text))
    reading = read(text)
    assert reading.plans or reading.refusals


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*NAMES, "target"]), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=120)
@given(
    value=st.one_of(
        json_values,
        st.lists(st.dictionaries(st.sampled_from([*NAMES, "Latitude", "x"]), json_values, max_size=7), max_size=4),
        st.fixed_dictionaries(dict.fromkeys(NAMES, json_values)),
        st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, json_values)), min_size=1, max_size=3),
    )
)
def test_no_structure_of_json_raises_anything_and_none_is_passed_over(value: object) -> None:
    reading = read(json.dumps(value).encode())
    assert reading.plans or reading.refusals


@settings(max_examples=120)
@given(rows=wild(), limit=st.integers(0, 40))
def test_no_limit_raises_anything(rows: list[Row], limit: int) -> None:
    options = ReadOptions(limits=Limits(max_points=limit, max_plans=limit, max_bytes=limit * 200))
    assert isinstance(tracks.read([Document("x", as_json(rows))], options), Reading)


# Whatever the rows


@settings(max_examples=100)
@given(rows=st.one_of(wild(), flown()))
def test_every_row_is_on_a_path_or_counted_with_its_reason(rows: list[Row]) -> None:
    out = FileRows(0, Names())
    read_json(as_json(rows), Limits(), out)
    flights = sort_into_flights(join(out.parts), TrackOptions())
    assert len(flights.rows) == len(rows)
    uses = row_uses(flights, TrackOptions())
    good = int((uses == Use.POINT).sum())
    reading = read(as_json(rows))
    told = [note.text for note in reading.notes] + [refusal.reason for refusal in reading.refusals]
    dropped = sum(
        int(part.split()[0].replace(",", ""))
        for text in told
        for part in text.removeprefix("nothing of this flight was checked: ")
        .removeprefix("most rows of this flight are impossible and were not checked: ")
        .split("; ")
        if "row" in part or "dropped" in part
        if not part.startswith(("the rows", "no row")) and "another call sign" not in part
    )
    on_path = 0
    for plan in reading.plans:
        for k, path in enumerate(plan.trajectories):
            alone = len(path.time_ns) == 2 and path.time_ns[0] == path.time_ns[1]
            linked = k == 0 and path.time_ns[0] % 1_000_000 == 1  # begun a nanosecond after another flight's last row
            on_path += len(path.time_ns) - alone - linked
    assert on_path <= good
    assert on_path + dropped == len(rows)


@settings(max_examples=50)
@given(rows=flown(), random=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[Row], random: Any) -> None:
    shuffled = rows.copy()
    random.shuffle(shuffled)
    assert content(read(as_json(shuffled))) == content(read(as_json(rows)))


@settings(max_examples=50)
@given(rows=flown(), data=st.data())
def test_duplicated_rows_change_no_plan(rows: list[Row], data: Any) -> None:
    again = data.draw(st.lists(st.sampled_from(rows), max_size=10))
    assert content(read(as_json(rows + again))) == content(read(as_json(rows)))


@settings(max_examples=50)
@given(rows=flown(), data=st.data())
def test_files_may_be_cut_anywhere_and_be_of_both_kinds(rows: list[Row], data: Any) -> None:
    cut = data.draw(st.integers(1, len(rows)))
    files = [as_json(rows[:cut])] + ([as_csv(rows[cut:])] if rows[cut:] else [])
    assert content(read(*files)) == content(read(as_json(rows)))


@settings(max_examples=50)
@given(rows=flown())
def test_the_same_rows_in_csv_and_in_json_give_the_same_plans(rows: list[Row]) -> None:
    assert content(read(as_csv(rows))) == content(read(as_json(rows)))


@settings(max_examples=100)
@given(count=st.integers(6, 40), data=st.data())
def test_wrong_points_here_and_there_cost_no_right_one(count: int, data: Any) -> None:
    """Each wrong point is far from the path and from the other wrong ones, and has right ones on both sides."""
    rows: list[Row] = [
        {"timestamp": (T0_S + 10 * k) * 1000, "latitude": 46.0, "longitude": 7 + 0.02 * k, "altitude": 35_000.0,
         "icao24": "a", "callsign": "X"}
        for k in range(count)
    ]
    wrong = sorted(data.draw(st.sets(st.integers(1, count - 2), min_size=1, max_size=max(1, count // 6))))
    for number, k in enumerate(wrong):
        rows[k] |= {"latitude": -80.0 + 15.0 * (number % 7), "altitude": 35_000.0 if number % 2 else 5_000.0}
    reading = read(as_json(rows))
    times = np.unique(np.concatenate([t.time_ns for plan in reading.plans for t in plan.trajectories]))
    right = [row["timestamp"] * 1_000_000 for k, row in enumerate(rows) if k not in wrong]
    assert set(right) <= set(times.tolist())
    assert not reading.refusals


@settings(max_examples=50)
@given(rows=flown())
def test_between_its_first_and_last_row_a_flight_is_on_a_path_or_in_a_listed_gap(rows: list[Row]) -> None:
    for plan in read(as_json(rows)).plans:
        spans = sorted([(int(t.time_ns[0]), int(t.time_ns[-1])) for t in plan.trajectories] + list(plan.gaps))
        assert all(a[1] == b[0] for a, b in pairwise(spans))
        for path in plan.trajectories:
            assert np.diff(path.time_ns).max() <= 60 * 10**9
