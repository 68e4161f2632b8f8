"""What holds for every check, whatever the plans: symmetry, growth with plans, minima and uncertainty, closed sets.

The set of conflicts is a set of (pair, instant) (docs/conflicts.md, "The set"); properties speak of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oracle.conflicts import Rules
from oracle.geometry import footprints_meet
from property.comparison import Answer, answers, check, conflict_key, covers, malformed
from property.strategies import (
    SOURCE,
    T0_NS,
    Scene,
    examples,
    flight_scenes,
    footprints,
    known_of,
    plan_of,
    stages,
    volume_scenes,
    zone_of,
)
from sharedsky.airspace.altitude import UM_PER_FT, UM_PER_M, Altitude, agl_m, amsl_m, flight_level, wgs84_m
from sharedsky.airspace.footprint import Circle, Corridor, Footprint, Polygon, corridor, polygon
from sharedsky.airspace.meet import meet
from sharedsky.airspace.time import NS_PER_MIN, NS_PER_S, TimeWindow
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile
from sharedsky.plans.plan import Plan, Zone, ZoneKind
from zoo import ZOO, east_deg

SCENES = st.one_of(volume_scenes(), volume_scenes(mixed_datums=False), flight_scenes(forecasts=True, with_volumes=True))


def grew(large: Scene, small: Scene, rules_large: Rules, rules_small: Rules, part: str = "possible") -> list[str]:
    """Pairs whose breaches in one check are not all within those of another."""
    after, before = answers(check(large, rules_large)), answers(check(small, rules_small))
    return [
        f"{key}: {getattr(before[key], part)} not in {getattr(after.get(key, Answer()), part)}"
        for key in before
        if not covers(getattr(after.get(key, Answer()), part), getattr(before[key], part))
    ]


@examples(33)
@given(SCENES, st.randoms(use_true_random=False))
def test_the_order_of_plans_and_zones_changes_nothing(scene: Scene, shuffler: object) -> None:
    plans, zones = list(scene.plans), list(scene.zones)
    shuffler.shuffle(plans)  # type: ignore[attr-defined]
    shuffler.shuffle(zones)  # type: ignore[attr-defined]
    first, second = check(scene), check(Scene(tuple(plans), tuple(zones)))
    assert answers(first) == answers(second)
    assert [conflict_key(c) for c in first.conflicts] == [conflict_key(c) for c in second.conflicts]
    assert {(u.a, u.b) for u in first.undetermined} == {(u.a, u.b) for u in second.undetermined}


@examples(44)
@given(SCENES)
def test_every_entry_keeps_its_own_form(scene: Scene) -> None:
    assert malformed(check(scene)) == []


@examples(33)
@given(SCENES)
def test_one_more_plan_never_removes_a_conflict(scene: Scene) -> None:
    fewer = Scene(scene.plans[:-1], scene.zones)
    assert grew(scene, fewer, Rules(), Rules()) == []


@examples(33)
@given(SCENES)
def test_one_more_zone_never_removes_a_conflict(scene: Scene) -> None:
    assume(scene.zones)
    assert grew(scene, Scene(scene.plans, scene.zones[:-1]), Rules(), Rules()) == []


def larger_minima(scale_m: float, scale_um: int, buffer_ns: int) -> Profile:
    """The default profile with every minimum larger."""
    base = DEFAULT_PROFILE
    vertical = replace(
        base.vertical, low_um=base.vertical.low_um + scale_um, high_um=base.vertical.high_um + scale_um
    )
    return replace(
        base, name="larger", vertical=vertical, horizontal_m=base.horizontal_m + scale_m, time_ns=buffer_ns,
        volume_horizontal_m=scale_m, mixed_horizontal_m=scale_m, zone_horizontal_m=scale_m,
        volume_vertical_um=scale_um, mixed_vertical_um=scale_um, zone_vertical_um=scale_um,
    )


@pytest.mark.parametrize("part", ["possible", "certain"])
@examples(33)
@given(
    scene=SCENES,
    metres=st.sampled_from([0.0, 0.5, 400.0, 20_000.0]),
    feet=st.sampled_from([0, 50, 500, 3_000]),
    minutes=st.sampled_from([0, 0, 4]),
)
def test_larger_minima_never_shrink_the_set(part: str, scene: Scene, metres: float, feet: int, minutes: int) -> None:
    larger = Rules(larger_minima(metres, feet * UM_PER_FT, minutes * NS_PER_MIN))
    assert grew(scene, scene, larger, Rules(), part) == []


@examples(22)
@given(flight_scenes(forecasts=True), st.sampled_from(["same_owner", "all_zones"]))
def test_asking_for_more_never_shrinks_the_set(scene: Scene, option: str) -> None:
    assert grew(scene, scene, replace(Rules(), **{option: True}), Rules()) == []  # type: ignore[arg-type]


@examples(22)
@given(flight_scenes(forecasts=True))
def test_assumed_approval_only_takes_possible_breaches_away(scene: Scene) -> None:
    assert grew(scene, scene, Rules(), Rules(assume_rvsm=True)) == []


def vaguer_level(level: Altitude | None, more: float) -> Altitude | None:
    """A level with more uncertainty, in its own unit."""
    return None if level is None else replace(level, uncertainty=level.uncertainty + more)


def vaguer_track(track: Trajectory, lateral_m: float, level_um: int, early_ns: int, late_ns: int) -> Trajectory:
    """A trajectory with more uncertainty of place, level and time."""
    return replace(
        track,
        early_ns=track.early_ns - early_ns, late_ns=track.late_ns + late_ns,
        lower_um=track.lower_um - level_um, upper_um=track.upper_um + level_um,
        lateral_m=track.lateral_m + lateral_m,
    )


def changed(
    scene: Scene, volume: Callable[[Volume4D], Volume4D], track: Callable[[Trajectory], Trajectory] = lambda t: t
) -> Scene:
    """A scene with each volume and trajectory changed."""
    plans = (
        replace(p, volumes=tuple(map(volume, p.volumes)), trajectories=tuple(map(track, p.trajectories)))
        for p in scene.plans
    )
    return Scene(tuple(plans), tuple(replace(z, volumes=tuple(map(volume, z.volumes))) for z in scene.zones))


@examples(44)
@given(SCENES, st.sampled_from([1.0, 30.0, 400.0]))
def test_a_vaguer_level_never_turns_possible_into_clear(scene: Scene, more: float) -> None:
    def volume(v: Volume4D) -> Volume4D:
        return replace(v, lower=vaguer_level(v.lower, more), upper=vaguer_level(v.upper, more))

    def track(t: Trajectory) -> Trajectory:
        return replace(t, level_uncertainty_um=t.level_uncertainty_um + round(more * UM_PER_M))

    vaguer = changed(scene, volume, track)
    assert grew(vaguer, scene, Rules(), Rules()) == []
    assert grew(scene, vaguer, Rules(), Rules(), "certain") == []


@examples(33)
@given(
    flight_scenes(forecasts=True, with_volumes=True),
    st.sampled_from([(200.0, 0, 0, 0), (0.0, 300, 0, 0), (0.0, 0, 60, 0), (0.0, 0, 0, 200), (5_000.0, 900, 300, 900)]),
)
def test_a_vaguer_flight_never_turns_possible_into_clear(scene: Scene, more: tuple[float, int, int, int]) -> None:
    lateral_m, feet, early_s, late_s = more

    def track(t: Trajectory) -> Trajectory:
        return vaguer_track(t, lateral_m, feet * UM_PER_FT, early_s * NS_PER_S, late_s * NS_PER_S)

    vaguer = changed(scene, lambda v: v, track)
    assert grew(vaguer, scene, Rules(), Rules()) == []
    assert grew(scene, vaguer, Rules(), Rules(), "certain") == []


@examples(44)
@given(SCENES)
def test_identical_plans_of_different_owners_always_conflict(scene: Scene) -> None:
    for plan in scene.plans:
        twin = replace(plan, id="twin", owner="another party")
        found = answers(check(Scene((plan, twin))))
        windows = [(v.window.start_ns, v.window.end_ns) for v in plan.volumes]
        windows += [(int(t.early_ns[0]), int(t.late_ns[-1])) for t in plan.trajectories]
        assert len(found) == 1
        assert all(covers(answer.possible, windows) for answer in found.values())


@pytest.mark.parametrize("name", ZOO)
def test_two_owners_in_one_shape_of_the_zoo_conflict_certainly(name: str) -> None:
    volume = Volume4D(ZOO[name], amsl_m(0), amsl_m(100), TimeWindow(T0_NS, T0_NS))
    report = check(Scene((plan_of("a", "alpha", [volume]), plan_of("b", "bravo", [volume]))))
    assert [c.certainty for c in report.conflicts] == ["certain"]


def rewritten(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[list[float]]:
    """The same places, 180 written for -180 and back."""
    return [[lat, -lng if abs(lng) == 180 else lng] for lat, lng in points.tolist()]


def other_way(shape: Footprint) -> Footprint:
    """The same shape with the antimeridian written the other way."""
    match shape:
        case Circle():
            return replace(shape, lng_deg=-shape.lng_deg) if abs(shape.lng_deg) == 180 else shape
        case Corridor():
            return corridor(rewritten(shape.path), shape.half_width_m)
        case Polygon():
            return polygon(rewritten(shape.exterior), [rewritten(hole) for hole in shape.holes])


def turned_track(track: Trajectory) -> Trajectory:
    """The same trajectory with the antimeridian written the other way."""
    lng = np.where(np.abs(track.lng_deg) == 180, -track.lng_deg, track.lng_deg)
    return replace(track, lng_deg=lng)


@examples(33)
@given(SCENES)
def test_a_whole_turn_of_longitude_changes_nothing(scene: Scene) -> None:
    turned = changed(scene, lambda v: replace(v, footprint=other_way(v.footprint)), turned_track)
    assert answers(check(turned)) == answers(check(scene))


@st.composite
def written_twice(draw: st.DrawFn) -> tuple[Footprint, Footprint, Footprint]:
    """A polygon, the same from another vertex in another direction, closed or not; and another footprint near it."""
    stage = draw(stages())
    shape = draw(footprints(stage).filter(lambda s: isinstance(s, Polygon)))
    assert isinstance(shape, Polygon)
    again = []
    for ring in (shape.exterior, *shape.holes):
        points = np.roll(ring, draw(st.integers(0, 9)), axis=0)[:: draw(st.sampled_from([1, -1]))].tolist()
        again.append([*points, points[0]] if draw(st.booleans()) else points)
    return shape, polygon(again[0], again[1:]), draw(footprints(stage))


@examples(82)
@given(written_twice())
def test_another_first_vertex_or_direction_changes_nothing(shapes: tuple[Footprint, Footprint, Footprint]) -> None:
    one, again, other = shapes
    assert meet(one, again)
    for reach_m in (0.0, 50.0):
        if footprints_meet(one, other, reach_m) is not None:
            assert meet(one, other, reach_m) is meet(again, other, reach_m)


def volume_at(
    shape: Footprint = ZOO["square"],
    lower: Altitude | None = None,
    upper: Altitude | None = None,
    start_ns: int = 0,
    end_ns: int = NS_PER_MIN,
) -> Volume4D:
    """A volume over the square, from start to end after T0."""
    return Volume4D(shape, lower, upper, TimeWindow(T0_NS + start_ns, T0_NS + end_ns))


def pair(a: Volume4D, b: Volume4D, rules: Rules | None = None) -> list[str]:
    """The certainty of each conflict of two plans of different owners."""
    report = check(Scene((plan_of("a", "alpha", [a]), plan_of("b", "bravo", [b]))), rules)
    return [c.certainty for c in report.conflicts]


def test_closed_sets_touch_in_space_level_and_time_at_once() -> None:
    a = volume_at(ZOO["square"], amsl_m(0), amsl_m(100), 0, NS_PER_MIN)
    b = volume_at(ZOO["square_north_east"], amsl_m(100), amsl_m(200), NS_PER_MIN, 2 * NS_PER_MIN)
    assert pair(a, b) == ["certain"]


@pytest.mark.parametrize(
    "b",
    [
        volume_at(ZOO["gap_2cm"], amsl_m(0), amsl_m(100)),
        volume_at(ZOO["gap_west"], amsl_m(100.000001), amsl_m(200)),
        volume_at(ZOO["gap_west"], amsl_m(0), amsl_m(100), NS_PER_MIN + 1, 2 * NS_PER_MIN),
    ],
    ids=["2 cm beside", "a micrometre above", "a nanosecond after"],
)
def test_what_lies_just_beyond_touching_is_clear(b: Volume4D) -> None:
    assert pair(volume_at(ZOO["gap_west"], amsl_m(0), amsl_m(100)), b) == []


@pytest.mark.parametrize("lat", [89.999, -89.999, 89.9, 60.0])
@pytest.mark.parametrize("corners", [3, 4, 6])
def test_a_ring_close_around_a_pole_is_checked_above_mean_sea_level_too(lat: float, corners: int) -> None:
    ring = polygon([(lat, -180 + 360 * k / corners) for k in range(corners)])
    volume = volume_at(ring, amsl_m(0), amsl_m(100))
    assert pair(volume, volume_at(ring, wgs84_m(-500), wgs84_m(500))) == ["certain"]


def test_a_minimum_above_zero_is_kept_at_exactly_the_minimum() -> None:
    rules = Rules(replace(DEFAULT_PROFILE, volume_vertical_um=50 * UM_PER_M))
    low = volume_at(upper=wgs84_m(100))
    assert pair(low, volume_at(lower=wgs84_m(150)), rules) == []
    assert pair(low, volume_at(lower=wgs84_m(149.999999)), rules) == ["certain"]


def test_windows_that_touch_are_one_conflict() -> None:
    halves = [volume_at(start_ns=0, end_ns=NS_PER_MIN), volume_at(start_ns=NS_PER_MIN, end_ns=2 * NS_PER_MIN)]
    whole = volume_at(end_ns=2 * NS_PER_MIN)
    report = check(Scene((plan_of("a", "alpha", halves), plan_of("b", "bravo", [whole]))))
    (only,) = report.conflicts
    assert (only.window.start_ns, only.window.end_ns) == (T0_NS, T0_NS + 2 * NS_PER_MIN)


def test_windows_apart_are_two_conflicts() -> None:
    visits = [volume_at(start_ns=0, end_ns=NS_PER_MIN), volume_at(start_ns=2 * NS_PER_MIN, end_ns=3 * NS_PER_MIN)]
    report = check(Scene((plan_of("a", "alpha", visits), plan_of("b", "bravo", [volume_at(end_ns=9 * NS_PER_MIN)]))))
    assert len(report.conflicts) == 2


def test_a_certain_part_lies_within_its_possible_window() -> None:
    maybe = volume_at(lower=amsl_m(100, 10), upper=amsl_m(200, 10), end_ns=3 * NS_PER_MIN)
    sure = volume_at(lower=amsl_m(80), upper=amsl_m(200), start_ns=NS_PER_MIN, end_ns=2 * NS_PER_MIN)
    report = check(
        Scene((plan_of("a", "alpha", [maybe, sure]), plan_of("b", "bravo", [volume_at(upper=amsl_m(95), end_ns=9 * NS_PER_MIN)])))
    )
    (only,) = report.conflicts
    assert (only.window.start_ns, only.window.end_ns) == (T0_NS, T0_NS + 3 * NS_PER_MIN)
    (certain,) = only.certain_windows
    assert (certain.start_ns, certain.end_ns) == (T0_NS + NS_PER_MIN, T0_NS + 2 * NS_PER_MIN)


@pytest.mark.parametrize(
    ("owner_a", "owner_b", "same_owner", "expected"),
    [
        ("alpha", "bravo", False, 1),
        ("alpha", "alpha", False, 0),
        ("alpha", "alpha", True, 1),
        (None, None, False, 1),
        ("alpha", None, False, 1),
    ],
)
def test_owners(owner_a: str | None, owner_b: str | None, same_owner: bool, expected: int) -> None:
    scene = Scene((plan_of("a", owner_a, [volume_at()]), plan_of("b", owner_b, [volume_at()])))
    assert len(check(scene, Rules(same_owner=same_owner)).conflicts) == expected


@pytest.mark.parametrize("kind", ZoneKind)
def test_zones_conflict_by_their_kind_and_whoever_owns_them(kind: ZoneKind) -> None:
    shown_only = kind in {ZoneKind.AIRSPACE_CLASS, ZoneKind.RMZ, ZoneKind.TMZ, ZoneKind.NO_RESTRICTION}
    scene = Scene((plan_of("a", "alpha", [volume_at()]),), (zone_of("z", [volume_at()], kind, "alpha"),))
    assert len(check(scene).conflicts) == (0 if shown_only else 1)
    assert len(check(scene, Rules(all_zones=True)).conflicts) == 1


def test_zones_do_not_conflict_with_zones() -> None:
    scene = Scene((plan_of("a", "alpha", [volume_at(ZOO["np_ring"])]),), (zone_of("y", [volume_at()]), zone_of("z", [volume_at()])))
    assert list(check(scene).conflicts) == []


@pytest.mark.parametrize("ground_m", [0, 1_000, 4_000, 8_000])
def test_what_unknown_ground_may_bring_together_is_always_listed(ground_m: int) -> None:
    drone = volume_at(lower=agl_m(20), upper=agl_m(120))
    level = volume_at(lower=amsl_m(ground_m + 50), upper=amsl_m(ground_m + 60))
    report = check(Scene((plan_of("a", "alpha", [drone]), plan_of("b", "bravo", [level]))))
    assert len(report.conflicts) + len(report.undetermined) == 1
    assert all(c.certainty == "possible" and c.needs_terrain for c in report.conflicts)
    assert not report.clear


def test_a_drone_and_an_airliner_far_above_every_mountain_are_clear() -> None:
    scene = Scene((
        plan_of("a", "alpha", [volume_at(upper=agl_m(120))]),
        plan_of("b", "bravo", [volume_at(lower=flight_level(490), upper=flight_level(500))]),
    ))
    report = check(scene)
    assert (list(report.conflicts), list(report.undetermined)) == ([], [])


def crossing(gap_m: float, feet: float, apart_ft: float) -> Scene:
    """Two flights at 200 m/s, one east along the equator, one west, gap_m apart and apart_ft above."""
    lat = gap_m / 110_574.3
    east, west = [(0.0, -0.5), (0.0, 0.5)], [(lat, 0.5), (lat, -0.5)]
    seconds = [0.0, 556.6]
    return Scene((
        plan_of("a", "alpha", (), [known_of(east, seconds, [feet, feet])], rvsm=True),
        plan_of("b", "bravo", (), [known_of(west, seconds, [feet + apart_ft] * 2)], rvsm=True),
    ))


@pytest.mark.parametrize(
    ("gap_m", "apart_ft", "expected"),
    [(9_259, 0, ["certain"]), (9_261, 0, []), (0, 1_000, []), (0, 975, ["possible"]), (0, 875, ["certain"])],
)
def test_head_on_flights(gap_m: float, apart_ft: float, expected: list[str]) -> None:
    report = check(crossing(gap_m, 10_000, apart_ft))
    assert [c.certainty for c in report.conflicts] == expected
    for conflict in report.conflicts:
        assert conflict.closest is not None
        assert conflict.closest.horizontal_m == pytest.approx(gap_m, abs=1.0)
        assert conflict.closest.vertical_m == pytest.approx(apart_ft * 0.3048)


def test_the_same_aircraft_seen_twice_is_nobodys_conflict_with_itself() -> None:
    plan = plan_of("a", "alpha", [volume_at()])
    again = Plan("a", "alpha", "scene", SOURCE, plan.volumes, digest="another")
    assert list(check(Scene((plan, again)), Rules(same_owner=True)).conflicts) == []


def test_the_gap_that_the_zoo_calls_5_mm_is_5_mm() -> None:
    assert isinstance(ZOO["gap_5mm"], Polygon)
    assert ZOO["gap_5mm"].exterior[:, 1].min() - 9.001 == pytest.approx(east_deg(47.001, 0.005), rel=1e-6)


def test_a_scene_is_made_of_plans_and_zones() -> None:
    assert isinstance(plan_of("a", None), Plan)
    assert isinstance(zone_of("z", []), Zone)
