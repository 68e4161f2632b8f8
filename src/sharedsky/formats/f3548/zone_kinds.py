"""What kind of zone a constraint is: from its own type, or from the restriction of its geo zone (ED-269).

F3548-21 leaves ConstraintDetails.type to the parties; ours is `sharedsky.` and the kind, as the writer gives it. Of
several hints the strictest counts, and a constraint without any is reserved airspace, which conflicts. Called by
reader.py and writer.py.
"""

from __future__ import annotations

from typing import Final

from sharedsky.formats.json_access import JsonObject, find_object, find_text
from sharedsky.plans.plan import ZoneKind

#: The prefix of ConstraintDetails.type that sharedsky writes.
TYPE_PREFIX: Final = "sharedsky."

#: ED-269 restrictions; F3548-21's interface lists them under the geo zone's type as well.
RESTRICTIONS: Final[dict[str, ZoneKind]] = {
    "PROHIBITED": ZoneKind.PROHIBITED,
    "REQ_AUTHORISATION": ZoneKind.RESTRICTED,
    "CONDITIONAL": ZoneKind.RESTRICTED,
    "NO_RESTRICTION": ZoneKind.NO_RESTRICTION,
}

#: From the strictest down; of two hints the earlier one counts.
_STRICTEST: Final = (
    ZoneKind.PROHIBITED,
    ZoneKind.DANGER,
    ZoneKind.RESTRICTED,
    ZoneKind.PROTECTED,
    ZoneKind.RESERVED,
    ZoneKind.AIRSPACE_CLASS,
    ZoneKind.TMZ,
    ZoneKind.RMZ,
    ZoneKind.NO_RESTRICTION,
)


def zone_kind(details: JsonObject, at: str) -> ZoneKind:
    """The kind of a constraint from its ConstraintDetails.

    Raises:
        JsonError: type or geozone is not what it should be.
    """
    hints: list[ZoneKind] = []
    own = find_text(details, "type", at)
    if own is not None and own.startswith(TYPE_PREFIX) and own.removeprefix(TYPE_PREFIX) in set(ZoneKind):
        hints.append(ZoneKind(own.removeprefix(TYPE_PREFIX)))
    geozone = find_object(details, "geozone", at)
    if geozone is not None:
        for name in ("restriction", "type"):
            code = find_text(geozone, name, f"{at}/geozone")
            if code in RESTRICTIONS:
                hints.append(RESTRICTIONS[code])
    return min(hints, key=_STRICTEST.index, default=ZoneKind.RESERVED)


def zone_name(details: JsonObject, at: str) -> str:
    """What a geo zone is called: its name, else country and identifier, else nothing."""
    geozone = find_object(details, "geozone", at)
    if geozone is None:
        return ""
    place = f"{at}/geozone"
    name = find_text(geozone, "name", place)
    parts = (find_text(geozone, "country", place), find_text(geozone, "identifier", place))
    return name or " ".join(part for part in parts if part)
