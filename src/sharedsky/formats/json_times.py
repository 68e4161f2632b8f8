"""RFC 3339 times in JSON: the ordinary form quickly, with days remembered, and any other by `parse_instant`.

Called by the readers of JSON.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from sharedsky.airspace.time import MAX_NS, NS_PER_DAY, NS_PER_S, Rounding, parse_instant
from sharedsky.errors import TimeError
from sharedsky.formats.drafts import Draft

_ORDINARY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?Z", re.ASCII)
LEAP_SECOND: Final = "a time was written with a leap second (:60); it was read as the next second."


def read_ns(text: str, rounding: Rounding, draft: Draft) -> int:
    """One time in nanoseconds; a start rounds down and an end up (outward), a leap second is noted in the draft.

    Raises:
        TimeError: no RFC 3339 time with a zone.
    """
    ordinary = _ORDINARY.fullmatch(text)
    if ordinary is not None:
        day, hour, minute, second, digits = ordinary.groups()
        midnight = _midnight_ns(day)
        if midnight is not None:
            seconds = 3600 * int(hour) + 60 * int(minute) + int(second)
            return midnight + seconds * NS_PER_S + (int(digits.ljust(9, "0")) if digits else 0)
    instant = parse_instant(text, rounding)
    if instant.leap_second:
        draft.note(LEAP_SECOND)
    return instant.ns


@lru_cache(maxsize=4_096)
def _midnight_ns(day: str) -> int | None:
    """Nanoseconds of a day's beginning; None where there is no such day, or it is not held from end to end."""
    try:
        midnight = parse_instant(f"{day}T00:00:00Z").ns
    except TimeError:
        return None
    return midnight if midnight < MAX_NS - NS_PER_DAY else None
