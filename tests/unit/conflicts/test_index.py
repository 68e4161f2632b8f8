"""The standing index answers as a whole search does, whatever is inserted, removed and asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedsky.airspace.altitude import Altitude, agl_m, amsl_ft, flight_level, wgs84_m
from sharedsky.airspace.datums import UNKNOWN_TERRAIN
from sharedsky.airspace.footprint import Circle, Polygon, corridor, polygon
from sharedsky.airspace.time import ALWAYS, NS_PER_MIN, TimeWindow
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.index import VolumeIndex
from sharedsky.conflicts.volumes import Minima, meetings, volumes_of

# Inside a face of the cube, on an edge of two faces, over a pole, over the antimeridian, far south.
PLACES = ((46.0, 8.0), (44.0, 62.0), (89.97, 0.0), (10.0, 179.98), (-62.0, -58.0))
ZERO = Minima("volume-volume", 0.0, 0, 0)


def ring(lat: float, lng: float, size_deg: float, corners: int) -> Polygon:
    """A regular polygon about a place, written with longitudes from -180 to 180."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    stretch = max(np.cos(np.radians(lat)), 0.01)
    lats = np.clip(lat + size_deg * np.sin(angle), -90, 90)
    lngs = (lng + size_deg / stretch * np.cos(angle) + 180) % 360 - 180
    return polygon(np.column_stack([lats, lngs]))


@st.composite
def volumes(draw: st.DrawFn) -> Volume4D:
    """Volumes that crowd around few places, levels and times, so that many meet and many just do not."""
    lat, lng = draw(st.sampled_from(PLACES))
    lat = min(90.0, lat + draw(st.integers(-3, 3)) * 0.01)
    lng = (lng + draw(st.integers(-3, 3)) * 0.01 + 180) % 360 - 180
    size = draw(st.sampled_from((0.002, 0.01, 0.03, 0.3)))
    kind = draw(st.sampled_from(("ring", "ring", "ring", "circle", "corridor")))
    if kind == "ring" and lat < 89.5:
        footprint = ring(lat, lng, size, draw(st.integers(3, 9)))
    elif kind == "corridor":
        footprint = corridor([(lat, lng), (lat - 0.02, lng)], size * 10_000)
    else:
        footprint = Circle(lat, lng, size * 100_000)
    levels: tuple[Altitude | None, Altitude | None] = draw(
        st.sampled_from(
            (
                (wgs84_m(100), wgs84_m(200)),
                (wgs84_m(200), wgs84_m(300)),
                (wgs84_m(200.000001), wgs84_m(300)),
                (None, wgs84_m(150)),
                (flight_level(5), flight_level(10)),
                (amsl_ft(500), amsl_ft(900)),
                (agl_m(0), agl_m(120)),
                (flight_level(200), flight_level(210)),
                (wgs84_m(250), None),
            )
        )
    )
    start = draw(st.integers(0, 20)) * 30 * NS_PER_MIN
    window = draw(st.sampled_from((TimeWindow(start, start + 30 * NS_PER_MIN), TimeWindow(start, start), ALWAYS)))
    return Volume4D(footprint, levels[0], levels[1], window)


def by_search(asked: Volume4D, stored: list[Volume4D]) -> dict[int, bool]:
    """Which of the stored conflict with the one asked, and whether surely, by the code of a whole search."""
    table = volumes_of([(k, v) for k, v in enumerate([asked, *stored])], UNKNOWN_TERRAIN)
    others = np.arange(1, len(table))
    found, _ = meetings(table, np.zeros(len(others), np.int64), table, others, ZERO)
    sure = found.sure_start_ns <= found.sure_end_ns
    return {int(k) - 1: bool(s) for k, s in zip(found.b, sure, strict=True)}


def undetermined_by_search(asked: Volume4D, stored: list[Volume4D]) -> set[int]:
    """Which of the stored are neither in conflict with the one asked nor clear of it, by the code of a whole search."""
    table = volumes_of([(k, v) for k, v in enumerate([asked, *stored])], UNKNOWN_TERRAIN)
    others = np.arange(1, len(table))
    _, doubtful = meetings(table, np.zeros(len(others), np.int64), table, others, ZERO)
    return {int(k) - 1 for k in doubtful.b}


def by_index(index: VolumeIndex, asked: Volume4D, handles: list[int]) -> dict[int, bool]:
    """The same from the index, by position in `handles`."""
    found, sure, _ = index.query(asked)
    assert len(set(found.tolist())) == len(found)
    return {handles.index(int(h)): bool(s) for h, s in zip(found, sure, strict=True)}


@settings(max_examples=60)
@given(st.lists(volumes(), min_size=1, max_size=14), volumes(), st.data())
def test_index_answers_as_the_search_before_and_after_removals(
    stored: list[Volume4D], asked: Volume4D, data: st.DataObject
) -> None:
    index = VolumeIndex()
    handles = [index.insert(v) for v in stored]
    assert by_index(index, asked, handles) == by_search(asked, stored)
    undetermined = {handles.index(int(h)) for h in index.query(asked).undetermined}
    assert undetermined == undetermined_by_search(asked, stored)
    gone = data.draw(st.sets(st.integers(0, len(stored) - 1)))
    for k in gone:
        index.remove(handles[k])
    kept = [v for k, v in enumerate(stored) if k not in gone]
    left = [h for k, h in enumerate(handles) if k not in gone]
    assert len(index) == len(kept)
    assert by_index(index, asked, left) == by_search(asked, kept)


def test_many_rings_at_once_are_as_many_one_by_one() -> None:
    rng = np.random.default_rng(3)
    n = 400
    angle = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    lat = 46.0 + rng.uniform(0, 0.2, n)[:, None] + rng.uniform(0.001, 0.03, n)[:, None] * np.sin(angle)
    lng = 8.0 + rng.uniform(0, 0.2, n)[:, None] + rng.uniform(0.001, 0.03, n)[:, None] * np.cos(angle)
    low = rng.integers(0, 300, n) * 1_000_000
    levels = np.stack([low, low + 100_000_000], axis=1)
    start = rng.integers(0, 600, n) * NS_PER_MIN
    times = np.stack([start, start + 30 * NS_PER_MIN], axis=1)
    many, single = VolumeIndex(), VolumeIndex()
    handles = many.insert_rings(lat, lng, levels, times).tolist()
    stored = [
        Volume4D(
            polygon(np.column_stack([lat[k], lng[k]])),
            wgs84_m(levels[k, 0] / 1e6),
            wgs84_m(levels[k, 1] / 1e6),
            TimeWindow(int(times[k, 0]), int(times[k, 1])),
        )
        for k in range(n)
    ]
    alone = [single.insert(v) for v in stored]
    hits = 0
    for v in stored[:60]:
        expected = by_search(v, stored)
        assert by_index(many, v, handles) == expected
        assert by_index(single, v, alone) == expected
        hits += len(expected)
    assert hits > 100  # the scene is crowded, so that the comparison says something


def test_a_handle_that_was_removed_is_given_again_and_an_unknown_one_is_refused() -> None:
    index = VolumeIndex()
    square = Volume4D(ring(46, 8, 0.01, 4), wgs84_m(0), wgs84_m(100), ALWAYS)
    first = index.insert(square)
    index.remove(first)
    assert len(index) == 0
    assert index.query(square)[0].size == 0
    assert index.insert(square) == first
    with pytest.raises(KeyError):
        index.remove(first + 1)


def test_neighbours_within_a_centimetre_conflict_in_the_index_too() -> None:
    index = VolumeIndex()
    one = polygon([(46.0, 8.0), (46.0, 8.01), (46.01, 8.01), (46.01, 8.0)])
    gap_deg = 0.005 / 77_400  # 5 mm at this latitude
    near = polygon([(46.0, 8.01 + gap_deg), (46.0, 8.02), (46.01, 8.02), (46.01, 8.01 + gap_deg)])
    far = polygon([(46.0, 8.01 + 4 * gap_deg), (46.0, 8.02), (46.01, 8.02), (46.01, 8.01 + 4 * gap_deg)])
    handle = index.insert(Volume4D(near, wgs84_m(0), wgs84_m(100), ALWAYS))
    index.insert(Volume4D(far, wgs84_m(0), wgs84_m(100), ALWAYS))
    found, sure, _ = index.query(Volume4D(one, wgs84_m(0), wgs84_m(100), ALWAYS))
    assert found.tolist() == [handle]
    assert sure.tolist() == [True]


def test_what_only_high_ground_would_bring_together_is_undetermined_and_not_clear() -> None:
    index = VolumeIndex()
    square = ring(46, 8, 0.01, 4)
    handle = index.insert(Volume4D(square, agl_m(10), agl_m(100), ALWAYS))
    high = index.query(Volume4D(square, flight_level(200), flight_level(220), ALWAYS))
    assert (high.handles.tolist(), high.undetermined.tolist()) == ([], [handle])
    plain = index.query(Volume4D(square, wgs84_m(6_000), wgs84_m(6_100), ALWAYS))
    assert (plain.handles.tolist(), plain.undetermined.tolist()) == ([], [handle])
    low = index.query(Volume4D(square, flight_level(20), flight_level(30), ALWAYS))
    assert (low.handles.tolist(), low.sure.tolist(), low.undetermined.tolist()) == ([handle], [False], [])
