"""What the searches hand to the assembly: breaches, one row for each pair of pieces and each span of time.

Called by volumes.py, encounters.py, forecasts.py and crossings.py, which make them, and assemble.py, which joins rows
of one pair into conflicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray, lat_lng
from sharedsky.conflicts.levels import Band
from sharedsky.conflicts.report import MinimaKind

MINIMA: Final[tuple[MinimaKind, ...]] = ("volume-volume", "trajectory-trajectory", "trajectory-volume", "zone")


@dataclass(frozen=True, slots=True)
class Breaches:
    """k rows, all arrays (k,).

    a, b: sides. start_ns, end_ns: certain or possible breach, rounded outward. sure_start_ns, sure_end_ns: certain
    breach inside it, rounded inward; start > end where there is none. minima: index of MINIMA. vertical_um: minimum
    that applied. band: levels. lat_deg, lng_deg: where. closest_ns, horizontal_m, vertical_m: closest approach, NaN
    where not defined. ratio: NaN where not defined. terminal, needs_terrain: as Conflict says. reason: bits of Reason,
    why it is not certain.
    """

    a: IntArray
    b: IntArray
    start_ns: IntArray
    end_ns: IntArray
    sure_start_ns: IntArray
    sure_end_ns: IntArray
    minima: IntArray
    vertical_um: IntArray
    band: Band
    lat_deg: FloatArray
    lng_deg: FloatArray
    closest_ns: IntArray
    horizontal_m: FloatArray
    vertical_m: FloatArray
    ratio: FloatArray
    terminal: BoolArray
    needs_terrain: BoolArray
    reason: IntArray

    def __len__(self) -> int:
        return len(self.a)

    @classmethod
    def without_closest(
        cls,
        *,
        a: IntArray,
        b: IntArray,
        start_ns: IntArray,
        end_ns: IntArray,
        sure: BoolArray,
        minima: MinimaKind,
        vertical_um: IntArray | int,
        band: Band,
        vector: FloatArray,
        needs_terrain: BoolArray,
        reason: IntArray,
        ratio: float = np.nan,
    ) -> Breaches:
        """Rows whose closest approach is not defined: with volumes, and of flights whose times are not known.

        sure (k,): the whole span is certain, else none of it; needs_terrain and reason count only where it is not.
        minima, ratio, and vertical_um where it is one number, hold for all rows. vector (k, 3): where, as n-vectors.
        """
        k = len(a)
        lat, lng = lat_lng(vector)
        undefined = np.full(k, np.nan)
        return cls(
            a=a,
            b=b,
            start_ns=start_ns,
            end_ns=end_ns,
            sure_start_ns=np.where(sure, start_ns, 1),
            sure_end_ns=np.where(sure, end_ns, 0),
            minima=np.full(k, MINIMA.index(minima)),
            vertical_um=np.full(k, vertical_um, np.int64),
            band=band,
            lat_deg=lat,
            lng_deg=lng,
            closest_ns=np.zeros(k, np.int64),
            horizontal_m=undefined,
            vertical_m=undefined,
            ratio=np.full(k, ratio),
            terminal=np.zeros(k, bool),
            needs_terrain=needs_terrain & ~sure,
            reason=np.where(sure, 0, reason),
        )


def joined(parts: Sequence[Breaches]) -> Breaches:
    """All rows of all parts."""

    def column(name: str) -> Any:
        values = [getattr(p, name) for p in parts]
        if name == "band":
            return Band(*(np.concatenate([getattr(v, f.name) for v in values]) for f in fields(Band)))
        return np.concatenate(values)

    return Breaches(*(column(f.name) for f in fields(Breaches)))


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Pairs (k,) of sides that ground beyond the stated band would bring into conflict: neither clear nor possible."""

    a: IntArray
    b: IntArray
