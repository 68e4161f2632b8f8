"""All conflicting pairs of many volumes: ours beside the obvious ways, from the same numpy arrays.

The obvious way asks one tree for intersecting polygons and filters levels and times afterwards; the other takes
boxes from
the tree, filters, and then asks for intersection. Both take edges as straight in longitude and latitude.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from sharedsky.airspace.meet import meet_pairs
from sharedsky.airspace.shapes import shapes_of_rings
from sharedsky.conflicts.boxes import Boxes, flat_boxes
from sharedsky.conflicts.broad import overlapping

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Result:
    """Sorted pairs (k, 2) with i < j, and the seconds it took."""

    pairs: np.ndarray
    seconds: float


def timed(run: Callable[[], np.ndarray], repeat: int) -> Result:
    """The fastest of several runs."""
    seconds = []
    for _ in range(repeat):
        begin = time.perf_counter()
        pairs = run()
        seconds.append(time.perf_counter() - begin)
    return Result(np.unique(pairs, axis=0), min(seconds))


def ours(d: Arrays, *, geodesic: bool) -> np.ndarray:
    """This package's search, from arrays to pairs."""
    n = len(d["lower"])
    shapes = shapes_of_rings(d["lat"], d["lng"], geodesic=geodesic)
    times = np.rint(np.stack([d["start"], d["end"]], axis=1) * 1e9).astype(np.int64)
    level = np.rint(np.stack([d["lower"], d["upper"]] * 2, axis=1) * 1e6).astype(np.int64)
    boxes = Boxes(*flat_boxes(shapes, np.zeros(n)), times, level, np.arange(n))
    found = []
    for i, j in overlapping(boxes):
        hit = meet_pairs(shapes, i, shapes, j)
        found.append(np.stack([i[hit], j[hit]], axis=1))
    return np.concatenate(found) if found else np.empty((0, 2), np.int64)


def polygons(d: Arrays) -> np.ndarray:
    """Planar polygons in longitude and latitude."""
    return np.asarray(shapely.polygons(np.stack([d["lng"], d["lat"]], axis=-1)))


def obvious(d: Arrays) -> np.ndarray:
    """STRtree.query(predicate="intersects"), then filters."""
    shapes = polygons(d)
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    return _filtered(d, i, j)


def boxes_first(d: Arrays) -> np.ndarray:
    """STRtree.query of boxes, then filters, then intersects."""
    shapes = polygons(d)
    pairs = _filtered(d, *shapely.STRtree(shapes).query(shapes))
    return np.asarray(pairs[shapely.intersects(shapes[pairs[:, 0]], shapes[pairs[:, 1]])])


def _filtered(d: Arrays, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    keep = i < j
    i, j = i[keep], j[keep]
    keep = (d["start"][i] <= d["end"][j]) & (d["start"][j] <= d["end"][i])
    i, j = i[keep], j[keep]
    keep = (d["lower"][i] <= d["upper"][j]) & (d["lower"][j] <= d["upper"][i])
    return np.stack([i[keep], j[keep]], axis=1)


def differing(d: Arrays, ours_found: np.ndarray, theirs: np.ndarray) -> list[tuple[int, int, str, float]]:
    """Pairs that one found and the other did not: i, j, who found it, and the planar gap or overlap [m], about."""
    mine, other = ({tuple(p) for p in pairs.tolist()} for pairs in (ours_found, theirs))
    shapes = polygons(d)
    out = []
    for i, j in sorted(mine ^ other):
        gap = shapely.distance(shapes[i], shapes[j]) * 111_132
        depth = np.sqrt(shapely.area(shapely.intersection(shapes[i], shapes[j]))) * 111_132
        out.append((i, j, "geodesic" if (i, j) in mine else "planar", gap if gap > 0 else -depth))
    return out
