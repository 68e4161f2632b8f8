"""The zoo: the shared corpus of shapes on which every predicate is tried, with pairs whose truth was reasoned out.

`ROOMS` holds the shapes by place: shapes of different rooms lie far apart and never meet. `EXPECTED` holds pairs within
a room whose answer follows from the reason beside it, without any geometry library; `SAME` holds several ways to write
one shape. Shapes are built on meridians and the equator where an exact distance is needed: these are geodesics, and
along them distances are known in closed form.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from sharedsky.airspace.footprint import Circle, Footprint, Polygon, corridor, polygon

A_M: Final = 6_378_137.0  #: semi-major axis of WGS 84: along the equator a degree is A_M * pi / 180
E2: Final = 0.006694379990141316  #: eccentricity squared of WGS 84


def metres_per_radian_north(lat_deg: float) -> float:
    """The meridian's radius of curvature [m]."""
    return float(A_M * (1 - E2) / (1 - E2 * math.sin(math.radians(lat_deg)) ** 2) ** 1.5)


def metres_per_radian_east(lat_deg: float) -> float:
    """The radius [m] of the parallel."""
    lat = math.radians(lat_deg)
    return A_M / math.sqrt(1 - E2 * math.sin(lat) ** 2) * math.cos(lat)


def north_deg(lat_deg: float, metres: float) -> float:
    """Degrees of latitude of a short way north."""
    return math.degrees(metres / metres_per_radian_north(lat_deg))


def east_deg(lat_deg: float, metres: float) -> float:
    """Degrees of longitude of a short way east."""
    return math.degrees(metres / metres_per_radian_east(lat_deg))


def box(
    south: float, north: float, west: float, east: float, holes: Iterable[list[tuple[float, float]]] = ()
) -> Polygon:
    """A polygon with four corners, edges west and east on meridians."""
    return polygon(box_ring(south, north, west, east), holes)


def box_ring(south: float, north: float, west: float, east: float) -> list[tuple[float, float]]:
    """Its ring."""
    return [(south, west), (south, east), (north, east), (north, west)]


def local(lat_deg: float, lng_deg: float, xy_m: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Places a few kilometres around (lat, lng) from (east, north) in metres, good to a metre or so."""
    return [(lat_deg + north_deg(lat_deg, y), lng_deg + east_deg(lat_deg, x)) for x, y in xy_m]


def ring_around(lat_deg: float, lngs: Iterable[float]) -> list[tuple[float, float]]:
    """Vertices on one parallel."""
    return [(lat_deg, lng) for lng in lngs]


def _star(points: int, outer_m: float, inner_m: float) -> list[tuple[float, float]]:
    radii = (outer_m, inner_m)
    angles = (math.pi * k / points for k in range(2 * points))
    return [(radii[k % 2] * math.sin(a), radii[k % 2] * math.cos(a)) for k, a in enumerate(angles)]


def _spiral(turns: float, pitch_m: float, wall_m: float, steps: int = 90) -> list[tuple[float, float]]:
    """A wall wound outward: its radius grows by pitch_m a turn, starting at pitch_m, and it is wall_m thick."""
    angles = [2 * math.pi * turns * k / steps for k in range(steps + 1)]
    inner = [(pitch_m * (1 + a / (2 * math.pi)), a) for a in angles]
    outer = [(radius + wall_m, a) for radius, a in reversed(inner)]
    return [(radius * math.sin(a), radius * math.cos(a)) for radius, a in (*inner, *outer)]


_DEG_M = A_M * math.pi / 180  # a degree of the equator

_SQUARE = box_ring(47.0, 47.001, 8.0, 8.001)
_SQUARES: dict[str, Footprint] = {
    "square": polygon(_SQUARE),
    "square_closed": polygon([*_SQUARE, _SQUARE[0]]),
    "square_repeats": polygon([v for v in _SQUARE for _ in range(3)]),
    "square_reversed": polygon(_SQUARE[::-1]),
    "square_rotated": polygon(_SQUARE[2:] + _SQUARE[:2]),
    "square_east": box(47.0, 47.001, 8.001, 8.002),
    "square_north_east": box(47.001, 47.002, 8.001, 8.002),
    "vertex_on_edge": polygon([(47.0005, 8.0), (47.0003, 7.9995), (47.0007, 7.9995)]),
    "triangle_1m": polygon(local(47.0005, 8.0005, [(-0.5, 0), (0.5, 0), (0, 0.866)])),
    "triangle_1m_away": polygon(local(47.0005, 8.0025, [(-0.5, 0), (0.5, 0), (0, 0.866)])),
    "sliver_across": polygon(local(47.0005, 8.0005, [(-500, 0), (500, 0.002), (500, 0)])),
    "sliver_beside": polygon(local(47.0005, 8.003, [(0, -500), (0.002, 500), (0, 500)])),
    "square_around": box(46.99, 47.01, 7.99, 8.01),
}
# The two meridians come closest at their northern end.
_GAP_WEST = 9.001
_GAPS: dict[str, Footprint] = {
    "gap_west": box(47.0, 47.001, 9.0, _GAP_WEST),
    "gap_5mm": box(47.0, 47.001, _GAP_WEST + east_deg(47.001, 0.005), 9.002),
    "gap_2cm": box(47.0, 47.001, _GAP_WEST + east_deg(47.001, 0.02), 9.002),
}
_U = [(-500, 500), (-500, -500), (500, -500), (500, 500), (400, 500), (400, -400), (-400, -400), (-400, 500)]
_NOTCH = (900 * math.sin(math.pi / 5), 900 * math.cos(math.pi / 5))
_CONCAVE: dict[str, Footprint] = {
    "star": polygon(local(50, 10, _star(5, 1000, 400))),
    "star_notch": Circle(*local(50, 10, [_NOTCH])[0], 60),
    "star_ray": Circle(*local(50, 10, [(0, 900)])[0], 10),
    "u": polygon(local(50, 10.1, _U)),
    "u_mouth": polygon(local(50, 10.1, [(-300, -300), (300, -300), (300, 600), (-300, 600)])),
    "u_bar": corridor(local(50, 10.1, [(-600, 0), (600, 0)]), 5),
    "u_floor": polygon(local(50, 10.1, [(-100, -450), (100, -450), (0, 0)])),
    "spiral": polygon(local(50, 10.2, _spiral(3, 200, 60))),
    "spiral_channel": Circle(*local(50, 10.2, [(0, 330)])[0], 50),
    "spiral_wall": Circle(*local(50, 10.2, [(0, 430)])[0], 1),
    "spiral_eye": Circle(50, 10.2, 100),
}
_HOLE = box_ring(-0.01, 0.01, 29.99, 30.01)
_TO_HOLE_EDGE_M = math.radians(0.01) * metres_per_radian_north(0.005)
_HOLES: dict[str, Footprint] = {
    "frame": box(-0.02, 0.02, 29.98, 30.02, [_HOLE]),
    "frame_hole_reversed": box(-0.02, 0.02, 29.98, 30.02, [_HOLE[::-1]]),
    "in_hole": box(-0.005, 0.005, 29.995, 30.005),
    "in_hole_touching": polygon([(0.0, 29.99), (-0.003, 29.995), (0.003, 29.995)]),
    "fills_hole": polygon(_HOLE),
    "circle_in_hole": Circle(0.0, 30.0, _TO_HOLE_EDGE_M - 0.02),
    "circle_touching_hole": Circle(0.0, 30.0, _TO_HOLE_EDGE_M),
    "on_frame": Circle(0.015, 30.0, 10),
    "covers_frame": box(-0.03, 0.03, 29.97, 30.03),
    "beside_frame": box(-0.02, 0.02, 30.03, 30.04),
    "corridor_in_hole": corridor([(0.0, 29.992), (0.004, 30.0), (0.0, 30.008)], 150),
}
_ANTIMERIDIAN: dict[str, Footprint] = {
    "am_east_first": polygon([(-1, 179), (-1, -179), (1, -179), (1, 179)]),
    "am_west_first": polygon([(1, -179), (1, 179), (-1, 179), (-1, -179)]),
    "am_to_plus_180": box(-1, 1, 179.5, 180),
    "am_to_minus_180": box(-1, 1, 179.5, -180),
    "am_from_minus_180": box(-1, 1, -180, -179.5),
    "am_from_plus_180": box(-1, 1, 180, -179.5),
    "am_circle": Circle(0, 179.99, 5_000),
    "am_circle_at_180": Circle(0, 180, 5_000),
    "am_circle_at_minus_180": Circle(0, -180, 5_000),
    "am_reached_by_circle": box(-0.01, 0.01, -179.98, -179.97),
    "am_not_reached": box(-0.01, 0.01, -179.96, -179.95),
    "am_corridor": corridor([(0.5, 179.9), (0.5, -179.9)], 500),
    "am_corridor_end": Circle(0.5, -179.9, 100),
    "am_beyond": box(-0.1, 0.1, -178.9, -178.8),
    "am_hole": box(-1, 1, 179, -179, [box_ring(-0.5, 0.5, 179.5, -179.5)]),
}
_POLE_CIRCLE_M = math.radians(0.1) * metres_per_radian_north(89.95)
_HEXAGON = (0, 60, 120, 180, -120, -60)
_NORTH: dict[str, Footprint] = {
    "np_ring": polygon(ring_around(85, (-120, 0, 120))),
    "np_vertex": polygon([(90, 0), (89, 30), (89, 60)]),
    "np_vertex_other_longitude": polygon([(90, -123.4), (89, 30), (89, 60)]),
    "np_touching": polygon([(90, 0), (89, -150), (89, -120)]),
    "np_edge_through": polygon([(89, 0), (89, 180), (88, 90)]),
    "np_other_side": polygon([(89.5, -100), (89.5, -80), (89.2, -90)]),
    "np_circle": Circle(89.9, 0, 100_000),
    "np_circle_short": Circle(89.9, 0, _POLE_CIRCLE_M - 1000),
    "np_circle_to_pole": Circle(89.9, 0, _POLE_CIRCLE_M),
    "np_corridor_over": corridor([(89, 10), (89, -170)], 100),
    "np_corridor_beside": corridor([(89.98, -60), (89.98, -90), (89.98, -120)], 100),
    "np_annulus": polygon(ring_around(88, _HEXAGON), [ring_around(89, _HEXAGON)]),
    "np_in_annulus": polygon(ring_around(89.9, (10, 130, -110))),
    "np_at_pole": Circle(90, 45, 1),
}
_SOUTH: dict[str, Footprint] = {
    "sp_ring": polygon(ring_around(-80, _HEXAGON)),
    "sp_ring_backwards": polygon(ring_around(-80, _HEXAGON[::-1])),
    "sp_inside": Circle(-90, 0, 1_000),
    "sp_outside": box(-76, -75, 10, 11),
    "sp_vertex": polygon([(-90, 77), (-89, 170), (-89, -170)]),
    "sp_vertex_opposite": polygon([(-90, 0), (-89, -20), (-89, 20)]),
}
# A geodesic between two places at 45 N, 38 degrees apart, is highest in the middle: on a sphere tan(lat) = 1 / cos 19.
_BAND_TOP = math.degrees(math.atan(1 / math.cos(math.radians(19))))
_BAND: dict[str, Footprint] = {
    "band": box(45.0, 45.01, -170, -132),
    "band_corridor": corridor([(45.005, -170), (45.005, -132)], 500),
    "band_on_parallel": Circle(45.005, -151, 1_000),
    "band_on_geodesic": Circle(_BAND_TOP, -151, 6_000),
    "band_end": Circle(45.005, -170.0, 100),
}


def _bulge(
    lat: float, lng: float, prefix: str, in_bulge_m: float, beyond_m: float, radius_m: float
) -> dict[str, Footprint]:
    """Two areas that share an edge 100 km long from west to east; the geodesic runs north of the parallel."""
    west, east = lng - east_deg(lat, 50_000), lng + east_deg(lat, 50_000)
    return {
        f"{prefix}_south_of_edge": box(lat - 0.1, lat, west, east),
        f"{prefix}_north_of_edge": box(lat, lat + 0.1, west, east),
        f"{prefix}_in": Circle(lat + north_deg(lat, in_bulge_m), lng, radius_m),
        f"{prefix}_beyond": Circle(lat + north_deg(lat, beyond_m), lng, radius_m),
    }


_BULGES_47 = _bulge(47.0, 20.0, "bulge47", 100, 300, 50)
_BULGES_80 = _bulge(80.0, 20.0, "bulge80", 500, 1_300, 100)


def _along_equator(lng: float, metres: float) -> float:
    return lng + metres / _DEG_M


_CIRCLES: dict[str, Footprint] = {
    "circle_1m": Circle(0, -30, 1),
    "circle_500m": Circle(0, -30, 500),
    "circle_touching": Circle(0, _along_equator(-30, 800), 300),
    "circle_5mm_apart": Circle(0, _along_equator(-30, 800.005), 300),
    "circle_2cm_apart": Circle(0, _along_equator(-30, 800.02), 300),
    "circle_100m_apart": Circle(0, _along_equator(-30, 900), 300),
    "circle_100km": Circle(0, -30, 100_000),
    "circle_100km_touching": Circle(0, _along_equator(-30, 150_000), 50_000),
    "circle_100km_2cm_apart": Circle(0, _along_equator(-30, 150_000.02), 50_000),
    "square_in_circle": box(-0.001, 0.001, -30.001, -29.999),
}
_CORRIDORS: dict[str, Footprint] = {
    "straight": corridor([(0, 100), (0, 100.1)], 200),
    "straight_backwards": corridor([(0, 100.1), (0, 100), (0, 100)], 200),
    "straight_end_touching": Circle(0, _along_equator(100.1, 250), 50),
    "straight_corner": Circle(*local(0, 100.1, [(180, 180)])[0], 50),
    "straight_side": Circle(north_deg(0, 249), 100.05, 50),
    "straight_side_apart": Circle(north_deg(0, 250.5), 100.05, 50),
    "bent": corridor(local(0.2, 100, [(0, 0), (5000, 0), (5000, 5000)]), 100),
    "bent_inside": Circle(*local(0.2, 100, [(4000, 1000)])[0], 500),
    "bent_corner": Circle(*local(0.2, 100, [(5080, -80)])[0], 20),
    "loop": corridor(local(0.4, 100, [(-3000, 0), (3000, 0), (3000, 3000), (0, 3000), (0, -3000)]), 100),
    "loop_crossing": Circle(0.4, 100, 10),
    "loop_inside": Circle(*local(0.4, 100, [(1500, 1500)])[0], 1_000),
}
_LONE: dict[str, Footprint] = {"null_island": box(-0.5, 0.5, -0.5, 0.5)}
_ANYWHERE: dict[str, Footprint] = {"huge": polygon(ring_around(25, range(-180, 180, 20)))}

#: Shapes by place; shapes of different rooms do not meet. Those of "anywhere" may meet shapes of every room.
ROOMS: Final[Mapping[str, Mapping[str, Footprint]]] = MappingProxyType(
    {
        "squares": MappingProxyType(_SQUARES),
        "gaps": MappingProxyType(_GAPS),
        "concave": MappingProxyType(_CONCAVE),
        "holes": MappingProxyType(_HOLES),
        "antimeridian": MappingProxyType(_ANTIMERIDIAN),
        "north pole": MappingProxyType(_NORTH),
        "south pole": MappingProxyType(_SOUTH),
        "band": MappingProxyType(_BAND),
        "bulge at 47 N": MappingProxyType(_BULGES_47),
        "bulge at 80 N": MappingProxyType(_BULGES_80),
        "circles": MappingProxyType(_CIRCLES),
        "corridors": MappingProxyType(_CORRIDORS),
        "lone": MappingProxyType(_LONE),
        "anywhere": MappingProxyType(_ANYWHERE),
    }
)
#: Every shape by name.
ZOO: Final[Mapping[str, Footprint]] = MappingProxyType({n: s for room in ROOMS.values() for n, s in room.items()})


class Pair(NamedTuple):
    """Two shapes, whether they meet (or lie within reach_m [m] of each other), and the reason."""

    a: str
    b: str
    meets: bool
    why: str
    reach_m: float = 0.0


EXPECTED: Final[tuple[Pair, ...]] = (
    Pair("square", "square_east", True, "a shared edge: closed sets touch"),
    Pair("square", "square_north_east", True, "a shared vertex"),
    Pair("square_east", "square_north_east", True, "a shared edge from west to east, the same geodesic"),
    Pair("square", "vertex_on_edge", True, "a vertex on a meridian edge"),
    Pair("square_east", "vertex_on_edge", False, "76 m apart"),
    Pair("square_east", "vertex_on_edge", True, "76 m apart", 77.0),
    Pair("square_east", "vertex_on_edge", False, "76 m apart", 75.0),
    Pair("square", "triangle_1m", True, "contained"),
    Pair("square", "triangle_1m_away", False, "some 114 m east"),
    Pair("square", "sliver_across", True, "a needle 2 mm wide right across"),
    Pair("triangle_1m", "sliver_across", True, "the needle runs through it"),
    Pair("square", "sliver_beside", False, "a needle 150 m east"),
    Pair("sliver_across", "sliver_beside", True, "8.003 is 190 m east of 8.0005, and the needle 500 m long"),
    Pair("square_around", "square", True, "contained"),
    Pair("square_around", "triangle_1m", True, "contained"),
    Pair("gap_west", "gap_5mm", True, "5 mm apart: within the numerical error, never clear"),
    Pair("gap_west", "gap_2cm", False, "2 cm apart: beyond the numerical error"),
    Pair("gap_west", "gap_2cm", True, "2 cm apart", 0.025),
    Pair("star", "star_notch", False, "between two rays"),
    Pair("star", "star_ray", True, "in a ray"),
    Pair("u", "u_mouth", False, "in the mouth, 100 m from each wall"),
    Pair("u", "u_mouth", False, "in the mouth, 100 m from each wall", 99.0),
    Pair("u", "u_mouth", True, "in the mouth, 100 m from each wall", 101.0),
    Pair("u", "u_bar", True, "through both arms"),
    Pair("u_mouth", "u_bar", True, "across the mouth"),
    Pair("u", "u_floor", True, "starts in the floor"),
    Pair("spiral", "spiral_channel", False, "in the channel between two turns: walls at 200-260 and 400-460 m north"),
    Pair("spiral", "spiral_wall", True, "in the wall at 400-460 m north"),
    Pair("spiral", "spiral_eye", False, "in the eye: the wall starts at 200 m"),
    Pair("frame", "in_hole", False, "inside the hole, not touching"),
    Pair("frame_hole_reversed", "in_hole", False, "direction of travel has no meaning"),
    Pair("frame", "in_hole_touching", True, "touches the hole's western edge with a vertex"),
    Pair("frame", "fills_hole", True, "shares the hole's whole edge"),
    Pair("frame", "circle_in_hole", False, "2 cm inside the hole's edge"),
    Pair("frame", "circle_touching_hole", True, "reaches the hole's northern edge exactly"),
    Pair("frame", "corridor_in_hole", False, "stays within the hole"),
    Pair("frame", "on_frame", True, "on the solid part"),
    Pair("in_hole", "on_frame", False, "a kilometre apart"),
    Pair("frame", "covers_frame", True, "contains it"),
    Pair("in_hole", "covers_frame", True, "contains it, the hole is not its own"),
    Pair("frame", "beside_frame", False, "a kilometre east"),
    Pair("in_hole", "circle_in_hole", True, "same middle"),
    Pair("am_east_first", "am_west_first", True, "one shape, written twice"),
    Pair("am_to_plus_180", "am_from_minus_180", True, "180 is -180: a shared edge"),
    Pair("am_to_plus_180", "am_from_plus_180", True, "a shared edge"),
    Pair("am_to_minus_180", "am_from_minus_180", True, "a shared edge"),
    Pair("am_east_first", "am_to_plus_180", True, "contained"),
    Pair("am_east_first", "am_from_minus_180", True, "contained"),
    Pair("am_circle", "am_reached_by_circle", True, "3.3 km from 179.99 to -179.98"),
    Pair("am_circle", "am_not_reached", False, "5.6 km from 179.99 to -179.96"),
    Pair("am_circle_at_180", "am_circle_at_minus_180", True, "one circle, written twice"),
    Pair("am_circle_at_minus_180", "am_reached_by_circle", True, "2.2 km"),
    Pair("am_circle_at_180", "am_not_reached", True, "4.5 km"),
    Pair("am_corridor", "am_corridor_end", True, "at its end"),
    Pair("am_corridor", "am_to_plus_180", True, "through it"),
    Pair("am_corridor", "am_circle", False, "50 km north"),
    Pair("am_east_first", "am_beyond", False, "the ring ends at -179"),
    Pair("am_hole", "am_circle", False, "within the hole"),
    Pair("am_hole", "am_corridor", True, "along the hole's northern edge, which its half-width reaches"),
    Pair("np_ring", "np_at_pole", True, "the pole is inside: all three edges pass it on their own side"),
    Pair("np_ring", "np_vertex", True, "contained"),
    Pair("np_vertex", "np_touching", True, "the pole is a vertex of both"),
    Pair("np_vertex_other_longitude", "np_touching", True, "a pole has any longitude"),
    Pair("np_vertex", "np_at_pole", True, "the pole is a vertex"),
    Pair("np_edge_through", "np_at_pole", True, "an edge from 0 to 180 runs over the pole"),
    Pair("np_edge_through", "np_touching", True, "the edge runs over the pole, which is a vertex"),
    Pair("np_edge_through", "np_other_side", False, "inside is the side of 90 E"),
    Pair("np_circle", "np_at_pole", True, "the pole is 11 km from its centre"),
    Pair("np_circle", "np_other_side", True, "57 km from the centre"),
    Pair("np_circle_short", "np_at_pole", False, "ends a kilometre before the pole"),
    Pair("np_circle_short", "np_touching", False, "whose nearest point is the pole"),
    Pair("np_circle_to_pole", "np_touching", True, "reaches the pole exactly"),
    Pair("np_corridor_over", "np_at_pole", True, "over the pole"),
    Pair("np_corridor_beside", "np_at_pole", False, "some 2 km beside the pole"),
    Pair("np_annulus", "np_in_annulus", False, "in the hole around the pole"),
    Pair("np_annulus", "np_at_pole", False, "in the hole around the pole"),
    Pair("np_annulus", "np_corridor_over", True, "ends at 89 N, north of which the edge of the hole runs"),
    Pair("np_ring", "np_in_annulus", True, "contained"),
    Pair("sp_ring", "sp_inside", True, "the pole is inside: a ring encloses the smaller side"),
    Pair("sp_ring_backwards", "sp_inside", True, "direction of travel has no meaning"),
    Pair("sp_ring", "sp_outside", False, "north of the ring"),
    Pair("sp_vertex", "sp_inside", True, "the pole is a vertex"),
    Pair("sp_vertex", "sp_vertex_opposite", True, "the pole is a vertex of both"),
    Pair("band", "band_on_parallel", False, "the edges are geodesics and run 180 km further north"),
    Pair("band", "band_on_geodesic", True, "on the highest point of the geodesics (the ellipsoid moves it a little)"),
    Pair("band_corridor", "band_on_parallel", False, "the path is a geodesic"),
    Pair("band_corridor", "band_on_geodesic", True, "the path is a geodesic"),
    Pair("band", "band_corridor", True, "along each other"),
    Pair("band", "band_end", True, "on its western edge"),
    Pair("bulge47_south_of_edge", "bulge47_in", True, "between the parallel and the geodesic, 211 m north of it"),
    Pair("bulge47_north_of_edge", "bulge47_in", False, "between the parallel and the geodesic"),
    Pair("bulge47_south_of_edge", "bulge47_beyond", False, "beyond the geodesic"),
    Pair("bulge47_north_of_edge", "bulge47_beyond", True, "beyond the geodesic"),
    Pair("bulge47_south_of_edge", "bulge47_north_of_edge", True, "a shared edge"),
    Pair("bulge80_south_of_edge", "bulge80_in", True, "between the parallel and the geodesic, 1.1 km north of it"),
    Pair("bulge80_north_of_edge", "bulge80_in", False, "between the parallel and the geodesic"),
    Pair("bulge80_south_of_edge", "bulge80_beyond", False, "beyond the geodesic"),
    Pair("bulge80_north_of_edge", "bulge80_beyond", True, "beyond the geodesic"),
    Pair("circle_1m", "circle_500m", True, "same centre"),
    Pair("circle_500m", "circle_touching", True, "r1 + r2 along the equator, exactly"),
    Pair("circle_500m", "circle_5mm_apart", True, "within the numerical error"),
    Pair("circle_500m", "circle_2cm_apart", False, "beyond the numerical error"),
    Pair("circle_500m", "circle_100m_apart", False, "100 m apart"),
    Pair("circle_500m", "circle_100m_apart", True, "100 m apart, and touching counts", 100.0),
    Pair("circle_500m", "circle_100m_apart", False, "100 m apart", 99.98),
    Pair("circle_1m", "circle_touching", False, "499 m apart"),
    Pair("circle_100km", "circle_100km_touching", True, "r1 + r2 along the equator, exactly"),
    Pair("circle_100km", "circle_100km_2cm_apart", False, "beyond the numerical error"),
    Pair("circle_500m", "square_in_circle", True, "contained"),
    Pair("circle_1m", "square_in_circle", True, "contains it"),
    Pair("straight", "straight_backwards", True, "one corridor, written twice"),
    Pair("straight", "straight_end_touching", True, "50 m and 200 m, 250 m beyond the end: ends are round"),
    Pair("straight", "straight_corner", False, "255 m from the end, though within the square end's reach"),
    Pair("straight", "straight_side", True, "249 m beside, of 250"),
    Pair("straight", "straight_side_apart", False, "250.5 m beside, of 250"),
    Pair("bent", "bent_inside", False, "in the bend, 400 m from both arms"),
    Pair("bent", "bent_corner", True, "113 m from the corner: corners are round"),
    Pair("loop", "loop_crossing", True, "where it crosses itself"),
    Pair("loop", "loop_inside", False, "400 m within the loop"),
    Pair("huge", "np_ring", True, "everything north of 25 N"),
    Pair("huge", "square", True, "everything north of 25 N"),
    Pair("huge", "band", True, "everything north of 25 N"),
    Pair("huge", "null_island", False, "nothing near the equator"),
    Pair("huge", "am_east_first", False, "nothing near the equator"),
    Pair("huge", "sp_inside", False, "the other side of the globe"),
    Pair("am_east_first", "null_island", False, "a ring encloses the smaller side"),
)

#: Ways to write one shape: every predicate gives the same answer for each, whatever the other side is.
SAME: Final[tuple[tuple[str, ...], ...]] = (
    ("square", "square_closed", "square_repeats", "square_reversed", "square_rotated"),
    ("frame", "frame_hole_reversed"),
    ("am_east_first", "am_west_first"),
    ("am_to_plus_180", "am_to_minus_180"),
    ("am_from_minus_180", "am_from_plus_180"),
    ("am_circle_at_180", "am_circle_at_minus_180"),
    ("np_vertex", "np_vertex_other_longitude"),
    ("sp_ring", "sp_ring_backwards"),
    ("straight", "straight_backwards"),
)
