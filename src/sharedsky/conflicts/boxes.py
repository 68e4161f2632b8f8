"""Coarse boxes around shapes: in the charts of the faces they touch, with their times and levels.

A box contains its shape with its reach, in every face of the cube (airspace/charts.py) that the shape touches; two
shapes that meet therefore have boxes that overlap in some face: no false negative. Built by the search, joined by
broad.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.charts import FACES, project, reach_in_chart
from sharedsky.airspace.earth import MIN_RADIUS_M, FloatArray, IntArray
from sharedsky.airspace.frames import SLACK, TOLERANCE_M
from sharedsky.airspace.shapes import SMALL_ANGLE, Shapes, ragged

#: From a face's middle to its corners [rad].
_FACE_ANGLE: Final = float(np.arccos(1 / np.sqrt(3.0)))
#: Added to every reach [m]: the tolerance, and the 1.7 mm between edges and geodesics, twice over.
_MARGIN_M: Final = 2 * TOLERANCE_M
_SAFE_HEIGHT: Final = float(np.cos(np.radians(80.0)))


@dataclass(frozen=True, slots=True)
class Boxes:
    """m boxes of n items; an item has one box for each face that it touches.

    item (m,) int64. face (m,) int64: at most one box of an item in each. flat (m, 4) float64: least u, least v,
    greatest u, greatest v, within the face.
    time_ns (n, 2) int64 start and end. band_um (n, 4) int64: lowest and highest by WGS 84, lowest and highest by
    pressure. group (n,) int64: items of one group are not joined with each other.
    """

    item: IntArray
    face: IntArray
    flat: FloatArray
    time_ns: IntArray
    band_um: IntArray
    group: IntArray


def flat_boxes(shapes: Shapes, grow_m: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Boxes around shapes with their reach and grow_m (n,) [m] more: item (m,), face (m,), flat (m, 4)."""
    if len(shapes) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 4))
    reach = (shapes.reach_m + grow_m + _MARGIN_M) * (1 + SLACK) / MIN_RADIUS_M
    small = shapes.angle + reach <= SMALL_ANGLE
    out = [_large(shapes, np.flatnonzero(~small), reach)]
    some = np.flatnonzero(small)
    flat, _ = _in_face(shapes, some, shapes.face[some], reach)
    out.append((some, shapes.face[some], flat))
    crossing = some[(np.abs(flat) > 1.0).any(axis=1)]
    for face in range(6):
        others = crossing[shapes.face[crossing] != face]
        flat, low = _in_face(shapes, others, np.full(len(others), face), reach)
        touches = (low > _SAFE_HEIGHT) & (flat[:, :2] <= 1.0).all(axis=1) & (flat[:, 2:] >= -1.0).all(axis=1)
        out.append((others[touches], np.full(int(touches.sum()), face), flat[touches]))
    item, which, boxes = (np.concatenate(parts) for parts in zip(*out, strict=True))
    return item.astype(np.int64), which.astype(np.int64), np.clip(boxes, -1.0, 1.0)


def _in_face(shapes: Shapes, index: IntArray, face: IntArray, reach: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(k, 4) boxes of shapes `index` in charts of `face` (k,), and the least height (k,) of a vertex over the chart."""
    if len(index) == 0:
        return np.empty((0, 4)), np.empty(0)
    vertex, count = ragged(shapes.vertex_start, index)
    begin = np.cumsum(count) - count
    if (face == face[0]).all():
        flat, height = project(shapes.vector[vertex], FACES[face[0]])
    else:
        flat, height = project(shapes.vector[vertex], FACES[np.repeat(face, count)])
    low = np.minimum.reduceat(flat, begin, axis=0)
    high = np.maximum.reduceat(flat, begin, axis=0)
    extent = np.hypot(
        np.maximum(np.abs(low[:, 0]), np.abs(high[:, 0])), np.maximum(np.abs(low[:, 1]), np.abs(high[:, 1]))
    )
    grow = reach_in_chart(reach[index], extent)[:, None]
    return np.hstack([low - grow, high + grow]), np.minimum.reduceat(height, begin)


def _large(shapes: Shapes, index: IntArray, reach: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Whole faces for large shapes: every face whose cap they may touch."""
    cosine = shapes.middle[index] @ FACES[:, :, 2].T
    apart = np.arccos(np.clip(cosine, -1.0, 1.0))
    touches = apart <= (shapes.angle + reach)[index, None] + _FACE_ANGLE + 1e-9
    row, face = np.nonzero(touches)
    return index[row], face.astype(np.int64), np.tile(np.array([-1.0, -1.0, 1.0, 1.0]), (len(row), 1))
