"""Numbers and times as the page words them; roundings never make a breach look smaller than it is.

Windows are rounded outward to the second where they are short and exact where they are long; separations are rounded
down, so that a breach of 4.999 NM never reads as the 5.00 NM that it breaks; bands are rounded outward. Called by
entries.py, sections.py and data.py.
"""

from __future__ import annotations

from typing import Final

from sharedsky.airspace.altitude import M_PER_FT, UM_PER_FT
from sharedsky.airspace.earth import M_PER_NM
from sharedsky.airspace.time import MAX_NS, MIN_NS, NS_PER_DAY, NS_PER_S, TimeWindow, format_instant
from sharedsky.conflicts.report import Breaks, ClosestApproach, Conflict, LevelBand, Side
from sharedsky.wording import Rounding, rounded_down, whole

#: Below this a horizontal separation is easier to grasp in metres [m].
SHORT_M: Final = 1_000.0
#: Each datum, by its code in a LevelBand and in airspace.altitude.Datum, as the page names it.
DATUM_NAMES: Final = {
    "W84": "above the WGS 84 ellipsoid",
    "AMSL": "above mean sea level",
    "STD": "pressure altitude (1013.25 hPa)",
    "QNH": "altitude on QNH",
    "QFE": "height on QFE",
    "AGL": "above ground",
}


def exact_instant(ns: int) -> str:
    """RFC 3339 in UTC with all its digits, or that there is none."""
    if ns <= MIN_NS:
        return "no start stated"
    return "no end stated" if ns >= MAX_NS else format_instant(ns)


def short_window(window: TimeWindow) -> str:
    """`2026-03-01 10:04:10Z – 10:09:33Z`, rounded outward to whole seconds; the second date only where it differs."""
    return short_span(window.start_ns, window.end_ns)


def short_span(first_ns: int, last_ns: int) -> str:
    """`short_window` of two instants as they come."""
    start_ns, end_ns = first_ns // NS_PER_S * NS_PER_S, -(-last_ns // NS_PER_S) * NS_PER_S
    if first_ns <= MIN_NS or last_ns >= MAX_NS:
        left = "no start stated" if first_ns <= MIN_NS else short_instant(start_ns)
        right = "no end stated" if last_ns >= MAX_NS else short_instant(end_ns)
        return f"{left} – {right}"
    end = short_instant(end_ns)
    same_day = start_ns // NS_PER_DAY == end_ns // NS_PER_DAY
    return f"{short_instant(start_ns)} – {end[11:] if same_day else end}"


def short_instant(ns: int) -> str:
    """`2026-03-01 10:04:10Z`, rounded down to the second."""
    return format_instant(ns, 0).replace("T", " ")


def duration_text(window: TimeWindow) -> str:
    """How long a window lasts, rounded up to the second: `5 min 23 s`; "" where it is open."""
    if window.start_ns <= MIN_NS or window.end_ns >= MAX_NS:
        return ""
    return span_length(window.start_ns, window.end_ns)


def span_length(start_ns: int, end_ns: int) -> str:
    """The time between two instants, rounded up to the second."""
    seconds = max(0, -(-(end_ns - start_ns) // NS_PER_S))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "one instant"


def horizontal_text(distance_m: float) -> str:
    """A horizontal separation, rounded down: `2.31 NM (4.27 km)`, below 1 km `850 m (0.45 NM)`."""
    nm = f"{rounded_down(distance_m / M_PER_NM, 2):.2f} NM"
    if distance_m < SHORT_M:
        return f"{rounded_down(distance_m, 0 if distance_m >= 10 else 2):g} m ({nm})"
    return f"{nm} ({rounded_down(distance_m / 1000, 2):.2f} km)"


def vertical_text(distance_m: float) -> str:
    """A vertical separation, rounded down: `400 ft (121 m)`."""
    return f"{whole(distance_m / M_PER_FT, 'down'):,} ft ({whole(distance_m, 'down'):,} m)"


def minimum_text(breaks: Breaks) -> str:
    """`5 NM and 1,000 ft`; `any overlap, touching included` where the minima are zero."""
    if breaks.horizontal_m == 0 and breaks.vertical_um == 0:
        return "any overlap, touching included"
    nm = f"{breaks.horizontal_m / M_PER_NM:.4g} NM" if breaks.horizontal_m >= SHORT_M else f"{breaks.horizontal_m:g} m"
    return f"{nm} and {breaks.vertical_um / UM_PER_FT:,.6g} ft"


def ratio_text(conflict: Conflict) -> str:
    """How near the sides come, as a share of the minimum, rounded down; "" where it says nothing."""
    if conflict.ratio is None:
        return "the nominal flights do not meet in this window"
    if conflict.breaks.horizontal_m == 0 and conflict.breaks.vertical_um == 0:
        return ""
    return f"{whole(conflict.ratio * 100, 'down')} % of the minimum"


def closest_text(closest: ClosestApproach, *, brief: bool = False) -> str:
    """`2.31 NM (4.27 km) and 400 ft (121 m)`; brief leaves the metric values out."""
    parts = [horizontal_text(closest.horizontal_m)]
    if closest.vertical_m is not None:
        parts.append(vertical_text(closest.vertical_m))
    if brief:
        parts = [part.partition(" (")[0] for part in parts]
    return " and ".join(parts)


def band_text(band: LevelBand) -> str:
    """A band with its datum, rounded outward: `FL340 to FL362`, `ground to 400 ft above mean sea level`."""
    if band.lower_m is None and band.upper_m is None:
        return "all levels"
    if band.datum == "STD":
        lower = "ground" if band.lower_m is None else _flight_level(_feet(band.lower_m, "down"))
        upper = "unlimited" if band.upper_m is None else _flight_level(_feet(band.upper_m, "up"))
        both = lower if lower == upper else f"{lower} to {upper}"
        return f"{both}, pressure altitude" if "ft" in both else both
    lower = "ground" if band.lower_m is None else _both_units(band.lower_m, "down")
    upper = "unlimited" if band.upper_m is None else _both_units(band.upper_m, "up")
    return f"{lower} to {upper}, {DATUM_NAMES.get(band.datum, band.datum)}"


def owner_text(owner: str | None) -> str:
    """The owner, or that none is stated (unknown never equals unknown)."""
    return "owner not stated" if owner is None else owner


def side_text(side: Side) -> str:
    """What people call a side: its label where it has one, else its id."""
    return side.label or side.id


def _feet(metres: float, rounding: Rounding) -> int:
    return whole(metres / M_PER_FT, rounding)


def _flight_level(feet: int) -> str:
    return f"FL{feet // 100:03d}" if feet >= 0 and feet % 100 == 0 else f"{feet:,} ft"


def _both_units(metres: float, rounding: Rounding) -> str:
    return f"{_feet(metres, rounding):,} ft ({whole(metres, rounding):,} m)"


def place_text(lat_deg: float, lng_deg: float) -> str:
    """A place as pilots write it, to 1/1000 minute, and in degrees: `47°22.512′N 008°33.103′E (47.3752, 8.5517)`."""
    return f"{_minutes(lat_deg, 2, 'NS')} {_minutes(lng_deg, 3, 'EW')} ({lat_deg:.4f}, {lng_deg:.4f})"


def _minutes(angle_deg: float, width: int, letters: str) -> str:
    thousandths = round(abs(angle_deg) * 60_000)
    degrees, rest = divmod(thousandths, 60_000)
    return f"{degrees:0{width}d}°{rest // 1000:02d}.{rest % 1000:03d}′{letters[0] if angle_deg >= 0 else letters[1]}"
