"""What of a flight's rows is used: duplicates, rows without place or level and impossible points are told apart.

Each row gets one `Use`, so that every row is counted once and nothing is dropped in silence. A point is impossible
where its values are (off the globe, no finite level), or where the aircraft cannot have been: not because it does not
fit the point before it, which may be the wrong one, but because it is not on the longest path of points that fit each
other. Points beside that path are kept as a path of their own where at least three of them fit together: two aircraft
may share an address and a call sign, or a clock was set. Called by plans.py.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.earth import BoolArray, IntArray
from sharedsky.formats.reading import TrackOptions
from sharedsky.formats.tracks.flights import Flights
from sharedsky.formats.tracks.motion import Points, possible

#: Pressure altitudes [ft] that a transponder can report (Mode C and Mode S: -1,000 to 126,750).
LEAST_ALTITUDE_FT: Final = -2_000.0
GREATEST_ALTITUDE_FT: Final = 130_000.0
#: Points that make a path: fewer beside a longer one are errors.
PATH_POINTS: Final = 3
#: How many points back a path is looked for: a burst of more wrong points in a row cuts the path in two.
_LOOK_BACK: Final = 32
#: Paths that are looked for in one flight.
_MOST_PATHS: Final = 4
#: Impossible steps in one flight up to which paths are looked for; beyond them it is cut at each.
_MOST_JUMPS: Final = 2_000


class Use(IntEnum):
    """What becomes of a row."""

    POINT = 0  #: on the flight's path
    DUPLICATE = 1  #: the same place, level and time as another row
    SAME_TIME = 2  #: another place at the same time, within what rounded times explain
    NO_PLACE = 3  #: the source gives no position
    NO_LEVEL = 4  #: the source gives no altitude
    OFF_GLOBE = 5  #: a latitude or longitude that cannot be
    BAD_LEVEL = 6  #: NaN, infinity, or an altitude that cannot be
    TOO_FAST = 7  #: not reachable from the points around it


def row_uses(flights: Flights, options: TrackOptions) -> npt.NDArray[np.int8]:
    """What each row is by its own values and those of the same time: (n,), codes of Use (TOO_FAST not yet)."""
    rows = flights.rows
    use = np.zeros(len(rows), np.int8)
    altitude = rows.altitude_ft
    use[~((altitude >= LEAST_ALTITUDE_FT) & (altitude <= GREATEST_ALTITUDE_FT))] = Use.BAD_LEVEL
    use[np.isnan(altitude)] = Use.NO_LEVEL
    use[~((np.abs(rows.lat_deg) <= 90) & (np.abs(rows.lng_deg) <= 180))] = Use.OFF_GLOBE
    use[np.isnan(rows.lat_deg) | np.isnan(rows.lng_deg)] = Use.NO_PLACE
    first_of_flight = np.zeros(len(rows), bool)
    first_of_flight[flights.first[:-1]] = True
    tied = np.zeros(len(rows), bool)
    tied[1:] = (np.diff(rows.time_ns) == 0) & ~first_of_flight[1:]
    starts = np.flatnonzero(~tied & np.append(tied[1:], False))
    ends = np.flatnonzero(tied & ~np.append(tied[1:], False)) + 1
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        _mark_same_time(flights, slice(start, end), use, options)
    return use


def _mark_same_time(flights: Flights, span: slice, use: npt.NDArray[np.int8], options: TrackOptions) -> None:
    """Mark rows of one flight and one time: of equal ones the first is kept, and so of those near to each other."""
    rows = flights.rows
    values = np.column_stack([rows.lat_deg[span], rows.lng_deg[span], rows.altitude_ft[span]])
    seen: set[bytes] = set()
    for k, value in enumerate(values, span.start):
        key = value.tobytes()
        if key in seen:
            use[k] = Use.DUPLICATE
        seen.add(key)
    good = np.flatnonzero(use[span] == Use.POINT) + span.start
    if len(good) > 1:
        points = points_of(flights, good)
        near = possible(points.take(slice(0, 1)), points, options)
        near[0] = False
        use[good[near]] = Use.SAME_TIME


def points_of(flights: Flights, which: IntArray | BoolArray) -> Points:
    """Rows as points."""
    rows = flights.rows
    return Points(rows.time_ns[which], rows.lat_deg[which], rows.lng_deg[which], rows.altitude_ft[which])


def paths_of(points: Points, options: TrackOptions) -> list[IntArray]:
    """The paths among a flight's points: each the indexes of points that fit together, in time; the longest first.

    Where no three points fit together nothing tells the wrong ones from the right: each is then a path of its own. So
    is, where there are too many impossible steps to look for a path, each piece between two of them.
    """
    left = np.arange(len(points))
    jumps = np.flatnonzero(~possible(points.take(slice(0, -1)), points.take(slice(1, None)), options)) + 1
    if len(jumps) > _MOST_JUMPS:
        return np.split(left, jumps)
    paths: list[IntArray] = []
    for _ in range(_MOST_PATHS):
        path = left[_longest(points.take(left), options)]
        if len(path) < PATH_POINTS:
            break
        paths.append(path)
        left = np.setdiff1d(left, path, assume_unique=True)
        if not len(left):
            break
    return paths or [np.array([k]) for k in left.tolist()]


def _longest(points: Points, options: TrackOptions) -> IntArray:
    """Indexes of a longest path whose steps are possible, each reaching at most _LOOK_BACK points back."""
    n = len(points)
    fits = np.ones(n, bool)
    fits[1:] = possible(points.take(slice(0, -1)), points.take(slice(1, None)), options)
    # From this point on, all steps were possible for longer than the look back: the path just goes on.
    troubled = np.convolve(~fits, np.ones(_LOOK_BACK, np.int64))[:n] > 0
    length, previous = np.ones(n, np.int64), np.full(n, -1, np.int64)
    for k in range(1, n):
        if not troubled[k]:
            length[k], previous[k] = length[k - 1] + 1, k - 1
            continue
        back = slice(max(0, k - _LOOK_BACK), k)
        reach = np.flatnonzero(possible(points.take(back), points.take(slice(k, k + 1)), options))
        if len(reach):
            lengths = length[back][reach]
            best = int(reach[len(reach) - 1 - int(np.argmax(lengths[::-1]))]) + back.start
            length[k], previous[k] = length[best] + 1, best
    path = [int(np.argmax(length))]
    while previous[path[-1]] >= 0:
        path.append(int(previous[path[-1]]))
    return np.array(path[::-1], np.int64)
