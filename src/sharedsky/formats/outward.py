"""Shapes made into simpler ones that contain them, for formats that hold less: never smaller, to the last centimetre.

Corridors become polygons around each leg, paths become corridors with all that is uncertain in them, holes are filled,
levels of any datum become spans above the WGS 84 ellipsoid (docs/formats/f3548.md, "Writing"). Called by the writers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from sharedsky.airspace.altitude import UM_PER_M, Altitude, Datum, Unit
from sharedsky.airspace.datums import OPEN_UM, UNKNOWN_TERRAIN, altitude_bounds
from sharedsky.airspace.earth import MIN_RADIUS_M, FloatArray, direct, inverse
from sharedsky.airspace.footprint import Circle, Corridor, Polygon, corridor, polygon
from sharedsky.airspace.places import places_of
from sharedsky.airspace.shapes import shapes_of
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.time import TimeWindow
from sharedsky.airspace.trajectory import DATUMS, Trajectory
from sharedsky.airspace.volume import Volume4D

#: The reach that a path without any is given [m], since a corridor has a width.
LEAST_REACH_M: Final = 1.0
#: A leg no longer than this is a point [m].
_POINT_M: Final = 0.001
#: Legs longer than this are cut [m], so that a polygon around one is nearly straight.
_LONGEST_LEG_M: Final = 250_000.0
#: Vertices of a polygon around each end of a leg; its corners stick out by 0.9 % of the reach.
_CAP_VERTICES: Final = 12
#: What the ellipsoid may take from a polygon built by the sphere: measured below 1e-4 of the reach up to 1,000 km.
_MARGIN_SHARE: Final = 1e-3
_MARGIN_M: Final = 0.02


def corridor_parts(shape: Corridor) -> list[Polygon | Circle]:
    """Shapes that together contain a corridor: a polygon around each leg, or piece of a long leg; a circle if tiny."""
    out: list[Polygon | Circle] = []
    for start, end in pairwise(shape.path):
        points = _cut(start, end)
        out += [_around(a, b, shape.half_width_m) for a, b in pairwise(points)]
    return out


def path_volumes(path: Trajectory) -> list[Volume4D]:
    """Volumes that together contain a trajectory: one for each leg, with its reach, its levels and all its times."""
    out = []
    for k in range(len(path.lat_deg) - 1):
        window = TimeWindow(int(path.early_ns[k]), int(path.late_ns[k + 1]))
        lower = _leg_level(path, int(path.lower_um[k].min()), int(path.lower_datum[k]))
        upper = _leg_level(path, int(path.upper_um[k].max()), int(path.upper_datum[k]))
        ends = np.stack([path.lat_deg[k : k + 2], path.lng_deg[k : k + 2]], axis=1)
        reach_m = max(float(path.lateral_m[k]), LEAST_REACH_M)
        points = _cut(ends[0], ends[1])
        out += [Volume4D(_reached(np.stack(piece), reach_m), lower, upper, window) for piece in pairwise(points)]
    return out


def filled(shape: Polygon) -> Polygon:
    """The polygon without its holes."""
    return Polygon(shape.exterior)


def wgs84_spans_m(
    volumes: Sequence[Volume4D], terrain: Terrain = UNKNOWN_TERRAIN
) -> list[tuple[float | None, float | None]]:
    """For each volume the lowest floor and highest ceiling that are possible [m above WGS 84]; None is open.

    A floor over one datum and a ceiling over another may leave nothing between them: then the floor is the higher one.
    """
    if all(_plain(volume.lower) and _plain(volume.upper) for volume in volumes):
        return [(_metres(volume.lower, 0), _metres(volume.upper, 1)) for volume in volumes]
    places = places_of(shapes_of([volume.footprint for volume in volumes]))
    floors = altitude_bounds([volume.lower for volume in volumes], -OPEN_UM, places, terrain).world_lo
    ceilings = altitude_bounds([volume.upper for volume in volumes], OPEN_UM, places, terrain).world_hi
    return [
        (
            _metres(volume.lower, 0) if _plain(volume.lower) else None if low <= -OPEN_UM else low / UM_PER_M,
            _metres(volume.upper, 1) if _plain(volume.upper) else high / UM_PER_M,
        )
        for volume, low, high in zip(volumes, floors.tolist(), ceilings.tolist(), strict=True)
    ]


def _plain(level: Altitude | None) -> bool:
    return level is None or level.datum is Datum.WGS84


def _metres(level: Altitude | None, side: int) -> float | None:
    """A level over WGS 84 in metres, its lower (0) or upper (1) bound; as it was written where it is in metres."""
    if level is None:
        return None
    if level.unit is Unit.M and not level.uncertainty:
        return level.value
    return level.bounds_um()[side] / UM_PER_M


def _leg_level(path: Trajectory, um: int, datum: int) -> Altitude:
    setting = path.setting_hpa if DATUMS[datum] is Datum.QNH else None
    return Altitude(um / UM_PER_M, Unit.M, DATUMS[datum], path.level_uncertainty_um / UM_PER_M, setting)


def _reached(ends: FloatArray, reach_m: float) -> Circle | Corridor:
    if _length_m(ends[0], ends[1]) <= _POINT_M:  # the aircraft hovers
        return _circle(ends[0], ends[1], reach_m)
    return corridor(ends, reach_m)


def _length_m(start: FloatArray, end: FloatArray) -> float:
    return float(inverse(start[0], start[1], end[0], end[1])[1][0])


def _circle(start: FloatArray, end: FloatArray, reach_m: float) -> Circle:
    return Circle(float(start[0]), float(start[1]), reach_m + _length_m(start, end))


def _cut(start: FloatArray, end: FloatArray) -> FloatArray:
    """A leg's ends (n, 2), with points between them where it is longer than _LONGEST_LEG_M."""
    azimuth, length = inverse(start[0], start[1], end[0], end[1])
    pieces = max(1, int(np.ceil(length[0] / _LONGEST_LEG_M)))
    if pieces == 1:
        return np.stack([start, end])
    lat, lng = direct(start[0], start[1], azimuth[0], length[0] * np.arange(1, pieces) / pieces)
    return np.vstack([start, np.stack([lat, lng], axis=1), end])


def _around(start: FloatArray, end: FloatArray, reach_m: float) -> Polygon | Circle:
    """A shape that contains all points within reach_m of a geodesic of up to _LONGEST_LEG_M.

    Its sides touch the reach: on a sphere the vertices of a polygon around a cap of radius r lie at
    atan(tan(r) / cos(half a step)), and a great circle between two points beside a path bends away from it.
    """
    if _length_m(start, end) <= _POINT_M:  # too short to have a direction
        return _circle(start, end, reach_m)
    angle = (reach_m * (1 + _MARGIN_SHARE + reach_m / 1e8) + _MARGIN_M) / MIN_RADIUS_M
    step = np.pi / _CAP_VERTICES
    radius_m = np.arctan(np.tan(angle) / np.cos(step / 2)) * MIN_RADIUS_M
    turns = np.degrees(step * (np.arange(_CAP_VERTICES) + 0.5)) - 90.0
    ahead, _ = inverse(start[0], start[1], end[0], end[1])
    back, _ = inverse(end[0], end[1], start[0], start[1])
    first = np.stack(direct(start[0], start[1], ahead[0] + 180.0 + turns, radius_m), axis=1)
    last = np.stack(direct(end[0], end[1], back[0] + 180.0 + turns, radius_m), axis=1)
    return polygon(np.vstack([last, first]), check=False)
