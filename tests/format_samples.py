"""Samples of the JSON formats for tests: whole, correct things, which a test changes in one place."""

from __future__ import annotations

import copy
import json
from typing import Any

from sharedsky.formats.reading import Document, Reading, ReadOptions, Refusal

Json = dict[str, Any]

SQUARE: list[list[float]] = [[6.0, 45.0], [6.1, 45.0], [6.1, 45.1], [6.0, 45.1], [6.0, 45.0]]
START, END = "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"


def document(value: object, name: str = "file.json") -> Document:
    """A value, or bytes as they are, as a document."""
    return Document(name, value if isinstance(value, bytes) else json.dumps(value).encode())


def read(module: Any, value: object, options: ReadOptions | None = None) -> Reading:
    """One text through one reader."""
    reading: Reading = module.read([document(value)], options or ReadOptions())
    return reading


def only_refusal(reading: Reading) -> Refusal:
    """The one refusal of a reading that has no other."""
    assert len(reading.refusals) == 1, [str(refusal) for refusal in reading.refusals]
    return reading.refusals[0]


def time(text: str) -> Json:
    return {"value": text, "format": "RFC3339"}


def altitude(metres: float) -> Json:
    return {"value": metres, "reference": "W84", "units": "M"}


def polygon_outline() -> Json:
    return {"outline_polygon": {"vertices": [{"lat": lat, "lng": lng} for lng, lat in SQUARE[:-1]]}}


def circle_outline(radius_m: float = 300.5) -> Json:
    return {"outline_circle": {"center": {"lat": 45.0, "lng": 6.0}, "radius": {"value": radius_m, "units": "M"}}}


def volume(outline: Json | None = None) -> Json:
    """An F3548-21 Volume4D."""
    levels = {"altitude_lower": altitude(100.0), "altitude_upper": altitude(200.5)}
    return {"volume": {**(outline or polygon_outline()), **levels}, "time_start": time(START), "time_end": time(END)}


def intent(number: int = 1, **details: Any) -> Json:
    """An F3548-21 OperationalIntent."""
    reference = {
        "id": f"{number:08x}-6482-4d1b-a474-16847e01af1e",
        "manager": "uss1",
        "uss_availability": "Normal",
        "version": 1,
        "state": "Accepted",
        "ovn": "9d158f59-80b7-4c11-9c0c-8a2b4d936b2d",
        "time_start": time(START),
        "time_end": time(END),
        "uss_base_url": "https://uss.example.com/utm",
        "subscription_id": "78ea3fe8-71c2-4f5c-9b44-9c02f5563c6f",
    }
    return {"reference": reference, "details": {"volumes": [volume()], "off_nominal_volumes": [], **details}}


def constraint(number: int = 1, **details: Any) -> Json:
    """An F3548-21 Constraint."""
    reference = intent(number)["reference"]
    for name in ("state", "subscription_id"):
        del reference[name]
    return {"reference": reference, "details": {"volumes": [volume(circle_outline())], **details}}


def level(value: float, unit: str = "M", datum: str = "W84", **more: Any) -> Json:
    return {"value": value, "unit": unit, "datum": datum, **more}


def feature(geometry: Json | None = None, **properties: Any) -> Json:
    """A feature of our own GeoJSON; a property that is given as ... is left out."""
    whole: Json = {
        "id": "p1",
        "owner": "alpha",
        "type": "plan",
        "lower": level(100),
        "upper": level(200),
        "start": START,
        "end": END,
    }
    whole |= properties
    return {
        "type": "Feature",
        "geometry": geometry or {"type": "Polygon", "coordinates": copy.deepcopy([SQUARE])},
        "properties": {name: value for name, value in whole.items() if value is not ...},
    }


def collection(*features: Any, **members: Any) -> Json:
    """Our own GeoJSON; a member that is given as ... is left out."""
    whole: Json = {"type": "FeatureCollection", "sharedsky": "1", "features": list(features), **members}
    return {name: value for name, value in whole.items() if value is not ...}


def path(**properties: Any) -> Json:
    """A path flown at known times, as a feature of our own GeoJSON."""
    known: Json = {
        "lower": ...,
        "upper": ...,
        "start": ...,
        "end": ...,
        "times": ["2026-03-01T10:00:00Z", "2026-03-01T10:05:00.25Z", "2026-03-01T10:10:00Z"],
        "levels": {"values": [350, 355, 360], "unit": "FL"},
    }
    line = {"type": "LineString", "coordinates": [[6.0, 45.0], [6.5, 45.5], [7.0, 45.5]]}
    return feature(line, **(known | properties))


def part(geometry: Json | None = None, **properties: Any) -> Json:
    """A feature of a flight declaration; a property that is given as ... is left out."""
    whole: Json = {
        "start_time": START,
        "end_time": END,
        "min_altitude": {"meters": 20, "datum": "agl"},
        "max_altitude": {"meters": 120.5, "datum": "agl"},
    }
    whole |= properties
    return {
        "type": "Feature",
        "geometry": geometry or {"type": "Polygon", "coordinates": copy.deepcopy([SQUARE])},
        "properties": {name: value for name, value in whole.items() if value is not ...},
    }


def bare(*features: Any, **members: Any) -> Json:
    """A flight declaration without an envelope."""
    return {"type": "FeatureCollection", "features": list(features), **members}


def envelope(*features: Any, **members: Any) -> Json:
    """A flight declaration as it is submitted."""
    return {
        "originating_party": "Example Drones",
        "start_datetime": START,
        "end_datetime": END,
        "type_of_operation": 1,
        "aircraft_id": "83a5a039-8fa0-4780-bfae-ee7ba458af0c",
        "flight_declaration_geo_json": bare(*features),
        **members,
    }


def changed(value: Any, pointer: str, new: Any) -> Any:
    """A copy of a JSON value with another value at a pointer; ... removes it."""
    out = copy.deepcopy(value)
    *parents, last = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    holder = out
    for token in parents:
        holder = holder[int(token) if isinstance(holder, list) else token]
    key = int(last) if isinstance(holder, list) else last
    if new is ...:
        del holder[key]
    else:
        holder[key] = new
    return out
