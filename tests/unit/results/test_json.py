"""The JSON result: held against its schema, and against what a report says."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from report_samples import a_conflict, a_report, full_report, reports
from sharedsky.airspace.time import MAX_NS, MIN_NS, TimeWindow
from sharedsky.conflicts.report import Report
from sharedsky.results.json import dump, instant, report_object, to_json

DOCS = Path(__file__).resolve().parents[3] / "docs"
SCHEMA = json.loads((DOCS / "schemas" / "result-v1.schema.json").read_text("utf-8"))


@cache
def validator() -> Any:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA)


def errors_of(value: object) -> list[str]:
    return [error.message for error in validator().iter_errors(value)]


@given(reports())
def test_every_report_is_valid_against_the_schema(report: Report) -> None:
    assert errors_of(json.loads(to_json(report))) == []


def test_every_key_that_is_written_is_described_by_the_schema() -> None:
    assert set(_unknown_keys(report_object(full_report()), SCHEMA)) == set()


def _unknown_keys(value: object, schema: dict[str, Any], path: str = "") -> list[str]:
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    for choice in schema.get("anyOf", ()):
        if "$ref" in choice and value is not None:
            return _unknown_keys(value, choice, path)
    if isinstance(value, dict):
        known = schema["properties"]
        missing = [f"{path}/{key}" for key in value if key not in known]
        inner = [_unknown_keys(value[key], known[key], f"{path}/{key}") for key in value if key in known]
        return missing + [name for names in inner for name in names]
    if isinstance(value, list):
        return [name for item in value for name in _unknown_keys(item, schema["items"], path)]
    return []


@pytest.mark.parametrize("key", ["summary", "rejected", "assumptions", "conflicts", "schema", "version"])
def test_the_schema_refuses_a_result_without(key: str) -> None:
    value = report_object(full_report())
    del value[key]
    assert errors_of(value)


def test_every_key_of_a_conflict_is_explained_in_the_docs() -> None:
    text = (DOCS / "result.md").read_text("utf-8")
    conflict = json.loads(to_json(full_report()))["conflicts"][0]
    assert [key for key in conflict if f"`{key}`" not in text] == []


def test_times_keep_every_nanosecond() -> None:
    conflict = json.loads(to_json(a_report((a_conflict(),))))["conflicts"][0]
    assert conflict["start"] == "2026-03-01T10:00:00.000000001Z"
    assert conflict["end"] == "2026-03-01T10:05:00.000000001Z"


def test_an_open_window_is_null_on_its_open_side() -> None:
    window = TimeWindow(MIN_NS, 0)
    value = json.loads(to_json(a_report((a_conflict(window=window, certain_windows=()),))))["conflicts"][0]
    assert (value["start"], value["end"]) == (None, "1970-01-01T00:00:00Z")
    assert instant(MAX_NS) is None


def test_an_open_level_band_is_null_and_not_zero() -> None:
    band = json.loads(to_json(full_report()))["conflicts"][2]["level_band"]
    assert band == {"datum": "W84", "lower_m": None, "upper_m": None, "lower_ft": None, "upper_ft": None}


def test_units_agree_with_each_other() -> None:
    value = json.loads(to_json(full_report()))["conflicts"][0]
    assert value["breaks"]["horizontal_nm"] == 5.0
    assert value["breaks"]["vertical_ft"] == 1000.0
    assert value["closest_approach"]["horizontal_nm"] == 1.0
    assert value["closest_approach"]["vertical_ft"] == pytest.approx(400.0)
    assert value["level_band"]["lower_ft"] == pytest.approx(10_000.0)


def test_the_summary_counts_what_was_not_checked_and_says_it_is_not_clear() -> None:
    summary = json.loads(to_json(full_report()))["summary"]
    assert (summary["rejected"], summary["undetermined"], summary["clear"]) == (2, 1, False)
    assert json.loads(to_json(a_report()))["summary"]["clear"] is True


def test_a_report_of_no_plans_is_not_clear() -> None:
    report = a_report()
    empty = replace(report, summary=replace(report.summary, plans=0))
    assert json.loads(to_json(empty))["summary"]["clear"] is False


@given(reports())
def test_the_text_is_plain_printable_ascii(report: Report) -> None:
    assert set(to_json(report)) <= {"\n", *map(chr, range(0x20, 0x7F))}


@given(reports())
def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    assert to_json(report) == to_json(replace(report))


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_have_is_never_written(number: float) -> None:
    with pytest.raises(ValueError):
        dump({"ratio": number})
