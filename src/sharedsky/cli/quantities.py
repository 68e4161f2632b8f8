"""Values of options, parsed and checked by argparse as they are read: units required, nothing guessed.

Each function takes the text as typed and raises ArgumentTypeError, so that a mistake is a usage error which names the
option, says what is wrong and shows how to write it. Called by options.py.
"""

from __future__ import annotations

import math
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date
from typing import Final, TypeVar

Number = TypeVar("Number", int, float)

#: Units of speed [m/s] and of climb [m/s].
_SPEEDS_MPS: Final = {"kt": 1852 / 3600, "km/h": 1 / 3.6, "m/s": 1.0}
_CLIMBS_MPS: Final = {"ft/min": 0.3048 / 60, "m/s": 1.0}
#: 200 NM beside the route is twenty times RNP 10 (ICAO Doc 9613), which is for oceans; with more, flights half a
#: continent apart would all be possible conflicts, and each pair of long ones takes a second.
_MOST_UNCERTAIN: Final = {"lateral-nm": 200}


def length_m(text: str) -> float:
    """A horizontal length with its unit (NM, km, m, ft), in metres."""
    from sharedsky.conflicts.profile import parse_length_m

    return _parsed(parse_length_m, text)


def level_um(text: str) -> int:
    """A vertical distance with its unit (ft, m, FL), in micrometres."""
    from sharedsky.conflicts.profile import parse_level_um

    return _parsed(parse_level_um, text)


def duration_ns(text: str) -> int:
    """A duration with its unit (s, min, h), in nanoseconds."""
    from sharedsky.conflicts.profile import parse_duration_ns

    return _parsed(parse_duration_ns, text)


def speed_mps(text: str) -> float:
    """A speed above zero with its unit (kt, km/h, m/s), in metres per second."""
    return _rate(text, _SPEEDS_MPS, "700m/s")


def climb_mps(text: str) -> float:
    """A rate of climb above zero with its unit (ft/min, m/s), in metres per second."""
    return _rate(text, _CLIMBS_MPS, "30000ft/min")


def day(text: str) -> date:
    """A date as YYYY-MM-DD."""
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text[:40]!r} is no date. Write it as 2026-03-01.") from None


def limit(text: str) -> tuple[str, int]:
    """NAME=NUMBER, a limit on input: its name with underscores, and a whole number of one or more."""
    from sharedsky.formats.limits import limit_names

    name, value = _pair(text, limit_names(), "max-bytes=1000000")
    digits = value.replace("_", "")
    if not (digits.isascii() and digits.isdecimal() and 1 <= int(digits[:20]) <= 2**62):
        raise ArgumentTypeError(f"{text[:60]!r} is no limit: give a whole number of one or more, as in {name}=1000000.")
    return name.replace("-", "_"), int(digits)


def forecast(text: str) -> tuple[str, float]:
    """NAME=NUMBER, an uncertainty of flight plans: its name with underscores, and a number of zero or more."""
    from dataclasses import fields

    from sharedsky.formats.reading import ForecastOptions

    names = tuple(field.name.replace("_", "-") for field in fields(ForecastOptions))
    name, value = _pair(text, names, "late-min=30")
    number = _number(value)
    most = _MOST_UNCERTAIN.get(name, 10_000)
    if number is None or number > most:
        raise ArgumentTypeError(f"{text[:60]!r} is no uncertainty: give a number from 0 to {most}, as in {name}=5.")
    return name.replace("-", "_"), number


def count(text: str) -> int:
    """A whole number of zero or more."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ArgumentTypeError(f"{text[:40]!r} is no whole number of zero or more.")
    return int(text)


def _parsed(parse: Callable[[str], Number], text: str) -> Number:
    from sharedsky.errors import ProfileError

    try:
        return parse(text)
    except ProfileError as error:
        raise ArgumentTypeError(str(error)) from None


def _rate(text: str, units: dict[str, float], example: str) -> float:
    stripped = text.strip().lower()
    for unit, factor in units.items():
        if stripped.endswith(unit):
            number = _number(stripped.removesuffix(unit).strip())
            if number is None or number == 0:
                raise ArgumentTypeError(f"{text[:40]!r} must be a number above zero. Write it as {example}.")
            return number * factor
    raise ArgumentTypeError(f"{text[:40]!r} has no unit. Write it as {example} (units: {', '.join(units)}).")


def _pair(text: str, names: tuple[str, ...], example: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ArgumentTypeError(f"{text[:60]!r} has no value. Write it as {example}.")
    if name not in names:
        raise ArgumentTypeError(f"{name[:40]!r} is not known. Choose from {', '.join(names)}.")
    return name, value


def _number(text: str) -> float | None:
    """A finite number of zero or more in plain ASCII, or None."""
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
