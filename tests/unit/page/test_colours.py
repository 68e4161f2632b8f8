"""The page's colours: text and marks meet WCAG 2.2 AA on what lies behind them, light and dark."""

from __future__ import annotations

import re

import pytest

from sharedsky.page.basemap import asset


def palettes() -> dict[str, dict[str, str]]:
    css = asset("report.css")
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", css)
    light, dark = (dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block)) for block in blocks[:2])
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [
    (ink, ground)
    for ground in ("panel", "page", "certain-tint", "possible-tint", "clear-tint", "incomplete-tint")
    for ink in ("ink", "ink-quiet")
] + [("certain", "panel"), ("possible", "panel"), ("incomplete", "panel"), ("incomplete", "page"),
     ("on-certain", "certain"), ("side-a", "panel"), ("side-b", "panel"), ("grid-text", "land"), ("zone", "land"),
     ("plan", "land"), ("halo", "side-a"), ("halo", "side-b")]  # fmt: skip
#: Marks that carry meaning need 3 to 1 (WCAG 1.4.11); borders and coasts are for orientation only.
MARKS = [
    (mark, ground)
    for mark in ("certain", "possible", "side-a", "side-b", "plan", "zone", "quiet-zone")
    for ground in ("land", "sea")
] + [("now", "panel"), ("focus", "panel"), ("clear", "clear-tint"), ("incomplete", "incomplete-tint")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_has_a_contrast_of_four_and_a_half(theme: str, ink: str, ground: str) -> None:
    colours = palettes()[theme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_have_a_contrast_of_three(theme: str, mark: str, ground: str) -> None:
    colours = palettes()[theme]
    assert contrast(colours[mark], colours[ground]) >= 3


def test_light_and_dark_name_the_same_colours() -> None:
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", asset("report.css"))[:2]
    light, dark = (set(re.findall(r"--([\w-]+):\s*[#r]", block)) for block in blocks)
    assert light == dark
