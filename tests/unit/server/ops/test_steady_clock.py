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


class Machine:
    """A machine's two clocks; a test lets time pass, and sets the one."""

    def __init__(self) -> None:
        self.utc_ns, self.up_ns = 1_000_000 * S, 5 * S
        self.clock = SteadyClock(lambda: self.utc_ns, lambda: self.up_ns)

    def after(self, seconds: float, step_s: float = 0.0) -> float:
        """The exchange's time [s since the start], once seconds have passed and the clock was moved."""
        self.utc_ns += round((seconds + step_s) * S)
        self.up_ns += round(seconds * S)
        return (self.clock() - 1_000_000 * S) / S


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-1e6, 1e6) | st.just(0.0))))
def test_time_never_steps_back_and_never_runs_ahead_of_a_clock_that_nobody_sets_unless_believed(
    moves: list[tuple[float, float]],
) -> None:
    machine = Machine()
    told = [machine.after(seconds, step_s) for seconds, step_s in moves]
    assert told == sorted(told)
    for before, after, (seconds, _) in zip([0.0, *told], told, moves):
        assert after - before <= seconds + 3_600 + 1e-3
    if all(step_s <= 0 for _, step_s in moves):
        assert all(own <= sum(s for s, _ in moves[: k + 1]) + 1e-3 for k, own in enumerate(told))


def test_a_step_back_of_more_than_five_seconds_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    assert machine.after(100) == 100
    for seconds, step_s, time_s, steps in ((0, -4, 100, 0), (0, -2, 100, 1), (1, -1, 100, 1), (7, 0, 101, 1), (0, -20, 101, 2)):
        assert machine.after(seconds, step_s) == time_s
        assert machine.clock.steps_back == steps
    assert machine.clock.ahead_s == 20.0
    assert caplog.text.count("set back") == 2
    assert machine.after(50) == 131
    assert machine.clock.ahead_s == 0.0


def test_a_jump_ahead_that_is_taken_back_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    assert machine.after(10, 365 * 86_400) == 10
    assert machine.clock.suspect
    assert machine.after(500) == 510
    assert machine.after(1, -365 * 86_400) == 511
    assert not machine.clock.suspect
    assert caplog.text.count("jumped ahead") == 1


def test_a_jump_of_up_to_an_hour_is_believed_after_a_minute_and_a_larger_one_never() -> None:
    machine = Machine()
    assert machine.after(1, 3_000) == 1
    assert machine.after(59) == 60
    assert machine.clock.suspect
    assert machine.after(1) == 3_061
    assert not machine.clock.suspect
    machine = Machine()
    machine.after(1, 4_000)
    assert machine.after(86_400) == 86_401
    assert machine.clock.suspect


def test_a_clock_that_is_set_right_by_a_few_seconds_is_followed() -> None:
    machine = Machine()
    assert machine.after(1, 9) == 10
    assert not machine.clock.suspect


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
