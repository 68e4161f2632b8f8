"""Where an aircraft may be at an instant, and whether two such places, or one and a footprint, breach the minima.

Written from airspace/trajectory.py's own words: between points place, times and levels change linearly with the
distance flown. So at an instant a forecast is on that part of each leg whose earliest time has come and whose latest
has not passed, anywhere within the lateral reach and the band of levels. Possible: some such pair of places breaches;
certain: every one does, and both flights are surely in the air. Parts are halved until the bounds decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np

from oracle.geometry import (
    NUMERICAL_ERROR_M,
    OPEN_BAND_M,
    Bounds,
    Boxes,
    Skeleton,
    box_bounds,
    encloses,
    footprints_meet,
    plane_error_m,
    skeleton,
    skeleton_distance,
    stretches,
)
from oracle.levels import Band, Level
from oracle.vincenty import SERIES_ERROR_M, FloatArray, direct, inverse
from sharedsky.airspace.footprint import Circle, Footprint, Polygon
from sharedsky.airspace.trajectory import DATUMS, Trajectory

#: Halving stops at so many parts at once, or so deep, and leaves the answer open.
MAX_PARTS: Final = 3_000
MAX_HALVINGS: Final = 26
#: How much farther a stated lateral reach is taken [m] where levels are taken coarsely too.
COARSE_LATERAL_M: Final = 1.05

Span = tuple[Fraction, Fraction]
Vertical = Callable[[Band, Band], bool | None]


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg: its geodesic, and what changes along it from start to end (fractions 0 to 1 of the distance).

    coarse_m: how far before and after a place its levels are also counted in [m], to see what that would change.
    """

    bones: Skeleton
    early_ns: tuple[int, int]
    late_ns: tuple[int, int]
    lower: tuple[Level, Level]
    upper: tuple[Level, Level]
    coarse_m: float = 0.0

    @property
    def length_m(self) -> float:
        """Its length [m]."""
        return float(self.bones.end_m[0])

    @property
    def lateral_m(self) -> float:
        """How far beside it the aircraft may be [m]."""
        return self.bones.radius_m

    def band(self, start: Fraction, end: Fraction) -> Band:
        """All levels that the aircraft may have between two fractions of the leg."""
        if self.coarse_m > 0 and self.levels_change:
            more = Fraction(self.coarse_m) / Fraction(max(self.length_m, 1e-6))
            start, end = max(Fraction(0), start - more), min(Fraction(1), end + more)
        lows = [_between(self.lower, f) for f in (start, end)]
        highs = [_between(self.upper, f) for f in (start, end)]
        return Band(min(lows, key=lambda level: level.value_um), max(highs, key=lambda level: level.value_um))

    @property
    def levels_change(self) -> bool:
        """Whether its band of levels is not the same all along."""
        return self.lower[0] != self.lower[1] or self.upper[0] != self.upper[1]


def _between(ends: tuple[Level, Level], f: Fraction) -> Level:
    value = ends[0].value_um + (ends[1].value_um - ends[0].value_um) * f
    return replace(ends[0], value_um=value)


def is_forecast(trajectory: Trajectory) -> bool:
    """Whether times or levels are spans."""
    same = (trajectory.early_ns == trajectory.late_ns).all() and (trajectory.lower_um == trajectory.upper_um).all()
    return not same


@lru_cache(maxsize=1_000)  # trajectories are equal only to themselves
def legs_of(trajectory: Trajectory, coarse_m: float = 0.0, levels_too: bool = True) -> tuple[Leg, ...]:
    """The legs of a trajectory; coarse_m > 0 widens lateral reaches, and with levels_too the levels along the path."""
    return tuple(_leg(trajectory, k, coarse_m, levels_too) for k in range(len(trajectory.lat_deg) - 1))


def _leg(trajectory: Trajectory, k: int, coarse_m: float, levels_too: bool) -> Leg:
    spread = Fraction(int(trajectory.level_uncertainty_um))

    def levels(values: np.ndarray[tuple[int, ...], np.dtype[np.int64]], code: int) -> tuple[Level, Level]:
        start, end = (
            Level(Fraction(int(v)), spread, DATUMS[code], trajectory.setting_hpa) for v in values[k]
        )
        return start, end

    points = np.stack([trajectory.lat_deg[k : k + 2], trajectory.lng_deg[k : k + 2]], axis=1)
    lateral = float(trajectory.lateral_m[k])
    return Leg(
        stretches(points, radius_m=lateral + COARSE_LATERAL_M if lateral and coarse_m else lateral),
        (int(trajectory.early_ns[k]), int(trajectory.early_ns[k + 1])),
        (int(trajectory.late_ns[k]), int(trajectory.late_ns[k + 1])),
        levels(trajectory.lower_um, int(trajectory.lower_datum[k])),
        levels(trajectory.upper_um, int(trajectory.upper_datum[k])),
        coarse_m if levels_too else 0.0,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A leg between two fractions of it."""

    leg: Leg
    start: Fraction
    end: Fraction

    def bones(self, radius_m: float | None = None) -> Skeleton:
        """Its geodesic, grown by the lateral reach or by radius_m [m]."""
        length, old = self.leg.length_m, self.leg.bones
        along = np.array([float(self.start) * length]), np.array([float(self.end) * length])
        return replace(old, begin_m=along[0], end_m=along[1], radius_m=old.radius_m if radius_m is None else radius_m)

    @property
    def contradicts(self) -> bool:
        """Whether the source gives two levels for one instant: nobody can say what is certain there."""
        return self.leg.early_ns[0] == self.leg.late_ns[1] and self.leg.levels_change

    @property
    def band(self) -> Band:
        """All levels on it."""
        return self.leg.band(self.start, self.end)


def part_during(leg: Leg, start_ns: int, end_ns: int) -> Part | None:
    """Where on the leg the aircraft may be at some instant of [start_ns, end_ns]; None if it cannot be on it."""
    last = _last_fraction(leg.early_ns, end_ns)
    first = _last_fraction((-leg.late_ns[1], -leg.late_ns[0]), -start_ns)
    if last is None or first is None or 1 - first > last:
        return None
    return Part(leg, 1 - first, last)


def _last_fraction(ends: tuple[int, int], limit: int) -> Fraction | None:
    """The largest fraction at which a value that grows linearly between two ends has not passed a limit."""
    first, last = ends
    if first > limit:
        return None
    return Fraction(1) if last <= limit else Fraction(limit - first, last - first)


def parts_at(
    trajectory: Trajectory, t_ns: int, buffer_ns: int = 0, coarse_m: float = 0.0, levels_too: bool = True
) -> list[Part]:
    """Everywhere on its path that the aircraft may be within buffer_ns of an instant."""
    legs = legs_of(trajectory, coarse_m, levels_too)
    parts = (part_during(leg, t_ns - buffer_ns, t_ns + buffer_ns) for leg in legs)
    return [part for part in parts if part is not None]


def surely_there(trajectory: Trajectory, t_ns: int) -> bool:
    """Whether every realisation is between its first and its last point at an instant."""
    return int(trajectory.late_ns[0]) <= t_ns <= int(trajectory.early_ns[-1])


def horizontally(bounds: Bounds, limit_m: float) -> bool | None:
    """A distance against reach and minimum [m], the numerical error counted in; open near the decision."""
    if bounds.high <= limit_m + NUMERICAL_ERROR_M - OPEN_BAND_M:
        return True
    return False if bounds.low > limit_m + NUMERICAL_ERROR_M + OPEN_BAND_M else None


def _box_arrays(a: Part, b: Part, boxes: list[tuple[Span, Span]]) -> Boxes:
    columns = np.array([[float(f) for f in (*span_a, *span_b)] for span_a, span_b in boxes])
    zeros = np.zeros(len(boxes), np.int64)
    la, lb = a.leg.length_m, b.leg.length_m
    return Boxes(zeros, columns[:, 0] * la, columns[:, 1] * la, zeros, columns[:, 2] * lb, columns[:, 3] * lb)


def _mid(span: Span) -> Fraction:
    return (span[0] + span[1]) / 2


def _halved(a: Part, b: Part, box: tuple[Span, Span]) -> list[tuple[Span, Span]]:
    (a0, a1), (b0, b1) = box
    if (a1 - a0) * Fraction(a.leg.length_m + 1) >= (b1 - b0) * Fraction(b.leg.length_m + 1):
        return [((a0, _mid(box[0])), box[1]), ((_mid(box[0]), a1), box[1])]
    return [(box[0], (b0, _mid(box[1]))), (box[0], (_mid(box[1]), b1))]


def timely(a: Leg, b: Leg, box: tuple[Span, Span], slack_ns: int) -> bool:
    """Whether some instant may find one aircraft in one span and the other in the other."""

    def at(ends: tuple[int, int], f: Fraction) -> Fraction:
        return ends[0] + (ends[1] - ends[0]) * f

    (a0, a1), (b0, b1) = box
    return (
        at(a.early_ns, a0) <= at(b.late_ns, b1) + slack_ns and at(b.early_ns, b0) <= at(a.late_ns, a1) + slack_ns
    )


def parts_meet(
    a: Part, b: Part, minimum_m: float, vertical: Vertical, *, slack_ns: int | None = None
) -> bool | None:
    """Whether some place on one part and some on the other breach both minima at once.

    Args:
        minimum_m: horizontal minimum beyond both lateral reaches [m].
        vertical: breach of two bands, three-valued.
        slack_ns: given, the two places must also share an instant, give or take so much.
    """
    limit = minimum_m + a.leg.lateral_m + b.leg.lateral_m
    boxes = [((a.start, a.end), (b.start, b.end))]
    moving = a.leg.levels_change or b.leg.levels_change or slack_ns is not None
    bones_a, bones_b = a.leg.bones, b.leg.bones
    is_open = False
    for _ in range(MAX_HALVINGS):
        low, high = box_bounds(bones_a, bones_b, _box_arrays(a, b, boxes))
        points = [((_mid(sa), _mid(sa)), (_mid(sb), _mid(sb))) for sa, sb in boxes]
        _, mid_high = box_bounds(bones_a, bones_b, _box_arrays(a, b, points))
        kept = []
        for k, box in enumerate(boxes):
            if horizontally(Bounds(float(low[k]), float(high[k])), limit) is False:
                continue
            if slack_ns is not None and not timely(a.leg, b.leg, box, slack_ns):
                continue
            if vertical(a.leg.band(*box[0]), b.leg.band(*box[1])) is False:
                continue
            at_middle = vertical(a.leg.band(*points[k][0]), b.leg.band(*points[k][1]))
            now = slack_ns is None or timely(a.leg, b.leg, points[k], slack_ns)
            nearest = float(mid_high[k] if moving else high[k])
            if now and at_middle is True and horizontally(Bounds(0.0, nearest), limit) is True:
                return True
            if box == points[k]:
                is_open = True
            else:
                kept.append(box)
        if not kept:
            return None if is_open else False
        boxes = [half for box in kept for half in _halved(a, b, box)]
        if len(boxes) > MAX_PARTS:
            break
    return None


def greatest_distance(a: Skeleton, b: Skeleton) -> Bounds:
    """The greatest distance [m] from a place on one stretch to a place on the other (one stretch each)."""
    zero = np.zeros(1, np.int64)
    boxes = Boxes(zero, a.begin_m, a.end_m, zero, b.begin_m, b.end_m)
    while True:
        corners = [(x, y) for x in (boxes.a0, boxes.a1) for y in (boxes.b0, boxes.b1)]
        apart = np.stack([_apart_m(a, b, boxes, x, y) for x, y in corners])
        middle = _apart_m(a, b, boxes, (boxes.a0 + boxes.a1) / 2, (boxes.b0 + boxes.b1) / 2)
        halves = (boxes.a1 - boxes.a0 + boxes.b1 - boxes.b0) / 2
        most = np.minimum(middle + halves, apart.max(axis=0) + 2 * plane_error_m(halves, middle)) + SERIES_ERROR_M
        known, bound = float(apart.max()) - SERIES_ERROR_M, float(most.max())
        if bound - known <= 1e-3 + 2 * SERIES_ERROR_M or len(most) > MAX_PARTS:
            return Bounds(known, bound)
        boxes = boxes.take(most > known).halved()


def _apart_m(a: Skeleton, b: Skeleton, boxes: Boxes, along_a: FloatArray, along_b: FloatArray) -> FloatArray:
    distance, _ = inverse(*a.at(boxes.i, along_a), *b.at(boxes.j, along_b))
    return np.nan_to_num(distance, nan=2e7)  # near the antipode


def parts_surely_near(a: Part, b: Part, minimum_m: float) -> bool | None:
    """Whether every place on one part and every one on the other, lateral reaches included, breach a minimum."""
    bounds = greatest_distance(a.bones(), b.bones())
    return horizontally(bounds, minimum_m - a.leg.lateral_m - b.leg.lateral_m)


def part_meets_footprint(
    part: Part, shape: Footprint, minimum_m: float, vertical: Callable[[Band], bool | None]
) -> bool | None:
    """Whether some place on a part, within its lateral reach, comes within a minimum [m] of a footprint."""
    limit = minimum_m + part.leg.lateral_m
    spans = [(part.start, part.end)]
    is_open = False
    for _ in range(MAX_HALVINGS):
        kept = []
        for span in spans:
            piece = Part(part.leg, *span)
            near = horizontally(piece_separation(piece, shape, limit), limit)
            height = vertical(piece.band)
            if near is False or height is False:
                continue
            if not part.leg.levels_change:
                if near and height:
                    return True
                is_open = True
                continue
            middle = Part(part.leg, _mid(span), _mid(span))
            if vertical(middle.band) and horizontally(piece_separation(middle, shape, limit), limit):
                return True
            if span[0] == span[1]:
                is_open = True
            else:
                kept.append(span)
        if not kept:
            return None if is_open else False
        spans = [half for s in kept for half in ((s[0], _mid(s)), (_mid(s), s[1]))]
        if len(spans) > 200:
            break
    return None


def piece_separation(piece: Part, shape: Footprint, limit_m: float) -> Bounds:
    """The distance [m] from a part's geodesic (no lateral reach) to a closed footprint, as far as limit_m needs it."""
    bones, other = piece.bones(0.0), skeleton(shape)

    def less(bounds: Bounds) -> Bounds:
        return Bounds(max(0.0, bounds.low - other.radius_m), max(0.0, bounds.high - other.radius_m))

    apart = less(skeleton_distance(bones, other, lambda bounds: horizontally(less(bounds), limit_m) is not None))
    if isinstance(shape, Polygon) and apart.high > 0:
        lat, lng = bones.at(np.zeros(1, np.int64), bones.begin_m)
        if encloses(shape, float(lat[0]), float(lng[0])):
            return Bounds(0.0, 0.0)
    return apart


def part_surely_in(part: Part, shape: Footprint, minimum_m: float) -> bool | None:
    """Whether every place on a part, wherever in its lateral reach, lies within a minimum [m] of a footprint."""
    for f in (part.start, _mid((part.start, part.end)), part.end):
        lat, lng = part.leg.bones.at(np.zeros(1, np.int64), np.array([float(f) * part.leg.length_m]))
        for azimuth in np.linspace(0, 2 * np.pi, 16, endpoint=False):
            la, lo = direct(lat, lng, azimuth, part.leg.lateral_m)
            if footprints_meet(_speck(float(la[0]), float(lo[0])), shape, minimum_m) is False:
                return False
            if part.leg.lateral_m == 0:
                break
    bones, other = part.bones(0.0), skeleton(shape)
    if isinstance(shape, Circle):
        bounds = greatest_distance(bones, other)
        return horizontally(bounds, shape.radius_m + minimum_m - part.leg.lateral_m)
    if isinstance(shape, Polygon):
        lat, lng = bones.at(np.zeros(1, np.int64), bones.begin_m)
        margin = skeleton_distance(bones, other, lambda _: False)
        inside = encloses(shape, float(lat[0]), float(lng[0]))
        return True if inside and margin.low >= part.leg.lateral_m else None
    ends_within = [greatest_distance(bones, _one(other, k)) for k in range(len(other.lat_deg))]
    return True if any(b.high + part.leg.lateral_m <= other.radius_m for b in ends_within) else None


def _one(bones: Skeleton, k: int) -> Skeleton:
    return replace(
        bones,
        lat_deg=bones.lat_deg[k : k + 1], lng_deg=bones.lng_deg[k : k + 1], azimuth_rad=bones.azimuth_rad[k : k + 1],
        begin_m=bones.begin_m[k : k + 1], end_m=bones.end_m[k : k + 1],
    )


def _speck(lat_deg: float, lng_deg: float) -> Circle:
    """A place as a footprint: a circle of a hundredth of a millimetre."""
    return Circle(lat_deg, lng_deg, 1e-5)

