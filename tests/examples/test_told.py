"""What README.md and the tutorial tell of the theatre is what the checks give."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

import example_theatre as theatre
from example_theatre import EXAMPLES, ROOT

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")


def _result(name: str) -> dict[str, list[dict[str, str]]]:
    result: dict[str, list[dict[str, str]]] = json.loads((EXAMPLES / "expected" / name).read_text(encoding="utf-8"))
    return result


def _told(text: str) -> set[frozenset[str]]:
    return {frozenset(row) for row in re.findall(r"^\| `([A-Z0-9-]+)`, `([A-Z0-9-]+)` \|", text, re.MULTILINE)}


@pytest.mark.parametrize("certainty", ["certain", "possible"])
def test_the_tutorial_tells_of_every_conflict_under_its_certainty(certainty: str) -> None:
    begin, end = {"certain": ("## Certain", "## Possible"), "possible": ("## Possible", "## Clear")}[certainty]
    conflicts = json.loads((EXAMPLES / "expected" / "plans.json").read_text(encoding="utf-8"))["conflicts"]
    found = {
        frozenset((theatre.short(c["a"]["id"]), theatre.short(c["b"]["id"])))
        for c in conflicts
        if c["certainty"] == certainty
    }
    assert _told(TUTORIAL[TUTORIAL.index(begin) : TUTORIAL.index(end)]) == found


def test_every_plan_that_the_tutorial_names_is_there() -> None:
    reading = theatre.read_plans()
    known = {theatre.short(p.id) for p in reading.plans} | {theatre.short(z.id) for z in reading.zones} | {"QAD102"}
    named = set(re.findall(r"`((?:[A-Z]+-[A-Z0-9-]+|Q[A-Z]{2}\d+))`", TUTORIAL))
    assert len(named) > 40
    assert named <= known


def test_the_readme_tells_of_every_refusal_with_its_kind() -> None:
    told = re.findall(r"^\| `([a-z-]+\.[a-z]+)` \| .* \| ([a-z-]+) \|$", README, re.MULTILINE)
    found = [(Path(item["file"]).name, item["kind"]) for item in _result("refused.json")["rejected"]]
    assert Counter(told) == Counter(found)


def test_the_counts_that_are_told_are_those_that_are_found() -> None:
    summary = json.loads((EXAMPLES / "expected" / "plans.json").read_text(encoding="utf-8"))["summary"]
    assert f"{summary['plans']} plans and {summary['zones']} zones in {summary['files']} files" in README
    assert f"{summary['conflicts']} conflicts, {summary['certain']} of them certain" in README
    assert f"{summary['plans']} plans, {summary['zones']} zones, {summary['conflicts']} conflicts" in TUTORIAL
    assert f"{len(_result('refused.json')['rejected'])} items are refused" in README
