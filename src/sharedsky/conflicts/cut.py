"""Stated legs of many trajectories, end to end, and the short pieces that they are cut into.

Legs are cut where they are longer than 5 km (20 km where their place is uncertain by a kilometre or more, which then
grows by the metre that this may cost: airspace/geodesic.py). What changes along a leg is divided among its pieces in
proportion. Called by legs.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.geodesic import MAX_EDGE_M, ROUGH_EDGE_M, ROUGH_SLACK_M, densify_edges
from sharedsky.airspace.shapes import PATH, Shapes
from sharedsky.airspace.trajectory import Trajectory

#: Legs whose lateral uncertainty is at least this [m] are cut into longer pieces.
_ROUGH_LATERAL_M: Final = 1_000.0


@dataclass(frozen=True, slots=True)
class Stated:
    """The n legs of all trajectories as they are stated, one trajectory after the other.

    trajectory (n,): which one a leg belongs to. point (n,): at which of all points it starts; it ends at the next.
    """

    trajectories: Sequence[Trajectory]
    trajectory: IntArray
    point: IntArray

    def column(self, name: str, dtype: type = np.int64) -> Any:
        """An array of the trajectories, by its name, joined: a row for each point, or each leg."""
        parts = [getattr(trajectory, name) for trajectory in self.trajectories]
        return np.concatenate(parts) if parts else np.empty(0, dtype)

    def at_ends(self, name: str, dtype: type = np.int64) -> tuple[Any, Any]:
        """A column of points at the start and at the end of each leg, (n,) each."""
        column = self.column(name, dtype)
        return column[self.point], column[self.point + 1]

    def places(self) -> tuple[FloatArray, FloatArray]:
        """Start and end of each leg, (n, 2) [lat, lng deg] each."""
        lat, lng = self.at_ends("lat_deg", float), self.at_ends("lng_deg", float)
        return np.column_stack([lat[0], lng[0]]), np.column_stack([lat[1], lng[1]])


@dataclass(frozen=True, slots=True)
class Cut:
    """The m pieces of the stated legs, in order.

    leg (m,): the stated leg that a piece is cut from. ends (m, 2, 2) [lat, lng deg]: its start and end.
    step (m, 2), of (m, 1): its ends lie at the shares step / of of its leg.
    """

    stated: Stated
    leg: IntArray
    ends: FloatArray
    step: IntArray
    of: IntArray

    def __len__(self) -> int:
        return len(self.leg)

    @property
    def trajectory(self) -> IntArray:
        """(m,) which trajectory a piece is cut from."""
        return self.stated.trajectory[self.leg]

    def per_trajectory(self, values: Sequence[float | int], dtype: type = np.int64) -> Any:
        """(m,) what holds for all of a trajectory, given for each of them."""
        return np.array(values, dtype)[self.trajectory]

    def divided(self, at_start: IntArray, at_end: IntArray, *, round_up: bool = False) -> IntArray:
        """(m, 2) what changes evenly along each leg, from one (n,) to the other, at the ends of its pieces."""
        return _proportion(at_start[self.leg], at_end[self.leg], self.step, self.of, round_up=round_up)

    def shapes(self) -> Shapes:
        """The pieces as m paths of two vertices, each with its lateral uncertainty as reach."""
        lateral = self.stated.column("lateral_m", float)
        m = len(self)
        return Shapes(
            np.full(m, PATH, np.int8),
            np.where(_is_rough(lateral), lateral + ROUGH_SLACK_M, lateral)[self.leg],
            np.arange(m + 1) * 2,
            np.arange(m + 1),
            self.ends.reshape(-1, 2),
        )


def cut_legs(trajectories: Sequence[Trajectory]) -> Cut:
    """All legs of all trajectories, cut."""
    stated = _stated(trajectories)
    start, end = stated.places()
    longest = np.where(_is_rough(stated.column("lateral_m", float)), ROUGH_EDGE_M, MAX_EDGE_M)
    point, leg = densify_edges(start, end, longest)
    pieces = np.bincount(leg, minlength=len(start))
    step = np.arange(len(leg)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    last = step + 1 == pieces[leg]
    ends = np.empty((len(leg), 2, 2))
    ends[:, 0] = point
    ends[~last, 1] = point[np.flatnonzero(~last) + 1]
    ends[last, 1] = end[leg[last]]
    return Cut(stated, leg, ends, np.stack([step, step + 1], axis=1), pieces[leg][:, None])


def _stated(trajectories: Sequence[Trajectory]) -> Stated:
    points = np.array([len(trajectory.lat_deg) for trajectory in trajectories], np.int64)
    legs = points - 1
    trajectory = np.repeat(np.arange(len(trajectories)), legs)
    within = np.arange(len(trajectory)) - np.repeat(np.cumsum(legs) - legs, legs)
    return Stated(trajectories, trajectory, (np.cumsum(points) - points)[trajectory] + within)


def _is_rough(lateral_m: FloatArray) -> BoolArray:
    return np.asarray(lateral_m >= _ROUGH_LATERAL_M)


def _proportion(start: IntArray, end: IntArray, step: IntArray, of: IntArray, *, round_up: bool) -> IntArray:
    """start + (end - start) step / of in integers, rounded down or up: (m,), (m,), (m, 2), (m, 1) -> (m, 2)."""
    change = (end - start)[:, None]
    whole, rest = change // of, change % of
    share = rest * step
    share = -((-share) // of) if round_up else share // of
    return np.asarray(start[:, None] + whole * step + share, np.int64)
