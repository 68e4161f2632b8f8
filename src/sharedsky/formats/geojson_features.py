"""One feature of our own GeoJSON to volumes or a trajectory of its plan or zone (docs/formats/geojson.md).

Called by geojson.py, which groups features by identity.
"""

from __future__ import annotations

from typing import Final

from sharedsky.errors import FormatError
from sharedsky.formats.drafts import Draft, VolumeDraft
from sharedsky.formats.geojson_geometry import HEIGHTS_IGNORED, GeometryReader, Reach
from sharedsky.formats.geojson_levels import read_level
from sharedsky.formats.geojson_paths import read_aerodromes, read_gaps, read_path
from sharedsky.formats.geojson_times import read_window
from sharedsky.formats.json_access import (
    JsonObject,
    find_flag,
    find_integer,
    find_number,
    find_text,
    get_object,
    kept_text,
)
from sharedsky.formats.limits import Limits
from sharedsky.plans.plan import ZoneKind

#: Zone kinds as people may write them, beside the names themselves.
_KIND_WORDS: Final[dict[str, ZoneKind]] = {
    "hazard": ZoneKind.DANGER,
    "no_restriction": ZoneKind.NO_RESTRICTION,
    "airspace_class": ZoneKind.AIRSPACE_CLASS,
}
_RADIUS: Final = 'Add "radius_m" to its properties.'
_WIDTH: Final = 'Add "half_width_m" to its properties, or "times" and "levels" for a path flown at known times.'


def read_kind(properties: JsonObject, at: str) -> ZoneKind | None:
    """The kind of a zone's feature, or None for a plan's: from `type`, or from `kind` where there is no type.

    Raises:
        FormatError: an unknown type or kind, or a zone without a kind.
    """
    kind_type, kind = find_text(properties, "type", at), find_text(properties, "kind", at)
    if kind_type not in (None, "plan", "zone"):
        raise FormatError(f"the type {(kind_type or '')[:40]!r} is neither plan nor zone.", "Give one of them.")
    if kind_type == "plan" or (kind_type is None and kind is None):
        return None
    if kind is None:
        raise FormatError("the zone has no kind.", f"Give one of {', '.join(ZoneKind)}.")
    known = kind if kind in set(ZoneKind) else _KIND_WORDS.get(kind)
    if known is None:
        raise FormatError(f"{kind[:40]!r} is no kind of zone.", f"Give one of {', '.join(ZoneKind)}.")
    return ZoneKind(known)


def read_facts(properties: JsonObject, at: str, draft: Draft, limits: Limits) -> None:
    """What a feature says of its whole plan; several features of a plan may each say it.

    Raises:
        SharedskyError: a property of the wrong type.
    """
    rvsm = find_flag(properties, "rvsm", at)
    if rvsm is not None and draft.rvsm not in (None, rvsm):
        draft.note("the plan's features disagree about rvsm: it was read as not approved.")
        rvsm = False
    draft.rvsm = draft.rvsm if rvsm is None else rvsm
    draft.forecast |= find_flag(properties, "forecast", at) or False
    title = find_text(properties, "name" if draft.zone_kind else "label", at)
    draft.label = draft.label or kept_text(title or "", limits, at)
    draft.state = draft.state or kept_text(find_text(properties, "state", at) or "", limits, at)
    priority = find_integer(properties, "priority", at)
    draft.priority = priority if draft.priority is None else draft.priority
    draft.aerodromes = draft.aerodromes or read_aerodromes(properties, at, limits)
    draft.gaps = draft.gaps or read_gaps(properties, at, draft)


def read_feature(feature: JsonObject, properties: JsonObject, at: str, draft: Draft, geometry: GeometryReader) -> None:
    """Add a feature's volumes or its trajectory to its draft.

    Raises:
        SharedskyError: what is wrong with it; nothing of it was added.
    """
    shape = get_object(feature, "geometry", at)
    inside = f"{at}/properties"
    if properties.get("times") is not None:
        draft.trajectories.append(read_path(shape, f"{at}/geometry", properties, inside, draft, geometry))
    else:
        _volumes(shape, properties, at, draft, geometry)
    if geometry.saw_heights:
        draft.note(HEIGHTS_IGNORED)
        geometry.saw_heights = False


def _volumes(shape: JsonObject, properties: JsonObject, at: str, draft: Draft, geometry: GeometryReader) -> None:
    inside = f"{at}/properties"
    window = read_window(properties, inside, draft, may_be_left_out=draft.zone_kind is not None)
    lower, upper = read_level(properties, "lower", inside), read_level(properties, "upper", inside)
    radius_m = find_number(properties, "radius_m", inside)
    half_width_m = find_number(properties, "half_width_m", inside)
    off_nominal = find_flag(properties, "off_nominal", inside) or False
    shapes = geometry.shapes(shape, f"{at}/geometry", Reach(radius_m, half_width_m, _RADIUS, _WIDTH))
    draft.volumes += [VolumeDraft(at, each, lower, upper, window, off_nominal) for each in shapes]
