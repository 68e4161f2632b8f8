"""A point that two meeting shapes share: where to look on a map.

It decides nothing. Called by the searches for the place of a breach.
"""

from __future__ import annotations

import numpy as np
import shapely

from sharedsky.airspace.charts import FACES, project, tangent_basis
from sharedsky.airspace.earth import FloatArray, IntArray
from sharedsky.airspace.meet import draw_in
from sharedsky.airspace.shapes import AREA, Geometries, Shapes


def common_points(a: Shapes, i: IntArray, b: Shapes, j: IntArray) -> FloatArray:
    """Vectors (k, 3) to a point in shape i[k] of a and shape j[k] of b, where the two meet (to the width of a pixel).

    The middle of the smaller one where both hold it; else a point of the shortest line between the cores, nearer to the
    one with less reach. Shapes that only come within a minimum share none: the point lies between them.
    """
    smaller = a.angle[i] + a.reach_m[i] / 6.4e6 <= b.angle[j] + b.reach_m[j] / 6.4e6
    out = np.where(smaller[:, None], a.middle[i], b.middle[j])
    basis = np.where((a.small[i] & b.small[j])[:, None, None], FACES[a.face[i]], tangent_basis(out))
    left, right = _drawn(a, i, b, j, basis)
    flat, _ = project(out, basis)
    areas = (a.kind[i] == AREA) & (b.kind[j] == AREA)
    inside = (
        areas & shapely.contains_xy(left, flat[:, 0], flat[:, 1]) & shapely.contains_xy(right, flat[:, 0], flat[:, 1])
    )
    of = np.flatnonzero(~inside & ~shapely.is_empty(left) & ~shapely.is_empty(right))
    if len(of) == 0:
        return out
    ends = shapely.get_coordinates(shapely.shortest_line(left[of], right[of])).reshape(-1, 2, 2)
    reach = a.reach_m[i[of]] + b.reach_m[j[of]]
    share = np.where(reach > 0, a.reach_m[i[of]] / np.where(reach > 0, reach, 1.0), 0.5)
    point = ends[:, 0] + (ends[:, 1] - ends[:, 0]) * share[:, None]
    out[of] = np.einsum("ni,nji->nj", np.column_stack([point, np.ones(len(of))]), basis[of])
    return out


def _drawn(a: Shapes, i: IntArray, b: Shapes, j: IntArray, basis: FloatArray) -> tuple[Geometries, Geometries]:
    """Both shapes of each pair in one chart (k, 3, 3): the first's home where both are small."""
    left, right = np.empty(len(i), object), np.empty(len(i), object)
    small = a.small[i] & b.small[j]
    home = np.flatnonzero(small & (a.face[i] == b.face[j]))
    left[home], right[home] = a.home_geometries()[i[home]], b.home_geometries()[j[home]]
    foreign = np.flatnonzero(small & (a.face[i] != b.face[j]))
    if len(foreign):
        left[foreign] = a.home_geometries()[i[foreign]]
        right[foreign] = b.draw(j[foreign], basis[foreign])
    for k in np.flatnonzero(~small):
        left[k], right[k] = draw_in(a, int(i[k]), basis[k]), draw_in(b, int(j[k]), basis[k])
    return left, right
