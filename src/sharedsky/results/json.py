"""A report as JSON, version 1 of the schema in docs/schemas/result-v1.schema.json; explained in docs/result.md.

Every bare number carries its unit in its key; times are RFC 3339 in UTC (Z) with all their digits, null where a window
is open; the same report gives the same bytes. Called by the command line, `sharedsky.to_json` and the GeoJSON writer.
"""

from __future__ import annotations

import json
from typing import Final

from sharedsky.airspace.altitude import M_PER_FT, UM_PER_FT, UM_PER_M
from sharedsky.airspace.earth import M_PER_NM
from sharedsky.airspace.time import MAX_NS, MIN_NS, TimeWindow, format_instant
from sharedsky.conflicts.report import Breaks, ClosestApproach, Conflict, LevelBand, Rejected, Report, Side, Summary

SCHEMA_NAME: Final = "sharedsky-result"
#: Grows when a reader of the old form would misread the new one; new keys alone do not change it.
SCHEMA_VERSION: Final = 1

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject = dict[str, JsonValue]


def to_json(report: Report) -> str:
    """The report as JSON text in ASCII, indented, with a newline at its end."""
    return dump(report_object(report))


def dump(value: JsonObject) -> str:
    """JSON text in ASCII: no character of it can steer a terminal. NaN and infinity cannot be written."""
    # DEL is the one control character in ASCII that JSON lets through.
    return json.dumps(value, indent=2, allow_nan=False).replace("\x7f", "\\u007f") + "\n"


def report_object(report: Report) -> JsonObject:
    """The whole report as the schema has it."""
    return {
        "schema": SCHEMA_NAME,
        "version": SCHEMA_VERSION,
        **context_object(report),
        "conflicts": [conflict_object(conflict) for conflict in report.conflicts],
    }


def context_object(report: Report) -> JsonObject:
    """All of a report except its conflicts: what was checked, what was not, and what the result assumes."""
    return {
        "summary": _summary(report.summary, report),
        "rejected": [_rejected(item) for item in report.rejected],
        "undetermined": [
            {"a": side_object(item.a), "b": side_object(item.b), "reason": item.reason} for item in report.undetermined
        ],
        "assumptions": list(report.assumptions),
        "notes": list(report.notes),
        "gaps": [
            {"plan": plan, "start": instant(start_ns), "end": instant(end_ns)} for plan, start_ns, end_ns in report.gaps
        ],
    }


def conflict_object(conflict: Conflict) -> JsonObject:
    """One conflict."""
    lat_deg, lng_deg = conflict.place
    return {
        "kind": conflict.kind,
        "certainty": conflict.certainty,
        "class": conflict.cls,
        "a": side_object(conflict.a),
        "b": side_object(conflict.b),
        **window_object(conflict.window),
        "certain_windows": [window_object(window) for window in conflict.certain_windows],
        "level_band": band_object(conflict.band),
        "closest_approach": None if conflict.closest is None else closest_object(conflict.closest),
        "ratio": conflict.ratio,
        "place": {"lat_deg": lat_deg, "lng_deg": lng_deg},
        "breaks": breaks_object(conflict.breaks),
        "needs_terrain": conflict.needs_terrain,
        "notes": list(conflict.notes),
    }


def side_object(side: Side) -> JsonObject:
    """One side of a conflict; an unknown owner is null."""
    return {"role": side.role, "id": side.id, "owner": side.owner, "file": side.file, "label": side.label}


def window_object(window: TimeWindow) -> JsonObject:
    """A window's start and end."""
    return {"start": instant(window.start_ns), "end": instant(window.end_ns)}


def instant(ns: int) -> str | None:
    """An instant in RFC 3339 with all its digits, or None where the window is open (no start, no end)."""
    return None if ns <= MIN_NS or ns >= MAX_NS else format_instant(ns)


def band_object(band: LevelBand) -> JsonObject:
    """A band of levels in metres and feet of one datum; None is open."""
    return {
        "datum": band.datum,
        "lower_m": band.lower_m,
        "upper_m": band.upper_m,
        "lower_ft": None if band.lower_m is None else _feet(band.lower_m),
        "upper_ft": None if band.upper_m is None else _feet(band.upper_m),
    }


def closest_object(closest: ClosestApproach) -> JsonObject:
    """The instant of closest approach, and the separations then."""
    return {
        "time": format_instant(closest.time_ns),
        "horizontal_m": closest.horizontal_m,
        "horizontal_nm": closest.horizontal_m / M_PER_NM,
        "vertical_m": closest.vertical_m,
        "vertical_ft": None if closest.vertical_m is None else _feet(closest.vertical_m),
        "lat_deg": closest.lat_deg,
        "lng_deg": closest.lng_deg,
        "nominal": closest.nominal,
    }


def breaks_object(breaks: Breaks) -> JsonObject:
    """The minima that a conflict breaks, and the profile that sets them (R29)."""
    return {
        "profile": breaks.profile,
        "version": breaks.version,
        "source": breaks.source,
        "minima": breaks.minima,
        "horizontal_m": breaks.horizontal_m,
        "horizontal_nm": breaks.horizontal_m / M_PER_NM,
        "vertical_m": breaks.vertical_um / UM_PER_M,
        "vertical_ft": breaks.vertical_um / UM_PER_FT,
    }


def _summary(summary: Summary, report: Report) -> JsonObject:
    return {
        "files": summary.files,
        "plans": summary.plans,
        "zones": summary.zones,
        "volumes": summary.volumes,
        "legs": summary.legs,
        "conflicts": summary.conflicts,
        "certain": summary.certain,
        "possible": summary.possible,
        "rejected": len(report.rejected),
        "undetermined": len(report.undetermined),
        "clear": report.clear,
    }


def _rejected(item: Rejected) -> JsonObject:
    source = item.source
    return {
        "file": source.file,
        "pointer": source.pointer,
        "line": source.line,
        "plan": item.plan,
        "kind": item.kind,
        "reason": item.reason,
    }


def _feet(metres: float) -> float:
    """Metres as feet, to the micrometre and no further: FL360 is 36,000 ft."""
    return round(metres / M_PER_FT, 5)
