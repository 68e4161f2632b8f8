"""Strategies for plans, zones, shapes and levels, for properties of the formats."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from sharedsky.airspace.altitude import Altitude, Datum, Unit
from sharedsky.airspace.footprint import Circle, Corridor, Footprint, Polygon, corridor, polygon
from sharedsky.airspace.time import ALWAYS, MAX_NS, MIN_NS, TimeWindow
from sharedsky.airspace.trajectory import Trajectory, known_trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.plans.plan import Aerodrome, Plan, Source, Zone, ZoneKind

lats = st.floats(-89.0, 89.0)
lngs = st.floats(-180.0, 180.0)
times = st.integers(-(10**18), 4 * 10**18)
texts = st.text(st.characters(codec="utf-8"), max_size=8)
names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=8)


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    """Star-shaped rings of up to a few hundred kilometres, some with a hole, anywhere but at the poles."""
    lat, lng = draw(st.floats(-80, 80)), draw(lngs)
    size = draw(st.sampled_from([1e-4, 0.01, 1.0]))
    radii = draw(st.lists(st.floats(0.5, 1.0), min_size=3, max_size=8))
    angles = 2 * np.pi * np.arange(len(radii)) / len(radii)
    unit = np.stack([np.sin(angles), np.cos(angles) / np.cos(np.radians(lat))], axis=1) * size
    ring = np.array([lat, lng]) + unit * np.array(radii)[:, None]
    hole = np.array([lat, lng]) + unit * 0.1
    wrapped = [np.stack([part[:, 0], (part[:, 1] + 540.0) % 360.0 - 180.0], axis=1) for part in (ring, hole)]
    return polygon(wrapped[0], [wrapped[1]] if draw(st.booleans()) else [])


circles = st.builds(Circle, lats, lngs, st.floats(0.001, 100_000.0))


@st.composite
def corridors(draw: st.DrawFn, width_m: st.SearchStrategy[float] = st.floats(0.5, 50_000.0)) -> Corridor:  # noqa: B008
    """Paths of a few points, up to some thousand kilometres."""
    lat, lng = draw(st.floats(-75, 75)), draw(lngs)
    reach = draw(st.sampled_from([0.01, 1.0, 8.0]))
    steps = draw(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=1, max_size=4, unique=True))
    points = [(lat, lng), *((lat + reach * y, (lng + reach * x + 540.0) % 360.0 - 180.0) for y, x in steps)]
    if len({(round(a, 12), round(b % 360.0, 12)) for a, b in points}) < 2:
        points[-1] = (lat + 0.01, lng)
    return corridor(points, draw(width_m))


footprints: st.SearchStrategy[Footprint] = polygons() | circles | corridors()


@st.composite
def levels(draw: st.DrawFn) -> Altitude:
    datum = draw(st.sampled_from(Datum))
    unit = draw(st.sampled_from(Unit))
    value = draw(st.floats(-1000, 20_000) | st.integers(-500, 45_000).map(float))
    setting = draw(st.none() | st.floats(900, 1060)) if datum is Datum.QNH else None
    elevation = draw(st.floats(-100, 4000)) if datum is Datum.QFE else None
    return Altitude(value, unit, datum, draw(st.sampled_from([0.0, 0.5, 25.0])), setting, elevation)


@st.composite
def windows(draw: st.DrawFn) -> TimeWindow:
    start, end = sorted((draw(times), draw(times)))
    return draw(st.sampled_from([TimeWindow(start, end), ALWAYS, TimeWindow(MIN_NS, end), TimeWindow(start, MAX_NS)]))


@st.composite
def volumes(
    draw: st.DrawFn,
    shape: st.SearchStrategy[Footprint] = footprints,
    level: st.SearchStrategy[Altitude] = levels(),  # noqa: B008
) -> Volume4D:
    lower, upper = draw(st.none() | level), draw(st.none() | level)
    if lower is not None and upper is not None and lower.datum is upper.datum:
        same = (lower.setting_hpa, lower.elevation_m) == (upper.setting_hpa, upper.elevation_m)
        if same and lower.um > upper.um:
            lower, upper = upper, lower
    return Volume4D(draw(shape), lower, upper, draw(windows()))


@st.composite
def known_paths(draw: st.DrawFn) -> Trajectory:
    count = draw(st.integers(2, 5))
    datum = draw(st.sampled_from([datum for datum in Datum if datum is not Datum.QFE]))
    return known_trajectory(
        np.array(draw(st.lists(lats, min_size=count, max_size=count))),
        np.array(draw(st.lists(lngs, min_size=count, max_size=count))),
        np.array(sorted(draw(st.lists(times, min_size=count, max_size=count)))),
        np.array(draw(st.lists(st.integers(-(10**9), 2 * 10**10), min_size=count, max_size=count))),
        datum,
        lateral_m=draw(st.floats(0, 1e5)),
        level_uncertainty_um=draw(st.integers(0, 10**9)),
        setting_hpa=draw(st.none() | st.floats(900, 1060)) if datum is Datum.QNH else None,
    )


aerodromes = st.builds(Aerodrome, names, lats, lngs, st.floats(-1000, 15_000))


@st.composite
def plans(draw: st.DrawFn, volume: st.SearchStrategy[Volume4D] = volumes(), ident: str = "p") -> Plan:  # noqa: B008
    kept = tuple(draw(st.lists(volume, max_size=3)))
    paths = tuple(draw(st.lists(known_paths(), min_size=0 if kept else 1, max_size=2)))
    return Plan(
        id=ident,
        owner=draw(st.none() | names),
        format="test",
        source=Source("f"),
        volumes=kept,
        trajectories=paths,
        rvsm=draw(st.none() | st.booleans()),
        forecast=draw(st.booleans()),
        aerodromes=tuple(draw(st.lists(aerodromes, max_size=2))),
        version=draw(st.none() | st.integers(-(2**63), 2**63 - 1)),
        label=draw(texts),
        state=draw(texts),
        gaps=tuple(draw(st.lists(st.tuples(times, times).map(lambda ends: (min(ends), max(ends))), max_size=2))),
        off_nominal=draw(st.integers(0, len(kept))),
        priority=draw(st.none() | st.integers(-100, 100)),
    )


@st.composite
def zones(draw: st.DrawFn, volume: st.SearchStrategy[Volume4D] = volumes(), ident: str = "z") -> Zone:  # noqa: B008
    kept = tuple(draw(st.lists(volume, min_size=1, max_size=3)))
    kind = draw(st.sampled_from(ZoneKind))
    return Zone(
        ident,
        draw(st.none() | names),
        kind,
        "test",
        Source("f"),
        kept,
        draw(texts),
        draw(st.none() | st.integers(0, 9)),
    )
