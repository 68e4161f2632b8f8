"""Bounds of the geoid over many cells at once: the least and greatest of every window of 2^i by 2^j cells.

A range of any number of cells is the union of four such windows that overlap, so that a large box costs as much
as a small one. Tables are made when first asked for; the last few dozen are kept. Called by geoid.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.earth import FloatArray, IntArray
from sharedsky.airspace.geoid_grid import COLUMNS, ROWS, control, padded_cm

_Table = npt.NDArray[np.int16]
_Plane = npt.NDArray[np.float32]

#: Tables that are kept: 4 MB for each size of window.
_KEPT: Final = 24
#: Added to each cell's bound [cm]: more than float32 can lose in sums of numbers below 2 x 10^4.
_ROUNDING_CM: Final = np.float32(0.05)


def window_range_m(
    first_row: IntArray, last_row: IntArray, first_column: IntArray, columns: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Bounds [m] of the surface over ranges of cells.

    Args:
        first_row, last_row: (n,) 0 to ROWS - 1, both included.
        first_column: (n,) 0 to COLUMNS - 1. columns: (n,) how many from there eastward, 1 to COLUMNS.
    Returns:
        lower, upper: (n,) float64.
    """
    low, high = np.empty(len(first_row)), np.empty(len(first_row))
    size = np.stack([_log2(last_row - first_row + 1), _log2(columns)])
    for tall, wide in np.unique(size, axis=1).T.tolist():
        of = np.flatnonzero((size[0] == tall) & (size[1] == wide))
        lower, upper = _windows(tall, wide)
        top, left = first_row[of], first_column[of]
        bottom, right = last_row[of] - 2**tall + 1, (left + columns[of] - 2**wide) % COLUMNS
        corners = ((top, left), (top, right), (bottom, left), (bottom, right))
        low[of] = np.min([lower[corner] for corner in corners], axis=0) / 100.0
        high[of] = np.max([upper[corner] for corner in corners], axis=0) / 100.0
    return low, high


def _log2(count: IntArray) -> IntArray:
    """The largest i with 2^i <= count, exact for counts up to 2^52."""
    return np.frexp(count.astype(np.float64))[1].astype(np.int64) - 1


@lru_cache(maxsize=_KEPT)
def _windows(tall: int, wide: int) -> tuple[_Table, _Table]:
    """Bounds [cm, rounded outward], (ROWS, COLUMNS) each, of the 2^tall x 2^wide cells from each one on."""
    if tall == 0 and wide == 0:
        return _cells()
    if tall > 0:
        low, high = _windows(tall - 1, wide)
        other = np.minimum(np.arange(ROWS) + 2 ** (tall - 1), ROWS - 1)
        return np.minimum(low, low[other]), np.maximum(high, high[other])
    low, high = _windows(0, wide - 1)
    step = -(2 ** (wide - 1))
    return np.minimum(low, np.roll(low, step, axis=1)), np.maximum(high, np.roll(high, step, axis=1))


def _cells() -> tuple[_Table, _Table]:
    """The least and greatest Bezier control point of every cell."""
    nodes = padded_cm().astype(np.float32)
    share = control(np.zeros(1), np.ones(1))[0].astype(np.float32)
    low, high = np.full((ROWS, COLUMNS), np.inf, np.float32), np.full((ROWS, COLUMNS), -np.inf, np.float32)
    for down in share:
        rows = _mixed(down, [nodes[k : k + ROWS] for k in range(4)])
        for across in share:
            points = _mixed(across, [rows[:, k : k + COLUMNS] for k in range(4)])
            np.minimum(low, points, out=low)
            np.maximum(high, points, out=high)
    return np.floor(low - _ROUNDING_CM).astype(np.int16), np.ceil(high + _ROUNDING_CM).astype(np.int16)


def _mixed(shares: _Plane, planes: list[_Plane]) -> _Plane:
    out = np.zeros_like(planes[0])
    for share, plane in zip(shares, planes, strict=True):
        if share:
            out += share * plane
    return out
