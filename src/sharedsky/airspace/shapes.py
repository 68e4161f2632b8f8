"""Many footprints as arrays, ready for questions: cores of points, paths and rings, each with a reach around it.

A circle is a point with a reach, a corridor a path with a reach, a polygon a ring (with holes) without one. Long edges
are cut when a shape is added, so that straight lines between the stored vertices are the geodesics to 1.7 mm. Built
once per search; meet.py asks whether two of them meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from sharedsky.airspace.charts import FACES, face_of, project
from sharedsky.airspace.earth import FloatArray, IntArray, n_vector
from sharedsky.airspace.footprint import Circle, Corridor, Footprint, Polygon
from sharedsky.airspace.frames import ecef_m
from sharedsky.airspace.geodesic import densify_edges

AREA: Final = 0
PATH: Final = 1
POINT: Final = 2

#: Shapes whose core fits in this angle [rad] of their middle share charts with their neighbours; larger ones get
#: their own.
SMALL_ANGLE: Final = float(np.radians(8.0))

#: Shapes wider than this [rad] look for a better middle than the mean of their vertices. All fit 75 degrees of some
#: middle (footprint.py), and none may reach 90, where charts end.
_WIDE_ANGLE: Final = float(np.radians(75.0))
#: Steps toward the middle of a wide shape: good to about a degree.
_MIDDLE_STEPS: Final = 400

Geometries = npt.NDArray[np.object_]


@dataclass(slots=True)
class Shapes:
    """n shapes; vertices lie line after line, lines (closed rings, paths, single points) shape after shape.

    kind (n,) AREA, PATH or POINT. reach_m (n,). line_start (lines + 1,) into vertices; shape_start (n + 1,) into lines.
    lat_lng (m, 2) [deg], vector (m, 3) n-vectors. middle (n, 3) n-vector and angle (n,) [rad]: a cap around the core.
    face (n,): the home chart. Treat all as read-only.
    """

    kind: npt.NDArray[np.int8]
    reach_m: FloatArray
    line_start: IntArray
    shape_start: IntArray
    lat_lng: FloatArray
    vector: FloatArray = field(init=False)
    middle: FloatArray = field(init=False)
    angle: FloatArray = field(init=False)
    face: IntArray = field(init=False)
    _ecef: FloatArray | None = field(init=False, default=None)
    _home: Geometries | None = field(init=False, default=None)
    _edges: tuple[IntArray, IntArray] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.vector = n_vector(self.lat_lng[:, 0], self.lat_lng[:, 1])
        start = self.vertex_start
        if len(self) == 0:
            self.middle, self.angle, self.face = np.empty((0, 3)), np.empty(0), np.empty(0, np.int64)
            return
        total = np.add.reduceat(self.vector, start[:-1], axis=0)
        self.middle = total / np.linalg.norm(total, axis=1, keepdims=True)
        self.angle = self._angles()
        wide = np.flatnonzero(~(self.angle <= _WIDE_ANGLE))
        for k in wide:
            self.middle[k] = _least_middle(self.vector[start[k] : start[k + 1]])
        if len(wide):
            self.angle = self._angles()
        self.face = face_of(self.middle)

    def _angles(self) -> FloatArray:
        """(n,) [rad]: the angle from each shape's middle to its farthest vertex, outward."""
        start = self.vertex_start
        owner = np.repeat(np.arange(len(self)), np.diff(start))
        chord_sq = ((self.vector - self.middle[owner]) ** 2).sum(1)
        farthest = np.sqrt(np.maximum.reduceat(chord_sq, start[:-1]))
        return np.asarray(2.0 * np.arcsin(np.minimum(farthest / 2.0, 1.0)) + 1e-9)

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def vertex_start(self) -> IntArray:
        """(n + 1,): each shape's first vertex."""
        return self.line_start[self.shape_start]

    @property
    def ecef(self) -> FloatArray:
        """(m, 3) [m], computed once."""
        if self._ecef is None:
            self._ecef = ecef_m(self.vector)
        return self._ecef

    @property
    def small(self) -> npt.NDArray[np.bool_]:
        """(n,): whether a shape may be drawn in a neighbour's home chart."""
        return np.asarray(self.angle <= SMALL_ANGLE)

    def home_geometries(self) -> Geometries:
        """(n,) planar geometries, each in its own home chart, computed once; None for shapes that are not small."""
        if self._home is None:
            self._home = np.full(len(self), None, object)
            small = np.flatnonzero(self.small)
            self._home[small] = self.draw(small, FACES[self.face[small]])
        return self._home

    def draw(self, index: IntArray, basis: FloatArray) -> Geometries:
        """Planar geometries of shapes `index` (k,) in charts `basis`, (3, 3) for all or (k, 3, 3) one each.

        All vertices of a shape must lie less than 90 degrees from its chart's middle.
        """
        vertex, vertices_per_shape = ragged(self.vertex_start, index)
        per_vertex = basis if basis.ndim == 2 else np.repeat(basis, vertices_per_shape, axis=0)
        flat, _ = project(self.vector[vertex], per_vertex)
        out = np.empty(len(index), object)
        begin = np.cumsum(vertices_per_shape) - vertices_per_shape
        kind = self.kind[index]
        for code in (AREA, PATH, POINT):
            chosen = np.flatnonzero(kind == code)
            if len(chosen):
                out[chosen] = self._build(code, index[chosen], flat, begin[chosen], vertices_per_shape[chosen])
        return out

    def _build(self, code: int, index: IntArray, flat: FloatArray, begin: IntArray, count: IntArray) -> Any:
        if code == POINT:
            return shapely.points(flat[begin])
        pick = np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(count.sum())
        coords = flat[pick]
        lines, lines_per_shape = ragged(self.shape_start, index)
        line_offsets = np.concatenate([[0], np.cumsum(np.diff(self.line_start)[lines])])
        if code == PATH:
            return shapely.from_ragged_array(shapely.GeometryType.LINESTRING, coords, (line_offsets,))
        shape_offsets = np.concatenate([[0], np.cumsum(lines_per_shape)])
        return shapely.from_ragged_array(shapely.GeometryType.POLYGON, coords, (line_offsets, shape_offsets))

    def edges(self) -> tuple[IntArray, IntArray]:
        """(n + 1,) each shape's first edge, and (edges,) each edge's first vertex; a point is an edge of no length.

        Computed once.
        """
        if self._edges is not None:
            return self._edges
        per_line = np.diff(self.line_start)
        single = per_line == 1
        per_line_edges = np.where(single, 1, per_line - 1)
        line_edge_start = np.concatenate([[0], np.cumsum(per_line_edges)])
        first = np.repeat(self.line_start[:-1] - line_edge_start[:-1], per_line_edges) + np.arange(line_edge_start[-1])
        self._edges = line_edge_start[self.shape_start], first
        return self._edges


def _least_middle(vectors: FloatArray) -> FloatArray:
    """About the middle (3,) of the least cap around n-vectors (m, 3); their mean is drawn to where they lie dense.

    Each step goes a little toward the farthest of them (Badoiu and Clarkson, 2003).
    """
    middle = vectors.mean(axis=0)
    for step in range(1, _MIDDLE_STEPS):
        middle = middle + (vectors[np.argmin(vectors @ middle)] - middle) / (step + 1)
    return np.asarray(middle / np.linalg.norm(middle))


def ragged(start: IntArray, index: IntArray) -> tuple[IntArray, IntArray]:
    """Positions of all members of groups `index`, group after group, and how many each has; start is (groups + 1,)."""
    count = start[index + 1] - start[index]
    shift = np.repeat(start[index] - (np.cumsum(count) - count), count)
    return shift + np.arange(count.sum()), count


def shapes_of(footprints: Sequence[Footprint]) -> Shapes:
    """The shapes of checked footprints, long edges cut."""
    lines: list[FloatArray] = []
    kinds, reaches, lines_per_shape = [], [], []
    for footprint in footprints:
        match footprint:
            case Polygon(exterior, holes):
                lines += [np.vstack([ring, ring[:1]]) for ring in (exterior, *holes)]
                kind, reach, count = AREA, 0.0, 1 + len(holes)
            case Corridor(path, half_width_m):
                lines.append(path)
                kind, reach, count = PATH, half_width_m, 1
            case Circle(lat_deg, lng_deg, radius_m):
                lines.append(np.array([[lat_deg, lng_deg]]))
                kind, reach, count = POINT, radius_m, 1
        kinds.append(kind)
        reaches.append(reach)
        lines_per_shape.append(count)
    line_start = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    vertices = np.vstack(lines) if lines else np.empty((0, 2))
    vertices, line_start = cut_lines(vertices, line_start)
    shape_start = np.concatenate([[0], np.cumsum(lines_per_shape)]).astype(np.int64)
    return Shapes(np.array(kinds, np.int8), np.array(reaches, float), line_start, shape_start, vertices)


def shapes_of_rings(lat_deg: FloatArray, lng_deg: FloatArray, *, geodesic: bool = True) -> Shapes:
    """The shapes of n simple polygons of k vertices, (n, k) [deg] each, open rings; geodesic=False leaves edges
    whole."""
    n, k = lat_deg.shape
    closed = np.empty((n, k + 1, 2))
    closed[:, :k, 0], closed[:, :k, 1] = lat_deg, lng_deg
    closed[:, k] = closed[:, 0]
    vertices, line_start = closed.reshape(-1, 2), np.arange(n + 1, dtype=np.int64) * (k + 1)
    if geodesic:
        vertices, line_start = cut_lines(vertices, line_start)
    return Shapes(np.zeros(n, np.int8), np.zeros(n), line_start, np.arange(n + 1, dtype=np.int64), vertices)


def cut_lines(vertices: FloatArray, line_start: IntArray) -> tuple[FloatArray, IntArray]:
    """Lines (closed rings, paths, points) with their long edges cut: vertices (m, 2), line_start (lines + 1,)."""
    if len(vertices) == 0:
        return vertices, line_start
    follower = np.minimum(np.arange(len(vertices)) + 1, len(vertices) - 1)
    last = line_start[1:] - 1
    follower[last] = last  # the last vertex of a line is an edge of no length, and stays
    points, owner = densify_edges(vertices, vertices[follower])
    if len(points) == len(vertices):
        return vertices, line_start
    return points, np.searchsorted(owner, line_start).astype(np.int64)
