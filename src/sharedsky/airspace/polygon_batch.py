"""Many polygons at once: the checks of footprint.polygon over arrays, so that large files read in seconds.

A ring that passes the checks here is what `footprint.polygon` would have made of it; any other goes through `polygon`
itself, which accepts it or says what is wrong ("Geometry" of docs/conflicts.md). Called by the readers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import shapely

from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray, n_vector
from sharedsky.airspace.footprint import MAX_SHAPE_ANGLE_DEG, Polygon, polygon
from sharedsky.airspace.geodesic import densify_edges, edge_pieces
from sharedsky.errors import GeometryError

#: Points that the edges of one polygon may be cut into; 5 km each, so 20 million km of edges.
MAX_CUTS: Final = 4_000_000
#: Points that are worked on at a time, so that memory stays small.
_BATCH_POINTS: Final = 1_000_000


class PolygonBatch:
    """Rings are added one polygon after another; `build` checks them all and gives the polygons in that order."""

    def __init__(self) -> None:
        self._points = array("d")
        self._ring_sizes = array("q")
        self._rings_of = array("q")

    def __len__(self) -> int:
        return len(self._rings_of)

    def add(self, rings: Sequence[Sequence[float]]) -> int:
        """Add one polygon; returns its number in what `build` gives.

        Args:
            rings: the exterior, then any holes; each flat, latitude, longitude, latitude ... [deg].
        Raises:
            GeometryError: a ring's coordinates do not come in pairs.
        """
        for ring in rings:
            if len(ring) % 2:
                raise GeometryError("a ring's coordinates do not come in pairs.", "Give latitude and longitude.")
            self._points.extend(ring)
            self._ring_sizes.append(len(ring) // 2)
        self._rings_of.append(len(rings))
        return len(self._rings_of) - 1

    def build(self) -> list[Polygon | GeometryError]:
        """A polygon, or what is wrong with it, for each that was added."""
        points = np.frombuffer(self._points, np.float64).reshape(-1, 2) if self._points else np.empty((0, 2))
        sizes, rings_of = np.array(self._ring_sizes, np.int64), np.array(self._rings_of, np.int64)
        ring_end, poly_end = np.cumsum(sizes), np.cumsum(rings_of)
        out: list[Polygon | GeometryError] = []
        for first, last in _spans(ring_end, poly_end):
            ring_a = int(poly_end[first] - rings_of[first])
            ring_b = int(poly_end[last - 1])
            point_a = int(ring_end[ring_a - 1]) if ring_a else 0
            part = points[point_a : int(ring_end[ring_b - 1])]
            out += _build(np.array(part), sizes[ring_a:ring_b], rings_of[first:last])
        return out


def _spans(ring_end: IntArray, poly_end: IntArray) -> Iterable[tuple[int, int]]:
    """Runs of polygons of some _BATCH_POINTS vertices each."""
    if not len(poly_end):
        return
    last_point = ring_end[poly_end - 1]
    first = 0
    while first < len(poly_end):
        done = int(last_point[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(last_point, done + _BATCH_POINTS, side="right")))
        yield first, last
        first = last


def _build(points: FloatArray, sizes: IntArray, rings_of: IntArray) -> list[Polygon | GeometryError]:
    poly_of_ring = np.repeat(np.arange(len(rings_of)), rings_of)
    raw_end = np.cumsum(sizes)
    suspect = np.zeros(len(rings_of), bool)
    clean, clean_sizes, ring_ok = _cleaned(points, sizes)
    suspect[poly_of_ring[~ring_ok]] = True
    end = np.cumsum(clean_sizes)
    clean.setflags(write=False)
    suspect |= ~_simple(clean, clean_sizes, rings_of, suspect)
    out: list[Polygon | GeometryError] = []
    first_ring = np.cumsum(rings_of) - rings_of
    for k, (ring, count) in enumerate(zip(first_ring.tolist(), rings_of.tolist(), strict=True)):
        if suspect[k]:
            raw = [points[raw_end[r] - sizes[r] : raw_end[r]] for r in range(ring, ring + count)]
            out.append(_one(raw))
        else:
            rings = [clean[end[r] - clean_sizes[r] : end[r]] for r in range(ring, ring + count)]
            out.append(Polygon(rings[0], tuple(rings[1:])))
    return out


def _one(rings: list[FloatArray]) -> Polygon | GeometryError:
    """One polygon the careful way."""
    try:
        for ring in rings:
            known = np.isfinite(ring).all() and (np.abs(ring) <= (90, 180)).all()
            if known and len(ring) and int(edge_pieces(ring, np.roll(ring, -1, axis=0))[0].sum()) > MAX_CUTS:
                return GeometryError("the ring's edges are too long in all.", "Split it into smaller shapes.")
        return polygon(rings[0], rings[1:])
    except GeometryError as error:
        return error


def _cleaned(points: FloatArray, sizes: IntArray) -> tuple[FloatArray, IntArray, BoolArray]:
    """Points without repeated and closing vertices, the rings' new sizes, and which rings are worth going on with.

    Rings with coordinates off the globe or with fewer than three vertices are not.
    """
    ring_of = np.repeat(np.arange(len(sizes)), sizes)
    off = ~np.isfinite(points).all(axis=1) | (np.abs(points[:, 0]) > 90) | (np.abs(points[:, 1]) > 180)
    keep = np.ones(len(points), bool)
    inner = np.flatnonzero(ring_of[1:] == ring_of[:-1]) + 1
    keep[inner] = ~_same_place(points[inner], points[inner - 1])
    off_ring = np.bincount(ring_of[off], minlength=len(sizes)) > 0
    points, ring_of = points[keep], ring_of[keep]
    sizes = np.bincount(ring_of, minlength=len(sizes)).astype(np.int64)
    filled = np.flatnonzero(sizes > 1)
    end = np.cumsum(sizes)
    last = end[filled] - 1
    closing = last[_same_place(points[last], points[end[filled] - sizes[filled]])]
    keep = np.ones(len(points), bool)
    keep[closing] = False
    points, ring_of = points[keep], ring_of[keep]
    sizes = np.bincount(ring_of, minlength=len(sizes)).astype(np.int64)
    return points, sizes, ~off_ring & (sizes >= 3)


def _same_place(a: FloatArray, b: FloatArray) -> BoolArray:
    """As in footprint: the same latitude and longitude; -180 is 180, and a pole has any longitude."""
    same_lng = (a[:, 1] == b[:, 1]) | (np.abs(a[:, 1] - b[:, 1]) == 360.0) | (np.abs(a[:, 0]) == 90.0)
    return np.asarray((a[:, 0] == b[:, 0]) & same_lng)


def _simple_by_halves(points: FloatArray, sizes: IntArray, rings_of: IntArray, skip: BoolArray) -> BoolArray:
    wanted = np.flatnonzero(~skip)
    later = skip.copy()
    later[wanted[: len(wanted) // 2]] = True
    earlier = skip | ~later
    return _simple(points, sizes, rings_of, earlier) | _simple(points, sizes, rings_of, later)


def _simple(
    all_points: FloatArray, all_sizes: IntArray, all_rings_of: IntArray, skip: BoolArray
) -> BoolArray:
    """(polygons,) bool: whether each is surely a simple area of less than half the globe; False where skip is True."""
    good = np.zeros(len(all_rings_of), bool)
    wanted = np.flatnonzero(~skip)
    ring_wanted = np.repeat(~skip, all_rings_of)
    points = all_points[np.repeat(ring_wanted, all_sizes)]
    sizes, rings_of = all_sizes[ring_wanted], all_rings_of[wanted]
    if not len(wanted):
        return good
    end = np.cumsum(sizes)
    following = np.arange(1, len(points) + 1)
    following[end - 1] = end - sizes
    pieces = edge_pieces(points, points[following])[0]
    if int(pieces.sum()) > MAX_CUTS:  # memory: half of them at a time, and one alone the careful way
        return _simple_by_halves(all_points, all_sizes, all_rings_of, skip) if len(wanted) > 1 else good
    basis, narrow = _charts(points, sizes, rings_of)
    dense, edge = densify_edges(points, points[following])
    ring = np.repeat(np.arange(len(sizes)), sizes)[edge]
    poly = np.repeat(np.arange(len(rings_of)), rings_of)
    local = np.einsum("ni,nij->nj", n_vector(dense[:, 0], dense[:, 1]), basis[poly[ring]])
    ahead = np.bincount(poly[ring][local[:, 2] <= 0], minlength=len(rings_of)) == 0
    usable = narrow & ahead
    good[wanted[usable]] = _valid(local, ring, poly, usable, rings_of)
    return good


def _charts(points: FloatArray, sizes: IntArray, rings_of: IntArray) -> tuple[FloatArray, BoolArray]:
    """For each polygon the basis (3, 3) of its gnomonic chart, and whether its exterior fits in MAX_SHAPE_ANGLE_DEG."""
    exterior = np.zeros(len(sizes), bool)
    exterior[np.cumsum(rings_of) - rings_of] = True
    vectors = n_vector(points[:, 0], points[:, 1])[np.repeat(exterior, sizes)]
    count = sizes[exterior]
    first = np.cumsum(count) - count
    middle = np.add.reduceat(vectors, first, axis=0) / count[:, None]
    length = np.linalg.norm(middle, axis=1)
    middle /= np.maximum(length, 1e-9)[:, None]
    cosine = np.minimum.reduceat(np.einsum("ni,ni->n", vectors, np.repeat(middle, count, axis=0)), first)
    narrow = (length > 1e-9) & (cosine > np.cos(np.radians(MAX_SHAPE_ANGLE_DEG)) + 1e-12)
    pole = np.where((np.abs(middle[:, 2]) < 0.9)[:, None], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    east = np.cross(pole, middle)
    east /= np.maximum(np.linalg.norm(east, axis=1), 1e-300)[:, None]
    return np.stack([east, np.cross(middle, east), middle], axis=2), narrow


def _valid(local: FloatArray, ring: IntArray, poly: IntArray, usable: BoolArray, rings_of: IntArray) -> BoolArray:
    """Whether each usable polygon is valid with an area, from its dense points in the chart's axes (n, 3)."""
    take = usable[poly[ring]]
    flat, ring = local[take][:, :2] / local[take][:, 2:], ring[take]
    start = np.flatnonzero(np.diff(ring, prepend=-1))
    size = np.diff(np.append(start, len(ring)))
    closed_end = np.cumsum(size + 1)
    coords = np.empty((len(flat) + len(start), 2))
    at = np.arange(len(flat)) + np.repeat(np.arange(len(start)), size)
    coords[at] = flat
    coords[closed_end - 1] = flat[start]
    ring_offsets = np.concatenate([[0], closed_end])
    poly_offsets = np.concatenate([[0], np.cumsum(rings_of[usable])])
    shapes = shapely.from_ragged_array(shapely.GeometryType.POLYGON, coords, (ring_offsets, poly_offsets))
    return np.asarray(shapely.is_valid(shapes) & (shapely.area(shapes) > 0.0))
