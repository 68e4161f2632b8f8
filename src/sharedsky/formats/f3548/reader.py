"""Operational intents to plans and constraints to zones, as ASTM F3548-21 writes them in JSON.

The id is the reference's, the owner its manager; volumes and off-nominal volumes both count and are never merged
(docs/formats/f3548.md). What is wrong becomes a refusal and the rest goes on. Called through the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sharedsky.errors import SharedskyError
from sharedsky.formats.drafts import Draft, Drafts, place
from sharedsky.formats.f3548.items import LISTS, Item, find_items
from sharedsky.formats.f3548.wire import read_volume
from sharedsky.formats.f3548.zone_kinds import zone_kind, zone_name
from sharedsky.formats.json_access import find_integer, find_list, find_text, get_object, get_text, kept_text
from sharedsky.formats.json_text import JsonError, decode, paused_collector
from sharedsky.formats.reading import Document, Reading, ReadOptions
from sharedsky.plans.plan import Source, ZoneKind
from sharedsky.plans.scope import any_out_of_scope, check_scope

NAME: Final = "f3548"
#: OperationalIntentState; others are kept and noted.
STATES: Final = ("Accepted", "Activated", "Nonconforming", "Contingent")
_GUESSED: Final = (
    "nothing tells whether this is an operational intent or a constraint: it was read as an intent. "
    'A constraint can be given inside {"constraint": ...}.'
)


def read(documents: Sequence[Document], options: ReadOptions) -> Reading:
    """Read all documents of this format; raises nothing for bad content."""
    reading = Reading(limits=options.limits)
    with paused_collector():
        for document in documents:
            _read_document(document, options, reading)
    return reading


def _read_document(document: Document, options: ReadOptions, reading: Reading) -> None:
    try:
        decoded = decode(document.data, options.limits)
    except SharedskyError as error:
        reading.refuse(place(error, document.name), error)
        return
    drafts = Drafts(NAME, document.name, options.limits, reading)
    suspicious = any_out_of_scope(decoded.names)
    if suspicious and isinstance(decoded.value, dict):
        _check_surroundings(decoded.value, drafts)
    for item in find_items(decoded.value):
        if isinstance(item, JsonError):
            drafts.refuse(item, item.pointer or "")
        else:
            _read_item(item, drafts, suspicious)
    drafts.build()


def _check_surroundings(top: dict[str, object], drafts: Drafts) -> None:
    """The scope of what stands beside the lists, which belongs to no plan: refused by itself."""
    try:
        check_scope({name: value for name, value in top.items() if name not in LISTS})
    except SharedskyError as error:
        if any(name in top for name in LISTS):
            drafts.refuse(error, "")


def _read_item(item: Item, drafts: Drafts, suspicious: bool) -> None:
    name: str | None = None
    try:
        reference = get_object(item.value, "reference", item.at)
        at = f"{item.at}/reference"
        name = kept_text(get_text(reference, "id", at), drafts.limits, f"{at}/id")
        if not name:
            raise JsonError(f"at {at}/id: the id is empty.", "Give the reference's id.", pointer=f"{at}/id")
        if suspicious:
            check_scope(item.value, item.at)
        manager = kept_text(find_text(reference, "manager", at) or "", drafts.limits, f"{at}/manager")
        draft = Draft(name, manager or None, Source(drafts.file, item.at))
        if not manager:
            draft.note("the reference has no manager: the owner is unknown.")
        draft.version = find_integer(reference, "version", at)
        if item.kind == "intent":
            draft.state = kept_text(find_text(reference, "state", at) or "", drafts.limits, f"{at}/state")
        _read_details(item, draft, drafts)
    except SharedskyError as error:
        drafts.refuse(error, item.at, name)
    else:
        drafts.drafts.append(draft)


def _read_details(item: Item, draft: Draft, drafts: Drafts) -> None:
    details = get_object(item.value, "details", item.at)
    at = f"{item.at}/details"
    if item.unsure:
        draft.note(_GUESSED)
    if item.kind == "constraint":
        draft.zone_kind, draft.label = zone_kind(details, at), kept_text(zone_name(details, at), drafts.limits, at)
        if draft.zone_kind is ZoneKind.NO_RESTRICTION:
            draft.note("the geo zone says NO_RESTRICTION: it conflicts only where all zones are asked for.")
    else:
        draft.priority = find_integer(details, "priority", at)
        if draft.state and draft.state not in STATES:
            draft.note(f"the state {draft.state[:40]!r} is none of F3548-21's; the volumes count all the same.")
    lists = [(name, find_list(details, name, at)) for name in ("volumes", "off_nominal_volumes")]
    drafts.limits.check("max_volumes_per_plan", sum(len(entries) for _, entries in lists), "the plan's volumes")
    for name, entries in lists:
        for k, value in enumerate(entries):
            place_of = f"{at}/{name}/{k}"
            try:
                off_nominal = name != "volumes"
                draft.volumes.append(read_volume(value, place_of, off_nominal, draft, drafts.rings, drafts.limits))
            except SharedskyError as error:
                drafts.fault(draft, place_of, error)
