"""The docs and the command say the same: every option, limit, uncertainty, default and exit status."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from sharedsky.cli.options import FORMATS, build_parser
from sharedsky.formats.detect import format_names
from sharedsky.formats.limits import Limits, limit_names
from sharedsky.formats.reading import ForecastOptions, TrackOptions

DOCS = Path(__file__).resolve().parents[3] / "docs"
TEXT = (DOCS / "command-line.md").read_text("utf-8")
#: Where the options of a command are documented, if not there.
ELSEWHERE = {"serve": (DOCS / "serve.md").read_text("utf-8")}


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = (a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(action.choices)


def options(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    return (action for action in parser._actions if action.option_strings and "--help" not in action.option_strings)


def rows(text: str) -> dict[str, list[str]]:
    """The rows of all tables by the code in their first cell."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `"):
            found[cells[0].strip("`")] = cells[1:]
    return found


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_option_is_documented(command: str) -> None:
    names = [name for action in options(commands()[command]) for name in action.option_strings]
    text = ELSEWHERE.get(command, TEXT)
    assert [name for name in names if not re.search(rf"^\| `{name}[ `]", text, re.MULTILINE)] == []


def test_every_option_that_is_documented_is_there() -> None:
    known = {name for parser in commands().values() for action in options(parser) for name in action.option_strings}
    for text in (TEXT, *ELSEWHERE.values()):
        assert set(re.findall(r"`(--[a-z-]+)", text)) - known - {"--help", "--version"} == set()


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_option_has_a_help_text(command: str) -> None:
    assert [action.option_strings for action in options(commands()[command]) if not action.help] == []


def test_every_exit_status_is_documented_in_the_docs_and_in_the_help() -> None:
    statuses = re.findall(r"^\| (\d+) \|", TEXT.partition("### Exit status")[2].partition("##")[0], re.MULTILINE)
    assert statuses == ["0", "1", "2", "3", "64", "70", "130"]
    epilog = commands()["check"].epilog or ""
    assert re.findall(r"^  (\d+)  ?", epilog, re.MULTILINE) == statuses[:-1]


def test_every_limit_is_documented_with_its_default() -> None:
    table = rows(TEXT.partition("--limit\n")[2].partition("## ")[0])
    defaults = {name: str(getattr(Limits(), name.replace("-", "_"))) for name in limit_names()}
    assert {name: cells[-1] for name, cells in table.items()} == defaults


def test_every_uncertainty_of_a_flight_plan_is_documented_with_its_default() -> None:
    table = rows(TEXT.partition("--forecast\n")[2].partition("###")[0])
    defaults = {f.name.replace("_", "-"): getattr(ForecastOptions(), f.name) for f in fields(ForecastOptions)}
    assert {name: float(cells[-1]) for name, cells in table.items()} == defaults
    (action,) = (a for a in options(commands()["check"]) if a.dest == "forecast")
    assert [name for name in defaults if name not in (action.help or "")] == []


def test_the_defaults_of_tracks_are_documented_and_in_the_help() -> None:
    table = rows(TEXT)
    shown = {"--max-gap TIME": "60s", "--max-speed SPEED": "700m/s", "--max-climb RATE": "150m/s"}
    assert {name: table[name][-1].strip("`") for name in shown} == shown
    assert TrackOptions() == TrackOptions(60.0, 700.0, 150.0)
    for action in options(commands()["check"]):
        for name, value in shown.items():
            if action.option_strings == [name.split()[0]]:
                assert f"(default {value})" in (action.help or "")


def test_the_formats_that_can_be_named_are_those_that_are_read() -> None:
    assert sorted(FORMATS) == sorted(format_names())
