"""The exchange's time never steps back; what the system knows of its clock is told as it is, and never as better."""

from __future__ import annotations

import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedsky.server.clock import _JUDGED_FROM, UNKNOWN, ClockWatch, SteadyClock, Sync, _read, _Timex, system_sync

S = 1_000_000_000
GOOD = Sync(True, 0.0, 0.001, 0.01)


@given(st.lists(st.integers(0, 2**62), min_size=1))
def test_time_never_steps_back_whatever_the_system_s_clock_does(times: list[int]) -> None:
    source = iter([times[0], *times])
    clock = SteadyClock(lambda: next(source))
    told = [clock() for _ in times]
    assert told == sorted(told)
    assert all(own >= given for own, given in zip(told, times))
    assert told[-1] == max(times)


def test_a_step_back_of_more_than_five_seconds_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    now = [100 * S]
    clock = SteadyClock(lambda: now[0])
    for seconds, steps in ((96, 0), (94, 1), (93, 1), (99, 1), (100, 1), (101, 1), (90, 2)):
        now[0] = seconds * S
        clock()
        assert clock.steps_back == steps, seconds
    assert clock.ahead_s == 11.0
    assert caplog.text.count("set back") == 2
    now[0] = 200 * S
    assert clock() == 200 * S
    assert clock.ahead_s == 0.0


@pytest.mark.parametrize(
    ("sync", "verdict"),
    [
        (UNKNOWN, "unknown"),
        (Sync(True, 0.0, 0.1, None), "unknown"),
        (Sync(False, 0.0, 0.0, 0.0), "unsynchronised"),
        (GOOD, "within"),
        (Sync(True, 0.0, 0.1, 5.0), "within"),
        (Sync(True, 0.0, 0.1, 5.001), "beyond"),
        (Sync(True, -4.0, 0.1, 1.5), "beyond"),
    ],
)
def test_the_verdict_is_within_only_where_the_system_says_so(sync: Sync, verdict: str) -> None:
    assert sync.verdict == verdict


def test_a_change_of_the_verdict_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    told = iter([GOOD, GOOD, Sync(False, 0, 16, 16), Sync(False, 0, 16, 16), GOOD, Sync(True, 0, 9, 9)])
    watch = ClockWatch(lambda: next(told))
    for _ in range(6):
        watch.look()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO", "WARNING"]
    assert watch.looks == {"within": 3, "beyond": 1, "unsynchronised": 2, "unknown": 0}
    assert watch.share == 0.5


def test_less_than_99_percent_within_5_s_is_told(caplog: pytest.LogCaptureFixture) -> None:
    bad = Sync(True, 0, 9, 9)
    told = iter([GOOD] * (_JUDGED_FROM - 1) + [bad] * 3 + [GOOD] * 300)
    watch = ClockWatch(lambda: next(told))
    for _ in range(_JUDGED_FROM):
        watch.look()
    assert watch.share == 0.99
    assert "99 %" not in caplog.text
    for _ in range(2):
        watch.look()
    assert caplog.text.count("F3548-21 asks for 99 %") == 1


def test_the_share_is_of_the_last_day_and_takes_no_more_memory(caplog: pytest.LogCaptureFixture) -> None:
    watch = ClockWatch(lambda: GOOD)
    for _ in range(9_000):
        watch.look()
    assert len(watch._recent) == 8_640


def test_the_kernel_s_values_are_read_with_their_units() -> None:
    values = _Timex()
    values.offset, values.esterror, values.maxerror, values.status = 1_500_000, 2_000, 3_000_000, 0x2000
    assert _read(0, values) == Sync(True, pytest.approx(0.0015), 0.002, 3.0)
    values.status = 0
    assert _read(0, values).offset_s == pytest.approx(1.5)
    values.status = 0x0040
    assert _read(0, values).synchronised is False
    values.status = 0
    assert _read(5, values).synchronised is False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="adjtimex is Linux's")
def test_linux_tells_something_and_nothing_is_changed_by_asking() -> None:
    sync = system_sync()
    assert sync == UNKNOWN or (sync.max_error_s is not None and sync.max_error_s >= 0)


def test_another_system_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert system_sync() == UNKNOWN
