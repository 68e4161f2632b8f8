"""The documents of the project: held against the code that they describe, and fit to be read anywhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from sharedsky.conflicts.profile import (
    DEFAULT_PROFILE,
    PROFILE_KEYS,
    load_profile,
    parse_duration_ns,
    parse_length_m,
    parse_level_um,
)

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PROFILES = (DOCS / "profiles.md").read_text("utf-8")


def tracked_files() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def test_every_key_of_a_profile_is_documented_with_its_default() -> None:
    row = r"^\| `\[([a-z-]+)\]` \| `([a-z-]+)` \| .* \| (\w+) \| `([^`]+)` \|$"
    documented = re.findall(row, PROFILES, re.MULTILINE)
    rows = {(table, key): (kind, default) for table, key, kind, default in documented}
    assert rows.keys() == {(table, key) for table, keys in PROFILE_KEYS.items() for key in keys}
    parse = {"length": parse_length_m, "level": parse_level_um, "time": parse_duration_ns}
    for table, keys in PROFILE_KEYS.items():
        holder = getattr(DEFAULT_PROFILE, table, DEFAULT_PROFILE)
        for key, (kind, attribute) in keys.items():
            shown_kind, default = rows[table, key]
            assert (shown_kind, parse[kind](default)) == (kind, getattr(holder, attribute)), (table, key)


def test_the_example_of_a_profile_can_be_loaded_and_has_every_key() -> None:
    example = PROFILES.partition("```toml\n")[2].partition("```")[0]
    profile = load_profile(example.encode(), "example")
    assert (profile.name, profile.horizontal_m, profile.vertical.split_um) == (
        "example-range-week", 8 * 1852, DEFAULT_PROFILE.vertical.split_um
    )  # fmt: skip
    for table, keys in PROFILE_KEYS.items():
        section = example.partition(f"[{table}]\n")[2].partition("\n[")[0]
        assert set(re.findall(r"^([a-z-]+) =", section, re.MULTILINE)) == set(keys)


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = []
    for document in documents():
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
            if not (document.parent / target).exists():
                broken.append(f"{document.relative_to(ROOT)}: {target}")
    assert broken == []


def test_every_document_is_reached_from_the_index() -> None:
    """By a link to it, or to the folder it is in."""
    linked = set(re.findall(r"\]\(([^)#:\s]+)\)", (DOCS / "index.md").read_text("utf-8")))
    documents = [path.relative_to(DOCS) for path in sorted(DOCS.rglob("*.md")) if path.name != "index.md"]
    assert [str(path) for path in documents if not {str(path), f"{path.parent}/"} & linked] == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    # Written in parts, so that this file does not find itself.
    forbidden = ["pypi" + ".org", "python" + "hosted", "index" + "-url", "/wo" + "rk/", "/ro" + "ot/", "/t" + "mp/w", "/ho" + "me/"]
    found = []
    for path in tracked_files():
        data = path.read_bytes()
        found += [f"{path.relative_to(ROOT)}: {words}" for words in forbidden if words.encode() in data]
    assert found == []


def test_no_tracked_file_came_out_of_a_tool() -> None:
    assert [path for path in tracked_files() if {"__pycache__", ".venv", ".hypothesis"} & set(path.parts)] == []
