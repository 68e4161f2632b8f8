"""Which parts of straight pieces of path lie inside shapes, or within a reach of them.

The distance from a point that moves on a straight piece to an edge is convex, so that the parts near an edge are
intervals in closed form. What lies between the parts near a ring's edges is wholly inside or wholly outside, and one
point of it tells. Called by conflicts/crossings.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from sharedsky.airspace.charts import FACES, project, tangent_basis
from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.frames import decision_reach_m, flatten
from sharedsky.airspace.geodesic import MAX_EDGE_M, ROUGH_EDGE_M
from sharedsky.airspace.meet import edge_ends
from sharedsky.airspace.near import Edges, near_edges
from sharedsky.airspace.shapes import AREA, Shapes, ragged
from sharedsky.airspace.spans import where_near_segment

_CHUNK: Final = 500_000
#: Edges of a shape from which on a tree finds those that are worth looking at.
_MANY: Final = 200
#: Vertices that are looked at (by all points together) from which on a geometry is worth being prepared.
_PREPARE: Final = 5_000


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
    reach = np.maximum.accumulate(_on_one_line(row, hi))
    begins = np.ones(len(row), bool)
    begins[1:] = _on_one_line(row[1:], lo[1:]) > reach[:-1]
    first = np.flatnonzero(begins)
    return Parts(row[first], lo[first], np.maximum.reduceat(hi, first))


def parts_between(rows: IntArray, parts: Parts) -> Parts:
    """What the parts leave of [0, 1] of each of the rows, which are ascending and hold all rows of the parts."""
    row = np.concatenate([rows, parts.row])
    lo = np.concatenate([np.zeros(len(rows)), parts.hi])
    order = np.lexsort((lo, row))
    row, lo = row[order], lo[order]
    # each gap ends where the next part of its row begins, or at 1
    ends = np.concatenate([_on_one_line(parts.row, parts.lo), _on_one_line(rows, 1.0)])
    hi = np.sort(ends) - _on_one_line(row, 0.0)
    gap = np.flatnonzero(lo < hi)
    return Parts(row[gap], lo[gap], hi[gap])


def _on_one_line(row: IntArray, s: FloatArray | float) -> FloatArray:
    """Where s in [0, 1] of each row lies when all rows are laid on one line, so that one pass or sort serves them all.

    Row r is at 2 r to 2 r + 1: two rows never touch, and the order on the line is by row first.
    """
    return np.asarray(2.0 * row + s)


def _near_edges(pieces: Pieces, shapes: Shapes, j: IntArray, reach_m: FloatArray) -> Parts:
    """Parts within reach of the edges (of rings, paths and points) of each shape."""
    start, first = shapes.edges()
    limit = decision_reach_m(reach_m)
    many = np.diff(start)[j] > _MANY
    found = [
        _near(pieces, row, shapes, vertex, limit)
        for pairs in (_all_edges(start, first, j, np.flatnonzero(~many)),
                      _worthy_edges(pieces, shapes, j, np.flatnonzero(many), limit))
        for row, vertex in pairs
    ]  # fmt: skip
    if not found:
        return Parts(np.empty(0, np.int64), np.empty(0), np.empty(0))
    row, lo, hi = (np.concatenate(part) for part in zip(*found, strict=True))
    return merged(row, lo, hi)


def _all_edges(start: IntArray, first: IntArray, j: IntArray, rows: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Rows with all edges of their shapes, by first vertex, in chunks."""
    count = np.diff(start)[j[rows]]
    total = np.cumsum(count)
    begin = 0
    while begin < len(rows):
        before = total[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, before + _CHUNK, side="right")))
        edge, per_row = ragged(start, j[rows[begin:end]])
        yield np.repeat(rows[begin:end], per_row), first[edge]
        begin = end


def _worthy_edges(
    pieces: Pieces, shapes: Shapes, j: IntArray, rows: IntArray, limit: FloatArray
) -> Iterator[tuple[IntArray, IntArray]]:
    """Rows with those edges of their shapes that may be near, where shapes have very many."""
    if len(rows) == 0:
        return
    start, first = shapes.edges()
    rows = rows[np.argsort(j[rows], kind="stable")]
    shape, begin = np.unique(j[rows], return_index=True)
    for one, mine in zip(shape.tolist(), np.split(rows, begin[1:]), strict=True):
        vertex = first[start[one] : start[one + 1]]
        edges = Edges(shapes.ecef[vertex], shapes.ecef[edge_ends(shapes, vertex)])
        for edge, row in near_edges(edges, Edges(pieces.ecef[mine, 0], pieces.ecef[mine, 1]), limit[mine]):
            for k in range(0, len(edge), _CHUNK):
                yield mine[row[k : k + _CHUNK]], vertex[edge[k : k + _CHUNK]]


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
    area = shapes.kind[j] == AREA
    mine = area[near.row]
    between = parts_between(np.flatnonzero(area), Parts(near.row[mine], near.lo[mine], near.hi[mine]))
    inside = _points_inside(pieces, shapes, j, between.row, (between.lo + between.hi) / 2)
    return Parts(between.row[inside], between.lo[inside], between.hi[inside])


def _points_inside(pieces: Pieces, shapes: Shapes, j: IntArray, row: IntArray, s: FloatArray) -> BoolArray:
    """Whether the points at s of pieces `row` lie in areas j[row]."""
    ends = pieces.vector[row]
    point = ends[:, 0] + (ends[:, 1] - ends[:, 0]) * s[:, None]
    shape = j[row]
    out = np.zeros(len(row), bool)
    small = np.flatnonzero(shapes.small[shape])
    work = np.bincount(shape, weights=np.diff(shapes.vertex_start)[shape], minlength=len(shapes))
    if len(small):
        home = shapes.home_geometries()[shape[small]]
        shapely.prepare(home[work[shape[small]] >= _PREPARE])
        out[small] = _contained(home, point[small], FACES[shapes.face[shape[small]]])
    large = np.flatnonzero(~shapes.small[shape])
    for k in np.unique(shape[large]):
        of = large[shape[large] == k]
        own = tangent_basis(shapes.middle[k])
        drawn = shapes.draw(np.array([k]), own)
        shapely.prepare(drawn)
        out[of] = _contained(drawn[0], point[of], own)
    return out


def _contained(drawn: object, points: FloatArray, basis: FloatArray) -> BoolArray:
    """Whether vectors (k, 3) lie in what is drawn in charts (one for all or one each) that show all of it."""
    flat, height = project(points, basis)
    flat[height <= 0.0] = 0.0
    return np.asarray(shapely.contains_xy(drawn, flat[:, 0], flat[:, 1]) & (height > 0.0))
