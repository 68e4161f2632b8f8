"""All conflicts of a few plans and zones by trying everything: the truth that the search is held against.

The set of conflicts is a set of (pair, instant), so the oracle's heart is `breach_at`: do these two breach at this
instant, possibly and certainly? `telling_instants` are those at which the answer may change and those between them;
`volume_windows` are exact where only volumes are involved; `pair_conflicts` asks whether there is any instant at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Final, NamedTuple

from oracle import levels
from oracle.geometry import footprints_meet, skeleton
from oracle.levels import Band, Place, Verdict, both, either
from oracle.trajectories import (
    Part,
    is_forecast,
    legs_of,
    part_during,
    part_meets_footprint,
    part_surely_in,
    parts_at,
    parts_meet,
    parts_surely_near,
    surely_there,
)
from sharedsky.airspace.altitude import UM_PER_M
from sharedsky.airspace.footprint import Footprint
from sharedsky.airspace.time import MAX_NS, MIN_NS
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.profile import DEFAULT_PROFILE, Profile
from sharedsky.plans.plan import CONFLICTING_KINDS, Plan, Zone

NEVER: Final = Verdict(False, False)
Window = tuple[int, int]
#: The first of two flies, the second is a volume.
FLIER: Final = (True, False)


@dataclass(frozen=True, slots=True)
class Rules:
    """The minima of one check, and what the user said about it.

    coarse_m: levels of forecasts are taken over so many metres more along the path: what the search may do, outward.
    """

    profile: Profile = DEFAULT_PROFILE
    same_owner: bool = False
    all_zones: bool = False
    assume_rvsm: bool = False
    coarse_m: float = 0.0


class Key(NamedTuple):
    """A pair: kind, and (role, owner, id) of both sides, in order."""

    kind: str
    sides: tuple[tuple[str, str, str], tuple[str, str, str]]


def side_key(role: str, owner: str | None, ident: str) -> tuple[str, str, str]:
    """One side of a pair, comparable."""
    return role, ident, "\0" if owner is None else owner


def key_of(a: Plan | Zone, b: Plan | Zone) -> Key:
    """The pair of two plans, or of a plan and a zone."""
    sides = sorted(side_key("zone" if isinstance(x, Zone) else "plan", x.owner, x.id) for x in (a, b))
    zone = isinstance(a, Zone) or isinstance(b, Zone)
    return Key("plan-zone" if zone else "plan-plan", (sides[0], sides[1]))


def pairs(plans: Sequence[Plan], zones: Sequence[Zone], rules: Rules) -> Iterator[tuple[Plan, Plan | Zone]]:
    """Every pair that the rules compare: plans of different owners (unknown never equals unknown), plans and zones."""
    for a, b in combinations(plans, 2):
        if rules.same_owner or a.owner is None or a.owner != b.owner:
            yield a, b
    for zone in zones:
        if rules.all_zones or zone.kind in CONFLICTING_KINDS:
            for plan in plans:
                yield plan, zone


def _either_verdict(verdicts: Iterable[Verdict]) -> Verdict:
    seen = [*verdicts, NEVER]
    return Verdict(either(*(v.possible for v in seen)), either(*(v.certain for v in seen)))


def _trajectories(x: Plan | Zone) -> tuple[Trajectory, ...]:
    return x.trajectories if isinstance(x, Plan) else ()


def breach_at(a: Plan | Zone, b: Plan | Zone, t_ns: int, rules: Rules) -> Verdict:
    """Whether a pair breaches at an instant."""
    zone = isinstance(a, Zone) or isinstance(b, Zone)
    profile = rules.profile
    verdicts = [volumes_at(va, vb, t_ns, profile, zone) for va in a.volumes for vb in b.volumes]
    verdicts += [mixed_at(ta, vb, t_ns, rules, zone) for ta in _trajectories(a) for vb in b.volumes]
    verdicts += [mixed_at(tb, va, t_ns, rules, zone) for tb in _trajectories(b) for va in a.volumes]
    rvsm = rvsm_of(a, rules), rvsm_of(b, rules)
    verdicts += [tracks_at(ta, tb, t_ns, rules, rvsm) for ta in _trajectories(a) for tb in _trajectories(b)]
    return _either_verdict(verdicts)


def rvsm_of(x: Plan | Zone, rules: Rules) -> bool | None:
    """Approval as filed; where nothing is said, as the user assumes."""
    known = x.rvsm if isinstance(x, Plan) else None
    return True if known is None and rules.assume_rvsm else known


def volume_verdict(
    a: Volume4D, b: Volume4D, profile: Profile, zone: bool, ground_um: int | None = None
) -> Verdict:
    """Two volumes, their windows left aside; ground_um: if the ground's elevation were known to be that."""
    reach = profile.zone_horizontal_m if zone else profile.volume_horizontal_m
    minimum = profile.zone_vertical_um if zone else profile.volume_vertical_um
    place = _place(reach, a.footprint, b.footprint)
    if ground_um is not None:
        place = replace(place, ground_um=(ground_um, ground_um))
    bands = levels.band_of(a.lower, a.upper), levels.band_of(b.lower, b.upper)
    height = levels.fixed_verdict(*bands, minimum, profile.tolerance_um, place)
    if height.possible is False:
        return NEVER
    near = _near(a.footprint, b.footprint, reach)
    return Verdict(both(near, height.possible), both(near, height.certain))


@lru_cache(maxsize=100_000)
def _near_cached(a: _Shape, b: _Shape, reach_m: float) -> bool | None:
    return footprints_meet(a.shape, b.shape, reach_m)


class _Shape:
    """A footprint as a cache's key: itself, and kept alive."""

    def __init__(self, shape: Footprint) -> None:
        self.shape = shape

    def __hash__(self) -> int:
        return id(self.shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shape) and other.shape is self.shape


def _near(a: Footprint, b: Footprint, reach_m: float) -> bool | None:
    return _near_cached(_Shape(a), _Shape(b), reach_m)


def common_window(a: Volume4D, b: Volume4D, profile: Profile) -> Window | None:
    """When both are active, each widened by the buffer at both ends; closed."""
    start = max(_widened(a, profile)[0], _widened(b, profile)[0])
    end = min(_widened(a, profile)[1], _widened(b, profile)[1])
    return (start, end) if start <= end else None


def _widened(volume: Volume4D, profile: Profile) -> Window:
    buffer = profile.time_ns
    return max(MIN_NS, volume.window.start_ns - buffer), min(MAX_NS, volume.window.end_ns + buffer)


def volumes_at(a: Volume4D, b: Volume4D, t_ns: int, profile: Profile, zone: bool) -> Verdict:
    """Two volumes at an instant."""
    window = common_window(a, b, profile)
    if window is None or not window[0] <= t_ns <= window[1]:
        return NEVER
    return volume_verdict(a, b, profile, zone)


def mixed_at(track: Trajectory, volume: Volume4D, t_ns: int, rules: Rules, zone: bool) -> Verdict:
    """A trajectory and a volume at an instant."""
    profile, coarse = rules.profile, rules.coarse_m
    start, end = _widened(volume, profile)
    if not start <= t_ns <= end:
        return NEVER
    vague = is_forecast(track)
    parts = parts_at(track, t_ns, profile.time_ns, coarse, vague)
    possible = either(*(mixed_possible(part, volume, profile, zone) for part in parts), False)
    if possible is False:
        return NEVER
    sure = parts_at(track, t_ns, 0, coarse, vague) if surely_there(track, t_ns) else []
    if not sure:
        return Verdict(possible, None if profile.time_ns else False)
    certain = both(*(_mixed_certain(part, volume, profile, zone) for part in sure))
    if certain and any(part.contradicts for part in sure):
        certain = None
    return Verdict(possible, None if profile.time_ns and not certain else certain)


def _mixed_minima(profile: Profile, zone: bool) -> tuple[float, int]:
    if zone:
        return profile.zone_horizontal_m, profile.zone_vertical_um
    return profile.mixed_horizontal_m, profile.mixed_vertical_um


def mixed_possible(part: Part, volume: Volume4D, profile: Profile, zone: bool) -> bool | None:
    """Whether some place on a part of a leg breaches with a volume, its window left aside."""
    reach, minimum = _mixed_minima(profile, zone)
    place = _place(reach + part.leg.lateral_m, volume.footprint, part)
    band = levels.band_of(volume.lower, volume.upper)

    def height(piece: Band) -> bool | None:
        return levels.fixed_verdict(piece, band, minimum, profile.tolerance_um, place, flies=FLIER).possible

    return part_meets_footprint(part, volume.footprint, reach, height)


def _mixed_certain(part: Part, volume: Volume4D, profile: Profile, zone: bool) -> bool | None:
    reach, minimum = _mixed_minima(profile, zone)
    band, place = levels.band_of(volume.lower, volume.upper), _place(reach + part.leg.lateral_m, volume.footprint, part)
    height = levels.fixed_verdict(part.band, band, minimum, profile.tolerance_um, place, flies=FLIER).certain
    return False if height is False else both(height, part_surely_in(part, volume.footprint, reach))


RvsmPair = tuple[bool | None, bool | None]


def tracks_at(a: Trajectory, b: Trajectory, t_ns: int, rules: Rules, rvsm: RvsmPair) -> Verdict:
    """Two trajectories at an instant."""
    profile, buffer = rules.profile, rules.profile.time_ns
    coarse, vague = rules.coarse_m, is_forecast(a) or is_forecast(b)
    parts_a, parts_b = (parts_at(x, t_ns, buffer, coarse, vague) for x in (a, b))
    slack = None if buffer == 0 else 2 * buffer
    possible = either(*(tracks_possible(pa, pb, profile, rvsm, slack) for pa in parts_a for pb in parts_b), False)
    if possible is False:
        return NEVER
    if not (surely_there(a, t_ns) and surely_there(b, t_ns)):
        return Verdict(possible, None if buffer else False)
    sure_a, sure_b = (parts_at(x, t_ns, 0, coarse, vague) for x in (a, b))
    certain = both(*(_tracks_certain(p, q, profile, rvsm) for p in sure_a for q in sure_b))
    if certain and any(part.contradicts for part in (*sure_a, *sure_b)):
        certain = None
    if certain and not (is_known(a) and is_known(b)):
        certain = None  # docs/conflicts.md, "Forecasts": none of these is called certain, though it might be
    return Verdict(possible, None if buffer and not certain else certain)


def tracks_possible(a: Part, b: Part, profile: Profile, rvsm: RvsmPair, slack_ns: int | None) -> bool | None:
    """Whether some places on two parts of legs breach; with slack_ns, at some instant."""
    place = _place(profile.horizontal_m, a, b)

    def height(one: Band, other: Band) -> bool | None:
        return levels.table_verdict(one, other, profile, rvsm, place).possible

    return parts_meet(a, b, profile.horizontal_m, height, slack_ns=slack_ns)


def _tracks_certain(a: Part, b: Part, profile: Profile, rvsm: RvsmPair) -> bool | None:
    height = levels.table_verdict(a.band, b.band, profile, rvsm, _place(profile.horizontal_m, a, b)).certain
    return False if height is False else both(height, parts_surely_near(a, b, profile.horizontal_m))


def _place(reach_m: float, *things: Footprint | Part) -> Place:
    """The surroundings of two things, generously."""
    lats: list[float] = []
    lngs: list[float] = []
    radius = 0.0
    for thing in things:
        bones = thing.bones() if isinstance(thing, Part) else skeleton(thing)
        lats += [float(v) for v in bones.lat_deg]
        lngs += [float(v) for v in bones.lng_deg]
        radius = max(radius, bones.radius_m)
    return Place(tuple(lats), tuple(lngs), 0.5 + radius / 100_000, reach_m)


def telling_instants(a: Plan | Zone, b: Plan | Zone, profile: Profile) -> list[int]:
    """Instants at which the pair's answer may change, and those half-way between them, in order [ns]."""
    buffer = profile.time_ns
    moments: set[int] = set()
    for volume in (*a.volumes, *b.volumes):
        moments |= {volume.window.start_ns - buffer, volume.window.end_ns + buffer}
    for track in (*_trajectories(a), *_trajectories(b)):
        moments |= {int(t) - buffer for t in track.early_ns} | {int(t) + buffer for t in track.late_ns}
        moments |= {int(t) for t in track.time_ns}
    kept = sorted(t for t in moments if MIN_NS <= t <= MAX_NS)
    between = [(x + y) // 2 for x, y in pairwise(kept)]
    return sorted({*kept, *between})


def volume_windows(
    a: Plan | Zone, b: Plan | Zone, rules: Rules, wanted: Callable[[Verdict], bool]
) -> list[Window]:
    """The maximal windows over which a pair of volumes' verdict is wanted; touching windows are one."""
    zone = isinstance(a, Zone) or isinstance(b, Zone)
    found = [
        window
        for va in a.volumes
        for vb in b.volumes
        if (window := common_window(va, vb, rules.profile)) and wanted(volume_verdict(va, vb, rules.profile, zone))
    ]
    return merged(found)


def over_some_ground(a: Plan | Zone, b: Plan | Zone, rules: Rules) -> bool:
    """Whether there is an elevation of the ground over which a pair of volumes would surely be in possible breach."""
    zone = isinstance(a, Zone) or isinstance(b, Zone)
    return any(
        volume_verdict(va, vb, rules.profile, zone, elevation_m * UM_PER_M).possible is True
        for va in a.volumes for vb in b.volumes
        if common_window(va, vb, rules.profile)
        for elevation_m in (0, 500, 2_000, 4_400, 8_500)
    )


def merged(windows: Iterable[Window]) -> list[Window]:
    """Closed windows united; those with no whole nanosecond between them are one."""
    out: list[Window] = []
    for start, end in sorted(windows):
        if out and start <= out[-1][1] + 1:
            out[-1] = out[-1][0], max(end, out[-1][1])
        else:
            out.append((start, end))
    return out


def pair_conflicts(a: Plan | Zone, b: Plan | Zone, rules: Rules) -> bool | None:
    """Whether there is any instant at which a pair breaches, possibly at least."""
    zone = isinstance(a, Zone) or isinstance(b, Zone)
    profile = rules.profile
    answers: list[bool | None] = [
        volume_verdict(va, vb, profile, zone).possible
        for va in a.volumes for vb in b.volumes if common_window(va, vb, profile)
    ]
    for flier, other in ((a, b), (b, a)):
        for track in _trajectories(flier):
            answers += [_track_ever_in(track, volume, rules, zone) for volume in other.volumes]
    rvsm = rvsm_of(a, rules), rvsm_of(b, rules)
    for ta in _trajectories(a):
        answers += [_tracks_ever_meet(ta, tb, rules, rvsm) for tb in _trajectories(b)]
    return either(*answers, False)


def _track_ever_in(track: Trajectory, volume: Volume4D, rules: Rules, zone: bool) -> bool | None:
    profile, coarse = rules.profile, rules.coarse_m
    start, end = _widened(volume, profile)
    legs = legs_of(track, coarse, is_forecast(track))
    parts = (part_during(leg, start - profile.time_ns, end + profile.time_ns) for leg in legs)
    return either(*(mixed_possible(part, volume, profile, zone) for part in parts if part), False)


def is_known(track: Trajectory) -> bool:
    """Whether a trajectory's times are known."""
    return bool((track.early_ns == track.late_ns).all())


def _tracks_ever_meet(a: Trajectory, b: Trajectory, rules: Rules, rvsm: RvsmPair) -> bool | None:
    profile = rules.profile
    if profile.time_ns == 0 and is_known(a) and is_known(b):
        found, is_open = known_breaches(a, b, rules, rvsm)
        return True if found else (None if is_open else False)
    whole = Fraction(0), Fraction(1)
    slack = 2 * profile.time_ns
    return either(
        *(
            tracks_possible(Part(la, *whole), Part(lb, *whole), profile, rvsm, slack)
            for la in legs_of(a, rules.coarse_m) for lb in legs_of(b, rules.coarse_m)
        ),
        False,
    )


def known_breaches(a: Trajectory, b: Trajectory, rules: Rules, rvsm: RvsmPair) -> tuple[list[int], bool]:
    """An instant of breach from each span between vertices that has one, and whether any span was left open.

    Two known trajectories meet in time along one line only, so time itself is halved: over a short time both run along
    short stretches, and where no place on one comes near any on the other, they are clear.
    """
    start = max(int(a.time_ns[0]), int(b.time_ns[0]))
    end = min(int(a.time_ns[-1]), int(b.time_ns[-1]))
    if start > end:
        return [], False
    answers = [_breach_within(a, b, span, rules, rvsm) for span in _between_vertices(start, end, a, b)]
    return [t for t, _ in answers if t is not None], any(is_open for _, is_open in answers)


def _breach_within(
    a: Trajectory, b: Trajectory, whole: Window, rules: Rules, rvsm: RvsmPair
) -> tuple[int | None, bool]:
    spans, is_open = [whole], False
    while spans:
        left: list[Window] = []
        for span in spans:
            for t in (*span, (span[0] + span[1]) // 2):
                if tracks_at(a, b, t, rules, rvsm).possible is True:
                    return t, False
            if _span_is_clear(a, b, span, rules.profile, rvsm):
                continue
            if span[1] - span[0] <= 1_000:
                is_open = True
            else:
                middle = (span[0] + span[1]) // 2
                left += [(span[0], middle), (middle, span[1])]
        if len(left) > 2_000:
            return None, True
        spans = left
    return None, is_open


def _between_vertices(start: int, end: int, a: Trajectory, b: Trajectory) -> list[Window]:
    cuts = sorted({start, end, *(int(t) for track in (a, b) for t in track.time_ns if start <= t <= end)})
    return [(start, start), *pairwise(cuts)]


def _span_is_clear(a: Trajectory, b: Trajectory, span: Window, profile: Profile, rvsm: RvsmPair) -> bool:
    """Whether no place of one during the span breaches with any of the other."""
    parts_a, parts_b = (
        [p for leg in legs_of(x) if (p := part_during(leg, *span)) is not None] for x in (a, b)
    )
    return all(tracks_possible(p, q, profile, rvsm, None) is False for p in parts_a for q in parts_b)


def conflicts(plans: Sequence[Plan], zones: Sequence[Zone], rules: Rules | None = None) -> dict[Key, bool | None]:
    """Every pair that the rules compare, and whether it conflicts; pairs of one key are united."""
    rules = rules or Rules()
    out: dict[Key, bool | None] = {}
    for a, b in pairs(plans, zones, rules):
        key = key_of(a, b)
        out[key] = either(out.get(key, False), pair_conflicts(a, b, rules))
    return out

