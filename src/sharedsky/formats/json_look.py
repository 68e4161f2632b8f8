"""A cheap first look at a JSON text: which of the members that formats are known by stand at its top.

Nothing is built: one pass of the decoder skips over the values, in any order of members. For a list, the names near its
beginning count. Called by the readers' `sniff`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import msgspec

_KNOWN: Final = (
    "type",
    "features",
    "sharedsky",
    "operational_intents",
    "constraints",
    "operational_intent",
    "constraint",
    "operational_intent_id",
    "constraint_id",
    "operational_intent_reference",
    "operational_intent_references",
    "constraint_reference",
    "constraint_references",
    "reference",
    "details",
    "extents",
    "volumes",
    "flight_declaration_geo_json",
    "flight_declaration_geojson",
    "flight_declaration_raw_geojson",
    "flight_declaration",
    "originating_party",
    "results",
)
#: A struct with one optional member for each known name; everything else is skipped.
_Top: Final = msgspec.defstruct(
    "_Top", [(name, msgspec.Raw | msgspec.UnsetType, msgspec.UNSET) for name in _KNOWN], gc=False
)
_DECODER: Final = msgspec.json.Decoder(_Top)
#: How much of a list is looked at [bytes].
_PREFIX: Final = 65_536
_NAME = re.compile(rb'"([a-z_]{1,40})"\s*:')
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Look:
    """names: the known members found; kind: GeoJSON's `type` at the top, or ""; whole: the text is one JSON object."""

    names: frozenset[str] = frozenset()
    kind: str = ""
    whole: bool = False


def look(data: bytes) -> Look:
    """Look at a text; whatever is no JSON object or list gives an empty look. Never raises."""
    start = data[:_PREFIX].removeprefix(_BOM).lstrip()[:1]
    if start == b"[":
        found = {name.decode() for name in _NAME.findall(data[:_PREFIX])}
        return Look(frozenset(found.intersection(_KNOWN)))
    if start != b"{":
        return Look()
    try:
        top = _DECODER.decode(data.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Look()
    given = {name: getattr(top, name) for name in _KNOWN if getattr(top, name) is not msgspec.UNSET}
    kind = bytes(given["type"]).strip(b'"').decode("ascii", "replace") if "type" in given else ""
    return Look(frozenset(given), kind[:40], True)


def first_members(data: bytes) -> frozenset[str]:
    """The known member names at the top of a JSON text."""
    return look(data).names
