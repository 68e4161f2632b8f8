"""Time as the exact integers that decide: nanoseconds of UTC since 1970, and closed windows of them.

Implements "Time" of docs/conflicts.md: UTC, integers of nanoseconds, rounded outward; `:60` is read as the next second
and said so; a time without a zone is refused. Called by every reader and by the conflict search.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from sharedsky.errors import TimeError

NS_PER_S: Final = 1_000_000_000
NS_PER_MIN: Final = 60 * NS_PER_S
NS_PER_DAY: Final = 86_400 * NS_PER_S

#: The earliest and latest instants that can be held; also "no start" and "no end" of an open window.
#: A little inside int64, so that buffers can be added without overflow.
MIN_NS: Final = -(2**63) + 2**58
MAX_NS: Final = 2**63 - 2**58

Rounding = Literal["down", "up"]

_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:([Zz])|([+-])(\d{2}):(\d{2}))", re.ASCII
)


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """A closed span of time [start_ns, end_ns], nanoseconds of UTC since 1970; one instant is a window too.

    Raises:
        TimeError: the end lies before the start, or either is out of range.
    """

    start_ns: int
    end_ns: int

    def __post_init__(self) -> None:
        if not (MIN_NS <= self.start_ns <= MAX_NS and MIN_NS <= self.end_ns <= MAX_NS):
            raise TimeError("the time lies outside the years 1687 to 2252.", "Give a time inside them.")
        if self.end_ns < self.start_ns:
            raise TimeError(
                f"the end {format_instant(self.end_ns)} lies before the start {format_instant(self.start_ns)}.",
                "Give an end at or after the start.",
            )

    def widened(self, buffer_ns: int) -> TimeWindow:
        """The window longer by buffer_ns >= 0 at both ends; open ends stay open."""
        return TimeWindow(max(MIN_NS, self.start_ns - buffer_ns), min(MAX_NS, self.end_ns + buffer_ns))

    def meets(self, other: TimeWindow) -> bool:
        """Whether the two closed windows share an instant; touching counts."""
        return self.start_ns <= other.end_ns and other.start_ns <= self.end_ns


ALWAYS: Final = TimeWindow(MIN_NS, MAX_NS)


@dataclass(frozen=True, slots=True)
class Instant:
    """A parsed time: its nanoseconds, and whether it was written with a leap second (`:60`)."""

    ns: int
    leap_second: bool = False


def parse_instant(text: str, rounding: Rounding = "down") -> Instant:
    """Read an RFC 3339 time with a zone.

    Args:
        text: as `2026-03-01T10:00:00.5Z` or with an offset; `:60` is read as the next second (leap_second is set).
        rounding: where digits finer than a nanosecond go: a start "down", an end "up" (outward).
    Raises:
        TimeError: not RFC 3339, no zone, no such date, out of range.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise TimeError(f"{text[:40]!r} is not an RFC 3339 time with a zone.", "Write it as 2026-03-01T10:00:00Z.")
    year, month, day, hour, minute, second = (int(g) for g in match.groups()[:6])
    leap = second == 60
    try:
        whole = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC)
    except ValueError as error:
        raise TimeError(f"{text[:40]!r} is no time that exists ({error}).", "Correct the date or time.") from None
    ns = _whole_seconds(whole) * NS_PER_S + (NS_PER_S if leap else 0)
    digits = match.group(7) or ""
    if not leap:
        ns += int(digits[:9].ljust(9, "0")) if digits else 0
        if rounding == "up" and digits[9:].strip("0"):
            ns += 1
    if match.group(9):
        offset_h, offset_min = int(match.group(10)), int(match.group(11))
        if offset_h > 23 or offset_min > 59:
            raise TimeError(f"{text[:40]!r} has no such zone offset.", "Offsets reach from -23:59 to +23:59.")
        offset = (offset_h * 60 + offset_min) * NS_PER_MIN
        ns += -offset if match.group(9) == "+" else offset
    if not MIN_NS < ns < MAX_NS:
        raise TimeError(f"{text[:40]!r} lies outside the years 1687 to 2252.", "Give a time inside them.")
    return Instant(ns, leap)


def instant_on(day: date, hour: int, minute: int, second: int = 0) -> int:
    """Nanoseconds of UTC for a wall-clock time on a day; hour 24 minute 0 is the day's end.

    Raises:
        TimeError: no such time.
    """
    if not (0 <= minute < 60 and 0 <= second < 60 and (0 <= hour < 24 or (hour, minute, second) == (24, 0, 0))):
        raise TimeError(f"{hour:02d}:{minute:02d}:{second:02d} is no time of day.", "Write 00:00 to 24:00.")
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    ns = (_whole_seconds(midnight) + hour * 3600 + minute * 60 + second) * NS_PER_S
    if not MIN_NS < ns < MAX_NS:
        raise TimeError(f"{day.isoformat()} lies outside the years 1687 to 2252.", "Give a date inside them.")
    return ns


def format_instant(ns: int, places: int | None = None) -> str:
    """An instant as RFC 3339 in UTC (Z): with the digits it needs, or with a fixed number of places (rounded down).

    The open ends MIN_NS and MAX_NS are written as the first and last year that can be held.
    """
    seconds, rest = divmod(ns, NS_PER_S)
    whole = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    digits = f"{rest:09d}"
    fraction = digits.rstrip("0") if places is None else digits[:places]
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def _whole_seconds(moment: datetime) -> int:
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return delta.days * 86_400 + delta.seconds
