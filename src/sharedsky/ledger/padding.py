"""How many leaves a checkpoint adds: a step, so that the log's size tells nothing within it. docs/ledger.md, 4.4.

trust.md, "Log": padded to a step (64 by default); more than a step holds moves up a ladder (64, 512, 4096), and the
log stays on the higher rung for an hour after it was last needed. Called by `log`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sharedsky.ledger.errors import LedgerValueError

#: Leaves of a checkpoint, rung by rung (trust.md).
LADDER: Final = (64, 512, 4096)
#: How long a rung is kept after it was last needed [ns]: one hour (trust.md).
STAY_NS: Final = 3_600 * 10**9


@dataclass(frozen=True, slots=True)
class Padding:
    """The ladder of a log; no rungs: no padding, where the volume of traffic is no secret.

    Raises:
        LedgerValueError: rungs that do not rise from 2 on.
    """

    rungs: tuple[int, ...] = LADDER
    stay_ns: int = STAY_NS

    def __post_init__(self) -> None:
        if any(rung < 2 for rung in self.rungs) or any(a >= b for a, b in pairwise(self.rungs)) or self.stay_ns < 0:
            raise LedgerValueError("the steps of padding must rise, and be 2 or more.")


NO_PADDING: Final = Padding(())


@dataclass(frozen=True, slots=True)
class Rung:
    """Where on the ladder a log is: the rung's place, and until when [ns of UTC since 1970] it is kept."""

    place: int = 0
    until_ns: int = 0


def padded(padding: Padding, rung: Rung, leaves: int, time_ns: int) -> tuple[int, Rung]:
    """How many leaves the checkpoint gets in all, and where on the ladder the log is then.

    Args:
        leaves: that must be in it, 1 or more.
        time_ns: the log's time of closing.
    """
    if not padding.rungs:
        return leaves, Rung()
    top = len(padding.rungs) - 1
    needed = next((k for k, size in enumerate(padding.rungs) if leaves <= size), top)
    place = min(rung.place, top) if time_ns < rung.until_ns else 0
    if needed >= place and needed > 0:
        rung = Rung(needed, time_ns + padding.stay_ns)
    elif place != rung.place:
        rung = Rung(place, 0)
    size = padding.rungs[rung.place]
    return -(-leaves // size) * size, rung
