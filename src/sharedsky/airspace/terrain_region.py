"""One region of the terrain table, and its shape on a chart of latitudes and longitudes.

A box follows parallels and meridians; a polygon's edges are geodesics, as everywhere (docs/conflicts.md, "Geometry"),
and are cut until straight lines on the chart lie within 1 cm of them. Called by terrain.py and terrain_table.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from sharedsky.airspace.earth import GEOD, MIN_RADIUS_M, FloatArray, direct
from sharedsky.airspace.footprint import Polygon
from sharedsky.errors import GeometryError

#: A polygon may not reach nearer to a pole than this [deg]: there the chart is of no use. Boxes may.
MAX_POLYGON_LAT_DEG: Final = 85.0
#: Points that a polygon's edges may be cut into.
MAX_CUTS: Final = 1_000_000
#: How far a cut edge may lie from the geodesic [m].
_WITHIN_M: Final = 0.01


@dataclass(frozen=True, slots=True)
class Box:
    """Between two parallels and two meridians [deg]; west > east reaches across the antimeridian.

    Raises:
        GeometryError: NaN, off the globe, or without area.
    """

    south_deg: float
    west_deg: float
    north_deg: float
    east_deg: float

    def __post_init__(self) -> None:
        if not (-90 <= self.south_deg < self.north_deg <= 90):
            raise GeometryError("a box needs -90 <= south < north <= 90.", "Write it as [south, west, north, east].")
        if not (abs(self.west_deg) <= 180 and abs(self.east_deg) <= 180 and self.west_deg != self.east_deg):
            raise GeometryError("a box needs west and east from -180 to 180, not alike.", "Correct them.")


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Ground elevations within a shape.

    name: what the user calls it. shape: a box, or a polygon without holes below MAX_POLYGON_LAT_DEG.
    lowest_m, highest_m: of all ground and obstacles that the user counts as ground [m above mean sea level].
    source: where the figures are from.

    Raises:
        GeometryError: a polygon that reaches too near to a pole, or is too long to be cut finely enough.
    """

    name: str
    shape: Box | Polygon
    lowest_m: float
    highest_m: float
    source: str

    def __post_init__(self) -> None:
        if isinstance(self.shape, Polygon):
            chart_pieces(self)


def chart_pieces(region: Region) -> list[Any]:
    """The region as shapely polygons with x = longitude, y = latitude [deg], cut at the antimeridian."""
    match region.shape:
        case Box(south, west, north, east):
            spans = [(west, east)] if west < east else [(west, 180.0), (-180.0, east)]
            return [shapely.box(left, south, right, north) for left, right in spans if left < right]
        case Polygon(exterior):
            return _polygon_pieces(exterior)


def _polygon_pieces(ring: FloatArray) -> list[Any]:
    lat, lng = _cut(ring)
    if np.abs(lat).max() > MAX_POLYGON_LAT_DEG:
        raise GeometryError(
            f"a polygon reaches nearer to a pole than {MAX_POLYGON_LAT_DEG:g} degrees.", "Use a box there."
        )
    unrolled = np.unwrap(np.append(lng, lng[0]), period=360.0)
    if abs(unrolled[-1] - unrolled[0]) > 1:
        raise GeometryError("a polygon goes round a pole.", "Use a box from -180 to 180 there.")
    whole = shapely.Polygon(np.column_stack([unrolled[:-1], lat]))
    shifted = (shapely.transform(whole, lambda xy, by=by: xy + np.array([by, 0.0])) for by in (-360.0, 0.0, 360.0))
    inside = [shapely.intersection(shape, shapely.box(-180, -90, 180, 90)) for shape in shifted]
    parts = [part for shape in inside for part in shapely.get_parts(shape)]
    return [part for part in parts if shapely.get_dimensions(part) == 2]


def _cut(ring: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Latitudes and longitudes along a ring's geodesics, near enough to one another for _WITHIN_M on the chart.

    On the chart a straight line between points d apart at latitude phi leaves the geodesic by d^2 tan(phi) / 8R, and
    along a meridian not at all.
    """
    start, end = ring, np.roll(ring, -1, axis=0)
    azimuth, _, length = GEOD.inv(start[:, 1], start[:, 0], end[:, 1], end[:, 0])
    steepest = math.tan(math.radians(MAX_POLYGON_LAT_DEG))
    step_m = math.sqrt(8 * MIN_RADIUS_M * _WITHIN_M / steepest)
    pieces = np.maximum(1, np.ceil(np.asarray(length) / step_m).astype(np.int64))
    if pieces.sum() > MAX_CUTS:
        raise GeometryError(
            f"a polygon's edges are longer than {MAX_CUTS * step_m / 1000:,.0f} km.", "Split it, or use a box."
        )
    edge = np.repeat(np.arange(len(ring)), pieces)
    at = np.arange(len(edge)) - (np.cumsum(pieces) - pieces)[edge]
    lat, lng = direct(start[edge, 0], start[edge, 1], azimuth[edge], np.asarray(length)[edge] * at / pieces[edge])
    corner = at == 0
    lat[corner], lng[corner] = start[:, 0], start[:, 1]
    return lat, lng
