"""The limits of F3548-21, each one below, at and above its boundary."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from exchange_world import DAY, HERE, HOUR, MIN, T0, M, World, accepted, disc, refusal, square
from sharedsky.airspace.footprint import Circle
from sharedsky.exchange import rules
from sharedsky.exchange.cover import Extent, area_m2, cover_of

SIDES = pytest.mark.parametrize(("more", "kept"), [(-1, True), (0, True), (1, False)], ids=["below", "at", "above"])
KM2 = 1e6


def _kept(answer: object, kept: bool, kind: str = "invalid") -> None:
    if kept:
        accepted(answer)
    else:
        assert refusal(answer) == kind


def ring(count: int, *, place: tuple[float, float] = (48.0, 12.0), radius_deg: float = 0.01, start: int = 0, end: int = HOUR) -> Extent:
    """A round polygon of so many vertices."""
    lat, lng = place
    turn = [2 * math.pi * k / count for k in range(count)]
    vertices = tuple((lat + radius_deg * math.cos(t), lng + radius_deg * math.sin(t)) for t in turn)
    return Extent(vertices, 0, 100 * M, T0 + start, T0 + end)


def test_the_constants_are_those_of_the_standard() -> None:
    assert rules.OI_MAX_PLAN_HORIZON_NS == 30 * DAY
    assert rules.OI_MAX_VERTICES == 10_000
    assert rules.CSTR_MAX_VERTICES == 1_000
    assert rules.CSTR_MAX_AREA_M2 == 10_000 * KM2
    assert rules.CSTR_MAX_DURATION_NS == DAY
    assert rules.CSTR_MAX_PLAN_HORIZON_NS == 56 * DAY
    assert rules.DSS_MAX_SUBSCRIPTION_DURATION_NS == DAY
    assert rules.TIME_SYNC_MAX_NS == 5_000_000_000


# Intents


@SIDES
def test_an_intent_ends_30_days_from_now_at_most(more: int, kept: bool) -> None:
    world = World()
    world.advance(7 * MIN)
    _kept(world.put("a", square(start=HOUR, end=7 * MIN + 30 * DAY + more)), kept)


def test_the_last_volume_counts_for_the_horizon() -> None:
    assert refusal(World().put("a", (HERE, square(end=30 * DAY + 1), HERE))) == "invalid"


@SIDES
def test_an_intent_has_10_000_vertices_at_most(more: int, kept: bool) -> None:
    _kept(World().put("a", ring(10_000 + more)), kept)


@SIDES
def test_an_intents_vertices_are_counted_over_all_its_volumes(more: int, kept: bool) -> None:
    _kept(World().put("a", (ring(5_000), ring(4_000, start=1), ring(1_000 + more), disc(48.0, 12.0, 100.0))), kept)


def test_limits_hold_for_changes_too() -> None:
    world = World()
    accepted(world.put("a"))
    assert refusal(world.put("a", square(end=30 * DAY + 1))) == "invalid"
    accepted(world.constrain("c"))
    assert refusal(world.constrain("c", square(end=DAY + 1))) == "invalid"


# Constraints


@SIDES
def test_a_constraint_lasts_24_hours_at_most(more: int, kept: bool) -> None:
    _kept(World().constrain("c", square(start=HOUR, end=HOUR + DAY + more)), kept)


def test_a_constraint_lasts_from_its_first_volume_to_its_last() -> None:
    assert refusal(World().constrain("c", (square(end=HOUR), square(start=DAY - HOUR, end=DAY + 1)))) == "invalid"
    accepted(World().constrain("c", (square(end=HOUR), square(start=DAY - HOUR, end=DAY))))


@SIDES
def test_a_constraint_ends_56_days_from_now_at_most(more: int, kept: bool) -> None:
    world = World()
    world.advance(3 * HOUR)
    end = 3 * HOUR + 56 * DAY + more
    _kept(world.constrain("c", square(start=end - HOUR, end=end)), kept)


@SIDES
def test_a_constraint_has_1_000_vertices_at_most(more: int, kept: bool) -> None:
    _kept(World().constrain("c", ring(1_000 + more)), kept)
    _kept(World().constrain("c", (ring(600), ring(400 + more))), kept)


@pytest.mark.parametrize(("km2", "kept"), [(9_999.999, True), (10_000.001, False)])
def test_a_constraints_circle_has_10_000_km2_at_most(km2: float, kept: bool) -> None:
    _kept(World().constrain("c", disc(48.0, 12.0, math.sqrt(km2 * KM2 / math.pi))), kept, "too-large")


def test_a_constraints_area_is_exact_for_polygons() -> None:
    """A square degree at the equator: 12,308.78 km2 of the ellipsoid (Karney's series), here 2 parts in 1e6 around it."""
    extent = Extent(((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)), 0, M, T0, T0 + HOUR)
    assert area_m2(extent) == pytest.approx(12_308.778 * KM2, rel=2e-6)
    share = 10_000 * KM2 / area_m2(extent)
    for width, kept in ((share * 0.99999, True), (share * 1.00001, False)):
        narrow = replace(extent, shape=((0.0, 0.0), (0.0, width), (1.0, width), (1.0, 0.0)))
        _kept(World().constrain("c", narrow), kept, "too-large")


@pytest.mark.parametrize(("last_km2", "kept"), [(999.9, True), (1_000.1, False)])
def test_a_constraints_area_is_that_of_all_volumes(last_km2: float, kept: bool) -> None:
    many = [disc(40.0 + k, 12.0, math.sqrt(1_000 * KM2 / math.pi)) for k in range(9)]
    many.append(disc(39.0, 12.0, math.sqrt(last_km2 * KM2 / math.pi)))
    _kept(World().constrain("c", many), kept, "too-large")


@pytest.mark.parametrize("turn", [1, -1])
def test_the_area_does_not_depend_on_the_direction_of_travel(turn: int) -> None:
    extent = ring(50)
    assert isinstance(extent.shape, tuple)
    assert area_m2(replace(extent, shape=extent.shape[::turn])) == pytest.approx(area_m2(extent), rel=1e-12)


def test_the_area_of_a_polygon_across_the_antimeridian_is_the_smaller_side() -> None:
    across = Extent(((0.0, 179.9), (0.0, -179.9), (0.2, -179.9), (0.2, 179.9)), 0, M, T0, T0 + HOUR)
    same = Extent(((0.0, 9.9), (0.0, 10.1), (0.2, 10.1), (0.2, 9.9)), 0, M, T0, T0 + HOUR)
    assert area_m2(across) == pytest.approx(area_m2(same), rel=1e-9)


def test_the_area_of_a_polygon_around_a_pole_is_the_polar_side() -> None:
    cap = Extent(tuple((89.0, float(lng)) for lng in range(-180, 180, 10)), 0, M, T0, T0 + HOUR)
    assert area_m2(cap) == pytest.approx(math.pi * 111_690.0**2, rel=0.01)


# Times and levels, for both


BAD = [
    ("instant", replace(HERE, end_ns=HERE.start_ns)),
    ("backward", replace(HERE, end_ns=HERE.start_ns - 1)),
    ("past", square(start=-HOUR, end=-1)),
    ("ends right now", square(start=-HOUR, end=0)),
    ("flat", replace(HERE, low_mm=5, high_mm=5)),
    ("upside down", replace(HERE, low_mm=6, high_mm=5)),
]


@pytest.mark.parametrize("bad", [bad for _, bad in BAD], ids=[name for name, _ in BAD])
def test_volumes_that_make_no_sense_are_refused(bad: Extent) -> None:
    world = World()
    assert refusal(world.put("a", bad)) == "invalid"
    assert refusal(world.constrain("c", bad)) == "invalid"
    assert not world.picture.intents
    assert not world.picture.constraints


@pytest.mark.parametrize("bad", [bad for name, bad in BAD if name not in ("past", "ends right now")])
def test_one_volume_that_makes_no_sense_is_enough(bad: Extent) -> None:
    assert refusal(World().put("a", (HERE, bad))) == "invalid"
    assert refusal(World().constrain("c", (HERE, bad))) == "invalid"


def test_a_volume_may_lie_in_the_past_if_another_does_not() -> None:
    world = World()
    world.advance(10 * MIN)
    accepted(world.put("a", (square(end=5 * MIN), square(start=5 * MIN))))
    accepted(world.constrain("c", (square(end=5 * MIN), square(start=5 * MIN))))


def test_an_intent_and_a_constraint_without_volumes_are_refused() -> None:
    assert refusal(World().put("a", ())) == "invalid"
    assert refusal(World().constrain("c", ())) == "invalid"


def test_a_circle_has_no_vertices_and_an_area_that_is_never_too_small() -> None:
    extent = Extent(Circle(60.0, 5.0, 50_000.0), 0, M, T0, T0 + HOUR)
    assert extent.vertices == 0
    around = Extent(cap_ring(60.0, 5.0, 50_000.0), 0, M, T0, T0 + HOUR)
    assert area_m2(around) <= area_m2(extent) <= area_m2(around) * 1.001
    assert cover_of((extent,))


def cap_ring(lat: float, lng: float, radius_m: float) -> tuple[tuple[float, float], ...]:
    """360 places on a circle."""
    from sharedsky.airspace.earth import GEOD

    lngs, lats, _ = GEOD.fwd([lng] * 360, [lat] * 360, list(range(360)), [radius_m] * 360)
    return tuple(zip(lats, lngs, strict=True))
