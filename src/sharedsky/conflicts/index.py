"""A standing index of volumes: one new volume against very many; insert and remove at once.

A hash of cells in space and time on several levels (cells.py). Candidates are sifted by boxes of single-precision
floats, rounded outward, and decided exactly: plain polygons between WGS 84 heights at once, all others by the same
code as a whole search (volumes.meetings). A single check does not need it; it is for what keeps plans standing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from sharedsky.airspace.altitude import Altitude, Datum, Unit
from sharedsky.airspace.charts import FACES
from sharedsky.airspace.datums import OPEN_UM
from sharedsky.airspace.earth import MIN_RADIUS_M, BoolArray, FloatArray, IntArray, lat_lng
from sharedsky.airspace.footprint import Polygon
from sharedsky.airspace.shapes import shapes_of, shapes_of_rings
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.time import TimeWindow
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.boxes import flat_boxes
from sharedsky.conflicts.cells import Box, Cells
from sharedsky.conflicts.drawn import drawn_whole
from sharedsky.conflicts.volumes import Minima, meetings, volumes_of

_MINIMA: Final = Minima("volume-volume", 0.0, 0, 0)
#: More than the tolerance and what edges may be off, in chart units at a chart's middle.
_NEAR: Final = 0.015 / MIN_RADIUS_M
#: More than what single precision rounds by (2^-24), as a share.
_SINGLE: Final = 1.2e-7


@dataclass(frozen=True, slots=True)
class _Plain:
    """A polygon between WGS 84 heights, ready: its home chart, geometry there, box (4,), levels [um], times [ns]."""

    face: int
    geometry: Any
    box: Box
    level_um: tuple[int, int]
    time_ns: tuple[int, int]


class Found(NamedTuple):
    """What a volume conflicts with.

    handles (k,): the volumes in conflict with it. sure (k,): which of them surely are. undetermined (m,): handles of
    those that only ground beyond the stated band would bring into conflict: neither in conflict nor clear.
    """

    handles: IntArray
    sure: BoolArray
    undetermined: IntArray


class VolumeIndex:
    """Volumes by handle. A handle is a small integer, valid until it is removed, and given again after that.

    Args:
        terrain: the ground's elevation by region, for heights above ground.
        origin_ns: an instant near the times that will be held: precision of the sift falls off away from it.
    """

    def __init__(self, terrain: Terrain | None = None, origin_ns: int = 0) -> None:
        self._terrain = terrain or Terrain()
        self._origin_ns = origin_ns
        self._cells = Cells(origin_ns)
        self._rows = np.empty((1024, 8), np.float32)
        self._exact = np.empty((1024, 4), np.int64)  #: lower, upper [um], start, end [ns]
        self._geometry = np.full(1024, None, object)
        self._face = np.full(1024, -1, np.int8)  #: -1: not plain, see _other
        self._other: dict[int, Volume4D] = {}
        self._free: list[int] = []
        self._used = 0

    def __len__(self) -> int:
        return self._used - len(self._free)

    def insert(self, volume: Volume4D) -> int:
        """Add a volume; its handle."""
        handle = self._free.pop() if self._free else self._next()
        plain = _plain(volume)
        if plain is None:
            self._insert_other(handle, volume)
            return handle
        low, high = plain.level_um
        start, end = plain.time_ns
        self._rows[handle] = _lowered(plain.box, start - self._origin_ns, end - self._origin_ns, low, high)
        self._exact[handle] = low, high, start, end
        self._geometry[handle] = plain.geometry
        self._face[handle] = plain.face
        self._cells.insert(handle, plain.face, plain.box, start, end)
        return handle

    def insert_rings(self, lat_deg: FloatArray, lng_deg: FloatArray, level_um: IntArray, time_ns: IntArray) -> IntArray:
        """Add n polygons of k vertices, (n, k) [deg], between WGS 84 heights (n, 2) [um] during (n, 2) [ns]: handles
        (n,).

        For rings known to be simple; much faster than one by one. Polygons that are not plain are added one by one.
        """
        shapes = shapes_of_rings(lat_deg, lng_deg)
        item, face, flat = flat_boxes(shapes, np.zeros(len(shapes)))
        single = np.bincount(item, minlength=len(shapes))[item] == 1
        plain = np.flatnonzero(single & shapes.small[item])
        handles = np.empty(len(shapes), np.int64)
        of = item[plain]
        new = np.arange(self._used, self._used + len(of))
        self._used += len(of)
        self._reserve(self._used)
        handles[of] = new
        u0, v0, u1, v1 = flat[plain].T
        start, end = (time_ns[of] - self._origin_ns).T
        rows = np.stack([u0, v0, start, level_um[of, 0], -u1, -v1, -end, -level_um[of, 1]], axis=1)
        self._rows[new] = rows - np.abs(rows) * _SINGLE
        self._exact[new] = np.hstack([level_um[of], time_ns[of]])
        self._geometry[new] = shapes.home_geometries()[of]
        self._face[new] = face[plain]
        self._cells.insert_many(new, face[plain], flat[plain], time_ns[of])
        for k in np.setdiff1d(np.arange(len(shapes)), of):
            ring = Polygon(np.column_stack([lat_deg[k], lng_deg[k]]))
            handles[k] = self.insert(_volume(ring, level_um[k], time_ns[k]))
        return handles

    def remove(self, handle: int) -> None:
        """Take a volume out.

        Raises:
            KeyError: no volume has this handle.
        """
        self._cells.remove(handle)
        self._other.pop(handle, None)
        self._geometry[handle] = None
        self._face[handle] = -1
        self._free.append(handle)

    def query(self, volume: Volume4D) -> Found:
        """What a volume conflicts with, and with what it is undetermined, in no order."""
        plain = _plain(volume)
        if plain is None:
            return self._query_other(volume)
        handles = self._cells.near(plain.face, plain.box, *plain.time_ns)
        low, high = plain.level_um
        start, end = plain.time_ns
        box = plain.box
        ask = (box[2], box[3], end - self._origin_ns, high, -box[0], -box[1], self._origin_ns - start, -low)
        rows = self._rows.take(handles, 0) <= np.array([v + abs(v) * _SINGLE for v in ask], np.float32)
        handles = handles[rows.view(np.uint64).ravel() == 0x0101010101010101]
        exact = self._exact.take(handles, 0)
        overlap = (exact[:, 0] <= high) & (exact[:, 1] >= low) & (exact[:, 2] <= end) & (exact[:, 3] >= start)
        quick = self._face.take(handles) == plain.face
        if quick.all():
            return self._decided(plain, volume, _unique(handles[overlap]))
        quickly = self._decided(plain, volume, _unique(handles[overlap & quick]))
        slowly = self._by_search(volume, _unique(handles[~quick]))
        return Found(
            np.concatenate([quickly.handles, slowly.handles]),
            np.concatenate([quickly.sure, slowly.sure]),
            slowly.undetermined,
        )

    def _decided(self, plain: _Plain, volume: Volume4D, handles: IntArray) -> Found:
        """Those of plain candidates, overlapping in level and time, whose polygons meet."""
        shapely.prepare(plain.geometry)
        geometries = self._geometry.take(handles)
        meet = shapely.intersects(plain.geometry, geometries)
        apart = np.flatnonzero(~meet)
        if len(apart):
            stretch = 1.0 + max(abs(c) for c in plain.box) ** 2 * 2  # of the chart, at most, around this box
            near = apart[shapely.dwithin(plain.geometry, geometries[apart], _NEAR * stretch)]
            if len(near):  # within a few centimetres: measured
                meet[near] = np.isin(handles[near], self._by_search(volume, handles[near]).handles)
        found = handles[meet]
        return Found(found, np.ones(len(found), bool), found[:0])

    def _query_other(self, volume: Volume4D) -> Found:
        table = volumes_of([(0, volume)], self._terrain)
        _, faces, flat = flat_boxes(table.shapes, np.zeros(1))
        start, end = (int(t) for t in table.time_ns[0])
        near = [
            self._cells.near(int(face), (box[0], box[1], box[2], box[3]), start, end)
            for face, box in zip(faces, flat.tolist(), strict=True)
        ]
        return self._by_search(volume, _unique(np.concatenate(near)))

    def _by_search(self, volume: Volume4D, handles: IntArray) -> Found:
        """Decide candidates by the code of a whole search."""
        if len(handles) == 0:
            return Found(handles, np.zeros(0, bool), handles)
        table = volumes_of([(0, volume)] + [(1 + k, self._held(int(h))) for k, h in enumerate(handles)], self._terrain)
        others = np.arange(1, len(table))
        breaches, doubtful = meetings(table, np.zeros(len(others), np.int64), table, others, _MINIMA)
        return Found(handles[breaches.b - 1], breaches.sure_start_ns <= breaches.sure_end_ns, handles[doubtful.b - 1])

    def _held(self, handle: int) -> Volume4D:
        if handle in self._other:
            return self._other[handle]
        basis = FACES[self._face[handle]]
        drawn = self._geometry[handle]
        rings = []
        for ring in (drawn.exterior, *drawn.interiors):
            flat = shapely.get_coordinates(ring)[:-1]
            rings.append(np.column_stack(lat_lng(np.column_stack([flat, np.ones(len(flat))]) @ basis.T)))
        return _volume(Polygon(rings[0], tuple(rings[1:])), self._exact[handle, :2], self._exact[handle, 2:])

    def _insert_other(self, handle: int, volume: Volume4D) -> None:
        table = volumes_of([(0, volume)], self._terrain)
        _, faces, flat = flat_boxes(table.shapes, np.zeros(1))
        start, end = (int(t) for t in table.time_ns[0])
        self._other[handle] = volume
        self._face[handle] = -1
        self._rows[handle] = -np.inf  # always passes the sift
        self._exact[handle] = -OPEN_UM, OPEN_UM, start, end
        for face, box in zip(faces, flat.tolist(), strict=True):
            self._cells.insert(handle, int(face), (box[0], box[1], box[2], box[3]), start, end)

    def _next(self) -> int:
        self._used += 1
        self._reserve(self._used)
        return self._used - 1

    def _reserve(self, size: int) -> None:
        if size <= len(self._face):
            return
        capacity = max(size, 2 * len(self._face))

        def grown(old: npt.NDArray[Any], fill: object) -> npt.NDArray[Any]:
            new = np.full((capacity, *old.shape[1:]), fill, old.dtype)
            new[: len(old)] = old
            return new

        self._rows, self._exact = grown(self._rows, 0), grown(self._exact, 0)
        self._geometry, self._face = grown(self._geometry, None), grown(self._face, -1)


def _plain(volume: Volume4D) -> _Plain | None:
    """The volume made ready, where the quick decision covers it: polygons inside one face, between WGS 84 heights."""
    shape, lower, upper = volume.footprint, volume.lower, volume.upper
    if not isinstance(shape, Polygon) or lower is None or upper is None:
        return None
    if not all(level.datum is Datum.WGS84 and level.uncertainty == 0 for level in (lower, upper)):
        return None
    drawn = None if shape.holes else drawn_whole(shape.exterior)
    if drawn is None:
        drawn = _drawn_cut(shape)
    if drawn is None:
        return None
    window = volume.window
    return _Plain(*drawn, (lower.um, upper.um), (window.start_ns, window.end_ns))


def _drawn_cut(shape: Polygon) -> tuple[int, Any, Box] | None:
    """The same for any polygon that is small enough for its home chart and lies in one face."""
    shapes = shapes_of([shape])
    _, faces, flat = flat_boxes(shapes, np.zeros(1))
    if len(faces) != 1 or not shapes.small[0] or faces[0] != shapes.face[0]:
        return None
    u0, v0, u1, v1 = flat[0].tolist()
    return int(faces[0]), shapes.home_geometries()[0], (u0, v0, u1, v1)


def _volume(shape: Polygon, level_um: IntArray, time_ns: IntArray) -> Volume4D:
    low, high = (Altitude(int(um) / 1e6, Unit.M, Datum.WGS84) for um in level_um)
    return Volume4D(shape, low, high, TimeWindow(int(time_ns[0]), int(time_ns[1])))


def _lowered(box: Box, start: int, end: int, low: int, high: int) -> tuple[float, ...]:
    """A row of the sift: greater than the question's in no place where the boxes overlap, in single precision too."""
    row = (box[0], box[1], start, low, -box[2], -box[3], -end, -high)
    return tuple(v - abs(v) * _SINGLE for v in row)


def _unique(handles: IntArray) -> IntArray:
    return np.unique(handles).astype(np.int64) if len(handles) > 1 else handles.astype(np.int64)
