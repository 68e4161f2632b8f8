"""GeoJSON geometries to shapes: longitude first as RFC 7946 says, edges as geodesics as docs/conflicts.md says.

Polygons and their multiples become rings to be checked together, points circles, lines corridors; a point or a line
without a reach is refused, and the refusal says how to give one. Heights in positions are not levels here: they are
ignored, and a note says so. Called by geojson_declaration.py and geojson_features.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Final

from sharedsky.airspace.footprint import Circle, corridor
from sharedsky.airspace.polygon_batch import PolygonBatch
from sharedsky.errors import FormatError, GeometryError
from sharedsky.formats.drafts import Shape
from sharedsky.formats.json_access import (
    JsonObject,
    as_list,
    as_number,
    describe,
    find_object,
    find_text,
    get_list,
    get_object,
    get_text,
)
from sharedsky.formats.limits import Limits

#: Names of the one coordinate system that GeoJSON has (RFC 7946, 4), as older files state it in `crs`.
_CRS84: Final = frozenset({"urn:ogc:def:crs:ogc:1.3:crs84", "urn:ogc:def:crs:ogc::crs84", "ogc:crs84", "crs84"})
_EPSG4326: Final = frozenset({"epsg:4326", "urn:ogc:def:crs:epsg::4326", "wgs84"})
_NUMBERS: Final[frozenset[type]] = frozenset({float, int})
LONGITUDE_FIRST: Final = "the file names EPSG:4326; its coordinates were read longitude first, as GeoJSON has them."
HEIGHTS_IGNORED: Final = "positions carry heights; they were ignored, levels come from the properties."


@dataclass(frozen=True, slots=True)
class Reach:
    """How far points and lines reach [m], None where the feature does not say, with the advice that then goes out."""

    radius_m: float | None
    half_width_m: float | None
    radius_advice: str
    width_advice: str


@dataclass(slots=True)
class GeometryReader:
    """Reads geometries of one document; saw_heights is set when a position had a third number."""

    rings: PolygonBatch
    limits: Limits
    saw_heights: bool = False

    def shapes(self, geometry: JsonObject, at: str, reach: Reach) -> list[Shape]:
        """The shapes of a geometry at the JSON pointer `at`.

        Raises:
            SharedskyError: what is wrong with it.
        """
        kind = get_text(geometry, "type", at)
        if kind == "GeometryCollection":
            raise GeometryError("a GeometryCollection is not read.", "Give each part as a feature with the same id.")
        inside = f"{at}/coordinates"
        parts = get_list(geometry, "coordinates", at)
        match kind:
            case "Polygon":
                return [self._polygon(parts, inside)]
            case "MultiPolygon":
                return self._each(parts, inside, "polygon", reach)
            case "Point":
                return [self._circle(parts, inside, reach)]
            case "MultiPoint":
                return self._each(parts, inside, "circle", reach)
            case "LineString":
                return [self._corridor(parts, inside, reach)]
            case "MultiLineString":
                return self._each(parts, inside, "corridor", reach)
            case _:
                raise GeometryError(f"{kind[:40]!r} is no geometry.", "Give a Polygon, LineString or Point.")

    def positions(self, points: list[object], at: str) -> list[float]:
        """Flat latitude, longitude, latitude ... [deg] of a list of positions."""
        self.limits.check("max_ring_vertices", len(points), "the vertices of the ring or line")
        flat = self._fast(points)
        if flat is None:
            flat = list(chain.from_iterable(self.position(point, f"{at}/{k}") for k, point in enumerate(points)))
        return flat

    def position(self, point: object, at: str) -> tuple[float, float]:
        """Latitude and longitude [deg] of one position."""
        numbers = as_list(point, at)
        if len(numbers) < 2:
            raise GeometryError(f"the position at {at} has fewer than two numbers.", "Give longitude and latitude.")
        self.saw_heights |= len(numbers) > 2
        return as_number(numbers[1], f"{at}/1"), as_number(numbers[0], f"{at}/0")

    def _fast(self, points: list[object]) -> list[float] | None:
        """The same for the ordinary case of lists of two numbers; None where it is not that."""
        if set(map(type, points)) != {list} or set(map(len, points)) != {2}:  # type: ignore[arg-type]
            return None
        flat: list[float] = list(chain.from_iterable(points))  # type: ignore[arg-type]
        if not _NUMBERS.issuperset(map(type, flat)):
            return None
        flat[::2], flat[1::2] = flat[1::2], flat[::2]
        try:
            return list(map(float, flat))
        except OverflowError:
            return None

    def _each(self, parts: list[object], at: str, kind: str, reach: Reach) -> list[Shape]:
        if not parts:
            raise GeometryError("the geometry has no parts.", "Give its coordinates.")
        self.limits.check("max_volumes_per_plan", len(parts), "the parts of the geometry")
        places = [(as_list(part, f"{at}/{k}"), f"{at}/{k}") for k, part in enumerate(parts)]
        if kind == "polygon":
            return [self._polygon(part, place) for part, place in places]
        if kind == "circle":
            return [self._circle(part, place, reach) for part, place in places]
        return [self._corridor(part, place, reach) for part, place in places]

    def _polygon(self, rings: list[object], at: str) -> int:
        if not rings:
            raise GeometryError("the polygon has no rings.", "Give its coordinates.")
        self.limits.check("max_holes", len(rings) - 1, "the polygon's holes")
        return self.rings.add([self.positions(as_list(ring, f"{at}/{k}"), f"{at}/{k}") for k, ring in enumerate(rings)])

    def _circle(self, point: list[object], at: str, reach: Reach) -> Circle:
        lat_deg, lng_deg = self.position(point, at)
        if reach.radius_m is None:
            raise GeometryError("a Point has no extent.", reach.radius_advice)
        return Circle(lat_deg, lng_deg, reach.radius_m)

    def _corridor(self, points: list[object], at: str, reach: Reach) -> Shape:
        flat = self.positions(points, at)
        if reach.half_width_m is None:
            raise GeometryError("a LineString has no extent.", reach.width_advice)
        return corridor(list(zip(flat[::2], flat[1::2], strict=True)), reach.half_width_m)


def check_crs(holder: JsonObject, at: str) -> str | None:
    """Refuse a coordinate system that is not WGS 84 (RFC 7946, 4); a note where the reading may surprise.

    Raises:
        FormatError: another system, or one that cannot be told.
    """
    if holder.get("crs") is None:
        return None
    crs = find_object(holder, "crs", at) or {}
    place = f"{at}/crs"
    name = ""
    if find_text(crs, "type", place) == "name":
        name = get_text(get_object(crs, "properties", place), "name", f"{place}/properties").lower()
    if name in _CRS84:
        return None
    if name in _EPSG4326:
        return LONGITUDE_FIRST
    raise FormatError(
        f"the coordinates are in {describe(name) if name else 'a system that is not named'}.",
        "GeoJSON has longitude and latitude of WGS 84: transform the file, and leave crs out.",
    )
