"""Counts and rounded numbers in words: `1 plan`, `2,000 plans`; whole feet, hundredths of a mile.

Whatever people read that names a number says it through these, so that a count agrees with its noun and no rounding
makes a separation look larger, or a level band narrower, than it is. Called by whoever writes sentences: the command
line, the page, and the assumptions and refusals that both show.
"""

from __future__ import annotations

import math
from typing import Final, Literal

Rounding = Literal["down", "up"]

#: Share of the last step that binary fractions may be off before rounding would add a whole step: FL340 in metres is
#: 10,363.2, which is 33,999.99... ft in binary. For the steps in use it is 30 micrometres at most.
_SLACK: Final = 1e-6


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with what it counts, `many` being `one` and an s unless given.

    `1 plan`, `2,000 plans`; `counted(2, "item was refused", "items were refused")`.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def whole(value: float, rounding: Rounding) -> int:
    """A number rounded down or up to a whole one; what is whole but for binary fractions stays."""
    return math.floor(value + _SLACK) if rounding == "down" else math.ceil(value - _SLACK)


def rounded_down(value: float, places: int) -> float:
    """A number rounded down to so many decimals; what is that but for binary fractions stays."""
    factor = 10.0**places
    return float(whole(value * factor, "down") / factor)
