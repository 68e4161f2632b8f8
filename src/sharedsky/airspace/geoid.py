"""Mean sea level above the ellipsoid: the EGM96 geoid's undulation, at points and as bounds over boxes.

Implements the geoid's row of docs/conflicts.md, "Datums": EGM96, 15-minute grid, cubic, stated error (bilinear
interpolation may miss by 1.15 m). Height above WGS 84 = height above mean sea level + undulation. The surface is
continuous everywhere, also across the antimeridian and at the poles, and within 2 cm of NGA's published test
values. Called by datums.py wherever a level above mean sea level meets one of another datum.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.earth import FloatArray, IntArray
from sharedsky.airspace.geoid_grid import COLUMNS, ROWS, cell, column_of, control, node_m, row_of, weights
from sharedsky.airspace.geoid_windows import window_range_m
from sharedsky.errors import GeometryError

#: Half-width [m] within which EGM96 is taken to give the mean sea level that a source counts its heights from.
#: EGM96 itself: 0.5 to 1.0 m, one sigma, worldwide (NIMA TR8350.2, 3rd edition; Lemoine et al. 1998, NASA
#: TP-1998-206861). Grid and interpolation: 0.2 m. National height systems count from seas of their own: Belgium's
#: zero lies 2.3 m below its neighbours'. Three sigma of the first, or the last with one sigma, come to 3 m.
#: Where gravity was badly known it can be more, up to about 10 m against EGM2008 (ocean trenches, parts of
#: Antarctica, the highest mountains): levels there should state an uncertainty of their own.
GEOID_ERROR_M: Final = 3.0

#: Added to every bound [m]: far more than the arithmetic can lose.
_ROUNDING_M: Final = 1e-6
#: Boxes of up to this many cells each way are bounded patch by patch, larger ones by whole cells.
_FINE_CELLS: Final = 2


def undulation_m(lat_deg: npt.ArrayLike, lng_deg: npt.ArrayLike) -> FloatArray:
    """Height of the EGM96 geoid above the WGS 84 ellipsoid [m], shape (n,).

    Args:
        lat_deg: (n,) -90 to 90. lng_deg: (n,) any finite longitude; 190 is -170.
    Raises:
        GeometryError: NaN, infinity, or a latitude beyond a pole.
    Source: NGA, EGM96 15-minute grid and the test values of its interpolation program.
    """
    lat, lng = _arrays(lat_deg, lng_deg)
    _check_lat(lat)
    _check_lng(lng)
    row_place, column_place = row_of(lat), column_of(lng)
    row, column = cell(row_place, ROWS), cell(column_place, COLUMNS)
    down, right = weights(row_place - row), weights(column_place - column)
    out = np.zeros(lat.shape)
    for i in range(4):
        for j in range(4):
            out += down[i] * right[j] * node_m(row, column, i, j)
    return out


def undulation_range_m(
    lat_min: npt.ArrayLike, lat_max: npt.ArrayLike, lng_west: npt.ArrayLike, lng_east: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Outer bounds [m] of `undulation_m` over boxes: no point of a box lies outside them.

    Over boxes of up to a quarter of a degree they are tight to a few centimetres in most places; over larger ones
    they are those of all cells (of a quarter of a degree) that the box touches.

    Args:
        lat_min, lat_max: (n,) degrees, lat_min <= lat_max.
        lng_west, lng_east: (n,) degrees; going east from west to east, so that west > east reaches across 180; a
            difference of 360 or more is the whole parallel.
    Returns:
        lower, upper: (n,) float64. GEOID_ERROR_M is not in them.
    Raises:
        GeometryError: NaN, infinity, a latitude beyond a pole, or lat_min above lat_max.
    """
    south, north, west, east = _arrays(lat_min, lat_max, lng_west, lng_east)
    for lat in (south, north):
        _check_lat(lat)
    for lng in (west, east):
        _check_lng(lng)
    if (south > north).any():
        raise GeometryError("a box's southern edge lies north of its northern edge.", "Swap them.")
    top, bottom, left = row_of(north), row_of(south), column_of(west)
    return _range(top, bottom, left, left + eastward_deg(west, east) * (COLUMNS / 360.0))


def eastward_deg(west: FloatArray, east: FloatArray) -> FloatArray:
    """Degrees (n,) from west to east, going east: 0 to 360; the whole parallel where they differ by that or more."""
    gap = east - west
    return np.where(gap >= 360.0, 360.0, np.where(gap >= 0.0, gap, np.mod(gap, 360.0)))


def _range(top: FloatArray, bottom: FloatArray, left: FloatArray, right: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Bounds [m] over boxes given in cells of the grid; right counts on beyond COLUMNS where it is across 0 E."""
    first_row, last_row, first_column = cell(top, ROWS), cell(bottom, ROWS), cell(left, COLUMNS)
    columns = np.minimum(np.floor(right).astype(np.int64) - first_column + 1, COLUMNS)
    low, high = np.full(len(top), np.inf), np.full(len(top), -np.inf)
    fine = (last_row - first_row < _FINE_CELLS) & (columns <= _FINE_CELLS)
    for down in range(_FINE_CELLS):
        for over in range(_FINE_CELLS):
            of = np.flatnonzero(fine & (first_row + down <= last_row) & (over < columns))
            row, column = first_row[of] + down, first_column[of] + over
            rows = control(np.clip(top[of] - row, 0.0, 1.0), np.clip(bottom[of] - row, 0.0, 1.0))
            across = control(np.clip(left[of] - column, 0.0, 1.0), np.clip(right[of] - column, 0.0, 1.0))
            points = rows @ _nodes_m(row, column % COLUMNS) @ across.transpose(0, 2, 1)
            low[of] = np.minimum(low[of], points.min(axis=(1, 2)))
            high[of] = np.maximum(high[of], points.max(axis=(1, 2)))
    of = np.flatnonzero(~fine)
    if len(of):
        low[of], high[of] = window_range_m(first_row[of], last_row[of], first_column[of], columns[of])
    return low - _ROUNDING_M, high + _ROUNDING_M


def _nodes_m(row: IntArray, column: IntArray) -> FloatArray:
    """(n, 4, 4): the nodes of cells [m]."""
    nodes = np.empty((len(row), 4, 4))
    for i in range(4):
        for j in range(4):
            nodes[:, i, j] = node_m(row, column, i, j)
    return nodes


def _arrays(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    return np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, np.float64)) for v in values))


def _check_lat(lat: FloatArray) -> None:
    if not (np.abs(lat) <= 90.0).all():
        raise GeometryError("a latitude is not on the globe.", "Give degrees from -90 to 90.")


def _check_lng(lng: FloatArray) -> None:
    if not np.isfinite(lng).all():
        raise GeometryError("a longitude is not a number.", "Give degrees from -180 to 180.")
