"""Reports built by hand, for the tests of the page: a theatre, a clear day, the antimeridian, a pole, hostile text.

Nothing here comes from the search; the page must show what a report says, whoever made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sharedsky.airspace.altitude import Altitude, Datum, agl_m, amsl_ft, amsl_m, flight_level, wgs84_m
from sharedsky.airspace.earth import FloatArray, distance_m
from sharedsky.airspace.footprint import Circle, Footprint, corridor, polygon
from sharedsky.airspace.time import ALWAYS, NS_PER_MIN, NS_PER_S, TimeWindow, parse_instant
from sharedsky.airspace.trajectory import DATUM_CODE, Trajectory, known_trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.profile import DEFAULT_PROFILE
from sharedsky.conflicts.report import (
    Breaks,
    Certainty,
    Class,
    ClosestApproach,
    Conflict,
    LevelBand,
    Rejected,
    Report,
    Side,
    Summary,
    Undetermined,
)
from sharedsky.page import render
from sharedsky.plans.plan import Aerodrome, Plan, Source, Zone, ZoneKind

#: 2026-03-01 10:00Z, when everything here begins.
T0_NS = parse_instant("2026-03-01T10:00:00Z").ns
FT_UM = 304_800
HOSTILE = '</script><img src=x onerror=alert(1)>"\'&{{7*7}}'
BIDI = "AB\u202e123\u2066\u0007"
LONG = "X" * 5_000

VOLUMES = Breaks("sharedsky-default", "1", DEFAULT_PROFILE.source, "volume-volume", 0.0, 0)
FLIGHTS = Breaks("sharedsky-default", "1", DEFAULT_PROFILE.source, "trajectory-trajectory", 9260.0, 1000 * FT_UM)
ZONES = Breaks("sharedsky-default", "1", DEFAULT_PROFILE.source, "zone", 0.0, 0)


@dataclass(frozen=True)
class Case:
    """A report with what it is about."""

    report: Report
    plans: tuple[Plan, ...] = ()
    zones: tuple[Zone, ...] = ()
    title: str = "Check"

    def page(self, max_plans: int = 2_000) -> str:
        return render(
            self.report, self.plans, self.zones,
            title=self.title, generated_ns=T0_NS, max_plans=max_plans, profile=DEFAULT_PROFILE,
        )


def minutes(start: float, end: float) -> TimeWindow:
    """A window in minutes after T0."""
    return TimeWindow(T0_NS + round(start * NS_PER_MIN), T0_NS + round(end * NS_PER_MIN))


def volume(
    footprint: Footprint, lower: Altitude | None, upper: Altitude | None, window: TimeWindow | None = None
) -> Volume4D:
    return Volume4D(footprint, lower, upper, window or minutes(0, 60))


def plan(ident: str, owner: str | None, *volumes: Volume4D, **more: object) -> Plan:
    base = Plan(ident, owner, "f3548", Source(f"{(owner or 'nobody').lower().replace(' ', '-')}.json"), volumes)
    return replace(base, **more)


def zone(ident: str, kind: ZoneKind, *volumes: Volume4D, name: str = "") -> Zone:
    return Zone(ident, "Airspace office", kind, "geojson", Source("zones.geojson"), volumes, name)


def track(points: Sequence[tuple[float, float, float, float]]) -> Trajectory:
    """A known flight through (minute, lat, lng, flight level)."""
    array = np.array(points, float)
    times = T0_NS + np.rint(array[:, 0] * NS_PER_MIN).astype(np.int64)
    levels = np.rint(array[:, 3] * 100 * FT_UM).astype(np.int64)
    return known_trajectory(array[:, 1], array[:, 2], times, levels, Datum.PRESSURE)


def forecast(points: Sequence[tuple[float, float, float, float, float]], spread_min: float = 8.0) -> Trajectory:
    """A forecast through (minute, lat, lng, lowest and highest flight level from there on), 5 NM wide."""
    array = np.array(points, float)
    times = T0_NS + np.rint(array[:, 0] * NS_PER_MIN).astype(np.int64)
    grow = np.rint((spread_min + 0.03 * (array[:, 0] - array[0, 0])) * NS_PER_MIN).astype(np.int64)
    band = np.rint(array[:-1, 3:5] * 100 * FT_UM).astype(np.int64)
    codes = np.full(len(array) - 1, DATUM_CODE[Datum.PRESSURE], np.int8)
    lower, upper = (np.stack([band[:, k], band[:, k]], axis=1) for k in (0, 1))
    return Trajectory(
        array[:, 0 + 1].copy(), array[:, 2].copy(), times - grow, times, times + 2 * grow,
        lower, upper, codes, codes, np.full(len(codes), 9260.0),
    )  # fmt: skip


def side(thing: Plan | Zone) -> Side:
    role = "plan" if isinstance(thing, Plan) else "zone"
    label = thing.label if isinstance(thing, Plan) else thing.name
    return Side("plan" if role == "plan" else "zone", thing.id, thing.owner, thing.source.file, label)


def conflict(
    a: Plan | Zone, b: Plan | Zone, window: TimeWindow, place: tuple[float, float], band: LevelBand,
    certainty: Certainty = "certain", cls: Class = "en-route", **more: object,
) -> Conflict:
    """A conflict with defaults for what a test does not care about."""
    first, second = sorted((side(a), side(b)), key=lambda s: s.id)
    kind = "plan-zone" if "zone" in (first.role, second.role) else "plan-plan"
    certain = (window,) if certainty == "certain" else ()
    base = Conflict(
        "plan-zone" if kind == "plan-zone" else "plan-plan", certainty, cls, first, second, window, certain,
        band, None, 0.0, place, VOLUMES,
    )
    return replace(base, **more)


def report(conflicts: Sequence[Conflict], plans: Sequence[Plan], zones: Sequence[Zone] = (), **more: object) -> Report:
    certain = sum(c.certainty == "certain" for c in conflicts)
    summary = Summary(
        len(plans), len(zones), sum(len(p.volumes) for p in plans),
        sum(len(t.lat_deg) - 1 for p in plans for t in p.trajectories),
        len(conflicts), certain, len(conflicts) - certain, 5,
    )
    return replace(Report(summary, tuple(conflicts)), **more)


def theatre() -> Case:
    """Seven conflicts of every class between flights, volumes and zones over the Alps, and all that can go wrong."""
    lszh, lsgg = Aerodrome("LSZH", 47.458, 8.548, 1416), Aerodrome("LSGG", 46.238, 6.109, 1411)
    swr = plan("SWR123-LSZH-1000-LSGG-260301", "SWR", format="fpl", label="SWR123", forecast=True,
               trajectories=(forecast([(10, 47.458, 8.548, 15, 200), (25, 47.0, 7.6, 190, 200),
                                       (35, 46.6, 6.9, 60, 200), (45, 46.238, 6.109, 15, 80)]),),
               aerodromes=(lszh, lsgg))
    blue = plan("blue-7", "Blue Air", format="tracks", label="BLU7", trajectories=(
        track([(k, 46.2 + 0.02 * k, 9.4 - 0.055 * k, 190 + (k > 30) * (k - 30)) for k in range(61)]),))
    green = plan("green-3", "Green Wing", format="tracks", label="GRN3", trajectories=(
        track([(k, 47.68 - 0.022 * k, 6.54 + 0.025 * k, 195) for k in range(5, 66)]),))
    drones = plan("d0a1-survey", "Lakeside Drones",
                  volume(polygon([(47.30, 8.45), (47.38, 8.45), (47.38, 8.62), (47.30, 8.62)],
                                 [[(47.33, 8.50), (47.35, 8.50), (47.35, 8.56), (47.33, 8.56)]]),
                         wgs84_m(400), wgs84_m(560), minutes(5, 40)))
    medevac = plan("medevac-1", "Air Rescue",
                   volume(corridor([(47.20, 8.30), (47.33, 8.55), (47.45, 8.60)], 1500), amsl_ft(1200), amsl_ft(3000),
                          minutes(20, 34)), label="RESCUE 1")
    photo = plan("photo-2", None, volume(Circle(46.95, 7.45, 12_000), None, agl_m(120), minutes(0, 90)))
    jump = plan("jump-9", "Para Club", volume(Circle(46.98, 7.40, 8_000), None, flight_level(150), minutes(30, 75)))
    danger = zone("LS-D7", ZoneKind.DANGER, volume(polygon([(46.7, 7.9), (46.9, 8.3), (46.6, 8.5), (46.45, 8.05)]),
                                                   None, None, minutes(15, 120)), name="Danger area 7")
    park = zone("LS-P1", ZoneKind.PROTECTED, volume(Circle(46.65, 10.2, 15_000), None, amsl_m(3000), ALWAYS),
                name="National park")
    ctr = zone("CTR", ZoneKind.AIRSPACE_CLASS, volume(Circle(47.458, 8.548, 18_000), None, amsl_ft(4500), ALWAYS),
               name="CTR D")
    plans, zones = (swr, blue, green, drones, medevac, photo, jump), (danger, park, ctr)
    std = LevelBand(5791.2, 6096.0, "STD")
    meet = minutes(34.25, 36.5)
    conflicts = [
        conflict(blue, green, meet, (46.906, 7.45), LevelBand(5943.6, 5962.0, "STD"),
                 closest=ClosestApproach(T0_NS + round(35.4 * NS_PER_MIN), 4279.3, 121.92, 46.906, 7.446),
                 ratio=0.46, breaks=FLIGHTS, certain_windows=(minutes(34.6, 36.1),)),
        conflict(drones, medevac, minutes(20, 34), (47.33, 8.53), LevelBand(400.0, 560.0, "W84"),
                 notes=("Levels of two datums were compared through EGM96.",)),
        conflict(blue, swr, minutes(21, 47.5), (46.9, 7.5), std, "possible",
                 closest=ClosestApproach(T0_NS + 27 * NS_PER_MIN, 9259.9, None, 46.85, 7.9, True), ratio=0.99,
                 breaks=FLIGHTS),
        conflict(blue, danger, minutes(18.1, 26.8), (46.66, 8.2), LevelBand(5791.2, 5791.2, "STD"), "possible",
                 breaks=ZONES),
        conflict(green, swr, minutes(24, 58), (46.75, 7.75), std, "possible", ratio=None, breaks=FLIGHTS),
        conflict(green, swr, minutes(10, 18), (47.44, 7.0), std, "possible", "terminal", ratio=0.8, breaks=FLIGHTS),
        conflict(jump, photo, minutes(30, 75), (46.96, 7.43), LevelBand(None, 1200.0, "W84"), "possible",
                 needs_terrain=True),
    ]
    return Case(report(
        conflicts, plans, zones,
        rejected=(Rejected(Source("blue.json", "/operational_intents/3"), "blue-9", "geometry",
                           "the ring has fewer than three different vertices. An area needs at least three."),),
        undetermined=(Undetermined(side(photo), side(blue), "With ground above 2,500 m here it would be a conflict."),),
        notes=("fpl.txt:12: 23:59:60 was read as the next second.",),
        assumptions=("Departures may be 5 min early and 15 min late, growing by 3 % of the time flown.",
                     "Flights keep within 5 NM of their route.",
                     "Unknown QNH: 963.25 to 1063.25 hPa.",
                     "Two pressure altitudes: breaches deeper than 100 ft are certain."),
        gaps=(("BLU7", T0_NS + 61 * NS_PER_MIN, T0_NS + 69 * NS_PER_MIN),),
    ), plans, zones, "Alpine week")


def clear_day() -> Case:
    """Forty plans that do not meet."""
    plans = tuple(
        plan(f"p{k:02d}", f"Party {k % 7}",
             volume(Circle(45 + 0.5 * (k // 8), 5 + 0.7 * (k % 8), 9_000), amsl_ft(500), amsl_ft(3000),
                    minutes(k, k + 30)))
        for k in range(40)
    )
    return Case(report([], plans, assumptions=("Nothing but the rules.",)), plans, title="A quiet day")


def nothing() -> Case:
    """No plan could be read."""
    refused = Rejected(Source("plans.txt", line=1), None, "format", "this is no format that is read here.")
    return Case(Report(Summary(0, 0, 0, 0, 0, 0, 0, 1), (), rejected=(refused,)), title="Empty")


def antimeridian() -> Case:
    """A square across 180 degrees and a flight through it, near Fiji."""
    box = plan("box-180", "Pacific Survey", volume(polygon([(-19, 178.5), (-16, 178.5), (-16, -178.0), (-19, -178.0)]),
                                                   flight_level(300), flight_level(360)))
    flight = plan("ANZ5", "ANZ", format="tracks", label="ANZ5", trajectories=(
        track([(k, -20 + 0.1 * k, (176 + 0.12 * k + 180) % 360 - 180, 350) for k in range(0, 61, 2)]),))
    window = minutes(22, 52)
    found = conflict(flight, box, window, (-17.0, 179.6), LevelBand(10668.0, 10668.0, "STD"))
    return Case(report([found], (box, flight)), (box, flight), title="Across 180 degrees")


def polar() -> Case:
    """An area around the north pole, a corridor past it and a flight over it."""
    area = plan("ice-watch", "Polar Institute", volume(polygon([(86, lng) for lng in range(-180, 180, 30)]), None,
                                                       amsl_m(9000), minutes(0, 120)))
    band = plan("band", "Cable Survey", volume(corridor([(82, -60), (88.5, 0), (84, 110)], 60_000), amsl_m(200),
                                               amsl_m(900), minutes(10, 50)))
    over = plan("FIN7", "FIN", format="tracks", label="FIN7", trajectories=(
        track([(0, 78, 25, 350), (20, 82, 25, 350), (45, 87, 25, 350), (60, 89.9, 25, 350), (80, 86, -155, 350),
               (110, 80, -155, 350)]),))
    found = [
        conflict(area, band, minutes(10, 50), (88.4, 5), LevelBand(200.0, 900.0, "AMSL")),
        conflict(area, over, minutes(40, 80), (89.9, 25), LevelBand(9000.0, 9600.0, "W84"), "possible"),
    ]
    return Case(report(found, (area, band, over)), (area, band, over), title="Over the pole")


def hostile() -> Case:
    """Every string that comes from input tries to be something else than text."""
    one = plan(HOSTILE, HOSTILE, volume(Circle(47, 8, 5_000), amsl_ft(0), amsl_ft(1000)), label=BIDI,
               source=Source(HOSTILE), aerodromes=(Aerodrome(HOSTILE, 47.0, 8.0, 0.0),))
    two = plan(LONG, BIDI, volume(Circle(47.02, 8.02, 5_000), amsl_ft(500), amsl_ft(900)), label=HOSTILE)
    area = zone("z" + HOSTILE, ZoneKind.DANGER, volume(Circle(47.1, 8.1, 5_000), None, None), name=HOSTILE)
    breaks = replace(VOLUMES, profile=HOSTILE, version=BIDI, source=HOSTILE)
    found = [
        conflict(one, two, minutes(0, 60), (47.01, 8.01), LevelBand(152.4, 274.3, "AMSL"), notes=(HOSTILE, BIDI),
                 breaks=breaks),
        conflict(one, area, minutes(0, 60), (47.05, 8.05), LevelBand(0.0, 304.8, "AMSL"), "possible", breaks=breaks),
    ]
    full = report(
        found, (one, two), (area,),
        rejected=(Rejected(Source(HOSTILE, f"/{HOSTILE}"), HOSTILE, "format", HOSTILE + BIDI),
                  Rejected(Source("lone\ud800.json"), "\ud800", "duplicate", "a lone surrogate \udfff")),
        undetermined=(Undetermined(side(one), side(two), HOSTILE),),
        notes=(HOSTILE,), assumptions=(HOSTILE, BIDI), gaps=((HOSTILE, T0_NS, T0_NS + NS_PER_S),),
    )
    return Case(full, (one, two), (area,), HOSTILE)


def many(count: int, in_conflict: int) -> Case:
    """`count` plans, of which the last two of each of `in_conflict` pairs conflict."""
    plans = tuple(plan(f"m{k}", f"Party {k}", volume(Circle(47, 8, 5_000), None, None)) for k in range(count))
    found = [
        conflict(plans[-1 - 2 * k], plans[-2 - 2 * k], minutes(0, 60), (47, 8), LevelBand(None, None, "W84"))
        for k in range(in_conflict)
    ]
    return Case(report(found, plans), plans)


def leg_length_m(path: FloatArray) -> float:
    return float(distance_m(path[:-1, 0], path[:-1, 1], path[1:, 0], path[1:, 1]).sum())
