"""Our own documented GeoJSON, read: plans and zones with every datum, corridors, holes and paths at known times.

A FeatureCollection with the member `"sharedsky": "1"`; the schema is docs/schemas/sharedsky-geojson-v1.schema.json and
docs/formats/geojson.md says what is read and ignored. Features of one identity are the volumes of one plan. Any other
FeatureCollection comes here too, and its refusals say what a feature needs. Called through READERS in detect.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sharedsky.errors import FormatError, SharedskyError
from sharedsky.formats.drafts import Draft, Drafts, place
from sharedsky.formats.geojson_features import read_facts, read_feature, read_kind
from sharedsky.formats.geojson_geometry import GeometryReader, check_crs
from sharedsky.formats.geojson_writer import VERSION, write
from sharedsky.formats.json_access import (
    JsonObject,
    as_object,
    describe,
    find_integer,
    find_object,
    find_text,
    get_list,
    get_text,
    kept_text,
    wrong,
)
from sharedsky.formats.json_look import look
from sharedsky.formats.json_text import Decoded, decode, paused_collector
from sharedsky.formats.reading import Document, Reading, ReadOptions
from sharedsky.plans.plan import Source, ZoneKind
from sharedsky.plans.scope import any_out_of_scope, check_scope

NAME = "geojson"
GEODESIC_EDGES: Final = (
    "Edges of GeoJSON shapes are geodesics of WGS 84, not straight lines of longitude and latitude as in RFC 7946: "
    "2 m apart at most for an edge of 10 km at 47 N, 211 m for one of 100 km."
)

__all__ = ["NAME", "read", "sniff", "write"]

#: What tells a plan or zone apart within a file.
_Key = tuple[str | None, str, int | None, ZoneKind | None]


def sniff(document: Document) -> bool:
    """Whether the content is GeoJSON; flight declarations are asked for first."""
    seen = look(document.data)
    return seen.kind in ("FeatureCollection", "Feature") or "sharedsky" in seen.names


def read(documents: Sequence[Document], options: ReadOptions) -> Reading:
    """Read all documents of this format; raises nothing for bad content."""
    reading = Reading(limits=options.limits)
    with paused_collector():
        for document in documents:
            try:
                decoded = decode(document.data, options.limits)
                _Collection(Drafts(NAME, document.name, options.limits, reading)).read(decoded)
            except SharedskyError as error:
                reading.refuse(place(error, document.name), error)
    if reading.plans or reading.zones:
        reading.assumptions.append(GEODESIC_EDGES)
    return reading


def read_features(top: JsonObject, at: str) -> list[object]:
    """The features of a FeatureCollection, or a Feature by itself.

    Raises:
        JsonError, FormatError: it is neither.
    """
    kind = get_text(top, "type", at)
    if kind == "Feature":
        return [top]
    if kind != "FeatureCollection":
        raise FormatError(f"the GeoJSON is a {kind[:40]!r}.", "Give a FeatureCollection.")
    return get_list(top, "features", at)


def feature_object(value: object, at: str) -> tuple[JsonObject, JsonObject]:
    """A feature and its properties.

    Raises:
        JsonError, FormatError: it is no feature, or names another coordinate system.
    """
    feature = as_object(value, at)
    if feature.get("type") != "Feature":
        raise wrong(feature.get("type"), '"Feature"', f"{at}/type")
    return feature, find_object(feature, "properties", at) or {}


def feature_id(feature: JsonObject, properties: JsonObject, at: str) -> str | None:
    """The id of a feature: the property, else GeoJSON's own member; whole numbers count as text. None without."""
    for holder, spot in ((properties, f"{at}/properties"), (feature, at)):
        value = holder.get("id")
        if type(value) is int and -(2**63) <= value < 2**63:
            return str(value)
        text = find_text(holder, "id", spot)
        if text:
            return text
    return None


class _Collection:
    """One document: its features by identity."""

    def __init__(self, drafts: Drafts) -> None:
        self.drafts = drafts
        self.geometry = GeometryReader(drafts.rings, drafts.limits)
        self.by_key: dict[_Key, Draft] = {}
        self.refused: set[_Key] = set()

    def read(self, decoded: Decoded) -> None:
        """Read all features; SharedskyError where the collection as a whole cannot be read."""
        top = as_object(decoded.value, "")
        self._check_top(top)
        suspicious = any_out_of_scope(decoded.names)
        if suspicious:
            self._check_surroundings(top)
        single = top.get("type") == "Feature"
        for k, value in enumerate(read_features(top, "")):
            self._read_one(value, "" if single else f"/features/{k}", k, suspicious)
        self.drafts.drafts = [draft for key, draft in self.by_key.items() if key not in self.refused]
        self.drafts.build()

    def _check_top(self, top: JsonObject) -> None:
        if (note := check_crs(top, "")) is not None:
            self._note(note)
        version = top.get("sharedsky")
        if version is None:
            self._note('the file has no member "sharedsky"; it was read as version "1".')
        elif isinstance(version, dict):
            raise FormatError("this is the result of a check, not its input.", "Give files with plans or zones.")
        elif version != VERSION:
            raise FormatError(f"the member sharedsky is {describe(version)}.", f'This release reads "{VERSION}".')

    def _note(self, text: str) -> None:
        self.drafts.reading.note(Source(self.drafts.file), text)

    def _check_surroundings(self, top: JsonObject) -> None:
        try:
            check_scope({name: value for name, value in top.items() if name != "features"})
        except SharedskyError as error:
            self.drafts.refuse(error, "")

    def _read_one(self, value: object, at: str, index: int, suspicious: bool) -> None:
        name: str | None = None
        try:
            feature, properties = feature_object(value, at)
            name = feature_id(feature, properties, at)
            draft, key = self._draft(name or f"{self.drafts.file}#{index}", properties, at)
        except SharedskyError as error:
            self.drafts.refuse(error, at, name)
            return
        if suspicious and not self._in_scope(feature, at, draft, key):
            return
        try:
            check_crs(feature, at)
            self.drafts.limits.check("max_volumes_per_plan", len(draft.volumes) + 1, "the plan's volumes")
            read_facts(properties, f"{at}/properties", draft, self.drafts.limits)
            read_feature(feature, properties, at, draft, self.geometry)
        except SharedskyError as error:
            self.drafts.fault(draft, at, error)

    def _draft(self, name: str, properties: JsonObject, at: str) -> tuple[Draft, _Key]:
        """The draft that a feature belongs to: the same owner, id, version and kind."""
        inside = f"{at}/properties"
        owner = kept_text(find_text(properties, "owner", inside) or "", self.drafts.limits, f"{inside}/owner")
        kind = read_kind(properties, inside)
        version = find_integer(properties, "version", inside)
        key: _Key = (owner or None, kept_text(name, self.drafts.limits, at), version, kind)
        draft = self.by_key.get(key)
        if draft is None:
            draft = Draft(name, owner or None, Source(self.drafts.file, at), kind, version=version)
            self.by_key[key] = draft
        else:
            draft.join()
        return draft, key

    def _in_scope(self, feature: JsonObject, at: str, draft: Draft, key: _Key) -> bool:
        """Whether a feature is in scope; if not, its whole plan is refused."""
        try:
            check_scope(feature, at)
        except SharedskyError as error:
            self.drafts.refuse(error, at, draft.id)
            self.refused.add(key)
            return False
        return True
