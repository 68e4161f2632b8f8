"""All trajectories of a search as one table of short pieces of path.

Legs are cut (cut.py) so short that each piece is a straight chord in a local frame, times and levels being divided in
proportion. Built once per search; used by encounters.py, forecasts.py and crossings.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sharedsky.airspace.datums import Bounds, bounds_of
from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.places import Places, places_of
from sharedsky.airspace.shapes import Shapes
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.conflicts.cut import Cut, cut_legs
from sharedsky.conflicts.levels import same_frame


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
    cut = cut_legs([trajectory for _, trajectory in trajectories])
    shapes = cut.shapes()
    places = places_of(shapes)
    lower, upper = _levels(cut, "lower_um", round_up=False), _levels(cut, "upper_um", round_up=True)
    early, time, late, known = _times(cut)
    # in two places, or at two levels, at one instant: then it may be anywhere between them
    moves = (cut.ends[:, 0] != cut.ends[:, 1]).any(axis=1) | (lower[:, 0] != lower[:, 1]) | (upper[:, 0] != upper[:, 1])
    return Legs(
        side=cut.per_trajectory([side for side, _ in trajectories]),
        trajectory=cut.trajectory,
        shapes=shapes,
        early_ns=early,
        time_ns=time,
        late_ns=late,
        timed=known & ((time[:, 0] < time[:, 1]) | ~moves),
        lower_um=lower,
        upper_um=upper,
        uncertainty_um=_uncertainty(cut),
        floor=_bounds(cut, lower, "lower_datum", places, terrain),
        ceiling=_bounds(cut, upper, "upper_datum", places, terrain),
        places=places,
    )


def _levels(cut: Cut, name: str, *, round_up: bool) -> IntArray:
    """(m, 2) the trajectories' levels of this name [um] at the ends of the pieces."""
    level = cut.stated.column(name).reshape(-1, 2)
    return cut.divided(level[:, 0], level[:, 1], round_up=round_up)


def _times(cut: Cut) -> tuple[IntArray, IntArray, IntArray, BoolArray]:
    """Earliest, nominal and latest times (m, 2) [ns] at the ends of the pieces, and whether they are known, (m,).

    Known times are the nominal ones, rounded alike; the others are rounded outward.
    """
    early, time, late = (cut.stated.at_ends(name) for name in ("early_ns", "time_ns", "late_ns"))
    known = ((early[0] == late[0]) & (early[1] == late[1]))[cut.leg]
    nominal = cut.divided(*time)
    earliest = np.where(known[:, None], nominal, cut.divided(*early))
    latest = np.where(known[:, None], nominal, cut.divided(*late, round_up=True))
    return earliest, nominal, latest, known


def _uncertainty(cut: Cut) -> IntArray:
    """(m,) the stated uncertainty [um] of all levels of the trajectory."""
    return np.asarray(cut.per_trajectory([t.level_uncertainty_um for t in cut.stated.trajectories]))


def _bounds(cut: Cut, level_um: IntArray, datum: str, places: Places, terrain: Terrain) -> Bounds:
    """Bounds (m,) on levels (m, 2) over whole pieces, with the stated uncertainty, in the datums of this name."""
    uncertainty = _uncertainty(cut)
    settings = [np.nan if t.setting_hpa is None else t.setting_hpa for t in cut.stated.trajectories]
    return bounds_of(
        level_um.min(axis=1) - uncertainty,
        level_um.max(axis=1) + uncertainty,
        cut.stated.column(datum)[cut.leg].astype(np.int8),
        cut.per_trajectory(settings, float),
        np.zeros(len(cut)),
        places,
        terrain,
    )


def one_datum(legs: Legs, i: IntArray, j: IntArray) -> BoolArray:
    """Whether all four levels of two pieces compare directly."""
    return np.asarray(
        same_frame(legs.floor, i, legs.ceiling, i, same_point=False)
        & same_frame(legs.floor, j, legs.ceiling, j, same_point=False)
        & same_frame(legs.floor, i, legs.floor, j, same_point=False)
    )
