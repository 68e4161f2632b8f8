"""Input that is made to cost (tests/hostile.py), at a size where what grows faster than the text would show."""

from __future__ import annotations

import gc
import multiprocessing
import resource
import sys
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from hostile import INPUTS, Hostile  # noqa: E402 (a module of the tests)

#: The parts of the smaller and of the larger text.
SMALL, LARGE = 20_000, 80_000
#: The larger may take so many times as long: four times the parts, and what a busy machine and a cold cache add.
#: What is quadratic takes 16 times as long.
GROWTH: Final = 12.0
#: Below this a time says nothing about growth [s].
SHORT_S: Final = 0.3


def run() -> tuple[str, bool]:
    """The summary as Markdown, and whether no time grew beyond the text."""
    lines = [
        "## Hostile input",
        "",
        f"Each text has {LARGE:,} parts. Growth: how many times as long as for {SMALL:,} parts; 4 is in proportion.",
        "",
        "| format | text | size | time | growth | memory |",
        "|---|---|---|---|---|---|",
    ]
    hold = True
    for text in INPUTS:
        with multiprocessing.get_context("spawn").Pool(1) as pool:  # so that its memory is its own
            small_s, large_s, size, grown = pool.apply(measure, (text.name,))
        growth = large_s / small_s
        hold &= large_s < SHORT_S or growth < GROWTH
        shown = f"{growth:.1f}" if large_s >= SHORT_S else "short"
        lines.append(
            f"| {text.format} | {text.name} | {size / 1e6:.1f} MB | {large_s:.2f} s | {shown} | {grown / 1e6:.0f} MB |"
        )
    return "\n".join([*lines, ""]), hold


def measure(name: str) -> tuple[float, float, int, int]:
    """Seconds for the smaller and the larger text, bytes of the larger, and by how many bytes the process grew."""
    text = next(text for text in INPUTS if text.name == name)
    text.read(10)
    before = _peak_bytes()
    small_s = _seconds(text, SMALL)
    large_s = _seconds(text, LARGE)
    return small_s, large_s, len(text.make(LARGE)), _peak_bytes() - before


def _seconds(text: Hostile, n: int) -> float:
    gc.collect()
    begin = time.perf_counter()
    text.read(n)
    return time.perf_counter() - begin


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
