"""Flights through volumes, held against their positions at many instants: in place, level and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flights import area, certain_s, flight, forecast, reserved, spans_s, track
from property.strategies import examples
from sharedsky.airspace.altitude import pressure_ft
from sharedsky.airspace.earth import BoolArray, FloatArray, direct, inverse, lat_lng
from sharedsky.airspace.footprint import Footprint
from sharedsky.airspace.meet import meet_pairs
from sharedsky.airspace.shapes import POINT, Shapes, shapes_of
from sharedsky.conflicts.search import find_conflicts
from zoo import ZOO

#: Areas with holes, at poles and across the antimeridian, circles, corridors; some small, some of many kilometres.
NAMES: Final = (
    "frame", "am_hole", "am_east_first", "am_circle_at_180", "np_ring", "np_annulus", "np_vertex", "np_edge_through",
    "np_circle", "sp_ring", "bent", "loop", "straight", "circle_500m", "u", "star", "square_around", "am_corridor", "band",
)  # fmt: skip
FLOOR_FT, CEILING_FT, OPENS_S, CLOSES_S = 10_000.0, 12_000.0, 100.0, 400.0


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg flown between two instants, from one level to another, with a reach to each side."""

    start: tuple[float, float]
    end: tuple[float, float]
    seconds: tuple[float, float]
    feet: tuple[float, float]
    lateral_m: float
    uncertainty_ft: float

    def at(self, share: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Places at shares of the way."""
        azimuth, length = inverse(*self.start, *self.end)
        n = len(share)
        return direct(np.full(n, self.start[0]), np.full(n, self.start[1]), np.full(n, azimuth[0]), length[0] * share)


@st.composite
def legs(draw: st.DrawFn, name: str) -> Leg:
    """A leg that begins near a vertex of a shape and goes anywhere, some of them through the middle of it."""
    shapes = shapes_of([ZOO[name]])
    size = max(float(shapes.reach_m[0]), min(6.4e6 * float(shapes.angle[0]), 200_000.0))
    vertex = shapes.lat_lng[draw(st.integers(0, len(shapes.lat_lng) - 1))]
    start = direct(*vertex, draw(st.integers(0, 23)) * 15.0, draw(st.sampled_from([0.0, 0.2, 1.0])) * size)
    middle = lat_lng(shapes.middle[0])
    toward, _ = inverse(*start, *middle)
    bearing = draw(st.sampled_from([float(toward[0]), float(toward[0]) + 30, 77.0, 200.0]))
    end = direct(*start, bearing, draw(st.sampled_from([0.0, 0.5, 2.5])) * size)
    begin = draw(st.sampled_from([0.0, 50.0, 150.0]))
    return Leg(
        (float(start[0][0]), float(start[1][0])), (float(end[0][0]), float(end[1][0])),
        (begin, begin + draw(st.sampled_from([60.0, 300.0, 600.0]))),
        (draw(st.sampled_from([9_000.0, 11_000.0, 12_500.0])), draw(st.sampled_from([9_500.0, 11_000.0, 13_000.0]))),
        draw(st.sampled_from([0.0, 0.0, 0.03])) * size, draw(st.sampled_from([0.0, 0.0, 200.0])),
    )  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, Leg]:
    """A shape of the zoo, and a leg near it."""
    name = draw(st.sampled_from(NAMES))
    return name, draw(legs(name))


def _meets(shape: Footprint, lat: FloatArray, lng: FloatArray, reach_m: float) -> BoolArray:
    """Whether places lie within a reach of a footprint."""
    one = np.arange(len(lat) + 1)
    specks = Shapes(np.full(len(lat), POINT, np.int8), np.zeros(len(lat)), one, one, np.column_stack([lat, lng]))
    nothing = np.zeros(len(lat), np.int64)
    return meet_pairs(specks, np.arange(len(lat)), shapes_of([shape]), nothing, reach_m)


def _all_around(shape: Footprint, lat: FloatArray, lng: FloatArray, reach_m: float) -> BoolArray:
    """Whether the places all around places, at a reach, lie in a footprint."""
    inside = _meets(shape, lat, lng, 0.0)
    for azimuth in range(0, 360, 30):
        inside &= _meets(shape, *direct(lat, lng, np.full(len(lat), float(azimuth)), np.full(len(lat), reach_m)), 0.02)
    return inside


def _inside(instants: FloatArray, spans: Sequence[tuple[float, float]]) -> BoolArray:
    out = np.zeros(len(instants), bool)
    for start, end in spans:
        out |= (start <= instants) & (instants <= end)
    return out


@examples(60)
@given(cases())
def test_a_flight_is_inside_a_volume_where_its_positions_are(case: tuple[str, Leg]) -> None:
    name, leg = case
    shape = ZOO[name]
    path = track(
        [leg.start, leg.end], leg.seconds, leg.feet, lateral_m=leg.lateral_m, uncertainty_ft=leg.uncertainty_ft
    )
    volume = area(shape, pressure_ft(FLOOR_FT), pressure_ft(CEILING_FT), OPENS_S, CLOSES_S)
    report = find_conflicts([flight("a", path), reserved("v", volume)])
    found = [(start, end) for _, start, end in spans_s(report)]
    share = np.linspace(0, 1, 121)[1:-1]
    instants = leg.seconds[0] + (leg.seconds[1] - leg.seconds[0]) * share
    lat, lng = leg.at(share)
    feet = leg.feet[0] + (leg.feet[1] - leg.feet[0]) * share
    low, high = feet - leg.uncertainty_ft, feet + leg.uncertainty_ft
    level = (high >= FLOOR_FT) & (low <= CEILING_FT)
    sure_level = (low >= FLOOR_FT) & (high <= CEILING_FT)
    open_now = (instants >= OPENS_S) & (instants <= CLOSES_S)
    edges = [
        high - FLOOR_FT,
        low - CEILING_FT,
        low - FLOOR_FT,
        high - CEILING_FT,
        instants - OPENS_S,
        instants - CLOSES_S,
    ]
    decided = np.min(np.abs(edges), axis=0) > 1e-6
    near = _meets(shape, lat, lng, leg.lateral_m)
    perhaps = _meets(shape, lat, lng, leg.lateral_m + 0.3)
    inside = _inside(instants, found)
    assert inside[decided & near & level & open_now].all()
    assert not inside[decided & ~(perhaps & level & open_now)].any()
    surely = _inside(instants, certain_s(report))
    around = _all_around(shape, lat, lng, leg.lateral_m)
    assert (around & sure_level & open_now)[surely & decided].all()
    if leg.lateral_m == 0:
        assert surely[decided & near & sure_level & open_now].all()


@examples(60)
@given(cases(), st.sampled_from([(0, 0, 0, 0), (30, 60, 30, 60), (0, 200, 0, 400), (100, 0, 50, 0)]))
def test_a_forecast_may_be_inside_a_volume_at_all_times_that_some_of_its_flights_are(
    case: tuple[str, Leg], spread: tuple[int, int, int, int]
) -> None:
    name, leg = case
    shape = ZOO[name]
    spans = [(leg.seconds[k] - spread[2 * k], leg.seconds[k] + spread[2 * k + 1]) for k in range(2)]
    path = forecast([leg.start, leg.end], spans, (9_000, 10_500), lateral_m=leg.lateral_m)
    volume = area(shape, pressure_ft(FLOOR_FT), pressure_ft(CEILING_FT), OPENS_S, CLOSES_S)
    report = find_conflicts([flight("a", path), reserved("v", volume)])
    found = [(start, end) for _, start, end in spans_s(report)]
    share = np.linspace(0, 1, 61)
    lat, lng = leg.at(share)
    near = np.flatnonzero(_meets(shape, lat, lng, leg.lateral_m))
    perhaps = _meets(shape, lat, lng, leg.lateral_m + 1.5)
    for k in near.tolist():
        early, late = ((1 - share[k]) * spans[0][e] + share[k] * spans[1][e] for e in (0, 1))
        early, late = max(early, OPENS_S), min(late, CLOSES_S)
        if early < late:
            assert _inside(np.array([early + 1e-6, (early + late) / 2, late - 1e-6]), found).all()
    if not perhaps.any() and len(near) == 0 and leg.start == leg.end:
        assert found == []
    assert all(c.certainty == "possible" for c in report.conflicts)
    assert all(OPENS_S <= start <= end <= CLOSES_S for start, end in found)
