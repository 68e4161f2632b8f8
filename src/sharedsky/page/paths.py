"""Trajectories as the page draws them: fewer points, the same beginning, end, form, speeds and levels.

For display only, and the page says so: closest approaches and windows in its list come from every point. Points in and
around the windows of the flight's conflicts are kept as they are. Called by data.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M
from sharedsky.airspace.earth import IntArray
from sharedsky.airspace.footprint import middle_and_angle
from sharedsky.airspace.time import NS_PER_MIN, NS_PER_S, TimeWindow
from sharedsky.airspace.trajectory import DATUMS, Trajectory
from sharedsky.page.shapes import Shape, flat_stereographic, packed_points, thinned

Value = TypeVar("Value", str, int)

#: A flight with more points is simplified; with very many flights on one page each gets fewer, but never below these.
MAX_PATH_POINTS: Final = 300
MIN_PATH_POINTS: Final = 60
#: About how many points all flights of a page may have together.
PAGE_POINTS: Final = 150_000
#: Points within this of a conflict's window are kept [ns].
KEEP_AROUND_NS: Final = 2 * NS_PER_MIN
NS_PER_MS: Final = 1_000_000
#: Levels travel in decimetres.
UM_PER_DM: Final = UM_PER_M // 10
#: The first tolerances of a simplification: place in Earth radii (64 m); level [m] and time [s] over time or distance.
PLACE_TOLERANCE: Final = 1e-5
LEVEL_TOLERANCE_M: Final = 10.0
TIME_TOLERANCE_S: Final = 1.0


def display_path(path: Trajectory, epoch_ns: int, most: int, near: Sequence[TimeWindow]) -> tuple[Shape, bool]:
    """A trajectory as the page's payload has it, and whether points were left out.

    Args:
        epoch_ns: what times are counted from. most: points to keep, about. near: windows of the flight's conflicts.
    Returns:
        "p" points as packed_points; "t" nominal times [ms], first and steps; "e", "l" earliest and latest times, only
        where they differ; "lo", "hi" levels [dm], two for each leg ("hi" only where it differs); "ld", "hd" datums, one
        for each leg or one for all; "w" lateral reach [m] likewise; "u" the levels' stated uncertainty [m]; "q" what a
        known QNH setting adds to the name of its frame (conversion.py).
    """
    kept = kept_points(path, most, near)
    first, last = kept[:-1], kept[1:]
    out: Shape = {
        "p": packed_points(np.stack([path.lat_deg, path.lng_deg], axis=1)[kept]),
        "t": _steps(path.time_ns[kept], epoch_ns),
    }
    if (path.early_ns != path.time_ns).any() or (path.late_ns != path.time_ns).any():
        out["e"], out["l"] = _steps(path.early_ns[kept], epoch_ns), _steps(path.late_ns[kept], epoch_ns)
    lower, upper = _merged_levels(path, first, last)
    out["lo"] = _decimetres(lower)
    if (lower != upper).any():
        out["hi"] = _decimetres(upper)
    out["ld"] = _one_or_all([str(DATUMS[code]) for code in path.lower_datum[first]])
    out["hd"] = _one_or_all([str(DATUMS[code]) for code in path.upper_datum[first]])
    reach = np.maximum.reduceat(path.lateral_m, first)
    out["w"] = _one_or_all([round(float(metres)) for metres in reach])
    out["u"] = round(path.level_uncertainty_um / UM_PER_M, 1)
    if path.setting_hpa is not None:
        out["q"] = f"/{path.setting_hpa:g}"
    return out, len(kept) < len(path.lat_deg)


def kept_points(path: Trajectory, most: int, near: Sequence[TimeWindow]) -> IntArray:
    """Which points are drawn, in order: all if there are at most `most`; else those that place, level or speed need."""
    count = len(path.lat_deg)
    if count <= most:
        return np.arange(count)
    ends = np.zeros(count, bool)
    ends[[0, -1]] = True
    # A change of datum between legs must stay visible.
    for codes in (path.lower_datum, path.upper_datum):
        ends[1:-1] |= np.diff(codes) != 0
    for window in near:
        start, end = window.start_ns - KEEP_AROUND_NS, window.end_ns + KEEP_AROUND_NS
        ends |= (path.late_ns >= start) & (path.early_ns <= end)
    if ends.sum() > 2 * most:
        ends[:] = False
        ends[[0, -1]] = True
    for chosen in _forms(path, max(2, most // 3)):
        ends[chosen] = True
    return np.flatnonzero(ends)


def _forms(path: Trajectory, most: int) -> list[IntArray]:
    """Points that keep the form on the map, the levels over time, and the distance flown over time."""
    points = np.stack([path.lat_deg, path.lng_deg], axis=1)
    place = flat_stereographic(points, middle_and_angle(points)[0])
    time_s = (path.time_ns - path.time_ns[0]) / NS_PER_S
    level_m = np.append(path.upper_um[:, 0], path.upper_um[-1, 1]) / UM_PER_M
    flown = np.append(0.0, np.cumsum(np.hypot(*np.diff(place, axis=0).T)))
    pace_s = flown / max(flown[-1], 1e-12) * max(time_s[-1], 1.0)
    return [
        thinned(place, most, PLACE_TOLERANCE),
        thinned(np.stack([time_s, level_m], axis=1), most, LEVEL_TOLERANCE_M),
        thinned(np.stack([time_s, pace_s], axis=1), most, TIME_TOLERANCE_S),
    ]


def _merged_levels(path: Trajectory, first: IntArray, last: IntArray) -> tuple[IntArray, IntArray]:
    """Floors and ceilings (n, 2) of the drawn legs: linear where known, else widened to what they span."""
    lower = np.stack([path.lower_um[first, 0], path.lower_um[last - 1, 1]], axis=1)
    upper = np.stack([path.upper_um[first, 0], path.upper_um[last - 1, 1]], axis=1)
    known = (path.lower_um == path.upper_um).all(axis=1)
    merged = (last - first > 1) & ~np.logical_and.reduceat(known, first)
    floors = np.minimum.reduceat(path.lower_um.min(axis=1), first)
    ceilings = np.maximum.reduceat(path.upper_um.max(axis=1), first)
    lower[merged], upper[merged] = floors[merged, None], ceilings[merged, None]
    return lower, upper


def _steps(times_ns: IntArray, epoch_ns: int) -> list[int]:
    ms = (times_ns - epoch_ns) // NS_PER_MS
    return [int(step) for step in np.diff(ms, prepend=0)]


def _decimetres(levels_um: IntArray) -> list[int]:
    return [int(level) for level in (levels_um // UM_PER_DM).ravel()]


def _one_or_all(values: list[Value]) -> Value | list[Value]:
    return values[0] if len(set(values)) == 1 else values
