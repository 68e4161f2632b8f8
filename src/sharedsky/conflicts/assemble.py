"""Breaches joined into conflicts: one for each pair and each maximal window (docs/conflicts.md, "The question").

Rows of one pair whose spans touch are one conflict; the certain spans inside it are joined in the same way. Called by
search.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M, Datum
from sharedsky.airspace.datums import OPEN_UM
from sharedsky.airspace.earth import IntArray
from sharedsky.airspace.time import MAX_NS, MIN_NS, TimeWindow
from sharedsky.airspace.trajectory import DATUM_CODE, DATUMS
from sharedsky.conflicts.breaches import MINIMA, Breaches, joined
from sharedsky.conflicts.gather import too_many
from sharedsky.conflicts.groups import Groups, grouped
from sharedsky.conflicts.legs import Legs
from sharedsky.conflicts.nominal import Approach, nominal_approaches
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.reasons import sentences
from sharedsky.conflicts.report import Breaks, ClosestApproach, Conflict, LevelBand, MinimaKind, Side
from sharedsky.conflicts.sides import Sides
from sharedsky.conflicts.terminal import is_terminal

_WGS84: Final = DATUM_CODE[Datum.WGS84]
_TRAJECTORIES: Final = MINIMA.index("trajectory-trajectory")


def assembled(
    parts: Sequence[Breaches], sides: Sides, legs: Legs, profile: Profile, max_conflicts: int
) -> list[Conflict]:
    """The conflicts of all breaches, in their order of urgency.

    Raises:
        LimitError: there are more than max_conflicts.
    """
    parts = [part for part in parts if len(part)]
    if not parts:
        return []
    rows = joined(parts)
    groups = grouped(rows)
    if len(groups) > max_conflicts:
        raise too_many(max_conflicts)
    worst, closest = groups.least(rows.ratio), groups.least(rows.horizontal_m)
    certain = _certain_windows(rows, groups)
    bands = _bands(rows, groups)
    terminal = groups.reduced(np.logical_and, is_terminal(rows, sides, profile.terminal))
    ground = groups.reduced(np.logical_and, rows.needs_terrain)
    start = np.clip(groups.reduced(np.minimum, rows.start_ns), MIN_NS, MAX_NS).tolist()
    end = np.clip(groups.reduced(np.maximum, rows.end_ns), MIN_NS, MAX_NS).tolist()
    vertical = groups.reduced(np.maximum, rows.vertical_um).tolist()
    reason = groups.reduced(np.bitwise_or, rows.reason).tolist()
    windows = [TimeWindow(*span) for span in zip(start, end, strict=True)]
    approaches = _approaches(rows, closest, worst, legs, profile, windows)
    conflicts = []
    for k, row in enumerate(worst.tolist()):
        approach, ratio = approaches[k]
        place = (float(rows.lat_deg[row]), float(rows.lng_deg[row]))
        a, b = _ordered(sides.side(int(rows.a[row])), sides.side(int(rows.b[row])))
        conflicts.append(
            Conflict(
                kind="plan-zone" if "zone" in (a.role, b.role) else "plan-plan",
                certainty="certain" if certain[k] else "possible",
                cls="terminal" if terminal[k] else "en-route",
                a=a,
                b=b,
                window=windows[k],
                certain_windows=certain[k],
                band=bands[k],
                closest=approach,
                ratio=ratio,
                place=place if approach is None or approach.nominal else (approach.lat_deg, approach.lng_deg),
                breaks=_breaks(MINIMA[int(rows.minima[row])], vertical[k], profile),
                needs_terrain=bool(ground[k]) and not certain[k],
                notes=() if certain[k] else sentences(reason[k]),
            )
        )
    return sorted(conflicts, key=lambda conflict: conflict.sort_key)


def _ordered(one: Side, other: Side) -> tuple[Side, Side]:
    """By id, then owner, then file."""
    if (one.id, one.owner or "", one.file) <= (other.id, other.owner or "", other.file):
        return one, other
    return other, one


def _certain_windows(rows: Breaches, groups: Groups) -> list[tuple[TimeWindow, ...]]:
    """The union of the certain spans of each group; two that are 1 ns apart (each rounded inward) are one."""
    out: list[list[tuple[int, int]]] = [[] for _ in groups.first]
    sure = np.flatnonzero((rows.sure_start_ns <= rows.sure_end_ns)[groups.order])
    row, group = groups.order[sure], groups.of[sure]
    start = np.clip(rows.sure_start_ns[row], MIN_NS, MAX_NS)
    end = np.clip(rows.sure_end_ns[row], MIN_NS, MAX_NS)
    ranked = np.lexsort((start, group))
    for g, s, e in zip(group[ranked].tolist(), start[ranked].tolist(), end[ranked].tolist(), strict=True):
        spans = out[g]
        if spans and s <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], e))
        else:
            spans.append((s, e))
    return [tuple(TimeWindow(*span) for span in spans) for spans in out]


def _approaches(
    rows: Breaches, closest: IntArray, worst: IntArray, legs: Legs, profile: Profile, windows: Sequence[TimeWindow]
) -> list[Approach]:
    """Closest approach and least ratio of each window, between nominal positions where times are not known."""
    ratio = [None if np.isnan(r) else r for r in rows.ratio[worst].tolist()]
    out: list[Approach] = [(None, r) for r in ratio]
    for k in np.flatnonzero(~np.isnan(rows.horizontal_m[closest])).tolist():
        row = int(closest[k])
        apart = None if np.isnan(rows.vertical_m[row]) else float(rows.vertical_m[row])
        place = float(rows.lat_deg[row]), float(rows.lng_deg[row])
        out[k] = ClosestApproach(int(rows.closest_ns[row]), float(rows.horizontal_m[row]), apart, *place), ratio[k]
    unknown = np.isnan(rows.horizontal_m[closest]) & (rows.minima[worst] == _TRAJECTORIES)
    of = np.flatnonzero(unknown)
    nominal = nominal_approaches(legs, rows.a[worst[of]], rows.b[worst[of]], [windows[k] for k in of.tolist()], profile)
    for k, approach in zip(of.tolist(), nominal, strict=True):
        out[k] = approach
    return out


def _bands(rows: Breaches, groups: Groups) -> list[LevelBand]:
    """All levels of each window: in the rows' datum where they share one, else in WGS 84."""
    band = rows.band
    datum = groups.reduced(np.minimum, band.datum)
    shared = datum == groups.reduced(np.maximum, band.datum)
    lower = np.where(shared, groups.reduced(np.minimum, band.lower), groups.reduced(np.minimum, band.geo_lower))
    upper = np.where(shared, groups.reduced(np.maximum, band.upper), groups.reduced(np.maximum, band.geo_upper))
    code = np.where(shared, datum, _WGS84)
    return [
        LevelBand(
            None if low <= -OPEN_UM else low / UM_PER_M,
            None if high >= OPEN_UM else high / UM_PER_M,
            DATUMS[which].value,
        )
        for low, high, which in zip(lower.tolist(), upper.tolist(), code.tolist(), strict=True)
    ]


def _breaks(kind: MinimaKind, vertical_um: int, profile: Profile) -> Breaks:
    horizontal = {
        "volume-volume": profile.volume_horizontal_m,
        "trajectory-trajectory": profile.horizontal_m,
        "trajectory-volume": profile.mixed_horizontal_m,
        "zone": profile.zone_horizontal_m,
    }[kind]
    return Breaks(profile.name, profile.version, profile.source, kind, horizontal, vertical_um)
