"""Times, levels, distances and results in words, as the table and the messages show them.

Whatever is rounded is rounded outward, so that nothing looks further apart than it is: windows to whole seconds, level
bands to whole metres or flight levels, separations down. Called by table.py and check.py.
"""

from __future__ import annotations

from typing import Final

from sharedsky.airspace.altitude import M_PER_FT, UM_PER_FT, Datum
from sharedsky.airspace.earth import M_PER_NM
from sharedsky.airspace.time import MAX_NS, MIN_NS, NS_PER_S, TimeWindow, format_instant
from sharedsky.conflicts.report import Breaks, ClosestApproach, LevelBand, Report, Side
from sharedsky.results.visible import shown
from sharedsky.wording import Rounding, counted, rounded_down, whole

#: A certain window that is shorter than its window by less than this [ns] at each end is shown as all of it.
_ROUNDED_NS: Final = 1_000_000


def window_text(window: TimeWindow) -> str:
    """A window in one or two lines, in UTC, rounded outward to seconds; the day is not repeated."""
    start, end = _second(window.start_ns, up=False), _second(window.end_ns, up=True)
    if start is None or end is None:
        return f"{start or 'no start'} -\n{end or 'no end'}" if start or end else "always"
    if start == end:
        return f"{start[:10]}\nat {start[11:]}"
    if start[:10] == end[:10]:
        return f"{start[:10]}\n{start[11:]}-{end[11:]}"
    return f"{start} -\n{end}"


def inner_window_text(window: TimeWindow) -> str:
    """A certain window within another, in UTC, rounded inward to seconds where it is a second or longer."""
    if window.end_ns - window.start_ns < NS_PER_S:
        return f"at {instant_text(window.start_ns)[11:]}"
    start, end = _second(window.start_ns, up=True), _second(window.end_ns, up=False)
    if start is not None and end is not None and start[:10] == end[:10]:
        return f"{start[11:]}-{end[11:]}"
    return f"{start or 'no start'} to {end or 'no end'}"


def instant_text(ns: int) -> str:
    """An instant in UTC, rounded down to seconds."""
    return _second(ns, up=False) or "no start"


def band_text(band: LevelBand) -> str:
    """A level band, rounded outward: flight levels for pressure altitudes, feet for QNH, else metres of the datum."""
    if band.lower_m is None and band.upper_m is None:
        return "all levels"
    lower = "ground" if band.lower_m is None else _level(band.lower_m, band.datum, "down")
    upper = "unlimited" if band.upper_m is None else _level(band.upper_m, band.datum, "up")
    if band.datum == Datum.PRESSURE:
        return f"{lower}-{upper}" if lower != upper else lower
    unit = "ft" if band.datum in (Datum.QNH, Datum.QFE) else "m"
    return f"{lower}-{upper} {unit} {band.datum}" if lower != upper else f"{lower} {unit} {band.datum}"


def apart_text(closest: ClosestApproach) -> str:
    """The separations at the closest approach, rounded down."""
    nominal = " as planned" if closest.nominal else ""
    if closest.horizontal_m < 0.1 * M_PER_NM:
        horizontal = f"{whole(closest.horizontal_m, 'down')} m"
    else:
        horizontal = f"{rounded_down(closest.horizontal_m / M_PER_NM, 2):.2f} NM"
    if closest.vertical_m is None:
        return f"{horizontal}{nominal}"
    return f"{horizontal}, {whole(closest.vertical_m / M_PER_FT, 'down'):,} ft{nominal}"


def place_text(place: tuple[float, float]) -> str:
    """A place in degrees to four digits, about ten metres: `47.3812N 8.5423E`."""
    lat_deg, lng_deg = place
    return f"{abs(lat_deg):.4f}{'S' if lat_deg < 0 else 'N'} {abs(lng_deg):.4f}{'W' if lng_deg < 0 else 'E'}"


def side_text(side: Side) -> str:
    """Who: id, what people call it where that is not in the id, and the owner, unless it is its own."""
    name = shown(side.id) or "(no id)"
    label = f" {shown(side.label)}" if side.label and side.label not in side.id else ""
    zone = "zone " if side.role == "zone" else ""
    if side.owner == side.id:
        return f"{zone}{name}{label}"
    return f"{zone}{name}{label} ({shown(side.owner) if side.owner is not None else 'owner unknown'})"


def ratio_text(ratio: float, breaks: Breaks) -> str:
    """A ratio, rounded down, and the minimum that it is a share of."""
    minimum = f"{breaks.horizontal_m / M_PER_NM:g} NM, {breaks.vertical_um / UM_PER_FT:,g} ft"
    return f"{rounded_down(ratio, 2):.2f} of {minimum}"


def wholly_certain(window: TimeWindow, certain: tuple[TimeWindow, ...]) -> bool:
    """Whether one certain window is the whole window, but for what rounding took off its ends."""
    if len(certain) != 1:
        return False
    return certain[0].start_ns - window.start_ns < _ROUNDED_NS and window.end_ns - certain[0].end_ns < _ROUNDED_NS


def summary_text(report: Report) -> str:
    """The result in one sentence or two: what was found, and in how much."""
    summary = report.summary
    searched = f"{counted(summary.plans, 'plan')} and {counted(summary.zones, 'zone')}"
    searched += f" of {counted(summary.files, 'file')}"
    if summary.conflicts:
        kinds = f"{summary.certain:,} certain, {summary.possible:,} possible"
        return f"{counted(summary.conflicts, 'conflict')} ({kinds}) in {searched}."
    if summary.plans == 0:
        return f"Nothing was checked: no plan was read ({counted(summary.zones, 'zone')})."
    return f"{'Clear: no' if report.clear else 'No'} conflict in {searched}."


def unchecked_text(report: Report, where: str) -> str | None:
    """What was not checked, in one line that says where the rest stands; None where everything was."""
    parts = []
    if report.rejected:
        parts.append(counted(len(report.rejected), "item was refused", "items were refused"))
    if report.undetermined:
        parts.append(counted(len(report.undetermined), "pair is undetermined", "pairs are undetermined"))
    return f"{' and '.join(parts)}: {where}" if parts else None


def _second(ns: int, *, up: bool) -> str | None:
    """An instant to the second, or None where it is the open end of a window."""
    if ns <= MIN_NS or ns >= MAX_NS:
        return None
    whole = -(-ns // NS_PER_S) if up else ns // NS_PER_S
    return format_instant(whole * NS_PER_S).replace("T", " ")


def _level(metres: float, datum: str, rounding: Rounding) -> str:
    step_m = {Datum.PRESSURE: 100 * M_PER_FT, Datum.QNH: M_PER_FT, Datum.QFE: M_PER_FT}.get(Datum(datum), 1.0)
    steps = whole(metres / step_m, rounding)
    if datum != Datum.PRESSURE:
        return f"{steps:,}"
    return f"FL{steps:03d}" if steps >= 0 else f"-FL{-steps:03d}"
