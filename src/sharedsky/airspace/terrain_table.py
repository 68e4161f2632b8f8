"""Reads the terrain table, `--terrain FILE.toml`: regions with the lowest and highest ground in each.

Described in docs/formats/terrain.md. Everything in the file is understood or refused: a key that is misspelt would
otherwise leave a region without its figures. Called by the command line and by the Python API.
"""

from __future__ import annotations

import math
import tomllib
from typing import Final

from sharedsky.airspace.footprint import Polygon, polygon
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.terrain_region import Box, Region
from sharedsky.errors import GeometryError, ProfileError

#: The largest table, in bytes, and the most regions in one.
MAX_TABLE_BYTES: Final = 64 * 1024 * 1024
MAX_REGIONS: Final = 100_000
#: What an elevation may be [m above mean sea level]: beyond it the unit is likely wrong.
LEAST_ELEVATION_M: Final = -500.0
GREATEST_ELEVATION_M: Final = 9_000.0
#: The keys of a region.
REGION_KEYS: Final = ("name", "box", "polygon", "lowest_m", "highest_m", "source")


def load_terrain(data: bytes, name: str = "the terrain table") -> Terrain:
    """Read a terrain table.

    Args:
        data: TOML in UTF-8: one [[region]] or more. name: of the file, for messages.
    Raises:
        ProfileError: not TOML, or a region that is incomplete, misspelt or impossible; names the region and the key.
    """
    table = _decoded(data, name)
    unknown = sorted(set(table) - {"region"})
    if unknown:
        raise ProfileError(f"{name}: the key {unknown[0][:60]!r} is not known.", "It may hold [[region]] only.")
    rows = table.get("region")
    if not isinstance(rows, list) or not rows:
        raise ProfileError(f"{name} holds no region.", "Write one or more [[region]] tables.")
    if len(rows) > MAX_REGIONS:
        raise ProfileError(f"{name} holds more than {MAX_REGIONS:,} regions.", "Merge some of them.")
    return Terrain(tuple(_region(row, f"{name}: region {k}") for k, row in enumerate(rows, 1)))


def _decoded(data: bytes, name: str) -> dict[str, object]:
    if len(data) > MAX_TABLE_BYTES:
        raise ProfileError(f"{name} is larger than {MAX_TABLE_BYTES:,} bytes.", "Merge some of its regions.")
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise ProfileError(f"{name} is not UTF-8 text.", "Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{name} is not TOML: {error}.", "See docs/formats/terrain.md.") from None
    except (RecursionError, ValueError):  # nesting without end; a number or date that Python cannot hold
        raise ProfileError(f"{name} is not TOML that can be read.", "See docs/formats/terrain.md.") from None


def _region(row: object, place: str) -> Region:
    if not isinstance(row, dict):
        raise ProfileError(f"{place} is not a table.", "Write it as [[region]].")
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ProfileError(f"{place} has no name.", 'Add name = "...".')
    place = f"{place} ({name[:60]})"
    unknown = sorted(set(row) - set(REGION_KEYS))
    if unknown:
        known = ", ".join(REGION_KEYS)
        raise ProfileError(f"{place}: the key {unknown[0][:60]!r} is not known.", f"Known are {known}.")
    source = row.get("source")
    if not isinstance(source, str) or not source.strip():
        raise ProfileError(f"{place} does not say where its figures are from.", 'Add source = "...".')
    lowest, highest = (_elevation(row.get(key), f"{place}: {key}") for key in ("lowest_m", "highest_m"))
    if lowest > highest:
        raise ProfileError(f"{place}: lowest_m is above highest_m.", "Swap or correct them.")
    try:
        return Region(name, _shape(row, place), lowest, highest, source)
    except GeometryError as error:
        raise ProfileError(f"{place}: {error.message}", error.advice) from None


def _shape(row: dict[str, object], place: str) -> Box | Polygon:
    box, ring = row.get("box"), row.get("polygon")
    if (box is None) == (ring is None):
        raise ProfileError(
            f"{place} needs either a box or a polygon.",
            "Write box = [south, west, north, east], or polygon = [[lat, lng], ...], in degrees.",
        )
    if box is not None:
        if not isinstance(box, list) or len(box) != 4:
            raise ProfileError(f"{place}: box is not four numbers.", "Write box = [south, west, north, east].")
        south, west, north, east = (_number(value, f"{place}: box") for value in box)
        return Box(south, west, north, east)
    if not isinstance(ring, list) or not all(isinstance(point, list) and len(point) == 2 for point in ring):
        raise ProfileError(f"{place}: polygon is not a list of points.", "Write polygon = [[lat, lng], ...].")
    return polygon([[_number(value, f"{place}: polygon") for value in point] for point in ring])


def _elevation(value: object, place: str) -> float:
    if value is None:
        raise ProfileError(f"{place} is missing.", "Give metres above mean sea level.")
    metres = _number(value, place)
    if not LEAST_ELEVATION_M <= metres <= GREATEST_ELEVATION_M:
        raise ProfileError(
            f"{place} = {metres:g} is no ground on this Earth.",
            f"Give metres above mean sea level, {LEAST_ELEVATION_M:g} to {GREATEST_ELEVATION_M:g}.",
        )
    return metres


def _number(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProfileError(f"{place} holds {str(value)[:40]!r}, no number.", "Write numbers without quotes.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ProfileError(f"{place} holds a number that is not finite.", "Correct it.")
    return number
