"""Closest approach, ratio, place and band of each conflict, against dense samples of the oracle's own positions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given

from oracle.conflicts import Rules, breach_at
from oracle.geometry import separation_m
from oracle.levels import table as table_of
from oracle.trajectories import parts_at
from oracle.vincenty import inverse
from property.comparison import check
from property.strategies import Scene, examples, flight_scenes, volume_scenes
from sharedsky.airspace.footprint import Circle
from sharedsky.conflicts.profile import DEFAULT_PROFILE
from sharedsky.conflicts.report import Conflict
from sharedsky.plans.plan import Plan, Zone

SAMPLES = 400


def place_at(plan: Plan, t_ns: int) -> tuple[float, float, Fraction]:
    """Where a recorded flight is at an instant: latitude, longitude [deg], level [um]."""
    part = parts_at(plan.trajectories[0], t_ns)[0]
    lat, lng = part.leg.bones.at(np.zeros(1, np.int64), np.array([float(part.start) * part.leg.length_m]))
    level = part.band.lower
    assert level is not None
    return float(lat[0]), float(lng[0]), level.value_um


def apart(a: Plan, b: Plan, t_ns: int) -> tuple[float, float]:
    """Horizontal [m] and vertical [um] separation at an instant."""
    (lat_a, lng_a, level_a), (lat_b, lng_b, level_b) = place_at(a, t_ns), place_at(b, t_ns)
    return float(inverse(lat_a, lng_a, lat_b, lng_b)[0][0]), float(abs(level_a - level_b))


def sides(scene: Scene, conflict: Conflict) -> tuple[Plan, Plan]:
    """The two plans of a conflict."""
    by_id = {plan.id: plan for plan in scene.plans}
    return by_id[conflict.a.id], by_id[conflict.b.id]


def stated(plan: Plan) -> bool:
    """Whether a flight states an uncertainty, or two levels for one instant: its separations are not single numbers."""
    track = plan.trajectories[0]
    return bool(track.lateral_m.any() or track.level_uncertainty_um or (np.diff(track.time_ns) == 0).any())


@examples(36)
@given(flight_scenes())
def test_the_closest_approach_is_true_and_no_sampled_instant_in_breach_is_closer(scene: Scene) -> None:
    for conflict in check(scene).conflicts:
        a, b = sides(scene, conflict)
        if stated(a) or stated(b):
            continue
        closest = conflict.closest
        assert closest is not None
        start, end = conflict.window.start_ns, conflict.window.end_ns
        assert start <= closest.time_ns <= end
        horizontal_m, vertical_um = apart(a, b, closest.time_ns)
        assert abs(horizontal_m - closest.horizontal_m) < 0.02
        assert closest.vertical_m is not None
        assert abs(vertical_um / 1e6 - closest.vertical_m) < 0.001
        for t in (start + np.linspace(0, end - start, 40).astype(np.int64)).tolist():
            if breach_at(a, b, t, Rules()).possible:
                assert apart(a, b, t)[0] >= closest.horizontal_m - 0.02


@examples(36)
@given(flight_scenes())
def test_the_ratio_is_the_least_over_the_window(scene: Scene) -> None:
    for conflict in check(scene).conflicts:
        a, b = sides(scene, conflict)
        if stated(a) or stated(b) or conflict.window.start_ns == conflict.window.end_ns:
            continue
        start, end = conflict.window.start_ns, conflict.window.end_ns
        times = (start + np.linspace(0, end - start, SAMPLES).astype(np.int64)).tolist()
        sampled = min(ratio_at(a, b, t) for t in times)
        step_s = (end - start) / 1e9 / (SAMPLES - 1)
        assert conflict.ratio is not None
        assert conflict.ratio <= sampled + 1e-4
        fastest = 600 * step_s / DEFAULT_PROFILE.horizontal_m + climb_share(a, b) * step_s
        assert conflict.ratio >= sampled - fastest - 1e-4


def ratio_at(a: Plan, b: Plan, t_ns: int) -> float:
    """The larger of both separations over their minima at an instant."""
    horizontal_m, vertical_um = apart(a, b, t_ns)
    higher = max(place_at(a, t_ns)[2], place_at(b, t_ns)[2])
    steps, _ = table_of(DEFAULT_PROFILE, a.rvsm, b.rvsm)
    minimum = next(step.minimum_um for step in steps if step.over_um < higher <= step.up_to_um)
    return max(horizontal_m / DEFAULT_PROFILE.horizontal_m, vertical_um / minimum)


def climb_share(*plans: Plan) -> float:
    """How much of 1,000 ft the two gain on each other in a second, at most."""
    total = 0.0
    for plan in plans:
        track = plan.trajectories[0]
        climbs = np.abs(track.lower_um[:, 1] - track.lower_um[:, 0]) / np.maximum(np.diff(track.time_ns) / 1e9, 1e-9)
        total += float(climbs.max())
    return total / DEFAULT_PROFILE.vertical.low_um


@examples(48)
@given(volume_scenes(mixed_datums=False))
def test_the_place_of_a_conflict_of_volumes_lies_in_a_volume_of_each_side(scene: Scene) -> None:
    objects: dict[str, Plan | Zone] = {p.id: p for p in scene.plans} | {z.id: z for z in scene.zones}
    for conflict in check(scene).conflicts:
        speck = Circle(*conflict.place, 0.001)
        for side in (conflict.a, conflict.b):
            shapes = [volume.footprint for volume in objects[side.id].volumes]
            assert min(separation_m(speck, shape, lambda b: b.high < 0.05 or b.low > 0.05).low for shape in shapes) < 0.05


@examples(48)
@given(volume_scenes(mixed_datums=False))
def test_the_band_of_a_conflict_lies_within_the_levels_of_each_side(scene: Scene) -> None:
    objects: dict[str, Plan | Zone] = {p.id: p for p in scene.plans} | {z.id: z for z in scene.zones}
    for conflict in check(scene).conflicts:
        band = conflict.band
        assert band.lower_m is None or band.upper_m is None or band.lower_m <= band.upper_m
        for side in (conflict.a, conflict.b):
            volumes = objects[side.id].volumes
            lowest = [None if v.lower is None else v.lower.bounds_um()[0] / 1e6 for v in volumes]
            highest = [None if v.upper is None else v.upper.bounds_um()[1] / 1e6 for v in volumes]
            if None not in lowest:
                assert band.lower_m is not None
                assert band.lower_m >= min(v for v in lowest if v is not None)
            if None not in highest:
                assert band.upper_m is not None
                assert band.upper_m <= max(v for v in highest if v is not None)
