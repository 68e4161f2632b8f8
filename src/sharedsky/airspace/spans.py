"""Sets of the line as arrays of intervals: where linear and quadratic conditions hold, exactly and without sampling.

An interval is a pair of arrays (lo, hi); it is empty where lo > hi. Called by along.py and by the searches along legs.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sharedsky.airspace.earth import BoolArray, FloatArray
from sharedsky.airspace.frames import dot

Span = tuple[FloatArray, FloatArray]

_NOWHERE_LO: Final = np.inf
_NOWHERE_HI: Final = -np.inf


def everywhere(n: int) -> Span:
    """[0, 1], n times."""
    return np.zeros(n), np.ones(n)


def only_if(span: Span, condition: BoolArray) -> Span:
    """The span where the condition holds, else empty."""
    return np.where(condition, span[0], _NOWHERE_LO), np.where(condition, span[1], _NOWHERE_HI)


def both(*spans: Span) -> Span:
    """The intersection."""
    lo, hi = spans[0]
    for other_lo, other_hi in spans[1:]:
        lo, hi = np.maximum(lo, other_lo), np.minimum(hi, other_hi)
    return lo, hi


def hull(*spans: Span) -> Span:
    """The least interval around all of them (empty ones do not count): the union, where that is known to be one."""
    los = [np.where(lo <= hi, lo, _NOWHERE_LO) for lo, hi in spans]
    his = [np.where(lo <= hi, hi, _NOWHERE_HI) for lo, hi in spans]
    return np.minimum.reduce(los), np.maximum.reduce(his)


def holds(span: Span) -> BoolArray:
    """Where the span is not empty."""
    return np.asarray(span[0] <= span[1])


def where_below(start: npt.ArrayLike, end: npt.ArrayLike, bound: npt.ArrayLike, *, strict: bool) -> Span:
    """Where in [0, 1] a value that goes linearly from start to end is below bound (or at it, unless strict).

    At the ends the comparison is exact; a strict condition that only touches its bound holds nowhere.
    """
    first, last = np.subtract(start, bound, dtype=float), np.subtract(end, bound, dtype=float)
    in_first = first < 0 if strict else first <= 0
    in_last = last < 0 if strict else last <= 0
    change = last - first
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.clip(-first / np.where(change == 0, 1.0, change), 0.0, 1.0)
    lo = np.where(in_first, 0.0, np.where(in_last, crossing, _NOWHERE_LO))
    hi = np.where(in_last, 1.0, np.where(in_first, crossing, _NOWHERE_HI))
    return lo, hi


def where_above(start: npt.ArrayLike, end: npt.ArrayLike, bound: npt.ArrayLike, *, strict: bool) -> Span:
    """As where_below, above."""
    return where_below(np.negative(start), np.negative(end), np.negative(bound), strict=strict)


def where_within(offset: FloatArray, motion: FloatArray, reach: FloatArray) -> Span:
    """Where in [0, 1] the point offset + s motion, (m, 2) each, lies within reach (m,) of the origin; reach < 0:
    nowhere."""
    a, b = dot(motion, motion), dot(offset, motion)
    c = dot(offset, offset) - reach**2
    still = a <= 1e-12  # moves less than a micrometre
    root = b * b - a * c
    with np.errstate(invalid="ignore", divide="ignore"):
        half = np.sqrt(np.maximum(root, 0.0))
        safe = np.where(still, 1.0, a)
        lo, hi = (-b - half) / safe, (-b + half) / safe
    lo, hi = np.where(still, 0.0, np.maximum(lo, 0.0)), np.where(still, 1.0, np.minimum(hi, 1.0))
    end = offset + motion
    near = np.where(still, np.minimum(c, dot(end, end) - reach**2) <= 0, root >= 0) & (reach >= 0)
    return only_if((lo, hi), near)


def where_near_segment(offset: FloatArray, motion: FloatArray, a: FloatArray, b: FloatArray, reach: FloatArray) -> Span:
    """Where in [0, 1] the moving point lies within reach (m,) of segment a-b; all (m, 2). One interval: it is
    convex."""
    ends = [where_within(offset - a, motion, reach), where_within(offset - b, motion, reach)]
    edge = b - a
    length = np.sqrt(dot(edge, edge))
    real = length > 1e-9
    along = edge / np.where(real, length, 1.0)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=-1)
    first, last = offset - a, offset + motion - a
    side0, side1 = dot(first, across), dot(last, across)
    on0, on1 = dot(first, along), dot(last, along)
    strip = both(
        where_below(side0, side1, reach, strict=False),
        where_above(side0, side1, -reach, strict=False),
        where_above(on0, on1, 0.0, strict=False),
        where_below(on0, on1, length, strict=False),
    )
    return hull(*ends, only_if(strip, real & (reach >= 0)))
