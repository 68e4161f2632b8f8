"""Two aircraft whose times are known: when they are closer than the minima, in continuous time between points.

Over the time that two pieces of path share, each aircraft moves on a straight chord at constant speed and its level
changes linearly: horizontal separation is a quadratic of time, vertical separation linear, so that the breach is an
interval found in closed form, never by sampling. Called by search.py; forecasts.py treats times that are not known.
"""

from __future__ import annotations

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M
from sharedsky.airspace.earth import FloatArray, IntArray, lat_lng
from sharedsky.airspace.frames import arc_m, decision_reach_m
from sharedsky.airspace.spans import both, holds, where_within
from sharedsky.conflicts.approach import Meeting, closest_at, least_ratio, meeting_of, separation_at
from sharedsky.conflicts.breaches import MINIMA, Breaches, joined
from sharedsky.conflicts.legs import Legs, one_datum
from sharedsky.conflicts.levels import PairTable, band
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.reasons import Reason
from sharedsky.conflicts.vertical import Rule, ground_decides, vertical_rules, without_doubles


def encounters(legs: Legs, i: IntArray, j: IntArray, table: PairTable, profile: Profile) -> Breaches:
    """Breaches between pieces i[k] and j[k], all of known times; the table's arrays are (k,) too."""
    shared = np.minimum(legs.time_ns[i, 1], legs.time_ns[j, 1])
    keep = np.flatnonzero(np.maximum(legs.time_ns[i, 0], legs.time_ns[j, 0]) <= shared)
    meeting = meeting_of(legs, i[keep], j[keep])
    lateral = legs.lateral_m[meeting.i] + legs.lateral_m[meeting.j]
    table = table.take(keep)
    near = where_within(meeting.offset, meeting.motion, decision_reach_m(profile.horizontal_m + lateral))
    sure = where_within(meeting.offset, meeting.motion, _certain_reach(profile.horizontal_m, lateral))
    rules = vertical_rules(legs, meeting, table, profile.tolerance_um)
    breaches = [Rule(both(near, rule.possible), both(sure, rule.certain), rule.minimum) for rule in rules]
    return joined([_breaches(legs, meeting, rule, table, profile) for rule in without_doubles(breaches)])


def _certain_reach(horizontal_m: float, lateral: FloatArray) -> FloatArray:
    """Within this, all realisations of lateral uncertainty breach; negative: none surely does."""
    least = horizontal_m - lateral
    return np.where(least >= 0, decision_reach_m(np.maximum(least, 0.0)), -1.0)


def _breaches(legs: Legs, meeting: Meeting, rule: Rule, table: PairTable, profile: Profile) -> Breaches:
    breach, certainly = rule.possible, rule.certain
    found = np.flatnonzero(holds(breach))
    i, j = meeting.i[found], meeting.j[found]
    lo, hi = breach[0][found], breach[1][found]
    start, length = meeting.start_ns[found], meeting.length_ns[found]
    closest = closest_at(meeting, found, lo, hi)
    horizontal = arc_m(np.linalg.norm(meeting.offset[found] + meeting.motion[found] * closest[:, None], axis=1))
    vertical, _ = separation_at(legs, meeting, found, closest, table)
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
        ratio=least_ratio(legs, meeting, found, lo, hi, closest, table, profile),
        terminal=np.zeros(len(found), bool),
        needs_terrain=ground_decides(legs, i, j, minimum) & ~sure,
        reason=np.where(sure, 0, _reason(legs, i, j, vertical, minimum, table.take(found))),
    )


def _reason(
    legs: Legs, i: IntArray, j: IntArray, vertical_m: FloatArray, minimum: IntArray, table: PairTable
) -> IntArray:
    """Why the breach of two flights of known times may be none."""
    alike = one_datum(legs, i, j)
    deep_enough = alike & (vertical_m * UM_PER_M >= table.low) & (minimum == table.high)
    approval = deep_enough & (table.above_possible < table.above_certain)
    stated = (legs.lateral_m[i] + legs.lateral_m[j] > 0) | (legs.uncertainty_um[i] + legs.uncertainty_um[j] > 0)
    assumed = legs.floor.assumed | legs.ceiling.assumed
    return np.asarray(
        np.where(approval, Reason.APPROVAL, np.where(alike, Reason.TOLERANCE, Reason.DATUM))
        | np.where(stated, Reason.STATED, 0)
        | np.where(assumed[i] | assumed[j], Reason.GROUND, 0)
    )
