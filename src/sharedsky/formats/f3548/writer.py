"""Plans and zones to F3548-21's JSON: an object with operational_intents and constraints.

What F3548-21 can hold comes back as it was; everything else is converted outward and listed (docs/formats/f3548.md,
"Writing"). Members that the interface requires and a plan does not have get the placeholders below. Called through the
package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from sharedsky.airspace.altitude import Altitude, Datum
from sharedsky.airspace.datums import UNKNOWN_TERRAIN
from sharedsky.airspace.footprint import Circle, Corridor, Polygon
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.time import MAX_NS, MIN_NS, format_instant
from sharedsky.airspace.volume import Volume4D
from sharedsky.formats.f3548.reader import STATES
from sharedsky.formats.f3548.wire import HIGHEST_M, LOWEST_M
from sharedsky.formats.f3548.zone_kinds import TYPE_PREFIX
from sharedsky.formats.outward import corridor_parts, filled, path_volumes, wgs84_spans_m
from sharedsky.formats.written import FORECAST_LOSS, LossList, Written, json_bytes
from sharedsky.plans.plan import Plan, Zone

#: Required by the interface, unknown here: `.invalid` never resolves (RFC 2606), and no subscription has this id.
PLACEHOLDER_URL: Final = "https://uss.invalid"
PLACEHOLDER_SUBSCRIPTION: Final = "00000000-0000-4000-8000-000000000000"

#: Levels are compared in micrometres [m].
_SAME_LEVEL_M: Final = 1e-6
_UUID4: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[8-bA-B][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")
_Json = dict[str, object]


def write(plans: Sequence[Plan], zones: Sequence[Zone], *, terrain: Terrain = UNKNOWN_TERRAIN) -> Written:
    """Plans and zones as F3548-21 JSON.

    Args:
        terrain: the ground's lowest and highest elevation by region, for heights above ground.
    """
    losses = LossList()
    intents = [_intent(plan, terrain, losses) for plan in plans]
    constraints = [_constraint(zone, terrain, losses) for zone in zones]
    data = json_bytes({"operational_intents": intents, "constraints": constraints})
    return Written(data, tuple(losses.losses))


def _intent(plan: Plan, terrain: Terrain, losses: LossList) -> _Json:
    nominal = len(plan.volumes) - plan.off_nominal
    flown = [volume for path in plan.trajectories for volume in path_volumes(path)]
    volumes = _volumes([*plan.volumes[:nominal], *flown], terrain, losses)
    off_nominal = _volumes(plan.volumes[nominal:], terrain, losses)
    details: _Json = {"volumes": volumes, "off_nominal_volumes": off_nominal}
    if plan.priority is not None:
        details["priority"] = plan.priority
    state = plan.state if plan.state in STATES else STATES[0]
    reference = _reference(plan, [*plan.volumes, *flown])
    reference |= {"state": state, "subscription_id": PLACEHOLDER_SUBSCRIPTION}
    losses.finish(plan, [*_reference_losses(plan), *_plan_losses(plan, state)])
    return {"reference": reference, "details": details}


def _constraint(zone: Zone, terrain: Terrain, losses: LossList) -> _Json:
    details: _Json = {"volumes": _volumes(zone.volumes, terrain, losses), "type": TYPE_PREFIX + zone.kind.value}
    names = [f"the name {zone.name[:60]!r} is not written."] if zone.name else []
    losses.finish(zone, [*_reference_losses(zone), *names])
    return {"reference": _reference(zone, zone.volumes), "details": details}


def _reference(item: Plan | Zone, volumes: Sequence[Volume4D]) -> _Json:
    start = min((volume.window.start_ns for volume in volumes), default=MIN_NS)
    end = max((volume.window.end_ns for volume in volumes), default=MAX_NS)
    return {
        "id": item.id,
        "manager": item.owner or "",
        "uss_availability": "Unknown",
        "version": item.version or 0,
        "time_start": _time(start),
        "time_end": _time(end),
        "uss_base_url": PLACEHOLDER_URL,
    }


def _reference_losses(item: Plan | Zone) -> Iterator[str]:
    if _UUID4.fullmatch(item.id) is None:
        yield "the id is no UUID of version 4, as F3548-21 asks for; it was written as it is."
    if item.owner is None:
        yield "the owner is unknown; the manager was written empty."
    if item.version is None:
        yield "there is no version; 0 was written."


def _plan_losses(plan: Plan, state: str) -> Iterator[str]:
    if plan.trajectories:
        yield (
            "the path became volumes around each of its legs; volumes are checked with the minima of volumes, "
            "which are smaller than those of paths."
        )
    if plan.forecast and plan.trajectories:
        yield FORECAST_LOSS
    if not plan.state:
        yield f"there is no state; {state} was written."
    elif state != plan.state:
        yield f"the state {plan.state[:40]!r} is none of F3548-21's; {state} was written."
    lost = {
        "the label": bool(plan.label),
        "the RVSM approval": plan.rvsm is not None,
        "that it is a forecast": plan.forecast,
        "the aerodromes": bool(plan.aerodromes),
        "the gaps": bool(plan.gaps),
    }
    if any(lost.values()):
        yield f"not written: {', '.join(what for what, is_lost in lost.items() if is_lost)}."


def _volumes(volumes: Sequence[Volume4D], terrain: Terrain, losses: LossList) -> list[_Json]:
    out: list[_Json] = []
    for volume, (low_m, high_m) in zip(volumes, wgs84_spans_m(volumes, terrain), strict=True):
        if low_m is not None and high_m is not None and low_m - high_m > _SAME_LEVEL_M:
            losses.count("a floor above its ceiling, once both are over W84, written with the two changed over.")
            low_m, high_m = high_m, low_m
        levels: _Json = {}
        if (floor := _altitude(low_m, volume.lower, "floor", losses)) is not None:
            levels["altitude_lower"] = floor
        if (ceiling := _altitude(high_m, volume.upper, "ceiling", losses)) is not None:
            levels["altitude_upper"] = ceiling
        times: _Json = {}
        if volume.window.start_ns > MIN_NS:
            times["time_start"] = _time(volume.window.start_ns)
        if volume.window.end_ns < MAX_NS:
            times["time_end"] = _time(volume.window.end_ns)
        out += [{"volume": {**outline, **levels}, **times} for outline in _outlines(volume, losses)]
    return out


def _altitude(metres: float | None, level: Altitude | None, what: str, losses: LossList) -> _Json | None:
    if level is not None and (level.datum is not Datum.WGS84 or level.uncertainty):
        how = f"over {level.datum}" if level.datum is not Datum.WGS84 else "with an uncertainty"
        losses.count(f"a {what} {how}, written over W84 as {'low' if what == 'floor' else 'high'} as it may be.")
    if metres is None:
        return None
    if not LOWEST_M <= metres <= HIGHEST_M:
        losses.count(f"a {what} beyond F3548-21's bounds, written as open.")
        return None
    return {"value": metres, "reference": "W84", "units": "M"}


def _time(ns: int) -> _Json:
    return {"value": format_instant(ns), "format": "RFC3339"}


def _outlines(volume: Volume4D, losses: LossList) -> list[_Json]:
    shape = volume.footprint
    match shape:
        case Circle():
            return [_outline(shape)]
        case Polygon():
            if shape.holes:
                losses.count("a polygon with holes, written without them.")
            return [_outline(filled(shape))]
        case Corridor():
            losses.count("a corridor, written as a polygon around each leg.")
            return [_outline(part) for part in corridor_parts(shape)]
        case _:
            assert_never(shape)


def _outline(shape: Polygon | Circle) -> _Json:
    if isinstance(shape, Circle):
        center = {"lat": shape.lat_deg, "lng": shape.lng_deg}
        return {"outline_circle": {"center": center, "radius": {"value": shape.radius_m, "units": "M"}}}
    return {"outline_polygon": {"vertices": [{"lat": lat, "lng": lng} for lat, lng in shape.exterior.tolist()]}}
