"""Whether footprints meet: exactly, anywhere on the globe, with any reach around them.

Two shapes meet where the distance between their cores is at most the sum of their reaches (and of a minimum), plus the
1 cm that counts as a breach. Cores that intersect are found in a flat chart (charts.py) with GEOS's exact predicates;
for the rest the distance is measured edge by edge in local frames (frames.py). Called by conflicts/.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from sharedsky.airspace.charts import FACES, project, tangent_basis
from sharedsky.airspace.earth import MIN_RADIUS_M, BoolArray, FloatArray, IntArray, distance_m
from sharedsky.airspace.footprint import Footprint
from sharedsky.airspace.frames import SLACK, TOLERANCE_M, decision_reach_m, flatten, segment_gap_m
from sharedsky.airspace.geodesic import MAX_EDGE_M
from sharedsky.airspace.near import Edges, near_edges
from sharedsky.airspace.shapes import AREA, POINT, Geometries, Shapes, ragged, shapes_of

#: Edge pairs measured at once: bounds memory to some 400 MB.
_CHUNK: Final = 500_000
#: Edge pairs of one pair of shapes from which on a tree finds those that are worth measuring.
_MANY: Final = 50_000
#: Vertices that are looked at (in all pairs together) from which on a geometry is worth being prepared.
_PREPARE: Final = 5_000
#: 1 cm in chart units, anywhere within 80 degrees of a chart's middle.
CHART_TOLERANCE: Final = TOLERANCE_M / MIN_RADIUS_M / np.cos(np.radians(80.0)) ** 2
#: A frustum of this half-width around a chart's middle holds every shape that fits a footprint (75 degrees).
_FRUSTUM: Final = float(np.tan(np.radians(77.0)))


def meet(a: Footprint, b: Footprint, reach_m: float = 0.0) -> bool:
    """Whether two footprints come within reach_m [m >= 0] of each other (touching, and within 1 cm, counts)."""
    shapes = shapes_of([a, b])
    return bool(meet_pairs(shapes, np.array([0]), shapes, np.array([1]), reach_m)[0])


def meet_pairs(a: Shapes, i: IntArray, b: Shapes, j: IntArray, extra_m: float = 0.0) -> BoolArray:
    """Whether shape i[k] of a and shape j[k] of b come within extra_m [m] of each other: (k,) bool."""
    out = np.zeros(len(i), bool)
    reach = a.reach_m[i] + b.reach_m[j] + extra_m
    todo = np.flatnonzero(_caps_meet(a, i, b, j, reach))
    points = (a.kind[i[todo]] == POINT) & (b.kind[j[todo]] == POINT)
    both = todo[points]
    out[both] = _points_within(a, i[both], b, j[both], reach[both])
    todo = todo[~points]
    out[todo] = _cores_intersect(a, i[todo], b, j[todo])
    todo = todo[~out[todo]]
    todo = todo[_worth_measuring(a, i[todo], b, j[todo], reach[todo])]
    out[todo] = edges_within(a, i[todo], b, j[todo], reach[todo])
    return out


def _caps_meet(a: Shapes, i: IntArray, b: Shapes, j: IntArray, reach: FloatArray) -> BoolArray:
    """May meet: the caps around the two cores come within reach."""
    chord = np.linalg.norm(a.middle[i] - b.middle[j], axis=1)
    apart = 2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))
    return np.asarray(apart <= a.angle[i] + b.angle[j] + (reach + 2 * TOLERANCE_M) * (1 + SLACK) / MIN_RADIUS_M)


def _points_within(a: Shapes, i: IntArray, b: Shapes, j: IntArray, reach: FloatArray) -> BoolArray:
    if len(i) == 0:
        return np.zeros(0, bool)
    p, q = a.lat_lng[a.vertex_start[i]], b.lat_lng[b.vertex_start[j]]
    return np.asarray(distance_m(p[:, 0], p[:, 1], q[:, 0], q[:, 1]) <= reach + TOLERANCE_M)


def _cores_intersect(a: Shapes, i: IntArray, b: Shapes, j: IntArray) -> BoolArray:
    """Exact, in a chart that holds both; cores whose caps do not meet are apart, and may not be seen in one chart."""
    out = np.zeros(len(i), bool)
    area = (a.kind[i] == AREA) | (b.kind[j] == AREA)
    of = np.flatnonzero(area & _caps_meet(a, i, b, j, np.zeros(len(i))))
    small = a.small[i[of]] & b.small[j[of]]
    simple = of[small]
    if len(simple):
        left, right = _drawn_together(a, i[simple], b, j[simple])
        out[simple] = shapely.intersects(left, right)
    for k in of[~small]:
        left_one, right_one = _draw_large(a, int(i[k]), b, int(j[k]))
        out[k] = shapely.intersects(left_one, right_one)
    return out


def _drawn_together(a: Shapes, i: IntArray, b: Shapes, j: IntArray) -> tuple[Geometries, Geometries]:
    """Small shapes of pairs, each pair in the home chart of the one with more vertices, which comes first."""
    larger = np.diff(a.vertex_start)[i] >= np.diff(b.vertex_start)[j]
    first, second = np.empty(len(i), object), np.empty(len(i), object)
    for of, one, k, other, m in ((np.flatnonzero(larger), a, i, b, j), (np.flatnonzero(~larger), b, j, a, i)):
        first[of], second[of] = _at_home(one, k[of], other, m[of])
    return first, second


def _at_home(one: Shapes, i: IntArray, other: Shapes, j: IntArray) -> tuple[Geometries, Geometries]:
    """Shapes i of one in their home charts, and shapes j of the other in the same."""
    left, right = one.home_geometries()[i], other.home_geometries()[j]
    work = np.bincount(i, weights=np.diff(one.vertex_start)[i], minlength=len(one))
    shapely.prepare(left[work[i] >= _PREPARE])
    foreign = np.flatnonzero(one.face[i] != other.face[j])
    if len(foreign):
        right[foreign] = other.draw(j[foreign], FACES[one.face[i[foreign]]])
    return left, right


def _worth_measuring(a: Shapes, i: IntArray, b: Shapes, j: IntArray, reach: FloatArray) -> BoolArray:
    """Of pairs whose cores do not intersect: those with a reach, and those without that are within 1 cm or so."""
    worth = reach > 0
    rest = np.flatnonzero(~worth)
    small = rest[a.small[i[rest]] & b.small[j[rest]]]
    worth[rest] = True
    if len(small):
        left, right = _drawn_together(a, i[small], b, j[small])
        worth[small] = shapely.dwithin(left, right, CHART_TOLERANCE)
    return np.asarray(worth)


def edges_within(a: Shapes, i: IntArray, b: Shapes, j: IntArray, reach_m: FloatArray) -> BoolArray:
    """Whether any edge of shape i[k] comes within reach_m[k] of any edge of shape j[k]: (k,) bool."""
    out = np.zeros(len(i), bool)
    if len(i) == 0:
        return out
    start_a, first_a = a.edges()
    start_b, first_b = b.edges()
    count_a, count_b = np.diff(start_a)[i], np.diff(start_b)[j]
    combos = count_a * count_b
    limit = decision_reach_m(reach_m)
    large = combos > _MANY
    for k in np.flatnonzero(large):
        edge_a, edge_b = ragged(start_a, i[k : k + 1])[0], ragged(start_b, j[k : k + 1])[0]
        out[k] = _large_within(a, first_a[edge_a], b, first_b[edge_b], float(limit[k]))
    rest = np.flatnonzero(~large)
    bounds = np.searchsorted(np.cumsum(combos[rest]), np.arange(_CHUNK, combos[rest].sum() + _CHUNK, _CHUNK))
    for chunk in np.split(rest, np.unique(np.minimum(bounds + 1, len(rest)))):
        if len(chunk):
            pair = np.repeat(np.arange(len(chunk)), combos[chunk])
            within = np.arange(len(pair)) - np.repeat(np.cumsum(combos[chunk]) - combos[chunk], combos[chunk])
            edge_a = start_a[i[chunk]][pair] + within // count_b[chunk][pair]
            edge_b = start_b[j[chunk]][pair] + within % count_b[chunk][pair]
            near = _edge_pairs_within(a, first_a[edge_a], b, first_b[edge_b], limit[chunk][pair])
            out[chunk[pair[near]]] = True
    return out


def _edge_pairs_within(a: Shapes, u: IntArray, b: Shapes, v: IntArray, limit: FloatArray) -> BoolArray:
    """Whether the edges from vertices u[k] of a and v[k] of b come within the chord limit[k]."""
    p0, q0 = a.ecef[u], b.ecef[v]
    near = np.flatnonzero(((p0 - q0) ** 2).sum(1) <= (limit + 2 * MAX_EDGE_M * 1.001) ** 2)
    out = np.zeros(len(u), bool)
    if len(near) == 0:
        return out
    u, v, p0, q0 = u[near], v[near], p0[near], q0[near]
    u1, v1 = edge_ends(a, u), edge_ends(b, v)
    up = a.vector[u] + a.vector[u1] + b.vector[v] + b.vector[v1]
    flat = flatten(up, p0, p0, a.ecef[u1], q0, b.ecef[v1])
    out[near] = segment_gap_m(*flat) <= limit[near]
    return out


def edge_ends(shapes: Shapes, first: IntArray) -> IntArray:
    """The vertex at the other end of each edge; a point's edge ends where it begins."""
    line = np.searchsorted(shapes.line_start, first, side="right") - 1
    return np.minimum(first + 1, shapes.line_start[line + 1] - 1)


def _large_within(a: Shapes, u: IntArray, b: Shapes, v: IntArray, limit: float) -> bool:
    """The same for one pair of shapes with very many edges, from vertices u of a and v of b."""
    margin = limit + 2 * MAX_EDGE_M * 1.001
    for _ in range(2):  # keep the edges that lie in the other's box
        u = u[_in_box(a.ecef[u], b.ecef[v], margin)]
        v = v[_in_box(b.ecef[v], a.ecef[u], margin)]
    edges, others = Edges(a.ecef[u], a.ecef[edge_ends(a, u)]), Edges(b.ecef[v], b.ecef[edge_ends(b, v)])
    for left, right in near_edges(edges, others, np.full(len(v), limit)):
        for k in range(0, len(left), _CHUNK):
            pair_u, pair_v = u[left[k : k + _CHUNK]], v[right[k : k + _CHUNK]]
            if _edge_pairs_within(a, pair_u, b, pair_v, np.full(len(pair_u), limit)).any():
                return True
    return False


def _in_box(points: FloatArray, others: FloatArray, margin: float) -> BoolArray:
    if len(others) == 0:
        return np.zeros(len(points), bool)
    low, high = others.min(0) - margin, others.max(0) + margin
    return np.asarray(((points >= low) & (points <= high)).all(1))


def _draw_large(a: Shapes, i: int, b: Shapes, j: int) -> tuple[object, object]:
    """One pair in the chart around the smaller's middle; what does not fit it is clipped to a frustum that holds the
    smaller."""
    middle = a.middle[i] if a.angle[i] <= b.angle[j] else b.middle[j]
    basis = tangent_basis(middle)
    return draw_in(a, i, basis), draw_in(b, j, basis)


def draw_in(shapes: Shapes, k: int, basis: FloatArray) -> object:
    """Shape k in the chart `basis` (3, 3): whole, or what lies in the frustum of 77 degrees around the chart's
    middle."""
    start = shapes.vertex_start
    height = shapes.vector[start[k] : start[k + 1]] @ basis[:, 2]
    if (height > np.cos(np.radians(80.0))).all():
        return shapes.draw(np.array([k]), basis)[0]
    if shapes.kind[k] == POINT:
        return shapely.Point()
    own = tangent_basis(shapes.middle[k])
    drawn = shapes.draw(np.array([k]), own)[0]
    clipped = shapely.intersection(drawn, _frustum_in(own, basis))
    return shapely.transform(clipped, lambda flat: _rechart(flat, own, basis))


def _rechart(flat: FloatArray, own: FloatArray, basis: FloatArray) -> FloatArray:
    vectors = np.column_stack([flat, np.ones(len(flat))]) @ own.T
    return project(vectors, basis)[0]


def _frustum_in(own: FloatArray, basis: FloatArray) -> object:
    """The part of chart `own` that lies in the frustum around chart `basis`, as a convex polygon."""
    far = 2.0 * _FRUSTUM
    ring = np.array([[-far, -far], [far, -far], [far, far], [-far, far]])
    for axis, sign in ((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0)):
        normal = (_FRUSTUM * basis[:, 2] + sign * basis[:, axis]) @ own
        ring = _clip_half_plane(ring, normal)
        if len(ring) < 3:
            return shapely.Polygon()
    return shapely.Polygon(ring)


def _clip_half_plane(ring: FloatArray, normal: FloatArray) -> FloatArray:
    """A convex ring (n, 2) less the part where normal . (u, v, 1) < 0."""
    side = ring @ normal[:2] + normal[2]
    out: list[FloatArray] = []
    for k in range(len(ring)):
        here, there = side[k - 1], side[k]
        if (here < 0) != (there < 0):
            out.append(ring[k - 1] + (ring[k] - ring[k - 1]) * (here / (here - there)))
        if there >= 0:
            out.append(ring[k])
    return np.array(out) if out else np.empty((0, 2))
