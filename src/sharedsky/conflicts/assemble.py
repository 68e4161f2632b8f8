"""Breaches joined into conflicts: one for each pair and each maximal window (docs/conflicts.md, "The set").

Rows of one pair whose spans touch are one conflict; the certain spans inside it are joined in the same way. Called by
search.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M, Datum
from sharedsky.airspace.datums import OPEN_UM
from sharedsky.airspace.earth import IntArray
from sharedsky.airspace.time import MAX_NS, MIN_NS, TimeWindow
from sharedsky.airspace.trajectory import DATUM_CODE, DATUMS
from sharedsky.conflicts.breaches import MINIMA, Breaches, joined
from sharedsky.conflicts.legs import Legs
from sharedsky.conflicts.nominal import nominal_approach
from sharedsky.conflicts.profile import Profile
from sharedsky.conflicts.report import Breaks, ClosestApproach, Conflict, LevelBand
from sharedsky.conflicts.sides import Sides
from sharedsky.conflicts.terminal import is_terminal


def assembled(parts: Sequence[Breaches], sides: Sides, legs: Legs, profile: Profile) -> list[Conflict]:
    """The conflicts of all breaches, in their order of urgency."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return []
    rows = joined(parts)
    order, first = _grouped(rows)
    terminal = is_terminal(rows, sides, profile.terminal)
    ends = np.append(first[1:], len(order))
    conflicts = [
        _conflict(rows, order[begin:end], sides, legs, profile, bool(terminal[order[begin:end]].all()))
        for begin, end in zip(first, ends, strict=True)
    ]
    return sorted(conflicts, key=lambda conflict: conflict.sort_key)


def _grouped(rows: Breaches) -> tuple[IntArray, IntArray]:
    """Rows ordered by pair and start, and where in that order each maximal window begins."""
    a, b = np.minimum(rows.a, rows.b), np.maximum(rows.a, rows.b)
    order = np.lexsort((rows.start_ns, b, a))
    a, b, start, end = a[order], b[order], rows.start_ns[order], rows.end_ns[order]
    new_pair = np.ones(len(order), bool)
    new_pair[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    pair_first = np.flatnonzero(new_pair)
    begins = new_pair.copy()
    for begin, stop in zip(pair_first, np.append(pair_first[1:], len(order)), strict=True):
        if stop - begin > 1:
            reach = np.maximum.accumulate(end[begin:stop])
            begins[begin + 1 : stop] = start[begin + 1 : stop] > reach[:-1]
    return order, np.flatnonzero(begins)


def _conflict(rows: Breaches, of: IntArray, sides: Sides, legs: Legs, profile: Profile, terminal: bool) -> Conflict:
    window = TimeWindow(_held(rows.start_ns[of].min()), _held(rows.end_ns[of].max()))
    certain = _certain_windows(rows, of)
    worst = of[int(np.argmin(np.where(np.isnan(rows.ratio[of]), np.inf, rows.ratio[of])))]
    one, other = int(rows.a[worst]), int(rows.b[worst])
    closest, ratio = _approach(rows, of, worst, legs, profile, window)
    place = (float(rows.lat_deg[worst]), float(rows.lng_deg[worst]))
    if closest is not None:
        place = (closest.lat_deg, closest.lng_deg)
    a, b = sorted((sides.side(one), sides.side(other)), key=lambda side: (side.id, side.owner or "", side.file))
    return Conflict(
        kind="plan-zone" if "zone" in (a.role, b.role) else "plan-plan",
        certainty="certain" if certain else "possible",
        cls="terminal" if terminal else "en-route",
        a=a, b=b, window=window, certain_windows=certain, band=_band(rows, of), closest=closest, ratio=ratio, place=place,
        breaks=_breaks(rows, of, worst, profile),
        needs_terrain=bool(rows.needs_terrain[of].all()) and not certain,
    )


def _certain_windows(rows: Breaches, of: IntArray) -> tuple[TimeWindow, ...]:
    """The union of the certain spans; two that are 1 ns apart (each rounded inward) are one."""
    sure = of[rows.sure_start_ns[of] <= rows.sure_end_ns[of]]
    out: list[TimeWindow] = []
    for k in sure[np.argsort(rows.sure_start_ns[sure], kind="stable")]:
        start, end = _held(rows.sure_start_ns[k]), _held(rows.sure_end_ns[k])
        if out and start <= out[-1].end_ns + 1:
            out[-1] = TimeWindow(out[-1].start_ns, max(out[-1].end_ns, end))
        else:
            out.append(TimeWindow(start, end))
    return tuple(out)


def _held(ns: np.int64) -> int:
    return int(min(max(int(ns), MIN_NS), MAX_NS))


def _approach(
    rows: Breaches, of: IntArray, worst: np.int64, legs: Legs, profile: Profile, window: TimeWindow
) -> tuple[ClosestApproach | None, float | None]:
    """Closest approach and least ratio of a window, between nominal positions where times are not known."""
    known = of[~np.isnan(rows.horizontal_m[of])]
    if len(known):
        k = known[int(np.argmin(rows.horizontal_m[known]))]
        vertical = float(rows.vertical_m[k])
        closest = ClosestApproach(
            int(rows.closest_ns[k]), float(rows.horizontal_m[k]), None if np.isnan(vertical) else vertical,
            float(rows.lat_deg[k]), float(rows.lng_deg[k]),
        )
        return closest, float(np.nanmin(rows.ratio[of]))
    if MINIMA[rows.minima[worst]] == "trajectory-trajectory":
        return nominal_approach(legs, int(rows.a[worst]), int(rows.b[worst]), window, profile)
    ratio = float(rows.ratio[worst])
    return None, None if np.isnan(ratio) else ratio


def _band(rows: Breaches, of: IntArray) -> LevelBand:
    """All levels of the window: in the rows' datum where they share one, else in WGS 84."""
    datums = rows.band.datum[of]
    if (datums == datums[0]).all():
        lower, upper, datum = rows.band.lower[of], rows.band.upper[of], DATUMS[int(datums[0])]
    else:
        lower, upper, datum = rows.band.geo_lower[of], rows.band.geo_upper[of], DATUMS[DATUM_CODE[Datum.WGS84]]
    low, high = int(lower.min()), int(upper.max())
    return LevelBand(
        None if low <= -OPEN_UM else low / UM_PER_M, None if high >= OPEN_UM else high / UM_PER_M, datum.value
    )


def _breaks(rows: Breaches, of: IntArray, worst: np.int64, profile: Profile) -> Breaks:
    kind = MINIMA[int(rows.minima[worst])]
    horizontal = {
        "volume-volume": profile.volume_horizontal_m,
        "trajectory-trajectory": profile.horizontal_m,
        "trajectory-volume": profile.mixed_horizontal_m,
        "zone": profile.zone_horizontal_m,
    }[kind]
    return Breaks(profile.name, profile.version, profile.source, kind, horizontal, int(rows.vertical_um[of].max()))
