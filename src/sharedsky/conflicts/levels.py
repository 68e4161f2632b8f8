"""Whether levels breach: floors against ceilings, and aircraft against the vertical table.

Implements "Vertical table" and the level rules of "Certainty" in docs/conflicts.md over arrays of
airspace.datums.Bounds. Called by the searches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M, Datum
from sharedsky.airspace.datums import NO_FRAME, OPEN_UM, QNH_SPREAD_UM, TEMPERATURE_SHARE, Bounds
from sharedsky.airspace.earth import BoolArray, IntArray
from sharedsky.airspace.trajectory import DATUM_CODE, DATUMS
from sharedsky.conflicts.profile import VerticalTable

_AGL: Final = DATUM_CODE[Datum.AGL]
_WGS84: Final = DATUM_CODE[Datum.WGS84]
_QNH: Final = DATUM_CODE[Datum.QNH]
#: More than the geoid is away from the ellipsoid anywhere (EGM96: 107 m).
_GEOID_UM: Final = 200 * UM_PER_M


@dataclass(frozen=True, slots=True)
class Gap:
    """Bounds (k,) [um] on (floor - ceiling) of pairs; least: with the ground in its stated band where it is not known,
    world_least and greatest: with any ground on Earth.

    assumed: the ground had to be assumed. ground_least: `least` with that ground where it parts the two the most.
    band_greatest: `greatest` over the ground of the stated band. crossed: different datums, neither open.
    """

    least: IntArray
    greatest: IntArray
    world_least: IntArray
    assumed: BoolArray
    ground_least: IntArray
    band_greatest: IntArray
    crossed: BoolArray

    def take(self, rows: IntArray) -> Gap:
        """The bounds of some of the pairs."""
        return Gap(
            self.least[rows],
            self.greatest[rows],
            self.world_least[rows],
            self.assumed[rows],
            self.ground_least[rows],
            self.band_greatest[rows],
            self.crossed[rows],
        )

    def clear_over_some_ground(self, minimum_um: IntArray | int) -> BoolArray:
        """Whether some ground of the stated band would part the two."""
        return np.asarray(self.assumed & ~below_minimum(self.ground_least, minimum_um))

    def certain_over_the_band(self, minimum_um: IntArray | int) -> BoolArray:
        """Whether all ground of the stated band leaves no doubt that they are not parted."""
        return below_minimum(self.band_greatest, minimum_um)


def needs_terrain(one: Gap, other: Gap, minimum_um: IntArray | int) -> BoolArray:
    """Whether a breach that is not certain rests on the ground alone: known ground would make it clear, or certain."""
    clear = one.clear_over_some_ground(minimum_um) | other.clear_over_some_ground(minimum_um)
    certain = one.certain_over_the_band(minimum_um) & other.certain_over_the_band(minimum_um)
    return np.asarray((one.assumed | other.assumed) & (clear | certain))


def gap(floor: Bounds, i: IntArray, ceiling: Bounds, j: IntArray, *, same_point: bool = True) -> Gap:
    """floor[i] - ceiling[j], directly in one datum, else by intervals.

    same_point: the two levels apply to the same places, so that two heights above ground compare directly.
    """
    same = same_frame(floor, i, ceiling, j, same_point=same_point)
    least = np.maximum(floor.geo_lo[i] - ceiling.geo_hi[j], floor.baro_lo[i] - ceiling.baro_hi[j])
    # what is certain may rest on no assumed ground: the greatest is over any ground on Earth
    greatest = np.minimum(floor.world_hi[i] - ceiling.world_lo[j], floor.baro_hi[i] - ceiling.baro_lo[j])
    world = np.maximum(floor.world_lo[i] - ceiling.world_hi[j], floor.baro_lo[i] - ceiling.baro_hi[j])
    direct_least, direct_greatest = floor.own_lo[i] - ceiling.own_hi[j], floor.own_hi[i] - ceiling.own_lo[j]
    return Gap(
        np.where(same, direct_least, least),
        np.where(same, direct_greatest, greatest),
        np.where(same, direct_least, world),
        ~same & (floor.assumed[i] | ceiling.assumed[j]),
        np.where(floor.assumed[i], floor.geo_hi[i], floor.geo_lo[i])
        - np.where(ceiling.assumed[j], ceiling.geo_lo[j], ceiling.geo_hi[j]),
        np.where(same, direct_greatest, np.minimum(greatest, floor.geo_hi[i] - ceiling.geo_lo[j])),
        ~same & (floor.geo_lo[i] > -OPEN_UM) & (ceiling.geo_hi[j] < OPEN_UM),
    )


def same_frame(one: Bounds, i: IntArray, other: Bounds, j: IntArray, *, same_point: bool) -> BoolArray:
    """Whether two levels compare directly; heights above ground do at the same point alone."""
    frame = one.frame[i]
    same = (frame == other.frame[j]) & (frame != NO_FRAME)
    return np.asarray(same if same_point else same & (frame != _AGL))


def below_minimum(gap_um: IntArray, minimum_um: IntArray | int) -> BoolArray:
    """Whether a gap breaches: at most 0 where the minimum is 0 (closed), strictly below it otherwise."""
    minimum = np.asarray(minimum_um)
    return np.asarray(np.where(minimum == 0, gap_um <= 0, gap_um < minimum))


@dataclass(frozen=True, slots=True)
class PairTable:
    """The vertical table for k pairs of flights [um]: the low minimum, the high one, and above which level it applies.

    above_possible: where it may apply; above_certain: where it does, whatever is not known.
    """

    low: int
    high: int
    above_possible: IntArray
    above_certain: IntArray

    def take(self, rows: IntArray) -> PairTable:
        """The table for some of its pairs."""
        return PairTable(self.low, self.high, self.above_possible[rows], self.above_certain[rows])


def pair_table(table: VerticalTable, rvsm_a: IntArray, rvsm_b: IntArray) -> PairTable:
    """The table for pairs of flights whose approval is 1 (approved), 0 (not) or -1 (not known), each (k,)."""
    approved = (rvsm_a == 1) & (rvsm_b == 1)
    refused = (rvsm_a == 0) | (rvsm_b == 0)
    return PairTable(
        table.low_um,
        table.high_um,
        np.where(approved, table.rvsm_top_um, table.split_um),
        np.where(refused, table.split_um, table.rvsm_top_um),
    )


def pressure_envelope(floor: Bounds, ceiling: Bounds, i: IntArray) -> tuple[IntArray, IntArray]:
    """Pressure altitudes (k,) between which flights i are, for the table alone: from geometry where not barometric."""
    below, above = floor.baro_lo[i], ceiling.baro_hi[i]
    low = np.floor(floor.geo_lo[i] / (1 + TEMPERATURE_SHARE)) - (QNH_SPREAD_UM + _GEOID_UM)
    high = np.ceil(ceiling.geo_hi[i] / (1 - TEMPERATURE_SHARE)) + (QNH_SPREAD_UM + _GEOID_UM)
    return np.where(below > -OPEN_UM, below, low).astype(np.int64), np.where(above < OPEN_UM, above, high).astype(
        np.int64
    )


@dataclass(frozen=True, slots=True)
class Band:
    """Level bands (k,) [um]: in their own datum (a code of DATUMS; WGS 84 where there is none), and in WGS 84."""

    lower: IntArray
    upper: IntArray
    datum: IntArray
    geo_lower: IntArray
    geo_upper: IntArray


def band(
    floor_a: Bounds, ceiling_a: Bounds, i: IntArray, floor_b: Bounds, ceiling_b: Bounds, j: IntArray, *, union: bool
) -> Band:
    """The level band of pairs, outward.

    The overlap of both (union=False, with volumes) or all that either may be at (union=True, two aircraft).
    """
    frames = np.stack([floor_a.frame[i], ceiling_a.frame[i], floor_b.frame[j], ceiling_b.frame[j]])
    lows, highs = (floor_a.geo_lo[i], floor_b.geo_lo[j]), (ceiling_a.geo_hi[i], ceiling_b.geo_hi[j])
    is_open = np.stack([lows[0] <= -OPEN_UM, highs[0] >= OPEN_UM, lows[1] <= -OPEN_UM, highs[1] >= OPEN_UM])
    some = np.max(np.where(is_open, NO_FRAME, frames), axis=0)
    shared = (is_open | (frames == some)).all(axis=0) & (some != NO_FRAME)
    down, up = (np.minimum, np.maximum) if union else (np.maximum, np.minimum)
    geo_lower, geo_upper = down(*lows), up(*highs)
    lower = np.where(shared, down(floor_a.own_lo[i], floor_b.own_lo[j]), geo_lower)
    upper = np.where(shared, up(ceiling_a.own_hi[i], ceiling_b.own_hi[j]), geo_upper)
    code = np.where(shared, np.where(some >= len(DATUMS), _QNH, some), _WGS84)
    return Band(lower, upper, code, geo_lower, geo_upper)
