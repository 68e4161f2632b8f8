"""Finding flight declarations in a JSON text: bare FeatureCollections, envelopes around them, lists of either.

An envelope is what is submitted (flight_declaration_geo_json with originating_party, start_datetime ...) or exchanged
(flight_id, sequence_number, flight_declaration with parts). It says whose flight it is, and which version of it.
Called by geojson_declaration.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sharedsky.airspace.time import parse_instant
from sharedsky.formats.geojson import read_features
from sharedsky.formats.geojson_geometry import check_crs
from sharedsky.formats.json_access import JsonObject, as_list, as_object, find_integer, find_text
from sharedsky.formats.json_text import JsonError, decode
from sharedsky.formats.limits import Limits
from sharedsky.plans.scope import any_out_of_scope, check_scope

#: Where an envelope keeps the parts; the first that is there counts.
BODIES: Final = (
    "flight_declaration_geo_json",
    "flight_declaration",
    "flight_declaration_raw_geojson",
    "flight_declaration_geojson",
)
#: What may name the flight, in this order; the vehicle does not, it flies again.
_IDS: Final = ("flight_id", "id", "plan_id")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around the parts of one flight; times: where start_datetime and end_datetime may stand."""

    value: JsonObject
    at: str
    id: str | None
    owner: str | None
    version: int | None


@dataclass(frozen=True, slots=True)
class Declaration:
    """Features with their JSON pointers, and the envelope around them, None where they stand by themselves.

    beside: what stands beside the features of a collection without envelope.
    """

    features: list[tuple[object, str]]
    envelope: Envelope | None
    beside: JsonObject = field(default_factory=dict)


def find_entries(value: object) -> Iterator[tuple[object, str]]:
    """The declarations of a text, not yet looked into: one, a list, or the `results` of a page of them."""
    if isinstance(value, list):
        yield from ((entry, f"/{k}") for k, entry in enumerate(value))
    elif isinstance(value, dict) and isinstance(value.get("results"), list):
        yield from ((entry, f"/results/{k}") for k, entry in enumerate(as_list(value["results"], "/results")))
    else:
        yield value, ""


def unread_beside(value: object) -> Iterator[JsonError]:
    """Errors for features beside a body or a page of declarations, which nothing reads, and for a page that goes on."""
    page = isinstance(value, dict) and isinstance(value.get("results"), list)
    if not isinstance(value, dict) or not (page or any(name in value for name in BODIES)):
        return
    if value.get("features"):
        text = "the features beside the declaration are not read."
        yield JsonError(text, "Put them into a file of their own.", pointer="/features")
    if page and value.get("next"):
        text = "this is one page of several: what is on the next is not in this file."
        yield JsonError(text, "Fetch all pages, and give their results as one list.", pointer="/next")


def read_declaration(value: object, at: str, limits: Limits) -> Declaration:
    """One declaration.

    Raises:
        SharedskyError: it is none, or says that the flight was removed.
    """
    top = as_object(value, at)
    name = next((name for name in BODIES if name in top), None)
    if name is None:
        # Members such as owner beside the features make a bare collection one flight as well.
        own = any(member in top for member in ("originating_party", "owner", *_IDS)) and top.get("type") != "Feature"
        beside = {} if top.get("type") == "Feature" else {k: v for k, v in top.items() if k != "features"}
        return Declaration(_features(top, at), _envelope(top, top, at) if own else None, beside)
    place = f"{at}/{name}"
    body = top[name]
    if body is None:
        raise JsonError("the declaration was removed: it has no parts.", "Leave out its file.", pointer=at)
    if isinstance(body, str):
        decoded = decode(body.encode(), limits)
        if any_out_of_scope(decoded.names):  # the look at the whole file saw a string here, not these names
            check_scope(decoded.value, place)
        body = decoded.value
    inner = as_object(body, place)
    envelope = _envelope(top, inner, at)
    if "parts" in inner:
        place = f"{place}/parts"
        return Declaration(_features(as_object(inner["parts"], place), place), envelope)
    return Declaration(_features(inner, place), envelope)


def _features(collection: JsonObject, at: str) -> list[tuple[object, str]]:
    check_crs(collection, at)
    if collection.get("type") == "Feature":
        return [(collection, at)]
    return [(value, f"{at}/features/{k}") for k, value in enumerate(read_features(collection, at))]


def _envelope(top: JsonObject, inner: JsonObject, at: str) -> Envelope:
    ids = (_text(top, name, at) for name in _IDS)
    owners = (find_text(holder, name, at) for holder in (top, inner) for name in ("originating_party", "owner"))
    return Envelope(
        top,
        at,
        next((text for text in ids if text), None),
        next((text for text in owners if text), None),
        _version(top, at),
    )


def _text(holder: JsonObject, name: str, at: str) -> str | None:
    value = holder.get(name)
    return str(value) if type(value) is int and abs(value) < 2**63 else find_text(holder, name, at)


def _version(top: JsonObject, at: str) -> int | None:
    """What orders two messages about one flight: sequence_number, else time_stamp in nanoseconds."""
    sequence = find_integer(top, "sequence_number", at)
    if sequence is not None:
        return sequence
    stamp = find_text(top, "time_stamp", at)
    return None if stamp is None else parse_instant(stamp).ns
