"""Timestamps of recorded tracks to nanoseconds: text with a zone, or a number whose unit its size makes plain.

A number counts from 1970-01-01 UTC in seconds, milliseconds, microseconds or nanoseconds. For times from March 1973 to
2252 the four do not overlap, so that the size tells the unit; anything between is refused rather than guessed. Digits
finer than a nanosecond are cut off. Called by json_rows.py and csv_rows.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from sharedsky.airspace.earth import IntArray
from sharedsky.airspace.time import NS_PER_S, Instant, parse_instant
from sharedsky.errors import TimeError

#: Smallest and greatest count of each unit (10^8 s is 1973-03-03, 8.9 x 10^9 s is in 2252), and nanoseconds in one.
UNITS: Final = tuple(
    (10**8 * per_second, 89 * 10**8 * per_second, NS_PER_S // per_second) for per_second in (1, 10**3, 10**6, 10**9)
)
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?", re.ASCII)
#: The date and the time of day with a blank between them, as pandas and SQL write it.
_BLANK_AT: Final = 10


def instant_of_count(count: int | float | Decimal) -> int:
    """Nanoseconds of a number of seconds, milliseconds, microseconds or nanoseconds since 1970.

    Raises:
        TimeError: its size does not tell its unit.
    """
    exact = count if isinstance(count, int) else Decimal(repr(count) if isinstance(count, float) else count)
    for least, greatest, ns in UNITS:
        if least <= exact <= greatest:
            return int(exact * ns)
    raise TimeError(
        f"the time {str(count)[:40]} is not plainly seconds, milliseconds, microseconds or nanoseconds since 1970.",
        "Give a time from 1973 to 2252, or RFC 3339 text such as 2026-03-01T10:00:00Z.",
    )


def instants_of_counts(counts: Sequence[int]) -> IntArray | None:
    """The same for whole numbers at once, (n,) int64; None where any of them is refused."""
    try:
        values = np.fromiter(counts, np.int64, len(counts))
    except OverflowError:
        return None
    out, found = np.zeros(len(values), np.int64), np.zeros(len(values), bool)
    for least, greatest, ns in UNITS:
        mine = (values >= least) & (values <= greatest)
        out[mine] = values[mine] * ns
        found |= mine
    return out if found.all() else None


def instant_of_text(text: str) -> Instant:
    """An RFC 3339 time; a blank may stand in place of the T.

    Raises:
        TimeError: no zone, no such time, or something else.
    """
    plain = text.strip()
    if plain[_BLANK_AT : _BLANK_AT + 1] == " ":
        plain = f"{plain[:_BLANK_AT]}T{plain[_BLANK_AT + 1 :]}"
    return parse_instant(plain)


def instant_of_cell(text: str) -> Instant:
    """A CSV cell: a number, or text with a zone.

    Raises:
        TimeError: neither.
    """
    plain = text.strip()
    if not plain:
        raise TimeError("the row has no time.", "Give each row a timestamp.")
    if _NUMBER.fullmatch(plain):
        return Instant(instant_of_count(Decimal(plain)))
    return instant_of_text(plain)
