"""Each reader on input that is made to cost (tests/hostile.py): the work and the memory grow with its size alone.

Work is counted in lines of Python that run, which no busy machine disturbs; memory as the largest that Python and numpy
held at once. Times at full size are in docs/evidence.md.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from hostile import INPUTS, Hostile
from sharedsky.formats.limits import Limits

#: Parts of the smaller and of the larger text.
SMALL, LARGE = 500, 1_500
#: How many times the work of the smaller text the larger may take: three times its parts, and some for a logarithm.
GROWTH = 3.5
#: Refusals and notes that are named, so that the rest of what is held can be seen.
LIMITS = Limits(max_refusals=50)
#: What a run may hold at most: for each byte of the text, and at all [bytes].
BYTES_PER_BYTE, BYTES_AT_ALL = 200, 3_000_000


def lines_run(action: Callable[[], object]) -> int:
    """How many lines of Python an action runs."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return count


def peak_bytes(action: Callable[[], object]) -> int:
    """The most that an action holds at once, in bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", INPUTS, ids=lambda text: text.name)
def test_work_grows_with_the_size_of_the_text(text: Hostile) -> None:
    text.read(10, LIMITS)  # what is loaded once
    small, large = (lines_run(lambda n=n: text.read(n, LIMITS)) for n in (SMALL, LARGE))  # type: ignore[misc]
    assert large <= GROWTH * small


@pytest.mark.parametrize("text", INPUTS, ids=lambda text: text.name)
def test_memory_is_bounded_by_the_size_of_the_text(text: Hostile) -> None:
    text.read(10, LIMITS)
    assert peak_bytes(lambda: text.read(LARGE, LIMITS)) <= BYTES_AT_ALL + BYTES_PER_BYTE * len(text.make(LARGE))


@pytest.mark.parametrize("text", INPUTS, ids=lambda text: text.name)
def test_refusals_and_notes_are_named_up_to_the_limit_and_the_rest_is_counted(text: Hostile) -> None:
    whole, part = text.read(300), text.read(300, Limits(max_refusals=7))
    for named, all_of_them in ((part.refusals, whole.refusals), (part.notes, whole.notes)):
        assert named[:7] == all_of_them[:7]
        if len(all_of_them) <= 7:
            assert len(named) == len(all_of_them)
        else:
            rest = [getattr(item, "reason", "") or getattr(item, "text", "") for item in named[7:]]
            assert sum(int(reason.split(" more ")[0]) for reason in rest) == len(all_of_them) - 7
            assert all("max-refusals = 7" in reason for reason in rest)
    assert [plan.id for plan in part.plans] == [plan.id for plan in whole.plans]


def test_the_count_of_work_sees_what_is_quadratic() -> None:
    def pairs(n: int) -> int:
        return sum(1 for a in range(n) for b in range(n) if a + b == n)

    assert lines_run(lambda: pairs(60)) > GROWTH * lines_run(lambda: pairs(20))
