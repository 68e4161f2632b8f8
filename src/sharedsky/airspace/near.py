"""Which of very many edges may be near each other, by trees: so that rings of 100,000 vertices are asked in moderation.

An edge is held by its middle and half its length: two edges come within a distance only where their middles come within
that and both halves. Called by meet.py and along.py, which then measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely

from sharedsky.airspace.charts import tangent_basis
from sharedsky.airspace.earth import FloatArray, IntArray

#: Pairs that one question to a tree may give at most: bounds memory to some 200 MB.
_MOST: Final = 5_000_000
#: Lengths of edges in one tree differ by at most this factor.
_CLASS: Final = 4.0
#: Chords of n-vectors are drawn on the plane of one of them, so that nothing near is far there; added for rounding [m].
_ROUNDING_M: Final = 1e-3


class Edges:
    """n edges by their ends, (n, 3) [m] earth-centred each."""

    def __init__(self, start: FloatArray, end: FloatArray) -> None:
        self.middle = (start + end) / 2.0
        self.half_m = np.linalg.norm(end - start, axis=1) / 2.0

    def __len__(self) -> int:
        return len(self.half_m)


def near_edges(edges: Edges, others: Edges, limit_m: FloatArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Pairs of an edge and another that may come within a chord limit_m[k] of others[k], in chunks: no pair is missed.

    Args:
        edges, others: n and m of them. limit_m: (m,) [m].
    Yields:
        (p,) indices of edges and of others; together at most a few million at a time.
    """
    if len(edges) == 0 or len(others) == 0:
        return
    toward = edges.middle.mean(axis=0)
    length = float(np.linalg.norm(toward))
    plane = tangent_basis(toward / length if length > 0 else np.array([1.0, 0.0, 0.0]))[:, :2]
    flat, flat_others = edges.middle @ plane, shapely.points(others.middle @ plane)
    size = np.floor(np.log(np.maximum(edges.half_m, 1e-3)) / np.log(_CLASS))
    block = max(1, _MOST // len(edges))
    for one in np.unique(size):
        mine = np.flatnonzero(size == one)
        tree = shapely.STRtree(shapely.points(flat[mine]))
        reach = limit_m + others.half_m + float(edges.half_m[mine].max()) + _ROUNDING_M
        for first in range(0, len(others), block):
            part = slice(first, first + block)
            other, of = tree.query(flat_others[part], predicate="dwithin", distance=reach[part])
            edge, other = mine[of], other + first
            apart = np.linalg.norm(edges.middle[edge] - others.middle[other], axis=1)
            close = apart <= limit_m[other] + others.half_m[other] + edges.half_m[edge] + _ROUNDING_M
            if close.any():
                yield edge[close], other[close]
