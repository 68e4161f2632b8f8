"""A 4D volume: a footprint, between two levels, during a window (R1, R17)."""

from __future__ import annotations

from dataclasses import dataclass

from sharedsky.airspace.altitude import Altitude
from sharedsky.airspace.footprint import Footprint
from sharedsky.airspace.time import TimeWindow
from sharedsky.errors import LevelError


@dataclass(frozen=True, slots=True)
class Volume4D:
    """All points of a footprint between two levels during a window; closed on every side.

    Args:
        footprint: where.
        lower: its floor; None is the ground (and all below).
        upper: its ceiling; None is unlimited.
        window: when; airspace.time.ALWAYS where the source gives no end.
    Raises:
        LevelError: floor and ceiling in one datum, and the floor is above the ceiling.
    """

    footprint: Footprint
    lower: Altitude | None
    upper: Altitude | None
    window: TimeWindow

    def __post_init__(self) -> None:
        low, high = self.lower, self.upper
        if low is None or high is None:
            return
        same = (low.datum, low.setting_hpa, low.elevation_m) == (high.datum, high.setting_hpa, high.elevation_m)
        ordered = low.unit is high.unit and low.value <= high.value  # the common case, without exact arithmetic
        if same and not ordered and low.um > high.um:
            raise LevelError(f"the floor {low} is above the ceiling {high}.", "Swap or correct them.")
