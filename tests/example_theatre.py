"""The theatre of examples/ for its tests: its commands, its reading, and how two results are compared."""

from __future__ import annotations

import importlib.util
import math
import re
from pathlib import Path
from types import ModuleType

import pytest

import sharedsky
from sharedsky.airspace.terrain import Terrain
from sharedsky.airspace.terrain_table import load_terrain
from sharedsky.airspace.time import parse_instant
from sharedsky.conflicts.report import Conflict, Report
from sharedsky.formats.reading import Reading

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
FIXES = [EXAMPLES / "fixes.csv"]

#: What library versions may change: 1 mm, in the unit of each number, and 1 microsecond.
TOLERANCE = {"_m": 1e-3, "_ft": 1e-3 / 0.3048, "_nm": 1e-3 / 1852, "_deg": 1e-8, "ratio": 1e-6}
TOLERANCE_NS = 1_000

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def load_regenerate() -> ModuleType:
    """examples/regenerate.py, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("regenerate", EXAMPLES / "regenerate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_plans(*, ignore: tuple[str, ...] = ()) -> Reading:
    """The reading of examples/plans."""
    return sharedsky.read(EXAMPLES / "plans", fixes=FIXES, ignore=ignore)


def terrain() -> Terrain:
    """The ground where the example knows it."""
    return load_terrain((EXAMPLES / "terrain.toml").read_bytes())


def short(ident: str) -> str:
    """What people call a plan: QHA21 for f00a01-QHA21-..., QAD101 for QAD101-LGAV-...; PEL-6, KC-P1 for the UUIDs."""
    if ident.startswith("be11ca00-"):
        return f"PEL-{int(ident[9:13])}"
    if ident.startswith("ca111570-"):
        return {"0001": "KC-P1", "0002": "KC-R2", "0003": "KC-N3"}[ident[9:13]]
    if re.match(r"f00[a-c]\d\d-", ident):
        return ident.split("-")[1]
    return ident.split("-")[0] if re.match(r"Q[A-Z]+\d+-", ident) else ident


def pair(conflict: Conflict) -> frozenset[str]:
    """The two sides of a conflict by their short names."""
    return frozenset((short(conflict.a.id), short(conflict.b.id)))


def pairs(report: Report) -> set[frozenset[str]]:
    """The pairs of all conflicts."""
    return {pair(conflict) for conflict in report.conflicts}


def differences(found: object, expected: object, place: str = "") -> list[str]:
    """Where two decoded results differ by more than the tolerance, as lines of JSON pointers and values."""
    if isinstance(found, dict) and isinstance(expected, dict):
        keys = sorted(found.keys() ^ expected.keys())
        lines = [f"{place}/{key} is in one of the two only" for key in keys]
        for key in found.keys() & expected.keys():
            lines += differences(found[key], expected[key], f"{place}/{key}")
        return lines
    if isinstance(found, list) and isinstance(expected, list):
        lines = [] if len(found) == len(expected) else [f"{place} has {len(found)} and should have {len(expected)}"]
        for k, (one, other) in enumerate(zip(found, expected)):
            lines += differences(one, other, f"{place}/{k}")
        return lines
    return [] if _same(found, expected, place.rsplit("/", 1)[-1]) else [f"{place} is {found!r}, not {expected!r}"]


def _same(found: object, expected: object, key: str) -> bool:
    if isinstance(found, float) and isinstance(expected, float):
        within = next((t for end, t in TOLERANCE.items() if key.endswith(end)), 0.0)
        return math.isclose(found, expected, rel_tol=0.0, abs_tol=within)
    if isinstance(found, str) and isinstance(expected, str) and _INSTANT.fullmatch(found) and _INSTANT.fullmatch(expected):
        return abs(parse_instant(found).ns - parse_instant(expected).ns) <= TOLERANCE_NS
    return type(found) is type(expected) and found == expected


def table_differences(found: str, expected: str) -> list[str]:
    """Lines of two tables that differ by more than one in the last place of a number."""
    pairs_of_lines = list(zip(found.splitlines(), expected.splitlines()))
    lines = [f"{one!r}, not {other!r}" for one, other in pairs_of_lines if not _same_line(one, other)]
    if len(found.splitlines()) != len(expected.splitlines()):
        lines.append("the tables are not equally long")
    return lines


def _same_line(found: str, expected: str) -> bool:
    if _NUMBER.sub("#", found) != _NUMBER.sub("#", expected):
        return False
    numbers = zip(_NUMBER.findall(found), _NUMBER.findall(expected), strict=True)
    return all(abs(float(one) - float(other)) <= 1.01 * 10.0 ** -len(one.partition(".")[2]) for one, other in numbers)


def only(report: Report, *names: str) -> Conflict:
    """The one conflict between two sides, by their short names."""
    found = [conflict for conflict in report.conflicts if pair(conflict) == frozenset(names)]
    if len(found) != 1:
        pytest.fail(f"{len(found)} conflicts between {' and '.join(names)}, not one")
    return found[0]
