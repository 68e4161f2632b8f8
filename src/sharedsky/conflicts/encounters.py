"""Two aircraft whose times are known: when they are closer than the minima, in continuous time between points.

Over the time that two pieces of path share, each aircraft moves on a straight chord at constant speed and its level
changes linearly: horizontal separation is a quadratic of time, vertical separation linear, so that the breach is an
interval found in closed form, never by sampling. Called by search.py; forecasts.py treats times that are not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M, Datum
from sharedsky.airspace.datums import OPEN_UM
from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray, lat_lng
from sharedsky.airspace.frames import arc_m, decision_reach_m, dot, flatten
from sharedsky.airspace.spans import (
    Span,
    both,
    everywhere,
    holds,
    only_if,
    where_above,
    where_below,
    where_within,
)
from sharedsky.airspace.trajectory import DATUM_CODE
from sharedsky.conflicts.breaches import MINIMA, Breaches, joined
from sharedsky.conflicts.legs import Legs
from sharedsky.conflicts.levels import PairTable, band, gap, pair_table, pressure_envelope, same_frame
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.reasons import Reason

_PRESSURE: Final = DATUM_CODE[Datum.PRESSURE]


@dataclass(frozen=True, slots=True)
class _Meeting:
    """k pairs of pieces over the time they share: s in [0, 1] of it."""

    i: IntArray
    j: IntArray
    start_ns: IntArray
    length_ns: IntArray
    offset: FloatArray  #: (k, 2) [m] of j from i at s = 0
    motion: FloatArray  #: (k, 2) [m] change of it to s = 1
    levels: FloatArray  #: (4, k, 2) [um]: lower i, upper i, lower j, upper j at s = 0 and 1, uncertainty apart
    vector: FloatArray  #: (k, 2, 3) n-vectors between the two at s = 0 and 1


@dataclass(frozen=True, slots=True)
class _Rule:
    """One part of the vertical table: where in s it may be broken, where it surely is, and the minimum (k,) [um].

    Between two parts may lie a time in which neither is broken: one below FL290 is over, one above it not yet begun.
    """

    possible: Span
    certain: Span
    minimum: IntArray


def encounters(legs: Legs, i: IntArray, j: IntArray, table: PairTable, profile: Profile) -> Breaches:
    """Breaches between pieces i[k] and j[k], all of known times; the table's arrays are (k,) too."""
    shared = np.minimum(legs.time_ns[i, 1], legs.time_ns[j, 1])
    keep = np.flatnonzero(np.maximum(legs.time_ns[i, 0], legs.time_ns[j, 0]) <= shared)
    meeting = _meeting(legs, i[keep], j[keep])
    lateral = legs.lateral_m[meeting.i] + legs.lateral_m[meeting.j]
    table = _part(table, keep)
    near = where_within(meeting.offset, meeting.motion, decision_reach_m(profile.horizontal_m + lateral))
    sure = where_within(meeting.offset, meeting.motion, _certain_reach(profile.horizontal_m, lateral))
    rules = _vertical(legs, meeting, table, profile.tolerance_um)
    breaches = [_Rule(both(near, rule.possible), both(sure, rule.certain), rule.minimum) for rule in rules]
    return joined([_breaches(legs, meeting, rule, table, profile) for rule in _without_doubles(breaches)])


def _certain_reach(horizontal_m: float, lateral: FloatArray) -> FloatArray:
    """Within this, all realisations of lateral uncertainty breach; negative: none surely does."""
    least = horizontal_m - lateral
    return np.where(least >= 0, decision_reach_m(np.maximum(least, 0.0)), -1.0)


def _meeting(legs: Legs, i: IntArray, j: IntArray) -> _Meeting:
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
    return _Meeting(i, j, start, end - start, offset, motion, levels, vector)


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


def _vertical(legs: Legs, meeting: _Meeting, table: PairTable, tolerance_um: int) -> list[_Rule]:
    """The parts of the vertical table; across datums all of it is one, the first."""
    i, j = meeting.i, meeting.j
    same = _one_datum(legs, i, j)
    allowed = _allowed(legs, i, j, tolerance_um)
    excess = np.maximum(0, legs.uncertainty_um[i] + legs.uncertainty_um[j] - allowed)
    first, *others = _linear(legs, meeting, table, excess, allowed)
    fixed = _fixed(legs, i, j, table, tolerance_um)
    possible, certain = (
        (np.where(same, p[0], q[0]), np.where(same, p[1], q[1]))
        for p, q in ((first.possible, fixed.possible), (first.certain, fixed.certain))
    )
    rules = [_Rule(possible, certain, np.where(same, first.minimum, fixed.minimum))]
    return rules + [_Rule(only_if(r.possible, same), only_if(r.certain, same), r.minimum) for r in others]


def _without_doubles(rules: list[_Rule]) -> list[_Rule]:
    """The parts of the table, each without what another says as well: nothing is found twice at ordinary levels."""
    kept: list[_Rule] = []
    for rule in reversed(rules):  # the high minimum holds more than the low one
        new = holds(rule.possible)
        for other in kept:
            new &= ~(_contains(other.possible, rule.possible) & _contains(other.certain, rule.certain))
        kept.append(_Rule(only_if(rule.possible, new), only_if(rule.certain, new), rule.minimum))
    return kept


def _contains(span: Span, other: Span) -> BoolArray:
    """Where the other lies within the span, or is empty."""
    return np.asarray(~holds(other) | ((span[0] <= other[0]) & (other[1] <= span[1])))


def _one_datum(legs: Legs, i: IntArray, j: IntArray) -> BoolArray:
    """Whether all four levels of two pieces compare directly."""
    return np.asarray(
        same_frame(legs.floor, i, legs.ceiling, i, same_point=False)
        & same_frame(legs.floor, j, legs.ceiling, j, same_point=False)
        & same_frame(legs.floor, i, legs.floor, j, same_point=False)
    )


def _allowed(legs: Legs, i: IntArray, j: IntArray, tolerance_um: int) -> IntArray:
    """The tolerance (k,) [um], which is for two barometric levels alone: their minimum already allows for it."""
    barometric = (legs.floor.baro_lo > -OPEN_UM) & (legs.ceiling.baro_hi < OPEN_UM)
    return np.where(barometric[i] & barometric[j], tolerance_um, 0)


def _linear(legs: Legs, meeting: _Meeting, table: PairTable, excess: IntArray, allowed: IntArray) -> list[_Rule]:
    """In one datum: separations between levels that change linearly, by the low minimum and by the high one."""
    lower_i, upper_i, lower_j, upper_j = meeting.levels

    def closer(one: FloatArray, other: FloatArray, bound: IntArray, strict: bool) -> Span:
        return where_below(one[:, 0] - other[:, 0], one[:, 1] - other[:, 1], bound, strict=strict)

    def apart(minimum: int) -> Span:  # the least separation is below; at or below where the minimum is 0 (closed sets)
        bound, strict = minimum + excess, minimum > 0
        return both(closer(lower_i, upper_j, bound, strict), closer(lower_j, upper_i, bound, strict))

    def surely(minimum: int) -> Span:  # the greatest separation is below
        bound, strict = (minimum - allowed if minimum > 0 else 0) - excess, minimum > 0
        return both(closer(upper_i, lower_j, bound, strict), closer(upper_j, lower_i, bound, strict))

    minimum = [np.full(len(excess), value, np.int64) for value in (table.low, table.high)]
    rules = [_Rule(apart(table.low), surely(table.low), minimum[0])]
    if table.high > table.low:
        near, sure = apart(table.high), surely(table.high)
        for k, lower, upper in ((meeting.i, lower_i, upper_i), (meeting.j, lower_j, upper_j)):
            may = _above(legs, k, upper + excess[:, None], table.above_possible, sure=False)
            must = _above(legs, k, lower, table.above_certain, sure=True)
            rules.append(_Rule(both(near, may), both(sure, must), minimum[1]))
    return rules


def _above(legs: Legs, k: IntArray, level: FloatArray, bound: IntArray, *, sure: bool) -> Span:
    """Where pieces k may be (sure: surely are) above a level of the table, which counts pressure altitude."""
    along = where_above(level[:, 0], level[:, 1], bound, strict=True)
    pressure = legs.floor.frame[k] == _PRESSURE
    if pressure.all():
        return along
    low, high = pressure_envelope(legs.floor, legs.ceiling, k)
    whole = only_if(everywhere(len(k)), (low if sure else high) > bound)
    return np.where(pressure, along[0], whole[0]), np.where(pressure, along[1], whole[1])


def _fixed(legs: Legs, i: IntArray, j: IntArray, table: PairTable, tolerance_um: int) -> _Rule:
    """Across datums: by the intervals that hold the levels over the whole pieces."""
    possible, certain = vertical_breach(legs, i, j, table, tolerance_um)
    top = np.maximum(*(pressure_envelope(legs.floor, legs.ceiling, k)[1] for k in (i, j)))
    minimum = np.where(top > table.above_possible, table.high, table.low).astype(np.int64)
    return _Rule(only_if(everywhere(len(i)), possible), only_if(everywhere(len(i)), certain), minimum)


def vertical_breach(
    legs: Legs, i: IntArray, j: IntArray, table: PairTable, tolerance_um: int, *, world: bool = False
) -> tuple[BoolArray, BoolArray]:
    """Whether pieces may, and whether they surely do, break the vertical minimum, by intervals over the whole pieces.

    world: with the ground anywhere on Earth, where it is not known.
    """
    one = gap(legs.floor, i, legs.ceiling, j, same_point=False)
    other = gap(legs.floor, j, legs.ceiling, i, same_point=False)
    least = np.maximum(one.world_least, other.world_least) if world else np.maximum(one.least, other.least)
    allowed = _allowed(legs, i, j, tolerance_um)
    # of the stated uncertainty, what the minimum already allows for
    inside = np.minimum(legs.uncertainty_um[i] + legs.uncertainty_um[j], allowed)
    least = least + inside
    # the widest separation of any realisation: from the one's floor to the other's ceiling
    widest = np.maximum(_widest(legs, i, j), _widest(legs, j, i)) - inside
    (low_i, high_i), (low_j, high_j) = (pressure_envelope(legs.floor, legs.ceiling, k) for k in (i, j))
    may_be_high = np.maximum(high_i, high_j) > table.above_possible
    is_high = np.maximum(low_i, low_j) > table.above_certain
    minimum = np.where(may_be_high, table.high, table.low)
    sure_minimum = np.where(is_high, table.high, table.low)
    possible = np.where(minimum > 0, least < minimum, least <= 0)
    certain = widest < sure_minimum - allowed
    return np.asarray(possible), np.asarray(certain & possible)


def _widest(legs: Legs, i: IntArray, j: IntArray) -> IntArray:
    """The greatest (ceiling of i) - (floor of j) [um], with any ground on Earth where it is not known."""
    same = same_frame(legs.ceiling, i, legs.floor, j, same_point=False)
    direct = legs.ceiling.own_hi[i] - legs.floor.own_lo[j]
    geo = legs.ceiling.world_hi[i] - legs.floor.world_lo[j]
    baro = legs.ceiling.baro_hi[i] - legs.floor.baro_lo[j]
    return np.asarray(np.where(same, direct, np.minimum(geo, baro)))


def _breaches(legs: Legs, meeting: _Meeting, rule: _Rule, table: PairTable, profile: Profile) -> Breaches:
    breach, certainly = rule.possible, rule.certain
    found = np.flatnonzero(holds(breach))
    i, j = meeting.i[found], meeting.j[found]
    lo, hi = breach[0][found], breach[1][found]
    start, length = meeting.start_ns[found], meeting.length_ns[found]
    closest = _closest(meeting, found, lo, hi)
    horizontal = arc_m(np.linalg.norm(meeting.offset[found] + meeting.motion[found] * closest[:, None], axis=1))
    vertical, _ = _separation_at(legs, meeting, found, closest, table)
    minimum = rule.minimum[found]
    sure = holds(certainly)[found]
    sure_lo = np.where(sure, np.maximum(certainly[0][found], lo), 1.0)
    sure_hi = np.where(sure, np.minimum(certainly[1][found], hi), 0.0)
    levels = band(legs.floor, legs.ceiling, i, legs.floor, legs.ceiling, j, union=True)
    vector = meeting.vector[found]
    lat, lng = lat_lng(vector[:, 0] + (vector[:, 1] - vector[:, 0]) * closest[:, None])
    return Breaches(
        a=legs.side[i],
        b=legs.side[j],
        start_ns=start + np.floor(lo * length).astype(np.int64),
        end_ns=start + np.ceil(hi * length).astype(np.int64),
        sure_start_ns=np.where(sure, start + np.ceil(sure_lo * length).astype(np.int64), 1),
        sure_end_ns=np.where(sure, start + np.floor(sure_hi * length).astype(np.int64), 0),
        minima=np.full(len(found), MINIMA.index("trajectory-trajectory")),
        vertical_um=minimum,
        band=levels,
        lat_deg=lat,
        lng_deg=lng,
        closest_ns=start + np.rint(closest * length).astype(np.int64),
        horizontal_m=horizontal,
        vertical_m=vertical,
        ratio=_ratio(legs, meeting, found, lo, hi, closest, table, profile),
        terminal=np.zeros(len(found), bool),
        needs_terrain=ground_decides(legs, i, j, minimum) & ~sure,
        reason=np.where(sure, 0, _reason(legs, i, j, vertical, minimum, _part(table, found))),
    )


def _part(table: PairTable, of: IntArray) -> PairTable:
    """The table for some of its pairs."""
    return PairTable(table.low, table.high, table.above_possible[of], table.above_certain[of])


def _reason(
    legs: Legs, i: IntArray, j: IntArray, vertical_m: FloatArray, minimum: IntArray, table: PairTable
) -> IntArray:
    """Why the breach of two flights of known times may be none."""
    one_datum = _one_datum(legs, i, j)
    deep_enough = one_datum & (vertical_m * UM_PER_M >= table.low) & (minimum == table.high)
    approval = deep_enough & (table.above_possible < table.above_certain)
    stated = (legs.lateral_m[i] + legs.lateral_m[j] > 0) | (legs.uncertainty_um[i] + legs.uncertainty_um[j] > 0)
    assumed = legs.floor.assumed | legs.ceiling.assumed
    return np.asarray(
        np.where(approval, Reason.APPROVAL, np.where(one_datum, Reason.TOLERANCE, Reason.DATUM))
        | np.where(stated, Reason.STATED, 0)
        | np.where(assumed[i] | assumed[j], Reason.GROUND, 0)
    )


def ground_decides(legs: Legs, i: IntArray, j: IntArray, minimum: IntArray) -> BoolArray:
    """Whether a breach of two pieces that is not certain rests on the ground alone: see levels.needs_terrain."""
    one = gap(legs.floor, i, legs.ceiling, j, same_point=False)
    other = gap(legs.floor, j, legs.ceiling, i, same_point=False)
    clear = one.clear_over_some_ground(minimum) | other.clear_over_some_ground(minimum)
    widest = np.maximum(legs.ceiling.geo_hi[i] - legs.floor.geo_lo[j], legs.ceiling.geo_hi[j] - legs.floor.geo_lo[i])
    return np.asarray((one.assumed | other.assumed) & (clear | (widest < minimum)))


def nominal_separations(
    legs: Legs, i: IntArray, j: IntArray, profile: Profile
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """For pieces that share nominal time: time [ns], horizontal and vertical [m] of the closest approach, its place
    [deg], and the least ratio; each (k,). Approval counts as not known."""
    meeting = _meeting(legs, i, j)
    k = len(i)
    all_rows, lo, hi = np.arange(k), np.zeros(k), np.ones(k)
    unknown = np.full(k, -1)
    table = pair_table(profile.vertical, unknown, unknown)
    closest = _closest(meeting, all_rows, lo, hi)
    horizontal = arc_m(np.linalg.norm(meeting.offset + meeting.motion * closest[:, None], axis=1))
    vertical, _ = _separation_at(legs, meeting, all_rows, closest, table)
    lat, lng = lat_lng(meeting.vector[:, 0] + (meeting.vector[:, 1] - meeting.vector[:, 0]) * closest[:, None])
    ratio = _ratio(legs, meeting, all_rows, lo, hi, closest, table, profile)
    time = meeting.start_ns + np.rint(closest * meeting.length_ns).astype(np.int64)
    return time, horizontal, vertical, lat, lng, ratio


def _closest(meeting: _Meeting, found: IntArray, lo: FloatArray, hi: FloatArray) -> FloatArray:
    """Where in [lo, hi] the horizontal separation is least."""
    offset, motion = meeting.offset[found], meeting.motion[found]
    speed = dot(motion, motion)
    least = -dot(offset, motion) / np.where(speed > 0, speed, 1.0)
    return np.clip(np.where(speed > 0, least, lo), lo, hi)


def _separation_at(
    legs: Legs, meeting: _Meeting, found: IntArray, s: FloatArray, table: PairTable
) -> tuple[FloatArray, IntArray]:
    """Nominal vertical separation [m] at s, NaN across datums, and the minimum [um] that applies there."""
    lower_i, upper_i, lower_j, upper_j = (
        level[found, 0] + (level[found, 1] - level[found, 0]) * s for level in meeting.levels
    )
    i, j = meeting.i[found], meeting.j[found]
    same = _one_datum(legs, i, j)
    pressure = same & (legs.floor.frame[i] == _PRESSURE)
    apart = np.maximum(0.0, np.maximum(lower_i - upper_j, lower_j - upper_i))
    highest = np.maximum(*(pressure_envelope(legs.floor, legs.ceiling, k)[1] for k in (i, j)))
    top = np.where(pressure, np.maximum(upper_i, upper_j), highest)
    minimum = np.where(top > table.above_possible[found], table.high, table.low)
    return np.where(same, apart / UM_PER_M, np.nan), minimum.astype(np.int64)


def _ratio(
    legs: Legs,
    meeting: _Meeting,
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
        vertical, minimum_um = _separation_at(legs, meeting, found, at, table)
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
