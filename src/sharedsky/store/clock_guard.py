"""Keeps a clock that jumped ahead out of the ledger, whose time never steps back: one wrong entry would date all later.

The clock is held against a monotonic one. A jump ahead is refused; one of up to an hour that stays for a minute is
believed (a machine that slept, a clock that was set right), a larger one only by a server that is started anew.
Called by sqlite/ledger.py before each entry and checkpoint.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from sharedsky.airspace.time import NS_PER_S
from sharedsky.exchange.protocol import StoreUnavailable

#: How far ahead of the monotonic clock [ns] the time may be, since it was last looked at.
MAX_AHEAD_NS: Final = 10 * NS_PER_S
#: A jump up to this size [ns] is believed after it has stayed for so long [ns].
MAX_JUMP_NS: Final = 3_600 * NS_PER_S
BELIEVED_AFTER_NS: Final = 60 * NS_PER_S
_LOG: Final = logging.getLogger(__name__)


class ClockGuard:
    """Refuses times that ran ahead; monotonic: nanoseconds from anywhere."""

    def __init__(self, now_ns: int, monotonic: Callable[[], int] = time.monotonic_ns) -> None:
        self._monotonic = monotonic
        self._offset_ns = now_ns - monotonic()
        self._since_ns: int | None = None  # monotonic time at which the present jump was seen first

    def check(self, now_ns: int) -> None:
        """Take a time, or refuse it.

        Raises:
            StoreUnavailable: it lies too far ahead.
        """
        here_ns = self._monotonic()
        offset_ns = now_ns - here_ns
        ahead_ns = offset_ns - self._offset_ns
        if ahead_ns <= MAX_AHEAD_NS or self._believed(ahead_ns, here_ns):
            self._offset_ns, self._since_ns = offset_ns, None
            return
        if self._since_ns is None:
            self._since_ns = here_ns
            _LOG.error("the clock jumped ahead by %.1f s: nothing is logged at that time", ahead_ns / NS_PER_S)
        raise StoreUnavailable(
            f"the clock jumped ahead by {ahead_ns / NS_PER_S:.1f} s; nothing was changed.",
            "Set the clock right; if it is right now, wait a minute, or after more than an hour start the server anew.",
        )

    def _believed(self, ahead_ns: int, here_ns: int) -> bool:
        if self._since_ns is None or ahead_ns > MAX_JUMP_NS or here_ns - self._since_ns < BELIEVED_AFTER_NS:
            return False
        _LOG.warning("the clock has stayed ahead by %.1f s for a minute: it is believed now", ahead_ns / NS_PER_S)
        return True
