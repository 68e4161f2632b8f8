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


def latencies_ms(ask: Callable[[int], object], count: int) -> tuple[float, float]:
    """Median and 99th percentile [ms] of count calls, after as many to warm up."""
    for k in range(count):
        ask(k)
    took = np.empty(count)
    for k in range(count):
        begin = time.perf_counter()
        ask(k)
        took[k] = time.perf_counter() - begin
    return float(np.median(took) * 1e3), float(np.percentile(took, 99) * 1e3)


def standing(stored: Arrays, asked: Arrays) -> list[tuple[str, float, float]]:
    """Rows (what, first figure, second figure): latencies in ms (median, p99), insert and remove in microseconds."""
    questions = [volume(asked, k) for k in range(len(asked["lower"]))]
    rows = [
        ("one tree", *_one_tree(stored, asked)),
        ("a tree for each half hour", *_slots(stored, asked)),
    ]
    gc.collect()
    index = VolumeIndex()
    level = np.rint(np.stack([stored["lower"], stored["upper"]], axis=1) * 1e6).astype(np.int64)
    times = np.rint(np.stack([stored["start"], stored["end"]], axis=1) * 1e9).astype(np.int64)
    handles = index.insert_rings(stored["lat"], stored["lng"], level, times)
    gc.collect()
    gc.freeze()
    rows.append(("index", *latencies_ms(lambda k: index.query(questions[k]), len(questions))))
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
    rows.append(("index after 10 % churn", *latencies_ms(lambda k: index.query(questions[k]), len(questions))))
    return rows


def _one_tree(stored: Arrays, asked: Arrays) -> tuple[float, float]:
    shapes, questions = polygons(stored), polygons(asked)
    tree = shapely.STRtree(shapes)

    def ask(k: int) -> object:
        found = tree.query(questions[k])
        found = _in_time_and_level(stored, found, asked, k)
        return found[shapely.intersects(questions[k], shapes[found])]

    return latencies_ms(ask, len(questions))


def _slots(stored: Arrays, asked: Arrays) -> tuple[float, float]:
    shapes, questions = polygons(stored), polygons(asked)
    first, last = (np.floor(stored[name] / 1800).astype(int) for name in ("start", "end"))
    members = [np.flatnonzero((first <= slot) & (last >= slot)) for slot in range(int(last.max()) + 1)]
    trees = [shapely.STRtree(shapes[of]) for of in members]

    def ask(k: int) -> object:
        slots = range(int(asked["start"][k] // 1800), min(int(asked["end"][k] // 1800), len(trees) - 1) + 1)
        found = np.unique(np.concatenate([members[s][trees[s].query(questions[k])] for s in slots]))
        found = _in_time_and_level(stored, found, asked, k)
        return found[shapely.intersects(questions[k], shapes[found])]

    return latencies_ms(ask, len(questions))


def _in_time_and_level(stored: Arrays, found: np.ndarray, asked: Arrays, k: int) -> np.ndarray:
    keep = (stored["start"][found] <= asked["end"][k]) & (stored["end"][found] >= asked["start"][k])
    keep &= (stored["lower"][found] <= asked["upper"][k]) & (stored["upper"][found] >= asked["lower"][k])
    return found[keep]
