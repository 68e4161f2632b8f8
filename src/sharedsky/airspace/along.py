"""Which parts of straight pieces of path lie inside shapes, or within a reach of them.

The distance from a point that moves on a straight piece to an edge is convex, so that the parts near an edge are
intervals in closed form. What lies between the parts near a ring's edges is wholly inside or wholly outside, and one
point of it tells. Called by conflicts/crossings.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from sharedsky.airspace.charts import FACES, project, tangent_basis
from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.frames import decision_reach_m, flatten
from sharedsky.airspace.geodesic import MAX_EDGE_M, ROUGH_EDGE_M
from sharedsky.airspace.meet import draw_in, edge_ends
from sharedsky.airspace.shapes import AREA, Shapes
from sharedsky.airspace.spans import where_near_segment

_CHUNK: Final = 500_000


@dataclass(frozen=True, slots=True)
class Pieces:
    """k straight pieces of path, of at most 20 km: vector (k, 2, 3) n-vectors and ecef (k, 2, 3) [m] of their ends."""

    vector: FloatArray
    ecef: FloatArray

    def __len__(self) -> int:
        return len(self.vector)


@dataclass(frozen=True, slots=True)
class Parts:
    """p parts of pieces: row (p,) of the piece, lo and hi (p,) in [0, 1] of it, disjoint and in order."""

    row: IntArray
    lo: FloatArray
    hi: FloatArray


def parts_within(pieces: Pieces, shapes: Shapes, j: IntArray, reach_m: FloatArray) -> Parts:
    """The parts of piece k within reach_m[k] (>= 0) of the core of shape j[k]; inside an area counts."""
    near = _near_edges(pieces, shapes, j, reach_m)
    inside = _inside_between(pieces, shapes, j, near)
    return merged(
        np.concatenate([near.row, inside.row]),
        np.concatenate([near.lo, inside.lo]),
        np.concatenate([near.hi, inside.hi]),
    )


def parts_deep_inside(pieces: Pieces, shapes: Shapes, j: IntArray, depth_m: FloatArray) -> Parts:
    """The parts of piece k inside the area j[k] by at least depth_m[k] (>= 0); none for shapes that are not areas."""
    return _inside_between(pieces, shapes, j, _near_edges(pieces, shapes, j, depth_m))


def merged(row: IntArray, lo: FloatArray, hi: FloatArray) -> Parts:
    """The union of intervals, row by row."""
    order = np.lexsort((lo, row))
    row, lo, hi = row[order], lo[order], hi[order]
    if len(row) == 0:
        return Parts(row, lo, hi)
    reach = np.maximum.accumulate(hi + 2.0 * row)  # rows lie 2 apart, so that one never reaches the next
    begins = np.ones(len(row), bool)
    begins[1:] = lo[1:] + 2.0 * row[1:] > reach[:-1]
    first = np.flatnonzero(begins)
    return Parts(row[first], lo[first], np.maximum.reduceat(hi, first))


def _near_edges(pieces: Pieces, shapes: Shapes, j: IntArray, reach_m: FloatArray) -> Parts:
    """Parts within reach of the edges (of rings, paths and points) of each shape."""
    start, first = shapes.edges()
    count = np.diff(start)[j]
    limit = decision_reach_m(reach_m)
    total = np.cumsum(count)
    rows, los, his = [], [], []
    begin = 0
    while begin < len(j):
        before = total[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, before + _CHUNK, side="right")))
        chunk = np.arange(begin, end)
        row = np.repeat(chunk, count[chunk])
        edge = start[j[row]] + np.arange(len(row)) - (np.repeat(total[chunk] - count[chunk], count[chunk]) - before)
        row, lo, hi = _near(pieces, row, shapes, first[edge], limit)
        rows.append(row)
        los.append(lo)
        his.append(hi)
        begin = end
    if not rows:
        return Parts(np.empty(0, np.int64), np.empty(0), np.empty(0))
    return merged(np.concatenate(rows), np.concatenate(los), np.concatenate(his))


def _near(
    pieces: Pieces, row: IntArray, shapes: Shapes, vertex: IntArray, limit: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Of pairs of a piece and the edge from a vertex: the rows that come near, with the part."""
    a, q0 = pieces.ecef[row, 0], shapes.ecef[vertex]
    close = np.flatnonzero(((a - q0) ** 2).sum(1) <= (limit[row] + 1.001 * (ROUGH_EDGE_M + MAX_EDGE_M)) ** 2)
    row, vertex, a, q0 = row[close], vertex[close], a[close], q0[close]
    other = edge_ends(shapes, vertex)
    up = pieces.vector[row].sum(1) + shapes.vector[vertex] + shapes.vector[other]
    flat = flatten(up, a, a, pieces.ecef[row, 1], q0, shapes.ecef[other])
    lo, hi = where_near_segment(flat[0], flat[1] - flat[0], flat[2], flat[3], limit[row])
    found = lo <= hi
    return row[found], lo[found], hi[found]


def _inside_between(pieces: Pieces, shapes: Shapes, j: IntArray, near: Parts) -> Parts:
    """The parts between those near the edges that lie inside the areas."""
    area = np.flatnonzero(shapes.kind[j] == AREA)
    mine = shapes.kind[j[near.row]] == AREA
    row = np.concatenate([area, near.row[mine]])
    lo = np.concatenate([np.zeros(len(area)), near.hi[mine]])
    order = np.lexsort((lo, row))
    row, lo = row[order], lo[order]
    # each gap ends where the next part of its row begins, or at 1
    hi = np.ones(len(row))
    starts = np.concatenate([near.row[mine] * 2.0 + near.lo[mine], area * 2.0 + 1.0])
    hi = np.sort(starts)[: len(row)] - 2.0 * row if len(row) else hi
    gap = np.flatnonzero(lo < hi)
    row, lo, hi = row[gap], lo[gap], hi[gap]
    inside = _points_inside(pieces, shapes, j, row, (lo + hi) / 2)
    return Parts(row[inside], lo[inside], hi[inside])


def _points_inside(pieces: Pieces, shapes: Shapes, j: IntArray, row: IntArray, s: FloatArray) -> BoolArray:
    """Whether the points at s of pieces `row` lie in areas j[row]."""
    ends = pieces.vector[row]
    point = ends[:, 0] + (ends[:, 1] - ends[:, 0]) * s[:, None]
    shape = j[row]
    out = np.zeros(len(row), bool)
    small = np.flatnonzero(shapes.small[shape])
    if len(small):
        flat, height = project(point[small], FACES[shapes.face[shape[small]]])
        hit = shapely.contains_xy(shapes.home_geometries()[shape[small]], flat[:, 0], flat[:, 1])
        out[small] = hit & (height > 0)
    for k in np.flatnonzero(~shapes.small[shape]):
        basis = tangent_basis(point[k] / np.linalg.norm(point[k]))
        out[k] = shapely.contains_xy(draw_in(shapes, int(shape[k]), basis), 0.0, 0.0)
    return out
