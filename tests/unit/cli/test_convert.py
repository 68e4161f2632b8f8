"""`sharedsky convert`: into one format, with every loss listed and an exit status that says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sharedsky
from sharedsky.cli import main


def circle(ident: str) -> dict[str, object]:
    """An operational intent of one circle."""
    level = {"value": 100, "reference": "W84", "units": "M"}
    volume = {
        "volume": {
            "outline_circle": {"center": {"lat": 47.0, "lng": 8.0}, "radius": {"value": 500, "units": "M"}},
            "altitude_lower": level,
            "altitude_upper": {**level, "value": 200},
        },
        "time_start": {"value": "2026-03-01T10:00:00Z", "format": "RFC3339"},
        "time_end": {"value": "2026-03-01T11:00:00Z", "format": "RFC3339"},
    }
    reference = {"id": ident, "manager": "alpha", "version": 1, "state": "Accepted", "uss_availability": "Normal"}
    return {"reference": reference, "details": {"volumes": [volume], "off_nominal_volumes": [], "priority": 0}}


IDS = ("0b0e2a54-5c51-4b10-9e9b-0000000000a1", "0b0e2a54-5c51-4b10-9e9b-0000000000a2")


@pytest.fixture
def intents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "intents.json"
    path.write_text(json.dumps({"operational_intents": [circle(ident) for ident in IDS]}))
    return path


def test_what_the_format_holds_is_written_without_loss_and_reads_back(
    intents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", "intents.json", "--to", "geojson", "--output", "plans.geojson"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "2 plans and 0 zones written as geojson, without loss." in err
    assert sorted(plan.id for plan in sharedsky.read("plans.geojson").plans) == sorted(IDS)


def test_the_result_goes_to_standard_output_where_no_file_is_named(
    intents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", "intents.json", "--to", "f3548"]) in (0, 2)
    assert len(json.loads(capsys.readouterr().out)["operational_intents"]) == 2


def test_what_the_format_cannot_hold_is_listed_and_is_2(intents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "intents.json", "--to", "geojson", "--output", "a.geojson"]) == 0
    value = json.loads(Path("a.geojson").read_text())
    for feature in value["features"]:
        for name, level in feature["properties"].items():
            if isinstance(level, dict) and "datum" in level:
                feature["properties"][name] = {**level, "datum": "AMSL"}
    Path("amsl.geojson").write_text(json.dumps(value))
    capsys.readouterr()
    assert main(["convert", "amsl.geojson", "--to", "f3548", "--output", "b.json", "--quiet"]) == 2
    err = capsys.readouterr().err
    assert all(f"sharedsky: changed: {ident}: " in err for ident in IDS)


def test_what_is_refused_is_listed_and_the_rest_is_written(intents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text('{"operational_intents": [{"reference": {}}]}')
    assert main(["convert", "intents.json", "bad.json", "--to", "geojson", "--output", "a.geojson"]) == 2
    assert "refused: bad.json#/operational_intents/0" in capsys.readouterr().err
    assert len(sharedsky.read("a.geojson").plans) == 2


def test_where_nothing_is_read_nothing_is_written(intents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    intents.write_text('{"operational_intents": []}')
    assert main(["convert", "intents.json", "--to", "geojson", "--output", "a.geojson"]) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert not Path("a.geojson").exists()


@pytest.mark.parametrize(
    "typed",
    [
        "convert intents.json",
        "convert intents.json --to kml",
        "convert intents.json --to geojson --output intents.json",
        "convert nothing.json --to geojson",
        "convert intents.json --to f3548 --terrain nothing.toml",
        "convert intents.json --to f3548 --horizontal 5NM",
    ],
)
def test_what_makes_no_sense_is_64(intents: Path, capsys: pytest.CaptureFixture[str], typed: str) -> None:
    before = intents.read_bytes()
    assert main(typed.split()) == 64
    assert capsys.readouterr().out == ""
    assert intents.read_bytes() == before
