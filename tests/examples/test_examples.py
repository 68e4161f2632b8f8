"""The examples give the results in examples/expected, by the command line and by the Python API."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from types import ModuleType

import pytest

import example_theatre as theatre
import sharedsky
from example_theatre import EXAMPLES, ROOT, differences, table_differences
from sharedsky.results.json import to_json


@pytest.fixture(scope="module")
def regenerate() -> ModuleType:
    return theatre.load_regenerate()


def _expected(name: str) -> object:
    return json.loads((EXAMPLES / "expected" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["plans", "refused"])
def test_the_command_gives_the_expected_json_and_exit_status(
    name: str, regenerate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    status = regenerate.check_into(tmp_path, name, "json")
    assert status == regenerate.CHECKS[name][1]
    found = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
    assert differences(found, _expected(f"{name}.json")) == []


@pytest.mark.parametrize("name", ["plans", "refused"])
def test_the_command_gives_the_expected_table(
    name: str, regenerate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    regenerate.check_into(tmp_path, name, "table")
    found = (tmp_path / f"{name}.txt").read_text(encoding="utf-8")
    assert table_differences(found, (EXAMPLES / "expected" / f"{name}.txt").read_text(encoding="utf-8")) == []


def test_the_python_api_gives_the_same_as_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    reading = sharedsky.read("examples/plans", fixes=["examples/fixes.csv"])
    report = sharedsky.check(reading, terrain=theatre.terrain())
    assert differences(json.loads(to_json(report)), _expected("plans.json")) == []


def test_the_comparison_sees_two_millimetres_two_microseconds_and_a_missing_conflict() -> None:
    expected = _expected("plans.json")
    assert isinstance(expected, dict)
    assert differences(expected, expected) == []
    for change in (_move, _delay, _drop, _soften):
        other = copy.deepcopy(expected)
        change(other)
        assert len(differences(other, expected)) >= 1


def _flights(result: dict[str, list[dict[str, dict[str, float]]]]) -> dict[str, dict[str, float]]:
    return next(conflict for conflict in result["conflicts"] if conflict["closest_approach"])


def _move(result: dict[str, list[dict[str, dict[str, float]]]]) -> None:
    _flights(result)["closest_approach"]["horizontal_m"] += 0.002


def _delay(result: dict[str, list[dict[str, str]]]) -> None:
    result["conflicts"][0]["start"] = "2027-03-14T05:41:11.000002Z"


def _drop(result: dict[str, list[object]]) -> None:
    del result["conflicts"][-1]


def _soften(result: dict[str, list[dict[str, str]]]) -> None:
    result["conflicts"][0]["certainty"] = "possible"


def test_the_table_comparison_sees_more_than_the_last_place() -> None:
    assert table_differences("2.68 NM, 0 ft", "2.69 NM, 0 ft") == []
    assert table_differences("2.68 NM, 0 ft", "2.70 NM, 0 ft") != []
    assert table_differences("certain", "possible") != []
    assert table_differences("a\nb", "a") != []
