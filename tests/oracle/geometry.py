"""How far apart two footprints are, by halving: bounds that are proved for every piece, never a sample alone.

A footprint is its skeleton (the edges of a polygon, a circle's centre, a corridor's path) grown by a radius, and what a
polygon encloses. Two footprints lie apart by what separates their skeletons, less both radii, unless one encloses the
other. Two short stretches of geodesic are compared in the plane that is azimuthal equidistant about the middle of one
of them; the plane is wrong by at most `plane_error_m`, and the stretches are halved until that no longer matters.
Whether a place lies in a polygon is asked of the bearings at which it sees the ring go round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from oracle.vincenty import SERIES_ERROR_M, SMALLEST_RADIUS_M, FloatArray, cartesian, direct, inverse
from sharedsky.airspace.footprint import Circle, Corridor, Footprint, Polygon

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: "What lies within the numerical error (1 cm) is a breach, never clear" (docs/conflicts.md, "Sets").
NUMERICAL_ERROR_M: Final = 0.01
#: Nearer than this [m] to the decision, the oracle leaves it open.
OPEN_BAND_M: Final = 0.004
#: Beyond this chord [m] two stretches are only compared by their chord: Vincenty is not asked near the antipode.
FAR_CHORD_M: Final = 11_500_000.0
#: Halving stops here, whatever is left undecided.
MAX_BOXES: Final = 2_000_000


class Bounds(NamedTuple):
    """A length [m] known to lie within [low, high]."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Stretches of geodesics, each (n,), the radius [m] around them, and the polygon that they bound, if any.

    lat_deg, lng_deg, azimuth_rad: start of each; begin_m, end_m: the part of it that counts, from that start.
    """

    lat_deg: FloatArray
    lng_deg: FloatArray
    azimuth_rad: FloatArray
    begin_m: FloatArray
    end_m: FloatArray
    radius_m: float = 0.0
    region: Polygon | None = None

    def at(self, which: IntArray, along_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The places (lat, lng) [deg] on the given stretches at the given distances along them."""
        return direct(self.lat_deg[which], self.lng_deg[which], self.azimuth_rad[which], along_m)


def stretches(points: FloatArray, *, closed: bool = False, radius_m: float = 0.0) -> Skeleton:
    """The skeleton of a path through (n, 2) [lat, lng deg]; a single point is a stretch of no length."""
    start, end = (points, np.roll(points, -1, axis=0)) if closed else (points[:-1], points[1:])
    if len(points) == 1:
        start = end = points
    length, azimuth = inverse(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    return Skeleton(start[:, 0], start[:, 1], azimuth, np.zeros_like(length), length, radius_m)


def skeleton(shape: Footprint) -> Skeleton:
    """The skeleton of a footprint."""
    match shape:
        case Circle():
            return stretches(np.array([[shape.lat_deg, shape.lng_deg]]), radius_m=shape.radius_m)
        case Corridor():
            return stretches(np.asarray(shape.path), radius_m=shape.half_width_m)
        case Polygon():
            rings = [stretches(np.asarray(ring), closed=True) for ring in (shape.exterior, *shape.holes)]
            return Skeleton(
                np.concatenate([ring.lat_deg for ring in rings]),
                np.concatenate([ring.lng_deg for ring in rings]),
                np.concatenate([ring.azimuth_rad for ring in rings]),
                np.concatenate([ring.begin_m for ring in rings]),
                np.concatenate([ring.end_m for ring in rings]),
                region=shape,
            )


def plane_error_m(halves_m: FloatArray, middle_m: FloatArray) -> FloatArray:
    """How wrong the plane about the middle of one stretch may be, for the distance from it to another [m].

    Args:
        halves_m: sum of the two stretches' half lengths. middle_m: distance between their middles.

    Distances from the middle are exact and so is their first variation along either stretch; what remains is of second
    order: the second derivatives of distance on a surface of curvature K differ from the plane's by less than K times
    the distance (cot d / R against 1 / d), up to a quarter of the globe. Tests hold this against random stretches.
    """
    return halves_m**2 * (middle_m + halves_m) / SMALLEST_RADIUS_M**2


class Boxes(NamedTuple):
    """Pairs of stretches under comparison: index into each skeleton, and from where to where along it [m]."""

    i: IntArray
    a0: FloatArray
    a1: FloatArray
    j: IntArray
    b0: FloatArray
    b1: FloatArray

    def take(self, keep: BoolArray) -> Boxes:
        """Those that are kept."""
        i, a0, a1, j, b0, b1 = self
        return Boxes(i[keep], a0[keep], a1[keep], j[keep], b0[keep], b1[keep])

    def halved(self) -> Boxes:
        """Each cut into two across its longer side."""
        i, a0, a1, j, b0, b1 = self
        cut_a = (a1 - a0) >= (b1 - b0)
        am, bm = (a0 + a1) / 2, (b0 + b1) / 2
        return Boxes(
            np.concatenate([i, i]),
            np.concatenate([a0, np.where(cut_a, am, a0)]), np.concatenate([np.where(cut_a, am, a1), a1]),
            np.concatenate([j, j]),
            np.concatenate([b0, np.where(cut_a, b0, bm)]), np.concatenate([np.where(cut_a, b1, bm), b1]),
        )


def all_boxes(a: Skeleton, b: Skeleton) -> Boxes:
    """Every stretch of one against every stretch of the other."""
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(len(a.lat_deg)), np.arange(len(b.lat_deg)), indexing="ij"))
    return Boxes(i, a.begin_m[i], a.end_m[i], j, b.begin_m[j], b.end_m[j])


def box_bounds(a: Skeleton, b: Skeleton, boxes: Boxes) -> tuple[FloatArray, FloatArray]:
    """The least distance [m] between the two stretches of each box lies within these two, each (n,)."""
    halves = (boxes.a1 - boxes.a0 + boxes.b1 - boxes.b0) / 2
    # Start, middle and end of each stretch, (3, n): one call for all of them is quicker.
    a_lat, a_lng = _three(a, boxes.i, boxes.a0, boxes.a1)
    b_lat, b_lng = _three(b, boxes.j, boxes.b0, boxes.b1)
    chord = np.linalg.norm(cartesian(a_lat[1], a_lng[1]) - cartesian(b_lat[1], b_lng[1]), axis=1)
    low, high = np.maximum(chord - halves, 0.0), chord * 1.6 + 1.0
    near = (chord < FAR_CHORD_M) & (halves < SMALLEST_RADIUS_M / 2)
    if near.any():
        flat, middle = _flat_distance((a_lat[:, near], a_lng[:, near]), (b_lat[:, near], b_lng[:, near]))
        error = plane_error_m(halves[near], middle) + SERIES_ERROR_M
        low[near] = np.maximum(flat - error, np.maximum(middle - halves[near], 0.0) - SERIES_ERROR_M)
        high[near] = np.minimum(flat + error, middle + SERIES_ERROR_M)
    return np.maximum(low, 0.0), high


def _three(bones: Skeleton, which: IntArray, start_m: FloatArray, end_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    along = np.concatenate([start_m, (start_m + end_m) / 2, end_m])
    lat, lng = bones.at(np.tile(which, 3), along)
    return lat.reshape(3, -1), lng.reshape(3, -1)


def _flat_distance(
    a: tuple[FloatArray, FloatArray], b: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Distance of two stretches in the plane about a's middle, and the true distance of their middles [m].

    Args:
        a, b: latitudes and longitudes (3, n) of start, middle and end.
    """
    (a_lat, a_lng), (b_lat, b_lng) = a, b
    lat, lng = np.stack([a_lat[0], a_lat[2], *b_lat]), np.stack([a_lng[0], a_lng[2], *b_lng])
    distance, azimuth = inverse(a_lat[1], a_lng[1], lat, lng)
    flat = np.stack([distance * np.sin(azimuth), distance * np.cos(azimuth)], axis=-1)
    return segment_distance(flat[0], flat[1], flat[2], flat[4]), distance[3]


def segment_distance(p: FloatArray, q: FloatArray, r: FloatArray, s: FloatArray) -> FloatArray:
    """Distance in the plane between segments p-q and r-s, each corner (n, 2)."""

    def to_segment(point: FloatArray, u: FloatArray, v: FloatArray) -> FloatArray:
        along = v - u
        length2 = (along**2).sum(axis=1)
        t = np.divide(((point - u) * along).sum(axis=1), length2, out=np.zeros_like(length2), where=length2 > 0)
        return np.asarray(np.linalg.norm(point - (u + np.clip(t, 0, 1)[:, None] * along), axis=1))

    def side(u: FloatArray, v: FloatArray, w: FloatArray) -> FloatArray:
        return np.asarray((v - u)[:, 0] * (w - u)[:, 1] - (v - u)[:, 1] * (w - u)[:, 0])

    ends = np.minimum.reduce([to_segment(p, r, s), to_segment(q, r, s), to_segment(r, p, q), to_segment(s, p, q)])
    crossing = (side(p, q, r) * side(p, q, s) < 0) & (side(r, s, p) * side(r, s, q) < 0)
    return np.where(crossing, 0.0, ends)


def skeleton_distance(a: Skeleton, b: Skeleton, enough: Callable[[Bounds], bool]) -> Bounds:
    """The least distance [m] between two skeletons' stretches, halved until `enough` says so (or half a millimetre)."""
    boxes = all_boxes(a, b)
    best = np.inf
    while True:
        low, high = box_bounds(a, b, boxes)
        best = min(best, float(high.min(initial=np.inf)))
        keep = low <= best
        boxes, low, high = boxes.take(keep), low[keep], high[keep]
        bounds = Bounds(min(float(low.min(initial=np.inf)), best), best)
        if enough(bounds) or bounds.high - bounds.low <= 5e-4 + SERIES_ERROR_M or len(low) > MAX_BOXES:
            return bounds
        boxes = boxes.halved()


def encloses(shape: Polygon, lat_deg: float, lng_deg: float) -> bool:
    """Whether a place lies in the polygon and in none of its holes; it must not lie on a ring."""
    rings = (shape.exterior, *shape.holes)
    return goes_round(rings[0], lat_deg, lng_deg) and not any(goes_round(ring, lat_deg, lng_deg) for ring in rings[1:])


def goes_round(ring: FloatArray, lat_deg: float, lng_deg: float) -> bool:
    """Whether the ring, seen from the place, goes round it: its bearings turn once in all.

    The place opposite would see the ring go round too, so places more than a right angle away are outside at once (a
    footprint keeps within 75 degrees of its middle).
    """
    points = _densified(ring)
    middle = _sphere(points).sum(axis=0)
    if float(middle @ _sphere(np.array([[lat_deg, lng_deg]]))[0]) <= 0:
        return False
    _, bearing = inverse(np.full(len(points), lat_deg), np.full(len(points), lng_deg), points[:, 0], points[:, 1])
    turns = np.remainder(np.diff(bearing, append=bearing[:1]) + np.pi, 2 * np.pi) - np.pi
    return abs(float(turns.sum())) > np.pi


def _sphere(points: FloatArray) -> FloatArray:
    phi, lam = np.radians(points[:, 0]), np.radians(points[:, 1])
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def _densified(ring: FloatArray, step_m: float = 500_000.0) -> FloatArray:
    edges = stretches(np.asarray(ring), closed=True)
    out = []
    for k, length in enumerate(edges.end_m):
        along = np.linspace(0.0, length, int(length // step_m) + 1, endpoint=False)
        lat, lng = edges.at(np.full(len(along), k), along)
        lat[0], lng[0] = ring[k]
        out.append(np.stack([lat, lng], axis=-1))
    return np.concatenate(out)


def separation_m(a: Footprint, b: Footprint, enough: Callable[[Bounds], bool] = lambda _: False) -> Bounds:
    """Bounds of the geodesic distance [m] between two closed footprints; 0 where they share a point."""
    bones_a, bones_b = skeleton(a), skeleton(b)
    radii = bones_a.radius_m + bones_b.radius_m

    def less_radii(bounds: Bounds) -> Bounds:
        return Bounds(max(bounds.low - radii, 0.0), max(bounds.high - radii, 0.0))

    apart = less_radii(skeleton_distance(bones_a, bones_b, lambda bounds: enough(less_radii(bounds))))
    if apart.high <= 0.0:
        return apart
    for outer, inner in ((a, bones_b), (b, bones_a)):
        if isinstance(outer, Polygon) and encloses(outer, float(inner.lat_deg[0]), float(inner.lng_deg[0])):
            return Bounds(0.0, 0.0)
    return apart


def footprints_meet(a: Footprint, b: Footprint, reach_m: float = 0.0, band_m: float = OPEN_BAND_M) -> bool | None:
    """Whether two closed footprints lie within reach_m [m] of each other, the numerical error counted in.

    Returns:
        None where the distance is within band_m of reach_m + 1 cm, so that either answer is good.
    """
    limit = reach_m + NUMERICAL_ERROR_M
    bounds = separation_m(a, b, lambda known: known.high <= limit - band_m or known.low > limit + band_m)
    if bounds.high <= limit - band_m:
        return True
    return False if bounds.low > limit + band_m else None
