"""When two aircraft break the vertical table: along their pieces in one datum, by intervals across datums.

Implements "Vertical table", "Altimetry" and "Datums" of docs/conflicts.md. Called by encounters.py, forecasts.py and
search.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.altitude import Datum
from sharedsky.airspace.datums import OPEN_UM
from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.spans import Span, both, everywhere, holds, only_if, where_above, where_below
from sharedsky.airspace.trajectory import DATUM_CODE
from sharedsky.conflicts.approach import Meeting
from sharedsky.conflicts.legs import Legs, one_datum
from sharedsky.conflicts.levels import PairTable, gap, pressure_envelope, same_frame

_PRESSURE: Final = DATUM_CODE[Datum.PRESSURE]


@dataclass(frozen=True, slots=True)
class Rule:
    """One part of the vertical table: where in s it may be broken, where it surely is, and the minimum (k,) [um].

    Between two parts may lie a time in which neither is broken: one below FL290 is over, one above it not yet begun.
    """

    possible: Span
    certain: Span
    minimum: IntArray


def vertical_rules(legs: Legs, meeting: Meeting, table: PairTable, tolerance_um: int) -> list[Rule]:
    """The parts of the vertical table; across datums all of it is one, the first."""
    i, j = meeting.i, meeting.j
    same = one_datum(legs, i, j)
    allowed = _allowed(legs, i, j, tolerance_um)
    excess = np.maximum(0, legs.uncertainty_um[i] + legs.uncertainty_um[j] - allowed)
    first, *others = _linear(legs, meeting, table, excess, allowed)
    fixed = _fixed(legs, i, j, table, tolerance_um)
    possible, certain = (
        (np.where(same, p[0], q[0]), np.where(same, p[1], q[1]))
        for p, q in ((first.possible, fixed.possible), (first.certain, fixed.certain))
    )
    rules = [Rule(possible, certain, np.where(same, first.minimum, fixed.minimum))]
    return rules + [Rule(only_if(r.possible, same), only_if(r.certain, same), r.minimum) for r in others]


def without_doubles(rules: list[Rule]) -> list[Rule]:
    """The parts of the table, each without what another says as well: nothing is found twice at ordinary levels."""
    kept: list[Rule] = []
    for rule in reversed(rules):  # the high minimum holds more than the low one
        new = holds(rule.possible)
        for other in kept:
            new &= ~(_contains(other.possible, rule.possible) & _contains(other.certain, rule.certain))
        kept.append(Rule(only_if(rule.possible, new), only_if(rule.certain, new), rule.minimum))
    return kept


def _contains(span: Span, other: Span) -> BoolArray:
    """Where the other lies within the span, or is empty."""
    return np.asarray(~holds(other) | ((span[0] <= other[0]) & (other[1] <= span[1])))


def _allowed(legs: Legs, i: IntArray, j: IntArray, tolerance_um: int) -> IntArray:
    """The tolerance (k,) [um], which is for two barometric levels alone: their minimum already allows for it."""
    barometric = (legs.floor.baro_lo > -OPEN_UM) & (legs.ceiling.baro_hi < OPEN_UM)
    return np.where(barometric[i] & barometric[j], tolerance_um, 0)


def _linear(legs: Legs, meeting: Meeting, table: PairTable, excess: IntArray, allowed: IntArray) -> list[Rule]:
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
    rules = [Rule(apart(table.low), surely(table.low), minimum[0])]
    if table.high > table.low:
        near, sure = apart(table.high), surely(table.high)
        for k, lower, upper in ((meeting.i, lower_i, upper_i), (meeting.j, lower_j, upper_j)):
            may = _above(legs, k, upper + excess[:, None], table.above_possible, sure=False)
            must = _above(legs, k, lower, table.above_certain, sure=True)
            rules.append(Rule(both(near, may), both(sure, must), minimum[1]))
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


def _fixed(legs: Legs, i: IntArray, j: IntArray, table: PairTable, tolerance_um: int) -> Rule:
    """Across datums: by the intervals that hold the levels over the whole pieces."""
    possible, certain = vertical_breach(legs, i, j, table, tolerance_um)
    top = np.maximum(*(pressure_envelope(legs.floor, legs.ceiling, k)[1] for k in (i, j)))
    minimum = np.where(top > table.above_possible, table.high, table.low).astype(np.int64)
    return Rule(only_if(everywhere(len(i)), possible), only_if(everywhere(len(i)), certain), minimum)


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


def ground_decides(legs: Legs, i: IntArray, j: IntArray, minimum: IntArray) -> BoolArray:
    """Whether a breach of two pieces that is not certain rests on the ground alone: see levels.needs_terrain."""
    one = gap(legs.floor, i, legs.ceiling, j, same_point=False)
    other = gap(legs.floor, j, legs.ceiling, i, same_point=False)
    clear = one.clear_over_some_ground(minimum) | other.clear_over_some_ground(minimum)
    widest = np.maximum(legs.ceiling.geo_hi[i] - legs.floor.geo_lo[j], legs.ceiling.geo_hi[j] - legs.floor.geo_lo[i])
    return np.asarray((one.assumed | other.assumed) & (clear | (widest < minimum)))
