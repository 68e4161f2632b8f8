"""What the page's script needs, as compact JSON: geometry and times to draw; no sentence and no number to be trusted.

Everything that is read rather than looked at (names apart) is written into the page as text by entries.py and
sections.py. The payload:

    epoch     what all times are counted from: milliseconds of UTC since 1970; times are whole milliseconds after it
    span      [start, end] of the time slider, or null where nothing has a bounded time
    plans     name, owner, forecast, volumes, paths (paths.py), aerodromes [ident, lat, lng]
    zones     name, owner, kind, volumes
    conflicts in the list's order: n from 1, certainty, group, a and b (role, name, refs into plans or zones), window
              [start, end] with null for open, certain [[start, end]], band [lower m, upper m, datum] with null for
              open, at [lat, lng], closest [time, lat, lng, nominal] or null, convert (conversion.py) or null
    volumes   each {"s", "e": start and end or null, "lo", "hi": [metres, text, datum, uncertainty m, frame] or null
              for ground and unlimited, and a footprint (shapes.py)}

Called by render.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sharedsky.airspace.altitude import Altitude, Unit
from sharedsky.airspace.datums import UNKNOWN_TERRAIN
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.time import MAX_NS, MIN_NS, TimeWindow
from sharedsky.airspace.volume import Volume4D
from sharedsky.conflicts.report import Conflict, Side
from sharedsky.page.choice import Choice, group_of
from sharedsky.page.conversion import conversions, frame_key, level_frame
from sharedsky.page.paths import MAX_PATH_POINTS, MIN_PATH_POINTS, NS_PER_MS, PAGE_POINTS, display_path
from sharedsky.page.shapes import MAX_RING_POINTS, display_shape
from sharedsky.page.wording import side_text
from sharedsky.plans.plan import Plan, Zone
from sharedsky.results.visible import shown
from sharedsky.wording import counted

Json = dict[str, object]
#: Names on the map are short; the list has more of them.
MAX_NAME_CHARS: Final = 40


@dataclass(slots=True)
class Payload:
    """The script's data, and how many drawings were simplified."""

    value: Json
    simplified: int = 0


def payload(choice: Choice, terrain: Terrain = UNKNOWN_TERRAIN) -> Payload:
    """The payload for what was chosen; adds a sentence about simplified drawings to `choice.left_out`."""
    span = _span(choice)
    epoch_ns = (span.start_ns if span else 0) // NS_PER_MS * NS_PER_MS
    out = Payload({"epoch": epoch_ns // NS_PER_MS, "span": _window(span, epoch_ns) if span else None})
    near = _windows_by_plan(choice)
    most = max(MIN_PATH_POINTS, min(MAX_PATH_POINTS, PAGE_POINTS // max(1, _path_count(choice.plans))))
    out.value["plans"] = [
        _plan(plan, choice.volumes[k], epoch_ns, most, near.get(k, []), out) for k, plan in enumerate(choice.plans)
    ]
    zone_volumes = choice.volumes[len(choice.plans) :]
    out.value["zones"] = [_zone(z, volumes, epoch_ns, out) for z, volumes in zip(choice.zones, zone_volumes)]
    converted = conversions(choice, terrain)
    out.value["conflicts"] = [
        _conflict(number, conflict, choice, epoch_ns) | {"convert": convert}
        for number, conflict, convert in zip(choice.numbers, choice.conflicts, converted)
    ]
    if out.simplified:
        choice.left_out.append(
            f"{counted(out.simplified, 'drawing')} on the map and in the level profile "
            f"{'is' if out.simplified == 1 else 'are'} simplified (flights of more than {most:,} points, rings of more "
            f"than {MAX_RING_POINTS:,}). The numbers in the list are exact: they come from every point."
        )
    return out


def _plan(
    plan: Plan, volumes: Sequence[Volume4D], epoch_ns: int, most: int, near: Sequence[TimeWindow], out: Payload
) -> Json:
    paths = [display_path(path, epoch_ns, most, near) for path in plan.trajectories]
    out.simplified += any(simplified for _, simplified in paths)
    return {
        "name": shown(plan.label or plan.id, MAX_NAME_CHARS),
        "owner": _owner(plan.owner),
        "forecast": plan.forecast,
        "volumes": _volumes(volumes, epoch_ns, out),
        "paths": [path for path, _ in paths],
        "aerodromes": [
            [shown(a.ident, MAX_NAME_CHARS), round(a.lat_deg, 5), round(a.lng_deg, 5)] for a in plan.aerodromes
        ],
    }


def _zone(zone: Zone, volumes: Sequence[Volume4D], epoch_ns: int, out: Payload) -> Json:
    return {
        "name": shown(zone.name or zone.id, MAX_NAME_CHARS),
        "owner": _owner(zone.owner),
        "kind": zone.kind.value,
        "volumes": _volumes(volumes, epoch_ns, out),
    }


def _owner(owner: str | None) -> str | None:
    return None if owner is None else shown(owner, MAX_NAME_CHARS)


def _volumes(volumes: Iterable[Volume4D], epoch_ns: int, out: Payload) -> list[Json]:
    shapes: list[Json] = []
    for volume in volumes:
        shape, simplified = display_shape(volume.footprint)
        out.simplified += simplified
        start, end = _window(volume.window, epoch_ns)
        shapes.append({"s": start, "e": end, "lo": _level(volume.lower), "hi": _level(volume.upper), **shape})
    return shapes


def _level(level: Altitude | None) -> list[object] | None:
    if level is None:
        return None
    spread_m = level.uncertainty * (1.0 if level.unit is Unit.M else 0.3048)
    text = f"{level} ±{level.uncertainty:g}" if level.uncertainty else str(level)
    return [round(level.metres, 1), text, level.datum.value, round(spread_m, 1), frame_key(level_frame(level))]


def _conflict(number: int, conflict: Conflict, choice: Choice, epoch_ns: int) -> Json:
    closest = conflict.closest
    return {
        "n": number,
        "certainty": conflict.certainty,
        "group": group_of(conflict),
        "a": _side(conflict.a, choice),
        "b": _side(conflict.b, choice),
        "window": _window(conflict.window, epoch_ns),
        "certain": [_window(window, epoch_ns) for window in conflict.certain_windows],
        "band": [conflict.band.lower_m, conflict.band.upper_m, conflict.band.datum],
        "at": [round(conflict.place[0], 5), round(conflict.place[1], 5)],
        "closest": None
        if closest is None
        else [
            (closest.time_ns - epoch_ns) // NS_PER_MS,
            round(closest.lat_deg, 5),
            round(closest.lng_deg, 5),
            closest.nominal,
        ],
    }


def _side(side: Side, choice: Choice) -> Json:
    return {"role": side.role, "name": shown(side_text(side), MAX_NAME_CHARS), "refs": choice.references(side)}


def _window(window: TimeWindow, epoch_ns: int) -> tuple[int | None, int | None]:
    """Start and end in milliseconds after the epoch, rounded outward; None where open."""
    start = None if window.start_ns <= MIN_NS else (window.start_ns - epoch_ns) // NS_PER_MS
    end = None if window.end_ns >= MAX_NS else -((epoch_ns - window.end_ns) // NS_PER_MS)
    return start, end


def _span(choice: Choice) -> TimeWindow | None:
    """From the first to the last bounded time of plans and conflicts; of zones only where those have none."""
    windows = [c.window for c in choice.conflicts]
    for k, plan in enumerate(choice.plans):
        windows += [volume.window for volume in choice.volumes[k]]
        windows += [TimeWindow(int(path.early_ns[0]), int(path.late_ns[-1])) for path in plan.trajectories]
    zone_windows = [volume.window for volumes in choice.volumes[len(choice.plans) :] for volume in volumes]
    for candidates in (windows, zone_windows):
        bounds = [t for w in candidates for t in (w.start_ns, w.end_ns) if MIN_NS < t < MAX_NS]
        if bounds:
            return TimeWindow(min(bounds), max(bounds))
    return None


def _windows_by_plan(choice: Choice) -> dict[int, list[TimeWindow]]:
    near: dict[int, list[TimeWindow]] = {}
    for conflict in choice.conflicts:
        for side in (conflict.a, conflict.b):
            if side.role == "plan":
                for k in choice.references(side):
                    near.setdefault(k, []).append(conflict.window)
    return near


def _path_count(plans: Iterable[Plan]) -> int:
    return sum(len(plan.trajectories) for plan in plans)
