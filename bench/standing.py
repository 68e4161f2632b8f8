"""One new volume against a million stored ones: the standing index beside one tree, and beside a tree for each half
hour."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import numpy as np
import shapely

from bench.pairs import Arrays, polygons
from sharedsky.airspace.altitude import wgs84_m
from sharedsky.airspace.footprint import Polygon
from sharedsky.airspace.time import TimeWindow
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.index import VolumeIndex


def volume(d: Arrays, k: int) -> Volume4D:
    """Volume k of the arrays."""
    window = TimeWindow(int(d["start"][k] * 1e9), int(d["end"][k] * 1e9))
    ring = np.column_stack([d["lat"][k], d["lng"][k]])
    return Volume4D(Polygon(ring), wgs84_m(float(d["lower"][k])), wgs84_m(float(d["upper"][k])), window)


def latencies_ms(ask: Callable[[int], int], count: int) -> tuple[float, float, np.ndarray]:
    """Median and 99th percentile [ms] of the second half of count calls, and all answers (how many were found).

    The first half warms up; its questions are others, so that none is timed that was asked before.
    """
    took, found = np.empty(count), np.empty(count, np.int64)
    for k in range(count):
        begin = time.perf_counter()
        found[k] = ask(k)
        took[k] = time.perf_counter() - begin
    timed = took[count // 2 :] * 1e3
    return float(np.median(timed)), float(np.percentile(timed, 99)), found


def standing(stored: Arrays, asked: Arrays) -> list[tuple[str, float, float]]:
    """Rows (what, first figure, second figure): latencies in ms (median, p99), insert and remove in microseconds."""
    questions = [volume(asked, k) for k in range(len(asked["lower"]))]
    tree_ms, tree_p99_ms, by_tree = _one_tree(stored, asked)
    slots_ms, slots_p99_ms, by_slots = _slots(stored, asked)
    assert (by_tree == by_slots).all()
    rows = [("one tree", tree_ms, tree_p99_ms), ("a tree for each half hour", slots_ms, slots_p99_ms)]
    gc.collect()
    index = VolumeIndex()
    level = np.rint(np.stack([stored["lower"], stored["upper"]], axis=1) * 1e6).astype(np.int64)
    times = np.rint(np.stack([stored["start"], stored["end"]], axis=1) * 1e9).astype(np.int64)
    handles = index.insert_rings(stored["lat"], stored["lng"], level, times)
    gc.collect()
    gc.freeze()
    middle, p99, found = latencies_ms(lambda k: len(index.query(questions[k]).handles), len(questions))
    assert np.abs(found - by_tree).sum() <= len(found) // 100  # geodesic edges and 1 cm change a pair in thousands
    rows.append(("index", middle, p99))
    rng = np.random.default_rng(1)
    churn = rng.permutation(len(handles))[: len(handles) // 10]
    begin = time.perf_counter()
    for k in churn:
        index.remove(int(handles[k]))
    removed = (time.perf_counter() - begin) / len(churn)
    fresh = [volume(stored, int(k)) for k in churn]
    begin = time.perf_counter()
    for v in fresh:
        index.insert(v)
    inserted = (time.perf_counter() - begin) / len(churn)
    rows.append(("insert, remove", inserted * 1e6, removed * 1e6))
    middle, p99, again = latencies_ms(lambda k: len(index.query(questions[k]).handles), len(questions))
    assert (again == found).all()  # the same volumes are stored again
    rows.append(("index after 10 % churn", middle, p99))
    return rows


def _one_tree(stored: Arrays, asked: Arrays) -> tuple[float, float, np.ndarray]:
    shapes, questions = polygons(stored), polygons(asked)
    tree = shapely.STRtree(shapes)

    def ask(k: int) -> int:
        found = tree.query(questions[k])
        found = _in_time_and_level(stored, found, asked, k)
        return int(shapely.intersects(questions[k], shapes[found]).sum())

    return latencies_ms(ask, len(questions))


def _slots(stored: Arrays, asked: Arrays) -> tuple[float, float, np.ndarray]:
    shapes, questions = polygons(stored), polygons(asked)
    first, last = (np.floor(stored[name] / 1800).astype(int) for name in ("start", "end"))
    members = [np.flatnonzero((first <= slot) & (last >= slot)) for slot in range(int(last.max()) + 1)]
    trees = [shapely.STRtree(shapes[of]) for of in members]

    def ask(k: int) -> int:
        slots = range(int(asked["start"][k] // 1800), min(int(asked["end"][k] // 1800), len(trees) - 1) + 1)
        found = np.unique(np.concatenate([members[s][trees[s].query(questions[k])] for s in slots]))
        found = _in_time_and_level(stored, found, asked, k)
        return int(shapely.intersects(questions[k], shapes[found]).sum())

    return latencies_ms(ask, len(questions))


def _in_time_and_level(stored: Arrays, found: np.ndarray, asked: Arrays, k: int) -> np.ndarray:
    keep = (stored["start"][found] <= asked["end"][k]) & (stored["end"][found] >= asked["start"][k])
    keep &= (stored["lower"][found] <= asked["upper"][k]) & (stored["upper"][found] >= asked["lower"][k])
    return np.asarray(found[keep])
