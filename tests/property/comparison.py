"""Holds a report of the search against the oracle: every instant that tells, every pair, every entry's own form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from oracle.conflicts import (
    Key,
    Rules,
    Window,
    breach_at,
    key_of,
    known_breaches,
    merged,
    over_some_ground,
    pair_conflicts,
    pairs,
    rvsm_of,
    side_key,
    telling_instants,
    volume_windows,
)
from oracle.levels import Verdict
from oracle.trajectories import is_forecast
from property.strategies import Scene
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.conflicts.report import Conflict, Report
from sharedsky.conflicts.search import find_conflicts
from sharedsky.plans.plan import Plan, Zone

#: A window's edge may lie so far [ns] from where the oracle sees the answer change: at 300 m/s, 3 cm.
EDGE_NS = 100_000
#: Forecasts are searched in pieces of at most so many metres, each with one band of levels (docs/architecture.md).
PIECE_M = 20_000.0


def check(scene: Scene, rules: Rules | None = None) -> Report:
    """The search's report on a scene."""
    rules = rules or Rules()
    return find_conflicts(
        scene.plans, scene.zones, rules.profile,
        same_owner=rules.same_owner, all_zones=rules.all_zones, assume_rvsm=rules.assume_rvsm,
    )


def conflict_key(conflict: Conflict) -> Key:
    """The pair of an entry."""
    first, second = sorted(side_key(side.role, side.owner, side.id) for side in (conflict.a, conflict.b))
    return Key(conflict.kind, (first, second))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the search says of one pair: windows of possible or certain breach, and of certain breach."""

    possible: tuple[Window, ...] = ()
    certain: tuple[Window, ...] = ()


def answers(report: Report) -> dict[Key, Answer]:
    """A report by pair."""
    out: dict[Key, Answer] = {}
    for conflict in report.conflicts:
        before = out.get(conflict_key(conflict), Answer())
        window = conflict.window.start_ns, conflict.window.end_ns
        certain = tuple((w.start_ns, w.end_ns) for w in conflict.certain_windows)
        out[conflict_key(conflict)] = Answer(
            tuple(sorted((*before.possible, window))), tuple(sorted((*before.certain, *certain)))
        )
    return out


def holds(windows: Iterable[Window], t_ns: int, margin_ns: int = 0) -> bool:
    """Whether an instant lies in one of some windows, each widened by a margin (or narrowed, below 0)."""
    return any(start - margin_ns <= t_ns <= end + margin_ns for start, end in windows)


def covers(large: Sequence[Window], small: Sequence[Window], margin_ns: int = 0) -> bool:
    """Whether each of some windows lies within one of the others, each widened by a margin."""
    wide = merged((start - margin_ns, end + margin_ns) for start, end in large)
    return all(any(start <= s and e <= end for start, end in wide) for s, e in small)


def malformed(report: Report) -> list[str]:
    """Entries that break their own rules: order, certainty, windows that overlap, touch or stick out."""
    wrong = []
    if [c.sort_key for c in report.conflicts] != sorted(c.sort_key for c in report.conflicts):
        wrong.append("the conflicts are not in order")
    for c in report.conflicts:
        inside = [(w.start_ns, w.end_ns) for w in c.certain_windows]
        if (c.certainty == "certain") is not bool(inside):
            wrong.append(f"{c.a.id}-{c.b.id} is {c.certainty} with certain windows {inside}")
        if not covers([(c.window.start_ns, c.window.end_ns)], inside) or merged(inside) != inside:
            wrong.append(f"{c.a.id}-{c.b.id}: certain windows {inside} in {c.window}")
        if c.kind == "plan-plan" and c.a.id > c.b.id:
            wrong.append(f"{c.a.id}-{c.b.id} is not ordered by id")
    for key, answer in answers(report).items():
        if any(start <= end for (_, end), (start, _) in pairwise(answer.possible)):
            wrong.append(f"{key}: windows are not maximal: {answer.possible}")
    return wrong


def disagreements(scene: Scene, rules: Rules | None = None, report: Report | None = None) -> list[str]:
    """Everything in which the search and the oracle differ about a scene, in words."""
    rules = rules or Rules()
    report = report or check(scene, rules)
    found = answers(report)
    wrong = malformed(report)
    compared = set()
    for a, b in pairs(scene.plans, scene.zones, rules):
        compared.add(key_of(a, b))
        wrong += _pair(a, b, found.get(key_of(a, b), Answer()), rules, report)
    wrong += [f"{key} is no pair to compare" for key in found if key not in compared]
    return wrong


def _pair(a: Plan | Zone, b: Plan | Zone, answer: Answer, rules: Rules, report: Report) -> list[str]:
    has_tracks = any(isinstance(x, Plan) and x.trajectories for x in (a, b))
    if not has_tracks:
        return _volumes(a, b, answer, rules, report)
    name = f"{a.id}-{b.id}"
    wrong = []
    vague = any(is_forecast(track) or track.lateral_m.any() for x in (a, b) for track in _tracks(x))
    coarse = replace(rules, coarse_m=PIECE_M)
    truth = pair_conflicts(a, b, rules)
    if vague and truth is False and answer.possible:
        truth = _outward(truth, pair_conflicts(a, b, coarse))
    if truth is not None and truth is not bool(answer.possible) and not _listed_apart(a, b, report):
        wrong.append(f"{name}: oracle says {truth}, search {answer.possible}")
    edges = {t + d for window in answer.possible for t in window for d in (-2 * EDGE_NS, 2 * EDGE_NS)}
    middles = {(start + end) // 2 for start, end in (*answer.possible, *answer.certain)}
    for t in sorted({*telling_instants(a, b, rules.profile), *edges, *middles, *_met(a, b, rules)}):
        said = _at(answer, t)
        seen = breach_at(a, b, t, rules)
        if vague and _differ(seen, said):
            seen = _coarsely(seen, breach_at(a, b, t, coarse))
        wrong += [f"{name} at {t}: oracle {seen}, search {said}" for _ in [0] if _differ(seen, said)]
    return wrong


def _outward(exact: bool | None, coarse: bool | None) -> bool | None:
    """A breach that only the coarser levels find may be called possible, and need not."""
    return None if exact is False and coarse is not False else exact


def _coarsely(exact: Verdict, coarse: Verdict) -> Verdict:
    """The same of a verdict; nothing that only the finer levels make certain need be called so."""
    certain = None if exact.certain is True and coarse.certain is not True else exact.certain
    return Verdict(_outward(exact.possible, coarse.possible), certain)


def _met(a: Plan | Zone, b: Plan | Zone, rules: Rules) -> set[int]:
    if rules.profile.time_ns:
        return set()
    rvsm = rvsm_of(a, rules), rvsm_of(b, rules)
    return {
        t
        for x in _tracks(a) for y in _tracks(b)
        if _known(x) and _known(y)
        for t in known_breaches(x, y, rules, rvsm)[0]
    }


def _tracks(x: Plan | Zone) -> tuple[Trajectory, ...]:
    return x.trajectories if isinstance(x, Plan) else ()


def _known(track: Trajectory) -> bool:
    return bool((track.early_ns == track.late_ns).all())


def _at(answer: Answer, t_ns: int) -> Verdict:
    """The search's verdict at an instant; open (None) near the edges of its windows."""

    def one(windows: tuple[Window, ...]) -> bool | None:
        if holds(windows, t_ns, -EDGE_NS):
            return True
        return None if holds(windows, t_ns, EDGE_NS) else False

    return Verdict(one(answer.possible), one(answer.certain))


def _differ(seen: Verdict, said: Verdict) -> bool:
    return any(None not in (x, y) and x is not y for x, y in zip(seen, said))


def _volumes(a: Plan | Zone, b: Plan | Zone, answer: Answer, rules: Rules, report: Report) -> list[str]:
    """Of volumes alone, windows are known to the nanosecond."""
    wrong = []
    if not answer.possible and not _listed_apart(a, b, report) and over_some_ground(a, b, rules):
        wrong.append(f"{a.id}-{b.id}: over some ground they conflict, and they are listed nowhere")
    for name, said, part in (("possible", answer.possible, 0), ("certain", answer.certain, 1)):
        must = volume_windows(a, b, rules, lambda v, part=part: v[part] is True)  # type: ignore[misc]
        may = volume_windows(a, b, rules, lambda v, part=part: v[part] is not False)  # type: ignore[misc]
        if part == 0 and not said and must and _listed_apart(a, b, report):
            continue
        if not covers(said, must):
            wrong.append(f"{a.id}-{b.id}: {name} breach missed: {must} not in {said}")
        if not covers(may, said):
            wrong.append(f"{a.id}-{b.id}: no {name} breach is allowed: {said} not in {may}")
    return wrong


def _listed_apart(a: Plan | Zone, b: Plan | Zone, report: Report) -> bool:
    keys = {frozenset((side_key(u.a.role, u.a.owner, u.a.id), side_key(u.b.role, u.b.owner, u.b.id)))
            for u in report.undetermined}
    return frozenset(key_of(a, b).sides) in keys
