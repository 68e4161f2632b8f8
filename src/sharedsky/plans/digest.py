"""The digest of what a plan or zone says: where, when, at what level; the same content has the same digest.

Format, file, id, owner, version and label are left out, and so is the order of volumes: what is left is what decides a
conflict ("Identity" of docs/conflicts.md: identical content is kept once). Called by the readers, and by identity.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import assert_never

from sharedsky.airspace.altitude import Altitude
from sharedsky.airspace.footprint import Circle, Corridor, Footprint, Polygon
from sharedsky.airspace.trajectory import Trajectory
from sharedsky.airspace.volume import Volume4D
from sharedsky.plans.plan import Plan, Zone


def plan_digest(plan: Plan) -> str:
    """SHA-256, in hexadecimal, of everything in a plan that decides a conflict."""
    facts = (plan.state, plan.rvsm, plan.forecast, plan.off_nominal, plan.priority, plan.aerodromes, plan.gaps)
    return content_digest(repr(facts), plan.volumes, plan.trajectories)


def zone_digest(zone: Zone) -> str:
    """SHA-256, in hexadecimal, of everything in a zone that decides a conflict."""
    return content_digest(zone.kind.value, zone.volumes)


def content_digest(facts: str, volumes: Sequence[Volume4D], trajectories: Sequence[Trajectory] = ()) -> str:
    """SHA-256, in hexadecimal, of facts, volumes in any order, and trajectories in their order."""
    digest = hashlib.sha256(facts.encode("utf-8", "surrogatepass"))
    parts = [_volume_bytes(volume) for volume in volumes]
    for part in sorted(parts) if len(parts) > 1 else parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    for trajectory in trajectories:
        _add_trajectory(digest, trajectory)
    return digest.hexdigest()


def _volume_bytes(volume: Volume4D) -> bytes:
    head = f"{volume.window.start_ns} {volume.window.end_ns} {_level(volume.lower)} {_level(volume.upper)} "
    return head.encode() + _shape(volume.footprint)


def _level(level: Altitude | None) -> str:
    if level is None:
        return "-"
    return (
        f"{float(level.value)!r} {level.unit.value} {level.datum.value} {float(level.uncertainty)!r} "
        f"{_number(level.setting_hpa)} {_number(level.elevation_m)}"
    )


def _number(value: float | None) -> str:
    return "-" if value is None else repr(float(value))


def _shape(shape: Footprint) -> bytes:
    match shape:
        case Polygon():
            holes = [f"h{len(hole)} ".encode() + hole.tobytes() for hole in shape.holes]
            return b"".join([f"p{len(shape.exterior)} ".encode(), shape.exterior.tobytes(), *holes])
        case Circle():
            return f"c{float(shape.lat_deg)!r} {float(shape.lng_deg)!r} {float(shape.radius_m)!r}".encode()
        case Corridor():
            return f"l{shape.half_width_m!r} {len(shape.path)} ".encode() + shape.path.tobytes()
        case _:
            assert_never(shape)


def _add_trajectory(digest: hashlib._Hash, trajectory: Trajectory) -> None:
    setting = _number(trajectory.setting_hpa)
    digest.update(f"t{len(trajectory.lat_deg)} {trajectory.level_uncertainty_um} {setting}".encode())
    for array in (
        trajectory.lat_deg, trajectory.lng_deg, trajectory.early_ns, trajectory.time_ns, trajectory.late_ns,
        trajectory.lower_um, trajectory.upper_um, trajectory.lower_datum, trajectory.upper_datum, trajectory.lateral_m,
    ):  # fmt: skip
        digest.update(array.tobytes())
