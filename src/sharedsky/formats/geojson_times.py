"""Times in the properties of GeoJSON features, read outward: a start rounds down, an end up. Called by the readers."""

from __future__ import annotations

from sharedsky.airspace.time import MAX_NS, MIN_NS, TimeWindow
from sharedsky.errors import TimeError
from sharedsky.formats.drafts import Draft
from sharedsky.formats.json_access import JsonObject, as_text, find_text
from sharedsky.formats.json_text import JsonError
from sharedsky.formats.json_times import read_ns


def read_window(holder: JsonObject, at: str, draft: Draft, *, may_be_left_out: bool) -> TimeWindow:
    """`start` and `end` of our GeoJSON; null is open, and so is leaving it out where that is allowed.

    Raises:
        JsonError, TimeError: missing, no RFC 3339 time with a zone, or an end before its start.
    """
    for name in ("start", "end"):
        if name not in holder and not may_be_left_out:
            advice = "Add it as 2026-03-01T10:00:00Z, or as null if it is truly open."
            raise JsonError(f"at {at}: the member {name!r} is missing.", advice, pointer=at)
    start, end = find_text(holder, "start", at), find_text(holder, "end", at)
    return TimeWindow(
        MIN_NS if start is None else read_ns(start, "down", draft), MAX_NS if end is None else read_ns(end, "up", draft)
    )


def read_times(values: list[object], at: str, draft: Draft) -> list[int]:
    """The times of a path's points, in nanoseconds."""
    return [read_ns(as_text(value, f"{at}/{k}"), "down", draft) for k, value in enumerate(values)]


def read_declared_window(
    properties: JsonObject, at: str, around: JsonObject, around_at: str, draft: Draft
) -> TimeWindow:
    """The window of a flight declaration's feature: its own times, else those of the declaration around it.

    Raises:
        TimeError, JsonError: neither has them, or they are no times.
    """
    start = _declared(properties, at, "start") or _declared(around, around_at, "start")
    end = _declared(properties, at, "end") or _declared(around, around_at, "end")
    for name, text in (("start_time", start), ("end_time", end)):
        if text is None:
            raise TimeError(f"{name} is missing.", "Add it to the feature's properties as 2026-03-01T10:00:00Z.")
    return TimeWindow(read_ns(start or "", "down", draft), read_ns(end or "", "up", draft))


def _declared(holder: JsonObject, at: str, side: str) -> str | None:
    """`start_time` as the protocol has it, or `start_datetime` as it is submitted."""
    text = find_text(holder, f"{side}_time", at)
    return text if text is not None else find_text(holder, f"{side}_datetime", at)
