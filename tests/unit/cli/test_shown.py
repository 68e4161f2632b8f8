"""What the README and the quickstart show is what the command prints on the examples."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sharedsky.cli import main

ROOT = Path(__file__).resolve().parents[3]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def example() -> list[str]:
    """The arguments of `make demo`."""
    return shlex.split(re.findall(r"^EXAMPLE := (.+)$", MAKEFILE, re.MULTILINE)[0])


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.chdir(ROOT)
    assert main(["check", *example()]) in (1, 3)
    return capsys.readouterr().out


@pytest.mark.parametrize("name", ["README.md", "docs/quickstart.md"])
def test_the_result_that_is_shown_is_the_one_that_is_printed(name: str, printed: str) -> None:
    """A line of three dots stands for what is left out."""
    blocks = re.findall(r"```\n(Conflicts: .*?\n)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 1
    at = 0
    for part in blocks[0].split("...\n"):
        at = printed.index(part, at) + len(part)


def test_the_quickstart_runs_the_command_of_the_demo() -> None:
    text = (ROOT / "docs" / "quickstart.md").read_text("utf-8")
    assert f"sharedsky check {' '.join(example())}\n" in text
    assert f"sharedsky check {' '.join(example())} --report report.html\n" in text


def test_every_command_of_the_readme_and_the_quickstart_can_be_typed() -> None:
    from sharedsky.cli.options import Arguments, build_parser

    texts = [(ROOT / name).read_text("utf-8") for name in ("README.md", "docs/quickstart.md")]
    commands = [c for text in texts for c in re.findall(r"sharedsky ((?:check|convert) [^\n`]+)", text)]
    assert len(commands) >= 4
    for command in commands:
        assert build_parser().parse_args(shlex.split(command), Arguments()).command in ("check", "convert")
    for options in re.findall(r"\| `(--[^|]+?)` ?(?:\||,)", texts[1]):
        assert build_parser().parse_args(["check", "x", *shlex.split(options)], Arguments()).command == "check"
