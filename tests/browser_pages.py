"""What the fixtures of tests/browser give, and how the tests look at a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Opened:
    """A page that is open, and all that it complained about or asked the network for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


Open = Callable[..., Opened]


def settled(page: Any) -> None:
    """Two frames later: everything that was asked for is drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def colours_of(page: Any, canvas: str, *, step: int = 7) -> int:
    """How many different colours a canvas shows."""
    return int(page.evaluate(
        """([id, step]) => {
            const canvas = document.getElementById(id);
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const seen = new Set();
            for (let k = 0; k < data.length; k += 4 * step) seen.add(data[k] * 65536 + data[k + 1] * 256 + data[k + 2]);
            return seen.size;
        }""",
        [canvas, step],
    ))  # fmt: skip


def time_of(page: Any) -> str:
    return str(page.locator("#now span").first.inner_text())


def readout(page: Any) -> str:
    return str(page.locator("#map-readout").inner_text())
