"""Two pieces of path over the time they share: the closest approach and the ratio to the minima, in closed form.

Each aircraft moves on a straight chord at constant speed, so that the offset between them is linear in time and their
separation has its least at one instant. Called by encounters.py (times known) and nominal.py (forecasts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M, Datum
from sharedsky.airspace.earth import FloatArray, IntArray, lat_lng
from sharedsky.airspace.frames import arc_m, dot, flatten
from sharedsky.airspace.trajectory import DATUM_CODE
from sharedsky.conflicts.legs import Legs, one_datum
from sharedsky.conflicts.levels import PairTable, pair_table, pressure_envelope
from sharedsky.conflicts.profile import Profile

_PRESSURE: Final = DATUM_CODE[Datum.PRESSURE]


@dataclass(frozen=True, slots=True)
class Meeting:
    """k pairs of pieces over the time they share: s in [0, 1] of it."""

    i: IntArray
    j: IntArray
    start_ns: IntArray
    length_ns: IntArray
    offset: FloatArray  #: (k, 2) [m] of j from i at s = 0
    motion: FloatArray  #: (k, 2) [m] change of it to s = 1
    levels: FloatArray  #: (4, k, 2) [um]: lower i, upper i, lower j, upper j at s = 0 and 1, uncertainty apart
    vector: FloatArray  #: (k, 2, 3) n-vectors between the two at s = 0 and 1


def meeting_of(legs: Legs, i: IntArray, j: IntArray) -> Meeting:
    start = np.maximum(legs.time_ns[i, 0], legs.time_ns[j, 0])
    end = np.minimum(legs.time_ns[i, 1], legs.time_ns[j, 1])
    ends = np.stack([start, end], axis=1)
    share_i, share_j = _share(legs.time_ns[i], ends), _share(legs.time_ns[j], ends)
    up = legs.vector[i].sum(1) + legs.vector[j].sum(1)
    origin = legs.ecef[i, 0]
    flat = flatten(up, origin, *(legs.ecef[k, e] for k in (i, j) for e in (0, 1)))
    at_i, at_j = _along(flat[0], flat[1], share_i), _along(flat[2], flat[3], share_j)
    offset = at_j[:, 0] - at_i[:, 0]
    motion = at_j[:, 1] - at_i[:, 1] - offset
    levels = np.stack(
        [_at(level[k], share) for k, share in ((i, share_i), (j, share_j)) for level in (legs.lower_um, legs.upper_um)]
    )
    vector = _along(legs.vector[i, 0], legs.vector[i, 1], share_i) + _along(
        legs.vector[j, 0], legs.vector[j, 1], share_j
    )
    return Meeting(i, j, start, end - start, offset, motion, levels, vector)


def _share(time_ns: IntArray, at_ns: IntArray) -> FloatArray:
    """(k, 2): which part of a piece has been flown at two times; 0 for pieces that last no time."""
    length = (time_ns[:, 1] - time_ns[:, 0])[:, None]
    return np.asarray(np.where(length > 0, (at_ns - time_ns[:, :1]) / np.where(length > 0, length, 1), 0.0))


def _along(start: FloatArray, end: FloatArray, share: FloatArray) -> FloatArray:
    return np.asarray(start[:, None] + (end - start)[:, None] * share[:, :, None])


def _at(ends: IntArray, share: FloatArray) -> FloatArray:
    """Linear between integer ends; exact at the ends and where they are equal."""
    between = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * share
    return np.asarray(np.where(share == 1.0, ends[:, 1:], between))


def closest_at(meeting: Meeting, found: IntArray, lo: FloatArray, hi: FloatArray) -> FloatArray:
    """Where in [lo, hi] the horizontal separation is least."""
    offset, motion = meeting.offset[found], meeting.motion[found]
    speed = dot(motion, motion)
    least = -dot(offset, motion) / np.where(speed > 0, speed, 1.0)
    return np.clip(np.where(speed > 0, least, lo), lo, hi)


def separation_at(
    legs: Legs, meeting: Meeting, found: IntArray, s: FloatArray, table: PairTable
) -> tuple[FloatArray, IntArray]:
    """Nominal vertical separation [m] at s, NaN across datums, and the minimum [um] that applies there."""
    lower_i, upper_i, lower_j, upper_j = (
        level[found, 0] + (level[found, 1] - level[found, 0]) * s for level in meeting.levels
    )
    i, j = meeting.i[found], meeting.j[found]
    same = one_datum(legs, i, j)
    pressure = same & (legs.floor.frame[i] == _PRESSURE)
    apart = np.maximum(0.0, np.maximum(lower_i - upper_j, lower_j - upper_i))
    highest = np.maximum(*(pressure_envelope(legs.floor, legs.ceiling, k)[1] for k in (i, j)))
    top = np.where(pressure, np.maximum(upper_i, upper_j), highest)
    minimum = np.where(top > table.above_possible[found], table.high, table.low)
    return np.where(same, apart / UM_PER_M, np.nan), minimum.astype(np.int64)


def least_ratio(
    legs: Legs,
    meeting: Meeting,
    found: IntArray,
    lo: FloatArray,
    hi: FloatArray,
    closest: FloatArray,
    table: PairTable,
    profile: Profile,
) -> FloatArray:
    """The least over [lo, hi] of the larger of horizontal and vertical separation, each over its minimum.

    The larger of two convex functions is least at an end, at the least of one of them, or where they are equal; each of
    these is tried.
    """
    if profile.horizontal_m == 0:
        return np.zeros(len(found))
    offset, motion = meeting.offset[found], meeting.motion[found]
    level_i = meeting.levels[0][found] / 2 + meeting.levels[1][found] / 2
    level_j = meeting.levels[2][found] / 2 + meeting.levels[3][found] / 2
    apart0, change = (level_j - level_i)[:, 0], np.diff(level_j - level_i, axis=1)[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.where(change != 0, -apart0 / change, lo)
    tries = [lo, hi, closest, level]
    for minimum in {table.low, table.high}:
        tries += _equal_shares(offset, motion, apart0, change, profile.horizontal_m, max(minimum, 1))
    best = np.full(len(found), np.inf)
    for s in tries:
        at = np.clip(np.where(np.isfinite(s), s, lo), lo, hi)
        horizontal = arc_m(np.hypot(*(offset + motion * at[:, None]).T)) / profile.horizontal_m
        vertical, minimum_um = separation_at(legs, meeting, found, at, table)
        share = vertical * UM_PER_M / np.maximum(minimum_um, 1)
        best = np.minimum(best, np.where(np.isnan(share), horizontal, np.maximum(horizontal, share)))
    return best


def _equal_shares(
    offset: FloatArray, motion: FloatArray, apart0: FloatArray, change: FloatArray, horizontal_m: float, minimum_um: int
) -> list[FloatArray]:
    """Where horizontal and vertical separation are the same share of their minima: the roots of a quadratic."""
    a = dot(motion, motion) / horizontal_m**2 - (change / minimum_um) ** 2
    b = dot(offset, motion) / horizontal_m**2 - apart0 * change / minimum_um**2
    c = dot(offset, offset) / horizontal_m**2 - (apart0 / minimum_um) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(b * b - a * c)
        return [(-b - root) / a, (-b + root) / a]


def nominal_separations(
    legs: Legs, i: IntArray, j: IntArray, profile: Profile
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """For pieces that share nominal time: time [ns], horizontal and vertical [m] of the closest approach, its place
    [deg], and the least ratio; each (k,). Approval counts as not known."""
    meeting = meeting_of(legs, i, j)
    k = len(i)
    all_rows, lo, hi = np.arange(k), np.zeros(k), np.ones(k)
    unknown = np.full(k, -1)
    table = pair_table(profile.vertical, unknown, unknown)
    closest = closest_at(meeting, all_rows, lo, hi)
    horizontal = arc_m(np.linalg.norm(meeting.offset + meeting.motion * closest[:, None], axis=1))
    vertical, _ = separation_at(legs, meeting, all_rows, closest, table)
    lat, lng = lat_lng(meeting.vector[:, 0] + (meeting.vector[:, 1] - meeting.vector[:, 0]) * closest[:, None])
    ratio = least_ratio(legs, meeting, all_rows, lo, hi, closest, table, profile)
    time = meeting.start_ns + np.rint(closest * meeting.length_ns).astype(np.int64)
    return time, horizontal, vertical, lat, lng, ratio
