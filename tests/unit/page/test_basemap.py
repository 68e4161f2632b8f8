"""The committed basemap: small, readable, and with the land where it is."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from sharedsky.airspace.earth import FloatArray, n_vector
from sharedsky.page.basemap import basemap_json
from sharedsky.page.shapes import flat_stereographic


def numbers(text: str) -> Iterator[int]:
    """The whole numbers of a base64 text of varints."""
    value = shift = 0
    for byte in base64.b64decode(text):
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def signed(value: int) -> int:
    return -(value + 1) // 2 if value % 2 else value // 2


@cache
def decoded(name: str) -> tuple[list[tuple[int, FloatArray]], list[list[int]]]:
    """Arcs (kind, points [lat, lng deg]) and rings of arcs of one level of detail, as assets/basemap.js reads them."""
    asset = json.loads(basemap_json())
    stream = numbers(asset[name])
    arcs, lng, lat = [], 0, 0
    for _ in range(next(stream)):
        head = next(stream)
        points = []
        for _ in range(head >> 2):
            lng += signed(next(stream))
            lat += signed(next(stream))
            points.append((lat / asset["unitsPerDeg"], lng / asset["unitsPerDeg"]))
        arcs.append((head & 3, np.array(points)))
    rings = [[signed(next(stream)) for _ in range(next(stream))] for _ in range(next(stream))]
    assert next(stream, None) is None
    return arcs, rings


@cache
def ring_points(name: str) -> list[FloatArray]:
    """The rings of one level of detail, (n, 2) [lat, lng deg] each, the last point that of the first."""
    arcs, rings = decoded(name)
    return [np.vstack([arcs[r][1] if r >= 0 else arcs[~r][1][::-1] for r in ring]) for ring in rings]


def on_land(name: str, lat: float, lng: float) -> bool:
    """Whether a point lies within an odd number of rings, by the plane that touches the globe at the point."""
    inside = False
    for points in ring_points(name):
        if np.min(n_vector(points[:, 0], points[:, 1]) @ n_vector(lat, lng)) < -0.9:
            continue  # beyond what the plane can show; the point is not in there
        x, y = flat_stereographic(points, n_vector(lat, lng)).T
        x2, y2 = np.roll(x, -1), np.roll(y, -1)
        crosses = (y > 0) != (y2 > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = x + (0 - y) / (y2 - y) * (x2 - x)
        inside ^= bool((crosses & (at > 0)).sum() % 2)
    return inside


def test_the_basemap_is_ascii_without_a_character_that_html_would_mind() -> None:
    text = basemap_json()
    assert text.isascii()
    assert not set(text) & set("<>&")
    assert len(text) < 300_000


@pytest.mark.parametrize("name", ["world", "near"])
def test_every_point_is_on_the_globe_and_every_ring_closes(name: str) -> None:
    assert all((np.abs(points) <= [90, 180]).all() and len(points) >= 2 for _, points in decoded(name)[0])
    for points in ring_points(name):
        assert np.abs(n_vector(*points[0]) - n_vector(*points[-1])).max() < 1e-9


@pytest.mark.parametrize("name", ["world", "near"])
def test_land_is_land_and_sea_is_sea(name: str) -> None:
    places = {"Bern": (46.95, 7.45), "Chad": (15, 18), "Kansas": (38.5, -98), "Siberia": (65, 100),
              "Chukotka": (67, -175), "South Pole": (-89.5, 0), "Marie Byrd Land": (-80, -120), "Greenland": (75, -40),
              "Australia": (-25, 134), "Lesotho": (-29.5, 28.2)}  # fmt: skip
    seas = {"Atlantic": (40, -40), "Pacific": (0, -160), "Date line": (30, 180), "North Pole": (89.5, 0),
            "Caspian": (42, 51), "Southern Ocean": (-60, 20), "Mediterranean": (35, 18)}  # fmt: skip
    wrong = [place for place, at in places.items() if not on_land(name, *at)]
    wrong += [sea for sea, at in seas.items() if on_land(name, *at)]
    assert wrong == []


def test_there_is_no_coast_and_no_border_along_the_rim_of_the_flat_map() -> None:
    for name in ("world", "near"):
        for kind, points in decoded(name)[0]:
            rim = (np.abs(points[:, 1]) >= 179.9999) | (points[:, 0] <= -89.9)
            assert kind == 2 or not (rim[:-1] & rim[1:]).any()


def test_country_names_are_text_at_places_on_the_globe_with_a_size() -> None:
    labels = json.loads(basemap_json())["labels"]
    assert len(labels) > 200
    assert all(isinstance(n, str) and abs(lat) <= 90 and abs(lng) <= 180 and size > 0 for n, lat, lng, size in labels)
    sizes = [label[3] for label in labels]
    assert {"Switzerland", "Brazil", "Antarctica"} <= {label[0] for label in labels}
    assert max(sizes) < 4_000
