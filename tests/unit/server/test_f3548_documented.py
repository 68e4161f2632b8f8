"""docs/f3548.md: every test that it names is there, and every constant of the code and requirement of the suite is in it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from sharedsky.exchange import rules

TESTS = Path(__file__).resolve().parents[2]
TEXT = (TESTS.parent / "docs" / "f3548.md").read_text("utf-8")
ROWS = [line.split(" | ") for line in TEXT.splitlines() if line.startswith("| ") and "what it says" not in line]


@cache
def source(name: str) -> str:
    return (TESTS / name).read_text("utf-8")


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", TEXT)
    assert len(named) > 40
    assert [name for file, name in named if f"def {name}(" not in source(file)] == []


def test_every_row_has_a_test_or_says_that_it_is_not_done() -> None:
    for name, _, how, tests in ROWS:
        assert ("::test_" in tests) != how.startswith("not done"), name


def test_every_constant_that_is_enforced_is_in_it() -> None:
    constants = re.findall(r"^#: (\w+(?:, \w+)*)[.:]", Path(str(rules.__file__)).read_text("utf-8"), re.MULTILINE)
    names = {name for line in constants for name in line.split(", ")}
    assert len(names) > 5
    assert {name for name in names if name.removesuffix("Allowed") not in TEXT} == set()


def test_every_requirement_of_a_dss_that_the_suite_names_is_in_it() -> None:
    for name in ("DSS0005,1", "DSS0005,5", "DSS0010", "DSS0015", "DSS0020", "DSS0100,1", "DSS0100,2", "DSS0200", "DSS0205", "DSS0210,1a",
                 "DSS0210,2a", "DSS0210,3a", "DSS0210,A2-7-2,7", "DSS0215", "DSS0300", "OPIN0035", "SCD0100"):  # fmt: skip
        assert f"| {name} " in TEXT, name
