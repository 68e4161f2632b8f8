"""RFC 3339 times in JSON, remembered between volumes, since plans share many. Called by the readers of JSON."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sharedsky.airspace.time import Instant, Rounding, parse_instant
from sharedsky.formats.drafts import Draft

#: Longer texts are no times that anyone shares.
_LONGEST: Final = 40
LEAP_SECOND: Final = "a time was written with a leap second (:60); it was read as the next second."


def read_ns(text: str, rounding: Rounding, draft: Draft) -> int:
    """One time in nanoseconds; a start rounds down and an end up (outward), a leap second is noted in the draft.

    Raises:
        TimeError: no RFC 3339 time with a zone.
    """
    instant = _remembered(text, rounding) if len(text) <= _LONGEST else parse_instant(text, rounding)
    if instant.leap_second:
        draft.note(LEAP_SECOND)
    return instant.ns


@lru_cache(maxsize=65_536)
def _remembered(text: str, rounding: Rounding) -> Instant:
    return parse_instant(text, rounding)
