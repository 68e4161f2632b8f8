"""All trajectories of a search as one table of short pieces of path.

Legs are cut where they are longer than 5 km (20 km where their place is uncertain by a kilometre or more, which then
grows by the metre that this may cost: airspace/geodesic.py), times and levels being divided in proportion, so that each
piece is a straight chord in a local frame. Built once per search; used by encounters.py, forecasts.py and
crossings.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sharedsky.airspace.datums import Bounds, bounds_of
from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.geodesic import MAX_EDGE_M, ROUGH_EDGE_M, ROUGH_SLACK_M, densify_edges
from sharedsky.airspace.places import Places, places_of
from sharedsky.airspace.shapes import PATH, Shapes
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.conflicts.levels import same_frame

#: Legs whose lateral uncertainty is at least this [m] are cut into longer pieces.
_ROUGH_LATERAL_M: Final = 1_000.0


@dataclass(frozen=True, slots=True)
class Legs:
    """m pieces of path; "ends" are (m, 2): at the piece's start and end.

    side (m,): index of the plan in the search's sides. trajectory (m,): which trajectory it is a piece of.
    shapes: m paths of two vertices, reach = lateral uncertainty. ecef (m, 2, 3) [m]. vector (m, 2, 3).
    early_ns, time_ns, late_ns: (m, 2) int64. timed (m,): the times are known, and at each the place and the level.
    lower_um, upper_um: (m, 2) int64, in the datum of floor / ceiling, without the stated uncertainty.
    uncertainty_um (m,). floor, ceiling: Bounds (m,) over the whole piece, with it. places: (m,).
    """

    side: IntArray
    trajectory: IntArray
    shapes: Shapes
    early_ns: IntArray
    time_ns: IntArray
    late_ns: IntArray
    timed: BoolArray
    lower_um: IntArray
    upper_um: IntArray
    uncertainty_um: IntArray
    floor: Bounds
    ceiling: Bounds
    places: Places

    def __len__(self) -> int:
        return len(self.side)

    @property
    def vector(self) -> FloatArray:
        """(m, 2, 3) n-vectors of the ends."""
        return self.shapes.vector.reshape(-1, 2, 3)

    @property
    def ecef(self) -> FloatArray:
        """(m, 2, 3) ends [m]."""
        return self.shapes.ecef.reshape(-1, 2, 3)

    @property
    def lateral_m(self) -> FloatArray:
        """(m,) how far from the path the aircraft may be."""
        return self.shapes.reach_m


def legs_of(trajectories: Sequence[tuple[int, Trajectory]], terrain: Terrain) -> Legs:
    """The pieces of (side, trajectory) pairs."""
    sizes = np.array([len(t.lat_deg) for _, t in trajectories], np.int64)
    legs = np.maximum(sizes - 1, 0)
    point_start = np.cumsum(sizes) - sizes
    which = np.repeat(np.arange(len(trajectories)), legs)
    first = point_start[which] + np.arange(len(which)) - np.repeat(np.cumsum(legs) - legs, legs)

    def joined(name: str, dtype: type = np.int64) -> Any:
        parts = [getattr(t, name) for _, t in trajectories]
        return np.concatenate(parts) if parts else np.empty(0, dtype)

    points = np.column_stack([joined("lat_deg", float), joined("lng_deg", float)]).reshape(-1, 2)
    lateral = joined("lateral_m", float)
    rough = lateral >= _ROUGH_LATERAL_M
    longest = np.where(rough, ROUGH_EDGE_M, MAX_EDGE_M)
    cut, owner = densify_edges(points[first], points[first + 1], longest) if len(first) else (points, first)
    pieces = np.bincount(owner, minlength=len(first)) if len(first) else np.empty(0, np.int64)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    part = np.stack([step, step + 1], axis=1), pieces[owner][:, None]
    ends = np.empty((len(owner), 2, 2))
    ends[:, 0] = cut
    last = step + 1 == pieces[owner]
    ends[~last, 1] = cut[np.flatnonzero(~last) + 1]
    ends[last, 1] = points[first + 1][owner[last]]

    def divided(at_start: IntArray, at_end: IntArray, round_up: bool) -> IntArray:
        return _proportion(at_start[owner], at_end[owner], *part, round_up=round_up)

    early, time, late = (joined(name) for name in ("early_ns", "time_ns", "late_ns"))
    lower, upper = joined("lower_um").reshape(-1, 2), joined("upper_um").reshape(-1, 2)
    trajectory = which[owner]
    spread = np.array([t.level_uncertainty_um for _, t in trajectories], np.int64)[trajectory]
    setting = np.array([np.nan if t.setting_hpa is None else t.setting_hpa for _, t in trajectories], float)
    shapes = Shapes(
        np.full(len(owner), PATH, np.int8),
        np.where(rough, lateral + ROUGH_SLACK_M, lateral)[owner],
        np.arange(len(owner) + 1) * 2,
        np.arange(len(owner) + 1),
        ends.reshape(-1, 2),
    )
    places = places_of(shapes)
    low, high = divided(lower[:, 0], lower[:, 1], False), divided(upper[:, 0], upper[:, 1], True)
    bounds = []
    for level, name in ((low, "lower_datum"), (high, "upper_datum")):
        codes = joined(name)[owner].astype(np.int8)
        bounds.append(
            bounds_of(
                level.min(axis=1) - spread,
                level.max(axis=1) + spread,
                codes,
                setting[trajectory],
                np.zeros(len(owner)),
                places,
                terrain,
            )
        )
    nominal = divided(time[first], time[first + 1], False)
    known = ((early[first] == late[first]) & (early[first + 1] == late[first + 1]))[owner]
    earliest = np.where(known[:, None], nominal, divided(early[first], early[first + 1], False))
    latest = np.where(known[:, None], nominal, divided(late[first], late[first + 1], True))
    # in two places, or at two levels, at one instant: then it may be anywhere between them
    moves = (ends[:, 0] != ends[:, 1]).any(axis=1) | (low[:, 0] != low[:, 1]) | (high[:, 0] != high[:, 1])
    timed = known & ((nominal[:, 0] < nominal[:, 1]) | ~moves)
    side = np.array([side for side, _ in trajectories], np.int64)[trajectory]
    return Legs(
        side, trajectory, shapes, earliest, nominal, latest, timed, low, high, spread, bounds[0], bounds[1], places
    )


def _proportion(start: IntArray, end: IntArray, step: IntArray, of: IntArray, *, round_up: bool) -> IntArray:
    """start + (end - start) step / of in integers, rounded down or up: (m,), (m,), (m, 2), (m, 1) -> (m, 2)."""
    change = (end - start)[:, None]
    whole, rest = change // of, change % of
    share = rest * step
    share = -((-share) // of) if round_up else share // of
    return np.asarray(start[:, None] + whole * step + share, np.int64)


def one_datum(legs: Legs, i: IntArray, j: IntArray) -> BoolArray:
    """Whether all four levels of two pieces compare directly."""
    return np.asarray(
        same_frame(legs.floor, i, legs.ceiling, i, same_point=False)
        & same_frame(legs.floor, j, legs.ceiling, j, same_point=False)
        & same_frame(legs.floor, i, legs.floor, j, same_point=False)
    )
