"""Finding the operational intents and constraints in a JSON text: one, a list, an object of lists, or wrapped ones.

The wrappers are F3548-21's GetOperationalIntentDetailsResponse, GetConstraintDetailsResponse and the notifications
(PutOperationalIntentDetailsParameters, PutConstraintDetailsParameters). What is neither is an error that says what is
missing. Called by reader.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from sharedsky.formats.json_access import JsonObject, as_list, as_object, find_object
from sharedsky.formats.json_text import JsonError

ItemKind = Literal["intent", "constraint"]

#: Members of the text's outermost object that hold lists, and of what.
LISTS: Final[dict[str, ItemKind]] = {"operational_intents": "intent", "constraints": "constraint"}
_WRAPPERS: Final[dict[str, ItemKind]] = {"operational_intent": "intent", "constraint": "constraint"}
_NOTICES: Final = ("operational_intent_id", "constraint_id")
#: Members that are known to hold references or extents without the details that a check needs.
_WITHOUT_DETAILS: Final = (
    "operational_intent_reference",
    "operational_intent_references",
    "constraint_reference",
    "constraint_references",
    "extents",
    "volumes",
    "details",
)
#: Members that hold flights in another way, and are not read beside those of this format.
_ELSEWHERE: Final = (
    *_WITHOUT_DETAILS,
    "features",
    "flight_declaration_geo_json",
    "flight_declaration",
    "flight_declaration_raw_geojson",
    "flight_declaration_geojson",
)
#: Any of these at the top tells that a text is of this format.
TOP_MEMBERS: Final = (*LISTS, *_WRAPPERS, *_NOTICES, *_WITHOUT_DETAILS, "reference")


@dataclass(frozen=True, slots=True)
class Item:
    """One operational intent or constraint as decoded, and its JSON pointer; unsure: it could be either."""

    kind: ItemKind
    value: JsonObject
    at: str
    unsure: bool = False


def find_items(value: object) -> Iterator[Item | JsonError]:
    """The items of a decoded text, in order; an error in the place of each that is none."""
    if isinstance(value, list):
        for k, inner in enumerate(value):
            yield from _single(inner, f"/{k}", None)
        return
    try:
        top = as_object(value, "")
    except JsonError as error:
        yield error
        return
    for name, kind in LISTS.items():
        yield from _listed(top.get(name), f"/{name}", kind)
    if not any(name in top for name in LISTS) or any(name in top for name in (*_WRAPPERS, "reference")):
        yield from _single(top, "", None)
    else:
        yield from _unread(top, "")


def _listed(value: object, at: str, kind: ItemKind) -> Iterator[Item | JsonError]:
    if value is None:
        return
    try:
        entries = as_list(value, at)
    except JsonError as error:
        yield error
        return
    for k, inner in enumerate(entries):
        yield from _single(inner, f"{at}/{k}", kind)


def _single(value: object, at: str, kind: ItemKind | None) -> Iterator[Item | JsonError]:
    try:
        yield from _unwrapped(as_object(value, at), at, kind)
    except JsonError as error:
        yield error


def _unwrapped(item: JsonObject, at: str, kind: ItemKind | None) -> Iterator[Item | JsonError]:
    wrapped = [name for name in _WRAPPERS if item.get(name) is not None]
    for name in wrapped:
        yield from _wrapped(item, name, at)
    alone = item.get("reference") is not None
    if alone:
        told = kind or _told_kind(item)
        yield Item(told or "intent", item, at, unsure=told is None)
    elif not wrapped:
        raise _no_reference(item, at)
    yield from _unread(item, at, *(("details",) if alone else ()))


def _wrapped(item: JsonObject, name: str, at: str) -> Iterator[Item | JsonError]:
    try:
        inner = find_object(item, name, at)
    except JsonError as error:
        yield error
        return
    if inner is not None:
        yield Item(_WRAPPERS[name], inner, f"{at}/{name}")


def _unread(item: JsonObject, at: str, *known: str) -> Iterator[JsonError]:
    """An error for each member beside those that are read in which more flights may be; empty ones hold none."""
    for name in _ELSEWHERE:
        if name not in known and isinstance(item.get(name), dict | list) and item[name]:
            yield JsonError(
                f"{name!r} stands beside other operational intents or constraints, and is not read there.",
                "Put it into a file of its own.",
                pointer=f"{at}/{name}",
            )


def _told_kind(item: JsonObject) -> ItemKind | None:
    """What an item outside a named list is, by the members that only one of the two has; None where neither tells."""
    reference, details = item.get("reference"), item.get("details")
    if isinstance(reference, dict) and ("state" in reference or "subscription_id" in reference):
        return "intent"
    if isinstance(details, dict):
        if "off_nominal_volumes" in details or "priority" in details:
            return "intent"
        if "type" in details or "geozone" in details:
            return "constraint"
    return None


def _no_reference(item: JsonObject, at: str) -> JsonError:
    if any(name in item for name in _NOTICES):
        return JsonError(
            "a notice that something was removed carries nothing to check.",
            "Leave out the file of what was removed.",
            pointer=at,
        )
    advice = 'Give it as {"reference": {...}, "details": {...}}, as OperationalIntent and Constraint are.'
    if any(name in item for name in _WITHOUT_DETAILS):
        return JsonError("reference and details must stand together, and the reference is missing.", advice, pointer=at)
    return JsonError("this is neither an operational intent nor a constraint: it has no reference.", advice, pointer=at)
