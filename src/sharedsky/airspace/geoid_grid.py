"""The EGM96 15-minute grid of geoid undulations, and the cubic surface that is spanned over each of its cells.

The data are NGA's (public domain): undulations of the EGM96 geoid above the WGS 84 ellipsoid, in whole
centimetres, at every quarter of a degree. Row 0 is 90 N, column 0 is 0 E, going east. They are read from the
package when first asked for. Rows beyond a pole are those on its other side, columns go round: there is no seam.

Over a cell the surface is the cubic through four nodes in each direction (Lagrange's): neighbouring cells meet
along their common edge, since both have there the cubic through that edge's own four nodes. Called by geoid.py
and geoid_windows.py.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.earth import FloatArray, IntArray

CELLS_PER_DEG: Final = 4  #: 15 minutes of arc
ROWS: Final = 180 * CELLS_PER_DEG  #: cells from pole to pole
COLUMNS: Final = 360 * CELLS_PER_DEG  #: cells around a parallel
#: Nodes kept before the first cell and after the last one's first corner: a cubic needs those at -1, 0, 1 and 2.
_BEFORE: Final = 1
_AFTER: Final = 2
_WIDTH: Final = _BEFORE + COLUMNS + _AFTER

#: Lagrange's cubics through nodes at -1, 0, 1, 2: row k holds node k's factors of 1, t, t^2, t^3, t from 0 to 1.
CUBIC: Final[FloatArray] = (
    np.array([[0, -2, 3, -1], [6, -3, -6, 3], [0, 6, 3, -3], [0, -1, 0, 1]], np.float64) / 6.0
)


@cache
def padded_cm() -> npt.NDArray[np.int16]:
    """Undulations [cm], (ROWS + 3, COLUMNS + 3) int16.

    The 4 x 4 nodes of cell (row, column) are at [row : row + 4, column : column + 4].
    """
    path = files("sharedsky.airspace") / "data" / "egm96-15min.npz"
    with path.open("rb") as file, np.load(file) as archive:
        grid: npt.NDArray[np.int16] = archive["undulation_cm"]
    beyond_north, beyond_south = (np.roll(grid[row], COLUMNS // 2)[None] for row in (1, ROWS - 1))
    rows = np.concatenate([beyond_north, grid, beyond_south])
    padded = np.concatenate([rows[:, -_BEFORE:], rows, rows[:, :_AFTER]], axis=1)
    padded.setflags(write=False)
    return padded


@cache
def _flat_m() -> FloatArray:
    flat: FloatArray = padded_cm().ravel() / 100.0
    flat.setflags(write=False)
    return flat


def row_of(lat_deg: FloatArray) -> FloatArray:
    """Where a latitude lies in the grid, counted in cells from 90 N: 0 to ROWS."""
    return (90.0 - lat_deg) * CELLS_PER_DEG


def column_of(lng_deg: FloatArray) -> FloatArray:
    """Where a longitude lies in the grid, counted in cells going east from 0 E: 0 to COLUMNS."""
    return np.mod(lng_deg, 360.0) * CELLS_PER_DEG


def cell(place: FloatArray, count: int) -> IntArray:
    """The cell that a place in the grid lies in, 0 to count - 1: the end belongs to the last one."""
    return np.clip(np.floor(place).astype(np.int64), 0, count - 1)


def node_m(row: IntArray, column: IntArray, down: int, right: int) -> FloatArray:
    """Undulation [m] at one node of cells (row, column): down, right 0 to 3, where 1, 1 is the north-west corner."""
    return np.asarray(_flat_m()[(row + down) * _WIDTH + column + right])


def weights(t: FloatArray) -> FloatArray:
    """(4, n): each node's share at t (n,), 0 to 1 between the second and the third."""
    return np.asarray(CUBIC @ np.stack([np.ones_like(t), t, t * t, t * t * t]))


def control(start: FloatArray, end: FloatArray) -> FloatArray:
    """(n, 4, 4): each node's share in the four Bezier control points of the cubic cut to start..end (n,).

    A cubic lies within the span of its control points, and so does the product of two; this is its blossom.
    """
    values = np.empty((len(start), 4, 4))
    corners = ((start, start, start), (start, start, end), (start, end, end), (end, end, end))
    for k, (a, b, c) in enumerate(corners):
        values[:, k, 0] = 1.0
        values[:, k, 1] = (a + b + c) / 3.0
        values[:, k, 2] = (a * b + b * c + c * a) / 3.0
        values[:, k, 3] = a * b * c
    return np.asarray(values @ CUBIC.T)
