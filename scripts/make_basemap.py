"""Build src/sharedsky/page/assets/basemap.json: land and borders of the world, small enough to travel in every page.

    npm pack world-atlas@2.0.2
    python scripts/make_basemap.py world-atlas-2.0.2.tgz

Input is the TopoJSON of the npm package world-atlas (ISC licence), whose data are Natural Earth's (public domain) at
1:110 million, for the whole world, and 1:50 million, for a closer look. Arcs are rounded to 1/200 degree (550 m; the
1:50 million lines are not better than that) and written as zigzag varints in base64, a sixth of the TopoJSON. The
format is described at `encode_detail`; src/sharedsky/page/assets/basemap.js reads it.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import math
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import shapely

UNITS_PER_DEG = 200
#: What an arc is to the map: sea on one side, a country on both, or an edge that exists only in flat maps.
COAST, BORDER, SEAM = 0, 1, 2
#: Points at or beyond these [deg] lie on the rim of the flat map: the antimeridian, and the south pole's row.
RIM_LNG_DEG, RIM_LAT_DEG = 179.995, -89.9
ASSET = Path(__file__).resolve().parents[1] / "src" / "sharedsky" / "page" / "assets" / "basemap.json"
#: A ring around a pole has no inside on a flat map: its label is placed by hand.
AROUND_A_POLE: dict[str, list[Any]] = {"Antarctica": ["Antarctica", -82.0, 40.0, 2000]}
KM_PER_DEG = 111.2
SOURCE = "Natural Earth 4.1 (public domain), through world-atlas 2.0.2 (ISC)"

Arc = np.ndarray[Any, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the page's basemap from the npm package world-atlas.")
    parser.add_argument("archive", type=Path, help="world-atlas-2.0.2.tgz, from `npm pack world-atlas@2.0.2`")
    parser.add_argument("--output", type=Path, default=ASSET)
    options = parser.parse_args()
    topologies = {name: read_topology(options.archive, f"countries-{name}.json") for name in ("110m", "50m")}
    asset = {
        "source": SOURCE,
        "unitsPerDeg": UNITS_PER_DEG,
        "world": encode_detail(topologies["110m"]),
        "near": encode_detail(topologies["50m"]),
        "labels": country_labels(topologies["50m"]),
    }
    options.output.write_text(json.dumps(asset, ensure_ascii=True, separators=(",", ":")) + "\n", encoding="ascii")
    print(f"{options.output}: {options.output.stat().st_size:,} bytes")


def read_topology(archive: Path, name: str) -> dict[str, Any]:
    """The TopoJSON of that name in the package's archive."""
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"package/{name}")
        if member is None:
            raise SystemExit(f"{archive} has no {name}.")
        topology: dict[str, Any] = json.load(member)
    return topology


def decode_arcs(topology: dict[str, Any]) -> list[Arc]:
    """The arcs of a quantised topology as (n, 2) arrays of [lng, lat] in degrees."""
    scale, shift = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]


def rings_of(topology: dict[str, Any]) -> list[list[int]]:
    """Every ring of every country as arc numbers; ~k is arc k backwards."""
    out: list[list[int]] = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        out += [ring for rings in polygons for ring in rings]
    return out


def encode_detail(topology: dict[str, Any]) -> str:
    """One level of detail in base64: varints, signed ones in zigzag form.

    number of arcs; for each arc: points * 4 + kind (0 coast, 1 border, 2 seam), then for each point the step of
    longitude and of latitude from the point before it (the first from the last of the arc before, or 0, 0), in units of
    1/200 degree. Then the number of rings; for each ring: its number of arcs, then the arcs, signed (~k is arc k
    backwards). Neighbouring arcs of a ring share a point.
    """
    rings = rings_of(topology)
    uses = np.zeros(len(topology["arcs"]), int)
    for ring in rings:
        for k in ring:
            uses[k if k >= 0 else ~k] += 1
    pieces: list[tuple[int, Arc]] = []
    parts: list[range] = []
    for k, arc in enumerate(decode_arcs(topology)):
        cut = split_at_rim(arc, BORDER if uses[k] > 1 else COAST)
        parts.append(range(len(pieces), len(pieces) + len(cut)))
        pieces += cut
    out = bytearray()
    write_arcs(out, pieces)
    put(out, len(rings))
    for ring in rings:
        refs = [r for k in ring for r in (parts[k] if k >= 0 else [~p for p in reversed(parts[~k])])]
        put(out, len(refs))
        for ref in refs:
            put_signed(out, ref)
    return base64.b64encode(bytes(out)).decode("ascii")


def split_at_rim(arc: Arc, kind: int) -> list[tuple[int, Arc]]:
    """The arc in pieces, those along the flat map's rim marked as seams: there is neither coast nor border there."""
    rim = (np.abs(arc[:, 0]) >= RIM_LNG_DEG) | (arc[:, 1] <= RIM_LAT_DEG)
    seam = rim[:-1] & rim[1:]
    starts = [0, *(np.flatnonzero(np.diff(seam)) + 1).tolist(), len(arc) - 1]
    return [
        (SEAM if seam[a] else kind, arc[a : b + 1]) for a, b in itertools.pairwise(starts) if b > a
    ]


def write_arcs(out: bytearray, pieces: list[tuple[int, Arc]]) -> None:
    """Append the arcs, rounded; points that fall together are kept once (but an arc keeps two)."""
    put(out, len(pieces))
    last = np.zeros(2, int)
    for kind, arc in pieces:
        points = np.rint(arc * UNITS_PER_DEG).astype(int)
        keep = np.ones(len(points), bool)
        keep[1:-1] = (np.diff(points, axis=0)[:-1] != 0).any(axis=1)
        points = points[keep]
        put(out, len(points) * 4 + kind)
        for step in np.diff(points, axis=0, prepend=last[None]).ravel().tolist():
            put_signed(out, step)
        last = points[-1]


def put(out: bytearray, value: int) -> None:
    """Append a whole number >= 0 in groups of seven bits, the lowest first."""
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def put_signed(out: bytearray, value: int) -> None:
    """Append a whole number in zigzag form: 0, -1, 1, -2 ... as 0, 1, 2, 3 ..."""
    put(out, value * 2 if value >= 0 else -value * 2 - 1)


def country_labels(topology: dict[str, Any]) -> list[list[Any]]:
    """[name, lat deg, lng deg, size km] of each country: the deepest point of its largest part, and twice its depth."""
    arcs = decode_arcs(topology)
    out: list[list[Any]] = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        parts = [local_polygon(arcs, rings) for rings in polygons]
        shape, shrink = max(parts, key=lambda part: part[0].area)
        deep = shapely.maximum_inscribed_circle(shape, tolerance=0.05)
        lng, lat = deep.coords[0]
        name = geometry["properties"]["name"]
        label = [name, round(lat, 2), round(lng / shrink, 2), round(deep.length * 2 * KM_PER_DEG)]
        out.append(AROUND_A_POLE.get(name, label))
    return sorted(out, key=lambda label: -label[3])


def local_polygon(arcs: list[Arc], rings: list[list[int]]) -> tuple[shapely.Polygon, float]:
    """A polygon with longitudes shrunk by the cosine of its middle latitude, and that factor."""
    loops = [np.vstack([arcs[k] if k >= 0 else arcs[~k][::-1] for k in ring]) for ring in rings]
    shrink = math.cos(math.radians(float(loops[0][:, 1].mean())))
    flat = [loop * [shrink, 1.0] for loop in loops]
    return shapely.make_valid(shapely.Polygon(flat[0], flat[1:])), shrink


if __name__ == "__main__":
    main()
