"""The ground's lowest and highest elevation by region, from the user's table; without one, a stated band.

Implements "Ground" of docs/conflicts.md, and docs/formats/terrain.md. Elevations are metres above mean sea level. A box
counts as known only where the regions are shown to cover all of it; where regions overlap, the outer of their figures
counts. Called by datums.py; read by terrain_table.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from sharedsky.airspace.earth import BoolArray, FloatArray, IntArray
from sharedsky.airspace.terrain_region import Region, chart_pieces
from sharedsky.errors import GeometryError

#: The stated band [m] in which ground is looked for where no region covers it. The lowest dry land is the shore of the
#: Dead Sea (about -440 m, falling by a metre a year). The top leaves out only summits beyond 4,500 m: see WORLD_*.
DEFAULT_GROUND_LOWEST_M: Final = -450.0
DEFAULT_GROUND_HIGHEST_M: Final = 4_500.0
#: All the ground there is [m]: up to the top of Mount Everest (8,849 m), for those who fly where the band is too low.
WORLD_GROUND_LOWEST_M: Final = -450.0
WORLD_GROUND_HIGHEST_M: Final = 8_850.0

#: Regions are taken to reach this much further [deg] (1 cm), so that no slit is left between two that share an edge.
_SAME_DEG: Final = 1e-7
#: Half the least width [deg] that a box is given, so that a point and a line are asked as areas.
_LEAST_DEG: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Terrain:
    """A table of regions; `Terrain()` knows no ground anywhere.

    elsewhere_m: the band (lowest, highest) [m above mean sea level] in which ground is looked for outside of them.
    """

    regions: tuple[Region, ...] = ()
    elsewhere_m: tuple[float, float] = (DEFAULT_GROUND_LOWEST_M, DEFAULT_GROUND_HIGHEST_M)

    def ground_range_m(
        self, lat_min: npt.ArrayLike, lat_max: npt.ArrayLike, lng_west: npt.ArrayLike, lng_east: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Lowest and highest ground within boxes [m above mean sea level], and whether they are known.

        Args:
            lat_min, lat_max: (n,) degrees. lng_west, lng_east: (n,) degrees, -180 to 180; west > east is across 180.
        Returns:
            lower, upper (n,) float64; known (n,) bool: the regions cover the whole box. Where not known, the stated
            band, and the figures of all regions that the box touches.
        Raises:
            GeometryError: NaN or off the globe, or lat_min above lat_max.
        """
        south, north, west, east = _checked(lat_min, lat_max, lng_west, lng_east)
        low, high = np.full(len(south), np.inf), np.full(len(south), -np.inf)
        known = np.full(len(south), bool(self.regions))
        if self.regions:
            for of, left, right in _pieces(west, east):
                known[of] &= np.asarray(shapely.covers(self._cover, _boxes(south[of], north[of], left, right, 0.0)))
                self._widen(low, high, of, _boxes(south[of], north[of], left, right, _SAME_DEG))
        low[~known] = np.minimum(low[~known], self.elsewhere_m[0])
        high[~known] = np.maximum(high[~known], self.elsewhere_m[1])
        return low, high, known

    def _widen(self, low: FloatArray, high: FloatArray, of: IntArray, boxes: npt.NDArray[np.object_]) -> None:
        """Stretch low and high at rows `of` to the figures of all regions that the boxes touch."""
        tree, owner = self._pieces
        box, piece = tree.query(boxes)
        near = shapely.intersects(tree.geometries[piece], boxes[box])  # the tree would not use that pieces are prepared
        box, piece = box[near], piece[near]
        np.minimum.at(low, of[box], self._lowest[owner[piece]])
        np.maximum.at(high, of[box], self._highest[owner[piece]])

    @cached_property
    def _pieces(self) -> tuple[Any, IntArray]:
        """A tree of the regions' pieces on the chart, and the region that each belongs to."""
        pieces = [(piece, k) for k, region in enumerate(self.regions) for piece in chart_pieces(region)]
        shapes = np.array([piece for piece, _ in pieces])
        shapely.prepare(shapes)
        return shapely.STRtree(shapes), np.array([k for _, k in pieces], np.int64)

    @cached_property
    def _cover(self) -> Any:
        """The union of all pieces, each a little larger."""
        wider = shapely.buffer(self._pieces[0].geometries, _SAME_DEG, join_style="mitre", mitre_limit=2.0)
        cover = shapely.union_all(wider)
        shapely.prepare(cover)
        return cover

    @cached_property
    def _lowest(self) -> FloatArray:
        return np.array([region.lowest_m for region in self.regions])

    @cached_property
    def _highest(self) -> FloatArray:
        return np.array([region.highest_m for region in self.regions])


def _checked(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """South, north, west and east of boxes as arrays (n,)."""
    edges = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, np.float64)) for v in values))
    south, north, west, east = edges
    on_globe = (np.abs(south) <= 90) & (np.abs(north) <= 90) & (np.abs(west) <= 180) & (np.abs(east) <= 180)
    if not (on_globe & (south <= north)).all():
        raise GeometryError("a box is not on the globe.", "Give south, north, west and east in degrees.")
    return edges


def _pieces(west: FloatArray, east: FloatArray) -> tuple[tuple[IntArray, FloatArray, FloatArray], ...]:
    """Boxes cut at the antimeridian: rows, and each row's west and east, with west <= east.

    A piece without width is left out where its meridian, 180, is also the other piece's edge.
    """
    across = west > east
    whole = np.flatnonzero(~across)
    first = np.flatnonzero(across & ((west < 180) | (east == -180)))
    second = np.flatnonzero(across & (east > -180))
    return (
        (whole, west[whole], east[whole]),
        (first, west[first], np.full(len(first), 180.0)),
        (second, np.full(len(second), -180.0), east[second]),
    )


def _boxes(
    south: FloatArray, north: FloatArray, west: FloatArray, east: FloatArray, margin_deg: float
) -> npt.NDArray[np.object_]:
    """Boxes on the chart of latitudes and longitudes, larger by a margin >= 0; never without area."""
    lat, lng = (south + north) / 2, (west + east) / 2
    tall = np.maximum((north - south) / 2 + margin_deg, _LEAST_DEG)
    wide = np.maximum((east - west) / 2 + margin_deg, _LEAST_DEG)
    return np.asarray(
        shapely.box(
            np.maximum(lng - wide, -180.0), np.maximum(lat - tall, -90.0),
            np.minimum(lng + wide, 180.0), np.minimum(lat + tall, 90.0),
        )
    )
