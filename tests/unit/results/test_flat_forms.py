"""The CSV and the GeoJSON: the same columns, safe in a spreadsheet and on a map."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import given

from report_samples import HOSTILE, a_conflict, a_report, a_side, full_report, reports
from sharedsky.conflicts.report import Report
from sharedsky.results.csv import safe_cell, to_csv
from sharedsky.results.flat import COLUMNS, flat_row
from sharedsky.results.geojson import to_geojson
from sharedsky.results.json import report_object

RESULT_MD = Path(__file__).resolve().parents[3] / "docs" / "result.md"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(reports())
def test_a_csv_has_one_row_for_each_conflict_and_one_cell_for_each_column(report: Report) -> None:
    table = list(csv.reader(io.StringIO(to_csv(report), newline=""), strict=True))
    assert table[0] == list(COLUMNS)
    assert [len(row) for row in table] == [len(COLUMNS)] * (len(report.conflicts) + 1)


@given(reports())
def test_no_cell_of_text_can_be_run_as_a_formula(report: Report) -> None:
    for row in rows(to_csv(report)):
        for name, cell in row.items():
            if cell.lstrip(" ").startswith(tuple("=+-@\t\r")):
                assert name.endswith(("_m", "_ft", "_nm", "_deg")), (name, cell)
                float(cell)


@given(reports())
def test_every_line_of_a_csv_is_one_row_and_holds_no_control_character(report: Report) -> None:
    text = to_csv(report)
    assert text.count("\r\n") == text.count("\n") == len(report.conflicts) + 1
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_id_is_named_in_the_csv_and_cannot_act(text: str) -> None:
    (row,) = rows(to_csv(a_report((a_conflict(a=a_side(text)),))))
    assert row["a_id"] == safe_cell(text)
    assert row["a_id"].isprintable()


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "－1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["x;=1", "x; +1", 'x;"@a', "x;;-1", "x;＝1"])
def test_a_semicolon_that_parts_cells_somewhere_begins_no_formula(text: str) -> None:
    assert not re.search(r"[;\" ][=+@＝-]", safe_cell(text))
    assert safe_cell(text).replace("'", "") == text


def test_ordinary_text_and_numbers_are_left_as_they_are() -> None:
    assert safe_cell("LX-38, Zürich – N-S") == "LX-38, Zürich – N-S"
    (row,) = rows(to_csv(a_report((a_conflict(),))))
    assert (row["place_lat_deg"], row["place_lng_deg"], row["ratio"]) == ("47.0", "-8.5", "0.4")


def test_what_has_no_value_is_an_empty_cell() -> None:
    row = rows(to_csv(full_report()))[1]
    assert (row["closest_time"], row["start"], row["a_owner"]) == ("", "", "Alpha")
    assert row["certain_windows"] == "../.."


def test_certain_windows_are_iso_intervals() -> None:
    assert flat_row(a_conflict())["certain_windows"] == "2026-03-01T10:01:00Z/2026-03-01T10:02:00Z"


@given(reports())
def test_a_geojson_has_a_point_for_each_conflict_with_longitude_first(report: Report) -> None:
    value = json.loads(to_geojson(report))
    assert value["type"] == "FeatureCollection"
    for feature, conflict in zip(value["features"], report.conflicts, strict=True):
        lat_deg, lng_deg = conflict.place
        assert feature["geometry"] == {"type": "Point", "coordinates": [lng_deg, lat_deg]}
        assert tuple(feature["properties"]) == COLUMNS
        assert feature["properties"]["a_id"] == conflict.a.id


def test_a_geojson_says_what_was_not_checked() -> None:
    report = full_report()
    beside = json.loads(to_geojson(report))["sharedsky"]
    assert beside["rejected"] == report_object(report)["rejected"]
    assert set(beside) == {"summary", "rejected", "undetermined", "assumptions", "notes", "gaps"}


def test_every_value_of_a_conflict_has_a_column() -> None:
    row = flat_row(full_report().conflicts[0])
    assert [column for column, value in row.items() if value is None and column != "b_owner"] == []
    assert all(math.isfinite(value) for value in row.values() if isinstance(value, float))


def test_every_column_is_documented() -> None:
    text = RESULT_MD.read_text("utf-8").partition("## Columns of CSV")[2]
    assert set(COLUMNS) <= set(re.findall(r"`([a-z_]+)`", text))
