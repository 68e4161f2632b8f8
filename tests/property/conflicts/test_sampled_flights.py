"""Two flights in continuous time, held against their positions at very many instants.

Positions are taken along geodesics (pyproj's Geod) and levels in proportion, and the rules of docs/conflicts.md are
applied to each instant as they stand there. Instants at which a rule is as good as undecided are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flights import T0_NS, certain_s, flight, forecast, spans_s, track
from property.strategies import examples
from sharedsky.airspace.altitude import UM_PER_FT
from sharedsky.airspace.earth import BoolArray, FloatArray, direct, inverse
from sharedsky.airspace.time import NS_PER_S
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile
from sharedsky.conflicts.search import find_conflicts

PLACES = [(47.0, 8.0), (0.0, 180.0), (89.97, 30.0), (-90.0, 0.0), (-60.0, -179.95)]
LOW, HIGH, TOLERANCE = 1_000.0, 2_000.0, 100.0  # [ft]


@dataclass(frozen=True, slots=True)
class Flown:
    """A path with constant speed between points: places, seconds, feet, and what is stated of them."""

    points: tuple[tuple[float, float], ...]
    seconds: tuple[float, ...]
    feet: tuple[float, ...]
    lateral_m: float
    uncertainty_ft: float
    rvsm: bool | None

    def path(self) -> Trajectory:
        """As the product takes it."""
        return track(self.points, self.seconds, self.feet, lateral_m=self.lateral_m, uncertainty_ft=self.uncertainty_ft)

    def at(self, seconds: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Latitude, longitude and feet at instants within its time."""
        times = np.array(self.seconds)
        leg = np.clip(np.searchsorted(times, seconds, side="right") - 1, 0, len(times) - 2)
        lasts = times[leg + 1] - times[leg]
        share = (seconds - times[leg]) / np.where(lasts > 0, lasts, 1.0)
        place = np.array(self.points)
        azimuth, length = inverse(place[leg, 0], place[leg, 1], place[leg + 1, 0], place[leg + 1, 1])
        lat, lng = direct(place[leg, 0], place[leg, 1], azimuth, length * share)
        feet = np.array(self.feet)
        return lat, lng, feet[leg] + (feet[leg + 1] - feet[leg]) * share


@st.composite
def flown(draw: st.DrawFn, place: tuple[float, float]) -> Flown:
    """A flight within some 30 km of a place, between 28,000 and 31,000 ft or between 40,000 and 42,000 ft."""
    count = draw(st.integers(2, 4))
    spots = [(draw(st.integers(0, 11)) * 30.0, draw(st.integers(0, 6)) * 5_000.0) for _ in range(count)]
    points = [tuple(float(x[0]) for x in direct(*place, azimuth, far)) for azimuth, far in spots]
    starts = draw(st.integers(0, 3)) * 30
    gaps = draw(st.lists(st.integers(1, 5), min_size=count - 1, max_size=count - 1))
    seconds = starts + 60.0 * np.concatenate([[0], np.cumsum(gaps)])
    base = draw(st.sampled_from([28_500, 29_000, 40_500]))
    feet = [base + 250.0 * draw(st.integers(-4, 8)) for _ in range(count)]
    return Flown(
        tuple((p[0], p[1]) for p in points), tuple(seconds.tolist()), tuple(feet),
        draw(st.sampled_from([0.0, 0.0, 700.0])), draw(st.sampled_from([0.0, 0.0, 25.0, 180.0])),
        draw(st.sampled_from([True, False, None])),
    )  # fmt: skip


@st.composite
def flown_pairs(draw: st.DrawFn) -> tuple[Flown, Flown]:
    """Two flights about one place: unrelated, one twice, one after the other, one the other way round, one over it."""
    place = draw(st.sampled_from(PLACES))
    one = draw(flown(place))
    kind = draw(st.sampled_from(["other", "other", "other", "same", "overtaking", "head-on", "over", "parked"]))
    match kind:
        case "same":
            return one, replace(one, rvsm=draw(st.sampled_from([True, False, None])))
        case "overtaking":
            return one, replace(one, seconds=tuple(s * 0.8 + 20 for s in one.seconds))
        case "head-on":
            return one, replace(one, points=one.points[::-1])
        case "over":
            more = draw(st.sampled_from([900.0, 975.0, 1_000.0, 1_000.25, 1_500.0, 1_999.0, 2_000.0]))
            return one, replace(one, feet=tuple(f + more for f in one.feet))
        case "parked":
            return one, replace(one, points=(one.points[0],) * len(one.points), feet=(one.feet[0],) * len(one.feet))
        case _:
            return one, draw(flown(place))


def _thresholds(one: Flown, other: Flown) -> tuple[float, float]:
    """Above which level [ft] 2,000 ft apply: possibly, and for certain."""
    both = (one.rvsm, other.rvsm)
    return 41_000.0 if both == (True, True) else 29_000.0, 29_000.0 if False in both else 41_000.0


def _vertical(one: Flown, other: Flown, a_ft: FloatArray, b_ft: FloatArray) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Possible and certain breach of the vertical table, and where both are decided by more than 0.01 ft."""
    apart, top = np.abs(a_ft - b_ft), np.maximum(a_ft, b_ft)
    excess = max(0.0, one.uncertainty_ft + other.uncertainty_ft - TOLERANCE)
    above_possible, above_certain = _thresholds(one, other)
    least, most = apart - excess, apart + excess
    possible = (least < LOW) | ((least < HIGH) & (top + excess > above_possible))
    certain = (most < LOW - TOLERANCE) | ((most < HIGH - TOLERANCE) & (top > above_certain))
    edges = [least - LOW, least - HIGH, most - LOW + TOLERANCE, most - HIGH + TOLERANCE]
    edges += [top + excess - above_possible, top - above_certain]
    level = np.ptp(a_ft) == 0 and np.ptp(b_ft) == 0  # level flights are compared exactly
    decided = np.full(len(apart), True) if level else np.min(np.abs(edges), axis=0) > 0.01
    return possible, certain, decided


def _inside(instants: FloatArray, spans: Sequence[tuple[float, float]]) -> BoolArray:
    out = np.zeros(len(instants), bool)
    for start, end in spans:
        out |= (start <= instants) & (instants <= end)
    return out


@examples(120)
@given(flown_pairs())
def test_breaches_of_two_flights_are_those_of_their_positions_at_every_instant(pair: tuple[Flown, Flown]) -> None:
    one, other = pair
    report = find_conflicts([flight("a", one.path(), rvsm=one.rvsm), flight("b", other.path(), rvsm=other.rvsm)])
    found = [(start, end) for _, start, end in spans_s(report)]
    start, end = max(one.seconds[0], other.seconds[0]), min(one.seconds[-1], other.seconds[-1])
    if start > end:
        assert found == []
        return
    assert all(start <= s and e <= end for s, e in found)
    if start == end:
        return
    instants = np.linspace(start, end, 701)
    instants = instants[~np.isin(instants, one.seconds + other.seconds)]
    (lat_a, lng_a, a_ft), (lat_b, lng_b, b_ft) = one.at(instants), other.at(instants)
    apart_m = inverse(lat_a, lng_a, lat_b, lng_b)[1]
    possible, certain, decided = _vertical(one, other, a_ft, b_ft)
    lateral = one.lateral_m + other.lateral_m
    near, sure = (DEFAULT_PROFILE.horizontal_m + more for more in (lateral, -lateral))
    decided &= np.minimum(np.abs(apart_m - near), np.abs(apart_m - sure)) > 0.05
    assert np.array_equal(_inside(instants, found)[decided], (possible & (apart_m <= near))[decided])
    assert np.array_equal(_inside(instants, certain_s(report))[decided], (certain & (apart_m <= sure))[decided])
    for conflict in report.conflicts:
        assert conflict.closest is not None
        assert conflict.ratio is not None
        window = _inside(instants, [((conflict.window.start_ns - T0_NS) / NS_PER_S,
                                     (conflict.window.end_ns - T0_NS) / NS_PER_S)])  # fmt: skip
        if window.any():
            assert conflict.closest.horizontal_m <= apart_m[window].min() + 0.01
            share = np.maximum(apart_m / DEFAULT_PROFILE.horizontal_m, np.abs(a_ft - b_ft) / HIGH)
            assert conflict.ratio <= share[window].min() * 2 + 1e-6


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A flight of one leg whose ends are passed within spans of time."""

    points: tuple[tuple[float, float], tuple[float, float]]
    early: tuple[float, float]
    late: tuple[float, float]
    lateral_m: float

    def path(self) -> Trajectory:
        """As the product takes it."""
        spans = list(zip(self.early, self.late, strict=True))
        return forecast(self.points, spans, (10_000, 11_000), lateral_m=self.lateral_m)

    def places(self, seconds: float, count: int) -> tuple[FloatArray, FloatArray]:
        """Places that it may be at, at an instant; none where it cannot be on its way."""
        first = np.interp(seconds, self.late, (0, 1)) if self.late[0] < self.late[1] else 0.0
        last = np.interp(seconds, self.early, (0, 1)) if self.early[0] < self.early[1] else 1.0
        if seconds < self.early[0] or seconds > self.late[1]:
            return np.empty(0), np.empty(0)
        share = np.linspace(min(first, last), last, count)
        azimuth, length = inverse(*self.points[0], *self.points[1])
        return direct(np.full(count, self.points[0][0]), np.full(count, self.points[0][1]),
                      np.full(count, azimuth[0]), length[0] * share)  # fmt: skip


@st.composite
def foreseen(draw: st.DrawFn, place: tuple[float, float]) -> Foreseen:
    """A leg of up to 60 km near a place, flown in minutes, give or take minutes."""
    ends = [direct(*place, draw(st.integers(0, 11)) * 30.0, draw(st.integers(0, 6)) * 6_000.0) for _ in range(2)]
    start = 60.0 * draw(st.integers(0, 4))
    end = start + 60.0 * draw(st.integers(0, 6))
    before, after, growth = draw(st.sampled_from([(0, 0, 0), (60, 120, 0), (60, 120, 60), (0, 300, 30), (200, 0, 10)]))
    points = tuple((float(lat[0]), float(lng[0])) for lat, lng in ends)
    return Foreseen(
        (points[0], points[1]), (start - before, max(start - before, end - before - growth)),
        (start + after, end + after + growth), draw(st.sampled_from([0.0, 500.0, 9_260.0])),
    )  # fmt: skip


@st.composite
def foreseen_pairs(draw: st.DrawFn) -> tuple[Foreseen, Foreseen, Profile]:
    """Two forecasts about one place, and minima."""
    place = draw(st.sampled_from(PLACES))
    return (
        draw(foreseen(place)),
        draw(foreseen(place)),
        Profile(horizontal_m=draw(st.sampled_from([0.0, 500.0, 9_260.0]))),
    )


def _least_m(one: Foreseen, other: Foreseen, seconds: float, count: int = 61) -> float:
    """About the least distance of the places that two may be at, at an instant."""
    (lat_a, lng_a), (lat_b, lng_b) = one.places(seconds, count), other.places(seconds, count)
    if not len(lat_a) or not len(lat_b):
        return np.inf
    i, j = (grid.ravel() for grid in np.indices((count, count)))
    return float(inverse(lat_a[i], lng_a[i], lat_b[j], lng_b[j])[1].min())


@examples(40)
@given(foreseen_pairs())
def test_breaches_of_two_forecasts_are_those_of_all_places_they_may_be_at(
    case: tuple[Foreseen, Foreseen, Profile],
) -> None:
    one, other, profile = case
    report = find_conflicts([flight("a", one.path()), flight("b", other.path())], profile=profile)
    reach = profile.horizontal_m + one.lateral_m + other.lateral_m
    windows = [(start, end) for _, start, end in spans_s(report)]
    start, end = max(one.early[0], other.early[0]), min(one.late[1], other.late[1])
    assert all(start - 1e-6 <= s and e <= end + 1e-6 for s, e in windows)
    if start > end:
        return
    instants = np.linspace(start, end, 13)
    inside = _inside(instants, windows)
    for seconds, within in zip(instants.tolist(), inside.tolist(), strict=True):
        least = _least_m(one, other, seconds)  # from above, by up to half a step of each: 60 km / 60
        if least <= reach:
            assert within, (seconds, least)
        elif least > reach + 1_000 + 30:
            assert not within, (seconds, least)


@examples(40)
@given(flown_pairs())
def test_forecasts_without_any_uncertainty_are_recorded_flights(pair: tuple[Flown, Flown]) -> None:
    def foresight(one: Flown) -> Trajectory:
        path = one.path()
        return replace(path, early_ns=path.time_ns.copy(), late_ns=path.time_ns.copy())

    def searched(path: Callable[[Flown], Trajectory]) -> object:
        report = find_conflicts([flight(n, path(one), rvsm=one.rvsm) for n, one in zip("ab", pair, strict=True)])
        return [(c.certainty, c.window, c.certain_windows, c.closest, c.ratio) for c in report.conflicts]

    assert searched(foresight) == searched(Flown.path)


@examples(40)
@given(foreseen_pairs(), st.sampled_from([0, 1, 45, 300]))
def test_a_longer_time_buffer_never_shrinks_a_breach(case: tuple[Foreseen, Foreseen, Profile], seconds: int) -> None:
    one, other, profile = case
    plans = [flight("a", one.path()), flight("b", other.path())]
    before = find_conflicts(plans, profile=profile).conflicts
    after = find_conflicts(plans, profile=replace(profile, time_ns=seconds * NS_PER_S)).conflicts
    for conflict in before:
        assert any(
            c.window.start_ns <= conflict.window.start_ns and conflict.window.end_ns <= c.window.end_ns for c in after
        )


def test_the_table_here_is_that_of_the_default_profile() -> None:
    table = DEFAULT_PROFILE.vertical
    assert (table.low_um, table.high_um) == (LOW * UM_PER_FT, HIGH * UM_PER_FT)
    assert DEFAULT_PROFILE.tolerance_um == TOLERANCE * UM_PER_FT
