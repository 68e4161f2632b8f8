"""Plans and zones to our own GeoJSON: what it can hold comes back as it was, the rest is converted outward and listed.

Each volume and each path with known times is a feature; features of one plan share its identity and say the same of it
(docs/formats/geojson.md, "Writing"). Called through geojson.write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M, Unit
from sharedsky.airspace.earth import FloatArray
from sharedsky.airspace.footprint import Circle, Corridor, Polygon
from sharedsky.airspace.time import MAX_NS, MIN_NS, format_instant
from sharedsky.airspace.trajectory import DATUMS, Trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.formats.geojson_levels import level_json
from sharedsky.formats.json_access import JsonObject
from sharedsky.formats.outward import path_volumes
from sharedsky.formats.written import FORECAST_LOSS, LossList, Written, json_bytes
from sharedsky.plans.plan import Plan, Zone

VERSION: Final = "1"


def write(plans: Sequence[Plan], zones: Sequence[Zone]) -> Written:
    """Plans and zones as a FeatureCollection of our own GeoJSON, version 1."""
    losses = LossList()
    features: list[JsonObject] = []
    for plan in plans:
        features += _plan_features(plan, losses)
        losses.finish(plan)
    for zone in zones:
        facts = _identity(zone, "zone") | {"kind": zone.kind.value}
        if zone.name:
            facts["name"] = zone.name
        features += [_volume_feature(volume, facts) for volume in zone.volumes]
        losses.finish(zone)
    data = json_bytes({"type": "FeatureCollection", "sharedsky": VERSION, "features": features})
    return Written(data, tuple(losses.losses))


def _plan_features(plan: Plan, losses: LossList) -> list[JsonObject]:
    facts = _plan_facts(plan)
    nominal = len(plan.volumes) - plan.off_nominal
    features = [_volume_feature(volume, facts) for volume in plan.volumes[:nominal]]
    off_nominal = facts | {"off_nominal": True}
    features += [_volume_feature(volume, off_nominal) for volume in plan.volumes[nominal:]]
    for path in plan.trajectories:
        if _is_known(path):
            features.append(_path_feature(path, facts))
        else:
            losses.count(
                "a path whose times or levels are spans, written as a corridor for each leg; volumes are checked with "
                "the minima of volumes, which are smaller than those of paths."
            )
            if plan.forecast:
                losses.count(FORECAST_LOSS)
            features += [_volume_feature(volume, facts) for volume in path_volumes(path)]
    return features


def _identity(item: Plan | Zone, kind: str) -> JsonObject:
    facts: JsonObject = {"id": item.id, "owner": item.owner, "type": kind}
    if item.version is not None:
        facts["version"] = item.version
    return facts


def _plan_facts(plan: Plan) -> JsonObject:
    facts = _identity(plan, "plan")
    optional: JsonObject = {
        "label": plan.label or None,
        "state": plan.state or None,
        "priority": plan.priority,
        "rvsm": plan.rvsm,
        "forecast": plan.forecast or None,
        "aerodromes": [
            {"ident": a.ident, "lat_deg": a.lat_deg, "lng_deg": a.lng_deg, "elevation_ft": a.elevation_ft}
            for a in plan.aerodromes
        ]
        or None,
        "gaps": [[format_instant(start), format_instant(end)] for start, end in plan.gaps] or None,
    }
    return facts | {name: value for name, value in optional.items() if value is not None}


def _feature(geometry: JsonObject, properties: JsonObject) -> JsonObject:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _volume_feature(volume: Volume4D, facts: JsonObject) -> JsonObject:
    geometry, reach = _geometry(volume)
    window = volume.window
    own: JsonObject = {
        "lower": level_json(volume.lower, "lower"),
        "upper": level_json(volume.upper, "upper"),
        "start": format_instant(window.start_ns) if window.start_ns > MIN_NS else None,
        "end": format_instant(window.end_ns) if window.end_ns < MAX_NS else None,
    }
    return _feature(geometry, facts | own | reach)


def _geometry(volume: Volume4D) -> tuple[JsonObject, JsonObject]:
    """The geometry of a volume, and the property that says how far it reaches."""
    shape = volume.footprint
    match shape:
        case Polygon():
            rings = [_positions(np.vstack([ring, ring[:1]])) for ring in (shape.exterior, *shape.holes)]
            return {"type": "Polygon", "coordinates": rings}, {}
        case Circle():
            return {"type": "Point", "coordinates": [shape.lng_deg, shape.lat_deg]}, {"radius_m": shape.radius_m}
        case Corridor():
            return {"type": "LineString", "coordinates": _positions(shape.path)}, {"half_width_m": shape.half_width_m}
        case _:
            assert_never(shape)


def _positions(points: FloatArray) -> object:
    return points[:, ::-1].tolist()


def _is_known(path: Trajectory) -> bool:
    """Whether place, time and level are known at each point, over one datum."""
    return bool(
        (path.early_ns == path.time_ns).all()
        and (path.late_ns == path.time_ns).all()
        and (path.lower_um == path.upper_um).all()
        and (path.lower_um[1:, 0] == path.lower_um[:-1, 1]).all()
        and (path.lower_datum == path.lower_datum[0]).all()
        and (path.upper_datum == path.lower_datum[0]).all()
    )


def _path_feature(path: Trajectory, facts: JsonObject) -> JsonObject:
    um = np.append(path.lower_um[:, 0], path.lower_um[-1:, 1])
    levels: JsonObject = {
        "values": (um / UM_PER_M).tolist(),
        "unit": Unit.M.value,
        "datum": DATUMS[int(path.lower_datum[0])].value,
    }
    if path.level_uncertainty_um:
        levels["uncertainty"] = path.level_uncertainty_um / UM_PER_M
    if path.setting_hpa is not None:
        levels["qnh_hpa"] = path.setting_hpa
    own: JsonObject = {"times": [format_instant(ns) for ns in path.time_ns.tolist()], "levels": levels}
    if path.lateral_m.any():
        same = (path.lateral_m == path.lateral_m[0]).all()
        own["lateral_m"] = float(path.lateral_m[0]) if same else path.lateral_m.tolist()
    points = np.stack([path.lat_deg, path.lng_deg], axis=1)
    return _feature({"type": "LineString", "coordinates": _positions(points)}, facts | own)
