"""Minima by kind of pair, in a named, versioned, cited profile (R29: each conflict cites what it breaks).

Implements "Minima" and "Vertical table" of docs/conflicts.md. A profile is a value; `load_profile` reads
one from TOML. Called by the conflict search and by the command line.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sharedsky.airspace.altitude import M_PER_FT, UM_PER_FT, UM_PER_M
from sharedsky.airspace.earth import M_PER_NM
from sharedsky.airspace.time import NS_PER_S
from sharedsky.errors import ProfileError

#: The largest horizontal minimum [m]. Up to it a separation is decided to 22 cm, to 1.5 cm up to 20 km: outward, as
#: airspace/frames.py says.
MAX_REACH_M: Final = 200_000.0
#: The largest vertical minimum, and the largest level in a vertical table: 100 km.
MAX_LEVEL_UM: Final = 100_000 * UM_PER_M


@dataclass(frozen=True, slots=True)
class VerticalTable:
    """Vertical minima between two trajectories, by level (ICAO Doc 4444, 5.3.2).

    low_um: the minimum up to `split_um` (1,000 ft). high_um: the minimum above it (2,000 ft), unless both aircraft are
    RVSM approved and the higher one is at or below `rvsm_top_um` (FL410): then low_um. The higher aircraft decides.
    All in micrometres of pressure altitude.
    """

    low_um: int = 1_000 * UM_PER_FT
    high_um: int = 2_000 * UM_PER_FT
    split_um: int = 29_000 * UM_PER_FT
    rvsm_top_um: int = 41_000 * UM_PER_FT

    def __post_init__(self) -> None:
        levels = (self.low_um, self.high_um, self.split_um, self.rvsm_top_um)
        if not all(0 <= level <= MAX_LEVEL_UM for level in levels):
            raise ProfileError("a vertical minimum or its level is out of range.", "Give 0 to 100 km.")
        if self.low_um > self.high_um or self.split_um > self.rvsm_top_um:
            raise ProfileError("the vertical minima must not shrink with height.", "Give low <= high and split <= top.")


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a breach is `terminal`: within radius_m of a shared aerodrome and height_um above it."""

    radius_m: float = 10 * M_PER_NM
    height_um: int = 5_000 * UM_PER_FT

    def __post_init__(self) -> None:
        if not (0 <= self.radius_m <= MAX_REACH_M and 0 <= self.height_um <= MAX_LEVEL_UM):
            raise ProfileError("the terminal's radius or height is out of range.", "Give 0 to 200 km and 0 to 100 km.")


@dataclass(frozen=True, slots=True)
class Profile:
    """What counts as a conflict.

    name, version, source: cited by each conflict. horizontal_m [m >= 0] and vertical: between two trajectories.
    volume_*: between two volumes; mixed_*: between a trajectory and a volume; zone_*: between anything and a zone; all
    of these beyond the stated uncertainty of both, 0 by default, in metres and micrometres.
    time_ns: added to both ends of both windows. tolerance_um: of two pressure altitudes; a breach deeper than it is
    certain (100 ft). terminal: the class of breaches near a shared aerodrome.

    Raises:
        ProfileError: a value out of range.
    """

    name: str = "sharedsky-default"
    version: str = "1"
    source: str = "ICAO Doc 4444 5.3.2 and 8.7.3.1; ASTM F3548-21"
    horizontal_m: float = 5 * M_PER_NM
    vertical: VerticalTable = field(default_factory=VerticalTable)
    volume_horizontal_m: float = 0.0
    volume_vertical_um: int = 0
    mixed_horizontal_m: float = 0.0
    mixed_vertical_um: int = 0
    zone_horizontal_m: float = 0.0
    zone_vertical_um: int = 0
    time_ns: int = 0
    tolerance_um: int = 100 * UM_PER_FT
    terminal: Terminal = field(default_factory=Terminal)

    def __post_init__(self) -> None:
        for name in ("horizontal_m", "volume_horizontal_m", "mixed_horizontal_m", "zone_horizontal_m"):
            value = getattr(self, name)
            if not math.isfinite(value) or not 0 <= value <= MAX_REACH_M:
                raise ProfileError(f"{name} = {value} is out of range.", f"Give 0 to {MAX_REACH_M / 1000:g} km.")
        for name in ("volume_vertical_um", "mixed_vertical_um", "zone_vertical_um", "tolerance_um"):
            if not 0 <= getattr(self, name) <= MAX_LEVEL_UM:
                raise ProfileError(f"{name} is out of range.", "Give 0 to 100 km.")
        if not 0 <= self.time_ns <= 366 * 86_400 * NS_PER_S:
            raise ProfileError("the time buffer is out of range.", "Give 0 to 366 days.")

    def with_vertical(self, minimum_um: int) -> Profile:
        """The profile with one vertical minimum at all levels instead of the table."""
        return replace(self, vertical=replace(self.vertical, low_um=minimum_um, high_um=minimum_um))


DEFAULT_PROFILE: Final = Profile()


#: Keys of a profile file, by table: (key, kind of quantity, attribute). docs/profiles.md is held against this by a
#: test.
PROFILE_KEYS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "trajectory-trajectory": {"horizontal": ("length", "horizontal_m")},
    "vertical": {
        "low": ("level", "low_um"),
        "high": ("level", "high_um"),
        "split": ("level", "split_um"),
        "rvsm-top": ("level", "rvsm_top_um"),
    },
    "volume-volume": {"horizontal": ("length", "volume_horizontal_m"), "vertical": ("level", "volume_vertical_um")},
    "trajectory-volume": {"horizontal": ("length", "mixed_horizontal_m"), "vertical": ("level", "mixed_vertical_um")},
    "zone": {"horizontal": ("length", "zone_horizontal_m"), "vertical": ("level", "zone_vertical_um")},
    "time": {"buffer": ("time", "time_ns")},
    "certainty": {"tolerance": ("level", "tolerance_um")},
    "terminal": {"radius": ("length", "radius_m"), "height": ("level", "height_um")},
}


def load_profile(data: bytes, name: str = "profile") -> Profile:
    """Read a profile from TOML; every quantity is a string with its unit, as in "5NM", "1000ft", "30s".

    Args:
        data: the file's bytes. name: the file as the user knows it, for messages.
    Raises:
        ProfileError: not TOML, an unknown key, a value without a unit or out of range.
    """
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProfileError(f"{name} is not TOML: {error}.", "See docs/profiles.md.") from None
    cells: dict[str, dict[str, Any]] = {section: {} for section in PROFILE_KEYS}
    texts: dict[str, str] = {}
    for key, value in table.items():
        if key in ("name", "version", "source") and isinstance(value, str) and value:
            texts[key] = value
        elif key in PROFILE_KEYS and isinstance(value, dict):
            cells[key] = _section(key, value, name)
        else:
            raise ProfileError(f"{name}: {key!r} is no key of a profile.", "See docs/profiles.md for the keys.")
    if "name" not in texts or "version" not in texts:
        raise ProfileError(f"{name}: a profile needs a name and a version.", 'Add name = "..." and version = "...".')
    sections = ("trajectory-trajectory", "volume-volume", "trajectory-volume", "zone", "time", "certainty")
    flat = {key: value for section in sections for key, value in cells[section].items()}
    return Profile(
        name=texts["name"],
        version=texts["version"],
        source=texts.get("source", name),
        vertical=VerticalTable(**cells["vertical"]),
        terminal=Terminal(**cells["terminal"]),
        **flat,
    )


def _section(section: str, table: dict[str, Any], name: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in table.items():
        if key not in PROFILE_KEYS[section]:
            raise ProfileError(
                f"{name}: [{section}] has no key {key!r}.", f"Its keys: {', '.join(PROFILE_KEYS[section])}."
            )
        kind, attribute = PROFILE_KEYS[section][key]
        if not isinstance(value, str):
            raise ProfileError(
                f"{name}: [{section}] {key} has no unit.", 'Write it as a string, as in "5NM" or "1000ft".'
            )
        try:
            out[attribute] = {"length": parse_length_m, "level": parse_level_um, "time": parse_duration_ns}[kind](value)
        except ProfileError as error:
            raise ProfileError(f"{name}: [{section}] {key}: {error.message}", error.advice) from None
    return out


#: Units as they are written in messages (NM is nautical miles); they are read in any case.
_LENGTHS_M: Final = {"NM": M_PER_NM, "km": 1000.0, "m": 1.0, "ft": M_PER_FT}
_LEVELS_UM: Final = {"ft": UM_PER_FT, "m": UM_PER_M, "FL": 100 * UM_PER_FT}
#: Larger numbers are a mistake, in whatever unit.
_MAX_NUMBER: Final = 1e9
_TIMES_NS: Final = {"s": NS_PER_S, "min": 60 * NS_PER_S, "h": 3600 * NS_PER_S}


def parse_length_m(text: str) -> float:
    """A horizontal length with its unit (NM, km, m, ft) in metres.

    Raises:
        ProfileError: no number, or no such unit.
    """
    number, factor = _quantity(text, _LENGTHS_M, "5NM")
    return float(number * factor)


def parse_level_um(text: str) -> int:
    """A vertical distance with its unit (ft, m, FL) in micrometres."""
    number, factor = _quantity(text, _LEVELS_UM, "1000ft")
    return round(number * float(factor))


def parse_duration_ns(text: str) -> int:
    """A duration with its unit (s, min, h) in nanoseconds."""
    number, factor = _quantity(text, _TIMES_NS, "30s")
    return round(number * float(factor))


def _quantity(text: str, units: dict[str, Any], example: str) -> tuple[float, Any]:
    stripped = text.strip()
    digits = stripped.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
    unit = stripped[len(digits) :].strip().lower()
    factors = {name.lower(): factor for name, factor in units.items()}
    if unit == "" and digits:
        raise ProfileError(f"{text[:40]!r} has no unit.", f"Write it as {example} (units: {', '.join(units)}).")
    if unit not in factors:
        raise ProfileError(f"{text[:40]!r} has no known unit.", f"Write it as {example} (units: {', '.join(units)}).")
    try:
        number = float(digits if digits.isascii() and "_" not in digits else "")
    except ValueError:
        raise ProfileError(f"{text[:40]!r} is no number with a unit.", f"Write it as {example}.") from None
    if number > _MAX_NUMBER:
        raise ProfileError(f"{text[:40]!r} is out of range.", f"Write it as {example}.")
    if not number >= 0:
        raise ProfileError(f"{text[:40]!r} must be zero or more.", f"Write it as {example}.")
    return number, factors[unit]
