"""The search: every pair of plans, and of plans and zones, coarsely and then exactly.

Implements docs/conflicts.md. The steps: number the sides; make tables of volumes and of pieces of path; join their
boxes
(broad.py, no false negative); decide each candidate exactly (volumes.py, encounters.py, forecasts.py, crossings.py);
join
the breaches of each pair into conflicts (assemble.py). Called by the API and the command line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M
from sharedsky.airspace.datums import OPEN_UM, UNKNOWN_TERRAIN, Bounds
from sharedsky.airspace.earth import FloatArray, IntArray
from sharedsky.airspace.terrain import Terrain
from sharedsky.conflicts.assemble import assembled
from sharedsky.conflicts.assumptions import assumptions
from sharedsky.conflicts.boxes import Boxes, flat_boxes
from sharedsky.conflicts.breaches import Breaches, Doubtful
from sharedsky.conflicts.candidates import by_flight_and_volume, candidates
from sharedsky.conflicts.crossings import crossings
from sharedsky.conflicts.encounters import encounters
from sharedsky.conflicts.forecasts import may_meet, paths_near
from sharedsky.conflicts.gather import Gathered
from sharedsky.conflicts.legs import Legs, legs_of
from sharedsky.conflicts.levels import PairTable, pair_table
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile
from sharedsky.conflicts.report import Report, Summary, Undetermined
from sharedsky.conflicts.sides import Sides, sides_of
from sharedsky.conflicts.vertical import vertical_breach
from sharedsky.conflicts.volumes import Minima, Volumes, meetings, volumes_of
from sharedsky.plans.plan import CONFLICTING_KINDS, Plan, Zone

#: More than the geoid's slope against the ellipsoid anywhere (EGM96: 4e-4).
_GEOID_SLOPE: Final = 1e-3

#: Told what is being done, how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]

#: The most conflicts of one report, unless more are asked for.
MAX_CONFLICTS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Tables:
    sides: Sides
    plans: Volumes
    zones: Volumes
    legs: Legs


def find_conflicts(
    plans: Sequence[Plan],
    zones: Sequence[Zone] = (),
    profile: Profile = DEFAULT_PROFILE,
    *,
    same_owner: bool = False,
    all_zones: bool = False,
    assume_rvsm: bool = False,
    terrain: Terrain | None = None,
    max_conflicts: int = MAX_CONFLICTS,
    progress: Progress | None = None,
) -> Report:
    """Every conflict between plans of different owners, and between plans and zones.

    Args:
        same_owner: add conflicts between plans of one owner.
        all_zones: add zones that by default are only shown (airspace classes, RMZ, TMZ, no restriction).
        assume_rvsm: flights whose RVSM approval is not known count as approved.
        terrain: the ground's elevation by region, for heights above ground.
        max_conflicts: the most conflicts, and the most undetermined pairs, that are reported. A conflict takes some
            2 kB of memory.
        progress: called with a step's name, how much is done, and of how much.
    Raises:
        LimitError: there are more of them: part of them would be no answer.
    """
    chosen = [z for z in zones if all_zones or z.kind in CONFLICTING_KINDS]
    sides = sides_of(plans, chosen, same_owner=same_owner, assume_rvsm=assume_rvsm)
    tables = _tables(sides, terrain or UNKNOWN_TERRAIN)
    gathered = Gathered(sides, profile, max_conflicts)
    tell = progress or (lambda step, done, of: None)
    steps = (_volume_pairs, _flight_pairs, _flights_in_volumes)
    for k, step in enumerate(steps):
        tell("searching", k, len(steps))
        for found, doubt in step(tables, profile):
            gathered.add(found, doubt)
    tell("searching", len(steps), len(steps))
    conflicts = assembled(gathered.rows, sides, tables.legs, profile, max_conflicts)
    certain = sum(c.certainty == "certain" for c in conflicts)
    summary = Summary(
        plans=len(plans),
        zones=len(zones),
        volumes=len(tables.plans) + len(tables.zones),
        legs=len(tables.legs),
        conflicts=len(conflicts),
        certain=certain,
        possible=len(conflicts) - certain,
    )
    return Report(
        summary,
        conflicts,
        _undetermined(gathered, sides),
        assumptions=assumptions(plans, zones, chosen, profile, assume_rvsm=assume_rvsm, terrain=terrain),
        gaps=[(plan.id, start, end) for plan in plans for start, end in plan.gaps],
    )


def _tables(sides: Sides, terrain: Terrain) -> _Tables:
    first_zone = len(sides.plans)
    return _Tables(
        sides,
        volumes_of([(k, v) for k, plan in enumerate(sides.plans) for v in plan.volumes], terrain),
        volumes_of([(first_zone + k, v) for k, zone in enumerate(sides.zones) for v in zone.volumes], terrain),
        legs_of([(k, t) for k, plan in enumerate(sides.plans) for t in plan.trajectories], terrain),
    )


def _volume_pairs(tables: _Tables, profile: Profile) -> Iterator[tuple[Breaches, Doubtful]]:
    """Plans' volumes with each other, and with zones."""
    minima = Minima("volume-volume", profile.volume_horizontal_m, profile.volume_vertical_um, profile.time_ns)
    boxes = _volume_boxes(tables.plans, tables.sides, minima)
    for i, j in candidates(boxes):
        yield meetings(tables.plans, i, tables.plans, j, minima)
    minima = Minima("zone", profile.zone_horizontal_m, profile.zone_vertical_um, profile.time_ns)
    pair = _volume_boxes(tables.plans, tables.sides, minima), _volume_boxes(tables.zones, tables.sides, minima)
    for i, j in candidates(*pair):
        yield meetings(tables.plans, i, tables.zones, j, minima)


def _flight_pairs(tables: _Tables, profile: Profile) -> Iterator[tuple[Breaches, Doubtful]]:
    """Trajectories with each other."""
    legs = tables.legs
    half_um = profile.vertical.high_um // 2 + 1
    boxes = _leg_boxes(legs, tables.sides, profile.horizontal_m / 2, half_um, profile.time_ns)
    for i, j in candidates(boxes):
        table = pair_table(profile.vertical, tables.sides.rvsm[legs.side[i]], tables.sides.rvsm[legs.side[j]])
        known = legs.timed[i] & legs.timed[j]
        doubt = _ground_decides(legs, i, j, table, profile)
        for of, search in ((known, encounters), (~known | (profile.time_ns > 0), may_meet)):
            k = np.flatnonzero(of)
            if len(k):
                part = PairTable(table.low, table.high, table.above_possible[k], table.above_certain[k])
                yield search(legs, i[k], j[k], part, profile), doubt


def _flights_in_volumes(tables: _Tables, profile: Profile) -> Iterator[tuple[Breaches, Doubtful]]:
    """Trajectories with plans' volumes, and with zones."""
    cells = (
        (
            tables.plans,
            Minima("trajectory-volume", profile.mixed_horizontal_m, profile.mixed_vertical_um, profile.time_ns),
        ),
        (tables.zones, Minima("zone", profile.zone_horizontal_m, profile.zone_vertical_um, profile.time_ns)),
    )
    for volumes, minima in cells:
        half_um = minima.vertical_um // 2 + 1
        legs = _leg_boxes(tables.legs, tables.sides, minima.horizontal_m / 2, half_um, profile.time_ns)
        for i, j in by_flight_and_volume(tables.legs, legs, _volume_boxes(volumes, tables.sides, minima)):
            yield crossings(tables.legs, i, volumes, j, minima)


def _ground_decides(legs: Legs, i: IntArray, j: IntArray, table: PairTable, profile: Profile) -> Doubtful:
    """Pairs of flights whose heights above ground would conflict over ground beyond the stated band."""
    of = np.flatnonzero(
        legs.floor.assumed[i] | legs.floor.assumed[j] | legs.ceiling.assumed[i] | legs.ceiling.assumed[j]
    )
    i, j = i[of], j[of]
    part = PairTable(table.low, table.high, table.above_possible[of], table.above_certain[of])
    possible, _ = vertical_breach(legs, i, j, part, profile.tolerance_um)
    anywhere, _ = vertical_breach(legs, i, j, part, profile.tolerance_um, world=True)
    k = np.flatnonzero(anywhere & ~possible)
    k = k[paths_near(legs, i[k], j[k], profile.horizontal_m)]
    return Doubtful(legs.side[i[k]], legs.side[j[k]])


def _volume_boxes(volumes: Volumes, sides: Sides, minima: Minima) -> Boxes:
    grow = np.full(len(volumes), minima.horizontal_m / 2)
    time = volumes.time_ns + np.array([-minima.buffer_ns, minima.buffer_ns])
    band = _band(volumes.floor, volumes.ceiling, minima.vertical_um // 2 + 1, minima.horizontal_m)
    return Boxes(*flat_boxes(volumes.shapes, grow), time, band, sides.group[volumes.side])


def _leg_boxes(legs: Legs, sides: Sides, grow_m: float, grow_um: int, buffer_ns: int) -> Boxes:
    time = np.stack([legs.early_ns[:, 0] - buffer_ns, legs.late_ns[:, 1] + buffer_ns], axis=1)
    band = _band(legs.floor, legs.ceiling, grow_um, 2 * grow_m)
    return Boxes(*flat_boxes(legs.shapes, _filled(len(legs), grow_m)), time, band, sides.group[legs.side])


def _filled(n: int, value: float) -> FloatArray:
    return np.full(n, value)


def _band(floor: Bounds, ceiling: Bounds, grow_um: int, apart_m: float) -> IntArray:
    """(n, 4): by WGS 84 with the ground anywhere, and by pressure; what compares directly overlaps in these too.

    apart_m: the horizontal minimum: heights above sea level that far apart compare directly, whatever the geoid does
    between them.
    """
    geo_um = grow_um + math.ceil(apart_m / 2 * _GEOID_SLOPE * UM_PER_M)
    limits = (floor.world_lo - geo_um, ceiling.world_hi + geo_um, floor.baro_lo - grow_um, ceiling.baro_hi + grow_um)
    return np.clip(np.stack(limits, axis=1), -2 * OPEN_UM, 2 * OPEN_UM)


def _undetermined(gathered: Gathered, sides: Sides) -> list[Undetermined]:
    """The doubtful pairs that are in conflict nowhere."""
    reason = (
        "heights above ground against another datum: in conflict only over ground outside the stated band; "
        "give the ground's elevation with --terrain"
    )
    return [Undetermined(sides.side(a), sides.side(b), reason) for a, b in gathered.undetermined()]
