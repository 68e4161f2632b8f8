"""Flight declarations: GeoJSON as drone operators submit it, read (docs/formats/flight-declarations.md).

Source: the Flight Declaration protocol (Global UTM Association, development version: parts with start_time, end_time,
min_altitude, max_altitude), and the form in which OpenUTM's Flight Blender takes it (flight_declaration_geo_json with
originating_party). Inside such an envelope all features are the parts of one flight. In a bare FeatureCollection each
feature is a plan of its own, unless features share an `id`: nothing says that they belong to one flight, and parts
read as one plan would never conflict. Called through READERS in detect.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sharedsky.errors import ScopeError, SharedskyError
from sharedsky.formats.drafts import Draft, Drafts, place
from sharedsky.formats.geojson import GEODESIC_EDGES, feature_id, feature_object
from sharedsky.formats.geojson_envelopes import (
    BODIES,
    Declaration,
    Envelope,
    find_entries,
    read_declaration,
    unread_beside,
)
from sharedsky.formats.geojson_geometry import GeometryReader
from sharedsky.formats.geojson_parts import read_part
from sharedsky.formats.json_access import find_text, kept_text
from sharedsky.formats.json_look import look
from sharedsky.formats.json_text import JsonError, decode, paused_collector
from sharedsky.formats.reading import Document, Reading, ReadOptions
from sharedsky.plans.plan import Source
from sharedsky.plans.scope import any_out_of_scope, check_scope

NAME = "flight-declaration"

_TOKENS: Final = (b'"max_altitude"', b'"min_altitude"', b'"start_time"', b'"start_datetime"')
_Key = tuple[str | None, str]


def sniff(document: Document) -> bool:
    """Whether the content is a flight declaration: its envelope, or features with its properties."""
    seen = look(document.data)
    if not seen.names.isdisjoint(BODIES) or ("results" in seen.names and b'"flight_declaration' in document.data):
        return True
    features = seen.kind in ("FeatureCollection", "Feature") or (not seen.whole and "features" in seen.names)
    return features and "sharedsky" not in seen.names and any(token in document.data for token in _TOKENS)


def read(documents: Sequence[Document], options: ReadOptions) -> Reading:
    """Read all documents of this format; raises nothing for bad content."""
    reading = Reading(limits=options.limits)
    with paused_collector():
        for document in documents:
            try:
                decoded = decode(document.data, options.limits)
            except SharedskyError as error:
                reading.refuse(place(error, document.name), error)
                continue
            drafts = Drafts(NAME, document.name, options.limits, reading)
            _File(drafts, any_out_of_scope(decoded.names)).read(decoded.value)
    if reading.plans:
        reading.assumptions.append(GEODESIC_EDGES)
    return reading


class _File:
    """One document of declarations."""

    def __init__(self, drafts: Drafts, suspicious: bool) -> None:
        self.drafts = drafts
        self.suspicious = suspicious
        self.geometry = GeometryReader(drafts.rings, drafts.limits)

    def read(self, value: object) -> None:
        """Read every declaration in a decoded text."""
        for error in unread_beside(value):
            self.drafts.refuse(error, "")
        for entry, at in find_entries(value):
            try:
                declaration = read_declaration(entry, at, self.drafts.limits)
                if declaration.envelope is None:
                    self._bare(declaration)
                else:
                    self._flight(declaration, declaration.envelope)
            except SharedskyError as error:
                self.drafts.refuse(error, at)
        self.drafts.build()

    def _flight(self, declaration: Declaration, envelope: Envelope) -> None:
        """An envelope: one flight, or one for each owner that its features name."""
        place_of = f"{self.drafts.file}#{envelope.at}" if envelope.at else self.drafts.file
        name = self._kept(envelope.id or place_of, envelope.at)
        try:
            if self.suspicious:
                check_scope(envelope.value, envelope.at)
        except ScopeError as error:
            self.drafts.refuse(error, envelope.at, name)
            return
        own = envelope.value.get("operational_intent")
        if isinstance(own, dict) and "reference" in own:
            beside = JsonError("an operational intent stands beside the declaration.", "Put it into a file of its own.")
            self.drafts.refuse(beside, f"{envelope.at}/operational_intent", name)
        flights: dict[str | None, Draft] = {}
        for value, at in declaration.features or [(None, "")]:
            owner = self._owner(value, at) or envelope.owner
            if owner not in flights:
                source = Source(self.drafts.file, envelope.at)
                flights[owner] = Draft(name, owner, source, version=envelope.version)
                if own:
                    flights[owner].note("its operational_intent says the same in another form, and is not read.")
            if at or value is not None:
                self._part(value, at, flights[owner], envelope)
        self.drafts.drafts += flights.values()

    def _bare(self, declaration: Declaration) -> None:
        """A collection by itself: each id a plan, and each feature without one."""
        plans: dict[_Key, Draft] = {}
        out_of_scope: set[_Key] = set()
        if self.suspicious:
            self._check_surroundings(declaration)
        for k, (value, at) in enumerate(declaration.features):
            try:
                feature, properties = feature_object(value, at)
                name = feature_id(feature, properties, at)
                key = (self._owner(value, at), self._kept(name or f"{self.drafts.file}#{k}", at))
            except SharedskyError as error:
                self.drafts.refuse(error, at)
                continue
            if self.suspicious:
                try:
                    check_scope(feature, at)
                except ScopeError as error:
                    self.drafts.refuse(error, at, key[1])
                    out_of_scope.add(key)
                    continue
            if key not in plans:
                plans[key] = Draft(key[1], key[0], Source(self.drafts.file, at))
            else:
                plans[key].join()
            self._part(value, at, plans[key], None)
        self.drafts.drafts += [draft for key, draft in plans.items() if key not in out_of_scope]

    def _check_surroundings(self, declaration: Declaration) -> None:
        """What stands beside the features belongs to no plan: refused by itself."""
        try:
            check_scope(declaration.beside)
        except ScopeError as error:
            self.drafts.refuse(error, "")

    def _part(self, value: object, at: str, draft: Draft, envelope: Envelope | None) -> None:
        around, around_at = (envelope.value, envelope.at) if envelope is not None else ({}, "")
        try:
            self.drafts.limits.check("max_volumes_per_plan", len(draft.volumes) + 1, "the plan's volumes")
            read_part(value, at, draft, self.geometry, around, around_at)
        except SharedskyError as error:
            self.drafts.fault(draft, at, error)

    def _owner(self, value: object, at: str) -> str | None:
        """The owner that a feature names by itself; what is no feature names none and fails later."""
        properties = value.get("properties") if isinstance(value, dict) else None
        if type(properties) is not dict:
            return None
        place_of = f"{at}/properties"
        names = (find_text(properties, name, place_of) for name in ("owner", "originating_party"))
        owner = next((name for name in names if name), None)
        return None if owner is None else self._kept(owner, place_of)

    def _kept(self, text: str, at: str) -> str:
        return kept_text(text, self.drafts.limits, at)
