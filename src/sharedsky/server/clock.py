"""The exchange's time: never a step back, and watched against what the system knows of its own clock.

Issue "The exchange", 6. F3548-21 wants every participant within 5 s of UTC for 99 % of the time; without asking others,
the kernel alone can say how far off it may be (adjtimex(2), which the time daemon keeps up to date). Where it cannot,
the answer is `unknown`, never "good". Called by run.py (Context.clock, and a look every few seconds) and metrics.py.
"""

from __future__ import annotations

import ctypes
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from sharedsky.airspace.time import NS_PER_S
from sharedsky.store.clock_guard import BELIEVED_AFTER_NS, MAX_AHEAD_NS, MAX_JUMP_NS

#: F3548-21 (time synchronisation): within 5 s of UTC, for 99 % of the time.
LIMIT_S: Final = 5.0
SHARE: Final = 0.99
#: The share of time is judged once there were that many looks, and over no more than that many (a day of 10 s).
_JUDGED_FROM: Final = 100
_WINDOW: Final = 8_640

_STA_UNSYNC: Final = 0x0040
_TIME_ERROR: Final = 5
_STA_NANO: Final = 0x2000

Verdict = Literal["within", "beyond", "unsynchronised", "unknown"]
_LOG: Final = logging.getLogger("sharedsky.clock")


@dataclass(frozen=True, slots=True)
class Sync:
    """What the system knows of its clock; errors in seconds, None where it does not say.

    synchronised: whether a time daemon keeps it. offset_s: what is being corrected. max_error_s: it is off by no more.
    """

    synchronised: bool | None = None
    offset_s: float | None = None
    estimated_error_s: float | None = None
    max_error_s: float | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether the clock is within F3548-21's 5 s, as far as the system can tell."""
        if self.synchronised is None or self.max_error_s is None:
            return "unknown"
        if not self.synchronised:
            return "unsynchronised"
        return "within" if abs(self.offset_s or 0.0) + self.max_error_s <= LIMIT_S else "beyond"


UNKNOWN: Final = Sync()


def _since_boot_ns() -> int:
    """Nanoseconds that go on while the machine sleeps, where the system has such a clock."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns() if boottime is None else time.clock_gettime_ns(boottime)


class SteadyClock:
    """UTC in nanoseconds that never steps back; for the event loop's thread.

    Where the system's clock is set back, time stands until it has caught up: whatever was decided stays in order. Where
    it jumps ahead, time goes on as if it had not, and `suspect` says so, until the jump is believed (as by
    store/clock_guard.py: up to an hour, after a minute) or taken back: one wrong reading must not end every intent.
    """

    def __init__(
        self, source: Callable[[], int] = time.time_ns, monotonic: Callable[[], int] = _since_boot_ns
    ) -> None:
        """source: UTC as the system has it [ns]. monotonic: nanoseconds from anywhere."""
        self._source, self._monotonic = source, monotonic
        self._last_ns, self._last_monotonic_ns = source(), monotonic()
        self._behind_ns = 0  # the worst of the step back that lasts
        self._since_ns: int | None = None  # monotonic time of the jump ahead that lasts
        self.steps_back = 0

    @property
    def suspect(self) -> bool:
        """Whether the system's clock has jumped ahead, and is not believed: nothing should be changed."""
        return self._since_ns is not None

    def __call__(self) -> int:
        """The time [ns of UTC]."""
        now_ns, here_ns = self._source(), self._monotonic()
        expected_ns = self._last_ns + here_ns - self._last_monotonic_ns
        if self._jumped(now_ns - expected_ns, here_ns):
            now_ns = expected_ns
        self._last_monotonic_ns = here_ns
        if now_ns >= self._last_ns:
            self._last_ns, self._behind_ns = now_ns, 0
        else:
            self._stand(self._last_ns - now_ns)
        return self._last_ns

    @property
    def ahead_s(self) -> float:
        """How far the exchange's time is ahead of the system's: 0, but for the time after a step back."""
        return max(0.0, (self._last_ns - self._source()) / NS_PER_S)

    def _jumped(self, ahead_ns: int, here_ns: int) -> bool:
        """Whether a reading is so far ahead of what was to be expected that it does not count."""
        if ahead_ns <= MAX_AHEAD_NS:
            self._since_ns = None
            return False
        if self._since_ns is None:
            self._since_ns = here_ns
            _LOG.error(
                "the system's clock jumped ahead by %.1f s: changes are refused for now; a jump of up to an hour is "
                "believed after a minute, a larger one when the server is started anew", ahead_ns / NS_PER_S
            )  # fmt: skip
        believed = ahead_ns <= MAX_JUMP_NS and here_ns - self._since_ns >= BELIEVED_AFTER_NS
        if believed:
            self._since_ns = None
        return not believed

    def _stand(self, behind_ns: int) -> None:
        if behind_ns > LIMIT_S * NS_PER_S and self._behind_ns <= LIMIT_S * NS_PER_S:
            self.steps_back += 1
            _LOG.error(
                "the system's clock was set back by %.1f s: time stands until it has caught up, so that no order is "
                "lost; see that it is synchronised, and start the server anew if it was ahead by much",
                behind_ns / NS_PER_S,
            )
        self._behind_ns = max(self._behind_ns, behind_ns)


class ClockWatch:
    """Looks at the system's clock now and then, and warns when the verdict changes."""

    def __init__(self, look: Callable[[], Sync] | None = None) -> None:
        self._look = look or system_sync
        self._recent: list[bool] = []
        self._warned_of_share = False
        self.sync = UNKNOWN
        self.verdict: Verdict | None = None
        self.looks: dict[Verdict, int] = {"within": 0, "beyond": 0, "unsynchronised": 0, "unknown": 0}

    @property
    def share(self) -> float | None:
        """The share of the last day's looks that found the clock within 5 s; None without any."""
        return sum(self._recent) / len(self._recent) if self._recent else None

    def look(self) -> None:
        """Look once; call it every ten seconds."""
        self.sync = self._look()
        before, self.verdict = self.verdict, self.sync.verdict
        self.looks[self.verdict] += 1
        self._recent.append(self.verdict == "within")
        del self._recent[:-_WINDOW]
        if self.verdict != before:
            _say(before, self.verdict, self.sync)
        self._judge()

    def _judge(self) -> None:
        share = self.share
        if share is None or len(self._recent) < _JUDGED_FROM or self.sync.synchronised is None:
            return
        if share < SHARE and not self._warned_of_share:
            _LOG.warning("the clock was known to be within %g s for %.1f %% of the time; F3548-21 asks for 99 %%",
                         LIMIT_S, 100 * share)  # fmt: skip
        self._warned_of_share = share < SHARE


def _say(before: Verdict | None, verdict: Verdict, sync: Sync) -> None:
    match verdict:
        case "within":
            if before is not None:
                _LOG.info("the clock is synchronised again")
        case "beyond":
            _LOG.warning("the clock may be off by %.1f s; F3548-21 allows %g s", sync.max_error_s, LIMIT_S)
        case "unsynchronised":
            _LOG.warning("the system says that nothing synchronises its clock: F3548-21 asks for %g s of UTC", LIMIT_S)
        case "unknown":
            _LOG.info("this system does not say whether its clock is synchronised: see to it by other means")


class _Timeval(ctypes.Structure):
    _fields_ = (("tv_sec", ctypes.c_long), ("tv_usec", ctypes.c_long))


class _Timex(ctypes.Structure):
    """struct timex of <sys/timex.h>; the reserved tail is larger than any architecture's."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long), ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long), ("status", ctypes.c_int), ("constant", ctypes.c_long),
        ("precision", ctypes.c_long), ("tolerance", ctypes.c_long), ("time", _Timeval), ("tick", ctypes.c_long),
        ("reserved", ctypes.c_byte * 256),
    )  # fmt: skip


def system_sync() -> Sync:
    """What the kernel says (adjtimex(2) with modes 0, which any account may call); UNKNOWN on other systems."""
    if not sys.platform.startswith("linux"):
        return UNKNOWN
    try:
        call = ctypes.CDLL(None, use_errno=True).adjtimex
        values = _Timex()
        state = int(call(ctypes.byref(values)))
    except (OSError, AttributeError):
        return UNKNOWN
    return UNKNOWN if state < 0 else _read(state, values)


def _read(state: int, values: _Timex) -> Sync:
    unit_s = 1e-9 if values.status & _STA_NANO else 1e-6
    kept = state != _TIME_ERROR and not values.status & _STA_UNSYNC
    return Sync(kept, values.offset * unit_s, values.esterror * 1e-6, values.maxerror * 1e-6)
